"""The forecast of the whole hierarchy with its backtest, made once and read by two tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from headgate.domains.retail.market_intelligence_hub import closures, naive_rules
from headgate.domains.retail.market_intelligence_hub.calendar import EXPECTED_EFFECTS, KINDS, exposure
from headgate.domains.retail.market_intelligence_hub.conformal import Bounds, PastErrors, offsets
from headgate.domains.retail.market_intelligence_hub.features import SERIES
from headgate.domains.retail.market_intelligence_hub.forecasting import LEVELS, Backtest, Origin, Panel, Task, backtest, bounded
from headgate.domains.retail.market_intelligence_hub.point_forecasts import MIN_MODELLED
from headgate.domains.retail.market_intelligence_hub.reconcile import reconcile, summing_matrix
from headgate.domains.retail.market_intelligence_hub.seasons import discernible
from headgate.engines import LOCAL, Engine

if TYPE_CHECKING:
    import pandas as pd

    from headgate.domains.retail.market_intelligence_hub.features import Span
    from headgate.domains.retail.market_intelligence_hub.forecast_plan import Plan

Array = npt.NDArray[np.float64]

# Root mean square error of the total's forecast up to 13 weeks ahead, on the logarithmic scale, with 24 to 47 weeks of history:
# 0.36 on Online Retail II, 0.64 to 0.82 on three generated shops; see docs/adr/0040-next-year.md.
_SEASON_DOUBT = 0.6
_LEAST_LEVEL = 0.25  # of the mean of a history: a forecast near zero would enlarge errors without limit
_ROUNDING = 1e-9
_LEAST_NOISE = 0.05  # of a series' level: no past error shows that the next will be smaller


@dataclass(frozen=True)
class HierarchyForecast:
    """Forecasts of every series from now, and from earlier origins, which measure their accuracy.

    Attributes:
        series: one row per series, in the order of every array.
        span: the known periods.
        bounds: interval bounds from now, by level.
        past_bounds: for each earlier origin, its bounds from the errors of the *other* origins, so that coverage is honest.
        too_short: shape (series,); whether the published method could not be tested at any earlier origin, or less than a year is
            known, so that no earlier origin shows what the season does.
        rules: by naive rule, its forecasts at each earlier origin, shape (origins, series, steps); NaN where it could not forecast.
    """

    series: pd.DataFrame
    span: Span
    now: Origin
    bounds: Bounds
    past: Backtest
    past_bounds: tuple[Bounds, ...]
    too_short: npt.NDArray[np.bool_]
    rules: dict[str, Array]


def forecast_hierarchy(sales: pd.DataFrame, events: pd.DataFrame, span: Span, plan: Plan, engine: Engine = LOCAL) -> HierarchyForecast:
    """Forecast net revenue of every series by period, adding up over the hierarchy.

    Args:
        events: what is known beforehand to move sales, as `calendar.events_of` gives it.
    """
    series, sold = _histories(sales)
    leaves, summing = series[series["level"] == plan.levels[-1]], summing_matrix(series, plan.levels[-1])
    exposed = _exposure(events, leaves, _shares(sold, summing, leaves), span, plan)
    levels = series["level"].to_numpy(dtype=object)
    histories, has_stopped = _of_open_shop(sold, levels, exposed, span, plan.horizon)
    panel = Panel(histories, exposed, EXPECTED_EFFECTS)
    task = Task(plan.horizon, plan.grain.season_lengths, cycle=plan.grain.cycle)
    longest = max((history.size for history in histories), default=0)
    cuts = plan.cuts(longest - MIN_MODELLED)
    now, past = backtest(panel, task, cuts=cuts, engine=engine)
    tried = tuple(
        naive_rules.candidates(origin, panel.before(cut), task, plan.grain.year) for origin, cut in zip(past.origins, cuts, strict=True)
    )
    offered = naive_rules.candidates(now, panel, task, plan.grain.year) if histories else None
    same_season = cuts.index(plan.season_cut) if plan.season_cut in cuts else None
    knows_season = bool(discernible(longest, (plan.grain.year,)))
    methods = naive_rules.chosen(past, tried, offered, levels, same_season, models_know_season=knows_season) if offered else []
    before = [naive_rules.published(origin, candidates, methods) for origin, candidates in zip(past.origins, tried, strict=True)]
    alone = Backtest(tuple(before), past.actuals)
    ahead, tested = _all_reconciled(naive_rules.published(now, offered, methods), alone, summing, levels) if offered else (now, alone)
    is_untested = np.array([_is_untested(place, ahead, tested) for place in range(len(series))], dtype=bool)
    by_year = offered.means[naive_rules.LAST_YEAR] if offered else np.empty((0, plan.horizon))
    unseasoned = np.asarray(np.isnan(by_year).any(axis=1), dtype=np.bool_)
    bounds = _widened(offsets(_errors_at(ahead, tested), ahead.spread, LEVELS), ahead, is_untested, _widening(plan, len(cuts)))
    bounds = _with_season_doubt(bounds, ahead, unseasoned)
    closed = _closed_ahead(exposed, ahead)
    if has_stopped:
        ahead = replace(ahead, means=np.zeros_like(ahead.means), models=("zero",) * len(ahead.models))
        closed = np.ones_like(closed)
    bounds = bounded(ahead, _never_certain(bounds, ahead, closed))
    rules = {
        name: np.stack([candidates.means[name] for candidates in tried]) if tried else np.empty((0, *now.means.shape))
        for name in naive_rules.RULES
    }
    return HierarchyForecast(series, span, ahead, bounds, tested, _past_bounds(tested), is_untested | unseasoned, rules)


def _past_bounds(tested: Backtest) -> tuple[Bounds, ...]:
    """The bounds of each earlier origin, from the errors of the others."""
    return tuple(
        bounded(origin, offsets(_errors_at(origin, tested).without(number), origin.spread, LEVELS))
        for number, origin in enumerate(tested.origins)
    )


def _of_open_shop(
    sold: tuple[Array, ...], levels: npt.NDArray[np.object_], exposed: Array | None, span: Span, horizon: int
) -> tuple[tuple[Array, ...], bool]:
    """Histories of regular trade, as if the shop had never been closed without a reason in the calendar; and whether it has stopped."""
    if not sold:
        return sold, False
    (place,) = (int(number) for number in np.flatnonzero(levels == "total"))
    total = sold[place]
    closed = closures.closed_periods(total, span.starts()[-total.size :], span.grain)
    if exposed is not None:
        closed &= ~exposed[place, exposed.shape[1] - horizon - total.size : -horizon].any(axis=1)
    kept = total.size - closures.opened_at(total)
    opened = (closures.filled(history, closed[closed.size - history.size :])[-kept:] for history in sold)
    return tuple(opened), closures.has_stopped(total, span.grain)


def _closed_ahead(exposed: Array | None, ahead: Origin) -> npt.NDArray[np.bool_]:
    """Where the calendar states that a series is closed and nothing is expected; shape (series, steps)."""
    if exposed is None:
        return np.zeros(ahead.means.shape, dtype=bool)
    is_closed = exposed[:, -ahead.means.shape[1] :, KINDS.index("closure")] >= 1 - _ROUNDING
    return np.asarray(is_closed & (ahead.means == 0), dtype=np.bool_)


def _never_certain(bounds: Bounds, ahead: Origin, closed: npt.NDArray[np.bool_]) -> Bounds:
    """Offsets that are zero where the shop is closed, and nowhere else."""
    usual = _level(ahead)
    sells = usual[usual > 0]
    scale = _LEAST_NOISE * np.where(usual > 0, usual, sells.min() if sells.size else 0.0)[:, None]
    widths = {level: NormalDist().inv_cdf(0.5 + level / 200) * scale for level in bounds}
    return {
        level: (np.where(closed, 0.0, np.minimum(low, -widths[level])), np.where(closed, 0.0, np.maximum(high, widths[level])))
        for level, (low, high) in bounds.items()
    }


def _all_reconciled(now: Origin, past: Backtest, summing: Array, levels: npt.NDArray[np.object_]) -> tuple[Origin, Backtest]:
    """Forecasts that add up, from now and from earlier origins. A naive rule of the total that was better unmoved stays as it is."""
    (total,) = (int(place) for place in np.flatnonzero(levels == "total"))
    moved = tuple(_reconciled(origin, summing) for origin in past.origins)
    if not naive_rules.is_better_unmoved(total, now, past, moved):
        return _reconciled(now, summing), Backtest(moved, past.actuals)
    # At an origin that the rule could not forecast the total has another method, which is reconciled as usual.
    fixed = [total if origin.models[total] == now.models[total] else None for origin in past.origins]
    kept = [_reconciled(origin, summing, place) for origin, place in zip(past.origins, fixed, strict=True)]
    return _reconciled(now, summing, total), Backtest(tuple(kept), past.actuals)


def _reconciled(origin: Origin, summing: Array, fixed: int | None = None) -> Origin:
    return replace(origin, means=reconcile(origin.means, origin.spread, summing, fixed))


def _errors_at(origin: Origin, past: Backtest) -> PastErrors:
    """Past errors at the level of an origin's forecast: a busy season is missed by more pounds than a quiet one."""
    errors, level = past.past, _level(origin)
    if not past.origins:
        return errors
    ratio = np.stack(
        [np.divide(level, past_level, out=np.ones_like(level), where=past_level > 0) for past_level in map(_level, past.origins)]
    )
    return PastErrors(errors.errors * ratio[:, :, None], errors.spread * ratio)


def _level(origin: Origin) -> Array:
    """Return each series' expected sales in a period, at least a quarter of its usual sales; shape (series,)."""
    usual = np.array([np.abs(history).mean() if history.size else 0.0 for history in origin.histories])
    return np.asarray(np.maximum(np.abs(origin.means).mean(axis=1), _LEAST_LEVEL * usual), dtype=np.float64)


def _is_untested(place: int, now: Origin, past: Backtest) -> bool:
    """At no earlier origin with a history worth modelling was the series forecast by the method that is published now."""
    seen = {origin.models[place] for origin in past.origins if origin.histories[place].size >= MIN_MODELLED}
    return now.models[place] not in seen


def _widening(plan: Plan, windows: int) -> float:
    """How much wider intervals must be because few windows, which overlap, know little of the errors of a whole horizon.

    A new error varies around a mean that itself is known from as many independent windows as the origins' distance allows.
    """
    independent = 1 + max(windows - 1, 0) * min(plan.grain.step / plan.horizon, 1.0)
    return float(np.sqrt(1 + 1 / independent))


def _widened(bounds: Bounds, now: Origin, too_short: npt.NDArray[np.bool_], widening: float) -> Bounds:
    """Offsets with the widening, and by the noise of the history alone where no origin could test the method."""
    widened = {}
    untested = [place for place in np.flatnonzero(too_short) if now.models[place] in (naive_rules.LAST_YEAR, naive_rules.WEIGHTED)]
    scales = {place: naive_rules.untested_scale(now.histories[place], now.means[place]) for place in untested}
    for level, (low, high) in bounds.items():
        lower, upper = low * widening, high * widening
        z = NormalDist().inv_cdf(0.5 + level / 200)
        for place, scale in scales.items():
            lower[place], upper[place] = -z * scale, z * scale
        widened[level] = (lower, upper)
    return widened


def _with_season_doubt(bounds: Bounds, now: Origin, unseasoned: npt.NDArray[np.bool_]) -> Bounds:
    """Offsets that are never narrower than the doubt about a season that the history does not show."""
    widened = {}
    size = np.abs(now.means) * unseasoned[:, None]
    for level, (low, high) in bounds.items():
        doubt = NormalDist().inv_cdf(0.5 + level / 200) * _SEASON_DOUBT
        widened[level] = (np.minimum(low, size * np.expm1(-doubt)), np.maximum(high, size * np.expm1(doubt)))
    return widened


def _exposure(events: pd.DataFrame, leaves: pd.DataFrame, shares: Array, span: Span, plan: Plan) -> Array | None:
    """A series above the leaves is under an event as far as its leaves are."""
    if events.empty or leaves.empty:
        return None
    last = span.grain.shifted(span.last, plan.horizon)
    exposed = exposure(events, leaves, span.grain.starts(span.first, last), plan.grain)
    return np.asarray(np.einsum("sl,lpk->spk", shares, exposed), dtype=np.float64)


def _shares(histories: tuple[Array, ...], summing: Array, leaves: pd.DataFrame) -> Array:
    """Each leaf's share in what a series sells; shape (series, leaves)."""
    sold = summing * np.array([max(float(histories[number].mean()), 0.0) for number in leaves.index])
    whole = sold.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(sold, whole, out=np.zeros_like(sold), where=whole > 0), dtype=np.float64)


def _histories(sales: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Array, ...]]:
    """One row per series, and its revenue by period, in that order."""
    series = sales[SERIES].drop_duplicates(ignore_index=True)
    revenue = sales["revenue"].astype(float)
    return series, tuple(np.asarray(group, dtype=float) for _, group in revenue.groupby(sales["series_id"], sort=False))
