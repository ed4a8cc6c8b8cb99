"""The rules that every forecast must beat: the same periods of last year, and the last value. Where one wins, it is published.

With less than two years of history no method of the ensemble can know the season, so the same periods of last year, times damped
growth, are the only source of it. Such a series is forecast by that rule until a backtest can compare it with the ensemble.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy import stats

from headgate.domains.retail.market_intelligence_hub.point_forecasts import MIN_MODELLED

if TYPE_CHECKING:
    from headgate.domains.retail.market_intelligence_hub.forecasting import Backtest, Origin, Panel, Task

Array = npt.NDArray[np.float64]

LAST_YEAR, LAST_VALUE, HALF_LAST_YEAR = "last_year", "last_value", "half_last_year"
RULES = (LAST_YEAR, LAST_VALUE)
_GROWTH_DAMPING = 0.25  # of a year: growth measured over as long counts half, on the logarithmic scale
_MOST_GROWTH = 2.0
_POOLED_WINDOWS = 4.0  # what the series of the same level say weighs as much as this many windows of a series' own
_MARGIN = 0.02  # without a year the models must be better than the last value by this share
_SEASON_WEIGHT = 2.0  # origins that the one of the same season counts as
_ENOUGH_ORIGINS = 3  # with the one of the same season, before the mean of models and last year is preferred to last year
_OWN_SHARE = 0.3  # of a series' own errors in what decides; the rest is the panel's mean
_CHANCE = 0.05  # that a method is published which is better by chance
_NOISE_WINDOW = 5  # periods around one, whose median is the level that noise is measured against
_MISSING = 13  # a thirteenth of a year may lack at its beginning; the first known value then fills it
_SAME = 1e-9  # naive errors; a smaller difference is one of float arithmetic
_GROWTH_DOUBT = 0.2  # standard deviation of a year's growth that no second year shows, on the logarithmic scale


@dataclass(frozen=True)
class Candidates:
    """Forecasts of every series from one origin by every method, shape (series, steps); NaN where a method cannot forecast."""

    means: dict[str, Array]

    @property
    def ensemble(self) -> Array:
        """What the models say."""
        return self.means[""]


def last_year(history: Array, horizon: int, year: int, growth: float = 1.0) -> Array:
    """The same periods of last year times growth; NaN for a history that is much shorter than a year.

    >>> last_year(np.array([5.0, 7, 9, 5]), 2, 3).tolist()
    [7.0, 9.0]
    """
    lacking = max(year - history.size, 0)
    if not history.size or year <= 0 or lacking > year // _MISSING:
        return np.full(horizon, np.nan)
    known = np.concatenate([np.full(lacking, history[0]), history])
    season = np.resize(known[known.size - year :], horizon)
    return np.asarray(season * growth, dtype=np.float64)


def damped_growth(history: Array, year: int) -> float:
    """From the newest half year against the same one a year ago, as far as both are known; 1 where too little is."""
    known = min(history.size - year, year // 2)
    before, now = float(history[history.size - year - known : history.size - year].sum()), float(history[history.size - known :].sum())
    if known < 1 or before <= 0 or now <= 0:
        return 1.0
    growth = (now / before) ** (known / (known + _GROWTH_DAMPING * year))
    return float(np.clip(growth, 1 / _MOST_GROWTH, _MOST_GROWTH))


def candidates(origin: Origin, panel: Panel, task: Task, year: int) -> Candidates:
    """The ensemble's forecasts beside those of the rules, which are made without events and get them back."""
    plain, factors = panel.without_events(task)
    growth = damped_growth(_summed(plain), year)  # of one series it would mostly be noise
    by_year = np.stack([last_year(history, task.horizon, year, growth) for history in plain]) * factors
    by_value = np.stack([np.full(task.horizon, history[-1] if history.size else 0.0) for history in plain]) * factors
    return Candidates({"": origin.means, LAST_YEAR: by_year, LAST_VALUE: by_value, HALF_LAST_YEAR: (by_year + origin.means) / 2})


def _summed(histories: tuple[Array, ...]) -> Array:
    """All series together; each ends with the same period."""
    longest = max(history.size for history in histories)
    return np.asarray(sum(np.pad(history, (longest - history.size, 0)) for history in histories), dtype=np.float64)


def chosen(
    past: Backtest,
    tried: tuple[Candidates, ...],
    now: Candidates,
    levels: npt.NDArray[np.object_],
    same_season: int | None = None,
    *,
    models_know_season: bool = True,
) -> list[str]:
    """The method of each series, from the errors of every method at the same past origins.

    Where origins knew a year, one method is published unless another wins by more than the noise of the origins: the mean of models and
    last year if the origins reach back to the season of the coming window, else last year, which only that mean can then replace. Last
    year needs no margin over the mean while the models know no season. A series with a year of history that no origin could test is
    forecast by last year. Without a year the models are published, or the last value if it wins.
    See docs/adr/0040-next-year.md.

    Args:
        same_season: the origin whose window is the same part of the year as the coming one; None where there is none.
        models_know_season: the models of `now` do. Those of the past origins knew less, so what they lost to last year may be over.
    """
    tested = {name: _errors(past, tried, name) for name in now.means}
    able = np.isfinite(now.means[LAST_YEAR]).all(axis=1)
    by_year = np.isfinite(tested[LAST_YEAR])
    without = np.where(_score(tested[LAST_VALUE], levels) < _score(tested[""], levels) * (1 + _MARGIN), LAST_VALUE, "")
    untested = np.where(able, LAST_YEAR, without)
    found = np.where(by_year.any(axis=0), _with_year(tested, by_year, same_season, models_know_season), untested)
    return [str(name) for name in found]


def _with_year(
    tested: dict[str, Array], by_year: npt.NDArray[np.bool_], same_season: int | None, models_know_season: bool
) -> npt.NDArray[np.object_]:
    """The method of each series by the origins that knew a year; the origin of the same season counts twice."""
    known: npt.NDArray[np.bool_] = np.asarray(by_year.any(axis=1), dtype=np.bool_)
    weights = np.where(np.arange(len(known)) == same_season, _SEASON_WEIGHT, 1.0)[known]
    errors = {name: np.where(by_year, error, np.nan)[known] for name, error in tested.items()}
    is_whole_year = same_season is not None and bool(known[same_season]) and len(weights) >= _ENOUGH_ORIGINS
    base = HALF_LAST_YEAR if is_whole_year else LAST_YEAR
    found, most = np.full(by_year.shape[1], base, dtype=object), np.zeros(by_year.shape[1])
    if len(weights) < 2:  # noqa: PLR2004 one origin shows no noise
        return found
    for name, error in errors.items():
        gain, noise = _gain(errors[base] - error, weights)
        margin = noise if models_know_season or name != LAST_YEAR else 0.0
        wins = (gain > margin) & (gain > most)
        found, most = np.where(wins, name, found), np.where(wins, gain, most)
    # A method that knows no season and won in other parts of the year may still miss the coming one: it is published with last year.
    return found if is_whole_year else np.where(found == LAST_YEAR, found, HALF_LAST_YEAR)


def _gain(difference: Array, weights: Array) -> tuple[Array, Array]:
    """How much less error each series has by another method, and how much less it could have by chance, at one-sided 5 %.

    What all series say decides with the series' own difference, because few origins say little of one series.

    Args:
        difference: shape (origins, series), of errors in naive errors; NaN where a series has none.

    Source:
        Diebold & Mariano (1995), "Comparing Predictive Accuracy", as a weighted t-test over windows that do not overlap.
    """
    panel = np.nanmean(difference, axis=1, keepdims=True)
    drawn = _OWN_SHARE * np.where(np.isfinite(difference), difference, panel) + (1 - _OWN_SHARE) * panel
    share = (weights / weights.sum())[:, None]
    count = 1 / float((share**2).sum())
    mean = (share * drawn).sum(axis=0)
    error = np.sqrt((share * (drawn - mean) ** 2).sum(axis=0) / (count - 1))
    return mean, np.asarray(stats.t.ppf(1 - _CHANCE, count - 1) * error, dtype=np.float64)


def _errors(past: Backtest, tried: tuple[Candidates, ...], name: str) -> Array:
    """Mean absolute error of a method over a naive error inside the history, shape (origins, series); NaN where either lacks."""
    found = []
    for origin, one, actual in zip(past.origins, tried, past.actuals, strict=True):
        enough = np.array([history.size >= MIN_MODELLED for history in origin.histories])
        error = np.abs(actual - one.means[name]).mean(axis=1) / np.where(origin.spread > 0, origin.spread, 1.0)
        found.append(np.where(enough & (origin.spread > 0), error, np.nan))
    return np.stack(found) if found else np.empty((0, past.actuals.shape[1]))


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


def published(origin: Origin, offered: Candidates, methods: list[str]) -> Origin:
    """The origin with the forecasts of the chosen methods; the ensemble's where one could not forecast yet."""
    means, models = origin.means.copy(), list(origin.models)
    for place, name in enumerate(methods):
        mean = offered.means[name][place]
        if name and np.isfinite(mean).all():
            means[place], models[place] = mean, name
    floor = np.array([0.0 if history.size and history.min() >= 0 else -np.inf for history in origin.histories])[:, None]
    return replace(origin, means=np.maximum(means, floor), models=tuple(models))


def is_better_unmoved(place: int, now: Origin, past: Backtest, moved: tuple[Origin, ...]) -> bool:
    """Whether a naive rule of a series was nearer at past origins before it was made to add up with the other series.

    Origins that the rule did not forecast say nothing. A rule that forecasts no sales at all is never better: after a closed week the
    last value would set every part to zero. See docs/adr/0040-next-year.md.

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
            gain += float((np.abs(actual - after.means) - np.abs(actual - before.means))[place].mean() / scale)
    return gain > _SAME


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
