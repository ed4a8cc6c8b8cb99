"""The systems of the domains: their builds, inputs and models."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from headgate.aws import clients
from headgate.errors import SettingsError
from headgate.project import MODELS_SYSTEM
from headgate.settings import ArtifactsSettings, EngineSettings, MergeSettings, SystemSettings
from headgate.wiring import clock, definitions, quality, stores

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from pathlib import Path

    import pandas as pd

    from headgate.facts.fact_store import FactStore
    from headgate.lake.ports import TableVersion
    from headgate.learning.store import Card, ModelStore
    from headgate.quality.output_audit import OutputAudit
    from headgate.runs.stage_records import StageWork
    from headgate.snapshots.publishing import Published, Publisher
    from headgate.snapshots.snapshot import LakeSnapshot
    from headgate.systems.model_cards import CurrentTable, Description, ModelCard
    from headgate.systems.snapshot_tables import SnapshotTables
    from headgate.systems.sql_models import SqlModels
    from headgate.systems.system_registry import SystemPackage


def models(env: Mapping[str, str]) -> ModelStore:
    """Return the systems' models with their records."""
    from headgate.learning.store import ModelStore

    return ModelStore(stores.objects(), ArtifactsSettings.from_env(env).artifacts_bucket)


def model_card(env: Mapping[str, str], name: str) -> ModelCard:
    """Return the card of a model, with the figures of the newest tables.

    Raises:
        NotFoundError: the model does not exist, or its system is not deployed.
    """
    from headgate.systems.model_cards import description, model_card

    about = description(name)
    figures = (
        stores.lake_tables(env).table(SystemSettings.from_env(env).prod_database, about.quality).to_pylist()
    )
    current = _current_table(env, about)
    record = models(env).of_day_or_newest(about.system, about.kept, current.as_of) if about.kept else None
    return model_card(about, figures, record, current, _missing(env, about))


def kept_models(env: Mapping[str, str]) -> list[tuple[Card, bool]]:
    """Return the record of each stored model, and whether the current tables were built with it."""
    from headgate.systems.model_cards import descriptions

    deployed = SystemSettings.from_env(env).prod_buckets
    described = {
        (about.system, about.kept): about for about in descriptions().values() if about.system in deployed
    }
    return [_with_use(env, card, described.get((card.system, card.model))) for card in models(env).newest()]


def _with_use(env: Mapping[str, str], newest: Card, about: Description | None) -> tuple[Card, bool]:
    from headgate.systems.model_cards import is_in_use

    if about is None:
        return newest, True
    current = _current_table(env, about)
    card = newest
    if current.as_of not in {"", newest.as_of}:
        card = models(env).of_day_or_newest(about.system, about.kept, current.as_of) or newest
    return card, is_in_use(about, card, current)


def _current_table(env: Mapping[str, str], about: Description) -> CurrentTable:
    from headgate.systems.model_cards import CurrentTable

    read = tuple(dict.fromkeys((*about.method_columns, *about.figure_columns)))
    if not read:
        return CurrentTable()
    database, table = SystemSettings.from_env(env).prod_database, about.tables[0]
    rows = stores.lake_tables(env).table(database, table, read)
    return CurrentTable.of_table(about, _day_of(database, table) if rows.num_rows else "", rows)


def _day_of(database: str, table: str) -> str:
    """Return the day of a table's data; unchanged parts have the day of an earlier run."""
    from headgate.systems.up_to_date import AS_OF

    return stores.catalog().current(database, table).parameters.get(AS_OF, "")


def _missing(env: Mapping[str, str], about: Description) -> tuple[str, ...]:
    """Return the datasets that a model needs and the current snapshot lacks."""
    from headgate.snapshots.read_snapshots import newest_snapshot
    from headgate.systems.model_cards import missing_datasets

    newest = newest_snapshot(stores.objects(), SystemSettings.from_env(env).curated_bucket)
    return missing_datasets(about, newest)


def model_cards(env: Mapping[str, str]) -> Iterator[ModelCard]:
    """Yield the card of each model whose system is deployed."""
    from headgate.systems.model_cards import descriptions

    deployed = SystemSettings.from_env(env).prod_buckets
    return (model_card(env, about.name) for about in descriptions().values() if about.system in deployed)


def publish_system(
    env: Mapping[str, str],
    system: str,
    lake: LakeSnapshot,
    workspace: Path,
    notify: Callable[[TableVersion], None],
    *,
    count: Callable[[StageWork], None],
) -> tuple[list[Published], str]:
    """Build and publish the tables of a system; return them, and the address of the Data Docs of their audit.

    Args:
        workspace: a local folder with space for the datasets that the system reads.
        notify: called with each table that has moved to another version.
        count: called with the work of the system.
    """
    from headgate.aws.glue import job_arguments
    from headgate.facts.fact_store import FactStore
    from headgate.quality.output_audit import OutputAudit
    from headgate.runs.stage_records import StageWork
    from headgate.systems import system_registry
    from headgate.systems.run import run_system
    from headgate.systems.up_to_date import BuiltBy

    settings, contracts = SystemSettings.from_env(env), definitions.registry(env).tables_of(system)
    bucket = _bucket_of(settings, system)
    in_sql = own_models(env) if system == MODELS_SYSTEM else None
    package = cast("SystemPackage", in_sql) if in_sql else system_registry.system(system)
    facts = FactStore(stores.objects(), bucket, is_full=job_arguments.is_full_run(env))
    reads = system_registry.reads(package, lake.datasets)
    with OutputAudit(quality.data_docs(env), lake, system) as audit:
        published = run_system(
            system,
            lake,
            snapshot_tables(env, workspace, facts).opened(lake, reads),
            _publisher(settings, bucket, audit, notify),
            contracts,
            models=models(env),
            inspections=_inspections(env, contracts),
            options=_options(env, package),
            own_models=in_sql,
            built_by=BuiltBy(definitions.build_id(env), definitions.version_of_tables(env)),
            is_full=facts.is_full,
        )
    count(
        StageWork(
            rows_read=facts.rows_read,
            rows_changed=sum(table.rows for table in published if table.changed),
            parts_reused=facts.counts["reused"],
            parts_rebuilt=facts.counts["computed"],
        )
    )
    return published, audit.docs_at


def _publisher(
    settings: SystemSettings, bucket: str, audit: OutputAudit, notify: Callable[[TableVersion], None]
) -> Publisher:
    from headgate.aws.glue.catalog import GlueCatalog
    from headgate.snapshots.publishing import Publisher

    return Publisher(
        stores.objects(),
        GlueCatalog(clients.glue(), settings.crawler),
        settings.prod_database,
        bucket,
        audit,
        notify,
        stores.iceberg_tables(clock.utc_now, is_used=settings.iceberg),
    )


def _bucket_of(settings: SystemSettings, system: str) -> str:
    if system not in settings.prod_buckets:
        raise SettingsError(
            f"HEADGATE_PROD_BUCKETS names no bucket of {system}, only of "
            f"{', '.join(sorted(settings.prod_buckets))}"
        )
    return settings.prod_buckets[system]


def _inspections(env: Mapping[str, str], tables: Collection[str]) -> dict[str, Callable[[], pd.DataFrame]]:
    if quality.CARD_AUDIT not in tables:
        return {}
    return {name: made for name, made in quality.card_audit_tables(env).items() if name in tables}


def _options(env: Mapping[str, str], package: SystemPackage) -> dict[str, str]:
    """Return a system's options, from the job's arguments or from its environment."""
    from headgate.systems import system_registry

    names = system_registry.declared(package, "OPTIONS")
    return {name: env.get(name, "") or env.get(f"HEADGATE_{name.upper()}", "") for name in names}


def system_of(env: Mapping[str, str], table: str, lake: LakeSnapshot) -> tuple[str, tuple[str, ...]]:
    """Return the system that builds a prod table, and the table's source datasets in the snapshot."""
    from headgate.systems import system_registry

    system = definitions.registry(env).prod[table].system
    package = (
        cast("SystemPackage", own_models(env)) if system == MODELS_SYSTEM else system_registry.system(system)
    )
    return system, system_registry.reads_of_table(package, table, lake.datasets)


def own_models(env: Mapping[str, str]) -> SqlModels:
    """Return the lake project's SQL models, or those that a run names."""
    from headgate.query import Databases, translate
    from headgate.systems.sql_models import sql_models

    settings, registry = SystemSettings.from_env(env), definitions.registry(env)
    curated = MergeSettings.from_env(env).curated_database
    translated = partial(translate, databases=Databases(curated, settings.prod_database))
    return sql_models(registry.prod, registry.curated, translated, definitions.pushed_models(env))


def snapshot_tables(
    env: Mapping[str, str], workspace: Path, facts: FactStore | None = None
) -> SnapshotTables:
    """Return the reader of a snapshot's datasets on the configured engine.

    `workspace` is a local folder with space for these datasets.
    """
    from headgate.aws.glue.catalog import GlueCatalog
    from headgate.engines import athena, spark_session
    from headgate.engines.choose_engine import EngineName
    from headgate.engines.local import memory_mb_of
    from headgate.systems.side_by_side import free_memory_bytes
    from headgate.systems.snapshot_tables import EngineChoice, SnapshotTables

    settings, engine = MergeSettings.from_env(env), EngineSettings.from_env(env)
    registry = definitions.registry(env)
    memory_mb = engine.table_memory_mb or memory_mb_of(free_memory_bytes())
    reads_objects = spark_session.is_started_by_cluster()
    choice = EngineChoice(
        EngineName.parse(engine.engine),
        engine.spark_from_mb,
        reads_objects=reads_objects,
        memory_mb=memory_mb,
    )
    return SnapshotTables(
        stores.objects(),
        GlueCatalog(clients.glue(), settings.crawler),
        {**registry.lake, **registry.curated},
        settings.curated_bucket,
        settings.curated_database,
        workspace,
        choice,
        lambda schemas, database: athena.opened(schemas, database, stores.queries(env).table),
        facts=facts,
    )
