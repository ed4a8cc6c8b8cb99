"""Read the rows of a workbook from every sheet with the contract's header, or from the stated sheet.

The header may follow other rows: it is the first row that matches the contract, else the row that names most
of its columns. A sheet with another table is left out and reported, and so is a hidden sheet beside others.
The table may continue in the next sheet, for example with one sheet per year. Blank rows are not rows; a row
with a value to the right of the header is ragged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from headgate.contracts.file_form import stated_header_row, stated_sheet
from headgate.errors import BadInputError, HeaderError, UnreadableFileError
from headgate.formats.excel.old_workbook import old_workbook_sheets
from headgate.formats.excel.open_document import open_document_sheets
from headgate.formats.excel.workbook import TOP_ROWS, xlsx_sheets
from headgate.formats.received_rows import Ragged, Received, joined_ragged
from headgate.formats.sniff import is_old_workbook
from headgate.formats.typed_cells import MidnightText, TypedText, column_texts
from headgate.formats.unpack import is_open_document
from headgate.masking.redaction import redact
from headgate.matching.header_names import folded
from headgate.matching.match_header import Header, count_known, match_header
from headgate.values.accepted_texts import is_accepted
from headgate.values.cells import text_array

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from headgate.contracts.model import Column, Contract
    from headgate.formats.excel.workbook import Cells, Sheet

_NUMBER = re.compile(r"[-+.\d:,\s]*\d[-+.\d:,\sE]*")
_NEARLY_ALL = 0.9  # of a column's cells: the last row may contain formulas for sums
_MIN_NAMES = 2  # in each row of a header with two rows: a single text above a header is a title


@dataclass(frozen=True)
class _HeaderRow:
    """A sheet with its header row, which names `known_names` of the contract's columns.

    `row` is the header's last row, and `header_at` its first.
    """

    sheet: Sheet
    names: tuple[str, ...]
    row: int
    known_names: int
    header_at: int = 0


def read_excel(content: bytes, contract: Contract, *, with_rows_above: bool = True) -> Received:
    """Return the rows of a workbook.

    Args:
        with_rows_above: whether rows above the header are data if they fit the contract.

    Raises:
        UnreadableFileError: `corrupt_workbook`, `too_large`; `empty_file`: all sheets are empty;
            `not_a_table`: no sheet has the header, or a sheet that seems to continue the rows has none.
        HeaderError: a sheet's header has most of the columns, but does not match the contract.
    """
    every = list(sheets(content))
    candidates = [_find_header(sheet, contract) for sheet in every if any(sheet.rows)]
    if not candidates:
        raise UnreadableFileError(
            rule="empty_file",
            message="no sheet of the workbook holds anything",
            remedy="send it with its rows",
        )
    parts_of_table = _parts_of_table(candidates, contract)
    rows = [_of_sheet(each, contract, with_rows_above=with_rows_above) for each in parts_of_table]
    others = [each for each in candidates if each not in parts_of_table]
    for each in _shown(others) if not stated_sheet(contract) else ():
        _check_other(each, parts_of_table)
    joined = _concatenate(
        rows, tuple(f"{_name_of(each.sheet)} (rows: {_rows_with_header(each.sheet)})" for each in others)
    )
    empty = tuple(_name_of(sheet) for sheet in every if not any(sheet.rows))
    return replace(joined, sheets=tuple(_name_of(each.sheet) for each in parts_of_table), empty_sheets=empty)


def _parts_of_table(candidates: Sequence[_HeaderRow], contract: Contract) -> list[_HeaderRow]:
    """Return the sheets whose rows are read: the stated one, or those of one table.

    A hidden sheet, such as last year's, is read only if it is stated, or if no other sheet has the table.
    """
    named = _named_sheets([each.sheet for each in candidates], contract)
    if stated_sheet(contract):
        return [each for each in candidates if each.sheet in named]
    shown = _shown(candidates)
    read = shown if any(each.known_names for each in shown) else candidates
    max_known = max(each.known_names for each in read)
    parts = [each for each in read if _is_part_of_table(each, max_known, contract)]
    return parts if max_known else parts[:1]


def _shown(candidates: Sequence[_HeaderRow]) -> list[_HeaderRow]:
    return [each for each in candidates if not each.sheet.is_hidden]


def _named_sheets(filled: Sequence[Sheet], contract: Contract | None) -> Sequence[Sheet]:
    """Return the sheet that the contract names, or all sheets if it names none."""
    sheet_name = stated_sheet(contract)
    named = [sheet for sheet in filled if not sheet_name or folded(sheet.name) == folded(sheet_name)]
    if filled and not named:
        raise UnreadableFileError(
            rule="not_a_table",
            message=(
                f"the workbook has no sheet {sheet_name} with rows; it has {', '.join(map(_name_of, filled))}"
            ),
            remedy="name one of these sheets, with --sheet in a draft or as headgate.sheet in the contract",
        )
    return named


def _is_part_of_table(header_row: _HeaderRow, max_known: int, contract: Contract) -> bool:
    """Return whether a sheet is part of the table.

    Its header matches the contract, or has more than half of the columns of the best header. A sheet with
    nearly the header rejects the file, because no row may be ignored. A sheet without rows is not part of it.
    Fewer columns match a contract only if it requires some: any sheet matches one of a file's own columns.
    """
    if header_row.known_names == max_known:
        return True
    is_near = header_row.known_names > max_known / 2 and bool(_body(header_row))
    requires_some = any(column.must_be_sent for column in contract.columns)
    return is_near or (requires_some and header_row.known_names > 1 and _is_accepted(header_row, contract))


def _of_sheet(header_row: _HeaderRow, contract: Contract, *, with_rows_above: bool) -> Received:
    try:
        return _rows(header_row, contract, with_rows_above=with_rows_above)
    except HeaderError as error:
        message = f"sheet {_name_of(header_row.sheet)}: {error.message}"
        raise HeaderError(
            rule=error.rule, message=message, remedy=error.remedy, column=error.column
        ) from None


def _check_other(other: _HeaderRow, parts_of_table: Sequence[_HeaderRow]) -> None:
    """Check that a sheet without a header has no rows of the table.

    Such rows are as wide as the table and begin with numbers in the first row.
    """
    first = _names_of(next(row for row in other.sheet.rows if any(row)))
    is_wide = len(first) in {len(each.names) for each in parts_of_table}
    if is_wide and not other.known_names and any(_NUMBER.fullmatch(cell) for cell in first):
        raise UnreadableFileError(
            rule="not_a_table",
            message=f"sheet {_name_of(other.sheet)} has rows as wide as the table's, and no header",
            remedy=(
                "put the header in the first row of each sheet, or send the sheet's rows as a file of "
                "their own"
            ),
        )


def _rows_with_header(sheet: Sheet) -> int:
    """Return the number of filled rows from the header on, without titles above it."""
    return sum(map(any, sheet.rows[_fullest(sheet).row :]))


def _name_of(sheet: Sheet) -> str:
    """Return the sheet's name with possible card numbers redacted."""
    return str(redact(text_array([sheet.name]))[0])


@dataclass(frozen=True)
class Heading:
    """The names above the columns of a workbook.

    Attributes:
        two_row_sheet: the sheet whose names are in two rows and are joined here; empty for names in one row.
        below: the filled rows below names in two rows.
    """

    names: tuple[str, ...]
    two_row_sheet: str = ""
    below: tuple[Cells, ...] = ()


def heading_of(content: bytes, contract: Contract | None = None) -> Heading:
    """Return the names above the columns of a workbook without a contract, or with another header.

    This is the row that a person chose, or that names most of the contract's columns if these are more than
    half of its names, else the first row with the most different names and no number. Without a contract, two
    rows that only together have all names are joined, and so are those of which a person chose one.
    """
    read = _named_sheets([sheet for sheet in sheets(content) if any(sheet.rows)], contract)
    by_contract = [_find_header(sheet, contract) for sheet in read] if contract else []
    best = max(by_contract, key=lambda each: each.known_names, default=None)
    if contract and best and stated_header_row(contract):
        joined = _in_two_rows(best)
        is_joined = joined is not None and count_known(joined.names, contract) >= best.known_names
        return joined if joined and is_joined else Heading(best.names)
    if best and best.known_names > len(best.names) / 2:
        return Heading(best.names)
    shown = [sheet for sheet in read if not sheet.is_hidden and len(sheet.rows) > 1] or read
    fullest = max(
        (_fullest(sheet) for sheet in shown), key=lambda header_row: len(set(header_row.names)), default=None
    )
    if fullest is None:
        return Heading(())
    has_contract = contract is not None and bool(contract.columns)
    return (None if has_contract else _in_two_rows(fullest)) or Heading(fullest.names)


def two_row_header(sheet: str) -> UnreadableFileError:
    """Return the rejection of a workbook in which no row has all names."""
    return UnreadableFileError(
        rule="not_a_table",
        message=(
            f"sheet {sheet}: the header is over two rows: each of them names columns that the other does not"
        ),
        remedy=(
            "in Excel, write all names in one of the two rows, delete the other row, and save the file again"
        ),
    )


def _fullest(sheet: Sheet) -> _HeaderRow:
    rows = [_HeaderRow(sheet, _names_of(row), at, 0, at) for at, row in enumerate(sheet.rows[:TOP_ROWS])]
    worded = [each for each in rows if not any(_NUMBER.fullmatch(name) for name in each.names)] or rows
    return max(worded, key=lambda each: len({name for name in each.names if name.strip()}))


def _in_two_rows(header_row: _HeaderRow) -> Heading | None:
    """Return the names of two rows that fill each other's blanks, such as groups above column names."""
    rows = [row for row in header_row.sheet.rows if any(row)]
    places = [place for place, row in enumerate(rows) if row is header_row.sheet.rows[header_row.row]]
    for first in (first for at in places for first in (at - 1, at)):
        if (
            first >= 0
            and first + 2 < len(rows)
            and _is_one_header(rows[first], rows[first + 1], rows[first + 2 :])
        ):
            return Heading(
                _joined_names(rows[first], rows[first + 1]),
                _name_of(header_row.sheet),
                tuple(rows[first + 2 :]),
            )
    return None


def _joined_names(upper: Cells, lower: Cells) -> tuple[str, ...]:
    """Return each column's name after the name of its group: `Umsatz Bar`, `Umsatz Karte`."""
    names, group = [], ""
    for above, own in zip_longest(upper, lower):
        group = (above or "").strip() or group
        names.append(" ".join(filter(None, (group, (own or "").strip()))) if own else (above or "").strip())
    return tuple(names)


def _is_one_header(upper: Cells, lower: Cells, below: Sequence[Cells]) -> bool:
    """Return whether only two rows of texts together name each column, above a column of numbers or dates.

    Names that repeat in the lower row need their groups, too.
    """
    if any(_is_value(cell) for cell in (*upper, *lower)):
        return False
    pairs = list(zip_longest(upper, lower))
    names = [low for _, low in pairs if low]
    needs_groups = len(names) < len(pairs) or len(set(names)) < len(names)
    if (
        not all(top or low for top, low in pairs)
        or not needs_groups
        or all(top for top, _ in pairs)
        or min(sum(map(bool, row)) for row in (upper, lower)) < _MIN_NAMES
    ):
        return False
    named = [column for column, (_, low) in enumerate(pairs) if low]
    values = ([row[column] for row in below if column < len(row) and row[column]] for column in named)
    return any(cells and sum(map(_is_value, cells)) >= _NEARLY_ALL * len(cells) for cells in values)


def _is_value(cell: str | None) -> bool:
    """Return whether a cell is a number or a date, and so not a name."""
    return isinstance(cell, TypedText | MidnightText) or (
        cell is not None and _NUMBER.fullmatch(cell) is not None
    )


def _find_header(sheet: Sheet, contract: Contract) -> _HeaderRow:
    chosen = stated_header_row(contract) - 1
    if 0 <= chosen < len(sheet.rows) and any(sheet.rows[chosen]):
        names = _names_of(sheet.rows[chosen])
        return _HeaderRow(sheet, names, chosen, count_known(names, contract), chosen)
    named = [(row, _names_of(cells)) for row, cells in enumerate(sheet.rows[:TOP_ROWS]) if any(cells)]
    rows = [_HeaderRow(sheet, names, row, count_known(names, contract), row) for row, names in named]
    # A few of the columns alone may be a title.
    first = next(
        (row for row in rows if row.known_names > len(contract.names) / 2 and _is_accepted(row, contract)),
        None,
    )
    return _skip_repeats(
        first
        or max(rows, key=lambda each: (each.known_names, -each.row), default=_HeaderRow(sheet, (), 0, 0))
    )


def _is_accepted(header_row: _HeaderRow, contract: Contract) -> bool:
    try:
        match_header(header_row.names, contract)
    except BadInputError:
        return False
    return True


def _skip_repeats(header_row: _HeaderRow) -> _HeaderRow:
    """Skip rows that repeat the header directly below it, as in CSV."""
    row, rows = header_row.row, header_row.sheet.rows
    names = [folded(name) for name in header_row.names]
    while row + 1 < min(len(rows), TOP_ROWS) and [folded(name) for name in _names_of(rows[row + 1])] == names:
        row += 1
    return replace(header_row, row=row)


def _names_of(cells: Cells) -> tuple[str, ...]:
    names = [cell or "" for cell in cells]
    while names and not names[-1].strip():
        names.pop()
    return tuple(names)


def _body(header_row: _HeaderRow) -> list[tuple[int, Cells]]:
    """Return the filled rows below the header, each with the number that Excel shows."""
    return _filled(header_row.sheet, header_row.row + 1, len(header_row.sheet.rows))


def _filled(sheet: Sheet, start: int, stop: int) -> list[tuple[int, Cells]]:
    return [(number, row) for number, row in enumerate(sheet.rows[start:stop], start + 1) if any(row)]


def _rows(header_row: _HeaderRow, contract: Contract, *, with_rows_above: bool) -> Received:
    header = match_header(header_row.names, contract)
    are_data = with_rows_above and not stated_header_row(contract)
    above = _rows_above(header_row, header, contract) if are_data else []
    numbered = [*above, *_body(header_row)]
    body = [row for _, row in numbered]
    width = len(header.names)
    complete = [number for number, row in enumerate(body, 1) if not any(row[width:])]
    ragged_rows = sorted({*range(1, len(body) + 1)} - {*complete})
    padded = [[*body[number - 1][:width], *[None] * (width - len(body[number - 1]))] for number in complete]
    columns = dict(zip(header.names, zip(*padded, strict=True), strict=True)) if padded else {}
    cells = {
        name: column_texts(contract.column(name), columns[name])
        if name in columns
        else pa.nulls(len(complete), pa.string())
        for name in contract.names
    }
    row_sheets = pa.repeat(_name_of(header_row.sheet), len(body))
    sheet_column = next((name for name in header.absent if contract.column(name).is_sheet_name), "")
    if sheet_column:
        cells[sheet_column] = row_sheets.slice(0, len(complete))
    texts = tuple(",".join(cell or "" for cell in body[number - 1]) for number in ragged_rows)
    ragged = Ragged(
        np.array(ragged_rows, np.int64), texts, tuple(len(body[number - 1]) for number in ragged_rows)
    )
    repeats = header_row.row - header_row.header_at
    skipped = sum(any(row) for row in header_row.sheet.rows[: header_row.header_at]) - len(above) + repeats
    return Received(
        cells,
        np.array(complete, np.int64),
        ragged,
        tuple(name for name in header.absent if name != sheet_column),
        row_sheets=row_sheets,
        sheet_column=sheet_column,
        sheet_rows=np.array([number for number, _ in numbered], np.int64),
        skipped_lines=skipped,
    )


def _rows_above(header_row: _HeaderRow, header: Header, contract: Contract) -> list[tuple[int, Cells]]:
    """Return the data rows above the header: those from the first that fits the contract."""
    rows = _filled(header_row.sheet, 0, header_row.header_at)
    columns = [contract.column(name) for name in header.names]
    first = next((at for at, (_, row) in enumerate(rows) if _fits(row, columns)), len(rows))
    return rows[first:]


def _fits(row: Cells, columns: Sequence[Column]) -> bool:
    """Return whether most of the row's cells have a value, and each fits its column."""
    cells = [*row, *[None] * (len(columns) - len(row))]
    is_filled = 2 * sum(bool(cell) for cell in row) > len(columns) >= len(row)
    return is_filled and all(
        is_accepted(column, text_array([cell])).all() for column, cell in zip(columns, cells, strict=True)
    )


def _concatenate(parts: Sequence[Received], left_out: tuple[str, ...]) -> Received:
    """Return the concatenated rows of the sheets, numbered consecutively."""
    before = np.cumsum([0, *(part.rows for part in parts)])[:-1]
    cells = {name: pa.concat_arrays([part.cells[name] for part in parts]) for name in parts[0].cells}
    missing = tuple(
        name for name in parts[0].missing_columns if all(name in part.missing_columns for part in parts)
    )
    return Received(
        cells,
        np.concatenate([part.source_rows + start for part, start in zip(parts, before, strict=True)]),
        joined_ragged((part.ragged for part in parts), before),
        missing,
        left_out=left_out,
        sheet_rows=np.concatenate([part.sheet_rows for part in parts]),
        row_sheets=pa.concat_arrays([part.row_sheets for part in parts]),
        sheet_column=max(part.sheet_column for part in parts),
        skipped_lines=sum(part.skipped_lines for part in parts),
    )


def sheets(content: bytes) -> Iterator[Sheet]:
    """Yield every sheet in the workbook's order.

    Raises:
        UnreadableFileError: `corrupt_workbook`, or `too_large` if parts, cells or texts exceed the limits.
    """
    if is_old_workbook(content):
        return old_workbook_sheets(content)
    return open_document_sheets(content) if is_open_document(content) else xlsx_sheets(content)
