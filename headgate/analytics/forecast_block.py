"""The rows of a declared forecast: values ahead with intervals, and errors at earlier origins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headgate.analytics import naive_rules
from headgate.analytics.forecasting import LEVELS, Backtest, Origin, SeriesHistories, bounded
from headgate.analytics.point_forecasts import MIN_MODELLED
from headgate.analytics.published_forecast import (
    PublishedForecast,
    interval_offsets,
    is_untested,
    never_certain,
    past_bounds,
    published_forecast,
)
from headgate.analytics.seasons import mean_cycle
from headgate.engines import LOCAL, Engine

if TYPE_CHECKING:
    import numpy.typing as npt

    from headgate.analytics.periods import Grain
    from headgate.analytics.series import SeriesPanel

    Array = npt.NDArray[np.float64]

LAST_CYCLE = "last_cycle"  # the naive rule of days and hours: the same ones of the last week
LAST_DAY = "last_day"  # the same hours of the last day
MEAN_WEEK = "mean_week"  # of hours: their mean over some weeks, at the level of the last one
FORECAST = ["mean", "lower_80", "upper_80", "lower_95", "upper_95", "naive", "model"]
TESTED = ["past_windows", "past_error", "past_error_naive", "covered_80", "covered_95"]
COLUMNS = ["period_on", "step", *FORECAST, "status", "history_periods", *TESTED]


def forecast_rows(panel: SeriesPanel, horizon: int, engine: Engine = LOCAL) -> pd.DataFrame:
    """Return one row per series and period ahead.

    A series without a forecast has one row with the reason as its status.
    """
    grain, sizes = panel.span.grain, np.array([history.size for history in panel.histories], dtype=np.int64)
    modelled = np.flatnonzero(sizes >= MIN_MODELLED)
    histories = tuple(panel.histories[number][-grain.remembered :] for number in modelled)
    by = [*panel.names.columns]
    refused = panel.names[sizes < MIN_MODELLED].assign(
        period_on=grain.names_of(panel.span.ahead(1))[0],
        step=1,
        status=np.where(panel.is_kept, "too_little_history", "too_many_series")[sizes < MIN_MODELLED],
        history_periods=sizes[sizes < MIN_MODELLED],
        past_windows=0,
    )
    frames = [refused.reindex(columns=[*by, *COLUMNS])]
    if histories:
        forecast = _unbeaten(
            published_forecast(SeriesHistories(histories), grain, horizon, engine=engine), grain
        )
        series = (
            panel.names.iloc[modelled]
            .assign(history_periods=sizes[modelled])
            .reset_index(drop=True)
            .join(_tests(forecast, grain))
        )
        ahead = (
            series.loc[series.index.repeat(horizon)]
            .reset_index(drop=True)
            .assign(
                period_on=np.tile(grain.names_of(panel.span.ahead(horizon)), len(series)),
                step=np.tile(np.arange(1, horizon + 1), len(series)),
            )
        )
        frames.append(ahead.join(_values(forecast, grain))[[*by, *COLUMNS]])
    rows = pd.concat([frame for frame in frames if not frame.empty] or frames, ignore_index=True)
    text = rows["model"].astype(object)
    return rows.assign(model=text.where(text.notna(), None)).sort_values(
        [*by, "period_on"], ignore_index=True
    )


def _repeated(history: Array, horizon: int, periods: int) -> Array:
    last = history[-periods:]
    return np.resize(last, horizon) if last.size else np.zeros(horizon)


def _unbeaten(forecast: PublishedForecast, grain: Grain) -> PublishedForecast:
    """Return the forecast, with a naive rule for each series where it was better at earlier origins.

    A rule that could not forecast at an origin has the published method's error there.
    """
    origins, actuals = forecast.past.origins, forecast.past.actuals
    if not origins or forecast.offered is None:
        return forecast
    rules = {name: (forecast.offered.means[name], forecast.rules[name]) for name in naive_rules.RULES}
    cycles = {LAST_CYCLE: grain.cycle, LAST_DAY: grain.in_a_day}
    for name, periods in ((name, periods) for name, periods in cycles.items() if periods > 1):
        rules[name] = _naive(forecast.now, periods), np.stack([_naive(origin, periods) for origin in origins])
    if grain.is_of_hours:
        rules[MEAN_WEEK] = (
            _mean_weeks(forecast.now, grain),
            np.stack([_mean_weeks(origin, grain) for origin in origins]),
        )
    published = np.stack([origin.means for origin in origins])
    is_tested = _is_tested(forecast.past)
    errors = [_errors(actuals, published, is_tested)]
    for now, past in rules.values():
        complete = np.where(np.isfinite(past).all(axis=2, keepdims=True), past, published)
        errors.append(np.where(np.isfinite(now).all(axis=1), _errors(actuals, complete, is_tested), np.inf))
    best = np.argmin(np.nan_to_num(np.stack(errors), nan=np.inf), axis=0)
    moved = [
        _with_rule(origin, best, {name: past[number] for name, (_, past) in rules.items()})
        for number, origin in enumerate(origins)
    ]
    return replace(
        forecast,
        now=_with_rule(forecast.now, best, {name: now for name, (now, _) in rules.items()}),
        past=Backtest(tuple(moved), actuals),
    )


def _naive(origin: Origin, periods: int) -> Array:
    """Return the last periods of every series repeated from an origin; shape (series, steps)."""
    return np.stack([_repeated(history, origin.means.shape[1], periods) for history in origin.histories])


def _mean_weeks(origin: Origin, grain: Grain) -> Array:
    """Return the mean week of every series, repeated from an origin."""
    horizon = origin.means.shape[1]
    return np.stack(
        [_repeated(mean_cycle(history, grain.cycle), horizon, grain.cycle) for history in origin.histories]
    )


def _with_rule(origin: Origin, best: npt.NDArray[np.int64], rules: dict[str, Array]) -> Origin:
    """Return an origin with the forecasts of the best rule of each series."""
    own, models, names = origin.means.copy(), [*origin.models], [*rules]
    for place, number in enumerate(best):
        if number and np.isfinite(means := rules[names[number - 1]][place]).all():
            own[place], models[place] = means, names[number - 1]
    return replace(origin, means=own, models=tuple(models))


def _is_tested(past: Backtest) -> npt.NDArray[np.bool_]:
    """Return whether a series had a history worth modelling at each origin; shape (origins, series)."""
    return np.array(
        [[history.size >= MIN_MODELLED for history in origin.histories] for origin in past.origins],
        dtype=bool,
    )


def _errors(actuals: Array, means: Array, is_tested: npt.NDArray[np.bool_]) -> Array:
    """Return the mean absolute error of each series over the origins that tested it; NaN without one."""
    return _mean_of_tested(np.abs(actuals - means).mean(axis=2), is_tested)


def _mean_of_tested(figures: Array, is_tested: npt.NDArray[np.bool_]) -> Array:
    windows, sums = is_tested.sum(axis=0), np.where(is_tested, figures, 0.0).sum(axis=0)
    return np.asarray(
        np.divide(sums, windows, out=np.full(sums.shape, np.nan), where=windows > 0), dtype=np.float64
    )


def _values(forecast: PublishedForecast, grain: Grain) -> pd.DataFrame:
    """Return the columns of FORECAST, one row per series and step.

    No interval of a series that lives has width zero.
    """
    now, horizon = forecast.now, forecast.now.means.shape[1]
    offsets = never_certain(interval_offsets(now, forecast.past), now)
    values = {"mean": now.means}
    for level, (lower, upper) in bounded(now, offsets).items():
        values |= {f"lower_{level}": lower, f"upper_{level}": upper}
    values["naive"] = _naive(now, grain.cycle)
    return pd.DataFrame(
        {name: array.ravel() for name, array in values.items()}
        | {"model": np.repeat(np.array(now.models), horizon)}
    )


def _tests(forecast: PublishedForecast, grain: Grain) -> pd.DataFrame:
    """Return the columns of TESTED and the status, one row per series."""
    past, series = forecast.past, len(forecast.now.histories)
    if not past.origins:
        return pd.DataFrame({"status": ["untested"] * series, "past_windows": 0}).reindex(
            columns=["status", *TESTED]
        )
    is_tested = _is_tested(past)
    columns = {
        "status": np.where(is_untested(forecast.now, past), "untested", "tested"),
        "past_windows": is_tested.sum(axis=0),
        "past_error": _errors(past.actuals, np.stack([origin.means for origin in past.origins]), is_tested),
        "past_error_naive": _errors(
            past.actuals, np.stack([_naive(origin, grain.cycle) for origin in past.origins]), is_tested
        ),
    }
    bounds = past_bounds(past)
    for level in LEVELS:
        inside = [
            ((of[level][0] <= actual) & (actual <= of[level][1])).mean(axis=1)
            for actual, of in zip(past.actuals, bounds, strict=True)
        ]
        columns[f"covered_{level}"] = _mean_of_tested(np.stack(inside), is_tested)
    return pd.DataFrame(columns)
