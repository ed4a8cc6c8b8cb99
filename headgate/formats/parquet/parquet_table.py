"""Read the table and the schema of a Parquet file without a contract."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.errors import UnreadableFileError
from headgate.formats.parquet.read_parquet import BROKEN, check_size, corrupt_parquet, stored_columns
from headgate.matching.file_table import SAMPLE_ROWS, FileTable


def parquet_table(content: bytes | Path, *, whole: bool) -> FileTable:
    """Return the table: all rows, or only the first ones unless `whole`.

    Raises:
        UnreadableFileError: the file is damaged or too large.
    """
    size_bytes = content.stat().st_size if isinstance(content, Path) else len(content)
    try:
        file = pq.ParquetFile(content if isinstance(content, Path) else pa.BufferReader(content))
        check_size(file.metadata, size_bytes)
        table = (
            file.read()
            if whole
            else pa.Table.from_batches(islice(file.iter_batches(SAMPLE_ROWS), 1), file.schema_arrow)
        )
    except BROKEN:
        raise corrupt_parquet() from None
    return FileTable(tuple(table.column_names), tuple(table.columns))


def parquet_schema(content: bytes) -> pa.Schema:
    """Return the stored columns and types.

    Raises:
        UnreadableFileError: the file is damaged.
    """
    try:
        return stored_columns(pq.read_schema(pa.BufferReader(content)))
    except (pa.ArrowException, OSError, ValueError):
        raise UnreadableFileError(
            rule="corrupt_parquet", message="the Parquet file is damaged", remedy="write it again"
        ) from None
