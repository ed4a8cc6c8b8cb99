"""Reasons of fraud in words: each with the number that makes it true."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from headgate.contracts.registry import Registry
from headgate.domains.retail.compliance_guardian import fraud_reasons

pytestmark = pytest.mark.unit

POINT = {
    "customer_frauds_30d": 1.0,
    "terminal_frauds_30d": 6.0,
    "terminal_count_1d": 7.0,
    "terminal_known_30d": 22.0,
    "customer_count_1d": 4.0,
    "customer_count_30d": 9.0,
    "account_age_days": 12.34,
    "amount_to_usual": 17.44,
}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("earlier_fraud_of_customer", "earlier fraud of customer (1 known when it was paid)"),
        ("earlier_fraud_at_terminal", "earlier fraud at terminal (6 known when it was paid)"),
        ("many_payments_at_terminal", "many payments at terminal (7 in 24 hours, usually 0.7 a day)"),
        ("many_payments_of_customer", "many payments of customer (4 in 24 hours, usually 0.3 a day)"),
        ("unusual_time", "unusual time (between 0:00 and 7:00)"),
        ("new_customer", "new customer (12.3 days after signing up)"),
        ("unusual_amount", "unusual amount (17.4 times the mean of the 90 days before)"),
        ("unusual_combination", "unusual combination (no single fact stands out)"),
    ],
)
def test_each_reason_has_its_number(code: str, words: str) -> None:
    codes = np.array([[code, None, None]], dtype=object)
    assert fraud_reasons.in_words(codes, pd.DataFrame([POINT])) == [words]


def test_every_reason_has_words() -> None:
    (column,) = (each for each in Registry.load().prod["fraud_scores"].columns if each.name == "reason_1")
    (valid,) = (rule.argument for rule in column.rules if rule.name == "valid_values")
    assert isinstance(valid, tuple)
    words = fraud_reasons.in_words(np.array([[*valid]], dtype=object), pd.DataFrame([POINT]))
    assert str(words[0]).count("(") == len(valid)


def test_the_words_of_the_longest_reasons_fit_into_their_column() -> None:
    codes = sorted(fraud_reasons.CONDITIONS)
    large = pd.DataFrame([dict.fromkeys(POINT, 1e9)])
    (column,) = (each for each in Registry.load().prod["fraud_scores"].columns if each.name == "reason_words")
    words = [str(fraud_reasons.in_words(np.array([[code]], dtype=object), large)[0]) for code in codes]
    longest = ", ".join(sorted(words, key=len)[-fraud_reasons.REASONS :])
    assert len(longest) <= (column.type.length or 0)


def test_a_number_that_is_not_known_is_left_out_and_a_transaction_without_a_reason_has_no_words() -> None:
    codes = np.array(
        [["unusual_amount", "new_customer", None], [None, None, None], ["unusual_amount", None, None]],
        dtype=object,
    )
    points = pd.DataFrame({"amount_to_usual": [1234.5, 2.0, np.nan]})
    assert fraud_reasons.in_words(codes, points) == [
        "unusual amount (1234 times the mean of the 90 days before), new customer",
        None,
        "unusual amount",
    ]
