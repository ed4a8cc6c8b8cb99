"""Make forecasts add up: regions to the total, categories to the total, cells to their region and category.

Source:
    Hyndman, Lee & Wang (2016), "Fast computation of reconciled forecasts for hierarchical and grouped time series"
    (weighted least squares with each series' own error variance).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from headgate.analytics.market_intelligence_hub.plan import ALL

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]

LEAF = "region_category"
SMALLEST_SPREAD = 1e-6  # of the largest; a series that never moves is trusted, but not without bound


def summing_matrix(series: pd.DataFrame) -> Array:
    """Which leaves each series sums: shape (series, leaves), 0 or 1.

    Args:
        series: one row per series with `level`, `region_id` and `category`.
    """
    leaves = series[series["level"] == LEAF]
    return _covers(series["region_id"], leaves["region_id"]) * _covers(series["category"], leaves["category"])


def reconcile(means: Array, spread: Array, summing: Array) -> Array:
    """Means that add up over the hierarchy and are not negative, nearest to the given ones in units of each series' spread.

    Args:
        means: shape (series, steps).
        spread: shape (series,); how far each series' forecasts are usually off.
    """
    weights = 1.0 / np.maximum(spread, SMALLEST_SPREAD * max(float(spread.max(initial=0.0)), 1.0)) ** 2
    weighted = summing.T * weights
    leaves = np.linalg.lstsq(weighted @ summing, weighted @ means, rcond=None)[0]
    return np.asarray(
        summing @ np.maximum(leaves, 0.0), dtype=float
    )  # a leaf may have had a week of returns; it will not sell less than nothing


def _covers(names: pd.Series[Any], leaves: pd.Series[Any]) -> Array:
    own, of_leaf = names.to_numpy()[:, None], leaves.to_numpy()[None, :]
    return np.asarray((own == of_leaf) | (own == ALL), dtype=float)
