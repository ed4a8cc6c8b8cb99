"""Audit the complete lake for card data, including objects that were audited before.

Arguments: `--scheduled_at` (when the audit was due; a repeated attempt skips objects audited since).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from headgate.aws.glue import job_arguments, job_process
from headgate.errors import NotFoundError, SettingsError
from headgate.quality.pci_audit import findings
from headgate.settings import ScanSettings
from headgate.wiring import definitions, quality, snapshots

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.snapshots.snapshot import LakeSnapshot


def audit(arguments: Mapping[str, str]) -> dict[str, object]:
    """Return the numbers of audited objects and cells, and the findings by zone and subject."""
    scans = quality.leak_scans(arguments, since=_due_at(arguments), lake=_lake(arguments))
    leaks = findings(scans)
    return {
        "objects": sum(scan.objects for scan in scans),
        "cells": sum(scan.cells for scan in scans),
        "findings": sum(finding.count for finding in leaks),
        "places": [finding.place for finding in leaks[:20]],
    }


def _due_at(arguments: Mapping[str, str]) -> datetime:
    try:
        due_at = datetime.fromisoformat(job_arguments.required(arguments, "scheduled_at"))
    except ValueError:
        raise SettingsError(
            "--scheduled_at must be an ISO 8601 time, for example 2026-05-01T04:00:00Z"
        ) from None
    return due_at.astimezone(UTC).replace(tzinfo=None) if due_at.tzinfo else due_at


def _lake(arguments: Mapping[str, str]) -> LakeSnapshot | None:
    """Return the newest snapshot; None before the first merge."""
    try:
        return snapshots.lake_snapshot(arguments, job_arguments.snapshot_id(arguments))
    except NotFoundError:
        return None


if __name__ == "__main__":
    job_process.run(definitions.with_one_version(audit, ScanSettings))
