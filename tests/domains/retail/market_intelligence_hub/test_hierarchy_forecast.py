"""Intervals of the hierarchy's forecast."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from headgate.analytics.forecasting import Backtest, Origin, SeriesHistories, Task
from headgate.analytics.periods import WEEK, Span
from headgate.analytics.published_forecast import errors_at, is_untested
from headgate.domains.retail.market_intelligence_hub.forecast_plan import Plan
from headgate.domains.retail.market_intelligence_hub.hierarchy_forecast import forecast_hierarchy
from headgate.domains.retail.money import amounts
from headgate.domains.retail.usual_season import with_usual_season

pytestmark = pytest.mark.system


def test_intervals_of_a_busy_season_are_as_wide_in_proportion_as_those_of_quiet_ones() -> None:
    """The same relative errors at a quiet origin: twice the forecast has twice the interval."""
    quiet = Origin((np.full(40, 100.0),), np.full((1, 4), 100.0), ("ensemble",), np.ones(1))
    past = Backtest((quiet,), np.array([[[90.0, 110.0, 120.0, 80.0]]]))
    busy = Origin(quiet.histories, np.full((1, 4), 200.0), ("ensemble",), np.ones(1))
    assert errors_at(quiet, past).errors.tolist() == [[[-10, 10, 20, -20]]]
    assert errors_at(busy, past).errors.tolist() == [[[-20, 20, 40, -40]]]


def shop_of(weeks: int) -> tuple[pd.DataFrame, Span]:
    """The total of a shop that sells three times as much in the last ten weeks of a year, with
    little noise.
    """
    random, number = np.random.default_rng(3), np.arange(weeks)
    revenue = np.where(number % 52 >= 42, 300.0, 100.0) * np.exp(random.normal(0, 0.05, weeks))
    first = date(2022, 1, 3)
    starts = WEEK.starts(first, WEEK.shifted(first, weeks - 1))
    sales = pd.DataFrame(
        {
            "series_id": "total",
            "level": "total",
            "region_id": "(all)",
            "category": "(all)",
            "period_on": starts,
        }
    )
    return sales.assign(revenue=revenue), Span(first, starts[-1].date(), WEEK)


@pytest.mark.parametrize("weeks", [93, 104, 113])
def test_last_year_shows_the_season_until_the_models_know_it(weeks: int) -> None:
    """A season takes more than two years to be learnt; after 93 weeks the peak of ten weeks begins."""
    sales, span = shop_of(weeks)
    forecast = forecast_hierarchy(sales, pd.DataFrame(), span, Plan.of({"forecast_by": "none"}))
    expected = np.where((weeks + np.arange(13)) % 52 >= 42, 300.0, 100.0)
    assert forecast.now.means[0] == pytest.approx(expected, rel=0.25)


def shop_of_two_categories(seed: int, weeks: int = 40) -> tuple[pd.DataFrame, Span]:
    """A total whose level has always changed in the week before a past origin, which its last value knows
    first, and one of two categories that sells in a third of the weeks only.
    """
    random, first = np.random.default_rng(seed), date(2022, 1, 3)
    starts = WEEK.starts(first, WEEK.shifted(first, weeks - 1))
    level = np.where((np.arange(weeks) + 1 - weeks) // 13 % 2, 2000, 1000)
    total = level * np.exp(random.normal(0, 0.02, weeks))
    promoted = (total * np.where(random.random(weeks) < 1 / 3, 0.6, 0.0)).round(2)
    total = total.round(2)
    named = (
        ("category=A", "category", "A", promoted),
        ("category=B", "category", "B", total - promoted),
        ("total", "total", "(all)", total),
    )
    frames = [
        pd.DataFrame(
            {
                "series_id": name,
                "level": level,
                "region_id": "(all)",
                "category": category,
                "period_on": starts,
                "revenue": sold,
            }
        )
        for name, level, category, sold in named
    ]
    return pd.concat(frames, ignore_index=True), Span(first, starts[-1].date(), WEEK)


def usual_uplift(span: Span) -> npt.NDArray[np.float64]:
    """The uplift of the next 13 weeks that a usual shop has, for one of less than a year."""
    panel = with_usual_season(SeriesHistories((np.ones(40),)), span, 13)
    assert panel.exposure is not None
    assert panel.expected is not None
    return np.asarray(panel.exposure[0, -13:, 0] * panel.expected[0])


def test_a_shop_without_a_year_expects_the_weeks_before_christmas_to_be_busy() -> None:
    """After 44 weeks from 3 January the next 13 begin on 7 November; a shop with a year knows its own."""
    assert usual_uplift(shop_of(44)[1]) == pytest.approx(
        [0.08] * 3 + [0.08 * 3 / 7 + 0.5 * 4 / 7] + [0.5] * 2 + [0.5 * 6 / 7] + [0.0] * 6
    )
    young, year = (SeriesHistories((np.ones(weeks),)) for weeks in (47, 48))
    assert with_usual_season(year, shop_of(48)[1], 13).exposure is None
    assert with_usual_season(young, shop_of(47)[1], 13).exposure is not None


def test_a_first_christmas_without_trade_lowers_the_usual_season() -> None:
    """A series of even weeks over November and December has less of the uplift than one that saw neither."""
    first = date(2022, 9, 5)
    span = Span(first, WEEK.shifted(first, 19), WEEK)
    even = with_usual_season(SeriesHistories((np.full(20, 100.0),)), span, 50)
    _, factors = even.without_events(Task(50))
    assert 1.05 < factors.max() < 1.45


@pytest.mark.parametrize(("seed", "stays"), [(1, True), (2, False)])
def test_the_last_value_of_the_total_stays_where_the_backtest_says_that_adding_up_makes_it_worse(
    seed: int, *, stays: bool
) -> None:
    sales, span = shop_of_two_categories(seed)
    forecast = forecast_hierarchy(sales, pd.DataFrame(), span, Plan.of({"forecast_by": "category"}))
    total, last = 2, sales.revenue.iloc[-1]
    assert forecast.now.models[total] == "last_value"
    in_season = last * (1 + usual_uplift(span))
    assert (forecast.now.means[total].tolist() == in_season.round(2).tolist()) == stays
    assert (
        amounts(forecast.now.means[total]).tolist()
        == (amounts(forecast.now.means[0]) + amounts(forecast.now.means[1])).tolist()
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_a_total_by_a_naive_rule_was_no_worse_at_past_origins_than_the_rule(seed: int) -> None:
    """A forecast that is published under the rule's name has the rule's error or less."""
    sales, span = shop_of_two_categories(seed)
    forecast = forecast_hierarchy(sales, pd.DataFrame(), span, Plan.of({"forecast_by": "category"}))
    scale = np.array([origin.spread[2] for origin in forecast.past.origins])
    by_rule = np.abs(forecast.past.actuals - forecast.rules["last_value"])[:, 2].mean(axis=1) / scale
    published = np.array([np.abs(error[2]).mean() for error in forecast.past.past.errors]) / scale
    assert published.sum() <= by_rule.sum() + 1e-6


@pytest.mark.parametrize(("weeks", "is_untested"), [(52, True), (104, False)])
def test_history_is_too_short_where_no_origin_tested_the_method_with_a_year(
    weeks: int, *, is_untested: bool
) -> None:
    sales, span = shop_of(weeks)
    forecast = forecast_hierarchy(sales, pd.DataFrame(), span, Plan.of({"forecast_by": "none"}))
    knew_a_year = [np.isfinite(by_year).all() for by_year in forecast.rules["last_year"]]
    assert forecast.too_short.tolist() == [not any(knew_a_year)] == [is_untested]


def test_models_that_know_the_season_are_not_tested_by_origins_that_did_not() -> None:
    """The models of two years are a seasonal ensemble.

    Those of the origins before could not know a season.
    """
    histories = (np.full(105, 100.0),)
    now = Origin(histories, np.full((1, 4), 100.0), ("seasonal_ensemble",), np.ones(1))
    past = Backtest((replace(now, models=("ensemble",)),), np.full((1, 1, 4), 100.0))
    assert is_untested(now, past)[0]
    assert not is_untested(replace(now, models=("ensemble",)), past)[0]
