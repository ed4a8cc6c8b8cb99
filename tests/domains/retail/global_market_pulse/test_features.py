"""Sums and medians of regions: facts of parts add up, and orders after the day do not count."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.domains.retail.global_market_pulse import features
from headgate.domains.retail.global_market_pulse.billed_again import RETURNED
from headgate.domains.retail.service_fees import FEES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headgate.facts.fact import Fact

    Rows = list[dict[str, Any]]
    Shop = Callable[[Mapping[str, Rows]], dict[str, ibis.Table]]

pytestmark = pytest.mark.unit

ORDERED_AT = datetime(2024, 1, 31, 12)
AS_OF = date(2024, 12, 31)


def delivered_after(*hours: float) -> dict[str, Rows]:
    """One region's orders of a month, with the hours until each was delivered."""
    orders = [
        {
            "order_id": str(number),
            "region_id": "GB",
            "ordered_at": ORDERED_AT,
            "status": "completed",
            "delivered_at": ORDERED_AT + timedelta(hours=after),
        }
        for number, after in enumerate(hours)
    ]
    return {"orders": orders}


@given(hours=st.lists(st.integers(0, 40), min_size=1, max_size=12))
def test_a_median_of_deliveries_is_what_statistics_says(shop: Shop, hours: list[int]) -> None:
    months = features.region_months(shop(delivered_after(*hours)), AS_OF)
    assert months.delivery_days_median.tolist() == [median(hours) / 24]


def test_a_delivery_counts_by_its_nearest_hour(shop: Shop) -> None:
    months = features.region_months(shop(delivered_after(47.4)), AS_OF)
    assert months.delivery_days_median.tolist() == [47 / 24]
    assert features.region_months(shop(delivered_after(47.5)), AS_OF).delivery_days_median.tolist() == [2.0]


def test_the_largest_order_of_a_month_is_named_and_a_month_of_returns_has_none(shop: Shop) -> None:
    rows = delivered_after(1, 2, 3)
    rows["orders"][2] |= {"region_id": "FR", "status": "cancelled"}
    rows["order_items"] = [
        {"order_item_id": str(number), "order_id": str(number), "product_id": "A", "unit_price": 2}
        | {"quantity": quantity}
        for number, quantity in enumerate((5, 80, -4))
    ]
    months = features.region_months(shop(rows), AS_OF).set_index("region_id")
    assert months.loc["GB", ["largest_order", "largest_order_id"]].tolist() == [160, "1"]
    assert months.loc["FR", ["largest_order", "largest_order_id"]].tolist() == [None, None]


def test_the_customer_with_most_sales_of_a_month_is_named_and_guests_are_none(shop: Shop) -> None:
    rows = delivered_after(1, 2, 3, 4)
    for order, customer in zip(rows["orders"], (7, 7, 8, None), strict=True):
        order["customer_id"] = customer
    rows["order_items"] = [
        {"order_item_id": str(number), "order_id": str(number), "product_id": "A", "unit_price": 2}
        | {"quantity": quantity}
        for number, quantity in enumerate((30, 30, 40, 900))
    ]
    (month,) = features.region_months(shop(rows), AS_OF).to_dict("records")
    assert (month["customers"], month["largest_customer"], month["largest_customer_id"]) == (2, 120, 7)


CANCELLED_AT = datetime(2010, 11, 9, 10, 6)


def cancelled_and_billed(minutes: int, price: str = "2", pieces: int = 2000) -> dict[str, Rows]:
    """An earlier invoice of customer 12454 is cancelled, and the same pieces are billed; 7 bought for £50."""
    order = {"region_id": "ES", "status": "completed", "ordered_at": CANCELLED_AT, "customer_id": 12454}
    again_at = CANCELLED_AT + timedelta(minutes=minutes)
    line = {"product_id": "A", "unit_price": 2, "quantity": 25}
    return {
        "orders": [
            {**order, "order_id": "C531557", "status": "cancelled"},
            {**order, "order_id": "531561", "ordered_at": again_at},
            {**order, "order_id": "531600", "customer_id": 7},
        ],
        "order_items": [
            {**line, "order_item_id": "1", "order_id": "C531557", "quantity": -2000},
            {
                **line,
                "order_item_id": "2",
                "order_id": "531561",
                "quantity": pieces,
                "unit_price": Decimal(price),
            },
            {**line, "order_item_id": "3", "order_id": "531600"},
        ],
    }


def spain(shop: Shop, rows: dict[str, Rows]) -> list[Any]:
    (month,) = features.region_months(shop(rows), AS_OF).to_dict("records")
    return [month[name] for name in ("sales", "returns", "largest_order_id", "largest_customer_id")]


def test_an_invoice_that_is_billed_again_is_neither_a_sale_nor_a_return(shop: Shop) -> None:
    """Three minutes lay between both invoices, and the advice was to keep the customer of most sales."""
    assert spain(shop, cancelled_and_billed(3)) == [50, 0, "531600", 7]


def test_an_order_that_is_cancelled_later_the_same_day_is_a_sale_and_a_return(shop: Shop) -> None:
    assert spain(shop, cancelled_and_billed(-3)) == [4050, 4000, "531561", 12454]


def test_what_is_billed_the_next_day_is_a_sale(shop: Shop) -> None:
    assert spain(shop, cancelled_and_billed(24 * 60)) == [4050, 4000, "531561", 12454]


def test_fewer_pieces_than_came_back_are_no_correction(shop: Shop) -> None:
    assert spain(shop, cancelled_and_billed(3, pieces=1000)) == [2050, 4000, "531561", 12454]


def test_of_a_corrected_price_the_difference_is_a_return_or_a_sale(shop: Shop) -> None:
    assert spain(shop, cancelled_and_billed(3, price="1.5")) == [50, 1000, "531600", 7]
    assert spain(shop, cancelled_and_billed(-3, price="2.5")) == [1050, 0, "531561", 12454]


def test_without_a_delivery_there_is_no_median(shop: Shop) -> None:
    orders = [{**order, "delivered_at": None} for order in delivered_after(1)["orders"]]
    assert features.region_months(shop({"orders": orders}), AS_OF).delivery_days_median.isna().all()


@pytest.mark.parametrize(
    "fact",
    [features.REGIONS, features.BUYERS, features.DELIVERIES, FEES, RETURNED],
    ids=lambda fact: fact.name,
)
@pytest.mark.parametrize("parts", [2, 7])
def test_facts_of_parts_of_the_orders_add_up_to_those_of_all_orders(
    shop: Shop, seeded_rows: dict[str, Rows], fact: Fact, parts: int
) -> None:
    tables = shop(seeded_rows)
    orders = tables["orders"].to_pyarrow()
    own = [orders.take(list(range(part, orders.num_rows, parts))) for part in range(parts)]
    # Every second article is a service, so that some of the lines are fees.
    products = tables["products"].order_by("product_id").to_pyarrow()
    services = ibis.memtable(products.take(list(range(0, products.num_rows, 2))).select(["product_id"]))
    lookups = {"services": services} if fact is FEES else {}
    computed = [
        fact.computed({**tables, "orders": ibis.memtable(rows)}, lookups).to_pyarrow() for rows in own
    ]
    added = fact.combined(ibis.memtable(pa.concat_tables(computed)))
    complete = fact.computed(tables, lookups).to_pandas()
    pd.testing.assert_frame_equal(added.order_by(added.columns).to_pandas(), _sorted(complete))


def _sorted(rows: pd.DataFrame) -> pd.DataFrame:
    # Amount and number of the largest order are one value, which pandas cannot sort.
    return rows.sort_values([name for name in rows if name != "largest"], ignore_index=True)
