"""A sample with a few bad rows gets types and a key, and the draft counts the rows that it refuses on
purpose.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import Contract, Kind
from headgate.drafts.draft_contract import Draft, draft_from_sample
from headgate.errors import ContractError
from headgate.intake.rows.check_rows import CheckedRows, check_bytes
from headgate.lake.ports import MaskingKey
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.unit


def gated(body: bytes, contract: Contract) -> CheckedRows:
    return check_bytes(
        body, contract, MaskingKey("k", b"0" * 32), object_key="x", received_at=dt.datetime(2024, 1, 1)
    )


def csv_of(**columns: Sequence[str]) -> bytes:
    rows = zip(*columns.values(), strict=True)
    return "\n".join([";".join(columns), *(";".join(row) for row in rows)]).encode()


def orders(rows: int = 200) -> dict[str, list[str]]:
    return {
        "order_id": [f"R-{at:05}" for at in range(rows)],
        "day": [f"{at % 28 + 1:02}.03.2026" for at in range(rows)],
        "price": [f"{at % 90 + 10},50" for at in range(rows)],
    }


def notes(drafted: Draft, column: str) -> list[str]:
    return [finding.message for finding in drafted.findings if finding.column == column]


def test_one_bad_date_and_one_text_do_not_make_their_columns_text() -> None:
    columns = orders()
    columns["day"][7], columns["price"][9] = "soon", "ask us"
    body = csv_of(**columns)
    drafted = draft_from_sample(body, "orders", strict=False)
    assert [column.type.kind for column in drafted.contract.columns] == [Kind.STRING, Kind.DATE, Kind.DECIMAL]
    assert any(
        note.startswith("1 of 200 values do not read as dd.MM.yyyy: their rows are quarantined")
        for note in notes(drafted, "day")
    )
    checked = gated(body, drafted.contract)
    assert (checked.counts.accepted, dict(checked.counts.reasons)) == (198, {"type": 2})
    assert (checked.accepted.column("day")[0].as_py(), checked.accepted.column("price")[0].as_py()) == (
        dt.date(2026, 3, 1),
        Decimal("10.50"),
    )


def test_a_strict_draft_accepts_the_bad_rows() -> None:
    columns = orders()
    columns["day"][7], columns["order_id"][8] = "soon", ""
    body = csv_of(**columns)
    assert gated(body, draft_from_sample(body, "orders", strict=True).contract).counts.quarantined == 0


@pytest.mark.parametrize(("rows", "bad"), [(49, 1), (200, 5)])
def test_few_values_or_many_bad_ones_leave_the_column_text(rows: int, bad: int) -> None:
    columns = orders(rows)
    columns["day"][:bad] = ["soon"] * bad
    assert (
        draft_from_sample(csv_of(**columns), "orders", strict=False).contract.column("day").type.kind
        is Kind.STRING
    )


@pytest.mark.parametrize(
    ("name", "other"), [("invoice_no", "void"), ("house", "12a"), ("invoice", "C536379")]
)
def test_ids_of_another_kind_are_no_bad_numbers(name: str, other: str) -> None:
    """Online Retail (UCI): 1.7 % of the invoices are cancellations such as C536379 among whole numbers."""
    body = csv_of(day=orders()["day"], **{name: [*(str(536000 + at % 40) for at in range(199)), other]})
    assert draft_from_sample(body, "orders", strict=False).contract.column(name).type.kind is Kind.STRING


def test_a_missing_key_and_a_repeated_row_do_not_hide_the_key() -> None:
    columns = {name: [*values, values[3]] for name, values in orders().items()}
    columns["order_id"][50] = ""
    body = csv_of(**columns)
    drafted = draft_from_sample(body, "orders", strict=False)
    assert drafted.contract.key == ("order_id",)
    assert any(
        "1 of 201 rows have no value in it (data row 51): they are quarantined" in note
        for note in notes(drafted, "order_id")
    )
    checked = gated(body, drafted.contract)
    assert (checked.counts.accepted, checked.counts.duplicates, dict(checked.counts.reasons)["required"]) == (
        199,
        1,
        1,
    )


def test_rows_that_share_a_key_are_counted() -> None:
    columns = orders()
    columns["order_id"][50] = columns["order_id"][51]
    drafted = draft_from_sample(csv_of(**columns), "orders", strict=False)
    assert drafted.contract.key == ("order_id",)
    assert any(
        "1 of 200 rows has the key of another row, with other values (data row 52): " in note
        for note in notes(drafted, "order_id")
    )


def test_a_person_names_the_key_or_none() -> None:
    body = csv_of(**orders())
    assert draft_from_sample(body, "orders", key=["day", "Price"]).contract.key == ("day", "price")
    assert draft_from_sample(body, "orders", key=[]).contract.key == ()
    with pytest.raises(ContractError, match="no column nummer"):
        draft_from_sample(body, "orders", key=["nummer"])
    cards = csv_of(card_number=["4111111111111111", "5555555555554444"])
    with pytest.raises(ContractError, match="card_number is masked"):
        draft_from_sample(cards, "cards", key=["card_number"])


@examples(10)
@given(
    st.dictionaries(
        st.integers(0, 199),
        st.sampled_from(["", "soon", "-", "31.02.2026", "1.2.3", "7", "R-00001"]),
        max_size=4,
    )
)
def test_a_draft_refuses_no_row_but_those_with_a_bad_value(bad: dict[int, str]) -> None:
    columns = orders()
    for at, value in bad.items():
        columns[("order_id", "day", "price")[at % 3]][at] = value
    body = csv_of(**columns)
    assert gated(body, draft_from_sample(body, "orders", strict=False).contract).counts.quarantined <= len(
        bad
    )
