"""Learn when a customer is late: silent for longer than nine of ten gaps of similar customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
import numpy.typing as npt

from headgate.domains.retail.demand_insights_engine.features import HORIZON_DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pandas as pd

    from headgate.domains.retail.demand_insights_engine.origins import CustomerOrigin

Array = npt.NDArray[np.float64]

NINE_OF_TEN = 0.9
MIN_GAPS = 30
"""Fewer gaps have no tenth that is worth a limit."""
RHYTHM_GAPS = 2
"""Gaps of a customer from which on there is a rhythm."""
HISTORY = ("frequency", "recency_days", "silent_days")
"""Columns of a customer that say whether the customer is late."""


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
    """Customers who had bought twice or more, by whether they were late at past origins.

    Attributes:
        late_left, other_left: the share that bought nothing in the window after it, 0..1.
        late: how many were late.
        late_expected: the mean probability of leaving of those who were late; None without a model.
    """

    period: str
    late_left: float
    other_left: float
    late: int
    late_expected: float | None = None


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


def late_trial(
    days: ibis.Table, tested: Sequence[CustomerOrigin], leaving: Sequence[Array] = ()
) -> LateTrial | None:
    """Return how many late customers of past origins then bought nothing, and how many of the others.

    None where there is no past origin, or nobody was late.

    Args:
        leaving: the probability of leaving of each origin's customers, by a model that had not seen them.
    """
    if not tested:
        return None
    histories = [origin.customers.frame(HISTORY) for origin in tested]
    bought_before = np.concatenate([(part.frequency > 0).to_numpy() for part in histories])
    is_late = np.concatenate(
        [
            late_gaps(days, origin.after).are_late(part).to_numpy(dtype=np.bool_)
            for origin, part in zip(tested, histories, strict=True)
        ]
    )
    left = np.concatenate([origin.left for origin in tested])
    others = bought_before & ~is_late
    if not is_late.any() or not others.any():
        return None
    return LateTrial(
        f"{tested[-1].period.partition('/')[0]}/{tested[0].until}",
        float(left[is_late].mean()),
        float(left[others].mean()),
        int(is_late.sum()),
        float(np.concatenate(leaving)[is_late].mean()) if leaving else None,
    )
