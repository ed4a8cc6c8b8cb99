"""One autoregression over all series of a panel, adjusted to each series by the amount of its data.

A series alone is too short for hundreds of lags; together, hourly or weekly series show the same shapes again
and again.
On M4's series it is the best single member here.

Source:
    Montero-Manso & Hyndman (2021), "Principles and algorithms for forecasting groups of time series: locality
    and globality".
    Each series' own coefficients are the ridge estimate around the panel's: a normal prior with the panel's
    mean.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from headgate.analytics.forecast_errors import naive_scale
from headgate.analytics.seasons import discernible, is_short

Array = npt.NDArray[np.float64]

MIN_SERIES = 10  # below it there is no panel to learn from
MAX_CYCLES = 2  # of the longest season, as lags
SHARE_OF_LAGS = 3  # histories are at least this many times longer than the lags
# Chosen on M4's earlier windows, where a third or three times as much changed the error of M4 by less than
# 0.02.
PANEL_RIDGE = 1e-3  # of the mean variance of a lag
OWN_RIDGE = 0.3  # likewise; how strongly a series is shrunk towards the panel's coefficients


@dataclass(frozen=True)
class AutoregressionInput:
    """The input of the autoregression: `lags` values, less the mean of the last `level` of them."""

    lags: int
    level: int
    season: int
    horizon: int


@dataclass(frozen=True)
class Moments:
    """One series' least-squares sums over all its windows, in units of its own seasonal naive error `scale`.

    Attributes:
        outer: sum of squares of what followed.
        naive: the same of what the better of two naive methods left of it: the last value repeated, and the
            last season.
    """

    inner: Array
    cross: Array
    outer: float
    naive: float
    windows: int
    scale: float


@dataclass(frozen=True)
class SeriesVotes:
    """The panel's votes on one series.

    Attributes:
        ahead: shape (votes, steps); NaN for nothing.
        left: the error inside the history over that of the better naive method, as root mean squares; NaN for
            nothing.
    """

    ahead: Array
    left: float


@dataclass(frozen=True)
class PanelVotes:
    """The panel's votes on all series; see `SeriesVotes`.

    Attributes:
        ahead: shape (votes, series, steps).
        left: shape (series,).
    """

    ahead: Array
    left: Array

    def of(self, number: int) -> SeriesVotes:
        """Return the votes of one series, by its place in the panel."""
        return SeriesVotes(self.ahead[:, number], float(self.left[number]))


def pooled_votes(histories: tuple[Array, ...], horizon: int, season_lengths: tuple[int, ...]) -> PanelVotes:
    """Return forecasts of each series, of its values and of their logarithms, for every shape.

    NaN where there is nothing to say: a panel of few or short series, a short series in it, the logarithm of
    what is not positive.
    """
    shapes = _shapes(histories, horizon, season_lengths)
    if not shapes:
        return PanelVotes(np.full((2, len(histories), horizon), np.nan), np.full(len(histories), np.nan))
    logs = tuple(
        np.log(history) if history.size and history.min() > 0 else np.empty(0) for history in histories
    )
    groups = _nearest_rules(histories, _seasons(histories, season_lengths))
    forecasts = [(_forecast(histories, groups, shape), _forecast(logs, groups, shape)) for shape in shapes]
    ahead = np.stack(
        [vote for of_values, of_logs in forecasts for vote in (of_values.ahead, np.exp(of_logs.ahead))]
    )
    return PanelVotes(ahead, np.fmin.reduce([of_values.left for of_values, _ in forecasts]))


def _shapes(
    histories: tuple[Array, ...], horizon: int, season_lengths: tuple[int, ...]
) -> tuple[AutoregressionInput, ...]:
    """Return a shape by the level of a whole season, and for long seasons one by the latest level.

    None where all seasons are short: each series alone shows those often enough, and the panel made their
    forecasts worse (ADR 40).
    """
    seasons = _seasons(histories, season_lengths)
    if len(histories) < MIN_SERIES or not seasons or is_short(seasons):
        return ()
    usual = _usual_size(histories)
    cycles = min(usual // (SHARE_OF_LAGS * seasons[-1]), MAX_CYCLES)
    levels = sorted({min(seasons[0], horizon), seasons[0]})
    return tuple(AutoregressionInput(cycles * seasons[-1], level, seasons[0], horizon) for level in levels)


def _seasons(histories: tuple[Array, ...], season_lengths: tuple[int, ...]) -> tuple[int, ...]:
    """Return the seasons that the usual series of the panel shows often enough to be lags."""
    usual = _usual_size(histories)
    return tuple(season for season in discernible(usual, season_lengths) if usual >= SHARE_OF_LAGS * season)


def _usual_size(histories: tuple[Array, ...]) -> int:
    return int(np.median([history.size for history in histories])) if histories else 0


def _nearest_rules(histories: tuple[Array, ...], seasons: tuple[int, ...]) -> Array:
    """Return for each series the lag whose value is nearest inside the history: one period, or a season.

    Series of one kind learn from each other: hours of a day that repeats, and hours of a week that does.
    """
    scales = [[naive_scale(history, lag) for lag in (1, *seasons)] for history in histories]
    nearest = np.argmin(np.nan_to_num(scales, nan=np.inf), axis=1)
    return np.asarray(np.array([1, *seasons], dtype=float)[nearest], dtype=np.float64)


@dataclass(frozen=True)
class _PooledForecast:
    """One autoregression's forecasts, shape (series, steps), and the error it leaves of each series."""

    ahead: Array
    left: Array


def _forecast(histories: tuple[Array, ...], groups: Array, shape: AutoregressionInput) -> _PooledForecast:
    """Forecast each series by the coefficients of its group; of a group of few series by those of all."""
    moments = [_moments(history, shape) for history in histories]
    usable = [each for each in moments if each]
    if len(usable) < MIN_SERIES:
        return _PooledForecast(
            np.full((len(histories), shape.horizon), np.nan), np.full(len(histories), np.nan)
        )
    everything, panels = _coefficients(usable), {}
    for group in np.unique(groups):
        alike = [each for each, own in zip(moments, groups, strict=True) if each and own == group]
        panels[group] = _coefficients(alike) if len(alike) >= MIN_SERIES else everything
    applied = [
        _apply(history, each, panels[group], shape)
        for history, each, group in zip(histories, moments, groups, strict=True)
    ]
    return _PooledForecast(np.stack([ahead for ahead, _ in applied]), np.array([left for _, left in applied]))


def _coefficients(moments: list[Moments]) -> Array:
    """Return the coefficients that all series share; each counts alike."""
    inner = np.add.reduce([each.inner / each.windows for each in moments])
    cross = np.add.reduce([each.cross / each.windows for each in moments])
    return _solve(inner, cross, PANEL_RIDGE)


def _moments(history: Array, shape: AutoregressionInput) -> Moments | None:
    """Return the moments; None for a series that is too short, or does not move."""
    if history.size < shape.lags + shape.horizon:
        return None
    scale = naive_scale(history, shape.season)
    if not scale > 0:
        return None
    windows = sliding_window_view(history / scale, shape.lags + shape.horizon)
    centred = windows - windows[:, shape.lags - shape.level : shape.lags].mean(axis=1, keepdims=True)
    past, future = centred[:, : shape.lags], centred[:, shape.lags :]
    season = past[:, -shape.season :][:, np.arange(shape.horizon) % shape.season]
    naive = min(float(((future - plain) ** 2).sum()) for plain in (past[:, -1:], season))
    return Moments(past.T @ past, past.T @ future, float((future**2).sum()), naive, len(windows), scale)


def _apply(
    history: Array, moments: Moments | None, panel: Array, shape: AutoregressionInput
) -> tuple[Array, float]:
    """Return the forecast of one series, and the error that is left inside its history over the naive one."""
    if moments is None:
        return np.full(shape.horizon, np.nan), float("nan")
    own = panel + _solve(moments.inner, moments.cross - moments.inner @ panel, OWN_RIDGE)
    last = history[-shape.lags :] / moments.scale
    level = last[-shape.level :].mean()
    ahead = ((last - level) @ own + level) * moments.scale
    left = moments.outer - 2 * float((own * moments.cross).sum()) + float((own * (moments.inner @ own)).sum())
    bounded = np.clip(ahead, history.min() - np.ptp(history), history.max() + np.ptp(history))
    return np.asarray(bounded, dtype=float), float(
        np.sqrt(max(left, 0.0) / moments.naive)
    ) if moments.naive > 0 else float("nan")


def _solve(inner: Array, cross: Array, ridge: float) -> Array:
    """Return the ridge coefficients; the ridge is in units of the mean variance of a lag."""
    size = len(inner)
    return np.asarray(
        np.linalg.solve(inner + ridge * np.trace(inner) / size * np.eye(size), cross), dtype=float
    )
