"""Write an engine's answer to a local Parquet file, with a few rows in memory at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend

from headgate.engines.frames import exact
from headgate.engines.local import release_memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import ibis

GROUP_ROWS = 65_536


def write_rows(table: ibis.Table, path: Path, dictionaries: Sequence[str] = ()) -> None:
    """Write the rows of an expression to the file, in its order and its Arrow types.

    Args:
        dictionaries: columns of texts that repeat.
    """
    write_batches(row_batches(table), table.schema().to_pyarrow(), path, dictionaries)
    release_memory()


def row_batches(table: ibis.Table) -> Iterator[pa.Table]:
    """Yield the rows of an expression in its order, in batches if the engine can stream them."""
    schema = table.schema().to_pyarrow()
    # Tables in memory belong to Ibis's own backend, which calls a method that DuckDB no longer has.
    in_memory = type(table.get_backend()) is Backend
    for batch in (
        table.to_pyarrow().to_reader(GROUP_ROWS)
        if in_memory
        else table.to_pyarrow_batches(chunk_size=GROUP_ROWS)
    ):
        yield exact(pa.Table.from_batches([batch]), schema)


def write_batches(
    batches: Iterable[pa.Table], schema: pa.Schema, path: Path, dictionaries: Sequence[str] = ()
) -> None:
    """Write the rows of all batches in groups of `GROUP_ROWS`; the last one may be smaller.

    The same rows give the same bytes, however they are divided into batches.
    """
    pending = schema.empty_table()
    # These files are read several times and then deleted: LZ4 is the fastest for both.
    with pq.ParquetWriter(path, schema, compression="lz4", use_dictionary=list(dictionaries)) as writer:
        for batch in batches:
            pending = pa.concat_tables([pending, batch])
            while pending.num_rows >= GROUP_ROWS:
                _write_group(writer, pending.slice(0, GROUP_ROWS))
                pending = pending.slice(GROUP_ROWS)
        if pending.num_rows:
            _write_group(writer, pending)


def _write_group(writer: pq.ParquetWriter, rows: pa.Table) -> None:
    writer.write_table(rows.combine_chunks())  # Parquet ends a column's dictionary at the end of a chunk
