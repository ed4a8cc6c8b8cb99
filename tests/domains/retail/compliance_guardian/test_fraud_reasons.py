"""Reasons of fraud in words: each with the number that makes it true, and which way it pushes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.special import expit

from headgate.contracts.registry import Registry
from headgate.domains.retail.compliance_guardian import boosting_models, fraud_reasons

pytestmark = pytest.mark.unit

TYPICAL = {
    "customer_frauds_30d": 0.0,
    "terminal_frauds_30d": 0.0,
    "terminal_count_1d": 1.0,
    "terminal_known_30d": 30.0,
    "customer_count_1d": 1.0,
    "customer_count_30d": 9.0,
    "is_night": 0.0,
    "account_age_days": 400.0,
    "highest_to_usual_14d": 1.0,
    "amount_gbp": 10.0,
    "amount_to_usual": 1.0,
}
POINT = {
    "customer_frauds_30d": 1.0,
    "terminal_frauds_30d": 6.0,
    "terminal_count_1d": 7.0,
    "terminal_known_30d": 22.0,
    "customer_count_1d": 4.0,
    "customer_count_30d": 9.0,
    "is_night": 1.0,
    "account_age_days": 12.34,
    "highest_to_usual_14d": 40.0,
    "amount_gbp": 174.4,
    "amount_to_usual": 17.44,
}


@dataclass(frozen=True)
class Linear:
    """A model whose log-odds are those of a typical transaction and a weight for each difference from it."""

    weights: dict[str, float]
    usual: float = -6.0
    name: str = boosting_models.BOOSTING

    @property
    def columns(self) -> list[str]:
        return list(TYPICAL)

    @property
    def reference(self) -> pd.Series[float]:
        return pd.Series(TYPICAL)

    def strength(self, points: pd.DataFrame) -> npt.NDArray[np.float64]:
        moved = [weight * (points[name] != TYPICAL[name]) for name, weight in self.weights.items()]
        return np.asarray(sum(moved, np.full(len(points), self.usual)))

    def scores(self, points: pd.DataFrame) -> npt.NDArray[np.float64]:
        return self.scores_of(self.strength(points))

    def scores_of(self, strength: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.asarray(expit(strength))


def words(weights: dict[str, float], **point: float) -> str:
    """The words for a transaction that is typical but for the features named."""
    return fraud_reasons.explain(Linear(weights), pd.DataFrame([TYPICAL | point])).words[0]


@pytest.mark.parametrize(
    ("feature", "text"),
    [
        ("customer_frauds_30d", "earlier fraud of customer (1 known when it was paid)"),
        ("terminal_frauds_30d", "earlier fraud at terminal (6 known when it was paid)"),
        ("terminal_count_1d", "many payments at terminal (7 in 24 hours, usually 0.7 a day)"),
        ("customer_count_1d", "many payments of customer (4 in 24 hours, usually 0.3 a day)"),
        ("is_night", "unusual time (between 0:00 and 7:00)"),
        ("account_age_days", "new customer (12.3 days after signing up)"),
        (
            "highest_to_usual_14d",
            "unusual earlier payments (one of 14 days was 40 times the mean of 90 days)",
        ),
        ("amount_to_usual", "unusual amount (of £174, 17.4 times the mean of the 90 days before)"),
    ],
)
def test_each_reason_has_its_number(feature: str, text: str) -> None:
    shown = words({feature: np.log(6)}, **{**POINT, "is_night": POINT["is_night"]})
    assert shown == text


def test_causes_are_listed_strongest_first_and_what_lowers_the_risk_last() -> None:
    """“Raises the risk (odds times 269)” stood in every reason; the score says how probable a fraud is."""
    weights = {
        "terminal_frauds_30d": np.log(40),
        "amount_to_usual": np.log(6),
        "customer_count_1d": -np.log(2),
        "highest_to_usual_14d": np.log(4),
        "account_age_days": np.log(1.5),
    }
    explained = fraud_reasons.explain(Linear(weights), pd.DataFrame([POINT]))
    assert explained.words == [
        (
            "earlier fraud at terminal (6 known when it was paid); "
            "unusual amount (of £174, 17.4 times the mean of the 90 days before); "
            "unusual earlier payments (one of 14 days was 40 times the mean of 90 days); "
            "less likely by many payments of customer (4 in 24 hours, usually 0.3 a day)"
        )
    ]
    assert explained.codes.tolist() == [
        ["earlier_fraud_at_terminal", "unusual_amount", "unusual_payments_before"]
    ]


def test_features_that_only_count_together_share_their_rise() -> None:
    class Both(Linear):
        def strength(self, points: pd.DataFrame) -> npt.NDArray[np.float64]:
            both = (points.is_night == 1) & (points.amount_to_usual > 2)
            return np.asarray(-6 + np.log(100) * both)

    (codes,) = fraud_reasons.explain(Both({}), pd.DataFrame([POINT])).codes.tolist()
    assert set(codes) == {"unusual_amount", "unusual_time", None}


def test_a_group_that_raises_the_odds_without_a_fact_is_no_reason_but_is_named() -> None:
    weights = {"amount_to_usual": np.log(30), "is_night": np.log(2)}
    explained = fraud_reasons.explain(Linear(weights), pd.DataFrame([TYPICAL | {"amount_to_usual": 1.4}]))
    assert explained.codes.tolist() == [[fraud_reasons.COMBINATION, None, None]]
    assert explained.words == [
        (
            "unusual combination (no single fact stands out); "
            "amount (of £10, 1.4 times the mean of the 90 days before)"
        )
    ]


def test_a_fact_that_moves_the_risk_by_less_than_a_fifth_is_no_reason() -> None:
    """“All else raises the odds 1.1-fold” was a line of most payments."""
    small = {"amount_to_usual": np.log(6), "is_night": np.log(1.15), "account_age_days": -np.log(1.15)}
    text = words(small, **POINT)
    assert text == "unusual amount (of £174, 17.4 times the mean of the 90 days before)"


def test_strangeness_is_shared_and_is_no_odds() -> None:
    weights = {"amount_to_usual": 3.0, "is_night": 1.0}
    model = Linear(weights, name="isolation_forest")
    (text,) = fraud_reasons.explain(model, pd.DataFrame([POINT])).words
    assert text == (
        "unusual amount (of £174, 17.4 times the mean of the 90 days before) is 75 % of what sets it apart; "
        "unusual time (between 0:00 and 7:00) is 25 % of what sets it apart"
    )


def test_every_reason_is_a_value_of_its_column() -> None:
    (column,) = (each for each in Registry.load().prod["fraud_scores"].columns if each.name == "reason_1")
    (valid,) = (rule.argument for rule in column.rules if rule.name == "valid_values")
    assert isinstance(valid, tuple)
    assert set(valid) == {*fraud_reasons.groups(), fraud_reasons.COMBINATION}


def test_the_words_of_the_longest_reasons_fit_into_their_column() -> None:
    (column,) = (each for each in Registry.load().prod["fraud_scores"].columns if each.name == "reason_words")
    values = dict.fromkeys(TYPICAL, 12345670.0)
    several = [
        "terminal_count_1d",
        "highest_to_usual_14d",
        "amount_to_usual",
        "terminal_frauds_30d",
        "is_night",
    ]
    weights = dict.fromkeys(several, 4.0) | {"customer_count_1d": -4.0}
    assert len(words(weights, **values)) <= (column.type.length or 0)


def test_a_number_that_is_not_known_is_left_out() -> None:
    assert words({"amount_to_usual": np.log(6)}, amount_to_usual=np.nan) == (
        "unusual combination (no single fact stands out); amount"
    )


def test_no_transaction_has_no_reason() -> None:
    explained = fraud_reasons.explain(Linear({}), pd.DataFrame([TYPICAL]).head(0))
    assert (explained.codes.shape, explained.words) == ((0, fraud_reasons.REASONS), [])
