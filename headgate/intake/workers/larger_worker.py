"""Hand a file that exceeds this worker over to a larger one.

The larger worker is a run of a state machine that starts the job `curate_large` and watches it.
docs/adr/0017-large-files.md gives the order of the steps and the reason why no file is lost or doubled.
"""

from __future__ import annotations

import resource
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote_plus, unquote_plus

from headgate.errors import ServiceError, ThrottledError, UnreadableFileError
from headgate.formats.unpack import unpacked_bytes
from headgate.intake.workers.worker_sizing import (
    HEAD_BYTES,
    KEPT_MEASUREMENTS,
    MEASURED_FROM_BYTES,
    Worker,
    form_of,
    need,
    pace,
)
from headgate.lake import keys
from headgate.lake.definitions import DEPLOYED
from headgate.lake.ports import (
    Claim,
    FileLedger,
    FileRecord,
    MeasuredFile,
    ObjectInfo,
    ObjectRef,
    ObjectStore,
)

KILLED = "killed"
_MILLISECOND_S = 0.001


@dataclass(frozen=True)
class LargerWorker:
    """Starts a larger worker for files that exceed this one.

    Args:
        worker: memory and disk of this worker.
        time_left_s: seconds until this worker is stopped.
        start: starts a run of the larger worker; takes a name that can start only once, and the input.
        lease_s: the maximum time of a larger worker, including its queue and retries.
        from_bytes: smaller files are not examined, unless a worker died while it processed them.
        is_redelivery: returns whether the file was delivered before. Only then the ledger is asked whether
            the first worker died.
    """

    worker: Worker
    time_left_s: Callable[[], float]
    start: Callable[[str, Mapping[str, str]], object]
    lease_s: int
    from_bytes: int = MEASURED_FROM_BYTES
    is_redelivery: Callable[[], bool] = lambda: False

    def shortage(self, objects: ObjectStore, ledger: FileLedger, record: FileRecord, info: ObjectInfo) -> str:
        """Return the resource that this worker lacks: `time`, `memory` or `disk`; empty if it has enough.

        Return `killed` if a worker died while it processed the file.
        """
        is_large = info.size_bytes >= self.from_bytes
        if (is_large or self.is_redelivery()) and ledger.is_left_undone(record.file_id):
            return KILLED
        if not is_large:
            return ""
        form = form_of(objects.head(info.ref, HEAD_BYTES))
        return need(info.size_bytes, pace(form, ledger.measured(kind_of(record, form)))).beyond(
            self.worker, self.time_left_s()
        )

    def hand_over(
        self, ledger: FileLedger, record: FileRecord, ref: ObjectRef, *, now: datetime, claim_s: int
    ) -> Claim:
        """Start a run for the file; a refused claim has the reason why none was started.

        Args:
            claim_s: the lease until the run has started.

        Raises:
            UnreadableFileError: its key must not be passed to a job.
            ServiceError: a service failed, or was throttled at a point where an immediate retry would lose
                the file.
        """
        if record.key != ref.key:
            raise _sensitive_key()
        claim = _claim(ledger, record, now, claim_s)
        if claim.granted:
            try:
                self.start(f"{record.file_id}-{int(now.timestamp() * 1000)}", as_input(record, ref))
            except Exception:
                ledger.release(record)
                raise
            ledger.keep_handed_over(record.file_id, now=now, lease_s=self.lease_s)
        return claim


def _claim(ledger: FileLedger, record: FileRecord, now: datetime, claim_s: int) -> Claim:
    """Claim the file for the larger worker.

    A throttled call is an error here: if only its answer was lost, this worker's own lease would refuse a
    retry.
    """
    try:
        return ledger.hand_over(record, now=now, lease_s=claim_s)
    except ThrottledError as error:
        raise ServiceError(
            f"the answer to the hand-over of {record.key} was lost; deliver it again when the lease has ended"
        ) from error


def as_input(record: FileRecord, ref: ObjectRef) -> dict[str, str]:
    """Return the input of a larger worker's run.

    It has the parts of the object as in S3 notifications, its address, and the version of the definitions
    that this worker chose for it.
    """
    key = quote_plus(ref.key, safe="/")
    version = f"?versionId={ref.version_id}" if ref.version_id else ""
    return {
        "file_id": record.file_id,
        "bucket": ref.bucket,
        "key": key,
        "version_id": ref.version_id,
        "object": f"s3://{ref.bucket}/{key}{version}",
        "definitions": record.definitions or DEPLOYED,
    }


def from_address(address: str) -> ObjectRef:
    """Return the object that an `s3://` address names."""
    path, _, version_id = address.removeprefix("s3://").partition("?versionId=")
    bucket, _, key = path.partition("/")
    return ObjectRef(bucket, unquote_plus(key), version_id)


def kind_of(record: FileRecord, form: str) -> str:
    """Return the kind of a file for measurements: its folder and form."""
    return f"{keys.dataset_of(record.key)}/{form}"


@dataclass(frozen=True)
class Stopwatch:
    """Measures the time and memory of one file; files below `from_bytes` are not measured."""

    began_at: datetime
    peak_bytes: int
    from_bytes: int = MEASURED_FROM_BYTES

    @classmethod
    def start(cls, now: datetime, from_bytes: int = MEASURED_FROM_BYTES) -> Stopwatch:
        """Start the measurement before the file is processed."""
        return cls(now, _peak_bytes(), from_bytes)

    def note(self, ledger: FileLedger, record: FileRecord, path: Path, now: datetime) -> None:
        """Store the measurement in the ledger."""
        if record.size_bytes < self.from_bytes:
            return
        with path.open("rb") as file:
            kind = kind_of(record, form_of(file.read(HEAD_BYTES)))
        peak = _peak_bytes()
        milliseconds = max(1, int((now - self.began_at).total_seconds() / _MILLISECOND_S))
        took = MeasuredFile(
            record.size_bytes, unpacked_bytes(path), milliseconds, peak if peak > self.peak_bytes else 0
        )
        ledger.measure(kind, (*ledger.measured(kind), took)[-KEPT_MEASUREMENTS:])


def _peak_bytes() -> int:
    """Return the peak memory of this process; Linux reports KiB."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _sensitive_key() -> UnreadableFileError:
    return UnreadableFileError(
        rule="too_large",
        message=(
            "the file is too large for the function, and its key contains a card number or SSN, which "
            "must not be passed to a Glue job"
        ),
        remedy="send it under a name without card and social security numbers",
    )
