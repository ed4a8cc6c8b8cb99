"""The naive rules that every forecast must beat: last year's periods, the last value, and a mean.

Level and season is in charge, because it has the smallest error over a library of series. Where a naive rule
was clearly nearer at the past origins of a series, another method gets the smallest share of the mean with
which no rule is, or all of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from headgate.analytics.forecast_errors import smape_of_rows
from headgate.analytics.level_and_season import Outlook, level_and_season
from headgate.analytics.point_forecasts import INTERMITTENT_INTERVAL, MIN_MODELLED

if TYPE_CHECKING:
    from headgate.analytics.forecasting import Backtest, Origin, SeriesHistories, Task

Array = npt.NDArray[np.float64]

LAST_YEAR, LAST_VALUE, MEAN_OF_8, LEVEL = "last_year", "last_value", "mean_of_8", "level_and_season"
RULES = (LAST_YEAR, LAST_VALUE, MEAN_OF_8)
MODELS = ""  # the ensemble, whose name depends on the series
_OTHERS = {
    MODELS: "with_models",
    LAST_VALUE: "with_last_value",
    LAST_YEAR: "with_last_year",
    MEAN_OF_8: "with_mean_of_8",
}
_MEAN_OF = 8  # periods
# A rule that was nearer by less over a few origins is no better at the next one: see
# docs/adr/0040-next-year.md.
CLEARLY_NEARER = 0.15
_GROWTH_DAMPING = 0.25  # of a year: growth measured over as long counts half, on the logarithmic scale
_MAX_GROWTH = 2.0
# Of the models in their mean with level and season, which they may leave by one standard deviation. They know
# no season that was seen once, so they have a share where less than a year is known, and of a smooth series
# without the season of others: see `_share_of_models`.
_MODELS_SHARE, _SMOOTH_SHARE = 0.4, 0.75
_SMOOTH, _NOISY = 0.03, 0.05  # doubts of the next period, as a logarithm: smooth below the first
# Of last year in its mean with level and season, where a series has the season of others; noise of both is
# less than that of either.
_YEAR_SHARE = 1 / 3
_HIDDEN_SEASON = 0.4  # standard deviation, as a logarithm, of a season of which less than a year is known
_MISSING = 13  # a thirteenth of a year may lack at its beginning; the first known value then fills it
_REGULAR = 1 / INTERMITTENT_INTERVAL  # of the periods; with sales in fewer a series has no level
_SAME = 1e-9  # a smaller difference is one of float arithmetic


@dataclass(frozen=True)
class Mixture:
    """The mean of level and season with another method, which has a share of it, 0..1."""

    other: str = MODELS
    share: float = 0.0

    @property
    def name(self) -> str:
        """The name in the tables; empty for the models, which name themselves."""
        if not self.share:
            return LEVEL
        return self.other if self.share == 1 else _OTHERS[self.other]


# The first one is published that no naive rule clearly beat at past origins.
ORDER = (Mixture(), *(Mixture(other, share) for share in (0.25, 0.5, 0.75, 1.0) for other in _OTHERS))
_RULES = tuple(Mixture(rule, 1.0) for rule in RULES)


@dataclass(frozen=True)
class Candidates:
    """Forecasts of every series from one origin by every method, shape (series, steps).

    NaN where a method cannot forecast.

    Attributes:
        doubt: standard deviation of the logarithm of what follows, 0 for a series without a level; shape
            (series, steps).
    """

    means: dict[str, Array]
    doubt: Array

    @property
    def ensemble(self) -> Array:
        """The means of the models."""
        return self.means[MODELS]

    def of(self, mixture: Mixture) -> Array:
        """Return the means of a mixture, shape (series, steps)."""
        if mixture.share in (0, 1):
            return self.means[mixture.name]
        level, other = self.means[LEVEL], self.means[mixture.other]
        return np.asarray((1 - mixture.share) * level + mixture.share * other, dtype=np.float64)


def last_year(history: Array, horizon: int, year: int, growth: float = 1.0) -> Array:
    """Return the same periods of last year times growth; NaN for a history that is much shorter than a year.

    >>> last_year(np.array([5.0, 7, 9, 5]), 2, 3).tolist()
    [7.0, 9.0]
    """
    lacking = max(year - history.size, 0)
    if not history.size or year <= 0 or lacking > year // _MISSING:
        return np.full(horizon, np.nan)
    complete = np.concatenate([np.full(lacking, history[0]), history])
    season = np.resize(complete[complete.size - year :], horizon)
    return np.asarray(season * growth, dtype=np.float64)


def damped_growth(history: Array, year: int) -> float:
    """Return the growth from the same half year a year ago to the newest one, as far as both are known.

    1 where too little is.
    """
    periods = min(history.size - year, year // 2)
    before, now = (
        float(history[history.size - year - periods : history.size - year].sum()),
        float(history[history.size - periods :].sum()),
    )
    if periods < 1 or before <= 0 or now <= 0:
        return 1.0
    growth = (now / before) ** (periods / (periods + _GROWTH_DAMPING * year))
    return float(np.clip(growth, 1 / _MAX_GROWTH, _MAX_GROWTH))


def candidates(origin: Origin, panel: SeriesHistories, task: Task, year: int) -> Candidates:
    """Return the ensemble's forecasts and those of the rules, made without events, which are added after."""
    plain, factors = panel.without_events(task)
    growth = damped_growth(_summed(plain), year)  # of one series it would mostly be noise
    by_year = np.stack([last_year(history, task.horizon, year, growth) for history in plain]) * factors
    by_value, by_mean = (
        np.stack([np.full(task.horizon, _newest_mean(history, count)) for history in plain]) * factors
        for count in (1, _MEAN_OF)
    )
    outlook = level_and_season(plain, task.horizon, year, task.cycle, panel.shapes)
    is_modelled = np.array(
        [history.size >= MIN_MODELLED and (history > 0).mean() > _REGULAR for history in plain]
    )[:, None]
    expected = outlook.means * factors
    plausible = np.clip(origin.means, expected * np.exp(-outlook.doubt), expected * np.exp(outlook.doubt))
    is_year_known = np.isfinite(by_year).all(axis=1, keepdims=True)
    of_year = _YEAR_SHARE * outlook.shaped[:, None]
    repeated = (1 - of_year) * expected + of_year * np.nan_to_num(by_year)
    share = np.where(is_year_known, _share_of_models(outlook), _MODELS_SHARE)
    mixed = (1 - share) * np.where(is_year_known, repeated, expected) + share * plausible
    level = np.where(is_modelled, mixed, np.nan)
    means = {MODELS: origin.means, LAST_YEAR: by_year, LAST_VALUE: by_value, MEAN_OF_8: by_mean, LEVEL: level}
    return Candidates(means, np.where(is_modelled, outlook.doubt, 0.0))


def _share_of_models(outlook: Outlook) -> Array:
    """Return the share of the models where a year is known; shape (series, 1).

    Noise hides how the level of a usual series moves. Of a smooth one the models follow the slope better.
    """
    smooth = np.clip((_NOISY - outlook.doubt[:, :1]) / (_NOISY - _SMOOTH), 0.0, 1.0)
    return np.asarray(_SMOOTH_SHARE * smooth * (1 - outlook.shaped[:, None]), dtype=np.float64)


def hidden_season(offered: Candidates, year: int) -> Array:
    """Return the doubt of the season of each series of which less than a year is known, as that of a sine."""
    by_year = offered.means[LAST_YEAR]
    ahead = np.minimum(np.arange(1, by_year.shape[1] + 1), year / 2)
    is_hidden = np.isnan(by_year).any(axis=1, keepdims=True) & (offered.doubt > 0)
    return np.asarray(is_hidden * 2 * _HIDDEN_SEASON * np.sin(np.pi * ahead / year), dtype=np.float64)


def _newest_mean(history: Array, count: int) -> float:
    return float(history[-count:].mean()) if history.size else 0.0


def _summed(histories: tuple[Array, ...]) -> Array:
    """Return all series together; each ends with the same period."""
    longest = max(history.size for history in histories)
    return np.asarray(
        sum(np.pad(history, (longest - history.size, 0)) for history in histories), dtype=np.float64
    )


def chosen(past: Backtest, tried: tuple[Candidates, ...], now: Candidates) -> list[Mixture]:
    """Return the method of each series: the first of `ORDER` that no naive rule clearly beat, else the best.

    A method that no origin could test is published only where none was tested.
    """
    errors = {mixture: _errors(past, tried, mixture) for mixture in ORDER}
    means = {mixture: now.of(mixture) for mixture in ORDER}
    able = {mixture: np.isfinite(of).all(axis=1) & ~_is_silent(of) for mixture, of in means.items()}
    methods = []
    for place in range(len(now.ensemble)):
        own = {mixture: errors[mixture][:, place] for mixture in ORDER if able[mixture][place]}
        rules = [own[rule] for rule in _RULES if rule in own]
        tested = {mixture: error for mixture, error in own.items() if np.isfinite(error).any()}
        untested = next(iter(own), Mixture(MODELS, 1.0))
        methods.append(_first_unbeaten(tested, rules) if tested else untested)
    return methods


def _first_unbeaten(errors: dict[Mixture, Array], rules: list[Array]) -> Mixture:
    """Return the first method that no rule clearly beat, else the nearest one."""
    nearest = min(errors, key=lambda mixture: float(np.nanmean(errors[mixture])))
    return next((mixture for mixture, error in errors.items() if not _is_beaten(error, rules)), nearest)


def _is_beaten(errors: Array, rules: list[Array]) -> bool:
    """Return whether a rule had a clearly smaller mean error at the origins that both could forecast."""
    for rule in rules:
        both = np.isfinite(errors + rule)
        if both.any() and errors[both].mean() > (1 + CLEARLY_NEARER) * rule[both].mean() + _SAME:
            return True
    return False


def _is_silent(means: Array) -> npt.NDArray[np.bool_]:
    """Return whether a method forecasts only zeros: a small error for sparse series, and no information."""
    return np.asarray(~(np.nan_to_num(means) > 0).any(axis=1), dtype=np.bool_)


def _errors(past: Backtest, tried: tuple[Candidates, ...], mixture: Mixture) -> Array:
    """Return the error of a method, as `forecast_accuracy` shows it, shape (origins, series)."""
    errors = np.full((len(tried), past.actuals.shape[1]), np.nan)
    for number, (origin, candidates) in enumerate(zip(past.origins, tried, strict=True)):
        is_modelled = np.array([history.size >= MIN_MODELLED for history in origin.histories], dtype=bool)
        each = smape_of_rows(past.actuals[number], candidates.of(mixture))
        errors[number] = np.where(is_modelled, each, np.nan)
    return errors


def published(origin: Origin, offered: Candidates, methods: list[Mixture]) -> Origin:
    """Return the origin with the forecasts of the chosen methods.

    The ensemble's where one could not forecast yet.
    """
    means, models = origin.means.copy(), list(origin.models)
    for place, mixture in enumerate(methods):
        mean = offered.of(mixture)[place]
        if mixture.name and np.isfinite(mean).all():
            means[place], models[place] = mean, mixture.name
    floor = np.array(
        [0.0 if history.size and history.min() >= 0 else -np.inf for history in origin.histories]
    )[:, None]
    return replace(origin, means=np.maximum(means, floor), models=tuple(models), doubt=offered.doubt)


def is_better_unmoved(place: int, now: Origin, past: Backtest, moved: tuple[Origin, ...]) -> bool:
    """Return whether a naive rule was nearer at past origins before it was reconciled with other series.

    Origins that the rule did not forecast say nothing. A rule that forecasts nothing but zero is never
    better: after an empty week the last value would set every part to zero. See docs/adr/0040-next-year.md.

    Args:
        past: what the chosen methods forecast, before it adds up.
        moved: the same origins after it.
    """
    rule = now.models[place]
    if rule not in RULES or not (now.means[place] > 0).any():
        return False
    gain = 0.0
    for before, after, actual in zip(past.origins, moved, past.actuals, strict=True):
        scale = before.spread[place]
        if before.models[place] == rule and before.histories[place].size >= MIN_MODELLED and scale > 0:
            gain += float(
                (np.abs(actual - after.means) - np.abs(actual - before.means))[place].mean() / scale
            )
    return gain > _SAME
