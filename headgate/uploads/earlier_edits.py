"""Typed cells and left out rows by the key of their rows, which a later version of the file may need."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headgate.masking.redaction import redact_text
from headgate.uploads.edits import CellEdit, Edits
from headgate.uploads.listed_edits import hides, rows_before

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from headgate.contracts.model import Contract

MAX_GRID_ROWS = 200_000  # of a file that is searched for the rows of earlier edits
_MAX_EDITS = 1_000  # a pasted column is no correction of single cells

_Key = tuple[str, ...]


@dataclass(frozen=True)
class EarlierEdits:
    """Edits by key.

    Attributes:
        columns: the columns of the file that are the key.
        hashed: the columns whose texts are in the hashes.
        cells: key of the row, column, text of the file and typed text.
        left_out: key and hash of the shown texts of each row that was left out; those of earlier versions
            have no hash.
    """

    columns: tuple[str, ...] = ()
    hashed: tuple[str, ...] = ()
    cells: tuple[tuple[_Key, str, str, str | None], ...] = ()
    left_out: tuple[tuple[_Key, str], ...] = ()

    @classmethod
    def of(cls, read: Mapping[str, Any]) -> EarlierEdits:
        """Return the edits from JSON."""
        cells = tuple((tuple(key), column, *texts) for key, column, *texts in read.get("cells", ()))
        rows = read.get("left_out", ())
        left_out = tuple(
            (tuple(row[0]), row[1]) if row and isinstance(row[0], list) else (tuple(row), "") for row in rows
        )
        return cls(tuple(read.get("columns", ())), tuple(read.get("hashed", ())), cells, left_out)

    def again(self, rows: Path, names: Sequence[str]) -> tuple[list[CellEdit], list[int]]:
        """Return the cells and rows of a later file with the same keys, whose texts are as before.

        Of several such rows as many are left out as before, the last ones: the gate keeps the first of
        duplicates.

        Args:
            rows: all rows of its grid, as `headgate.uploads.grid.write_grid` writes them.
            names: the columns of the grid.
        """
        by_key: dict[_Key, list[tuple[str, str, str | None]]] = {}
        for key, column, before, after in self.cells:
            if column in names:
                by_key.setdefault(key, []).append((column, before, after))
        if not {*self.columns} <= {*names} or not (by_key or self.left_out):
            return [], []
        cells: list[CellEdit] = []
        same: dict[tuple[_Key, str], list[int]] = {left: [] for left in self.left_out}
        for row, texts in _all_rows(rows, names):
            key = _key(texts, self.columns)
            for left in ((key, _hash_of(texts, self.hashed)), (key, "")):
                if left in same:
                    same[left].append(row)
            cells += [
                CellEdit(row, column, after)
                for column, before, after in by_key.get(key, ())
                if (texts[column] or "").strip() == before
            ]
        many = Counter(self.left_out)
        return cells, sorted({row for left, listed in same.items() for row in listed[-many[left] :]})


def edits_by_key(
    rows: Path, names: Sequence[str], edits: Edits, contract: Contract | None, hidden: Collection[str]
) -> EarlierEdits:
    """Return the edits of single cells and rows of a file; none without a key, and of hidden values.

    Args:
        rows: all rows of the grid, as `headgate.uploads.grid.write_grid` writes them.
        names: the columns of the grid.
        hidden: columns whose values may be sensitive.
    """
    columns = _key_columns(names, edits, contract)
    numbers = {cell.row for cell in edits.cells} | {*edits.left_out}
    is_hidden = any(name in hidden or hides(name, edits, contract) for name in columns)
    if not columns or is_hidden or len(edits.cells) + len(edits.left_out) > _MAX_EDITS:
        return EarlierEdits()
    before = dict(rows_before(rows, names, numbers))
    keys = {row: _key(texts, columns) for row, texts in before.items() if all(map(texts.get, columns))}
    cells = tuple(
        (keys[cell.row], cell.column, (before[cell.row][cell.column] or "").strip(), cell.text)
        for cell in edits.cells
        if cell.row in keys
        and cell.column in names
        and cell.column not in hidden
        and not hides(cell.column, edits, contract)
        and redact_text(cell.text or "") == (cell.text or "")
    )
    shown = tuple(name for name in names if name not in hidden and not hides(name, edits, contract))
    left_out = tuple((keys[row], _hash_of(before[row], shown)) for row in edits.left_out if row in keys)
    return EarlierEdits(columns, shown if left_out else (), cells, left_out)


def _key_columns(names: Sequence[str], edits: Edits, contract: Contract | None) -> tuple[str, ...]:
    """Return the columns of the file that are the contract's key; none if one is missing."""
    column_of = {field: name for name, field in edits.columns.items() if field}
    columns = [column_of.get(field, field) for field in contract.key] if contract else []
    return tuple(columns) if {*columns} <= {*names} else ()


def _key(texts: Mapping[str, str | None], columns: Sequence[str]) -> _Key:
    return tuple((texts[name] or "").strip() for name in columns)


def _hash_of(texts: Mapping[str, str | None], names: Sequence[str]) -> str:
    """Return a hash of the texts of a row by column, without blanks around them."""
    shown = {name: redact_text((texts.get(name) or "").strip()) for name in names}
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]


def _all_rows(path: Path, names: Sequence[str]) -> Iterator[tuple[int, Mapping[str, str | None]]]:
    with pa.memory_map(str(path)) as file:
        reader = pa.ipc.open_file(file)
        for place in range(reader.num_record_batches):
            columns = [column.to_pylist() for column in reader.get_batch(place).columns[:-1]]
            for number, *texts in zip(*columns, strict=True):
                yield number, dict(zip(names, texts, strict=True))
