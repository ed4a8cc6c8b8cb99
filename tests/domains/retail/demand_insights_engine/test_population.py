"""Who is seen again shows growth and launches, whatever the season."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail.demand_insights_engine import population
from headgate.domains.retail.demand_insights_engine.trading_clock import YearlyChange

pytestmark = pytest.mark.unit

FIRST = date(2023, 1, 1)
DAYS = 373
LAST = FIRST + timedelta(days=DAYS - 1)


def shop(
    comes: np.ndarray, leaves: np.ndarray, *, first_purchase: bool = False, season: float = 1.0
) -> ibis.Table:
    """Purchase days of customers between two days of their own, each at a rate of their own.

    `season` multiplies the last 90 days.
    """
    rng = np.random.default_rng(3)
    rate = rng.gamma(1.0, 0.02, len(comes))
    speed = np.where(np.arange(DAYS) >= DAYS - 90, season, 1.0)
    day = np.arange(DAYS)
    here = (day >= comes[:, None]) & (day < leaves[:, None])
    bought = here & (rng.random((len(comes), DAYS)) < rate[:, None] * speed)
    if first_purchase:
        bought |= day == np.floor(comes)[:, None]
    customer, at = np.nonzero(bought)
    bought_on = pd.to_datetime(FIRST) + pd.to_timedelta(at, unit="D")
    return ibis.memtable(pd.DataFrame({"customer_id": customer, "purchased_on": bought_on.date}))


def drawn(count: int, begin: float, end: float, stay: float) -> tuple[np.ndarray, np.ndarray]:
    """Days on which customers come, evenly, and leave after `stay` days on average."""
    rng = np.random.default_rng(5)
    comes = rng.uniform(begin, end, count)
    return comes, comes + rng.exponential(stay, count)


@pytest.mark.parametrize("season", [1.0, 2.5])
def test_a_steady_shop_has_not_grown_whatever_the_season(season: float) -> None:
    found = population.change(shop(*drawn(20_000, -1_500, DAYS, 300), season=season), FIRST, LAST)
    assert found.growth == pytest.approx(1.0, abs=0.07)
    assert not found.was_launch


def test_a_shop_that_gains_customers_has_grown() -> None:
    old, new = drawn(6_000, -1_500, 0, 300), drawn(6_000, 0, DAYS, 300)
    found = population.change(shop(np.append(old[0], new[0]), np.append(old[1], new[1])), FIRST, LAST)
    assert found.growth > 1.15
    assert not found.was_launch


def test_customers_who_all_came_at_first_are_a_launch() -> None:
    found = population.change(shop(*drawn(6_000, 0, 80, 250), first_purchase=True), FIRST, LAST)
    assert found.growth < 0.75
    assert found.was_launch


def test_a_shop_that_loses_old_customers_was_not_launched() -> None:
    """Without new customers it shrinks, but its customers buy as often as before."""
    found = population.change(shop(*drawn(40_000, -1_500, 0, 150)), FIRST, LAST)
    assert found.growth < 0.75
    assert not found.was_launch


def test_a_launch_is_found_in_the_first_year_too() -> None:
    days = shop(*drawn(6_000, 0, 80, 250), first_purchase=True)
    as_of = FIRST + timedelta(days=299)
    assert population.change(
        days.filter(days.purchased_on <= ibis.date(as_of)), FIRST, as_of
    ) == YearlyChange(was_launch=True)


def test_without_a_year_or_customers_nothing_is_known() -> None:
    days = shop(*drawn(20_000, -1_500, DAYS, 300))
    as_of = FIRST + timedelta(days=299)
    assert (
        population.change(days.filter(days.purchased_on <= ibis.date(as_of)), FIRST, as_of) == YearlyChange()
    )
    assert population.change(days.filter(days.customer_id < 20), FIRST, LAST) == YearlyChange()
