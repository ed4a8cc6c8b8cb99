"""A burst of new data makes one start pending: due soon after the burst's end, and no later than promised."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from headgate.aws.scheduler import PendingStart
from headgate.errors import ThrottledError
from headgate.runs.start_or_postpone import Due, Trigger, parse_due
from tests.conftest import unique
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.conftest import Emulator

pytestmark = pytest.mark.integration

ROLE = "arn:aws:iam::000000000000:role/scheduler"
QUEUE = "arn:aws:sqs:us-east-1:000000000000:curated-changes"
QUIET, MAX_WAIT = timedelta(minutes=1), timedelta(minutes=15)
NOW = datetime(2199, 5, 1, 12, 0)  # far off, so that nothing fires by itself


@pytest.fixture
def schedule(emulator: Emulator) -> PendingStart:
    return PendingStart(emulator.client("scheduler"), unique("quiet"), ROLE, QUEUE, QUIET, MAX_WAIT)


def planned(schedule: PendingStart) -> str:
    return str(schedule.client.get_schedule(Name=schedule.name)["ScheduleExpression"])


def test_the_first_event_starts_the_pipeline_after_a_quiet_time(schedule: PendingStart) -> None:
    assert schedule.push(NOW) == NOW + QUIET
    assert planned(schedule) == "at(2199-05-01T12:01:00)"
    kept = schedule.client.get_schedule(Name=schedule.name)
    assert (kept["Target"]["Arn"], kept["ActionAfterCompletion"]) == (QUEUE, "DELETE")
    assert parse_due(kept["Target"]["Input"], NOW) == Due(Trigger.NEW_DATA, NOW + QUIET)


def test_each_event_pushes_the_start_back(schedule: PendingStart) -> None:
    schedule.push(NOW)
    assert schedule.push(NOW + timedelta(seconds=30)) == NOW + timedelta(seconds=90)
    assert planned(schedule) == "at(2199-05-01T12:01:30)"


def test_a_late_message_does_not_pull_the_start_forward(schedule: PendingStart) -> None:
    schedule.push(NOW)
    assert schedule.push(NOW - timedelta(seconds=30)) == NOW + QUIET


def test_steady_traffic_waits_no_longer_than_promised_after_its_first_event(schedule: PendingStart) -> None:
    starts = [schedule.push(NOW + timedelta(seconds=50 * step)) for step in range(18)]
    assert max(starts) == NOW + MAX_WAIT


def test_a_fraction_of_a_second_is_rounded_up(schedule: PendingStart) -> None:
    schedule.push(NOW + timedelta(milliseconds=1))
    assert planned(schedule) == "at(2199-05-01T12:01:01)"


def test_a_schedule_that_is_due_is_not_moved_and_the_event_is_to_come_again(schedule: PendingStart) -> None:
    schedule.push(NOW)
    with pytest.raises(ThrottledError):
        schedule.push(NOW + QUIET)
    assert planned(schedule) == "at(2199-05-01T12:01:00)"


def test_after_the_start_a_new_event_begins_a_new_burst(schedule: PendingStart) -> None:
    schedule.push(NOW)
    schedule.client.delete_schedule(Name=schedule.name)  # as Scheduler does once it has fired
    later = NOW + timedelta(hours=1)
    assert schedule.push(later) == later + QUIET


def test_a_postponed_start_is_pending_until_then(schedule: PendingStart) -> None:
    schedule.postpone(NOW, NOW + timedelta(hours=1))
    assert planned(schedule) == "at(2199-05-01T13:00:00)"
    assert schedule.push(NOW + timedelta(seconds=1)) == NOW + timedelta(hours=1), (
        "new data do not start it earlier"
    )


def test_a_start_that_is_pending_already_is_not_moved_by_a_postponed_one(schedule: PendingStart) -> None:
    schedule.push(NOW)
    schedule.postpone(NOW, NOW + timedelta(hours=1))
    assert planned(schedule) == "at(2199-05-01T12:01:00)"


def test_the_schedule_really_sends_one_message_and_is_gone(emulator: Emulator) -> None:
    queues = emulator.client("sqs")
    queue = queues.create_queue(QueueName=unique("changes"))["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    role = emulator.role("scheduler", "sqs:SendMessage")
    schedule = PendingStart(
        emulator.client("scheduler"), unique("quiet"), role, arn, timedelta(seconds=2), MAX_WAIT
    )
    now = datetime.now(UTC).replace(tzinfo=None)
    schedule.push(now)
    due_at = schedule.push(now + timedelta(milliseconds=100))
    found = eventually(lambda: queues.receive_message(QueueUrl=queue).get("Messages"), 30, every_s=0.2)
    assert [parse_due(message["Body"], now) for message in found] == [Due(Trigger.NEW_DATA, due_at)]
    with pytest.raises(schedule.client.exceptions.ResourceNotFoundException):
        schedule.client.get_schedule(Name=schedule.name)
    assert not queues.receive_message(QueueUrl=queue).get("Messages")
