"""demand-insights-engine: who the customers are, what they will spend, and who is leaving."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from headgate.contracts.registry import Registry
from headgate.domains.retail import measures
from headgate.domains.retail.demand_insights_engine import (
    churn_risk,
    customer_model,
    customer_value,
    exported_model,
    features,
    learnt_customers,
    lifetime_value,
    model_quality,
    origins,
    population,
    retention,
    segments,
)
from headgate.domains.retail.demand_insights_engine.alive_trial import alive_trial
from headgate.domains.retail.demand_insights_engine.recent_behaviour import with_recent_behaviour
from headgate.domains.retail.demand_insights_engine.trading_clock import TradingClock
from headgate.engines.local import release_memory
from headgate.engines.stored_rows import StoredRows
from headgate.engines.write_rows import write_rows
from headgate.systems.rows_in_file import without_rows
from headgate.systems.system_registry import source_version

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis

    from headgate.learning.store import Shelf
    from headgate.systems.rows_in_file import Made

SYSTEM = "demand-insights-engine"
READS = ("customers", "orders", "order_items")
LEARNS = (churn_risk.NAME,)
EXPORTS = (exported_model.NAME,)


def made_with() -> str:
    """Return the version of the groups and other building blocks that all domains share."""
    return source_version("headgate.analytics")


def build(tables: Mapping[str, ibis.Table], as_of: date, shelf: Shelf) -> dict[str, Made]:
    """Return the system's tables as of the end of a day, each in the order of its key. Later purchases are
    not read.

    Args:
        shelf: names the recipe in charge of a model, and receives the fitted models.
    """
    # Five systems run side by side: threads that compete for cores would slow all of them down.
    with threadpool_limits(1), TemporaryDirectory(prefix="headgate-customers-") as name:
        folder = Path(name)
        orders, items = tables["orders"], tables["order_items"]
        unmatched = features.unmatched_returns(orders, items, as_of)
        asked = {
            "days": features.purchase_days(orders, items, as_of),
            "consent": features.consent(tables["customers"]),
        }
        with features.on_disk(asked, folder) as stored:
            return _built(stored, unmatched, as_of, shelf, folder)


def _built(
    stored: Mapping[str, ibis.Table], unmatched: features.Unmatched, as_of: date, shelf: Shelf, folder: Path
) -> dict[str, Made]:
    days = stored["days"]
    write_rows(features.known_histories(days, stored["consent"], as_of), folder / "customers.parquet")
    customers = StoredRows([folder / "customers.parquet"])
    if not len(customers):
        return {**without_rows(Registry.load().tables_of(SYSTEM))}
    daily = features.daily_purchases(days).set_index("purchased_on").purchases
    first_on = pd.Timestamp(daily.index.min()).date()
    clock = TradingClock.of(daily, first_on, as_of, population.change(days, first_on, as_of))
    ahead = origins.coming(days, clock, as_of)
    sample = learnt_customers.sample_of(customers, days, folder)
    past = origins.origins(days, clock, as_of, ahead, folder, sample=sample)
    ahead = with_recent_behaviour(ahead, days, customers, first_on, as_of)
    points = origins.describe_histories(customers.parts(), clock, as_of, folder / "points.parquet")
    some = learnt_customers.drawn_rows(customers, points, origins.POINTS)
    model = customer_model.fitted(
        points, some, past, ahead, champion=shelf.champion(churn_risk.NAME), folder=folder
    )
    release_memory()
    if model.churn:
        shelf.put(churn_risk.kept(model.churn, model.churn_trial, past, some))
    steady = clock.for_decline()
    decline = retention.decline(features.cohort_purchases(days), steady, as_of)
    short, long = (
        steady.between(as_of, as_of + timedelta(days=horizon)) for horizon in lifetime_value.HORIZONS_DAYS
    )
    yearly = retention.longer(decline, short, long)
    tried_alive = alive_trial(sample.days if sample else days, clock, as_of, folder)
    groups = segments.partition(customers)
    expected = customer_value.stored_outlook(
        model.value, points, model.leaving, yearly, folder / "expected.parquet"
    )
    values = lifetime_value.table(model.value, customers, points, expected)
    shelf.export(exported_model.NAME, exported_model.scorer(model, points, expected, values))
    return {
        "customer_segments": segments.table(customers, groups, model.leaving),
        "customer_lifetime_value": values,
        "churn_risk": churn_risk.table(
            customers,
            points,
            model.churn,
            model.churn_trial,
            model.leaving,
            at_stake=expected.value_at_stake(),
        ),
        "customer_model_quality": measures.measures_table(
            [
                *model_quality.of_value_fit(model.value, some),
                *model_quality.of_shop(clock, unmatched, yearly),
                *model_quality.of_value_trial(model.value_trials, model.value.method, past),
                *model_quality.of_value_interval(model.tried_value, model.churn_trial, past),
                *model_quality.of_churn_trial(model.churn_trial, model.churn_method, past),
                *model_quality.of_alive_trial(tried_alive),
                *model_quality.of_clusters(groups.groups),
            ]
        ),
    }
