"""Whatever befalls a worker at whichever call, the lake is in the end that of a quiet run."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import pytest

from headgate.aws.in_memory_ports import MemoryLedger
from headgate.errors import HeadgateError, ServiceError, ThrottledError
from headgate.intake.files.process_file import FileProcessor
from tests.faults.inputs import GROUPS
from tests.faults.lake import (
    ADVICE,
    AFTER,
    BEFORE,
    LEASE_S,
    Call,
    Fault,
    Lake,
    Late,
    Soon,
    StoppedError,
    Worker,
    calls_of,
    failing,
    found_wrong,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor
    from datetime import datetime
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.lake.ports import Claim, FileRecord, ObjectInfo

pytestmark = pytest.mark.faults

SMALL = [group for group in GROUPS if group != "all"]
# A worker that outlives its lease (none does: the lease is the function's timeout) may store a refused row
# under its own file's name.
ORIGIN = frozenset({"quarantine"})
EXPECTED = {
    "csv": ["done"],
    "parquet": ["done"],
    "gzip": ["done"],
    "copies": ["done", "skipped_duplicate"],
    "correction": ["done", "done"],
    "reverted": ["done", "done", "skipped_duplicate"],
    "sent again": ["done", "skipped_duplicate"],
    "refused": ["rejected"],
    "empty": ["rejected"],
    "to map": ["needs_mapping"],
    "unknown": ["rejected"],
    "found by its header": ["done"],
    "no data": ["ignored"],
    "run": ["done", "done", "ignored", "ignored"],
    "no manifest": [],
    "out of line": ["done"] * 4,
}
MANY = 3
LAST_ONLY = {"out of line", "reverted", "sent again"}


def places(group: str) -> Iterator[tuple[int, Call]]:
    """Every call of every file of the group.

    Of the last one only where the others are there to be compared with.
    """
    for place in range(len(Lake(group).refs))[-1 if group in LAST_ONLY else 0 :]:
        for call in calls_of(Lake(group), place):
            yield place, call


def reached(lake: Lake, place: int) -> Lake:
    """The lake after the group's files before that place came."""
    for ref in lake.refs[:place]:
        with suppress(HeadgateError):
            lake.receive(ref)
    return lake


@cache
def _reached(group: str, place: int, executor: type[Executor]) -> Lake:
    return reached(Lake(group, executor=executor), place)


def lake_at(group: str, place: int, executor: type[Executor] = Soon) -> Lake:
    """A lake of its own to which the group's files before that place came.

    They are processed once for all tests.
    """
    return _reached(group, place, executor).copy()


def befallen(lake: Lake, place: int, fault: Fault) -> Worker:
    """The worker that this happened to at the group's file of that place.

    Those before it had come already.
    """
    worker = Worker(fault)
    try:
        lake.receive(lake.refs[place], worker)
    except (HeadgateError, StoppedError):
        worker.is_dead = True
    return worker


def holds_for_all(group: str, happen: Callable[[Worker], None], executor: type[Executor] = Soon) -> None:
    for place, call in places(group):
        for when in (BEFORE, AFTER):
            lake = lake_at(group, place, executor)
            worker = befallen(lake, place, Fault(call, when, happen))
            assert worker.fault is None, f"{call} was not made"
            assert found_wrong(lake) == [], f"{group}, file {place}, {when} {call}"


@pytest.mark.parametrize("group", SMALL)
def test_the_files_of_the_harness_go_all_ways_that_there_are(group: str) -> None:
    lake = Lake(group)
    lake.deliver(lake.refs)
    assert sorted(record.state for record in lake.ledger.records()) == EXPECTED[group]
    assert bool(lake.dead) == (group == "no manifest")


@pytest.mark.parametrize("executor", [Soon, Late])
@pytest.mark.parametrize("group", SMALL)
def test_a_worker_killed_before_or_after_any_call_loses_and_doubles_nothing(
    group: str, executor: type[Executor]
) -> None:
    holds_for_all(group, Worker.stop, executor)


@pytest.mark.parametrize("error", [ServiceError, ThrottledError])
@pytest.mark.parametrize("group", SMALL)
def test_a_call_that_fails_or_whose_answer_is_lost_loses_and_doubles_nothing(
    group: str, error: type[ServiceError]
) -> None:
    """`SlowDown` and `ProvisionedThroughputExceeded` are ThrottledErrors.

    An answer that was lost is a failure after the call.
    """
    holds_for_all(group, failing(error))


@pytest.mark.parametrize(
    "waited_s", [0, LEASE_S], ids=["at the same time", "when the first one's lease has run out"]
)
@pytest.mark.parametrize("group", [group for group in SMALL if len(GROUPS[group]) < MANY])
def test_a_second_worker_at_any_moment_of_the_first_changes_nothing(group: str, waited_s: int) -> None:
    """On the same file and on the other one of its group: a copy, or a corrected version."""
    but = ADVICE | ORIGIN if waited_s and group == "copies" else ADVICE
    for place, call in places(group):
        for when, other in product((BEFORE, AFTER), range(len(Lake(group).refs))):
            lake = lake_at(group, place)

            def second(_: Worker, lake: Lake = lake, other: int = other) -> None:
                lake.wait(waited_s)
                lake.receive_once(lake.refs[other])

            befallen(lake, place, Fault(call, when, second))
            assert found_wrong(lake, but) == [], f"{group}, files {place} and {other}, {when} {call}"


@pytest.mark.parametrize("group", SMALL)
def test_a_worker_that_only_failed_does_not_lock_its_retry_out(group: str) -> None:
    for place, call in places(group):
        lake = lake_at(group, place)
        befallen(lake, place, Fault(call, BEFORE, failing(ServiceError)))
        lake.queue.clear()
        before = lake.now
        with suppress(HeadgateError):
            lake.receive(lake.refs[place])
        assert lake.now == before, f"{group}, file {place}, {call}: it waited for a lease"


def test_a_worker_that_died_is_waited_for_until_its_lease_has_run_out() -> None:
    lake = Lake("csv")
    befallen(lake, 0, Fault(Call("finish", 1), BEFORE, Worker.stop))
    with pytest.raises(ThrottledError):
        lake.receive(lake.refs[0])
    lake.wait(LEASE_S)
    assert lake.receive(lake.refs[0]).state == "done"


class FinishesFirst(FileProcessor):
    """A gate that is wrong: the record stands before the rows are stored."""

    def _check_and_store(
        self, record: FileRecord, info: ObjectInfo, path: Path, contract: Contract
    ) -> FileRecord:
        self.ports.ledger.finish(replace(record, state="done"))
        return super()._check_and_store(record, info, path, contract)


class KnowsNoCopies(MemoryLedger):
    """A ledger that is wrong: it does not look at the content."""

    def _content_taken(self, record: FileRecord, now: datetime) -> Claim | None:  # noqa: ARG002 as the one that it replaces
        return None


def test_the_harness_finds_a_gate_that_finishes_before_it_stores() -> None:
    found = [
        found_wrong(lake)
        for place, call in places("csv")
        for lake in [Lake("csv", curation=FinishesFirst)]
        if befallen(lake, place, Fault(call, BEFORE, Worker.stop))
    ]
    assert any("curated" in different for different in found)


def test_the_harness_finds_a_ledger_that_accepts_copies() -> None:
    lake = Lake("copies", ledger=KnowsNoCopies())
    assert found_wrong(lake)


@pytest.mark.parametrize(
    "change",
    [
        lambda lake: lake.objects.write(lake.refs[0], b"another"),
        lambda lake: lake.receive(lake.refs[0]),
        lambda lake: lake.wait(1),
        lambda lake: lake.queue.append((lake.refs[0], 0)),
        lambda lake: lake.dead.add(lake.refs[0]),
        lambda lake: lake.inbox.add("a message"),
        lambda lake: befallen(lake, 0, Fault(Call("finish", 1), BEFORE, Worker.stop)),
    ],
)
def test_lakes_of_one_state_are_equal_in_all_that_a_test_may_change(change: Callable[[Lake], object]) -> None:
    """`found_wrong` follows lakes of one state once, so the state must show every difference."""
    assert Lake("csv").state() == Lake("csv").state()
    lake = Lake("csv")
    change(lake)
    assert lake.state() != Lake("csv").state()
