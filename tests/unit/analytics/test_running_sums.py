"""Sums of the first periods ahead have intervals of their own, from the errors of past sums."""

from __future__ import annotations

import numpy as np
import pytest

from headgate.analytics.forecasting import LEVELS, Backtest, Origin
from headgate.analytics.published_forecast import interval_offsets
from headgate.analytics.running_sums import RunningSums, running_sums, sum_errors

pytestmark = pytest.mark.unit

SERIES, STEPS, ORIGINS, LEVEL, DOUBT = 12, 13, 6, 100.0, 0.1
HISTORY = np.full(60, LEVEL) + np.tile([-5.0, 5.0], 30)


def origin(doubt: float | None = DOUBT) -> Origin:
    means = np.full((SERIES, STEPS), LEVEL)
    doubts = None if doubt is None else np.full(means.shape, doubt)
    return Origin((HISTORY,) * SERIES, means, ("ensemble",) * SERIES, np.full(SERIES, 10.0), doubts)


def errors(rng: np.random.Generator, correlation: float) -> np.ndarray:
    """Logarithms of actual values over their means, of which all periods of a series share a part."""
    shape = (ORIGINS, SERIES)
    shared, own = rng.normal(size=(*shape, 1)), rng.normal(size=(*shape, STEPS))
    return DOUBT * (np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own)


def sums_of(correlation: float, seed: int = 1, doubt: float | None = DOUBT) -> tuple[RunningSums, Backtest]:
    actuals = LEVEL * np.exp(errors(np.random.default_rng(seed), correlation))
    past = Backtest((origin(doubt),) * ORIGINS, actuals)
    return running_sums(origin(doubt), past), past


def width(sums: RunningSums, level: int = 80) -> np.ndarray:
    low, high = sums.bounds[level]
    return np.asarray(high - low)


@pytest.mark.parametrize("doubt", [DOUBT, None])
def test_the_sum_of_one_period_is_that_period(doubt: float | None) -> None:
    sums, past = sums_of(0.5, doubt=doubt)
    for level, (low, high) in interval_offsets(origin(doubt), past).items():
        assert sums.bounds[level][0][:, 0] == pytest.approx(LEVEL + low[:, 0])
        assert sums.bounds[level][1][:, 0] == pytest.approx(LEVEL + high[:, 0])


@pytest.mark.parametrize("doubt", [DOUBT, None])
def test_an_interval_of_a_sum_is_narrower_than_the_sum_of_the_intervals_where_periods_err_apart(
    doubt: float | None,
) -> None:
    apart, past = sums_of(0.0, doubt=doubt)
    low, high = interval_offsets(origin(doubt), past)[80]
    assert (width(apart)[:, -1] < 0.85 * (high - low).sum(axis=1)).all()


@pytest.mark.parametrize("doubt", [DOUBT, None])
def test_past_sums_that_erred_together_widen_the_interval(doubt: float | None) -> None:
    assert (
        width(sums_of(1.0, doubt=doubt)[0])[:, -1] > 1.2 * width(sums_of(0.0, doubt=doubt)[0])[:, -1]
    ).all()


@pytest.mark.parametrize("correlation", [0.3, 0.6])
def test_intervals_hold_as_many_coming_sums_as_they_say(correlation: float) -> None:
    """Over many panels, for a month and a quarter of weeks."""
    inside = {(level, steps): [] for level in LEVELS for steps in (4, 13)}
    for seed in range(40):
        sums, _ = sums_of(correlation, seed)
        coming = LEVEL * np.exp(errors(np.random.default_rng(1000 + seed), correlation))[0]
        for (level, steps), shares in inside.items():
            low, high = sums.bounds[level]
            total = coming[:, :steps].sum(axis=1)
            shares.append(((low[:, steps - 1] <= total) & (total <= high[:, steps - 1])).mean())
    for (level, _), shares in inside.items():
        assert float(np.mean(shares)) == pytest.approx(level / 100, abs=0.12)


def test_counts_of_past_sums_are_those_of_intervals_that_did_not_know_them() -> None:
    sums, past = sums_of(0.5)
    assert sums.windows.tolist() == [ORIGINS] * SERIES
    by_hand = np.zeros((SERIES, STEPS), dtype=int)
    for number, actuals in enumerate(past.actuals):
        low, high = running_sums(past.origins[number], past.without(number)).bounds[80]
        by_hand += (low <= actuals.cumsum(axis=1)) & (actuals.cumsum(axis=1) <= high)
    assert sums.inside[80].tolist() == by_hand.tolist()
    assert sums.coverage(80) == pytest.approx(by_hand.sum(axis=0) / (ORIGINS * SERIES))


def test_a_sum_without_past_origins_is_untested_and_still_has_an_interval() -> None:
    sums = running_sums(origin(), Backtest((), np.empty((0, SERIES, STEPS))))
    assert not sums.windows.any()
    assert np.isnan(sums.coverage(80)).all()
    assert (width(sums) > 0).all()


def test_a_sum_is_certain_only_while_all_its_periods_are() -> None:
    certain = np.zeros((SERIES, STEPS), dtype=bool)
    certain[:, :3] = True
    _, past = sums_of(0.5)
    closed = origin()
    closed.means[:, :3] = 0.0
    low, high = running_sums(closed, past, certain).bounds[80]
    assert (low[:, :3] == high[:, :3]).all()
    assert (low[:, 3] < high[:, 3]).all()


def test_the_wider_interval_holds_the_narrower_one_and_both_hold_the_sum() -> None:
    sums, _ = sums_of(0.7)
    (low, high), (lowest, highest) = (sums.bounds[level] for level in LEVELS)
    assert (lowest <= low).all()
    assert (low <= sums.means).all()
    assert (sums.means <= high).all()
    assert (high <= highest).all()
    assert (low >= 0).all()


def test_the_error_of_past_sums_adds_up_origins_and_leaves_out_young_series() -> None:
    """Two periods of 100 each were expected; at one origin 80 and 100 came, at the other 130 and 70."""
    histories = HISTORY, HISTORY[:2]
    means = np.full((2, 2), LEVEL)
    of_past = Origin(histories, means, ("ensemble",) * 2, np.full(2, 10.0), None)
    came = np.array([[80.0, 100.0], [130.0, 70.0]])
    past = Backtest((of_past,) * 2, np.stack([came, came], axis=1))
    measured = sum_errors(past, [means, means])
    assert measured[0] == pytest.approx([100 * 50 / 210, 100 * 20 / 380])
    assert np.isnan(measured[1]).all()
    missing = sum_errors(past, [means, np.full((2, 2), np.nan)])
    assert np.isnan(missing).all(), "a rule that could not forecast at an origin has no figure"
    nothing = sum_errors(Backtest((of_past,), np.zeros((1, 2, 2))), [means])
    assert np.isnan(nothing).all()
