"""Settings of what is no gate: each field is the variable `HEADGATE_<FIELD>`, as `headgate.settings` reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class ClosingSettings(Settings):
    """Where refused rows are. `lease_s`: how long the file of a closing that died stays locked."""

    quarantine_bucket: str
    lease_s: int = 300


@dataclass(frozen=True)
class MaskingKeySettings(Settings):
    """Which secret holds the masking keys."""

    masking_key_secret: str


@dataclass(frozen=True)
class DebounceSettings(Settings):
    """When to start the pipeline after new data."""

    debounce_schedule: str
    scheduler_role_arn: str
    state_machine_arn: str
    quiet_s: int = 60
    max_wait_s: int = 900


@dataclass(frozen=True)
class PipelineSettings(Settings):
    """Which state machine to run."""

    state_machine_arn: str


@dataclass(frozen=True)
class MergeSettings(Settings):
    """Where increments are and snapshots go."""

    curated_bucket: str
    curated_database: str


@dataclass(frozen=True)
class CuratedSettings(Settings):
    """Where snapshots are."""

    curated_bucket: str


@dataclass(frozen=True)
class SystemSettings(Settings):
    """Where snapshots are and the systems' tables go."""

    curated_bucket: str
    prod_buckets: Mapping[str, str]
    prod_database: str


@dataclass(frozen=True)
class ArtifactsSettings(Settings):
    """Where what is learnt and told of the lake lies: decisions about columns, models, Data Docs."""

    artifacts_bucket: str


@dataclass(frozen=True)
class EngineSettings(Settings):
    """Where set-sized work runs: duckdb, spark, athena, or auto. `spark_from_mb`: of Parquet that is read, with auto."""

    engine: str = "duckdb"
    spark_from_mb: int = 2_000


@dataclass(frozen=True)
class ScanSettings(Settings):
    """Everything behind the gate, and what is told of it."""

    curated_bucket: str
    quarantine_bucket: str
    prod_buckets: Mapping[str, str]
    artifacts_bucket: str
    results_bucket: str


@dataclass(frozen=True)
class LogSettings(Settings):
    """The logs that are audited, and how far back each audit reads them."""

    log_groups: Sequence[str] = ()
    audited_log_days: int = 7


@dataclass(frozen=True)
class QuerySettings(Settings):
    """Where SQL runs. `sql_dialect` is what the engine behind the Athena API speaks; only an emulator's differs."""

    workgroup: str
    prod_database: str
    sql_dialect: str = "athena"


@dataclass(frozen=True)
class MySqlSettings(Settings):
    """Which secret holds the source database's login. `mysql_tls_ca`: path of the authority that it trusts, unless the secret names one."""

    mysql_secret: str
    mysql_tls_ca: str = ""


@dataclass(frozen=True)
class ExportSettings(Settings):
    """Where exports land, and where they keep what they have reached."""

    raw_bucket: str
    artifacts_bucket: str
