"""The first facts for the person on call."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from headgate.api.shapes.decisions import Decision
from headgate.aws.alarms import RaisedAlarm
from headgate.aws.sqs import Depth
from headgate.cli.commands.operations.status import Check, headline, next_commands, status_of
from headgate.reports.alerts import ACKNOWLEDGE, QUEUE, Alert, unacknowledged
from tests.unit.api.lakes import PAYMENTS, MemoryLake

pytestmark = pytest.mark.unit

QUIET = {"raw_events": Depth(0, 0), "raw_events_dead_letter": Depth(0, 0)}


ONE_GOOD_ROW = b"\n".join(PAYMENTS.split(b"\n")[:2]) + b"\n"


def test_an_empty_lake_needs_nobody() -> None:
    status = status_of(MemoryLake(), QUIET, [], 7)
    assert (status.state, status.healthy, status.data_age_hours, dict(status.last_run)) == (
        "unknown",
        True,
        None,
        {},
    )
    assert next_commands(status) == []


def test_files_are_counted_by_state_with_their_refused_rows() -> None:
    lake = MemoryLake()
    lake.receive("payments/a.csv", PAYMENTS)
    lake.receive("payments/b.csv", b"")
    status = status_of(lake, {**QUIET, "raw_events": Depth(3, 2)}, [], 7)
    assert status.files == {"done": 1, "rejected": 1}
    assert (status.quarantined_rows, status.pending_messages) == (2, 5)
    assert next_commands(status) == ["headgate files --state rejected"]


def test_a_rejected_file_that_was_sent_corrected_needs_nobody() -> None:
    lake = MemoryLake()
    lake.receive("payments/a.csv", b"")
    lake.moment += timedelta(hours=1)
    lake.receive("payments/a.csv", ONE_GOOD_ROW)
    status = status_of(lake, QUIET, [], 7)
    assert status.files == {"corrected": 1, "done": 1}
    assert next((check.state for check in status.checks if check.name == "files"), "") == "healthy"
    assert next_commands(status) == []


def test_refused_rows_of_a_corrected_version_are_not_counted_as_open() -> None:
    lake = MemoryLake()
    lake.receive("payments/a.csv", PAYMENTS)
    refused = status_of(lake, QUIET, [], 7).quarantined_rows
    lake.moment += timedelta(hours=1)
    lake.receive("payments/a.csv", ONE_GOOD_ROW)
    assert (refused, status_of(lake, QUIET, [], 7).quarantined_rows) == (2, 0)


def test_old_files_are_not_counted() -> None:
    lake = MemoryLake()
    lake.receive("payments/a.csv", PAYMENTS)
    lake.moment = datetime(2026, 3, 1)
    status = status_of(lake, QUIET, [], 7)
    assert status.files == {}
    assert status.data_age_hours
    assert status.data_age_hours > 24 * 50


@pytest.mark.parametrize(
    ("dead", "raised"),
    [
        (1, []),
        (0, [RaisedAlarm("shop-raw-age", datetime(2026, 1, 2), "The oldest object in raw has waited")]),
    ],
)
def test_a_dead_letter_or_an_alarm_needs_somebody(dead: int, raised: list[RaisedAlarm]) -> None:
    status = status_of(MemoryLake(), {**QUIET, "raw_events_dead_letter": Depth(dead, 0)}, raised, 7)
    assert (status.state, status.healthy, status.dead_letters, len(status.alarms)) == (
        "degraded",
        False,
        dead,
        len(raised),
    )


def test_an_open_alert_of_a_figure_needs_somebody() -> None:
    alert = Alert("hub", "late_files", "3 files are late.", "Ask for them.")
    status = status_of(MemoryLake(), QUIET, [], 7, [alert])
    assert (status.state, status.healthy) == ("degraded", False)
    assert status.alerts == (
        {"name": "late_files", "message": "3 files are late.", "remedy": "Ask for them."},
    )
    assert headline(status) == "Nothing failed; alerts need a look"


def test_an_alert_is_open_until_the_newest_decision_acknowledges_it() -> None:
    alert = Alert("hub", "returns", "Returns are 5 % of sales.")

    def decision(action: str, item: str = "returns Returns are 5\N{NO-BREAK SPACE}% of sales.") -> Decision:
        return Decision(
            decision_id="d",
            queue=QUEUE,
            item_id=item,
            action=action,
            note="",
            value="",
            assignee="",
            decided_by="ann",
            decided_at="2026-01-01T00:00:00",
        )

    assert unacknowledged([alert], []) == [alert]
    assert unacknowledged([alert], [decision("assign"), decision(ACKNOWLEDGE)]) == []
    assert unacknowledged([alert], [decision("reopen"), decision(ACKNOWLEDGE)]) == [alert]
    assert unacknowledged([alert], [decision(ACKNOWLEDGE, "returns Returns are 4 % of sales.")]) == [alert]


def test_the_headline_agrees_with_the_checks() -> None:
    status = status_of(MemoryLake(), QUIET, [], 7)
    assert headline(status) == "Nothing has been received yet"
    checks = (Check("run", "healthy", ""), Check("quality", "degraded", ""))
    looks = replace(status, state="degraded", checks=checks)
    assert headline(looks) == "Nothing failed; quality needs a look"
    assert headline(replace(looks, dead_letters=2)) == "Nothing failed; quality, dead letters need a look"
    failed = replace(looks, checks=(Check("run", "failed", ""), *checks))
    assert headline(failed) == "Failed: run; quality needs a look"
    assert headline(replace(status, state="healthy", checks=checks[:1])) == "Everything works"
