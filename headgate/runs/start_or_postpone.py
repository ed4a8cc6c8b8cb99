"""Decide when a pipeline run starts: one at a time, one pending at most, and none without new data.

This module decides; `headgate.aws.scheduler` keeps the pending start and `headgate.aws.stepfunctions` starts
the run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

RUNNING = frozenset({"RUNNING", "PENDING_REDRIVE"})
SUCCEEDED = "SUCCEEDED"
SINCE = "Pending start of curated_to_prod. First new data at "


class Trigger(StrEnum):
    """The reason why a run is due."""

    NEW_DATA = "new_data"
    DAILY = "daily"


class StartedBy(StrEnum):
    """The person or event that started a run, recorded in its name."""

    SCHEDULE = "schedule"
    NEW_DATA = "new_data"
    PERSON = "person"
    UNKNOWN = "unknown"  # the name, from an older deployment, does not record it

    @classmethod
    def of(cls, run: str) -> StartedBy:
        """Return what started the run with this name."""
        if recorded := _DUE_RUN.match(run):
            return cls(recorded[1].replace("-", "_")) if recorded[1] else cls.UNKNOWN
        return cls.PERSON


_STARTED_BY = {Trigger.NEW_DATA: StartedBy.NEW_DATA, Trigger.DAILY: StartedBy.SCHEDULE}
_DUE_RUN = re.compile(r"[0-9]{8}T[0-9]{6}Z-(?:(schedule|new-data)-)?")


@dataclass(frozen=True)
class Due:
    """A due run. Its name contains `at` (naive UTC), so that a repeated message starts only one run."""

    trigger: Trigger
    at: datetime

    def message(self) -> str:
        """Return the message that `parse_due` reads."""
        return json.dumps({"due": self.trigger, "at": self.at.isoformat()})


def parse_due(body: str, received_at: datetime) -> Due | None:
    """Return the due run, or None for another message; an empty `at` means `received_at`.

    Raises:
        ValueError: the trigger or the time cannot be read.
    """
    try:
        message = json.loads(body)
    except json.JSONDecodeError:
        return None
    if not isinstance(message, dict) or "due" not in message:
        return None
    at = datetime.fromisoformat(str(message["at"])).replace(tzinfo=None) if message.get("at") else received_at
    return Due(Trigger(message["due"]), at)


@dataclass(frozen=True)
class Execution:
    """A run of the pipeline as the service lists it.

    Times are naive UTC; `ended_at` is None while it runs.
    """

    name: str
    status: str
    started_at: datetime
    ended_at: datetime | None = None

    @property
    def seconds(self) -> float | None:
        """Return the duration of a run that has ended."""
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else None

    @property
    def started_by(self) -> StartedBy:
        """Return what started the run."""
        return StartedBy.of(self.name)


@dataclass(frozen=True)
class Start:
    """Start a run with this name now."""

    name: str


@dataclass(frozen=True)
class Postpone:
    """Leave the start pending until this time."""

    until: datetime


@dataclass(frozen=True)
class Skip:
    """Start nothing."""

    reason: str


Decision = Start | Postpone | Skip


@dataclass(frozen=True)
class StartRules:
    """The limits on how often a run starts.

    Attributes:
        deployment: short id of the deployed code and settings; the tables are built again at most a day after
            a new deployment.
        min_interval: minimum time between two starts.
        most_share: maximum share of the time that runs may take, 0..1. A long run delays the next one, so
            that costs do not grow with the lake.
        longest_wait: maximum time between two starts that `most_share` may cause, so that tables stay fresh.
        recheck: pause before the next decision if a run is active.
    """

    deployment: str
    min_interval: timedelta
    recheck: timedelta
    most_share: float = 1
    longest_wait: timedelta = timedelta.max

    def decide(self, due: Due, executions: Sequence[Execution], now: datetime) -> Decision:
        """Decide on a due run, given the newest executions, newest first."""
        name = self.run_name(due)
        if any(execution.name == name for execution in executions):
            return Skip("this run was started before")
        under_way = any(execution.status in RUNNING for execution in executions)
        if due.trigger is Trigger.DAILY and (under_way or self._is_current(executions)):
            return Skip("a run is under way" if under_way else "nothing is new")
        if under_way:
            return Postpone(now + self.recheck)
        earliest = max((self._earliest_after(execution) for execution in executions), default=now)
        return Postpone(earliest) if now < earliest else Start(name)

    def _earliest_after(self, execution: Execution) -> datetime:
        took = timedelta(seconds=execution.seconds or 0)
        return execution.started_at + max(self.min_interval, min(took / self.most_share, self.longest_wait))

    def run_name(self, due: Due) -> str:
        """Return the run's name: the time when it was due, what started it, and the deployment."""
        return f"{due.at:%Y%m%dT%H%M%S}Z-{_STARTED_BY[due.trigger].replace('_', '-')}-{self.deployment}"

    def _is_current(self, executions: Sequence[Execution]) -> bool:
        """Return whether the newest run succeeded with this deployment, or no run exists.

        New data has its own pending start.
        """
        if not executions:
            return True
        newest = max(executions, key=lambda execution: execution.started_at)
        return newest.status == SUCCEEDED and newest.name.endswith(f"-{self.deployment}")


@dataclass(frozen=True)
class Burst:
    """New data that arrive close together, and the time when their run is due; naive UTC."""

    first_event_at: datetime
    due_at: datetime

    @classmethod
    def begin(cls, now: datetime, quiet: timedelta) -> Burst:
        """Begin a burst with an event now."""
        return cls(now, now + quiet)

    @classmethod
    def parse(cls, description: str, expression: str) -> Burst:
        """Parse the burst from a schedule's description and expression."""
        first_event_at = datetime.fromisoformat(description.removeprefix(SINCE))
        return cls(first_event_at, datetime.fromisoformat(expression.removeprefix("at(").removesuffix(")")))

    def pushed(self, now: datetime, quiet: timedelta, max_wait: timedelta) -> Burst:
        """Return the burst after another event: due later, but at most `max_wait` after the first event."""
        return replace(self, due_at=max(self.due_at, min(now + quiet, self.first_event_at + max_wait)))

    @property
    def description(self) -> str:
        """The schedule's description, with the time of the first event."""
        return f"{SINCE}{self.first_event_at.isoformat()}"

    @property
    def expression(self) -> str:
        """The schedule's expression, rounded up to seconds."""
        whole = self.due_at.replace(microsecond=0)
        return f"at({(whole if whole == self.due_at else whole + timedelta(seconds=1)).isoformat()})"
