"""Build, audit and publish the tables of one system from a snapshot of the lake, or of several systems in
parallel.

Arguments: `--system` (its name), `--snapshot_id` (default: the newest). `--systems` lists several systems,
separated by commas: this script then runs once for each, with the role and the arguments of the system's own
job. `--stages merge_curated,quality_gate` lists stages to run before them, so that this job does a complete
run.
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
    """Return the published tables of one system, or the built systems of several."""
    return (
        build_several(arguments)
        if arguments.get("systems") and not arguments.get("system")
        else build_one(arguments)
    )


def build_one(arguments: Mapping[str, str]) -> dict[str, object]:
    """Return the published tables with locations and rows, and the location of the Data Docs of their
    audit.
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
    """Return the built systems, and those that do not fit even alone, whose own jobs the state machine
    starts.

    Raises:
        ServiceError: the build of a system failed, and the state machine starts its own job; or a stage of a
            complete run failed, and the state machine starts the run again with a job for each stage.
        SettingsError: the lake is too large for a complete run in one job.
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
