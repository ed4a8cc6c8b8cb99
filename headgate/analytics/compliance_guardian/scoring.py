"""Score every transaction with a model that had not seen its label: in time order, period by period."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headgate.analytics.compliance_guardian import decisions, models, reasons
from headgate.analytics.compliance_guardian.features import DELAY_DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

PERIODS = 6


@dataclass(frozen=True)
class Period:
    """The transactions of one stretch of days with their scores, in columns `score`, `decision`, `reason_1…3` and `model`."""

    start: pd.Timestamp
    transactions: pd.DataFrame


def scored(transactions: pd.DataFrame) -> list[Period]:
    """The transactions in stretches of equally many days, each scored by a model of what was known when it began.

    Args:
        transactions: as `features.described` gives them, at least one.
    """
    return [Period(start, _period(transactions, start, end)) for start, end in _stretches(transactions.transacted_at)]


def _stretches(at: pd.Series[pd.Timestamp]) -> Sequence[tuple[pd.Timestamp, pd.Timestamp]]:
    first, after = at.iloc[0].normalize(), at.iloc[-1].normalize() + pd.Timedelta(days=1)
    count = min(PERIODS, (after - first).days)
    edges = [first + pd.Timedelta(days=(after - first).days * part // count) for part in range(count + 1)]
    return list(pairwise(edges))


def _period(transactions: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    at = transactions.transacted_at
    current = transactions[(at >= start) & (at < end)]
    if current.empty:
        return current
    model = _model(transactions[at < start - pd.Timedelta(days=DELAY_DAYS)], transactions[at < end])
    score = model.scores(current)
    amount = current.amount_gbp.to_numpy()
    known = model.name == models.Boosting.name
    decision = decisions.cheapest(score, amount) if known else decisions.strangest(score)
    stopped = decision != decisions.ACTIONS[0]
    codes = np.full((len(current), reasons.REASONS), None, dtype=object)
    codes[stopped] = reasons.told(model, current[stopped])
    named = {f"reason_{place + 1}": codes[:, place] for place in range(reasons.REASONS)}
    return current.assign(score=score, decision=decision, **named, model=model.name)


def _model(known: pd.DataFrame, seen: pd.DataFrame) -> models.FraudModel:
    """Boosting where the labels known by then carry it; else a forest over all that was seen."""
    labelled = known[known.is_fraud.notna()]
    if models.is_enough(labelled.is_fraud.astype(bool)):
        return models.boosting(labelled, labelled.is_fraud.astype(bool))
    return models.isolation(seen)
