"""Learn when a customer is late: silent for longer than nine of ten gaps of similar customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis
import numpy as np

from headgate.domains.retail.demand_insights_engine.features import HORIZON_DAYS, observed
from headgate.domains.retail.demand_insights_engine.origins import MIN_HISTORY_DAYS
from headgate.engines.frames import frame_of

if TYPE_CHECKING:
    import pandas as pd

NINE_OF_TEN = 0.9
MIN_GAPS = 30
"""Fewer gaps have no tenth that is worth a limit."""
RHYTHM_GAPS = 2
"""Gaps of a customer from which on there is a rhythm."""


@dataclass(frozen=True)
class LateGaps:
    """The silence from which on customers are late.

    Attributes:
        times: as a multiple of a customer's mean gap, for customers with a rhythm; None if too few gaps have
            ended.
        first_days: in days, for customers without a rhythm; None likewise.
    """

    times: float | None = None
    first_days: float | None = None

    def after_days(self, customers: pd.DataFrame) -> pd.Series[float]:
        """Return the silence from which on each customer is late, in days.

        Args:
            customers: histories with `recency_days` and `frequency`.
        """
        rhythm = rhythm_days(customers)
        own = rhythm * self.times if self.times else rhythm.where(rhythm.isna(), float(HORIZON_DAYS))
        return own.fillna(self.first_days or float(HORIZON_DAYS))

    def are_late(self, customers: pd.DataFrame) -> pd.Series[bool]:
        """Return whether each customer who bought at least twice is silent for longer than that.

        Args:
            customers: as `after_days` has them, with `silent_days`.
        """
        return (customers.frequency > 0) & (customers.silent_days > self.after_days(customers))


@dataclass(frozen=True)
class LateTrial:
    """Customers who had bought twice or more, by whether they were late on a past day.

    Attributes:
        late_left, other_left: the share that bought nothing in the 90 days after it, 0..1.
        late: how many were late.
    """

    period: str
    late_left: float
    other_left: float
    late: int


def rhythm_days(customers: pd.DataFrame) -> pd.Series[float]:
    """Return the mean days between two purchases of each customer with a rhythm; NaN for the others."""
    frequency = customers.frequency.astype("float64")
    return customers.recency_days / frequency.where(frequency >= RHYTHM_GAPS)


def late_gaps(days: ibis.Table, until: date) -> LateGaps:
    """Return the limits that gaps up to a day teach.

    Args:
        days: purchase days on this machine, one row per customer and day.
    """
    past = days.filter(days.purchased_on <= ibis.date(until))
    own = ibis.window(group_by="customer_id", order_by="purchased_on")
    placed = past.mutate(
        gaps=ibis.row_number().over(own),
        before=past.purchased_on.lag().over(own),
        first_on=past.purchased_on.min().over(group_by=past.customer_id),
    )
    later = placed.filter(placed.gaps > 0)
    gap_days = later.purchased_on.delta(later.before, unit="day").cast("float64")
    earlier = later.before.delta(later.first_on, unit="day").cast("float64") / (later.gaps - 1).nullif(0)
    has_rhythm = later.gaps > RHYTHM_GAPS
    sums = later.agg(
        times=(gap_days / earlier).quantile(NINE_OF_TEN, where=has_rhythm),
        first_days=gap_days.quantile(NINE_OF_TEN, where=~has_rhythm),
        rhythms=later.count(where=has_rhythm),
        firsts=later.count(where=~has_rhythm),
    )
    (row,) = sums.to_pyarrow().to_pylist()
    return LateGaps(
        row["times"] if row["rhythms"] >= MIN_GAPS else None,
        row["first_days"] if row["firsts"] >= MIN_GAPS else None,
    )


def late_trial(days: ibis.Table, first_on: date, as_of: date) -> LateTrial | None:
    """Return how many customers who were late 90 days ago have not bought since, and how many others.

    None if the history is too short, or no customer was late.
    """
    after = as_of - timedelta(days=HORIZON_DAYS)
    if (after - first_on).days < MIN_HISTORY_DAYS:
        return None
    customers = frame_of(
        observed(days, after, as_of)
        .filter(lambda row: row.frequency > 0)
        .select("recency_days", "frequency", "silent_days", "bought")
        .to_pyarrow()
    )
    is_late = late_gaps(days, after).are_late(customers).to_numpy(dtype=np.bool_)
    left = (customers.bought == 0).to_numpy(dtype=np.bool_)
    if not is_late.any() or is_late.all():
        return None
    period = f"{after + timedelta(days=1)}/{as_of}"
    return LateTrial(period, float(left[is_late].mean()), float(left[~is_late].mean()), int(is_late.sum()))
