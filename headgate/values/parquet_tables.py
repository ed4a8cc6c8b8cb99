"""Parquet objects and files as tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def table_of(
    content: bytes | Path, columns: Sequence[str] | None = None, dictionaries: Collection[str] = ()
) -> pa.Table:
    """Return the rows of a Parquet object in memory, or of a file.

    Threads that read are started and still clean up after the rows are there: a process that ends right then
    is aborted at times, although its work was done (apache/arrow issues 33975 and 34314; on busy processors 1
    in 4 after `pq.read_table`, 1 in 40 after `ParquetFile.read`, none of 160 without threads). One thread
    reads a million rows no more slowly.

    Args:
        content: the object's bytes, or the file's path.
        columns: the columns to read; all of them unless stated.
        dictionaries: columns of text that stay as the file holds them, each text once.
    """
    source = content if isinstance(content, Path) else pa.BufferReader(content)
    with pq.ParquetFile(source, read_dictionary=list(dictionaries)) as file:
        return file.read(columns, use_threads=False)
