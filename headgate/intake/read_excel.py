"""Read Excel workbooks: the rows of every sheet that has the contract's header, one sheet behind the other.

The header may stand below other rows and in several rows with merged cells: it is the row that, with what is merged into it, names
most of the contract's columns. A sheet with fewer of them is left out and told of. Blank rows are no rows; a row that holds something
to the right of the header is ragged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from headgate.errors import UnreadableFileError
from headgate.intake.card_search import redact
from headgate.intake.cells import text_array
from headgate.intake.header import known, match_header
from headgate.intake.received import Ragged, Received
from headgate.intake.workbook import sheets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.contracts.model import Contract
    from headgate.intake.workbook import Cells, Sheet

_HEADER_WITHIN_ROWS = 64


@dataclass(frozen=True)
class _Found:
    """A sheet, and the row in it that names `known` of the contract's columns, filled with what is merged into it."""

    sheet: Sheet
    names: tuple[str, ...]
    row: int
    known: int


def read_excel(content: bytes, contract: Contract) -> Received:
    """The rows of a workbook.

    Raises:
        UnreadableFileError: `corrupt_workbook`, `too_large`; `empty_file`: no sheet holds anything; `not_a_table`: no sheet has the header.
        HeaderError: the best header does not match the contract.
    """
    found = [_found(sheet, contract) for sheet in sheets(content) if any(sheet.rows)]
    if not found:
        raise UnreadableFileError(rule="empty_file", message="no sheet of the workbook holds anything", remedy="send it with its rows")
    most = max(each.known for each in found)
    meant = [each for each in found if each.known == most] if most else found[:1]
    left_out = tuple(redact(text_array(each.sheet.name for each in found if each not in meant)).to_pylist())
    return _joined([_rows(each, contract) for each in meant], left_out)


def _found(sheet: Sheet, contract: Contract) -> _Found:
    candidates = [(_filled(sheet, row), row) for row in range(min(len(sheet.rows), _HEADER_WITHIN_ROWS))]
    rows = [_Found(sheet, _named(cells), row, known(_named(cells), contract)) for cells, row in candidates if any(cells)]
    return max(rows, key=lambda each: (each.known, each.row if each.known else -each.row), default=_Found(sheet, (), 0, 0))


def _filled(sheet: Sheet, row: int) -> Cells:
    """A row with the text of a merged cell in every place that it covers."""
    cells = [*sheet.rows[row]]
    for merged in sheet.merged:
        if merged.top <= row <= merged.bottom and merged.top < len(sheet.rows):
            top = sheet.rows[merged.top]
            text = top[merged.left] if merged.left < len(top) else None
            cells += [None] * (merged.right + 1 - len(cells))
            cells[merged.left : merged.right + 1] = [text] * (merged.right + 1 - merged.left)
    return cells


def _named(cells: Cells) -> tuple[str, ...]:
    names = [cell or "" for cell in cells]
    while names and not names[-1].strip():
        names.pop()
    return tuple(names)


def _rows(found: _Found, contract: Contract) -> Received:
    header = match_header(found.names, contract)
    body = [row for row in found.sheet.rows[found.row + 1 :] if any(cell for cell in row)]
    width = len(header.names)
    whole = [number for number, row in enumerate(body, 1) if not any(row[width:])]
    apart = sorted({*range(1, len(body) + 1)} - {*whole})
    padded = [[*body[number - 1][:width], *[None] * (width - len(body[number - 1]))] for number in whole]
    columns = dict(zip(header.names, zip(*padded, strict=True), strict=True)) if padded else {}
    cells = {name: text_array(columns[name]) if name in columns else pa.nulls(len(whole), pa.string()) for name in contract.names}
    texts = tuple(",".join(cell or "" for cell in body[number - 1]) for number in apart)
    ragged = Ragged(np.array(apart, np.int64), texts, tuple(len(body[number - 1]) for number in apart))
    return Received(cells, np.array(whole, np.int64), ragged, header.absent)


def _joined(parts: Sequence[Received], left_out: tuple[str, ...]) -> Received:
    """The sheets' rows behind one another, numbered through; a column that is absent in one sheet is null in its rows."""
    before = np.cumsum([0, *(part.rows for part in parts)])
    shifted = zip(parts, before[:-1].tolist(), strict=True)
    numbers, apart = zip(*((part.source_rows + start, part.ragged.source_rows + start) for part, start in shifted), strict=True)
    ragged = Ragged(
        np.concatenate(apart),
        tuple(text for part in parts for text in part.ragged.texts),
        tuple(width for part in parts for width in part.ragged.widths),
    )
    cells = {name: pa.concat_arrays([part.cells[name] for part in parts]) for name in parts[0].cells}
    absent = tuple(name for name in parts[0].absent if all(name in part.absent for part in parts))
    return Received(cells, np.concatenate(numbers), ragged, absent, "xlsx", left_out=left_out)
