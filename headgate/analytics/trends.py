"""Where a series goes, when it went over to another level, and whether that is more than noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from headgate.analytics.changes import LevelChange, changes
from headgate.analytics.seasons import discernible, seasonal_parts
from headgate.analytics.steady_seasons import steady_seasons
from headgate.contracts.analytics_blocks import column_names

if TYPE_CHECKING:
    from headgate.analytics.periods import Grain
    from headgate.analytics.series import SeriesPanel

Array = npt.NDArray[np.float64]

# Mann-Kendall's normal approximation; below it no trend is called. A level lasts as long: fewer look like
# chance.
MIN_PERIODS = 8
# That a level lasts, where a cycle is more than a period: two weeks beside others are an event, no level.
MIN_CYCLES = 4
TREND_P = 0.05
UNKNOWN_DIRECTION = "unknown"
_MOSTLY = 0.5  # of the cycles
COLUMNS = column_names("trend")


def trend_rows(panel: SeriesPanel) -> pd.DataFrame:
    """Return one row per series.

    One that is too short, or not among the largest, has a status that says so and no trend.
    """
    starts, grain = panel.span.starts(), panel.span.grain
    rows: list[dict[str, object]] = []
    for history, is_kept in zip(panel.histories, panel.is_kept, strict=True):
        if history.size < MIN_PERIODS * grain.in_a_day:
            rows.append(
                {
                    "periods": history.size,
                    "changes": 0,
                    "status": "too_little_history" if is_kept else "too_many_series",
                }
            )
            continue
        steps = level_changes(history, grain)
        last = (
            {
                "change_on": grain.name_of(starts[-history.size :][steps[-1]["at"]]),
                "change_p_value": steps[-1]["p_value"],
            }
            if steps
            else {}
        )
        share = {"change_share": steps[-1]["change_share"]} if steps else {}
        rows.append(
            {**trend_of(history, grain), **last, **share, "changes": len(steps), "status": "measured"}
        )
    made = pd.DataFrame(rows, columns=COLUMNS).assign(grain=grain.name)
    texts = {
        name: made[name].astype(object).where(made[name].notna(), None) for name in ("direction", "change_on")
    }
    return panel.names.reset_index(drop=True).join(made.assign(**texts))


def trend_of(values: Array, grain: Grain) -> dict[str, object]:
    """Return the trend of a series by the names of COLUMNS, without its changes of level."""
    days = _by_day(values, grain)
    slope, p_of_slope = _slope(days)
    slope /= grain.in_a_day
    direction, p_value = _direction(days, grain, slope, p_of_slope)
    return {
        "periods": values.size,
        "recent_mean": float(values[-grain.quarter :].mean()),
        "slope_per_period": slope,
        "slope_share": _ratio(slope, abs(float(values.mean()))),
        "direction": direction,
        "p_value": p_value,
        "quarter_growth": growth(values, grain.quarter, grain.quarter),
        "yearly_growth": growth(values, grain.quarter, grain.year),
        **_strengths(values, grain),
    }


def growth(values: Array, quarter: int, lag: int) -> float:
    """Return the last quarter over the quarter `lag` periods before it, less one.

    NaN where there is none or it is zero.
    """
    if values.size < lag + quarter:
        return float("nan")
    before = float(values[values.size - lag - quarter : values.size - lag].sum())
    return _ratio(float(values[-quarter:].sum()) - before, before)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def _slope(values: Array) -> tuple[float, float]:
    """Return the Theil-Sen slope, and the p-value of Mann-Kendall's test that there is none.

    Source:
        Sen (1968), "Estimates of the regression coefficient based on Kendall's tau"; Mann (1945),
        "Nonparametric tests against trend".
    """
    numbers = np.arange(values.size)
    if values.size < MIN_PERIODS or np.ptp(values) == 0:
        return 0.0, 1.0
    return float(stats.theilslopes(values, numbers).slope), float(stats.kendalltau(numbers, values).pvalue)


def _direction(days: Array, grain: Grain, slope: float, p_of_slope: float) -> tuple[str, float]:
    """Return the direction that the season does not explain, and the p-value of the test that there is none.

    A straight line through less than two years is season as much as trend. There the periods of which last
    year is known are compared with it, and without enough of them no direction is known.
    """
    year = grain.year // grain.in_a_day
    if days.size >= 2 * year:
        return _called(slope, p_of_slope), p_of_slope
    change, p_value = _change_in_a_year(days, year, max(grain.cycle // grain.in_a_day, 1))
    if np.isnan(change):
        return UNKNOWN_DIRECTION, p_of_slope
    return _called(change, p_value), p_value


def _called(change: float, p_value: float) -> str:
    if p_value >= TREND_P or change == 0:
        return "flat"
    return "rising" if change > 0 else "falling"


def _change_in_a_year(values: Array, year: int, cycle: int) -> tuple[float, float]:
    """Return the median change of complete cycles since a year ago, and its p-value; NaN for few cycles.

    Cycles are compared, because days follow each other. A change is the logarithm of the ratio in a series
    that is mostly positive, else the difference.

    Source:
        Wilcoxon (1945), "Individual Comparisons by Ranking Methods".
    """
    cycles = values[values.size % cycle :].reshape(-1, cycle).sum(axis=1)
    before, now = cycles[: -(year // cycle)], cycles[year // cycle :]
    if (cycles > 0).mean() > _MOSTLY:
        both = (before > 0) & (now > 0)
        changes_of_cycles = np.log(now[both] / before[both])
    else:
        changes_of_cycles = now - before
    if changes_of_cycles.size < MIN_PERIODS:
        return float("nan"), float("nan")
    p_value = float(stats.wilcoxon(changes_of_cycles).pvalue) if changes_of_cycles.any() else 1.0
    return float(np.median(changes_of_cycles)), p_value


def _strengths(values: Array, grain: Grain) -> dict[str, float]:
    """Return the strengths of trend and seasons; NaN below two whole years."""
    seasons = discernible(values.size, grain.season_lengths) if values.size > 2 * grain.year else ()
    if not seasons or np.ptp(values) == 0:
        return {"trend_strength": float("nan"), "seasonal_strength": float("nan")}
    parts = seasonal_parts(values, seasons)
    return {"trend_strength": parts.trend_strength, "seasonal_strength": parts.seasonal_strength}


def level_changes(values: Array, grain: Grain) -> list[dict[str, Any]]:
    """Return the changes of level, oldest first: the place `at` of the new level, both means and lengths."""
    skipped, factor = values.size % grain.in_a_day, grain.in_a_day
    cut = changes(_without_seasons(_by_day(values, grain), grain), _least(grain))
    places = [
        (skipped + change.begins * factor, skipped + change.at * factor, skipped + change.ends * factor)
        for change in cut
    ]
    return [
        _description_of(LevelChange(*place, change.p_value), values)
        for place, change in zip(places, cut, strict=True)
    ]


def _by_day(values: Array, grain: Grain) -> Array:
    """Return the means of the last whole days of hours; the values themselves of longer periods."""
    return (
        values
        if grain.in_a_day == 1
        else values[values.size % grain.in_a_day :].reshape(-1, grain.in_a_day).mean(axis=1)
    )


def _description_of(change: LevelChange, values: Array) -> dict[str, Any]:
    before, after = values[change.begins : change.at], values[change.at : change.ends]
    was, now = float(before.mean()), float(after.mean())
    return {
        "at": change.at,
        "periods_before": before.size,
        "periods_after": after.size,
        "before": was,
        "after": now,
        "change_share": now / was - 1 if was > 0 else float("nan"),
        "p_value": change.p_value,
    }


def _without_seasons(values: Array, grain: Grain) -> Array:
    """Return the history less the seasons that it shows twice; a year's end is no new level."""
    seasons = discernible(values.size, tuple(length // grain.in_a_day for length in grain.season_lengths))
    return values - steady_seasons(values, seasons, _least(grain)) if seasons else values


def _least(grain: Grain) -> int:
    return max(MIN_PERIODS, MIN_CYCLES * grain.cycle // grain.in_a_day)
