"""Table `sales_trends`: where each series is going, and whether that is more than noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from headgate.analytics.trends import MIN_PERIODS, TREND_P, trend_of
from headgate.domains.retail.market_intelligence_hub.features import SERIES
from headgate.domains.retail.market_intelligence_hub.forecast_plan import UNIT
from headgate.domains.retail.money import amounts

if TYPE_CHECKING:
    from headgate.analytics.periods import Grain

Array = npt.NDArray[np.float64]

UNKNOWN_DIRECTION = "unknown"
COLUMNS = [
    *SERIES,
    "grain",
    "periods",
    "recent_revenue",
    "slope_per_period",
    "slope_share",
    "direction",
    "p_value",
    "quarter_growth",
    "yearly_growth",
    "trend_strength",
    "seasonal_strength",
    "changes",
    "change_on",
    "change_share",
    "change_p_value",
    "unit",
]


def sales_trends(sales: pd.DataFrame, changes: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    """Return grain series, by name.

    Args:
        sales: grain series by period, gapless, by series and period: the columns SERIES, `period_on`,
            revenue.
        changes: the series' changes of level, as `sales_changes` gives them.
    """
    if sales.empty:
        return pd.DataFrame(columns=COLUMNS)
    trends = [
        _trend(rows["revenue"].to_numpy(dtype=float), grain)
        for _, rows in sales.groupby("series_id", sort=False)
    ]
    described = pd.DataFrame(trends).rename(columns={"recent_mean": "recent_revenue"})
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


def _trend(values: Array, grain: Grain) -> dict[str, object]:
    """Return the trend of a series, with the direction that its season does not explain.

    A straight line through less than two years is season as much as trend. There the periods of which last
    year is known are compared with it, and without enough of them no direction is known.

    Source:
        Wilcoxon (1945), "Individual Comparisons by Ranking Methods", on the logarithms of the ratios.
    """
    trend = trend_of(values, grain)
    if values.size >= 2 * grain.year:
        return trend
    before, now = values[: -grain.year], values[grain.year :]
    both = (before > 0) & (now > 0)
    if both.sum() < MIN_PERIODS:
        return trend | {"direction": UNKNOWN_DIRECTION}
    ratios = np.log(now[both] / before[both])
    p_value = float(stats.wilcoxon(ratios).pvalue) if ratios.any() else 1.0
    moved = "rising" if np.median(ratios) > 0 else "falling"
    return trend | {"direction": moved if p_value < TREND_P else "flat", "p_value": p_value}


def _newest(changes: pd.DataFrame) -> pd.DataFrame:
    """Return how often each series changed its level, and when and how much it last did."""
    by = changes.groupby("series_id", sort=False)
    last = (
        by[["series_id", "change_on", "change_share", "p_value"]]
        .tail(1)
        .rename(columns={"p_value": "change_p_value"})
    )
    return last.merge(by.size().rename("changes"), on="series_id")
