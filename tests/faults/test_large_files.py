"""A file that is handed over to the larger worker, whatever befalls either of them at whichever call: the
lake is that of a quiet run.

The quiet run is that of a function which is large enough for every file: a file becomes there what it becomes
here.
"""

from __future__ import annotations

import random
from contextlib import suppress
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import pytest

from headgate.errors import HeadgateError, ServiceError, ThrottledError
from tests.faults.inputs import GROUPS
from tests.faults.lake import (
    ADVICE,
    AFTER,
    BEFORE,
    HIDDEN_S,
    Call,
    Fault,
    StoppedError,
    Worker,
    difference,
    failing,
    found_wrong,
    redeliver,
)
from tests.faults.large import ATTEMPTS, DIED, FORETOLD, OUTGROWN, LargeLake

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.faults

LARGE = [
    "csv",
    "parquet",
    "gzip",
    "copies",
    "correction",
    "refused",
    "to map",
    "unknown",
    "found by its header",
    "run",
]
HAPPENS = {"killed": Worker.stop, "failed": failing(ServiceError), "throttled": failing(ThrottledError)}
FUNCTION, JOB = "function", "job"


@cache
def _reached(group: str, place: int, sees: str) -> LargeLake:
    lake = LargeLake(group, sees=sees)
    for ref in lake.refs[:place]:
        with suppress(HeadgateError):
            lake.receive(ref)
            lake.wait(0)
    return lake


def lake_at(group: str, place: int, sees: str = FORETOLD) -> LargeLake:
    """A lake of its own to which the group's files before that place came.

    They are processed once for all tests.
    """
    return _reached(group, place, sees).copy()


@cache
def quiet_calls(group: str, place: int, sees: str, who: str) -> tuple[Call, ...]:
    """Every call that the function, or the job, makes for the group's file of that place when nothing goes
    wrong.
    """
    lake, worker = lake_at(group, place, sees), Worker()
    lake.jobs.clear()
    with suppress(HeadgateError):
        lake.receive(lake.refs[place], worker)
    lake.wait(0)
    return tuple(worker.calls if who == FUNCTION else [call for job in lake.jobs for call in job.calls])


def befallen(lake: LargeLake, place: int, fault: Fault, who: str) -> Worker:
    """Who met with this over the group's file of that place. Those before it had come already."""
    worker = Worker(fault)
    if who == JOB:
        lake.befalls = [worker]
    with suppress(HeadgateError, StoppedError):
        lake.receive(lake.refs[place], worker if who == FUNCTION else None)
    lake.wait(0)
    return worker


@pytest.mark.parametrize("sees", [FORETOLD, OUTGROWN])
@pytest.mark.parametrize("group", LARGE)
def test_every_file_goes_to_the_larger_worker_and_becomes_there_what_it_becomes_here(
    group: str, sees: str
) -> None:
    lake = LargeLake(group, sees=sees)
    lake.deliver(lake.refs)
    assert difference(lake) == []
    data = {ref.key for ref in lake.refs if not ref.key.rpartition("/")[2].startswith("_")}
    assert {ref.key for ref in lake.started.values()} == data


@pytest.mark.parametrize("happen", HAPPENS.values(), ids=HAPPENS)
@pytest.mark.parametrize(("sees", "who"), [(FORETOLD, FUNCTION), (OUTGROWN, FUNCTION), (FORETOLD, JOB)])
@pytest.mark.parametrize("group", LARGE)
def test_who_ends_before_or_after_any_call_of_the_hand_over_loses_and_doubles_nothing(
    group: str, sees: str, who: str, happen: Callable[[Worker], None]
) -> None:
    for place in range(len(GROUPS[group])):
        for call in quiet_calls(group, place, sees, who):
            for when in (BEFORE, AFTER):
                lake = lake_at(group, place, sees)
                worker = befallen(lake, place, Fault(call, when, happen), who)
                assert worker.fault is None, f"{call} was not made"
                assert found_wrong(lake) == [], f"{group}, file {place}, {when} {call}"


@pytest.mark.parametrize("group", ["csv", "copies"])
def test_a_small_file_on_which_a_function_died_is_accepted_by_a_job_once(group: str) -> None:
    handed = 0
    for place in range(len(GROUPS[group])):
        for call in quiet_calls(group, place, DIED, FUNCTION):
            for when in (BEFORE, AFTER):
                lake = lake_at(group, place, DIED)
                befallen(lake, place, Fault(call, when, Worker.stop), FUNCTION)
                redeliver(lake)
                assert difference(lake) == [], f"{group}, file {place}, {when} {call}"
                handed += len(lake.started)
    assert handed


@pytest.mark.parametrize("second", ["another run", "a function that is large enough"])
@pytest.mark.parametrize("group", ["copies", "correction"])
def test_whoever_else_works_at_any_moment_of_a_job_changes_nothing(group: str, second: str) -> None:
    """On the same file and on the others of its group: a copy, a corrected version."""
    places = range(len(LargeLake(group).refs))
    for call in quiet_calls(group, 0, FORETOLD, JOB):
        for when, other in product((BEFORE, AFTER), places):
            lake = lake_at(group, 0)

            def meanwhile(_: Worker, lake: LargeLake = lake, other: int = other) -> None:
                if second == "another run":
                    lake.receive_once(lake.refs[other])
                    lake.wait(0)
                else:
                    lake.receive_here(lake.refs[other])

            worker = befallen(lake, 0, Fault(call, when, meanwhile), JOB)
            assert worker.fault is None, f"{call} was not made"
            assert found_wrong(lake, ADVICE) == [], f"{group}, file {other}, {when} {call}"


def troubled(seed: int) -> LargeLake:
    """A lake to which every file came up to six times, in any order, while functions and jobs met with
    something at any of their calls.
    """
    dice = random.Random(seed)  # noqa: S311 a test's dice
    lake, hidden = LargeLake("all", sees=dice.choice([FORETOLD, OUTGROWN])), []
    order = list(range(len(lake.refs)))
    dice.shuffle(order)
    for place in order:
        faults = [
            Fault(_some_call(dice), dice.choice([BEFORE, AFTER]), dice.choice([*HAPPENS.values()]))
            for _ in range(2)
        ]
        lake.befalls.append(Worker(faults[0]))
        try:
            lake.receive(lake.refs[place], Worker(faults[1]))
        except (HeadgateError, StoppedError):
            hidden.append(lake.refs[place])
    lake.wait(dice.choice([0, HIDDEN_S]))
    lake.deliver([ref for ref in lake.refs for _ in range(dice.randint(1, 6))], dice)
    lake.deliver(
        hidden, dice
    )  # the messages of those that died or failed: SQS shows them again when no lease runs any more
    lake.deliver(sorted(lake.dead & set(lake.refs), key=str))  # as `headgate dlq redrive` does
    return lake


def _some_call(dice: random.Random) -> Call:
    group = dice.choice(["csv", "copies", "run"])
    return dice.choice(quiet_calls(group, 0, FORETOLD, dice.choice([FUNCTION, JOB])) or [Call("none", 1)])


@pytest.mark.parametrize("seed", range(12))
def test_up_to_six_deliveries_in_any_order_of_files_that_are_handed_over_change_nothing(seed: int) -> None:
    assert difference(troubled(seed), ADVICE | {"dead"}) == []


@pytest.mark.parametrize("group", ["csv", "copies"])
def test_a_run_that_fails_for_good_is_dead_until_its_message_is_redriven(group: str) -> None:
    lake = LargeLake(group)
    lake.befalls = [Worker(Fault(Call("take_over", 1), BEFORE, Worker.stop)) for _ in range(ATTEMPTS)]
    lake.deliver(lake.refs[:1])
    assert ([record.state for record in lake.ledger.records()], lake.dead) == (["failed"], {lake.refs[0]})
    lake.dead.clear()
    lake.wait(1)
    lake.deliver(lake.refs)
    assert difference(lake) == []


class StartsNothing(LargeLake):
    """A function that is wrong: it hands a file over and starts no run."""

    def _start(self, worker: Worker, run: str, reported: object) -> None:
        """Nothing."""


def test_the_harness_finds_a_file_without_an_alert() -> None:
    assert found_wrong(StartsNothing("csv"))


def test_a_worker_that_dies_while_it_fetches_a_large_file_leaves_a_record_and_a_job_accepts_the_file() -> (
    None
):
    """The record is there from the first moment.

    When the lease has ended, the file is handed over: the function may be too small.
    """
    lake = lake_at("csv", 0, DIED)
    befallen(lake, 0, Fault(Call("download raw", 1), BEFORE, Worker.stop), FUNCTION)
    assert [(record.key, record.state) for record in lake.ledger.records()] == [
        (lake.refs[0].key, "processing")
    ]
    lake.wait(HIDDEN_S)
    lake.receive_once(lake.refs[0])
    assert [record.state for record in lake.ledger.records()] == ["handed_over"]
    redeliver(lake)
    assert difference(lake) == []
