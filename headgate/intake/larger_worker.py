"""What a worker does with a file that is too much for it: it hands the file over to a larger one, and is done with it.

The larger worker is a run of a state machine, which starts the job `curate_large` and watches it. docs/adr/0017-large-files.md tells
the order of the steps, and why none of them loses or doubles a file.
"""

from __future__ import annotations

import resource
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote_plus, unquote_plus

from headgate.errors import ServiceError, ThrottledError, UnreadableFileError
from headgate.formats.unpack import unpacked_bytes
from headgate.intake.worker_sizing import HEAD_BYTES, KEPT_MEASUREMENTS, LOOKED_AT_FROM_BYTES, form_of, need, pace
from headgate.lake import keys
from headgate.lake.ports import Measured, ObjectRef

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from headgate.intake.worker_sizing import Worker
    from headgate.lake.ports import Claim, FileLedger, FileRecord, ObjectInfo, ObjectStore

KILLED = "killed"
_MILLISECOND_S = 0.001


@dataclass(frozen=True)
class HandingOver:
    """Hands files over that are too much for this worker.

    Args:
        worker: what this worker has.
        time_left_s: until it is stopped.
        start: starts a run of the larger worker, by a name that starts once, with its input.
        lease_s: how long a larger worker may take at most, waiting for its turn and trying again included.
        from_bytes: a smaller file is never looked at, unless a worker died of it.
        comes_again: whether the file was delivered before. Only then is it asked what became of the first worker: that is a call.
    """

    worker: Worker
    time_left_s: Callable[[], float]
    start: Callable[[str, Mapping[str, str]], object]
    lease_s: int
    from_bytes: int = LOOKED_AT_FROM_BYTES
    comes_again: Callable[[], bool] = lambda: False

    def lacks(self, objects: ObjectStore, ledger: FileLedger, record: FileRecord, info: ObjectInfo) -> str:
        """What this worker has too little of: `time`, `memory` or `disk`; `killed` when one like it died of the file; else nothing."""
        is_large = info.size_bytes >= self.from_bytes
        if (is_large or self.comes_again()) and ledger.is_left_undone(record.file_id):
            return KILLED
        if not is_large:
            return ""
        form = form_of(objects.head(info.ref, HEAD_BYTES))
        return need(info.size_bytes, pace(form, ledger.measured(kind_of(record, form)))).beyond(self.worker, self.time_left_s())

    def hand_over(self, ledger: FileLedger, record: FileRecord, ref: ObjectRef, *, now: datetime, claim_s: int) -> Claim:
        """A run is started for the file, or the claim tells why none was.

        Args:
            claim_s: how long others keep away when this worker dies before the run is started.

        Raises:
            UnreadableFileError: its name may not be told to others.
            ServiceError: a service failed, or asked for patience where asking again at once would lose the file.
        """
        if record.key != ref.key:
            raise _unspeakable()
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
    """Asked again while the lease runs, a ledger that did as asked and whose answer was lost would say that a run has the file."""
    try:
        return ledger.hand_over(record, now=now, lease_s=claim_s)
    except ThrottledError as error:
        raise ServiceError(f"whether {record.key} is handed over is not known; deliver it again when no lease runs") from error


def as_input(record: FileRecord, ref: ObjectRef) -> dict[str, str]:
    """What a run of the larger worker is told: parts as S3's notifications spell them, and all of them as one address."""
    key = quote_plus(ref.key, safe="/")
    version = f"?versionId={ref.version_id}" if ref.version_id else ""
    return {
        "file_id": record.file_id,
        "bucket": ref.bucket,
        "key": key,
        "version_id": ref.version_id,
        "object": f"s3://{ref.bucket}/{key}{version}",
    }


def from_address(address: str) -> ObjectRef:
    """The object that a run of the larger worker was told of, by its `s3://` address."""
    place, _, version_id = address.removeprefix("s3://").partition("?versionId=")
    bucket, _, key = place.partition("/")
    return ObjectRef(bucket, unquote_plus(key), version_id)


def kind_of(record: FileRecord, form: str) -> str:
    """Files that are alike in what they take: of one folder and form."""
    return f"{keys.dataset_of(record.key)}/{form}"


@dataclass(frozen=True)
class Stopwatch:
    """Measures what a file takes of this worker, from now on; a smaller one than `from_bytes` tells nothing."""

    began_at: datetime
    peak_bytes: int
    from_bytes: int = LOOKED_AT_FROM_BYTES

    @classmethod
    def start(cls, now: datetime, from_bytes: int = LOOKED_AT_FROM_BYTES) -> Stopwatch:
        """Nothing of the file was done yet."""
        return cls(now, _peak_bytes(), from_bytes)

    def note(self, ledger: FileLedger, record: FileRecord, path: Path, now: datetime) -> None:
        """What the file took is remembered, if it is large enough to tell anything."""
        if record.size_bytes < self.from_bytes:
            return
        with path.open("rb") as file:
            kind = kind_of(record, form_of(file.read(HEAD_BYTES)))
        peak = _peak_bytes()
        milliseconds = max(1, int((now - self.began_at).total_seconds() / _MILLISECOND_S))
        took = Measured(record.size_bytes, unpacked_bytes(path), milliseconds, peak if peak > self.peak_bytes else 0)
        ledger.measure(kind, (*ledger.measured(kind), took)[-KEPT_MEASUREMENTS:])


def _peak_bytes() -> int:
    """The most memory that this process ever held. Linux tells it in KiB."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _unspeakable() -> UnreadableFileError:
    return UnreadableFileError(
        rule="too_large",
        message="the file is too large for the function, and its name holds a number that no job may be told",
        remedy="send it under a name without card and social security numbers",
    )
