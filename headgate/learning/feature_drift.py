"""Measure how far columns have moved since a model learnt them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

Array = npt.NDArray[np.float64]

BINS = 10
# Below the first, a column is stable; above the second, it has shifted. Source: Siddiqi (2006), Credit Risk
# Scorecards, p. 137.
MODERATE, SHIFTED = 0.10, 0.25
_MIN_SHARE = 1e-4  # an empty bin would make the index infinite


class DriftWatch(TransformerMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn ships no types
    """A step that changes nothing and stores the distribution of the columns on which it was fitted.

    Attributes:
        edges_: by column, the inner edges of about `bins` bins with equal numbers of rows.
        shares_: by column, the share of the rows in each bin; the last is the share of missing values.
    """

    def __init__(self, bins: int = BINS) -> None:
        self.bins = bins

    def fit(self, points: pd.DataFrame, labels: object = None) -> Self:
        """Store the distribution of the columns of `points`."""
        del labels
        inner = np.linspace(0, 1, self.bins + 1)[1:-1]
        self.edges_: Mapping[str, Array] = {
            name: np.unique(_quantiles(points[name], inner)) for name in points.columns
        }
        self.shares_: Mapping[str, Array] = {
            name: _shares(points[name], self.edges_[name]) for name in points.columns
        }
        return self

    def transform(self, points: pd.DataFrame) -> pd.DataFrame:
        """Return `points`."""
        return points

    def index(self, points: pd.DataFrame) -> dict[str, float]:
        """Return the population stability index of each stored column.

        `MODERATE` and `SHIFTED` are its thresholds.

        Source: Siddiqi (2006), Credit Risk Scorecards, eq. 8.1: Σ (now - then) · ln(now / then) over the
        bins.
        """
        return {
            name: _stability_index(then, _shares(points[name], self.edges_[name]))
            for name, then in self.shares_.items()
        }


def _quantiles(values: pd.Series[float], at: Array) -> Array:
    present = values.dropna().to_numpy(dtype=np.float64)
    return np.quantile(present, at) if len(present) else np.empty(0)


def _shares(values: pd.Series[float], edges: Array) -> Array:
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    bins = np.where(np.isnan(numbers), len(edges) + 1, np.searchsorted(edges, numbers, side="right"))
    counts = np.bincount(bins, minlength=len(edges) + 2).astype(np.float64)
    return counts / max(len(numbers), 1)


def _stability_index(then: Array, now: Array) -> float:
    before, after = np.maximum(then, _MIN_SHARE), np.maximum(now, _MIN_SHARE)
    return float(((after - before) * np.log(after / before)).sum())
