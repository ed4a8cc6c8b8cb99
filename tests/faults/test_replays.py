"""Files that go through the gate again, under a new masking key: stopped anywhere, the lake is in the end
that of a quiet replay.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

import pytest

from headgate.errors import HeadgateError, ServiceError, ThrottledError
from tests.faults.inputs import CARD
from tests.faults.lake import AFTER, BEFORE, LEASE_S, Fault, Lake, StoppedError, Worker, failing

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.lake import Call

pytestmark = pytest.mark.faults

GROUPS = ["copies", "correction", "gzip", "to map", "refused"]


def settled(group: str) -> Lake:
    """A lake to which all files came."""
    return _delivered(group).copy()


@cache
def _delivered(group: str) -> Lake:
    lake = Lake(group)
    lake.deliver(lake.refs)
    return lake


def replayed(lake: Lake) -> list[tuple[str, Call]]:
    """Every call of every file's quiet replay."""
    made: list[tuple[str, Call]] = []
    for file_id in sorted(record.file_id for record in lake.ledger.records()):
        worker = Worker()
        with suppress(HeadgateError):
            lake.replay(file_id, worker)
        made += [(file_id, call) for call in worker.calls]
    return made


@pytest.mark.parametrize(
    "happen",
    [Worker.stop, failing(ServiceError), failing(ThrottledError)],
    ids=["killed", "failed", "throttled"],
)
@pytest.mark.parametrize("group", GROUPS)
def test_a_replay_that_ends_before_or_after_any_call_loses_and_doubles_nothing(
    group: str, happen: Callable[[Worker], None]
) -> None:
    calm = settled(group)
    for file_id, call in replayed(calm):
        for when in (BEFORE, AFTER):
            lake, worker = settled(group), Worker(Fault(call, when, happen))
            with suppress(HeadgateError, StoppedError):
                lake.replay(file_id, worker)
            assert worker.fault is None, f"{call} was not made"
            lake.wait(LEASE_S)
            replayed(lake)
            expected, found = calm.outcome(), lake.outcome()
            assert [name for name in expected if expected[name] != found[name]] == [], (
                f"{group}, {when} {call}"
            )


def test_a_replay_under_another_key_makes_other_tokens_of_every_card() -> None:
    lake = settled("copies")
    before = lake.outcome()
    replayed(lake)
    after = lake.outcome()
    assert before["curated"] != after["curated"]
    assert CARD.encode() not in b"".join(lake.contents("curated").values())
