"""What a panel knows together: one autoregression over all its series, then drawn to each series as far as that one has data.

A series alone is too short for hundreds of lags; together, hourly or weekly series show the same shapes again and again.
On M4's series it is the best single member here.

Source:
    Montero-Manso & Hyndman (2021), "Principles and algorithms for forecasting groups of time series: locality and globality".
    Each series' own coefficients are the ridge estimate around the panel's: a normal prior with the panel's mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from headgate.analytics.market_intelligence_hub.accuracy import naive_scale
from headgate.analytics.market_intelligence_hub.seasons import discernible

Array = npt.NDArray[np.float64]

MIN_SERIES = 10  # below it there is no panel to learn from
MAX_CYCLES = 2  # of the longest season, as lags
SHARE_OF_LAGS = 3  # histories are at least this many times longer than the lags
# Chosen on M4's earlier windows, where a third or three times as much changed OWA by less than 0.02.
PANEL_RIDGE = 1e-3  # of the mean variance of a lag
OWN_RIDGE = 0.3  # likewise; how hard a series is held to the panel's coefficients


@dataclass(frozen=True)
class Shape:
    """What the autoregression looks at: `lags` values, less the mean of the last `level` of them."""

    lags: int
    level: int
    season: int
    horizon: int


@dataclass(frozen=True)
class Moments:
    """One series' least-squares sums over all its windows, in units of its own seasonal naive error `scale`."""

    inner: Array
    cross: Array
    windows: int
    scale: float


def pooled_votes(histories: tuple[Array, ...], horizon: int, season_lengths: tuple[int, ...]) -> Array:
    """Forecasts of each series, of its values and of their logarithms, for every shape; shape (votes, series, steps).

    NaN where there is nothing to say: a panel of few or short series, a short series in it, the logarithm of what is not positive.
    """
    shapes = _shapes(histories, horizon, season_lengths)
    if not shapes:
        return np.full((2, len(histories), horizon), np.nan)
    logs = tuple(np.log(history) if history.size and history.min() > 0 else np.empty(0) for history in histories)
    return np.stack([vote for shape in shapes for vote in (_forecast(histories, shape), np.exp(_forecast(logs, shape)))])


def _shapes(histories: tuple[Array, ...], horizon: int, season_lengths: tuple[int, ...]) -> tuple[Shape, ...]:
    """One by the level of a whole season and, where that is longer than what is forecast, one by the level of late."""
    if len(histories) < MIN_SERIES:
        return ()
    usual = int(np.median([history.size for history in histories]))
    seasons = [season for season in discernible(usual, season_lengths) if usual >= SHARE_OF_LAGS * season]
    if not seasons:
        return ()
    cycles = min(usual // (SHARE_OF_LAGS * seasons[-1]), MAX_CYCLES)
    levels = sorted({min(seasons[0], horizon), seasons[0]})
    return tuple(Shape(cycles * seasons[-1], level, seasons[0], horizon) for level in levels)


def _forecast(histories: tuple[Array, ...], shape: Shape) -> Array:
    moments = [_moments(history, shape) for history in histories]
    known = [each for each in moments if each]
    if len(known) < MIN_SERIES:
        return np.full((len(histories), shape.horizon), np.nan)
    inner = np.add.reduce([each.inner / each.windows for each in known])
    cross = np.add.reduce([each.cross / each.windows for each in known])
    panel = _solve(inner, cross, PANEL_RIDGE)
    ahead = [_apply(history, each, panel, shape) for history, each in zip(histories, moments, strict=True)]
    return np.stack(ahead)


def _moments(history: Array, shape: Shape) -> Moments | None:
    """None for a series that is too short, or does not move."""
    if history.size < shape.lags + shape.horizon:
        return None
    scale = naive_scale(history, shape.season)
    if not scale > 0:
        return None
    windows = sliding_window_view(history / scale, shape.lags + shape.horizon)
    centred = windows - windows[:, shape.lags - shape.level : shape.lags].mean(axis=1, keepdims=True)
    past, future = centred[:, : shape.lags], centred[:, shape.lags :]
    return Moments(past.T @ past, past.T @ future, len(windows), scale)


def _apply(history: Array, moments: Moments | None, panel: Array, shape: Shape) -> Array:
    if moments is None:
        return np.full(shape.horizon, np.nan)
    own = panel + _solve(moments.inner, moments.cross - moments.inner @ panel, OWN_RIDGE)
    last = history[-shape.lags :] / moments.scale
    level = last[-shape.level :].mean()
    ahead = ((last - level) @ own + level) * moments.scale
    return np.asarray(np.clip(ahead, history.min() - np.ptp(history), history.max() + np.ptp(history)), dtype=float)


def _solve(inner: Array, cross: Array, ridge: float) -> Array:
    """Ridge coefficients from least-squares sums, with the ridge in units of the mean variance of a lag."""
    size = len(inner)
    return np.asarray(np.linalg.solve(inner + ridge * np.trace(inner) / size * np.eye(size), cross), dtype=float)
