"""A burst of new data starts the pipeline once, soon after its end, and no later than promised."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from headgate.aws.scheduler import DebounceSchedule
from headgate.errors import ThrottledError
from tests.conftest import unique

if TYPE_CHECKING:
    from tests.conftest import Emulator

pytestmark = pytest.mark.integration

ROLE = "arn:aws:iam::000000000000:role/scheduler"
MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:curated_to_prod"
QUIET, MAX_WAIT = timedelta(minutes=1), timedelta(minutes=15)
NOW = datetime(2199, 5, 1, 12, 0)  # far off, so that nothing fires by itself


@pytest.fixture
def schedule(emulator: Emulator) -> DebounceSchedule:
    return DebounceSchedule(emulator.client("scheduler"), unique("quiet"), ROLE, MACHINE, QUIET, MAX_WAIT)


def planned(schedule: DebounceSchedule) -> str:
    return str(schedule.client.get_schedule(Name=schedule.name)["ScheduleExpression"])


def test_the_first_event_starts_the_pipeline_after_a_quiet_time(schedule: DebounceSchedule) -> None:
    assert schedule.push(NOW) == NOW + QUIET
    assert planned(schedule) == "at(2199-05-01T12:01:00)"
    told = schedule.client.get_schedule(Name=schedule.name)
    assert (told["Target"]["Arn"], told["Target"]["Input"], told["ActionAfterCompletion"]) == (MACHINE, "{}", "DELETE")


def test_each_event_pushes_the_start_back(schedule: DebounceSchedule) -> None:
    schedule.push(NOW)
    assert schedule.push(NOW + timedelta(seconds=30)) == NOW + timedelta(seconds=90)
    assert planned(schedule) == "at(2199-05-01T12:01:30)"


def test_a_late_message_does_not_pull_the_start_forward(schedule: DebounceSchedule) -> None:
    schedule.push(NOW)
    assert schedule.push(NOW - timedelta(seconds=30)) == NOW + QUIET


def test_steady_traffic_waits_no_longer_than_promised_after_its_first_event(schedule: DebounceSchedule) -> None:
    starts = [schedule.push(NOW + timedelta(seconds=50 * step)) for step in range(18)]
    assert max(starts) == NOW + MAX_WAIT


def test_a_fraction_of_a_second_is_rounded_up(schedule: DebounceSchedule) -> None:
    schedule.push(NOW + timedelta(milliseconds=1))
    assert planned(schedule) == "at(2199-05-01T12:01:01)"


def test_a_schedule_that_is_due_is_not_moved_and_the_event_is_to_come_again(schedule: DebounceSchedule) -> None:
    schedule.push(NOW)
    with pytest.raises(ThrottledError):
        schedule.push(NOW + QUIET)
    assert planned(schedule) == "at(2199-05-01T12:01:00)"


def test_after_the_start_a_new_event_begins_a_new_burst(schedule: DebounceSchedule) -> None:
    schedule.push(NOW)
    schedule.client.delete_schedule(Name=schedule.name)  # as Scheduler does once it has fired
    later = NOW + timedelta(hours=1)
    assert schedule.push(later) == later + QUIET


def test_the_schedule_really_starts_the_machine_once_and_is_gone(emulator: Emulator) -> None:
    states = emulator.client("stepfunctions")
    passing = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
    machine = states.create_state_machine(name=unique("machine"), definition=json.dumps(passing), roleArn=emulator.role("states"))[
        "stateMachineArn"
    ]
    role = emulator.role("scheduler", "states:StartExecution")
    schedule = DebounceSchedule(emulator.client("scheduler"), unique("quiet"), role, machine, timedelta(seconds=2), MAX_WAIT)
    now = datetime.now(UTC).replace(tzinfo=None)
    schedule.push(now)
    schedule.push(now + timedelta(milliseconds=100))
    deadline = time.monotonic() + 30
    while not (runs := states.list_executions(stateMachineArn=machine)["executions"]) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert len(runs) == 1
    assert states.describe_execution(executionArn=runs[0]["executionArn"])["input"] == "{}"
    with pytest.raises(schedule.client.exceptions.ResourceNotFoundException):
        schedule.client.get_schedule(Name=schedule.name)
