"""Find the calendar's event on an unusual period that moved its part by most of the deviation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from headgate.domains.retail.market_intelligence_hub.features import series_ids
from headgate.domains.retail.market_intelligence_hub.forecast_plan import ALL

if TYPE_CHECKING:
    from headgate.analytics.periods import Grain

MAX_OF_IT = 0.5  # of the deviation, for one cause to be named as its reason
# What an event of each kind can do to sales: a promotion does not explain a bad week, nor a closure a good
# one.
DIRECTIONS = {"promotion": (1,), "holiday": (1, -1), "closure": (-1,)}
NAMED = ["event_kind", "event_name"]


def events_on(
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
        [rows for rows in explained if not rows.empty] or [pd.DataFrame(columns=[*NAMED, "row", "share"])]
    )
    ordered = some.sort_values(
        ["row", "share", "event_name"], ascending=[True, False, True], kind="stable"
    ).drop_duplicates("row")
    named = ordered.set_index("row")[NAMED].reindex(unusual.index).astype(object)
    return named.where(named.notna(), None)


def _explained(
    unusual: pd.DataFrame, deviations: pd.Series[float], event: dict[Any, Any], grain: Grain
) -> pd.DataFrame:
    near = unusual[
        _is_under(unusual["period_on"], event, grain)
        & np.sign(unusual["deviation"]).isin(DIRECTIONS[event["event_kind"]])
    ]
    parts = near.assign(**{name: _common(near[name], event[name]) for name in ("region_id", "category")})
    parts = parts[parts["region_id"].notna() & parts["category"].notna()]
    ids = series_ids(parts.assign(level=_levels(parts)))
    deviation = deviations.reindex(pd.MultiIndex.from_arrays([ids, parts["period_on"]])).to_numpy()
    share = pd.Series(deviation, parts.index, dtype=float) / parts["deviation"]
    most = share[share > MAX_OF_IT]
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
