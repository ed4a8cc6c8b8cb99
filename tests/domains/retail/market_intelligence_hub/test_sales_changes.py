from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from headgate.analytics.periods import DAY, WEEK
from headgate.analytics.trends import level_changes
from headgate.domains.retail.market_intelligence_hub.sales_changes import COLUMNS, sales_changes

pytestmark = pytest.mark.unit

Array = npt.NDArray[np.float64]


def _changes_of(revenue: list[float]) -> pd.DataFrame:
    starts = pd.date_range("2009-01-05", periods=len(revenue), freq="W-MON")
    rows = pd.DataFrame({"period_on": starts, "revenue": revenue})
    return sales_changes(
        rows.assign(series_id="total", level="total", region_id="(all)", category="(all)"), WEEK
    )


def test_each_change_reports_both_levels_in_money_and_how_long_they_lasted() -> None:
    found = _changes_of([50.0] * 28 + [10.0, 11, 9, 10, 12] * 6 + [30.0, 31, 29, 32, 28] * 6)
    assert found["change_on"].tolist() == [date(2009, 7, 20), date(2010, 2, 15)]
    assert found["revenue_before"].tolist() == [Decimal("50.00"), Decimal("10.40")]
    assert found["revenue_after"].tolist() == [Decimal("10.40"), Decimal("30.00")]
    assert found["change_share"].tolist() == pytest.approx([10.4 / 50 - 1, 30 / 10.4 - 1])
    assert found[["periods_before", "periods_after"]].to_numpy().tolist() == [[28, 30], [30, 30]]


def test_the_first_autumn_of_a_history_is_no_level() -> None:
    """A rise of less than half a year ago cannot be distinguished from a season yet; nor can its end."""
    weeks = np.arange(70)
    autumn = 100 + 60 * ((weeks >= 36) & (weeks < 50)) + np.random.default_rng(7).normal(0, 3, 70)
    assert all(_changes_of(list(autumn[:known])).empty for known in (45, 50, 53, 60, 70))
    assert _changes_of(list(100 + 60 * (weeks >= 40)))["change_on"].tolist() == [date(2009, 10, 12)]


def test_a_season_that_is_known_twice_is_no_level() -> None:
    weeks = np.arange(156)
    seasonal = 100 + 40 * (weeks % 52 > 40) + np.random.default_rng(7).normal(0, 3, 156)
    assert _changes_of(list(seasonal)).empty
    assert _changes_of(list(seasonal + 60 * (weeks >= 80)))["change_on"].tolist() == [date(2010, 7, 19)]


def _days(seed: int, good: int) -> Array:
    """Four months of days about 100, of which some in a row are far better."""
    days = 100 + np.random.default_rng(seed).normal(0, 5, 120)
    days[60 : 60 + good] += 80
    return days


def test_a_good_week_of_days_is_no_level_and_a_good_month_is() -> None:
    assert np.mean([len(level_changes(_days(seed, 7), DAY)) > 0 for seed in range(20)]) <= 0.1
    assert all([step["at"] for step in level_changes(_days(seed, 30), DAY)] == [60, 90] for seed in range(20))


def test_returns_beyond_all_sales_have_no_share_to_compare_with() -> None:
    found = _changes_of([-10.0, -11, -9, -10] * 7 + [30.0, 31, 29, 30] * 7)
    assert found["revenue_before"].tolist() == [Decimal("-10.00")]
    assert found["change_share"].isna().all()


def test_series_without_a_change_have_no_rows_and_no_rows_have_columns() -> None:
    assert _changes_of([5.0] * 30).columns.tolist() == COLUMNS
    nothing = pd.DataFrame(columns=["series_id", "level", "region_id", "category", "period_on", "revenue"])
    assert sales_changes(nothing, WEEK).columns.tolist() == COLUMNS
