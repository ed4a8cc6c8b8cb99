"""Settings of the entry points: each attribute of a class is the variable `HEADGATE_<NAME>`.

The classes are not dataclasses, each of which takes half a millisecond to generate in a cold start of the
gate.
"""

from __future__ import annotations  # values are parsed by the texts of their annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, Self

from headgate.errors import SettingsError

PREFIX = "HEADGATE_"


class Settings:
    """Settings of an entry point; an attribute with a default may be missing in the environment."""

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Return the settings in the environment, parsed once per process.

        Raises:
            SettingsError: variables are missing or empty, or one cannot be parsed; the message names them.
        """
        texts = tuple(env.get(_variable(name), "") for name in cls.__annotations__)
        return cls(**_values(cls, texts))  # type: ignore[arg-type]  # mypy considers a class not hashable

    def __init__(self, **values: object) -> None:
        """Set attributes by name, for tests and for code that has the values."""
        self.__dict__.update(values)

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"
        )


class GateSettings(Settings):
    """The settings of the gate.

    Attributes:
        lease_s: duration of a claim if its worker dies; at most the visibility timeout of the queue.
        raw_originals: policy for originals with card data after their files are accepted.
        records_table: the table of records of models; empty in a lake without models.
    """

    curated_bucket: str
    quarantine_bucket: str
    files_table: str
    masking_key_secret: str
    artifacts_bucket: str
    lease_s: int = 300
    raw_originals: str = "mask"
    records_table: str = ""


class WorkerSettings(Settings):
    """The resources of the worker that the gate runs on, and the larger worker.

    Attributes:
        memory_mb, disk_mb: 0 on a person's machine, whose free memory and disk are used.
        dpus: DPUs of the job for large files, by which it is billed; 0 for a function.
        large_machine_arn: state machine of the larger worker; if empty, this worker processes every file.
        large_lease_s: maximum time of the larger worker for a file, including queueing and retries.
    """

    memory_mb: int = 0
    disk_mb: int = 0
    dpus: float = 0
    large_machine_arn: str = ""
    large_lease_s: int = 86_400


class AcceptanceSettings(Settings):
    """The largest acceptable share of refused rows in a file, 0 to 1."""

    most_refused_share: float = 0.2


class OnboardingSettings(Settings):
    """The table of records, and the secret with the masking keys."""

    records_table: str
    masking_key_secret: str


class RunSettings(Settings):
    """The queue that the gate reads."""

    raw_queue_url: str


class RawSettings(Settings):
    """The bucket where files arrive."""

    raw_bucket: str


class LedgerSettings(Settings):
    """The table with one record per file."""

    files_table: str


class AlertSettings(Settings):
    """The topic for alerts."""

    alerts_topic_arn: str


class MailSettings(Settings):
    """The topic for mails with answers, and the pool of people who sign in; empty for a lake without them."""

    mails_topic_arn: str = ""
    user_pool: str = ""


class JobNamesSettings(Settings):
    """The names of the Glue jobs by the lake's names for them."""

    job_names: Mapping[str, str] = MappingProxyType({})


class JobLogSettings(Settings):
    """The log groups of the Glue jobs.

    Attributes:
        job_log_prefix: the log groups are `<prefix>/output` and `<prefix>/error`.
        log_kept_days: retention of lines in days.
    """

    job_log_prefix: str
    log_kept_days: int


class ReportSettings(Settings):
    """The console's address, so that the report page links to it; empty for a lake without a console."""

    console_url: str = ""


class StagingSettings(Settings):
    """The buckets of uploads before and after their commit."""

    staging_bucket: str
    raw_bucket: str
    curated_bucket: str


class CreationSettings(Settings):
    """The datasets that people may create without a deployment.

    Attributes:
        takes_people: whether they may have columns about people. An analyst role of IAM would read them in
            the table, which the API hides.
    """

    takes_people: bool = False


class DryRunSettings(Settings):
    """The function that runs the gate on uploads."""

    dry_run_function: str


class SystemNamesSettings(Settings):
    """The deployed systems with their buckets."""

    prod_buckets: Mapping[str, str]


class UserPoolSettings(Settings):
    """The user pool of people who sign in."""

    user_pool: str
    user_pool_client: str


class ClosingSettings(Settings):
    """The bucket of refused rows. `lease_s`: duration of a closing's claim if its worker dies."""

    quarantine_bucket: str
    lease_s: int = 300


class MaskingKeySettings(Settings):
    """The secret with the masking keys."""

    masking_key_secret: str


class PendingStartSettings(Settings):
    """The schedule of the pending start of the pipeline after new data."""

    debounce_schedule: str
    scheduler_role_arn: str
    curated_queue_arn: str
    quiet_s: int = 60
    max_wait_s: int = 900


class StartRulesSettings(Settings):
    """The limits on starts of the pipeline.

    `run_interval_s`: minimum time between two starts. `run_share`: maximum share of the time that runs may
    take, 0..1. `run_share_wait_s`: maximum time between two starts that `run_share` may cause.
    """

    deployment_id: str = "unnamed"
    run_interval_s: int = 0
    run_share: float = 1
    run_share_wait_s: int = 604_800
    quiet_s: int = 60


class PipelineSettings(Settings):
    """The state machine to run."""

    state_machine_arn: str


class MergeSettings(Settings):
    """The bucket and options of the merge.

    `snapshot_part_rows`: average rows of a snapshot's part, a quarter of it for a dataset that others point
    to; 0 for a single part. `fresh_rows_mb`: largest snapshot that the job for refreshing tables merges into;
    0 for the job that merges the lake. `iceberg`: publish tables also as Iceberg tables.
    """

    curated_bucket: str
    curated_database: str
    crawler: str = ""
    snapshot_part_rows: int = 262_144
    fresh_rows_mb: int = 0
    iceberg: bool = False


class RefreshSettings(Settings):
    """The job that refreshes tables between runs; none if empty."""

    refresh_job: str = ""


class CuratedSettings(Settings):
    """The bucket of snapshots."""

    curated_bucket: str


class SystemSettings(Settings):
    """The buckets of snapshots and of the systems' tables.

    `iceberg`: publish tables also as Iceberg tables.
    """

    curated_bucket: str
    prod_buckets: Mapping[str, str]
    prod_database: str
    crawler: str = ""
    iceberg: bool = False


class SystemJobsSettings(Settings):
    """System → role and arguments of its job, for the job that builds several systems."""

    system_roles: Mapping[str, str]
    system_arguments: Mapping[str, Mapping[str, str]]


class RunJobSettings(Settings):
    """Job → role, arguments and script key of merge and quality gate, for the job of a complete run."""

    stage_roles: Mapping[str, str]
    stage_arguments: Mapping[str, Mapping[str, str]]
    stage_scripts: Mapping[str, str]


class DefinitionsSettings(Settings):
    """The code and the definitions of a unit of work.

    `deployment_id`: changes with the code and the options of the systems. `definitions`: the version of the
    contracts and SQL models, `deployed` for the deployment's own; empty before one is chosen.
    """

    deployment_id: str = ""
    definitions: str = ""


class StageSettings(Settings):
    """The run of curated_to_prod of a job; empty if the job was started alone."""

    run: str = ""


class ArtifactsSettings(Settings):
    """The bucket with mappings, models, profiles and Data Docs."""

    artifacts_bucket: str


class LineageSettings(Settings):
    """A server for lineage events; empty for none.

    `lineage_key_secret`: name or ARN of the secret with its API key.
    """

    lineage_url: str = ""
    lineage_key_secret: str = ""


class TracesSettings(Settings):
    """The OpenTelemetry collector for traces of the gate and the API; empty for none."""

    traces_url: str = ""


class EngineSettings(Settings):
    """The engine of the systems: duckdb, spark, athena, or auto.

    `spark_from_mb`: MB of Parquet from which `auto` uses Spark. `table_memory_mb`: memory of DuckDB before it
    spills to disk; 0 for half of the free memory.
    """

    engine: str = "duckdb"
    spark_from_mb: int = 2_000
    table_memory_mb: int = 0


class ScanSettings(Settings):
    """The buckets that the card-data audit reads."""

    curated_bucket: str
    quarantine_bucket: str
    prod_buckets: Mapping[str, str]
    artifacts_bucket: str
    results_bucket: str


class LogSettings(Settings):
    """The log groups that are audited, and the number of days."""

    log_groups: Sequence[str] = ()
    audited_log_days: int = 7


class QuerySettings(Settings):
    """The workgroup and dialect of SQL.

    Attributes:
        sql_dialect: the dialect of the engine behind the Athena API, which differs only on an emulator.
        scan_limit_gb: the workgroup's limit for a query, which is shown to people; 0 for no limit.
        analysts_workgroup: workgroup of analysts, who may not use `workgroup`; empty for a lake without the
            role, and in the lake's functions.
    """

    workgroup: str
    curated_database: str
    prod_database: str
    analysts_workgroup: str = ""
    sql_dialect: str = "athena"
    scan_limit_gb: int = 0


class SourceLoginSettings(Settings):
    """The secret with the login of the source database, for any kind of server.

    `mysql_tls_ca`: path of the trusted certificate authority, unless the secret names one.
    """

    mysql_secret: str
    mysql_tls_ca: str = ""


class ExportMachineSettings(Settings):
    """Source → state machine that exports it; the empty name is the deployment's own database."""

    export_machines: Mapping[str, str]


class ExportSettings(Settings):
    """The destinations of exports and of their watermarks."""

    raw_bucket: str
    artifacts_bucket: str


@cache
def _values(kind: type[Settings], texts: tuple[str, ...]) -> dict[str, Any]:
    given = dict(zip(kind.__annotations__, texts, strict=True))
    if missing := [_variable(name) for name, text in given.items() if not text and not hasattr(kind, name)]:
        raise SettingsError(f"missing environment variables: {', '.join(missing)}")
    return {
        name: _parsed(name, kind.__annotations__[name], text) if text else getattr(kind, name)
        for name, text in given.items()
    }


def _variable(field_name: str) -> str:
    return PREFIX + field_name.upper()


_KINDS = {"int": "a whole number", "float": "a number", "bool": "true or false"}


def _parsed(name: str, kind: object, text: str) -> Any:  # noqa: ANN401 as the field's annotation says
    """Parse the value of a variable; annotations are texts in this module."""
    parsers: Mapping[str, Callable[[str], Any]] = {
        "int": int,
        "float": float,
        "bool": lambda text: bool(("false", "true").index(text)),
        "Mapping": json.loads,
        "Sequence": json.loads,
    }
    try:
        return parsers.get(str(kind).partition("[")[0], str)(text)
    except ValueError:
        raise SettingsError(f"{_variable(name)} is not {_KINDS.get(str(kind), 'JSON')}") from None
