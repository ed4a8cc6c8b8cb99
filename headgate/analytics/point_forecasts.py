"""Point forecasts of one series: the median of several methods, or a plain method for hard series.

Never raises.
"""

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from headgate.analytics.level_and_season import level_and_season
from headgate.analytics.pooled_autoregression import SeriesVotes
from headgate.analytics.seasons import discernible, is_short, mean_cycle, seasonal_parts, seasonal_strength

Array = npt.NDArray[np.float64]

MIN_MODELLED = 10  # values; below it no method here has more to say than the mean
# Source: Syntetos & Boylan (2005), "The accuracy of intermittent demand estimates": demand with more than
# 1.32 periods between two values is intermittent.
INTERMITTENT_INTERVAL = 1.32
# Source: Hyndman & Khandakar's nsdiffs() in R's forecast takes a series with this seasonal strength for
# seasonal beyond doubt.
STRONG_SEASON = 0.64
# Of the naive error that the panel leaves: then it alone votes, beside the last season; see docs/adr/0040.
POOLED_ALONE_BELOW = 0.6
REACH = 3.0  # how many times the history's own range a member may leave it before it is taken for diverged


class Ensemble(StrEnum):
    """The methods that vote on a series that is neither intermittent nor short."""

    MEASURED = "measured"  # those that did best on M4's earlier windows; see docs/adr/0040-next-year.md
    LISTED = "listed"  # ETS, CES, Theta and ARIMA, each beside the seasons of MSTL


@dataclass(frozen=True)
class PointForecast:
    """Means for each step ahead, and the name of the method that gave them."""

    mean: Array
    model: str


def point_forecast(
    history: Array,
    horizon: int,
    season_lengths: tuple[int, ...] = (),
    pooled: SeriesVotes | None = None,
    ensemble: Ensemble = Ensemble.MEASURED,
) -> PointForecast:
    """Return the next `horizon` values; non-negative where the whole history is.

    Args:
        history: shape (periods,), oldest first; values that are not finite count as zero.
        season_lengths: seasons to look for, in steps; those without two whole seasons of history are ignored.
        pooled: what the panel has to say of this series.

    Source:
        Petropoulos & Svetunkov (2020), "A simple combination of univariate models": the median of ETS, CES,
        ARIMA and DOT, sixth in M4. What else votes, and why ARIMA does not, is measured in
        docs/adr/0040-next-year.md.
    """
    finite = np.nan_to_num(np.asarray(history, dtype=float), nan=0.0, posinf=0.0, neginf=0.0)
    if finite.size == 0 or not finite.any():
        return PointForecast(np.zeros(horizon), "zero")
    if np.ptp(finite) == 0:
        return PointForecast(np.full(horizon, finite[-1]), "constant")
    if finite.size < MIN_MODELLED:
        return PointForecast(np.full(horizon, finite.mean()), "mean")
    scale = float(np.abs(finite).mean())
    said = pooled or SeriesVotes(np.empty((0, horizon)), float("nan"))
    votes = SeriesVotes(said.ahead[np.isfinite(said.ahead).all(axis=1)] / scale, said.left)
    modelled = _modelled(finite / scale, horizon, season_lengths, votes, ensemble)
    return PointForecast(_within_reach(modelled.mean * scale, finite), modelled.model)


def is_intermittent(history: Array) -> bool:
    """Return whether the series is never negative and above zero less often than every 1.32 periods."""
    positive = np.flatnonzero(history)
    return bool(
        history.min() >= 0
        and positive.size > 0
        and (history.size - positive[0]) / positive.size > INTERMITTENT_INTERVAL
    )


def _modelled(
    history: Array, horizon: int, season_lengths: tuple[int, ...], pooled: SeriesVotes, ensemble: Ensemble
) -> PointForecast:
    if is_intermittent(history):
        return _median("intermittent", _intermittent_members(history, horizon), history)
    seasons = discernible(history.size, season_lengths)
    if ensemble is Ensemble.LISTED:
        return _median("listed", _listed_members(history, horizon, seasons), history)
    if not seasons:
        return _with_season(
            _median("ensemble", _plain_members(history, horizon), history),
            history,
            max(season_lengths, default=0),
        )
    if is_short(seasons):
        return _median("seasonal_ensemble", _short_season_members(history, horizon, seasons[-1]), history)
    return _long_seasonal(history, horizon, seasons, pooled)


def _long_seasonal(
    history: Array, horizon: int, seasons: tuple[int, ...], pooled: SeriesVotes
) -> PointForecast:
    """Forecast seasons too long for one state per step: the panel, and methods on deseasonalised values."""
    is_strong = max(seasonal_strength(history, season) for season in seasons) >= STRONG_SEASON
    members = _strong_members if is_strong else _weak_members
    if not pooled.ahead.size:
        return _median("seasonal_ensemble", members(history, horizon, seasons), history)
    if is_strong or pooled.left <= POOLED_ALONE_BELOW:
        usual = np.resize(mean_cycle(history, seasons[-1]), horizon)
        return _median("pooled_ensemble", chain(pooled.ahead, [usual]), history)
    return _median("pooled_ensemble", chain(pooled.ahead, members(history, horizon, seasons)), history)


def _with_season(plain: PointForecast, history: Array, year: int) -> PointForecast:
    """Return the mean with level and season where the history shows the season once."""
    if not 1 < year < history.size or history.min() < 0 or not (history > 0).any():
        return plain
    outlook = level_and_season((history,), plain.mean.size, year)
    return PointForecast((plain.mean + outlook.means[0]) / 2, plain.model)


def _methods() -> ModuleType:
    from statsforecast import models  # noqa: PLC0415 takes a second, and a run that keeps its forecasts needs none

    return models  # type: ignore[no-any-return]  # ships no types


def _intermittent_members(history: Array, horizon: int) -> Iterator[Array]:
    models = _methods()
    for model in (models.CrostonSBA(), models.TSB(alpha_d=0.1, alpha_p=0.1), models.ADIDA()):
        yield _attempt(model, history, horizon)


def _plain_members(history: Array, horizon: int) -> Iterator[Array]:
    """Yield three methods and the last value, which is best for short histories, without seasons."""
    models = _methods()
    yield from _weak_members(history, horizon, ())
    yield _attempt(models.DynamicOptimizedTheta(1), history, horizon)
    yield np.full(horizon, history[-1])


def _weak_members(history: Array, horizon: int, seasons: tuple[int, ...]) -> Iterator[Array]:
    """Yield methods with and without the season if it may be noise; Theta tests for it itself."""
    models = _methods()
    yield _attempt(models.AutoETS(season_length=1, model="ZZN"), history, horizon)
    yield _attempt(models.AutoCES(season_length=1), history, horizon)
    if seasons:
        yield from _strong_members(history, horizon, seasons)


def _short_season_members(history: Array, horizon: int, season: int) -> Iterator[Array]:
    """Yield methods that know a season of a week or a year of months, each testing whether there is one."""
    models = _methods()
    yield _attempt(
        models.AutoETS(season_length=season, model="ZZZ" if history.min() > 0 else "ZZA"), history, horizon
    )
    yield _attempt(models.AutoCES(season_length=season), history, horizon)
    yield _attempt(models.DynamicOptimizedTheta(season), history, horizon)


def _strong_members(history: Array, horizon: int, seasons: tuple[int, ...]) -> Iterator[Array]:
    """Yield methods that know the seasons."""
    models = _methods()
    yield _attempt(models.AutoCES(season_length=seasons[0]), history, horizon)
    yield _attempt(models.DynamicOptimizedTheta(seasons[0]), history, horizon)
    parts = seasonal_parts(history, seasons)
    yield _attempt(models.AutoCES(season_length=1), parts.trend + parts.rest, horizon) + parts.seasons_ahead(
        horizon
    )


def _listed_members(history: Array, horizon: int, seasons: tuple[int, ...]) -> Iterator[Array]:
    """Yield the four methods of Petropoulos & Svetunkov, on the history that MSTL has deseasonalised."""
    models = _methods()
    parts = seasonal_parts(history, seasons) if seasons else None
    without = parts.trend + parts.rest if parts else history
    ahead = parts.seasons_ahead(horizon) if parts else np.zeros(horizon)
    for model in (
        models.AutoETS(season_length=1, model="ZZN"),
        models.AutoCES(season_length=1),
        models.DynamicOptimizedTheta(1),
        models.AutoARIMA(season_length=1, approximation=True),
    ):
        yield _attempt(model, without, horizon) + ahead


def _attempt(model: Any, history: Array, horizon: int) -> Array:  # noqa: ANN401 statsforecast's models share no typed base
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # optimisers warn of slow convergence; a poor member is outvoted by the median
        try:
            return np.asarray(model.forecast(y=history, h=horizon)["mean"], dtype=float)
        except Exception:  # noqa: BLE001 numerical failures of a member have no common base; the others still vote
            return np.full(horizon, np.nan)


def _median(name: str, members: Iterable[Array], history: Array) -> PointForecast:
    votes = np.stack(list(members))
    able = votes[np.isfinite(votes).all(axis=1)]
    if not able.size:
        return PointForecast(np.full(votes.shape[1], history[-1]), "naive")
    return PointForecast(np.median(able, axis=0), name)


def _within_reach(mean: Array, history: Array) -> Array:
    spread = REACH * np.ptp(history)
    floor = 0.0 if history.min() >= 0 else history.min() - spread
    return np.clip(mean, floor, history.max() + spread)
