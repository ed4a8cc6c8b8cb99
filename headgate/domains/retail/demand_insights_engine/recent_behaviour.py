"""The coming window by the customers alone: groups of like customers do as they did in the newest window.

Last year's season knows nothing of how the customers have changed, and this knows nothing of the season. Both
are wrong in other shops, so totals are the geometric mean of the two;
docs/adr/0139-one-total-of-several-views.md has the measurement.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headgate.domains.retail.demand_insights_engine import features
from headgate.domains.retail.demand_insights_engine.features import HORIZON_DAYS
from headgate.domains.retail.demand_insights_engine.origins import BUYERS_PART, LEAST_HISTORY_DAYS
from headgate.domains.retail.usual_season import usual_change
from headgate.engines.frames import frame_of
from headgate.engines.write_rows import row_batches

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    import ibis

    from headgate.domains.retail.demand_insights_engine.origins import Coming
    from headgate.engines.stored_rows import StoredRows

_READ = ("silent_days", "purchases", "revenue", "age_days")
_HAPPENED = ("bought", "spent")
_SUMS = ["customers", "rate", *_HAPPENED]
_SILENCES = (7, 14, 30, 60, 90, 150, 240, 365)  # ends of groups, days
_PURCHASES = (2, 3, 5, 9, 17)
_YOUNG_DAYS = 60.0  # added to an age: one purchase of yesterday is no purchase a day
_PRIOR = 5.0  # customers of the mean of all groups that each group gets


def with_recent_behaviour(
    ahead: Coming, days: ibis.Table, customers: StoredRows, first_on: date, as_of: date
) -> Coming:
    """Return the expectation with the buyers and the revenue that known customers bring if they do as lately.

    In the season of a usual shop where none is known. Without them where the history is too short.

    Args:
        days: purchase days of all customers.
        customers: their histories now.
    """
    after = as_of - timedelta(days=HORIZON_DAYS)
    if (after - first_on).days < LEAST_HISTORY_DAYS:
        return ahead
    observed = (frame_of(part) for part in row_batches(features.observed(days, after, as_of)))
    past, now = _by_group(observed), _by_group(customers.parts(_READ))
    buyers, revenue = (_ahead(past, now, *pair) for pair in (("bought", "customers"), ("spent", "rate")))
    change = 1.0 if ahead.is_season_known else usual_change(as_of, HORIZON_DAYS)
    buyers, revenue = buyers * change**BUYERS_PART, revenue * change
    return replace(ahead, recent_buyers=buyers or None, recent_revenue=revenue or None)


def _by_group(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Sum the customers, their past rate by window, and what they did in the window, by silence and
    purchases.
    """
    summed = [_group_sums(part) for part in parts if len(part)]
    return pd.concat(summed).groupby(level=0).sum() if summed else pd.DataFrame(columns=_SUMS, dtype=float)


def _group_sums(part: pd.DataFrame) -> pd.DataFrame:
    silence, purchases = (part[name].to_numpy(dtype=np.float64) for name in ("silent_days", "purchases"))
    group = np.digitize(silence, _SILENCES) * (len(_PURCHASES) + 1) + np.digitize(purchases, _PURCHASES)
    revenue, age = part.revenue.to_numpy(dtype=np.float64), part.age_days.to_numpy(dtype=np.float64)
    happened = {name: part[name].fillna(0.0).to_numpy(dtype=np.float64) for name in _HAPPENED if name in part}
    columns = {
        "customers": np.ones(len(part)),
        "rate": revenue * HORIZON_DAYS / (age + _YOUNG_DAYS),
        **happened,
    }
    if "bought" in columns:
        columns["bought"] = (columns["bought"] > 0).astype(np.float64)
    return pd.DataFrame(columns).groupby(group).sum()


def _ahead(past: pd.DataFrame, now: pd.DataFrame, happened: str, of: str) -> float:
    """Return the sum ahead if each group has the part of the past window, drawn to that of all groups."""
    usual = past[happened].sum() / past[of].sum() if len(past) and past[of].sum() else 0.0
    prior = _PRIOR * past[of] / past["customers"]
    part = (past[happened] + prior * usual) / (past[of] + prior)
    return float((now[of] * part.reindex(now.index).fillna(usual)).sum())
