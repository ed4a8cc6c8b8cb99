"""Runs of a state machine: of `curated_to_prod`, or of an export."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from headgate.aws.sdk_errors import translated
from headgate.errors import ConflictError, ServiceError
from headgate.runs.start_or_postpone import Execution

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_stepfunctions import SFNClient
    from mypy_boto3_stepfunctions.type_defs import HistoryEventTypeDef

# A run of seconds is seen each second, one of an hour every five: each look reads the whole history.
MIN_POLL_S, MAX_POLL_S, _POLL_SHARE = 1.0, 5.0, 0.05
RUNNING = "RUNNING"


@dataclass(frozen=True)
class PipelineRun:
    """The current status of a run.

    Attributes:
        status: RUNNING, PENDING_REDRIVE, SUCCEEDED, FAILED, TIMED_OUT or ABORTED.
        entered, left: the names of states that were entered and left, in order, with repetitions after
            retries.
        error, cause: of a failed run; otherwise empty.
        output: of a succeeded run; otherwise empty.
        entered_at: when each state was first entered, naive UTC.
        started_at: naive UTC; None if unknown.
        ended_at: naive UTC; None while the run is running.
        only: the one system to build; empty for all.
        actor: the person or program that started the run; empty for a schedule.
    """

    arn: str
    status: str
    entered: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    error: str = ""
    cause: str = ""
    output: Mapping[str, object] = field(default_factory=dict)
    entered_at: Mapping[str, datetime] = field(default_factory=dict)
    started_at: datetime | None = None
    ended_at: datetime | None = None
    only: str = ""
    actor: str = ""

    @property
    def name(self) -> str:
        """The name of the run, under which its jobs record their stages."""
        return self.arn.rpartition(":")[2]

    @property
    def finished(self) -> bool:
        """Whether the run has ended."""
        return self.status != RUNNING

    @property
    def seconds(self) -> float | None:
        """Return the duration of an ended run."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()

    @property
    def left_to(self) -> str:
        """The name of the pending run that does this run's work; empty if this run did it."""
        return str(self.output.get("left_to", "")).rpartition(":")[2]

    @property
    def under_way(self) -> tuple[str, ...]:
        """The states that were entered more often than left, in order of their first entry."""
        first_entries = tuple(dict.fromkeys(self.entered))
        return tuple(name for name in first_entries if self.entered.count(name) > self.left.count(name))


@dataclass(frozen=True)
class Pipeline:
    """The runs of a state machine. A name starts only one run."""

    client: SFNClient
    state_machine_arn: str
    sleep: Callable[[float], None] = time.sleep
    monotonic_s: Callable[[], float] = time.monotonic

    def start(self, name: str, payload: Mapping[str, object] | None = None) -> str:
        """Return the ARN of the run of this name, started now or before.

        Args:
            payload: the machine's input: nothing, or `{"as_of": "YYYY-MM-DD"}`, `{"only": "<system>"}`,
                `{"full": "true"}`; for an export the fields in terraform/export.tf.
        """
        try:
            with translated(f"start {self.state_machine_arn}"):
                started = self.client.start_execution(
                    stateMachineArn=self.state_machine_arn, name=name, input=json.dumps(dict(payload or {}))
                )
        except ConflictError:
            return self.arn_of(name)
        return started["executionArn"]

    def newest(self, limit: int = 100) -> list[Execution]:
        with translated(f"list runs of {self.state_machine_arn}"):
            executions = self.client.list_executions(
                stateMachineArn=self.state_machine_arn, maxResults=limit
            )["executions"]
        return [
            Execution(
                execution["name"],
                execution["status"],
                _naive(execution["startDate"]),
                _naive(execution["stopDate"]) if "stopDate" in execution else None,
            )
            for execution in executions
        ]

    def arn_of(self, name: str) -> str:
        return f"{self.state_machine_arn.replace(':stateMachine:', ':execution:')}:{name}"

    def describe(self, arn: str) -> PipelineRun:
        with translated(f"look up {arn}"):
            execution = self.client.describe_execution(executionArn=arn)
            events = self._history(arn)
        asked = _document(execution.get("input", ""))
        return PipelineRun(
            arn,
            execution["status"],
            entered=tuple(
                event["stateEnteredEventDetails"]["name"]
                for event in events
                if "stateEnteredEventDetails" in event
            ),
            left=tuple(
                event["stateExitedEventDetails"]["name"]
                for event in events
                if "stateExitedEventDetails" in event
            ),
            error=execution.get("error", ""),
            cause=execution.get("cause", ""),
            output=_document(execution.get("output", "")),
            entered_at={
                event["stateEnteredEventDetails"]["name"]: _naive(event["timestamp"])
                for event in reversed(events)
                if "stateEnteredEventDetails" in event
            },
            started_at=_naive(execution["startDate"]) if "startDate" in execution else None,
            ended_at=_naive(execution["stopDate"]) if "stopDate" in execution else None,
            only=str(asked.get("only", "")),
            actor=str(asked.get("actor", "")),
        )

    def wait(self, arn: str, progress: Callable[[PipelineRun], None], *, timeout_s: float) -> PipelineRun:
        """Wait for the end of a run, and return it; `progress` is called at every poll.

        Raises:
            ServiceError: the run is still running after `timeout_s`.
        """
        begun_s = self.monotonic_s()
        while True:
            run = self.describe(arn)
            progress(run)
            if run.finished:
                return run
            waited_s = self.monotonic_s() - begun_s
            if waited_s > timeout_s:
                raise ServiceError(
                    f"{arn} still runs after {timeout_s:g} s, in {', '.join(run.under_way) or 'no state'}"
                )
            self.sleep(min(MAX_POLL_S, max(MIN_POLL_S, _POLL_SHARE * waited_s)))

    def _history(self, arn: str) -> list[HistoryEventTypeDef]:
        pages = self.client.get_paginator("get_execution_history").paginate(
            executionArn=arn, includeExecutionData=False, PaginationConfig={"PageSize": 1000}
        )
        return [event for page in pages for event in page["events"]]


def _naive(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _document(text: str) -> Mapping[str, object]:
    document = json.loads(text) if text else {}
    return document if isinstance(document, dict) else {"output": document}
