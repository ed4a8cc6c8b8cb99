"""global-market-pulse: how every region does, and where more could be sold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.domains.retail.global_market_pulse import features, service_articles
from headgate.domains.retail.global_market_pulse.market_opportunities import market_opportunities, measured
from headgate.domains.retail.global_market_pulse.opportunity_quality import (
    NOT_TESTED,
    OpportunityTest,
    market_opportunity_quality,
)
from headgate.domains.retail.global_market_pulse.regional_performance import regional_performance

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import ibis
    import pandas as pd

READS = ("orders", "order_items", "products", "regions")
OPTIONS = (service_articles.OPTION,)
NO_OPTIONS: Mapping[str, str] = {}


def build(
    tables: Mapping[str, ibis.Table], as_of: date, options: Mapping[str, str] = NO_OPTIONS
) -> dict[str, pd.DataFrame]:
    """Return the pulse's tables, as their contracts say, from the knowledge at the end of `as_of`."""
    months = features.region_months(tables, as_of)
    complete = features.whole_months(tables, as_of)
    regions = features.reference(tables)
    articles = service_articles.articles(tables, as_of)
    services = service_articles.services(articles, service_articles.declared_in(options))
    by_month = features.category_months(tables, as_of, services)

    def grid_of(span: features.MonthSpan) -> pd.DataFrame:
        """Return the regions with the categories in a span."""
        looked_at = months[months["month_on"].isin(span.looked_at)]
        return measured(features.cells(by_month, span), looked_at, regions, is_seasonless=span.is_seasonless)

    grid = grid_of(features.MonthSpan.of(complete))
    spans = features.backtest_of(complete)
    backtest = OpportunityTest(spans[1].period, grid_of(spans[0]), grid_of(spans[1])) if spans else None
    return {
        "regional_performance": regional_performance(months, complete, regions),
        "market_opportunities": market_opportunities(grid).assign(
            test_result=backtest.result if backtest else NOT_TESTED
        ),
        "market_opportunity_quality": market_opportunity_quality(grid, backtest, services),
    }
