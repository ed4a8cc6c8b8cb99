"""The debouncing function: new increments push the start back, anything else does not."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from headgate.aws import clients
from headgate.lake.definitions import build_id
from headgate.runs.start_or_postpone import SINCE, Due, Trigger
from headgate.wiring import definitions
from lambdas.start_pipeline.handler import handler
from tests.conftest import unique
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.conftest import Emulator

pytestmark = pytest.mark.integration

ROLE = "arn:aws:iam::000000000000:role/scheduler"
QUEUE = "arn:aws:sqs:us-east-1:000000000000:curated-changes"
DUE_AT = datetime(2026, 5, 1, 12, 0)


@dataclass(frozen=True)
class Context:
    """The invocation's context that Lambda passes to a function."""

    function_name: str = "start_pipeline"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:start_pipeline"
    aws_request_id: str = "7f6f4f7e-0000-0000-0000-000000000000"


def event(*objects: str) -> dict[str, object]:
    """A batch with one message per created object."""
    bodies = [
        {
            "Records": [
                {
                    "eventName": "ObjectCreated:Put",
                    "s3": {"bucket": {"name": "curated"}, "object": {"key": key}},
                }
            ]
        }
        for key in objects
    ]
    return {
        "Records": [
            {"messageId": f"m{number}", "body": json.dumps(body)} for number, body in enumerate(bodies)
        ]
    }


@pytest.fixture
def schedule(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of the schedule that the function may make; it does not exist yet."""
    name, artifacts = unique("quiet"), unique("artifacts")
    emulator.client("s3").create_bucket(Bucket=artifacts)
    settings = {
        "HEADGATE_ARTIFACTS_BUCKET": artifacts,
        "HEADGATE_DEBOUNCE_SCHEDULE": name,
        "HEADGATE_SCHEDULER_ROLE_ARN": ROLE,
        "HEADGATE_CURATED_QUEUE_ARN": QUEUE,
        "HEADGATE_DEPLOYMENT_ID": "abcd1234",
        "HEADGATE_QUIET_S": "3600",
    }
    for variable, value in {**emulator.environment, **settings}.items():
        monkeypatch.setenv(variable, value)
    clients.s3.cache_clear()
    clients.scheduler.cache_clear()
    clients.stepfunctions.cache_clear()
    return name


@pytest.fixture
def machine(emulator: Emulator, schedule: str, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: ARG001 its settings come first
    """A state machine whose runs wait for a minute."""
    waiting = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}}
    made = emulator.client("stepfunctions").create_state_machine(
        name=unique("machine"), definition=json.dumps(waiting), roleArn=emulator.role("states")
    )
    monkeypatch.setenv("HEADGATE_STATE_MACHINE_ARN", made["stateMachineArn"])
    return str(made["stateMachineArn"])


def due(trigger: Trigger, at: datetime = DUE_AT) -> dict[str, object]:
    """A batch with one message which says that a run is due."""
    return {
        "Records": [
            {
                "messageId": "due",
                "body": Due(trigger, at).message(),
                "attributes": {"SentTimestamp": "1700000000000"},
            }
        ]
    }


def runs(emulator: Emulator, machine: str) -> list[str]:
    return [
        run["name"]
        for run in emulator.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    ]


def exists(emulator: Emulator, schedule: str) -> bool:
    return bool(emulator.client("scheduler").list_schedules(NamePrefix=schedule)["Schedules"])


def test_new_increments_plan_a_start(emulator: Emulator, schedule: str) -> None:
    assert handler(event("increments/orders/00.parquet", "increments/orders/01.parquet"), Context()) == {
        "batchItemFailures": []
    }
    assert exists(emulator, schedule)


def test_a_refresh_that_cannot_be_started_does_not_stop_the_run(
    emulator: Emulator, schedule: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("HEADGATE_REFRESH_JOB", unique("no-such-job"))
    assert handler(event("increments/orders/00.parquet"), Context()) == {"batchItemFailures": []}
    assert exists(emulator, schedule)
    assert "tables not refreshed" in caplog.messages


@pytest.mark.parametrize("key", ["snapshots/orders/0123/part-00000.parquet", "snapshots/_lake/current.json"])
def test_what_the_pipeline_itself_writes_does_not_start_it_again(
    emulator: Emulator, schedule: str, key: str
) -> None:
    assert handler(event(key), Context()) == {"batchItemFailures": []}
    assert not exists(emulator, schedule)


def test_events_that_come_while_the_start_is_due_are_delivered_again(
    emulator: Emulator, schedule: str
) -> None:
    emulator.client("scheduler").create_schedule(
        Name=schedule,
        Description=f"{SINCE}2011-12-09T12:00:00",
        ScheduleExpression="at(2011-12-09T12:01:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": QUEUE, "RoleArn": ROLE},
        State="DISABLED",  # so that it stays due for as long as the test looks at it
    )
    answer = handler(event("increments/orders/01.parquet", "increments/orders/02.parquet"), Context())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}, {"itemIdentifier": "m1"}]}


def test_a_message_that_is_no_notification_fails_alone(emulator: Emulator, schedule: str) -> None:
    batch = event("increments/orders/00.parquet")
    reported = {"Records": [*batch["Records"], {"messageId": "odd", "body": "hello"}]}  # type: ignore[misc]  # a list, as event makes it
    assert handler(reported, Context()) == {"batchItemFailures": [{"itemIdentifier": "odd"}]}
    assert exists(emulator, schedule)


def test_a_due_run_starts_once_however_often_the_message_arrives(emulator: Emulator, machine: str) -> None:
    for _ in range(3):
        assert handler(due(Trigger.NEW_DATA), Context()) == {"batchItemFailures": []}
    assert runs(emulator, machine) == ["20260501T120000Z-new-data-abcd1234"]


def test_while_a_run_works_one_start_is_pending_and_none_is_made(
    emulator: Emulator, machine: str, schedule: str
) -> None:
    handler(due(Trigger.NEW_DATA), Context())
    for minute in range(1, 6):
        assert handler(due(Trigger.NEW_DATA, DUE_AT.replace(minute=minute)), Context()) == {
            "batchItemFailures": []
        }
    assert len(runs(emulator, machine)) == 1
    assert len(emulator.client("scheduler").list_schedules(NamePrefix=schedule)["Schedules"]) == 1


def test_the_daily_check_starts_no_run_when_nothing_is_new(
    emulator: Emulator, machine: str, schedule: str
) -> None:
    handler(due(Trigger.NEW_DATA), Context())
    arn = machine.replace(":stateMachine:", ":execution:") + ":20260501T120000Z-new-data-abcd1234"
    assert handler(due(Trigger.DAILY, DUE_AT.replace(hour=13)), Context()) == {"batchItemFailures": []}
    assert not exists(emulator, schedule), "the run under way does the work"
    emulator.client("stepfunctions").stop_execution(executionArn=arn)
    assert handler(due(Trigger.DAILY, DUE_AT.replace(hour=14)), Context()) == {"batchItemFailures": []}
    assert runs(emulator, machine)[0] == "20260501T140000Z-schedule-abcd1234", (
        "a run that did not succeed is repeated"
    )


def test_the_daily_check_after_a_push_starts_a_run(emulator: Emulator, machine: str) -> None:
    """The tables are built with what was pushed, although no data are new."""
    succeeding = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}
    client = emulator.client("stepfunctions")
    client.update_state_machine(stateMachineArn=machine, definition=json.dumps(succeeding))
    handler(due(Trigger.NEW_DATA), Context())
    (name,) = runs(emulator, machine)
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    eventually(lambda: client.describe_execution(executionArn=arn)["status"] == "SUCCEEDED", 30)
    handler(due(Trigger.DAILY, DUE_AT.replace(hour=13)), Context())
    assert runs(emulator, machine) == [name], "nothing is new"

    versions = definitions.versions(os.environ)
    versions.move("0123456789abcdef", versions.pointer()[1], "somebody", "2026-05-01T13:30:00")
    handler(due(Trigger.DAILY, DUE_AT.replace(hour=14)), Context())
    handler(due(Trigger.DAILY, DUE_AT.replace(hour=14)), Context())
    assert sorted(runs(emulator, machine)) == sorted(
        [name, f"20260501T140000Z-schedule-{build_id('abcd1234', '0123456789abcdef')}"]
    )


def test_a_due_message_fails_when_the_runs_cannot_be_listed(
    machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADGATE_STATE_MACHINE_ARN", f"{machine}-gone")
    assert handler(due(Trigger.NEW_DATA), Context()) == {"batchItemFailures": [{"itemIdentifier": "due"}]}
