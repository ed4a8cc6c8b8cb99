"""Parquet objects and files as tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def table_of(content: bytes | Path, columns: Sequence[str] | None = None, dictionaries: Collection[str] = ()) -> pa.Table:
    """Return the rows of a Parquet object in memory, or of a file.

    `pq.read_table` leaves threads behind that still clean up: a process that ends right after it is aborted at times
    (apache/arrow issues 33975 and 34314; 1 in 4 on busy processors), although its work was done.

    Args:
        content: the object's bytes, or the file's path.
        columns: the columns to read; all of them unless stated.
        dictionaries: columns of text that stay as the file holds them, each text once.
    """
    source = content if isinstance(content, Path) else pa.BufferReader(content)
    with pq.ParquetFile(source, read_dictionary=list(dictionaries)) as file:
        return file.read(columns)
