"""The forecast of a panel by the methods that did best at earlier origins, with intervals from the errors
that were made there.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from headgate.analytics import naive_rules
from headgate.analytics.conformal import SMALLEST_SPREAD, Bounds, PastErrors, offsets
from headgate.analytics.forecasting import LEVELS, Backtest, Origin, SeriesHistories, Task, backtest, bounded
from headgate.analytics.point_forecasts import MIN_MODELLED
from headgate.engines import LOCAL, Engine

if TYPE_CHECKING:
    from headgate.analytics.periods import Grain

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_SEASON_DOUBT = (
    0.4  # of the logarithm, of what less than a year does not show; beside the doubt of what it shows
)
_MOST_DOUBT = 3.0  # of the logarithm: twenty times the mean
_LEAST_LEVEL = 0.25  # of the mean of a history: a forecast near zero would enlarge errors without limit
_LEAST_NOISE = 0.05  # of a series' level: no past error shows that the next will be smaller


@dataclass(frozen=True)
class PublishedForecast:
    """The published forecast from now, and what the same methods forecast at earlier origins.

    Attributes:
        offered: the forecasts of all methods from now; None for a panel without series.
        tried: the same at each earlier origin.
        closeness: the distance of two origins as a share of the horizon, at most 1.
        reaches_seasons: whether the horizon is long enough for another season of the year.
    """

    now: Origin
    past: Backtest
    offered: naive_rules.Candidates | None
    tried: tuple[naive_rules.Candidates, ...]
    closeness: float
    reaches_seasons: bool = True

    @property
    def unseasoned(self) -> Mask:
        """Whether less than a year of a series is known, so that no earlier origin shows the effect of the
        season; shape (series,).
        """
        by_year = self.offered.means[naive_rules.LAST_YEAR] if self.offered else self.now.means
        return np.asarray(np.isnan(by_year).any(axis=1) & self.reaches_seasons, dtype=np.bool_)

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
    """Forecast every series by the method of the ensemble and the naive rules that the errors at earlier
    origins favour.

    Args:
        windows: earlier origins.
    """
    task = Task(horizon, grain.season_lengths, cycle=grain.cycle)
    longest = max((history.size for history in panel.histories), default=0)
    cuts = grain.cuts(horizon, windows, longest - MIN_MODELLED)
    now, past = backtest(panel, task, cuts=cuts, engine=engine)
    tried = tuple(
        naive_rules.candidates(origin, panel.before(cut), task, grain.year)
        for origin, cut in zip(past.origins, cuts, strict=True)
    )
    closeness = min(grain.step / horizon, 1.0)
    if not panel.histories:
        return PublishedForecast(now, past, None, tried, closeness)
    offered = naive_rules.candidates(now, panel, task, grain.year)
    methods = naive_rules.chosen(past, tried, offered)
    before = [
        naive_rules.published(origin, candidates, methods)
        for origin, candidates in zip(past.origins, tried, strict=True)
    ]
    published, backtested = (
        naive_rules.published(now, offered, methods),
        Backtest(tuple(before), past.actuals),
    )
    return PublishedForecast(
        published, backtested, offered, tried, closeness, reaches_seasons=not grain.is_of_hours
    )


def is_untested(now: Origin, past: Backtest) -> Mask:
    """Whether each series was at no earlier origin with a history worth modelling forecast by the method that
    is published now.
    """
    return np.array([_is_untested(place, now, past) for place in range(len(now.histories))], dtype=bool)


def interval_offsets(now: Origin, past: Backtest, forecast: PublishedForecast) -> Bounds:
    """Return what to add to the means for the bounds of each level, with the doubts that the errors at
    earlier origins do not show.

    Args:
        now, past: the published forecasts, which may differ from those of `forecast`, such as by adding up.
    """
    # A new error varies around a mean that itself is known from as many independent windows as the origins'
    # distance allows.
    independent = 1 + max(len(past.origins) - 1, 0) * forecast.closeness
    widening = float(np.sqrt(1 + 1 / independent))
    bounds = offsets(errors_at(now, past), now.spread, LEVELS)
    return _with_doubt(bounds, now, forecast.unseasoned, is_untested(now, past), widening)


def never_certain(bounds: Bounds, now: Origin, certain: Mask) -> Bounds:
    """Return offsets that are zero where the values are `certain`, and nowhere else."""
    usual = level_of(now)
    living = usual[usual > 0]
    scale = _LEAST_NOISE * np.where(usual > 0, usual, living.min() if living.size else 0.0)[:, None]
    widths = {level: NormalDist().inv_cdf(0.5 + level / 200) * scale for level in bounds}
    return {
        level: (
            np.where(certain, 0.0, np.minimum(low, -widths[level])),
            np.where(certain, 0.0, np.maximum(high, widths[level])),
        )
        for level, (low, high) in bounds.items()
    }


def past_bounds(past: Backtest) -> tuple[Bounds, ...]:
    """Return the bounds of each earlier origin, from the errors of the others, so that coverage is honest."""
    return tuple(
        bounded(origin, offsets(errors_at(origin, past).without(number), origin.spread, LEVELS))
        for number, origin in enumerate(past.origins)
    )


def errors_at(origin: Origin, past: Backtest) -> PastErrors:
    """Return past errors at the level of an origin's forecast: a busy season is missed by more than a quiet
    one.
    """
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
    return np.asarray(np.maximum(np.abs(origin.means).mean(axis=1), _LEAST_LEVEL * usual), dtype=np.float64)


def _is_untested(place: int, now: Origin, past: Backtest) -> bool:
    seen = {origin.models[place] for origin in past.origins if origin.histories[place].size >= MIN_MODELLED}
    return now.models[place] not in seen


def _with_doubt(bounds: Bounds, now: Origin, unseasoned: Mask, unknown: Mask, widening: float) -> Bounds:
    """Return the mean of widened offsets and of the doubt about level and season.

    Where no origin shows its effect, the wider ones.

    Args:
        unseasoned, unknown: shape (series,); less than a year is known, or no origin tested the method.
    """
    if now.doubt is None:
        return {level: (low * widening, high * widening) for level, (low, high) in bounds.items()}
    usual = np.maximum(np.abs(now.means), SMALLEST_SPREAD)
    deviation = np.hypot(now.doubt / usual, _SEASON_DOUBT * unseasoned[:, None])
    widened = {}
    for level, (low, high) in bounds.items():
        spread = np.minimum(NormalDist().inv_cdf(0.5 + level / 200) * deviation, _MOST_DOUBT)
        lower, upper = now.means * np.expm1(-spread), now.means * np.expm1(spread)
        is_wider = unknown[:, None] | unseasoned[:, None]
        widened[level] = (
            np.where(is_wider, np.minimum(low * widening, lower), (low * widening + lower) / 2),
            np.where(is_wider, np.maximum(high * widening, upper), (high * widening + upper) / 2),
        )
    return widened
