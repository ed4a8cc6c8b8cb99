"""Digests of days: equal ones have transactions with equal features."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import ibis
import pandas as pd
import pyarrow as pa
import pytest

from headgate.domains.retail.compliance_guardian.transaction_days import days_of_tables

if TYPE_CHECKING:
    from headgate.domains.retail.compliance_guardian.transaction_days import TransactionDays

pytestmark = pytest.mark.unit

FIRST = datetime(2024, 1, 1, 12)
AS_OF = date(2024, 1, 4)
TYPES = {
    "transaction_id": pa.int64(),
    "transacted_at": pa.timestamp("us"),
    "customer_id": pa.int64(),
    "terminal_id": pa.int64(),
    "card_token": pa.string(),
    "amount": pa.decimal128(12, 2),
    "is_fraud": pa.bool_(),
}
SIGNED_UP = {1: datetime(2023, 1, 1), 2: datetime(2023, 2, 1), 3: datetime(2023, 3, 1)}


def paid(number: int, customer: int, *, is_fraud: bool | None = False) -> dict[str, Any]:
    """Return a transaction; each day has one."""
    at = FIRST + timedelta(days=number)
    return dict(zip(TYPES, (number, at, customer, 7, f"T{customer}", Decimal("9.50"), is_fraud), strict=True))


ROWS = [paid(0, 1), paid(1, 2, is_fraud=True), paid(2, 1, is_fraud=None), paid(3, 2)]


def days(rows: list[dict[str, Any]], signed_up: dict[int, datetime], as_of: date = AS_OF) -> TransactionDays:
    customers = pa.table({"customer_id": list(signed_up), "signed_up_at": list(signed_up.values())})
    transactions = pa.Table.from_pylist(rows, pa.schema(TYPES))
    tables = {"card_transactions": ibis.memtable(transactions), "customers": ibis.memtable(customers)}
    result = days_of_tables(tables, as_of)
    assert result is not None
    return result


def unchanged(changed: TransactionDays) -> list[bool]:
    pairs = zip(days(ROWS, SIGNED_UP).digests, changed.digests, strict=True)
    return [before == after for before, after in pairs]


def test_days_have_their_labels_and_the_last_moment() -> None:
    some = days(ROWS, SIGNED_UP, date(2024, 1, 3))
    assert list(some.days) == [pd.Timestamp(2024, 1, day) for day in (1, 2, 3)]
    assert (list(some.honest), list(some.frauds)) == ([1, 0, 0], [0, 1, 0])
    assert some.last_at == pd.Timestamp(FIRST + timedelta(days=2))


def test_a_changed_row_changes_the_digests_of_its_day_and_of_later_ones() -> None:
    corrected = [*ROWS[:2], paid(2, 1, is_fraud=True), ROWS[3]]
    assert unchanged(days(corrected, SIGNED_UP)) == [True, True, False, False]
    assert unchanged(days(list(reversed(ROWS)), SIGNED_UP)) == [True] * 4


@pytest.mark.parametrize("moved", [{2: datetime(2023, 6, 1)}, {2: None}])
def test_another_registration_changes_digests_from_the_first_transaction_of_its_customer_on(
    moved: dict[int, datetime],
) -> None:
    assert unchanged(days(ROWS, {**SIGNED_UP, **moved})) == [True, False, False, False]


def test_a_registration_that_arrives_late_changes_digests_and_one_without_transactions_none() -> None:
    without = {number: at for number, at in SIGNED_UP.items() if number != 2}
    assert unchanged(days(ROWS, without)) == [True, False, False, False]
    assert unchanged(days(ROWS, {**SIGNED_UP, 3: datetime(2024, 1, 1)})) == [True] * 4


def test_two_customers_who_exchange_registrations_change_digests() -> None:
    both = [paid(0, 1), {**paid(1, 2), "transacted_at": FIRST}]
    exchanged = {1: SIGNED_UP[2], 2: SIGNED_UP[1]}
    assert days(both, SIGNED_UP).digests != days(both, exchanged).digests
