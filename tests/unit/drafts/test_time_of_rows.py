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


VISITS = [
    (
        at,
        f"{2001 + at % 20}-03-01",
        f"2026-09-{at // 3 + 1:02}T{at % 24:02}:00:00",
        f"2026-09-{at // 3 + 1:02}",
    )
    for at in range(60)
]


def test_a_day_that_ends_years_before_the_rows_is_a_property_and_not_their_time() -> None:
    rows = [f"C-{at},{built},{came}" for at, built, came, _ in VISITS]
    assert time_of("visit,class_of,came", rows) == "came"


def test_a_column_named_as_an_event_comes_before_a_property_and_a_copy_of_rows() -> None:
    rows = [f"C-{at},{day},{came},{day}" for at, _, came, day in VISITS]
    assert time_of("visit,flag_since,exported_at,came_on", rows) == "came_on"


def test_a_time_comes_before_a_day_of_as_many_days() -> None:
    rows = [f"C-{at},{day},{came}" for at, _, came, day in VISITS]
    assert time_of("visit,planned_on,came_at", rows) == "came_at"


def test_planned_times_are_not_the_time_of_rows() -> None:
    rows = [f"C-{at},2026-08-01,{at + 2040}-01-01,{came}" for at, _, came, _ in VISITS]
    assert time_of("visit,announced,leaves,came", rows) == "came"


def test_the_draft_states_the_time_where_the_contract_alone_is_right_too() -> None:
    """The filter by period of a page reads what the contract states, and else its first time."""
    text = "\n".join(
        ("visit,flag_since,came_at", *(f"C-{at},{since},{came}" for at, since, came, _ in VISITS), "")
    )
    contract = draft_from_sample(text.encode(), "visits").contract
    assert contract.properties[EVENT_TIME] == "came_at"


def test_a_contract_without_a_statement_has_the_first_time_that_is_named_as_an_event() -> None:
    columns = [("id", Kind.STRING), ("valid_from", Kind.DATE), ("flag_since", Kind.DATE), ("came", Kind.DATE)]
    own = tuple(Column(name, ColumnType(kind)) for name, kind in columns)
    time = event_time(Contract("x", "x", "source", "1.0.0", own, key=("id",)))
    assert time
    assert time.column == "came"


@pytest.mark.parametrize("heading", ["geb. am", "DOB", "date of birth", "Date de naissance", "Geburtsdatum"])
def test_birthdays_are_not_when_rows_happened(heading: str) -> None:
    """A list of members is of no day, and not of the birthday of its youngest."""
    rows = "".join(f"{at:03};Name {at};{at:02}.11.19{at + 40}\n" for at in range(1, 25))
    contract = draft_from_sample(f"Mitgl.-Nr;Wohnort;{heading}\n{rows}".encode(), "members").contract
    assert contract.columns[2].type.kind is Kind.DATE
    assert event_time(contract) is None
