"""The card-data audit, and the gate before analytics."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import partial
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

CARD_AUDIT = "pci_audit"  # prod table with the audit's findings, built by its system


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
    """Return the scans of increments for card data, before they are merged."""
    from headgate.quality.pci_audit import increments_zone

    return card_audit(env).audit_objects([increments_zone(CuratedSettings.from_env(env).curated_bucket)])


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


def card_audit_table(env: Mapping[str, str]) -> pd.DataFrame:
    """Return the table of the card-data audit, with the columns that contracts exempt from it."""
    from headgate.contracts.card_declarations import declarations_by_dataset
    from headgate.quality.pci_audit import pci_audit

    registry = definitions.registry(env)
    return pci_audit(
        leak_scans(env), declarations_by_dataset([*registry.prod.values(), *registry.curated.values()])
    )


def _log_lines(group: str, since: datetime) -> Iterator[str]:
    return (line.text for line in operations.logs().lines(group, since=since))
