"""The debouncing function: new increments push the start back, anything else does not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from headgate.aws import clients
from headgate.aws.scheduler import SINCE
from lambdas.start_pipeline.handler import handler
from tests.conftest import unique

if TYPE_CHECKING:
    from tests.conftest import Emulator

pytestmark = pytest.mark.integration

ROLE = "arn:aws:iam::000000000000:role/scheduler"
MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:curated_to_prod"


@dataclass(frozen=True)
class Context:
    """What Lambda tells a function of its invocation."""

    function_name: str = "start_pipeline"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:start_pipeline"
    aws_request_id: str = "7f6f4f7e-0000-0000-0000-000000000000"


def event(*objects: str) -> dict[str, object]:
    """A batch with one message per created object."""
    bodies = [
        {"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "curated"}, "object": {"key": key}}}]} for key in objects
    ]
    return {"Records": [{"messageId": f"m{number}", "body": json.dumps(body)} for number, body in enumerate(bodies)]}


@pytest.fixture
def schedule(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of the schedule that the function may make; it does not exist yet."""
    name = unique("quiet")
    settings = {
        "HEADGATE_DEBOUNCE_SCHEDULE": name,
        "HEADGATE_SCHEDULER_ROLE_ARN": ROLE,
        "HEADGATE_STATE_MACHINE_ARN": MACHINE,
        "HEADGATE_QUIET_S": "3600",
    }
    for variable, value in {**emulator.environment, **settings}.items():
        monkeypatch.setenv(variable, value)
    clients.scheduler.cache_clear()
    return name


def exists(emulator: Emulator, schedule: str) -> bool:
    return bool(emulator.client("scheduler").list_schedules(NamePrefix=schedule)["Schedules"])


def test_new_increments_plan_a_start(emulator: Emulator, schedule: str) -> None:
    assert handler(event("increments/orders/00.parquet", "increments/orders/01.parquet"), Context()) == {"batchItemFailures": []}
    assert exists(emulator, schedule)


@pytest.mark.parametrize("key", ["snapshots/orders/0123/part-00000.parquet", "snapshots/_lake/current.json"])
def test_what_the_pipeline_itself_writes_does_not_start_it_again(emulator: Emulator, schedule: str, key: str) -> None:
    assert handler(event(key), Context()) == {"batchItemFailures": []}
    assert not exists(emulator, schedule)


def test_events_that_come_while_the_start_is_due_are_delivered_again(emulator: Emulator, schedule: str) -> None:
    emulator.client("scheduler").create_schedule(
        Name=schedule,
        Description=f"{SINCE}2011-12-09T12:00:00",
        ScheduleExpression="at(2011-12-09T12:01:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": MACHINE, "RoleArn": ROLE},
        State="DISABLED",  # so that it stays due for as long as the test looks at it
    )
    answer = handler(event("increments/orders/01.parquet", "increments/orders/02.parquet"), Context())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}, {"itemIdentifier": "m1"}]}


def test_a_message_that_is_no_notification_fails_alone(emulator: Emulator, schedule: str) -> None:
    batch = event("increments/orders/00.parquet")
    told = {"Records": [*batch["Records"], {"messageId": "odd", "body": "hello"}]}  # type: ignore[misc]  # a list, as event makes it
    assert handler(told, Context()) == {"batchItemFailures": [{"itemIdentifier": "odd"}]}
    assert exists(emulator, schedule)
