"""demand-insights-engine: who the customers are, what they will spend, and who is leaving."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from headgate.contracts.registry import Registry
from headgate.domains.retail import margin, measures
from headgate.domains.retail.demand_insights_engine import churn_risk, exported_model, features
from headgate.domains.retail.demand_insights_engine.changed_customers import (
    changed_customers,
    exported_customers,
)
from headgate.domains.retail.demand_insights_engine.customer_day import customer_day
from headgate.domains.retail.demand_insights_engine.training import Training
from headgate.engines.write_rows import write_rows
from headgate.facts.kept_files import kept_files
from headgate.systems.rows_in_file import without_rows
from headgate.systems.source_code import source_version

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis

    from headgate.learning.store import Shelf
    from headgate.systems.system_registry import Made

SYSTEM = "demand-insights-engine"
READS = ("customers", "orders", "order_items")
LEARNS = (churn_risk.NAME,)
EXPORTS = (exported_model.NAME,)
OPTIONS = (margin.OPTION,)
NO_OPTIONS: Mapping[str, str] = {}


def made_with() -> str:
    """Return the version of the groups and other building blocks that all domains share."""
    return source_version("headgate.analytics")


def build(
    tables: Mapping[str, ibis.Table], as_of: date, shelf: Shelf, options: Mapping[str, str] = NO_OPTIONS
) -> dict[str, Made]:
    """Return the system's tables as of the end of a day, each in the order of its key.

    Figures that the rows of all customers share follow from the purchases of the days before; only the shop's
    first day is in its own figures.

    Args:
        shelf: names the recipe in charge of a model, and receives the fitted models.
        options: `margin_share`, as for `margin.margin_share`.

    Raises:
        SettingsError: the option is not valid.
    """
    share = margin.margin_share(options)
    with TemporaryDirectory(prefix="headgate-customers-") as name:
        folder = Path(name)
        write_rows(features.consent(tables["customers"]), folder / "consent.parquet")
        keep = partial(kept_files, tables, folder=folder)
        training = Training(tables, keep, shelf.champion(churn_risk.NAME), folder, share)
        until = as_of - timedelta(days=1)
        day = customer_day(training, until, as_of)
        if day.figures is None:
            day = customer_day(training, until := as_of, as_of)
        quality = measures.measures_table(day.measures)
        if day.figures is None:
            return {**without_rows(Registry.load().tables_of(SYSTEM)), "customer_model_quality": quality}
        models = day.figures.models
        if trained := models.trained(day.figures.drift):
            shelf.put(trained)
        changed = changed_customers(tables, day, until, folder)
        customers, are_all = exported_customers(day, changed)
        exported = exported_model.scorer(models, customers, day.figures.scale, has_customers=are_all)
        shelf.export(exported_model.NAME, exported)
        return {**changed.over(day), "customer_model_quality": quality}
