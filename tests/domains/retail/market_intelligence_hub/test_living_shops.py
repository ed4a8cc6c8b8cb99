"""Forecasts of generated shops: a living shop is never forecast to sell nothing, and only a closed one with
certainty.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.analytics.closures import (
    closed_periods,
    filled,
    has_stopped,
    opened_at,
)
from headgate.analytics.forecast_errors import smape
from headgate.analytics.periods import WEEK, Span
from headgate.domains.retail.market_intelligence_hub.forecast_accuracy import forecast_accuracy
from headgate.domains.retail.market_intelligence_hub.forecast_plan import Plan
from headgate.domains.retail.market_intelligence_hub.hierarchy_forecast import forecast_hierarchy

if TYPE_CHECKING:
    from headgate.domains.retail.market_intelligence_hub.hierarchy_forecast import HierarchyForecast

pytestmark = pytest.mark.system

FIRST = date(2021, 3, 1)
TOTAL = Plan.of({"forecast_by": "none"})
WEEKS = np.arange(160)
CHRISTMAS = np.isin(WEEKS % 52, [38, 39, 40, 41, 42])  # five weeks to Christmas


def noise(seed: int, size: float = 0.1) -> np.ndarray:
    return np.exp(np.random.default_rng(seed).normal(0, size, WEEKS.size))


def takeaway(seed: int = 1) -> np.ndarray:
    """£2,000 a week; of its first half year only one week in five was recorded."""
    recorded = np.random.default_rng(seed).random(WEEKS.size) < 0.2
    recorded[0] = True
    return np.where((WEEKS < 25) & ~recorded, 0.0, 2000 * noise(seed))


def closed_in_summer(seed: int = 1) -> np.ndarray:
    """A shop with a Christmas trade, closed for ten weeks of its first summer."""
    sold = 1000 * np.where(CHRISTMAS, 2.5, 1.0) * noise(seed)
    sold[16:26] = 0
    return sold


def starts_of(revenue: np.ndarray) -> pd.DatetimeIndex:
    return WEEK.starts(FIRST, WEEK.shifted(FIRST, revenue.size - 1))


def event(kind: str, first_week: int, weeks: int) -> pd.DataFrame:
    begins = FIRST + timedelta(weeks=first_week)
    days = pd.to_datetime([begins, begins + timedelta(weeks=weeks, days=-1)])
    return pd.DataFrame(
        {
            "event_kind": [kind],
            "event_name": [kind],
            "region_id": None,
            "category": None,
            "starts_on": days[:1],
            "ends_on": days[1:],
        }
    )


def forecast_of(revenue: np.ndarray, events: pd.DataFrame | None = None) -> HierarchyForecast:
    """The forecast of a shop's total."""
    starts = starts_of(revenue)
    sales = pd.DataFrame(
        {
            "series_id": "total",
            "level": "total",
            "region_id": "(all)",
            "category": "(all)",
            "period_on": starts,
        }
    )
    span = Span(FIRST, starts[-1].date(), WEEK)
    return forecast_hierarchy(
        sales.assign(revenue=revenue.round(2)), pd.DataFrame() if events is None else events, span, TOTAL
    )


@pytest.mark.parametrize("weeks", [53, 56, 60])
def test_a_takeaway_without_records_of_last_year_is_forecast_by_its_recent_weeks(weeks: int) -> None:
    sold = takeaway()
    forecast = forecast_of(sold[:weeks])
    assert smape(sold[weeks : weeks + 13], forecast.now.means[0]) < 18


@pytest.mark.parametrize("weeks", [53, 60, 66])
def test_weeks_that_are_missing_in_last_year_are_not_forecast_as_no_sales(weeks: int) -> None:
    sold = 2000 * noise(3)
    sold[4:17] = 0
    forecast = forecast_of(sold[:weeks])
    assert smape(sold[weeks : weeks + 13], forecast.now.means[0]) < 18


@pytest.mark.parametrize("weeks", [62, 66, 72])
def test_a_past_closure_is_not_forecast_as_a_closure(weeks: int) -> None:
    sold = closed_in_summer()
    forecast = forecast_of(sold[:weeks])
    assert forecast.now.means.min() > 600
    assert smape(sold[weeks : weeks + 13], forecast.now.means[0]) < 20


def test_a_stated_past_closure_is_not_forecast_as_a_closure() -> None:
    forecast = forecast_of(closed_in_summer()[:66], event("closure", 16, 10))
    assert forecast.now.means.min() > 600


def test_a_stated_coming_closure_is_forecast_as_no_sales_with_certainty_and_nothing_else_is() -> None:
    """Weeks 70 to 72 are closed; the shop was never closed before."""
    forecast = forecast_of((1000 * noise(2))[:66], event("closure", 70, 3))
    closed = np.isin(np.arange(66, 79), [70, 71, 72])
    assert (forecast.now.means[0] == 0).tolist() == closed.tolist()
    for lower, upper in forecast.bounds.values():
        assert (upper[0] == lower[0]).tolist() == closed.tolist()


@pytest.mark.parametrize("weeks", [90, 93, 98, 145])
def test_a_christmas_peak_is_not_halved(weeks: int) -> None:
    sold = 1000 * np.where(CHRISTMAS, 2.5, 1.0) * noise(4, 0.05)
    forecast = forecast_of(sold[:weeks])
    assert smape(sold[weeks : weeks + 13], forecast.now.means[0]) < 10


SHOPS = {
    "takeaway": takeaway(),
    "closed in summer": closed_in_summer(),
    "even": 1000 * noise(5, 0.2),
    "constant": np.full(WEEKS.size, 1000.0),
    "season": 1000 * (1 + 0.5 * np.sin(2 * np.pi * WEEKS / 52)) * noise(6),
    "growth": 1000 * 1.65 ** (WEEKS / 52) * (1 + 0.5 * np.sin(2 * np.pi * WEEKS / 52)) * noise(7),
    "decline": 1000 * 0.6 ** (WEEKS / 52) * np.where(CHRISTMAS, 2.5, 1.0) * noise(8),
    "launch": (2000 / (1 + np.exp(-(WEEKS - 25) / 6)) + 20) * noise(9),
    "promotions": 1000 * noise(10) * (1 + 1.5 * (np.random.default_rng(10).random(WEEKS.size) < 0.12)),
    "closed lately": np.where((WEEKS >= 57) & (WEEKS < 60), 0.0, 1000 * noise(11)),
}


@cache
def forecast_of_shop(shop: str, weeks: int) -> HierarchyForecast:
    """The forecast after some weeks of a shop, made once for all tests of this file."""
    return forecast_of(SHOPS[shop][:weeks])


@pytest.mark.parametrize("weeks", [8, 30, 49, 53, 60, 78, 104])
@pytest.mark.parametrize("shop", SHOPS)
def test_a_living_shop_is_never_forecast_to_sell_nothing_and_never_with_certainty(
    shop: str, weeks: int
) -> None:
    forecast = forecast_of_shop(shop, weeks)
    assert forecast.now.means.min() > 0
    assert all((upper > lower).all() for lower, upper in forecast.bounds.values())


@pytest.mark.parametrize("weeks", [53, 60, 78, 92, 104])
@pytest.mark.parametrize("shop", SHOPS)
def test_no_published_method_has_twice_the_error_of_a_naive_rule_in_its_own_row(
    shop: str, weeks: int
) -> None:
    row = forecast_accuracy(forecast_of_shop(shop, weeks)).iloc[0]
    for rule in ("smape_last_year", "smape_last_value", "smape_mean_of_8"):
        assert not row["smape"] > 2.2 * row[rule] + 1


@pytest.mark.parametrize("weeks", [53, 66, 92, 104])
@pytest.mark.parametrize("shop", SHOPS)
def test_the_forecast_does_not_jump_as_no_week_of_the_history_did(shop: str, weeks: int) -> None:
    """From the level of the last weeks on, a week follows another as in the history, or at most by half as
    much again.
    """
    history = SHOPS[shop][:weeks]
    history = filled(history[opened_at(history) :], (history <= 0)[opened_at(history) :])
    seen = np.abs(np.diff(np.log(history))).max()
    ahead = np.abs(np.diff(np.log(forecast_of_shop(shop, weeks).now.means[0]))).max()
    assert ahead <= seen + np.log(1.5)


def test_a_shop_that_stopped_selling_is_forecast_to_sell_nothing_with_certainty() -> None:
    sold = (1000 * noise(2))[:80]
    sold[-20:] = 0
    forecast = forecast_of(sold)
    assert forecast.now.models == ("zero",)
    assert all((upper == 0).all() for _, upper in forecast.bounds.values())


def test_a_shop_has_stopped_after_a_quarter_and_twice_its_longest_closure() -> None:
    assert has_stopped(np.r_[np.ones(30), np.zeros(13)], WEEK)
    assert not has_stopped(np.r_[np.ones(30), np.zeros(12)], WEEK)
    assert not has_stopped(np.r_[np.ones(20), np.zeros(10), np.ones(10), np.zeros(19)], WEEK)
    assert not has_stopped(np.zeros(30), WEEK)


def test_trade_begins_after_a_trial_and_after_first_small_sales() -> None:
    assert opened_at(np.r_[10.0, 0, 0, 0, 10, 0, 0, np.full(20, 10.0)]) == 7
    assert opened_at(np.r_[1.0, 1, 1, np.full(30, 100.0)]) == 3
    assert opened_at(np.r_[10.0, 10, 0, np.full(20, 10.0)]) == 0
    assert opened_at(np.tile([0.0, 0, 10], 20)) == 0


def test_a_closure_about_christmas_or_of_two_years_is_a_season_and_others_are_not() -> None:
    starts = WEEK.starts(FIRST, WEEK.shifted(FIRST, 119))
    year_end = int(np.flatnonzero(starts == pd.Timestamp("2021-12-27"))[0])
    sold = np.full(120, 100.0)
    sold[[year_end, 60, 10, 62, 30]] = 0
    assert np.flatnonzero(closed_periods(sold, starts, WEEK)).tolist() == [30, 60]
    assert filled(sold, closed_periods(sold, starts, WEEK))[[30, 60]].tolist() == [100, 100]


def test_a_shop_that_sells_now_and_then_has_no_closures() -> None:
    sold = np.tile([0.0, 0, 10], 30)
    assert not closed_periods(sold, WEEK.starts(FIRST, WEEK.shifted(FIRST, 89)), WEEK).any()


@given(st.lists(st.sampled_from([0.0, 0.0, 1.0, 50.0, 200.0]), max_size=150))
def test_only_weeks_without_sales_are_filled_and_enough_of_any_history_remains(values: list[float]) -> None:
    total = np.array(values)
    starts = WEEK.starts(FIRST, WEEK.shifted(FIRST, total.size - 1)) if total.size else pd.DatetimeIndex([])
    closed = closed_periods(total, starts, WEEK)
    whole = filled(total, closed)
    assert (total[closed] == 0).all()
    assert (whole[~closed] == total[~closed]).all()
    assert total.size - opened_at(total) >= min(total.size, 10)
