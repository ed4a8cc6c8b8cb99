"""The merge and its snapshots."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

from headgate.aws import clients
from headgate.settings import CuratedSettings, MergeSettings
from headgate.wiring import clock, definitions, quality, stores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.lake.ports import FileRecord, TableVersion
    from headgate.merge.merge_lake import Merging
    from headgate.merge.refresh_tables import RefreshedTables
    from headgate.runs.stage_records import StageWork
    from headgate.snapshots.publishing import Published
    from headgate.snapshots.reference_counts import CheckedReference
    from headgate.snapshots.snapshot import LakeSnapshot

MB = 10**6


def merging(
    env: Mapping[str, str],
    workspace: Path,
    notify: Callable[[TableVersion], None],
    count: Callable[[StageWork], None],
    records: Callable[[], Iterable[FileRecord]],
) -> Merging:
    """Return the merge.

    Args:
        workspace: a local folder with space for three times the largest dataset.
        notify: called with each table that has moved to another snapshot.
        count: called with the work on each merged dataset.
        records: returns all records of files, the newest ones too.
    """
    from headgate.aws.glue.catalog import GlueCatalog
    from headgate.lake import keys
    from headgate.lake.versions import last_arrivals
    from headgate.merge.decided_items import DecidedItems
    from headgate.merge.merge_lake import Merging
    from headgate.quality.card_audit_ledger import require_no_leaks
    from headgate.quality.contract_audit import audit
    from headgate.systems.dashboards import label_queues

    settings = MergeSettings.from_env(env)
    registry = definitions.registry(env)
    scans = cache(partial(quality.increment_scans, env))

    def audit_without_leaks(contract: Contract, rows: pa.Table | pa.RecordBatchReader) -> None:
        require_no_leaks(contract.dataset, scans())
        audit(contract, rows)

    return Merging(
        stores.objects(),
        GlueCatalog(clients.glue(), settings.crawler),
        registry.curated,
        settings.curated_bucket,
        settings.curated_database,
        workspace,
        audit_without_leaks,
        missing_parents=registry.lake["missing_parents"],
        decided_items=DecidedItems(
            registry.lake[keys.DECIDED_ITEMS], label_queues(definitions.pushed_dashboards(env))
        ),
        last_arrivals=lambda: last_arrivals(records()),
        notify=notify,
        part_rows=settings.snapshot_part_rows,
        count=count,
        iceberg=stores.iceberg_tables(clock.utc_now, is_used=settings.iceberg),
        removed=definitions.removed_datasets(env),
    )


def refresh(env: Mapping[str, str], workspace: Path) -> RefreshedTables:
    """Publish rows that arrived since the tables' snapshots, for datasets that are small enough."""
    from headgate.merge.refresh_tables import refresh_tables
    from headgate.runs.stage_records import count_nothing
    from headgate.snapshots.publishing import notify_nobody

    def merge_of_pass() -> Merging:
        merge = merging(env, workspace, notify_nobody, count_nothing, stores.ledger(env).records)
        # One scan of the ledger for all datasets.
        return replace(merge, last_arrivals=cache(merge.last_arrivals))

    return refresh_tables(merge_of_pass, clock.utc_now, MergeSettings.from_env(env).fresh_rows_mb * MB)


def publish_file_records(env: Mapping[str, str], records: Iterable[FileRecord]) -> Published:
    """Write all records of files to the table `file_records`."""
    from headgate.aws.glue.catalog import GlueCatalog
    from headgate.merge.file_records import publish_file_records
    from headgate.quality.contract_audit import audit
    from headgate.snapshots.publishing import Publisher

    settings = MergeSettings.from_env(env)
    catalog = GlueCatalog(clients.glue(), settings.crawler)
    publisher = Publisher(
        stores.objects(), catalog, settings.curated_database, settings.curated_bucket, audit
    )
    return publish_file_records(publisher, definitions.registry(env).lake["file_records"], records)


def lake_snapshot(env: Mapping[str, str], snapshot_id: str) -> LakeSnapshot:
    """Return the merged snapshot with this id; `current` is the newest one."""
    from headgate.snapshots.read_snapshots import lake_snapshot

    return lake_snapshot(stores.objects(), CuratedSettings.from_env(env).curated_bucket, snapshot_id)


def newest_snapshot(env: Mapping[str, str]) -> LakeSnapshot | None:
    """Return the newest snapshot; None before the first merge."""
    from headgate.snapshots.read_snapshots import newest_snapshot

    return newest_snapshot(stores.objects(), CuratedSettings.from_env(env).curated_bucket)


def datasets_not_merged(env: Mapping[str, str]) -> Mapping[str, str]:
    """Return dataset → why its newest increments are not in the newest snapshot; empty before any merge."""
    newest = newest_snapshot(env)
    return newest.failed if newest else {}


def checked_references(env: Mapping[str, str]) -> tuple[CheckedReference, ...]:
    """Return the newest snapshot's counts of rows without their parent; empty before the first merge."""
    from headgate.snapshots.read_snapshots import checked_references

    newest = newest_snapshot(env)
    bucket = CuratedSettings.from_env(env).curated_bucket
    return checked_references(stores.objects(), bucket, newest.snapshot_id) if newest else ()
