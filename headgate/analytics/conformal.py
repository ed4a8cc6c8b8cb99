"""Prediction intervals from the errors that the same forecaster made at earlier origins.

One series has too few past errors for its own 2.5 % quantile, so errors are brought to one scale and pooled
over the panel: a series keeps its own scale, the panel gives the shape of the distribution and how it widens
with the step. Errors of a window are measured in units that were known before it, as the next forecast's will
be: whoever scales a window by later ones, or by itself, learns a shape that is too narrow or too wide for
what comes. The newest windows give the shape; see docs/adr/0040-next-year.md for how often each way
held on M4's earlier windows.

Source:
    Stankevičiūtė, Alaa & van der Schaar (2021), "Conformal time-series forecasting"; the order statistic with
    its finite-sample correction is that of Vovk, Gammerman & Shafer (2005), "Algorithmic Learning in a Random
    World".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Bounds = dict[int, tuple[Array, Array]]

MIN_SPREAD = 1e-12  # below it a series does not move, and nothing can be measured in its units
ENOUGH_POOLED = (
    1000  # errors, 25 beyond either 2.5 % quantile; with fewer, older windows help to estimate the shape
)
MIN_POOLED = 20  # errors; below it the shape is taken as that of a random walk with normal steps


# The scores that held 80 % and 95 % of the coming weeks of the library's series, all steps alike
# (docs/adr/0040). The origins of one panel are few, so its scores are drawn to these as by so many origins.
USUAL_SCORES = {80: 1.1, 95: 2.1}
USUAL_ORIGINS = 8
MIN_SCORE = 0.3


@dataclass(frozen=True)
class PastErrors:
    """The errors at earlier origins, newest first.

    Attributes:
        errors: shape (windows, series, steps); actual less mean, NaN where an origin has no value.
        spread: shape (windows, series); a naive method's error inside the history before each origin.
    """

    errors: Array
    spread: Array

    def before(self, window: int) -> PastErrors:
        """Return the windows that are older than one."""
        return PastErrors(self.errors[window + 1 :], self.spread[window + 1 :])


def offsets(past: PastErrors, spread_now: Array, levels: Sequence[int]) -> Bounds:
    """Return, for each level in percent, the amounts to add to the means for the lower and the upper bound.

    Shape (series, steps) each.

    Lower offsets are never positive, upper ones never negative, and a higher level's lie outside a lower
    one's.
    """
    steps = past.errors.shape[2]
    ratio = _panel_ratio(np.abs(past.errors), past.spread)
    growth, pooled = _shape(past, ratio)
    widths = np.outer(
        _scales(past, spread_now * ratio), growth if growth.size else np.sqrt(np.arange(1, steps + 1))
    )
    return {
        level: (widths * low, widths * high)
        for level, (low, high) in _quantiles(pooled, sorted(levels)).items()
    }


def score_limits(scores: Sequence[Array], levels: Sequence[int]) -> dict[int, tuple[float, float]]:
    """Return for each level how many deviations the bounds lie below and above a mean.

    Args:
        scores: of each earlier origin, the errors in units of the deviation that was expected; any shape, NaN
            where an origin has none.
    """
    finite = [scored[np.isfinite(scored)] for scored in scores]
    tested = [scored for scored in finite if scored.size]
    own = np.sort(np.concatenate(tested)) if tested else np.empty(0)
    weight = len(tested) / (len(tested) + USUAL_ORIGINS)
    limits = {}
    for level in levels:
        usual = USUAL_SCORES[level]
        low, high = _tails(own, (1 - level / 100) / 2) if own.size else (-usual, usual)
        below, above = (max(side, MIN_SCORE) ** weight * usual ** (1 - weight) for side in (-low, high))
        limits[level] = (below, above)
    return limits


def _scales(past: PastErrors, expected: Array) -> Array:
    """Return one error scale per series: its mean error, with the expected error as one more window."""
    steps = past.errors.shape[2]
    sizes = np.abs(past.errors)
    counts = np.isfinite(sizes).sum(axis=(0, 2))
    return np.asarray((np.nansum(sizes, axis=(0, 2)) + steps * expected) / (counts + steps), dtype=float)


def _panel_ratio(sizes: Array, spread: Array) -> float:
    """Return the panel's median of mean error over naive error, over windows and series; 1 without data."""
    counted = np.isfinite(sizes).sum(axis=2)
    means = np.divide(np.nansum(sizes, axis=2), counted, out=np.full(spread.shape, np.nan), where=counted > 0)
    usable = np.isfinite(means) & (spread > MIN_SPREAD)
    return float(np.median(means[usable] / spread[usable])) if usable.any() else 1.0


def _shape(past: PastErrors, ratio: float) -> tuple[Array, Array]:
    """Return the growth of errors with the step (mean 1), and all errors over scale and growth, sorted."""
    pooled = np.empty((0, past.errors.shape[2]))
    for window in range(past.errors.shape[0]):
        if pooled.size >= ENOUGH_POOLED:
            break
        scaled = _scaled(past, window, ratio)
        pooled = np.concatenate([pooled, scaled[np.isfinite(scaled).all(axis=1)]])
    if pooled.size < MIN_POOLED or not pooled.any():
        return np.empty(0), np.empty(0)
    growth = np.maximum.accumulate(np.abs(pooled).mean(axis=0))
    growth = np.asarray(np.where(growth > 0, growth, growth[growth > 0].min()) / growth.mean(), dtype=float)
    return growth, np.sort((pooled / growth).ravel())


def _scaled(past: PastErrors, window: int, ratio: float) -> Array:
    """Return one window's errors over the scales that were known before it."""
    scale = _scales(past.before(window), past.spread[window] * ratio)[:, None]
    errors = past.errors[window]
    return np.asarray(
        np.divide(errors, scale, out=np.full(errors.shape, np.nan), where=scale > MIN_SPREAD), dtype=float
    )


def _quantiles(pooled: Array, levels: list[int]) -> dict[int, tuple[float, float]]:
    if not pooled.size:
        normal = {level: NormalDist().inv_cdf(0.5 + level / 200) for level in levels}
        return {level: (-z, z) for level, z in normal.items()}
    return {level: _tails(pooled, (1 - level / 100) / 2) for level in levels}


def _tails(pooled: Array, tail: float) -> tuple[float, float]:
    rank = max(int(np.floor((pooled.size + 1) * tail)), 1)
    return min(float(pooled[rank - 1]), 0.0), max(float(pooled[-rank]), 0.0)
