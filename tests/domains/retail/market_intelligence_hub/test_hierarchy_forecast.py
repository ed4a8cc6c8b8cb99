"""Intervals of the hierarchy's forecast."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail.market_intelligence_hub.features import Span
from headgate.domains.retail.market_intelligence_hub.forecast_plan import WEEK, Plan
from headgate.domains.retail.market_intelligence_hub.forecasting import Backtest, Origin
from headgate.domains.retail.market_intelligence_hub.hierarchy_forecast import _errors_at, forecast_hierarchy

pytestmark = pytest.mark.unit


def test_intervals_of_a_busy_season_are_as_wide_in_proportion_as_those_of_quiet_ones() -> None:
    """The same relative errors at a quiet origin: twice the forecast has twice the interval."""
    quiet = Origin((np.full(40, 100.0),), np.full((1, 4), 100.0), ("ensemble",), np.ones(1))
    past = Backtest((quiet,), np.array([[[90.0, 110.0, 120.0, 80.0]]]))
    busy = Origin(quiet.histories, np.full((1, 4), 200.0), ("ensemble",), np.ones(1))
    assert _errors_at(quiet, past).errors.tolist() == [[[-10, 10, 20, -20]]]
    assert _errors_at(busy, past).errors.tolist() == [[[-20, 20, 40, -40]]]


def shop_of(weeks: int) -> tuple[pd.DataFrame, Span]:
    """The total of a shop that sells three times as much in the last ten weeks of a year, with little noise."""
    random, number = np.random.default_rng(3), np.arange(weeks)
    revenue = np.where(number % 52 >= 42, 300.0, 100.0) * np.exp(random.normal(0, 0.05, weeks))
    first = date(2022, 1, 3)
    starts = WEEK.starts(first, WEEK.shifted(first, weeks - 1))
    sales = pd.DataFrame({"series_id": "total", "level": "total", "region_id": "(all)", "category": "(all)", "period_on": starts})
    return sales.assign(revenue=revenue), Span(first, starts[-1].date(), WEEK)


@pytest.mark.parametrize(("weeks", "model"), [(104, "last_year"), (113, "half_last_year")])
def test_last_year_that_won_its_backtest_is_published_until_the_models_know_the_season(weeks: int, model: str) -> None:
    """A season takes more than two years to be learnt."""
    sales, span = shop_of(weeks)
    found = forecast_hierarchy(sales, pd.DataFrame(), span, Plan.of({"forecast_by": "none"}))
    assert found.now.models == (model,)
