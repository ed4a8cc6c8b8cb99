"""Take the shop's time of year out of monthly sales."""

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

YEAR = 12
MIN_MONTHS = 2 * YEAR  # below it some calendar month has no centred year around it


def seasonal_indices(sales: Array, first_month: int) -> Array:
    """Return the sales of each calendar month over those of an average one; all NaN without enough data.

    Only months since the last one without sales count: a shop that has not begun, or is closed, has no
    season.

    Args:
        sales: shape (months,), without a gap, oldest first.
        first_month: calendar month of the first value, 1..12.

    Source:
        Classical multiplicative decomposition; Hyndman & Athanasopoulos, "Forecasting: Principles and
        Practice", 3rd ed., 3.4.
    """
    closed = np.flatnonzero(sales <= 0)
    begun = int(closed[-1]) + 1 if closed.size else 0
    sales, first_month = sales[begun:], first_month + begun
    if sales.size < MIN_MONTHS:
        return np.full(YEAR, np.nan)
    weights = np.r_[0.5, np.ones(YEAR - 1), 0.5] / YEAR
    ratios = sales[YEAR // 2 : -YEAR // 2] / np.convolve(sales, weights, "valid")
    calendar = (first_month - 1 + YEAR // 2 + np.arange(ratios.size)) % YEAR
    indices = np.bincount(calendar, ratios, YEAR) / np.bincount(calendar, minlength=YEAR)
    return np.asarray(indices / indices.mean(), dtype=float)
