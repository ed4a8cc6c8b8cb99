from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headgate.analytics.point_forecasts import INTERMITTENT_INTERVAL

if TYPE_CHECKING:
    from headgate.analytics.periods import Grain
    from headgate.analytics.series import SeriesPanel

# Source: Iglewicz & Hoaglin (1993), "How to detect and handle outliers": modified z-scores beyond 3.5 are
# outliers; 1.4826 makes the median absolute deviation a standard deviation under normality.
THRESHOLD = 3.5
MAD_TO_SD = 1.4826
NEIGHBOURS = 13  # periods of the same place in the cycle, the one itself in the middle
MIN_PERIODS = 26  # of the same place in the cycle, before a series can be called unusual
MIN_DEVIATION = 0.05  # of the expected level; keeps a nearly constant series from being anomalous by pennies

COLUMNS = ["period_on", "actual", "expected", "lower", "upper", "score", "direction", "status"]


def anomaly_rows(panel: SeriesPanel) -> pd.DataFrame:
    """Return one row per series and period.

    `direction` names the unusual ones, and the status says where none could be.
    """
    starts, grain = panel.span.starts(), panel.span.grain
    sizes = np.array([history.size for history in panel.histories], dtype=np.int64)
    number = np.repeat(np.arange(len(sizes)), sizes)
    period_on = pd.Series(np.concatenate([starts[len(starts) - size :] for size in sizes] or [starts[:0]]))
    actual, series = (
        pd.Series(np.concatenate([*panel.histories, np.empty(0)])),
        pd.Series(number.astype(str), dtype=object),
    )
    rows = pd.DataFrame(judged(actual, series, same_place(series, period_on, grain))).assign(
        period_on=period_on, actual=actual
    )
    regular = is_regular(actual != 0, series, grain)
    is_long = series.groupby(series).transform("size") >= MIN_PERIODS * grain.cycle
    unusual = np.select([rows["score"] > THRESHOLD, rows["score"] < -THRESHOLD], ["above", "below"], "")
    rows["direction"] = pd.Series(unusual, dtype=object).where(regular & (unusual != ""), None)
    rows["status"] = np.select([regular, is_long], ["judged", "mostly_zero"], "too_little_history")
    rows[["expected", "lower", "upper", "score"]] = rows[["expected", "lower", "upper", "score"]].where(
        regular
    )
    named = panel.names.iloc[number].reset_index(drop=True).join(rows[COLUMNS])
    missing = panel.names[sizes == 0].assign(
        period_on=pd.Timestamp(panel.span.last),
        status=np.where(panel.is_kept, "too_little_history", "too_many_series")[sizes == 0],
    )
    both = [frame for frame in (named, missing.reindex(columns=named.columns)) if not frame.empty] or [named]
    table: pd.DataFrame = pd.concat(both, ignore_index=True).sort_values(
        [*panel.names.columns, "period_on"], ignore_index=True
    )
    text = table["direction"].astype(object)
    return table.assign(
        period_on=grain.names_of(pd.DatetimeIndex(table["period_on"])),
        direction=text.where(text.notna(), None),
    )


def same_place(series: pd.Series[str], period_on: pd.Series[pd.Timestamp], grain: Grain) -> pd.Series[str]:
    """Return a group of comparable periods: of one series, for days the weekday, for hours the hour."""
    place = period_on.dt.dayofweek * 24 + period_on.dt.hour if grain.is_of_hours else period_on.dt.dayofweek
    return series + "/" + (place % grain.cycle).astype(str)


def is_regular(is_active: pd.Series[bool], series: pd.Series[str], grain: Grain) -> pd.Series[bool]:
    """Return whether a period's series is long enough, and active in most periods."""
    by = is_active.groupby(series)
    return (by.transform("size") >= MIN_PERIODS * grain.cycle) & (
        by.transform("mean") * INTERMITTENT_INTERVAL >= 1
    )


def judged(
    values: pd.Series[float], series: pd.Series[str], alike: pd.Series[str]
) -> dict[str, pd.Series[float]]:
    """Return the expected value, the usual range, the score and the deviation of each period.

    Args:
        values: by series and period, without gaps.
        alike: as `same_place` returns it.
    """
    expected = usual(values, alike)
    deviation = values - expected
    below, above = (
        _spread(deviation.where(side), expected, series) for side in (deviation <= 0, deviation >= 0)
    )
    spread = above.where(deviation > 0, below)
    score = (deviation / spread.where(spread > 0)).fillna(0.0)
    lower, upper = expected - THRESHOLD * below, expected + THRESHOLD * above
    return {"expected": expected, "lower": lower, "upper": upper, "score": score, "deviation": deviation}


def usual(values: pd.Series[float], alike: pd.Series[str]) -> pd.Series[float]:
    """Return the median of the periods around each one, among those that are alike."""
    medians = values.groupby(alike, sort=False).rolling(NEIGHBOURS, center=True, min_periods=1).median()
    return medians.reset_index(level=0, drop=True).reindex(values.index)


def _spread(deviation: pd.Series[float], expected: pd.Series[float], by: pd.Series[str]) -> pd.Series[float]:
    """Return the standard deviation of one side of the series from its median, for skewed values.

    Source:
        Rosenmai (2013), "Using the median absolute deviation to find outliers" (the double MAD).
    """
    spread = MAD_TO_SD * deviation.abs().groupby(by).transform("median")
    return spread.clip(lower=MIN_DEVIATION * expected.abs().groupby(by).transform("median"))
