"""The week that has begun: its sales so far are in its forecast."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail import market_intelligence_hub
from headgate.domains.retail.market_intelligence_hub.forecast_plan import Plan
from headgate.quality.contract_audit import audit
from headgate.systems.rows_in_file import rows_by_contract

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import ibis

    from headgate.contracts.registry import Registry

    Line = tuple[str, str, datetime, str, int, str, str]
    Shop = Callable[[Sequence[Line]], dict[str, ibis.Table]]
    Calendar = Callable[..., ibis.Table]

pytestmark = pytest.mark.system

PLAN = Plan(top_regions=2, top_categories=2, horizon=4, windows=2)
SUNDAY, WEDNESDAY = date(2010, 2, 21), date(2010, 2, 24)
VALUES = ["mean", "lower_80", "upper_80", "lower_95", "upper_95"]


def forecast_as_of(tables: dict[str, ibis.Table], day: date, plan: Plan = PLAN) -> pd.DataFrame:
    made = market_intelligence_hub.planned(tables, day, plan)["sales_forecast"]
    assert isinstance(made, pd.DataFrame)
    return made


def begun_week(forecast: pd.DataFrame) -> pd.DataFrame:
    week = forecast[forecast["horizon"] == 1].set_index("series_id")
    return week.astype(dict.fromkeys([*VALUES, "sold_so_far"], float))


@pytest.fixture(scope="module")
def seeded(shop: Shop, seeded_lines: list[Line]) -> dict[str, ibis.Table]:
    return shop(seeded_lines)


@pytest.fixture(scope="module")
def known(seeded: dict[str, ibis.Table]) -> pd.DataFrame:
    return forecast_as_of(seeded, WEDNESDAY)


def steady_lines(weeks: int, of_last_week: float, last_days: int) -> list[Line]:
    """A shop with the same weekdays in each week; only days of the last week sell more or less."""
    rng = np.random.default_rng(7)
    of_weekday = [200, 220, 210, 190, 180, 40, 20]
    lines: list[Line] = []
    for day in range(7 * (weeks - 1) + last_days):
        factor = of_last_week if day >= 7 * (weeks - 1) else float(rng.uniform(0.9, 1.1))
        when = datetime(2009, 1, 5, 12) + timedelta(days=day)
        lines.append((str(day), "GB", when, "Home", round(of_weekday[day % 7] * factor), "1.00", "completed"))
    return lines


def test_the_sales_so_far_are_those_of_the_orders_of_the_week(
    known: pd.DataFrame, seeded_lines: list[Line]
) -> None:
    week = [line for line in seeded_lines if date(2010, 2, 22) <= line[2].date() <= WEDNESDAY]
    total = begun_week(known).loc["total"]
    assert total["sold_so_far"] == pytest.approx(sum(line[4] * float(line[5]) for line in week))
    assert total["sold_until"] == max(line[2].date() for line in week)
    later = known[known["horizon"] > 1]
    assert later[["sold_so_far", "sold_until"]].isna().all(axis=None)


def test_no_bound_lies_below_the_sales_so_far_and_all_add_up(known: pd.DataFrame, registry: Registry) -> None:
    week = begun_week(known)
    sold = np.maximum(week["sold_so_far"], 0)
    assert (week[VALUES].min(axis=1) >= sold).all()
    for column in ("mean", "sold_so_far"):
        sums = week.groupby("level")[column].sum()
        assert sums.to_numpy() == pytest.approx(sums["total"])
    contract = registry.prod["sales_forecast"]
    audit(contract, rows_by_contract(contract, known.assign(as_of=WEDNESDAY, snapshot_id="0123456789abcdef")))


def test_days_of_a_week_change_no_later_week(known: pd.DataFrame, seeded: dict[str, ibis.Table]) -> None:
    before = forecast_as_of(seeded, SUNDAY)
    assert before["sold_so_far"].isna().all()
    columns = ["series_id", "period_on", *VALUES]
    pd.testing.assert_frame_equal(
        known.loc[known["horizon"] > 1, columns], before.loc[before["horizon"] > 1, columns]
    )
    assert begun_week(known).loc["total", "mean"] != begun_week(before).loc["total", "mean"]


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.6])
def test_a_week_whose_days_sell_more_or_less_than_usual_is_expected_to_end_so(
    shop: Shop, factor: float
) -> None:
    plan = Plan(by=(), horizon=2, windows=2)
    tables = shop(steady_lines(30, factor, 4))
    before = begun_week(forecast_as_of(tables, date(2009, 7, 26), plan)).loc["total"]
    after = begun_week(forecast_as_of(tables, date(2009, 7, 30), plan)).loc["total"]
    sold_by_thursday, whole = 820 * factor, 1060 * factor
    assert after["sold_so_far"] == pytest.approx(sold_by_thursday, abs=3)
    assert after["mean"] == pytest.approx(whole, rel=0.1)
    assert after["lower_80"] <= whole <= after["upper_80"]
    assert after["upper_80"] - after["lower_80"] < before["upper_80"] - before["lower_80"]


def test_a_week_with_an_event_of_the_calendar_has_no_usual_share(shop: Shop, calendar: Calendar) -> None:
    """A closure on Friday leaves nothing to come, although a usual week would sell on."""
    plan = Plan(by=(), horizon=2, windows=2)
    lines = steady_lines(30, 1.0, 4)
    closed = ("closure", None, None, date(2009, 7, 31), date(2009, 8, 2))
    tables = {**shop(lines), "calendar": calendar(closed)}
    before = begun_week(forecast_as_of(tables, date(2009, 7, 26), plan)).loc["total"]
    after = begun_week(forecast_as_of(tables, date(2009, 7, 30), plan)).loc["total"]
    assert after["mean"] == pytest.approx(max(before["mean"], after["sold_so_far"]))
    assert after["lower_80"] >= after["sold_so_far"] > 0


def test_a_shop_of_few_weeks_is_raised_to_what_is_sold(shop: Shop) -> None:
    plan = Plan(by=(), horizon=2, windows=2)
    week = begun_week(forecast_as_of(shop(steady_lines(5, 3.0, 5)), date(2009, 2, 6), plan)).loc["total"]
    assert week["sold_so_far"] == pytest.approx(3000, abs=3)
    assert week["mean"] >= week["sold_so_far"]


def test_returns_of_the_first_days_make_no_forecast_negative(shop: Shop, registry: Registry) -> None:
    plan = Plan(horizon=2, windows=2)
    returned = ("C1", "FR", datetime(2009, 7, 27, 9), "Toys", -40, "2.00", "cancelled")
    lines = [*steady_lines(30, 1.0, 1), ("T", "FR", datetime(2009, 5, 5), "Toys", 50, "2.00", "completed")]
    made = forecast_as_of(shop([*lines, returned]), date(2009, 7, 27), plan)
    contract = registry.prod["sales_forecast"]
    audit(
        contract,
        rows_by_contract(contract, made.assign(as_of=date(2009, 7, 27), snapshot_id="0123456789abcdef")),
    )
    week = begun_week(made)
    assert week.loc["region=FR", "sold_so_far"] == pytest.approx(-80)
    assert week.loc["total", "sold_so_far"] == pytest.approx(120, abs=3)
    assert (week[VALUES] >= 0).all(axis=None)


def test_sums_know_the_sales_so_far_and_add_up(known: pd.DataFrame) -> None:
    values = known.astype(dict.fromkeys([*VALUES, *(f"sum_{name}" for name in VALUES)], float))
    running = values.groupby("series_id")["mean"].cumsum()
    assert values["sum_mean"].to_numpy() == pytest.approx(running.to_numpy(), abs=0.05)
    first = values[values["horizon"] == 1]
    for name in VALUES:
        assert first[f"sum_{name}"].to_numpy() == pytest.approx(first[name].to_numpy(), abs=0.011)
    sold = values["series_id"].map(first.set_index("series_id")["sold_so_far"].astype(float))
    assert (values["sum_lower_95"] >= sold - 0.01).all()


def test_sales_so_far_narrow_the_sum_of_the_month(seeded: dict[str, ibis.Table], known: pd.DataFrame) -> None:
    """Of the total: the week that has begun is less in doubt, and so is the month with it."""
    before = forecast_as_of(seeded, SUNDAY)

    def width(rows: pd.DataFrame) -> float:
        month = rows[(rows["series_id"] == "total") & (rows["horizon"] == 4)].iloc[0]
        return float(month["sum_upper_80"] - month["sum_lower_80"]) / float(month["sum_mean"])

    assert 0 < width(known) < width(before)


def test_fees_of_the_week_are_named_with_the_day_of_the_most(shop: Shop) -> None:
    lines = steady_lines(weeks=20, of_last_week=1.0, last_days=3)
    monday = lines[-3][2]
    fees: list[Line] = [
        (f"C{at}", "GB", monday + timedelta(days=day), "service", -1, price, "cancelled")
        for at, (day, price) in enumerate(((0, "5.00"), (1, "30.00"), (1, "9.00"), (-1, "77.00")))
    ]
    until = lines[-1][2].date()
    plain, with_fees = (begun_week(forecast_as_of(shop(rows), until)) for rows in (lines, [*lines, *fees]))
    total = with_fees.loc["total"]
    assert (total["fees_so_far"], total["fees_on"]) == (44, (monday + timedelta(days=1)).date())
    assert total["sold_so_far"] == plain.loc["total"]["sold_so_far"] - 44
    assert with_fees.drop("total")[["fees_so_far", "fees_on"]].isna().all(axis=None)
    assert plain[["fees_so_far", "fees_on"]].isna().all(axis=None)
