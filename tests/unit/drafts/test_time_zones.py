"""A draft says in which zone times are read and stored, because two hours of difference are no error that
anybody sees.
"""

from __future__ import annotations

import io
from datetime import datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.drafts.draft_contract import draft_from_sample

pytestmark = pytest.mark.unit


def notes(body: bytes) -> dict[str, str]:
    return {
        finding.column: finding.message
        for finding in draft_from_sample(body, "x").findings
        if "UTC" in finding.message
    }


def test_times_of_a_parquet_file_with_a_zone_are_stored_in_utc() -> None:
    times = [datetime(2026, 3, 29, hour, 15, tzinfo=ZoneInfo("Europe/Berlin")) for hour in range(9)]
    out = io.BytesIO()
    columns = {
        "At": pa.array(times, pa.timestamp("us", tz="Europe/Berlin")),
        "utc": pa.array(times, pa.timestamp("us", tz="UTC")),
    }
    pq.write_table(pa.table({"id": range(9), **columns}), out)
    assert notes(out.getvalue()) == {"at": "has times of the zone Europe/Berlin, which are stored in UTC"}


def test_times_with_an_offset_are_stored_in_utc() -> None:
    assert "offset" in notes(b"id,at\n1,2026-01-01T10:00:00+01:00\n2,2026-01-02T10:00:00+01:00\n")["at"]


def test_times_in_utc_have_no_note_on_offsets() -> None:
    assert not notes(b"id,at\n1,2026-01-01T10:00:00Z\n2,2026-01-02T10:00:00+00:00\n")


def test_times_of_which_some_have_no_offset_are_counted() -> None:
    mixed = notes(b"id,at\n1,2026-01-01T10:00:00+01:00\n2,2026-01-02T10:00:00\n3,2026-01-03T10:00:00\n")["at"]
    assert "1 of 3 times with an offset" in mixed
    assert "defaultTimezone" in mixed


def test_times_without_a_zone_are_taken_for_utc_and_the_note_says_how_to_state_the_zone() -> None:
    found = notes(b"id,at,day\n1,2026-01-01 10:00:00,2026-01-01\n2,2026-01-02 10:00:00,2026-01-02\n")
    assert set(found) == {"at"}
    assert "defaultTimezone, as in Europe/Berlin" in found["at"]
