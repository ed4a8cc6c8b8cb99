"""Sales of every series of the hierarchy, by period: Ibis until the rows are few, then one compact pandas
frame.

Revenue is net: lines of returns and cancellations have a negative quantity and count against their own
period.
Orders with status `adjusted` are bookkeeping (bad debt, stock found or lost), not sales, and are left out.
Only whole periods count, because half a week would read as a fall.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd

from headgate.analytics.periods import ONE_DAY, Grain, Span
from headgate.domains.retail.market_intelligence_hub.forecast_plan import ALL, LEVELS, OTHER, UNKNOWN, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

SERIES = ["series_id", "level", "region_id", "category"]
COUNTS = ["units", "orders"]
MONEY = ["revenue", "largest_order", "largest_return", "promoted"]


def sale_lines(tables: Mapping[str, ibis.Table], as_of: date, grain: Grain) -> ibis.Table:
    """Order lines up to and including `as_of` that are sales or returns. Grain: order line."""
    orders = tables["orders"]
    sold = orders.filter(orders.status != "adjusted", orders.ordered_at < pd.Timestamp(as_of) + ONE_DAY)
    joined = tables["order_items"].select("order_id", "product_id", "quantity", "unit_price")
    joined = joined.inner_join(
        sold.select("order_id", "region_id", "ordered_at", "promotion_code"), "order_id"
    )
    joined = joined.left_join(tables["products"].select("product_id", "category"), "product_id")
    return joined.select(
        "order_id",
        "region_id",
        "ordered_at",
        category=joined.category.fill_null(UNKNOWN),  # a line of a product nobody described is still revenue
        period_on=joined.ordered_at.truncate(grain.unit).date(),
        revenue=joined.quantity * joined.unit_price,
        units=joined.quantity.cast("int64"),
        is_promoted=joined.promotion_code.notnull(),  # noqa: PD004 an Ibis column, which has no notna
    )


def largest(lines: ibis.Table, by: str, count: int) -> list[str]:
    """The `count` values of a column with the most revenue; equal revenue goes by name."""
    ranked = lines.group_by(by).agg(revenue=lines.revenue.sum())
    names = ranked.order_by([ranked.revenue.desc(), ranked[by]]).limit(count)
    return [str(name) for name in names[by].to_pyarrow().to_pylist()]


def sales_by_period(lines: ibis.Table, span: Span, plan: Plan) -> pd.DataFrame:
    """Sales per series and period, with no period missing from a series' first sale on.

    Returns:
        Grain series by period, in that order: the columns SERIES, `period_on`, revenue (exact), units,
        orders, the largest order and the largest return (negative) of the period, and revenue under a
        promotion.
    """
    past = lines.filter(lines.period_on >= span.first, lines.period_on <= span.last)
    labelled = _with_tail_summed(
        past, largest(past, "region_id", plan.top_regions), largest(past, "category", plan.top_categories)
    )
    # An order has one region, and as many categories as it has: what is counted by order is counted twice,
    # and no oftener.
    apart = [
        [level for level in plan.levels if ("category" in LEVELS[level]) is split] for split in (False, True)
    ]
    rows = pd.concat(
        [_at_levels(labelled, levels).to_pandas() for levels in apart if levels], ignore_index=True
    )
    return _without_gaps(_named(rows), span)


def _with_tail_summed(lines: ibis.Table, regions: list[str], categories: list[str]) -> ibis.Table:
    return lines.mutate(
        region_id=lines.region_id.isin(regions).ifelse(lines.region_id, OTHER),
        category=lines.category.isin(categories).ifelse(lines.category, OTHER),
    )


def _at_levels(lines: ibis.Table, levels: list[str]) -> ibis.Table:
    """Sales by period at levels that all keep the category, or all do not: the finest is counted by order,
    the others sum it.
    """
    finest = list(LEVELS[levels[-1]])
    cells = _by_period(_by_order(lines, finest), finest)
    return ibis.union(*[_rolled_up(cells, level) for level in levels])


def _by_order(lines: ibis.Table, kept: list[str]) -> ibis.Table:
    return lines.group_by("order_id", *kept, "period_on").agg(
        revenue=lines.revenue.sum(),
        units=lines.units.sum(),
        promoted=lines.is_promoted.ifelse(lines.revenue, 0).sum(),
    )


def _by_period(orders: ibis.Table, kept: list[str]) -> ibis.Table:
    return orders.group_by(*kept, "period_on").agg(
        revenue=orders.revenue.sum(),
        units=orders.units.sum(),
        orders=(orders.revenue > 0).sum(),
        largest_order=ibis.greatest(orders.revenue.max(), 0),
        largest_return=ibis.least(orders.revenue.min(), 0),
        promoted=orders.promoted.sum(),
    )


def _rolled_up(cells: ibis.Table, level: str) -> ibis.Table:
    kept = LEVELS[level]
    summed = cells.group_by(*kept, "period_on").agg(
        **{name: cells[name].sum() for name in ("revenue", "units", "orders", "promoted")},
        largest_order=cells.largest_order.max(),
        largest_return=cells.largest_return.min(),
    )
    return summed.select(
        level=ibis.literal(level),
        region_id=summed.region_id if "region_id" in kept else ibis.literal(ALL),
        category=summed.category if "category" in kept else ibis.literal(ALL),
        **{name: summed[name] for name in ("period_on", *COUNTS, *MONEY)},
    )


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(period_on=pd.to_datetime(rows["period_on"]), series_id=series_ids(rows))


def series_ids(rows: pd.DataFrame) -> pd.Series[Any]:
    """Names such as `total`, `region=GB`, `category=Home`, `region=GB/category=Home`."""
    region, category = "region=" + rows["region_id"].astype(str), "category=" + rows["category"].astype(str)
    levels = rows["level"]
    named = np.select(
        [levels == "total", levels == "region", levels == "category"],
        ["total", region, category],
        region + "/" + category,
    )
    return pd.Series(named, index=rows.index, dtype=object)


def _without_gaps(rows: pd.DataFrame, span: Span) -> pd.DataFrame:
    starts = rows.groupby(SERIES).agg(first_on=("period_on", "min")).reset_index()
    calendar = starts.merge(pd.DataFrame({"period_on": span.starts()}), how="cross").query(
        "period_on >= first_on"
    )
    full = calendar.drop(columns="first_on").merge(rows, how="left", on=[*SERIES, "period_on"])
    full[MONEY] = full[MONEY].map(lambda amount: Decimal(0) if pd.isna(amount) else amount)
    full[COUNTS] = full[COUNTS].fillna(0).astype("int64")
    return full[[*SERIES, "period_on", *COUNTS, *MONEY]].sort_values(
        ["series_id", "period_on"], ignore_index=True
    )
