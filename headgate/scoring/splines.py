"""Logistic regressions over splines of ranks, over scaled columns, and over their squares and products."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Splines:
    """Each column is transformed to its rank among fitted values, then by a cubic polynomial per interval.

    The log-odds are the sum.

    Attributes:
        quantiles: shape (ranks, columns); `references`: shape (ranks,), the rank of each.
        breaks: shape (columns, intervals + 1); `polynomials`: shape (columns, 4, intervals), highest power
            first, of the distance from the interval's beginning.
        intercept: shape (1,).
    """

    quantiles: Array
    references: Array
    breaks: Array
    polynomials: Array
    intercept: Array

    def log_odds(self, points: Array) -> Array:
        """Return the log-odds of each row, shape (rows,), from points (rows, columns) without NaN."""
        total = np.full(len(points), self.intercept[0])
        for column in range(points.shape[1]):
            ranks = ranks_among(points[:, column], self.quantiles[:, column], self.references)
            total += _polynomial_values(ranks, self.breaks[column], self.polynomials[column])
        return total


def ranks_among(values: Array, quantiles: Array, references: Array) -> Array:
    """Return the ranks of values among sorted quantiles: from 0 to 1 and monotonic, or NaN for NaN.

    A value between two quantiles has a rank between theirs; a value equal to several quantiles has the middle
    of their ranks. Each operation rounds monotonically, and the result is clipped to the ranks of the
    neighbours, so rounding does not change the order.

    Args:
        references: the rank of each quantile, ascending from 0 to 1.
    """
    last = len(quantiles) - 1
    left = np.maximum(
        np.searchsorted(quantiles, values, side="right") - 1, 0
    )  # the last quantile at most the value
    right = np.minimum(
        np.searchsorted(quantiles, values, side="left"), last
    )  # the first quantile at least the value
    gaps = quantiles[right] - quantiles[left]
    shares = np.where(gaps > 0, (values - quantiles[left]) / np.where(gaps > 0, gaps, 1.0), 0.5)
    least, most = (
        np.minimum(references[left], references[right]),
        np.maximum(references[left], references[right]),
    )
    ranks = np.clip(least + shares * (most - least), least, most)
    ranks = np.where(values == quantiles[last], 1.0, ranks)
    return np.asarray(np.where(np.isnan(values), np.nan, np.where(values == quantiles[0], 0.0, ranks)))


def _polynomial_values(values: Array, breaks: Array, polynomials: Array) -> Array:
    inside = np.clip(values, breaks[0], breaks[-1])
    interval = np.clip(np.searchsorted(breaks, inside, side="right") - 1, 0, polynomials.shape[1] - 1)
    distance, totals = inside - breaks[interval], np.zeros(len(inside))
    for power in polynomials:
        totals = totals * distance + power[interval]
    return totals


@dataclass(frozen=True)
class Scaled:
    """A linear function of columns after `(value - mean) / scale`.

    Means, scales, weights: shape (columns,); intercept: (1,).
    """

    mean: Array
    scale: Array
    weights: Array
    intercept: Array

    def log_odds(self, points: Array) -> Array:
        """Return the value of each row, shape (rows,)."""
        return np.asarray(
            (points - self.mean) / self.scale @ self.weights + self.intercept[0], dtype=np.float64
        )


@dataclass(frozen=True)
class Products:
    """Each column is transformed by the inverse hyperbolic sine and scaled.

    The log-odds are a weighted sum of the scaled columns and their products.

    Attributes:
        mean, scale, weights: shape (columns,), of the inverse hyperbolic sines.
        first, second: shape (products,), the two columns of each product, which are equal for a square.
        product_weights: shape (products,).
        intercept: shape (1,).
    """

    mean: Array
    scale: Array
    weights: Array
    first: Places
    second: Places
    product_weights: Array
    intercept: Array

    def log_odds(self, points: Array) -> Array:
        """Return the log-odds of each row, shape (rows,), from points (rows, columns) without NaN."""
        scaled = (np.arcsinh(points) - self.mean) / self.scale
        products = scaled[:, self.first] * scaled[:, self.second]
        return np.asarray(
            scaled @ self.weights + products @ self.product_weights + self.intercept[0], dtype=np.float64
        )
