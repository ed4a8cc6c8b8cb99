"""What runs of `curated_to_prod` left out: a run succeeds although a dataset could not be merged."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from headgate.lake import keys
from headgate.lake.openlineage import MERGE, error_of
from headgate.lake.pipeline_starts import RUNNING, SUCCEEDED
from headgate.lake.run_stages import causes, stages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from headgate.api.ports import Lake
    from headgate.lake.pipeline_starts import Execution
    from headgate.lake.ports import ObjectInfo


@dataclass(frozen=True)
class RunProblems:
    """What a run left out. The tables concerned show their previous versions.

    Attributes:
        datasets_not_merged: the reason, by dataset.
        failed_stages: the reason, by stage: the merge, the quality gate, or a system.
    """

    datasets_not_merged: Mapping[str, str] = field(default_factory=dict)
    failed_stages: Mapping[str, str] = field(default_factory=dict)

    @property
    def exist(self) -> bool:
        """Whether the run left anything out."""
        return bool(self.datasets_not_merged or self.failed_stages)

    def summary(self) -> str:
        """Return what was left out in one line; empty where nothing was."""
        named = {"not merged": self.datasets_not_merged, "failed": self.failed_stages}
        return "; ".join(f"{what}: {', '.join(sorted(names))}" for what, names in named.items() if names)


def problems_of(lake: Lake, runs: Sequence[Execution]) -> dict[str, RunProblems]:
    """Return what each of the runs left out, by run; a run that has not ended left out nothing yet."""
    not_merged = _datasets_not_merged(lake, [run for run in runs if run.status not in RUNNING])
    return {run.name: RunProblems(not_merged.get(run.name, {}), failed_stages(lake, run)) for run in runs}


def failed_stages(lake: Lake, run: Execution) -> dict[str, str]:
    """Return why stages of a run failed, by stage; empty for a run that succeeded or still works."""
    if run.status in RUNNING or run.status == SUCCEEDED:
        return {}
    described = lake.runs.describe(lake.runs.arn_of(run.name))
    if known := causes(described.cause, lake.systems):
        return known
    reason = described.cause or f"The run ended as {run.status.lower()} in this stage."
    return {stage.name: reason for stage in stages(described, lake.systems, lake.now()) if stage.state == "failed"}


def _datasets_not_merged(lake: Lake, ended: Sequence[Execution]) -> dict[str, dict[str, str]]:
    """Return the reasons by run and dataset. The merge writes a lineage event for each dataset that it cannot merge."""
    if not ended:
        return {}
    every, wanted = [*lake.runs.newest(), *ended], {run.name for run in ended}
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for dataset, event in _failures(lake, sorted({day for run in ended for day in _days(run)})):
        name = _run_at(every, event.modified_at)
        if name in wanted:
            found[name][dataset] = error_of(json.loads(lake.objects.read(event.ref)))
    return found


def _failures(lake: Lake, days: Iterable[date]) -> Iterator[tuple[str, ObjectInfo]]:
    """Yield the events of datasets that could not be merged, with their datasets."""
    for day in days:
        for item in lake.objects.list(lake.bucket("artifacts"), f"{keys.lineage_events_prefix(day)}{MERGE}/"):
            if dataset := keys.failed_table_of(item.ref.key):
                yield dataset, item


def _days(run: Execution) -> list[date]:
    first, last = run.started_at.date(), (run.ended_at or run.started_at).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _run_at(runs: Sequence[Execution], moment: datetime) -> str:
    """Return the run that was at work at a moment: the oldest of those under way, because the others are pending; empty if none was."""
    # S3 states whole seconds.
    under_way = [run for run in runs if run.started_at.replace(microsecond=0) <= moment <= (run.ended_at or moment)]
    return min(under_way, key=lambda run: run.started_at).name if under_way else ""
