from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from headgate.analytics.conformal import USUAL_ORIGINS, USUAL_SCORES, PastErrors, offsets, score_limits

pytestmark = pytest.mark.unit

ANY = st.one_of(st.floats(-1e6, 1e6), st.just(np.nan))


@settings(deadline=None)
@given(arrays(float, (3, 5, 4), elements=ANY), arrays(float, (4, 5), elements=st.floats(0, 1e6)))
def test_intervals_are_nested_hold_the_mean_and_are_finite(errors: np.ndarray, spread: np.ndarray) -> None:
    bounds = offsets(PastErrors(errors, spread[:3]), spread[3], (95, 80))
    (low_80, high_80), (low_95, high_95) = bounds[80], bounds[95]
    assert (low_95 <= low_80).all()
    assert (low_80 <= 0).all()
    assert (high_80 >= 0).all()
    assert (high_95 >= high_80).all()
    assert np.isfinite(low_95).all()
    assert np.isfinite(high_95).all()


def test_coverage_is_nominal_on_errors_of_any_scale_and_skew() -> None:
    rng = np.random.default_rng(7)
    scale = 10.0 ** rng.uniform(0, 4, 200)
    errors = (rng.gamma(2, 1, (5, 200, 13)) - 2) * scale[None, :, None] * np.sqrt(np.arange(1, 14))
    spread = np.tile(scale, (5, 1))
    bounds = offsets(PastErrors(errors[1:], spread[1:]), spread[0], (80, 95))
    for level, (low, high) in bounds.items():
        covered = ((errors[0] >= low) & (errors[0] <= high)).mean()
        assert covered == pytest.approx(level / 100, abs=0.02)


def test_without_past_errors_intervals_are_those_of_a_random_walk() -> None:
    none = PastErrors(np.empty((0, 2, 4)), np.empty((0, 2)))
    low, high = offsets(none, np.array([1.0, 10.0]), (95,))[95]
    assert high[1] == pytest.approx(19.6 * np.sqrt([1, 2, 3, 4]), rel=1e-3)
    assert low == pytest.approx(-high)


def test_a_series_that_never_moves_has_no_width() -> None:
    errors = np.random.default_rng(3).normal(size=(4, 3, 5))
    errors[:, 2] = 0.0
    spread = np.tile([1.0, 1.0, 0.0], (4, 1))
    low, high = offsets(PastErrors(errors, spread), spread[0], (80,))[80]
    assert not low[2].any()
    assert not high[2].any()


def test_without_own_origins_scores_are_those_of_the_library() -> None:
    usual = {level: (score, score) for level, score in USUAL_SCORES.items()}
    assert score_limits([], (80, 95)) == usual
    assert score_limits([np.full((2, 3), np.nan)], (80, 95)) == usual


def test_own_scores_count_by_their_origins() -> None:
    """With as many origins as the library, each limit is the geometric mean of both."""
    scores = [np.linspace(-4.0, 8.0, 1001)] * USUAL_ORIGINS
    below, above = score_limits(scores, (80,))[80]
    assert below == pytest.approx(np.sqrt(2.8 * USUAL_SCORES[80]), rel=0.01)
    assert above == pytest.approx(np.sqrt(6.8 * USUAL_SCORES[80]), rel=0.01)
    fewer = score_limits(scores[:4], (80,))[80]
    assert USUAL_SCORES[80] < fewer[0] < below
