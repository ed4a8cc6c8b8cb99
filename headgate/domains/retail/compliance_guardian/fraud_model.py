"""The fraud model for the days to come: its recipe contested on the newest period, fitted on all labels that are known by now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from headgate.domains.retail.compliance_guardian import models, scoring
from headgate.domains.retail.compliance_guardian.features import DELAY_DAYS
from headgate.learning.calibration import bins_of
from headgate.learning.champion_challenger import decide, log_loss
from headgate.learning.drift import DriftWatch
from headgate.learning.store import Trained

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

NAME = "fraud"
_WATCHED = 50_000  # newest transactions that drift is measured on


def in_charge(champion: str) -> str:
    """The recipe that scores: the champion, or the first where there is none, or none by that name any more."""
    return champion if champion in models.RECIPES else models.FIRST


def kept(transactions: pd.DataFrame, start: pd.Timestamp, champion: str) -> Trained | None:
    """The model that the next run finds in charge; None where the labels carry none.

    Args:
        transactions: as `features.described` gives them, in the order of time.
        start: the newest period's. Every recipe learns from what was known then, and is tried on the period.
        champion: the recipe in charge so far; empty when there was none.
    """
    delay = pd.Timedelta(days=DELAY_DAYS)
    last = transactions.transacted_at.iloc[-1]
    known, first, by_now = transactions.transacted_at.searchsorted([start - delay, start, last - delay])
    trial = transactions.iloc[first:]
    trial = trial[trial.is_fraud.notna()]
    fraud = trial.is_fraud.to_numpy(dtype=np.bool_)
    tried = {recipe: scoring.supervised(transactions.iloc[:known], recipe) for recipe in models.RECIPES}
    scores = {recipe: model.scores(trial) for recipe, model in tried.items() if model}
    if not (scores and 0 < fraud.sum() < len(fraud)):
        return None
    contest = decide(in_charge(champion), {recipe: log_loss(fraud, score) for recipe, score in scores.items()})
    fitted = scoring.supervised(transactions.iloc[:by_now], contest.winner)
    if fitted is None:
        return None
    columns = tuple(fitted.columns)
    drift = _moved(transactions.iloc[:known], trial, columns)
    labels = int(transactions.is_fraud.iloc[:by_now].notna().sum())
    score = scores[contest.winner]
    return Trained(NAME, contest.winner, fitted, columns, labels, _metrics(fraud, score), contest, drift, bins_of(fraud, score))


def _metrics(fraud: npt.NDArray[np.bool_], score: npt.NDArray[np.float64]) -> Mapping[str, float]:
    return {"auc": float(roc_auc_score(fraud, score)), "average_precision": float(average_precision_score(fraud, score))}


def _moved(learnt: pd.DataFrame, now: pd.DataFrame, columns: tuple[str, ...]) -> Mapping[str, float]:
    before, after = (part[list(columns)].tail(_WATCHED).astype(np.float64) for part in (learnt, now))
    return DriftWatch().fit(before).index(after)
