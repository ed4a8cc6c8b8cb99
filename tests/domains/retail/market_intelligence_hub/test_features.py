from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from headgate.analytics.periods import whole_periods
from headgate.domains.retail.market_intelligence_hub.features import DailySales, sales_by_period
from headgate.domains.retail.market_intelligence_hub.forecast_plan import Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import ibis
    import pandas as pd

    Line = tuple[str, str, datetime, str, int, str, str]
    Shop = Callable[[Sequence[Line]], dict[str, ibis.Table]]

pytestmark = pytest.mark.unit

PLAN = Plan()
MONDAY = datetime(2010, 1, 4)
AS_OF = date(2010, 1, 24)  # a Sunday


def _sales(shop: Shop, lines: list[Line], as_of: date = AS_OF, plan: Plan = PLAN) -> pd.DataFrame:
    return _by_period(shop(lines), as_of, plan)


def _by_period(tables: dict[str, ibis.Table], as_of: date, plan: Plan = PLAN) -> pd.DataFrame:
    daily = DailySales(tables, as_of)
    return sales_by_period(daily, whole_periods(daily.days, "ordered_at", as_of, plan.grain), plan)


def _line(
    order: str,
    when: datetime,
    quantity: int = 2,
    price: str = "1.2500",
    status: str = "completed",
    **named: str,
) -> Line:
    return (order, named.get("region", "GB"), when, named.get("category", "Home"), quantity, price, status)


def test_weeks_without_sales_are_zero_and_every_level_sums_to_the_same_total(shop: Shop) -> None:
    sales = _sales(shop, [_line("1", MONDAY), _line("2", datetime(2010, 1, 20), 3, region="FR")])
    total = sales[sales["series_id"] == "total"]
    assert total["revenue"].tolist() == [Decimal("2.5000"), Decimal(0), Decimal("3.7500")]
    assert total["orders"].tolist() == [1, 0, 1]
    assert sales.groupby("level")["revenue"].sum().tolist() == [Decimal("6.2500")] * 4


def test_the_largest_order_and_return_of_a_period_have_their_ids(shop: Shop) -> None:
    lines = [
        _line("small", MONDAY),
        _line("large", MONDAY, 9),
        _line("large", MONDAY, 9, category="Toys"),
        _line("back", MONDAY + timedelta(days=1), -3, status="cancelled"),
        _line("abroad", MONDAY, 10, region="FR"),
    ]
    sales = _sales(shop, lines)
    sales = sales[sales["period_on"].dt.date == MONDAY.date()].set_index("series_id")
    ids = sales["largest_order_id"]
    assert ids[["total", "region=GB", "region=FR", "category=Toys"]].tolist() == [
        "large",
        "large",
        "abroad",
        "large",
    ]
    assert sales["largest_order"]["total"] == Decimal("22.5000")
    assert sales["largest_return_id"][["total", "region=GB", "region=FR"]].tolist() == ["back", "back", None]


def test_of_equal_orders_the_same_is_named_however_rows_are_stored(shop: Shop) -> None:
    lines = [_line("A", MONDAY), _line("B", MONDAY + timedelta(days=2)), _line("C", MONDAY)]
    named = [
        _sales(shop, some).query("series_id == 'total'")["largest_order_id"].iloc[0]
        for some in (lines, lines[::-1])
    ]
    assert named == ["C", "C"]


def test_a_series_begins_with_its_first_sale(shop: Shop) -> None:
    sales = _sales(shop, [_line("1", MONDAY), _line("2", datetime(2010, 1, 20), region="FR")])
    france = sales[sales["series_id"] == "region=FR"]
    assert france["period_on"].dt.date.tolist() == [date(2010, 1, 18)]


def test_weeks_that_are_not_whole_are_left_out(shop: Shop) -> None:
    lines = [
        _line("1", datetime(2010, 1, 5)),
        _line("2", datetime(2010, 1, 11)),
        _line("3", datetime(2010, 1, 19)),
    ]
    assert _sales(shop, lines, date(2010, 1, 23))["period_on"].dt.date.unique().tolist() == [
        date(2010, 1, 11)
    ]
    assert _sales(shop, lines)["period_on"].dt.date.unique().tolist() == [
        date(2010, 1, 11),
        date(2010, 1, 18),
    ]


def test_nothing_after_the_day_is_known(shop: Shop) -> None:
    lines = [
        _line("1", MONDAY),
        _line("2", datetime(2010, 1, 10, 23, 59, 59)),
        _line("3", datetime(2010, 1, 11)),
    ]
    sales = _sales(shop, lines, date(2010, 1, 10))
    assert sales.query("level == 'total'")["revenue"].tolist() == [Decimal("5.0000")]


def test_returns_count_against_sales_and_adjustments_do_not_count(shop: Shop) -> None:
    lines = [
        _line("1", MONDAY, 10),
        _line("C1", MONDAY, -4, status="cancelled"),
        _line("A1", MONDAY, 99, status="adjusted"),
    ]
    total = _sales(shop, lines, date(2010, 1, 10)).query("level == 'total'").iloc[0]
    assert (total["revenue"], total["units"], total["orders"]) == (Decimal("7.5000"), 6, 1)
    assert (total["largest_order"], total["largest_return"]) == (Decimal("12.5000"), Decimal("-5.0000"))


def test_the_long_tail_is_summed_so_that_the_number_of_series_is_bounded(shop: Shop) -> None:
    lines = [_line(f"{n}", MONDAY, n + 1, region=f"R{n}", category=f"c{n}") for n in range(30)]
    sales = _sales(shop, lines, date(2010, 1, 10), Plan(top_regions=2, top_categories=3))
    assert set(sales["region_id"]) == {"(all)", "(other)", "R29", "R28"}
    assert set(sales["category"]) == {"(all)", "(other)", "c29", "c28", "c27"}
    assert len(set(sales.groupby("level")["revenue"].sum())) == 1


def test_lines_of_products_that_nobody_described_are_still_revenue(shop: Shop) -> None:
    tables = shop([_line("1", MONDAY)])
    tables["products"] = tables["products"].filter(tables["products"].product_id == "none")
    sales = _by_period(tables, AS_OF)
    assert set(sales["category"]) == {"(all)", "(unknown)"}


def test_an_order_counts_once_at_every_level(shop: Shop) -> None:
    lines = [_line("1", MONDAY, category="Home"), _line("1", MONDAY, category="Toys")]
    orders = _sales(shop, lines, date(2010, 1, 10)).set_index("series_id")["orders"]
    assert orders[["total", "region=GB", "category=Home", "category=Toys"]].tolist() == [1, 1, 1, 1]


def _daily(days: int, *, from_day: datetime = MONDAY, every: int = 1) -> list[Line]:
    """One order on each day, or on every so manieth one."""
    return [_line(f"D{day}", from_day + timedelta(days=day, hours=9)) for day in range(0, days, every)]


def _weeks(shop: Shop, lines: list[Line], as_of: date) -> list[int]:
    """Orders of each week that counts."""
    total = _sales(shop, lines, as_of).query("level == 'total'")
    return [int(number) for number in total["orders"]]


def test_a_week_whose_last_days_have_not_arrived_is_left_out(shop: Shop) -> None:
    """Orders end on a Monday; other datasets of the lake reach to Sunday."""
    assert _weeks(shop, _daily(29), date(2010, 2, 7)) == [7, 7, 7, 7]
    assert _weeks(shop, _daily(35), date(2010, 2, 7)) == [7, 7, 7, 7, 7]


def test_weeks_without_any_arrived_order_are_left_out_too(shop: Shop) -> None:
    assert _weeks(shop, _daily(29), date(2010, 2, 28)) == [7, 7, 7, 7]


def test_a_shop_that_is_closed_on_weekends_has_whole_weeks(shop: Shop) -> None:
    lines = [line for line in _daily(40) if line[2].weekday() < 5]
    assert _weeks(shop, lines, date(2010, 2, 7)) == [5, 5, 5, 5, 5]
    assert _weeks(shop, lines[:21], date(2010, 2, 7)) == [5, 5, 5, 5]


def test_a_shop_that_sells_every_ten_days_has_weeks_without_sales(shop: Shop) -> None:
    assert _weeks(shop, _daily(300, every=10), date(2010, 11, 7))[-2:] == [1, 0]


def test_a_silence_of_more_than_a_quarter_is_no_missing_file(shop: Shop) -> None:
    assert _weeks(shop, _daily(35), date(2010, 5, 16))[-14:] == [0] * 14
