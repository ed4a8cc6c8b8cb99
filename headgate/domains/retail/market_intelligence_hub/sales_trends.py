"""Table `sales_trends`: where each series is going, and whether that is more than noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from headgate.blocks.seasons import discernible, parts_of
from headgate.domains.retail.market_intelligence_hub.features import SERIES
from headgate.domains.retail.market_intelligence_hub.forecast_plan import UNIT
from headgate.domains.retail.money import amounts

if TYPE_CHECKING:
    from headgate.blocks.periods import Grain

Array = npt.NDArray[np.float64]

MIN_PERIODS = 8  # Mann-Kendall's normal approximation; below it no trend is called
TREND_P = 0.05
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
    """Grain series, by name.

    Args:
        sales: grain series by period, gapless, by series and period: the columns SERIES, `period_on`, revenue.
        changes: the series' changes of level, as `sales_changes` gives them.
    """
    if sales.empty:
        return pd.DataFrame(columns=COLUMNS)
    trends = [_trend(rows, grain) for _, rows in sales.groupby("series_id", sort=False)]
    table = sales[SERIES].drop_duplicates(ignore_index=True).join(pd.DataFrame(trends)).merge(_newest(changes), how="left", on="series_id")
    table["changes"] = table["changes"].fillna(0).astype("int64")
    table["change_on"] = table["change_on"].astype(object).where(table["change_on"].notna(), None)
    money = {name: amounts(table[name]) for name in ("recent_revenue", "slope_per_period")}
    return table.assign(**money, grain=grain.name, unit=UNIT)[COLUMNS]


def _newest(changes: pd.DataFrame) -> pd.DataFrame:
    """How often each series changed its level, and when and how much it last did."""
    by = changes.groupby("series_id", sort=False)
    last = by[["series_id", "change_on", "change_share", "p_value"]].tail(1).rename(columns={"p_value": "change_p_value"})
    return last.merge(by.size().rename("changes"), on="series_id")


def _trend(rows: pd.DataFrame, grain: Grain) -> dict[str, object]:
    revenue = rows["revenue"].to_numpy(dtype=float)
    slope, p_value = _slope(revenue)
    return {
        "periods": revenue.size,
        "recent_revenue": float(revenue[-grain.quarter :].mean()),
        "slope_per_period": slope,
        "slope_share": _ratio(slope, abs(float(revenue.mean()))),
        "direction": _direction(slope, p_value),
        "p_value": p_value,
        "quarter_growth": growth(revenue, grain.quarter, grain.quarter),
        "yearly_growth": growth(revenue, grain.quarter, grain.year),
        **_strengths(revenue, grain),
    }


def growth(revenue: Array, quarter: int, lag: int) -> float:
    """The last quarter over the quarter `lag` periods before it, less one; NaN where there is none or it sold nothing."""
    if revenue.size < lag + quarter:
        return float("nan")
    before = float(revenue[revenue.size - lag - quarter : revenue.size - lag].sum())
    return _ratio(float(revenue[-quarter:].sum()) - before, before)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def _slope(revenue: Array) -> tuple[float, float]:
    """Theil-Sen slope, and the p-value of Mann-Kendall's test that there is none.

    Source:
        Sen (1968), "Estimates of the regression coefficient based on Kendall's tau"; Mann (1945), "Nonparametric tests against trend".
    """
    numbers = np.arange(revenue.size)
    if revenue.size < MIN_PERIODS or np.ptp(revenue) == 0:
        return 0.0, 1.0
    return float(stats.theilslopes(revenue, numbers).slope), float(stats.kendalltau(numbers, revenue).pvalue)


def _direction(slope: float, p_value: float) -> str:
    if p_value >= TREND_P or slope == 0:
        return "flat"
    return "rising" if slope > 0 else "falling"


def _strengths(revenue: Array, grain: Grain) -> dict[str, float]:
    """Strengths of trend and seasons; NaN below two whole years."""
    seasons = discernible(revenue.size, grain.season_lengths) if revenue.size > 2 * grain.year else ()
    if not seasons or np.ptp(revenue) == 0:
        return {"trend_strength": float("nan"), "seasonal_strength": float("nan")}
    parts = parts_of(revenue, seasons)
    return {"trend_strength": parts.trend_strength, "seasonal_strength": parts.seasonal_strength}
