from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from headgate.export.reading.csv_files import csv_batches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa

# The texts of a batch fit the processor's cache; with four times as many rows the digest takes a fifth
# longer.
_BATCH_ROWS = 8192


class FileFormat(StrEnum):
    """The format of a file, by the suffix of its name."""

    PARQUET = "parquet"
    CSV = "csv.gz"


def file_batches(path: Path, types: Mapping[str, pa.DataType | str]) -> Iterator[pa.RecordBatch]:
    """Yield a file's rows in these columns; Parquet files have the types, so they are not converted."""
    if path.name.endswith(FileFormat.CSV):
        yield from csv_batches(path, types)
        return
    with pq.ParquetFile(path, pre_buffer=False) as file:
        yield from file.iter_batches(_BATCH_ROWS, columns=list(types), use_threads=False)
