from __future__ import annotations

import numpy as np
import pytest

from headgate.analytics.seasons import seasonal_parts
from headgate.analytics.steady_seasons import steady_seasons

pytestmark = pytest.mark.unit

WEEKS = np.arange(156)
SEASON = 25 * np.sin(2 * np.pi * WEEKS / 52)
NOISE = np.random.default_rng(3).normal(0, 3, WEEKS.size)


def test_a_new_level_is_not_taken_for_a_part_of_the_season() -> None:
    values = 100 + SEASON + NOISE + 60 * (WEEKS >= 70) - 40 * (WEEKS >= 120)
    found = steady_seasons(values, (52,), 8)
    assert np.abs(found - SEASON).max() < 5
    smeared = seasonal_parts(values, (52,)).seasons[52]
    assert np.abs(smeared - SEASON).max() > 10


def test_a_series_of_one_level_has_its_season_taken_off() -> None:
    assert np.abs(steady_seasons(100 + SEASON + NOISE, (52,), 8) - SEASON).max() < 5


def test_every_day_of_the_week_has_its_own_height() -> None:
    days = np.arange(400)
    heights = np.array([5.0, 3, 3, 3, 4, 9, 8])
    found = steady_seasons(heights[days % 7] + 10.0 * (days >= 200), (7,), 28)
    assert found == pytest.approx((heights - heights.mean())[days % 7])


@pytest.mark.parametrize("values", [np.zeros(120), np.full(120, 4.0), np.arange(120.0)])
def test_what_has_no_season_keeps_finite(values: np.ndarray) -> None:
    assert np.isfinite(steady_seasons(values, (52,), 8)).all()
