"""Find the rows that the source deleted since the previous run, and the new rows that its watermark misses.

An incremental run sees new and changed rows by their watermark only. Where the contract says
`headgate.deletes: key_comparison`, every run also reads the key of every row, in the same snapshot, and
compares it with the keys of the run before: a key that was there and is not any more was deleted; one that
was not there and lies outside the watermark's bounds belongs to a row that came late, such as one that was
restored from a backup with its old time of change.
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
from headgate.export.server.source_tables import BYTES
from headgate.lake.keys import RUN_DELETIONS
from headgate.values.sql_names import quoted_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from headgate.export.server.source import Session
    from headgate.export.server.source_tables import SourceTable

DELETED = RUN_DELETIONS
_WITHIN = "_within"
# So many keys make a statement of some 50 KB.
_KEYS_OF_A_SLICE = 1000
_MEMORY, _BATCH_ROWS = "128MB", 65_536


def write_keys(
    session: Session, table: SourceTable, key: Sequence[ExportColumn], within: str, path: Path
) -> None:
    """Write every row's key to the file at `path`, with whether the condition `within` holds for the row.

    There is none for an empty table.
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


def deleted(before: Path, now: Path) -> pa.Table:
    """Return the keys of `before` that `now` lacks, in their order; every key when `now` is no file."""
    return _lacking(before, now, "TRUE")


def came_late(before: Path, now: Path) -> pa.Table:
    """Return the keys of `now` that `before` lacks and the run's bounds exclude, in order."""
    return _lacking(now, before, f"{_WITHIN} = 0") if now.exists() else pa.table({})


def _lacking(keys: Path, others: Path, condition: str) -> pa.Table:
    """Return the keys for which the condition holds and that the others are not among.

    Beyond some memory the comparison spills beside them.
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
    """Return a file of keys, read while it is asked for; decimals that are too long for DuckDB as text."""
    file = stack.enter_context(pq.ParquetFile(path, pre_buffer=False))
    schema = pa.schema(
        [
            pa.field(field.name, pa.string()) if pa.types.is_decimal256(field.type) else field
            for field in file.schema_arrow
        ]
    )
    batches = file.iter_batches(_BATCH_ROWS, use_threads=False)
    return pa.RecordBatchReader.from_batches(schema, (batch.cast(schema) for batch in batches))


def any_of(keys: pa.Table, table: SourceTable) -> list[str]:
    """Return SQL conditions that together hold for the rows with these keys, each of them for some."""
    columns = [table.column(name) for name in keys.column_names]
    names = ", ".join(table.dialect.quoted(column.at_source) for column in columns)
    rows = [
        ", ".join(
            table.dialect.literal(value, encodes_bytes=column.kind in BYTES)
            for column, value in zip(columns, row.values(), strict=True)
        )
        for row in keys.to_pylist()
    ]
    parts = [rows[start : start + _KEYS_OF_A_SLICE] for start in range(0, len(rows), _KEYS_OF_A_SLICE)]
    return [f"({names}) IN ({', '.join(f'({row})' for row in part)})" for part in parts]


def write_deleted(before: Path, now: Path, path: Path) -> int:
    """Return the number of deleted rows; the file at `path` holds their keys, absent if there are none."""
    gone = deleted(before, now)
    if gone.num_rows:
        pq.write_table(gone, path, compression="zstd", store_schema=False)
    return int(gone.num_rows)
