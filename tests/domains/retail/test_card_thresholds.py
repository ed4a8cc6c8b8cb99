"""Model cards and dashboards call a figure better from the same difference on, with the same words."""

from __future__ import annotations

from fractions import Fraction

import pytest

from headgate.systems.dashboards import dashboards
from headgate.systems.model_cards import description

pytestmark = pytest.mark.unit


def statement_of(dashboard: str, panel: str) -> str:
    return dashboards()[dashboard].panel(panel).sql


def test_sales_are_as_good_within_a_seventh() -> None:
    sql, alike = statement_of("market-intelligence-hub", "accuracy"), description("sales-forecast").alike
    low, high = (Fraction(bound).limit_denominator(100) for bound in (alike.low, alike.high))
    assert f"smape_mean_of_8 < smape * {low.numerator} / {low.denominator}" in sql
    assert f"smape_mean_of_8 <= smape * {high.numerator} / {high.denominator}" in sql
    assert f"'{alike.words}'" in sql


@pytest.mark.parametrize("card", ["churn", "customer-value"])
def test_customers_have_no_clear_difference_within_a_twentieth(card: str) -> None:
    sql, alike = statement_of("demand-insights-engine", "model_quality"), description(card).alike
    assert alike.high - 1 == pytest.approx(1 - alike.low)
    assert f"abs(q.value - q.baseline) < {float(1 - alike.low):g} * abs(q.baseline)" in sql
    assert f"'{alike.words}'" in sql
