"""A logistic regression over splines of ranks, and one over scaled columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Splines:
    """Each column becomes its rank among fitted values, then a cubic polynomial per interval; the sum is the log-odds.

    Attributes:
        quantiles: shape (ranks, columns); `references`: shape (ranks,), the rank of each.
        breaks: shape (columns, intervals + 1); `polynomials`: shape (columns, 4, intervals), highest power first, of the distance from
            the interval's beginning.
        intercept: shape (1,).
    """

    quantiles: Array
    references: Array
    breaks: Array
    polynomials: Array
    intercept: Array

    def log_odds(self, points: Array) -> Array:
        """Return the log-odds of each row, shape (rows,), from points of shape (rows, columns) without NaN."""
        total = np.full(len(points), self.intercept[0])
        for column in range(points.shape[1]):
            ranks = self._ranks(points[:, column], self.quantiles[:, column])
            total += _polynomial_values(ranks, self.breaks[column], self.polynomials[column])
        return total

    def _ranks(self, values: Array, quantiles: Array) -> Array:
        """Ranks from 0 to 1; among equal quantiles the middle, as scikit-learn's `QuantileTransformer` has it."""
        from_below = np.interp(values, quantiles, self.references)
        from_above = np.interp(-values, -quantiles[::-1], -self.references[::-1])
        ranks = np.where(values == quantiles[-1], 1.0, 0.5 * (from_below - from_above))
        return np.asarray(np.where(values == quantiles[0], 0.0, ranks))


def _polynomial_values(values: Array, breaks: Array, polynomials: Array) -> Array:
    inside = np.clip(values, breaks[0], breaks[-1])
    interval = np.clip(np.searchsorted(breaks, inside, side="right") - 1, 0, polynomials.shape[1] - 1)
    distance, found = inside - breaks[interval], np.zeros(len(inside))
    for power in polynomials:
        found = found * distance + power[interval]
    return found


@dataclass(frozen=True)
class Scaled:
    """A linear function of columns after `(value - mean) / scale`. Means, scales, weights: shape (columns,); intercept: (1,)."""

    mean: Array
    scale: Array
    weights: Array
    intercept: Array

    def log_odds(self, points: Array) -> Array:
        """Return the value of each row, shape (rows,)."""
        return np.asarray((points - self.mean) / self.scale @ self.weights + self.intercept[0], dtype=np.float64)
