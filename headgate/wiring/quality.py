"""The card-data audit, and the gate before analytics."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING

from headgate.settings import ArtifactsSettings, CuratedSettings, LogSettings, ScanSettings
from headgate.wiring import clock, definitions, operations, stores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from headgate.quality.card_audit_ledger import CardAudit
    from headgate.quality.data_docs import DataDocs
    from headgate.quality.pci_audit import AuditFinding, AuditScan
    from headgate.quality.snapshot_gate import QualityGate
    from headgate.runs.stage_records import StageWork
    from headgate.snapshots.snapshot import LakeSnapshot

CARD_AUDIT = "pci_audit"  # prod table that counts the audit's findings, built by its system
CARD_FINDINGS = "pci_findings"  # prod table with the place and masked value of each


def quality_gate(env: Mapping[str, str], workspace: Path, count: Callable[[StageWork], None]) -> QualityGate:
    """Return the gate before analytics.

    Args:
        workspace: a local folder with space for the complete snapshot.
        count: called with the work on each dataset.
    """
    from headgate.quality.snapshot_gate import QualityGate

    return QualityGate(
        stores.objects(),
        definitions.registry(env).curated,
        CuratedSettings.from_env(env).curated_bucket,
        data_docs(env),
        workspace,
        count,
    )


def data_docs(env: Mapping[str, str]) -> DataDocs:
    """Return the store of Great Expectations' pages about runs."""
    from headgate.quality.data_docs import DataDocs

    return DataDocs(stores.objects(), ArtifactsSettings.from_env(env).artifacts_bucket)


def card_audit(env: Mapping[str, str], since: datetime | None = None) -> CardAudit:
    """Return the card-data audit, which reads only new objects.

    Args:
        since: for a full audit, read again objects that were last audited before this time; naive UTC.
    """
    from headgate.quality.card_audit_ledger import AuditLedger, CardAudit, alert_text, scanner_version
    from headgate.quality.declared_columns import declared_columns

    ledger = AuditLedger(stores.objects(), ArtifactsSettings.from_env(env).artifacts_bucket)

    def alert(findings: Sequence[AuditFinding]) -> None:
        operations.alerts(env).send("Headgate: the card-data audit found something", alert_text(findings))

    registry = definitions.registry(env)
    declared = declared_columns([*registry.prod.values(), *registry.curated.values()])
    scanner = scanner_version(json.dumps(declared, sort_keys=True))
    return CardAudit(stores.objects(), ledger, clock.utc_now, alert, scanner, since=since, declared=declared)


def increment_scans(env: Mapping[str, str]) -> list[AuditScan]:
    """Return the scans of increments for card data, before they are merged, without dismissed findings."""
    from headgate.quality.card_findings import without_dismissed
    from headgate.quality.pci_audit import increments_zone

    bucket = CuratedSettings.from_env(env).curated_bucket
    scans = card_audit(env).audit_objects([increments_zone(bucket)])
    has_findings = any(scan.findings for scan in scans)
    return without_dismissed(scans, _dismissed(bucket)) if has_findings else scans


def _dismissed(bucket: str) -> frozenset[str]:
    """Return the ids of the findings that a person decided to be no card data."""
    from headgate.lake import keys
    from headgate.merge.decided_items import closing
    from headgate.quality.card_findings import NO_CARD, QUEUE
    from headgate.values.parquet_tables import table_of

    objects = stores.objects()
    decisions = [
        row
        for item in objects.list(bucket, keys.decisions_prefix(QUEUE))
        for row in table_of(objects.read(item.ref)).to_pylist()
    ]
    return frozenset(row["item_id"] for row in closing(decisions) if row["action"] == NO_CARD)


def leak_scans(
    env: Mapping[str, str], since: datetime | None = None, lake: LakeSnapshot | None = None
) -> list[AuditScan]:
    """Return the scans for card data in rows, tables, profiles, answers, file records and logs."""
    from headgate.quality.pci_audit import derived_zones, growing_zones, snapshot_zone

    settings, log_settings, audit = (
        ScanSettings.from_env(env),
        LogSettings.from_env(env),
        card_audit(env, since),
    )
    zones = growing_zones(settings.curated_bucket, settings.quarantine_bucket, settings.prod_buckets.values())
    zones += derived_zones(settings.artifacts_bucket, settings.results_bucket)
    zones += [snapshot_zone(settings.curated_bucket, lake)] if lake else []
    oldest = clock.utc_now() - timedelta(days=log_settings.audited_log_days)
    lines = {group: partial(_log_lines, group) for group in log_settings.log_groups}
    return [
        *audit.audit_objects(zones),
        *audit.audit_records(stores.ledger(env).records(is_newest=False)),
        *audit.audit_logs(lines, oldest),
    ]


def card_audit_tables(env: Mapping[str, str]) -> dict[str, Callable[[], pd.DataFrame]]:
    """Return functions that make the tables of the card-data audit, by name; both are of one audit.

    Findings that a person dismissed are in none of them.
    """
    from headgate.contracts.card_declarations import declarations_by_dataset
    from headgate.quality.card_findings import card_findings, without_dismissed
    from headgate.quality.pci_audit import pci_audit

    registry, bucket = definitions.registry(env), ScanSettings.from_env(env).curated_bucket
    declarations = declarations_by_dataset([*registry.prod.values(), *registry.curated.values()])
    scans = cache(lambda: without_dismissed(leak_scans(env), _dismissed(bucket)))

    def placed() -> pd.DataFrame:
        has_findings = any(scan.findings for scan in scans())
        records = stores.ledger(env).records(is_newest=False) if has_findings else ()
        return card_findings(scans(), {record.content_sha256: record.key for record in records})

    return {CARD_AUDIT: lambda: pci_audit(scans(), declarations), CARD_FINDINGS: placed}


def _log_lines(group: str, since: datetime) -> Iterator[str]:
    return (line.text for line in operations.logs().lines(group, since=since))
