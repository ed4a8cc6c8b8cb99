"""Datasets and systems that runs of `curated_to_prod` left out, even if the run succeeded."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypedDict

from headgate.api.operations.implausible_tables import compare_tables
from headgate.lake import keys
from headgate.lineage.openlineage import MERGE as MERGE_JOB
from headgate.lineage.openlineage import run_error
from headgate.runs.run_stages import GATE, MERGE, QUEUE, causes, stages
from headgate.runs.stage_records import stage_records
from headgate.runs.start_or_postpone import RUNNING, SUCCEEDED, Execution

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from headgate.api.lake_ports import LakePorts, TableComparison
    from headgate.aws.stepfunctions import PipelineRun
    from headgate.lake.ports import ObjectInfo

MAX_RUNS = 20  # that are searched for unsolved problems
_TRIED = {"done", "unchanged", "failed"}  # states of stages that the run worked on
_DATASETS = "merged datasets"  # not the name of a system, because it has a space
_REMEDIES = {
    "datasets_not_merged": (
        "If the reason names no remedy, correct the rows at their source and send them again, or change the "
        "contract. The next run merges the dataset."
    ),
    "failed_stages": (
        "Fix the cause, then start a run; `headgate run --only SYSTEM` builds one system. "
        "`headgate logs --minutes 60 --level error` shows the errors of the last hour."
    ),
    "implausible_tables": (
        "Follow the reason, then start a run, which compares the tables with their inputs again."
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
    """The datasets and stages that a run left out, whose tables keep their previous versions.

    Attributes:
        datasets_not_merged: the reason, by dataset.
        failed_stages: the reason, by stage: the merge, the quality gate, or a system.
        implausible_tables: the difference from the inputs, by table.
    """

    datasets_not_merged: Mapping[str, str] = field(default_factory=dict)
    failed_stages: Mapping[str, str] = field(default_factory=dict)
    implausible_tables: Mapping[str, str] = field(default_factory=dict)

    @property
    def exist(self) -> bool:
        """Whether the run left anything out."""
        return bool(self.datasets_not_merged or self.failed_stages or self.implausible_tables)

    def facts(self) -> ProblemFacts:
        """Return the omissions as JSON of the API and of the CLI's `--json`."""
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
        """Return the omissions in one line; empty if there are none."""
        named = {
            "not merged": self.datasets_not_merged,
            "failed": self.failed_stages,
            "implausible": self.implausible_tables,
        }
        return "; ".join(f"{what}: {', '.join(sorted(names))}" for what, names in named.items() if names)


def problems_of(lake: LakePorts, runs: Sequence[Execution]) -> dict[str, RunOmissions]:
    """Return the omissions of each run, by name; none for a run that has not ended."""
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
    """Return the omissions of a run; none for a run that entered no state."""
    if not run.entered_at:
        return RunOmissions()
    return problems_of(lake, [Execution(name, run.status, min(run.entered_at.values()), run.ended_at)])[name]


def unsolved_problems(lake: LakePorts, runs: Iterable[Execution]) -> dict[str, RunOmissions]:
    """Return the problems that no later run solved, by run, newest first.

    A stage's newest run decides, so a later run for another system does not hide its failure. Read only as
    many runs as needed.

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
    """Return why stages of a run failed, by stage; empty for a run that succeeded or is in progress."""
    if run.status in RUNNING or run.status == SUCCEEDED:
        return {}
    return {stage: why for stage, why in _tried_stages(lake, run).items() if why}


def newest_comparison(lake: LakePorts, newest: Execution) -> TableComparison | None:
    """Compare the tables with their inputs after the newest run; None unless it succeeded."""
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
    """Return the stages that a run worked on, with the reason of a failure or an empty text."""
    stages_by_run, key = lake.known_runs.tried_stages, (ended.name, ended.ended_at)
    if key not in stages_by_run:
        stages_by_run[key] = _read_tried_stages(lake, ended)
    return stages_by_run[key]


def _read_tried_stages(lake: LakePorts, ended: Execution) -> dict[str, str]:
    run = lake.runs.describe(lake.runs.arn_of(ended.name))
    reasons = causes(run.cause, lake.systems)
    ended_as = f"The run ended as {ended.status.lower()} in this stage."
    other = ended_as if reasons else run.cause or ended_as
    # Only runs that failed need the records, which cost a request each.
    has_succeeded = ended.status == SUCCEEDED
    records = {} if has_succeeded else stage_records(lake.objects, lake.bucket("artifacts"), ended.name)
    tried = [stage for stage in stages(run, lake.systems, lake.now(), records) if stage.state in _TRIED]
    return {stage.name: reasons.get(stage.name, other) if stage.state == "failed" else "" for stage in tried}


def _datasets_not_merged(lake: LakePorts, ended: Sequence[Execution]) -> dict[str, Mapping[str, str]]:
    """Return why datasets were not merged, by run and dataset."""
    datasets_by_run = lake.known_runs.datasets_not_merged
    unread = [run for run in ended if (run.name, run.ended_at) not in datasets_by_run]
    newly_read = _read_datasets_not_merged(lake, unread) if unread else {}
    datasets_by_run.update({(run.name, run.ended_at): newly_read.get(run.name, {}) for run in unread})
    return {run.name: datasets_by_run[run.name, run.ended_at] for run in ended}


def _read_datasets_not_merged(lake: LakePorts, ended: Sequence[Execution]) -> dict[str, dict[str, str]]:
    """Read why datasets were not merged from the lineage events that the merge writes."""
    runs, wanted = [*lake.runs.newest(), *ended], {run.name for run in ended}
    failures: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for dataset, event in _failures(lake, sorted({day for run in ended for day in _days(run)})):
        name = _run_at(runs, event.modified_at)
        if name in wanted:
            failures[name][dataset] = run_error(json.loads(lake.objects.read(event.ref)))
    return failures


def _failures(lake: LakePorts, days: Iterable[date]) -> Iterator[tuple[str, ObjectInfo]]:
    """Yield the datasets that could not be merged, with their events."""
    for day in days:
        prefix = f"{keys.lineage_events_prefix(day)}{MERGE_JOB}/"
        for item in lake.objects.list(lake.bucket("artifacts"), prefix):
            if dataset := keys.failed_table_of(item.ref.key):
                yield dataset, item


def _days(run: Execution) -> list[date]:
    first, last = run.started_at.date(), (run.ended_at or run.started_at).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _run_at(runs: Sequence[Execution], moment: datetime) -> str:
    """Return the run that was working at a moment: the oldest unfinished run; empty if there was none."""
    # S3 has timestamps in whole seconds.
    under_way = [
        run for run in runs if run.started_at.replace(microsecond=0) <= moment <= (run.ended_at or moment)
    ]
    return min(under_way, key=lambda run: run.started_at).name if under_way else ""
