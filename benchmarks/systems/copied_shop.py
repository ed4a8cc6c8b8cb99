"""A larger shop from a merged one: copies of all its rows with other keys, so that no copy has a customer,
order or card of another. The keys of a copy are next to the original ones, so keys that ascend with time
still do.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import duckdb

from headgate.contracts.registry import Registry

if TYPE_CHECKING:
    from pathlib import Path

MAX_COPIES = 100
_NUMBERS = {"transaction_id", "customer_id", "terminal_id", "payment_id", "query_id"}
_TEXTS = {"order_item_id", "order_id", "session_id", "card_token"}
_SHARED = {"calendar", "products", "regions"}  # all copies sell the same goods in the same places


def copy_shop(merged: Path, folder: Path, copies: int) -> None:
    """Write each dataset of a merged shop with copies of its rows, `MAX_COPIES` at most, by key."""
    folder.mkdir(parents=True)
    contracts = Registry.load().curated
    with duckdb.connect(
        config={"memory_limit": "2GB", "threads": 1, "temp_directory": str(folder / "spill")}
    ) as connection:
        for path in sorted(merged.glob("*.parquet")):
            shop = connection.read_parquet(str(path))
            numbers = range(1 if path.stem in _SHARED else copies)
            copied = [
                shop.project(", ".join(_column(name, number) for name in shop.columns)) for number in numbers
            ]
            rows = reduce(duckdb.DuckDBPyRelation.union, copied)
            rows.order(", ".join(contracts[path.stem].key)).write_parquet(str(folder / path.name))


def _column(name: str, number: int) -> str:
    if name in _NUMBERS:
        return f"{name} * {MAX_COPIES} + {number} as {name}"
    return f"{name} || '-{number:03}' as {name}" if name in _TEXTS and number else name
