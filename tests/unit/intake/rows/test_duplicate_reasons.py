"""The reason of a duplicate names the row that was kept, and how it differs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.intake.rows.check_rows import check_bytes
from headgate.intake.rows.duplicate_reasons import is_as_new
from headgate.lake.ports import MaskingKey

pytestmark = pytest.mark.unit

TEXT = ColumnType(Kind.STRING)
PRODUCTS = Contract(
    "products",
    "products",
    "source",
    "1.0.0",
    (
        Column("sku", TEXT, required=True),
        Column("price", ColumnType(Kind.DECIMAL, precision=10, scale=2)),
        Column("updated_on", ColumnType(Kind.DATE)),
    ),
    key=("sku",),
    order_by=("updated_on",),
)


def reasons(rows: str, contract: Contract = PRODUCTS) -> dict[int, str]:
    """Return the reasons of the rows in quarantine, by row."""
    body = f"sku,price,updated_on\n{rows}".encode()
    checked = check_bytes(
        body, contract, MaskingKey("k", b"key"), object_key="products/a.csv", received_at=datetime(2026, 1, 1)
    )
    table = checked.quarantine_rows
    return dict(zip(table["source_row"].to_pylist(), table["reason"].to_pylist(), strict=True))


def test_a_row_that_is_as_new_is_named_with_the_value_that_differs() -> None:
    assert reasons("a,13.95,2026-01-02\nb,1.00,2026-01-02\na,99.00,2026-01-02\n") == {
        1: "Row 3 has the same key, is as new and was kept; its Price is 99.00 instead of 13.95. "
        "Neither is newer: the later row of the file counts. "
        "Correct the key if both rows are meant to be in the lake."
    }


def test_of_rows_as_new_the_later_one_is_kept_whatever_its_values_are() -> None:
    assert list(reasons("a,99.00,2026-01-02\na,100.00,2026-01-02\n")) == [1]
    assert list(reasons("a,100.00,2026-01-02\na,99.00,2026-01-02\n")) == [1]


def test_a_newer_row_is_said_to_be_newer() -> None:
    by_row = reasons("a,13.95,2026-01-02\na,13.95,2026-01-03\n")
    assert by_row == {
        1: "Row 2 has the same key and was kept, because it is newer. "
        "Correct the key if both rows are meant to be in the lake."
    }
    assert not is_as_new(by_row[1])


def test_an_equal_row_needs_nobody() -> None:
    assert reasons("a,1.00,2026-01-02\na,1.00,2026-01-02\n") == {
        2: "Row 1 has the same values and was kept. Nothing has to be done."
    }


def test_no_value_is_given_of_a_dataset_about_people() -> None:
    columns = (
        *PRODUCTS.columns[:2],
        replace(PRODUCTS.columns[2]),
        Column("buyer", TEXT, classification="personal"),
    )
    contract = replace(PRODUCTS, columns=columns)
    body = "a,13.95,2026-01-02,Ann\na,99.00,2026-01-02,Bob\n"
    checked = check_bytes(
        f"sku,price,updated_on,buyer\n{body}".encode(),
        contract,
        MaskingKey("k", b"key"),
        object_key="products/a.csv",
        received_at=datetime(2026, 1, 1),
    )
    (reason,) = checked.quarantine_rows["reason"].to_pylist()
    assert reason.startswith("Row 2 has the same key, is as new and was kept; they differ in Price, Buyer. ")
    assert is_as_new(reason)
