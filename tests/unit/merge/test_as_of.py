"""The last day of a dataset's events, and of a lake's."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.contracts.event_time import event_time
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.registry import Registry
from headgate.errors import ContractError
from headgate.merge.as_of import as_of, latest_on

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


def contract(
    dataset: str, *columns: tuple[str, Kind], order_by: tuple[str, ...] = (), **properties: object
) -> Contract:
    own = tuple(Column(name, ColumnType(kind)) for name, kind in columns)
    return Contract(
        f"headgate.curated.{dataset}",
        dataset,
        "curated",
        "1.0.0",
        own,
        order_by=order_by,
        properties=properties,
    )


LOANS = contract("loans", ("loan_id", Kind.STRING), ("loaned_on", Kind.DATE), ("due_on", Kind.DATE))
READINGS = contract("readings", ("measured_at", Kind.TIMESTAMP), order_by=("measured_at",))


def test_the_column_that_a_contract_states_counts(tmp_path: Path) -> None:
    orders = contract(
        "orders",
        ("updated_at", Kind.TIMESTAMP),
        ("ordered_at", Kind.TIMESTAMP),
        **{"headgate.asOf": "ordered_at"},
    )
    at = [datetime(2026, 1, 2, 3), datetime(2026, 1, 1)]
    later = [datetime(2027, 1, 1)] * 2
    pq.write_table(
        pa.table({"ordered_at": pa.array(at, pa.timestamp("us")), "updated_at": later}),
        tmp_path / "orders.parquet",
    )
    assert latest_on(orders, tmp_path / "orders.parquet", {}) == "2026-01-02"


def test_without_a_statement_the_first_date_counts(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"loaned_on": [date(2026, 3, 1)], "due_on": [date(2026, 4, 1)]}), tmp_path / "loans.parquet"
    )
    assert latest_on(LOANS, tmp_path / "loans.parquet", {}) == "2026-03-01"


def test_a_dataset_without_dates_or_rows_records_no_day(tmp_path: Path) -> None:
    pq.write_table(pa.table({"loaned_on": pa.array([], pa.date32())}), tmp_path / "loans.parquet")
    assert latest_on(LOANS, tmp_path / "loans.parquet", {}) == ""
    assert latest_on(contract("orders", ("ordernumber", Kind.INTEGER)), tmp_path / "loans.parquet", {}) == ""


def test_an_open_end_is_no_event(tmp_path: Path) -> None:
    """Databases keep 9999-12-31 for what never ends.

    One such row would move all tables of the lake to that day.
    """
    pq.write_table(
        pa.table({"loaned_on": [date(2026, 3, 1), date(9999, 12, 31)]}), tmp_path / "loans.parquet"
    )
    assert latest_on(LOANS, tmp_path / "loans.parquet", {}) == "2026-03-01"
    at = pa.array([datetime(2026, 1, 2, 3), datetime(9999, 12, 31, 23, 59)], pa.timestamp("us"))
    pq.write_table(pa.table({"measured_at": at}), tmp_path / "readings.parquet")
    assert latest_on(READINGS, tmp_path / "readings.parquet", {}) == "2026-01-02"


def test_a_date_after_the_receipt_of_its_row_is_no_event(tmp_path: Path) -> None:
    """One mistyped date in a file would move all tables of the lake to that day.

    The next day counts, as a sender in another time zone may write it.
    """
    days = [date(2026, 11, 20), date(2026, 11, 29), date(2026, 11, 30), date(2026, 12, 31)]
    contents = ["old", "new", "new", "old"]
    pq.write_table(pa.table({"loaned_on": days, "_content_sha256": contents}), tmp_path / "loans.parquet")
    received_at = {"old": "2026-11-21T10:00:00Z", "new": "2026-11-28T10:00:00Z"}
    assert latest_on(LOANS, tmp_path / "loans.parquet", received_at) == "2026-11-29"
    assert latest_on(LOANS, tmp_path / "loans.parquet", {}) == "2026-12-31"


def test_a_contract_may_state_that_its_dates_say_nothing() -> None:
    assert event_time(contract("calendar", ("day", Kind.DATE), **{"headgate.asOf": "none"})) is None


def test_a_column_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="no column nonesuch"):
        latest_on(
            contract("orders", ("ordered_at", Kind.TIMESTAMP), **{"headgate.asOf": "nonesuch"}),
            tmp_path / "x.parquet",
            {},
        )


def test_stated_datasets_decide_before_others_and_those_before_times_of_change() -> None:
    sales = contract("sales", ("sold_on", Kind.DATE), **{"headgate.asOf": "sold_on"})
    contracts = {"sales": sales, "loans": LOANS, "readings": READINGS}
    days = {"sales": "2026-01-01", "loans": "2026-02-01", "readings": "2026-03-01"}
    assert as_of(days, contracts) == date(2026, 1, 1)
    assert as_of({**days, "sales": ""}, contracts) == date(2026, 2, 1)
    assert as_of({**days, "sales": "", "loans": ""}, contracts) == date(2026, 3, 1)
    assert as_of({}, contracts) == date(1970, 1, 1)


def test_a_shop_reaches_as_far_as_its_sales() -> None:
    found = {name: event_time(one) for name, one in Registry.load().curated.items()}
    assert {name for name, one in found.items() if one and one.tier == 0} == {"orders", "card_transactions"}
    assert {name: one.column for name, one in found.items() if one and one.tier == 1} == {
        "payments": "paid_at",
        "search_queries": "searched_at",
        "customers": "signed_up_at",
    }
    assert found["calendar"] is None
