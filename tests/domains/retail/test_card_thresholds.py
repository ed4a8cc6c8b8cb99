"""Model cards and dashboards call a figure better from the same difference on, with the same words."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from headgate.systems.dashboards import dashboards
from headgate.systems.model_cards import Description, description, descriptions

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


_TERMS = re.compile(
    r"\b(AUC|Brier|ECE|s?MAPE|OWA|MASE|Naive2|conformal|average precision|MBG|Gamma-Gamma|Tweedie|k-means|"
    r"isolation forest|Ward|splines?|boosted|hurdle|silhouette|stability index|calibrat\w+|loss|"
    r"log likelihood|correlat\w+|logarithm|origins?|anomaly|Rand|quantiles?|coverage)\b",
    re.IGNORECASE,
)


def _texts(about: Description) -> list[str]:
    tests = [text for test in about.tests for text in (test.title, test.note, test.if_behind)]
    plain = [about.predicts, about.data, about.naive_rule, *about.limits, *about.uses, *about.method]
    return [*plain, *tests, *about.names.values(), *about.titles.values()]


@pytest.mark.parametrize("card", descriptions())
def test_terms_of_statistics_stand_in_brackets_behind_plain_words(card: str) -> None:
    """A shop owner read "AUC 0.72 to 0.76" and "far off as Naive2", and could not judge either."""
    plain = [re.sub(r"`[^`]*`|\([^()]*\)", "", text) for text in _texts(description(card))]
    assert [text for text in plain if _TERMS.search(text)] == []


@pytest.mark.parametrize("card", descriptions())
def test_every_figure_that_judges_a_model_says_its_meaning(card: str) -> None:
    assert [test.title for test in description(card).tests if not test.note] == []
