"""The fraud model for the days to come: its recipe contested on the newest period, fitted on all labels that
are known by now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from headgate.domains.retail.compliance_guardian import boosting_models, scored_periods
from headgate.domains.retail.compliance_guardian.features import DELAY_DAYS
from headgate.learning.calibration import bins_of
from headgate.learning.champion_challenger import decide_contest, log_loss
from headgate.learning.feature_drift import DriftWatch
from headgate.learning.store import Trained

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from headgate.domains.retail.compliance_guardian.described_transactions import DescribedTransactions

NAME = "fraud"
MOST_TRIED = 2_000_000
"""Newest transactions that recipes are tried on; see docs/adr/0093-fraud-features-on-disk.md."""
_WATCHED = 50_000  # newest transactions that drift is measured on


def in_charge(champion: str) -> str:
    """The recipe that scores: the champion, or the first where there is none, or none by that
    name any more.
    """
    return champion if champion in boosting_models.RECIPES else boosting_models.FIRST


def kept(transactions: DescribedTransactions, newest: scored_periods.Period, champion: str) -> Trained | None:
    """The model that the next run finds in charge; None where the labels carry none.

    Args:
        newest: the newest period. Every recipe learns from what was known when it began, and is tried on its
            newest transactions.
        champion: the recipe in charge so far; empty when there was none.
    """
    delay = pd.Timedelta(days=DELAY_DAYS)
    labelled_to, begin, by_now = (
        transactions.place_of(at) for at in (newest.start - delay, newest.start, transactions.last_at - delay)
    )
    first = max(begin, len(transactions) - MOST_TRIED)
    labels = transactions.labels[first:]
    fraud = labels[labels != boosting_models.UNKNOWN] == boosting_models.FRAUD
    if not (isinstance(newest.model, boosting_models.Boosting) and 0 < fraud.sum() < len(fraud)):
        return None
    own = newest.model
    tried = {
        recipe: own if recipe == own.recipe else scored_periods.supervised(transactions, labelled_to, recipe)
        for recipe in boosting_models.RECIPES
    }
    scores = {recipe: _scores(transactions, first, newest, model) for recipe, model in tried.items() if model}
    contest = decide_contest(
        in_charge(champion), {recipe: log_loss(fraud, score) for recipe, score in scores.items()}
    )
    fitted = scored_periods.supervised(transactions, by_now, contest.winner)
    if fitted is None:
        return None
    columns = tuple(fitted.columns)
    drift = _moved(transactions, labelled_to, first, columns)
    learnt = int((transactions.labels[:by_now] != boosting_models.UNKNOWN).sum())
    score = scores[contest.winner]
    return Trained(
        NAME,
        contest.winner,
        fitted,
        columns,
        learnt,
        _metrics(fraud, score),
        contest,
        drift,
        bins_of(fraud, score),
    )


def _scores(
    transactions: DescribedTransactions,
    first: int,
    newest: scored_periods.Period,
    model: boosting_models.Boosting,
) -> npt.NDArray[np.float64]:
    """Return a model's scores of the labelled transactions from `first` on.

    For the newest period those of its own model.
    """
    if model is newest.model:
        score = newest.rows(["score"], len(transactions) - first).score.to_numpy()
    else:
        score = model.scores_of(scored_periods.strength_of(model, transactions, first, len(transactions)))
    return np.asarray(score[transactions.labels[first:] != boosting_models.UNKNOWN])


def _metrics(fraud: npt.NDArray[np.bool_], score: npt.NDArray[np.float64]) -> Mapping[str, float]:
    return {
        "auc": float(roc_auc_score(fraud, score)),
        "average_precision": float(average_precision_score(fraud, score)),
    }


def _moved(
    transactions: DescribedTransactions, labelled_to: int, first: int, columns: tuple[str, ...]
) -> Mapping[str, float]:
    """How far the features of the labelled transactions from the place `first` on are from those before the
    place `known`.
    """
    learnt = transactions.rows(max(0, labelled_to - _WATCHED), labelled_to, columns)
    labelled = first + np.flatnonzero(transactions.labels[first:] != boosting_models.UNKNOWN)
    now = transactions.take(labelled[-_WATCHED:], columns)
    return DriftWatch().fit(learnt.astype(np.float64)).index(now.astype(np.float64))
