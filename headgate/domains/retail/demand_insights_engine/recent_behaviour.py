"""The coming window from recent behaviour: groups of similar customers act as in the newest window.

Last year's season ignores changes of the customers, and this view ignores the season. Each fails in other
shops, so totals are the geometric mean of several views. Money is purchases times the value of a purchase
over the complete history, because a few large orders would dominate the revenue of the newest window.
docs/adr/0139-one-total-of-several-views.md has the measurements.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headgate.domains.retail.demand_insights_engine import features
from headgate.domains.retail.demand_insights_engine.features import HORIZON_DAYS
from headgate.domains.retail.demand_insights_engine.origins import (
    BUYERS_PART,
    MIN_HISTORY_DAYS,
    Coming,
    drawn_value,
)
from headgate.domains.retail.usual_season import usual_change
from headgate.engines.frames import frame_of
from headgate.engines.write_rows import row_batches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import ibis

    from headgate.engines.stored_rows import StoredRows

_READ = ("silent_days", "purchases", "revenue", "age_days")
_SUMS = ["customers", "revenue", "purchases", "rate", "own_worth", "drawn", "made", "buyers"]
_SILENCES = (7, 14, 30, 60, 90, 150, 240, 365)  # ends of groups, days
_PURCHASES = (2, 3, 5, 9, 17)
_YOUNG_DAYS = 60.0  # added to an age: one purchase of yesterday is no purchase a day
_UNITS = 2**20
"""Parts of one in which figures are summed: whole numbers have the same sum however customers are divided."""
_PRIOR = 5.0  # customers of the mean of all groups that each group gets


def with_recent_behaviour(
    ahead: Coming,
    days: ibis.Table,
    customers: StoredRows,
    first_on: date,
    as_of: date,
    *,
    later_days: int = 0,
) -> Coming:
    """Return the expectation with the buyers and the revenue that known customers bring if they do as lately.

    In the season of a usual shop where none is known. Without them where the history is too short.

    Args:
        days: purchase days of all customers.
        customers: their histories now.
        later_days: from `as_of` to the day of these histories.
    """
    after = as_of - timedelta(days=HORIZON_DAYS)
    if (after - first_on).days < MIN_HISTORY_DAYS:
        return ahead
    observed = (frame_of(part) for part in row_batches(features.observed(days, after, as_of)))
    past, now = _by_group(observed), _by_group(_earlier(customers.parts(_READ), later_days))
    change = 1.0 if ahead.is_season_known else usual_change(as_of, HORIZON_DAYS)
    buyers = _ahead(past, now["customers"], "buyers", "customers") * change**BUYERS_PART
    revenue = _ahead(past, _worth(now), "made", "rate") * change
    return replace(ahead, recent_buyers=buyers or None, recent_revenue=revenue or None)


def _earlier(parts: Iterable[pd.DataFrame], by_days: int) -> Iterator[pd.DataFrame]:
    """Yield histories as they were so many days before, of customers who bought nothing since."""
    return (
        part.assign(silent_days=part.silent_days - by_days, age_days=part.age_days - by_days)
        for part in parts
    )


def _by_group(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Sum customers, past rates by window, and the window's purchases, by silence and purchases so far."""
    summed = [_group_sums(part) for part in parts if len(part)]
    if not summed:
        return pd.DataFrame(columns=_SUMS, dtype=float)
    return pd.concat(summed).groupby(level=0).sum() / _UNITS


def _group_sums(part: pd.DataFrame) -> pd.DataFrame:
    silence, purchases, revenue, age = (part[name].to_numpy(dtype=np.float64) for name in _READ)
    group = np.digitize(silence, _SILENCES) * (len(_PURCHASES) + 1) + np.digitize(purchases, _PURCHASES)
    made = part["bought"].to_numpy(dtype=np.float64) if "bought" in part else np.zeros(len(part))
    rate = purchases * HORIZON_DAYS / (age + _YOUNG_DAYS)
    columns = {
        "customers": np.ones(len(part)),
        "revenue": revenue,
        "purchases": purchases,
        "rate": rate,
        # The rate times `drawn_value` is a sum of these two, the second one times the shop's mean.
        "own_worth": rate * drawn_value(revenue, purchases, 0.0),
        "drawn": rate * drawn_value(np.zeros(len(part)), purchases, 1.0),
        "made": made,
        "buyers": (made > 0).astype(np.float64),
    }
    units = {name: np.rint(values * _UNITS).astype(np.int64) for name, values in columns.items()}
    return pd.DataFrame(units).groupby(group).sum()


def _worth(now: pd.DataFrame) -> pd.Series[float]:
    """Return the money of each group by window at its past rate of purchases, GBP."""
    return now["own_worth"] + now["drawn"] * (now["revenue"].sum() / now["purchases"].sum())


def _ahead(past: pd.DataFrame, now: pd.Series[float], happened: str, of: str) -> float:
    """Return the sum ahead if each group has the part of the past window, drawn to that of all groups."""
    usual = past[happened].sum() / past[of].sum() if len(past) and past[of].sum() else 0.0
    prior = _PRIOR * past[of] / past["customers"]
    part = (past[happened] + prior * usual) / (past[of] + prior)
    return float((now * part.reindex(now.index).fillna(usual)).sum())
