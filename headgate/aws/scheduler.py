"""Start the pipeline once after a burst of new data, not once per file."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from headgate.aws.errors import translated
from headgate.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_scheduler.type_defs import FlexibleTimeWindowTypeDef, TargetTypeDef

_EXACTLY: FlexibleTimeWindowTypeDef = {"Mode": "OFF"}


@dataclass(frozen=True)
class DebounceSchedule:
    """One-time schedules that start the pipeline after a quiet time, `max_wait` after the first event at the latest.

    Time is cut into windows of `max_wait`; each has its own schedule, named `<prefix>-<window's start>`. An event pushes only
    its own window's schedule, never past the window's end. A single schedule would have to be moved while EventBridge is up to
    a minute late in firing it, and steady traffic would push it away for ever. A schedule that fired deletes itself.

    Attributes:
        prefix: start of the schedules' names; roles are granted `schedule/default/<prefix>-*`.
        role_arn: what EventBridge Scheduler starts the pipeline as.
    """

    client: EventBridgeSchedulerClient
    prefix: str
    role_arn: str
    state_machine_arn: str
    quiet: timedelta = timedelta(minutes=1)
    max_wait: timedelta = timedelta(minutes=10)

    def push(self, now: datetime) -> datetime:
        """When the pipeline will start, unless more data comes: a quiet time from `now`, or at the end of `now`'s window."""
        window = self._window(now)
        fires_at = min(now + self.quiet, window + self.max_wait)
        name = f"{self.prefix}-{window:%Y%m%dT%H%M%S}"
        try:
            self._create(name, fires_at)
        except ConflictError:
            self._update(name, fires_at)
        return fires_at

    def _window(self, now: datetime) -> datetime:
        since = now - datetime.min.replace(tzinfo=now.tzinfo)
        return now - since % self.max_wait

    def _create(self, name: str, fires_at: datetime) -> None:
        with translated(f"create schedule {name}"):
            self.client.create_schedule(
                Name=name,
                ScheduleExpression=_at(fires_at),
                FlexibleTimeWindow=_EXACTLY,
                Target=self._target,
                ActionAfterCompletion="DELETE",
            )

    def _update(self, name: str, fires_at: datetime) -> None:
        try:
            with translated(f"update schedule {name}"):
                self.client.update_schedule(
                    Name=name,
                    ScheduleExpression=_at(fires_at),
                    FlexibleTimeWindow=_EXACTLY,
                    Target=self._target,
                    ActionAfterCompletion="DELETE",
                )
        except NotFoundError:
            self._create(name, fires_at)  # it fired and deleted itself since we met it

    @property
    def _target(self) -> TargetTypeDef:
        return {"Arn": self.state_machine_arn, "RoleArn": self.role_arn, "Input": "{}"}


def _at(moment: datetime) -> str:
    """Scheduler's expression of a moment, rounded up to its whole seconds."""
    whole = datetime.fromtimestamp(math.ceil(moment.replace(tzinfo=UTC).timestamp()), tz=UTC)
    return f"at({whole:%Y-%m-%dT%H:%M:%S})"
