"""Intervals of the hierarchy's forecast."""

from __future__ import annotations

import numpy as np
import pytest

from headgate.domains.retail.market_intelligence_hub.forecasting import Backtest, Origin
from headgate.domains.retail.market_intelligence_hub.hierarchy_forecast import _errors_at

pytestmark = pytest.mark.unit


def test_intervals_of_a_busy_season_are_as_wide_in_proportion_as_those_of_quiet_ones() -> None:
    """The same relative errors at a quiet origin: twice the forecast has twice the interval."""
    quiet = Origin((np.full(40, 100.0),), np.full((1, 4), 100.0), ("ensemble",), np.ones(1))
    past = Backtest((quiet,), np.array([[[90.0, 110.0, 120.0, 80.0]]]))
    busy = Origin(quiet.histories, np.full((1, 4), 200.0), ("ensemble",), np.ones(1))
    assert _errors_at(quiet, past).errors.tolist() == [[[-10, 10, 20, -20]]]
    assert _errors_at(busy, past).errors.tolist() == [[[-20, 20, 40, -40]]]
