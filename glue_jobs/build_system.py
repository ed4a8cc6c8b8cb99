"""Build, audit and publish the tables of one system from a snapshot of the lake, or of several systems side
by side.

Arguments: `--system` (which of the five), `--snapshot_id` (the newest one, unless given). `--systems` names
several, with commas between them: then this script runs once more for each, with the role and the arguments
of the job that builds this system alone. `--stages merge_curated,quality_gate` names jobs that come before
them: this job then does a whole run.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from headgate.aws.glue import job_arguments, job_process
from headgate.errors import ServiceError
from headgate.settings import SystemSettings
from headgate.wiring import definitions, lineage_events, operations, snapshots, system_jobs, systems

if TYPE_CHECKING:
    from collections.abc import Mapping


def build(arguments: Mapping[str, str]) -> dict[str, object]:
    """Return what was published: of one system, or which ones of several were built."""
    return (
        build_several(arguments)
        if arguments.get("systems") and not arguments.get("system")
        else build_one(arguments)
    )


def build_one(arguments: Mapping[str, str]) -> dict[str, object]:
    """Return which tables were published, where, with how many rows, and where the Data Docs of their audit
    lie.
    """
    system = job_arguments.required(arguments, "system")
    with (
        TemporaryDirectory(prefix="headgate-system-") as workspace,
        operations.stage_log(arguments, system) as stage,
        lineage_events.lineage_log(arguments, system) as events,
    ):
        lake = snapshots.lake_snapshot(arguments, job_arguments.snapshot_id(arguments))
        published, docs = systems.publish_system(
            arguments, system, lake, Path(workspace), events.add, count=stage.count
        )
    tables = {
        table.table: {"rows": table.rows, "location": table.location, "changed": table.changed}
        for table in published
    }
    return {"system": system, "snapshot_id": lake.snapshot_id, "tables": tables, "data_docs": docs}


def build_several(arguments: Mapping[str, str]) -> dict[str, object]:
    """Return which systems were built, and which ones fit not even alone: the state machine starts their own
    jobs.

    Raises:
        ServiceError: the build of a system failed; the state machine starts its own job, too. Or a stage of a
            whole run failed; the state machine starts the run again with a job for each stage.
        SettingsError: the lake is too large for a whole run in one job.
    """
    names, stages = arguments["systems"].split(","), [*filter(None, arguments.get("stages", "").split(","))]
    with TemporaryDirectory(prefix="headgate-systems-") as workspace:
        if stages:
            newest = snapshots.newest_snapshot(arguments)
            names = system_jobs.run_stages(arguments, stages, names, newest, Path(workspace))
        lake = snapshots.lake_snapshot(arguments, job_arguments.snapshot_id(arguments))
        builds = system_jobs.build_side_by_side(arguments, names, lake, Path(__file__), Path(workspace))
        ended = {build.system: build.cause for build in builds}
    failed = [f"{system}: {cause}" for system, cause in ended.items() if cause]
    if failed and not stages:
        raise ServiceError("; ".join(failed))
    return {
        "built": sorted(ended),
        "failed": failed,
        "too_large": sorted({*names} - {*ended}),
        "snapshot_id": lake.snapshot_id,
    }


if __name__ == "__main__":
    job_process.run(definitions.with_one_version(build, SystemSettings))
