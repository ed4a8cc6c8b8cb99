from __future__ import annotations

import numpy as np
import pytest

from headgate.analytics.seasons import discernible, mean_cycle, seasonal_parts, seasonal_strength

pytestmark = pytest.mark.unit

SEASONAL = np.tile([10.0, 20, 40, 20, 15], 20) + np.linspace(0, 50, 100)


def test_a_season_needs_more_than_two_cycles() -> None:
    assert discernible(104, (52, 4)) == (4,)
    assert discernible(105, (52, 4)) == (4, 52)
    assert discernible(100, (0, 1)) == ()


def test_parts_add_up_to_the_series() -> None:
    parts = seasonal_parts(SEASONAL, (5,))
    assert parts.trend + parts.seasons[5] + parts.rest == pytest.approx(SEASONAL)
    assert parts.seasonal_strength > 0.95
    assert parts.seasons_ahead(7) == pytest.approx(np.r_[parts.seasons[5][-5:], parts.seasons[5][-5:-3]])


@pytest.mark.parametrize("season", [4, 5])
def test_the_cheap_strength_distinguishes_a_season_from_noise(season: int) -> None:
    noise = np.random.default_rng(8).normal(100, 5, 100)
    pattern = np.tile(np.arange(season) * 20.0, 100 // season)
    assert seasonal_strength(noise + pattern, season) > 0.9
    assert seasonal_strength(noise, season) < 0.3
    assert seasonal_strength(np.linspace(0, 9, 100), season) < 0.3


def test_the_mean_cycle_weighs_newer_cycles_more_and_has_the_level_of_the_last_one() -> None:
    assert mean_cycle(np.array([9.0, 1, 2, 3, 2, 1, 6]), 3).tolist() == pytest.approx(
        [1.826, 1.696, 5.478], abs=1e-3
    )
    assert mean_cycle(np.array([9.0, 1, 2, 3]), 3).tolist() == [1, 2, 3]
