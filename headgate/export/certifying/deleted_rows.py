"""Find rows that were deleted at the source since the previous run, and new rows that the watermark misses.

An incremental run finds new and changed rows by their watermark only. If the contract has
`headgate.deletes: key_comparison`, every run also reads the keys of all rows in the same snapshot and
compares them with the keys of the previous run. A missing key was deleted. A new key outside the watermark's
bounds is a late row, such as a row restored from a backup with its old modification time.
"""

from __future__ import annotations

from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from headgate.export.planning.mapping import CanonicalForm, ExportColumn
from headgate.export.reading.slice_files import write_slice
from headgate.export.server.source_tables import BYTES, SourceTable
from headgate.lake.keys import RUN_DELETIONS
from headgate.values.parquet_tables import UTC_TIMES
from headgate.values.sql_names import quoted_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from headgate.export.server.source import Session

DELETED = RUN_DELETIONS
_WITHIN = "_within"
_KEYS_PER_SLICE = 1000  # a statement of about 50 KB
_MEMORY, _BATCH_ROWS = "128MB", 65_536


def write_keys(
    session: Session, table: SourceTable, key: Sequence[ExportColumn], within: str, path: Path
) -> None:
    """Write all keys to `path`, each with a flag for rows that meet the condition `within`.

    An empty table has no file.
    """
    columns = [
        *key,
        ExportColumn(
            _WITHIN,
            "int",
            pa.int64(),
            nullable=False,
            form=CanonicalForm.NUMBER,
            read_sql=f"CASE WHEN {within} THEN 1 WHEN NOT ({within}) THEN 0 END",
            text_sql="",
        ),
    ]
    write_slice(
        session,
        f"SELECT {', '.join(column.read_sql for column in columns)} FROM {table.from_sql}",  # noqa: S608 quoted names
        columns,
        path,
    )


def late_keys(before: Path, now: Path) -> pa.Table:
    """Return the sorted keys in `now` that are not in `before` and are outside the run's bounds."""
    return _keys_missing_in(before, now, f"{_WITHIN} = 0") if now.exists() else pa.table({})


def _keys_missing_in(others: Path, keys: Path, condition: str = "TRUE") -> pa.Table:
    """Return the sorted keys that meet the condition and are not in `others`, which need not exist.

    DuckDB spills to the folder of `keys` above its memory limit.
    """
    with ExitStack() as stack:
        spill = stack.enter_context(TemporaryDirectory(dir=keys.parent, prefix="spill-"))
        connection = stack.enter_context(
            duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": spill, "threads": 2})
        )
        batches = _batches(stack, keys)
        schema = pa.schema([field for field in pq.read_schema(keys) if field.name != _WITHIN])
        names = ", ".join(quoted_name(name) for name in schema.names)
        connection.register("keys", batches)
        query = f"SELECT {names} FROM keys"  # noqa: S608 quoted names
        if others.exists():
            connection.register("others", _batches(stack, others))
            query += f" ANTI JOIN others USING ({names})"
        return connection.sql(f"{query} WHERE {condition} ORDER BY {names}").to_arrow_table().cast(schema)


def _batches(stack: ExitStack, path: Path) -> pa.RecordBatchReader:
    """Return a reader of a file of keys; decimals too long for DuckDB are read as text."""
    file = stack.enter_context(pq.ParquetFile(path, pre_buffer=False))
    schema = pa.schema(
        [
            pa.field(field.name, pa.string()) if pa.types.is_decimal256(field.type) else field
            for field in file.schema_arrow
        ]
    )
    batches = file.iter_batches(_BATCH_ROWS, use_threads=False)
    return pa.RecordBatchReader.from_batches(schema, (batch.cast(schema) for batch in batches))


def key_conditions(keys: pa.Table, table: SourceTable) -> list[str]:
    """Return SQL conditions that select the rows with these keys, each `_KEYS_PER_SLICE` rows at most."""
    columns = [table.column(name) for name in keys.column_names]
    names = ", ".join(table.dialect.quoted(column.at_source) for column in columns)
    rows = [
        ", ".join(
            table.dialect.literal(value, encodes_bytes=column.kind in BYTES)
            for column, value in zip(columns, row.values(), strict=True)
        )
        for row in keys.to_pylist()
    ]
    parts = [rows[start : start + _KEYS_PER_SLICE] for start in range(0, len(rows), _KEYS_PER_SLICE)]
    return [f"({names}) IN ({', '.join(f'({row})' for row in part)})" for part in parts]


def write_deleted(before: Path, now: Path, path: Path) -> int:
    """Write the sorted keys in `before` that are not in `now` to `path`, if any; return their number."""
    deleted = _keys_missing_in(now, before)
    if deleted.num_rows:
        with pq.ParquetWriter(path, deleted.schema, compression="zstd", store_schema=False) as writer:
            writer.write_table(deleted)
            writer.add_key_value_metadata(UTC_TIMES)
    return int(deleted.num_rows)
