"""Test the probability of buying again on the longest window that is over, by models of earlier days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from headgate.domains.retail.demand_insights_engine import bg_nbd, churn, churn_risk, features, retention
from headgate.domains.retail.demand_insights_engine.customer_value import histories_of, nothing_of_year
from headgate.domains.retail.demand_insights_engine.origins import (
    DAYS_OF_YEAR,
    MIN_HISTORY_DAYS,
    POINTS,
    describe_histories,
)
from headgate.domains.retail.demand_insights_engine.trading_clock import YEAR_DAYS, TradingClock
from headgate.engines.frames import frame_of
from headgate.engines.write_rows import row_batches

if TYPE_CHECKING:
    from pathlib import Path

    import ibis
    import pandas as pd


Array = npt.NDArray[np.float64]

_RECIPE = "calibrated_splines"  # quick to fit, and nearly as good as the ensemble
_MIN_WINDOW_DAYS = 120  # shorter ones are that of `churn_probability`


@dataclass(frozen=True)
class AliveTrial:
    """Customers of a past day: who bought in the window after it, and the probabilities given that day.

    Attributes:
        period: the window, as an ISO 8601 interval.
        one_hazard: the probability if the hazard of all customers changed alike.
    """

    period: str
    bought: npt.NDArray[np.bool_]
    probability: Array
    one_hazard: Array


def alive_trial(days: ibis.Table, clock: TradingClock, as_of: date, folder: Path) -> AliveTrial | None:
    """Return the trial on the newer half of the history, at most a year; None for a short history.

    Args:
        days: purchase days of the customers that models learn from.
    """
    known_days = (as_of - clock.first_on).days
    window_days = min(DAYS_OF_YEAR, (known_days - MIN_HISTORY_DAYS) // 2)
    after = as_of - timedelta(days=window_days)
    before = after - timedelta(days=features.HORIZON_DAYS)
    if window_days < _MIN_WINDOW_DAYS or (before - clock.first_on).days < MIN_HISTORY_DAYS:
        return None
    learnt, tested = (
        _customers(days, clock, origin, until, folder) for origin, until in ((before, after), (after, as_of))
    )
    left = learnt.bought.to_numpy() == 0
    if not churn.is_enough(left) or not len(tested):
        return None
    signals = list(churn_risk.SIGNALS)
    leaving = churn.fit(churn.training_set(learnt[signals], left), _RECIPE).probability(tested[signals])
    histories = histories_of(tested)
    repeats = int((histories.frequency > 0).sum())
    purchases = bg_nbd.fit(histories, modified=True) if repeats >= bg_nbd.MIN_REPEAT_BUYERS else None
    spans = clock.between(before, after), clock.between(after, as_of)
    cohorts = features.cohort_purchases(days.filter(days.purchased_on <= after))
    longer = retention.longer(retention.decline(cohorts, clock.for_decline(), after), *spans)
    knew_year = (after - clock.first_on).days >= YEAR_DAYS and not clock.after_launch
    nothing = nothing_of_year(purchases, tested, leaving, spans, longer, is_season_known=knew_year)
    return AliveTrial(
        period=f"{after + timedelta(days=1)}/{as_of}",
        bought=tested.bought.to_numpy() > 0,
        probability=1 - nothing,
        one_hazard=1 - leaving**longer,
    )


def _customers(
    days: ibis.Table, clock: TradingClock, origin: date, until: date, folder: Path
) -> pd.DataFrame:
    """Return the points of the customers of a day, with how often they bought until another."""
    histories = (frame_of(part) for part in row_batches(features.observed(days, origin, until)))
    stored = describe_histories(histories, clock, origin, folder / f"alive-{origin}.parquet", ("bought",))
    return stored.rows(0, len(stored), (*POINTS, "bought"))
