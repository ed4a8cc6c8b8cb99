"""Table `sales_trends`: where each series is going, and whether that is more than noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from headgate.analytics.market_intelligence_hub.features import SERIES
from headgate.analytics.market_intelligence_hub.plan import UNIT
from headgate.analytics.market_intelligence_hub.seasons import discernible, parts_of
from headgate.analytics.money import amounts

if TYPE_CHECKING:
    from datetime import date

Array = npt.NDArray[np.float64]

QUARTER = 13
YEAR = 52
MIN_WEEKS = 8  # Mann-Kendall's normal approximation; below it no trend is called
TREND_P = 0.05
CHANGE_P = 0.01  # stricter than the trend's: one change point is looked for among all weeks
COLUMNS = [
    *SERIES,
    "weeks",
    "weekly_revenue",
    "slope_per_week",
    "slope_share",
    "direction",
    "p_value",
    "quarter_growth",
    "yearly_growth",
    "trend_strength",
    "seasonal_strength",
    "change_on",
    "change_share",
    "change_p_value",
    "unit",
]


def sales_trends(weekly: pd.DataFrame) -> pd.DataFrame:
    """Grain series, by name.

    Args:
        weekly: grain series by week, gapless, by series and week: the columns SERIES, `week_on`, revenue.
    """
    if weekly.empty:
        return pd.DataFrame(columns=COLUMNS)
    found = [_trend(rows) for _, rows in weekly.groupby("series_id", sort=False)]
    table = weekly[SERIES].drop_duplicates(ignore_index=True).join(pd.DataFrame(found))
    return table.assign(weekly_revenue=amounts(table["weekly_revenue"]), slope_per_week=amounts(table["slope_per_week"]), unit=UNIT)[
        COLUMNS
    ]


def _trend(rows: pd.DataFrame) -> dict[str, object]:
    revenue = rows["revenue"].to_numpy(dtype=float)
    slope, p_value = _slope(revenue)
    level = float(revenue[-QUARTER:].mean())
    return {
        "weeks": revenue.size,
        "weekly_revenue": level,
        "slope_per_week": slope,
        "slope_share": _ratio(slope, abs(float(revenue.mean()))),
        "direction": _direction(slope, p_value),
        "p_value": p_value,
        "quarter_growth": growth(revenue, QUARTER),
        "yearly_growth": growth(revenue, YEAR),
        **_strengths(revenue),
        **_change(revenue, rows["week_on"].dt.date.tolist()),
    }


def growth(revenue: Array, lag: int) -> float:
    """The last quarter over the quarter `lag` weeks before it, less one; NaN where there is none or it sold nothing."""
    if revenue.size < lag + QUARTER:
        return float("nan")
    before = float(revenue[revenue.size - lag - QUARTER : revenue.size - lag].sum())
    return _ratio(float(revenue[-QUARTER:].sum()) - before, before)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def _slope(revenue: Array) -> tuple[float, float]:
    """Theil-Sen slope, and the p-value of Mann-Kendall's test that there is none.

    Source:
        Sen (1968), "Estimates of the regression coefficient based on Kendall's tau"; Mann (1945), "Nonparametric tests against trend".
    """
    weeks = np.arange(revenue.size)
    if revenue.size < MIN_WEEKS or np.ptp(revenue) == 0:
        return 0.0, 1.0
    return float(stats.theilslopes(revenue, weeks).slope), float(stats.kendalltau(weeks, revenue).pvalue)


def _direction(slope: float, p_value: float) -> str:
    if p_value >= TREND_P or slope == 0:
        return "flat"
    return "rising" if slope > 0 else "falling"


def _strengths(revenue: Array) -> dict[str, float]:
    """Strengths of trend and yearly season; NaN below two whole years."""
    seasons = discernible(revenue.size, (YEAR,))
    if not seasons or np.ptp(revenue) == 0:
        return {"trend_strength": float("nan"), "seasonal_strength": float("nan")}
    parts = parts_of(revenue, seasons)
    return {"trend_strength": parts.trend_strength, "seasonal_strength": parts.seasonal_strength}


def _change(revenue: Array, weeks: list[date]) -> dict[str, object]:
    """The week from which the level is another one, if there is such a week, and by what share of the level before.

    Source:
        Pettitt (1979), "A non-parametric approach to the change-point problem".
    """
    none: dict[str, object] = {"change_on": None, "change_share": float("nan"), "change_p_value": float("nan")}
    count = revenue.size
    if count < 2 * MIN_WEEKS or np.ptp(revenue) == 0:
        return none
    ranks = stats.rankdata(revenue)
    shift = np.abs(2 * np.cumsum(ranks)[:-1] - np.arange(1, count) * (count + 1))
    at = int(np.argmax(shift)) + 1
    p_value = min(1.0, float(2 * np.exp(-6 * shift[at - 1] ** 2 / (count**3 + count**2))))
    if p_value >= CHANGE_P:
        return {**none, "change_p_value": p_value}
    before = float(revenue[:at].mean())
    return {"change_on": weeks[at], "change_share": _ratio(float(revenue[at:].mean()) - before, before), "change_p_value": p_value}
