"""The customers' total of the coming 90 days is compared with a forecast of the shop."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail import demand_insights_engine as system
from headgate.domains.retail.demand_insights_engine import features, shop_total
from headgate.domains.retail.demand_insights_engine.origins import Coming, KnownShares, ShopForecast
from headgate.domains.retail.demand_insights_engine.recent_behaviour import with_recent_behaviour
from headgate.domains.retail.demand_insights_engine.trading_clock import TradingClock
from headgate.engines.stored_rows import StoredRows
from headgate.engines.write_rows import write_rows
from headgate.learning.store import Shelf
from tests.made_tables import in_memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.domains.retail.demand_insights_engine.conftest import Purchase

pytestmark = pytest.mark.system

AS_OF = date(2024, 12, 31)


def figures(tables: dict[str, ibis.Table]) -> pd.DataFrame:
    """Return the rows of the total, by metric."""
    quality = in_memory(system.build(tables, AS_OF, Shelf()))["customer_model_quality"]
    return quality[quality.model == shop_total.MODEL].set_index("metric")


def daily(days: int, customers: int, money: str = "10") -> list[Purchase]:
    """Return the purchases of a shop in which every customer buys each ten days."""
    return [
        (customer, f"{AS_OF - timedelta(days=day)}T12:00:00", money, "completed")
        for day in range(days)
        for customer in range(1, customers + 1)
        if (day + customer) % 10 == 0
    ]


@pytest.fixture(scope="module")
def drawn(drawn_shop: dict[str, ibis.Table]) -> pd.DataFrame:
    return figures(drawn_shop)


@pytest.fixture(scope="module")
def steady(shop: Callable[..., dict[str, ibis.Table]]) -> pd.DataFrame:
    """Of 20 customers who each spend 10 GBP in ten days: 1,800 GBP in 90 days."""
    return figures(shop(daily(500, 20)))


def test_the_parts_add_up_to_the_total_that_is_compared(drawn: pd.DataFrame) -> None:
    parts = ["known_customers_gbp", "new_customers_gbp", "guests_gbp", "corrections_gbp"]
    assert drawn.value[parts].sum() == pytest.approx(drawn.value["all_gbp"])
    ratio = drawn.loc["ratio_to_forecast"]
    assert ratio.value == pytest.approx(drawn.value["all_gbp"] / drawn.baseline["all_gbp"])
    assert set(drawn.period) == {"2024-12-31/2025-03-30"}  # from the beginning of the newest day on


def test_the_part_of_known_customers_is_the_sum_of_their_values_before_the_newest_day(
    drawn_shop: dict[str, ibis.Table], drawn: pd.DataFrame
) -> None:
    orders = drawn_shop["orders"]
    before = {**drawn_shop, "orders": orders.filter(orders.ordered_at < ibis.timestamp(AS_OF.isoformat()))}
    value = in_memory(system.build(before, AS_OF, Shelf()))["customer_lifetime_value"]
    total = float(value.expected_value_90d.sum())
    assert drawn.value["known_customers_gbp"] == pytest.approx(total, rel=1e-3)


def test_a_steady_shop_agrees_and_has_no_reason(steady: pd.DataFrame) -> None:
    assert steady.value["all_gbp"] == pytest.approx(1_800, rel=0.1)
    assert steady.baseline["all_gbp"] == pytest.approx(1_800, rel=0.1)
    assert steady.value["ratio_to_forecast"] == pytest.approx(1.0, abs=shop_total.NEAR)
    assert pd.isna(steady.note["ratio_to_forecast"])


def test_guests_are_a_part_of_the_total_and_of_no_customer(
    steady: pd.DataFrame, shop: Callable[..., dict[str, ibis.Table]]
) -> None:
    """Guests who spend as much as the customers double the total."""
    customers = daily(500, 20)
    guests = [(None, *row[1:]) for row in customers]
    both = figures(shop([*customers, *guests]))
    assert steady.value["guests_gbp"] == 0
    assert both.value["guests_gbp"] == pytest.approx(
        both.value[["known_customers_gbp", "new_customers_gbp"]].sum()
    )
    assert both.value["ratio_to_forecast"] == pytest.approx(1.0, abs=shop_total.NEAR)


def test_a_difference_has_a_reason_in_words() -> None:
    sold = pd.DataFrame({"by_customers": np.full(30 * 7, 10.0), "by_guests": 0.0})
    sold.index = pd.date_range(end=pd.Timestamp(AS_OF), periods=len(sold))
    forecast = shop_total.WeeklyForecast(900.0, 850.0, 1_100.0)
    clock = TradingClock.of(pd.Series(1, index=sold.index), sold.index[0].date(), AS_OF)
    reason = shop_total.reason(1_300.0, forecast, sold, clock, AS_OF)
    assert reason == (
        "less than a year is known: customers in the season of a usual shop; of the newest 90 days, "
        "customers give 1.44 times, the forecast 1.00 times; the customers' total lies outside the "
        "forecast's 80 % interval"
    )
    assert shop_total.reason(980.0, forecast, sold, clock, AS_OF) is None


def test_a_shop_of_few_weeks_is_not_compared_and_says_so(shop: Callable[..., dict[str, ibis.Table]]) -> None:
    rows = figures(shop(daily(40, 20)))
    assert pd.isna(rows.baseline["all_gbp"])
    assert rows.note["ratio_to_forecast"] == "not compared: fewer than 10 whole weeks are known"


YEAR = Coming(90.0, 100.0, 1_000.0, recent_revenue=250.0)
HALF = KnownShares(0.5, 0.5)


def test_half_of_a_change_of_sales_is_in_the_number_of_buyers() -> None:
    """The groups of like customers have no season of their own."""
    lately = replace(YEAR, buyers=100, recent_buyers=50.0)
    assert HALF.expected(lately).buyers == pytest.approx(50.0)
    busy = replace(lately, forecast=ShopForecast(2_000.0, 4.0))
    assert HALF.expected(busy).buyers == pytest.approx((50.0 * 100.0) ** 0.5)
    modelled = replace(busy, modelled_buyers=80.0)
    assert HALF.expected(modelled).buyers == pytest.approx((50.0 * 100.0 * 80.0) ** (1 / 3))


def test_known_customers_have_the_mean_of_last_year_the_forecast_and_groups_in_its_season() -> None:
    """500 GBP by last year, 1,000 by the forecast, and 250 of the groups in twice the season."""
    ahead = replace(YEAR, forecast=ShopForecast(2_000.0, 2.0))
    assert HALF.expected(ahead).revenue == pytest.approx((500 * 1_000 * 500) ** (1 / 3))
    assert HALF.expected(YEAR).revenue == pytest.approx((500 * 250) ** 0.5)
    modelled = replace(ahead, modelled_revenue=700.0)
    assert HALF.expected(modelled).revenue == pytest.approx((500 * 1_000 * 500 * 700) ** (1 / 4))


def test_one_enormous_order_does_not_decide_what_the_customers_bring() -> None:
    """60 customers buy for 10 GBP each 30 days; one of the 180 purchases of the newest window is of 1,000."""
    bought = [
        (customer, AS_OF - timedelta(days=day + customer % 30))
        for customer in range(60)
        for day in range(0, 300, 30)
    ]
    days = pd.DataFrame(bought, columns=["customer_id", "purchased_on"]).assign(revenue=10.0, products=1)
    large = days.assign(revenue=days.revenue.where(days.index > 0, 1_000.0))
    plain, enormous = (lately(purchases) for purchases in (days, large))
    assert plain == pytest.approx(1_800.0, rel=0.1)
    assert plain < enormous < 1.3 * plain  # the revenue of the window is 1.55 times the usual one


def lately(days: pd.DataFrame) -> float:
    """Return what the customers of these purchases bring if they do as lately."""
    stored, first_on = ibis.memtable(days), min(days.purchased_on)
    with TemporaryDirectory() as name:
        path = Path(name) / "customers.parquet"
        write_rows(features.histories(stored, AS_OF).order_by("customer_id"), path)
        expectation = with_recent_behaviour(
            Coming(90.0, None, None), stored, StoredRows([path]), first_on, AS_OF
        )
    assert expectation.recent_revenue is not None
    return expectation.recent_revenue


def test_a_forecast_counts_only_where_the_season_is_known_and_the_shop_is_open() -> None:
    """10 GBP a day of which customers kept 8, and a forecast of twice as much."""
    sold = pd.DataFrame({"by_customers": 10.0, "by_guests": 0.0}, index=pd.date_range(end=AS_OF, periods=400))
    days = ibis.memtable(pd.DataFrame({"customer_id": 1, "purchased_on": sold.index.date, "revenue": 8.0}))
    clock = TradingClock.of(pd.Series(1, index=sold.index), sold.index[0].date(), AS_OF)
    forecast = shop_total.WeeklyForecast(1_800.0, 1_500.0, 2_100.0)
    ahead = shop_total.with_forecast(YEAR, days, sold, clock, forecast)
    assert ahead.forecast == ShopForecast(pytest.approx(1_440.0), pytest.approx(2.0))
    for unusable in (None, shop_total.WeeklyForecast(0.0, 0.0, 0.0)):
        assert shop_total.with_forecast(YEAR, days, sold, clock, unusable) is YEAR
    for without_season in (replace(clock, known_days=300), replace(clock, after_launch=True)):
        assert shop_total.with_forecast(YEAR, days, sold, without_season, forecast) is YEAR


def test_days_before_and_after_the_90_days_are_not_counted() -> None:
    """Sales of 7 GBP a day are 630 GBP in 90 days, whichever weekday the data end on."""
    for last in pd.date_range("2024-12-23", periods=7):
        sold = pd.DataFrame(
            {"by_customers": 7.0, "by_guests": 0.0}, index=pd.date_range(end=last, periods=400)
        )
        forecast = shop_total.weekly_forecast(sold, last.date())
        assert forecast is not None
        assert forecast.total == pytest.approx(630.0, rel=0.02)
        assert forecast.low < forecast.total < forecast.high
