"""Intervals of the sum of the first periods ahead, such as a month of weeks.

The low ends of periods do not come together, so their sum is no low end of the sum. Past sums show how far a
sum is off: each origin of the backtest has one for every number of periods ahead. Their errors are measured
in units of the doubt that a sum has if errors of its periods are correlated as in measured series.

Source:
    Stankevičiūtė, Alaa & van der Schaar (2021), "Conformal time-series forecasting": an interval comes from
    the errors of the published figure, here of the sum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from headgate.analytics.conformal import Bounds, PastErrors, offsets, score_limits
from headgate.analytics.forecasting import LEVELS, Backtest, Origin, bounded
from headgate.analytics.point_forecasts import MIN_MODELLED
from headgate.analytics.published_forecast import (
    Mask,
    empty_shares,
    errors_at,
    interval_offsets,
    never_certain,
    offsets_in_doubts,
    scores_of,
)

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

# Of the errors of two periods of one forecast; measured in the series of the library. See
# docs/adr/0040-next-year.md.
_CORRELATION = 0.5


@dataclass(frozen=True)
class RunningSums:
    """Sums of the first 1, 2, … periods ahead, and how often such intervals were right.

    Attributes:
        means: shape (series, steps).
        bounds: by level, the lower and the upper bounds; shape (series, steps) each.
        windows: shape (series,); earlier origins from which sums of the series were tested.
        inside: by level, how many of a series' past sums lay inside their intervals; shape (series, steps).
    """

    means: Array
    bounds: Bounds
    windows: Counts
    inside: dict[int, Counts]

    def coverage(self, level: int) -> Array:
        """Return the share of past sums of all series inside; shape (steps,), NaN where none was tested."""
        tested = int(self.windows.sum())
        inside = self.inside[level].sum(axis=0, dtype=np.float64)
        return np.asarray(inside / tested if tested else np.full(len(inside), np.nan), dtype=np.float64)


def running_sums(
    now: Origin, past: Backtest, certain: Mask | None = None, least: Mapping[int, Array] | None = None
) -> RunningSums:
    """Return the sums of the first periods ahead with their intervals.

    A past interval is made from the errors of the other origins, so that the counts inside are honest.

    Args:
        certain: shape (series, steps); where a value has no doubt, as in a closure that the calendar states.
        least: by level, how far the bounds lie from the sums at least; shape (series, steps).
    """
    inside = {level: np.zeros(now.means.shape, dtype=np.int64) for level in LEVELS}
    windows = np.zeros(len(now.means), dtype=np.int64)
    for number, (origin, actuals) in enumerate(zip(past.origins, past.actuals, strict=True)):
        is_modelled = _is_modelled(origin)
        windows += is_modelled
        sums = np.cumsum(actuals, axis=1)
        for level, (low, high) in bounded(_summed(origin), _offsets(origin, past.without(number))).items():
            inside[level] += (low <= sums) & (sums <= high) & is_modelled[:, None]
    bounds = bounded(_summed(now), _offsets(now, past, certain, least))
    return RunningSums(np.cumsum(now.means, axis=1), bounds, windows, inside)


def sum_errors(past: Backtest, means: Sequence[Array]) -> Array:
    """Return how far sums of the first periods were off, in percent of what came; shape (series, steps).

    The errors of all origins are added up, as are the sums that came. NaN where no origin tested the series,
    where nothing came, and where a mean is missing at an origin.

    Args:
        means: at each origin of `past`; shape (series, steps) each.
    """
    shape = past.actuals.shape[1:]
    errors, came = np.zeros(shape), np.zeros(shape)
    for origin, actuals, expected in zip(past.origins, past.actuals, means, strict=True):
        is_modelled = _is_modelled(origin)[:, None]
        sums = np.cumsum(actuals, axis=1)
        errors += np.where(is_modelled, np.abs(np.cumsum(expected, axis=1) - sums), 0.0)
        came += np.where(is_modelled, np.abs(sums), 0.0)
    return np.asarray(np.divide(100 * errors, came, out=np.full(shape, np.nan), where=came > 0))


def _is_modelled(origin: Origin) -> Mask:
    """Return whether each series had enough history at an origin; shape (series,)."""
    return np.array([history.size >= MIN_MODELLED for history in origin.histories], dtype=bool)


def _offsets(
    now: Origin, past: Backtest, certain: Mask | None = None, least: Mapping[int, Array] | None = None
) -> Bounds:
    """Return what to add to the sums from one origin for their bounds."""
    steps = np.arange(1, now.means.shape[1] + 1)
    errors = errors_at(now, past)
    absolute = offsets(PastErrors(np.cumsum(errors.errors, axis=2), errors.spread), now.spread, LEVELS)
    scores = [
        scores_of(_summed(origin), np.cumsum(actuals, axis=1))
        for origin, actuals in zip(past.origins, past.actuals, strict=True)
    ]
    limits = [score_limits([scored[..., [step]] for scored in scores], LEVELS) for step in steps - 1]
    by_step = {level: (_side(limits, level, 0), _side(limits, level, 1)) for level in LEVELS}
    made = offsets_in_doubts(_summed(now), absolute, by_step, empty_shares(now)[:, None] ** steps)
    for level, (low, high) in interval_offsets(now, past).items():
        # The sum of one period is that period.
        for of_sums, of_periods in zip(made[level], (low, high), strict=True):
            of_sums[:, 0] = of_periods[:, 0]
    for level, width in (least or {}).items():
        made[level] = np.minimum(made[level][0], -width), np.maximum(made[level][1], width)
    is_certain = None if certain is None else np.logical_and.accumulate(certain, axis=1)
    return never_certain(made, now, is_certain, np.sqrt(steps))


def _side(limits: Sequence[Mapping[int, tuple[float, float]]], level: int, side: int) -> Array:
    return np.array([of_step[level][side] for of_step in limits], dtype=np.float64)


def _summed(origin: Origin) -> Origin:
    """Return an origin of sums: their means, and the doubt of their logarithm."""
    means = np.cumsum(origin.means, axis=1)
    if origin.doubt is None:
        return replace(origin, means=means)
    deviations = origin.means * origin.doubt
    together, apart = np.cumsum(deviations, axis=1) ** 2, np.cumsum(deviations**2, axis=1)
    spread = np.sqrt(_CORRELATION * together + (1 - _CORRELATION) * apart)
    doubt = np.divide(spread, means, out=np.zeros_like(means), where=means > 0)
    return replace(origin, means=means, doubt=doubt)
