from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.domains.retail.demand_insights_engine import features
from headgate.facts.fact import Fact
from headgate.quality.leaks import leaks_in_rows
from headgate.values.parquet_tables import table_of
from tests.examples import examples
from tests.kept_runs import assert_equal

pytestmark = pytest.mark.unit

Shop = Callable[..., dict[str, ibis.Table]]
ANNA = [
    (1, "2024-01-01T09:00:00", "10", "completed"),
    (1, "2024-01-01T18:00:00", "5", "completed"),
    (1, "2024-01-11T09:00:00", "20", "completed"),
    (1, "2024-01-31T09:00:00", "40", "completed"),
]


def known(tables: dict[str, ibis.Table], until: date) -> pd.DataFrame:
    days, accounts = features.purchase_days(tables, until), balances_of(tables, until)
    frame: pd.DataFrame = features.known_histories(days, tables["customers"], accounts, until).to_pandas()
    return frame


def balances_of(tables: dict[str, ibis.Table], until: date) -> ibis.Table:
    return features.balances(features.ordered_days(tables, until), features.returned_lines(tables, until))


def test_purchases_are_distinct_days(shop: Shop) -> None:
    row = known(shop(ANNA), date(2024, 2, 10)).iloc[0]
    assert (row.purchases, row.frequency, row.recency_days, row.age_days, row.silent_days) == (
        3,
        2,
        30,
        40,
        10,
    )
    assert row.revenue == Decimal(75)


def test_what_was_spent_lately_and_in_the_coming_days_of_last_year_is_counted_net(shop: Shop) -> None:
    rows = [
        (1, "2023-02-10T09:00:00", "7", "completed"),
        (1, "2023-02-11T09:00:00", "11", "completed"),
        (1, "2023-05-11T09:00:00", "13", "completed"),
        (1, "2023-05-12T09:00:00", "17", "completed"),
        (1, "2023-11-12T09:00:00", "19", "completed"),
        (1, "2023-11-13T09:00:00", "23", "completed"),
    ]
    row = known(shop(rows), date(2024, 2, 10)).iloc[0]
    assert (row.revenue_90d, row.revenue_year_ago) == (Decimal(23), Decimal(24))


def test_guests_cancellations_and_days_without_positive_money_are_left_out(shop: Shop) -> None:
    others = [
        (None, "2024-01-05T09:00:00", "99", "completed"),
        (2, "2024-01-05T09:00:00", "99", "cancelled"),
        (3, "2024-01-05T09:00:00", "0", "completed"),
    ]
    assert list(known(shop(ANNA + others), date(2024, 2, 10)).customer_id) == [1]


def test_nothing_after_the_day_is_known(shop: Shop) -> None:
    row = known(shop(ANNA), date(2024, 1, 11)).iloc[0]
    assert (row.purchases, row.age_days, row.revenue) == (2, 10, Decimal(35))


def test_what_followed_is_distinguished_from_what_was_known(shop: Shop) -> None:
    tables = shop(ANNA)
    days = features.purchase_days(tables, date(2024, 12, 31))
    row = features.observed(days, date(2024, 1, 1), date(2024, 3, 31)).to_pandas().iloc[0]
    assert (row.purchases, row.bought, row.spent) == (1, 2, 60.0)


def test_purchases_beyond_the_horizon_are_not_what_followed(shop: Shop) -> None:
    tables = shop([*ANNA, (1, "2024-05-01T09:00:00", "7", "completed")])
    days = features.purchase_days(tables, date(2024, 12, 31))
    assert features.observed(days, date(2024, 1, 31), date(2024, 4, 30)).to_pandas().bought.tolist() == [0]


def test_a_customer_that_the_customers_table_lacks_is_kept(shop: Shop) -> None:
    frame = known(shop(ANNA, {}), date(2024, 2, 10))
    assert len(frame) == 1
    assert pd.isna(frame.marketing_opt_in.iloc[0])


Line = tuple[str, str, str, int, str]  # order, product, time, quantity, price


def lines_of(*lines: Line) -> dict[str, ibis.Table]:
    """Orders of customer 1 with their lines; those that begin with C are cancellations."""
    placed = {order: at for order, _, at, _, _ in lines}
    orders = pd.DataFrame(
        {
            "order_id": list(placed),
            "customer_id": 1,
            "ordered_at": pd.to_datetime(list(placed.values())),
            "status": ["cancelled" if order.startswith("C") else "completed" for order in placed],
        }
    )
    items = pd.DataFrame(
        {
            "order_id": [line[0] for line in lines],
            "product_id": [line[1] for line in lines],
            "quantity": [line[3] for line in lines],
            "unit_price": [Decimal(line[4]) for line in lines],
        }
    )
    return {"orders": ibis.memtable(orders), "order_items": ibis.memtable(items)}


def kept(*lines: Line) -> list[Decimal]:
    days = features.purchase_days(lines_of(*lines), date(2024, 12, 31)).order_by("purchased_on")
    return [row["revenue"] for row in days.to_pyarrow().to_pylist()]


def test_a_wholly_cancelled_order_is_no_purchase() -> None:
    """Online Retail has an order of 168,469.60 GBP that was cancelled twelve minutes later.

    It made a champion of its customer.
    """
    small = ("1", "B", "2024-01-05T09:00:00", 1, "2.50")
    huge = ("2", "A", "2024-03-01T09:15:00", 80_995, "2.08")
    assert kept(small, huge, ("C3", "A", "2024-03-01T09:27:00", -80_995, "2.08")) == [Decimal("2.50")]


def test_a_return_undoes_the_newest_earlier_purchase_of_the_product() -> None:
    first, second = ("1", "A", "2024-01-01T09:00:00", 10, "1"), ("2", "A", "2024-02-01T09:00:00", 10, "2")
    later = ("4", "A", "2024-04-01T09:00:00", 10, "3")
    assert kept(first, second, ("C3", "A", "2024-03-01T09:00:00", -4, "2"), later) == [
        Decimal(10),
        Decimal(12),
        Decimal(30),
    ]
    assert kept(first, second, ("C3", "A", "2024-03-01T09:00:00", -14, "2"), later) == [
        Decimal(6),
        Decimal(30),
    ]


def test_returns_of_unknown_purchases_undo_no_later_ones_and_are_counted() -> None:
    lines = (("C1", "A", "2024-01-01T09:00:00", -5, "1"), ("2", "A", "2024-02-01T09:00:00", 3, "1"))
    assert kept(*lines) == [Decimal(3)]
    returned = features.returned_lines(lines_of(*lines), date(2024, 12, 31))
    assert features.unmatched_returns(returned) == features.Unmatched(5, Decimal(5))


def test_an_account_counts_returns_without_a_known_purchase_and_orders_that_came_back_wholly() -> None:
    """A customer of Online Retail kept 9,472 GBP by purchases, and sent back 3,767 GBP more than was bought.

    The last order, which came back wholly, is no purchase day: the customer was called silent for 321 days.
    """
    lines = (
        ("1", "A", "2024-01-05T09:00:00", 10, "2"),
        ("C2", "B", "2024-01-10T09:00:00", -5, "7"),
        ("3", "C", "2024-02-01T09:00:00", 3, "1"),
        ("C4", "C", "2024-02-02T09:00:00", -3, "1"),
    )
    tables = lines_of(*lines) | {
        "customers": ibis.memtable(pd.DataFrame({"customer_id": [1], "marketing_opt_in": True}))
    }
    row = known(tables, date(2024, 2, 11)).iloc[0]
    assert (row.revenue, row.net_revenue) == (Decimal(20), Decimal(-15))
    assert (row.silent_days, row.ordered_days_ago) == (37, 10)


def purchased(lines: list[Line]) -> dict[date, tuple[Decimal, int]]:
    """Revenue and products of each purchase day, product by product and line by line."""
    days = defaultdict[date, dict[str, Decimal]](dict)
    for product in {line[1] for line in lines}:
        stock: list[list[Any]] = []  # what is kept of each purchase, oldest first
        own = [line for line in lines if line[1] == product and (line[3] < 0 or line[0][0] != "C")]
        for _, _, at, quantity, price in sorted(own, key=lambda line: (line[2], -line[3], line[0])):
            if quantity >= 0:
                stock.append([date.fromisoformat(at[:10]), quantity, Decimal(price)])
            returned = max(0, -quantity)
            for purchase in reversed(stock):
                taken = min(purchase[1], returned)
                purchase[1] -= taken
                returned -= taken
        for on, left, price in stock:
            days[on][product] = days[on].get(product, Decimal(0)) + left * price
    sums = {on: (sum(of.values(), Decimal(0)), len(of)) for on, of in days.items()}
    return {on: (revenue, products) for on, (revenue, products) in sums.items() if revenue > 0}


DRAWN_LINES = st.lists(
    st.tuples(st.sampled_from("ABC"), st.integers(1, 3), st.integers(0, 3), st.integers(-4, 6).filter(bool)),
    min_size=1,
    max_size=14,
)
"""Product, day, hour and quantity."""


def placed(drawn: list[tuple[str, int, int, int]]) -> list[Line]:
    """Return the lines of drawn ones: purchases of an hour are an order, each return is one of its own."""
    return [
        (
            f"{'C' if quantity < 0 else 'O'}{day}{hour}{number if quantity < 0 else ''}",
            product,
            f"2024-01-0{day}T0{hour}:00:00",
            quantity,
            "1.50" if product == "A" else "2",
        )
        for number, (product, day, hour, quantity) in enumerate(drawn)
    ]


@examples(20)
@given(DRAWN_LINES)
def test_purchase_days_are_those_of_an_account_that_is_kept_line_by_line(
    drawn: list[tuple[str, int, int, int]],
) -> None:
    """Days of several orders that share products, and returns of some of their products."""
    lines = placed(drawn)
    days = features.purchase_days(lines_of(*lines), date(2024, 12, 31)).to_pyarrow().to_pylist()
    assert {row["purchased_on"]: (row["revenue"], row["products"]) for row in days} == purchased(lines)


@examples(20)
@given(DRAWN_LINES, st.integers(0, 3))
def test_purchase_days_since_a_day_are_those_of_all_orders(
    drawn: list[tuple[str, int, int, int]], until: int
) -> None:
    """Returns may be the first of a product that was bought before the day."""
    tables, some = lines_of(*placed(drawn)), pa.table({"customer_id": [1]})
    first, last = date(2024, 1, 1) + timedelta(days=until - 1), date(2024, 1, 3)
    with TemporaryDirectory() as name:
        folder = Path(name)
        before = lines_until(tables, first, folder)
        (folder / "since").mkdir()
        features.write_days_since(tables, before, last, some, folder / "since")
        rows, accounts = (
            table_of(folder / "since" / f"{part}.parquet").to_pylist() for part in ("days", "balances")
        )
    assert accounts == balances_of(tables, last).to_pyarrow().to_pylist()
    assert {row["purchased_on"]: (row["revenue"], row["products"]) for row in rows} == purchased(
        placed(drawn)
    )


@examples(20)
@given(DRAWN_LINES, st.integers(0, 3))
def test_files_that_continue_those_of_an_earlier_day_have_the_rows_of_new_ones(
    drawn: list[tuple[str, int, int, int]], until: int
) -> None:
    """Days follow each other: files that were continued once are continued again."""
    tables, last = lines_of(*placed(drawn)), date(2024, 1, 3)
    with TemporaryDirectory() as name:
        before = lines_until(tables, date(2024, 1, 1) + timedelta(days=until - 1), Path(name, "first"))
        for day in (date(2024, 1, 2), last):
            if day > before.until:
                before = lines_until(tables, day, Path(name, str(day)), before)
        continued, new = Path(name, "continued"), Path(name, "new")
        for folder in (continued, new):
            folder.mkdir()
        earlier = before if before.until < last else None
        unmatched = features.write_days(tables, last, continued, earlier)
        assert unmatched == features.write_days(tables, last, new)
        for part in (*features.LINES, "days", "balances"):
            assert rows_in_order(continued / f"{part}.parquet") == rows_in_order(new / f"{part}.parquet")


def rows_in_order(path: Path) -> list[str]:
    return sorted(map(str, table_of(path).to_pylist()))


def lines_until(
    tables: dict[str, ibis.Table], until: date, folder: Path, before: features.EarlierLines | None = None
) -> features.EarlierLines:
    folder.mkdir(exist_ok=True)
    features.write_days(tables, until, folder, before)
    return features.EarlierLines(until, {name: folder / f"{name}.parquet" for name in features.LINES})


def test_purchase_days_since_a_day_are_of_the_named_customers_only(shop: Shop, tmp_path: Path) -> None:
    tables = shop([*ANNA, (2, "2024-01-31T09:00:00", "7", "completed")])
    before = lines_until(tables, date(2024, 1, 30), tmp_path)
    since = tmp_path / "since"
    since.mkdir()
    features.write_days_since(tables, before, date(2024, 1, 31), pa.table({"customer_id": [2]}), since)
    rows = table_of(since / "days.parquet").to_pylist()
    assert [(row["customer_id"], row["revenue"]) for row in rows] == [(2, Decimal(7))]


def test_no_hash_of_lines_passes_as_a_card_number(shop: Shop) -> None:
    """Hashes of 13 to 19 digits may have an issuer and a right check digit: an audit raised an alarm."""
    orders = [
        (
            number % 5 + 1,
            f"{date(2015, 1, 1) + timedelta(days=number)}T09:00:00",
            str(number + 1),
            "completed",
        )
        for number in range(3_000)
    ]
    hashes = features.HASHES.computed(shop(orders), {}).to_pyarrow()
    _, leaks = leaks_in_rows(hashes)
    assert (hashes.num_rows, leaks) == (3_000, Counter())


@pytest.mark.parametrize(
    "fact", [features.SOLD, features.HASHES, features.ORDERED, features.RETURNS], ids=lambda fact: fact.name
)
@pytest.mark.parametrize("parts", [1, 2, 7])
def test_facts_of_parts_of_the_orders_add_up_to_those_of_all_orders(
    drawn_shop: dict[str, ibis.Table], fact: Fact, parts: int
) -> None:
    orders = drawn_shop["orders"].to_pyarrow()
    own = [orders.take(list(range(part, orders.num_rows, parts))) for part in range(parts)]
    computed = [fact.computed({**drawn_shop, "orders": ibis.memtable(rows)}, {}).to_pyarrow() for rows in own]
    added = fact.combined(ibis.memtable(pa.concat_tables(computed)))
    whole = fact.computed(drawn_shop, {})
    assert_equal({"": added.order_by(added.columns).to_pandas()}, {"": whole.to_pandas()})
