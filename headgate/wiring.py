"""Settings to adapters: the only place that names concrete adapters.

Each function takes an environment and reads from it only what it needs. Stages are imported inside the functions: the gate's
Lambda must not load pandas, Great Expectations or Ibis, which the jobs need.
"""
# ruff: noqa: PLC0415 a cold start loads only what its function wires

from __future__ import annotations

import math
import shutil
import tempfile
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, cast
from uuid import uuid4

from headgate.aws import clients, unexpected_errors
from headgate.errors import HeadgateError, SettingsError
from headgate.project import MODELS_SYSTEM
from headgate.settings import (
    AlertSettings,
    ArtifactsSettings,
    ClosingSettings,
    CuratedSettings,
    DryRunSettings,
    EngineSettings,
    ExportMachineSettings,
    ExportSettings,
    GateSettings,
    LedgerSettings,
    LineageSettings,
    LogSettings,
    MaskingKeySettings,
    MergeSettings,
    MySqlSettings,
    OnboardingSettings,
    PendingStartSettings,
    PipelineSettings,
    QuerySettings,
    RawSettings,
    RunSettings,
    ScanSettings,
    StagingSettings,
    StartRulesSettings,
    SystemJobsSettings,
    SystemSettings,
    UserPoolSettings,
    WorkerSettings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    import pyarrow as pa

    from headgate.aws.alarms import Alarms
    from headgate.aws.athena.queries import AthenaQueries
    from headgate.aws.athena.tables import LakeTables
    from headgate.aws.cognito import AccessTokens, Users
    from headgate.aws.dynamodb.file_index import DynamoFileIndex
    from headgate.aws.dynamodb.ledger import DynamoLedger
    from headgate.aws.dynamodb.request_counts import DynamoRequestCounts
    from headgate.aws.functions import DryRunFunction
    from headgate.aws.glue.catalog import GlueCatalog
    from headgate.aws.glue.job_runs import GlueRuns
    from headgate.aws.logs import Logs
    from headgate.aws.s3 import S3Objects
    from headgate.aws.scheduler import PendingStart
    from headgate.aws.secrets import MaskingKeys, MySqlLogin
    from headgate.aws.sns import Alerts
    from headgate.aws.sqs import Queues
    from headgate.aws.stepfunctions import Pipeline
    from headgate.aws.uploads import S3Uploads
    from headgate.contracts.model import Contract
    from headgate.erasure.forget import Forgetter
    from headgate.erasure.purge_versions import BuiltZones
    from headgate.export.exporting import Exporting
    from headgate.export.run_store import RunStore
    from headgate.export.server.session import Login
    from headgate.intake.files.check_and_store_file import FileChecker
    from headgate.intake.files.export_runs import Runs
    from headgate.intake.files.process_file import FileProcessor
    from headgate.intake.files.revert_file import Reverter
    from headgate.intake.quarantine.corrected_files import CorrectionCloser
    from headgate.intake.quarantine.replay_file import Replayer
    from headgate.intake.rows.check_rows_on_spark import SparkChecker
    from headgate.intake.workers.larger_worker import LargerWorker
    from headgate.intake.workers.worker_sizing import Worker
    from headgate.lake.lineage_log import LineageLog
    from headgate.lake.lineage_sender import LineageSender
    from headgate.lake.pipeline_starts import StartRules
    from headgate.lake.ports import FileRecord, ObjectRef, TableVersion
    from headgate.lake.publishing import Published
    from headgate.lake.references import CheckedReference
    from headgate.lake.snapshots import LakeSnapshot
    from headgate.learning.store import ModelStore
    from headgate.matching.file_table import FileTable
    from headgate.matching.mappings import Mappings
    from headgate.merge.merge_lake import Merging
    from headgate.onboarding.models import Model
    from headgate.onboarding.onboard import Onboarding
    from headgate.quality.card_audit_ledger import CardAudit
    from headgate.quality.data_docs import DataDocs
    from headgate.quality.gate import QualityGate
    from headgate.quality.pci_audit import Finding, Scan
    from headgate.query.catalog import Databases
    from headgate.systems.model_cards import ModelCard
    from headgate.systems.registry import System
    from headgate.systems.side_by_side import Ended
    from headgate.systems.snapshot_tables import SnapshotTables
    from headgate.systems.sql_models import SqlModels
    from headgate.systems.table_events import TableEvents
    from headgate.uploads.dry_run import DryRunner, ScratchObjects

MIB = 1 << 20
_CARD_AUDIT = "pci_audit"
_SYSTEM_TIMEOUT_S = 59 * 60  # its credentials are valid for an hour
_LIBRARIES_OF_SYSTEMS = (
    "headgate.quality.output_audit",
    "great_expectations",  # after headgate.quality, which disables its analytics
    "headgate.engines.local",
    "headgate.systems.run",
)


def objects() -> S3Objects:
    """The object store."""
    from headgate.aws.s3 import S3Objects

    return S3Objects(clients.s3())


def ledger(env: Mapping[str, str]) -> DynamoLedger:
    """The file records."""
    from headgate.aws.dynamodb.ledger import DynamoLedger

    return DynamoLedger(clients.dynamodb(), LedgerSettings.from_env(env).files_table)


def file_index(env: Mapping[str, str]) -> DynamoFileIndex:
    """The file records in the order in which the files were received."""
    from headgate.aws.dynamodb.file_index import DynamoFileIndex

    return DynamoFileIndex(clients.dynamodb(), LedgerSettings.from_env(env).files_table, RawSettings.from_env(env).raw_bucket)


def request_counts(env: Mapping[str, str]) -> DynamoRequestCounts | None:
    """Requests of the API's callers by minute; None where the deployment does not count them."""
    from headgate.aws.dynamodb.request_counts import DynamoRequestCounts

    table = env.get("HEADGATE_CALLERS_TABLE", "")
    return DynamoRequestCounts(clients.dynamodb(), table) if table else None


def upload_store() -> S3Uploads:
    """Uploads in parts."""
    from headgate.aws.uploads import S3Uploads

    return S3Uploads(clients.s3())


def dry_runs(env: Mapping[str, str]) -> DryRunFunction:
    """Starts dry runs of uploads."""
    from headgate.aws.functions import DryRunFunction

    return DryRunFunction(clients.functions(), DryRunSettings.from_env(env).dry_run_function)


def dry_runner(env: Mapping[str, str]) -> DryRunner:
    """Runs the gate on uploads. Its ledger is a new one in memory, and it sends no alert."""
    from headgate.aws.in_memory_ports import MemoryLedger
    from headgate.intake.files.process_file import FileProcessor
    from headgate.lake.states import Originals
    from headgate.profiling.kept_profiles import Profiles
    from headgate.uploads.dry_run import DryRunner

    settings, artifacts_bucket = StagingSettings.from_env(env), ArtifactsSettings.from_env(env).artifacts_bucket

    def process(scratch: ScratchObjects, ref: ObjectRef) -> FileRecord:
        gate = replace(file_checker(env), objects=scratch, ledger=MemoryLedger(), originals=Originals.KEEP)
        profiles = Profiles(scratch, artifacts_bucket)
        processor = FileProcessor(
            gate, profile=profiles.of, profile_unknown=profiles.of_unknown, profile_uncontracted=profiles.of_uncontracted
        )
        return processor.process(ref)

    return DryRunner(objects(), settings.staging_bucket, settings.raw_bucket, settings.curated_bucket, process)


def access_tokens(env: Mapping[str, str]) -> AccessTokens:
    """Access tokens of the deployment's users."""
    from headgate.aws.cognito import AccessTokens

    settings = UserPoolSettings.from_env(env)
    return AccessTokens(clients.cognito(), settings.user_pool, settings.user_pool_client)


def users(env: Mapping[str, str]) -> Users:
    """The people who may sign in."""
    from headgate.aws.cognito import Users

    return Users(clients.cognito(), UserPoolSettings.from_env(env).user_pool)


def catalog() -> GlueCatalog:
    """The tables of the catalog, to read where they point."""
    from headgate.aws.glue.catalog import GlueCatalog

    return GlueCatalog(clients.glue())


@cache
def source_contracts() -> dict[str, Contract]:
    """The contracts before the gate, read once per process."""
    from headgate.contracts.registry import Registry

    return Registry.load().source


def file_checker(env: Mapping[str, str]) -> FileChecker:
    """What every way through the gate needs."""
    from headgate.aws.secrets import Secrets
    from headgate.intake.files.check_and_store_file import FileChecker
    from headgate.lake.states import Originals
    from headgate.matching.mappings import Mappings

    settings, contracts = GateSettings.from_env(env), source_contracts()
    return FileChecker(
        objects=objects(),
        ledger=ledger(env),
        contracts=contracts,
        masking_key=partial(Secrets(clients.secretsmanager()).masking_key, settings.masking_key_secret),
        curated_bucket=settings.curated_bucket,
        quarantine_bucket=settings.quarantine_bucket,
        clock=_utc_now,
        lease_s=settings.lease_s,
        mappings=Mappings(objects(), settings.artifacts_bucket, contracts, _sample_table),
        largest_bytes=worker(env).largest_bytes,
        spark=spark_gate(env),
        originals=Originals(settings.raw_originals),
    )


def spark_gate(env: Mapping[str, str]) -> SparkChecker | None:
    """What lets large files through on more than this worker; None where all are this worker's."""
    from_mb = WorkerSettings.from_env(env).spark_rows_from_mb
    if not from_mb:
        return None
    from headgate.engines.spark_session import session
    from headgate.intake.rows.check_rows_on_spark import SparkChecker

    return SparkChecker(session, from_mb * MIB)


def worker(env: Mapping[str, str]) -> Worker:
    """What this worker has for one file."""
    from headgate.intake.workers.worker_sizing import Worker

    settings = WorkerSettings.from_env(env)
    disk_bytes = settings.disk_mb * MIB or shutil.disk_usage(tempfile.gettempdir()).free
    return Worker(settings.memory_mb * MIB, disk_bytes)


def larger_worker(env: Mapping[str, str], time_left_s: Callable[[], float], is_redelivery: Callable[[], bool]) -> LargerWorker | None:
    """What becomes of files that are too much for this worker; None where no larger one is stated."""
    from headgate.aws.stepfunctions import Pipeline
    from headgate.intake.workers.larger_worker import LargerWorker

    settings = WorkerSettings.from_env(env)
    if not settings.large_machine_arn:
        return None

    def start(name: str, arguments: Mapping[str, str]) -> None:
        Pipeline(clients.stepfunctions(), settings.large_machine_arn).start(name, arguments)

    return LargerWorker(worker(env), time_left_s, start, settings.large_lease_s, is_redelivery=is_redelivery)


def file_processor(
    env: Mapping[str, str],
    time_left_s: Callable[[], float] = lambda: math.inf,
    run: str = "",
    is_redelivery: Callable[[], bool] = lambda: False,
) -> FileProcessor:
    """The gate, from raw to curated.

    Args:
        time_left_s: until this worker is stopped.
        run: the name of a larger worker's run.
        is_redelivery: whether the current file was delivered before.
    """
    from headgate.intake.files.process_file import FileProcessor
    from headgate.profiling.kept_profiles import Profiles

    profiles, notices = Profiles(objects(), GateSettings.from_env(env).artifacts_bucket), alerts(env)
    return FileProcessor(
        file_checker(env),
        profile=profiles.of,
        profile_unknown=profiles.of_unknown,
        profile_uncontracted=profiles.of_uncontracted,
        alert=notices.settled,
        larger_worker=larger_worker(env, time_left_s, is_redelivery),
        run=run,
    )


def runs(
    env: Mapping[str, str],
    time_left_s: Callable[[], float] = lambda: math.inf,
    run: str = "",
    is_redelivery: Callable[[], bool] = lambda: False,
) -> Runs:
    """The gate for export runs, which enter as one unit; arguments as `file_processor`."""
    from headgate.aws.events import notification
    from headgate.intake.files.export_runs import Runs
    from headgate.intake.files.source_deletions import Sightings

    url = RunSettings.from_env(env).raw_queue_url
    sightings = Sightings(objects(), source_contracts(), GateSettings.from_env(env).curated_bucket)
    processor = file_processor(env, time_left_s, run, is_redelivery)
    return Runs(objects(), processor.process, lambda parts: queues().send(url, [notification(part) for part in parts]), sightings)


def hide_message(env: Mapping[str, str], receipt_handle: str, receives: int) -> AbstractContextManager[None]:
    """Keep a message of the raw queue hidden while the block runs, and soon visible again if its worker dies."""
    from headgate.aws.message_visibility import HiddenMessage

    if not receipt_handle:
        return nullcontext()
    message = HiddenMessage(queues(), RunSettings.from_env(env).raw_queue_url, receipt_handle, GateSettings.from_env(env).lease_s)
    return message.keep_hidden(receives)


def replayer(env: Mapping[str, str]) -> Replayer:
    """The gate, for files that it has ended with already."""
    from headgate.intake.quarantine.replay_file import Replayer

    return Replayer(file_checker(env))


def reverter(env: Mapping[str, str]) -> Reverter:
    """What undoes uploads."""
    from headgate.intake.files.revert_file import Reverter

    return Reverter(file_checker(env))


def forgetter(env: Mapping[str, str], build: Callable[[], None]) -> Forgetter:
    """What erases one person from every zone.

    Args:
        build: runs the pipeline and returns when its tables are published.
    """
    from headgate.erasure.erase_rows import Buckets, RowEraser
    from headgate.erasure.forget import Forgetter

    gate, raw = GateSettings.from_env(env), RawSettings.from_env(env).raw_bucket
    buckets = Buckets(raw, gate.curated_bucket, gate.quarantine_bucket, gate.artifacts_bucket)
    eraser = RowEraser(objects(), ledger(env), source_contracts(), buckets, _utc_now, gate.lease_s)
    return Forgetter(eraser, partial(_built_zones, env), build, StagingSettings.from_env(env).staging_bucket)


def _built_zones(env: Mapping[str, str]) -> BuiltZones:
    """Where the lake keeps what it builds, with the folders that its tables show now."""
    from headgate.contracts.registry import Registry
    from headgate.erasure.purge_versions import BuiltZones
    from headgate.errors import NotFoundError

    gate, systems, scan = GateSettings.from_env(env), SystemSettings.from_env(env), ScanSettings.from_env(env)
    registry, named = Registry.load(), databases(env)
    shown: dict[str, set[str]] = {}
    tables = [(named.curated, name) for name in (*registry.source, *registry.lake)] + [(named.prod, name) for name in registry.prod]
    for database, name in tables:
        try:
            bucket, _, folder = catalog().current(database, name).location.removeprefix("s3://").partition("/")
        except NotFoundError:  # of a system that is not deployed
            continue
        shown.setdefault(bucket, set()).add(folder.rstrip("/"))
    return BuiltZones(
        curated=gate.curated_bucket,
        artifacts=gate.artifacts_bucket,
        results=scan.results_bucket,
        prod=tuple(systems.prod_buckets.values()),
        shown={bucket: frozenset(folders) for bucket, folders in shown.items()},
        searched=(RawSettings.from_env(env).raw_bucket, gate.quarantine_bucket, StagingSettings.from_env(env).staging_bucket),
    )


def correction_closer(env: Mapping[str, str]) -> CorrectionCloser:
    """What closes the refused rows of files that were corrected since."""
    from headgate.intake.quarantine.corrected_files import CorrectionCloser

    settings = ClosingSettings.from_env(env)
    return CorrectionCloser(objects(), ledger(env), settings.quarantine_bucket, _utc_now, settings.lease_s)


def masking_keys(env: Mapping[str, str]) -> MaskingKeys:
    """The masking keys, as those see them who rotate them."""
    from headgate.aws.secrets import MaskingKeys, Secrets

    return MaskingKeys(Secrets(clients.secretsmanager()), MaskingKeySettings.from_env(env).masking_key_secret)


def mappings(env: Mapping[str, str]) -> Mappings:
    """Which columns are which fields, as people decide."""
    from headgate.contracts.registry import Registry
    from headgate.matching.mappings import Mappings

    return Mappings(objects(), ArtifactsSettings.from_env(env).artifacts_bucket, Registry.load().source, _sample_table)


def _sample_table(file: bytes | Path, contract: Contract | None) -> FileTable | None:
    """A file's header with some rows. A cold start loads the readers of unknown tables only when one comes."""
    from headgate.formats.read_table import sample_table

    return sample_table(file, contract)


def merging(env: Mapping[str, str], workspace: Path, notify: Callable[[TableVersion], None]) -> Merging:
    """The merge.

    Args:
        workspace: a local folder with room for three times the largest dataset.
        notify: called with the table of each dataset that shows another snapshot than before.
    """
    from headgate.aws.glue.catalog import GlueCatalog
    from headgate.contracts.registry import Registry
    from headgate.lake.versions import last_held
    from headgate.merge.merge_lake import Merging
    from headgate.quality.card_audit_ledger import refuse_leaks
    from headgate.quality.contract_audit import audit

    settings = MergeSettings.from_env(env)
    registry = Registry.load()
    scans = cache(partial(increment_scans, env))

    def audit_without_leaks(contract: Contract, rows: pa.Table | pa.RecordBatchReader) -> None:
        refuse_leaks(contract.dataset, scans())
        audit(contract, rows)

    return Merging(
        objects(),
        GlueCatalog(clients.glue(), settings.crawler),
        registry.curated,
        settings.curated_bucket,
        settings.curated_database,
        workspace,
        audit_without_leaks,
        missing_parents=registry.lake["missing_parents"],
        last_held=lambda: last_held(ledger(env).records()),
        notify=notify,
        part_rows=settings.snapshot_part_rows,
    )


def lineage_log(env: Mapping[str, str], publisher: str) -> LineageLog:
    """Writes the OpenLineage events of a job's run and of the tables that it publishes. `publisher`: the system, or `merge_curated`."""
    from headgate.lake.lineage_log import LineageLog
    from headgate.lake.openlineage import JobRun

    tables = table_events(env)
    run = JobRun(tables.names, publisher, str(uuid4()))
    bucket = ArtifactsSettings.from_env(env).artifacts_bucket
    return LineageLog(objects(), bucket, run, tables.event, _utc_now, describe_failure, lineage_sender(env))


def describe_failure(error: BaseException | str) -> str:
    """What people may read about an error: without card data, and of an error of anybody else's only its kind and place."""
    from headgate.aws.log_redaction import redact_log_text

    if isinstance(error, str):
        return redact_log_text(error)
    if isinstance(error, HeadgateError):
        return redact_log_text(f"{type(error).__name__}: {error}")
    return unexpected_errors.describe(error, by=__file__)


def lineage_sender(env: Mapping[str, str]) -> LineageSender | None:
    """Posts lineage events to the server that the deployment states; None where it states none."""
    from headgate.aws.secrets import Secrets
    from headgate.lake.lineage_receiver import LineageReceiver
    from headgate.lake.lineage_sender import TIMEOUT_S, LineageSender

    settings = LineageSettings.from_env(env)
    if not settings.lineage_url:
        return None
    secrets = Secrets(clients.secretsmanager()) if settings.lineage_key_secret else None

    def receiver() -> LineageReceiver:
        key = secrets.api_key(settings.lineage_key_secret) if secrets else ""
        return replace(LineageReceiver.at(settings.lineage_url, key), pauses_s=(), timeout_s=TIMEOUT_S)

    return LineageSender(receiver)


def table_events(env: Mapping[str, str]) -> TableEvents:
    """Describes the lake's tables as OpenLineage events. The file records are read once, and only for a dataset's table."""
    from headgate.contracts.registry import Registry
    from headgate.lake.openlineage import LakeNames
    from headgate.systems.table_events import TableEvents

    settings, registry = MergeSettings.from_env(env), Registry.load()
    names = LakeNames(clients.s3().meta.region_name, settings.curated_bucket, settings.curated_database)
    return TableEvents(objects(), names, registry.curated, registry.prod, cache(lambda: tuple(ledger(env).records())))


def publish_file_records(env: Mapping[str, str]) -> Published:
    """The table `file_records` shows the ledger as it stands."""
    from headgate.aws.glue.catalog import GlueCatalog
    from headgate.contracts.registry import Registry
    from headgate.lake.publishing import Publisher
    from headgate.merge.file_records import publish_file_records
    from headgate.quality.contract_audit import audit

    settings = MergeSettings.from_env(env)
    catalog = GlueCatalog(clients.glue(), settings.crawler)
    publisher = Publisher(objects(), catalog, settings.curated_database, settings.curated_bucket, audit)
    return publish_file_records(publisher, Registry.load().lake["file_records"], ledger(env).records())


def lake_snapshot(env: Mapping[str, str], snapshot_id: str) -> LakeSnapshot:
    """The merged snapshot of that id; `current` is the newest one."""
    from headgate.lake.reading import lake_snapshot

    return lake_snapshot(objects(), CuratedSettings.from_env(env).curated_bucket, snapshot_id)


def datasets_not_merged(env: Mapping[str, str]) -> Mapping[str, str]:
    """Why datasets are not in the newest snapshot as they should be, by dataset; empty before the first merge."""
    from headgate.errors import NotFoundError

    try:
        return lake_snapshot(env, "current").failed
    except NotFoundError:
        return {}


def onboarding(env: Mapping[str, str]) -> Onboarding:
    """Records that are created one by one or in batches."""
    from headgate.aws.dynamodb.records import DynamoRecords
    from headgate.aws.secrets import Secrets
    from headgate.onboarding.onboard import Onboarding

    settings = OnboardingSettings.from_env(env)
    key = cache(partial(Secrets(clients.secretsmanager()).masking_key, settings.masking_key_secret))
    return Onboarding(DynamoRecords(clients.dynamodb(), settings.records_table), key)


@cache
def models_by_name() -> dict[str, Model]:
    """The models whose records may be created, read once per process."""
    from headgate.onboarding.models import models_of

    return models_of(source_contracts())


def checked_references(env: Mapping[str, str]) -> tuple[CheckedReference, ...]:
    """What the newest snapshot knows of rows whose parent is not there; nothing before the first merge."""
    from headgate.errors import NotFoundError
    from headgate.lake.reading import checked_references

    try:
        lake = lake_snapshot(env, "current")
    except NotFoundError:
        return ()
    return checked_references(objects(), CuratedSettings.from_env(env).curated_bucket, lake.snapshot_id)


def quality_gate(env: Mapping[str, str], workspace: Path) -> QualityGate:
    """The gate before analytics; `workspace` is a local folder with room for the whole snapshot."""
    from headgate.contracts.registry import Registry
    from headgate.quality.gate import QualityGate

    return QualityGate(objects(), Registry.load().curated, CuratedSettings.from_env(env).curated_bucket, data_docs(env), workspace)


def data_docs(env: Mapping[str, str]) -> DataDocs:
    """Where Great Expectations' pages about runs lie."""
    from headgate.quality.data_docs import DataDocs

    return DataDocs(objects(), ArtifactsSettings.from_env(env).artifacts_bucket)


def models(env: Mapping[str, str]) -> ModelStore:
    """The systems' models with their records."""
    from headgate.learning.store import ModelStore

    return ModelStore(objects(), ArtifactsSettings.from_env(env).artifacts_bucket)


def model_card(env: Mapping[str, str], name: str) -> ModelCard:
    """Return the card of a model, with the figures of the newest tables.

    Raises:
        NotFoundError: there is no such model, or its system is not deployed.
    """
    from headgate.systems.model_cards import description, model_card

    about = description(name)
    quality = lake_tables(env).table(SystemSettings.from_env(env).prod_database, about.quality).to_pylist()
    newest = (one for one in models(env).newest() if (one.system, one.model) == (about.system, about.kept))
    return model_card(about, quality, next(newest, None))


def model_cards(env: Mapping[str, str]) -> Iterator[ModelCard]:
    """Yield the card of each model whose system is deployed."""
    from headgate.systems.model_cards import descriptions

    deployed = SystemSettings.from_env(env).prod_buckets
    return (model_card(env, about.name) for about in descriptions().values() if about.system in deployed)


def system_runner(
    env: Mapping[str, str], system: str, workspace: Path, notify: Callable[[TableVersion], None]
) -> Callable[[LakeSnapshot], tuple[list[Published], str]]:
    """Builds and publishes one system's tables from a snapshot, and says where the Data Docs of its audit lie.

    Args:
        workspace: a local folder with room for what the system reads.
        notify: called with each table that shows another version than before.

    Raises:
        SettingsError: no bucket is stated for the system.
    """
    from headgate.aws.glue.catalog import GlueCatalog
    from headgate.contracts.registry import Registry
    from headgate.lake.publishing import Publisher
    from headgate.quality.output_audit import OutputAudit
    from headgate.quality.pci_audit import pci_audit
    from headgate.systems import registry
    from headgate.systems.run import run_system

    settings = SystemSettings.from_env(env)
    if system not in settings.prod_buckets:
        raise SettingsError(f"HEADGATE_PROD_BUCKETS names no bucket of {system}, only of {', '.join(sorted(settings.prod_buckets))}")
    own = Registry.load().tables_of(system)
    models_in_sql = own_models(env) if system == MODELS_SYSTEM else None
    package = cast("System", models_in_sql) if models_in_sql else registry.system(system)

    def run(lake: LakeSnapshot) -> tuple[list[Published], str]:
        tables = snapshot_tables(env, workspace).opened(lake, registry.reads(package, lake.datasets))
        options = {name: env.get(name, "") or env.get(f"HEADGATE_{name.upper()}", "") for name in registry.options(package)}
        inspections = {_CARD_AUDIT: lambda: pci_audit(leak_scans(env))} if _CARD_AUDIT in own else {}
        with OutputAudit(data_docs(env), lake, system) as audit:
            catalog = GlueCatalog(clients.glue(), settings.crawler)
            publisher = Publisher(objects(), catalog, settings.prod_database, settings.prod_buckets[system], audit, notify)
            published = run_system(
                system,
                lake,
                tables,
                publisher,
                own,
                models=models(env),
                inspections=inspections,
                options=options,
                own_models=models_in_sql,
                deployment=settings.deployment_id,
            )
        return published, audit.docs_at

    return run


def build_side_by_side(
    env: Mapping[str, str], systems: Sequence[str], lake: LakeSnapshot, script: Path, workspace: Path
) -> Iterator[Ended]:
    """Build systems in processes of this machine, each with the role and the arguments of its own job, and mark those that succeeded.

    A system that is not yielded was not started: this machine has too little memory or disk for it.

    Args:
        script: builds the system that `--system` names.
        workspace: a local folder for the errors of the processes.
    """
    from headgate.aws.glue.child_process import ChildProcess, ChildProcesses
    from headgate.aws.sts import credentials_of
    from headgate.costs.billing import GB
    from headgate.costs.measured import Measured
    from headgate.costs.workers import fit_together
    from headgate.engines.choose_engine import EngineName
    from headgate.engines.local import memory_mb_of
    from headgate.systems import registry
    from headgate.systems.side_by_side import build_side_by_side, this_machine
    from headgate.systems.up_to_date import mark_skipped

    jobs, measured = SystemJobsSettings.from_env(env), Measured.load()
    # Spark's executors have the role of this job. `auto` takes Spark for more data than fit here.
    engine = {"HEADGATE_ENGINE": EngineName.DUCKDB} if EngineSettings.from_env(env).engine == EngineName.AUTO else {}

    packages = registry.packages()
    children = ChildProcesses([*_LIBRARIES_OF_SYSTEMS, *(packages[system] for system in systems if system in packages)])

    def start(system: str) -> ChildProcess:
        credentials = credentials_of(clients.sts(), jobs.system_roles[system], system)
        return children.start(script, {**jobs.system_arguments[system], **engine, **memory}, credentials, workspace / f"{system}.txt")

    held_gb = sum(one.size_bytes for one in lake.datasets.values()) / GB
    memory_gb, disk_gb = ([of(system, held_gb) for system in systems] for of in (measured.memory_gb_of, measured.disk_gb_of))
    machine = this_machine()
    at_once = min(machine.processors, fit_together(memory_gb, machine.memory_bytes / GB), fit_together(disk_gb, machine.disk_bytes / GB))
    memory = {"HEADGATE_TABLE_MEMORY_MB": str(memory_mb_of(machine.memory_bytes // max(1, at_once)))}
    longest_first = sorted(systems, key=lambda system: -measured.seconds_of(system, held_gb))
    for one in build_side_by_side(longest_first if at_once else (), start, at_once, _SYSTEM_TIMEOUT_S):
        try:
            if not one.cause:
                mark_skipped(objects(), ArtifactsSettings.from_env(env).artifacts_bucket, one.system)
        except HeadgateError as error:  # it is built again, which keeps its tables; the others go on
            yield replace(one, cause=f"It is built, but not marked as built: {error}")
        else:
            yield one


def mark_unchanged_systems(env: Mapping[str, str], lake: LakeSnapshot) -> list[str]:
    """Mark the systems that read nothing new in a snapshot, so that the state machine skips them, and return their names.

    The system with the card-data audit is never one of them: the audit reads more than the snapshot.
    """
    from headgate.contracts.registry import Registry
    from headgate.systems.up_to_date import SystemTables, mark_unchanged

    settings, registry = SystemSettings.from_env(env), Registry.load()
    owned = {system: registry.tables_of(system) for system in settings.prod_buckets}
    unchanged = [
        system
        for system, tables in sorted(owned.items())
        if _CARD_AUDIT not in tables
        and SystemTables(objects(), catalog(), settings.prod_database, settings.prod_buckets[system], tables).are_up_to_date(
            lake, settings.deployment_id
        )
    ]
    mark_unchanged(objects(), ArtifactsSettings.from_env(env).artifacts_bucket, unchanged)
    return unchanged


def system_of(env: Mapping[str, str], table: str, lake: LakeSnapshot) -> tuple[str, tuple[str, ...]]:
    """Return the system that builds a prod table, and the datasets of the snapshot that it reads."""
    from headgate.contracts.registry import Registry
    from headgate.systems import registry

    system = Registry.load().prod[table].system
    package = cast("System", own_models(env)) if system == MODELS_SYSTEM else registry.system(system)
    return system, registry.reads(package, lake.datasets)


def own_models(env: Mapping[str, str]) -> SqlModels:
    """Return the lake project's SQL models."""
    from headgate.contracts.registry import Registry
    from headgate.query import Databases, translate
    from headgate.systems.sql_models import sql_models

    settings, registry = SystemSettings.from_env(env), Registry.load()
    curated = MergeSettings.from_env(env).curated_database
    translated = partial(translate, databases=Databases(curated, settings.prod_database))
    return sql_models(registry.prod, registry.curated, translated)


def snapshot_tables(env: Mapping[str, str], workspace: Path) -> SnapshotTables:
    """Opens a snapshot's datasets on the engine that is stated; `workspace` is a local folder with room for what is read."""
    from headgate.aws.glue.catalog import GlueCatalog
    from headgate.contracts.registry import Registry
    from headgate.engines import athena, spark_session
    from headgate.engines.choose_engine import EngineName
    from headgate.engines.local import memory_mb_of
    from headgate.systems.side_by_side import free_memory_bytes
    from headgate.systems.snapshot_tables import EngineChoice, SnapshotTables

    settings, engine = MergeSettings.from_env(env), EngineSettings.from_env(env)
    memory_mb = engine.table_memory_mb or memory_mb_of(free_memory_bytes())
    reads_objects = spark_session.is_started_by_cluster()
    choice = EngineChoice(EngineName.stated(engine.engine), engine.spark_from_mb, reads_objects=reads_objects, memory_mb=memory_mb)
    return SnapshotTables(
        objects(),
        GlueCatalog(clients.glue(), settings.crawler),
        Registry.load().curated,
        settings.curated_bucket,
        settings.curated_database,
        workspace,
        choice,
        lambda schemas, database: athena.opened(schemas, database, queries(env).table),
    )


def card_audit(env: Mapping[str, str], since: datetime | None = None) -> CardAudit:
    """The card-data audit, which reads only what is new.

    Args:
        since: a full audit reads again what was last audited before then; naive UTC.
    """
    from headgate.quality.card_audit_ledger import AuditLedger, CardAudit, alert_text

    ledger = AuditLedger(objects(), ArtifactsSettings.from_env(env).artifacts_bucket)

    def alert(found: Sequence[Finding]) -> None:
        alerts(env).send("Headgate: the card-data audit found something", alert_text(found))

    return CardAudit(objects(), ledger, _utc_now, alert, since=since)


def increment_scans(env: Mapping[str, str]) -> list[Scan]:
    """What the card-data audit finds in increments, before they are merged."""
    from headgate.quality.pci_audit import increments_zone

    return card_audit(env).audit_objects([increments_zone(CuratedSettings.from_env(env).curated_bucket)])


def leak_scans(env: Mapping[str, str], since: datetime | None = None, lake: LakeSnapshot | None = None) -> list[Scan]:
    """What the card-data audit finds in accepted and quarantined rows, tables, profiles, answers, file records and logs.

    Args:
        since: as `card_audit`.
        lake: its snapshots are audited, too.
    """
    from headgate.quality.pci_audit import derived_zones, growing_zones, snapshot_zone

    settings, log_settings, audit = ScanSettings.from_env(env), LogSettings.from_env(env), card_audit(env, since)
    zones = growing_zones(settings.curated_bucket, settings.quarantine_bucket, settings.prod_buckets.values())
    zones += derived_zones(settings.artifacts_bucket, settings.results_bucket)
    zones += [snapshot_zone(settings.curated_bucket, lake)] if lake else []
    oldest = _utc_now() - timedelta(days=log_settings.audited_log_days)
    lines = {group: partial(_log_lines, group) for group in log_settings.log_groups}
    return [*audit.audit_objects(zones), *audit.audit_records(ledger(env).records()), *audit.audit_logs(lines, oldest)]


def _log_lines(group: str, since: datetime) -> Iterator[str]:
    return (line.text for line in logs().lines(group, since=since))


def databases(env: Mapping[str, str]) -> Databases:
    """Return the names of the lake's databases."""
    from headgate.query.catalog import Databases

    settings = QuerySettings.from_env(env)
    return Databases(settings.curated_database, settings.prod_database)


def queries(env: Mapping[str, str]) -> AthenaQueries:
    """Athena, in Athena's SQL whatever engine answers; an engine that is not Athena gets only queries of the catalog's tables."""
    from headgate.aws.athena.queries import AthenaQueries
    from headgate.query import for_engine, reason_of

    settings = QuerySettings.from_env(env)
    spoken = partial(for_engine, dialect=settings.sql_dialect, databases=databases(env))
    reason = partial(reason_of, dialect=settings.sql_dialect)
    limit_bytes = settings.scan_limit_gb << 30
    return AthenaQueries(clients.athena(), settings.workgroup, settings.prod_database, spoken, reason, scan_limit_bytes=limit_bytes)


def lake_tables(env: Mapping[str, str]) -> LakeTables:
    """Whole tables and answers of Athena as Arrow; `queries` says what an engine that is not Athena gets."""
    from headgate.aws.athena.tables import LakeTables

    asked = queries(env)
    return LakeTables(asked.client, objects(), asked.workgroup, asked.database, asked.spoken, asked.reason)


def pipeline(env: Mapping[str, str]) -> Pipeline:
    """Runs of `curated_to_prod`."""
    from headgate.aws.stepfunctions import Pipeline

    return Pipeline(clients.stepfunctions(), PipelineSettings.from_env(env).state_machine_arn)


def export_pipeline(env: Mapping[str, str], source: str = "") -> Pipeline:
    """Return the runs of the state machine that exports a source.

    Raises:
        SettingsError: the deployment has no such source.
    """
    from headgate.aws.stepfunctions import Pipeline

    machines = ExportMachineSettings.from_env(env).export_machines
    if source not in machines:
        named = ", ".join(sorted(name for name in machines if name)) or "none"
        raise SettingsError(
            f"The deployment has no export source {source} (its sources: {named}). "
            f"Add [export_sources.{source}] to headgate.toml and deploy."
        )
    return Pipeline(clients.stepfunctions(), machines[source])


def pending_start(env: Mapping[str, str]) -> PendingStart:
    """The pending start of the pipeline after a burst of new data."""
    from headgate.aws.scheduler import PendingStart

    settings = PendingStartSettings.from_env(env)
    return PendingStart(
        clients.scheduler(),
        settings.debounce_schedule,
        settings.scheduler_role_arn,
        settings.curated_queue_arn,
        timedelta(seconds=settings.quiet_s),
        timedelta(seconds=settings.max_wait_s),
    )


def start_rules(env: Mapping[str, str]) -> StartRules:
    """Whether a due run of the pipeline starts."""
    from headgate.lake.pipeline_starts import StartRules

    settings = StartRulesSettings.from_env(env)
    interval, recheck = timedelta(seconds=settings.run_interval_s), timedelta(seconds=settings.quiet_s)
    return StartRules(settings.deployment_id, interval, recheck, settings.run_share, timedelta(seconds=settings.run_share_wait_s))


def alerts(env: Mapping[str, str]) -> Alerts:
    """Messages to people."""
    from headgate.aws.sns import Alerts

    return Alerts(clients.sns(), AlertSettings.from_env(env).alerts_topic_arn)


def mysql_login(env: Mapping[str, str], source: str = "") -> MySqlLogin:
    """Return how to reach a source database: the deployment's own, or the one of that name."""
    from headgate.aws.secrets import Secrets
    from headgate.export.server.login import secret_of

    return Secrets(clients.secretsmanager()).mysql_login(secret_of(MySqlSettings.from_env(env).mysql_secret, source))


def store_mysql_login(env: Mapping[str, str], source: str, url: str) -> str:
    """Store a source's login, given as a URL, in its secret; return the secret's name."""
    from headgate.aws.secrets import Secrets
    from headgate.export.server.login import secret_from_url, secret_of

    secret_id = secret_of(MySqlSettings.from_env(env).mysql_secret, source)
    Secrets(clients.secretsmanager()).store_mysql_login(secret_id, secret_from_url(url))
    return secret_id


def source_login(env: Mapping[str, str], source: str = "") -> Login:
    """Return the export's login for a person: MYSQL_URL (MYSQL_URL_<SOURCE>) where there is one, as on a laptop, else the secret."""
    from headgate.export.server.login import login_from_url, url_variable

    url = env.get(url_variable(source), "")
    return login_from_url(url) if url else secret_login(env, source)


def secret_login(env: Mapping[str, str], source: str = "") -> Login:
    """Return the export's login for a job, whatever stands in the environment of the machine that it runs on."""
    from headgate.export.server.login import login_from_secret

    found = mysql_login(env, source)
    return login_from_secret(vars(found), MySqlSettings.from_env(env).mysql_tls_ca)


def exporting(
    env: Mapping[str, str], login: Login, workspace: Path, *, mirrored: bool, masked: bool = False, source: str = ""
) -> Exporting:
    """Return the export of one source.

    Args:
        mirrored: `workspace` does not outlive the process.
        masked: rows may be masked on the way.
        source: only its contracts are used; empty for the contracts that name no source.
    """
    from headgate.aws.secrets import Secrets
    from headgate.contracts.registry import Registry
    from headgate.export.exporting import Exporting
    from headgate.export.server.session import Session
    from headgate.export.server.tables import contracts_of
    from headgate.intake.rows.masked_at_source import AtSource

    settings = ExportSettings.from_env(env)
    key = Secrets(clients.secretsmanager()).masking_key(MaskingKeySettings.from_env(env).masking_key_secret) if masked else None
    return Exporting(
        connect=partial(Session, login),
        objects=objects(),
        contracts=contracts_of(Registry.load().source, source),
        raw_bucket=settings.raw_bucket,
        state_bucket=settings.artifacts_bucket,
        workspace=workspace,
        mirrored=mirrored,
        masking=AtSource(key) if key else None,
    )


def export_destination(to: str) -> RunStore:
    """Return what exports have left in a folder, or below `s3://bucket/prefix`, without a deployment."""
    from headgate.export.destination import FolderObjects, PrefixedObjects, bucket_and_prefix
    from headgate.export.run_store import RunStore

    if "://" not in to:
        return RunStore(FolderObjects(Path(to)), "", "")
    bucket, prefix = bucket_and_prefix(to)
    return RunStore(PrefixedObjects(objects(), prefix), bucket, bucket)


def exporting_to(to: str, login: Login, workspace: Path) -> Exporting:
    """Return the export of one source to a folder or `s3://bucket/prefix`, without a deployment and contracts."""
    from headgate.export.exporting import Exporting
    from headgate.export.server.session import Session

    store = export_destination(to)
    return Exporting(partial(Session, login), store.objects, {}, store.raw_bucket, store.state_bucket, workspace)


def landed_exports(env: Mapping[str, str]) -> RunStore:
    """What exports have left in the buckets."""
    from headgate.export.run_store import RunStore

    settings = ExportSettings.from_env(env)
    return RunStore(objects(), settings.raw_bucket, settings.artifacts_bucket)


def job_runs() -> GlueRuns:
    """Runs of Glue jobs."""
    from headgate.aws.glue.job_runs import GlueRuns

    return GlueRuns(clients.glue())


def queues() -> Queues:
    """Queues, as an operator sees them."""
    from headgate.aws.sqs import Queues

    return Queues(clients.sqs())


def alarms() -> Alarms:
    """The alarms of a deployment."""
    from headgate.aws.alarms import Alarms

    return Alarms(clients.cloudwatch())


def logs() -> Logs:
    """What functions and jobs wrote."""
    from headgate.aws.logs import Logs

    return Logs(clients.logs())


def _utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
