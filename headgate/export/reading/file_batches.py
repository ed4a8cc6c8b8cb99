"""Files of an export, in either format: what they are called, and how their rows are read back."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from headgate.export.reading.csv_files import csv_batches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa

# Texts of this many rows fit the processor's cache; of four times as many the digest takes a fifth longer.
_BATCH_ROWS = 8192


class FileFormat(StrEnum):
    """How rows are written; the value is the end of a file's name."""

    PARQUET = "parquet"
    CSV = "csv.gz"


def file_batches(path: Path, types: Mapping[str, pa.DataType | str]) -> Iterator[pa.RecordBatch]:
    """Yield a file's rows, in these columns; of Parquet in the file's own types, which are the same."""
    if path.name.endswith(FileFormat.CSV):
        yield from csv_batches(path, types)
        return
    with pq.ParquetFile(path, pre_buffer=False) as file:
        yield from file.iter_batches(_BATCH_ROWS, columns=list(types), use_threads=False)
