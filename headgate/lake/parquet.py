"""Parquet objects that are in memory already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Sequence


def table_of(content: bytes, columns: Sequence[str] | None = None) -> pa.Table:
    """The object's rows, read by this thread alone: a process that ends right after Arrow's own threads read is aborted at times."""
    return pq.read_table(pa.BufferReader(content), columns=columns, use_threads=False)
