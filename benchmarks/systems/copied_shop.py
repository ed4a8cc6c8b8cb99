"""A larger shop from a merged one: copies of all its rows with other keys, so that no copy has a customer,
order or card of another.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path

# What a copy adds to a number: more than the largest one of the generated shop.
_STEPS = {
    "transaction_id": 10**10,
    "customer_id": 10**9,
    "terminal_id": 10**7,
    "payment_id": 10**10,
    "query_id": 10**10,
}
_TEXTS = {"order_item_id", "order_id", "session_id", "card_token"}
_SHARED = {"calendar", "products", "regions"}  # all copies sell the same goods in the same places


def copy_shop(merged: Path, folder: Path, copies: int) -> None:
    """Write the datasets of a merged shop, one file each, with so many copies of its rows.

    Keys of a file ascend if they did before.
    """
    folder.mkdir(parents=True)
    with duckdb.connect(
        config={"memory_limit": "2GB", "threads": 1, "temp_directory": str(folder / "spill")}
    ) as connection:
        for path in sorted(merged.glob("*.parquet")):
            shop = connection.read_parquet(str(path))
            numbers = range(1 if path.stem in _SHARED else copies)
            copied = [
                shop.project(", ".join(_column(name, number) for name in shop.columns)) for number in numbers
            ]
            reduce(duckdb.DuckDBPyRelation.union, copied).write_parquet(str(folder / path.name))


def _column(name: str, number: int) -> str:
    if not number:
        return name
    if name in _STEPS:
        return f"{name} + {number * _STEPS[name]} as {name}"
    return f"{name} || '-{number:03}' as {name}" if name in _TEXTS else name
