"""Datasets and systems that runs of `curated_to_prod` left out: a run succeeds although a dataset could not
be merged.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, TypedDict

from headgate.api.operations.implausible_tables import compare_tables
from headgate.lake import keys
from headgate.lineage.openlineage import MERGE as MERGE_JOB
from headgate.lineage.openlineage import run_error
from headgate.runs.run_stages import GATE, MERGE, QUEUE, causes, stages
from headgate.runs.start_or_postpone import RUNNING, SUCCEEDED, Execution

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from headgate.api.lake_ports import LakePorts, TableComparison
    from headgate.aws.stepfunctions import PipelineRun
    from headgate.lake.ports import ObjectInfo

MOST_RUNS = 20  # how many runs are searched for problems that no later run solved
_TRIED = {"done", "unchanged", "failed"}  # states of stages that the run worked on
_DATASETS = "merged datasets"  # no name of a system has a blank
_REMEDIES = {
    "datasets_not_merged": "If the reason does not say what to do, correct the rows at "
    "their source and send them again,"
    " "
    "or change the contract. The next run merges the dataset.",
    "failed_stages": "Fix the cause, then start a run; `headgate run --only SYSTEM` builds one system. "
    "`headgate logs --minutes 60 --level error` shows what the jobs of the last hour wrote.",
    "implausible_tables": (
        "Do what the reason says, then start a run. The tables are compared with their inputs again after it."
    ),
}


class ProblemFacts(TypedDict):
    """The datasets and stages that a run left out, as JSON."""

    has_problems: bool
    datasets_not_merged: dict[str, str]
    failed_stages: dict[str, str]
    implausible_tables: dict[str, str]


@dataclass(frozen=True)
class RunOmissions:
    """The datasets and stages that a run left out. The tables concerned show their previous versions.

    Attributes:
        datasets_not_merged: the reason, by dataset.
        failed_stages: the reason, by stage: the merge, the quality gate, or a system.
        implausible_tables: by table, in which way it differs from what its inputs imply.
    """

    datasets_not_merged: Mapping[str, str] = field(default_factory=dict)
    failed_stages: Mapping[str, str] = field(default_factory=dict)
    implausible_tables: Mapping[str, str] = field(default_factory=dict)

    @property
    def exist(self) -> bool:
        """Whether the run left anything out."""
        return bool(self.datasets_not_merged or self.failed_stages or self.implausible_tables)

    def facts(self) -> ProblemFacts:
        """Return what was left out under the names that the CLI's `--json` and the API have."""
        return {
            "has_problems": self.exist,
            "datasets_not_merged": dict(self.datasets_not_merged),
            "failed_stages": dict(self.failed_stages),
            "implausible_tables": dict(self.implausible_tables),
        }

    @property
    def remedies(self) -> dict[str, str]:
        """The remedies, by the name of the attribute that holds the reasons."""
        return {what: remedy for what, remedy in _REMEDIES.items() if getattr(self, what)}

    def summary(self) -> str:
        """Return what was left out in one line; empty where nothing was."""
        named = {
            "not merged": self.datasets_not_merged,
            "failed": self.failed_stages,
            "implausible": self.implausible_tables,
        }
        return "; ".join(f"{what}: {', '.join(sorted(names))}" for what, names in named.items() if names)


def problems_of(lake: LakePorts, runs: Sequence[Execution]) -> dict[str, RunOmissions]:
    """Return what each of the runs left out, by run; a run that has not ended left out nothing yet."""
    not_merged = _datasets_not_merged(lake, [run for run in runs if run.status not in RUNNING])
    newest = next(iter(lake.runs.newest(1)), None)
    comparison = newest_comparison(lake, newest) if newest and newest in runs else None
    implausible = {newest.name: comparison.implausible} if newest and comparison else {}
    return {
        run.name: RunOmissions(
            not_merged.get(run.name, {}), failed_stages(lake, run), implausible.get(run.name, {})
        )
        for run in runs
    }


def problems_of_one(lake: LakePorts, name: str, run: PipelineRun) -> RunOmissions:
    """Return what a run left out; nothing for one that entered no state."""
    if not run.entered_at:
        return RunOmissions()
    return problems_of(lake, [Execution(name, run.status, min(run.entered_at.values()), run.ended_at)])[name]


def unsolved_problems(lake: LakePorts, runs: Iterable[Execution]) -> dict[str, RunOmissions]:
    """Return the problems that no later run solved, by run, newest first.

    The newest run that tried a stage counts, and for datasets the newest run that merged: a later run for
    another system does not hide the failure of a system. Reads only the runs that this needs.

    Args:
        runs: newest first.
    """
    unsolved, undecided = {}, {QUEUE, MERGE, GATE, _DATASETS, *lake.systems}
    for run in runs:
        if not undecided:
            break
        tried = {} if run.status in RUNNING else dict(_tried_stages(lake, run))
        if tried.get(MERGE) == "":
            tried[_DATASETS] = ""
        not_merged = (
            _datasets_not_merged(lake, [run])[run.name] if _DATASETS in undecided & tried.keys() else {}
        )
        problems = RunOmissions(
            not_merged, {stage: why for stage, why in tried.items() if why and stage in undecided}
        )
        undecided -= tried.keys()
        if problems.exist:
            unsolved[run.name] = problems
    return unsolved


def failed_stages(lake: LakePorts, run: Execution) -> dict[str, str]:
    """Return why stages of a run failed, by stage; empty for a run that succeeded or still works."""
    if run.status in RUNNING or run.status == SUCCEEDED:
        return {}
    return {stage: why for stage, why in _tried_stages(lake, run).items() if why}


def newest_comparison(lake: LakePorts, newest: Execution) -> TableComparison | None:
    """Return how the tables compare with their inputs after the newest run; None unless it has succeeded."""
    if newest.status != SUCCEEDED:
        return None
    comparisons, key = lake.known_runs.comparisons, (newest.name, newest.ended_at)
    if key not in comparisons:
        built = {
            stage for stage, why in _tried_stages(lake, newest).items() if not why and stage in lake.systems
        }
        comparison = compare_tables(lake, newest, built)
        if comparison.failure:
            return comparison
        comparisons[key] = comparison
    return comparisons[key]


def _tried_stages(lake: LakePorts, ended: Execution) -> Mapping[str, str]:
    """Return the stages that a run worked on, with the reason if one failed, and an empty text otherwise."""
    stages_by_run, key = lake.known_runs.tried_stages, (ended.name, ended.ended_at)
    if key not in stages_by_run:
        stages_by_run[key] = _read_tried_stages(lake, ended)
    return stages_by_run[key]


def _read_tried_stages(lake: LakePorts, ended: Execution) -> dict[str, str]:
    run = lake.runs.describe(lake.runs.arn_of(ended.name))
    reasons = causes(run.cause, lake.systems)
    ended_as = f"The run ended as {ended.status.lower()} in this stage."
    other = ended_as if reasons else run.cause or ended_as
    tried = [stage for stage in stages(run, lake.systems, lake.now()) if stage.state in _TRIED]
    return {stage.name: reasons.get(stage.name, other) if stage.state == "failed" else "" for stage in tried}


def _datasets_not_merged(lake: LakePorts, ended: Sequence[Execution]) -> dict[str, Mapping[str, str]]:
    """Return the reasons by run and dataset."""
    datasets_by_run = lake.known_runs.datasets_not_merged
    unread = [run for run in ended if (run.name, run.ended_at) not in datasets_by_run]
    newly_read = _read_datasets_not_merged(lake, unread) if unread else {}
    datasets_by_run.update({(run.name, run.ended_at): newly_read.get(run.name, {}) for run in unread})
    return {run.name: datasets_by_run[run.name, run.ended_at] for run in ended}


def _read_datasets_not_merged(lake: LakePorts, ended: Sequence[Execution]) -> dict[str, dict[str, str]]:
    """Read the reasons by run and dataset.

    The merge writes a lineage event for each dataset that it cannot merge.
    """
    every, wanted = [*lake.runs.newest(), *ended], {run.name for run in ended}
    failures: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for dataset, event in _failures(lake, sorted({day for run in ended for day in _days(run)})):
        name = _run_at(every, event.modified_at)
        if name in wanted:
            failures[name][dataset] = run_error(json.loads(lake.objects.read(event.ref)))
    return failures


def _failures(lake: LakePorts, days: Iterable[date]) -> Iterator[tuple[str, ObjectInfo]]:
    """Yield the events of datasets that could not be merged, with their datasets."""
    for day in days:
        for item in lake.objects.list(
            lake.bucket("artifacts"), f"{keys.lineage_events_prefix(day)}{MERGE_JOB}/"
        ):
            if dataset := keys.failed_table_of(item.ref.key):
                yield dataset, item


def _days(run: Execution) -> list[date]:
    first, last = run.started_at.date(), (run.ended_at or run.started_at).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _run_at(runs: Sequence[Execution], moment: datetime) -> str:
    """Return the run that was at work at a moment: the oldest of those under way, because the others are
    pending; empty if none was.
    """
    # S3 states whole seconds.
    under_way = [
        run for run in runs if run.started_at.replace(microsecond=0) <= moment <= (run.ended_at or moment)
    ]
    return min(under_way, key=lambda run: run.started_at).name if under_way else ""
