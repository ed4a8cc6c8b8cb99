from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from headgate.analytics.periods import WEEK
from headgate.analytics.trends import growth
from headgate.domains.retail.market_intelligence_hub.sales_changes import sales_changes
from headgate.domains.retail.market_intelligence_hub.sales_trends import COLUMNS, sales_trends

pytestmark = pytest.mark.unit


def _trend_of(revenue: list[float]) -> pd.Series:
    weekly = pd.DataFrame(
        {"period_on": pd.date_range("2009-01-05", periods=len(revenue), freq="W-MON"), "revenue": revenue}
    )
    named = weekly.assign(series_id="total", level="total", region_id="(all)", category="(all)")
    return sales_trends(named, sales_changes(named, WEEK), WEEK).iloc[0]


def test_a_steady_rise_is_rising_by_its_slope() -> None:
    found = _trend_of([10.0 + 2 * week for week in range(104)])
    assert (found["direction"], found["slope_per_period"]) == ("rising", Decimal("2.00"))
    assert found["recent_revenue"] == Decimal("204.00")  # the mean of 192, 194, … 216
    assert found["quarter_growth"] == pytest.approx((204 - 178) / 178)


def test_a_fall_is_falling_and_noise_is_flat() -> None:
    assert _trend_of([200.0 - week for week in range(110)])["direction"] == "falling"
    assert _trend_of(list(np.random.default_rng(4).normal(100, 5, 110)))["direction"] == "flat"
    assert _trend_of([5.0] * 110)["direction"] == "flat"


def test_with_little_more_than_a_year_no_direction_is_known() -> None:
    """A year that ends in its autumn rises by its season."""
    autumn = [100.0] * 39 + [100.0 + 20 * week for week in range(13)]
    assert _trend_of(autumn)["direction"] == "unknown"
    assert _trend_of(autumn + autumn[:7])["direction"] == "unknown"


def test_under_two_years_the_direction_is_that_against_last_year() -> None:
    autumn = [100.0] * 30 + [100.0 + 20 * week for week in range(22)]
    assert _trend_of(autumn + [0.8 * sold for sold in autumn[:20]])["direction"] == "falling"
    assert _trend_of(autumn + [1.2 * sold for sold in autumn[:20]])["direction"] == "rising"
    assert _trend_of(autumn + autumn[:20])["direction"] == "flat"


def test_the_newest_of_several_levels_is_dated_and_measured() -> None:
    found = _trend_of([50.0] * 28 + [10.0, 11, 9, 10, 12] * 6 + [30.0, 31, 29, 32, 28] * 6)
    assert found["changes"] == 2
    assert found["change_on"] == date(2010, 2, 15)
    assert found["change_share"] == pytest.approx(30 / 10.4 - 1)
    assert found["change_p_value"] < 0.01


def test_no_new_level_has_no_date() -> None:
    found = _trend_of(list(np.random.default_rng(5).normal(100, 5, 40)))
    assert found["changes"] == 0
    assert found["change_on"] is None
    assert np.isnan(found["change_share"])
    assert np.isnan(found["change_p_value"])


def test_growth_needs_both_quarters_and_sales_in_the_first() -> None:
    assert np.isnan(growth(np.ones(25), 13, 13))
    assert np.isnan(growth(np.r_[np.zeros(13), np.ones(13)], 13, 13))
    assert growth(np.r_[np.ones(13), 2 * np.ones(13)], 13, 13) == 1.0
    assert growth(np.r_[np.ones(52), 3 * np.ones(13)], 13, 52) == 2.0


def test_strengths_show_a_season_after_two_years() -> None:
    weeks = np.arange(130)
    seasonal = _trend_of(
        list(100 + 30 * np.sin(2 * np.pi * weeks / 52) + np.random.default_rng(6).normal(0, 1, 130))
    )
    assert seasonal["seasonal_strength"] > 0.9
    assert np.isnan(_trend_of([1.0, 2.0] * 52)["seasonal_strength"])


def test_short_series_have_no_known_trend_and_no_rows_have_columns() -> None:
    assert _trend_of([1.0, 5, 9])["direction"] == "unknown"
    nothing = pd.DataFrame(columns=["series_id", "level", "region_id", "category", "period_on", "revenue"])
    assert sales_trends(nothing, sales_changes(nothing, WEEK), WEEK).columns.tolist() == COLUMNS
