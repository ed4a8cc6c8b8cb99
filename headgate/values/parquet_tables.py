"""Read Parquet objects and files as tables, and cast their columns."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

# Metadata of a file whose timestamps without a zone are UTC: exports of MySQL and PostgreSQL.
UTC_TIMES = {b"headgate.timestamps": b"UTC"}


def table_of(
    content: bytes | Path, columns: Sequence[str] | None = None, dictionaries: Collection[str] = ()
) -> pa.Table:
    """Return the rows of a Parquet object in memory or of a file.

    Reading threads are still running after the rows are returned, and a process that ends then sometimes
    aborts although its work is done (apache/arrow issues 33975 and 34314; on busy processors 1 in 4 after
    `pq.read_table`, 1 in 40 after `ParquetFile.read`, 0 of 160 without threads). One thread reads a million
    rows as fast.

    Args:
        content: the object's bytes, or the file's path.
        columns: the columns to read; all by default.
        dictionaries: text columns to read as dictionaries.
    """
    source = content if isinstance(content, Path) else pa.BufferReader(content)
    with pq.ParquetFile(source, read_dictionary=list(dictionaries)) as file:
        return file.read(columns, use_threads=False)


def with_utc_times(table: pa.Table, names: Collection[str]) -> pa.Table:
    """Return the table with UTC as the zone of the timestamps without one in these columns."""
    for place, stored in enumerate(table.schema):
        if stored.name in names and pa.types.is_timestamp(stored.type) and not stored.type.tz:
            zoned = table.column(place).cast(pa.timestamp(stored.type.unit, "UTC"))
            table = table.set_column(place, stored.name, zoned)
    return table


def has_utc_times(metadata: Mapping[bytes, bytes] | None) -> bool:
    """Return whether the timestamps without a zone of a file with this metadata are UTC."""
    return UTC_TIMES.items() <= (metadata or {}).items()


def cast_exactly(column: pa.Array | pa.ChunkedArray, to: pa.DataType) -> pa.Array | pa.ChunkedArray | None:
    """Return the column in another type, or None if a value does not fit; DuckDB would round it."""
    try:
        return column.cast(to)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):  # Arrow's message quotes the value
        return None
