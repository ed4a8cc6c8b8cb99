from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from headgate.analytics.periods import DAY, WEEK, Grain
from headgate.domains.retail.market_intelligence_hub.sales_changes import COLUMNS, sales_changes

pytestmark = pytest.mark.unit


def _changes_of(revenue: list[float], grain: Grain = WEEK) -> pd.DataFrame:
    starts = pd.date_range(
        "2009-01-05", periods=len(revenue), freq=grain.frequency if grain is DAY else "W-MON"
    )
    rows = pd.DataFrame({"period_on": starts, "revenue": revenue})
    return sales_changes(
        rows.assign(series_id="total", level="total", region_id="(all)", category="(all)"), grain
    )


def test_each_change_reports_both_levels_in_money_and_how_long_they_lasted() -> None:
    found = _changes_of([50.0] * 12 + [10.0, 11, 9, 10, 12] * 4 + [30.0, 31, 29, 32, 28] * 4)
    assert found["change_on"].tolist() == [date(2009, 3, 30), date(2009, 8, 17)]
    assert found["revenue_before"].tolist() == [Decimal("50.00"), Decimal("10.40")]
    assert found["revenue_after"].tolist() == [Decimal("10.40"), Decimal("30.00")]
    assert found["change_share"].tolist() == pytest.approx([10.4 / 50 - 1, 30 / 10.4 - 1])
    assert found[["periods_before", "periods_after"]].to_numpy().tolist() == [[12, 20], [20, 20]]


def test_a_season_that_is_known_twice_is_no_level() -> None:
    weeks = np.arange(156)
    seasonal = 100 + 40 * (weeks % 52 > 40) + np.random.default_rng(7).normal(0, 3, 156)
    assert _changes_of(list(seasonal)).empty
    assert _changes_of(list(seasonal + 60 * (weeks >= 80)))["change_on"].tolist() == [date(2010, 7, 19)]


def _days(seed: int, good: int) -> list[float]:
    """Four months of days about 100, of which some in a row are far better."""
    days = 100 + np.random.default_rng(seed).normal(0, 5, 120)
    days[60 : 60 + good] += 80
    return list(days)


def test_a_good_week_of_days_is_no_level_and_a_good_month_is() -> None:
    assert np.mean([len(_changes_of(_days(seed, 7), DAY)) > 0 for seed in range(20)]) <= 0.1
    assert all(
        _changes_of(_days(seed, 30), DAY)["change_on"].tolist() == [date(2009, 3, 6), date(2009, 4, 5)]
        for seed in range(20)
    )


def test_returns_beyond_all_sales_have_no_share_to_compare_with() -> None:
    found = _changes_of([-10.0, -11, -9, -10] * 3 + [30.0, 31, 29, 30] * 3)
    assert found["revenue_before"].tolist() == [Decimal("-10.00")]
    assert found["change_share"].isna().all()


def test_series_without_a_change_have_no_rows_and_no_rows_have_columns() -> None:
    assert _changes_of([5.0] * 30).columns.tolist() == COLUMNS
    nothing = pd.DataFrame(columns=["series_id", "level", "region_id", "category", "period_on", "revenue"])
    assert sales_changes(nothing, WEEK).columns.tolist() == COLUMNS
