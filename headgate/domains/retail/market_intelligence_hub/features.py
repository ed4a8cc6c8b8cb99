"""Sales of every series of the hierarchy by period, with Ibis until the rows are few, then in pandas.

Revenue is net: lines of returns and cancellations have a negative quantity in their own period. Orders with
status `adjusted` are bookkeeping (bad debt, stock found or lost), not sales, and are excluded. Only complete
periods count, because half a week would look like a decline.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa

from headgate.domains.retail.market_intelligence_hub.forecast_plan import ALL, LEVELS, OTHER, UNKNOWN, Plan
from headgate.domains.retail.service_fees import FEES, service_ids
from headgate.facts.fact import Combine, Fact, fact_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from headgate.analytics.periods import Span

SERIES = ["series_id", "level", "region_id", "category"]
COUNTS = ["units", "orders"]
MONEY = ["revenue", "largest_order", "largest_return", "promoted"]
_EXTREMES = ["largest_order", "largest_return"]
NAMED = [f"{name}_{part}" for name in _EXTREMES for part in ("id", "region")]


def _sold(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    """Return order lines that are sales or returns, with the day of their order."""
    orders, items = tables["orders"], tables["order_items"]
    sold = orders.filter(orders.status != "adjusted").select(
        "order_id",
        "region_id",
        sold_on=orders.ordered_at.date(),
        is_promoted=orders.promotion_code.notnull(),  # noqa: PD004 an Ibis column, which has no notna
    )
    lines = items.select(
        "order_id",
        "product_id",
        revenue=items.quantity * items.unit_price,
        units=items.quantity.cast("int64"),
    )
    return lines.inner_join(sold, "order_id")


def _of_days(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    return _by_day(_sold(tables), [])


def _of_categories(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    lines = _with_category(tables)
    return lines.group_by("category", "sold_on").agg(revenue=lines.revenue.sum())


def _of_days_and_categories(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    lines = _with_category(tables)
    tail = tables["tail"].select(in_tail="category")
    named = lines.left_join(tail, lines.category == tail.in_tail)
    is_named = named.in_tail.isnull()  # noqa: PD003 as above
    return _by_day(named.mutate(category=is_named.ifelse(named.category, OTHER)), ["category"])


def _with_category(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    # a line of a product nobody described is still revenue
    described = _sold(tables).left_join(tables["categories"], "product_id").drop("product_id_right")
    return described.mutate(category=described.category.fill_null(UNKNOWN))


def _by_day(lines: ibis.Table, kept: list[str]) -> ibis.Table:
    """Return the sales of each day, counted by order: all lines of an order have its region and day."""
    orders = lines.group_by("order_id", "region_id", *kept, "sold_on").agg(
        revenue=lines.revenue.sum(),
        units=lines.units.sum(),
        promoted=lines.is_promoted.ifelse(lines.revenue, 0).sum(),
    )
    return orders.group_by("region_id", *kept, "sold_on").agg(
        revenue=orders.revenue.sum(),
        units=orders.units.sum(),
        orders=(orders.revenue > 0).sum(),
        largest_order=_with_id(orders).max(),
        largest_return=_with_id(orders).min(),
        promoted=orders.promoted.sum(),
    )


def _with_id(orders: ibis.Table) -> ibis.Value:
    """Return amount, id and region of an order as one value, which is compared by the amount first."""
    return ibis.struct({"amount": orders.revenue, "order_id": orders.order_id, "region_id": orders.region_id})


_COMBINE = {
    **dict.fromkeys(("revenue", "units", "orders", "promoted"), Combine.SUM),
    "largest_order": Combine.MAX,
    "largest_return": Combine.MIN,
}
_LINES = {"order_items": "order_id"}
DAYS = Fact("sales_of_days", "orders", _of_days, _COMBINE, _LINES, is_grouped=True)
"""Sales by region and day."""
CATEGORIES = Fact(
    "revenue_of_categories", "orders", _of_categories, {"revenue": Combine.SUM}, _LINES, is_grouped=True
)
"""Revenue by category and day, which decides the categories that are forecast by name.

The lookup `categories` has the category of each product.
"""
DAYS_AND_CATEGORIES = Fact(
    "sales_of_categories", "orders", _of_days_and_categories, _COMBINE, _LINES, is_grouped=True
)
"""Sales by region, category and day.

The lookup `categories` is that of CATEGORIES, and `tail` has the categories that are summed into one.
"""


@dataclass
class DailySales:
    """Sales of each day up to and including `until`.

    Attributes:
        tables: the datasets.
        days: by region.
    """

    tables: Mapping[str, ibis.Table]
    until: date
    days: ibis.Table = field(init=False)
    _cells: dict[tuple[Span, int], ibis.Table] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Sum the days, which every question reads."""
        self.days = self._rows(DAYS)

    def cells(self, span: Span, top: int) -> ibis.Table:
        """Return the sales by region and category, an order counted once in each.

        Categories beside the `top` ones with the most revenue in the span are summed into one.
        """
        if (span, top) not in self._cells:
            tail = ibis.memtable(pa.table({"category": pa.array(self._tail(span, top), pa.string())}))
            self._cells[span, top] = self._rows(DAYS_AND_CATEGORIES, categories=self._categories, tail=tail)
        return self._cells[span, top]

    def _tail(self, span: Span, top: int) -> list[str]:
        """Return the categories that are summed, in order."""
        if self._categories.category.nunique().to_pyarrow().as_py() < top:  # UNKNOWN is one more
            return []
        revenue = self._rows(CATEGORIES, categories=self._categories)
        names = revenue.category.to_pyarrow().unique().to_pylist()
        return sorted({*names} - {*largest(_in_span(revenue, span), "category", top)})

    def fees(self, first: date, last: date) -> tuple[Decimal, date] | None:
        """Return the fees of some days to the penny, and the day of the largest part; None without any."""
        rows = self._rows(FEES, services=service_ids(self._categories))
        inside = rows.filter(rows.sold_on >= ibis.date(first), rows.sold_on <= ibis.date(last))
        days = inside.group_by("sold_on").agg(fees=inside.fees.sum())
        ordered = days.order_by([days.fees.desc(), days.sold_on]).select("fees", "sold_on").to_pyarrow()
        amounts = ordered["fees"].to_pylist()
        if not amounts:
            return None
        return sum(amounts, Decimal(0)).quantize(Decimal("0.01")), ordered["sold_on"][0].as_py()

    @property
    def _categories(self) -> ibis.Table:
        return self.tables["products"].select("product_id", "category")

    def _rows(self, fact: Fact, **lookups: ibis.Table) -> ibis.Table:
        rows = fact_rows(fact, self.tables, **lookups)
        return _in_memory(rows.filter(rows.sold_on <= ibis.date(self.until)))


def _in_memory(days: ibis.Table) -> ibis.Table:
    """Return the few rows in memory, with their day as a timestamp, because several questions follow."""
    return ibis.memtable(days.mutate(ordered_at=days.sold_on.cast("timestamp")).to_pyarrow())


def largest(days: ibis.Table, by: str, count: int) -> list[str]:
    """Return the `count` values of a column with the most revenue; equal revenue goes by name."""
    ranked = days.group_by(by).agg(revenue=days.revenue.sum())
    names = ranked.order_by([ranked.revenue.desc(), ranked[by]]).limit(count)
    return [str(name) for name in names[by].to_pyarrow().to_pylist()]


def sales_by_period(sales: DailySales, span: Span, plan: Plan) -> pd.DataFrame:
    """Return sales per series and period, with no period missing from a series' first sale on.

    Returns:
        Grain series by period, in that order: the columns SERIES, `period_on`, revenue (exact), units,
        orders, the largest order and the largest return (negative) of the period, revenue under a promotion,
        and id and region of both orders.
    """
    days = _in_span(sales.days, span)
    regions = largest(days, "region_id", plan.top_regions)
    # An order has one region, and as many categories as it has: it is counted once in each of them.
    levels = {
        is_split: [level for level in plan.levels if ("category" in LEVELS[level]) is is_split]
        for is_split in (False, True)
    }
    tables = {False: days}
    if levels[True]:
        tables[True] = _in_span(sales.cells(span, plan.top_categories), span)
    rows = [
        _at_levels(_with_tail_regions_summed(table, regions), levels[is_split]).to_pandas()
        for is_split, table in tables.items()
    ]
    return _without_gaps(_named(pd.concat(rows, ignore_index=True)), span)


def _in_span(days: ibis.Table, span: Span) -> ibis.Table:
    """Return the days of the span with the period that each belongs to."""
    dated = days.mutate(period_on=days.ordered_at.truncate(span.grain.unit).date())
    return dated.filter(dated.period_on >= span.first, dated.period_on <= span.last)


def _with_tail_regions_summed(days: ibis.Table, regions: list[str]) -> ibis.Table:
    return days.mutate(region_id=days.region_id.isin(regions).ifelse(days.region_id, OTHER))


def _at_levels(days: ibis.Table, levels: list[str]) -> ibis.Table:
    """Return sales by period at levels that all keep the category, or all do not."""
    return ibis.union(*[_rolled_up(days, level) for level in levels])


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
    """Return the rows with the name of their series, and parts of the largest order and return."""
    extremes: dict[str, list[Any]] = {}
    for name, sign in zip(_EXTREMES, (1, -1), strict=True):
        is_any = [sign * value["amount"] > 0 for value in rows[name]]
        extremes[name] = [
            value["amount"] if has_order else Decimal(0)
            for value, has_order in zip(rows[name], is_any, strict=True)
        ]
        for part, of in (("id", "order_id"), ("region", "region_id")):
            extremes[f"{name}_{part}"] = [
                value[of] if has_order else None for value, has_order in zip(rows[name], is_any, strict=True)
            ]
    named = {name: pd.Series(values, rows.index, dtype=object) for name, values in extremes.items()}
    return rows.assign(period_on=pd.to_datetime(rows["period_on"]), series_id=series_ids(rows), **named)


def series_ids(rows: pd.DataFrame) -> pd.Series[Any]:
    """Return names such as `total`, `region=GB`, `category=Home`, `region=GB/category=Home`."""
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
    full[NAMED] = full[NAMED].astype(object).where(full[NAMED].notna(), None)
    return full[[*SERIES, "period_on", *COUNTS, *MONEY, *NAMED]].sort_values(
        ["series_id", "period_on"], ignore_index=True
    )
