"""Sum up each region's sales and returns: Ibis until the rows are few, then compact pandas frames.

Sales are lines that go out, returns are lines that come back (negative quantity), revenue is what is left.
Orders with status `adjusted` are bookkeeping (bad debt, stock found or lost), not sales, and are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis
import pandas as pd

from headgate.engines.expressions import medians, whole_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

LATE_AFTER_DAYS = (
    7.0  # from the order to the door; no promised date is known, so one bound holds for every region
)
DAY_S = 86_400
YEAR = 12  # months
UNKNOWN = "(unknown)"
SERVICE = "service"  # the category of postage, fees and samples; see the contract of products


def sold_orders(tables: Mapping[str, ibis.Table], as_of: date) -> ibis.Table:
    """Orders and cancellations up to and including `as_of`, with their money. Grain: order."""
    orders = tables["orders"]
    placed = orders.filter(
        orders.status != "adjusted", orders.ordered_at < pd.Timestamp(as_of + timedelta(days=1))
    )
    items = tables["order_items"]
    amount = items.quantity * items.unit_price
    lines = items.group_by("order_id").agg(
        sales=ibis.greatest(amount, 0).sum(),
        returns=ibis.least(amount, 0).sum(),
        units=items.quantity.cast("int64").sum(),
    )
    joined = placed.left_join(lines, "order_id")
    is_sale = joined.status != "cancelled"
    delivery_s = whole_seconds(joined.delivered_at) - whole_seconds(joined.ordered_at)
    return joined.select(
        "order_id",
        "region_id",
        "ordered_at",
        month_on=joined.ordered_at.truncate("M").date(),
        is_sale=is_sale,
        customer_id=is_sale.ifelse(joined.customer_id, None),
        sales=joined.sales.fill_null(0),
        returns=-joined.returns.fill_null(0),
        units=joined.units.fill_null(0),
        delivery_s=delivery_s,
        is_late=delivery_s > LATE_AFTER_DAYS * DAY_S,
    )


def region_months(orders: ibis.Table) -> pd.DataFrame:
    """Totals by region and month, for months in which anything happened. Money is exact."""
    grouped = orders.group_by("region_id", "month_on").agg(
        sales=orders.sales.sum(),
        returns=orders.returns.sum(),
        orders=orders.is_sale.sum(),
        cancelled=(~orders.is_sale).sum(),
        customers=orders.customer_id.nunique(),
        units=orders.units.sum(),
        delivered=orders.delivery_s.count(),
        late=orders.is_late.sum().fill_null(0),
    )
    usual = medians(orders, ["region_id", "month_on"], "delivery_s", "delivery_s_median")
    joined = grouped.left_join(usual, ["region_id", "month_on"])
    with_days = joined.mutate(delivery_days_median=joined.delivery_s_median / DAY_S)
    rows: pd.DataFrame = with_days.drop("delivery_s_median", "region_id_right", "month_on_right").to_pandas()
    counts = ["orders", "cancelled", "customers", "units", "delivered", "late"]
    typed = rows.astype(dict.fromkeys(counts, "int64")).assign(month_on=pd.to_datetime(rows["month_on"]))
    return typed.sort_values(["region_id", "month_on"], ignore_index=True)


def whole_months(orders: ibis.Table, as_of: date) -> pd.DatetimeIndex:
    """The first days of the months that lie wholly between the first order and the end of `as_of`."""
    first = orders.ordered_at.min().to_pyarrow().as_py()
    if first is None:
        return pd.DatetimeIndex([])
    return pd.date_range(first.date(), as_of + timedelta(days=1), freq="MS")[
        :-1
    ]  # the last one begins but does not end


@dataclass(frozen=True)
class MonthSpan:
    """The whole months that opportunities are looked for in, and the two parts of equal length whose orders
    give the growth.

    Attributes:
        looked_at: the newest year, or what there is of one, in pairs of months.
        recent, before: the newest year and the year before it; the two halves of what is looked at while two
            years are not known.
    """

    looked_at: pd.DatetimeIndex
    recent: pd.DatetimeIndex
    before: pd.DatetimeIndex

    @property
    def is_seasonless(self) -> bool:
        """The two parts hold the same calendar months, so that growth is not the time of year."""
        return len(self.recent) == YEAR

    @classmethod
    def of(cls, whole: pd.DatetimeIndex) -> MonthSpan:
        """The span that the whole months of the data allow; empty below two months."""
        looked_at = whole[len(whole) - min(len(whole) // 2 * 2, YEAR) :]
        half = YEAR if len(whole) >= 2 * YEAR else len(looked_at) // 2
        return cls(looked_at, whole[len(whole) - half :], whole[len(whole) - 2 * half : len(whole) - half])


def cells(tables: Mapping[str, ibis.Table], orders: ibis.Table, span: MonthSpan) -> pd.DataFrame:
    """Sales of merchandise by region and category: orders and money of the months looked at, orders of the
    recent and the earlier ones.
    """
    lines = tables["order_items"].left_join(tables["products"].select("product_id", "category"), "product_id")
    sales = orders.filter(orders.is_sale, _within(orders.month_on, span.looked_at.union(span.before)))
    sold = lines.filter(lines.quantity > 0).inner_join(
        sales.select("order_id", "region_id", "month_on"), "order_id"
    )
    # By order first: counts of different orders would hold every order once for each of three spans.
    by_order = sold.group_by(
        "region_id", "month_on", "order_id", category=sold.category.fill_null(UNKNOWN)
    ).agg(sales=(sold.quantity * sold.unit_price).sum())
    by_order = by_order.filter(by_order.category != SERVICE)
    looked_at, recent, before = (
        _within(by_order.month_on, months) for months in (span.looked_at, span.recent, span.before)
    )
    grouped = by_order.group_by("region_id", "category").agg(
        sales=looked_at.ifelse(by_order.sales, 0).sum(),
        orders=by_order.count(where=looked_at),
        recent=by_order.count(where=recent),
        before=by_order.count(where=before),
    )
    rows: pd.DataFrame = grouped.to_pandas()
    return rows.sort_values(["region_id", "category"], ignore_index=True)


def _within(month_on: ibis.Column, months: pd.DatetimeIndex) -> ibis.Column:
    return month_on.isin([month.date() for month in months])


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
