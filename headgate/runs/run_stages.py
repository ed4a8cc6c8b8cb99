"""The stages of a run of curated_to_prod, from the states that its state machine entered and left. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, Protocol, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from headgate.runs.stage_records import StageRecord, StageWork

LEFT_TO_PENDING_RUN = (
    "Left to the pending run"  # the machine's state in which a third run ends: the second does the same work
)
# One job builds several systems; what it did not build has a job of its own after it.
TOGETHER = "Start build_systems"
# One job does a whole run, where the lake is small.
IN_ONE_JOB = "Start run_in_one_job"
SHARED_JOBS = frozenset({TOGETHER, IN_ONE_JOB})
_OF_SYSTEMS = ("Start build_", "Published ", "Report ")
QUEUE, MERGE, GATE = "queue", "merge", "quality gate"
_JOBS = {"merge_curated": MERGE, "quality_gate": GATE}
_JOB_OF = {stage: job for job, stage in _JOBS.items()}
_NO_RECORDS: Mapping[str, StageRecord] = {}
StageState = Literal["pending", "running", "done", "failed", "left", "unchanged"]


class WatchedRun(Protocol):
    """The facts behind the stages: when each state was entered, and the end of the run with its cause."""

    @property
    def entered_at(self) -> Mapping[str, datetime]:
        """When each state was first entered."""
        ...

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen."""
        ...

    @property
    def ended_at(self) -> datetime | None:
        """When the run ended, naive UTC; None while it runs, or where that is not known."""
        ...

    @property
    def cause(self) -> str:
        """Why the run failed, empty if it did not: a part per failed job, starting with its name."""
        ...

    @property
    def only(self) -> str:
        """The one system that the run was asked to build; empty for all."""
        ...


@dataclass(frozen=True)
class Stage:
    """A stage of a run: waiting for its turn, the merge, the quality gate, or one system.

    Attributes:
        state: pending, running, done, failed, left (not asked for, or left to the pending run), or unchanged
            (nothing that the system reads changed).
        seconds: since it began, or from beginning to end; None before it began.
        began_at: naive UTC; None before it began.
        work: rows and parts, as its job recorded them; None while it works, and where no job did.
    """

    name: str
    state: StageState
    seconds: float | None = None
    began_at: datetime | None = field(default=None, compare=False)
    work: StageWork | None = field(default=None, compare=False)

    def facts(self) -> StageFacts:
        """Return the stage under the names that the CLI's `--json` and the API have."""
        return {
            "name": self.name,
            "state": self.state,
            "began_at": self.began_at.isoformat() if self.began_at else "",
            "seconds": self.seconds,
            "rows_read": self.work.rows_read if self.work else None,
            "rows_changed": self.work.rows_changed if self.work else None,
            "parts_reused": self.work.parts_reused if self.work else None,
            "parts_rebuilt": self.work.parts_rebuilt if self.work else None,
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


def stages(
    run: WatchedRun,
    systems: Sequence[str],
    now: datetime,
    records: Mapping[str, StageRecord] = _NO_RECORDS,
) -> list[Stage]:
    """Return the stages of a run in the order of work, as of a moment in UTC.

    Args:
        records: what the jobs recorded, by job; they have the times of systems that one job builds.
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
    return record.work if record and stage.state in {"running", "done", "failed"} else None


def causes(cause: str, systems: Sequence[str]) -> dict[str, str]:
    """Return why stages failed, by stage, from the cause that a failed run states."""
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
    """Return the stage of a system in a job of several, which begins as soon as the job has room for it."""
    if record is None and has_gathered:  # a run that built systems gathers their reports: this one was kept
        return Stage(system, "unchanged")
    return _of_record(system, record, until, ended=ended)


def _of_record(name: str, record: StageRecord | None, until: datetime, *, ended: bool) -> Stage:
    if record is None:
        return Stage(name, "pending")
    stage = _stage(name, record.began_at, record.ended_at, until, ended=ended)
    return replace(stage, state="failed") if record.has_failed else stage


def _in_one_job(run: WatchedRun, until: datetime, records: Mapping[str, StageRecord]) -> list[Stage]:
    """Return merge and quality gate of a whole run in one job; without records the job is the merge."""
    if not records:
        job_at, systems_at = run.entered_at[IN_ONE_JOB], run.entered_at.get("See what is built")
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
    """Return what a run does now in one line: what runs and since when, what is done and what is pending."""
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
