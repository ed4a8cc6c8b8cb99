"""The trading clock: seasons and closures are time that runs faster or stands still."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail.demand_insights_engine import retention
from headgate.domains.retail.demand_insights_engine.trading_clock import TradingClock, YearlyChange
from headgate.domains.retail.usual_season import usual_demand

pytestmark = pytest.mark.unit

FIRST = date(2023, 1, 2)


def clock(daily: list[int], change: YearlyChange | None = None) -> TradingClock:
    days = pd.date_range(FIRST, periods=len(daily))
    return TradingClock.of(pd.Series(daily, index=days), FIRST, days[-1].date(), change or YearlyChange())


def test_an_even_year_has_one_trading_day_a_day() -> None:
    even = clock([5] * 400)
    assert even.between(FIRST, FIRST + timedelta(days=90)) == pytest.approx(90)
    assert even.between(FIRST + timedelta(days=399), FIRST + timedelta(days=489)) == pytest.approx(90)


def test_a_closed_fortnight_takes_no_time() -> None:
    closed = clock([10] * 100 + [0] * 14 + [10] * 100)
    assert closed.between(FIRST + timedelta(days=103), FIRST + timedelta(days=109)) == pytest.approx(0)


def test_the_coming_season_is_that_of_the_year_before() -> None:
    daily = [20 if day % 364 < 30 else 10 for day in range(728)]
    seasonal = clock(daily)
    last = FIRST + timedelta(days=727)
    busy, quiet = (
        seasonal.between(last, last + timedelta(days=30)),
        seasonal.between(last + timedelta(days=60), last + timedelta(days=90)),
    )
    assert busy / quiet == pytest.approx(2.0, rel=0.05)
    assert seasonal.knows_season
    assert not clock(daily[:300]).knows_season


def test_growth_is_damped() -> None:
    grown = clock([10] * 364 + [20] * 182)
    assert 1.0 < grown.growth < 2.0


def test_a_few_days_of_a_second_year_show_growth_as_far_as_they_outweigh_the_noise_of_the_weeks() -> None:
    """Nine days of twice last year's trade count as four weeks do where weeks are even, and little where they
    are not.
    """
    rng = np.random.default_rng(2)
    even, noisy = [100] * 364, [int(count) for week in rng.lognormal(4.5, 0.4, 52) for count in [week] * 7]
    growth = {
        name: clock(daily + [2 * count for count in daily[:9]]).growth
        for name, daily in (("even", even), ("noisy", noisy))
    }
    assert growth["even"] == pytest.approx(2 ** (28 / 119))
    assert 1.0 < growth["noisy"] < 1.03
    longer = [clock([100] * 364 + [200] * days).growth for days in (1, 9, 28, 46, 91, 182)]
    assert longer == sorted(longer)


def test_a_second_year_that_begins_with_a_closure_shows_no_growth() -> None:
    assert clock([10] * 364 + [0] * 9, YearlyChange(growth=1.21)).growth == pytest.approx(1.1)
    assert clock([0] * 9 + [10] * 364, YearlyChange(growth=1.21)).growth == pytest.approx(1.1)


def test_half_of_the_growth_of_the_customers_counts_where_no_growth_is_measured() -> None:
    assert clock([10] * 364, YearlyChange(growth=1.21)).growth == pytest.approx(1.1)
    assert clock([10] * 300, YearlyChange(growth=1.21)).growth == 1.0
    assert 1.0 < clock([10] * 546, YearlyChange(growth=1.21)).growth < 1.1


def test_after_a_launch_the_last_quarter_is_expected_again() -> None:
    launched = clock([40] * 90 + [10] * 200, YearlyChange(growth=0.4, was_launch=True))
    last = FIRST + timedelta(days=289)  # 18 October
    day = launched.between(last - timedelta(days=1), last)
    assert launched.between(last, last + timedelta(days=13)) == pytest.approx(13 * day, rel=0.01)
    assert not launched.knows_season


@pytest.mark.parametrize("change", [YearlyChange(), YearlyChange(growth=0.4, was_launch=True)])
def test_a_shop_that_has_not_seen_a_year_expects_the_christmas_of_a_usual_shop(change: YearlyChange) -> None:
    even = clock([10] * 290, change)
    november, eve = date(2023, 10, 31), date(2023, 12, 24)
    assert even.between(date(2023, 10, 20), date(2023, 10, 30)) == pytest.approx(10)
    assert even.between(november, date(2023, 11, 30)) == pytest.approx(30 * 1.08)
    assert even.between(date(2023, 11, 30), eve) == pytest.approx(24 * 1.5)
    assert even.between(eve, date(2024, 1, 24)) == pytest.approx(31)


def test_a_christmas_in_a_history_without_a_year_is_no_higher_level() -> None:
    """Three months with a usual Christmas show the same usual day as three months without one."""
    first = date(2023, 10, 1)
    days = pd.date_range(first, date(2023, 12, 31))
    sold = pd.Series(100 * usual_demand(days), index=days).round().astype(int)
    busy = TradingClock.of(sold, first, days[-1].date())
    usual_day = busy.on(date(2023, 10, 20)) - busy.on(date(2023, 10, 19))
    assert busy.between(date(2024, 1, 10), date(2024, 1, 20)) == pytest.approx(10 * usual_day, rel=0.02)


def test_windows_of_trading_days_are_found_both_ways() -> None:
    uneven = clock(list(np.random.default_rng(1).integers(1, 30, 300)))
    until = FIRST + timedelta(days=250)
    after = uneven.origin_before(until, 40.0)
    assert uneven.between(after, until) >= 40.0 > uneven.between(after + timedelta(days=1), until)
    reached = uneven.reached(after, 40.0)
    assert uneven.between(after, reached) >= 40.0 - 1e-6 > uneven.between(after, reached - timedelta(days=1))


def test_the_decline_of_cohorts_is_found() -> None:
    """Every day 100 customers come, whose purchases fall by 0.5 % a day."""
    rows = [
        (FIRST + timedelta(days=first), FIRST + timedelta(days=day), 100 * 0.995 ** (day - first))
        for first in range(0, 300, 5)
        for day in range(first, 300)
    ]
    cohorts = pd.DataFrame(rows, columns=["first_on", "purchased_on", "purchases"])
    rate = retention.decline(cohorts, clock([10] * 300), FIRST + timedelta(days=299))
    assert rate == pytest.approx(0.005, rel=0.1)
    assert retention.longer(rate, 90, 365) < 365 / 90
    assert retention.longer(0.0, 90, 365) == pytest.approx(365 / 90)
