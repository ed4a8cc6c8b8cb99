"""market-intelligence-hub: what will sell, what changes, what was unusual, and how reliable that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from headgate.analytics.periods import Span, whole_periods
from headgate.contracts.registry import Registry
from headgate.domains.retail.market_intelligence_hub.begun_period import with_sold_so_far
from headgate.domains.retail.market_intelligence_hub.calendar import DATASET, events_of
from headgate.domains.retail.market_intelligence_hub.features import DailySales, sales_by_period
from headgate.domains.retail.market_intelligence_hub.forecast_accuracy import forecast_accuracy
from headgate.domains.retail.market_intelligence_hub.forecast_plan import OPTIONS, Plan
from headgate.domains.retail.market_intelligence_hub.hierarchy_forecast import forecast_hierarchy
from headgate.domains.retail.market_intelligence_hub.planned_sums import with_plan
from headgate.domains.retail.market_intelligence_hub.sales_anomalies import sales_anomalies
from headgate.domains.retail.market_intelligence_hub.sales_changes import sales_changes
from headgate.domains.retail.market_intelligence_hub.sales_forecast import sales_forecast
from headgate.domains.retail.market_intelligence_hub.sales_history import sales_history
from headgate.domains.retail.market_intelligence_hub.sales_trends import sales_trends
from headgate.engines import Engine, engine_of
from headgate.systems.kept_tables import code_of, frame_digest, kept_tables
from headgate.systems.source_code import source_version

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis

    from headgate.systems.system_registry import Made


__all__ = ["MAY_READ", "OPTIONS", "READS", "build", "made_with", "planned"]

SYSTEM = "market-intelligence-hub"
READS = ("orders", "order_items", "products")
MAY_READ = (DATASET,)
NO_OPTIONS: Mapping[str, str] = {}


def made_with() -> str:
    """Return the version of the forecasts and other building blocks that all domains share."""
    return source_version("headgate.analytics")


def build(
    tables: Mapping[str, ibis.Table], as_of: date, options: Mapping[str, str] = NO_OPTIONS
) -> dict[str, Made]:
    """Return the hub's tables in their contracts, from the data at the end of `as_of`.

    Raises:
        SettingsError: an option is not valid; see `Plan.of`.
    """
    return planned(tables, as_of, Plan.of(options))


def planned(tables: Mapping[str, ibis.Table], as_of: date, plan: Plan) -> dict[str, Made]:
    """Return the tables by a plan, kept while no complete period changes.

    The forecast of the period that has begun follows from its days in each run, and so does what to plan by.

    Models over the series run on the engine that holds the tables.
    """
    daily = DailySales(tables, as_of)
    span = whole_periods(daily.days, "ordered_at", as_of, plan.grain)
    sales = sales_by_period(daily, span, plan)
    events = events_of(tables)
    inputs = [
        code_of(__name__, "headgate.analytics"),
        str(plan),
        str(span),
        frame_digest(sales),
        frame_digest(events),
    ]

    def built() -> dict[str, pd.DataFrame]:
        return _built(sales, events, span, plan, engine_of([tables["products"]]))

    made = kept_tables(tables, Registry.load().tables_of(SYSTEM), inputs, built)
    forecast, history, accuracy = (
        table if isinstance(table, pd.DataFrame) else table.frame()
        for table in (made["sales_forecast"], made["sales_history"], made["forecast_accuracy"])
    )
    informed = with_sold_so_far(forecast, daily, events, span, plan)
    return {**made, "sales_forecast": with_plan(informed, history, accuracy)}


def _built(
    sales: pd.DataFrame, events: pd.DataFrame, span: Span, plan: Plan, engine: Engine
) -> dict[str, pd.DataFrame]:
    ahead = forecast_hierarchy(sales, events, span, plan, engine)
    changes = sales_changes(sales, plan.grain)
    return {
        "sales_forecast": sales_forecast(ahead),
        "sales_history": sales_history(sales, plan.grain),
        "sales_trends": sales_trends(sales, changes, plan.grain),
        "sales_changes": changes,
        "sales_anomalies": sales_anomalies(sales, events, plan.grain),
        "forecast_accuracy": forecast_accuracy(ahead),
    }
