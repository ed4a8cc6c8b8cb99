"""Table `sales_anomalies`: periods that do not look like their neighbours, and what made them so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headgate.blocks.point_forecasts import INTERMITTENT_INTERVAL
from headgate.domains.retail.market_intelligence_hub.event_reasons import DIRECTIONS, MOST_OF_IT, events_on
from headgate.domains.retail.market_intelligence_hub.features import SERIES
from headgate.domains.retail.market_intelligence_hub.forecast_plan import UNIT
from headgate.domains.retail.money import amounts

if TYPE_CHECKING:
    from headgate.blocks.periods import Grain

# Source: Iglewicz & Hoaglin (1993), "How to detect and handle outliers": modified z-scores beyond 3.5 are outliers;
# 1.4826 makes the median absolute deviation a standard deviation under normality.
THRESHOLD = 3.5
MAD_TO_SD = 1.4826
NEIGHBOURS = 13  # periods of the same place in the cycle, the one itself in the middle
MIN_PERIODS = 26  # of the same place in the cycle, before a series can be called unusual
MIN_DEVIATION = 0.05  # of the expected level; keeps a nearly constant series from being anomalous by pennies

REASONS = {
    "one_large_order": "One order alone makes up more than half of the deviation",
    "large_return": "Returns of one order make up more than half of the deviation",
    "holiday": "A holiday lies on it",
    "closure": "A closure lies on it",
    "promotion": "Promoted sales make up more than half of the deviation",
    "no_sales": "Nothing was sold",
    "more_orders": "More orders than around it",
    "fewer_orders": "Fewer orders than around it",
    "larger_orders": "Orders were worth more than around it",
    "smaller_orders": "Orders were worth less than around it",
}
COLUMNS = [
    *SERIES,
    "period_on",
    "grain",
    "actual",
    "expected",
    "lower",
    "upper",
    "score",
    "direction",
    "reason",
    "explanation",
    "event_name",
    "orders",
    "unit",
]


def sales_anomalies(sales: pd.DataFrame, events: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    """Grain series by period; only periods whose score is beyond the threshold.

    Args:
        sales: grain series by period, gapless, by series and period, with all measures of `features.sales_by_period`.
        events: what was known beforehand to move sales, as `calendar.events_of` gives it.
    """
    if sales.empty:
        return pd.DataFrame(columns=COLUMNS)
    judged = _judged(sales.astype({"largest_order": float, "largest_return": float, "promoted": float}), grain)
    unusual = judged[_is_regular(sales, grain) & (judged["score"].abs() > THRESHOLD)].reset_index(drop=True)
    unusual = unusual.join(events_on(unusual, judged, events, grain))
    reasons = _reasons(unusual)
    event_name = unusual["event_name"].where(reasons == unusual["event_kind"], None)
    explanation = reasons.map(REASONS)
    return unusual.assign(
        period_on=unusual["period_on"].dt.date,
        grain=grain.name,
        actual=unusual["revenue"],
        expected=amounts(unusual["expected"]),
        lower=amounts(unusual["lower"]),
        upper=amounts(unusual["upper"]),
        direction=np.where(unusual["score"] > 0, "above", "below"),
        reason=reasons,
        explanation=explanation.where(event_name.isna(), "In the calendar: " + event_name.astype(str)),
        event_name=event_name,
        unit=UNIT,
    )[COLUMNS]


def _is_regular(sales: pd.DataFrame, grain: Grain) -> pd.Series[bool]:
    """The series is long enough and sells in most periods; series with sporadic sales are excluded."""
    sold = (sales["orders"] > 0).groupby(sales["series_id"])
    return (sold.transform("size") >= MIN_PERIODS * grain.cycle) & (sold.transform("mean") * INTERMITTENT_INTERVAL >= 1)


def _judged(sales: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    revenue = sales["revenue"].astype(float)
    by = sales["series_id"]
    alike = by + "/" + (sales["period_on"].dt.dayofweek % grain.cycle).astype(str)  # a Sunday is compared with Sundays
    expected = _around(revenue, alike)
    deviation = revenue - expected
    below, above = (_spread(deviation.where(side), expected, by) for side in (deviation <= 0, deviation >= 0))
    spread = above.where(deviation > 0, below)
    score = (deviation / spread.where(spread > 0)).fillna(0.0)
    return sales.assign(
        expected=expected,
        lower=expected - THRESHOLD * below,
        upper=expected + THRESHOLD * above,
        score=score,
        deviation=deviation,
        usual_orders=_around(sales["orders"].astype(float), alike),
        usual_largest=_around(sales["largest_order"], alike),
        usual_promoted=_around(sales["promoted"], alike),
    )


def _spread(deviation: pd.Series[float], expected: pd.Series[float], by: pd.Series[str]) -> pd.Series[float]:
    """A standard deviation of one side of the series, from the median of that side: sales are skewed, a common one cries wolf.

    Source:
        Rosenmai (2013), "Using the median absolute deviation to find outliers" (the double MAD).
    """
    usual = MAD_TO_SD * deviation.abs().groupby(by).transform("median")
    return usual.clip(lower=MIN_DEVIATION * expected.abs().groupby(by).transform("median"))


def _around(values: pd.Series[float], by: pd.Series[str]) -> pd.Series[float]:
    """The median of the periods around each one, among those that are alike."""
    medians = values.groupby(by, sort=False).rolling(NEIGHBOURS, center=True, min_periods=1).median()
    return medians.reset_index(level=0, drop=True).reindex(values.index)


def _reasons(unusual: pd.DataFrame) -> pd.Series[str]:
    """The first cause that explains most of the deviation; else the number of orders, or their worth."""
    half = MOST_OF_IT * unusual["deviation"]
    above = unusual["deviation"] > 0
    order_ratio = np.where(
        unusual["usual_orders"] > 0, unusual["orders"] / unusual["usual_orders"].where(unusual["usual_orders"] > 0), np.inf
    )
    causes = [
        ("one_large_order", above & (unusual["largest_order"] - unusual["usual_largest"] > half)),
        ("large_return", ~above & (unusual["largest_return"] < half)),
        *((kind, unusual["event_kind"] == kind) for kind in DIRECTIONS),
        ("promotion", above & (unusual["promoted"] - unusual["usual_promoted"] > half)),
        ("no_sales", ~above & (unusual["orders"] == 0)),
        ("more_orders", above & (order_ratio > 1)),
        ("fewer_orders", ~above & (order_ratio < 1)),
        ("larger_orders", above),
    ]
    named = np.select([holds.to_numpy() for _, holds in causes], [name for name, _ in causes], "smaller_orders")
    return pd.Series(named, index=unusual.index, dtype=object)
