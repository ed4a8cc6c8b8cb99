"""Which day a lake is as of: the last one its events know. No clock is asked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Sales say how far the lake reaches; the others are asked only where there are no sales at all.
_SALES = {"orders": "ordered_at", "card_transactions": "transacted_at"}
_OTHERS = {"payments": "paid_at", "search_queries": "searched_at", "customers": "signed_up_at"}
_BEFORE_ANYTHING = date(1970, 1, 1)


def latest_on(dataset: str, file: Path) -> str:
    """Return the last day of a dataset's events, ISO 8601; empty when it records none or holds no rows.

    Another business may have a dataset of the same name with other columns.
    """
    column = {**_SALES, **_OTHERS}.get(dataset)
    if column is None:
        return ""
    schema = pq.read_schema(file)
    if column not in schema.names or not pa.types.is_timestamp(schema.field(column).type):
        return ""
    latest = pc.max(pq.read_table(file, columns=[column])[column]).as_py()
    return latest.date().isoformat() if latest else ""


def as_of(latest: Mapping[str, str]) -> date:
    """The last day that the lake knows, from each dataset's last day of events."""
    for tier in (_SALES, _OTHERS):
        known = [latest[dataset] for dataset in tier if latest.get(dataset)]
        if known:
            return date.fromisoformat(max(known))
    return _BEFORE_ANYTHING
