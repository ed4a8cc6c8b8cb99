from __future__ import annotations

import numpy as np
import pytest

from headgate.analytics.global_market_pulse.seasonality import seasonal_indices

pytestmark = pytest.mark.unit


def test_indices_are_found_whatever_month_the_data_begins_in() -> None:
    season = np.array([0.8] * 11 + [3.2])
    calendar = np.tile(season, 4) * 100
    assert seasonal_indices(calendar[:36], 1) == pytest.approx(season)
    assert seasonal_indices(calendar[5:35], 6) == pytest.approx(season)


def test_below_two_years_or_with_an_empty_month_there_are_none() -> None:
    assert np.isnan(seasonal_indices(np.ones(23), 1)).all()
    assert np.isnan(seasonal_indices(np.r_[np.ones(30), 0.0], 1)).all()
