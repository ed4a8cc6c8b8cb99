"""Close what a corrected file has left behind: the refused rows of the versions before it, each once.

The rows stay where they are, marked with the version that stands for them; see docs/adr/0020-corrected-files-close-their-past.md.
A file's rows are one object, rewritten in one write, so that they are closed together or not at all.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.errors import NotFoundError, ThrottledError
from headgate.intake.cells import repeated
from headgate.lake.ports import ObjectRef
from headgate.lake.publishing import PARQUET_TYPE, parquet_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from headgate.lake.ports import FileLedger, FileRecord, ObjectStore

CLOSED_BY = "closed_by"
_CLOSABLE = {"done", "refused"}


@dataclass(frozen=True)
class Closed:
    """A version that is settled by a later one of the same object, and how many of its rows were still in quarantine."""

    file_id: str
    key: str
    closed_by: str
    rows: int


@dataclass(frozen=True)
class Closing:
    """Closes what later versions of the same objects stand for.

    Args:
        lease_s: how long replays keep away from a file whose closing died.
    """

    objects: ObjectStore
    ledger: FileLedger
    quarantine_bucket: str
    clock: Callable[[], datetime]
    lease_s: int

    def close(self) -> list[Closed]:
        """What was closed; a file that another worker holds is left for the next time.

        Raises:
            ServiceError: a service failed; what was closed before is closed, and closing again completes it.
        """
        closed = []
        for old, newer in corrected(self.ledger.records()):
            with suppress(ThrottledError):
                if done := self._closed(old, newer):
                    closed.append(done)
        return closed

    def _closed(self, old: FileRecord, newer: FileRecord) -> Closed | None:
        """None where a replay died half-way: that replay has to be completed first."""
        before = self.ledger.reopen(old.file_id, now=self.clock(), lease_s=self.lease_s)
        if before.state not in _CLOSABLE:
            self.ledger.release(before)
            return None
        try:
            rows = self._mark(before, newer)
        except Exception:
            self.ledger.finish(before)  # its rows are all marked or none are: both are what the next closing begins with
            raise
        self.ledger.finish(replace(before, closed_by=newer.file_id))
        return Closed(before.file_id, before.key, newer.file_id, rows)

    def _mark(self, before: FileRecord, newer: FileRecord) -> int:
        """How many rows are marked now."""
        if not before.quarantine_key:
            return 0
        ref = ObjectRef(self.quarantine_bucket, before.quarantine_key)
        try:
            rows = pq.read_table(io.BytesIO(self.objects.read(ref)))
        except NotFoundError:  # taken away by hand
            return 0
        self.objects.write(ref, parquet_bytes(marked_rows(rows, newer.file_id)), content_type=PARQUET_TYPE)
        return int(rows.num_rows)


def corrected(records: Iterable[FileRecord]) -> list[tuple[FileRecord, FileRecord]]:
    """Each version of an object that something is kept out of and that is open, with the first later one that was let in."""
    every = list(records)
    settled_by = corrections(every)
    waiting = [record for record in every if record.state in _CLOSABLE and not record.closed_by and (record.reasons or record.error)]
    return [(record, settled_by[record.file_id]) for record in waiting if record.file_id in settled_by]


def corrections(records: Iterable[FileRecord]) -> dict[str, FileRecord]:
    """For each file that has one the next version of the same object that was let in, by file id.

    Of two versions of one second nobody knows which was meant to correct the other, so neither does.
    """
    let_in: dict[tuple[str, str], list[FileRecord]] = {}
    every = sorted(records, key=lambda record: (record.received_at, record.file_id))
    for record in every:
        if record.state == "done":
            let_in.setdefault((record.bucket, record.key), []).append(record)
    found = {}
    for record in every:
        versions = let_in.get((record.bucket, record.key), [])
        if (later := bisect_right(versions, record.received_at, key=lambda one: one.received_at)) < len(versions):
            found[record.file_id] = versions[later]
    return found


def marked_rows(rows: pa.Table, closed_by: str) -> pa.Table:
    """The rows, closed by that file."""
    mark = repeated(closed_by, rows.num_rows)
    if CLOSED_BY not in rows.column_names:  # rows of before there was the column
        return rows.append_column(CLOSED_BY, mark)
    return rows.set_column(rows.column_names.index(CLOSED_BY), CLOSED_BY, mark)
