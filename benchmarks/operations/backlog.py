"""Simulate a day in which files trickle in while each run of the pipeline takes longer than the time between
files.

    make bench-backlog [EVERY_S=120] [RUN_S=900] [HOURS=24] [INTERVAL_S=0]

The rules are those of the function `start_pipeline`; only clock, schedule and runs are simulated.
`unpublished` counts files that no finished run contains. The last line is JSON.
"""

from __future__ import annotations

import heapq
import json
import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from headgate.runs.start_or_postpone import (
    RUNNING,
    SUCCEEDED,
    Burst,
    Due,
    Execution,
    Postpone,
    Start,
    StartRules,
    Trigger,
)

QUIET, MAX_WAIT = timedelta(minutes=1), timedelta(minutes=15)
MIDNIGHT = datetime(2026, 1, 1)


@dataclass
class Day:
    """One simulated day of a lake."""

    run_takes: timedelta
    rules: StartRules
    quiet: timedelta = QUIET
    max_wait: timedelta = MAX_WAIT
    executions: list[Execution] = field(default_factory=list)
    pending: Burst | None = None
    pending_max: int = 0
    running_max: int = 0
    unmerged: int = 0
    published: int = 0
    _carried: int = 0
    _events: list[tuple[datetime, int, str]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)

    def play(self, arrivals: list[datetime], checks: list[datetime] | None = None) -> None:
        """Let files arrive and daily checks happen until nothing is left to do."""
        for at in arrivals:
            self._plan(at, "file")
        for at in checks or []:
            self._plan(at, "check")
        while self._events:
            now, _, what = heapq.heappop(self._events)
            getattr(self, f"_on_{what}")(now)

    @property
    def finished(self) -> int:
        """How many runs succeeded."""
        return sum(execution.status == SUCCEEDED for execution in self.executions)

    def _plan(self, at: datetime, what: str) -> None:
        heapq.heappush(self._events, (at, next(self._order), what))

    def _on_file(self, now: datetime) -> None:
        self.unmerged += 1
        pending = self.pending
        self.pending = (
            pending.pushed(now, self.quiet, self.max_wait) if pending else Burst.begin(now, self.quiet)
        )
        if pending is None:
            self._plan(self.pending.due_at, "due")
        self._measure()

    def _on_due(self, now: datetime) -> None:
        if self.pending is None:
            return
        if self.pending.due_at > now:
            self._plan(self.pending.due_at, "due")
            return
        self.pending = None  # the schedule deletes itself
        self._decide(Due(Trigger.NEW_DATA, now), now)

    def _on_check(self, now: datetime) -> None:
        self._decide(Due(Trigger.DAILY, now), now)

    def _decide(self, due: Due, now: datetime) -> None:
        decision = self.rules.decide(due, self.executions, now)
        if isinstance(decision, Start):
            self.executions.insert(0, Execution(decision.name, "RUNNING", now))
            self._carried, self.unmerged = self.unmerged, 0
            self._plan(now + self.run_takes, "end")
        elif isinstance(decision, Postpone) and self.pending is None:
            self.pending = Burst(now, decision.until)
            self._plan(decision.until, "due")
        self._measure()

    def _on_end(self, now: datetime) -> None:  # noqa: ARG002 every event has a time
        newest = self.executions[0]
        self.executions[0] = Execution(newest.name, SUCCEEDED, newest.started_at)
        self.published += self._carried

    def _measure(self) -> None:
        running = sum(execution.status in RUNNING for execution in self.executions)
        self.running_max = max(self.running_max, running)
        self.pending_max = max(self.pending_max, (self.pending is not None) + max(0, running - 1))


def trickle(every: timedelta, hours: float) -> list[datetime]:
    """Return the arrival times of one file after another."""
    return [MIDNIGHT + step * every for step in range(int(timedelta(hours=hours) / every))]


def main() -> None:
    """Simulate and print."""
    every_s, run_s, hours, interval_s = (
        float(os.environ.get(name) or default)
        for name, default in (("EVERY_S", 120), ("RUN_S", 900), ("HOURS", 24), ("INTERVAL_S", 0))
    )
    day = Day(timedelta(seconds=run_s), StartRules("bench", timedelta(seconds=interval_s), QUIET))
    arrivals = trickle(timedelta(seconds=every_s), hours)
    day.play(arrivals)
    result = {
        "started": len(day.executions),
        "finished": day.finished,
        "pending_max": day.pending_max,
        "running_max": day.running_max,
        "files": len(arrivals),
        "unpublished": len(arrivals) - day.published,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
