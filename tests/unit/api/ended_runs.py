"""Runs that have ended in memory, with what their merges and systems left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from headgate.aws.stepfunctions import PipelineRun
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.lineage.openlineage import MERGE, JobRun, LakeNames
from headgate.lineage.write_events import LineageLog
from headgate.runs.run_stages import IN_ONE_JOB, LEFT_TO_PENDING_RUN
from headgate.runs.start_or_postpone import Execution
from headgate.snapshots.snapshot import LakeSnapshot
from tests.unit.api.lakes import BEGAN, MemoryLake, MemoryRuns

if TYPE_CHECKING:
    from collections.abc import Mapping

WHY = "headgate.curated.payments: payment_id: unique broken by 1 rows"
CAUSE = "retail-copilot: FAILED (run jr_1): AuditError: search_intents: rows lack a value\nin column label"


def after(minutes: float) -> datetime:
    return BEGAN + timedelta(minutes=minutes)


@dataclass
class EndedRuns(MemoryRuns):
    """Runs that have ended, newest first.

    Attributes:
        causes: why a run failed, by run; a cause of the merge or of the quality gate ends the run there.
        only: the one system that a run was asked to build, by run.
        left: runs whose work was left to a pending run.
        in_one_job: runs that ended while their only job worked.
        asked: the runs that were described, in order.
    """

    ended: list[Execution] = field(default_factory=list)
    causes: dict[str, str] = field(default_factory=dict)
    only: dict[str, str] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    in_one_job: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def newest(self, limit: int = 100) -> list[Execution]:
        return self.ended[:limit]

    def describe(self, arn: str) -> PipelineRun:
        one = next(run for run in self.ended if run.name == arn.removeprefix("arn:"))
        self.asked.append(one.name)
        entered = dict.fromkeys(self._states(one), one.started_at)
        cause, only = self.causes.get(one.name, ""), self.only.get(one.name, "")
        return PipelineRun(
            arn,
            one.status,
            cause=cause,
            entered_at=entered,
            started_at=one.started_at,
            ended_at=one.ended_at,
            only=only,
        )

    def _states(self, run: Execution) -> list[str]:
        """The states that a run entered. This history has the systems as one state, as the emulator's has."""
        cause = self.causes.get(run.name, "")
        if run.name in self.left:
            return ["See who runs", LEFT_TO_PENDING_RUN]
        if run.name in self.in_one_job:
            return ["See who runs", IN_ONE_JOB]
        names = ["See who runs", "Start merge_curated"]
        if not cause.startswith("merge_curated"):
            names.append("Start quality_gate")
        if run.status == "SUCCEEDED" or (cause and not cause.startswith(("merge_curated", "quality_gate"))):
            names += ["Build the systems", "Gather the reports"]
        return names

    def add(
        self,
        name: str,
        minutes: tuple[float, float],
        *,
        cause: str = "",
        only: str = "",
        is_left: bool = False,
    ) -> None:
        """Add a run as the newest one; it failed if it has a cause."""
        self.ended.insert(
            0, Execution(name, "FAILED" if cause else "SUCCEEDED", after(minutes[0]), after(minutes[1]))
        )
        self.causes |= {name: cause} if cause else {}
        self.only |= {name: only} if only else {}
        self.left |= {name} if is_left else set()


@dataclass
class LakeWithEndedRuns(MemoryLake):
    """A lake whose runs have ended."""

    runs: EndedRuns = field(default_factory=EndedRuns)


def lake_with_problems() -> LakeWithEndedRuns:
    """A run without problems, one in which a dataset was not merged while the next run was pending, and one
    in which a system failed.
    """
    lake = LakeWithEndedRuns()
    lake.runs.add("good", (0, 10))
    lake.runs.add("not-merged", (60, 70))
    lake.runs.add("system-failed", (61, 75), cause=CAUSE)
    write_merge(lake, after(2), {})
    write_merge(lake, after(62), {"payments": WHY})
    return lake


def write_merge(lake: MemoryLake, at: datetime, failed: Mapping[str, str]) -> None:
    """Write the events of a merge, and its snapshot."""
    lake.moment = at
    names = LakeNames("eu-west-1", "curated", "ecommerce_curated")
    run = JobRun(names, MERGE, f"8f9a3a6e-5a3f-5f8e-9d6d-0f3c3e1f8a{at.minute:02d}")
    with LineageLog(lake.objects, "artifacts", run, lambda *_: {}, lake.now, str) as events:
        for dataset, cause in failed.items():
            events.fail(names.curated_database, dataset, cause)
    snapshot = LakeSnapshot("s", date(2026, 1, 2), {}, failed)
    lake.objects.write(
        ObjectRef("curated", keys.lake_snapshot_key(keys.CURRENT)), snapshot.to_json().encode()
    )
