"""Columns whose values may not be shown before the gate has masked them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from headgate.matching.sensitive_columns import possibly_sensitive
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


def test_a_dataset_that_masks_nothing_hides_nothing() -> None:
    assert not is_hidden("917", contract=PRODUCTS)
