from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from headgate.analytics.changes import CHANGE_P, chance, changes

pytestmark = pytest.mark.unit

Array = npt.NDArray[np.float64]
LEAST = 8


def _persistent(size: int, share: float, seed: int) -> Array:
    """Noise of variance 1, of which each value keeps a share of the one before."""
    steps = np.random.default_rng(seed).normal(0, np.sqrt(1 - share**2), size + 50)
    values = np.zeros(size + 50)
    for at in range(1, size + 50):
        values[at] = share * values[at - 1] + steps[at]
    return values[50:]


def test_each_of_several_levels_is_found_where_it_begins() -> None:
    levels = np.repeat([100.0, 160.0, 90.0, 140.0], [30, 20, 40, 14])
    found = changes(levels + 10 * _persistent(104, 0.0, 1), LEAST)
    assert [(change.begins, change.at, change.ends) for change in found] == [
        (0, 30, 50),
        (30, 50, 90),
        (50, 90, 104),
    ]
    assert all(change.p_value < CHANGE_P for change in found)


def test_a_level_that_goes_back_to_where_it_was_is_two_changes() -> None:
    """One test over the whole series sees no change here: both halves are alike."""
    levels = np.repeat([100.0, 150.0, 100.0], [44, 16, 44]) + 3 * _persistent(104, 0.0, 2)
    assert chance(levels) > CHANGE_P
    assert [change.at for change in changes(levels, LEAST)] == [44, 60]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6])
def test_noise_has_no_levels_even_where_one_value_follows_the_other(share: float) -> None:
    wrong = [bool(changes(_persistent(104, share, seed), LEAST)) for seed in range(100)]
    assert np.mean(wrong) <= 0.05


def test_a_test_that_knows_nothing_of_persistence_would_see_levels_in_it() -> None:
    wrong = [chance(_persistent(104, 0.6, seed)) < CHANGE_P for seed in range(100)]
    assert np.mean(wrong) > 0.2


def test_a_steady_rise_is_no_staircase() -> None:
    assert changes(np.arange(104) / 20 + _persistent(104, 0.0, 3), LEAST) == ()


def test_one_huge_value_is_no_level() -> None:
    values = 100 + _persistent(60, 0.0, 4)
    values[30] = 10_000.0
    assert changes(values, LEAST) == ()


def test_a_few_good_weeks_of_many_are_no_level() -> None:
    values = 100 + _persistent(60, 0.0, 5)
    values[30:35] += 50
    assert changes(values, LEAST) == ()


def test_levels_without_noise_are_found() -> None:
    assert [change.at for change in changes(np.repeat([5.0, 7.0, 6.0], 12), LEAST)] == [12, 24]


@pytest.mark.parametrize("values", [np.empty(0), np.ones(3), np.ones(40), np.arange(15.0)])
def test_short_and_constant_series_have_one_level(values: Array) -> None:
    assert changes(values, LEAST) == ()
    assert chance(values[:1]) == 1.0
