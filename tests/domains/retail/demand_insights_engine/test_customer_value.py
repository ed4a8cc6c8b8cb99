"""The choice between methods of value, and the total that they share."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail.demand_insights_engine import customer_value
from headgate.domains.retail.demand_insights_engine.bg_nbd import BgNbd
from headgate.domains.retail.demand_insights_engine.customer_value import IN_CHARGE, Method, Trial, winner
from headgate.domains.retail.demand_insights_engine.model_quality import of_value_trial
from headgate.domains.retail.demand_insights_engine.origins import Coming, CustomerOrigin, Origins
from headgate.engines.stored_rows import store_frames

if TYPE_CHECKING:
    from collections.abc import Sized
    from pathlib import Path

pytestmark = pytest.mark.unit


def trials(**scores: float) -> list[Trial]:
    known = {"past_revenue": 1.0, "half_past_revenue": 1.2} | scores
    return [Trial(Method(name), 1.0, 1.0, 0.5, score) for name, score in known.items()]


def test_two_origins_that_differ_by_little_leave_the_method_in_charge() -> None:
    assert winner(trials(mbg_nbd=0.80, sharp_hurdle=0.84)) is IN_CHARGE


def test_a_clearly_better_method_is_published() -> None:
    assert winner(trials(mbg_nbd=0.78, sharp_hurdle=0.84)) is Method.MBG_NBD


@pytest.mark.parametrize("score", [1.0, 1.03])
def test_the_naive_rule_needs_no_margin_over_the_method_in_charge(score: float) -> None:
    assert winner(trials(mbg_nbd=0.99, sharp_hurdle=score, half_past_revenue=1.05)) is Method.PAST_REVENUE


def test_the_naive_rule_is_published_where_it_is_clearly_better_than_the_mean_too() -> None:
    assert winner(trials(sharp_hurdle=1.3, half_past_revenue=1.2)) is Method.PAST_REVENUE


@pytest.mark.parametrize("half", [0.97, 1.04])
def test_the_mean_with_the_naive_rule_is_published_where_the_naive_rule_is_not_clearly_better(
    half: float,
) -> None:
    """Online Retail on 9 September 2010: past revenue 1, its mean with the method in charge 1.03, the method
    in charge 1.12.
    """
    assert (
        winner(trials(sharp_hurdle=1.12 if half > 1 else 1.0, half_past_revenue=half))
        is Method.HALF_PAST_REVENUE
    )


def test_the_mean_does_not_replace_a_method_in_charge_that_beats_the_naive_rule() -> None:
    assert winner(trials(sharp_hurdle=0.99, half_past_revenue=0.97)) is IN_CHARGE


def test_without_the_method_in_charge_the_best_one_is_published() -> None:
    assert winner(trials(mbg_nbd=0.99)) is Method.MBG_NBD


def test_the_quality_table_names_the_published_method_and_not_the_one_with_the_best_score() -> None:
    rows = of_value_trial(trials(mbg_nbd=0.80, sharp_hurdle=0.84), IN_CHARGE, Origins((), (), ()))
    assert {row.note for row in rows if row.metric == "value_mae_gbp"} == {"published: sharp_hurdle"}
    assert {row.note for row in rows if row.metric == "value_mae_gbp_mbg_nbd"} == {"challenger: mbg_nbd"}


def customers(count: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Points of customers who differ in what they spend, and what each spends in a window: half of the
    average rate a year.
    """
    random = np.random.default_rng(seed)
    purchases = random.integers(1, 8, count).astype(float)
    age = random.uniform(100, 300, count)
    value = random.lognormal(3, 0.5, count)
    silence = random.uniform(1, 90, count)
    points = pd.DataFrame(
        {
            "silence": silence,
            "silence_in_gaps": silence / 30,
            "purchases": purchases,
            "recent_purchases": np.minimum(purchases, 2.0),
            "recent_revenue": np.minimum(purchases, 2.0) * value,
            "products": purchases,
            "purchase_value": value,
            "revenue": purchases * value,
            "frequency": purchases - 1,
            "age": age,
            "rhythm": np.where(purchases > 1, age - silence, 0.0),
        }
    )
    return points, random.binomial(1, 0.5, count) * points.revenue.to_numpy() * 90 / age


@pytest.fixture
def window(tmp_path: Path) -> tuple[pd.DataFrame, CustomerOrigin]:
    """400 customers and what they did in the only window of their history."""
    before, spent = customers(400, 1)
    known = store_frames(
        [before.assign(spent=spent, bought=(spent > 0).astype(int))], tmp_path / "customers.parquet"
    )
    return before, CustomerOrigin(date(2010, 4, 1), date(2010, 6, 30), known, 200, float(spent.sum()), 1.0)


def even_odds(points: Sized) -> np.ndarray:
    return np.full(len(points), 0.5)


def year_of(model: customer_value.ValueModel, points: pd.DataFrame, yearly: float) -> np.ndarray:
    return customer_value.outlook(model, points, even_odds(points), yearly).value_of_year


def test_without_a_year_all_methods_share_the_total_of_customers_like_these(
    window: tuple[pd.DataFrame, CustomerOrigin],
) -> None:
    """Twice as many customers of the same kind are expected to spend twice as much, whatever the method's own
    total.
    """
    before, past = window
    now = pd.concat([before, before], ignore_index=True)
    model = customer_value.learnt(now, (past,), even_odds, Coming(90.0, None, None))
    totals = {
        method: value.sum() for method, value in customer_value.values(model, now, even_odds(now)).items()
    }
    assert len(totals) == 7
    assert list(totals.values()) == pytest.approx([2 * past.spent.sum()] * 7)


def test_as_much_is_expected_of_the_few_largest_customers_as_such_customers_spent(tmp_path: Path) -> None:
    """Spending follows from past spending in large customers more than in small ones; most are small."""
    random = np.random.default_rng(5)
    before, _ = customers(4_000, 3)
    scale = np.exp(random.standard_exponential(4_000) * 1.1)
    before[["recent_revenue", "purchase_value", "revenue"]] *= scale[:, None]
    rate = np.where(before.revenue < 600, before.revenue**0.8, before.revenue * 600**-0.2)
    spent = random.binomial(1, 0.5, 4_000) * rate * random.lognormal(0, 0.4, 4_000)
    stored = store_frames(
        [before.assign(spent=spent, bought=(spent > 0).astype(int))], tmp_path / "customers.parquet"
    )
    past = CustomerOrigin(date(2010, 4, 1), date(2010, 6, 30), stored, 2_000, float(spent.sum()), 1.0)
    model = customer_value.learnt(before, (past,), even_odds, Coming(90.0, None, None))
    value = customer_value.values(model, before, even_odds(before))[IN_CHARGE]
    largest = np.argsort(-before.revenue.to_numpy())[:80]
    assert value[largest].sum() == pytest.approx(spent[largest].sum(), rel=0.18)


def test_a_method_that_no_origin_could_test_is_half_the_naive_rule(
    window: tuple[pd.DataFrame, CustomerOrigin],
) -> None:
    points, past = window
    model = customer_value.learnt(points, (past,), even_odds, Coming(90.0, None, None))
    assert model.method is Method.HALF_PAST_REVENUE
    found = customer_value.values(model, points, even_odds(points))
    product = found[Method.PAST_REVENUE] * found[IN_CHARGE]
    ratio = found[Method.HALF_PAST_REVENUE] / np.sqrt(product)
    assert ratio == pytest.approx(np.full(400, ratio[0]))


def test_the_value_of_a_year_is_drawn_to_past_revenue_where_the_method_in_charge_is_published(
    window: tuple[pd.DataFrame, CustomerOrigin],
) -> None:
    points, past = window
    model = replace(
        customer_value.learnt(points, (past,), even_odds, Coming(90.0, None, None)), method=IN_CHARGE
    )
    found = customer_value.values(model, points, even_odds(points))
    year = year_of(model, points, 4.0)
    assert year == pytest.approx(4 * found[Method.HALF_PAST_REVENUE])
    assert year.sum() == pytest.approx(4 * found[IN_CHARGE].sum())


@pytest.mark.parametrize("method", [Method.PAST_REVENUE, Method.MBG_NBD, Method.HALF_PAST_REVENUE])
def test_another_published_method_gives_the_value_of_a_year_as_well(
    method: Method, window: tuple[pd.DataFrame, CustomerOrigin]
) -> None:
    points, past = window
    model = replace(
        customer_value.learnt(points, (past,), even_odds, Coming(90.0, None, None)), method=method
    )
    year = year_of(model, points, 4.0)
    assert year == pytest.approx(4 * customer_value.values(model, points, even_odds(points))[method])


def test_nobody_is_expected_to_spend_less_in_a_year_than_in_90_days(
    window: tuple[pd.DataFrame, CustomerOrigin],
) -> None:
    """A customer who has spent little and is likely to buy: past revenue alone would say less for
    the year.
    """
    points, past = window
    points.loc[0, "revenue"] = 0.001
    model = replace(
        customer_value.learnt(points, (past,), even_odds, Coming(90.0, None, None)), method=IN_CHARGE
    )
    quarter = customer_value.values(model, points, even_odds(points))
    assert quarter[Method.HALF_PAST_REVENUE][0] * 4 < quarter[IN_CHARGE][0]
    year = year_of(model, points, 4.0)
    assert (year >= quarter[IN_CHARGE]).all()


def test_without_a_window_to_learn_from_purchases_alone_say_what_is_expected(
    window: tuple[pd.DataFrame, CustomerOrigin],
) -> None:
    points, _ = window
    assert customer_value.learnt(points, (), None, Coming(90.0, None, None)).method is Method.MBG_NBD


def test_a_young_shop_expects_fewer_of_its_customers_within_a_year() -> None:
    """It has not seen how many leave for good. Nobody is less likely to buy in a year than in 90 days."""
    points = pd.DataFrame({"frequency": [6.0, 1.0], "rhythm": [180.0, 10.0], "age": [200.0, 150.0]})
    purchases, churn = BgNbd(0.25, 4.4, 0.8, 2.4, modified=True), np.array([0.2, 0.9])
    young, older = (
        customer_value.nothing_of_year(purchases, points, churn, (90.0, 365.0), 4.0, is_season_known=a_year)
        for a_year in (False, True)
    )
    assert (young <= churn).all()
    assert (older < young).all()


def test_of_two_customers_of_one_churn_the_one_of_a_faster_rhythm_is_more_probably_alive() -> None:
    """Both bought last on the newest day; MBG/NBD knows the number of their purchases."""
    points = pd.DataFrame({"frequency": [8.0, 1.0], "rhythm": [200.0, 200.0], "age": [200.0, 200.0]})
    purchases, churn = BgNbd(0.25, 4.4, 0.8, 2.4, modified=True), np.array([0.5, 0.5])
    often, once = customer_value.nothing_of_year(purchases, points, churn, (90.0, 365.0), 4.0)
    assert often < once <= 0.5
