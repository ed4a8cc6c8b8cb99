"""Table `sales_anomalies`: unusual periods and their reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from headgate.analytics.anomalies import THRESHOLD, is_regular, judged, same_place, usual
from headgate.domains.retail.market_intelligence_hub.event_reasons import DIRECTIONS, MAX_OF_IT, events_on
from headgate.domains.retail.market_intelligence_hub.features import SERIES, series_ids
from headgate.domains.retail.market_intelligence_hub.forecast_plan import UNIT
from headgate.domains.retail.money import amounts

if TYPE_CHECKING:
    from headgate.analytics.periods import Grain

REASONS = {
    "one_large_order": "One order is most of the difference",
    "large_return": "One return is most of the difference",
    "returns": "More came back than was sold; the largest return is named",
    "holiday": "A holiday lies on it",
    "closure": "A closure lies on it",
    "promotion": "Promoted sales are most of the difference",
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
    "order_id",
    "order_region_id",
    "folds_into",
    "orders",
    "unit",
]


def sales_anomalies(sales: pd.DataFrame, events: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    """Return grain series by period; only periods whose score is beyond the threshold.

    Args:
        sales: grain series by period, gapless, by series and period, with all measures of
            `features.sales_by_period`.
        events: what was known beforehand to move sales, as `calendar.events_of` gives it.
    """
    if sales.empty:
        return pd.DataFrame(columns=COLUMNS)
    periods = _judged(
        sales.astype({"largest_order": float, "largest_return": float, "promoted": float}), grain
    )
    unusual = periods[
        is_regular(sales["orders"] > 0, sales["series_id"], grain) & (periods["score"].abs() > THRESHOLD)
    ].reset_index(drop=True)
    unusual = unusual.join(events_on(unusual, periods, events, grain))
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
        order_id=_of_orders(unusual, reasons, "id"),
        order_region_id=_of_orders(unusual, reasons, "region"),
        folds_into=_folds_into(unusual),
        unit=UNIT,
    )[COLUMNS]


def _judged(sales: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    alike = same_place(sales["series_id"], sales["period_on"], grain)
    return sales.assign(
        **judged(sales["revenue"].astype(float), sales["series_id"], alike),
        usual_orders=usual(sales["orders"].astype(float), alike),
        usual_largest=usual(sales["largest_order"], alike),
        usual_promoted=usual(sales["promoted"], alike),
    )


def _reasons(unusual: pd.DataFrame) -> pd.Series[str]:
    """Return the first cause that explains most of the deviation, else number or worth of orders."""
    half = MAX_OF_IT * unusual["deviation"]
    above = unusual["deviation"] > 0
    order_ratio = np.where(
        unusual["usual_orders"] > 0,
        unusual["orders"] / unusual["usual_orders"].where(unusual["usual_orders"] > 0),
        np.inf,
    )
    causes = [
        ("one_large_order", above & (unusual["largest_order"] - unusual["usual_largest"] > half)),
        ("large_return", ~above & (unusual["largest_return"] < half)),
        ("returns", unusual["revenue"].astype(float) < 0),
        *((kind, unusual["event_kind"] == kind) for kind in DIRECTIONS),
        ("promotion", above & (unusual["promoted"] - unusual["usual_promoted"] > half)),
        ("no_sales", ~above & (unusual["orders"] == 0)),
        ("more_orders", above & (order_ratio > 1)),
        ("fewer_orders", ~above & (order_ratio < 1)),
        ("larger_orders", above),
    ]
    named = np.select(
        [holds.to_numpy() for _, holds in causes], [name for name, _ in causes], "smaller_orders"
    )
    return pd.Series(named, index=unusual.index, dtype=object)


def _of_orders(unusual: pd.DataFrame, reasons: pd.Series[str], part: str) -> pd.Series[Any]:
    """Return id or region of the order that is the reason, or of the largest of several returns."""
    by_return = unusual[f"largest_return_{part}"].where(reasons.isin(["large_return", "returns"]), None)
    return unusual[f"largest_order_{part}"].where(reasons == "one_large_order", by_return)


def _folds_into(unusual: pd.DataFrame) -> pd.Series[Any]:
    """Return the largest series above each that is unusual in the same period and to the same side.

    The reason may be another one: of one rise, the whole has more orders and a part of it larger ones.
    """
    is_above = unusual["score"] > 0
    listed = pd.MultiIndex.from_arrays([unusual["period_on"], is_above, unusual["series_id"]])
    larger = pd.Series(None, index=unusual.index, dtype=object)
    for level in ("category", "region", "total"):
        above = series_ids(unusual.assign(level=level))
        is_listed = pd.MultiIndex.from_arrays([unusual["period_on"], is_above, above]).isin(listed)
        larger = larger.mask(is_listed & (above != unusual["series_id"]), above)
    return larger.astype(object).where(larger.notna(), None)
