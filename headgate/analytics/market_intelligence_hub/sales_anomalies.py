"""Table `sales_anomalies`: weeks that do not look like their neighbours, and what made them so."""

from __future__ import annotations

import numpy as np
import pandas as pd

from headgate.analytics.market_intelligence_hub.features import SERIES
from headgate.analytics.market_intelligence_hub.members import INTERMITTENT_INTERVAL
from headgate.analytics.market_intelligence_hub.plan import UNIT
from headgate.analytics.money import amounts

# Source: Iglewicz & Hoaglin (1993), "How to detect and handle outliers": modified z-scores beyond 3.5 are outliers;
# 1.4826 makes the median absolute deviation a standard deviation under normality.
THRESHOLD = 3.5
MAD_TO_SD = 1.4826
NEIGHBOURS = 13  # weeks, the one itself in the middle
MIN_WEEKS = 26  # of history before a series can be called unusual
MIN_DEVIATION = 0.05  # of the expected level; keeps a nearly constant series from being anomalous by pennies
MOST_OF_IT = 0.5  # of the deviation, for one cause to be named as its reason

REASONS = {
    "one_large_order": "One order alone makes up more than half of the deviation",
    "large_return": "Returns of one order make up more than half of the deviation",
    "promotion": "Promoted sales make up more than half of the deviation",
    "no_sales": "Nothing was sold",
    "more_orders": "More orders than in the weeks around it",
    "fewer_orders": "Fewer orders than in the weeks around it",
    "larger_orders": "Orders were worth more than in the weeks around it",
    "smaller_orders": "Orders were worth less than in the weeks around it",
}
COLUMNS = [*SERIES, "week_on", "actual", "expected", "lower", "upper", "score", "direction", "reason", "explanation", "orders", "unit"]


def sales_anomalies(weekly: pd.DataFrame) -> pd.DataFrame:
    """Grain series by week; only weeks whose score is beyond the threshold.

    Args:
        weekly: grain series by week, gapless, by series and week, with all measures of `features.weekly_sales`.
    """
    if weekly.empty:
        return pd.DataFrame(columns=COLUMNS)
    judged = _judged(_regular(weekly.astype({"largest_order": float, "largest_return": float, "promoted": float})))
    found = judged[judged["score"].abs() > THRESHOLD].reset_index(drop=True)
    reasons = _reasons(found)
    return found.assign(
        week_on=found["week_on"].dt.date,
        actual=found["revenue"],
        expected=amounts(found["expected"]),
        lower=amounts(found["lower"]),
        upper=amounts(found["upper"]),
        direction=np.where(found["score"] > 0, "above", "below"),
        reason=reasons,
        explanation=reasons.map(REASONS),
        unit=UNIT,
    )[COLUMNS]


def _regular(weekly: pd.DataFrame) -> pd.DataFrame:
    """The series that are long enough and sell in most weeks; of one that sells now and then no week is unusual."""
    sold = (weekly["orders"] > 0).groupby(weekly["series_id"])
    return weekly[(sold.transform("size") >= MIN_WEEKS) & (sold.transform("mean") * INTERMITTENT_INTERVAL >= 1)]


def _judged(weekly: pd.DataFrame) -> pd.DataFrame:
    revenue = weekly["revenue"].astype(float)
    by = weekly["series_id"]
    expected = _around(revenue, by)
    deviation = revenue - expected
    below, above = (_spread(deviation.where(side), expected, by) for side in (deviation <= 0, deviation >= 0))
    spread = above.where(deviation > 0, below)
    score = (deviation / spread.where(spread > 0)).fillna(0.0)
    return weekly.assign(
        expected=expected,
        lower=expected - THRESHOLD * below,
        upper=expected + THRESHOLD * above,
        score=score,
        deviation=deviation,
        usual_orders=_around(weekly["orders"].astype(float), by),
        usual_largest=_around(weekly["largest_order"], by),
        usual_promoted=_around(weekly["promoted"], by),
    )


def _spread(deviation: pd.Series[float], expected: pd.Series[float], by: pd.Series[str]) -> pd.Series[float]:
    """A standard deviation of one side of the series, from the median of that side: sales are skewed, a common one cries wolf.

    Source:
        Rosenmai (2013), "Using the median absolute deviation to find outliers" (the double MAD).
    """
    usual = MAD_TO_SD * deviation.abs().groupby(by).transform("median")
    return usual.clip(lower=MIN_DEVIATION * expected.abs().groupby(by).transform("median"))


def _around(values: pd.Series[float], by: pd.Series[str]) -> pd.Series[float]:
    """The median of the weeks around each one, within its series."""
    medians = values.groupby(by, sort=False).rolling(NEIGHBOURS, center=True, min_periods=1).median()
    return medians.reset_index(level=0, drop=True).reindex(values.index)


def _reasons(found: pd.DataFrame) -> pd.Series[str]:
    """The first cause that explains most of the deviation; else the number of orders, or their worth."""
    half = MOST_OF_IT * found["deviation"]
    above = found["deviation"] > 0
    order_ratio = np.where(found["usual_orders"] > 0, found["orders"] / found["usual_orders"].where(found["usual_orders"] > 0), np.inf)
    causes = [
        ("one_large_order", above & (found["largest_order"] - found["usual_largest"] > half)),
        ("large_return", ~above & (found["largest_return"] < half)),
        ("promotion", above & (found["promoted"] - found["usual_promoted"] > half)),
        ("no_sales", ~above & (found["orders"] == 0)),
        ("more_orders", above & (order_ratio > 1)),
        ("fewer_orders", ~above & (order_ratio < 1)),
        ("larger_orders", above),
    ]
    named = np.select([holds.to_numpy() for _, holds in causes], [name for name, _ in causes], "smaller_orders")
    return pd.Series(named, index=found.index, dtype=object)
