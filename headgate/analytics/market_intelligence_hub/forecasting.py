"""Forecast a panel of series and say how sure that is. Knows nothing of sales: the hub and the M4 benchmark both call it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.analytics.market_intelligence_hub.accuracy import naive_scale
from headgate.analytics.market_intelligence_hub.conformal import Bounds, PastErrors, offsets
from headgate.analytics.market_intelligence_hub.members import MIN_MODELLED, point_forecast
from headgate.analytics.market_intelligence_hub.pooled import pooled_votes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Array = npt.NDArray[np.float64]
Adjustment: TypeAlias = "Callable[[Array, Array], Array]"

LEVELS = (80, 95)


@dataclass(frozen=True)
class Origin:
    """What a forecaster knew and said at one point in time.

    Attributes:
        histories: each series up to the origin, oldest first.
        means: shape (series, steps).
        models: the method that forecast each series.
        spread: shape (series,); one-step naive error inside each history, 0 where there is none.
    """

    histories: tuple[Array, ...]
    means: Array
    models: tuple[str, ...]
    spread: Array


@dataclass(frozen=True)
class Backtest:
    """Rolling origins, newest first, each with what then happened: `actuals` has shape (windows, series, steps)."""

    origins: tuple[Origin, ...]
    actuals: Array

    @property
    def past(self) -> PastErrors:
        """The errors made, NaN for series that had too short a history at an origin."""
        steps = self.actuals.shape[1:]
        means = np.stack([origin.means for origin in self.origins]) if self.origins else np.empty((0, *steps))
        spread = np.stack([origin.spread for origin in self.origins]) if self.origins else np.empty((0, steps[0]))
        told = np.array([[history.size >= MIN_MODELLED for history in origin.histories] for origin in self.origins], dtype=bool)
        errors = np.where(told.reshape(*spread.shape, 1), self.actuals - means, np.nan)
        return PastErrors(errors, spread)


def forecast(
    series: pd.DataFrame, horizon: int, season_lengths: tuple[int, ...] = (), levels: Sequence[int] = LEVELS, *, windows: int = 2
) -> pd.DataFrame:
    """Means and intervals for the next `horizon` steps of every series.

    Args:
        series: columns unique_id, ds, y; any order, no gaps.
        season_lengths: seasons to look for, in steps.
        levels: interval levels in percent.
        windows: earlier origins, one horizon apart, whose errors the intervals come from.

    Returns:
        Grain unique_id by step (1-based), in that order: mean, lower_<level> and upper_<level>, model.
    """
    grouped = series.sort_values(["unique_id", "ds"]).groupby("unique_id", sort=True)["y"]
    histories = tuple(group.to_numpy(dtype=float) for _, group in grouped)
    now = look_ahead(histories, horizon, season_lengths)
    past = backtest(histories, horizon, season_lengths, windows=windows, step=horizon).past
    return _long([str(name) for name, _ in grouped], now, offsets(past, now.spread, levels))


def look_ahead(histories: tuple[Array, ...], horizon: int, season_lengths: tuple[int, ...], adjust: Adjustment | None = None) -> Origin:
    """Forecast every series from the end of its history.

    Args:
        adjust: maps means and spread of the whole panel to better means, such as ones that add up.
    """
    votes = pooled_votes(histories, horizon, season_lengths)
    points = [point_forecast(history, horizon, season_lengths, votes[:, number]) for number, history in enumerate(histories)]
    means = np.stack([point.mean for point in points]) if points else np.empty((0, horizon))
    spread = np.array([np.nan_to_num(naive_scale(history)) for history in histories], dtype=float)
    adjusted = adjust(means, spread) if adjust else means
    return Origin(histories, adjusted, tuple(point.model for point in points), spread)


def backtest(
    histories: tuple[Array, ...],
    horizon: int,
    season_lengths: tuple[int, ...],
    *,
    windows: int,
    step: int,
    adjust: Adjustment | None = None,
) -> Backtest:
    """Forecast again from `windows` earlier origins, `step` apart, the newest with exactly `horizon` known values after it.

    Origins from which no series has a history worth modelling are left out.
    """
    longest = max((history.size for history in histories), default=0)
    cuts = [horizon + step * number for number in range(windows) if longest - horizon - step * number >= MIN_MODELLED]
    origins = tuple(look_ahead(tuple(_before(history, cut) for history in histories), horizon, season_lengths, adjust) for cut in cuts)
    actuals = [np.stack([_after(history, cut, horizon) for history in histories]) for cut in cuts]
    return Backtest(origins, np.stack(actuals) if actuals else np.empty((0, len(histories), horizon)))


def _before(history: Array, cut: int) -> Array:
    return history[: max(history.size - cut, 0)]


def _after(history: Array, cut: int, horizon: int) -> Array:
    """The `horizon` values after the cut; a series that had not begun by then had nothing before its first value."""
    padded = np.concatenate([np.zeros(max(cut - history.size, 0)), history])
    start = padded.size - cut
    return padded[start : start + horizon]


def bounded(origin: Origin, bounds: Bounds) -> Bounds:
    """Lower and upper bounds around an origin's means; never below zero for a series that never was."""
    floor = np.array([0.0 if (history >= 0).all() else -np.inf for history in origin.histories], dtype=float)[:, None]
    return {
        level: (np.maximum(origin.means + low, np.minimum(floor, origin.means)), origin.means + high)
        for level, (low, high) in bounds.items()
    }


def _long(names: list[str], origin: Origin, bounds: Bounds) -> pd.DataFrame:
    series, horizon = origin.means.shape
    columns: dict[str, object] = {
        "unique_id": np.repeat(np.array(names, dtype=object), horizon),
        "step": np.tile(np.arange(1, horizon + 1), series),
        "mean": origin.means.ravel(),
    }
    for level, (lower, upper) in bounded(origin, bounds).items():
        columns |= {f"lower_{level}": lower.ravel(), f"upper_{level}": upper.ravel()}
    return pd.DataFrame(columns | {"model": np.repeat(np.array(origin.models, dtype=object), horizon)})
