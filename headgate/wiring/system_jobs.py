"""Build several systems in parallel in one job, run all stages in one job, and mark unchanged systems."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from headgate.aws import clients
from headgate.errors import HeadgateError, ServiceError, SettingsError
from headgate.settings import (
    ArtifactsSettings,
    EngineSettings,
    RunJobSettings,
    SystemJobsSettings,
    SystemSettings,
)
from headgate.wiring import definitions, quality, stores

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from headgate.costs.measured import Measured
    from headgate.snapshots.snapshot import LakeSnapshot
    from headgate.systems.side_by_side import Ended

_SYSTEM_TIMEOUT_S = 59 * 60  # the system's credentials are valid for an hour
_RUN_TIMEOUT_S = 150 * 60  # Glue stops the job of a complete run after 180 minutes (terraform/platform.tf)
LIBRARIES_OF_SYSTEMS = (
    "skops.io",  # must be first: it searches all loaded modules for each function of NumPy and SciPy
    "headgate.quality.output_audit",
    "headgate.quality.expectation_library",
    "headgate.engines.local",
    "headgate.systems.run",
    "headgate.contracts.parsed_contracts",
    "headgate.snapshots.iceberg_manifests",
)


def build_side_by_side(
    env: Mapping[str, str], systems: Sequence[str], lake: LakeSnapshot, script: Path, workspace: Path
) -> Iterator[Ended]:
    """Build systems in processes of this machine, and mark the successful ones.

    Each process has the role and the arguments of the system's own job. A system that is not yielded was not
    started, because this machine has too little memory or disk for it.

    Args:
        script: builds the system that `--system` names.
        workspace: a local folder for the errors of the processes.
    """
    from headgate.aws.glue.child_process import ChildProcess, ChildProcesses
    from headgate.aws.sts import credentials_of
    from headgate.costs.computed_price import GB
    from headgate.costs.measured import Measured
    from headgate.systems import system_registry
    from headgate.systems.side_by_side import build_side_by_side

    jobs, measured, modules = SystemJobsSettings.from_env(env), Measured.load(), system_registry.modules()
    lake_gb = sum(dataset.size_bytes for dataset in lake.datasets.values()) / GB
    at_once, memory_mb = _share_of_machine(systems, lake_gb, measured)
    shared = {**_engine_of_children(env), "HEADGATE_TABLE_MEMORY_MB": str(memory_mb)}
    own_modules = (modules[system] for system in systems if system in modules)
    children = ChildProcesses([*LIBRARIES_OF_SYSTEMS, *own_modules])

    def start(system: str) -> ChildProcess:
        credentials = credentials_of(clients.sts(), jobs.system_roles[system], system)
        arguments = {**jobs.system_arguments[system], **shared}
        return children.start(script, arguments, credentials, workspace / f"{system}.txt")

    longest_first = sorted(systems, key=lambda system: -measured.seconds_of(system, lake_gb))
    started = longest_first if at_once else ()
    for build in build_side_by_side(started, start, at_once, _SYSTEM_TIMEOUT_S):
        yield _mark_as_built(env, build)


def run_stages(
    env: Mapping[str, str],
    stages: Sequence[str],
    systems: Sequence[str],
    newest: LakeSnapshot | None,
    workspace: Path,
) -> list[str]:
    """Run the merge and the quality gate in processes of this machine; return systems with changed inputs.

    Each process has the script, the role and the arguments of the stage's own job.

    Args:
        stages: `merge_curated` and `quality_gate`.
        systems: the systems that this job builds afterwards.
        newest: the snapshot before the run; None before the first merge.
        workspace: a local folder for the scripts and the errors of the processes.

    Raises:
        SettingsError: the lake is too large for one job; nothing was done.
        ServiceError: a stage failed.
    """
    from headgate.aws.glue.child_process import ChildProcess, ChildProcesses
    from headgate.aws.sts import credentials_of
    from headgate.lake.ports import ObjectRef
    from headgate.systems.side_by_side import build_side_by_side
    from headgate.systems.up_to_date import unchanged_systems

    _refuse_too_large(systems, newest)
    jobs, bucket = RunJobSettings.from_env(env), ArtifactsSettings.from_env(env).artifacts_bucket
    children = ChildProcesses(LIBRARIES_OF_SYSTEMS)

    def start(stage: str) -> ChildProcess:
        script = workspace / f"{stage}.py"
        script.write_bytes(stores.objects().read(ObjectRef(bucket, jobs.stage_scripts[stage])))
        credentials = credentials_of(clients.sts(), jobs.stage_roles[stage], stage)
        return children.start(script, jobs.stage_arguments[stage], credentials, workspace / f"{stage}.txt")

    for stage in stages:
        for ended in build_side_by_side([stage], start, 1, _SYSTEM_TIMEOUT_S):
            if ended.cause:
                raise ServiceError(f"{stage}: {ended.cause}")
    unchanged = unchanged_systems(stores.objects(), bucket)
    return [system for system in systems if system not in unchanged]


def _refuse_too_large(systems: Sequence[str], lake: LakeSnapshot | None) -> None:
    """Refuse a lake whose run takes too long in one job, or whose largest system exceeds this machine."""
    from headgate.costs.computed_price import GB
    from headgate.costs.measured import Measured

    measured = Measured.load()
    lake_gb = sum(dataset.size_bytes for dataset in lake.datasets.values()) / GB if lake else 0.0
    at_once, _ = _share_of_machine(systems, lake_gb, measured)
    before_s = measured.merge_s.of(lake_gb) + measured.checks_s.of(lake_gb)
    seconds = [measured.seconds_of(system, lake_gb) for system in systems]
    longest_s = max(measured.merge_s.of(lake_gb), *seconds)
    run_s = before_s + max(longest_s, sum(seconds) / max(1, at_once))
    if not at_once or longest_s > _SYSTEM_TIMEOUT_S or run_s > _RUN_TIMEOUT_S:
        raise SettingsError(
            f"A lake of {lake_gb:.1f} GB is too large for a run in one job of this worker type. Set "
            "run_in_one_job = false, or a larger worker type for build_systems in job_worker_types."
        )


def _share_of_machine(systems: Sequence[str], lake_gb: float, measured: Measured) -> tuple[int, int]:
    """Return how many of the systems fit this machine in parallel, and the MB for the tables of each."""
    from headgate.costs.computed_price import GB
    from headgate.engines.local import memory_mb_of
    from headgate.systems.side_by_side import fit_together, this_machine

    machine = this_machine()
    memory_gb = [measured.memory_gb_of(system, lake_gb) for system in systems]
    disk_gb = [measured.disk_gb_of(system, lake_gb) for system in systems]
    at_once = min(
        machine.processors,
        fit_together(memory_gb, machine.memory_bytes / GB),
        fit_together(disk_gb, machine.disk_bytes / GB),
    )
    return at_once, memory_mb_of(machine.memory_bytes // max(1, at_once))


def _engine_of_children(env: Mapping[str, str]) -> dict[str, str]:
    """Return DuckDB instead of `auto`, which would choose Spark for more data than fit this machine.

    Spark's executors would have the role of this job, not that of the system.
    """
    from headgate.engines.choose_engine import EngineName

    is_auto = EngineSettings.from_env(env).engine == EngineName.AUTO
    return {"HEADGATE_ENGINE": EngineName.DUCKDB} if is_auto else {}


def _mark_as_built(env: Mapping[str, str], build: Ended) -> Ended:
    """Mark a system unless its build failed; if it cannot be marked, return the reason.

    A system without a mark is built again, which does not change its tables; the other systems continue.
    """
    from headgate.systems.up_to_date import mark_built

    if not build.cause:
        try:
            mark_built(stores.objects(), ArtifactsSettings.from_env(env).artifacts_bucket, build.system)
        except HeadgateError as error:
            return replace(build, cause=f"It is built, but not marked as built: {error}")
    return build


def mark_unchanged_systems(env: Mapping[str, str], lake: LakeSnapshot) -> list[str]:
    """Mark the systems without changed inputs, so that the state machine skips them; return their names.

    The system with the card-data audit is never skipped, because the audit reads more than the snapshot. A
    full run skips none.
    """
    from headgate.aws.glue import job_arguments
    from headgate.systems.up_to_date import SystemTables, mark_unchanged

    settings, registry = SystemSettings.from_env(env), definitions.registry(env)
    owned = {system: registry.tables_of(system) for system in settings.prod_buckets}
    is_full = job_arguments.is_full_run(env)
    unchanged = [
        system
        for system, tables in sorted(owned.items())
        if not is_full
        and quality.CARD_AUDIT not in tables
        and SystemTables(
            stores.objects(), stores.catalog(), settings.prod_database, settings.prod_buckets[system], tables
        ).are_up_to_date(lake, definitions.build_id(env))
    ]
    mark_unchanged(stores.objects(), ArtifactsSettings.from_env(env).artifacts_bucket, unchanged)
    return unchanged
