"""The pending start of the pipeline, as a one-time schedule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from headgate.aws.sdk_errors import translated
from headgate.errors import ConflictError, NotFoundError, ThrottledError
from headgate.runs.start_or_postpone import Burst, Due, Trigger

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_scheduler.type_defs import CreateScheduleInputTypeDef

_TOO_LATE = timedelta(milliseconds=500)  # for the duration of an update


@dataclass(frozen=True)
class PendingStart:
    """A one-time schedule that sends a message to the queue when a run is due, and then deletes itself.

    Each event postpones it. Its description has the time of the first event, which limits the postponement.

    Attributes:
        role_arn: the role with which EventBridge Scheduler sends the message.
        queue_arn: the queue of the function that decides whether the run starts.
        max_wait: the maximum time from the first event until the run is due.
    """

    client: EventBridgeSchedulerClient
    name: str
    role_arn: str
    queue_arn: str
    quiet: timedelta = timedelta(minutes=1)
    max_wait: timedelta = timedelta(minutes=15)

    def push(self, now: datetime) -> datetime:
        """Postpone the run, and return when it is due if no more data arrive.

        Raises:
            ThrottledError: the schedule fires about now, without this event; push again in a minute.
                EventBridge may be a minute late, and moving the schedule could postpone it indefinitely.
        """
        try:
            return self._create(Burst.begin(now, self.quiet))
        except ConflictError:
            return self._push_back(now)

    def postpone(self, now: datetime, until: datetime) -> None:
        """Schedule a start at `until` unless one is scheduled.

        Raises:
            ThrottledError: the schedule has fired but is not deleted yet; postpone again in a minute. If it
                were moved, EventBridge would delete it with the new time.
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
        """Return the scheduled start; None if it was deleted."""
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
            self.client.create_schedule(**self._schedule(burst))
        return burst.due_at

    def _update(self, burst: Burst) -> datetime:
        with translated(f"push schedule {self.name}"):
            self.client.update_schedule(**self._schedule(burst))
        return burst.due_at

    def _schedule(self, burst: Burst) -> CreateScheduleInputTypeDef:
        return {
            "Name": self.name,
            "Description": burst.description,
            "ScheduleExpression": burst.expression,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {
                "Arn": self.queue_arn,
                "RoleArn": self.role_arn,
                "Input": Due(Trigger.NEW_DATA, burst.due_at).message(),
            },
            "ActionAfterCompletion": "DELETE",
        }
