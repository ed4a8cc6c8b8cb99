"""The same behind the real adapters: stopped, throttled and cut off at every call that boto3 makes, and
killed by the system.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.faults.aws_lake import AwsLake, Stand, answer_lost, throttled
from tests.faults.inputs import GROUPS
from tests.faults.lake import AFTER, BEFORE, Fault, Lake, Worker, calls_of, found_wrong
from tests.faults.test_every_call import befallen, reached

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.conftest import Emulator

pytestmark = pytest.mark.faults

# Between them they make every call that there is; the others make the same ones. FAULTS=all sends the rest,
# too, and every file of a group.
IS_ALL = os.environ.get("FAULTS") == "all"
SENT = ["copies", "correction", "refused", "to map", "unknown", "run"]
REST = ["csv", "parquet", "gzip", "empty", "found by its header", "no manifest"] if IS_ALL else []
# The first file of `copies` makes the calls of any accepted file, so of these groups only later files are
# stopped: the corrected version, and the deletions and the manifest of an export run.
FIRST_STOPPED = {"correction": 1, "run": 2}


def stopped_places(group: str, files: int) -> range:
    """Return the places of the group's files whose calls are stopped."""
    return range(0 if IS_ALL else FIRST_STOPPED.get(group, 0), files)


@pytest.fixture(params=[*SENT, *REST], scope="module")
def stand(request: pytest.FixtureRequest, emulator: Emulator) -> Stand:
    return Stand(emulator, request.param)


@pytest.fixture(scope="module")
def copies(emulator: Emulator) -> Stand:
    return Stand(emulator, "copies")


@pytest.fixture(scope="module")
def interrupted() -> dict[str, set[str]]:
    """Names of the calls that have failed, by how they failed: an adapter fails alike for all files."""
    return defaultdict(set)


def holds_for_all(
    stand: Stand, when: str, happen: Callable[[Worker], None], interrupted: set[str] | None = None
) -> None:
    """Check each call, or with `interrupted` only those of another name, to which they are added."""
    for place in stopped_places(stand.group, len(stand.refs)):
        for call in calls_of(AwsLake(stand.group, stand=stand), place):
            if interrupted is not None and not IS_ALL and call.name in interrupted:
                continue
            if interrupted is not None:
                interrupted.add(call.name)
            holds_at(stand, place, Fault(call, when, happen))


def holds_at(stand: Stand, place: int, fault: Fault) -> None:
    lake = reached(AwsLake(stand.group, stand=stand), place)
    worker = befallen(lake, place, fault)
    assert worker.fault is None, f"{fault.at} was not made"
    assert found_wrong(lake) == [], f"{stand.group}, file {place}, {fault.when} {fault.at}"


def test_the_files_that_are_stopped_make_every_call() -> None:
    def calls(groups: Iterable[str], places: Callable[[str, int], range]) -> set[str]:
        return {
            call.name
            for group in groups
            for place in places(group, len(Lake(group).refs))
            for call in calls_of(Lake(group), place)
        }

    assert calls(SENT, stopped_places) == calls(GROUPS, lambda _, files: range(files))


def test_a_worker_stopped_before_its_first_call_to_aws_loses_and_doubles_nothing(stand: Stand) -> None:
    for place in stopped_places(stand.group, len(stand.refs)):
        first, *_ = calls_of(AwsLake(stand.group, stand=stand), place)
        holds_at(stand, place, Fault(first, BEFORE, Worker.stop))


def test_a_worker_stopped_after_any_call_to_aws_loses_and_doubles_nothing(stand: Stand) -> None:
    """A stop before the next call leaves the same lake: the memory of the worker dies with it."""
    holds_for_all(stand, AFTER, Worker.stop)


def test_a_call_to_aws_that_is_throttled_loses_and_doubles_nothing(
    stand: Stand, interrupted: dict[str, set[str]]
) -> None:
    """At each place of a call in memory: tests/faults/test_every_call.py."""
    holds_for_all(stand, BEFORE, throttled, interrupted["throttled"])


def test_a_call_to_aws_whose_answer_is_lost_loses_and_doubles_nothing(
    stand: Stand, interrupted: dict[str, set[str]]
) -> None:
    holds_for_all(stand, AFTER, answer_lost, interrupted["answer lost"])


@pytest.mark.parametrize(
    ("operation", "number", "when"),
    [
        ("GetObject", 1, AFTER),
        ("TransactWriteItems", 1, AFTER),
        ("PutObject", 1, AFTER),
        ("PutObject", 2, BEFORE),
        ("PutObject", 4, AFTER),
        ("TransactWriteItems", 2, BEFORE),
        ("TransactWriteItems", 2, AFTER),
    ],
)
def test_a_process_that_the_system_kills_loses_and_doubles_nothing(
    copies: Stand, operation: str, number: int, when: str
) -> None:
    lake, (ref, _) = (
        AwsLake(copies.group, stand=copies, now=datetime.now(UTC).replace(tzinfo=None)),
        copies.refs,
    )
    place = (ref.bucket, ref.key, ref.version_id, operation, str(number), when)
    environment = {**os.environ, **copies.emulator.environment, **lake.settings}
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.killed_worker", *place], env=environment, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert found_wrong(lake) == []
