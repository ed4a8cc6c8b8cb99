"""Forecasts of a panel of series, with prediction intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from headgate.analytics.conformal import Bounds, PastErrors
from headgate.analytics.effects import effects_of, without_events
from headgate.analytics.forecast_errors import naive_scale
from headgate.analytics.point_forecasts import MIN_MODELLED, Ensemble, point_forecast
from headgate.analytics.pooled_autoregression import PanelVotes, pooled_votes
from headgate.analytics.seasons import discernible
from headgate.engines import LOCAL, Engine

Array = npt.NDArray[np.float64]

LEVELS = (80, 95)


POINTS = pa.schema(
    [("origin", pa.int64()), ("number", pa.int64()), ("mean", pa.float64()), ("model", pa.string())]
)


@dataclass(frozen=True)
class Task:
    """Settings of a forecast.

    Attributes:
        horizon: steps ahead.
        season_lengths: seasons to look for, in steps; those without two whole seasons of history are ignored.
        cycle: steps after which one is like another again, to estimate the effect of an event.
    """

    horizon: int
    season_lengths: tuple[int, ...] = ()
    ensemble: Ensemble = Ensemble.MEASURED
    cycle: int = 1


@dataclass(frozen=True)
class SeriesHistories:
    """The histories of all series, and their events.

    Attributes:
        histories: each series, oldest first; the last value of each is of the same period.
        exposure: shape (series, periods, kinds of event), 0..1, with the horizon as its last periods; None
            where nothing is known to come or to have been.
        expected: the effect of each kind of event while no history shows one, as `effects_of` takes it.
        shapes: seasons that other series have, as `level_and_season` takes them.
    """

    histories: tuple[Array, ...]
    exposure: Array | None = None
    expected: Array | None = None
    shapes: Array | None = None

    def before(self, cut: int) -> SeriesHistories:
        """Return the panel as it was `cut` periods ago, with the events already planned then."""
        exposure = self.exposure[:, : self.exposure.shape[1] - cut] if self.exposure is not None else None
        shapes = self.shapes[: len(self.shapes) - cut] if self.shapes is not None else None
        return SeriesHistories(
            tuple(_before(history, cut) for history in self.histories), exposure, self.expected, shapes
        )

    def without_events(self, task: Task) -> tuple[tuple[Array, ...], Array]:
        """Return the histories as they would have been without events, and what to multiply means by.

        Shape (series, steps).
        """
        if self.exposure is None or not self.exposure.any():
            return self.histories, np.ones((len(self.histories), task.horizon))
        past, ahead = self.exposure[:, : -task.horizon], self.exposure[:, -task.horizon :]
        effects = effects_of(self.histories, past, task.cycle, self.expected)
        return without_events(self.histories, past, effects, task.cycle), effects.factors(ahead)


@dataclass(frozen=True)
class Origin:
    """The input and the output of a forecaster at one point in time.

    Attributes:
        histories: each series up to the origin, oldest first.
        means: shape (series, steps).
        models: the method that forecast each series.
        spread: shape (series,); `error_scale` of each history, 0 where there is none.
        doubt: shape (series, steps); standard deviation of the logarithm of what follows, None before it is
            known.
    """

    histories: tuple[Array, ...]
    means: Array
    models: tuple[str, ...]
    spread: Array
    doubt: Array | None = None


@dataclass(frozen=True)
class Backtest:
    """Rolling origins, newest first, and the `actuals` after each, shape (windows, series, steps)."""

    origins: tuple[Origin, ...]
    actuals: Array

    def without(self, number: int) -> Backtest:
        """Return all origins but one."""
        others = (*self.origins[:number], *self.origins[number + 1 :])
        return Backtest(others, np.delete(self.actuals, number, axis=0))

    @property
    def past(self) -> PastErrors:
        """The errors made, NaN for series that had too short a history at an origin."""
        steps = self.actuals.shape[1:]
        means = np.stack([origin.means for origin in self.origins]) if self.origins else np.empty((0, *steps))
        spread = (
            np.stack([origin.spread for origin in self.origins]) if self.origins else np.empty((0, steps[0]))
        )
        is_modelled = np.array(
            [[history.size >= MIN_MODELLED for history in origin.histories] for origin in self.origins],
            dtype=bool,
        )
        errors = np.where(is_modelled.reshape(*spread.shape, 1), self.actuals - means, np.nan)
        return PastErrors(errors, spread)


def backtest(
    panel: SeriesHistories, task: Task, *, cuts: Sequence[int], engine: Engine = LOCAL
) -> tuple[Origin, Backtest]:
    """Return the forecast from the end of every history, and those from earlier origins.

    Args:
        cuts: by how many periods each earlier origin lies before the end, ascending, none less than the
            horizon.
    """
    longest = max((history.size for history in panel.histories), default=0)
    cuts = [cut for cut in cuts if longest - cut >= MIN_MODELLED]
    now, *earlier = _origins([panel.before(cut) for cut in (0, *cuts)], task, engine)
    actuals = [np.stack([_after(history, cut, task.horizon) for history in panel.histories]) for cut in cuts]
    return now, Backtest(
        tuple(earlier), np.stack(actuals) if actuals else np.empty((0, len(panel.histories), task.horizon))
    )


def _origins(panels: list[SeriesHistories], task: Task, engine: Engine) -> list[Origin]:
    """Return one origin for each panel."""
    plain = [panel.without_events(task) for panel in panels]
    votes = [pooled_votes(histories, task.horizon, task.season_lengths) for histories, _ in plain]
    rows = _rows([histories for histories, _ in plain])
    points = engine.map_groups(
        rows, ["origin", "number"], partial(_points, task=task, votes=votes), POINTS, ["ds"]
    )
    each = [points[points["origin"] == number] for number in range(len(panels))]
    return [
        _origin(panel, own_points, factors, task)
        for panel, own_points, (_, factors) in zip(panels, each, plain, strict=True)
    ]


def _rows(histories: list[tuple[Array, ...]]) -> pd.DataFrame:
    """Return all histories in long form; an empty history gets one null, so that it is a group, too."""
    panels = [
        (origin, number, y if y.size else np.array([np.nan]))
        for origin, panel in enumerate(histories)
        for number, y in enumerate(panel)
    ]
    sizes = [y.size for _, _, y in panels]
    return pd.DataFrame(
        {
            "origin": np.repeat(np.array([origin for origin, _, _ in panels], dtype=np.int64), sizes),
            "number": np.repeat(np.array([number for _, number, _ in panels], dtype=np.int64), sizes),
            "ds": np.concatenate([np.arange(size) for size in sizes] or [np.empty(0, dtype=np.int64)]),
            "y": np.concatenate([y for _, _, y in panels] or [np.empty(0)]),
        }
    )


def _points(rows: pd.DataFrame, task: Task, votes: list[PanelVotes]) -> pd.DataFrame:
    origin, number = int(rows["origin"].iloc[0]), int(rows["number"].iloc[0])
    point = point_forecast(
        rows["y"].to_numpy(dtype=float),
        task.horizon,
        task.season_lengths,
        votes[origin].of(number),
        task.ensemble,
    )
    return pd.DataFrame({"origin": origin, "number": number, "mean": point.mean, "model": point.model})


def _origin(panel: SeriesHistories, points: pd.DataFrame, factors: Array, task: Task) -> Origin:
    means = points["mean"].to_numpy(dtype=float).reshape(len(panel.histories), task.horizon) * factors
    spread = np.array([error_scale(history, task.season_lengths) for history in panel.histories], dtype=float)
    models = tuple(points["model"].iloc[:: task.horizon])
    return Origin(panel.histories, means, models, spread)


def error_scale(history: Array, season_lengths: tuple[int, ...]) -> float:
    """Return the error of a naive method inside the history, the seasonal one if a season is discernible."""
    seasons = discernible(history.size, season_lengths)
    return float(np.nan_to_num(naive_scale(history, seasons[0] if seasons else 1)))


def _before(history: Array, cut: int) -> Array:
    return history[: max(history.size - cut, 0)]


def _after(history: Array, cut: int, horizon: int) -> Array:
    """Return the `horizon` values after the cut; NaN before the first value of a series."""
    padded = np.concatenate([np.zeros(max(cut - history.size, 0)), history])
    start = padded.size - cut
    return padded[start : start + horizon]


def bounded(origin: Origin, bounds: Bounds) -> Bounds:
    """Lower and upper bounds around an origin's means; never below zero for a series that never was."""
    floor = np.array([0.0 if (history >= 0).all() else -np.inf for history in origin.histories], dtype=float)[
        :, None
    ]
    return {
        level: (np.maximum(origin.means + low, np.minimum(floor, origin.means)), origin.means + high)
        for level, (low, high) in bounds.items()
    }
