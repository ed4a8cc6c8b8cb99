"""Derive the stages of a run of curated_to_prod from the states of its state machine. Pure."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from headgate.runs.stage_records import StageRecord, StageWork

# State in which a third run ends, because the pending second run does the same work.
LEFT_TO_PENDING_RUN = "Left to the pending run"
# One job builds several systems; each other system has its own job afterwards.
TOGETHER = "Start build_systems"
# One job does a complete run of a small lake.
IN_ONE_JOB = "Start run_in_one_job"
SHARED_JOBS = frozenset({TOGETHER, IN_ONE_JOB})
_OF_SYSTEMS = ("Start build_", "Published ", "Report ")
QUEUE, MERGE, GATE = "queue", "merge", "quality gate"
_JOBS = {"merge_curated": MERGE, "quality_gate": GATE}
_JOB_OF = {stage: job for job, stage in _JOBS.items()}
_NO_RECORDS: Mapping[str, StageRecord] = {}
StageState = Literal["pending", "running", "done", "failed", "left", "unchanged"]


class WatchedRun(Protocol):
    """The facts for deriving stages: the first entry of each state, and how the run ended."""

    @property
    def entered_at(self) -> Mapping[str, datetime]:
        """When each state was first entered."""

    @property
    def finished(self) -> bool:
        """Whether the run has ended."""

    @property
    def ended_at(self) -> datetime | None:
        """When the run ended, naive UTC; None while it runs, or if the time is unknown."""

    @property
    def cause(self) -> str:
        """Why the run failed, a part for each failed job and beginning with its name; else empty."""

    @property
    def only(self) -> str:
        """The only system that the run builds; empty for all."""


@dataclass(frozen=True)
class Stage:
    """A stage of a run: the queue, the merge, the quality gate, or a system.

    Attributes:
        state: pending, running, done, failed, left (not requested, or left to the pending run), or unchanged
            (the system's inputs have not changed).
        seconds: time since it began, or its duration; None before it began.
        began_at: naive UTC; None before it began.
        work: rows and parts that its job recorded; None while it runs or without a record.
    """

    name: str
    state: StageState
    seconds: float | None = None
    began_at: datetime | None = field(default=None, compare=False)
    work: StageWork | None = field(default=None, compare=False)

    def facts(self) -> StageFacts:
        """Return the stage with the names of the CLI's `--json` and the API."""
        work = self.work
        datasets = sorted(work.datasets.items()) if work else []
        return {
            "name": self.name,
            "state": self.state,
            "began_at": self.began_at.isoformat() if self.began_at else "",
            "seconds": self.seconds,
            "rows_read": work.rows_read if work else None,
            "rows_changed": work.rows_changed if work else None,
            "parts_reused": work.parts_reused if work else None,
            "parts_rebuilt": work.parts_rebuilt if work else None,
            "datasets": [{"dataset": name, **asdict(rows)} for name, rows in datasets],
        }


class StageFacts(TypedDict):
    """A stage as JSON."""

    name: str
    state: StageState
    began_at: str
    seconds: float | None
    rows_read: int | None
    rows_changed: int | None
    parts_reused: int | None
    parts_rebuilt: int | None
    datasets: list[dict[str, Any]]


def stages(
    run: WatchedRun, systems: Sequence[str], now: datetime, records: Mapping[str, StageRecord] = _NO_RECORDS
) -> list[Stage]:
    """Return the stages of a run in the order of work, at a time in UTC.

    A stage ends with its run at the latest: a job may go on after the run was stopped, and its stages that
    begin then are not part of the run.

    Args:
        records: job → its record, with the times of systems that one job builds.
    """
    entered = run.entered_at
    if LEFT_TO_PENDING_RUN in entered:
        return [Stage(name, "left") for name in (QUEUE, MERGE, GATE, *systems)]
    merge_at, gate_at = entered.get("Start merge_curated"), entered.get("Start quality_gate")
    ended, until = run.finished, run.ended_at or now
    begins_at = _first(entered, IN_ONE_JOB, "Start merge_curated")
    before = [_stage(QUEUE, entered.get("See who runs"), begins_at, until, ended=ended)]
    if IN_ONE_JOB in entered and merge_at is None:
        before += _in_one_job(run, until, records)
    else:
        systems_at = _first(entered, TOGETHER, "Build the systems", "Published")
        before += [
            _stage(MERGE, merge_at, gate_at, until, ended=ended),
            _stage(GATE, gate_at, systems_at, until, ended=ended),
        ]
    failures = causes(run.cause, systems)
    stages = [*before, *(_system(run, system, until, records) for system in systems)]
    return [
        replace(
            stage,
            state="failed" if stage.name in failures else stage.state,
            work=_work(stage, records.get(_JOB_OF.get(stage.name, stage.name))),
        )
        for stage in stages
    ]


def _work(stage: Stage, record: StageRecord | None) -> StageWork | None:
    return record.work if record and stage.state not in {"left", "unchanged"} else None


def causes(cause: str, systems: Sequence[str]) -> dict[str, str]:
    """Return stage → reason of its failure, from the cause of a failed run."""
    stage_of = {**_JOBS, **{system: system for system in systems}}
    names = "|".join(map(re.escape, stage_of))
    _, *parts = re.split(rf"^({names}): ", cause, flags=re.MULTILINE)
    return {stage_of[name]: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}


def _system(run: WatchedRun, system: str, until: datetime, records: Mapping[str, StageRecord]) -> Stage:
    entered = run.entered_at
    if run.only not in {"", system} or f"Leave {system}" in entered:
        return Stage(system, "left")
    if f"Keep {system}" in entered:
        return Stage(system, "unchanged")
    published_at, reported_at = entered.get(f"Published {system}"), entered.get(f"Report {system}")
    own_at = entered.get(f"Start build_{system.replace('-', '_')}")
    if records and not own_at and not {*SHARED_JOBS, "Build the systems"}.isdisjoint(entered):
        return _recorded(
            system,
            records.get(system),
            until,
            has_gathered="Gather the reports" in entered,
            ended=run.finished,
        )
    began_at = own_at or _first(entered, TOGETHER, IN_ONE_JOB)
    if not any(
        name.startswith(_OF_SYSTEMS) and name != TOGETHER for name in entered
    ):  # this history has the systems as one state
        began_at, published_at = (
            _first(entered, TOGETHER, "Build the systems"),
            entered.get("Gather the reports"),
        )
    if began_at and reported_at and not published_at:
        return Stage(system, "failed", (reported_at - began_at).total_seconds(), began_at)
    return _stage(system, began_at, published_at, until, ended=run.finished)


def _recorded(
    system: str, record: StageRecord | None, until: datetime, *, has_gathered: bool, ended: bool
) -> Stage:
    """Return the stage of a system in a job of several systems, which begins when the job has room for it."""
    if record is None and has_gathered:  # reports are gathered after the builds: this system was not built
        return Stage(system, "unchanged")
    return _of_record(system, record, until, ended=ended)


def _of_record(name: str, record: StageRecord | None, until: datetime, *, ended: bool) -> Stage:
    if record is None or record.began_at > until:
        return Stage(name, "pending")
    ended_at = record.ended_at if record.ended_at and record.ended_at <= until else None
    stage = _stage(name, record.began_at, ended_at, until, ended=ended)
    return replace(stage, state="failed") if record.has_failed and ended_at else stage


def one_job_failed(run: WatchedRun) -> bool:
    """Return whether the job of a complete run failed, and the run began again with a job for each stage."""
    return {IN_ONE_JOB, "Start merge_curated"} <= run.entered_at.keys()


def _in_one_job(run: WatchedRun, until: datetime, records: Mapping[str, StageRecord]) -> list[Stage]:
    """Return merge and quality gate of a run in one job.

    A run under way begins them when its computer is ready. Without records of a run that ended, or if it
    ended while the computer of its job started, the job counts as the merge.
    """
    job_at, systems_at = run.entered_at[IN_ONE_JOB], run.entered_at.get("See what is built")
    merge = records.get(_JOB_OF[MERGE])
    has_begun = merge is not None and merge.began_at <= until
    if run.finished and not has_begun:
        return [
            _stage(MERGE, job_at, systems_at, until, ended=run.finished),
            _stage(GATE, systems_at, systems_at, until, ended=run.finished),
        ]
    return [_of_record(name, records.get(job), until, ended=run.finished) for name, job in _JOB_OF.items()]


def _first(entered: Mapping[str, datetime], *names: str) -> datetime | None:
    return next((entered[name] for name in names if name in entered), None)


def _stage(
    name: str, began_at: datetime | None, ended_at: datetime | None, until: datetime, *, ended: bool
) -> Stage:
    if began_at is None:
        return Stage(name, "pending")
    if ended_at:
        return Stage(name, "done", (ended_at - began_at).total_seconds(), began_at)
    return Stage(name, "failed" if ended else "running", (until - began_at).total_seconds(), began_at)


def in_words(stages: Sequence[Stage]) -> str:
    """Describe a run in one line: the running stages with their times, and the numbers of other stages."""
    running = [
        f"{stage.name} {stage.seconds:.0f} s"
        for stage in stages
        if stage.state == "running" and stage.seconds is not None
    ]
    counts = {
        state: sum(stage.state == state and stage.name != QUEUE for stage in stages)
        for state in ("done", "unchanged", "failed", "pending")
    }
    counted = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    return "; ".join(part for part in (", ".join(running), counted) if part)
