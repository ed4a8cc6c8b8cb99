"""Send files to raw, report progress in bytes, and follow them through the gate."""

from __future__ import annotations

import sys
from threading import Lock
from typing import TYPE_CHECKING

from headgate.contracts.registry import Registry
from headgate.errors import HeadgateError
from headgate.lake.ports import FileLedger, FileRecord, ObjectRef
from headgate.uploads.select_files import select_files
from headgate.uploads.send_files import follow, newest_version

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headgate.aws.s3 import S3Objects

_MB = 1_000_000
_STEPS = 10  # lines of progress per upload


def upload(
    objects: S3Objects,
    ledger: FileLedger,
    bucket: str,
    source: str,
    *,
    dataset: str,
    timeout_s: float,
    progress: Callable[[str], None],
) -> list[FileRecord]:
    """Send the files of a source, and return their records by key after the gate has ended with them.

    Raises:
        HeadgateError: the file does not exist or has no data.
    """
    sent = select_files([source], dataset, Registry.load().source, sys.stdin.buffer)
    if not sent.files:
        raise HeadgateError(
            "There is no data to send. " + "; ".join(f"{name}: {why}" for name, why in sent.left_out)
        )
    report = _Bytes(sum(path.stat().st_size for _, path in sent.files), progress)
    refs = [
        _send(objects, ObjectRef(bucket, key), path, report) for key, path in [*sent.files, *sent.manifests]
    ]
    data = refs[: len(sent.files)]
    ended = follow(ledger, data, lambda _: None, timeout_s=timeout_s)
    for record in ended:
        counts = (
            f"{record.received:,} rows received, {record.accepted:,} accepted, {record.quarantined:,} "
            "quarantined"
        )
        progress(f"{record.key}: {record.state}, {counts}")
    if len(ended) < len(data):
        progress(
            f"{len(data) - len(ended)} files are still in the gate after {timeout_s:g} s; `lake.files()` "
            "shows them."
        )
    return sorted(ended, key=lambda record: record.key)


def _send(objects: S3Objects, ref: ObjectRef, path: Path, report: _Bytes) -> ObjectRef:
    objects.upload(path, ref, sent=report.add)
    return newest_version(objects, ref)


class _Bytes:
    """Reports the sent bytes after each tenth; boto3 calls it from several threads."""

    def __init__(self, total: int, progress: Callable[[str], None]) -> None:
        self._total, self._progress = total, progress
        self._sent = self._reported = 0
        self._lock = Lock()

    def add(self, count: int) -> None:
        """Add sent bytes."""
        with self._lock:
            self._sent += count
            tenths = _STEPS * self._sent // max(1, self._total)
            if tenths > self._reported:
                self._reported = tenths
                self._progress(f"sent {self._sent / _MB:,.1f} of {self._total / _MB:,.1f} MB")
