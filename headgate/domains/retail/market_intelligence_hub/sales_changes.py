"""Table `sales_changes`: when each series went over to another level, from which to which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.blocks.changes import Change, changes
from headgate.blocks.seasons import discernible
from headgate.blocks.steady_seasons import steady_seasons
from headgate.domains.retail.market_intelligence_hub.features import SERIES
from headgate.domains.retail.market_intelligence_hub.forecast_plan import UNIT
from headgate.domains.retail.money import amounts

if TYPE_CHECKING:
    from headgate.blocks.periods import Grain

Array = npt.NDArray[np.float64]

MIN_CYCLES = 4  # that a level lasts, where a cycle is more than a period: two weeks of a promotion are an event, no level
MIN_PERIODS = 8  # that a level lasts; fewer on either side cannot be distinguished from chance
COLUMNS = [
    *SERIES,
    "change_on",
    "grain",
    "periods_before",
    "periods_after",
    "revenue_before",
    "revenue_after",
    "change_share",
    "p_value",
    "unit",
]


def sales_changes(sales: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    """Grain series by change, oldest first; series without a change have no row.

    Args:
        sales: grain series by period, gapless, by series and period: the columns SERIES, `period_on`, revenue.
    """
    parts = [_changes(rows, grain) for _, rows in sales.groupby("series_id", sort=False)]
    table = pd.concat([rows for rows in parts if not rows.empty] or [pd.DataFrame(columns=COLUMNS)], ignore_index=True)
    money = {name: amounts(table[name].astype(float)) for name in ("revenue_before", "revenue_after")}
    return table.assign(**money, grain=grain.name, unit=UNIT)[COLUMNS]


def _changes(rows: pd.DataFrame, grain: Grain) -> pd.DataFrame:
    revenue = rows["revenue"].to_numpy(dtype=float)
    level_changes = changes(_without_seasons(revenue, grain), _least(grain))
    at = rows.iloc[[change.at for change in level_changes]]
    described = pd.DataFrame([_description_of(change, revenue) for change in level_changes])
    return at[SERIES].assign(change_on=at["period_on"].dt.date).reset_index(drop=True).join(described)


def _description_of(change: Change, revenue: Array) -> dict[str, float]:
    before, after = revenue[change.begins : change.at], revenue[change.at : change.ends]
    was, now = float(before.mean()), float(after.mean())
    return {
        "periods_before": before.size,
        "periods_after": after.size,
        "revenue_before": was,
        "revenue_after": now,
        "change_share": now / was - 1 if was > 0 else float("nan"),
        "p_value": change.p_value,
    }


def _without_seasons(revenue: Array, grain: Grain) -> Array:
    """The history less the seasons that it shows twice; a year's end is no new level."""
    seasons = discernible(revenue.size, grain.season_lengths)
    return revenue - steady_seasons(revenue, seasons, _least(grain)) if seasons else revenue


def _least(grain: Grain) -> int:
    return max(MIN_PERIODS, MIN_CYCLES * grain.cycle)
