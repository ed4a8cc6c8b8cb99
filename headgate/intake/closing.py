"""Close what a corrected file has left behind: the refused rows of the versions before it, each once.

The rows stay where they are, marked with the version that stands for them; see docs/adr/0020-corrected-files-close-their-past.md.
A file's rows are one object, rewritten in one write, so that they are closed together or not at all. An object that goes back to what
it held before opens the rows of that version again.
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
_LET_IN = {"done", "skipped_duplicate"}


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
        records, closed = list(self.ledger.records()), []
        for back in returned(records):
            with suppress(ThrottledError):
                self._marked(back, "")
        for old, newer in corrected(records):
            with suppress(ThrottledError):
                if done := self._marked(old, newer.file_id):
                    closed.append(done)
        return closed

    def _marked(self, old: FileRecord, closed_by: str) -> Closed | None:
        """None where a replay died half-way: that replay has to be completed first."""
        before = self.ledger.reopen(old.file_id, now=self.clock(), lease_s=self.lease_s)
        if before.state not in _CLOSABLE:
            self.ledger.release(before)
            return None
        try:
            rows = self._mark(before, closed_by)
        except Exception:
            self.ledger.finish(before)  # its rows are all marked or none are: both are what the next closing begins with
            raise
        self.ledger.finish(replace(before, closed_by=closed_by))
        return Closed(before.file_id, before.key, closed_by, rows)

    def _mark(self, before: FileRecord, closed_by: str) -> int:
        """How many rows are marked now."""
        if not before.quarantine_key:
            return 0
        ref = ObjectRef(self.quarantine_bucket, before.quarantine_key)
        try:
            rows = pq.read_table(io.BytesIO(self.objects.read(ref)))
        except NotFoundError:  # taken away by hand
            return 0
        self.objects.write(ref, parquet_bytes(marked_rows(rows, closed_by)), content_type=PARQUET_TYPE)
        return int(rows.num_rows)


def corrected(records: Iterable[FileRecord]) -> list[tuple[FileRecord, FileRecord]]:
    """Each version of an object that something is kept out of and that is open, with the first later one that was let in."""
    every = list(records)
    settled_by = corrections(every)
    waiting = [record for record in every if record.state in _CLOSABLE and not record.closed_by and (record.reasons or record.error)]
    return [(record, settled_by[record.file_id]) for record in waiting if record.file_id in settled_by]


def returned(records: Iterable[FileRecord]) -> list[FileRecord]:
    """Each version that was closed by a later one, before its object held the same bytes again: what it keeps out waits again."""
    every = list(records)
    settled_by, held_at = corrections(every), _last_held(every)
    return [
        record
        for record in every
        if record.closed_by and record.state in _CLOSABLE and record.file_id not in settled_by and record.file_id in held_at
    ]


def corrections(records: Iterable[FileRecord]) -> dict[str, FileRecord]:
    """For each file that has one the next version of the same object whose content was let in, by file id.

    A version that was skipped as a duplicate is one: its content was let in, be it as an older version or under another name.
    Of two versions of one second nobody knows which was meant to correct the other, so neither does.
    """
    let_in: dict[tuple[str, str], list[FileRecord]] = {}
    every = sorted(records, key=lambda record: (record.received_at, record.file_id))
    for record in every:
        if record.state in _LET_IN:
            let_in.setdefault((record.bucket, record.key), []).append(record)
    found, held_at = {}, _last_held(every)
    for record in every:
        versions, last = let_in.get((record.bucket, record.key), []), held_at.get(record.file_id, record.received_at)
        if (later := bisect_right(versions, last, key=lambda one: one.received_at)) < len(versions):
            found[record.file_id] = versions[later]
    return found


def _last_held(records: Iterable[FileRecord]) -> dict[str, str]:
    """When an object came to hold once more what a version of it had held before, the last time, by that version's file id."""
    every = {record.file_id: record for record in records}
    held: dict[str, str] = {}
    for again in every.values():
        first = every.get(again.duplicate_of)
        if first and (first.bucket, first.key) == (again.bucket, again.key) and again.received_at > first.received_at:
            held[first.file_id] = max(held.get(first.file_id, ""), again.received_at)
    return held


def marked_rows(rows: pa.Table, closed_by: str) -> pa.Table:
    """The rows, closed by that file; open, where it is none."""
    mark = repeated(closed_by, rows.num_rows) if closed_by else pa.nulls(rows.num_rows, pa.string())
    if CLOSED_BY not in rows.column_names:  # rows of before there was the column
        return rows.append_column(CLOSED_BY, mark)
    return rows.set_column(rows.column_names.index(CLOSED_BY), CLOSED_BY, mark)
