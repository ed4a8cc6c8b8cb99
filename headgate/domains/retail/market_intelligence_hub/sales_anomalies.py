"""Table `sales_anomalies`: unusual periods and their reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from headgate.analytics.anomalies import THRESHOLD, is_regular, judged, same_place, usual
from headgate.domains.retail.market_intelligence_hub.features import SERIES, series_ids
from headgate.domains.retail.market_intelligence_hub.forecast_plan import ALL, UNIT
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

_MAX_OF_IT = 0.5  # of the deviation, for one cause to be named as its reason
# What an event of each kind can do to sales: a promotion does not explain a bad week, nor a closure a good
# one.
_DIRECTIONS = {"promotion": (1,), "holiday": (1, -1), "closure": (-1,)}
_NAMED = ["event_kind", "event_name"]


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
    unusual = unusual.join(_events_on(unusual, periods, events, grain))
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
    half = _MAX_OF_IT * unusual["deviation"]
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
        *((kind, unusual["event_kind"] == kind) for kind in _DIRECTIONS),
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


def _events_on(
    unusual: pd.DataFrame, judged: pd.DataFrame, events: pd.DataFrame, grain: Grain
) -> pd.DataFrame:
    """Return kind and name of the event behind each unusual period, or None; indexed as `unusual`.

    An event for one region or category is the reason for what happened to a larger series when the part that
    it holds for makes up most of the deviation. Of several events the one whose part deviates most is named.

    Args:
        unusual: the periods: SERIES, `period_on`, `deviation`.
        judged: the same columns for all periods of all series.
        events: as `calendar.events_of` gives them.
    """
    deviations = judged.set_index(["series_id", "period_on"])["deviation"]
    explained = [_explained(unusual, deviations, event, grain) for event in events.to_dict("records")]
    some = pd.concat(
        [rows for rows in explained if not rows.empty] or [pd.DataFrame(columns=[*_NAMED, "row", "share"])]
    )
    ordered = some.sort_values(
        ["row", "share", "event_name"], ascending=[True, False, True], kind="stable"
    ).drop_duplicates("row")
    named = ordered.set_index("row")[_NAMED].reindex(unusual.index).astype(object)
    return named.where(named.notna(), None)


def _explained(
    unusual: pd.DataFrame, deviations: pd.Series[float], event: dict[Any, Any], grain: Grain
) -> pd.DataFrame:
    near = unusual[
        _is_under(unusual["period_on"], event, grain)
        & np.sign(unusual["deviation"]).isin(_DIRECTIONS[event["event_kind"]])
    ]
    parts = near.assign(**{name: _common(near[name], event[name]) for name in ("region_id", "category")})
    parts = parts[parts["region_id"].notna() & parts["category"].notna()]
    ids = series_ids(parts.assign(level=_levels(parts)))
    deviation = deviations.reindex(pd.MultiIndex.from_arrays([ids, parts["period_on"]])).to_numpy()
    share = pd.Series(deviation, parts.index, dtype=float) / parts["deviation"]
    most = share[share > _MAX_OF_IT]
    return pd.DataFrame(
        {
            "event_kind": event["event_kind"],
            "event_name": event["event_name"],
            "row": most.index,
            "share": most.to_numpy(),
        }
    )


def _is_under(starts: pd.Series[Any], event: dict[Any, Any], grain: Grain) -> pd.Series[Any]:
    """Return whether the period holds a day of the event."""
    first = pd.Timestamp(grain.start_of(event["starts_on"].date()))
    return starts.between(first, event["ends_on"])


def _common(names: pd.Series[Any], name: Any) -> pd.Series[Any]:  # noqa: ANN401 a text, or one of pandas' nulls
    """Return the region or category that series and event have in common; None if there is none."""
    if pd.isna(name):
        return names
    return names.where(names == name, None).where(names != ALL, name)


def _levels(parts: pd.DataFrame) -> Any:  # noqa: ANN401 numpy's array of texts
    one_region, one_category = parts["region_id"] != ALL, parts["category"] != ALL
    return np.select(
        [one_region & one_category, one_region, one_category],
        ["region_category", "region", "category"],
        "total",
    )
