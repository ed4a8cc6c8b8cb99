"""Test the step from 90 days to a year on a past year of the shop's own customers, and learn it from there.

The decline of past groups of customers gives how many times the purchases of 90 days a year has. Where a year
after a past day is known, the customers of that day show it directly, in the season of the coming days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from headgate.domains.retail.demand_insights_engine import features, population, retention
from headgate.domains.retail.demand_insights_engine.origins import DAYS_OF_YEAR
from headgate.domains.retail.demand_insights_engine.trading_clock import TradingClock

if TYPE_CHECKING:
    import ibis
    import pandas as pd

# Of a past year beside the decline, as logarithms; see docs/adr/0139-one-total-of-several-views.md.
PAST_YEAR_WEIGHT = 0.75
_MIN_HISTORY_DAYS = 90  # before the past day: customers of the first weeks are all new
_MIN_PURCHASES = 100  # in the first 90 days of the past year; fewer are noise


@dataclass(frozen=True)
class PastYear:
    """The purchases of the customers of a past day in the year after it.

    Attributes:
        after: the past day.
        in_90_days, in_year: their purchases in the first 90 days and in the whole year.
    """

    after: date
    in_90_days: int
    in_year: int

    @property
    def ratio(self) -> float:
        """How many times the purchases of 90 days the year had."""
        return self.in_year / self.in_90_days


@dataclass(frozen=True)
class YearTrial:
    """The forecast of a year from its first 90 days on a past day, and the actual year.

    Attributes:
        period: the year, as an ISO 8601 interval.
        expected: purchases of the year over those of its first 90 days, from earlier data.
        actual: the actual ratio.
        purchases: of the customers in the year.
    """

    period: str
    expected: float
    actual: float
    purchases: int


def past_year(days: ibis.Table, first_on: date, as_of: date) -> PastYear | None:
    """Return the newest complete year; None if too little was known or bought before it."""
    after = as_of - timedelta(days=DAYS_OF_YEAR)
    if (after - first_on).days < _MIN_HISTORY_DAYS:
        return None
    bought = features.purchases_of_known(days, after, (features.HORIZON_DAYS, DAYS_OF_YEAR))
    return PastYear(after, *bought) if bought[0] >= _MIN_PURCHASES else None


def year_in_90_days(days: ibis.Table, clock: TradingClock, as_of: date, past: PastYear | None) -> float:
    """Return how many times the purchases of 90 days known customers make in a year.

    Args:
        days: purchase days up to `as_of`.
        past: what a past year showed; None where none is over, so that the decline alone decides.
    """
    steady = clock.for_decline()
    spans = (
        steady.between(as_of, as_of + timedelta(days=ahead))
        for ahead in (features.HORIZON_DAYS, DAYS_OF_YEAR)
    )
    declining = retention.longer(retention.decline(features.cohort_purchases(days), steady, as_of), *spans)
    if past is None:
        return declining
    return float(past.ratio**PAST_YEAR_WEIGHT * declining ** (1 - PAST_YEAR_WEIGHT))


def year_trial(days: ibis.Table, first_on: date, as_of: date) -> YearTrial | None:
    """Return the trial on the newest year that is over, by what was known before it; None without one."""
    past = past_year(days, first_on, as_of)
    if past is None:
        return None
    before = days.filter(days.purchased_on <= past.after)
    daily: pd.Series[int] = features.daily_purchases(before).set_index("purchased_on").purchases
    clock = TradingClock.of(daily, first_on, past.after, population.change(before, first_on, past.after))
    earlier = past_year(before, first_on, past.after)
    expected = year_in_90_days(before, clock, past.after, earlier)
    period = f"{past.after + timedelta(days=1)}/{as_of}"
    return YearTrial(period, expected, past.ratio, past.in_year)
