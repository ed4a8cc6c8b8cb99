"""Columns whose values may not be shown before the gate has masked them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from headgate.contracts.hidden_values import HiddenBy
from headgate.matching.sensitive_columns import possibly_sensitive, sensitive_without_contract
from tests.unit.api.lakes import REGISTRY

pytestmark = pytest.mark.unit

PAYMENTS, PRODUCTS, CUSTOMERS = (REGISTRY.source[name] for name in ("payments", "products", "customers"))


def is_hidden(*texts: str | None, name: str = "F1", contract: object = PAYMENTS) -> bool:
    return name in possibly_sensitive(contract, {name: pa.array(texts, pa.string())})  # type: ignore[arg-type]  # a contract


@pytest.mark.parametrize("text", ["A1", "2026-12-31", "13,50", "Citybike Größe 4", "in two days"])
def test_values_of_a_column_without_a_field_are_shown_where_none_may_be_masked(text: str) -> None:
    assert not is_hidden(text, "B22")


@pytest.mark.parametrize(
    "text", ["4111 1111 1111 1111", "4111111111111111.0", "917", "917.0", "'0917'", "cvv: 917", "٩١٧"]
)
def test_values_of_a_column_without_a_field_are_hidden_where_one_of_them_may_be_a_card_or_a_code(
    text: str,
) -> None:
    assert is_hidden("A1", "A2", text)


def test_a_social_security_number_hides_a_column() -> None:
    assert is_hidden("A1", "078-05-1120", contract=CUSTOMERS)


def test_three_digits_are_no_code_in_a_dataset_without_codes() -> None:
    assert not is_hidden("917", "918", contract=CUSTOMERS)


def test_a_column_without_values_is_hidden_because_nothing_says_what_it_is() -> None:
    assert is_hidden(None, None)


def test_a_masked_column_is_hidden_whatever_its_values_are() -> None:
    assert is_hidden("A1", name="card_number")


@pytest.mark.parametrize(
    ("name", "texts", "rule"),
    [
        ("card_number", ["A1"], HiddenBy.CONTRACT),
        ("F1", ["A1", "4111 1111 1111 1111"], HiddenBy.SECRETS),
        ("F1", ["917", "918"], HiddenBy.VERIFICATION_CODES),
        ("F1", [None], HiddenBy.NO_VALUES),
    ],
)
def test_a_hidden_column_names_its_rule(name: str, texts: list[str | None], rule: HiddenBy) -> None:
    assert possibly_sensitive(PAYMENTS, {name: pa.array(texts, pa.string())}) == {name: rule}


def test_a_hidden_column_of_no_contract_names_its_rule() -> None:
    assert rules(F1=CARDS, F2=["917", "0918", "919"], password=["a", "b", "c"]) == {
        "F1": HiddenBy.CARD_NUMBERS,
        "F2": HiddenBy.VERIFICATION_CODES,
        "password": HiddenBy.NAME,
    }


def test_a_dataset_that_masks_nothing_hides_nothing() -> None:
    assert not is_hidden("917", contract=PRODUCTS)


def rules(**columns: list[str | None]) -> dict[str, HiddenBy]:
    return sensitive_without_contract({name: pa.array(texts, pa.string()) for name, texts in columns.items()})


def sensitive(**columns: list[str | None]) -> frozenset[str]:
    return frozenset(rules(**columns))


CARDS = ["4111 1111 1111 1111", "5555-5555-5555-4444", "3056- 930-0 09-02 0004"]


def test_without_a_contract_a_column_of_cards_is_hidden_and_codes_beside_it_under_any_name() -> None:
    assert sensitive(F1=CARDS, F2=["917", "306", "0911"], F3=["12.50", "9", "7"]) == {"F1", "F2"}


def test_without_a_contract_three_digits_are_no_code_where_no_column_holds_cards() -> None:
    assert sensitive(F1=["A1", "A2"], pieces=["917", "306"]) == frozenset()


def test_without_a_contract_a_name_of_a_verification_code_hides_its_column() -> None:
    assert sensitive(cvc=["A1"], article=["A1"]) == {"cvc"}


def test_numbers_of_which_one_in_ten_has_a_right_check_digit_are_no_cards() -> None:
    assert sensitive(ean=[f"411111111111111{digit}" for digit in range(10)]) == frozenset()


def test_numbers_in_every_row_are_no_codes_where_few_rows_have_a_card() -> None:
    """Order numbers such as `#1000` and the count of an answer were hidden, because notes name cards."""
    notes = ["Karte 4111 1111 1111 1111 belasten" if row % 4 == 0 else None for row in range(40)]
    numbers = [f"#{1000 + row}" for row in range(40)]
    assert sensitive(note=notes, order_no=numbers, count=["600"] * 40) == {"note"}
    beside = [f"{100 + row}" if row % 4 == 0 else None for row in range(40)]
    assert sensitive(note=notes, f2=beside) == {"note", "f2"}
