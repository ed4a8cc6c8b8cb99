from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail import global_market_pulse
from headgate.domains.retail.global_market_pulse.regional_performance import (
    COUNTS,
    LARGEST,
    beside_all_regions,
    regional_performance,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import ibis

    Rows = list[dict[str, Any]]
    Shop = Callable[[Mapping[str, Rows]], dict[str, ibis.Table]]

pytestmark = pytest.mark.unit

AS_OF = date(2010, 3, 10)


@pytest.fixture(scope="module")
def small(shop: Shop) -> pd.DataFrame:
    """Two regions from January to 10 March 2010, small enough to work out by hand."""
    orders = [
        _order("1", "GB", datetime(2010, 1, 1), customer_id=7, delivered_at=datetime(2010, 1, 5)),
        _order("2", "GB", datetime(2010, 1, 20), customer_id=7, delivered_at=datetime(2010, 1, 30)),
        _order("3", "GB", datetime(2010, 2, 3), customer_id=8),
        _order("C3", "GB", datetime(2010, 2, 4), customer_id=8, status="cancelled"),
        _order("4", "GB", datetime(2010, 3, 5)),
        _order("5", "FR", datetime(2010, 1, 31, 23, 59)),
        _order("6", "FR", datetime(2010, 3, 10, 23, 59)),
        _order("7", "FR", datetime(2010, 3, 11)),
        _order("A8", "GB", datetime(2010, 1, 2), status="adjusted"),
        _order("W9", "GB", datetime(2010, 1, 3)),
        _order("L9", "GB", datetime(2010, 1, 3), customer_id=9),
        _order("E9", "GB", datetime(2010, 1, 3), customer_id=10),
    ]
    sizes = {
        "1": 10,
        "2": 20,
        "3": 40,
        "C3": -10,
        "4": 5,
        "5": 10,
        "6": 1,
        "7": 99,
        "A8": -500,
        "W9": -3,
        "L9": 3,
    }
    items = [
        {
            "order_item_id": key,
            "order_id": key,
            "product_id": "p",
            "quantity": size,
            "unit_price": Decimal(0) if key in {"W9", "L9"} else Decimal("0.1250"),
        }
        for key, size in sizes.items()
    ]
    regions = [
        {
            "region_id": "GB",
            "region_name": "United Kingdom",
            "population": 2000,
            "gdp_usd": Decimal(5 * 10**9),
        }
    ]
    tables = shop(
        {
            "orders": orders,
            "order_items": items,
            "products": [{"product_id": "p", "category": "Home"}],
            "regions": regions,
        }
    )
    return global_market_pulse.build(tables, AS_OF)["regional_performance"].set_index(
        ["region_id", "month_on"]
    )


def _order(
    order_id: str, region_id: str, ordered_at: datetime, *, status: str = "completed", **known: object
) -> dict[str, Any]:
    return {"order_id": order_id, "region_id": region_id, "ordered_at": ordered_at, "status": status, **known}


def test_money_is_exact_and_returns_stand_apart(small: pd.DataFrame) -> None:
    february = small.loc[("GB", date(2010, 2, 1))]
    assert (february["sales"], february["returns"], february["revenue"]) == (
        Decimal("5.0000"),
        Decimal("1.2500"),
        Decimal("3.7500"),
    )
    assert february["return_rate"] == 0.25
    assert february["cancellation_rate"] == 0.5


def test_counts_are_of_orders_customers_and_units(small: pd.DataFrame) -> None:
    january = small.loc[("GB", date(2010, 1, 1))]
    assert (january["orders"], january["customers"], january["units"]) == (2, 1, 30)
    assert january["average_order_value"] == Decimal("1.8750")


def test_an_invoice_without_value_is_no_order(small: pd.DataFrame) -> None:
    """W9 and L9 correct the stock at a price of 0, and no line of E9 has arrived."""
    january = small.loc[("GB", date(2010, 1, 1))]
    assert (january["orders"], january["customers"]) == (2, 1)
    assert january["average_order_value"] == january["sales"] / 2
    assert january["cancellation_rate"] == 0


def test_growth_compares_whole_months_only(small: pd.DataFrame) -> None:
    britain = small.loc["GB"]
    assert britain["is_complete"].tolist() == [True, True, False]
    assert britain[["monthly_growth", "yearly_growth", "adjusted_growth"]].isna().all(axis=None)
    grown = _months([("GB", 1, 100, 0, 20), ("GB", 2, 150, 30, 20), ("GB", 3, 10, 0, 20)])
    assert grown["monthly_growth"].tolist()[1] == pytest.approx(120 / 100 - 1), "of revenue, as on the page"
    assert grown["monthly_growth"].isna().tolist() == [True, False, True]


def test_no_growth_is_measured_by_a_month_of_which_half_came_back() -> None:
    """One return in September 2010 made a growth of 1,002 % of France, where sales rose by 4.7 %."""
    france = [("FR", 1, 14531, 13206, 26), ("FR", 2, 15208, 609, 28)]
    grown = _months([*france, ("GB", 1, 100, 0, 20), ("GB", 2, 150, 30, 20)])
    assert grown["monthly_growth"].isna().tolist() == [True, True, True, False]


def test_growth_needs_as_many_orders_in_both_months_as_the_page_of_regions() -> None:
    """Five orders of Australia had a growth of 510 %, which the page leaves out."""
    grown = _months(
        [("AU", 1, 100, 0, 20), ("AU", 2, 610, 0, 5), ("DE", 1, 100, 0, 19), ("DE", 2, 90, 0, 40)]
    )
    assert grown["monthly_growth"].isna().all()


def _months(rows: list[tuple[str, int, int, int, int]]) -> pd.DataFrame:
    """Return the table of months of 2010, the third of which has begun."""
    months = pd.DataFrame(
        [
            {"region_id": region, "month_on": pd.Timestamp(2010, month, 1), "sales": Decimal(sales)}
            | {"returns": Decimal(back), "fees": Decimal(0), "delivery_days_median": np.nan}
            | {**dict.fromkeys(COUNTS, 0), "orders": orders, **dict.fromkeys(LARGEST)}
            for region, month, sales, back, orders in rows
        ]
    )
    regions = pd.DataFrame(columns=["region_id", "region_name", "population", "gdp_usd"])
    return regional_performance(months, pd.date_range("2010-01-01", periods=2, freq="MS"), regions)


def test_months_without_sales_are_there(small: pd.DataFrame) -> None:
    february = small.loc[("FR", date(2010, 2, 1))]
    assert (february["revenue"], february["orders"]) == (0, 0)
    assert np.isnan(february["monthly_growth"])
    assert february["average_order_value"] is None


def test_nothing_after_the_day_is_known(small: pd.DataFrame) -> None:
    assert small.loc[("FR", date(2010, 3, 1)), "orders"] == 1


def test_figures_per_head_and_per_gdp_need_the_reference(small: pd.DataFrame) -> None:
    britain = small.loc[("GB", date(2010, 1, 1))]
    assert britain["revenue_per_1000_people"] == Decimal("1.8750")
    assert britain["revenue_per_gdp_billion"] == Decimal("0.7500")
    assert (
        small.loc[
            ("FR", date(2010, 1, 1)), ["region_name", "revenue_per_1000_people", "revenue_per_gdp_billion"]
        ]
        .isna()
        .all()
    )


def test_deliveries_beyond_seven_days_are_late(small: pd.DataFrame) -> None:
    january = small.loc[("GB", date(2010, 1, 1))]
    assert (january["delivery_days_median"], january["late_share"]) == (7.0, 0.5)
    assert np.isnan(small.loc[("GB", date(2010, 2, 1)), "late_share"])


def test_shares_of_a_month_sum_to_one(shop: Shop, seeded_rows: dict[str, Rows]) -> None:
    table = global_market_pulse.build(shop(seeded_rows), date(2010, 6, 30))["regional_performance"]
    assert table.groupby("month_on")["sales_share"].sum().to_numpy() == pytest.approx(1.0)


def test_two_years_give_growth_without_the_season(shop: Shop, seeded_rows: dict[str, Rows]) -> None:
    table = global_market_pulse.build(shop(seeded_rows), date(2010, 6, 30))["regional_performance"]
    britain = table[table["region_id"] == "GB"].set_index("month_on")
    assert britain["yearly_growth"].notna().sum() == 18
    assert britain["adjusted_growth"].abs().mean() < britain["monthly_growth"].abs().mean()


def test_fees_and_postage_that_are_taken_off_are_no_returns_and_revenue_is_the_sum_of_all_lines(
    shop: Shop,
) -> None:
    lines = [("1", "mug", 10, 5), ("1", "post", 1, 4), ("C2", "mug", -1, 5), ("C2", "post", -1, 4)]
    lines += [("C3", "fee", -1, 30), ("A4", "fee", -1, 99)]
    orders = [
        _order("1", "GB", datetime(2010, 1, 4)),
        _order("C2", "GB", datetime(2010, 1, 5), status="cancelled"),
        _order("C3", "GB", datetime(2010, 1, 6), status="cancelled"),
        _order("A4", "GB", datetime(2010, 1, 6), status="adjusted"),
    ]
    rows: dict[str, Rows] = {
        "orders": orders,
        "order_items": [
            {"order_item_id": str(number), "order_id": order, "product_id": article}
            | {"quantity": quantity, "unit_price": Decimal(price)}
            for number, (order, article, quantity, price) in enumerate(lines)
        ],
        "products": [
            {"product_id": article, "category": category}
            for article, category in (("mug", "Home"), ("post", "service"), ("fee", "service"))
        ],
    }
    (month,) = global_market_pulse.build(shop(rows), AS_OF)["regional_performance"].to_dict("records")[:1]
    assert [month[name] for name in ("sales", "returns", "fees", "revenue")] == [54, 5, 34, 15]
    assert month["return_rate"] == pytest.approx(5 / 54)


def test_a_region_has_its_share_and_place_and_the_usual_rates_of_its_month() -> None:
    rows = pd.DataFrame(
        {
            "region_id": ["AU", "GB", "IE", "NO"],
            "month_on": pd.Timestamp(2010, 11, 1),
            "revenue": [Decimal(10), Decimal(60), Decimal(30), Decimal(0)],
            "sales": [Decimal(10), Decimal(80), Decimal(40), Decimal(1)],
            "orders": [5, 60, 20, 30],
            "return_rate": [0.9, 0.25, 0.5, 40.0],
            "late_share": [1.0, 0.2, 0.4, None],
        }
    )
    compared = beside_all_regions(rows).set_index("region_id")
    assert compared["revenue_share"].tolist() == [0.1, 0.6, 0.3, 0.0]
    assert compared["revenue_place"].tolist() == [3, 1, 2, 4]
    assert compared["all_orders"].tolist() == [115] * 4
    # Of 20 orders or more in the month, and not of goods of earlier months.
    assert compared["others_return_rate"].tolist() == pytest.approx([40 / 120, 0.5, 0.25, 40 / 120])
    assert compared["usual_late_share"].tolist() == pytest.approx([0.3] * 4)


def test_the_only_region_has_no_rate_of_others(small: pd.DataFrame) -> None:
    """No month of these has 20 orders, so there is no usual rate."""
    assert small["others_return_rate"].isna().all()
    assert small["usual_late_share"].isna().all()
    assert small["revenue_place"].groupby("month_on").max().tolist() == [2, 2, 2]
