"""Sum the sales and returns of each region, with Ibis until the rows are few, then in pandas.

Sales are lines with positive quantity, returns are lines with negative quantity, and revenue is their sum.
Orders with status `adjusted` are bookkeeping (bad debt, stock found or lost), not sales, and are excluded.
An invoice without a sold line of a price above 0 is no order: shops book stock corrections so.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import ibis
import pandas as pd
import pyarrow as pa

from headgate.domains.retail.global_market_pulse.service_articles import SERVICE
from headgate.engines.expressions import medians, whole_seconds
from headgate.facts.fact import Combine, Fact, fact_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LATE_AFTER_DAYS = (
    7.0  # from the order to the door; no promised date is known, so one bound holds for every region
)
DAY_S = 86_400
YEAR = 12  # months
UNKNOWN = "(unknown)"


def _orders(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    """Return orders and cancellations with their money. Grain: order."""
    orders = tables["orders"]
    placed = orders.filter(orders.status != "adjusted")
    items = tables["order_items"]
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
    delivery_s = whole_seconds(joined.delivered_at) - whole_seconds(joined.ordered_at)
    return joined.select(
        "order_id",
        "region_id",
        "ordered_at",
        month_on=joined.ordered_at.truncate("M").date(),
        is_sale=is_sale,
        is_cancelled=is_cancelled,
        customer_id=is_sale.ifelse(joined.customer_id, None),
        sales=sales,
        returns=-joined.returns.fill_null(0),
        units=joined.units.fill_null(0),
        delivery_s=delivery_s,
        is_late=delivery_s > LATE_AFTER_DAYS * DAY_S,
    )


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
ORDERS = Fact("sold_orders", "orders", _orders, {}, _LINES)
"""Orders and cancellations with their money."""
CATEGORIES = Fact(
    "category_days",
    "orders",
    _days_of_categories,
    {"sales": Combine.SUM, "orders": Combine.SUM},
    _LINES,
)
"""Sales of merchandise by region, category and day.

The lookup `categories` has the category of each product, and `services` the articles that are no merchandise.
"""


def sold_orders(tables: Mapping[str, ibis.Table], as_of: date) -> ibis.Table:
    """Return orders and cancellations up to and including `as_of`, with their money. Grain: order."""
    orders = fact_rows(ORDERS, tables)
    return orders.filter(orders.ordered_at < pd.Timestamp(as_of + timedelta(days=1)))


def region_months(orders: ibis.Table) -> pd.DataFrame:
    """Return totals by region and month, for months in which anything happened. Money is exact."""
    grouped = orders.group_by("region_id", "month_on").agg(
        sales=orders.sales.sum(),
        returns=orders.returns.sum(),
        orders=orders.is_sale.sum(),
        cancelled=orders.is_cancelled.sum(),
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
    """Return the first days of the months that lie wholly between the first order and the end of `as_of`."""
    first = orders.ordered_at.min().to_pyarrow().as_py()
    if first is None:
        return pd.DatetimeIndex([])
    return pd.date_range(first.date(), as_of + timedelta(days=1), freq="MS")[
        :-1
    ]  # the last one begins but does not end


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
    """Return sales of merchandise, and orders with it, by region, category and month, up to `as_of`.

    Args:
        services: articles that are no merchandise.
    """
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
    """Return sales and orders by region and category, and orders of recent and earlier months.

    Args:
        months: as `category_months` returns them.
    """
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
