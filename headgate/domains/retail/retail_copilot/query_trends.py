"""query_trends: what people search for more and more, week by week."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

MIN_TREND_SEARCHES = 20
"""Searches from which on a template has a trend."""
BASE_WEEKS = 4
_COLUMNS = [
    "template",
    "week_on",
    "intent",
    "searches",
    "without_results",
    "searches_before",
    "growth",
    "is_complete",
]
RARER = "(other)"
"""Template of all rarer searches of an intent, so that the searches of a week add up for each intent."""
_KEY = ["template", "intent"]


def table(weekly: pd.DataFrame, intents: pd.Series[str], first_day: date, as_of: date) -> pd.DataFrame:
    """Return the table's rows, one per template, intent and week of the data, in this order.

    Weeks without searches count 0. Templates of an intent without a trend are one, `RARER`.
    """
    weeks = pd.date_range(_monday(first_day), _monday(as_of), freq="7D", unit="us")
    often = weekly.groupby("template").searches.transform("sum") >= MIN_TREND_SEARCHES
    named = weekly.assign(
        intent=weekly.template.map(intents),
        template=weekly.template.where(often, RARER),
        week_on=pd.to_datetime(weekly.week_on).astype("datetime64[us]"),
    )
    grid, without_results = (_grid(named, column, weeks) for column in ("searches", "without_results"))
    base = grid.T.shift(1).rolling(BASE_WEEKS, min_periods=1).mean().T
    frame = pd.DataFrame(
        {
            **{name: grid.index.get_level_values(name).repeat(len(weeks)) for name in _KEY},
            "week_on": np.tile(weeks, len(grid)),
            "searches": _by_week(grid).astype("int64"),
            "without_results": _by_week(without_results).astype("int64"),
            "searches_before": _by_week(grid.T.shift(1).T).astype("Int64"),
            "growth": _by_week(grid / base.where(base > 0) - 1),
        }
    )
    complete = (frame.week_on >= pd.Timestamp(first_day)) & (
        frame.week_on + pd.Timedelta(days=6) <= pd.Timestamp(as_of)
    )
    return frame.assign(is_complete=complete)[_COLUMNS]


def _grid(weekly: pd.DataFrame, column: str, weeks: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the sums of a column, a row per template and intent and a column per week."""
    sums = weekly.pivot_table(index=_KEY, columns="week_on", values=column, aggfunc="sum")
    return sums.reindex(columns=weeks).fillna(0.0)


def _by_week(grid: pd.DataFrame) -> pd.Series[float]:
    """Return one row per template, intent and week, missing ones too."""
    return pd.Series(grid.to_numpy().astype(np.float64).ravel())


def _monday(day: date) -> pd.Timestamp:
    return pd.Timestamp(day - timedelta(days=day.weekday()))
