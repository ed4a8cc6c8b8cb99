from __future__ import annotations

import numpy as np
import pytest

from headgate.analytics.forecast_errors import mase, naive_scale, smape
from headgate.domains.retail.market_intelligence_hub.accuracy import naive2, owa

pytestmark = pytest.mark.unit


def test_smape_counts_percent_of_the_mean_size() -> None:
    assert smape(np.array([100.0, 0, 50]), np.array([50.0, 0, 50])) == pytest.approx((200 * 50 / 150) / 3)


def test_mase_is_error_in_units_of_the_naive_methods_error() -> None:
    history = np.array([1.0, 3, 2, 6])  # steps 2, 1, 4
    assert naive_scale(history) == pytest.approx(7 / 3)
    assert mase(np.array([5.0, 7]), np.array([6.0, 6]), history) == pytest.approx(3 / 7)


def test_measures_that_cannot_be_computed_are_not_numbers() -> None:
    assert np.isnan(mase(np.array([1.0]), np.array([2.0]), np.array([5.0, 5, 5])))
    assert np.isnan(naive_scale(np.array([5.0])))
    assert np.isnan(owa(1.0, 1.0, 0.0, 1.0))
    assert np.isnan(smape(np.array([1.0, 2.0]), np.array([np.nan, np.nan])))


def test_owa_of_naive2_is_one() -> None:
    assert owa(12.0, 1.5, 12.0, 1.5) == 1.0
    assert owa(6.0, 1.5, 12.0, 1.5) == 0.75


def test_naive2_repeats_the_last_value_and_carries_a_season_on() -> None:
    assert naive2(np.array([1.0, 5, 3]), 2).tolist() == [3.0, 3.0]
    seasonal = np.tile([10.0, 20, 40, 20], 10)
    assert naive2(seasonal, 5, 4) == pytest.approx([10, 20, 40, 20, 10])
    assert naive2(seasonal[:-1], 3, 4) == pytest.approx([20, 10, 20])


def test_naive2_sees_no_season_in_noise_short_or_non_positive_histories() -> None:
    noise = np.random.default_rng(1).uniform(1, 2, 60)
    assert naive2(noise, 3, 4).tolist() == [noise[-1]] * 3
    assert naive2(np.tile([1.0, 9], 2), 2, 2).tolist() == [9.0, 9.0]
    assert naive2(np.tile([0.0, 9], 20), 2, 2).tolist() == [9.0, 9.0]
