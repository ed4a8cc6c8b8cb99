from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from headgate.uploads.doubtful_dates import REFUSED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.lake.ports import ObjectRef, SnapshotObjects

HIDDEN = "••••"
ROWS, FLAWED = "rows.arrow", "flawed.arrow"
BATCH_ROWS = 1_000
_KINDS = {"errors": REFUSED, "duplicates": "duplicate", "left_out": "left_out"}
_IN_COLUMN = "column_"


@dataclass(frozen=True)
class GridPage:
    """A page of a grid: row numbers, cells and flaws."""

    total: int
    rows: tuple[tuple[int, tuple[str | None, ...], Mapping[str, Any] | None], ...]


def page_of(objects: SnapshotObjects, ref: ObjectRef, start: int, limit: int, total: int) -> GridPage:
    """Return `limit` rows from `start`, and read only their batches."""
    if start >= total:
        return GridPage(total, ())
    with objects.open(ref) as file:
        reader = pa.ipc.open_file(file)
        first, last = start // BATCH_ROWS, min(start + limit - 1, total - 1) // BATCH_ROWS
        table = pa.Table.from_batches(
            [reader.get_batch(place) for place in range(first, min(last + 1, reader.num_record_batches))]
        )
    return GridPage(total, _rows(table.slice(start - first * BATCH_ROWS, limit)))


def hidden(cells: Sequence[str | None]) -> tuple[str | None, ...]:
    """Return the cells of a row without texts; empty cells stay empty."""
    return tuple(cell and HIDDEN for cell in cells)


def shown_columns(grid: Mapping[str, Any]) -> list[str]:
    """Return the columns by whose places rows are shown, from a check's facts of the grid.

    The file's columns are followed by those that steps made and that have refused cells.
    """
    with_causes = (cause["column"] for cause in grid.get("causes", ()) if cause["column"])
    return [*dict.fromkeys((*grid["columns"], *with_causes))]


def flawed_page(
    objects: SnapshotObjects, ref: ObjectRef, shown: tuple[str, Sequence[str]], start: int, limit: int
) -> GridPage:
    """Return the shown rows: the refused ones (`errors`), the duplicates (`duplicates`), those that are not
    committed (`left_out`), those that break one rule, or those with a refused cell in one of the file's
    columns (`column_1` is the first one; made ones follow), also by one rule (`column_1-type`).
    """
    show, columns = shown
    match = re.fullmatch(rf"{_IN_COLUMN}([1-9]\d{{0,4}})(?:-(\w+))?", show)
    place = int(match[1]) if match else 0
    column = columns[place - 1] if 0 < place <= len(columns) else None
    rule = (match[2] or "") if match else ""
    with objects.open(ref) as file:
        every = _rows(pa.ipc.open_file(file).read_all())
    rows = [row for row in every if _is_shown(row[2] or {}, show, column, rule)]
    return GridPage(len(rows), tuple(rows[start : start + limit]))


def _is_shown(flaws: Mapping[str, Any], show: str, column: str | None, rule: str) -> bool:
    if show in _KINDS:
        return bool(flaws.get("kind") == _KINDS[show])
    if column is not None:
        own = {code for name, code, _ in flaws.get("flaws", ()) if name == column}
        return flaws.get("kind") == REFUSED and (rule in own if rule else bool(own))
    return any(rule == show for _, rule, _ in flaws.get("flaws", ()))


def _rows(table: pa.Table) -> tuple[tuple[int, tuple[str | None, ...], Mapping[str, Any] | None], ...]:
    numbers_, *cells, flaws = (column.to_pylist() for column in table.columns)
    return tuple(
        (row, values, json.loads(flaw) if flaw else None)
        for row, values, flaw in zip(numbers_, zip(*cells, strict=True), flaws, strict=True)
    )
