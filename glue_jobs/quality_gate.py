"""Validate a snapshot of the lake against its contracts, before systems read it.

If it passes its Great Expectations suites, mark the systems whose datasets have not changed since their
tables were built; the state machine skips them.

Arguments: `--snapshot_id` (default: the newest).
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from headgate.aws.glue import job_arguments, job_process
from headgate.settings import SystemSettings
from headgate.wiring import definitions, operations, quality, snapshots, system_jobs

if TYPE_CHECKING:
    from collections.abc import Mapping


def inspect(arguments: Mapping[str, str]) -> dict[str, object]:
    """Return the checks of each dataset, the location of the Data Docs, and the unchanged systems.

    Raises:
        GateError: a check failed.
    """
    lake = snapshots.lake_snapshot(arguments, job_arguments.snapshot_id(arguments))
    with (
        TemporaryDirectory(prefix="headgate-gate-") as workspace,
        operations.stage_log(arguments, "quality_gate") as stage,
    ):
        inspected = quality.quality_gate(arguments, Path(workspace), stage.count).inspect(lake)
    asked = {
        verdict.dataset: {
            "rows": verdict.rows,
            "expectations": verdict.expectations,
            "warnings": len(verdict.warnings),
        }
        for verdict in inspected.verdicts
    }
    unchanged = system_jobs.mark_unchanged_systems(arguments, lake)
    return {
        "snapshot_id": lake.snapshot_id,
        "datasets": asked,
        "data_docs": inspected.docs_at,
        "unchanged_systems": unchanged,
    }


if __name__ == "__main__":
    job_process.run(definitions.with_one_version(inspect, SystemSettings))
