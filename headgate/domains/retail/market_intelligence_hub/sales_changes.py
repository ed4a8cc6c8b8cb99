"""Table `sales_changes`: when each series went over to another level, from which to which."""

from typing import Any

import pandas as pd

from headgate.analytics.periods import Grain
from headgate.analytics.seasons import discernible
from headgate.analytics.trends import level_changes
from headgate.domains.retail.market_intelligence_hub.features import SERIES
from headgate.domains.retail.market_intelligence_hub.forecast_plan import UNIT
from headgate.domains.retail.money import amounts

COLUMNS = [
    *SERIES,
    "change_on",
    "grain",
    "periods_before",
    "periods_after",
    "revenue_before",
    "revenue_after",
    "change_share",
    "p_value",
    "unit",
]


def sales_changes(sales: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    """Return grain series by change, oldest first; series without a change have no row.

    Args:
        sales: grain series by period, gapless, by series and period: the columns SERIES, `period_on`,
            revenue.
    """
    parts = [_changes(rows, grain) for _, rows in sales.groupby("series_id", sort=False)]
    table = pd.concat(
        [rows for rows in parts if not rows.empty] or [pd.DataFrame(columns=COLUMNS)], ignore_index=True
    )
    money = {name: amounts(table[name].astype(float)) for name in ("revenue_before", "revenue_after")}
    return table.assign(**money, grain=grain.name, unit=UNIT)[COLUMNS]


def _changes(rows: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    steps = level_changes(rows["revenue"].to_numpy(dtype=float), grain)
    steps = [step for step in steps if _is_level(step, len(rows), grain)]
    at = rows.iloc[[step["at"] for step in steps]]
    described = pd.DataFrame(steps).rename(columns={"before": "revenue_before", "after": "revenue_after"})
    return at[SERIES].assign(change_on=at["period_on"].dt.date).reset_index(drop=True).join(described)


def _is_level(step: dict[str, Any], periods: int, grain: Grain) -> bool:
    """Return whether a change is none of a season that was not seen twice: the first autumn of a history.

    Until two years are known, a level that lasted less than half a year can be a part of the season.
    """
    is_season_known = bool(discernible(periods, (grain.year,)))
    return is_season_known or 2 * min(step["periods_before"], step["periods_after"]) >= grain.year
