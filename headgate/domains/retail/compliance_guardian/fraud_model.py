"""The fraud model: its recipe is contested on the newest period and fitted on all known labels."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from headgate.domains.retail.compliance_guardian import boosting_models, scored_periods
from headgate.domains.retail.compliance_guardian.described_transactions import DescribedTransactions
from headgate.domains.retail.compliance_guardian.scored_periods import Period, Scores
from headgate.domains.retail.compliance_guardian.stretch import Stretch
from headgate.learning.calibration import Bin, bins_of
from headgate.learning.champion_challenger import Contest, Result, decide_contest, log_loss
from headgate.learning.feature_drift import DriftWatch
from headgate.learning.store import Trained

NAME = "fraud"
MAX_TRIED = 2_000_000
"""Newest transactions that recipes are tried on; see docs/adr/0093-fraud-features-on-disk.md."""
_WATCHED = 50_000  # newest transactions that drift is measured on


def in_charge(champion: str) -> str:
    """Return the recipe that scores: the champion, or the first one without a valid champion."""
    return champion if champion in boosting_models.RECIPES else boosting_models.FIRST


@dataclass(frozen=True)
class ModelInCharge:
    """The model for the days to come, with its record; it scores the newest period if it won its contest."""

    trained: Trained
    review_price: float


def kept(scores: Scores, periods: Sequence[Period]) -> ModelInCharge | None:
    """Return the model that the next run finds in charge; None where the labels carry none.

    Recipes are contested on the newest period that is over, or on the newest one if no earlier one has a
    model that learnt from labels. Then the winner learns from what was known when the newest period began.
    So the answer is the same for all days of a period, and a run finds it kept.
    """
    contested = _contested(scores, periods)
    if contested is None:
        return None
    newest = periods[-1].stretch
    address = scores.address(
        newest, "contest", contested.start, newest.start, before=max(contested.stretch.end, newest.start)
    )

    def write(_: Sequence[int], paths: Sequence[Path]) -> None:
        in_charge = _won(scores, contested, newest)
        fitted, price = (in_charge.trained.fitted, in_charge.review_price) if in_charge else (None, np.nan)
        record = json.dumps(_record(in_charge.trained)) if in_charge else ""
        scored_periods.write_model(paths[0], fitted, review_price=price, record=record)

    (path,) = scores.keep("fraud_contest", [address], write, is_fitted=True)
    row = scored_periods.read_model(path)
    if row["fitted"] is None:
        return None
    return ModelInCharge(_trained(json.loads(row["record"]), row["fitted"]), row["review_price"])


def _contested(scores: Scores, periods: Sequence[Period]) -> Period | None:
    after = scores.days.last_at.normalize() + pd.Timedelta(days=1)
    taught = [period for period in periods if period.paths and scores.is_taught(period.stretch)]
    over = [period for period in taught if period.stretch.end <= after]
    return next(reversed(over or taught), None)


def _won(scores: Scores, contested: Period, newest: Stretch) -> ModelInCharge | None:
    transactions = scores.descriptions.all()
    labelled_to, begin, after = (
        transactions.place_of(at)
        for at in (contested.stretch.labelled_to, contested.start, contested.stretch.end)
    )
    tried_rows = range(max(begin, after - MAX_TRIED), after)
    labels = transactions.labels[tried_rows.start : after]
    is_known = labels != boosting_models.UNKNOWN
    fraud = labels[is_known] == boosting_models.FRAUD
    if not 0 < fraud.sum() < len(fraud):
        return None
    probabilities, taught = {}, scores.reviews.taught(contested.stretch)
    for recipe in boosting_models.RECIPES:
        if recipe == scores.recipe:
            score = contested.rows(["score"], len(tried_rows)).score.to_numpy()
        elif model := scored_periods.supervised(transactions, labelled_to, recipe, taught):
            strength = scored_periods.strength_of(model, transactions, tried_rows.start, after)
            score = model.scores_of(strength)
        else:
            continue
        probabilities[recipe] = np.asarray(score[is_known])
    contest = decide_contest(
        scores.recipe, {recipe: log_loss(fraud, score) for recipe, score in probabilities.items()}
    )
    won = scores.fitted(newest, contest.winner)
    if won is None:
        return None
    columns, score = tuple(won.fitted.columns), probabilities[contest.winner]
    tried_at = contested.rows(["transacted_at"], len(tried_rows)).transacted_at
    is_labelled = transactions.labels[: transactions.place_of(newest.labelled_to)] != boosting_models.UNKNOWN
    trained = Trained(
        NAME,
        contest.winner,
        won.fitted,
        columns,
        int(is_labelled.sum()) + len(scores.reviews.taught(newest)),
        {
            "auc": float(roc_auc_score(fraud, score)),
            "average_precision": float(average_precision_score(fraud, score)),
        },
        contest,
        _moved(transactions, labelled_to, tried_rows, columns),
        bins_of(fraud, score),
        f"{tried_at.min().date()}/{tried_at.max().date()}",
    )
    return ModelInCharge(trained, won.review_price)


def _record(trained: Trained) -> dict[str, Any]:
    fields = asdict(replace(trained, fitted=None))
    return {name: value for name, value in fields.items() if name != "fitted"}


def _trained(record: dict[str, Any], fitted: boosting_models.Boosting) -> Trained:
    contest = record["contest"]
    results = tuple(Result(**result) for result in contest["results"])
    return Trained(
        **{
            **record,
            "fitted": fitted,
            "columns": tuple(record["columns"]),
            "contest": Contest(**{**contest, "results": results}),
            "calibration": tuple(Bin(**fields) for fields in record["calibration"]),
        }
    )


def _moved(
    transactions: DescribedTransactions, labelled_to: int, tried_rows: range, columns: tuple[str, ...]
) -> Mapping[str, float]:
    """Return how far the features of labelled transactions at the tried places are from earlier ones."""
    learnt = transactions.rows(max(0, labelled_to - _WATCHED), labelled_to, columns)
    labels = transactions.labels[tried_rows.start : tried_rows.stop]
    labelled = tried_rows.start + np.flatnonzero(labels != boosting_models.UNKNOWN)
    now = transactions.take(labelled[-_WATCHED:], columns)
    return DriftWatch().fit(learnt.astype(np.float64)).index(now.astype(np.float64))
