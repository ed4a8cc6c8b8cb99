"""Weekly sales of every series of the hierarchy: Ibis until the rows are few, then one compact pandas frame.

Revenue is net: lines of returns and cancellations have a negative quantity and count against their own week.
Orders with status `adjusted` are bookkeeping (bad debt, stock found or lost), not sales, and are left out.
Weeks start on Monday, UTC; only whole weeks count, because half a week would read as a fall.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd

from headgate.analytics.market_intelligence_hub.plan import ALL, OTHER, UNKNOWN, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

LEVELS = {
    "total": (),
    "region": ("region_id",),
    "category": ("category",),
    "region_category": ("region_id", "category"),
}
SERIES = ["series_id", "level", "region_id", "category"]
COUNTS = ["units", "orders"]
MONEY = ["revenue", "largest_order", "largest_return", "promoted"]
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Weeks:
    """The whole weeks that the data knows, by their Mondays, both included; none when `last` is before `first`."""

    first: date
    last: date

    def mondays(self) -> pd.DatetimeIndex:
        """Every Monday of the span."""
        return pd.date_range(self.first, self.last, freq="W-MON")


def sale_lines(tables: Mapping[str, ibis.Table], as_of: date) -> ibis.Table:
    """Order lines up to and including `as_of` that are sales or returns. Grain: order line."""
    orders = tables["orders"]
    sold = orders.filter(orders.status != "adjusted", orders.ordered_at < pd.Timestamp(as_of) + WEEK / 7)
    joined = tables["order_items"].select("order_id", "product_id", "quantity", "unit_price")
    joined = joined.inner_join(sold.select("order_id", "region_id", "ordered_at", "promotion_code"), "order_id")
    joined = joined.left_join(tables["products"].select("product_id", "category"), "product_id")
    return joined.select(
        "order_id",
        "region_id",
        "ordered_at",
        category=joined.category.fill_null(UNKNOWN),  # a line of a product nobody described is still revenue
        week_on=joined.ordered_at.truncate("W").date(),
        revenue=joined.quantity * joined.unit_price,
        units=joined.quantity.cast("int64"),
        is_promoted=joined.promotion_code.notnull(),  # noqa: PD004 an Ibis column, which has no notna
    )


def whole_weeks(lines: ibis.Table, as_of: date) -> Weeks:
    """The weeks that lie wholly between the first sale and the end of `as_of`."""
    first = lines.ordered_at.min().to_pyarrow().as_py()
    last = monday_of(as_of + timedelta(days=1)) - WEEK
    if first is None:
        return Weeks(last + WEEK, last)
    return Weeks(monday_of(first.date() + timedelta(days=6)), last)


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def largest(lines: ibis.Table, by: str, count: int) -> list[str]:
    """The `count` values of a column with the most revenue; equal revenue goes by name."""
    ranked = lines.group_by(by).agg(revenue=lines.revenue.sum())
    names = ranked.order_by([ranked.revenue.desc(), ranked[by]]).limit(count)
    return [str(name) for name in names[by].to_pyarrow().to_pylist()]


def weekly_sales(lines: ibis.Table, weeks: Weeks, plan: Plan) -> pd.DataFrame:
    """Sales per series and week, with no week missing from a series' first sale on.

    Returns:
        Grain series by week, in that order: the columns SERIES, `week_on`, revenue (exact), units, orders,
        the largest order and the largest return (negative) of the week, and revenue under a promotion.
    """
    known = lines.filter(lines.week_on >= weeks.first, lines.week_on <= weeks.last)
    labelled = _with_tail_summed(known, largest(known, "region_id", plan.top_regions), largest(known, "category", plan.top_categories))
    leaves = labelled.group_by("order_id", "region_id", "category", "week_on").agg(
        revenue=labelled.revenue.sum(),
        units=labelled.units.sum(),
        promoted=labelled.is_promoted.ifelse(labelled.revenue, 0).sum(),
    )
    rows = _by_week(ibis.union(*[_at_level(leaves, level) for level in LEVELS])).to_pandas()
    return _without_gaps(_named(rows), weeks)


def _with_tail_summed(lines: ibis.Table, regions: list[str], categories: list[str]) -> ibis.Table:
    return lines.mutate(
        region_id=lines.region_id.isin(regions).ifelse(lines.region_id, OTHER),
        category=lines.category.isin(categories).ifelse(lines.category, OTHER),
    )


def _at_level(leaves: ibis.Table, level: str) -> ibis.Table:
    kept = LEVELS[level]
    return leaves.select(
        "order_id",
        "week_on",
        "revenue",
        "units",
        "promoted",
        level=ibis.literal(level),
        region_id=leaves.region_id if "region_id" in kept else ibis.literal(ALL),
        category=leaves.category if "category" in kept else ibis.literal(ALL),
    )


def _by_week(leaves: ibis.Table) -> ibis.Table:
    keys = ["level", "region_id", "category", "week_on"]
    orders = leaves.group_by([*keys, "order_id"]).agg(
        revenue=leaves.revenue.sum(), units=leaves.units.sum(), promoted=leaves.promoted.sum()
    )
    return orders.group_by(keys).agg(
        revenue=orders.revenue.sum(),
        units=orders.units.sum(),
        orders=(orders.revenue > 0).sum(),
        largest_order=ibis.greatest(orders.revenue.max(), 0),
        largest_return=ibis.least(orders.revenue.min(), 0),
        promoted=orders.promoted.sum(),
    )


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(week_on=pd.to_datetime(rows["week_on"]), series_id=series_ids(rows))


def series_ids(rows: pd.DataFrame) -> pd.Series[Any]:
    """Names such as `total`, `region=GB`, `category=Home`, `region=GB/category=Home`."""
    region, category = "region=" + rows["region_id"].astype(str), "category=" + rows["category"].astype(str)
    levels = rows["level"]
    named = np.select([levels == "total", levels == "region", levels == "category"], ["total", region, category], region + "/" + category)
    return pd.Series(named, index=rows.index, dtype=object)


def _without_gaps(rows: pd.DataFrame, weeks: Weeks) -> pd.DataFrame:
    starts = rows.groupby(SERIES).agg(first_on=("week_on", "min")).reset_index()
    calendar = starts.merge(pd.DataFrame({"week_on": weeks.mondays()}), how="cross").query("week_on >= first_on")
    full = calendar.drop(columns="first_on").merge(rows, how="left", on=[*SERIES, "week_on"])
    full[MONEY] = full[MONEY].map(lambda amount: Decimal(0) if pd.isna(amount) else amount)
    full[COUNTS] = full[COUNTS].fillna(0).astype("int64")
    return full[[*SERIES, "week_on", *COUNTS, *MONEY]].sort_values(["series_id", "week_on"], ignore_index=True)
