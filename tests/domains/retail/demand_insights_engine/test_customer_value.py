"""The choice between methods of value, and the total that they share."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail.demand_insights_engine import customer_value
from headgate.domains.retail.demand_insights_engine.customer_value import IN_CHARGE, Method, Trial, winner
from headgate.domains.retail.demand_insights_engine.model_quality import of_value_trial
from headgate.domains.retail.demand_insights_engine.origins import Coming, Origin, Origins

pytestmark = pytest.mark.unit


def trials(**scores: float) -> list[Trial]:
    return [Trial(Method(name), 1.0, 1.0, 0.5, score) for name, score in ({"past_revenue": 1.0} | scores).items()]


def test_two_origins_that_differ_by_little_leave_the_method_in_charge() -> None:
    assert winner(trials(mbg_nbd=0.80, sharp_hurdle=0.84)) is IN_CHARGE


def test_a_clearly_better_method_is_published() -> None:
    assert winner(trials(mbg_nbd=0.78, sharp_hurdle=0.84)) is Method.MBG_NBD


@pytest.mark.parametrize("score", [1.0, 1.03])
def test_the_naive_rule_needs_no_margin(score: float) -> None:
    assert winner(trials(mbg_nbd=0.99, sharp_hurdle=score)) is Method.PAST_REVENUE


def test_without_the_method_in_charge_the_best_one_is_published() -> None:
    assert winner(trials(mbg_nbd=0.99)) is Method.MBG_NBD


def test_the_quality_table_names_the_published_method_and_not_the_one_with_the_best_score() -> None:
    rows = of_value_trial(trials(mbg_nbd=0.80, sharp_hurdle=0.84), IN_CHARGE, Origins((), (), ()))
    assert {row.note for row in rows if row.metric == "value_mae_gbp"} == {"published: sharp_hurdle"}
    assert {row.note for row in rows if row.metric == "value_mae_gbp_mbg_nbd"} == {"challenger: mbg_nbd"}


def customers(count: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Points of customers who differ in what they spend, and what each spends in a window: half of the average rate a year."""
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


def test_without_a_year_all_methods_share_the_total_of_customers_like_these() -> None:
    """Twice as many customers of the same kind are expected to spend twice as much, whatever the method's own total."""
    before, spent = customers(400, 1)
    histories = pd.DataFrame({"customer_id": np.arange(400), "spent": spent, "bought": (spent > 0).astype(int)})
    past = Origin(date(2010, 4, 1), date(2010, 6, 30), histories, before, 200, float(spent.sum()), 1.0)
    now = pd.concat([before, before], ignore_index=True)
    model = customer_value.learnt(now, (past,), lambda points: np.full(len(points), 0.5), Coming(90.0, None, None))
    totals = {method: value.sum() for method, value in customer_value.values(model, now, np.full(len(now), 0.5)).items()}
    assert len(totals) == 6
    assert list(totals.values()) == pytest.approx([2 * spent.sum()] * 6)
