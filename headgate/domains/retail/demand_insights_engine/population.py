"""The change of the number of customers since last year, from who is seen again, independent of the season.

A quiet window shows fewer customers than a busy one, but the share of its buyers who buy in the months
between gives the number of customers (capture and recapture). In a steady shop this share is equal for last
year's window and the newest one.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import ibis

from headgate.domains.retail.demand_insights_engine.features import HORIZON_DAYS
from headgate.domains.retail.demand_insights_engine.trading_clock import YEAR_DAYS, YearlyChange

_MAX_DAYS = 135  # of the newest window; longer ones would leave nothing between it and last year's
_MIN_DAYS = 270  # of history: two windows and some weeks between
_MIN_BUYERS, _MIN_REPEATS = 50, 20  # in a window; fewer are noise
_LAUNCH_REPEATS = 0.5  # repeats per buyer over those of the newest window; steady shops have 0.64 and more
_LAUNCH_GROWTH = 0.75  # of the number of customers; steady shops with a year have 0.87 and more
_SMOOTHED = 0.02  # repeats per buyer, so that shops with few repeats do not look launched


@dataclass(frozen=True)
class _PurchaseWindow:
    """The purchases of a window, its buyers, and how many of these bought between the two windows, too."""

    purchases: int
    buyers: int
    seen_between: int

    @property
    def repeats(self) -> float:
        """Further purchases per buyer."""
        return self.purchases / self.buyers - 1

    @property
    def share_seen_between(self) -> float:
        """The share of the buyers who bought between the windows, too."""
        return self.seen_between / self.buyers


def change(days: ibis.Table, first_on: date, as_of: date) -> YearlyChange:
    """Return the change since last year's days, or since the first ones without a year.

    No change where too few customers bought.

    A launch shows itself in two ways: its customers are many more than later, and they are new, so that few
    of them buy twice. Of as many buyers in the newest days, more do.
    """
    known_days = (as_of - first_on).days + 1
    if known_days < _MIN_DAYS:
        return YearlyChange()
    early, late = _windows(days, max(as_of - timedelta(days=YEAR_DAYS), first_on - timedelta(days=1)), as_of)
    if not (_is_enough(early, late) and early.seen_between and late.seen_between):
        return YearlyChange()
    fewer_repeats = early.repeats + _SMOOTHED < _LAUNCH_REPEATS * (late.repeats + _SMOOTHED)
    growth = early.share_seen_between / late.share_seen_between
    return YearlyChange(growth if known_days >= YEAR_DAYS else 1.0, fewer_repeats and growth < _LAUNCH_GROWTH)


def _is_enough(early: _PurchaseWindow, late: _PurchaseWindow) -> bool:
    """Return whether neither window is too small."""
    return min(early.buyers, late.buyers) >= _MIN_BUYERS and late.purchases - late.buyers >= _MIN_REPEATS


def _windows(days: ibis.Table, after: date, as_of: date) -> tuple[_PurchaseWindow, _PurchaseWindow]:
    """Return the 90 days after a day, and the newest days with as many buyers."""
    until = after + timedelta(days=HORIZON_DAYS)
    late_after = max(_newest(days, _buyers(days, after, until)), as_of - timedelta(days=_MAX_DAYS))
    at = days.purchased_on
    counts = days.group_by("customer_id").agg(
        early=days.count(where=(at > ibis.date(after)) & (at <= ibis.date(until))),
        between=days.count(
            where=(at > ibis.date(until))
            & (at <= ibis.date(min(late_after, as_of - timedelta(days=HORIZON_DAYS))))
        ),
        late=days.count(where=(at > ibis.date(late_after)) & (at <= ibis.date(as_of))),
    )
    counted = (figure for window in (counts.early, counts.late) for figure in _figures(counts, window))
    sums = (
        counts.agg(**{str(place): figure for place, figure in enumerate(counted)}).to_pyarrow().to_pylist()[0]
    )
    figures = [int(figure or 0) for figure in sums.values()]
    return _PurchaseWindow(*figures[:3]), _PurchaseWindow(*figures[3:])


def _figures(counts: ibis.Table, bought: ibis.Column) -> tuple[ibis.Value, ...]:
    return (
        bought.sum(),
        counts.count(where=bought > 0),
        counts.count(where=(bought > 0) & (counts.between > 0)),
    )


def _buyers(days: ibis.Table, after: date, until: date) -> int:
    some = days.filter(days.purchased_on > ibis.date(after), days.purchased_on <= ibis.date(until))
    return int(some.customer_id.nunique().to_pyarrow().as_py())


def _newest(days: ibis.Table, buyers: int) -> date:
    """Return the day after which so many customers bought; the first possible one where they are fewer."""
    last = days.group_by("customer_id").agg(day=days.purchased_on.max())
    newest = last.order_by(last.day.desc()).limit(1, offset=max(buyers, 1) - 1).day.to_pyarrow().to_pylist()
    return newest[0] - timedelta(days=1) if newest else date.min
