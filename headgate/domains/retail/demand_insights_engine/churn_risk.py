"""churn_risk: the probability that a customer buys nothing in the next 90 days, why, and whether an offer pays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import roc_auc_score

from headgate.domains.retail.demand_insights_engine import churn
from headgate.domains.retail.demand_insights_engine.features import HORIZON_DAYS
from headgate.domains.retail.money import amounts
from headgate.learning.contest import Decision, decide, log_loss
from headgate.learning.store import Trained

Array = npt.NDArray[np.float64]

NAME = "churn"
DRIVERS = 3
_WORTH_TELLING = 0.05  # log-odds
_HIGH, _MEDIUM = 2 / 3, 1 / 3

# What a signal is called when it raises the probability from above, and from below, the typical customer's value.
_WORDS = {
    "silent_days": ("long silence", "bought just now"),
    "silence_in_gaps": ("silence beyond own rhythm", "just after a purchase in own rhythm"),
    "purchases": ("many purchases", "few purchases"),
    "recent_purchases": ("many purchases lately", "few purchases lately"),
    "purchase_value": ("high spend", "low spend"),
    "recent_revenue": ("high spend lately", "low spend lately"),
    "age_days": ("long history", "short history"),
    "products": ("wide choice", "narrow choice"),
}
SIGNALS = tuple(_WORDS)


@dataclass(frozen=True)
class Judged:
    """Probabilities on a past period that the model had not seen, what came true, and what the period taught.

    `contest` says which recipe they are of, and why.
    `probability` and `left` are per customer; `threshold` is the one that earned most, `earned_gbp` what it earned and
    `earned_all_gbp` what an offer to everybody would have.
    """

    contest: Decision
    probability: Array
    left: npt.NDArray[np.bool_]
    silent_days: Array
    threshold: float
    earned_gbp: float
    earned_all_gbp: float


def signals(customers: pd.DataFrame) -> pd.DataFrame:
    """What the model looks at, one row per history; all of it was known on the history's last day."""
    own_gap = customers.recency_days / customers.frequency.where(customers.frequency > 0)
    value = customers.revenue.astype(np.float64) / customers.purchases
    plain = customers[["silent_days", "purchases", "recent_purchases", "recent_revenue", "age_days", "products"]].astype(np.float64)
    # With one purchase there is no rhythm yet; the time since then stands in for it.
    return plain.assign(silence_in_gaps=customers.silent_days / own_gap.fillna(customers.age_days).clip(lower=1.0), purchase_value=value)


def judged(train: pd.DataFrame, test: pd.DataFrame, champion: str = "") -> Judged | None:
    """Models of the earlier period tried on the later one, told of the recipe that won; None where either has too few of a kind.

    Args:
        train, test: histories with what followed, as `features.observed` gives them.
        champion: the recipe in charge so far; empty when there was none.
    """
    if not (churn.is_enough(left(train)) and churn.is_enough(left(test))):
        return None
    points, came_true = signals(test), left(test)
    tried = {recipe: churn.fit(signals(train), left(train), SIGNALS, recipe).probability(points) for recipe in churn.RECIPES}
    contest = decide(champion, {recipe: log_loss(came_true, probability) for recipe, probability in tried.items()})
    probability, gains = tried[contest.winner], churn.earned(came_true, points.purchase_value.to_numpy())
    threshold, most = churn.best_threshold(probability, gains)
    return Judged(contest, probability, came_true, points.silent_days.to_numpy(), threshold, most, float(gains.sum()))


def fitted(past: pd.DataFrame, trial: Judged | None) -> churn.ChurnModel | None:
    """The winner's recipe, fitted on the newest histories whose end is known; None where these carry no model."""
    if not churn.is_enough(left(past)):
        return None
    return churn.fit(signals(past), left(past), SIGNALS, trial.contest.winner if trial else churn.FIRST)


def kept(model: churn.ChurnModel, trial: Judged | None, past: pd.DataFrame, customers: pd.DataFrame) -> Trained:
    """The model with what is to be known of it: its figures on unseen days, and how far the customers have moved since it learnt."""
    metrics = {} if trial is None else {"auc": float(roc_auc_score(trial.left, trial.probability)), "log_loss": _loss(trial)}
    drift = model.watch.index(signals(customers))
    learnt = min(len(past), churn.MAX_LEARNT_FROM)
    return Trained(NAME, model.recipe, model, SIGNALS, learnt, metrics, trial.contest if trial else None, drift)


def _loss(trial: Judged) -> float:
    return float(log_loss(trial.left, trial.probability).mean())


def left(past: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Who bought nothing in the days that followed."""
    return np.asarray(past.bought.to_numpy() == 0)


def table(customers: pd.DataFrame, model: churn.ChurnModel | None, trial: Judged | None) -> pd.DataFrame:
    """The table's rows, one per customer, in the customers' order.

    Args:
        model: as `fitted` gives it.
        trial: its recipe's trial; without one no offer is made, because nobody knows what it would earn.
    """
    points = signals(customers)
    probability = model.probability(points) if model else _share_of_silence(points)
    threshold = trial.threshold if trial and model else churn.NO_OFFER
    frame = pd.DataFrame(
        {
            "customer_id": customers.customer_id,
            "churn_probability": probability,
            "risk_band": np.select([probability >= _HIGH, probability >= _MEDIUM], ["high", "medium"], "low"),
        }
    )
    frame[[f"driver_{place + 1}" for place in range(DRIVERS)]] = _drivers(model, points)
    may_write = customers.marketing_opt_in.astype("boolean").fillna(value=False).astype(bool)
    return frame.assign(
        purchase_value_gbp=amounts(points.purchase_value.to_numpy()),
        offer_threshold=threshold,
        make_offer=(probability >= threshold) & may_write,
        model=model.recipe if model else "recency_share",
    )


def _share_of_silence(points: pd.DataFrame) -> Array:
    """A stand-in where no model can be had: even odds after `HORIZON_DAYS` of silence. It is not calibrated."""
    return (points.silent_days / (points.silent_days + HORIZON_DAYS)).to_numpy()


def _drivers(model: churn.ChurnModel | None, points: pd.DataFrame) -> npt.NDArray[np.object_]:
    """The words for what raises each probability most, shape (customers, DRIVERS); None where less than that raises it."""
    if model is None or points.empty:
        return np.full((len(points), DRIVERS), None, dtype=object)
    raised = churn.contributions(model, points).to_numpy()
    above = points[list(SIGNALS)].to_numpy() > model.reference[list(SIGNALS)].to_numpy()
    words = np.where(above, *np.array([_WORDS[name] for name in SIGNALS], dtype=object).T)
    order = np.argsort(-raised, axis=1, kind="stable")[:, :DRIVERS]
    told = np.take_along_axis(raised, order, axis=1) > _WORTH_TELLING
    named = np.take_along_axis(words, order, axis=1)
    named[~told] = None
    return named
