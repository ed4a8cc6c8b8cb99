"""Duplicates in the fields of a contract that differ in a column that a person left out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.lake.states import Disposition
from headgate.masking.redaction import redact
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.uploads.edited_upload import EditedUpload
    from headgate.uploads.row_numbers import RowNumbers

_LEFT_OUT = " left out."
_VALUES = re.compile(r" left out: .+$", re.DOTALL)
_KEPT = re.compile(r"\brow (\d+)\b", re.IGNORECASE)
_MOST = 1_000
DIFFERS = "It differs in "


def differing_cells(edited: EditedUpload, quarantine: bytes, rows: RowNumbers) -> dict[int, str]:
    """Return the differences between a duplicate and the kept row, by the duplicate's row as sent.

    Example: `It differs in Group, which is left out: A here, B in row 7.` Only the first thousand duplicates
    are compared.
    """
    names = [name for name, field in edited.edits.columns.items() if field is None]
    if edited.opened is None or not names:
        return {}
    table = table_of(quarantine, columns=["source_row", "disposition", "reason"])
    pairs = {
        rows.sent(row["source_row"]): rows.sent(int(kept[1]))
        for row in table.to_pylist()
        if row["disposition"] == Disposition.DUPLICATE and (kept := _KEPT.search(row["reason"] or ""))
    }
    pairs = dict(list(pairs.items())[:_MOST])
    cells = _cells(edited, [name for name in names if name not in edited.hidden], {*pairs, *pairs.values()})
    has_values = edited.contract is not None and not edited.contract.personal
    words = {
        row: _words(cells.get(row, {}), cells.get(kept, {}), kept if has_values else 0)
        for row, kept in pairs.items()
    }
    return {row: text for row, text in words.items() if text}


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
