"""A shop may have more customers than fit into memory with all that is known of them: most of it is on disk."""

from __future__ import annotations

import tracemalloc
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail.demand_insights_engine import (
    churn_risk,
    clusters,
    customer_model,
    customer_value,
    lifetime_value,
    origins,
    segments,
)
from headgate.domains.retail.demand_insights_engine.customer_value import Method, ValueModel
from headgate.domains.retail.demand_insights_engine.trading_clock import TradingClock
from headgate.engines import write_rows
from headgate.engines.stored_rows import kept_frames

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

pytestmark = pytest.mark.unit

FIRST_ON, AS_OF = date(2024, 1, 1), date(2024, 12, 31)
GROUP, CUSTOMERS = 100, 250
CLOCK = TradingClock(FIRST_ON, np.arange(1.0, 800.0), 366)
WITHOUT_MODELS = ValueModel(None, None, None, None, 0.01, 20.0, 90.0, None, {}, Method.POOLED_RATE)


def histories(first: int, after: int) -> pd.DataFrame:
    """Customers with numbers from `first` on, each with two purchases."""
    numbers = np.arange(first, after)
    bought = pd.to_datetime(FIRST_ON) + pd.to_timedelta(numbers % 300, unit="D")
    return pd.DataFrame(
        {
            "customer_id": numbers + 1,
            "first_on": bought,
            "last_on": bought + pd.Timedelta(days=20),
            "purchases": 2,
            "revenue": [Decimal(20 + number % 50) for number in numbers.tolist()],
            "recent_purchases": 1,
            "recent_revenue": 10.0,
            "products": 1.5,
            "frequency": 1,
            "recency_days": 20,
            "age_days": 365 - numbers % 300,
            "silent_days": 345 - numbers % 300,
            "marketing_opt_in": numbers % 3 > 0,
        }
    )


def test_every_table_is_written_one_group_of_customers_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_rows, "GROUP_ROWS", GROUP)
    monkeypatch.setattr(lifetime_value, "_AT_ONCE", GROUP)
    in_memory: list[list[int]] = []

    def look(_contract: object, frames: Iterable[pd.DataFrame]) -> None:
        in_memory.append([len(frame) for frame in frames])

    for module in (segments, lifetime_value, churn_risk):
        monkeypatch.setattr(module, "written", look)
    customers = kept_frames([histories(0, CUSTOMERS)], tmp_path / "customers.parquet")
    points = origins.points_of([origins.described(customers.parts(), CLOCK, AS_OF, tmp_path / "points.parquet")])
    leaving = churn_risk.share_of_silence(points.silence.to_numpy())
    model = customer_model.CustomerModel(None, None, WITHOUT_MODELS, WITHOUT_MODELS, [], leaving)
    segments.table(customers, clusters.Clusters(np.zeros(CUSTOMERS, dtype=np.int64), ["all customers"], np.nan, np.nan))
    lifetime_value.table(WITHOUT_MODELS, customers, points, customer_value.outlook(WITHOUT_MODELS, points, leaving, 4.0), 4.0)
    churn_risk.table(customers, points, model)
    assert in_memory == [[GROUP, GROUP, CUSTOMERS - 2 * GROUP]] * 3


def test_a_past_day_keeps_no_customer_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_rows, "GROUP_ROWS", 1_000)
    count = 20_000
    known = (histories(first, first + 1_000).assign(bought=1, spent=5.0) for first in range(0, count, 1_000))
    tracemalloc.start()
    try:
        described = origins.described(known, CLOCK, AS_OF, tmp_path / "customers.parquet", ("bought", "spent"))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        origin = origins.Origin(FIRST_ON, AS_OF, described, count, 5.0 * count, 1.0)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    all_points = count * len(origins.POINTS) * 8
    assert most < all_points
    assert held < all_points / 20
    assert (len(origin.left), origin.known_revenue) == (count, 1.0)


def test_intervals_end_at_the_quantiles_of_the_draws() -> None:
    draws = np.random.default_rng(5).gamma(2.0, 30.0, (40, lifetime_value.DRAWS))
    expected = np.quantile(draws, (0.1, 0.9), axis=1, method="inverted_cdf")
    assert np.sort(draws, axis=1)[:, lifetime_value._ENDS].T.tolist() == expected.tolist()
