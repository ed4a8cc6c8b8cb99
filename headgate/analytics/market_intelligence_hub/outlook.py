"""The forecast of the whole hierarchy with its backtest, made once and read by two tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from headgate.analytics.market_intelligence_hub.conformal import Bounds, offsets
from headgate.analytics.market_intelligence_hub.features import SERIES
from headgate.analytics.market_intelligence_hub.forecasting import LEVELS, Backtest, Origin, backtest, bounded, look_ahead
from headgate.analytics.market_intelligence_hub.reconcile import reconcile, summing_matrix

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from headgate.analytics.market_intelligence_hub.plan import Plan

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Outlook:
    """Forecasts of every series from now, and from the earlier origins that tell how good they are.

    Attributes:
        series: one row per series, in the order of every array.
        last_week: Monday of the last known week.
        bounds: interval bounds from now, by level.
        past_bounds: for each earlier origin, its bounds from the errors of the *other* origins, so that coverage is honest.
    """

    series: pd.DataFrame
    last_week: date
    now: Origin
    bounds: Bounds
    past: Backtest
    past_bounds: tuple[Bounds, ...]


def outlook(weekly: pd.DataFrame, last_week: date, plan: Plan) -> Outlook:
    """Forecast weekly net revenue of every series, adding up over the hierarchy."""
    series, histories = _histories(weekly)
    adjust = partial(reconcile, summing=summing_matrix(series))
    now = look_ahead(histories, plan.horizon, plan.season_lengths, adjust)
    past = backtest(histories, plan.horizon, plan.season_lengths, windows=plan.windows, step=plan.window_step, adjust=adjust)
    errors = past.past
    known = [bounded(origin, offsets(errors.without(number), origin.spread, LEVELS)) for number, origin in enumerate(past.origins)]
    return Outlook(series, last_week, now, bounded(now, offsets(errors, now.spread, LEVELS)), past, tuple(known))


def _histories(weekly: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Array, ...]]:
    """One row per series, and its revenue by week, in that order."""
    series = weekly[SERIES].drop_duplicates(ignore_index=True)
    revenue = weekly["revenue"].astype(float)
    return series, tuple(np.asarray(group, dtype=float) for _, group in revenue.groupby(weekly["series_id"], sort=False))
