"""Workers that are killed while they replace an original by its masked form, or while they replay a file."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from headgate.intake.files.process_file import FileProcessor
from headgate.lake.ports import ObjectRef
from headgate.lake.states import FileState, Originals
from tests.examples import examples
from tests.unit.api.lakes import PAYMENTS, MemoryLake
from tests.unit.intake.files.test_replace_original import KEY, lake_that, originals_in_raw, rows_of
from tests.unit.intake.files.test_replay_file import (
    AMOUNTS,
    BOUNDS,
    KilledError,
    Killing,
    assert_equal,
    body_of,
    contract,
    fresh,
)

pytestmark = pytest.mark.faults


class Dying:
    """A port whose worker dies before or after the call of that number.

    It counts the calls that both ports get.
    """

    def __init__(self, port: Any, calls: list[str], dies_at: int, *, after: bool) -> None:  # noqa: ANN401 a port of any kind
        self._port, self._calls, self._dies_at, self._after = port, calls, dies_at, after

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 a method of the port
        def call(*arguments: object, **named: object) -> object:
            self._calls.append(name)
            dies = len(self._calls) == self._dies_at
            if dies and not self._after:
                raise KeyboardInterrupt
            answer = getattr(self._port, name)(*arguments, **named)
            if dies:
                raise KeyboardInterrupt
            return answer

        return call


def killed(lake: MemoryLake, ref: ObjectRef, dies_at: int, *, after: bool) -> list[str]:
    """The calls of a worker that was killed at one of them; all of its calls where it made fewer."""
    calls: list[str] = []
    objects, ledger = (Dying(port, calls, dies_at, after=after) for port in (lake.objects, lake.ledger))
    with suppress(KeyboardInterrupt):
        FileProcessor(replace(lake.gate_ports, objects=objects, ledger=ledger), lake.gate_rules).process(ref)
    return calls


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("originals", [Originals.MASK, Originals.DELETE])
def test_a_worker_that_is_killed_at_any_call_leaves_no_original_once_its_message_came_again(
    originals: Originals, *, after: bool
) -> None:
    quiet = lake_that(originals)
    quiet.receive(KEY, PAYMENTS)
    for dies_at in range(1, 99):
        lake = lake_that(originals)
        lake.objects.write(ObjectRef("raw", KEY), PAYMENTS)
        ref = lake.objects.info(ObjectRef("raw", KEY)).ref
        calls = killed(lake, ref, dies_at, after=after)
        lake.moment += timedelta(hours=1)  # the lease ends
        for _ in range(2):
            FileProcessor(*lake.gate).process(ref)
        assert originals_in_raw(lake) == [], calls
        assert rows_of(lake).keys() == rows_of(quiet).keys(), calls
        (record,) = lake.ledger.records()
        assert (record.state, record.original["form"]) == (
            FileState.DONE,
            {"mask": "masked", "delete": "deleted"}[originals],
        ), calls
        if len(calls) < dies_at:
            return
    pytest.fail("the worker never ended")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("dies_at", range(1, 10))
@examples(3)
@given(amounts=AMOUNTS, old=BOUNDS, new=BOUNDS)
def test_a_replay_that_is_killed_anywhere_loses_no_row_and_the_next_one_completes_it(
    amounts: list[int], old: int, new: int, dies_at: int, after: bool
) -> None:
    lake = fresh(contract(old), body_of(*amounts))
    record = next(lake.ledger.records())
    deadly = Killing(lake.objects, dies_at, after)
    deadly_ledger = Killing(lake.ledger, 2 if dies_at == 9 else float("inf"), after)
    ledger = _without_release(deadly_ledger)
    try:
        lake.replaying(contract(new, "2"), deadly, ledger).replay(record.file_id)
    except KilledError:
        everything = {*lake.rows("curated"), *lake.rows("quarantine")}
        assert everything == set(range(1, len(amounts) + 1))
    lake.now += timedelta(seconds=301)
    lake.replaying(contract(new, "2")).replay(record.file_id)
    assert_equal(lake, fresh(contract(new, "2"), body_of(*amounts)))


def _without_release(ledger: Any) -> Any:  # noqa: ANN401 a process that is killed gives nothing back
    ledger.release = lambda _: None
    return ledger
