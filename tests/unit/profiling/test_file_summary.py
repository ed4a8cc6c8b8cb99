"""A file of no contract is profiled: its summary has a fixed shape, and no sensitive value."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.errors import NotFoundError
from headgate.formats.read_table import unknown_table
from headgate.lake.ports import HIDDEN_NUMBERS, SUMMARY, FileRecord, ObjectRef
from headgate.lake.states import FileState
from headgate.profiling.file_summary import file_summary
from headgate.profiling.kept_profiles import Profiles
from headgate.profiling.profile import profile_unknown

pytestmark = pytest.mark.unit

PAN = "4111111111111111"  # a test number that payment gateways publish
BODY = (
    b"id,amount,on,note,card\n1,1.50,2024-01-01,a,"
    + PAN.encode()
    + b"\n2,,2024-01-03,,5500005555555559\n3,4.50,,b,\n"
)


def summary_of(body: bytes) -> dict[str, object]:
    columns = unknown_table(body).by_shown_name
    profile = profile_unknown(columns, dataset="", content_sha256="0", received_at=datetime(2024, 1, 4))
    return file_summary("sales.csv", profile.as_dict())


def test_the_summary_has_schema_statistics_and_issues() -> None:
    summary = summary_of(BODY)
    assert (summary["file_name"], summary["row_count"]) == ("sales.csv", 3)
    assert summary["schema"] == {
        "id": "int",
        "amount": "float",
        "on": "date",
        "note": "string",
        "card": "int",
    }
    assert summary["statistics"] == {
        "id": {"min": 1, "max": 3, "avg": 2},
        "amount": {"min": 1.5, "max": 4.5, "avg": 3},
        "on": {"min": "2024-01-01", "max": "2024-01-03"},
    }
    issues = summary["quality_issues"]
    assert isinstance(issues, dict)
    assert issues["missing_values"]["amount"] == {"count": 1, "percentage": 33.33}
    assert issues["invalid_values"] == {}
    assert (issues["total_rows"], issues["has_issues"]) == (3, True)


def test_a_file_without_a_fault_has_no_issues() -> None:
    issues = summary_of(b"id,amount\n1,1.50\n2,2.50\n")["quality_issues"]
    assert issues == {"missing_values": {}, "invalid_values": {}, "total_rows": 2, "has_issues": False}


def test_an_invalid_value_has_its_count_and_percentage() -> None:
    issues = summary_of(b"id,amount\n" + b"".join(b"%d,%d\n" % (row, row) for row in range(19)) + b"19,x\n")
    counts = issues["quality_issues"]
    assert isinstance(counts, dict)
    assert counts["invalid_values"] == {"amount": {"count": 1, "percentage": 5.0}}
    assert counts["has_issues"]


def test_every_file_has_a_summary_and_one_without_a_profile_says_why() -> None:
    profiles = Profiles(MemoryObjects(), "artifacts")
    record = FileRecord(
        "f", "raw", "orders/sales.csv", "v", "orders", FileState.DONE, received_at="2024-01-04T00:00:00"
    )
    kept = replace(record, profile=profiles.of_unknown(record, unknown_table(BODY)))
    assert profiles.summary_of(kept) == summary_of(BODY)
    copy = replace(record, key="orders/copy.csv", state=FileState.SKIPPED_DUPLICATE, duplicate_of="f")
    assert profiles.summary_of(copy, kept) == {**summary_of(BODY), "file_name": "copy.csv"}
    empty = replace(record, state=FileState.REJECTED, error={"message": "the file is empty"})
    summary = profiles.summary_of(empty)
    assert summary.keys() - summary_of(BODY).keys() == {"reason"}
    assert (summary["row_count"], summary["reason"]) == (0, "the file is empty")
    assert summary["quality_issues"] == {
        "missing_values": {},
        "invalid_values": {},
        "total_rows": 0,
        "has_issues": True,
    }
    with pytest.raises(NotFoundError, match=r"sales.csv has no summary yet: its state is processing"):
        profiles.summary_of(replace(record, state=FileState.PROCESSING))


def test_an_accepted_file_whose_profile_failed_is_summarised_by_its_counts() -> None:
    record = FileRecord(
        "f",
        "raw",
        "orders/sales.csv",
        "v",
        "orders",
        FileState.DONE,
        received=3,
        profile={"failed": "KeyError"},
    )
    summary = Profiles(MemoryObjects(), "artifacts").summary_of(record)
    assert (summary["row_count"], summary["reason"]) == (3, "")
    issues = summary["quality_issues"]
    assert isinstance(issues, dict)
    assert not issues["has_issues"]


def test_rows_that_do_not_fit_the_header_count_as_rows_and_lower_the_score() -> None:
    """Four of eight rows have a cell too many: they are no columns' values, and no good rows."""
    whole = unknown_table(b"id,amount\n" + b"".join(b"%d,1.5\n" % row for row in range(8)))
    broken = unknown_table(
        b"id,amount\n" + b"".join(b"%d,1.5%s\n" % (row, b",x" * (row > 3)) for row in range(8))
    )
    record = FileRecord(
        "f", "raw", "uploads/a.csv", "v", "uploads", FileState.PROCESSING, received_at="2024-01-04T00:00:00"
    )
    kept = [Profiles(MemoryObjects(), "artifacts").of_unknown(record, table) for table in (whole, broken)]
    assert [(profile["rows"], profile["validity"]) for profile in kept] == [("8", "1.0000"), ("8", "0.5000")]


def test_no_card_number_is_in_the_summary() -> None:
    assert "411111" not in json.dumps(summary_of(BODY))


def test_the_summary_is_stored_by_the_files_name_and_named_in_its_record() -> None:
    objects = MemoryObjects()
    record = FileRecord(
        "f",
        "raw",
        "uploads/sales.csv.gz",
        "v",
        "uploads",
        FileState.PROCESSING,
        received_at="2024-01-04T00:00:00",
    )
    cards = b"id,note\n1,pay 4111111111111111\n2,4111111111111111 again\n3,none\n"
    counted = Profiles(objects, "artifacts").of_uncontracted(record, unknown_table(cards))
    assert counted[HIDDEN_NUMBERS] == "2"
    clean = Profiles(objects, "artifacts").of_uncontracted(record, unknown_table(b"id,note\n1,paid\n"))
    assert HIDDEN_NUMBERS not in clean
    kept = Profiles(objects, "artifacts").of_uncontracted(record, unknown_table(BODY))
    assert kept[SUMMARY] == "processed/sales_summary.json"
    stored = json.loads(objects.read(ObjectRef("artifacts", kept[SUMMARY])))
    assert (stored["file_name"], stored["row_count"]) == ("sales.csv.gz", 3)
