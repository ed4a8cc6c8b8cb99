"""A small shop whose customers are written out by hand, and one that is drawn."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from headgate.engines.one_thread import one_thread
from tests.stored_tables import stored_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import ibis

Purchase = tuple[int | None, str, str, str]  # customer, day, money, status


def shop_of(
    purchases: list[Purchase], opted_in: Mapping[int, bool | None] | None = None
) -> dict[str, ibis.Table]:
    """The tables that the system reads: one order of one line per purchase."""
    people = opted_in if opted_in is not None else {row[0]: True for row in purchases if row[0] is not None}
    ids = [f"O{place}" for place in range(len(purchases))]
    return stored_tables(
        {
            "customers": pa.table(
                {
                    "customer_id": pa.array(list(people), pa.int64()),
                    "marketing_opt_in": pa.array(list(people.values()), pa.bool_()),
                }
            ),
            "orders": pa.table(
                {
                    "order_id": pa.array(ids, pa.string()),
                    "customer_id": pa.array([row[0] for row in purchases], pa.int64()),
                    "ordered_at": pa.array(
                        [np.datetime64(row[1], "us") for row in purchases], pa.timestamp("us")
                    ),
                    "status": pa.array([row[3] for row in purchases], pa.string()),
                }
            ),
            "order_items": pa.table(
                {
                    "order_id": pa.array(ids, pa.string()),
                    "product_id": pa.array([f"P{place % 7}" for place in range(len(ids))], pa.string()),
                    "quantity": pa.array([1] * len(ids), pa.int32()),
                    "unit_price": pa.array([row[2] for row in purchases], pa.string()).cast(
                        pa.decimal128(12, 4)
                    ),
                }
            ),
        }
    )


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Tests run side by side: threads that wait for each other would slow all of them down."""
    with one_thread():
        yield


@pytest.fixture(scope="session")
def shop() -> Callable[..., dict[str, ibis.Table]]:
    return shop_of


@pytest.fixture(scope="session")
def drawn_shop() -> dict[str, ibis.Table]:
    """400 customers over 400 days to 2024-12-31; each buys at a rate of their own, and some stop."""
    rng = np.random.default_rng(4)
    purchases: list[Purchase] = []
    for customer in range(1, 401):
        gap, stop = rng.gamma(2.0, 20.0), rng.exponential(300.0)
        begin = rng.uniform(0, 300)
        days = begin + np.cumsum(np.append(0.0, rng.exponential(gap, 60)))
        kept = days[(days < 400) & (days < begin + stop)]
        spent = rng.gamma(5.0, 8.0, len(kept)) + 1
        first = date(2023, 11, 28)
        purchases += [
            (customer, f"{first + timedelta(days=int(day))}T12:00:00", f"{money:.4f}", "completed")
            for day, money in zip(kept, spent, strict=True)
        ]
    return shop_of(purchases, {customer: customer % 3 != 0 for customer in range(1, 401)})
