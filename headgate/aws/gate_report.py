"""What the gate's function tells the outside of each file: a log line, metrics, and an alert for a refused one.

Nothing here ever sees an event's or a file's content.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit

from headgate.errors import HeadgateError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aws_lambda_powertools import Logger, Metrics

    from headgate.aws.sns import Alerts
    from headgate.lake.ports import FileRecord, ObjectRef

_COUNTS = {"RowsReceived": "received", "RowsAccepted": "accepted", "RowsQuarantined": "quarantined", "RowsDuplicate": "duplicates"}
_FILES = {"done": "FilesDone", "refused": "FilesRefused", "skipped_duplicate": "FilesSkipped"}


@dataclass(frozen=True)
class GateReport:
    """Where the outcome of a file is told."""

    logger: Logger
    metrics: Metrics
    alerts: Alerts

    @contextmanager
    def of(self, ref: ObjectRef) -> Iterator[None]:
        """An error inside is logged with the file it concerns, and goes on."""
        try:
            yield
        except HeadgateError as error:
            self.logger.error(  # noqa: TRY400 no traceback: it may hold what was sent to a service
                "file not processed", extra={"bucket": ref.bucket, "key": ref.key, "error": type(error).__name__, "cause": str(error)}
            )
            raise

    def told(self, record: FileRecord) -> None:
        """The record's outcome stands in the log and the metrics; people know of a refused file."""
        for metric, field in _COUNTS.items():
            self.metrics.add_metric(name=metric, unit=MetricUnit.Count, value=getattr(record, field))
        self.metrics.add_metric(name=_FILES.get(record.state, "FilesOther"), unit=MetricUnit.Count, value=1)
        self.logger.info("file processed", extra=_facts(record))
        if record.state == "refused":
            self.alerts.refused(record)


def _facts(record: FileRecord) -> dict[str, object]:
    counts = {field: getattr(record, field) for field in (*_COUNTS.values(), "warnings")}
    return {
        "file_id": record.file_id,
        "dataset": record.dataset,
        "state": record.state,
        **counts,
        "reasons": dict(record.reasons),
        "error": dict(record.error),
    }
