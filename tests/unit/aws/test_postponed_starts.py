"""A due run that is postponed starts later, however late EventBridge deletes a schedule that has fired."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.aws.scheduler import PendingStart
from headgate.errors import ServiceError, ThrottledError
from headgate.runs.start_or_postpone import Execution, Postpone, Start, StartRules, parse_due
from tests.unit.aws.lagging_scheduler import LaggingScheduler

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient

pytestmark = pytest.mark.unit

NOON = datetime(2026, 5, 1, 12, 0)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
REDELIVERED_AFTER = timedelta(
    seconds=180
)  # the visibility timeout of the queue `curated_changes` (terraform/ingestion.tf)
MAX_RECEIVES = 10  # of the same queue, before a message goes to the dead letters
NEW_FILE = "a new file"


def pending_start(scheduler: LaggingScheduler) -> PendingStart:
    return PendingStart(
        cast("EventBridgeSchedulerClient", scheduler), "quiet", "role", "queue", MINUTE, 15 * MINUTE
    )


@dataclass
class Queue:
    """A lake's queue of starts with the scheduler that sends to it: each message is handled as
    `start_pipeline` does, on one clock.
    """

    scheduler: LaggingScheduler
    rules: StartRules
    run_takes: timedelta
    executions: list[Execution] = field(default_factory=list)
    running_most: int = 0
    received_most: int = 0
    _messages: list[tuple[datetime, int, str, int]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)

    def send(self, body: str, at: datetime, received: int = 0) -> None:
        """Make a message visible at a time; `received` is how often it was received before."""
        heapq.heappush(self._messages, (at, next(self._order), body, received))

    def play(self, until: datetime) -> None:
        """Deliver messages and let the schedule fire, second by second."""
        now = NOON
        while now < until:
            if message := self.scheduler.advance(now):
                self.send(message, now)
            self._end_runs(now)
            while self._messages and self._messages[0][0] <= now:
                _, _, body, received = heapq.heappop(self._messages)
                self._deliver(body, now, received + 1)
            now = self._next(now)

    def _next(self, now: datetime) -> datetime:
        """Return the next second, or a later one before which nothing happens."""
        times = [at for at, *_ in self._messages[:1]]
        times += [self.scheduler.fires_at] if self.scheduler.is_pending else []
        times += [self.scheduler.fired_at + self.scheduler.deletes_late] if self.scheduler.fired_at else []
        times += [run.started_at + self.run_takes for run in self.executions[:1] if run.status == "RUNNING"]
        return max(now + SECOND, min(times, default=now + HOUR))

    def _deliver(self, body: str, now: datetime, received: int) -> None:
        self.received_most = max(self.received_most, received)
        try:
            if body == NEW_FILE:
                pending_start(self.scheduler).push(now)
            else:
                self._decide(body, now)
        except ServiceError:
            self.send(body, now + REDELIVERED_AFTER, received)

    def _decide(self, body: str, now: datetime) -> None:
        due = parse_due(body, now)
        assert due
        decision = self.rules.decide(due, self.executions, now)
        if isinstance(decision, Start):
            self.executions.insert(0, Execution(decision.name, "RUNNING", now))
            self.running_most = max(
                self.running_most, sum(run.status == "RUNNING" for run in self.executions)
            )
        elif isinstance(decision, Postpone):
            pending_start(self.scheduler).postpone(now, decision.until)

    def _end_runs(self, now: datetime) -> None:
        for position, run in enumerate(self.executions):
            if run.status == "RUNNING" and run.started_at + self.run_takes <= now:
                self.executions[position] = Execution(run.name, "SUCCEEDED", run.started_at, now)


@given(
    deletes_late_s=st.integers(0, 60),
    fires_late_s=st.integers(0, 60),
    gaps_s=st.lists(st.integers(0, 4000), min_size=1, max_size=25),
    run_s=st.integers(30, 5000),
    interval_s=st.sampled_from([0, 600, 3600]),
)
def test_no_start_is_lost_however_late_a_fired_schedule_is_deleted(
    deletes_late_s: int, fires_late_s: int, gaps_s: list[int], run_s: int, interval_s: int
) -> None:
    """Every file is followed by the start of a run, at most one run works, and the queue is empty
    at the end.
    """
    scheduler = LaggingScheduler(NOON, fires_late_s * SECOND, deletes_late_s * SECOND)
    queue = Queue(scheduler, StartRules("any", interval_s * SECOND, MINUTE), run_s * SECOND)
    arrivals = [NOON + sum(gaps_s[:end]) * SECOND for end in range(1, len(gaps_s) + 1)]
    for at in arrivals:
        queue.send(NEW_FILE, at)
    queue.play(arrivals[-1] + 2 * run_s * SECOND + 6 * HOUR)
    assert queue.executions
    assert queue.executions[0].started_at >= arrivals[-1]
    assert queue.running_most == 1
    assert not queue.scheduler.schedule
    assert queue.received_most <= MAX_RECEIVES


@pytest.mark.behaviour("schedules-are-deleted-late")
@pytest.mark.parametrize("lag_s", [0, 1, 30, 60])
def test_a_start_that_is_postponed_while_a_run_works_follows_that_run(lag_s: int) -> None:
    """The due message arrives while the schedule that sent it is still listed: the start is scheduled again
    all the same.
    """
    queue = Queue(
        LaggingScheduler(NOON, deletes_late=lag_s * SECOND),
        StartRules("any", timedelta(0), MINUTE),
        10 * MINUTE,
    )
    queue.send(NEW_FILE, NOON)
    queue.send(NEW_FILE, NOON + 3 * MINUTE)
    queue.play(NOON + HOUR)
    assert [run.status for run in queue.executions] == ["SUCCEEDED", "SUCCEEDED"]
    assert queue.executions[0].started_at <= NOON + 20 * MINUTE


def test_a_schedule_that_has_fired_is_neither_pending_nor_moved() -> None:
    """AWS deletes it whatever its new time is, so the message comes again after the deletion."""
    scheduler = LaggingScheduler(NOON, deletes_late=30 * SECOND)
    start = pending_start(scheduler)
    start.push(NOON)
    assert scheduler.advance(NOON + MINUTE)
    with pytest.raises(ThrottledError):
        start.postpone(NOON + MINUTE, NOON + HOUR)
    scheduler.advance(NOON + 2 * MINUTE)
    start.postpone(NOON + 2 * MINUTE, NOON + HOUR)
    assert scheduler.fires_at == NOON + HOUR


def test_a_start_that_is_scheduled_already_is_not_moved_by_a_postponed_one() -> None:
    scheduler = LaggingScheduler(NOON)
    start = pending_start(scheduler)
    start.push(NOON)
    start.postpone(NOON + SECOND, NOON + HOUR)
    assert scheduler.fires_at == NOON + MINUTE
