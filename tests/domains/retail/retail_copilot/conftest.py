"""Searches written out by hand, and a shop that sells mugs and lamps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa
import pytest

from headgate.engines.one_thread import one_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Row = tuple[str, str, str, int, str | None, bool]  # visit, when, text, results, product opened, bought
NAMES = {"P1": "RED CERAMIC MUG", "P2": "BLUE DESK LAMP", "P3": "Café Print", "P4": None}


def tables_of(rows: list[Row]) -> dict[str, ibis.Table]:
    """The tables that the system reads.

    P1 sold twice for 10.00 each, P2 once for 40.00 and came back once.
    """
    visits, whens, texts, results, opened, bought = zip(*rows, strict=True) if rows else ((),) * 6
    sold = [("P1", 2, "5.0000"), ("P1", 1, "10.0000"), ("P2", 1, "40.0000"), ("P2", -1, "40.0000")]
    return {
        "search_queries": ibis.memtable(
            pa.table(
                {
                    "query_id": pa.array(range(1, len(rows) + 1), pa.int64()),
                    "session_id": pa.array(visits, pa.string()),
                    "searched_at": pa.array(
                        [np.datetime64(when, "us") for when in whens], pa.timestamp("us")
                    ),
                    "query_text": pa.array(texts, pa.string()),
                    "results_count": pa.array(results, pa.int32()),
                    "clicked_product_id": pa.array(opened, pa.string()),
                    "purchased": pa.array(bought, pa.bool_()),
                }
            )
        ),
        "products": ibis.memtable(
            pa.table(
                {
                    "product_id": pa.array(list(NAMES), pa.string()),
                    "product_name": pa.array(list(NAMES.values()), pa.string()),
                    "is_active": pa.array([True] * len(NAMES), pa.bool_()),
                }
            )
        ),
        "order_items": ibis.memtable(
            pa.table(
                {
                    "product_id": pa.array([row[0] for row in sold], pa.string()),
                    "quantity": pa.array([row[1] for row in sold], pa.int32()),
                    "unit_price": pa.array([row[2] for row in sold], pa.string()).cast(pa.decimal128(12, 4)),
                }
            )
        ),
    }


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Tests run side by side: threads that wait for each other would slow all of them down."""
    with one_thread():
        yield


@pytest.fixture(scope="session")
def tables() -> Callable[..., dict[str, ibis.Table]]:
    return tables_of
