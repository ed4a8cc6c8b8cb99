"""The time of a row is the one of its own level, and the draft states it where another column comes first."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.contracts import odcs_reader
from headgate.contracts.event_time import EVENT_TIME, event_time
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.drafts.draft_contract import draft_from_sample
from headgate.local_files.draft_file import draft_of_upload

pytestmark = pytest.mark.unit


def time_of(header: str, rows: list[str]) -> str:
    time = event_time(draft_from_sample("\n".join((header, *rows, "")).encode(), "readings").contract)
    return time.column if time else ""


ROWS = [
    f"M-{machine},2023-05-1{machine},R-{10 * machine + hour},2026-11-2{machine} {hour:02}:00:00"
    for machine in range(1, 8)
    for hour in range(8)
]


def test_a_time_of_the_parent_is_not_that_of_the_row() -> None:
    assert time_of("machine_id,installed,reading_id,at", ROWS) == "at"


def test_a_time_of_the_key_counts_before_the_first_time() -> None:
    columns = [("id", Kind.STRING), ("installed", Kind.DATE), ("at", Kind.TIMESTAMP)]
    own = tuple(Column(name, ColumnType(kind)) for name, kind in columns)
    time = event_time(Contract("x", "x", "source", "1.0.0", own, key=("id", "at")))
    assert time
    assert (time.column, time.tier) == ("at", 1)


def test_a_column_that_few_rows_have_is_not_the_time_of_the_rows() -> None:
    rows = [
        f"S-{n},{'2026-01-02' if n % 4 == 0 else ''},2026-02-{n % 28 + 1:02},2026-03-{n % 28 + 1:02}"
        for n in range(60)
    ]
    assert time_of("shipment_id,claimed_on,picked_up_on,delivered_on", rows) == "picked_up_on"


def test_a_day_of_birth_is_not_the_time_of_a_visit() -> None:
    rows = [f"V-{n},19{n % 60 + 30}-01-{n % 28 + 1:02},2026-02-{n % 28 + 1:02}" for n in range(90)]
    assert time_of("visit_id,date_of_birth,visited_on", rows) == "visited_on"


def test_the_console_gets_the_time_under_the_name_that_its_column_has_there() -> None:
    text = "\n".join(("machine_id,installed,reading_id,Time of reading", *ROWS, ""))
    draft = draft_of_upload("readings.csv", text.encode())
    assert draft
    contract = odcs_reader.parse(draft["document"], "source")
    time = event_time(contract)
    assert time
    assert time.column == "time_of_reading"
    assert contract.properties["headgate.eventTime"] == "time_of_reading"


def test_a_table_whose_dates_are_all_empty_is_drafted_without_a_time_of_its_rows() -> None:
    """Columns of Parquet have types, also without a value."""
    out = io.BytesIO()
    pq.write_table(pa.table({"name": ["a", "b"], "ended_on": pa.array([None, None], pa.date32())}), out)
    drafted = draft_from_sample(out.getvalue(), "visits", key=()).contract
    assert EVENT_TIME not in drafted.properties
