"""Intervals in units of the doubt of level and season."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from headgate.analytics.conformal import USUAL_SCORES
from headgate.analytics.forecasting import Backtest, Origin
from headgate.analytics.published_forecast import interval_offsets, never_certain, past_bounds

pytestmark = pytest.mark.unit

STEPS = 4
OPEN = np.full(40, 100.0)
NOW = Origin((OPEN,), np.full((1, STEPS), 100.0), ("ensemble",), np.ones(1), np.full((1, STEPS), 0.1))
NO_PAST = Backtest((), np.empty((0, 1, STEPS)))


def test_an_untested_forecast_has_the_scores_of_the_library() -> None:
    """In units of its doubt, to which that of every model is added."""
    low, high = interval_offsets(NOW, NO_PAST)[80]
    doubt = np.hypot(0.1, 0.03)
    assert low == pytest.approx(100 * np.expm1(-doubt * USUAL_SCORES[80]))
    assert high == pytest.approx(100 * np.expm1(doubt * USUAL_SCORES[80]))


def test_no_model_is_certain_of_a_smooth_series() -> None:
    smooth = replace(NOW, doubt=np.full((1, STEPS), 1e-6))
    low, high = interval_offsets(smooth, NO_PAST)[80]
    assert (low < -3.0).all()
    assert (high > 3.0).all()


def test_past_errors_beyond_their_doubt_widen_the_interval() -> None:
    past = Backtest((NOW,) * 4, np.full((4, 1, STEPS), 150.0))
    assert (interval_offsets(NOW, past)[80][1] > interval_offsets(NOW, NO_PAST)[80][1]).all()
    exact = Backtest((NOW,) * 4, np.full((4, 1, STEPS), 100.0))
    assert (interval_offsets(NOW, exact)[80][1] < interval_offsets(NOW, NO_PAST)[80][1]).all()


def test_a_series_that_often_sells_nothing_can_do_so_again() -> None:
    sparse = replace(NOW, histories=(np.where(np.arange(40) % 5, 100.0, 0.0),))
    assert (interval_offsets(sparse, NO_PAST)[80][0] == -100.0).all()
    assert (interval_offsets(NOW, NO_PAST)[80][0] > -20.0).all()


def test_no_interval_has_width_zero_unless_the_shop_is_closed() -> None:
    quiet = replace(NOW, doubt=np.zeros((1, STEPS)), spread=np.zeros(1))
    bounds = interval_offsets(quiet, NO_PAST)
    assert (never_certain(bounds, quiet)[80][1] > 2.0).all()
    assert not never_certain(bounds, quiet, np.ones((1, STEPS), dtype=bool))[80][1].any()


def test_an_origin_is_not_judged_by_its_own_errors() -> None:
    """The second origin missed by far, so only the first one's interval is wide."""
    actuals = np.array([[[100.0] * STEPS], [[400.0] * STEPS]])
    first, second = (bounds[80][1].mean() for bounds in past_bounds(Backtest((NOW, NOW), actuals)))
    assert first > second
