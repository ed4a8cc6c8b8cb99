"""global-market-pulse: how every region does, and where more could be sold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.domains.retail.global_market_pulse import features
from headgate.domains.retail.global_market_pulse.market_opportunities import market_opportunities
from headgate.domains.retail.global_market_pulse.regional_performance import regional_performance

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis
    import pandas as pd

READS = ("orders", "order_items", "products", "regions")


def build(tables: Mapping[str, ibis.Table], as_of: date) -> dict[str, pd.DataFrame]:
    """The pulse's two tables, as their contracts say, from what was known at the end of `as_of`."""
    orders = features.sold_orders(tables, as_of)
    months = features.region_months(orders)
    whole = features.whole_months(orders, as_of)
    regions = features.reference(tables)
    span = features.MonthSpan.of(whole)
    recent = months[months["month_on"].isin(span.looked_at)]
    sold = features.cells(tables, orders, span)
    return {
        "regional_performance": regional_performance(months, whole, regions),
        "market_opportunities": market_opportunities(sold, recent, regions, is_seasonless=span.is_seasonless),
    }
