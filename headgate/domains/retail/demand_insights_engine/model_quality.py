"""customer_model_quality: the models at past origins that they had not seen, beside the naive rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from sklearn.metrics import brier_score_loss, roc_auc_score

from headgate.domains.retail.demand_insights_engine import churn, churn_risk, features, lifetime_value
from headgate.domains.retail.demand_insights_engine.customer_value import (
    Method,
    Trial,
    ValueModel,
    methods,
    outlook,
    rank_correlation,
)
from headgate.domains.retail.demand_insights_engine.origins import (
    DAYS_OF_YEAR,
    CustomerOrigin,
    Origins,
    points_of,
)
from headgate.domains.retail.measures import Measure
from headgate.learning.calibration import bins_of
from headgate.learning.feature_drift import SHIFTED

if TYPE_CHECKING:
    from datetime import date

    import ibis
    import pandas as pd

    from headgate.analytics.groups import Clusters
    from headgate.domains.retail.demand_insights_engine.alive_trial import AliveTrial
    from headgate.domains.retail.demand_insights_engine.churn_risk import ChurnTrial
    from headgate.domains.retail.demand_insights_engine.features import Unmatched
    from headgate.domains.retail.demand_insights_engine.late_gaps import LateTrial
    from headgate.domains.retail.demand_insights_engine.trading_clock import TradingClock
    from headgate.domains.retail.demand_insights_engine.year_trial import PastYear, YearTrial

Array = npt.NDArray[np.float64]

FIT = "fit"
LARGEST = 100
"""Customers in the list of those who spend most."""
_MAX_SALES = 0.5
_VALUE = "customer_lifetime_value"


def period_of(tested: tuple[CustomerOrigin, ...]) -> str:
    """Return the days that the tested windows cover together, as an ISO 8601 interval."""
    return f"{tested[-1].period.partition('/')[0]}/{tested[0].until}" if tested else FIT


def of_past(past: Origins) -> list[Measure]:
    """Return at how many past moments the models were judged, each with nearly the same customers."""
    if not past.tested:
        return []
    period, newest = period_of(past.tested), past.tested[0]
    note = "customers of the newest moment; each window has as many buyers as the coming 90 days"
    return [
        Measure(
            "past_origins", "moments", period, len(past.tested), rows_used=len(newest.customers), note=note
        )
    ]


def of_value_fit(model: ValueModel, points: pd.DataFrame) -> list[Measure]:
    """Return the fitted parameters, and what the models presume."""
    purchases = [
        ("r", "r"),
        ("alpha", "alpha_days"),
        ("a", "a"),
        ("b", "b"),
        ("log_likelihood", "log_likelihood"),
    ]
    spend = [("p", "p"), ("q", "q"), ("gamma", "gamma_gbp"), ("log_likelihood", "log_likelihood")]
    together = rank_correlation(
        points.purchases.to_numpy(np.float64), points.purchase_value.to_numpy(np.float64)
    )
    return [
        *(_parameter("mbg_nbd", name, model.purchases, field, len(points)) for field, name in purchases),
        *(_parameter("gamma_gamma", name, model.spend, field, len(points)) for field, name in spend),
        Measure(
            "gamma_gamma",
            "spend_frequency_correlation",
            FIT,
            together,
            0.0,
            "independence",
            len(points),
            "the model presumes about 0",
        ),
    ]


def _parameter(model: str, metric: str, fitted: object, field: str, rows: int) -> Measure:
    if fitted is None:
        return Measure(
            model,
            metric,
            FIT,
            None,
            rows_used=rows,
            note="too few repeat buyers: plain rates are used instead",
        )
    note = None
    if getattr(fitted, "is_degenerate", False):
        note = "degenerate fit: practically nobody is expected to leave"
    if not getattr(fitted, "converged", True):
        note = "no start converged: do not rely on it"
    return Measure(model, metric, FIT, getattr(fitted, field), rows_used=rows, note=note)


def of_shop(clock: TradingClock, unmatched: Unmatched) -> list[Measure]:
    """Return the assumptions of the forecasts besides the models."""
    season = (
        None
        if clock.knows_season
        else "history_too_short: no season is known, coming days have that of a usual shop"
    )
    if clock.after_launch:
        season = (
            "launch: the first customers were new, coming days are expected to be as those of the last "
            "quarter, in the season of a usual shop"
        )
    matched = "returns of purchases that the data do not know; in no customer's value"
    return [
        Measure(
            _VALUE,
            "known_days",
            FIT,
            float(clock.known_days),
            364.0,
            "a year of weeks",
            clock.known_days,
            season,
        ),
        Measure(_VALUE, "growth", FIT, clock.growth, 1.0, "last year", clock.known_days, "damped"),
        Measure(
            _VALUE,
            "unmatched_returns_gbp",
            FIT,
            float(unmatched.value),
            rows_used=unmatched.units,
            note=matched,
        ),
    ]


def of_year(yearly: float, past: PastYear | None) -> Measure:
    """Return how many times the purchases of 90 days a year is expected to have, beside a past year."""
    metric = "year_in_90_day_purchases"
    if past is None:
        note = "not tested: no year of known customers is over; by the decline of past groups of customers"
        return Measure(_VALUE, metric, FIT, yearly, note=note)
    note = "three parts a past year of known customers, one part the decline of past groups"
    return Measure(_VALUE, metric, FIT, yearly, past.ratio, "past year", past.in_year, note)


def of_year_trial(trial: YearTrial | None) -> Measure:
    """Return the step from 90 days to a year as it was expected a year ago, over what followed."""
    metric = "year_ratio"
    if trial is None:
        return Measure(_VALUE, metric, FIT, None, note="not tested: no year of known customers is over")
    note = f"expected {trial.expected:.2f} times the purchases of 90 days, {trial.actual:.2f} came"
    plain = DAYS_OF_YEAR / features.HORIZON_DAYS / trial.actual
    ratio = trial.expected / trial.actual
    return Measure(_VALUE, metric, trial.period, ratio, plain, "365 / 90", trial.purchases, note)


def of_late_trial(trial: LateTrial | None) -> list[Measure]:
    """Return the share of late customers who then bought nothing, with that of others and the forecast."""
    model, metric = "late_customers", "left_share"
    if trial is None:
        return [Measure(model, metric, FIT, None, note="not tested: the history is too short")]
    note = "of customers who had bought twice or more, in windows as busy as the coming 90 days"
    left = Measure(
        model, metric, trial.period, trial.late_left, trial.other_left, "not late", trial.late, note
    )
    if trial.late_expected is None:
        return [left]
    expected = trial.late_expected
    note = "their mean probability, by a model that had not seen them, beside the share that left"
    return [
        left,
        Measure(
            "late_probability", metric, trial.period, expected, trial.late_left, "left", trial.late, note
        ),
    ]


def of_orders(sold: pd.DataFrame, days: ibis.Table) -> list[Measure]:
    """Return what the orders lack that tables of customers are built from.

    Args:
        sold: net sales by day, of orders with a customer and without one.
        days: purchase days of all customers.
    """
    if sold.empty:
        return []
    of_customers, whole = float(sold["by_customers"].sum()), float(sold.sum().sum())
    share = of_customers / whole if whole else None
    counted = days.agg(days=days.count(), single=(days.products == 1).sum()).to_pyarrow().to_pylist()[0]
    single = counted["single"] / counted["days"] if counted["days"] else None
    return [
        Measure(
            "orders",
            "sales_with_customer_share",
            FIT,
            share,
            1.0,
            "every order has a customer",
            len(sold),
            _note_of_guests(share, counted["days"]),
        ),
        Measure(
            "orders",
            "one_product_share",
            FIT,
            single,
            rows_used=counted["days"],
            note="each purchase has one product: the number of products says nothing"
            if single == 1
            else None,
        ),
    ]


def _note_of_guests(share: float | None, purchases: int) -> str | None:
    if not purchases:
        return "no order has a customer: segments, values and risks are empty. Export customer_id of orders"
    if share is not None and share < _MAX_SALES:
        return "most sales are of guests, who are in no segment, value or risk"
    return None


def of_training(learnt_on: date, as_of: date, moved: float) -> list[Measure]:
    """Return how old the models are, and how far the customers have moved since."""
    age = float((as_of - learnt_on).days)
    note = f"learnt from purchases until {learnt_on}; a new period or drift trains again"
    return [
        Measure("customer_models", "age_days", FIT, age, note=note),
        Measure("customer_models", "most_drift", FIT, moved, SHIFTED, "drift that trains again"),
    ]


def of_value_trial(trials: list[Trial], published: Method, past: Origins) -> list[Measure]:
    """Return every way to forecast value at the tested origins against what the customers then spent.

    The naive rule is past revenue.
    """
    if not trials:
        return [Measure(_VALUE, "value_mae_gbp", FIT, None, note="the data does not reach back far enough")]
    period, rows = period_of(past.tested), sum(len(origin.customers) for origin in past.tested)
    naive = next(trial for trial in trials if trial.method is Method.PAST_REVENUE)
    chosen = next((trial for trial in trials if trial.method is published), naive)
    measured = []
    for trial in trials:
        note = "published" if trial is chosen else "challenger"
        figures = [
            ("value_mae_gbp", trial.error, naive.error),
            ("value_total_ratio", trial.ratio, naive.ratio),
            ("value_rank_correlation", trial.rank, naive.rank),
        ]
        for name, value, base in figures:
            metric = name if trial is chosen else f"{name}_{trial.method.value}"
            measured.append(
                Measure(
                    _VALUE,
                    metric,
                    period,
                    value,
                    base,
                    Method.PAST_REVENUE.value,
                    rows,
                    f"{note}: {trial.method.value}",
                )
            )
    return measured


def of_value_interval(model: ValueModel, trial: ChurnTrial | None, past: Origins) -> list[Measure]:
    """Return how often a customer's revenue fell into the 80 % interval of the newest tested origin.

    Of all customers, and of those that a list of the most valuable ones has. The last measure is what was
    expected of those who had spent most, over what they spent.
    """
    if trial is None or not past.tested or model.method not in methods(model, knows_churn=True):
        return []
    origin = past.tested[0]
    points, cent = points_of([origin.customers]), 0.01  # the ends are shown in whole pennies
    ahead = outlook(model, points, trial.leaving[0])
    low, high = lifetime_value.intervals(model, points, ahead)
    is_inside = (low - cent <= origin.spent) & (origin.spent <= high + cent)
    largest = np.argsort(-ahead.value, kind="stable")[:LARGEST]
    note = "share of customers whose revenue fell inside"
    covered = [
        Measure(
            _VALUE, name, origin.period, float(some.mean()), 0.8, "nominal", len(some), f"{note}{of_whom}"
        )
        for name, some, of_whom in (
            ("interval_coverage", is_inside, ""),
            ("interval_coverage_largest", is_inside[largest], ", of those of whom most was expected"),
        )
    ]
    return [*covered, *_of_largest(points.revenue.to_numpy(np.float64), ahead.value, origin)]


def _of_largest(revenue: Array, value: Array, origin: CustomerOrigin) -> list[Measure]:
    """Return what was expected of those who had spent most over what they spent, beside past revenue's."""
    spent, whole = origin.spent, float(origin.spent.sum())
    largest = np.argsort(-revenue, kind="stable")[:LARGEST]
    came = float(spent[largest].sum())
    if not (came and whole and revenue.sum() and value.sum()):
        return []
    expected, by_past = (
        float(figure[largest].sum() / figure.sum() * whole / came) for figure in (value, revenue)
    )
    metric, rule = "largest_total_ratio", Method.PAST_REVENUE.value
    note = "of those who had spent most; both with the total that came"
    return [Measure(_VALUE, metric, origin.period, expected, by_past, rule, len(largest), note)]


def of_alive_trial(trial: AliveTrial | None) -> list[Measure]:
    """Return the chance of buying again in the longest past window, beside one hazard for everybody."""
    model, metric = "alive_probability", "calibration_error"
    if trial is None:
        return [Measure(model, metric, FIT, None, note="too short a history, or too few customers")]
    gave, alike = trial.probability, trial.one_hazard
    error, naive = (churn.calibration_error(trial.bought, each) for each in (gave, alike))
    rows, rule = len(trial.bought), "one hazard"
    return [
        Measure(model, metric, trial.period, error, naive, rule, rows, "ten bins of equally many"),
        Measure(
            model,
            "bought_share",
            trial.period,
            float(trial.bought.mean()),
            float(gave.mean()),
            "mean probability",
            rows,
        ),
    ]


def of_churn_trial(trial: ChurnTrial | None, published: str, past: Origins) -> list[Measure]:
    """Measure churn probabilities given at past origins, by a model of earlier days, against who then left.

    Args:
        published: the method that `churn_risk` names.
    """
    if trial is None:
        return [Measure("churn_risk", "auc", FIT, None, note=_untested(published))]
    rows, share, period = len(trial.left), float(trial.left.mean()), period_of(past.tested)
    steady = np.full(rows, share)
    margin = f"margin {trial.margin_share:.0%}"
    terms = f"offer {churn.OFFER_COST_GBP} GBP, success {churn.OFFER_SUCCESS:.0%}, {margin}"
    terms += (
        "; published: an offer to everybody, which earned at least as much"
        if trial.threshold == churn.EVERYBODY
        else ""
    )
    figures = [
        (
            "auc",
            roc_auc_score(trial.left, trial.probability),
            roc_auc_score(trial.left, trial.silence),
            "silence",
            None,
        ),
        (
            "brier",
            brier_score_loss(trial.left, trial.probability),
            brier_score_loss(trial.left, steady),
            "share of all",
            None,
        ),
        (
            "calibration_error",
            churn.calibration_error(trial.left, trial.probability),
            None,
            None,
            "ten bins of equally many",
        ),
        ("churn_share", share, float(trial.probability.mean()), "mean probability", None),
        (
            "weight_of_last_year",
            trial.weight,
            None,
            None,
            "of the shift to the number of buyers that last year makes likely",
        ),
        ("offers_earned_gbp", trial.earned_gbp, trial.earned_all_gbp, "offer to everybody", terms),
    ]
    measures = [
        Measure("churn_risk", name, period, value, base, who, rows, note)
        for name, value, base, who, note in figures
    ]
    return [*measures, *_of_given(trial, period), *_of_contest(trial, published, period)]


def _of_given(trial: ChurnTrial, period: str) -> list[Measure]:
    """Return the share that left beside the mean probability, in the bins of the model card."""
    return [
        Measure(
            "given_probability",
            f"left_share_{place:02}",
            period,
            share.observed,
            share.expected,
            "mean probability",
            share.rows,
            "of customers with similar probabilities, lowest first",
        )
        for place, share in enumerate(bins_of(trial.left, trial.probability), start=1)
    ]


def _untested(published: str) -> str:
    """Return why there are no figures at past origins, and what is published without them."""
    reason = "too few customers who left or stayed, or too short a history"
    if published == churn_risk.WITHOUT_MODEL:
        return f"{reason}: {published} replaces a model, and no offer is made"
    return f"{reason}, to test a model: {published} is published untested, and no offer is made"


def _of_contest(trial: ChurnTrial, published: str, period: str) -> list[Measure]:
    """Return the mean loss of each recipe that was tried, the others beside that of the champion."""
    contest = trial.contest
    standing = next(result.mean_loss for result in contest.results if result.recipe == contest.champion)
    return [
        Measure(
            "churn_risk",
            f"log_loss_{result.recipe}",
            period,
            result.mean_loss,
            None if result.recipe == contest.champion else standing,
            None if result.recipe == contest.champion else contest.champion,
            contest.cases,
            "in charge" if result.recipe == published else "challenger",
        )
        for result in contest.results
    ]


def of_clusters(groups: Clusters) -> list[Measure]:
    """Return how separate the clusters are, and whether another half of the customers gives the same."""
    note = None if len(groups.names) > 1 else "too few customers: one cluster"
    figures = {"clusters": len(groups.names), "silhouette": groups.silhouette, "stability": groups.stability}
    return [
        Measure("customer_segments", name, FIT, float(value), rows_used=len(groups.labels), note=note)
        for name, value in figures.items()
    ]
