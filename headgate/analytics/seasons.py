"""Split a series into trend, seasons and rest."""

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

MIN_CYCLES = 2  # of history, before a season can be distinguished from a trend
# Source: Hyndman's ets() in R's forecast estimates one state for each step of a season, and refuses longer
# seasons.
MAX_SHORT_SEASON = 24
_OLDER_CYCLE = 0.8  # weight of a cycle beside the next one
_MAX_LEVEL = 2.0  # times the mean cycle's own; a week of closure or a festival is no level


@dataclass(frozen=True)
class Parts:
    """A series as a sum: `seasons` maps each season's length to its part.

    Every part is as long as the series.

    Source of both strengths:
        Wang, Smith & Hyndman (2006), "Characteristic-based clustering for time series data".
    """

    trend: Array
    seasons: dict[int, Array]
    rest: Array

    @property
    def trend_strength(self) -> float:
        """How much of the series without its seasons the trend explains, 0..1."""
        return _explained(self.trend, self.rest)

    @property
    def seasonal_strength(self) -> float:
        """How much of the series without its trend the seasons explain, 0..1."""
        return _explained(np.asarray(sum(self.seasons.values()), dtype=float), self.rest)

    def seasons_ahead(self, steps: int) -> Array:
        """Return the last cycle of every season, repeated."""
        ahead = [part[-length:][np.arange(steps) % length] for length, part in self.seasons.items()]
        return np.asarray(sum(ahead), dtype=float)


def discernible(size: int, season_lengths: tuple[int, ...]) -> tuple[int, ...]:
    """Return the seasons, shortest first, that a history of this size shows often enough."""
    return tuple(length for length in sorted(season_lengths) if length > 1 and size > MIN_CYCLES * length)


def is_short(seasons: tuple[int, ...]) -> bool:
    """Return whether a method can estimate each step of all seasons.

    `seasons` as `discernible` gives them, not empty.
    """
    return seasons[-1] <= MAX_SHORT_SEASON


def seasonal_parts(history: Array, seasons: tuple[int, ...]) -> Parts:
    """Return the trend, seasons and rest of a history; `seasons` must be discernible in it.

    Source:
        Bandara, Hyndman & Bergmeir (2021), "MSTL: a seasonal-trend decomposition algorithm for time series
        with multiple seasonal patterns".
    """
    from statsforecast.mstl import mstl  # noqa: PLC0415 takes a second, and a run that keeps its forecasts needs none

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # STL warns of flat stretches, which many series have
        parts = mstl(history, list(seasons))
    names = [name for name in parts.columns if str(name).startswith("seasonal")]
    patterns = {
        length: parts[name].to_numpy(dtype=float) for length, name in zip(seasons, names, strict=True)
    }
    return Parts(parts["trend"].to_numpy(dtype=float), patterns, parts["remainder"].to_numpy(dtype=float))


def seasonal_strength(history: Array, season: int) -> float:
    """Return the share of the detrended history that one fixed season explains beyond noise, 0..1.

    By moving averages: far cheaper than `parts_of`, for where only the strength matters. The season must be
    discernible.
    """
    weights = np.r_[0.5, np.ones(season - 1), 0.5] / season if season % 2 == 0 else np.ones(season) / season
    detrended = history[season // 2 :][: history.size - weights.size + 1] - np.convolve(
        history, weights, "valid"
    )
    position = np.arange(detrended.size) % season
    pattern = np.bincount(position, detrended, season) / np.bincount(position, minlength=season)
    whole = float(np.var(detrended))
    noise = float(np.var(detrended - pattern[position])) * detrended.size / max(detrended.size - season, 1)
    return max(0.0, 1.0 - noise / whole) if whole > 0 else 0.0


def mean_cycle(history: Array, cycle: int) -> Array:
    """Return the weighted mean of each place in the last cycles, at the level of the last cycle.

    >>> mean_cycle(np.array([1.0, 3.0, 2.0, 6.0]), 2).round(2).tolist()
    [2.0, 6.0]
    """
    cycles = history[history.size % cycle :].reshape(-1, cycle)
    if len(cycles) < MIN_CYCLES:
        return history[-cycle:]
    weights = _OLDER_CYCLE ** np.arange(len(cycles))[::-1]
    profile = weights @ cycles / weights.sum()
    mean, last = float(profile.mean()), float(cycles[-1].mean())
    level = np.clip(last / mean, 1 / _MAX_LEVEL, _MAX_LEVEL) if min(mean, last) > 0 else 1.0
    return np.asarray(profile * level, dtype=np.float64)


def _explained(part: Array, rest: Array) -> float:
    whole = float(np.var(part + rest))
    return max(0.0, 1.0 - float(np.var(rest)) / whole) if whole > 0 else 0.0
