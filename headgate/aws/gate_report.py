"""Report the outcome of each file of the gate: a log line and metrics.

Alerts are sent before the record is written. Reports never contain content, and keys have no card or social
security numbers.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit

from headgate.aws import unexpected_errors
from headgate.errors import HeadgateError
from headgate.lake.states import FileState
from headgate.masking.redaction import redact_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_lambda_powertools import Logger, Metrics

    from headgate.lake.ports import FileRecord, ObjectRef

_COUNTS = {
    "RowsReceived": "received",
    "RowsAccepted": "accepted",
    "RowsQuarantined": "quarantined",
    "RowsDuplicate": "duplicates",
}
_FILES = {
    FileState.DONE: "FilesDone",
    FileState.REJECTED: "FilesRejected",
    FileState.NEEDS_MAPPING: "FilesToMap",
    FileState.PROFILED: "FilesProfiled",
    FileState.SKIPPED_DUPLICATE: "FilesSkipped",
    FileState.IGNORED: "FilesIgnored",
    FileState.WAITING: "FilesWaiting",
    FileState.HANDED_OVER: "FilesHandedOver",
}


@dataclass(frozen=True)
class GateReport:
    """The destinations of a file's outcome."""

    logger: Logger
    metrics: Metrics

    @contextmanager
    def of(self, ref: ObjectRef) -> Iterator[None]:
        """Log an error of the block with the file, and raise it again.

        Raises:
            HeadgateError: for an unexpected error, with its kind and place only, because its text may contain
                a value.
        """
        try:
            yield
        except HeadgateError as error:
            self._failed(ref, error)
            raise
        except Exception as error:  # noqa: BLE001 a library's error must not reach the log as it is
            kind_and_place = HeadgateError(unexpected_errors.describe_error(error))
            self._failed(ref, kind_and_place)
            raise kind_and_place from None

    def record(self, record: FileRecord) -> None:
        """Log the file's outcome, and count it in the metrics unless it was counted before."""
        if record.seen_before:
            self.logger.info("file seen before", extra=_facts(record))
            return
        for metric, field in _COUNTS.items():
            self.metrics.add_metric(name=metric, unit=MetricUnit.Count, value=getattr(record, field))
        self.metrics.add_metric(name=_FILES[record.state], unit=MetricUnit.Count, value=1)
        self.logger.info(_skipped_or_processed(record), extra=_facts(record))
        if record.profile.get("drift"):
            self.metrics.add_metric(name="FilesOutOfLine", unit=MetricUnit.Count, value=1)

    def _failed(self, ref: ObjectRef, error: HeadgateError) -> None:
        key, cause = redact_text(ref.key), redact_text(str(error))
        facts = {"bucket": ref.bucket, "key": key, "error": type(error).__name__, "cause": cause}
        self.logger.error("file not processed", extra=facts)
        self.metrics.add_metric(name="FilesFailed", unit=MetricUnit.Count, value=1)


def _skipped_or_processed(record: FileRecord) -> str:
    return "Duplicate File Skipped" if record.state is FileState.SKIPPED_DUPLICATE else "file processed"


def _facts(record: FileRecord) -> dict[str, object]:
    counts = {field: getattr(record, field) for field in (*_COUNTS.values(), "warnings")}
    return {
        "file_id": record.file_id,
        "dataset": redact_text(record.dataset),
        "state": record.state,
        **({"duplicate_of": record.duplicate_of} if record.duplicate_of else {}),
        **counts,
        "reasons": dict(record.reasons),
        # Not by column: the card-data audit scans logs, and a count after `card_cvv` looks like a code.
        "masked": sum(record.masked.values()),
        **({"new_columns": list(record.new_columns)} if record.new_columns else {}),
        **({"model_records": dict(record.model_records)} if record.model_records else {}),
        "error": dict(record.error),
        # Without minima and maxima of columns, which readers of logs need not see.
        "profile": {name: value for name, value in record.profile.items() if name != "statistics"},
    }
