"""Rows that people write, such as notes: one Parquet object each, which SQL reads as a table."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.api.lake_ports import LakePorts

_READERS = 16


def write_row(lake: LakePorts, table: str, key: str, row: dict[str, Any]) -> None:
    """Write a row of one of the lake's own tables."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from headgate.contracts.types import arrow_schema

    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([row], schema=arrow_schema(lake.contracts.lake[table])), sink)
    lake.objects.write(ObjectRef(lake.bucket("curated"), key), sink.getvalue())


def read_row(lake: LakePorts, key: str) -> dict[str, Any]:
    """Return the row of an object."""
    from headgate.values.parquet_tables import table_of

    row: dict[str, Any] = table_of(lake.objects.read(ObjectRef(lake.bucket("curated"), key))).to_pylist()[0]
    return row


def read_written_rows(lake: LakePorts, keys: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rows of the objects in the order of their keys."""
    with ThreadPoolExecutor(_READERS) as readers:
        return list(readers.map(lambda key: read_row(lake, key), keys))


def keys_below(lake: LakePorts, prefix: str) -> list[str]:
    """Return the keys of the rows below a prefix, in order."""
    return [item.ref.key for item in lake.objects.list(lake.bucket("curated"), prefix)]


def key_of_id(lake: LakePorts, prefix: str, row_id: str) -> str:
    """Return the key of the row with this id below a prefix; empty if there is none."""
    return next((key for key in keys_below(lake, prefix) if key.endswith(f"-{row_id}.parquet")), "")
