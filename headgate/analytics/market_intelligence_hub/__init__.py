"""market-intelligence-hub: what will sell, what is changing, what was unusual, and how far to believe it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.analytics.market_intelligence_hub.features import sale_lines, weekly_sales, whole_weeks
from headgate.analytics.market_intelligence_hub.forecast_accuracy import forecast_accuracy
from headgate.analytics.market_intelligence_hub.outlook import outlook
from headgate.analytics.market_intelligence_hub.plan import Plan
from headgate.analytics.market_intelligence_hub.sales_anomalies import sales_anomalies
from headgate.analytics.market_intelligence_hub.sales_forecast import sales_forecast
from headgate.analytics.market_intelligence_hub.sales_trends import sales_trends

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis
    import pandas as pd

READS = ("orders", "order_items", "products")


def build(tables: Mapping[str, ibis.Table], as_of: date, plan: Plan = Plan()) -> dict[str, pd.DataFrame]:  # noqa: B008 Plan is frozen
    """The hub's four tables, as their contracts say, from what was known at the end of `as_of`."""
    lines = sale_lines(tables, as_of)
    weeks = whole_weeks(lines, as_of)
    weekly = weekly_sales(lines, weeks, plan)
    ahead = outlook(weekly, weeks.last, plan)
    return {
        "sales_forecast": sales_forecast(ahead),
        "sales_trends": sales_trends(weekly),
        "sales_anomalies": sales_anomalies(weekly),
        "forecast_accuracy": forecast_accuracy(ahead),
    }
