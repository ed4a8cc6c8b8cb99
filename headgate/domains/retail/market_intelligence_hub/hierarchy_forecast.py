"""The forecast of the complete hierarchy with its backtest, computed once for two tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from headgate.analytics import closures, naive_rules
from headgate.analytics.forecasting import Backtest, Origin, SeriesHistories, bounded
from headgate.analytics.published_forecast import (
    interval_offsets,
    is_untested,
    level_of,
    never_certain,
    past_bounds,
    published_forecast,
)
from headgate.analytics.running_sums import RunningSums, running_sums
from headgate.domains.retail.market_intelligence_hub.calendar import EXPECTED_EFFECTS, KINDS, exposure
from headgate.domains.retail.market_intelligence_hub.features import SERIES
from headgate.domains.retail.market_intelligence_hub.reconcile import reconcile, summing_matrix
from headgate.domains.retail.usual_season import closed_at_year_end, with_usual_season, year_end_doubt
from headgate.engines import LOCAL, Engine

if TYPE_CHECKING:
    import pandas as pd

    from headgate.analytics.conformal import Bounds
    from headgate.analytics.periods import Span
    from headgate.domains.retail.market_intelligence_hub.forecast_plan import Plan

Array = npt.NDArray[np.float64]

_ROUNDING = 1e-9
_WEEK_DAYS = 7
_MOVED_DAYS = {80: 1, 95: 2}  # days that closed ones at the end of a year move, by level of the interval


@dataclass(frozen=True)
class HierarchyForecast:
    """Forecasts of every series from now, and from earlier origins, which measure their accuracy.

    Attributes:
        series: one row per series, in the order of every array.
        span: the known periods.
        bounds: interval bounds from now, by level.
        sums: those of the first periods ahead together.
        past_bounds: for each earlier origin, its bounds from the errors of the *other* origins, so that
            coverage is honest.
        too_short: shape (series,); whether the published method could not be tested at any earlier origin, or
            no earlier origin knew a year, so that none shows what the season does.
        rules: by naive rule, its forecasts at each earlier origin, shape (origins, series, steps); NaN where
            it could not forecast.
    """

    series: pd.DataFrame
    span: Span
    now: Origin
    bounds: Bounds
    sums: RunningSums
    past: Backtest
    past_bounds: tuple[Bounds, ...]
    too_short: npt.NDArray[np.bool_]
    rules: dict[str, Array]


def forecast_hierarchy(
    sales: pd.DataFrame, events: pd.DataFrame, span: Span, plan: Plan, engine: Engine = LOCAL
) -> HierarchyForecast:
    """Forecast net revenue of every series by period, adding up over the hierarchy."""
    series, sold = _histories(sales)
    leaves, summing = series[series["level"] == plan.levels[-1]], summing_matrix(series, plan.levels[-1])
    exposed = _exposure(events, leaves, _shares(sold, summing, leaves), span, plan)
    levels = series["level"].to_numpy(dtype=object)
    histories, has_stopped = _of_open_shop(sold, levels, exposed, span, plan.horizon)
    panel = with_usual_season(SeriesHistories(histories, exposed, EXPECTED_EFFECTS), span, plan.horizon)
    forecast = published_forecast(panel, plan.grain, plan.horizon, windows=plan.windows, engine=engine)
    ahead, tested = (
        (forecast.now, forecast.past)
        if series.empty
        else _all_reconciled(forecast.now, forecast.past, summing, levels)
    )
    ahead = _with_year_end(ahead, span)
    offsets, too_short = (
        interval_offsets(ahead, tested),
        is_untested(ahead, tested) | forecast.is_season_untested,
    )
    closed = _closed_ahead(exposed, ahead)
    if has_stopped:
        ahead = replace(ahead, means=np.zeros_like(ahead.means), models=("zero",) * len(ahead.models))
        closed = np.ones_like(closed)
    days = _moved_days(ahead, () if has_stopped else histories, span)
    offsets = {
        level: (np.minimum(low, -days[level]), np.maximum(high, days[level]))
        for level, (low, high) in offsets.items()
    }
    bounds = bounded(ahead, never_certain(offsets, ahead, closed))
    of_sums = {level: np.maximum.accumulate(width, axis=1) for level, width in days.items()}
    sums = running_sums(ahead, tested, closed, of_sums)
    return HierarchyForecast(
        series, span, ahead, bounds, sums, tested, past_bounds(tested), too_short, forecast.rules
    )


def _with_year_end(ahead: Origin, span: Span) -> Origin:
    """Return the forecast from now with the doubt of the end of the year."""
    if ahead.doubt is None:
        return ahead
    longest = max((history.size for history in ahead.histories), default=0)
    doubt = np.hypot(ahead.doubt, year_end_doubt(span, longest, ahead.means.shape[1]))
    return replace(ahead, doubt=np.where(ahead.doubt > 0, doubt, 0.0))


def _of_open_shop(
    sold: tuple[Array, ...], levels: npt.NDArray[np.object_], exposed: Array | None, span: Span, horizon: int
) -> tuple[tuple[Array, ...], bool]:
    """Return histories of regular trade, as if the shop closed only when the calendar says so.

    And whether it has stopped.
    """
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


def _moved_days(ahead: Origin, histories: tuple[Array, ...], span: Span) -> dict[int, Array]:
    """Return the sales of the days by which closed ones may move, by level; shape (series, steps).

    A week of closed days at the end of the year has one or two open days more or less than last year.

    Args:
        histories: of the series; none of a shop that has stopped.
    """
    horizon = ahead.means.shape[1]
    closed = closed_at_year_end(histories, span, horizon)[-horizon:] if histories else np.zeros(horizon)
    day = level_of(ahead)[:, None] / _WEEK_DAYS * (closed > 0)
    return {level: days * day for level, days in _MOVED_DAYS.items()}


def _closed_ahead(exposed: Array | None, ahead: Origin) -> npt.NDArray[np.bool_]:
    """Return where the calendar closes a series and nothing is expected; shape (series, steps)."""
    if exposed is None:
        return np.zeros(ahead.means.shape, dtype=bool)
    is_closed = exposed[:, -ahead.means.shape[1] :, KINDS.index("closure")] >= 1 - _ROUNDING
    return np.asarray(is_closed & (ahead.means == 0), dtype=np.bool_)


def _all_reconciled(
    now: Origin, past: Backtest, summing: Array, levels: npt.NDArray[np.object_]
) -> tuple[Origin, Backtest]:
    """Return forecasts that add up, from now and from earlier origins."""
    (total,) = (int(place) for place in np.flatnonzero(levels == "total"))
    moved = tuple(_reconciled(origin, summing) for origin in past.origins)
    if not naive_rules.is_better_unmoved(total, now, past, moved):
        return _reconciled(now, summing), Backtest(moved, past.actuals)
    # At an origin that the rule could not forecast the total has another method, which is reconciled as
    # usual.
    fixed = [total if origin.models[total] == now.models[total] else None for origin in past.origins]
    kept = [_reconciled(origin, summing, place) for origin, place in zip(past.origins, fixed, strict=True)]
    return _reconciled(now, summing, total), Backtest(tuple(kept), past.actuals)


def _reconciled(origin: Origin, summing: Array, fixed: int | None = None) -> Origin:
    return replace(origin, means=reconcile(origin.means, origin.spread, summing, fixed))


def _exposure(
    events: pd.DataFrame, leaves: pd.DataFrame, shares: Array, span: Span, plan: Plan
) -> Array | None:
    """Return the exposure: a series above the leaves is under an event as far as its leaves are."""
    if events.empty or leaves.empty:
        return None
    last = span.grain.shifted(span.last, plan.horizon)
    exposed = exposure(events, leaves, span.grain.starts(span.first, last), plan.grain)
    return np.asarray(np.einsum("sl,lpk->spk", shares, exposed), dtype=np.float64)


def _shares(histories: tuple[Array, ...], summing: Array, leaves: pd.DataFrame) -> Array:
    """Return each leaf's share in what a series sells; shape (series, leaves)."""
    sold = summing * np.array([max(float(histories[number].mean()), 0.0) for number in leaves.index])
    whole = sold.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(sold, whole, out=np.zeros_like(sold), where=whole > 0), dtype=np.float64)


def _histories(sales: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Array, ...]]:
    """Return one row per series, and its revenue by period, in that order."""
    series = sales[SERIES].drop_duplicates(ignore_index=True)
    revenue = sales["revenue"].astype(float)
    return series, tuple(
        np.asarray(group, dtype=float) for _, group in revenue.groupby(sales["series_id"], sort=False)
    )
