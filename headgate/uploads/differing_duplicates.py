"""Differences between a duplicate and the row that was kept, as the sent file writes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from headgate.lake.states import Disposition
from headgate.masking.redaction import redact
from headgate.values.parquet_tables import table_of
from headgate.values.refusal_reasons import title_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.uploads.editing.edited_upload import EditedUpload
    from headgate.uploads.row_numbers import RowNumbers

_LEFT_OUT = " left out."
_VALUES = re.compile(r" left out: .+$", re.DOTALL)
_KEPT = re.compile(r"\brow (\d+)\b", re.IGNORECASE)
_MOST = 1_000
DIFFERS = "It differs in "


class DifferingCells(NamedTuple):
    """Differences by the duplicate's row as sent.

    Attributes:
        left_out: example: `It differs in Group, which is left out: A here, B in row 7.`
        written: the texts of mapped columns that differ, by the title of the field: own and kept.
    """

    left_out: Mapping[int, str]
    written: Mapping[int, Mapping[str, tuple[str, str]]]


def differing_cells(edited: EditedUpload, quarantine: bytes, rows: RowNumbers) -> DifferingCells:
    """Return how duplicates differ from the kept rows; only the first thousand are compared."""
    names = [name for name, field in edited.edits.columns.items() if field is None]
    titles = _titles(edited)
    if edited.opened is None or not (names or titles):
        return DifferingCells({}, {})
    table = table_of(quarantine, columns=["source_row", "disposition", "reason"])
    pairs = {
        rows.sent(row["source_row"]): rows.sent(int(kept[1]))
        for row in table.to_pylist()
        if row["disposition"] == Disposition.DUPLICATE and (kept := _KEPT.search(row["reason"] or ""))
    }
    pairs = dict(list(pairs.items())[:_MOST])
    shown = [name for name in (*names, *titles) if name not in edited.hidden]
    every = _cells(edited, shown, {*pairs, *pairs.values()})
    cells = {row: {name: of[name] for name in names if name in of} for row, of in every.items()}
    has_values = edited.contract is not None and not edited.contract.personal
    words = {
        row: _words(cells.get(row, {}), cells.get(kept, {}), kept if has_values else 0)
        for row, kept in pairs.items()
    }
    typed = {(cell.row, cell.column) for cell in edited.edits.cells}
    written = {
        row: {
            title: (own[name], other[name])
            for name, title in titles.items()
            if name in own and own[name] != other[name] and not {(row, name), (kept, name)} & typed
        }
        for row, kept in pairs.items()
        if (own := every.get(row)) and (other := every.get(kept))
    }
    return DifferingCells({row: text for row, text in words.items() if text}, written)


def _titles(edited: EditedUpload) -> dict[str, str]:
    """Return the title of the field of each column whose values duplicates may show."""
    if edited.contract is None or edited.contract.personal:
        return {}
    fields = {name: field for name, field in edited.edits.columns.items() if field}
    columns = {column.name: column for column in edited.contract.columns if column.mask is None}
    return {name: title_of(columns[field]) for name, field in fields.items() if field in columns}


def _cells(edited: EditedUpload, names: list[str], wanted: set[int]) -> dict[int, dict[str, str]]:
    cells: dict[int, dict[str, str]] = {}
    if edited.opened is None or not wanted:
        return cells
    for batch in edited.opened.source.batches():
        places = [place for place, row in enumerate(batch.source_rows.tolist()) if row in wanted]
        columns = dict(zip(edited.opened.names, batch.cells.values(), strict=True))
        texts = {
            name: redact(columns[name].take(pa.array(places, pa.int64()))).to_pylist()
            for name in names
            if name in columns
        }
        for at, place in enumerate(places):
            cells[int(batch.source_rows[place])] = {name: text[at] or "" for name, text in texts.items()}
    return cells


def _words(own: Mapping[str, str], kept: Mapping[str, str], row: int) -> str:
    other = [name for name in own if own[name] != kept.get(name, own[name])]
    if not other:
        return ""
    values = row and ", ".join(
        f"{own[name] or 'empty'} here, {kept[name] or 'empty'} in row {row}" for name in other[:2]
    )
    is_one = len(other) == 1
    end = f": {values}." if values else "."
    return f"{DIFFERS}{', '.join(other)}, which {'is' if is_one else 'are'} left out{end}"


def without_differing_values(reason: str) -> str:
    """Return a reason without the values, because reasons may be stored longer than the file."""
    return _VALUES.sub(_LEFT_OUT, reason)
