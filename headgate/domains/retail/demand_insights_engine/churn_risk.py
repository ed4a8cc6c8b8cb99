"""churn_risk: the probability that a customer buys nothing in the next 90 days, its reasons, and whether an offer pays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import roc_auc_score

from headgate.domains.retail.demand_insights_engine import churn
from headgate.domains.retail.demand_insights_engine.features import HORIZON_DAYS
from headgate.domains.retail.demand_insights_engine.origins import expected, together
from headgate.domains.retail.money import amounts
from headgate.learning.calibration import bins_of
from headgate.learning.champion_challenger import Decision, decide, log_loss
from headgate.learning.store import Trained

if TYPE_CHECKING:
    from headgate.domains.retail.demand_insights_engine.origins import Coming, Origin, Origins

Array = npt.NDArray[np.float64]

NAME = "churn"
DRIVERS = 3
LEAST_CONTRIBUTION = 0.05  # log-odds; less is no reason
_HIGH, _MEDIUM = 2 / 3, 1 / 3
_WEIGHTS = np.linspace(0.0, 1.0, 5)  # of the shift to the expected number of buyers

# The name of a signal that raises the probability from above, and from below, the typical customer's value.
WORDS = {
    "silence": ("long silence", "bought just now"),
    "silence_in_gaps": ("silence beyond own rhythm", "just after a purchase in own rhythm"),
    "purchases": ("many purchases", "few purchases"),
    "recent_purchases": ("many purchases lately", "few purchases lately"),
    "purchase_value": ("high spend", "low spend"),
    "recent_revenue": ("high spend lately", "low spend lately"),
    "age": ("long history", "short history"),
    "products": ("wide choice", "narrow choice"),
}
SIGNALS = tuple(WORDS)


@dataclass(frozen=True)
class ChurnTrial:
    """The recipes at past origins that they had not seen, and the winner's probabilities there.

    Attributes:
        model: the winner, as it was fitted on origins before the tested ones.
        weight: how much of the shift to the expected number of buyers was best there.
        probability, left, silence: of the winner, over all tested origins.
        threshold: the probability from which on offers earned most at all tested origins.
        earned_gbp, earned_all_gbp: what offers earned at the tested origins, from a threshold on that earlier origins had chosen, and
            with offers to everybody.
    """

    contest: Decision
    model: churn.ChurnModel
    weight: float
    probability: Array
    left: npt.NDArray[np.bool_]
    silence: Array
    threshold: float
    earned_gbp: float
    earned_all_gbp: float


def churn_trial(past: Origins, ahead: Coming, champion: str = "") -> ChurnTrial | None:
    """Every recipe, learnt at the earlier origins and tried at the tested ones; None where either have too few of a kind.

    Args:
        champion: the recipe in charge so far; empty when there was none.
    """
    if not past.tested or not past.earlier:
        return None
    points, left, _ = together(past.earlier)
    tested, came_true, _ = together(past.tested)
    if not (churn.is_enough(left) and churn.is_enough(came_true)):
        return None
    models = {recipe: churn.fit(points, left, SIGNALS, recipe) for recipe in churn.RECIPES}
    buyers = expected(ahead, past.earlier).buyers
    tried = {recipe: _best_shift(model, past.tested, came_true, buyers) for recipe, model in models.items()}
    contest = decide(champion, {recipe: log_loss(came_true, one[1]) for recipe, one in tried.items()}, churn.NAIVE)
    weight, probability = tried[contest.winner]
    gains = churn.earned(came_true, tested.purchase_value.to_numpy())
    threshold, _ = churn.best_threshold(probability, gains)
    model = models[contest.winner]
    before = model.probability(points), churn.earned(left, points.purchase_value.to_numpy())
    earned = churn.earned_later(*before, probability, gains)
    found = _shifted(model, past.tested[-1].points, buyers, weight)
    return ChurnTrial(contest, found, weight, probability, came_true, tested.silence.to_numpy(), threshold, earned, float(gains.sum()))


def _best_shift(
    model: churn.ChurnModel, tested: tuple[Origin, ...], left: npt.NDArray[np.bool_], buyers: float | None
) -> tuple[float, Array]:
    """The weight of the shift with the least loss at the tested origins, and the probabilities with it."""
    weights = _WEIGHTS if buyers else _WEIGHTS[:1]
    known = [model.probability(origin.points) for origin in tested]
    shifts = [churn.shift_to(one, buyers) if buyers else 0.0 for one in known]
    given = [np.concatenate([churn.moved(one, weight * by) for one, by in zip(known, shifts, strict=True)]) for weight in weights]
    best = int(np.argmin([log_loss(left, one).mean() for one in given]))
    return float(weights[best]), given[best]


def _shifted(model: churn.ChurnModel, points: pd.DataFrame, buyers: float | None, weight: float) -> churn.ChurnModel:
    return model.shifted(weight * churn.shift_to(model.probability(points), buyers)) if buyers and weight else model


def fitted(past: Origins, ahead: Coming, customers: pd.DataFrame, trial: ChurnTrial | None) -> churn.ChurnModel | None:
    """The winner's recipe, learnt at the newest origins whose windows are over; None where these carry no model.

    Args:
        customers: points of all customers now, whose number of buyers is expected.
    """
    if not past.newest:
        return None
    points, left, _ = together(past.newest)
    if not churn.is_enough(left):
        return None
    model = churn.fit(points, left, SIGNALS, trial.contest.winner if trial else churn.FIRST)
    return _shifted(model, customers, expected(ahead, past.newest).buyers, trial.weight if trial else 1.0)


def kept(model: churn.ChurnModel, trial: ChurnTrial | None, past: Origins, customers: pd.DataFrame) -> Trained:
    """The model with its figures at past origins, and how far the customers have moved since it learnt."""
    metrics = {} if trial is None else _figures(trial)
    drift = model.watch.index(customers[list(SIGNALS)].astype(np.float64))
    learnt = min(sum(len(origin.left) for origin in past.newest), churn.MAX_LEARNT_FROM)
    calibration = bins_of(trial.left, trial.probability) if trial else ()
    return Trained(NAME, model.recipe, model, SIGNALS, learnt, metrics, trial.contest if trial else None, drift, calibration)


def _figures(trial: ChurnTrial) -> dict[str, float]:
    return {
        "auc": float(roc_auc_score(trial.left, trial.probability)),
        "auc_naive": float(roc_auc_score(trial.left, trial.silence)),
        "log_loss": float(log_loss(trial.left, trial.probability).mean()),
        "calibration_error": churn.calibration_error(trial.left, trial.probability),
    }


def probabilities(model: churn.ChurnModel | None, points: pd.DataFrame) -> Array:
    """The probability that each customer leaves, in their order; without a model a curve over the silence replaces it."""
    return model.probability(points) if model else _share_of_silence(points)


def table(customers: pd.DataFrame, points: pd.DataFrame, model: churn.ChurnModel | None, trial: ChurnTrial | None) -> pd.DataFrame:
    """The table's rows, one per customer, in the customers' order.

    Args:
        points: as `origins.signals` gives them.
        model: as `fitted` gives it.
        trial: its recipe's trial; without one no offer is made, because nobody knows what it would earn.
    """
    probability = probabilities(model, points)
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
    """Even odds after `HORIZON_DAYS` of silence, for shops without a model. It is not calibrated."""
    return (points.silence / (points.silence + HORIZON_DAYS)).to_numpy()


def _drivers(model: churn.ChurnModel | None, points: pd.DataFrame) -> npt.NDArray[np.object_]:
    """The words for the signals that raise each probability most, shape (customers, DRIVERS); None where nothing raises it enough."""
    if model is None or points.empty:
        return np.full((len(points), DRIVERS), None, dtype=object)
    raised = churn.contributions(model, points).to_numpy()
    above = points[list(SIGNALS)].to_numpy() > model.reference[list(SIGNALS)].to_numpy()
    words = np.where(above, *np.array([WORDS[name] for name in SIGNALS], dtype=object).T)
    order = np.argsort(-raised, axis=1, kind="stable")[:, :DRIVERS]
    is_reason = np.take_along_axis(raised, order, axis=1) > LEAST_CONTRIBUTION
    named = np.take_along_axis(words, order, axis=1)
    named[~is_reason] = None
    return named
