"""Table `forecast_accuracy`: the figures of a row are those of the method that the row names."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from headgate.analytics.forecasting import Backtest, Origin
from headgate.analytics.periods import WEEK, Span
from headgate.analytics.running_sums import running_sums
from headgate.domains.retail.market_intelligence_hub.forecast_accuracy import (
    COVERAGES,
    MEASURES,
    RULES,
    forecast_accuracy,
)
from headgate.domains.retail.market_intelligence_hub.hierarchy_forecast import HierarchyForecast

pytestmark = pytest.mark.unit

ACTUAL = 100.0
HISTORY = np.tile([90.0, 110.0], 20)


def origin(model: str, mean: float) -> Origin:
    return Origin((HISTORY,), np.full((1, 4), mean), (model,), np.ones(1))


def accuracy(model: str, past: list[tuple[str, float]], last_year: list[float]) -> pd.Series:
    """The row of a series that `model` forecasts, after origins with the given methods and means.

    Args:
        last_year: the mean by last year at each origin; NaN where no year was known.
    """
    count, known_year = len(past), np.array(last_year)
    all_in = (np.full((1, 4), 0.0), np.full((1, 4), 1000.0))
    backtest = Backtest(tuple(origin(*one) for one in past), np.full((count, 1, 4), ACTUAL))
    forecast = HierarchyForecast(
        series=pd.DataFrame(
            {"series_id": ["total"], "level": ["total"], "region_id": ["(all)"], "category": ["(all)"]}
        ),
        span=Span(date(2022, 1, 3), date(2022, 10, 3), WEEK),
        now=origin(model, ACTUAL),
        bounds={80: all_in, 95: all_in},
        sums=running_sums(origin(model, ACTUAL), backtest),
        past=backtest,
        past_bounds=({80: all_in, 95: all_in},) * count,
        too_short=np.array([False]),
        rules={
            "last_year": np.broadcast_to(known_year[:, None, None], (count, 1, 4)),
            "last_value": np.full((count, 1, 4), HISTORY[-1]),
            "mean_of_8": np.full((count, 1, 4), HISTORY[-8:].mean()),
        },
    )
    return forecast_accuracy(forecast).iloc[0]


def test_the_error_of_last_year_is_null_where_no_year_was_known() -> None:
    row = accuracy("ensemble", [("ensemble", 110.0)] * 2, [np.nan, np.nan])
    assert pd.isna(row["smape_last_year"])
    assert row["smape_last_value"] > 0


def test_the_error_of_last_year_is_null_unless_each_origin_of_the_row_knew_a_year() -> None:
    """A mean over other origins than those of the published method cannot be compared with it."""
    assert pd.isna(accuracy("ensemble", [("ensemble", 110.0)] * 2, [120.0, np.nan])["smape_last_year"])
    assert accuracy("ensemble", [("ensemble", 110.0)] * 2, [120.0, 120.0])[
        "smape_last_year"
    ] == pytest.approx(200 * 20 / 220)


def test_the_nearest_error_is_the_least_of_the_forecast_and_the_rules_that_were_tested() -> None:
    row = accuracy("ensemble", [("ensemble", 110.0)] * 2, [101.0, 101.0])
    assert row["smape_nearest"] == row["smape_mean_of_8"] < row["smape_last_year"] < row["smape"]
    row = accuracy("ensemble", [("ensemble", 100.0)] * 2, [np.nan, np.nan])
    assert row["smape_nearest"] == row["smape"] == 0
    assert pd.isna(accuracy("pooled_ensemble", [("ensemble", 110.0)], [120.0])["smape_nearest"])


def test_figures_are_measured_only_at_origins_that_the_published_method_forecast() -> None:
    row = accuracy("last_year", [("last_year", 120.0), ("ensemble", 300.0)], [120.0, np.nan])
    assert row["windows"] == 1
    assert row["smape"] == row["smape_last_year"] == pytest.approx(200 * 20 / 220)


def test_a_method_that_forecast_at_no_origin_has_no_figures() -> None:
    row = accuracy("last_year", [("ensemble", 101.0)] * 3, [np.nan] * 3)
    assert row["windows"] == 0
    assert row[[*MEASURES, *RULES, *COVERAGES, "owa"]].isna().all()


def test_figures_are_null_without_any_origin() -> None:
    row = accuracy("ensemble", [], [])
    assert row["windows"] == 0
    assert row[[*MEASURES, *RULES, *COVERAGES, "owa"]].isna().all()
