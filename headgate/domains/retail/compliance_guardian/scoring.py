"""Score every transaction with a model that had not seen its label: in time order, period by period."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headgate.domains.retail.compliance_guardian import decisions, models, reasons
from headgate.domains.retail.compliance_guardian.features import DELAY_DAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

PERIODS = 6
KEPT = (
    "transaction_id",
    "transacted_at",
    "customer_id",
    "terminal_id",
    "card_token",
    "pence",
    "amount_gbp",
    "amount_to_usual",
    "is_fraud",
)
"""Columns that the tables need besides the score; a shop has millions of transactions, and dozens of features for each."""


@dataclass(frozen=True)
class Period:
    """The transactions of one stretch of days: the columns KEPT, and `score`, `decision`, `reason_1…3` and `model`."""

    start: pd.Timestamp
    transactions: pd.DataFrame


def scored(transactions: pd.DataFrame, recipe: str = models.FIRST) -> list[Period]:
    """The transactions in stretches of equally many days, each scored by a model of what was known when it began.

    Args:
        transactions: as `features.described` gives them, in the order of time, at least one.
        recipe: of the models that learn from labels, one of `models.RECIPES`.
    """
    return [Period(start, _period(transactions, start, end, recipe)) for start, end in _stretches(transactions.transacted_at)]


def _stretches(at: pd.Series[pd.Timestamp]) -> Sequence[tuple[pd.Timestamp, pd.Timestamp]]:
    first, after = at.iloc[0].normalize(), at.iloc[-1].normalize() + pd.Timedelta(days=1)
    count = min(PERIODS, (after - first).days)
    edges = [first + pd.Timedelta(days=(after - first).days * part // count) for part in range(count + 1)]
    return list(pairwise(edges))


def _period(transactions: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp, recipe: str) -> pd.DataFrame:
    # Transactions are in the order of time: parts of them are views, and cost no memory however many there are.
    known, first, after = transactions.transacted_at.searchsorted([start - pd.Timedelta(days=DELAY_DAYS), start, end])
    current = transactions.iloc[first:after]
    if current.empty:
        return current[list(KEPT)]
    model = _model(transactions.iloc[:known], transactions.iloc[:after], recipe)
    score = model.scores(current)
    amount = current.amount_gbp.to_numpy()
    is_supervised = model.name == models.Boosting.name
    if is_supervised:
        decision = decisions.cheapest(score, amount, review_price(model, transactions.iloc[known:first]))
    else:
        decision = decisions.strangest(score)
    stopped = decision != decisions.ACTIONS[0]
    codes = np.full((len(current), reasons.REASONS), None, dtype=object)
    codes[stopped] = reasons.reason_codes(model, current[stopped])
    named = {f"reason_{place + 1}": codes[:, place] for place in range(reasons.REASONS)}
    return current[list(KEPT)].assign(score=score, decision=decision, **named, model=model.name)


def review_price(model: models.FraudModel, waiting: pd.DataFrame) -> float:
    """What a review must save, from the days of the delay, whose labels the model has not seen."""
    if waiting.empty:
        return decisions.REVIEW_COST_GBP
    return decisions.review_price_of(model.scores(waiting), waiting.amount_gbp.to_numpy(), DELAY_DAYS)


def _model(known: pd.DataFrame, seen: pd.DataFrame, recipe: str) -> models.FraudModel:
    """Boosting where the labels known by then carry it; else a forest over all that was seen."""
    return supervised(known, recipe) or models.isolation(seen)


def supervised(known: pd.DataFrame, recipe: str) -> models.Boosting | None:
    """Boosting over the transactions whose labels are known; None where these carry no model."""
    labelled = np.flatnonzero(known.is_fraud.notna())
    labels = known.is_fraud.iloc[labelled].astype(bool)
    return models.boosting(known, labels, among=labelled, recipe=recipe) if models.is_enough(labels) else None
