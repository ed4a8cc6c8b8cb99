"""A heartbeat says that a worker lives: while it works, not after."""

from __future__ import annotations

from threading import Event

import pytest

from headgate.errors import ServiceError
from headgate.intake.workers.heartbeat import heartbeat

pytestmark = pytest.mark.unit

LONG_S = 3600.0


def test_it_beats_again_and_again_while_the_work_continues_though_a_beat_fails() -> None:
    beats: list[int] = []
    third = Event()

    def beat() -> None:
        beats.append(len(beats))
        if len(beats) >= 3:
            third.set()
        raise ServiceError("the ledger does not answer")

    with heartbeat(beat, 0.004):
        assert third.wait(30)
    counted = len(beats)
    assert counted >= 3
    assert len(beats) == counted


@pytest.mark.parametrize("at_once", [False, True])
def test_short_work_is_done_without_waiting_for_the_first_interval(*, at_once: bool) -> None:
    beaten = Event()
    with heartbeat(beaten.set, LONG_S, at_once=at_once):
        assert beaten.wait(30 if at_once else 0) is at_once


def test_an_error_of_the_work_is_raised() -> None:
    with pytest.raises(ValueError, match="work"), heartbeat(lambda: None, LONG_S):
        raise ValueError("work")
