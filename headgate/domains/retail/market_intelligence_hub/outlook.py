"""The forecast of the whole hierarchy with its backtest, made once and read by two tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from headgate.domains.retail.market_intelligence_hub.calendar import exposure
from headgate.domains.retail.market_intelligence_hub.conformal import Bounds, offsets
from headgate.domains.retail.market_intelligence_hub.features import SERIES
from headgate.domains.retail.market_intelligence_hub.forecasting import LEVELS, Backtest, Origin, Panel, Task, backtest, bounded
from headgate.domains.retail.market_intelligence_hub.reconcile import reconcile, summing_matrix
from headgate.engines import LOCAL, Engine

if TYPE_CHECKING:
    import pandas as pd

    from headgate.domains.retail.market_intelligence_hub.features import Span
    from headgate.domains.retail.market_intelligence_hub.plan import Plan

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Outlook:
    """Forecasts of every series from now, and from the earlier origins that tell how good they are.

    Attributes:
        series: one row per series, in the order of every array.
        span: the known periods.
        bounds: interval bounds from now, by level.
        past_bounds: for each earlier origin, its bounds from the errors of the *other* origins, so that coverage is honest.
    """

    series: pd.DataFrame
    span: Span
    now: Origin
    bounds: Bounds
    past: Backtest
    past_bounds: tuple[Bounds, ...]


def outlook(sales: pd.DataFrame, events: pd.DataFrame, span: Span, plan: Plan, engine: Engine = LOCAL) -> Outlook:
    """Forecast net revenue of every series by period, adding up over the hierarchy.

    Args:
        events: what is known beforehand to move sales, as `calendar.events_of` gives it.
    """
    series, histories = _histories(sales)
    leaves, summing = series[series["level"] == plan.levels[-1]], summing_matrix(series, plan.levels[-1])
    panel = Panel(histories, _exposure(events, leaves, _shares(histories, summing, leaves), span, plan))
    task = Task(plan.horizon, plan.grain.season_lengths, cycle=plan.grain.cycle)
    adjust = partial(reconcile, summing=summing)
    now, past = backtest(panel, task, windows=plan.windows, step=plan.grain.step, adjust=adjust, engine=engine)
    errors = past.past
    known = [bounded(origin, offsets(errors.without(number), origin.spread, LEVELS)) for number, origin in enumerate(past.origins)]
    return Outlook(series, span, now, bounded(now, offsets(errors, now.spread, LEVELS)), past, tuple(known))


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
