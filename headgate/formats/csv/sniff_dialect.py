"""Find the dialect of a CSV text from its content: delimiter, quotes, escapes, line ends and header.

With a contract, the header is the row with most of its columns, or the rows whose joined cells are its
columns. Without one, the dialect is the one in which most rows have the same width, and the first row is a
header if its cells are unlike those below them. A text without a header has no lines above its table: its
first row is data, whatever its width. A line that a person chose is the header, whatever it looks like.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from headgate.contracts.file_form import can_have_quotes, has_header, stated_header_row
from headgate.contracts.model import Contract
from headgate.contracts.source_format import EITHER
from headgate.formats.csv.csv_rows import LINE_BREAK, QUOTE, Form, Row
from headgate.formats.csv.dialect import Dialect, without_trailing_blanks
from headgate.formats.csv.header_evidence import HeaderReading, count_header_lines
from headgate.formats.csv.header_row import (
    header_by_contract,
    header_in_first_row,
    joined_names,
    skip_repeated_header,
)
from headgate.formats.csv.probe_rows import (
    bytes_to,
    filled_cells,
    first_row,
    probe_rows,
    share_of_width,
    usual_width,
)
from headgate.formats.csv.quoting import RARE_DELIMITERS, candidate_forms, choose_quoting
from headgate.formats.csv.text_quotes import with_text_quotes
from headgate.matching.match_header import count_known, fields_of
from headgate.values.accepted_texts import is_accepted
from headgate.values.cells import text_array

# Reduced, because a blank would otherwise split the cells of a real file that docs/how-it-works/formats.md
# names.
_RARE_DELIMITER_WEIGHT = 0.7
_PROBE_CHARACTERS = 1 << 20
_FIRST_ROW_BYTES = 1 << 14


def sniff_dialect(
    text: bytes, contract: Contract | None = None, *, with_header: bool | None = None
) -> Dialect:
    """Return the dialect of a UTF-8 text.

    Args:
        with_header: whether the text has a header, if the user states it for a file without a contract; None
            to detect it.
    """
    head = text[:_PROBE_CHARACTERS].decode("utf-8", errors="ignore")
    dialect = (
        _with_contract(head, contract)
        if contract
        else with_text_quotes(text, _by_shape(head, with_header=with_header))
    )
    first = first_row(
        text[dialect.data_at : dialect.data_at + _FIRST_ROW_BYTES].decode("utf-8", errors="ignore"),
        dialect.form,
    )
    is_even = first is not None and len(first.cells) == dialect.width == len(
        without_trailing_blanks(dialect.names)
    )
    # If numbers contain the delimiter, a row that is wider than the header may have one without quotes.
    formats = [column.format for column in contract.columns if column.format] if contract else []
    is_ambiguous = any(
        dialect.form.delimiter
        in ((".", ",") if declared.decimal == EITHER else (declared.decimal, declared.thousands))
        for declared in formats
    )
    line_ends = set(re.findall(r"\r\n|\r|\n", head))
    return replace(
        dialect if is_even or is_ambiguous else _without_unnamed(dialect, head),
        line_end=line_ends.pop() if len(line_ends) == 1 else "",
    )


def _with_contract(head: str, contract: Contract) -> Dialect:
    if dialect := _header_in_line(head, stated_header_row(contract), contract):
        return dialect
    if dialect := header_in_first_row(head, contract):
        return dialect
    if not has_header(contract):
        return _without_header(head, contract)
    return _with_rows_above(
        _header_as_by_shape(head, contract) or header_by_contract(head, contract), head, contract
    )


def _header_in_line(head: str, line: int, contract: Contract) -> Dialect | None:
    """Return the dialect whose header is this line, counted from 1; None for line 0, and beyond the text."""
    starts = [0, *(end.end() for end in LINE_BREAK.finditer(head))]
    if not 0 < line <= len(starts):
        return None
    start = starts[line - 1]
    shape = _by_shape(head[start:], with_header=True, has_quotes=can_have_quotes(contract))
    header = first_row(head, shape.form, start)
    if header is None:
        return None
    above = len(probe_rows(head[:start], shape.form))
    names = header.texts
    return replace(
        shape, names=names, data_at=bytes_to(head, header.end), skipped_lines=above, header_lines=1
    )


def _header_as_by_shape(head: str, contract: Contract) -> Dialect | None:
    """Return the dialect by shape if its header is the contract's.

    So a draft and its contract read the same rows. The names of an older draft may be joined from the header
    and the descriptions below it.
    """
    has_quotes = can_have_quotes(contract)
    readings = (_by_shape(head, has_quotes=has_quotes, joins_descriptions=joins) for joins in (False, True))
    dialect = next((each for each in readings if _is_header_of(each, contract)), None)
    if dialect is None:
        return None
    end = len(head.encode()[: dialect.data_at].decode())
    return skip_repeated_header(replace(dialect, width=len(dialect.names), confidence=1.0), head, end)


def _is_header_of(dialect: Dialect, contract: Contract) -> bool:
    names = dialect.names
    return bool(dialect.header_lines and names) and count_known(names, contract) == len(names)


def _without_header(head: str, contract: Contract) -> Dialect:
    """Return the dialect in which most rows have a cell for each column of a contract without header."""
    width = len(contract.names)
    has_quotes = can_have_quotes(contract)
    forms = candidate_forms(head, has_quotes=has_quotes)
    form = max(forms, key=lambda form: share_of_width(probe_rows(head, form), width))
    if form.quote == QUOTE:
        form = choose_quoting(head, form.delimiter, width, has_quotes=has_quotes)
    even = share_of_width(probe_rows(head, form, width), width)
    return Dialect(form, contract.names, 0, width, header_lines=0, confidence=round(even, 3))


def _with_rows_above(dialect: Dialect, head: str, contract: Contract) -> Dialect:
    """Return the dialect with the rows above the header that are data."""
    above = probe_rows(head, dialect.form, dialect.width)[: dialect.skipped_lines]
    first = next(
        (
            at
            for at, row in enumerate(above)
            if len(row.cells) == dialect.width and _fits_contract(row, dialect, contract)
        ),
        None,
    )
    if first is None:
        return dialect
    rows_above = (bytes_to(head, above[first].start), bytes_to(head, above[-1].end))
    return replace(dialect, skipped_lines=first, rows_above=rows_above)


def _fits_contract(row: Row, dialect: Dialect, contract: Contract) -> bool:
    """Return whether most cells have a value and each value fits the column of the header above it."""
    if 2 * filled_cells(row) <= len(without_trailing_blanks(dialect.names)):
        return False
    fields = fields_of(dialect.names, contract)
    return all(
        is_accepted(contract.column(field), text_array([cell])).all()
        for field, cell in zip(fields, row.cells, strict=True)
        if field
    )


def _without_unnamed(dialect: Dialect, head: str) -> Dialect:
    """Return the dialect without blank last names of the header if the rows have only delimiters below them.

    Source: Pollock, row_less_sep_row0_col1.csv.
    """
    names = without_trailing_blanks(dialect.names)
    rows = probe_rows(head, dialect.form, dialect.width)[dialect.skipped_lines + dialect.header_lines :]
    usual = usual_width(rows)
    # Otherwise the header is right, and rows of another width are damaged.
    are_rows_right = len({len(row.cells) for row in rows}) == 1 or usual > dialect.width
    width = usual if are_rows_right and usual >= len(names) else dialect.width
    if width < len(names) or any(any(row.texts[len(names) :]) for row in rows if len(row.cells) == width):
        return dialect
    return replace(dialect, names=names, width=width, unnamed=width - len(names))


def _by_shape(
    head: str, *, with_header: bool | None = None, has_quotes: bool = True, joins_descriptions: bool = False
) -> Dialect:
    """Return the dialect in which most rows have the same number of cells, and several.

    Rows above the header are comments, are less than half full, or have one cell in a wider table.
    """

    def evenness(reading: tuple[Form, Sequence[Row]]) -> float:
        form, rows = reading
        width = usual_width(rows)
        weight = _RARE_DELIMITER_WEIGHT if form.delimiter[0] in RARE_DELIMITERS else 1
        return weight * share_of_width(rows, width) * (1 - 1 / width) if width else 0.0

    forms = candidate_forms(head, has_quotes=has_quotes)
    form, rows = max(((form, _below_comments(probe_rows(head, form))) for form in forms), key=evenness)
    width = usual_width(rows)
    if form.quote == QUOTE:
        form = choose_quoting(head, form.delimiter, width, has_quotes=has_quotes)
    rows = probe_rows(head, form, width)
    above = next(
        (
            at
            for at, row in enumerate(rows)
            if filled_cells(row) >= max(1, width / 2)
            and not (len(row.cells) == 1 < width)
            and not (_is_comment(row) and (width == 1 or len(row.cells) != width))
        ),
        0,
    )
    table = [row.texts for row in rows[above:]]
    lines, reading = count_header_lines(table, width, joins_descriptions=joins_descriptions)
    if with_header is not None:
        lines = max(1, lines) if with_header else 0
    confidence = round(share_of_width(_below_comments(rows), width), 3)
    if not lines or not rows:
        names = tuple(f"column_{number}" for number in range(1, width + 1))
        return Dialect(form, names, 0, width, header_lines=0, confidence=confidence)
    header = rows[above : above + lines]
    by_look = reading is HeaderReading.NAMES_BY_LOOK and with_header is None
    return Dialect(
        form,
        joined_names(header),
        bytes_to(head, header[-1].end),
        width,
        above,
        lines,
        confidence=confidence,
        is_header_by_look=by_look,
    )


def _below_comments(rows: Sequence[Row]) -> Sequence[Row]:
    """Return the rows below the comments at the top, whose delimiters and widths are not the table's."""
    first = next((at for at, row in enumerate(rows) if filled_cells(row) and not _is_comment(row)), 0)
    return rows[first:]


def _is_comment(row: Row) -> bool:
    """Return whether the row begins with a comment character."""
    return row.texts[0].lstrip().startswith("#")
