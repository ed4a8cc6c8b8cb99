"""Table `sales_trends`: where each series is going, and whether that is more than noise."""

import pandas as pd

from headgate.analytics import trends
from headgate.analytics.periods import Grain
from headgate.domains.retail.market_intelligence_hub.features import SERIES
from headgate.domains.retail.market_intelligence_hub.forecast_plan import UNIT
from headgate.domains.retail.money import amounts

_OWN_NAMES = {"recent_mean": "recent_revenue"}
COLUMNS = [*SERIES, *(_OWN_NAMES.get(name, name) for name in trends.COLUMNS if name != "status"), "unit"]


def sales_trends(sales: pd.DataFrame, changes: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    """Return grain series, by name.

    Args:
        sales: grain series by period, gapless, by series and period: the columns SERIES, `period_on`,
            revenue.
        changes: the series' changes of level, as `sales_changes` gives them.
    """
    if sales.empty:
        return pd.DataFrame(columns=COLUMNS)
    measured = [
        trends.trend_of(rows["revenue"].to_numpy(dtype=float), grain)
        for _, rows in sales.groupby("series_id", sort=False)
    ]
    described = pd.DataFrame(measured).rename(columns=_OWN_NAMES)
    table = (
        sales[SERIES]
        .drop_duplicates(ignore_index=True)
        .join(described)
        .merge(_newest(changes), how="left", on="series_id")
    )
    table["changes"] = table["changes"].fillna(0).astype("int64")
    table["change_on"] = table["change_on"].astype(object).where(table["change_on"].notna(), None)
    money = {name: amounts(table[name]) for name in ("recent_revenue", "slope_per_period")}
    return table.assign(**money, grain=grain.name, unit=UNIT)[COLUMNS]


def _newest(changes: pd.DataFrame) -> pd.DataFrame:
    """Return how often each series changed its level, and when and how much it last did."""
    by = changes.groupby("series_id", sort=False)
    last = (
        by[["series_id", "change_on", "change_share", "p_value"]]
        .tail(1)
        .rename(columns={"p_value": "change_p_value"})
    )
    return last.merge(by.size().rename("changes"), on="series_id")
