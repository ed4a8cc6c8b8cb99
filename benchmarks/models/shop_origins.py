"""Sales forecasts of a shop of the library at past days, against what followed and against naive rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headgate.analytics.forecast_errors import smape
from headgate.domains.retail.market_intelligence_hub.calendar import COLUMNS
from headgate.domains.retail.market_intelligence_hub.forecast_plan import Plan
from headgate.domains.retail.market_intelligence_hub.hierarchy_forecast import (
    HierarchyForecast,
    forecast_hierarchy,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from benchmarks.models.shop_library import Shop

    Array = npt.NDArray[np.float64]


def rows_of_shop(shop: Shop) -> Iterator[dict[str, object]]:
    """Yield a row for each origin."""
    for periods in shop.origins:
        sales, span = shop.sales(periods)
        plan = Plan(shop.grain, horizon=shop.grain.horizon)
        made = forecast_hierarchy(sales, pd.DataFrame(columns=COLUMNS), span, plan)
        truth = shop.ahead(periods, plan.horizon)
        (place,) = made.series.index[made.series["level"] == "total"]
        actual, mean = truth["total"].to_numpy(), made.now.means[place, : len(truth)]
        low, high = (bound[place, : len(truth)] for bound in made.bounds[80])
        is_open = actual > 0
        total = shop.cells.sum(axis=1).to_numpy()[:periods]
        living = [truth[name].sum() > 0 for name in made.series["series_id"]]
        no_width = (made.bounds[80][1] <= made.bounds[80][0])[living].sum()
        yield {
            "shop": shop.name,
            "held_out": shop.is_held_out,
            "smape": smape(actual[is_open], mean[is_open]),
            "coverage80": float(((low <= actual) & (actual <= high))[is_open].mean()),
            "width": float(((high - low)[is_open] / mean[is_open].mean()).mean()),
            "closed": int((~is_open).sum()),
            "zero_rows": int(no_width + (mean <= 0).sum()),
            **{
                name: smape(actual[is_open], rule[: len(truth)][is_open])
                for name, rule in _naive(total, plan).items()
            },
            **_errors_of_leaves(made, sales, truth, plan.grain.year),
        }


def _errors_of_leaves(
    made: HierarchyForecast, sales: pd.DataFrame, truth: pd.DataFrame, year: int
) -> dict[str, float]:
    """Absolute errors of the leaves over their sales: of the forecast, and of last year."""
    leaves = made.series[made.series["level"] == "region_category"]
    actual = truth[leaves["series_id"]].to_numpy().T
    sold = {name: rows.to_numpy(dtype=float) for name, rows in sales.groupby("series_id")["revenue"]}
    before = [np.pad(sold[name], (max(year - sold[name].size, 0), 0))[-year:] for name in leaves["series_id"]]
    is_known = max(history.size for history in sold.values()) >= year
    forecasts = {
        "leaves": made.now.means[leaves.index, : len(truth)],
        "leaves_by_year": np.stack([np.resize(history, len(truth)) for history in before]),
    }
    errors = {
        name: float(np.abs(actual - means).sum() / np.abs(actual).sum()) for name, means in forecasts.items()
    }
    return errors if is_known else errors | {"leaves_by_year": float("nan")}


def _naive(total: Array, plan: Plan) -> dict[str, Array]:
    """The naive forecasts of a total, each with its own level."""
    year = plan.grain.year
    by_year = np.resize(total[-year:], plan.horizon) if total.size >= year else np.full(plan.horizon, np.nan)
    return {
        "last_value": np.full(plan.horizon, total[-1]),
        "last_year": by_year,
        "mean_of_8": np.full(plan.horizon, total[-8:].mean()),
    }
