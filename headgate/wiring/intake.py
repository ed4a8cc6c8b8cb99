"""The gate: its workers, its mappings, and the replay, revert and closing of files."""

from __future__ import annotations

import math
import shutil
import tempfile
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING

from headgate.aws import clients
from headgate.settings import ArtifactsSettings, ClosingSettings, GateSettings, RunSettings, WorkerSettings
from headgate.wiring import clock, definitions, operations, stores

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.intake.files.export_runs import ExportRuns
    from headgate.intake.files.gate import GatePorts, GateRules
    from headgate.intake.files.process_file import FileProcessor
    from headgate.intake.files.replay_file import Replayer
    from headgate.intake.files.revert_file import Reverter
    from headgate.intake.quarantine.corrected_files import CorrectionCloser
    from headgate.intake.quarantine.correction_outcomes import CorrectionOutcomes
    from headgate.intake.workers.larger_worker import LargerWorker
    from headgate.intake.workers.worker_sizing import Worker
    from headgate.lake.senders import Senders
    from headgate.matching.file_table import FileTable
    from headgate.matching.mappings import Mappings
    from headgate.profiling.kept_profiles import Profiles

MIB = 1 << 20


def gate_ports(env: Mapping[str, str]) -> GatePorts:
    """Return the stores of the gate."""
    from headgate.intake.files.gate import GatePorts

    settings = GateSettings.from_env(env)
    return GatePorts(
        stores.objects(),
        stores.ledger(env),
        settings.curated_bucket,
        settings.quarantine_bucket,
        clock.utc_now,
        settings.lease_s,
    )


def gate_rules(env: Mapping[str, str]) -> GateRules:
    """Return the gate's rules for checking files, of the version that `env` names or of the one in use."""
    from headgate.aws.secrets import Secrets
    from headgate.intake.files.gate import GateRules
    from headgate.lake.states import Originals
    from headgate.matching.mappings import Mappings

    env = definitions.chosen(env)
    settings, contracts = GateSettings.from_env(env), definitions.registry(env).source
    return GateRules(
        contracts,
        partial(Secrets(clients.secretsmanager()).masking_key, settings.masking_key_secret),
        Mappings(stores.objects(), settings.artifacts_bucket, contracts, _sample_table),
        worker(env).largest_bytes,
        Originals(settings.raw_originals),
        definitions.pushed_version(env),
    )


def worker(env: Mapping[str, str]) -> Worker:
    """Return the memory and disk of this worker for one file."""
    from headgate.intake.workers.worker_sizing import Worker

    settings = WorkerSettings.from_env(env)
    disk_bytes = settings.disk_mb * MIB or shutil.disk_usage(tempfile.gettempdir()).free
    return Worker(settings.memory_mb * MIB, disk_bytes)


def billed_worker(env: Mapping[str, str]) -> dict[str, str]:
    """Return the memory of this worker, and its DPUs if it is a job, for a file's record."""
    settings = WorkerSettings.from_env(env)
    sizes = {"memory_mb": settings.memory_mb, "dpus": settings.dpus}
    return {name: f"{size:g}" for name, size in sizes.items() if size}


def larger_worker(
    env: Mapping[str, str], time_left_s: Callable[[], float], is_redelivery: Callable[[], bool]
) -> LargerWorker | None:
    """Return the larger worker for files that exceed this one; None if the settings name none."""
    from headgate.aws.stepfunctions import Pipeline
    from headgate.intake.workers.larger_worker import LargerWorker

    settings = WorkerSettings.from_env(env)
    if not settings.large_machine_arn:
        return None

    def start(name: str, arguments: Mapping[str, str]) -> None:
        Pipeline(clients.stepfunctions(), settings.large_machine_arn).start(name, arguments)

    return LargerWorker(worker(env), time_left_s, start, settings.large_lease_s, is_redelivery=is_redelivery)


def profiles(env: Mapping[str, str]) -> Profiles:
    """Return the profiles of all files."""
    from headgate.profiling.kept_profiles import Profiles

    return Profiles(stores.objects(), GateSettings.from_env(env).artifacts_bucket)


def record_creator(env: Mapping[str, str]) -> Callable[[Contract, pa.Table | Path], Mapping[str, int]] | None:
    """Return the function that creates the records of an accepted file; None for a lake without models."""
    table = GateSettings.from_env(env).records_table
    if not table:
        return None
    from headgate.onboarding.records_of_files import create_records_of_file

    return partial(create_records_of_file, stores.model_records(table))


def file_processor(
    env: Mapping[str, str],
    time_left_s: Callable[[], float] = lambda: math.inf,
    run: str = "",
    is_redelivery: Callable[[], bool] = lambda: False,
) -> FileProcessor:
    """Return the gate, from raw to curated.

    Args:
        time_left_s: returns the seconds until this worker is stopped.
        run: name of a larger worker's run.
        is_redelivery: returns whether the current file was delivered before.
    """
    from headgate.intake.files.process_file import FileProcessor

    kept, notices = profiles(env), operations.alerts(env)
    return FileProcessor(
        gate_ports(env),
        gate_rules(env),
        profile=kept.of,
        profile_unknown=kept.of_unknown,
        profile_uncontracted=kept.of_uncontracted,
        create_records=record_creator(env),
        alert=notices.report,
        larger_worker=larger_worker(env, time_left_s, is_redelivery),
        run=run,
        worker=billed_worker(env),
    )


def runs(
    env: Mapping[str, str],
    time_left_s: Callable[[], float] = lambda: math.inf,
    run: str = "",
    is_redelivery: Callable[[], bool] = lambda: False,
) -> ExportRuns:
    """Return the gate for export runs, which are accepted as one unit; arguments as in `file_processor`."""
    from headgate.aws.events import notification
    from headgate.intake.files.export_runs import ExportRuns
    from headgate.intake.files.source_deletions import Sightings

    url = RunSettings.from_env(env).raw_queue_url
    sightings = Sightings(
        stores.objects(), definitions.registry(env).source, GateSettings.from_env(env).curated_bucket
    )
    processor = file_processor(env, time_left_s, run, is_redelivery)
    return ExportRuns(
        stores.objects(),
        processor.process,
        lambda parts: operations.queues().send(url, [notification(part) for part in parts]),
        sightings,
    )


def hide_message(env: Mapping[str, str], receipt_handle: str, receives: int) -> AbstractContextManager[None]:
    """Hide a message of the raw queue while the block runs; it is soon visible again if the worker dies."""
    from headgate.aws.message_visibility import HiddenMessage

    if not receipt_handle:
        return nullcontext()
    url, lease_s = RunSettings.from_env(env).raw_queue_url, GateSettings.from_env(env).lease_s
    return HiddenMessage(operations.queues(), url, receipt_handle, lease_s).keep_hidden(receives)


def replayer(env: Mapping[str, str]) -> Replayer:
    """Return the replayer of files that the gate has ended with."""
    from headgate.intake.files.replay_file import Replayer

    return Replayer(gate_ports(env), gate_rules(env))


def reverter(env: Mapping[str, str]) -> Reverter:
    """Return the reverter of uploads."""
    from headgate.intake.files.revert_file import Reverter

    return Reverter(gate_ports(env), gate_rules(env), _senders(env))


def correction_outcomes(env: Mapping[str, str]) -> CorrectionOutcomes:
    """Return the reader of the outcomes of corrected rows."""
    from headgate.intake.quarantine.correction_outcomes import CorrectionOutcomes

    return CorrectionOutcomes(
        stores.objects(), stores.ledger(env), _senders(env), ClosingSettings.from_env(env).quarantine_bucket
    )


def correction_closer(env: Mapping[str, str]) -> CorrectionCloser:
    """Return the closer of refused rows in corrected files."""
    from headgate.intake.quarantine.corrected_files import CorrectionCloser

    settings = ClosingSettings.from_env(env)
    return CorrectionCloser(
        stores.objects(), stores.ledger(env), settings.quarantine_bucket, clock.utc_now, settings.lease_s
    )


def mappings(env: Mapping[str, str]) -> Mappings:
    """Return the mappings of columns to fields that people decided."""
    from headgate.matching.mappings import Mappings

    return Mappings(
        stores.objects(),
        ArtifactsSettings.from_env(env).artifacts_bucket,
        definitions.registry(env).source,
        _sample_table,
    )


def _sample_table(file: bytes | Path, contract: Contract | None) -> FileTable | None:
    """Return a file's header with some rows.

    The readers of unknown tables are loaded with the first one, to keep cold starts short.
    """
    from headgate.formats.read_table import sample_table

    return sample_table(file, contract)


def _senders(env: Mapping[str, str]) -> Senders:
    from headgate.lake.senders import Senders

    return Senders(stores.objects(), ArtifactsSettings.from_env(env).artifacts_bucket)
