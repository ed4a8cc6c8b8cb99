from __future__ import annotations

import numpy as np
import pytest

from headgate.analytics.forecasting import SeriesHistories, Task, backtest
from headgate.analytics.pooled_autoregression import pooled_votes

pytestmark = pytest.mark.unit

SEASON = 30  # a panel has nothing to add to a short season
STEPS = 32


def _panel(count: int, size: int = 400) -> list[np.ndarray]:
    """Series of one seasonal shape, each at its own level, scale and phase, with noise."""
    rng = np.random.default_rng(17)
    at = np.arange(size + STEPS)
    levels, scales, phases = (
        rng.uniform(50, 5000, count),
        rng.uniform(1, 20, count),
        rng.integers(0, SEASON, count),
    )
    shape = np.repeat([0.0, 1, 3, 5, 2, -1], SEASON // 6)
    return [
        level + scale * (shape[(at + phase) % SEASON] + rng.normal(0, 0.2, at.size))
        for level, scale, phase in zip(levels, scales, phases, strict=True)
    ]


def test_a_shape_that_the_panel_shares_is_carried_on_in_every_series() -> None:
    series = _panel(20)
    votes = pooled_votes(tuple(y[:-STEPS] for y in series), STEPS, (SEASON,)).ahead
    for vote in votes:
        errors = [np.abs(vote[number] - y[-STEPS:]).mean() / np.ptp(y) for number, y in enumerate(series)]
        assert max(errors) < 0.1


def test_series_of_one_kind_learn_from_each_other_alone() -> None:
    """Walks, which their last value forecasts best, change nothing for series with a season."""
    seasonal = tuple(_panel(12))
    walks = tuple(1000 + np.random.default_rng(seed).normal(0, 1, 432).cumsum() for seed in range(12))
    together, alone = (pooled_votes(panel, STEPS, (SEASON,)) for panel in ((*seasonal, *walks), seasonal))
    assert together.ahead[:, :12].tolist() == alone.ahead.tolist()


def test_small_panels_and_panels_without_a_season_have_nothing_to_say() -> None:
    few = tuple(_panel(9))
    assert np.isnan(pooled_votes(few, STEPS, (SEASON,)).ahead).all()
    assert np.isnan(pooled_votes(tuple(_panel(20)), STEPS, ()).ahead).all()
    assert np.isnan(pooled_votes((), STEPS, (SEASON,)).ahead).all()


@pytest.mark.parametrize(("season", "speaks"), [(7, False), (24, False), (25, True)])
def test_a_panel_is_silent_about_seasons_that_each_series_shows_often_enough(
    season: int, *, speaks: bool
) -> None:
    assert np.isfinite(pooled_votes(tuple(_panel(20)), STEPS, (season,)).ahead).all() == speaks


def test_series_that_are_short_or_never_move_are_left_to_others() -> None:
    histories = (*_panel(20), np.full(90, 5.0), np.arange(7.0), np.empty(0))
    votes = pooled_votes(histories, STEPS, (SEASON,)).ahead
    assert np.isfinite(votes[:, :20]).all()
    assert np.isnan(votes[:, 20:]).all()


def test_logarithms_are_taken_of_positive_series_only() -> None:
    histories = [*_panel(20)]
    histories[3] = histories[3] - histories[3].mean()
    values, logs = pooled_votes(tuple(histories), STEPS, (SEASON,)).ahead
    assert np.isfinite(values[3]).all()
    assert np.isnan(logs[3]).all()


def test_how_well_the_panel_forecasts_a_series_is_reported_with_its_votes() -> None:
    """A wave of another length than the season: both naive methods fail, an autoregression does not."""
    wave = 500 + 50 * np.sin(2 * np.pi * np.arange(400) / 47)
    found = pooled_votes((*_panel(20), wave, np.full(90, 5.0)), STEPS, (SEASON,))
    assert found.left[:20].max() < 1
    assert found.of(20).left < 0.6 * found.left[:20].min()
    assert np.isnan(found.of(21).left)
    assert np.isnan(pooled_votes(tuple(_panel(9)), STEPS, (SEASON,)).left).all()


def test_the_panels_votes_count_in_the_forecast() -> None:
    series = _panel(12)
    found, _ = backtest(SeriesHistories(tuple(y[:-STEPS] for y in series)), Task(STEPS, (SEASON,)), cuts=())
    assert set(found.models) == {"pooled_ensemble"}
    assert np.stack([y[-STEPS:] for y in series]) == pytest.approx(found.means, rel=0.2)
