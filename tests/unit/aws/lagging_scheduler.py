"""EventBridge Scheduler as AWS describes it: a schedule that has fired is deleted only some time later, and
fires up to a minute late.

Source: EventBridge Scheduler user guide, "Automatic deletion after schedule completion": deletion happens
shortly after the last target invocation, and until then the name is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError


@dataclass
class LaggingScheduler:
    """The calls of a boto3 client that `PendingStart` makes, for one schedule on a simulated clock.

    Attributes:
        fires_late: from the time of the schedule until its message is sent.
        deletes_late: from its message until the schedule's name is free again. A schedule that is updated in
            between is deleted all the same: AWS does not say that the update keeps it.
    """

    now: datetime
    fires_late: timedelta = timedelta(0)
    deletes_late: timedelta = timedelta(0)
    schedule: dict[str, Any] = field(default_factory=dict)
    fired_at: datetime | None = None

    def create_schedule(self, Name: str, **stated: Any) -> None:  # noqa: ANN401, N803 boto3's own
        """Create the schedule, or raise ConflictException while its name is taken."""
        if self.schedule:
            raise _error("ConflictException", "CreateSchedule")
        self.schedule, self.fired_at = {"Name": Name, **stated}, None

    def get_schedule(self, Name: str) -> dict[str, Any]:  # noqa: ARG002, N803 boto3's own
        """Return the schedule until it is deleted, fired or not."""
        if not self.schedule:
            raise _error("ResourceNotFoundException", "GetSchedule")
        return self.schedule

    def update_schedule(self, Name: str, **stated: Any) -> None:  # noqa: ANN401, N803 boto3's own
        """Replace the schedule. After it has fired this changes nothing: it is deleted at the same time."""
        if not self.schedule:
            raise _error("ResourceNotFoundException", "UpdateSchedule")
        self.schedule = {"Name": Name, **stated}

    @property
    def is_pending(self) -> bool:
        """Whether a start is scheduled and has not fired."""
        return bool(self.schedule) and self.fired_at is None

    @property
    def fires_at(self) -> datetime:
        """Return when the pending schedule sends its message."""
        return datetime.fromisoformat(self.schedule["ScheduleExpression"][3:-1]) + self.fires_late

    def advance(self, to: datetime) -> str | None:
        """Move the clock, and return the message that the schedule sends meanwhile, if it fires."""
        self.now = to
        message = None
        if self.is_pending and self.fires_at <= to:
            self.fired_at, message = self.fires_at, str(self.schedule["Target"]["Input"])
        if self.fired_at and self.fired_at + self.deletes_late <= to:
            self.schedule, self.fired_at = {}, None
        return message


def _error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "of a simulated scheduler"}}, operation)
