"""The forecast of a panel by the methods that did best at earlier origins, with intervals from the errors
that were made there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from headgate.analytics import naive_rules
from headgate.analytics.conformal import Bounds, PastErrors, offsets, score_limits
from headgate.analytics.forecasting import LEVELS, Backtest, Origin, SeriesHistories, Task, backtest, bounded
from headgate.analytics.point_forecasts import MIN_MODELLED
from headgate.engines import LOCAL, Engine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.analytics.periods import Grain

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Sides = float | Array  # of all steps, or of each

_MAX_SPREAD = 3.0  # of the logarithm: twenty times the mean
_MIN_SHARE = 0.02  # of the mean: less counts as so much, because zero has no logarithm
_MIN_LEVEL = 0.25  # of the mean of a history: a forecast near zero would enlarge errors without limit
_MIN_NOISE = 0.02  # of a series' level: no past error shows that the next will be smaller
# Of the logarithm, added to the doubt of each forecast: a model of a smooth series takes its own form for
# certain. See docs/adr/0040-next-year.md.
_DOUBT_OF_MODEL = 0.03


@dataclass(frozen=True)
class PublishedForecast:
    """The published forecast from now, and what the same methods forecast at earlier origins.

    Attributes:
        offered: the forecasts of all methods from now; None for a panel without series.
        tried: the same at each earlier origin.
    """

    now: Origin
    past: Backtest
    offered: naive_rules.Candidates | None
    tried: tuple[naive_rules.Candidates, ...]

    @property
    def is_season_untested(self) -> Mask:
        """Whether no earlier origin knew a year of a series, so that its season was not tested.

        Shape (series,).
        """
        by_year = [np.isfinite(every.means[naive_rules.LAST_YEAR]).all(axis=1) for every in self.tried]
        return ~np.any(by_year, axis=0) if by_year else np.ones(len(self.now.means), dtype=np.bool_)

    @property
    def rules(self) -> dict[str, Array]:
        """Forecasts of each naive rule at each earlier origin, shape (origins, series, steps).

        NaN where it could not forecast.
        """
        empty = np.empty((0, *self.now.means.shape))
        return {
            name: np.stack([every.means[name] for every in self.tried]) if self.tried else empty
            for name in naive_rules.RULES
        }


def published_forecast(
    panel: SeriesHistories, grain: Grain, horizon: int, *, windows: int = 4, engine: Engine = LOCAL
) -> PublishedForecast:
    """Forecast every series by the method that its errors at earlier origins favour."""
    task = Task(horizon, grain.season_lengths, cycle=grain.cycle)
    longest = max((history.size for history in panel.histories), default=0)
    cuts = grain.cuts(horizon, windows, longest - MIN_MODELLED)
    now, past = backtest(panel, task, cuts=cuts, engine=engine)
    tried = tuple(
        naive_rules.candidates(origin, panel.before(cut), task, grain.year)
        for origin, cut in zip(past.origins, cuts, strict=True)
    )
    if not panel.histories:
        return PublishedForecast(now, past, None, tried)
    offered = naive_rules.candidates(now, panel, task, grain.year)
    methods = naive_rules.chosen(past, tried, offered)
    before = [
        naive_rules.published(origin, candidates, methods)
        for origin, candidates in zip(past.origins, tried, strict=True)
    ]
    published = naive_rules.published(now, offered, methods)
    # Past origins lie in months that are known; only the coming periods have the doubt of the others.
    doubt = np.hypot(offered.doubt, naive_rules.hidden_season(offered, grain.year))
    return PublishedForecast(
        replace(published, doubt=doubt), Backtest(tuple(before), past.actuals), offered, tried
    )


def is_untested(now: Origin, past: Backtest) -> Mask:
    """Return whether no earlier origin with enough history used the published method of each series."""
    return np.array([_is_untested(place, now, past) for place in range(len(now.histories))], dtype=bool)


def interval_offsets(now: Origin, past: Backtest) -> Bounds:
    """Return what to add to the means for the bounds of each level.

    Past errors in units of the doubt of their forecasts say how many doubts a bound lies from its mean. A
    series without a doubt, which sells now and then, has the absolute errors of past origins.
    """
    absolute = offsets(errors_at(now, past), now.spread, LEVELS)
    scores = [scores_of(*window) for window in zip(past.origins, past.actuals, strict=True)]
    return offsets_in_doubts(now, absolute, score_limits(scores, LEVELS), empty_shares(now)[:, None])


def offsets_in_doubts(
    now: Origin, absolute: Bounds, limits: Mapping[int, tuple[Sides, Sides]], empty: Array
) -> Bounds:
    """Return what to add to the means for the bounds of each level, from how many doubts they lie away.

    Args:
        absolute: the same of series without a doubt.
        limits: doubts below and above the mean; numbers, or one for each step.
        empty: the share of values at which a series sells nothing; shape (series, 1) or (series, steps).
    """
    if now.doubt is None:
        return absolute
    doubt, is_doubted = _with_doubt_of_model(now.doubt), (now.doubt > 0) & (now.means > 0)
    bounds = {}
    for level, (low, high) in absolute.items():
        below, above = (np.minimum(limit * doubt, _MAX_SPREAD) for limit in limits[level])
        # A series that often sells nothing has a lower bound of zero, and all misses above.
        is_sparse = empty > (1 - level / 100) / 2
        one_sided = NormalDist().inv_cdf(level / 100) / NormalDist().inv_cdf(0.5 + level / 200)
        below, above = np.where(is_sparse, np.inf, below), np.where(is_sparse, above * one_sided, above)
        bounds[level] = (
            np.where(is_doubted, now.means * np.expm1(-below), low),
            np.where(is_doubted, now.means * np.expm1(above), high),
        )
    return bounds


def empty_shares(origin: Origin) -> Array:
    """Return the share of the periods of each history that sold nothing; shape (series,)."""
    return np.array([(history <= 0).mean() if history.size else 0.0 for history in origin.histories])


def scores_of(origin: Origin, actuals: Array) -> Array:
    """Return the errors of an origin in units of its doubt, as logarithms; NaN for a series that had none."""
    if origin.doubt is None:
        return np.full(actuals.shape, np.nan)
    level = origin.means.mean(axis=1, keepdims=True)
    is_modelled = np.array([[history.size >= MIN_MODELLED] for history in origin.histories])
    is_doubted = is_modelled & (origin.doubt > 0) & (level > 0)
    least = _MIN_SHARE * np.where(level > 0, level, 1.0)
    errors = np.log(np.maximum(actuals, least)) - np.log(np.maximum(origin.means, least))
    doubt = _with_doubt_of_model(origin.doubt)
    return np.asarray(
        np.divide(errors, doubt, out=np.full(errors.shape, np.nan), where=is_doubted), dtype=np.float64
    )


def _with_doubt_of_model(doubt: Array) -> Array:
    return np.asarray(np.where(doubt > 0, np.hypot(doubt, _DOUBT_OF_MODEL), 0.0), dtype=np.float64)


def never_certain(
    bounds: Bounds, now: Origin, certain: Mask | None = None, growth: float | Array = 1.0
) -> Bounds:
    """Return offsets that are zero where the values are `certain`, and nowhere else.

    Args:
        growth: by what the least noise of a value is larger than that of a period; a number, or one for each
            step.
    """
    usual = level_of(now)
    living = usual[usual > 0]
    scale = _MIN_NOISE * np.where(usual > 0, usual, living.min() if living.size else 0.0)[:, None] * growth
    is_certain = np.zeros(now.means.shape, dtype=bool) if certain is None else certain
    widths = {level: NormalDist().inv_cdf(0.5 + level / 200) * scale for level in bounds}
    return {
        level: (
            np.where(is_certain, 0.0, np.minimum(low, -widths[level])),
            np.where(is_certain, 0.0, np.maximum(high, widths[level])),
        )
        for level, (low, high) in bounds.items()
    }


def past_bounds(past: Backtest) -> tuple[Bounds, ...]:
    """Return the bounds of each earlier origin, from the errors of the others, so that coverage is honest."""
    return tuple(
        bounded(origin, never_certain(interval_offsets(origin, past.without(number)), origin))
        for number, origin in enumerate(past.origins)
    )


def errors_at(origin: Origin, past: Backtest) -> PastErrors:
    """Return past errors at the level of an origin's forecast, because busy seasons have larger errors."""
    errors, level = past.past, level_of(origin)
    if not past.origins:
        return errors
    ratio = np.stack(
        [
            np.divide(level, past_level, out=np.ones_like(level), where=past_level > 0)
            for past_level in map(level_of, past.origins)
        ]
    )
    return PastErrors(errors.errors * ratio[:, :, None], errors.spread * ratio)


def level_of(origin: Origin) -> Array:
    """Return each series' expected value in a period, at least a quarter of its usual one.

    Shape (series,).
    """
    usual = np.array([np.abs(history).mean() if history.size else 0.0 for history in origin.histories])
    return np.asarray(np.maximum(np.abs(origin.means).mean(axis=1), _MIN_LEVEL * usual), dtype=np.float64)


def _is_untested(place: int, now: Origin, past: Backtest) -> bool:
    seen = {origin.models[place] for origin in past.origins if origin.histories[place].size >= MIN_MODELLED}
    return now.models[place] not in seen
