"""Make forecasts add up to the penny: cells to their region and category, and these to the total.

Source:
    Hyndman, Lee & Wang (2016), "Fast computation of reconciled forecasts for hierarchical and grouped time
    series" (weighted least squares with each series' own error variance); Wickramasuriya, Turlach & Hyndman
    (2020), "Optimal non-negative forecast reconciliation" (the same under the condition that nothing is sold
    less than nothing).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

from headgate.domains.retail.market_intelligence_hub.forecast_plan import ALL
from headgate.domains.retail.money import PENCE

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]

MIN_SPREAD = 1e-6  # of the largest; a series that never moves is trusted, but not without bound
_HELD_WEIGHT = 1e3  # of the largest weight; what this leaves of a held total's deviation is then scaled away
_TIE_PLACES = 6  # of a penny; remainders this near are equal, so the noise of floats decides nothing
TOLERANCE = (
    1e-9  # of the largest mean; a leaf below zero by no more than this is one that the arithmetic put there
)


def summing_matrix(series: pd.DataFrame, leaf: str) -> Array:
    """Return the leaves that each series sums: shape (series, leaves), 0 or 1.

    Args:
        series: one row per series with `level`, `region_id` and `category`.
        leaf: the level whose series are the leaves.
    """
    leaves = series[series["level"] == leaf]
    return _covers(series["region_id"], leaves["region_id"]) * _covers(series["category"], leaves["category"])


def reconcile(means: Array, spread: Array, summing: Array, fixed: int | None = None) -> Array:
    """Return means that add up and are not negative, nearest to the given ones by each series' spread.

    Args:
        means: shape (series, steps).
        spread: shape (series,); how far each series' forecasts are usually off.
        fixed: the row of a series that sums all leaves and must not move, so that all others adjust to it. It
            is published to the penny, and as zero where it is negative.

    Returns:
        Whole pennies: the sums hold exactly when every value is written with two decimal places.
    """
    weights = 1.0 / np.maximum(spread, MIN_SPREAD * max(float(spread.max(initial=0.0)), 1.0))
    if fixed is not None:
        weights[fixed] = _HELD_WEIGHT * weights.max()
    weighted, wanted = summing * weights[:, None], means * weights[:, None]
    leaves = np.asarray(np.linalg.lstsq(weighted, wanted, rcond=None)[0], dtype=float)
    below = leaves.min(axis=0, initial=0.0) < -TOLERANCE * np.abs(means).max(initial=1.0)
    for step in np.flatnonzero(below):
        leaves[:, step] = _not_negative(weighted, wanted[:, step], leaves[:, step])
    leaves = np.maximum(leaves, 0.0) * 10**PENCE
    pennies = (
        np.rint(leaves)
        if fixed is None
        else _whole_pennies(np.rint(np.maximum(means[fixed], 0.0) * 10**PENCE), leaves)
    )
    return np.asarray((summing @ pennies) / 10**PENCE, dtype=float)


def _not_negative(weighted: Array, wanted: Array, free: Array) -> Array:
    """Return the nearest leaves that are not negative.

    Those found without that condition, cut off, should the search not end.
    """
    try:
        return np.asarray(nnls(weighted, wanted)[0], dtype=float)
    except RuntimeError:
        return free


def _whole_pennies(totals: Array, leaves: Array) -> Array:
    """Return integers in proportion to the leaves of each step that sum to its total.

    The largest remainders are rounded up.

    >>> _whole_pennies(np.array([10.0]), np.array([[1.0], [1.0], [1.0]])).T.tolist()
    [[4.0, 3.0, 3.0]]
    """
    summed = leaves.sum(axis=0)
    shares = np.divide(leaves, summed, out=np.full(leaves.shape, 1.0 / len(leaves)), where=summed > 0)
    exact = np.round(totals * shares, _TIE_PLACES)
    whole = np.floor(exact)
    rank = np.argsort(np.argsort(whole - exact, axis=0, kind="stable"), axis=0)
    return np.asarray(whole + (rank < totals - whole.sum(axis=0)), dtype=float)


def _covers(names: pd.Series[Any], leaves: pd.Series[Any]) -> Array:
    own, of_leaf = names.to_numpy()[:, None], leaves.to_numpy()[None, :]
    return np.asarray((own == of_leaf) | (own == ALL), dtype=float)
