"""The step from 90 days to a year is tested, and learnt, on a past year of the shop's own customers."""

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail.demand_insights_engine import features, model_quality, population, year_trial
from headgate.domains.retail.demand_insights_engine.trading_clock import TradingClock

pytestmark = pytest.mark.unit

FIRST = date(2022, 1, 3)
CUSTOMERS = 800


def bought_on(known_days: int, stay_days: float) -> pd.DataFrame:
    """Purchase days of customers who come evenly, buy every 40 days on average, and leave after a while."""
    rng = np.random.default_rng(8)
    comes = rng.uniform(-300, known_days, CUSTOMERS)
    leaves = comes + rng.exponential(stay_days, CUSTOMERS)
    day = np.arange(known_days)
    here = (day >= comes[:, None]) & (day < leaves[:, None])
    customer, at = np.nonzero(here & (rng.random(here.shape) < 1 / 40))
    days = (pd.Timestamp(FIRST) + pd.to_timedelta(at, unit="D")).date
    return pd.DataFrame({"customer_id": customer, "purchased_on": days})


def last_day(known_days: int) -> date:
    return FIRST + timedelta(days=known_days - 1)


def clock_of(days: ibis.Table, as_of: date) -> TradingClock:
    daily = features.daily_purchases(days).set_index("purchased_on").purchases
    return TradingClock.of(daily, FIRST, as_of, population.change(days, FIRST, as_of))


def test_a_past_year_counts_the_customers_of_its_first_day_alone() -> None:
    rows = bought_on(600, 200)
    as_of = last_day(600)
    past = year_trial.past_year(ibis.memtable(rows), FIRST, as_of)
    assert past is not None
    after = as_of - timedelta(days=365)
    of_known = rows[rows.customer_id.isin(rows.customer_id[rows.purchased_on <= after])]
    later = of_known[of_known.purchased_on > after]
    assert past.in_year == len(later)
    assert past.in_90_days == (later.purchased_on <= after + timedelta(days=90)).sum()


@pytest.mark.parametrize("known_days", [373, 450])
def test_a_year_is_not_tested_before_one_is_over_that_began_with_known_customers(known_days: int) -> None:
    days = ibis.memtable(bought_on(known_days, 200))
    assert year_trial.past_year(days, FIRST, last_day(known_days)) is None
    assert year_trial.year_trial(days, FIRST, last_day(known_days)) is None
    measured = model_quality.of_year(3.5, None)
    assert measured.note is not None
    assert measured.note.startswith("not tested")


def test_few_purchases_test_no_year() -> None:
    rows = bought_on(600, 200)
    few = ibis.memtable(rows[rows.customer_id < CUSTOMERS // 10])
    assert year_trial.past_year(few, FIRST, last_day(600)) is None


def test_a_year_follows_the_past_year_more_than_the_decline() -> None:
    """Where a past year is known, three parts of the step to a year are what it had, as logarithms."""
    as_of = last_day(700)
    days = ibis.memtable(bought_on(700, 200))
    clock, past = clock_of(days, as_of), year_trial.past_year(days, FIRST, as_of)
    assert past is not None
    declining = year_trial.year_in_90_days(days, clock, as_of, None)
    both = year_trial.year_in_90_days(days, clock, as_of, past)
    assert min(declining, past.ratio) <= both <= max(declining, past.ratio)
    assert np.log(both) == pytest.approx(0.75 * np.log(past.ratio) + 0.25 * np.log(declining))


def test_the_trial_knows_nothing_of_the_year_that_tests_it() -> None:
    as_of = last_day(700)
    rows = bought_on(700, 200)
    trial = year_trial.year_trial(ibis.memtable(rows), FIRST, as_of)
    assert trial is not None
    after = as_of - timedelta(days=365)
    before = ibis.memtable(rows[rows.purchased_on <= after])
    assert trial.expected == year_trial.year_in_90_days(before, clock_of(before, after), after, None)
    assert trial.period == f"{after + timedelta(days=1)}/{as_of}"
    measured = model_quality.of_year_trial(trial)
    assert measured.value == trial.expected / trial.actual
    assert 0.8 < trial.expected / trial.actual < 1.25
