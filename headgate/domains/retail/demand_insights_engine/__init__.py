"""demand-insights-engine: who the customers are, what they are worth, and who is leaving."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from headgate.contracts.registry import Registry
from headgate.domains.retail import measures
from headgate.domains.retail.demand_insights_engine import churn_risk, features, lifetime_value, model_quality, segments
from headgate.systems.rows import without_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis
    import pandas as pd

    from headgate.learning.store import Shelf

SYSTEM = "demand-insights-engine"
READS = ("customers", "orders", "order_items")
LEARNS = (churn_risk.NAME,)


def build(tables: Mapping[str, ibis.Table], as_of: date, shelf: Shelf) -> dict[str, pd.DataFrame]:
    """The system's tables as of the end of a day, each in the order of its key. Later purchases are not looked at.

    Args:
        shelf: says which recipe of a model is in charge, and takes the fitted models.
    """
    # Five systems run side by side: threads that wait for each other would slow all of them down.
    with threadpool_limits(1):
        return _built(tables, as_of, shelf)


def _built(tables: Mapping[str, ibis.Table], as_of: date, shelf: Shelf) -> dict[str, pd.DataFrame]:
    days = features.purchase_days(tables["orders"], tables["order_items"], as_of)
    customers = features.known_histories(days, tables["customers"], as_of)
    if customers.empty:
        return without_rows(Registry.load().tables_of(SYSTEM))
    tried_on, learnt_on = (as_of - timedelta(days=features.HORIZON_DAYS * count) for count in (1, 2))
    past = features.observed(days, tried_on)
    model, groups = lifetime_value.fit(customers), segments.partition(customers)
    trial = churn_risk.judged(features.observed(days, learnt_on), past, shelf.champion(churn_risk.NAME))
    leaving = churn_risk.fitted(past, trial)
    if leaving:
        shelf.put(churn_risk.kept(leaving, trial, past, customers))
    return {
        "customer_segments": segments.table(customers, groups),
        "customer_lifetime_value": lifetime_value.table(model, customers),
        "churn_risk": churn_risk.table(customers, leaving, trial),
        "customer_model_quality": measures.table(
            [
                *model_quality.of_value_fit(model, customers),
                *model_quality.of_value_trial(past, tried_on),
                *model_quality.of_churn_trial(trial, tried_on),
                *model_quality.of_clusters(groups),
            ]
        ),
    }
