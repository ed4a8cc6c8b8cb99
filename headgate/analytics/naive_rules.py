"""The rules that every forecast must beat: the same periods of last year, and the last value. Where one wins, it is published.

With less than two years of history no method of the ensemble can know the season, so the same periods of last year, times damped
growth, are the only source of it. The weighted mean of both follows last year as far as last year's deviations from the recent level
were repeated in the periods that have a year before them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from headgate.analytics.point_forecasts import MIN_MODELLED

if TYPE_CHECKING:
    from headgate.analytics.forecasting import Backtest, Origin, Panel, Task

Array = npt.NDArray[np.float64]

LAST_YEAR, LAST_VALUE, WEIGHTED = "last_year", "last_value", "weighted_last_year"
RULES = (LAST_YEAR, LAST_VALUE)
_GROWTH_DAMPING = 0.25  # of a year: growth measured over as long counts half, on the logarithmic scale
_MOST_GROWTH = 2.0
_POOLED_WINDOWS = 4.0  # what the series of the same level say weighs as much as this many windows of a series' own
_MARGIN = 0.02  # without a year the models must be better than the last value by this share
_SEASON_WEIGHT = 2.0  # origins that the one of the same season counts as
_ENOUGH_ORIGINS = 3  # with the one of the same season, before the models, which may not know it, can win by a test
_OWN_SHARE = 0.3  # of a series' own errors in what decides; the rest is the panel's mean
_OVERRULED = 2.0  # times the error of another method: no test on a few origins publishes a method that is so much worse
_RECENT = 8  # cycles, a quarter of a year at most, whose mean is the recent level
_MOST_DEVIATION = 1.5  # of last year from the recent level, as a share of it; beyond it one period would decide alone
_PRIOR = 0.05  # weight of the belief that last year returns, over as many deviations as the periods ahead have
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
        """The means of the models."""
        return self.means[""]


def last_year(history: Array, horizon: int, year: int, growth: float = 1.0) -> Array:
    """The same periods of last year times growth; NaN for a history that is much shorter than a year.

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
    """From the newest half year against the same one a year ago, as far as both are known; 1 where too little is."""
    periods = min(history.size - year, year // 2)
    before, now = float(history[history.size - year - periods : history.size - year].sum()), float(history[history.size - periods :].sum())
    if periods < 1 or before <= 0 or now <= 0:
        return 1.0
    growth = (now / before) ** (periods / (periods + _GROWTH_DAMPING * year))
    return float(np.clip(growth, 1 / _MOST_GROWTH, _MOST_GROWTH))


def candidates(origin: Origin, panel: Panel, task: Task, year: int) -> Candidates:
    """The ensemble's forecasts beside those of the rules, which are made without events and get them back."""
    plain, factors = panel.without_events(task)
    growth = damped_growth(_summed(plain), year)  # of one series it would mostly be noise
    by_year = np.stack([last_year(history, task.horizon, year, growth) for history in plain]) * factors
    by_value = np.stack([np.full(task.horizon, history[-1] if history.size else 0.0) for history in plain]) * factors
    share = year_shares(plain, by_year, origin.means, Season(year, task.cycle, growth))[:, None]
    return Candidates({"": origin.means, LAST_YEAR: by_year, LAST_VALUE: by_value, WEIGHTED: share * by_year + (1 - share) * origin.means})


class Season(NamedTuple):
    """Periods of a year and of the shortest cycle, and by how much a year's sum exceeds that of the year before."""

    year: int
    cycle: int
    growth: float = 1.0


def year_shares(histories: tuple[Array, ...], by_year: Array, models: Array, season: Season) -> Array:
    """The share of last year in a mean with the models, shape (series,), 0..1; NaN where the rule cannot forecast.

    It is the regression of the known periods' deviations from the recent level on those of the year before. Large deviations count
    most, because small ones are noise: a peak is repeated, a busy week is not. Without evidence the share is 1, as far as the periods
    ahead deviate more than the known ones. All series share the evidence, by the square of their level.

    Args:
        by_year, models: shape (series, steps), of the periods ahead.

    Source:
        Granger & Ramanathan (1984), "Improved methods of combining forecasts".
    """
    reach = max(min(_RECENT, season.year // 4), 1) * season.cycle
    evidence = np.array([_repeated(history, season, reach, by_year.shape[1]) for history in histories])
    level = np.array([np.abs(history[-reach:]).mean() if history.size else 0.0 for history in histories])
    weights = level**2 / max(float((level**2).sum()), _SAME)
    product, square = (_OWN_SHARE * evidence + (1 - _OWN_SHARE) * weights @ evidence).T
    usual = np.maximum(np.abs(models).mean(axis=1), _SAME)[:, None]
    prior = _PRIOR * (np.clip((by_year - models) / usual, -_MOST_DEVIATION, _MOST_DEVIATION) ** 4).sum(axis=1) + _SAME
    return np.asarray(np.clip((product + prior) / (square + prior), 0.0, 1.0), dtype=np.float64)


def _repeated(history: Array, season: Season, reach: int, horizon: int) -> tuple[float, float]:
    """Sums over the periods with a year before them: last year's deviation times the period's own, and its square, each by its square.

    Deviations are from the recent level as it was one period, half a horizon and a horizon before, as a share of it.
    """
    sums = np.zeros(2)
    means = np.convolve(history, np.full(reach, 1 / reach), "valid") if history.size >= reach else np.empty(0)
    for ahead in (1, max(horizon // 2, 1), horizon):
        first = max(season.year, reach + ahead - 1)
        if first >= history.size:
            continue
        level = means[first - reach - ahead + 1 : history.size - reach - ahead + 1]
        usable = level > 0
        before, now = (
            np.clip(values[usable] / level[usable] - 1, -_MOST_DEVIATION, _MOST_DEVIATION)
            for values in (season.growth * history[first - season.year : history.size - season.year], history[first:])
        )
        sums += (before**3 @ now, (before**4).sum())
    return float(sums[0]) / 3, float(sums[1]) / 3


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

    Where a year is known, the weighted mean of last year and the models is published unless another method wins by more than the noise
    of the origins that knew a year, or has half of its error there. Last year needs no margin while the models know no season. Without
    a year the models are published, or the last value if it wins. See docs/adr/0040-next-year.md.

    Args:
        same_season: the origin whose window is the same part of the year as the coming one; None where there is none.
        models_know_season: the models of `now` do. Those of the past origins knew less, so what they lost to last year may be over.
    """
    tested = {name: _errors(past, tried, name) for name in now.means}
    able = np.isfinite(now.means[LAST_YEAR]).all(axis=1)
    by_year = np.isfinite(tested[LAST_YEAR])
    by_value = ~_is_silent(now, LAST_VALUE) & (_score(tested[LAST_VALUE], levels) < _score(tested[""], levels) * (1 + _MARGIN))
    without = np.where(by_value, LAST_VALUE, "")
    without = _unless_overruled(without, {name: tested[name] for name in ("", LAST_VALUE)}, now)
    best = np.full(len(levels), WEIGHTED, dtype=object)
    if by_year.any():
        comparable = {name: np.where(by_year, error, np.nan) for name, error in tested.items()}
        best = _unless_overruled(_with_year(comparable, by_year, same_season, models_know_season), comparable, now)
    return [str(name) for name in np.where(able, best, without)]


def _with_year(
    tested: dict[str, Array], by_year: npt.NDArray[np.bool_], same_season: int | None, models_know_season: bool
) -> npt.NDArray[np.object_]:
    """The method of each series by the origins that knew a year; the origin of the same season counts twice."""
    knew: npt.NDArray[np.bool_] = np.asarray(by_year.any(axis=1), dtype=np.bool_)
    weights = np.where(np.arange(len(knew)) == same_season, _SEASON_WEIGHT, 1.0)[knew]
    best, most = np.full(by_year.shape[1], WEIGHTED, dtype=object), np.zeros(by_year.shape[1])
    is_whole_year = same_season is not None and bool(knew[same_season]) and len(weights) >= _ENOUGH_ORIGINS
    # A method that knows no season and won in other parts of the year may still miss the coming one.
    challengers = tested if is_whole_year else (LAST_YEAR,) if len(weights) > 1 else ()
    for name in challengers:
        gain, noise = _gain((tested[WEIGHTED] - tested[name])[knew], weights)
        margin = noise if models_know_season or name != LAST_YEAR else 0.0
        wins = (gain > margin) & (gain > most)
        best, most = np.where(wins, name, best), np.where(wins, gain, most)
    return best


def _unless_overruled(methods: npt.NDArray[np.object_], errors: dict[str, Array], now: Candidates) -> npt.NDArray[np.object_]:
    """The methods, or another one for a series where its own error at the same origins was half as large."""
    names = list(errors)
    own = np.stack([_own_error(errors[name]) for name in names])
    silent = np.stack([_is_silent(now, name) for name in names])
    best = np.where(silent, np.inf, own).argmin(axis=0)
    series = np.arange(len(methods))
    current = own[[names.index(str(name)) for name in methods], series]
    overruled = np.isfinite(current) & (current > _OVERRULED * np.where(silent, np.inf, own)[best, series])
    return np.where(overruled, np.array(names, dtype=object)[best], methods)


def _is_silent(now: Candidates, name: str) -> npt.NDArray[np.bool_]:
    """A method forecasts nothing but zero: the smallest error for a series that is mostly zero, and no information."""
    return np.asarray(~(np.nan_to_num(now.means[name]) > 0).any(axis=1), dtype=np.bool_)


def _own_error(errors: Array) -> Array:
    """Mean error of each series over the origins that have one; infinite without any."""
    count = np.isfinite(errors).sum(axis=0)
    total = np.where(count > 0, np.nansum(errors, axis=0), np.inf)
    return np.asarray(total / np.maximum(count, 1), dtype=np.float64)


def _drawn(values: Array) -> Array:
    """Values of each series drawn to the panel's mean, because few origins say little of one series; shape (origins, series)."""
    panel = np.nanmean(values, axis=1, keepdims=True)
    return np.asarray(_OWN_SHARE * np.where(np.isfinite(values), values, panel) + (1 - _OWN_SHARE) * panel, dtype=np.float64)


def _gain(difference: Array, weights: Array) -> tuple[Array, Array]:
    """How much less error each series has by another method, and how much less it could have by chance, at one-sided 5 %.

    What all series say decides with the series' own difference. One origin shows no noise, so nothing beyond it.

    Args:
        difference: shape (origins, series), of errors in naive errors; NaN where a series has none.

    Source:
        Diebold & Mariano (1995), "Comparing Predictive Accuracy", as a weighted t-test over windows that do not overlap.
    """
    drawn = _drawn(difference)
    share = (weights / weights.sum())[:, None]
    count = 1 / float((share**2).sum())
    mean = (share * drawn).sum(axis=0)
    if len(weights) < 2:  # noqa: PLR2004 two origins differ
        return mean, np.full(mean.shape, np.inf)
    error = np.sqrt((share * (drawn - mean) ** 2).sum(axis=0) / (count - 1))
    return mean, np.asarray(stats.t.ppf(1 - _CHANCE, count - 1) * error, dtype=np.float64)


def _errors(past: Backtest, tried: tuple[Candidates, ...], name: str) -> Array:
    """Mean absolute error of a method over a naive error inside the history, shape (origins, series); NaN where either lacks."""
    errors = []
    for origin, candidates, actual in zip(past.origins, tried, past.actuals, strict=True):
        enough = np.array([history.size >= MIN_MODELLED for history in origin.histories])
        error = np.abs(actual - candidates.means[name]).mean(axis=1) / np.where(origin.spread > 0, origin.spread, 1.0)
        errors.append(np.where(enough & (origin.spread > 0), error, np.nan))
    return np.stack(errors) if errors else np.empty((0, past.actuals.shape[1]))


def _score(errors: Array, levels: npt.NDArray[np.object_]) -> Array:
    """Errors of each series drawn to those of its level; infinite where nothing could be tested."""
    is_tested = np.isfinite(errors)
    own, windows = np.where(is_tested, errors, 0.0).sum(axis=0), is_tested.sum(axis=0)
    scores = np.full(len(levels), np.inf)
    for level in np.unique(levels):
        inside = levels == level
        if windows[inside].sum():
            pooled = own[inside].sum() / windows[inside].sum()
            scores[inside] = (own[inside] + _POOLED_WINDOWS * pooled) / (windows[inside] + _POOLED_WINDOWS)
    return scores


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

    Origins that the rule did not forecast say nothing. A rule that forecasts nothing but zero is never better: after an empty week the
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
    """Standard deviation of a forecast from last year that no origin could test, by step.

    Both years are noisy around their level, and nobody knows the growth: twice the variance of the noise, and the doubt about
    growth.
    """
    size, half = history.size, _NOISE_WINDOW // 2
    level = np.array([np.median(history[max(place - half, 0) : place + half + 1]) for place in range(size)])
    ratios = history[level > 0] / level[level > 0]
    noise = float(np.median(np.abs(ratios - 1))) * 1.4826 if ratios.size else 1.0  # of a normal distribution: MAD to deviation
    # The middle value of five is nearer to its own median than to the level: sqrt(5 / 4) in expectation of a mean.
    noise *= np.sqrt(_NOISE_WINDOW / (_NOISE_WINDOW - 1))
    usual = float(np.abs(history).mean())
    return np.asarray(np.sqrt(2 * noise**2 + _GROWTH_DOUBT**2) * np.maximum(np.abs(mean), 0.25 * usual), dtype=np.float64)
