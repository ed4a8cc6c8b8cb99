"""customer_model_quality: how good the models are, on days that they had not seen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr
from sklearn.metrics import brier_score_loss, roc_auc_score

from headgate.domains.retail.demand_insights_engine import churn, lifetime_value
from headgate.domains.retail.demand_insights_engine.features import HORIZON_DAYS
from headgate.domains.retail.measures import Measure

if TYPE_CHECKING:
    import pandas as pd

    from headgate.domains.retail.demand_insights_engine.churn_risk import Judged
    from headgate.domains.retail.demand_insights_engine.clusters import Clusters

Array = npt.NDArray[np.float64]
FIT = "fit"


def days(after: date) -> str:
    """The days that a forecast made at the end of `after` is about, as an ISO 8601 interval."""
    return f"{after + timedelta(days=1)}/{after + timedelta(days=HORIZON_DAYS)}"


def of_value_fit(model: lifetime_value.ValueModel, customers: pd.DataFrame) -> list[Measure]:
    """The fitted parameters, and what the models presume."""
    repeat = customers[customers.frequency > 0]
    purchases = [("r", "r"), ("alpha", "alpha_days"), ("a", "a"), ("b", "b"), ("log_likelihood", "log_likelihood")]
    spend = [("p", "p"), ("q", "q"), ("gamma", "gamma_gbp"), ("log_likelihood", "log_likelihood")]
    together = _rank_correlation(repeat.frequency.to_numpy(np.float64), repeat.monetary.to_numpy(np.float64))
    return [
        *(_parameter("bg_nbd", name, model.purchases, field, len(customers)) for field, name in purchases),
        *(_parameter("gamma_gamma", name, model.spend, field, len(repeat)) for field, name in spend),
        Measure(
            "gamma_gamma", "spend_frequency_correlation", FIT, together, 0.0, "independence", len(repeat), "the model presumes about 0"
        ),
    ]


def _parameter(model: str, metric: str, fitted: object, field: str, rows: int) -> Measure:
    if fitted is None:
        return Measure(model, metric, FIT, None, rows_used=rows, note="too few repeat buyers: plain rates are used instead")
    note = None
    if not getattr(fitted, "converged", True):
        note = "no start converged: read with care"
    if not getattr(fitted, "has_mean", True):
        note = "q is not above 1: the mean spend does not exist, shrunken means are used instead"
    return Measure(model, metric, FIT, getattr(fitted, field), rows_used=rows, note=note)


def of_value_trial(past: pd.DataFrame, after: date) -> list[Measure]:
    """Value forecasts made at the end of `after` against what the customers then did.

    Args:
        past: histories up to that day with what followed, as `features.observed` gives them.
    """
    if past.empty:
        return [Measure("customer_lifetime_value", "purchases_mae", days(after), None, note="the data does not reach back far enough")]
    model = lifetime_value.fit(past)
    coming = lifetime_value.forecast(model, past, HORIZON_DAYS)
    bought, spent = past.bought.to_numpy(np.float64), past.spent.to_numpy(np.float64)
    own_rate = (past.frequency / past.age_days.clip(lower=1)).to_numpy(np.float64) * HORIZON_DAYS
    own_value = own_rate * lifetime_value.spend_per_purchase(model, past)
    figures = [
        ("purchases_mae", _mae(coming.purchases, bought), _mae(own_rate, bought), "own past rate", None),
        ("purchases_total_ratio", _ratio(coming.purchases, bought), _ratio(own_rate, bought), "own past rate", "1 is unbiased"),
        ("value_mae_gbp", _mae(coming.value, spent), _mae(own_value, spent), "own past rate", None),
        ("value_total_ratio", _ratio(coming.value, spent), _ratio(own_value, spent), "own past rate", "1 is unbiased"),
        ("value_rank_correlation", _rank_correlation(coming.value, spent), _rank_correlation(_revenue(past), spent), "past revenue", None),
        ("interval_coverage", _covered(coming, spent), 0.8, "nominal", "share of customers whose revenue fell inside"),
    ]
    return [
        Measure("customer_lifetime_value", name, days(after), value, base, who, len(past), note) for name, value, base, who, note in figures
    ]


def of_churn_trial(trial: Judged | None, after: date) -> list[Measure]:
    """Churn probabilities given at the end of `after`, by a model of earlier days, against who then left."""
    if trial is None:
        return [Measure("churn_risk", "auc", days(after), None, note="too few customers who left or stayed: silence stands in for a model")]
    rows, share = len(trial.left), float(trial.left.mean())
    steady = np.full(rows, share)
    terms = f"offer {churn.OFFER_COST_GBP} GBP, success {churn.OFFER_SUCCESS:.0%}, margin {churn.MARGIN_SHARE:.0%}"
    figures = [
        ("auc", roc_auc_score(trial.left, trial.probability), roc_auc_score(trial.left, trial.silent_days), "silence", None),
        ("brier", brier_score_loss(trial.left, trial.probability), brier_score_loss(trial.left, steady), "share of all", None),
        ("calibration_error", churn.calibration_error(trial.left, trial.probability), None, None, "ten bins of equally many"),
        ("churn_share", share, float(trial.probability.mean()), "mean probability", None),
        ("offers_earned_gbp", trial.earned_gbp, trial.earned_all_gbp, "offer to everybody", terms),
    ]
    told = [Measure("churn_risk", name, days(after), value, base, who, rows, note) for name, value, base, who, note in figures]
    return [*told, *_of_contest(trial, after)]


def _of_contest(trial: Judged, after: date) -> list[Measure]:
    """The mean loss of each recipe that was tried, beside the champion's."""
    contest = trial.contest
    standing = next(one.mean_loss for one in contest.results if one.recipe == contest.champion)
    return [
        Measure(
            "churn_risk",
            f"log_loss_{one.recipe}",
            days(after),
            one.mean_loss,
            standing,
            contest.champion,
            contest.cases,
            "in charge" if one.recipe == contest.winner else "challenger",
        )
        for one in contest.results
    ]


def of_clusters(groups: Clusters) -> list[Measure]:
    """How well the clusters are apart, and whether they come out the same on another half of the customers."""
    note = None if len(groups.names) > 1 else "too few customers: one cluster"
    figures = {"clusters": len(groups.names), "silhouette": groups.silhouette, "stability": groups.stability}
    return [
        Measure("customer_segments", name, FIT, float(value), rows_used=len(groups.labels), note=note) for name, value in figures.items()
    ]


def _mae(forecast: Array, truth: Array) -> float:
    return float(np.abs(forecast - truth).mean())


def _ratio(forecast: Array, truth: Array) -> float:
    return float(forecast.sum() / truth.sum()) if truth.sum() else np.nan


def _covered(coming: lifetime_value.Forecast, spent: Array) -> float:
    cent = 0.01  # the ends are shown in whole pennies
    return float(((coming.low - cent <= spent) & (spent <= coming.high + cent)).mean())


def _revenue(past: pd.DataFrame) -> Array:
    return past.revenue.to_numpy(dtype=np.float64)


def _rank_correlation(one: Array, other: Array) -> float:
    if len(one) < 2 or len(np.unique(one)) < 2 or len(np.unique(other)) < 2:  # noqa: PLR2004 no rank without two values
        return np.nan
    return float(spearmanr(one, other).statistic)
