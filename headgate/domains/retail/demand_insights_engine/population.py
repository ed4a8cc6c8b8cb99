"""How the customers changed since last year's days, from who is seen again: that does not depend on the season.

A quiet window shows fewer customers than a busy one, but the share of its buyers who are seen in the months between says how many
customers there are (capture and recapture). In a steady shop this share is the same for last year's window and for the newest one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis

from headgate.domains.retail.demand_insights_engine.features import HORIZON_DAYS
from headgate.domains.retail.demand_insights_engine.trading_clock import YEAR_DAYS, Change

if TYPE_CHECKING:
    import pandas as pd

_MOST_DAYS = 135  # of the newest window; longer ones would leave nothing between it and last year's
_LEAST_DAYS = 270  # of history: two windows and some weeks between
_LEAST_BUYERS, _LEAST_REPEATS = 50, 20  # in a window; fewer are noise
_LAUNCH_REPEATS = 0.5  # repeats per buyer over those of the newest window; steady shops have 0.64 and more
_LAUNCH_GROWTH = 0.75  # of the number of customers; steady shops with a year have 0.87 and more
_SMOOTHED = 0.02  # repeats per buyer, so that shops with few repeats do not look launched


@dataclass(frozen=True)
class _Seen:
    """Two windows and the months between, in purchases of each customer."""

    counts: pd.DataFrame

    def repeats(self, window: str) -> float:
        """Further purchases per buyer of a window."""
        bought = self.counts[window]
        return float(bought.sum() / (bought > 0).sum() - 1)

    def seen_between(self, window: str) -> float:
        """The share of a window's buyers who bought between the windows too."""
        return float((self.counts.between[self.counts[window] > 0] > 0).mean())

    def is_enough(self) -> bool:
        """Neither window is too small."""
        bought = self.counts[["early", "late"]]
        return bool((bought > 0).sum().min() >= _LEAST_BUYERS and (bought.late.sum() - (bought.late > 0).sum()) >= _LEAST_REPEATS)


def change(days: ibis.Table, first_on: date, as_of: date) -> Change:
    """What changed since last year's days, or since the first ones where no year is known; no change where too few customers bought.

    A launch shows itself in two ways: its customers are many more than later, and they are new, so that few of them buy twice. Of as
    many buyers in the newest days, more do.
    """
    known_days = (as_of - first_on).days + 1
    if known_days < _LEAST_DAYS:
        return Change()
    seen = _seen(days, max(as_of - timedelta(days=YEAR_DAYS), first_on - timedelta(days=1)), as_of)
    before, now = seen.seen_between("early"), seen.seen_between("late")
    if not (seen.is_enough() and before and now):
        return Change()
    fewer_repeats = seen.repeats("early") + _SMOOTHED < _LAUNCH_REPEATS * (seen.repeats("late") + _SMOOTHED)
    growth = before / now
    return Change(growth if known_days >= YEAR_DAYS else 1.0, fewer_repeats and growth < _LAUNCH_GROWTH)


def _seen(days: ibis.Table, after: date, as_of: date) -> _Seen:
    """The 90 days after a day, and the newest days with as many buyers."""
    until = after + timedelta(days=HORIZON_DAYS)
    late_after = max(_newest(days, _buyers(days, after, until)), as_of - timedelta(days=_MOST_DAYS))
    at = days.purchased_on
    known = days.group_by("customer_id").agg(
        early=days.count(where=(at > ibis.date(after)) & (at <= ibis.date(until))),
        between=days.count(where=(at > ibis.date(until)) & (at <= ibis.date(min(late_after, as_of - timedelta(days=HORIZON_DAYS))))),
        late=days.count(where=(at > ibis.date(late_after)) & (at <= ibis.date(as_of))),
    )
    return _Seen(known.filter((known.early > 0) | (known.late > 0)).to_pandas())


def _buyers(days: ibis.Table, after: date, until: date) -> int:
    some = days.filter(days.purchased_on > ibis.date(after), days.purchased_on <= ibis.date(until))
    return int(some.customer_id.nunique().to_pyarrow().as_py())


def _newest(days: ibis.Table, buyers: int) -> date:
    """The day after which so many customers bought; the first possible one where they are fewer."""
    last = days.group_by("customer_id").agg(day=days.purchased_on.max())
    found = last.order_by(last.day.desc()).limit(1, offset=max(buyers, 1) - 1).day.to_pyarrow().to_pylist()
    return found[0] - timedelta(days=1) if found else date.min
