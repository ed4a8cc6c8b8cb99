"""The customer models as numbers, with every customer's signals."""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from headgate.domains.retail.demand_insights_engine import churn, churn_risk, customer_value, lifetime_value
from headgate.domains.retail.demand_insights_engine.customer_value import (
    OutlookScale,
    ValueModel,
    outlook_of_some,
)
from headgate.domains.retail.demand_insights_engine.features import HORIZON_DAYS
from headgate.domains.retail.demand_insights_engine.origins import POINTS
from headgate.domains.retail.predictions.customers import CustomerScorer
from headgate.learning import export_models
from headgate.scoring.scorer import Scorer, with_prefix

if TYPE_CHECKING:
    import numpy.typing as npt

    from headgate.domains.retail.demand_insights_engine.churn import ChurnModel
    from headgate.domains.retail.demand_insights_engine.learnt_models import LearntModels
    from headgate.engines.stored_rows import StoredRows

    Arrays = dict[str, npt.NDArray[Any]]

log = logging.getLogger(__name__)

NAME = "customers"
CHECKED_ROWS = export_models.CHECKED_ROWS
MAX_CUSTOMERS = 1_000_000
"""Customers whose signals are exported: 128 bytes each, which the function that answers holds in memory."""
_PURCHASES = ("r", "alpha", "a", "b", "modified")
_SPEND = ("p", "q", "gamma")
_PARTS = {
    "calibrated_ensemble": ("splines", "trees", "products"),
    "calibrated_splines": ("splines",),
    "calibrated_boosting": ("trees",),
    churn.NAIVE: ("scaled",),
}


@dataclass(frozen=True)
class ExportedCustomers:
    """Customers in the order of their numbers.

    Attributes:
        points: their signals, as in `origins.signals`, shape (customers, signals).
        intervals: of `customer_lifetime_value`, shape (customers, ends).
    """

    customer_ids: npt.NDArray[np.int64]
    points: npt.NDArray[np.float64]
    intervals: npt.NDArray[np.float64]

    @classmethod
    def of(cls, points: StoredRows, values: StoredRows, count: int | None = None) -> ExportedCustomers:
        """Return the first customers from files of rows in the same order.

        Args:
            points: signals, as `origins.signals` gives them.
            values: rows of `customer_lifetime_value`.
            count: None for all.
        """
        signals, ends = (
            rows.rows(0, len(rows) if count is None else count, columns).to_numpy(dtype=np.float64)
            for rows, columns in ((points, POINTS), (values, _interval_columns()))
        )
        ids = values.rows(0, len(signals), ("customer_id",)).customer_id.to_numpy(dtype=np.int64)
        return cls(ids, signals, ends)

    def over(self, base: ExportedCustomers, gone: npt.NDArray[np.int64]) -> ExportedCustomers:
        """Return these customers and those of `base` who are neither among them nor `gone`."""
        is_kept = ~np.isin(base.customer_ids, np.concatenate([self.customer_ids, gone]))
        pairs = ((getattr(base, field.name)[is_kept], getattr(self, field.name)) for field in fields(self))
        ids, points, intervals = (np.concatenate(pair) for pair in pairs)
        order = np.argsort(ids, kind="stable")
        return ExportedCustomers(ids[order], points[order], intervals[order])

    def first(self, count: int) -> ExportedCustomers:
        """Return the first customers."""
        return ExportedCustomers(*(getattr(self, field.name)[:count] for field in fields(self)))


def scorer(
    model: LearntModels, customers: ExportedCustomers, scale: OutlookScale, *, has_customers: bool = True
) -> Scorer | None:
    """Return the models as numbers; None, with a log line, if they do not reproduce the batch's predictions.

    Args:
        customers: the shop's customers, or some of them, for whom the predictions are compared.
        has_customers: whether they are exported.
    """
    stored = customers if has_customers else customers.first(0)
    arrays = {
        "customer_id": stored.customer_ids,
        "points": stored.points,
        "intervals": stored.intervals,
        **_churn_arrays(model.churn),
        **_value_arrays(model.value),
    }
    facts = {
        "signals": list(POINTS),
        "has_customers": has_customers,
        "horizons": list(zip(lifetime_value.HORIZONS_DAYS, (1.0, scale.yearly), strict=True)),
        "churn": _churn_facts(model.churn),
        "factor": scale.factor,
        "year_method": model.value.method_of_year.value,
        "year_factor": scale.year_factor,
        "oldest_age": scale.oldest_age,
        **_value_facts(model.value),
    }
    exported = Scorer(facts, arrays)
    if _is_equal(exported, model, customers.first(CHECKED_ROWS).points, scale):
        return exported
    log.error(
        "model not exported: its numbers do not give the predictions of the batch", extra={"model": NAME}
    )
    return None


def _is_equal(
    scorer: Scorer, model: LearntModels, some: npt.NDArray[np.float64], scale: OutlookScale
) -> bool:
    """Return whether the exported numbers reproduce the batch for the points of some customers."""
    exported, points = CustomerScorer(scorer), pd.DataFrame(some, columns=list(POINTS))
    batch = outlook_of_some(model.value, points, churn_risk.probability(model.churn, points), scale)
    scored = exported.churn_probability(some)
    pairs = (
        (scored, batch.churn),
        (exported.purchases(some, scored), batch.purchases),
        (exported.value(some, scored), batch.value),
        (exported.value_of_year(some, scored, scale.yearly), batch.value_of_year),
    )
    return all(export_models.is_equal(first, other) for first, other in pairs)


def _interval_columns() -> list[str]:
    return [f"value_{days}d_{end}" for days in lifetime_value.HORIZONS_DAYS for end in ("low", "high")]


def _churn_facts(model: ChurnModel | None) -> dict[str, Any]:
    if model is None:
        return {
            "model": "recency_share",
            "columns": ["silence"],
            "parts": [],
            "even_odds_days": HORIZON_DAYS,
            "drivers_by_silence": [churn_risk.MEDIUM, churn_risk.LONG_SILENCE, churn_risk.USUAL],
        }
    is_average = model.recipe == "calibrated_ensemble"
    # Temperature scaling takes the logarithm of both probabilities, or log-odds with either sign: twice the
    # log-odds.
    slope = (
        1.0
        if model.recipe == churn.NAIVE
        else float(_calibrated(model).calibrators[0].beta_) * (1 if is_average else 2)
    )
    return {
        "model": model.recipe,
        "columns": list(model.columns),
        "parts": list(_PARTS[model.recipe]),
        "is_average": is_average,
        "slope": slope,
        "shift": model.shift,
        "words": [churn_risk.WORDS[name] for name in model.columns],
        "usual": churn_risk.USUAL,
        "least_contributions": churn_risk.MIN_CONTRIBUTIONS,
    }


def _churn_arrays(model: ChurnModel | None) -> Arrays:
    if model is None:
        return {}
    reference = {"reference": model.reference[list(model.columns)].to_numpy(dtype=np.float64)}
    if model.recipe == churn.NAIVE:
        return reference | with_prefix("scaled", _silence(model))
    estimator = _calibrated(model).estimator
    chains = (
        estimator.named_estimators_
        if model.recipe == "calibrated_ensemble"
        else {_PARTS[model.recipe][0]: estimator}
    )
    if "products" in chains:
        reference |= with_prefix("products", export_models.exported_products(chains["products"]))
    if "splines" in chains:
        reference |= with_prefix(
            "splines", export_models.exported_splines(chains["splines"], len(model.columns))
        )
    if "trees" in chains:
        reference |= with_prefix("trees", export_models.trees(chains["trees"][-1]))
    return reference


def _silence(model: ChurnModel) -> Arrays:
    """Return the arrays of the naive rule, which reads one column; the others weigh nothing."""
    own = export_models.scaled(model.classifier, model.classifier[0].named_transformers_["standardscaler"])
    place = list(model.columns).index("silence")
    neutral = {"mean": 0.0, "scale": 1.0, "weights": 0.0}
    widened: Arrays = {name: np.full(len(model.columns), value) for name, value in neutral.items()}
    for name in neutral:
        widened[name][place] = own[name][0]
    return {**widened, "intercept": own["intercept"]}


def _calibrated(model: ChurnModel) -> Any:  # noqa: ANN401 scikit-learn ships no types
    return model.classifier.calibrated_classifiers_[0]


def _value_facts(model: ValueModel) -> dict[str, Any]:
    return {
        "method": model.method.value,
        "purchases": {name: getattr(model.purchases, name) for name in _PURCHASES}
        if model.purchases
        else None,
        "spend": {name: getattr(model.spend, name) for name in _SPEND} if model.spend else None,
        "daily_rate": model.daily_rate,
        "mean_spend": model.mean_spend,
        "prior_purchases": customer_value.PRIOR_PURCHASES,
        "trading_days": model.trading_days,
        "logged": list(customer_value.LOGGED),
    }


def _value_arrays(model: ValueModel) -> Arrays:
    chains = {"regression": model.regression, "typical": model.typical}
    parts = (with_prefix(part, export_models.scaled(chain)) for part, chain in chains.items() if chain)
    return {name: array for part in parts for name, array in part.items()}
