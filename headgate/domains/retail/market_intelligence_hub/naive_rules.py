"""The rules that every forecast must beat: the same periods of last year, and the last value. Where one wins, it is published.

With less than two years of history no method of the ensemble can know the season, so the same periods of last year, times damped
growth, are the only source of it. Such a series is forecast by that rule until a backtest can compare it with the ensemble.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from headgate.domains.retail.market_intelligence_hub.point_forecasts import MIN_MODELLED

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.domains.retail.market_intelligence_hub.forecasting import Backtest, Origin, Panel, Task

Array = npt.NDArray[np.float64]

LAST_YEAR, LAST_VALUE, HALF_LAST_YEAR = "last_year", "last_value", "half_last_year"
RULES = (LAST_YEAR, LAST_VALUE)
_GROWTH_DAMPING = 0.25  # of a year: growth measured over as long counts half, on the logarithmic scale
_MOST_GROWTH = 2.0
_POOLED_WINDOWS = 4.0  # what the series of the same level say weighs as much as this many windows of a series' own
_MARGIN = 0.02  # the ensemble must be better than a rule by this share, since it has more freedom to be better by chance
_NOISE_WINDOW = 5  # periods around one, whose median is the level that noise is measured against
_MISSING = 13  # a thirteenth of a year may lack at its beginning; the first known value then fills it
_GROWTH_DOUBT = 0.2  # standard deviation of a year's growth that no second year shows, on the logarithmic scale


@dataclass(frozen=True)
class Candidates:
    """Forecasts of every series from one origin by every method, shape (series, steps); NaN where a method cannot forecast."""

    means: dict[str, Array]

    @property
    def ensemble(self) -> Array:
        """What the models say."""
        return self.means[""]


def last_year(history: Array, horizon: int, year: int) -> Array:
    """The same periods of last year times damped growth; NaN for a history that is much shorter than a year.

    >>> last_year(np.array([5.0, 7, 9, 5]), 2, 3).tolist()
    [7.0, 9.0]
    """
    lacking = max(year - history.size, 0)
    if not history.size or year <= 0 or lacking > year // _MISSING:
        return np.full(horizon, np.nan)
    known = np.concatenate([np.full(lacking, history[0]), history])
    season = np.resize(known[known.size - year :], horizon)
    return np.asarray(season * _growth(known, year), dtype=np.float64)


def _growth(history: Array, year: int) -> float:
    """From the newest half year against the half year before it a year ago, as far as both are known; 1 where too little is."""
    known = min(history.size - year, year // 2)
    before, now = float(history[history.size - year - known : history.size - year].sum()), float(history[history.size - known :].sum())
    if known < 1 or before <= 0 or now <= 0:
        return 1.0
    growth = (now / before) ** (known / (known + _GROWTH_DAMPING * year))
    return float(np.clip(growth, 1 / _MOST_GROWTH, _MOST_GROWTH))


def candidates(origin: Origin, panel: Panel, task: Task, year: int) -> Candidates:
    """The ensemble's forecasts beside those of the rules, which are made without events and get them back."""
    plain, factors = panel.without_events(task)
    by_year = np.stack([last_year(history, task.horizon, year) for history in plain]) * factors
    by_value = np.stack([np.full(task.horizon, history[-1] if history.size else 0.0) for history in plain]) * factors
    return Candidates({"": origin.means, LAST_YEAR: by_year, LAST_VALUE: by_value, HALF_LAST_YEAR: (by_year + origin.means) / 2})


def chosen(past: Backtest, tried: tuple[Candidates, ...], now: Candidates, levels: npt.NDArray[np.object_]) -> list[str]:
    """The method of each series: the one with the least error at past origins, on its own and over the series of its level.

    A series with a year of history that no origin could test is forecast by last year; see docs/adr/0040-next-year.md.
    """
    tested = {name: _errors(past, tried, name) for name in now.means}
    able = {name: np.isfinite(means).all(axis=1) for name, means in now.means.items()}
    by_year = np.isfinite(tested[LAST_YEAR])
    has_year = np.asarray(by_year.any(axis=0), dtype=np.bool_)
    # Methods are compared at the same origins: those that knew a year, or all of them for a series where none did.
    errors = {name: np.where(by_year | ~has_year, error, np.nan) for name, error in tested.items()}
    scored = np.stack([_scores(error, levels, has_year) * (1.0 if name else 1.0 + _MARGIN) for name, error in errors.items()])
    offered = np.isfinite(scored) & np.stack(list(able.values()))
    names = np.array(list(now.means), dtype=object)
    best = names[np.argmin(np.where(offered, scored, np.inf), axis=0)]
    return [str(name) for name in np.where(able[LAST_YEAR] & ~has_year, LAST_YEAR, best)]


def _errors(past: Backtest, tried: tuple[Candidates, ...], name: str) -> Array:
    """Mean absolute error of a method over a naive error inside the history, shape (origins, series); NaN where either lacks."""
    found = []
    for origin, one, actual in zip(past.origins, tried, past.actuals, strict=True):
        enough = np.array([history.size >= MIN_MODELLED for history in origin.histories])
        error = np.abs(actual - one.means[name]).mean(axis=1) / np.where(origin.spread > 0, origin.spread, 1.0)
        found.append(np.where(enough & (origin.spread > 0), error, np.nan))
    return np.stack(found) if found else np.empty((0, past.actuals.shape[1]))


def _scores(errors: Array, levels: npt.NDArray[np.object_], has_year: npt.NDArray[np.bool_]) -> Array:
    """Scores of each series among the series of its level with a tested year, or among those without one.

    A series among those without one, of which no origin tested any, takes the score of its level.
    """
    split = np.array([f"{level} {known}" for level, known in zip(levels, has_year, strict=True)], dtype=object)
    own, of_level = _score(errors, split), _score(np.where(has_year, errors, np.nan), levels)
    return np.where(np.isfinite(own), own, of_level)


def _score(errors: Array, levels: npt.NDArray[np.object_]) -> Array:
    """Errors of each series drawn to those of its level; infinite where nothing could be tested."""
    known = np.isfinite(errors)
    own, windows = np.where(known, errors, 0.0).sum(axis=0), known.sum(axis=0)
    found = np.full(len(levels), np.inf)
    for level in np.unique(levels):
        inside = levels == level
        if windows[inside].sum():
            pooled = own[inside].sum() / windows[inside].sum()
            found[inside] = (own[inside] + _POOLED_WINDOWS * pooled) / (windows[inside] + _POOLED_WINDOWS)
    return found


def published(origin: Origin, offered: Candidates, methods: list[str], adjust: Callable[[Array, Array], Array]) -> Origin:
    """The origin with the forecasts of the chosen methods; the ensemble's where one could not forecast yet."""
    means, models = origin.means.copy(), list(origin.models)
    for place, name in enumerate(methods):
        mean = offered.means[name][place]
        if name and np.isfinite(mean).all():
            means[place], models[place] = mean, name
    floor = np.array([0.0 if history.size and history.min() >= 0 else -np.inf for history in origin.histories])[:, None]
    return replace(origin, means=adjust(np.maximum(means, floor), origin.spread), models=tuple(models))


def untested_scale(history: Array, mean: Array) -> Array:
    """Standard deviation of a forecast by last year that no origin could test, by step.

    Both years are noisy around their level, and nobody knows how the shop grew: twice the variance of the noise, and the doubt about
    growth.
    """
    size, half = history.size, _NOISE_WINDOW // 2
    level = np.array([np.median(history[max(place - half, 0) : place + half + 1]) for place in range(size)])
    ratios = history[level > 0] / level[level > 0]
    noise = float(np.median(np.abs(ratios - 1))) * 1.4826 if ratios.size else 1.0  # of a normal distribution: MAD to deviation
    # The middle value of five is nearer to its own median than to the level: sqrt(5 / 4) in expectation of a mean.
    noise *= np.sqrt(_NOISE_WINDOW / (_NOISE_WINDOW - 1))
    usual = float(np.abs(history).mean())
    return np.asarray(np.sqrt(2 * noise**2 + _GROWTH_DOUBT**2) * np.maximum(np.abs(mean), 0.25 * usual * (mean != 0)), dtype=np.float64)
