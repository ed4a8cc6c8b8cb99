"""Export the source database's tables to raw with certificates, all at one consistent time.

Arguments: `--scheduled_at` (when the run was due; it names the run, so that a repeated attempt resumes it),
`--run` (another name), `--tables a,b` (default: all with a contract), `--incremental true`, `--mask_at_source
true`, `--workers` (2), `--overlap_s` (300), `--format csv`, `--source NAME` (one of several databases; its
login is the secret `<deployment>/mysql/NAME`).
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from headgate.aws.glue import job_arguments, job_process
from headgate.errors import SettingsError
from headgate.export.reading.file_batches import FileFormat
from headgate.export.requests import ExportRequest, Mode
from headgate.export.run_names import day_of, named_by_time
from headgate.settings import ExportSettings
from headgate.wiring import definitions, exports

if TYPE_CHECKING:
    from collections.abc import Mapping


def export(arguments: Mapping[str, str]) -> dict[str, object]:
    """Export the tables, and return the run and the rows of each table."""
    source = arguments.get("source", "")
    login = exports.secret_login(arguments, source)
    request = requested(arguments, source or login.database)
    with TemporaryDirectory(prefix="headgate-export-") as workspace:
        exporting = exports.exporting(
            arguments, login, Path(workspace), mirrored=True, masked=request.mask_at_source, source=source
        )
        report = exporting.run(request)
    rows = {certificate.table: certificate.digest.rows for certificate in report.certificates}
    return {"run": report.run, "changed": report.changed, "rows": rows}


def requested(arguments: Mapping[str, str], source: str) -> ExportRequest:
    """Parse the request from the job's arguments."""
    try:
        due_at = datetime.fromisoformat(job_arguments.required(arguments, "scheduled_at"))
        workers, overlap_s = int(arguments.get("workers") or 2), int(arguments.get("overlap_s") or 300)
    except ValueError:
        raise SettingsError(
            "--scheduled_at must be an ISO 8601 time, --workers and --overlap_s whole numbers"
        ) from None
    run = arguments.get("run") or named_by_time(due_at)
    return ExportRequest(
        source,
        run,
        day_of(run, due_at.date()),
        tuple(name.strip() for name in arguments.get("tables", "").split(",") if name.strip()),
        mode=Mode.INCREMENTAL if arguments.get("incremental") == "true" else Mode.FULL,
        workers=workers,
        overlap_s=overlap_s,
        mask_at_source=arguments.get("mask_at_source") == "true",
        file_format=FileFormat.CSV if arguments.get("format") == "csv" else FileFormat.PARQUET,
    )


if __name__ == "__main__":
    job_process.run(definitions.with_one_version(export, ExportSettings))
