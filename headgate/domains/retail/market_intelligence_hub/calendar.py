"""Compute the share of each period of a series under planned promotions, holidays or closures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis

    from headgate.analytics.periods import Grain

Array = npt.NDArray[np.float64]

DATASET = "calendar"
KINDS = ("promotion", "holiday", "closure")
# Of each kind, as a share of sales, until histories show another: a closed shop sells nothing.
EXPECTED_EFFECTS = np.array([0.0, 0.0, -1.0])
COLUMNS = ["event_kind", "event_name", "region_id", "category", "starts_on", "ends_on"]


def events_of(tables: Mapping[str, ibis.Table]) -> pd.DataFrame:
    """Return the calendar's events in a fixed order, also future ones; none without a calendar."""
    if DATASET not in tables:
        return pd.DataFrame(columns=COLUMNS)
    table = tables[DATASET]
    events: pd.DataFrame = table.order_by("event_id").select(*COLUMNS).to_pandas()
    return events.assign(
        starts_on=pd.to_datetime(events["starts_on"]), ends_on=pd.to_datetime(events["ends_on"])
    )


def exposure(events: pd.DataFrame, leaves: pd.DataFrame, starts: pd.DatetimeIndex, grain: Grain) -> Array:
    """Return the share of each period under events, 0..1; shape (leaves, periods, kinds).

    Args:
        events: as `events_of` gives them; one without a region or category holds for all of them.
        leaves: one row per series with `region_id` and `category`. A series of many, such as `(other)`, is
            under the events for all.
        starts: the first day of each period, without gaps.
    """
    exposed = np.zeros((len(leaves), len(starts), len(KINDS)))
    for event in events.to_dict("records"):
        touched = _holds_for(leaves["region_id"], event["region_id"]) & _holds_for(
            leaves["category"], event["category"]
        )
        exposed[touched, :, KINDS.index(event["event_kind"])] += _shares(
            event["starts_on"], event["ends_on"], starts, grain
        )
    return np.minimum(exposed, 1.0)


def _holds_for(names: pd.Series[Any], name: Any) -> npt.NDArray[np.bool_]:  # noqa: ANN401 a text, or one of pandas' nulls
    return np.full(len(names), fill_value=True) if pd.isna(name) else np.asarray(names == name, dtype=bool)


def _shares(first: pd.Timestamp, last: pd.Timestamp, starts: pd.DatetimeIndex, grain: Grain) -> Array:
    """Return the share of each period's days that lie between the two days, both included."""
    if not len(starts):
        return np.empty(0)
    begins = starts.to_numpy(dtype="datetime64[D]")
    ends = np.append(begins[1:], np.datetime64(grain.shifted(starts[-1].date(), 1), "D"))
    after = np.datetime64(last.date(), "D") + 1
    days = (np.minimum(ends, after) - np.maximum(begins, np.datetime64(first.date(), "D"))).astype(float)
    return np.asarray(np.clip(days / (ends - begins).astype(float), 0.0, 1.0), dtype=np.float64)
