"""The pending start of the pipeline: a one-time schedule, so that at most one start is pending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from headgate.aws.sdk_errors import translated
from headgate.errors import ConflictError, NotFoundError, ThrottledError
from headgate.runs.start_or_postpone import Burst, Due, Trigger

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_scheduler.type_defs import FlexibleTimeWindowTypeDef, TargetTypeDef

_EXACTLY: FlexibleTimeWindowTypeDef = {"Mode": "OFF"}
_TOO_LATE = timedelta(milliseconds=500)  # an update takes a while to arrive


@dataclass(frozen=True)
class PendingStart:
    """A one-time schedule which sends a message to the queue when a run is due, and then deletes itself.

    Each event pushes it back. Its description holds the time of the first event, which limits how far it may
    be pushed.

    Attributes:
        role_arn: the role with which EventBridge Scheduler sends the message.
        queue_arn: the queue of the function that decides whether the run starts.
        max_wait: the longest time from the first event to the moment when the run is due.
    """

    client: EventBridgeSchedulerClient
    name: str
    role_arn: str
    queue_arn: str
    quiet: timedelta = timedelta(minutes=1)
    max_wait: timedelta = timedelta(minutes=15)

    def push(self, now: datetime) -> datetime:
        """Return when a run will be due, unless more data arrive.

        Args:
            now: naive UTC.

        Raises:
            ThrottledError: the schedule fires about now, too early for this event; push again in a minute.
                Moving it would be wrong: EventBridge may be a minute late, and steady traffic would postpone
                it indefinitely.
        """
        try:
            return self._create(Burst.begin(now, self.quiet))
        except ConflictError:
            return self._push_back(now)

    def postpone(self, now: datetime, until: datetime) -> None:
        """Schedule a start at `until` unless one is scheduled.

        Raises:
            ThrottledError: the schedule has fired, and EventBridge deletes it later; postpone again in a
                minute. A schedule that has fired starts nothing, and one that is moved before its deletion
                would be deleted with the new time.
        """
        try:
            self._create(Burst(now, until))
        except ConflictError:
            if self._pending(now) is None:
                self.postpone(now, until)

    def _push_back(self, now: datetime) -> datetime:
        burst = self._pending(now)
        return self._update(burst.pushed(now, self.quiet, self.max_wait)) if burst else self.push(now)

    def _pending(self, now: datetime) -> Burst | None:
        """Return the scheduled start, or None if it was deleted meanwhile.

        ThrottledError if it fires about now or has fired.
        """
        try:
            with translated(f"look up schedule {self.name}"):
                schedule = self.client.get_schedule(Name=self.name)
        except NotFoundError:
            return None
        burst = Burst.parse(schedule["Description"], schedule["ScheduleExpression"])
        if burst.due_at - now < _TOO_LATE:
            raise ThrottledError(f"schedule {self.name} is due")
        return burst

    def _create(self, burst: Burst) -> datetime:
        with translated(f"create schedule {self.name}"):
            self.client.create_schedule(
                Name=self.name,
                Description=burst.description,
                ScheduleExpression=burst.expression,
                FlexibleTimeWindow=_EXACTLY,
                Target=self._target(burst),
                ActionAfterCompletion="DELETE",
            )
        return burst.due_at

    def _update(self, burst: Burst) -> datetime:
        with translated(f"push schedule {self.name}"):
            self.client.update_schedule(
                Name=self.name,
                Description=burst.description,
                ScheduleExpression=burst.expression,
                FlexibleTimeWindow=_EXACTLY,
                Target=self._target(burst),
                ActionAfterCompletion="DELETE",
            )
        return burst.due_at

    def _target(self, burst: Burst) -> TargetTypeDef:
        return {
            "Arn": self.queue_arn,
            "RoleArn": self.role_arn,
            "Input": Due(Trigger.NEW_DATA, burst.due_at).message(),
        }
