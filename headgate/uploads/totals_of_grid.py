"""Rows of totals in an uploaded file, which a commit leaves out unless a person keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Column, ColumnType, Kind
from headgate.drafts.totals_row import named_totals, names_a_total
from headgate.values.cells import Rows, int_array, numbers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from headgate.values.format_inference import Most

_Rows = TypeVar("_Rows", pa.Table, pa.RecordBatch)
_NUMBER = ColumnType(Kind.DECIMAL, precision=38, scale=9)
_TEXT = ColumnType(Kind.STRING)
_MAX_ROWS = 200_000  # a report has fewer, and sums of more take the function seconds


def drop_rows(table: _Rows, rows: Rows) -> _Rows:
    """Return rows of a grid without these source rows."""
    if not len(rows):
        return table
    return table.filter(pc.invert(pc.is_in(table.column("row"), value_set=int_array(rows))))


def totals_of_grid(
    rows: Path, names: Sequence[str], readings: Mapping[str, Most], hidden: Collection[str], blank: Rows
) -> tuple[int, ...]:
    """Return the source rows that a cell calls a total and that are sums, or lack what other rows have.

    Empty if the last row is called no total: reports have totals at their foot.

    Args:
        rows: the file of the grid with all rows.
        readings: how nearly all values of a column are written.
        blank: the source rows without a value.
    """
    with pa.memory_map(str(rows)) as file:
        reader = pa.ipc.open_file(file)
        places = reversed(range(reader.num_record_batches))
        filled = (drop_rows(reader.get_batch(place), blank) for place in places)
        last = next((batch for batch in filled if batch.num_rows), None)
        if last is None or not _ends_with_a_total(last):
            return ()
        table = drop_rows(reader.read_all(), blank)
    if table.num_rows > _MAX_ROWS:
        return ()
    shown = {name: place for place, name in enumerate(names, start=1) if name not in hidden}
    cells = {name: table.column(place).combine_chunks() for name, place in shown.items()}
    columns = [_column(name, readings.get(name)) for name in shown]
    source_rows = numbers(table.column("row").combine_chunks())
    return tuple(int(source_rows[place]) for place in named_totals(columns, cells))


def _ends_with_a_total(batch: pa.RecordBatch) -> bool:
    last = batch.slice(batch.num_rows - 1).columns[1:-1]
    return any(names_a_total(cell) for column in last for cell in column.to_pylist() if cell)


def _column(name: str, most: Most | None) -> Column:
    if most is None or most.reading.kind not in {Kind.BIGINT, Kind.INTEGER, Kind.SMALLINT, Kind.DECIMAL}:
        return Column(name, _TEXT)
    return Column(name, _NUMBER, format=most.reading.format)
