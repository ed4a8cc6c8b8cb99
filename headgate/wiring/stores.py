"""The stores of the lake's data: objects, file records, the catalog, and tables as Athena reads them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from headgate.aws import clients
from headgate.settings import LedgerSettings, QuerySettings, RawSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from headgate.aws.athena.queries import AthenaQueries
    from headgate.aws.athena.tables import LakeTables
    from headgate.aws.dynamodb.dynamo_file_index import DynamoFileIndex
    from headgate.aws.dynamodb.ledger import DynamoLedger
    from headgate.aws.dynamodb.record_table import DynamoRecords
    from headgate.aws.glue.catalog import GlueCatalog
    from headgate.aws.s3 import S3Objects
    from headgate.query.catalog_queries import Databases
    from headgate.snapshots.iceberg import IcebergTables


def objects() -> S3Objects:
    """Return the object store."""
    from headgate.aws.s3 import S3Objects

    return S3Objects(clients.s3())


def ledger(env: Mapping[str, str]) -> DynamoLedger:
    """Return the file records."""
    from headgate.aws.dynamodb.ledger import DynamoLedger

    return DynamoLedger(clients.dynamodb(), LedgerSettings.from_env(env).files_table)


def file_index(env: Mapping[str, str]) -> DynamoFileIndex:
    """Return the file records in the order of receipt."""
    from headgate.aws.dynamodb.dynamo_file_index import DynamoFileIndex

    return DynamoFileIndex(
        clients.dynamodb(), LedgerSettings.from_env(env).files_table, RawSettings.from_env(env).raw_bucket
    )


def catalog() -> GlueCatalog:
    """Return the tables of the catalog, for reading their locations."""
    from headgate.aws.glue.catalog import GlueCatalog

    return GlueCatalog(clients.glue())


def iceberg_tables(now: Callable[[], datetime], *, is_used: bool) -> IcebergTables | None:
    """Return the writer of the Iceberg metadata of published tables; None for a lake without them."""
    from headgate.snapshots.iceberg import IcebergTables
    from headgate.snapshots.iceberg_manifests import ManifestWriter

    return IcebergTables(objects(), now, ManifestWriter) if is_used else None


def databases(env: Mapping[str, str]) -> Databases:
    """Return the lake's databases with the tables in this code's contracts."""
    from headgate.query.catalog_queries import Databases

    settings = QuerySettings.from_env(env)
    return Databases(settings.curated_database, settings.prod_database)


def queries(env: Mapping[str, str], catalog: Databases | None = None) -> AthenaQueries:
    """Return the runner of queries in Athena's SQL, on any engine.

    Another engine than Athena gets only queries of the catalog's tables.

    Args:
        catalog: the lake's databases; by default with the tables in this code's contracts.
    """
    from headgate.aws.athena.queries import AthenaQueries, permitted_workgroup
    from headgate.query import failure_reason, for_engine

    settings = QuerySettings.from_env(env)
    translate_sql = partial(for_engine, dialect=settings.sql_dialect, databases=catalog or databases(env))
    reason = partial(failure_reason, dialect=settings.sql_dialect)
    workgroup = permitted_workgroup(clients.athena(), settings.workgroup, settings.analysts_workgroup)
    return AthenaQueries(
        clients.athena(),
        workgroup,
        settings.prod_database,
        translate_sql,
        reason,
        scan_limit_bytes=settings.scan_limit_gb << 30,
    )


def lake_tables(env: Mapping[str, str], catalog: Databases | None = None) -> LakeTables:
    """Return the reader of tables and of Athena's answers as Arrow; arguments as in `queries`."""
    from headgate.aws.athena.tables import LakeTables

    asked = queries(env, catalog)
    return LakeTables(
        asked.client, objects(), asked.workgroup, asked.database, asked.translate_sql, asked.reason
    )


def model_records(table: str) -> DynamoRecords:
    """Return the table of the records of models."""
    from headgate.aws.dynamodb.record_table import DynamoRecords

    return DynamoRecords(clients.dynamodb(), table)
