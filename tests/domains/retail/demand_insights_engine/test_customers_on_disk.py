"""A shop may have more customers than fit into memory with all that is known of them: most of it
is on disk.
"""

from __future__ import annotations

import gc
import tracemalloc
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail.demand_insights_engine import (
    churn_risk,
    customer_value,
    lifetime_value,
    origins,
    segments,
)
from headgate.domains.retail.demand_insights_engine.customer_value import Method, ValueModel
from headgate.domains.retail.demand_insights_engine.trading_clock import TradingClock
from headgate.engines import write_rows
from headgate.engines.stored_rows import store_frames
from tests.domains.retail.demand_insights_engine.made_models import models_of

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


def test_every_table_is_written_one_group_of_customers_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_rows, "GROUP_ROWS", GROUP)
    monkeypatch.setattr(lifetime_value, "_AT_ONCE", GROUP)
    in_memory: list[list[int]] = []

    def look(_contract: object, frames: Iterable[pd.DataFrame]) -> None:
        in_memory.append([len(frame) for frame in frames])

    for module in (segments, lifetime_value, churn_risk):
        monkeypatch.setattr(module, "write_to_file", look)
    spent = histories(0, CUSTOMERS).assign(
        revenue_90d=Decimal(10), revenue_year_ago=Decimal(0), net_revenue=Decimal(10), ordered_days_ago=5
    )
    customers = store_frames([spent], tmp_path / "customers.parquet")
    points = origins.describe_histories(customers.parts(), CLOCK, AS_OF, tmp_path / "points.parquet")
    probability = churn_risk.share_of_silence(points.column("silence"))
    leaving = store_frames([pd.DataFrame({churn_risk.LEAVING: probability})], tmp_path / "leaving.parquet")
    expected = customer_value.stored_outlook(
        WITHOUT_MODELS, points, leaving, 4.0, tmp_path / "expected.parquet"
    )
    models = models_of(WITHOUT_MODELS)
    segments.table(customers, models.partition, leaving, models.churn_in_charge)
    lifetime_value.table(models, customers, points, expected, is_year_tested=False)
    churn_risk.table(customers, points, models.churn_in_charge, leaving, at_stake=np.zeros(CUSTOMERS))
    assert in_memory == [[GROUP, GROUP, CUSTOMERS - 2 * GROUP]] * 3


def past_day(folder: Path, count: int) -> tuple[origins.CustomerOrigin, int]:
    """A past day with so many customers, who come 500 at a time, and the most bytes that were in use
    meanwhile. Garbage is searched for as often as in a run, which tests/conftest.py changes.
    """
    threshold = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    known = (histories(first, first + 500).assign(bought=1, spent=5.0) for first in range(0, count, 500))
    tracemalloc.start()
    try:
        described = origins.describe_histories(
            known, CLOCK, AS_OF, folder / f"{count}.parquet", ("bought", "spent")
        )
        origin = origins.CustomerOrigin(FIRST_ON, AS_OF, described, count, 5.0 * count, 1.0)
        return origin, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.set_threshold(*threshold)


def test_a_past_day_keeps_no_customer_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_rows, "GROUP_ROWS", 500)
    past_day(tmp_path, 500)  # what is loaded once
    (_, few), (many, most) = past_day(tmp_path, 1_500), past_day(tmp_path, 6_500)
    assert most - few < 5_000 * len(origins.POINTS) * 8 / 4
    assert (len(many.left), many.known_revenue) == (6_500, 1.0)
