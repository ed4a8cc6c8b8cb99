"""A file that is handed over, behind the real adapters: function and job stopped, throttled and cut off at
every call that boto3 makes.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from headgate.errors import HeadgateError
from tests.faults.aws_lake import Stand, answer_lost, throttled
from tests.faults.aws_large import AwsLargeLake
from tests.faults.lake import AFTER, BEFORE, Call, Fault, StoppedError, Worker, found_wrong
from tests.faults.test_large_files import FUNCTION, JOB

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Emulator

pytestmark = pytest.mark.faults

MOMENTS = {
    "stopped after": (AFTER, Worker.stop),
    "throttled": (BEFORE, throttled),
    "answer lost": (AFTER, answer_lost),
}


@pytest.fixture(scope="module")
def stand(emulator: Emulator) -> Stand:
    return Stand(emulator, "gzip")


def met(lake: AwsLargeLake, function: Worker, job: Worker) -> None:
    """The group's file comes once, to this function, and the first attempt at it is this job's."""
    lake.befalls = [job]
    with suppress(HeadgateError, StoppedError):
        lake.receive(lake.refs[0], function)
    lake.wait(0)


def quiet_calls(stand: Stand, who: str) -> list[Call]:
    workers = {FUNCTION: Worker(), JOB: Worker()}
    met(AwsLargeLake("gzip", stand=stand), workers[FUNCTION], workers[JOB])
    return workers[who].calls


def test_the_hand_over_makes_the_calls_that_it_is_known_to_make(stand: Stand) -> None:
    names = {call.name for call in quiet_calls(stand, FUNCTION)}
    assert {
        "HeadObject raw",
        "GetItem",
        "GetObject raw",
        "TransactWriteItems",
        "StartExecution",
        "UpdateItem",
    } == names
    assert {"TransactWriteItems", "PutObject curated", "PutObject quarantine", "PutItem"} <= {
        call.name for call in quiet_calls(stand, JOB)
    }


@pytest.mark.parametrize(("when", "happen"), MOMENTS.values(), ids=MOMENTS)
@pytest.mark.parametrize("who", [FUNCTION, JOB])
def test_a_hand_over_that_ends_at_any_call_to_aws_loses_and_doubles_nothing(
    stand: Stand, who: str, when: str, happen: Callable[[Worker], None]
) -> None:
    calls = quiet_calls(stand, who)
    if happen is not Worker.stop:  # an adapter fails alike at each call of a name
        calls = list({call.name: call for call in reversed(calls)}.values())
    for call in calls:
        lake, worker = AwsLargeLake("gzip", stand=stand), Worker(Fault(call, when, happen))
        met(lake, *((worker, Worker()) if who == FUNCTION else (Worker(), worker)))
        assert worker.fault is None, f"{call} was not made"
        assert found_wrong(lake) == [], f"{who}, {when} {call}"
