"""Merge the increments into a snapshot of the lake, unique by key, and close quarantined rows of corrected
files.

A dataset that cannot be merged keeps its previous table; an alert names it once for each new reason. With
HEADGATE_FRESH_ROWS_MB the job only publishes the new rows of small datasets.

Arguments: `--as_of YYYY-MM-DD` (default: the last day of the data).
"""

from __future__ import annotations

import logging
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from headgate.aws.glue import job_arguments, job_process
from headgate.errors import HeadgateError
from headgate.lineage.openlineage import MERGE
from headgate.merge.record_scan import RecordScan
from headgate.settings import MergeSettings
from headgate.wiring import definitions, intake, lineage_events, operations, snapshots, stores

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from headgate.lineage.write_events import LineageLog
    from headgate.runs.stage_records import StageLog

log = logging.getLogger(__name__)


def run(arguments: Mapping[str, str]) -> dict[str, object]:
    """Merge the lake, or refresh the tables of small datasets between two runs."""
    return refresh(arguments) if MergeSettings.from_env(arguments).fresh_rows_mb else merge(arguments)


def refresh(arguments: Mapping[str, str]) -> dict[str, object]:
    """Return the rows of each refreshed table, and the reasons for the others."""
    with TemporaryDirectory(prefix="headgate-refresh-") as workspace:
        tables = snapshots.refresh(arguments, Path(workspace))
    return {"rows": tables.rows, "not_refreshed": tables.failed}


def merge(arguments: Mapping[str, str]) -> dict[str, object]:
    """Merge the increments, and return the snapshot's id, the rows of its datasets and those without a
    parent, and the closed files and rows.
    """
    as_of = job_arguments.day(arguments, "as_of")
    with (
        TemporaryDirectory(prefix="headgate-merge-") as workspace,
        operations.stage_log(arguments, MERGE) as stage,
        lineage_events.lineage_log(arguments, MERGE) as events,
    ):
        return _merge(arguments, as_of, Path(workspace), events, stage)


def _merge(
    arguments: Mapping[str, str], as_of: date | None, workspace: Path, events: LineageLog, stage: StageLog
) -> dict[str, object]:
    scan = RecordScan(stores.ledger(arguments), workspace / "records.json.gz")
    merging = snapshots.merging(arguments, workspace, events.add, stage.count, scan.read)
    failed_before = snapshots.datasets_not_merged(arguments)
    lake = merging.merge(as_of)
    for dataset, cause in lake.failed.items():
        events.fail(merging.database, dataset, cause)
    if lake.failed and lake.failed != failed_before:
        alert_failed(arguments, lake.failed)
    rows = {name: dataset.rows for name, dataset in lake.datasets.items()}
    closing = intake.correction_closer(arguments).close(scan.records())
    snapshots.publish_file_records(arguments, closing.records)
    orphans = {item.column: item.rows for item in snapshots.checked_references(arguments) if item.rows}
    return {
        "snapshot_id": lake.snapshot_id,
        "as_of": lake.as_of.isoformat(),
        "rows": rows,
        "datasets_not_merged": dict(lake.failed),
        "missing_values": {
            name: dict(dataset.missing_values)
            for name, dataset in lake.datasets.items()
            if dataset.missing_values
        },
        "rows_without_parent": orphans,
        "files_closed": len(closing.closed),
        "rows_closed": sum(item.rows for item in closing.closed),
    }


def alert_failed(arguments: Mapping[str, str], failed: Mapping[str, str]) -> None:
    """Report the datasets that could not be merged.

    A failed alert does not stop the run of the others.
    """
    try:
        operations.alerts(arguments).datasets_not_merged(failed)
    except HeadgateError as error:
        log.error("alert not sent", extra={"cause": str(error), "datasets": sorted(failed)})  # noqa: TRY400 the cause says it all


if __name__ == "__main__":
    job_process.run(definitions.with_one_version(run, MergeSettings))
