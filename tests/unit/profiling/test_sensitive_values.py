from __future__ import annotations

import pyarrow as pa
import pytest

from headgate.contracts.sensitive_names import is_sensitive_name
from headgate.profiling.sensitive_values import (
    HIDDEN,
    hide_numbers,
    hide_secrets,
    holds_secrets,
    shown_column_names,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "name",
    [
        "card_number",
        "Card No",
        "creditCardNumber",
        "CVV2",
        "pan",
        "SSN",
        "social security no",
        "account_number",
        "card_verification",
        "CardVerificationValue",
        "cvvcode",
        "cvv2code",
        "verification_code",
        "ccnumber",
        "PANnumber",
        "magstripe",
    ],
)
def test_some_names_say_what_they_hold(name: str) -> None:
    assert is_sensitive_name(name)


@pytest.mark.parametrize(
    "name", ["order_id", "company", "panel", "amount", "discarded_number_of", "card_brand", "session"]
)
def test_other_names_do_not(name: str) -> None:
    assert not is_sensitive_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111111",
        "5555 5555 5555 4444",
        "x 3782-822463-10005 y",
        "078-05-1120",
        "078.05.1120",
        "4111/1111/1111/1111",
        "4111\u200b1111\u200b1111\u200b1111",
        "\uff14111\u20131111\u20131111\u20131111",
        "078\u201105\u20111120",
        "4242|4242|4242|4242",
        "4242\\4242\\4242\\4242",
        "3782|822463|10005",
        "0004242424242424242",
        "cvv 123",
        "card_cvc: 1234",
        "the security code is 987",
        "ssn 219099999",
        "4242%204242%204242%204242",
        "cvv123",
        "cardCvv: 123",
        "7 378282246310005",
        "INV-2024-000123/4111|1111|1111|1111",
    ],
)
def test_what_may_be_a_number_of_a_card_or_a_person_is_hidden(text: str) -> None:
    assert hide_secrets([text]) == [HIDDEN]


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112",
        "2024-01-01 10:00:00",
        "1700000000000",
        "P1234",
        "12.50",
        "CSC500",
        "0004242424242424243",
        "1|2|3",
    ],
)
def test_other_texts_are_shown(text: str) -> None:
    assert hide_secrets([text]) == [text]


def test_the_decimals_of_a_number_are_no_card() -> None:
    numbers = ["280123.1234567890", "4111111111111111.00", "12", "2024-01-02 10:00:00"]
    assert hide_numbers(numbers) == ["280123.1234567890", HIDDEN, "12", "2024-01-02 10:00:00"]
    assert [hide_numbers([one])[0] for one in numbers] == hide_numbers(numbers)


def test_a_column_of_cards_is_sensitive_and_one_of_long_ids_is_not() -> None:
    cards = pa.array(
        [f"{number}" for number in (4111111111111111, 5555555555554444, 2223003122003222, 378282246310005)]
    )
    assert holds_secrets(cards, numeric=True)
    assert not holds_secrets(pa.array([str(10**15 + number) for number in range(1000)]), numeric=True)
    assert not holds_secrets(pa.array(["a", None]), numeric=False)


def test_one_card_among_many_notes_makes_no_column_sensitive_but_is_not_shown() -> None:
    notes = [f"note {number}" for number in range(1000)]
    assert not holds_secrets(pa.array([*notes, "paid with 4111111111111111"]), numeric=False)


def test_a_header_that_may_be_a_value_is_not_shown() -> None:
    assert shown_column_names(["id", "", "id", "4111111111111111"]) == ["id", "column_2", "id_2", "column_4"]


@pytest.mark.parametrize("first", [4006381333932, 1700000000123, 20240102000123, 1_000_000_000_000_000])
def test_a_column_of_other_long_numbers_is_shown(first: int) -> None:
    assert not holds_secrets(pa.array([str(first + 7 * row) for row in range(50)]), numeric=True)
