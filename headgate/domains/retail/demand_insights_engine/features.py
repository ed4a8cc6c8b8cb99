"""Prepare the customer models' input as Ibis expressions: a purchase is a day on which a known customer spent
money.

Money is net: returned and cancelled quantities are taken off the purchases that they undo. Money is summed as
decimals and only then becomes a float: the sum of floats depends on the order, which no engine promises.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import ibis

from headgate.engines import local
from headgate.engines.write_rows import write_rows
from headgate.facts.day_hashes import COMBINE, hashes_by_day
from headgate.facts.fact import Combine, Fact, Tables, fact_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa


HORIZON_DAYS = 90
"""A customer who buys nothing for this long has churned.

All customer models are measured over as many days.
"""

LINES = ("ordered", "returned")
"""Files of days before returns (`ordered_days`) and of returned lines (`returned_lines`)."""

_PAIR, _DAY = ["customer_id", "product_id"], ["customer_id", "purchased_on"]


@dataclass(frozen=True)
class Unmatched:
    """Returns without a known purchase, as of goods bought before the data begin, in no customer's value."""

    units: int
    value: Decimal


def purchase_days(tables: Tables, as_of: date) -> ibis.Table:
    """Return one row per customer and day with completed orders that were not wholly undone.

    Guests, who have no number, are left out.

    A negative quantity, on a completed or a cancelled order, undoes the newest earlier purchases of the same
    product by the same customer. `revenue` is what the customer kept, at the prices paid.
    """
    return net_days(ordered_days(tables, as_of), returned_lines(tables, as_of))


def ordered_days(tables: Tables, as_of: date) -> ibis.Table:
    """Return the days of customers' completed orders up to a day, with money and products, before returns."""
    days = fact_rows(ORDERED, tables)
    return _with_products(tables, days.filter(days.purchased_on <= ibis.date(as_of)))


def _with_products(tables: Tables, past: ibis.Table) -> ibis.Table:
    return ibis.union(
        past.select(*_DAY, "revenue", products=(past.orders == 1).ifelse(past.products, 0)),
        _products_of_several_orders(tables, past).mutate(revenue=ibis.literal(0).cast(past.revenue.type()))[
            [*_DAY, "revenue", "products"]
        ],
    )


def _products_of_several_orders(tables: Tables, days: ibis.Table) -> ibis.Table:
    """Return the number of products of days with several orders, which may share products."""
    bought = _bought(tables["orders"]).semi_join(days.filter(days.orders > 1), _DAY)
    lines = bought.inner_join(tables["order_items"].select("order_id", "product_id"), "order_id")
    products = lines.select(*_DAY, "product_id").distinct()
    return products.group_by(_DAY).agg(products=products.product_id.count())


def net_days(ordered: ibis.Table, returned: ibis.Table) -> ibis.Table:
    """Return purchase days of `ordered_days` and `returned_lines`: returned products count what was kept."""
    completed = returned.filter(returned.status == "completed")
    paid = completed.select(
        *_PAIR, purchased_on=completed.ordered_at.date(), revenue=completed.quantity * completed.unit_price
    )
    survived = _after_returns(_levels(returned))
    kept = survived.select(*_PAIR, "purchased_on", revenue=survived.kept * survived.unit_price)
    types = ordered.schema()
    parts = [ordered, *(_by_day(lines, sign, types) for lines, sign in ((paid, -1), (kept, 1)))]
    every = ibis.union(*parts)
    days = every.group_by(_DAY).agg(
        revenue=every.revenue.sum().cast(types["revenue"]), products=every.products.sum().cast("int64")
    )
    return days.filter(days.revenue > 0)


def balances(ordered: ibis.Table, returned: ibis.Table) -> ibis.Table:
    """Return what each customer's orders brought less all returns, and the day of the last order.

    Returns without a known purchase count here, and so does an order that came back wholly, which is no
    purchase day.
    """
    kind = ordered.schema()["revenue"]
    refunds = returned.filter(returned.status == "cancelled")
    no_day = ibis.null(ordered.schema()["purchased_on"])
    every = ibis.union(
        ordered.select(
            "customer_id", "revenue", ordered_on=(ordered.revenue > 0).ifelse(ordered.purchased_on, no_day)
        ),
        refunds.select(
            "customer_id", revenue=(refunds.quantity * refunds.unit_price).cast(kind), ordered_on=no_day
        ),
    )
    return every.group_by("customer_id").agg(
        net_revenue=every.revenue.sum().cast(kind), last_order_on=every.ordered_on.max()
    )


def _by_day(lines: ibis.Table, sign: int, types: ibis.Schema) -> ibis.Table:
    """Return the money and the number of products of lines by customer and day, times a sign."""
    # By product first: DuckDB counts different products of a group by holding all lines in memory.
    products = lines.group_by(*_DAY, "product_id").agg(revenue=lines.revenue.sum())
    days = products.group_by(_DAY).agg(revenue=products.revenue.sum(), products=products.product_id.count())
    return days.select(
        *_DAY,
        revenue=(days.revenue * sign).cast(types["revenue"]),
        products=(days.products * sign).cast(types["products"]),
    )


def _ordered(tables: Tables) -> ibis.Table:
    items = tables["order_items"]
    money = items.quantity.cast("int64") * items.unit_price
    lines = _bought(tables["orders"]).inner_join(
        items.select("order_id", "product_id", revenue=money), "order_id"
    )
    products = lines.group_by(*_DAY, "order_id", "product_id").agg(revenue=lines.revenue.sum())
    orders = products.group_by(*_DAY, "order_id").agg(
        revenue=products.revenue.sum(), products=products.product_id.count()
    )
    return orders.group_by(_DAY).agg(
        revenue=orders.revenue.sum(), products=orders.products.sum(), orders=orders.count()
    )


def _returns(tables: Tables) -> ibis.Table:
    orders, items = _of_known_customers(tables["orders"]), tables["order_items"]
    placed = orders.select("order_id", "customer_id", placed_on=orders.ordered_at.date())
    returned = items.filter(items.quantity < 0).select("order_id", "product_id", "quantity")
    lines = placed.inner_join(returned, "order_id")
    return lines.group_by(*_PAIR, "placed_on").agg(units=lines.quantity.sum())


def _sold(tables: Tables) -> ibis.Table:
    orders, items = tables["orders"], tables["order_items"]
    placed = orders.filter(orders.status != "adjusted").select(
        "order_id",
        sold_on=orders.ordered_at.date(),
        is_guest=orders.customer_id.isnull(),  # noqa: PD003 Ibis knows no isna
    )
    lines = placed.inner_join(items.select("order_id", revenue=items.quantity * items.unit_price), "order_id")
    return lines.group_by("sold_on").agg(
        by_customers=lines.revenue.sum(where=~lines.is_guest).fill_null(0),
        by_guests=lines.revenue.sum(where=lines.is_guest).fill_null(0),
    )


def _hashes(tables: Tables) -> ibis.Table:
    orders, items = _of_known_customers(tables["orders"]), tables["order_items"]
    placed = orders.select("order_id", "customer_id", "status", "ordered_at")
    lines = placed.inner_join(items.select("order_id", "product_id", "unit_price", "quantity"), "order_id")
    return hashes_by_day(lines, "ordered_at")


_JOINED = {"order_items": "order_id"}
SOLD = Fact(
    "sold_days",
    "orders",
    _sold,
    dict.fromkeys(("by_customers", "by_guests"), Combine.SUM),
    _JOINED,
    is_grouped=True,
)
ORDERED = Fact(
    "ordered_days", "orders", _ordered, dict.fromkeys(("revenue", "products", "orders"), Combine.SUM), _JOINED
)
RETURNS = Fact("returned_days", "orders", _returns, {"units": Combine.SUM}, _JOINED)
HASHES = Fact("line_hashes", "orders", _hashes, COMBINE, _JOINED, is_grouped=True)
"""Digests of all inputs of the purchase days."""


def sold_days(tables: Tables, as_of: date) -> ibis.Table:
    """Return net sales by day, of orders with a customer (`by_customers`) and without one (`by_guests`).

    They are the sales of market-intelligence-hub: returns count against their own day, bookkeeping is left
    out.
    """
    days = fact_rows(SOLD, tables)
    return days.filter(days.sold_on <= ibis.date(as_of)).order_by("sold_on")


def unmatched_returns(returned: ibis.Table) -> Unmatched:
    """Return units returned beyond all purchases of the product, and their value at the return prices."""
    levels = _levels(returned)
    lacking = ibis.greatest(0, -levels.lowest) - ibis.greatest(0, -levels.lowest_before)
    sums = (
        levels.agg(units=lacking.sum(), value=(lacking * levels.unit_price).sum()).to_pyarrow().to_pylist()[0]
    )
    return Unmatched(int(sums["units"] or 0), Decimal(sums["value"] or 0))


def _of_known_customers(orders: ibis.Table) -> ibis.Table:
    """Return orders of known customers that were completed, or cancelled: these have returned lines only."""
    has_customer = orders.customer_id.notnull()  # noqa: PD004 Ibis knows no notna
    return orders.filter(orders.status.isin(["completed", "cancelled"]), has_customer)


def _placed(orders: ibis.Table, as_of: date) -> ibis.Table:
    """Return orders of known customers up to the end of a day."""
    in_time = orders.ordered_at < _after(as_of)
    return _of_known_customers(orders.filter(in_time))


def _after(day: date) -> ibis.Value:
    """Return the end of a day."""
    return ibis.timestamp((day + timedelta(days=1)).isoformat())


def _bought(orders: ibis.Table) -> ibis.Table:
    """Return completed orders of known customers with their day."""
    some = _of_known_customers(orders)
    return some.filter(some.status == "completed").select(
        "order_id", "customer_id", purchased_on=some.ordered_at.date()
    )


def returned_lines(tables: Tables, as_of: date) -> ibis.Table:
    """Return the lines up to a day of products that their customer returned by then."""
    returns = fact_rows(RETURNS, tables)
    past = returns.filter(returns.placed_on <= ibis.date(as_of))
    return _lines_of(tables, _placed(tables["orders"], as_of), past)


def _lines_of(tables: Tables, orders: ibis.Table, pairs: ibis.Table) -> ibis.Table:
    """Return the lines of orders whose customer and product are among some pairs."""
    items = tables["order_items"]
    placed = orders.select("order_id", "customer_id", "status", "ordered_at")
    quantity = items.quantity.cast("int64")
    lines = placed.semi_join(pairs, "customer_id").inner_join(
        items.select("order_id", "product_id", "unit_price", quantity=quantity), "order_id"
    )
    relevant = lines.filter((lines.status == "completed") | (lines.quantity < 0))
    return relevant.semi_join(pairs, _PAIR)


def customers_between(tables: Tables, after: date, until: date) -> ibis.Table:
    """Return the customers with a completed order or a return after the end of one day, up to another."""
    ordered, returned = fact_rows(ORDERED, tables), fact_rows(RETURNS, tables)
    dated = [ordered.select("customer_id", on=ordered.purchased_on)]
    dated.append(returned.select("customer_id", on=returned.placed_on))
    rows = ibis.union(*dated)
    inside = (rows["on"] > ibis.date(after)) & (rows["on"] <= ibis.date(until))
    return rows.filter(inside).select("customer_id").distinct()


def _levels(some: ibis.Table) -> ibis.Table:
    """Return lines of returned products in order of time, with the customer's stock of the product.

    `lowest_before` and `lowest` are the least running sum before and including a line; where it is negative,
    more came back than was bought.
    """
    order = [some.ordered_at, some.quantity.desc(), some.order_id, some.unit_price]
    running = ibis.window(group_by=_PAIR, order_by=order, preceding=None, following=0)
    summed = some.mutate(
        level=some.quantity.sum().over(running), place=ibis.row_number().over(group_by=_PAIR, order_by=order)
    )
    until = ibis.window(group_by=_PAIR, order_by="place", preceding=None, following=0)
    lowest = summed.mutate(lowest=summed.level.min().over(until))
    before = ibis.window(group_by=_PAIR, order_by="place")
    return lowest.mutate(lowest_before=ibis.coalesce(lowest.lowest.lag().over(before), 0))


def _after_returns(levels: ibis.Table) -> ibis.Table:
    """Return sold lines with the quantity that was kept.

    A purchase raises the stock from `below` to `stock`; what later falls beneath `stock` was returned, newest
    purchases first, so the part of the purchase that survives lies between `below` and the lowest later
    stock.
    """
    stocked = levels.mutate(stock=levels.level + ibis.greatest(0, -levels.lowest))
    later = ibis.window(group_by=_PAIR, order_by="place", preceding=0, following=None)
    survived = stocked.mutate(left=stocked.stock.min().over(later) - (stocked.stock - stocked.quantity))
    sold = survived.filter(survived.quantity > 0)
    return sold.select(
        *_PAIR,
        "unit_price",
        purchased_on=sold.ordered_at.date(),
        kept=ibis.greatest(0, ibis.least(sold.left, sold.quantity)),
    )


def daily_purchases(days: ibis.Table) -> pd.DataFrame:
    """Return purchases by day: columns `purchased_on` and `purchases`, in order."""
    counted: pd.DataFrame = (
        days.group_by("purchased_on").agg(purchases=days.count()).order_by("purchased_on").to_pandas()
    )
    return counted


def cohort_purchases(days: ibis.Table) -> pd.DataFrame:
    """Return purchases by the customer's first day and the day: `first_on`, `purchased_on`, `purchases`."""
    dated = days.mutate(first_on=days.purchased_on.min().over(group_by=days.customer_id))
    counted = dated.group_by("first_on", "purchased_on").agg(purchases=dated.count())
    cohorts: pd.DataFrame = counted.order_by("first_on", "purchased_on").to_pandas()
    return cohorts


def histories(days: ibis.Table, until: date) -> ibis.Table:
    """Return one row per customer who had bought by `until`, from the data of that day and nothing later.

    `frequency` counts purchase days after the first one; `recency_days` runs from the first to the last
    purchase and `age_days` from the first to `until`, as Fader & Hardie count them; `silent_days` runs from
    the last purchase to `until`.
    """
    past = days.filter(days.purchased_on <= ibis.date(until))
    lately = past.purchased_on > ibis.date(until - timedelta(days=HORIZON_DAYS))
    counted = past.group_by("customer_id").agg(
        first_on=past.purchased_on.min(),
        last_on=past.purchased_on.max(),
        purchases=past.count(),
        revenue=past.revenue.sum(),
        recent_purchases=past.count(where=lately),
        recent_revenue=past.revenue.sum(where=lately).cast("float64").fill_null(0.0),
        products=past.products.mean(),
    )
    return counted.mutate(
        frequency=counted.purchases - 1,
        recency_days=counted.last_on.delta(counted.first_on, unit="day"),
        age_days=ibis.date(until).delta(counted.first_on, unit="day"),
        silent_days=ibis.date(until).delta(counted.last_on, unit="day"),
    )


def outcomes(days: ibis.Table, after: date, until: date) -> ibis.Table:
    """Return the customers who bought between two days, with their purchases, for training and tests."""
    later = days.filter(days.purchased_on > ibis.date(after), days.purchased_on <= ibis.date(until))
    return later.group_by("customer_id").agg(bought=later.count(), spent=later.revenue.sum().cast("float64"))


@dataclass(frozen=True)
class Returning:
    """Customers who were known on a day and bought in the window after it, and what they spent in it, GBP."""

    buyers: int
    revenue: float


def returning(days: ibis.Table, after: date, until: date) -> Returning:
    """Return how many customers of one day bought between it and another day, and for how much."""
    some = days.filter(days.purchased_on <= ibis.date(until))
    later = some.purchased_on > ibis.date(after)
    each = some.group_by("customer_id").agg(
        first_on=some.purchased_on.min(), bought=later.sum(), spent=some.revenue.sum(where=later)
    )
    bought_again = each.filter(each.first_on <= ibis.date(after), each.bought > 0)
    sums = (
        bought_again.agg(buyers=bought_again.count(), revenue=bought_again.spent.sum())
        .to_pyarrow()
        .to_pylist()[0]
    )
    return Returning(int(sums["buyers"]), float(sums["revenue"] or 0))


def purchases_of_known(days: ibis.Table, after: date, horizons_days: Sequence[int]) -> tuple[int, ...]:
    """Return how often the customers who had bought by a day bought after it, within each number of days."""
    customers = days.filter(days.purchased_on <= ibis.date(after)).select("customer_id").distinct()
    later = days.filter(days.purchased_on > ibis.date(after)).semi_join(customers, "customer_id")
    counts = {
        str(horizon): later.count(where=later.purchased_on <= ibis.date(after + timedelta(days=horizon)))
        for horizon in horizons_days
    }
    (row,) = later.agg(**counts).to_pyarrow().to_pylist()
    return tuple(int(count or 0) for count in row.values())


def observed(days: ibis.Table, after: date, until: date) -> ibis.Table:
    """Return histories up to a day, with `bought` and `spent` from then to `until`, by customer."""
    joined = (
        histories(days, after)
        .left_join(outcomes(days, after, until), "customer_id")
        .drop("customer_id_right")
    )
    filled = joined.mutate(
        revenue=joined.revenue.cast("float64"),
        bought=joined.bought.fill_null(0),
        spent=joined.spent.fill_null(0.0),
    )
    return filled.order_by("customer_id")


@dataclass(frozen=True)
class EarlierLines:
    """The files of `LINES` at the end of an earlier day."""

    until: date
    files: Mapping[str, Path]


def write_days(tables: Tables, as_of: date, folder: Path, before: EarlierLines | None = None) -> Unmatched:
    """Write the rows of `purchase_days` to `days.parquet` in the folder, and return the unmatched returns.

    The rows of `balances` are in `balances.parquet`.

    Days before returns and returned lines are computed once, and are in the files of `LINES`. What follows
    runs on this machine.

    Args:
        before: where an earlier run wrote them; then only orders since then are read, as in
            `write_days_since`.
    """
    paths = {name: folder / f"{name}.parquet" for name in LINES}
    if before:
        with _continued(tables, before, as_of, folder) as lines:
            _write_lines(lines, paths)
    else:
        _write_lines((ordered_days(tables, as_of), returned_lines(tables, as_of)), paths)
    with local.opened({name: str(path) for name, path in paths.items()}) as stored:
        _write_net(stored["ordered"], stored["returned"], folder)
        return unmatched_returns(stored["returned"])


def _write_net(ordered: ibis.Table, returned: ibis.Table, folder: Path) -> None:
    write_rows(net_days(ordered, returned), folder / "days.parquet")
    write_rows(balances(ordered, returned), folder / "balances.parquet")


def _write_lines(lines: tuple[ibis.Table, ibis.Table], paths: Mapping[str, Path]) -> None:
    for table, path in zip(lines, paths.values(), strict=True):
        write_rows(table, path)


def write_days_since(tables: Tables, before: EarlierLines, as_of: date, some: pa.Table, folder: Path) -> None:
    """Write the rows of `purchase_days` and `balances` of some customers up to a day, as `write_days` does.

    Only orders since an earlier day are read, and all orders of customers who since then returned a product
    for the first time.

    Args:
        some: a column with the numbers of the customers.
    """
    with _continued(tables, before, as_of, folder, some) as (ordered, returned):
        _write_net(ordered, returned, folder)


@contextmanager
def _continued(
    tables: Tables, before: EarlierLines, as_of: date, folder: Path, some: pa.Table | None = None
) -> Iterator[tuple[ibis.Table, ibis.Table]]:
    """Open the rows of `ordered_days` and `returned_lines` for a block, continued from an earlier day.

    Args:
        folder: receives the rows that are not in the files of the earlier day.
        some: as in `write_days_since`; None for all customers.
    """
    until, orders, chosen = before.until, tables["orders"], None if some is None else ibis.memtable(some)

    def of_chosen(rows: ibis.Table) -> ibis.Table:
        return rows if chosen is None else rows.semi_join(chosen, "customer_id")

    ordered, returns = (of_chosen(fact_rows(fact, tables)) for fact in (ORDERED, RETURNS))
    since = (ordered.purchased_on > ibis.date(until)) & (ordered.purchased_on <= ibis.date(as_of))
    newest = orders.filter(orders.ordered_at >= _after(until))
    recent = {"orders": newest, "order_items": tables["order_items"]}
    asked = {
        "ordered": _with_products(recent, ordered.filter(since)),
        "returned": _returned_since(tables, returns, until, as_of),
    }
    paths = {f"new_{name}": folder / f"new_{name}.parquet" for name in asked}
    for name, table in asked.items():
        write_rows(table, paths[f"new_{name}"])
    with local.opened({name: str(path) for name, path in {**before.files, **paths}.items()}) as stored:
        kept = {name: of_chosen(stored[name]) for name in before.files}
        ordered, returned = (ibis.union(kept[name], stored[f"new_{name}"]) for name in LINES)
        yield ordered, returned


def _returned_since(tables: Tables, returns: ibis.Table, until: date, as_of: date) -> ibis.Table:
    """Return the rows of `returned_lines` up to a day that are not among those of an earlier day.

    These are lines of later orders, and all lines of products that were first returned since then.
    """
    past = returns.filter(returns.placed_on <= ibis.date(as_of))
    pairs = past.group_by(_PAIR).agg(first_on=past.placed_on.min())
    orders, start = _placed(tables["orders"], as_of), _after(until)
    customers = pairs.filter(pairs.first_on > ibis.date(until)).select("customer_id")
    of_customers = orders.customer_id.isin(customers.customer_id)
    lines = _lines_of(tables, orders.filter((orders.ordered_at >= start) | of_customers), pairs)
    dated = lines.inner_join(pairs, _PAIR)
    is_new = (dated.ordered_at >= start) | (dated.first_on > ibis.date(until))
    return dated.filter(is_new).select(*lines.columns)


def consent(customers: ibis.Table) -> ibis.Table:
    """Return who may be written to."""
    return customers.select("customer_id", "marketing_opt_in")


def known_histories(days: ibis.Table, customers: ibis.Table, balances: ibis.Table, as_of: date) -> ibis.Table:
    """Return histories up to the end of the data, with `marketing_opt_in` where known, by customer.

    `revenue_90d` is the money of the newest `HORIZON_DAYS`, and `revenue_year_ago` that of the days which a
    year later are the coming ones. `net_revenue` is the money of all orders less all returns, and
    `ordered_days_ago` counts from the last order, also if it came back wholly.
    """
    joined = histories(days, as_of).left_join(consent(customers), "customer_id").drop("customer_id_right")
    spent = _spent_lately(days, as_of)
    both = joined.left_join(spent, "customer_id").drop("customer_id_right")
    every = both.left_join(balances, "customer_id").drop("customer_id_right")
    days_ago = ibis.date(as_of).delta(every.last_order_on, unit="day")
    return every.mutate(ordered_days_ago=days_ago).drop("last_order_on").order_by("customer_id")


def _spent_lately(days: ibis.Table, as_of: date) -> ibis.Table:
    past, horizon = days.filter(days.purchased_on <= ibis.date(as_of)), timedelta(days=HORIZON_DAYS)
    after = {"revenue_90d": as_of - horizon, "revenue_year_ago": as_of - timedelta(days=365)}
    sums = {
        name: past.revenue.sum(
            where=(past.purchased_on > ibis.date(day)) & (past.purchased_on <= ibis.date(day + horizon))
        )
        for name, day in after.items()
    }
    return past.group_by("customer_id").agg(
        **{name: amount.fill_null(0).cast(past.revenue.type()) for name, amount in sums.items()}
    )
