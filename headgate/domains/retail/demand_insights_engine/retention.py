"""The decline of purchases of a group of known customers, which extends a forecast of 90 days to a year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

    from headgate.domains.retail.demand_insights_engine.trading_clock import TradingClock

Array = npt.NDArray[np.float64]

_BIN_DAYS = 28.0  # trading days
_COHORTS_APART_DAYS = 30
_MIN_HISTORY_DAYS = 56
_MIN_PURCHASES = 20  # in a bin; fewer are noise
_NO_DECLINE = 1e-6


def decline(cohorts: pd.DataFrame, clock: TradingClock, as_of: date) -> float:
    """Return the daily decline of the purchases of known customers per trading day, at least 0.

    Everyone who had bought by a past day is one cohort. Its purchases are counted in windows of 28 trading
    days; the decline is the slope of their logarithms, over all cohorts, each purchase counting once.
    """
    first, bought = clock.at(cohorts.first_on), clock.at(cohorts.purchased_on)
    counts, now = cohorts.purchases.to_numpy(dtype=np.float64), clock.on(as_of)
    above, below = 0.0, 0.0
    for number in range(_MIN_HISTORY_DAYS, (as_of - clock.first_on).days, _COHORTS_APART_DAYS):
        since = clock.on(clock.first_on + timedelta(days=number))
        inside = (first <= since) & (bought > since)
        bins = _binned(bought[inside] - since, counts[inside], int((now - since) // _BIN_DAYS))
        at = np.flatnonzero(bins >= _MIN_PURCHASES)
        if at.size:
            weights, logs = bins[at], np.log(bins[at])
            centred = at - np.average(at, weights=weights)
            above, below = above + float(weights @ (centred * logs)), below + float(weights @ centred**2)
    return max(-above / below / _BIN_DAYS, 0.0) if below else 0.0


def _binned(after: Array, counts: Array, bins: int) -> Array:
    number = ((after - 1e-9) // _BIN_DAYS).astype(np.int64)
    return (
        np.bincount(number, counts, minlength=bins)[:bins].astype(np.float64)
        if number.size
        else np.zeros(bins)
    )


def longer(rate: float, short: float, long: float) -> float:
    """Return the ratio of purchases in `short` to those in `long` trading days, declining at the rate."""
    if short <= 0:
        return 1.0
    if rate < _NO_DECLINE:
        return long / short
    return float(np.expm1(-rate * long) / np.expm1(-rate * short))
