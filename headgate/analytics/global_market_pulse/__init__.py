"""global-market-pulse: how every region does, and where more could be sold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.analytics.global_market_pulse import features
from headgate.analytics.global_market_pulse.market_opportunities import market_opportunities
from headgate.analytics.global_market_pulse.regional_performance import regional_performance

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis
    import pandas as pd

READS = ("orders", "order_items", "products", "regions")
OPPORTUNITY_MONTHS = 12  # whole months looked at, the newest; an even number, because growth compares their halves


def build(tables: Mapping[str, ibis.Table], as_of: date) -> dict[str, pd.DataFrame]:
    """The pulse's two tables, as their contracts say, from what was known at the end of `as_of`."""
    orders = features.sold_orders(tables, as_of)
    months = features.region_months(orders)
    whole = features.whole_months(orders, as_of)
    regions = features.reference(tables)
    recent = whole[len(whole) - min(len(whole) // 2 * 2, OPPORTUNITY_MONTHS) :]
    known = months[months["month_on"].isin(recent)]
    return {
        "regional_performance": regional_performance(months, whole, regions),
        "market_opportunities": market_opportunities(features.cells(tables, orders, recent), known, regions),
    }
