"""demand-insights-engine: who the customers are, what they will spend, and who is leaving."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from headgate.contracts.registry import Registry
from headgate.domains.retail import measures
from headgate.domains.retail.demand_insights_engine import (
    churn_risk,
    customer_value,
    exported_model,
    features,
    lifetime_value,
    model_quality,
    segments,
    shop_total,
    year_trial,
)
from headgate.domains.retail.demand_insights_engine.learnt_models import MAX_DAYS
from headgate.domains.retail.demand_insights_engine.training import Training, known
from headgate.engines import local
from headgate.engines.local import release_memory
from headgate.engines.stored_rows import StoredRows
from headgate.engines.write_rows import write_rows
from headgate.facts.kept_files import kept_files
from headgate.learning.schedule import learnt_until
from headgate.systems.rows_in_file import without_rows
from headgate.systems.system_registry import source_version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis
    import pandas as pd

    from headgate.domains.retail.demand_insights_engine.features import Unmatched
    from headgate.domains.retail.demand_insights_engine.learnt_models import LearntModels
    from headgate.domains.retail.demand_insights_engine.training import Known
    from headgate.learning.store import Shelf
    from headgate.systems.made_table import Made

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
    with TemporaryDirectory(prefix="headgate-customers-") as name:
        folder = Path(name)
        unmatched = features.write_days(tables, as_of, folder)
        write_rows(features.consent(tables["customers"]), folder / "consent.parquet")
        sold = shop_total.sold_of(tables, as_of)
        keep = partial(kept_files, tables, folder=folder)
        training = Training(tables, keep, shelf.champion(churn_risk.NAME), folder)
        with local.opened({name: str(folder / f"{name}.parquet") for name in ("days", "consent")}) as stored:
            return _built(stored, (unmatched, sold), as_of, shelf, training)


def _built(
    stored: Mapping[str, ibis.Table],
    lines: tuple[Unmatched, pd.DataFrame],
    as_of: date,
    shelf: Shelf,
    training: Training,
) -> dict[str, Made]:
    (unmatched, sold), folder, days = lines, training.folder, stored["days"]
    write_rows(features.known_histories(days, stored["consent"], as_of), folder / "customers.parquet")
    customers = StoredRows([folder / "customers.parquet"])
    if not len(customers):
        nobody = measures.measures_table(model_quality.of_orders(sold, days))
        return {**without_rows(Registry.load().tables_of(SYSTEM)), "customer_model_quality": nobody}
    now = known(days, customers, as_of, folder)
    forecast = shop_total.weekly_forecast(sold, as_of)
    ahead = shop_total.with_forecast(now.ahead, days, sold, now.clock, forecast)
    models, leaving = models_in_charge(training, now).aimed(ahead, now.points, folder)
    release_memory()
    if trained := models.trained(now.some):
        shelf.put(trained)
    past_year = year_trial.past_year(days, now.clock.first_on, as_of)
    yearly = year_trial.year_in_90_days(days, now.clock, as_of, past_year)
    expected = customer_value.stored_outlook(
        models.value, now.points, leaving, yearly, folder / "expected.parquet"
    )
    values = lifetime_value.table(
        models, customers, now.points, expected, is_year_tested=past_year is not None
    )
    shelf.export(exported_model.NAME, exported_model.scorer(models, now.points, expected, values))
    spending = shop_total.ExpectedSpending(ahead, models.shares, expected.total(), forecast)
    quality = [
        *models.measures,
        *model_quality.of_orders(sold, days),
        *model_quality.of_shop(now.clock, unmatched),
        model_quality.of_year(yearly, past_year),
        *model_quality.of_training(models.learnt_on, as_of, models.moved(now.some)),
        *shop_total.measures(days, sold, now.clock, spending, as_of),
    ]
    return {
        "customer_segments": segments.table(customers, models.partition, leaving, models.churn_in_charge),
        "customer_lifetime_value": values,
        "churn_risk": churn_risk.table(
            customers, now.points, models.churn_in_charge, leaving, at_stake=expected.value_at_stake()
        ),
        "customer_model_quality": measures.measures_table(quality),
    }


def models_in_charge(training: Training, now: Known) -> LearntModels:
    """Return the models of the current period, or of the current day if customers moved too far."""
    scheduled = learnt_until(now.clock.first_on, now.as_of, MAX_DAYS)
    models = training.models(scheduled)
    if scheduled < now.as_of and models.are_outdated(now.some):
        return training.models(now.as_of)
    return models
