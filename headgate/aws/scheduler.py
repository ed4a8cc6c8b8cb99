"""Start the pipeline once after a burst of new data, not once per file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from headgate.aws.errors import translated
from headgate.errors import ConflictError, NotFoundError, ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_scheduler.type_defs import FlexibleTimeWindowTypeDef, TargetTypeDef

_EXACTLY: FlexibleTimeWindowTypeDef = {"Mode": "OFF"}
SINCE = "Starts curated_to_prod after a quiet time. First new data at "
_TOO_LATE = timedelta(milliseconds=500)  # an update takes a while to arrive


@dataclass(frozen=True)
class _Burst:
    """Events that belong together, and when the pipeline starts for them; naive UTC."""

    first_event_at: datetime
    starts_at: datetime

    @classmethod
    def parse(cls, description: str, expression: str) -> _Burst:
        first_event_at = datetime.fromisoformat(description.removeprefix(SINCE))
        return cls(first_event_at, datetime.fromisoformat(expression.removeprefix("at(").removesuffix(")")))

    def pushed(self, now: datetime, quiet: timedelta, max_wait: timedelta) -> _Burst:
        """The burst with an event more: later, never earlier, and never beyond `max_wait` after its first event."""
        return replace(self, starts_at=max(self.starts_at, min(now + quiet, self.first_event_at + max_wait)))

    @property
    def description(self) -> str:
        return f"{SINCE}{self.first_event_at.isoformat()}"

    @property
    def expression(self) -> str:
        """Scheduler's own form, which knows whole seconds; rounded up."""
        whole = self.starts_at.replace(microsecond=0)
        return f"at({(whole if whole == self.starts_at else whole + timedelta(seconds=1)).isoformat()})"


@dataclass(frozen=True)
class DebounceSchedule:
    """A one-time schedule that is pushed back by each event, and that deletes itself once it has fired.

    It says in its description when the first event of the burst was, which caps how far it may be pushed.

    Attributes:
        role_arn: what EventBridge Scheduler starts the pipeline as.
        max_wait: the longest time from a burst's first event to the start.
    """

    client: EventBridgeSchedulerClient
    name: str
    role_arn: str
    state_machine_arn: str
    quiet: timedelta = timedelta(minutes=1)
    max_wait: timedelta = timedelta(minutes=15)

    def push(self, now: datetime) -> datetime:
        """When the pipeline will start, unless more data comes.

        Args:
            now: naive UTC.

        Raises:
            ThrottledError: the schedule is due and fires about now, too early for this event; push again in a minute. Moving it
                would be wrong: EventBridge may be a minute late, and steady traffic would push it away for ever.
        """
        try:
            return self._create(_Burst(first_event_at=now, starts_at=now + self.quiet))
        except ConflictError:
            return self._push_back(now)

    def _push_back(self, now: datetime) -> datetime:
        try:
            with translated(f"look up schedule {self.name}"):
                told = self.client.get_schedule(Name=self.name)
        except NotFoundError:
            return self.push(now)  # it fired and deleted itself since we met it
        burst = _Burst.parse(told["Description"], told["ScheduleExpression"])
        if burst.starts_at - now < _TOO_LATE:
            raise ThrottledError(f"schedule {self.name} is due")
        return self._update(burst.pushed(now, self.quiet, self.max_wait))

    def _create(self, burst: _Burst) -> datetime:
        with translated(f"create schedule {self.name}"):
            self.client.create_schedule(
                Name=self.name,
                Description=burst.description,
                ScheduleExpression=burst.expression,
                FlexibleTimeWindow=_EXACTLY,
                Target=self._target,
                ActionAfterCompletion="DELETE",
            )
        return burst.starts_at

    def _update(self, burst: _Burst) -> datetime:
        with translated(f"push schedule {self.name}"):
            self.client.update_schedule(
                Name=self.name,
                Description=burst.description,
                ScheduleExpression=burst.expression,
                FlexibleTimeWindow=_EXACTLY,
                Target=self._target,
                ActionAfterCompletion="DELETE",
            )
        return burst.starts_at

    @property
    def _target(self) -> TargetTypeDef:
        return {"Arn": self.state_machine_arn, "RoleArn": self.role_arn, "Input": "{}"}
