from __future__ import annotations

import numpy as np
import pytest

from headgate.domains.retail.global_market_pulse.regional_performance import seasonal_indices

pytestmark = pytest.mark.unit


def test_indices_are_found_whatever_month_the_data_begins_in() -> None:
    season = np.array([0.8] * 11 + [3.2])
    calendar = np.tile(season, 4) * 100
    assert seasonal_indices(calendar[:36], 1) == pytest.approx(season)
    assert seasonal_indices(calendar[5:35], 6) == pytest.approx(season)


def test_below_two_years_there_are_none() -> None:
    assert np.isnan(seasonal_indices(np.ones(23), 1)).all()
    assert np.isnan(seasonal_indices(np.r_[np.ones(30), 0.0], 1)).all()
    assert np.isnan(seasonal_indices(np.r_[np.ones(30), 0.0, np.ones(23)], 1)).all()


def test_only_months_since_the_last_without_sales_count() -> None:
    season = np.array([0.8] * 11 + [3.2])
    calendar = np.tile(season, 4) * 100
    begun = np.r_[50.0, 0.0, 0.0, calendar[3:40]]
    assert seasonal_indices(begun, 1) == pytest.approx(seasonal_indices(calendar[3:40], 4))
    assert seasonal_indices(begun, 1) == pytest.approx(season)
