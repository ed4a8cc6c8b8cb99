from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.analytics.level_and_season import level_and_season
from headgate.analytics.point_forecasts import Ensemble, is_intermittent, point_forecast
from headgate.analytics.pooled_autoregression import SeriesVotes

pytestmark = pytest.mark.unit

VALUES = st.one_of(st.just(0.0), st.floats(-1e9, 1e9), st.sampled_from([np.nan, np.inf, 1e-300, 1.0, 100.0]))


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, max_size=40), st.integers(1, 20), st.sampled_from([(), (4,), (4, 7)]))
def test_any_history_gets_a_finite_forecast(
    history: list[float], horizon: int, seasons: tuple[int, ...]
) -> None:
    found = point_forecast(np.array(history), horizon, seasons)
    assert found.mean.shape == (horizon,)
    assert np.isfinite(found.mean).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40))
def test_what_was_never_negative_is_not_forecast_negative(history: list[float]) -> None:
    assert (point_forecast(np.array(history), 6).mean >= 0).all()


@pytest.mark.parametrize(
    ("history", "model", "mean"),
    [
        ([], "zero", 0.0),
        ([0.0] * 20, "zero", 0.0),
        ([7.0] * 20, "constant", 7.0),
        ([1.0, 2.0, 3.0], "mean", 2.0),
    ],
)
def test_histories_without_shape_get_plain_methods(history: list[float], model: str, mean: float) -> None:
    found = point_forecast(np.array(history), 3)
    assert found.model == model
    assert found.mean.tolist() == pytest.approx([mean] * 3)


def test_sparse_sales_are_intermittent_and_leading_zeros_are_not() -> None:
    assert is_intermittent(np.array([1.0, 0, 0, 2, 0, 0, 3, 0, 0]))
    assert not is_intermittent(np.array([0.0, 0, 0, 0, 0, 0, 3, 4, 5]))
    assert not is_intermittent(np.array([1.0, 0, 0, -2, 0, 0, 3, 0, 0]))


def test_a_season_is_carried_on() -> None:
    season = np.tile([10.0, 20, 40, 20], 12) + np.linspace(0, 5, 48)
    found = point_forecast(season, 4, (4,))
    assert found.model == "seasonal_ensemble"
    assert found.mean == pytest.approx([15, 25, 45, 25], rel=0.05)


def test_a_season_without_two_whole_cycles_is_not_looked_for() -> None:
    assert point_forecast(np.arange(1.0, 53), 4, (52,)).model == "ensemble"


def test_no_forecast_runs_away_from_its_history() -> None:
    explosive = 1.5 ** np.arange(40.0)
    assert point_forecast(explosive, 50).mean.max() <= explosive.max() * 4


@settings(max_examples=8, deadline=None)
@given(st.lists(VALUES, max_size=30), st.sampled_from([(), (4, 7)]))
def test_the_listed_methods_never_fail_either(history: list[float], seasons: tuple[int, ...]) -> None:
    assert np.isfinite(point_forecast(np.array(history), 5, seasons, ensemble=Ensemble.LISTED).mean).all()


def test_the_listed_methods_carry_two_seasons_on() -> None:
    at = np.arange(96)
    history = (
        100
        + 10 * np.sin(2 * np.pi * at / 4)
        + 20 * np.sin(2 * np.pi * at / 12)
        + np.random.default_rng(8).normal(0, 0.5, 96)
    )
    found = point_forecast(history[:84], 12, (4, 12), ensemble=Ensemble.LISTED)
    assert found.model == "listed"
    assert found.mean == pytest.approx(history[84:], abs=5)


def test_where_the_panel_forecasts_a_series_well_no_method_of_one_series_outvotes_it() -> None:
    """Source: M4's hourly series without a daily season, of which the panel leaves a fifth of the naive
    error.
    """
    history = 500 + np.cumsum(np.random.default_rng(19).normal(0, 1, 120))
    said = history.max() + np.ptp(history)
    ahead = np.full((2, 4), said)
    alone = point_forecast(history, 4, (52,), SeriesVotes(ahead, left=0.2))
    assert alone.mean == pytest.approx([said] * 4)
    assert (
        point_forecast(history, 4, (52,), SeriesVotes(ahead, left=0.9)).mean.max()
        < history.max() + np.ptp(history) / 2
    )


@pytest.mark.parametrize("season", [4, 7, 12, 24])
def test_no_panel_votes_on_a_series_whose_seasons_are_short(season: int) -> None:
    """Such a season is seen often in the series itself: the median of three methods that know it decides."""
    at = np.arange(5 * season + 8)
    history = 100 + 20 * np.sin(2 * np.pi * at / season) + np.random.default_rng(29).normal(0, 1, at.size)
    found = point_forecast(history[:-8], 8, (season,), SeriesVotes(np.full((2, 8), 1e6), left=0.1))
    assert found.model == "seasonal_ensemble"
    assert found.mean == pytest.approx(history[-8:], abs=8)


def test_a_short_season_of_sales_that_touch_zero_is_found_too() -> None:
    """Seasons that multiply need positive values."""
    history = (50 * (1 + np.sin(2 * np.pi * np.arange(68) / 12))).round(6)
    assert history.min() == 0
    found = point_forecast(history[:60], 8, (12,))
    assert found.mean == pytest.approx(history[60:], abs=15)


def test_a_season_that_was_seen_once_is_averaged_with_the_methods_of_the_series() -> None:
    history = (
        100
        * (1 + np.exp(-0.5 * ((np.arange(90) % 52 - 40) / 3) ** 2))
        * np.exp(np.random.default_rng(3).normal(0, 0.05, 90))
    )
    plain, seasonal = point_forecast(history, 6), point_forecast(history, 6, (52,))
    outlook = level_and_season((history,), 6, 52)
    assert seasonal.model == plain.model == "ensemble"
    assert seasonal.mean == pytest.approx((plain.mean + outlook.means[0]) / 2, rel=0.01)
