"""Seconds and milliseconds since 1970 below a heading of times are drafted as times in UTC."""

import io
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.contracts.model import Column, ColumnType, Kind
from headgate.contracts.source_format import SourceFormat
from headgate.drafts.draft_contract import draft_from_sample
from headgate.intake.rows.check_rows import check_bytes
from headgate.local_files.check_file import any_key
from headgate.local_files.draft_file import draft_of_upload
from headgate.values.cast_declared import cast_column

pytestmark = pytest.mark.unit

MILLISECONDS = [1_764_547_200_000 + 61_001 * row for row in range(60)]
SECONDS = [each // 1000 for each in MILLISECONDS]


def column_of(heading: str, values: list[int]) -> Column:
    rows = "".join(f"a{row},{value}\n" for row, value in enumerate(values))
    return draft_from_sample(f"name,{heading}\n{rows}".encode(), "events").contract.columns[1]


@pytest.mark.parametrize(
    "heading", ["ts", "timestamp", "created_at", "createdAt", "epoch", "event_ts", "time_ms"]
)
@pytest.mark.parametrize(("values", "unit"), [(MILLISECONDS, "ms"), (SECONDS, "s")])
def test_a_heading_of_times_makes_them_times(heading: str, values: list[int], unit: str) -> None:
    column = column_of(heading, values)
    assert (column.type.kind, column.format) == (Kind.TIMESTAMP, SourceFormat(epoch=unit))


@pytest.mark.parametrize(
    ("heading", "values"),
    [
        ("sensor_no", MILLISECONDS),
        ("meter_count", SECONDS),
        ("created_at", [*SECONDS, 12]),
        ("beats", SECONDS),
    ],
)
def test_other_numbers_stay_numbers(heading: str, values: list[int]) -> None:
    assert column_of(heading, values).type.kind is Kind.BIGINT


def test_epochs_are_utc_and_other_texts_are_read_as_iso_8601() -> None:
    column = Column(
        "ts", ColumnType(Kind.TIMESTAMP), format=SourceFormat(epoch="ms", timezone="Europe/Berlin")
    )
    texts = pa.array(["1764547200123", "-1", "2025-12-01 01:00:00", "soon", None])
    read = cast_column(column, texts)
    assert read.values.to_pylist() == [
        datetime(2025, 12, 1, 0, 0, 0, 123_000),
        datetime(1969, 12, 31, 23, 59, 59, 999_000),
        datetime(2025, 12, 1),
        None,
        None,
    ]
    assert read.misfits.tolist() == [3]


def test_a_parquet_column_of_whole_numbers_is_read_so_and_its_note_says_how_to_keep_them() -> None:
    body = io.BytesIO()
    pq.write_table(pa.table({"name": [f"a{row}" for row in range(60)], "ts": pa.array(MILLISECONDS)}), body)
    draft = draft_of_upload("events.parquet", body.getvalue())
    assert draft is not None
    assert [each["message"] for each in draft["notes"] if each["column"] == "ts"] == [
        "is written as milliseconds since 1970 and becomes a time in UTC; the type whole number keeps it"
    ]
    assert draft["local_times"] == []
    contract = draft_from_sample(body.getvalue(), "events").contract
    gated = check_bytes(
        body.getvalue(), contract, any_key(), object_key="events", received_at=datetime(2026, 1, 1)
    )
    assert gated.accepted.column("ts")[0].as_py() == datetime(2025, 12, 1)


def test_a_person_may_name_the_format() -> None:
    contract = draft_from_sample(b"id,beats\n1,1764547200\n", "events", formats={"beats": "epoch s"}).contract
    assert contract.column("beats").format == SourceFormat(epoch="s")
