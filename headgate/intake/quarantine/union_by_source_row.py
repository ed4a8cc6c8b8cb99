"""Merge rows of quarantine by source row, from Parquet files that need not fit into memory."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.values.cells import NO_ROWS, Rows, int_array, numbers
from headgate.values.parquet_tables import table_of

_NAME = "source_row"


def source_rows(path: Path) -> Rows:
    """Return the source rows of a file, ascending; none if the file does not exist."""
    if not path.is_file():
        return NO_ROWS
    return numbers(table_of(path, [_NAME]).column(0).combine_chunks())


def without(rows: Rows, others: Rows) -> Rows:
    """Return the rows that are not among the others."""
    difference: Rows = np.setdiff1d(rows, others, assume_unique=True)
    return difference


def in_source_order(new: Path, old: Path) -> Iterator[pa.Table]:
    """Yield the rows of both files in the order of their source rows; the new row wins if both have one.

    Old rows may lack newer columns.
    """
    schema, new_rows = pq.read_schema(new).remove_metadata(), int_array(source_rows(new))
    only_old = (table.filter(pc.invert(pc.is_in(table[_NAME], new_rows))) for table in _tables(old))
    for pieces in _in_turns(_tables(new), only_old):
        yield pa.concat_tables([schema.empty_table(), *pieces], promote_options="default").sort_by(_NAME)


def _in_turns(first: Iterator[pa.Table], second: Iterator[pa.Table]) -> Iterator[list[pa.Table]]:
    """Yield pieces of the tables, each up to the row at which one of the two current tables ends.

    No row of a piece precedes a row of an earlier piece.
    """
    ahead = {part: table for part in (first, second) if (table := _next_with_rows(part))}
    while ahead:
        last = min(table[_NAME][-1].as_py() for table in ahead.values())
        counts = {
            part: int(np.searchsorted(numbers(table[_NAME].combine_chunks()), last, "right"))
            for part, table in ahead.items()
        }
        yield [table.slice(0, counts[part]) for part, table in ahead.items()]
        rest = {part: table.slice(counts[part]) for part, table in ahead.items()}
        ahead = {
            part: table
            for part, left in rest.items()
            if (table := left if left.num_rows else _next_with_rows(part))
        }


def _next_with_rows(tables: Iterator[pa.Table]) -> pa.Table | None:
    """Return the next table with rows, if there is one."""
    return next((table for table in tables if table.num_rows), None)


def _tables(path: Path) -> Iterator[pa.Table]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches():
            yield pa.Table.from_batches([batch]).replace_schema_metadata(None)
