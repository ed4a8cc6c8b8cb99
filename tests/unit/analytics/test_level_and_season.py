"""Level and season: a year that was seen once is repeated as far as the history shows, a launch and a drift
are not.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.analytics.forecast_errors import smape
from headgate.analytics.level_and_season import SIZES, _parts, _posterior, level_and_season

pytestmark = pytest.mark.system

WEEKS = np.arange(156)
CHRISTMAS = np.exp(-0.5 * ((WEEKS % 52 - 46) / 2) ** 2)


def noise(seed: int, size: float = 0.1) -> np.ndarray:
    return np.exp(np.random.default_rng(seed).normal(0, size, WEEKS.size))


def forecast_of(sold: np.ndarray, weeks: int) -> tuple[np.ndarray, np.ndarray]:
    outlook = level_and_season((sold[:weeks],), 13, 52)
    return outlook.means[0], outlook.doubt[0]


def error(sold: np.ndarray, weeks: int) -> float:
    return smape(sold[weeks : weeks + 13], forecast_of(sold, weeks)[0])


def test_a_peak_that_was_seen_once_returns() -> None:
    sold = 1000 * (1 + 2 * CHRISTMAS) * noise(1)
    assert error(sold, 92) < 12


def test_a_season_and_growth_are_separated() -> None:
    sold = 1000 * np.exp(0.5 * WEEKS / 52) * (1 + 0.3 * np.sin(2 * np.pi * WEEKS / 52)) * noise(2)
    assert max(error(sold, weeks) for weeks in (70, 84, 110)) < 20


@pytest.mark.parametrize("weeks", [53, 57, 62])
def test_a_launch_is_neither_a_season_nor_growth(weeks: int) -> None:
    sold = 1000 / (1 + np.exp(-(WEEKS - 12) / 4)) * noise(3)
    assert error(sold, weeks) < 15


def test_a_series_without_a_season_is_forecast_by_its_level() -> None:
    means, _ = forecast_of(1000 * noise(4), 60)
    assert np.abs(means / 1000 - 1).max() < 0.1


def test_the_doubt_holds_what_is_not_known_of_the_season() -> None:
    """With half of a season that was seen to move the level, more is in doubt than of a level that never
    moved.
    """
    seasonal, flat = 1000 * (1 + 0.6 * np.sin(2 * np.pi * WEEKS / 52)) * noise(5), 1000 * noise(5)
    assert forecast_of(seasonal, 30)[1][-1] > 1.5 * forecast_of(flat, 30)[1][-1]


@pytest.mark.parametrize("weeks", [52, 56, 70, 100])
def test_eighty_percent_of_the_coming_weeks_lie_within_the_doubt(weeks: int) -> None:
    inside = []
    for seed in range(20):
        sold = 1000 * (1 + CHRISTMAS) * noise(seed)
        means, doubt = forecast_of(sold, weeks)
        inside.append(np.abs(np.log(sold[weeks : weeks + 13] / means)) < 1.28 * doubt)
    assert 0.75 <= np.mean(inside) <= 0.9


@pytest.mark.parametrize("weeks", [53, 54, 55])
def test_the_first_weeks_show_the_season_that_follows_a_year_later(weeks: int) -> None:
    """A shop whose history begins with its busiest weeks has seen them once, however long the history is."""
    busy = np.where(WEEKS % 52 < 3, 3.0, 1.0)
    means, _ = forecast_of(1000 * busy * noise(8, 0.05), weeks)
    ahead = busy[weeks : weeks + 13] > 1
    assert (means[ahead] > 1800).all()
    assert (means[~ahead] < 1300).all()


def test_series_that_begin_within_four_weeks_are_cut_to_the_same_length() -> None:
    """Each length has covariances of its own. The longest series keep all of their weeks."""
    sold, others = 1000 * noise(9), 1000 * noise(10)
    panels = [(sold[:71], others[begin:71]) for begin in (8, 9, 10, 11)]
    means = [level_and_season(panel, 13, 52).means[1] for panel in panels]
    assert np.allclose(means, means[-1], rtol=0.01)
    assert not np.allclose(forecast_of(sold[3:], 68)[0], forecast_of(sold, 71)[0], rtol=1e-6)


def test_a_small_series_has_the_season_of_its_panel() -> None:
    """Its own weeks are so noisy that they show none."""
    season = 1000 * (1 + CHRISTMAS) * noise(6, 0.03)
    share = 0.02 * np.exp(np.random.default_rng(7).normal(0, 0.5, WEEKS.size))
    alone = level_and_season(((season * share)[:92],), 13, 52).means[0]
    together = level_and_season((season[:92], (season * share)[:92]), 13, 52).means[1]
    expected = (1000 * (1 + CHRISTMAS) * 0.02)[92:105]
    assert smape(expected, together) < smape(expected, alone)


def test_days_repeat_the_shares_of_their_week() -> None:
    week = np.array([1.0, 2, 3, 4, 5, 6, 0])
    means = level_and_season((np.tile(week, 40),), 14, 364, 7).means[0]
    assert means == pytest.approx(np.tile(week, 2), rel=0.02)


def test_months_have_their_season() -> None:
    months = 100 * np.tile(np.r_[np.ones(11), 2.0], 4)
    means = level_and_season(
        (months[:30] * np.exp(np.random.default_rng(8).normal(0, 0.02, 30)),), 12, 12
    ).means[0]
    assert smape(months[30:42], means) < 5


CLOCKS = st.sampled_from([(52, 1), (12, 1), (364, 7)])


@given(st.lists(st.lists(st.floats(-1e3, 1e6), max_size=70), max_size=3), st.integers(1, 20), CLOCKS)
def test_every_panel_has_a_forecast_that_is_finite_and_not_negative(
    values: list[list[float]], horizon: int, clock: tuple[int, int]
) -> None:
    outlook = level_and_season([np.array(each, dtype=float) for each in values], horizon, *clock)
    assert outlook.means.shape == outlook.doubt.shape == (len(values), horizon)
    assert np.isfinite(outlook.means).all()
    assert (outlook.means >= 0).all()
    assert np.isfinite(outlook.doubt).all()


def test_each_size_has_the_forecast_of_its_own_covariance() -> None:
    rng = np.random.default_rng(6)
    logs, shapes = rng.normal(0, 0.2, (3, 40)), rng.normal(0, 1, (53, 2))
    posterior = _posterior(logs, 52, shapes)
    parts = (*_parts(53, 40, 52), shapes @ shapes.T)
    for number, sizes in enumerate(SIZES):
        covariance = parts[0] + sum(size**2 * part for size, part in zip(sizes, parts[1:], strict=True))
        weights = np.linalg.solve(covariance[:40, :40], covariance[:40, 40:])
        assert np.allclose(posterior.means[number], logs @ weights, atol=1e-6)
        left = np.diag(covariance[40:, 40:]) - (covariance[:40, 40:] * weights).sum(axis=0)
        assert np.allclose(posterior.variance[number] / posterior.variance[number, :, :1], left / left[0])


def test_a_forecast_does_not_depend_on_the_series_before_it() -> None:
    sold = [1000 * noise(seed) for seed in (7, 8)]
    alone = [forecast_of(sold[0], 60), forecast_of(sold[1], 70)]
    again = [forecast_of(sold[0], 60), forecast_of(sold[1], 60), forecast_of(sold[1], 70)]
    assert np.array_equal(again[0], alone[0])
    assert np.array_equal(again[2], alone[1])
