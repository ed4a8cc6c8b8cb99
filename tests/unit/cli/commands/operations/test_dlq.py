"""A dead letter as a person sees it."""

from __future__ import annotations

from datetime import datetime

import pytest

from headgate.aws.events import notification
from headgate.aws.sqs import Letter
from headgate.cli.commands.operations.dlq import described, dlq, newest_records
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.lake.states import FileState

pytestmark = pytest.mark.unit

CARD = "4111111111111111"  # a test number that payment gateways publish
SENT = datetime(2026, 1, 2, 3, 4, 5)


def letter(key: str) -> Letter:
    return Letter("m1", SENT, 3, notification(ObjectRef("raw", key)))


def record(key: str, state: FileState, received_at: str = "2026-01-02") -> FileRecord:
    error = {"message": f"row 3 of {CARD} broke", "remedy": "Send it again."}
    return FileRecord(
        key + received_at, "raw", key, "", "orders", state, received_at=received_at, error=error
    )


def test_a_dead_letter_names_its_file_and_the_newest_error() -> None:
    records = [
        record("orders/a.csv", FileState.FAILED, "2026-01-03"),
        record("orders/a.csv", FileState.DONE, "2026-01-02"),
    ]
    seen = described(letter("orders/a.csv"), "raw_events", newest_records(records))
    assert (seen.file, seen.state, seen.remedy, seen.sent_at) == (
        "orders/a.csv",
        "failed",
        "Send it again.",
        "2026-01-02T03:04:05",
    )


def test_no_card_number_is_shown() -> None:
    key = f"payments/{CARD}.csv"
    assert CARD not in str(
        described(letter(key), "raw_events", newest_records([record(key, FileState.FAILED)]))
    )


def test_a_message_of_another_kind_shows_nothing_of_its_body() -> None:
    seen = described(Letter("m1", SENT, 3, f"not JSON {CARD}"), "curated_changes", {})
    assert (seen.file, seen.state, seen.error) == ("", "", "")


def test_dead_letters_are_listed_shown_and_redriven() -> None:
    assert sorted(dlq.commands) == ["list", "redrive", "show"]
