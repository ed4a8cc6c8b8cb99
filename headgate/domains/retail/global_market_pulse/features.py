"""Sum the sales and returns of each region, with Ibis until the rows are few, then in pandas.

Sales are lines with positive quantity; lines with negative quantity are returns of goods, or fees, discounts
and postage that were taken off; revenue is the sum of all lines (docs/adr/0144-services-are-no-returns.md).
Goods that came back and were billed again the same day are neither a sale nor a return.
Orders with status `adjusted` are bookkeeping (bad debt, stock found or lost), not sales, and are excluded.
An invoice without a sold line of a price above 0 is no order: shops book stock corrections so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import ibis
import pandas as pd
import pyarrow as pa

from headgate.domains.retail.global_market_pulse.billed_again import billed_again
from headgate.domains.retail.service_fees import FEES, SERVICE, service_ids
from headgate.engines.expressions import whole_seconds
from headgate.facts.fact import Combine, Fact, fact_rows

LATE_AFTER_DAYS = (
    7.0  # from the order to the door; no promised date is known, so one bound holds for every region
)
DAY_S, HOUR_S, DAY_HOURS = 86_400, 3_600, 24
YEAR = 12  # months
UNKNOWN = "(unknown)"
_MONTH = ["region_id", "month_on"]


def _orders(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    """Return orders and cancellations with their money."""
    orders = tables["orders"]
    placed = orders.filter(orders.status != "adjusted")
    # Parts of lines have many other orders, too.
    items = tables["order_items"].semi_join(placed, "order_id")
    amount = items.quantity * items.unit_price
    lines = items.group_by("order_id").agg(
        sales=ibis.greatest(amount, 0).sum(),
        returns=ibis.least(amount, 0).sum(),
        units=items.quantity.cast("int64").sum(),
    )
    joined = placed.left_join(lines, "order_id")
    is_cancelled = joined.status == "cancelled"
    sales = joined.sales.fill_null(0)
    is_sale = ~is_cancelled & (sales > 0)
    delivery_s = _delivery_s(joined)
    return joined.select(
        "region_id",
        "order_id",
        sold_on=joined.ordered_at.date(),
        is_sale=is_sale,
        is_cancelled=is_cancelled,
        customer_id=is_sale.ifelse(joined.customer_id, None),
        sales=sales,
        returns=-joined.returns.fill_null(0),
        units=joined.units.fill_null(0),
        delivery_s=delivery_s,
        is_late=delivery_s > LATE_AFTER_DAYS * DAY_S,
    )


def _days_of_regions(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    orders = _orders(tables)
    return orders.group_by("region_id", "sold_on").agg(
        sales=orders.sales.sum(),
        returns=orders.returns.sum(),
        orders=orders.is_sale.sum(),
        cancelled=orders.is_cancelled.sum(),
        units=orders.units.sum(),
        delivered=orders.delivery_s.count(),
        late=orders.is_late.sum().fill_null(0),
        # Compared by the amount first.
        largest=ibis.struct({"amount": orders.sales, "order_id": orders.order_id}).max(where=orders.is_sale),
    )


def _buyers(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    orders = _orders(tables)
    ordered = orders.filter(orders.customer_id.notnull())  # noqa: PD004 Ibis knows no notna
    return ordered.group_by("region_id", "sold_on", "customer_id").agg(sales=ordered.sales.sum())


def _delivery_hours(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    orders = tables["orders"]
    placed = orders.filter(orders.status != "adjusted")
    delivered = placed.filter(placed.delivered_at.notnull())  # noqa: PD004 as above
    hours = ((_delivery_s(delivered) + HOUR_S // 2) // HOUR_S).cast("int64")
    dated = delivered.select("region_id", sold_on=delivered.ordered_at.date(), hours=hours)
    return dated.group_by("region_id", "sold_on", "hours").agg(orders=dated.count())


def _delivery_s(orders: ibis.Table) -> ibis.Column:
    return whole_seconds(orders.delivered_at) - whole_seconds(orders.ordered_at)


def _days_of_categories(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    """Return sales of merchandise, and orders with it, by region, category and day."""
    orders, items = tables["orders"], tables["order_items"]
    placed = orders.filter(orders.status != "adjusted", orders.status != "cancelled")
    sales = placed.select("order_id", "region_id", sold_on=placed.ordered_at.date())
    lines = items.filter(items.quantity > 0).anti_join(tables["services"], "product_id")
    sold = lines.left_join(tables["categories"], "product_id").inner_join(sales, "order_id")
    # By order first: counts of different orders would hold every order once for each category.
    by_order = sold.group_by(
        "region_id", "sold_on", "order_id", category=sold.category.fill_null(UNKNOWN)
    ).agg(sales=(sold.quantity * sold.unit_price).sum())
    merchandise = by_order.filter(by_order.category.notin([SERVICE, UNKNOWN]), by_order.sales > 0)
    return merchandise.group_by("region_id", "category", "sold_on").agg(
        sales=merchandise.sales.sum(), orders=merchandise.count()
    )


_LINES = {"order_items": "order_id"}
_SUMS = ("sales", "returns", "orders", "cancelled", "units", "delivered", "late")
REGIONS = Fact(
    "region_days",
    "orders",
    _days_of_regions,
    {**dict.fromkeys(_SUMS, Combine.SUM), "largest": Combine.MAX},
    _LINES,
    is_grouped=True,
)
"""Orders and cancellations with their money, and the largest order, by region and day."""
BUYERS = Fact("region_buyers", "orders", _buyers, {"sales": Combine.SUM}, _LINES)
"""Sales by customer, region and day."""
DELIVERIES = Fact("delivery_hours", "orders", _delivery_hours, {"orders": Combine.SUM}, is_grouped=True)
"""Delivered orders by region, day of the order, and hours until then."""
CATEGORIES = Fact(
    "category_days",
    "orders",
    _days_of_categories,
    {"sales": Combine.SUM, "orders": Combine.SUM},
    _LINES,
    is_grouped=True,
)
"""Sales of merchandise by region, category and day.

The lookup `categories` has the category of each product, and `services` the articles that are no merchandise.
"""


def region_months(tables: Mapping[str, ibis.Table], as_of: date) -> pd.DataFrame:
    """Return totals by region and month, for months in which anything happened. Money is exact.

    Orders after `as_of` do not count. Deliveries have a median by hours.
    """
    days, buyers, deliveries = (_months(fact, tables, as_of) for fact in (REGIONS, BUYERS, DELIVERIES))
    again = _corrections(tables, as_of)
    summed = {name: days[name].sum() for name in _SUMS}
    sums = _with_largest(
        days.group_by(*_MONTH).agg(**summed).to_pandas().merge(_largest(days, tables, again), "left", _MONTH),
        {"largest_order": "amount", "largest_order_id": "order_id"},
    )
    sums = _without_corrections(sums, again.group_by(*_MONTH).agg(again=again.billed_again.sum()).to_pandas())
    customers = _customers(buyers, again)
    hours = deliveries.group_by(*_MONTH, "hours").agg(orders=deliveries.orders.sum()).to_pandas()
    sums = _with_fees(sums, tables, as_of)
    rows = sums.merge(customers, how="left", on=_MONTH).merge(_medians(hours), how="left", on=_MONTH)
    counts = ["orders", "cancelled", "customers", "units", "delivered", "late"]
    typed = rows.fillna({"customers": 0}).astype(dict.fromkeys(counts, "int64"))
    dated: pd.DataFrame = typed.assign(month_on=pd.to_datetime(typed["month_on"]))
    return dated.sort_values(_MONTH, ignore_index=True)


def _with_fees(sums: pd.DataFrame, tables: Mapping[str, ibis.Table], as_of: date) -> pd.DataFrame:
    """Return the sums with `fees`, which are no returns."""
    days = _months(FEES, tables, as_of, services=service_ids(tables["products"]))
    fees = days.group_by(*_MONTH).agg(fees=days.fees.sum()).to_pandas()
    rows = sums.merge(fees, how="left", on=_MONTH)
    rows["fees"] = rows["fees"].map(lambda amount: Decimal(0) if pd.isna(amount) else amount)
    return rows.assign(returns=rows["returns"] - rows["fees"])


def _corrections(tables: Mapping[str, ibis.Table], as_of: date) -> ibis.Table:
    """Return the rows of `billed_again` with their month."""
    rows = billed_again(tables, as_of)
    schema = tables["orders"].schema()
    money = tables["order_items"].unit_price.sum().type()
    kinds = {name: schema[name] for name in ("region_id", "customer_id", "order_id")}
    typed = ibis.memtable(
        rows,
        schema=ibis.schema(
            {"region_id": kinds["region_id"], "sold_on": "date"} | kinds | {"billed_again": money}
        ),
    )
    return typed.mutate(month_on=typed.sold_on.truncate("M"))


def _without_corrections(sums: pd.DataFrame, again: pd.DataFrame) -> pd.DataFrame:
    """Return the sums without what came back and was billed again, which is no sale and no return."""
    rows = sums.merge(again, how="left", on=_MONTH)
    taken_off = rows["again"].map(lambda amount: Decimal(0) if pd.isna(amount) else amount)
    changed = rows.assign(sales=rows["sales"] - taken_off, returns=rows["returns"] - taken_off)
    return changed.drop(columns="again")


def _largest(days: ibis.Table, tables: Mapping[str, ibis.Table], again: ibis.Table) -> pd.DataFrame:
    """Return the largest order by region and month, each without what it only bills again."""
    day = ["region_id", "sold_on"]
    others = days.anti_join(again, day).view()
    orders = _orders(tables).view().semi_join(again, day).view()
    billed = again.group_by("order_id").agg(again=again.billed_again.sum())
    less = orders.left_join(billed, "order_id").select(*day, "order_id", "is_sale", "sales", "again").view()
    sold = less.filter(less.is_sale)
    ordered = others.filter(others.largest.notnull())  # noqa: PD004 Ibis knows no notna
    every = _stacked(
        ordered.select(*_MONTH, amount=ordered.largest["amount"], order_id=ordered.largest["order_id"]),
        sold.select(
            "region_id",
            month_on=sold.sold_on.truncate("M"),
            amount=sold.sales - sold.again.fill_null(0),
            order_id=sold.order_id,
        ),
    )
    order = ibis.struct({"amount": every.amount, "order_id": every.order_id})
    rows: pd.DataFrame = every.group_by(*_MONTH).agg(largest=order.max()).to_pandas()
    return rows


def _stacked(rows: ibis.Table, others: ibis.Table) -> ibis.Table:
    """Return the rows of two tables with the types of the first; a stored fact may forbid nulls."""
    kinds = {name: kind.copy(nullable=True) for name, kind in rows.schema().items()}
    return ibis.union(
        *(
            table.select(**{name: table[name].cast(kind) for name, kind in kinds.items()})
            for table in (rows, others)
        )
    )


def _customers(buyers: ibis.Table, again: ibis.Table) -> pd.DataFrame:
    """Return the number of customers by region and month, and the one with most sales."""
    bought = buyers.select(*_MONTH, "customer_id", "sales")
    corrected = again.select(*_MONTH, "customer_id", sales=-again.billed_again)
    every = _stacked(bought, corrected)
    each = every.group_by(*_MONTH, "customer_id").agg(sales=every.sales.sum())
    largest = ibis.struct({"sales": each.sales, "customer_id": each.customer_id}).max()
    rows = each.group_by(*_MONTH).agg(customers=each.count(), largest=largest).to_pandas()
    return _with_largest(rows, {"largest_customer": "sales", "largest_customer_id": "customer_id"})


def _with_largest(sums: pd.DataFrame, parts: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows with the parts of the struct `largest` as columns; null without one."""
    rows = [value if isinstance(value, dict) else {} for value in sums["largest"]]
    named = {
        name: pd.Series([row.get(part) for row in rows], sums.index, dtype=object)
        for name, part in parts.items()
    }
    return sums.drop(columns="largest").assign(**named)


def _months(fact: Fact, tables: Mapping[str, ibis.Table], as_of: date, **lookups: ibis.Table) -> ibis.Table:
    """Return the rows of a fact up to `as_of` with their month."""
    rows = fact_rows(fact, tables, **lookups)
    return rows.filter(rows.sold_on <= ibis.date(as_of)).mutate(month_on=rows.sold_on.truncate("M"))


def _medians(hours: pd.DataFrame) -> pd.DataFrame:
    """Return the median days of delivery by region and month, from the number of orders by hours."""
    ordered = hours.sort_values([*_MONTH, "hours"])
    groups = ordered.groupby(_MONTH)["orders"]
    until, orders = groups.cumsum(), groups.transform("sum")
    # Orders are numbered from 1; the two in the middle are one if their number is odd.
    is_middle = (2 * until >= orders) & (2 * (until - ordered["orders"]) <= orders)
    middle = ordered[is_middle].groupby(_MONTH)["hours"].agg(["min", "max"])
    return ((middle["min"] + middle["max"]) / 2 / DAY_HOURS).rename("delivery_days_median").reset_index()


def whole_months(tables: Mapping[str, ibis.Table], as_of: date) -> pd.DatetimeIndex:
    """Return the first days of the months that lie wholly between the first order and the end of `as_of`."""
    days = _months(REGIONS, tables, as_of)
    first = days.sold_on.min().to_pyarrow().as_py()
    if first is None:
        return pd.DatetimeIndex([])
    # The last month begins but does not end.
    return pd.date_range(first, as_of + timedelta(days=1), freq="MS")[:-1]


@dataclass(frozen=True)
class MonthSpan:
    """The complete months of opportunities, and two parts of equal length whose orders give the growth.

    Attributes:
        looked_at: the newest year, or the available part of it in pairs of months.
        recent, before: the newest year and the year before it, or the two halves of `looked_at` without two
            years.
    """

    looked_at: pd.DatetimeIndex
    recent: pd.DatetimeIndex
    before: pd.DatetimeIndex

    @property
    def is_seasonless(self) -> bool:
        """The two parts hold the same calendar months, so that growth is not the time of year."""
        return len(self.recent) == YEAR

    @property
    def period(self) -> str:
        """The days that are looked at, as an ISO 8601 interval."""
        return f"{self.looked_at[0].date()}/{(self.looked_at[-1] + pd.offsets.MonthEnd()).date()}"

    @classmethod
    def of(cls, whole: pd.DatetimeIndex) -> MonthSpan:
        """Return the span that the whole months of the data allow; empty below two months."""
        looked_at = whole[len(whole) - min(len(whole) // 2 * 2, YEAR) :]
        half = YEAR if len(whole) >= 2 * YEAR else len(looked_at) // 2
        return cls(looked_at, whole[len(whole) - half :], whole[len(whole) - 2 * half : len(whole) - half])


def backtest_of(complete: pd.DatetimeIndex) -> tuple[MonthSpan, MonthSpan] | None:
    """Return the newest span of months and the equal one before it; None below four complete months."""
    length = min(len(complete) // 4 * 2, YEAR)
    if not length:
        return None
    return MonthSpan.of(complete[:-length]), MonthSpan.of(complete[-length:])


def category_months(tables: Mapping[str, ibis.Table], as_of: date, services: Sequence[str]) -> pd.DataFrame:
    """Return sales of merchandise, and orders with it, by region, category and month, up to `as_of`."""
    days = fact_rows(
        CATEGORIES,
        tables,
        categories=tables["products"].select("product_id", "category"),
        services=ibis.memtable(pa.table({"product_id": pa.array(services, pa.string())})),
    )
    past = days.filter(days.sold_on <= ibis.date(as_of))
    grouped = past.group_by("region_id", "category", month_on=past.sold_on.truncate("M")).agg(
        sales=past.sales.sum(), orders=past.orders.sum()
    )
    rows: pd.DataFrame = grouped.to_pandas()
    rows = rows.assign(month_on=pd.to_datetime(rows["month_on"]), orders=rows["orders"].astype("int64"))
    return rows.sort_values(["region_id", "category", "month_on"], ignore_index=True)


def cells(months: pd.DataFrame, span: MonthSpan) -> pd.DataFrame:
    """Return sales and orders by region and category, and orders of recent and earlier months."""
    parts = {"orders": span.looked_at, "recent": span.recent, "before": span.before}
    inside = {name: months["month_on"].isin(part) for name, part in parts.items()}
    counted = months.assign(
        **{name: months["orders"].where(within, 0) for name, within in inside.items()},
        sales=months["sales"].where(inside["orders"], Decimal(0)),
    )[inside["orders"] | inside["before"]]
    return counted.groupby(["region_id", "category"], as_index=False)[["sales", *parts]].sum()


def reference(tables: Mapping[str, ibis.Table]) -> pd.DataFrame:
    """Return name, continent, population and GDP (US dollars) of each region. Grain: region, by its id."""
    regions = tables["regions"]
    columns = regions.select(
        "region_id",
        "region_name",
        "continent",
        population="population",
        gdp_usd=regions.gdp_usd.cast("float64"),
    )
    rows: pd.DataFrame = columns.to_pandas()
    return rows.astype({"population": "float64", "gdp_usd": "float64"}).sort_values(
        "region_id", ignore_index=True
    )
