"""Table `sales_history`: the net revenue of every past period, from which the hub's other tables are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.domains.retail.market_intelligence_hub.features import SERIES
from headgate.domains.retail.market_intelligence_hub.forecast_plan import UNIT

if TYPE_CHECKING:
    import pandas as pd

    from headgate.analytics.periods import Grain

COLUMNS = [*SERIES, "period_on", "grain", "revenue", "units", "orders", "unit"]


def sales_history(sales: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    """Return one row per series and period, by series and period."""
    return sales.assign(grain=grain.name, unit=UNIT)[COLUMNS]
