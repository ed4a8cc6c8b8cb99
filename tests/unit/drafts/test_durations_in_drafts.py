"""Durations are drafted as numbers of seconds where their file shows that they are no times of day.

Real files: results of a run, call logs, machine hours, timesheets; `ride_time` of bike trips in Parquet, and
`dwell` of containers.
"""

import io
from datetime import datetime, timedelta

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.contracts.model import Column, Kind
from headgate.drafts.draft_contract import Draft, draft_from_sample
from headgate.drafts.text_formats import text_formats
from headgate.intake.rows.check_rows import check_bytes
from headgate.local_files.check_file import any_key
from headgate.local_files.draft_file import draft_of_upload

pytestmark = pytest.mark.unit


def drafted(heading: str, values: list[str]) -> Draft:
    rows = "".join(f"{row};{value}\n" for row, value in enumerate(values))
    return draft_from_sample(f"id;{heading}\n{rows}".encode(), "results", strict=False)


def column_of(heading: str, values: list[str]) -> Column:
    return drafted(heading, values).contract.columns[1]


def duration_of(column: Column) -> tuple[Kind, str, str]:
    return column.type.kind, column.format.duration if column.format else "", column.unit


CLOCK = [f"{8 + row % 12:02}:{row % 60:02}:{row * 7 % 60:02}" for row in range(60)]
RACE = [f"{2 + row % 3}:{row % 60:02}:{row * 7 % 60:02}" for row in range(60)]


@pytest.mark.parametrize(
    "heading", ["duration", "Gesprächsdauer", "Durée", "Laufzeit", "Net Time", "talk_time"]
)
def test_a_heading_of_durations_decides_about_values_that_a_clock_may_show(heading: str) -> None:
    assert duration_of(column_of(heading, CLOCK)) == (Kind.DECIMAL, "h:mm:ss", "s")


@pytest.mark.parametrize("heading", ["time", "Zeit", "tiempo"])
def test_a_heading_with_two_meanings_decides_about_short_values_only(heading: str) -> None:
    assert duration_of(column_of(heading, RACE)) == (Kind.DECIMAL, "h:mm:ss", "s")
    assert duration_of(column_of(heading, CLOCK)) == (Kind.STRING, "", "")


@pytest.mark.parametrize("heading", ["Uhrzeit", "start", "start_time", "Startzeit", "value"])
def test_times_of_day_stay_text_and_a_person_may_make_them_durations(heading: str) -> None:
    draft = drafted(heading, RACE)
    assert duration_of(draft.contract.columns[1]) == (Kind.STRING, "", "")
    (formats,) = draft.text_formats.values()
    assert [(each.kind, each.reading.format.duration) for each in formats] == [("number", "h:mm:ss")]


def test_values_that_no_clock_shows_decide_by_themselves() -> None:
    hours = [f"{row * 9}:{row % 60:02}:00" for row in range(60)]
    assert duration_of(column_of("Zähler", hours)) == (Kind.DECIMAL, "h:mm:ss", "s")
    assert duration_of(column_of("value", ["PT2H1M12S", "PT0.5S", "P1D"])) == (Kind.DECIMAL, "h:mm:ss", "s")


def test_hours_of_a_timesheet_are_hours_and_minutes() -> None:
    times = [f"{6 + row % 4}:{row % 60:02}" for row in range(60)]
    assert duration_of(column_of("Stunden", times)) == (Kind.BIGINT, "h:mm", "s")


def test_two_parts_of_a_duration_are_asked_about() -> None:
    values = [f"{6 + row % 4}:{row % 60:02}" for row in range(60)]
    (question,) = drafted("Dauer", values).questions
    assert question.answers == ("h:mm", "m:ss")
    assert [column.format.duration for column in question.columns if column.format] == ["h:mm", "m:ss"]
    assert question.waiting == (0, 0)


def test_two_parts_beside_three_are_minutes_and_seconds() -> None:
    values = [*(f"{45 + row % 15}:{row:02}" for row in range(40)), "1:02:12", "1:15:00"]
    assert duration_of(column_of("Chip time", values)) == (Kind.DECIMAL, "m:ss", "s")


def test_a_runner_who_did_not_finish_waits() -> None:
    draft = drafted("Nettozeit", [*RACE, "DNF"])
    assert duration_of(draft.contract.columns[1]) == (Kind.DECIMAL, "h:mm:ss", "s")


def test_the_format_is_explained_and_its_rows_are_accepted() -> None:
    body = "bib;Nettozeit\n" + "".join(f"{row};{time}\n" for row, time in enumerate(RACE))
    draft = draft_of_upload("run.csv", body.encode())
    assert draft is not None
    (note,) = (each["message"] for each in draft["notes"] if each["column"] == "nettozeit")
    assert note.startswith("is written as h:mm:ss and becomes a number of seconds")
    (column,) = (each for each in draft["document"]["schema"][0]["properties"] if each["name"] == "nettozeit")
    properties = {each["property"]: each["value"] for each in column["customProperties"]}
    assert properties == {"headgate.unit": "s", "headgate.format": {"duration": "h:mm:ss"}}
    assert draft["rows"] == len(RACE)


def test_a_person_may_name_the_format() -> None:
    body = b"id;start\n1;8:30\n2;9:45\n"
    contract = draft_from_sample(body, "shifts", formats={"start": "h:mm"}).contract
    assert duration_of(contract.column("start")) == (Kind.BIGINT, "h:mm", "s")


def test_stored_durations_of_parquet_are_kept() -> None:
    table = pa.table(
        {
            "trip": pa.array(range(3)),
            "ride": pa.array([timedelta(seconds=1220), timedelta(hours=26, milliseconds=500), None]),
            "opened": pa.array([23_400_000_000] * 3, pa.int64()).cast(pa.time64("us")),
        }
    )
    body = io.BytesIO()
    pq.write_table(table, body)
    contract = draft_from_sample(body.getvalue(), "trips").contract
    assert duration_of(contract.column("ride")) == (Kind.DECIMAL, "h:mm:ss", "s")
    assert contract.column("opened").type.kind is Kind.STRING
    gated = check_bytes(
        body.getvalue(), contract, any_key(), object_key="trips", received_at=datetime(2026, 1, 1)
    )
    assert gated.accepted.column("ride").to_pylist()[:2] == [1220, pytest.approx(93_600.5)]


def test_cells_of_a_workbook_that_show_hours_beyond_a_day_are_durations() -> None:
    """With `[h]:mm` all values may be below a day; with `h:mm:ss` one beyond it shows that they are none."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["id", "worked", "machine", "opened"])
    for row in range(2, 40):
        sheet.append([row, row / 80, 0.9 + row / 80, row / 80])
        for letter, code in (("B", "[h]:mm"), ("C", "h:mm:ss"), ("D", "h:mm")):
            sheet[f"{letter}{row}"].number_format = code
    body = io.BytesIO()
    book.save(body)
    contract = draft_from_sample(body.getvalue(), "sheet", strict=False).contract
    assert duration_of(contract.column("worked")) == (Kind.DECIMAL, "h:mm:ss", "s")
    assert duration_of(contract.column("machine")) == (Kind.DECIMAL, "h:mm:ss", "s")
    assert contract.column("opened").type.kind is Kind.STRING


def test_times_of_day_among_texts_have_no_other_format() -> None:
    assert text_formats(pa.array(["a", "b"])) == ()
