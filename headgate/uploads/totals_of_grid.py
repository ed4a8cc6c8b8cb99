"""Rows of totals and the footer of an uploaded file, which a commit leaves out unless a person keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Column, ColumnType, Kind
from headgate.drafts.totals_row import MAX_FOOTER, ReportLines, may_end_with_totals, report_lines
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


def lines_of_grid(
    rows: Path, names: Sequence[str], readings: Mapping[str, Most], hidden: Collection[str], blank: Rows
) -> ReportLines:
    """Return the source rows that are lines of totals, by a name or by sums alone, and the footer below.

    None if the last row, above a footer at most, is no total: reports have totals at their foot.

    Args:
        rows: the file of the grid with all rows.
        readings: how nearly all values of a column are written.
        blank: the source rows without a value.
    """
    shown = {name: place for place, name in enumerate(names, start=1) if name not in hidden}
    columns = [_column(name, readings.get(name)) for name in shown]
    with pa.memory_map(str(rows)) as file:
        reader = pa.ipc.open_file(file)
        last = _last_rows(reader, blank)
        if not may_end_with_totals(columns, {name: last[place] for name, place in shown.items()}):
            return ReportLines()
        table = drop_rows(reader.read_all(), blank)
    if table.num_rows > _MAX_ROWS:
        return ReportLines()
    cells = {name: table.column(place).combine_chunks() for name, place in shown.items()}
    lines = report_lines(columns, cells)
    if not lines.stay_out:
        return ReportLines()
    source_rows = numbers(table.column("row").combine_chunks())
    totals, footer = (
        tuple(int(source_rows[place]) for place in places) for places in (lines.totals, lines.footer)
    )
    return ReportLines(totals, footer, stay_out=True)


def _last_rows(reader: pa.ipc.RecordBatchFileReader, blank: Rows) -> list[pa.Array]:
    """Return the texts of the last rows, among which a line of totals is above a footer."""
    last: list[pa.RecordBatch] = []
    for place in reversed(range(reader.num_record_batches)):
        last.insert(0, drop_rows(reader.get_batch(place), blank))
        if sum(batch.num_rows for batch in last) > MAX_FOOTER:
            break
    table = pa.Table.from_batches(last, reader.schema)
    table = table.slice(max(0, table.num_rows - MAX_FOOTER - 1))
    return [column.combine_chunks() for column in table.columns]


def _column(name: str, most: Most | None) -> Column:
    if most is None or most.reading.kind not in {Kind.BIGINT, Kind.INTEGER, Kind.SMALLINT, Kind.DECIMAL}:
        return Column(name, _TEXT)
    return Column(name, _NUMBER, format=most.reading.format)
