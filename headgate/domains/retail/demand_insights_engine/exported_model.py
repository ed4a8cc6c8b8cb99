"""The customer models as numbers, with every customer's signals."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from headgate.domains.retail.demand_insights_engine import churn, churn_risk, customer_value, lifetime_value
from headgate.domains.retail.demand_insights_engine.features import HORIZON_DAYS
from headgate.domains.retail.demand_insights_engine.origins import POINTS
from headgate.domains.retail.predictions.customers import CustomerScorer
from headgate.engines.stored_rows import StoredRows, float_columns
from headgate.learning import export_models
from headgate.scoring.scorer import Scorer, with_prefix

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from headgate.domains.retail.demand_insights_engine.churn import ChurnModel
    from headgate.domains.retail.demand_insights_engine.customer_value import StoredOutlook, ValueModel
    from headgate.domains.retail.demand_insights_engine.learnt_models import LearntModels
    from headgate.systems.rows_in_file import RowsInFile

    Arrays = dict[str, npt.NDArray[Any]]

log = logging.getLogger(__name__)

NAME = "customers"
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


def scorer(
    model: LearntModels, points: StoredRows, expected: StoredOutlook, values: RowsInFile
) -> Scorer | None:
    """Return the models as numbers; None, with a log line, if they do not reproduce the batch's predictions.

    Above `MAX_CUSTOMERS` the signals are left out.

    Args:
        points: signals of the customers in order, as in `origins.signals`.
        expected: the model's expectations of them.
        values: rows of `customer_lifetime_value`, in the same order.
    """
    published, stored = StoredRows([values.path]), len(points) if len(points) <= MAX_CUSTOMERS else 0
    arrays = {
        "customer_id": published.rows(0, stored, ("customer_id",)).customer_id.to_numpy(dtype=np.int64),
        "points": _numbers(points, POINTS, stored),
        "intervals": _numbers(published, _interval_columns(), stored),
        **_churn_arrays(model.churn),
        **_value_arrays(model.value),
    }
    facts = {
        "signals": list(POINTS),
        "has_customers": stored == len(points),
        "horizons": list(zip(lifetime_value.HORIZONS_DAYS, (1.0, expected.yearly), strict=True)),
        "churn": _churn_facts(model.churn),
        "factor": expected.factor,
        "year_method": model.value.method_of_year.value,
        "year_factor": expected.year_factor,
        "oldest_age": expected.oldest_age,
        **_value_facts(model.value),
    }
    exported = Scorer(facts, arrays)
    if _is_equal(exported, points, expected):
        return exported
    log.error(
        "model not exported: its numbers do not give the predictions of the batch", extra={"model": NAME}
    )
    return None


def _is_equal(scorer: Scorer, points: StoredRows, expected: StoredOutlook) -> bool:
    """Return whether the exported numbers reproduce the batch for the first customers."""
    exported, batch = CustomerScorer(scorer), expected.rows(0, export_models.CHECKED_ROWS)
    some = points.rows(0, export_models.CHECKED_ROWS, POINTS).to_numpy(dtype=np.float64)
    scored = exported.churn_probability(some)
    pairs = (
        (scored, batch.churn),
        (exported.purchases(some, scored), batch.purchases),
        (exported.value(some, scored), batch.value),
        (exported.value_of_year(some, scored, expected.yearly), batch.value_of_year),
    )
    return all(export_models.is_equal(first, other) for first, other in pairs)


def _numbers(rows: StoredRows, columns: Sequence[str], count: int) -> npt.NDArray[np.float64]:
    """Return columns of all rows, or of none."""
    return float_columns([rows], columns).T if count else np.empty((0, len(columns)))


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
