"""Close what a corrected file has left behind: the refused rows of the versions before it, each once.

The rows stay where they are, marked with the version that stands for them; see docs/adr/0020-corrected-files-close-their-past.md.
A file's rows are one object, rewritten in one write, so that they are closed together or not at all. An object that comes back to a
content opens that version's rows again.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.errors import NotFoundError, ThrottledError
from headgate.lake.parquet import table_of
from headgate.lake.ports import ObjectRef
from headgate.lake.publishing import PARQUET_TYPE, parquet_bytes
from headgate.lake.states import REOPENABLE, FileState
from headgate.lake.versions import History
from headgate.values.cells import repeated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from headgate.lake.ports import FileLedger, FileRecord, ObjectStore

CLOSED_BY = "closed_by"
_OPEN = ""  # as the record has it
_CLOSABLE = REOPENABLE - {FileState.REPLAYING}


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
        records = list(self.ledger.records())
        past, closed = History.of(records), []
        for back in returned(records, past):
            with suppress(ThrottledError):
                self._open_again(back)
        for old, newer in corrected(records, past):
            with suppress(ThrottledError):
                closed += self._close(old, newer)
        return closed

    def _open_again(self, old: FileRecord) -> None:
        self._rewrite(old.file_id, _OPEN)

    def _close(self, old: FileRecord, newer: FileRecord) -> list[Closed]:
        rows = self._rewrite(old.file_id, newer.file_id)
        return [] if rows is None else [Closed(old.file_id, old.key, newer.file_id, rows)]

    def _rewrite(self, file_id: str, closed_by: str) -> int | None:
        """How many rows tell of it now, as the record does; None where a replay died half-way: that has to be completed first."""
        before = self.ledger.reopen(file_id, now=self.clock(), lease_s=self.lease_s)
        if before.state not in _CLOSABLE:
            self.ledger.release(before)
            return None
        try:
            rows = self._mark(before, closed_by)
        except Exception:
            self.ledger.finish(before)  # its rows are all marked or none are: both are what the next closing begins with
            raise
        self.ledger.finish(replace(before, closed_by=closed_by))
        return rows

    def _mark(self, before: FileRecord, closed_by: str) -> int:
        """How many rows are marked now."""
        if not before.quarantine_key:
            return 0
        ref = ObjectRef(self.quarantine_bucket, before.quarantine_key)
        try:
            rows = table_of(self.objects.read(ref))
        except NotFoundError:  # taken away by hand
            return 0
        self.objects.write(ref, parquet_bytes(marked_rows(rows, closed_by)), content_type=PARQUET_TYPE)
        return int(rows.num_rows)


def corrected(records: Iterable[FileRecord], past: History) -> list[tuple[FileRecord, FileRecord]]:
    """Each version of an object that something is kept out of and that is open, with the version that settles it."""
    kept_out = [record for record in records if record.state in _CLOSABLE and not record.closed_by and (record.reasons or record.error)]
    return [(record, newer) for record in kept_out if (newer := past.settled_by(record))]


def returned(records: Iterable[FileRecord], past: History) -> list[FileRecord]:
    """Each version that was closed by a later one, before an object came back to its content: what it keeps out waits again."""
    closed = [record for record in records if record.state in _CLOSABLE and record.closed_by]
    return [record for record in closed if past.came_back(record) and not past.settled_by(record)]


def corrections(records: Iterable[FileRecord]) -> dict[str, FileRecord]:
    """For each file that a later version of the same object settles, that version, by file id."""
    every = list(records)
    past = History.of(every)
    return {record.file_id: newer for record in every if (newer := past.settled_by(record))}


def marked_rows(rows: pa.Table, closed_by: str) -> pa.Table:
    """The rows, closed by that file, or open."""
    mark = pa.nulls(rows.num_rows, pa.string()) if closed_by == _OPEN else repeated(closed_by, rows.num_rows)
    if CLOSED_BY not in rows.column_names:  # rows of before there was the column
        return rows.append_column(CLOSED_BY, mark)
    return rows.set_column(rows.column_names.index(CLOSED_BY), CLOSED_BY, mark)


def unsettled(records: Iterable[FileRecord]) -> list[FileRecord]:
    """The records without those that a later version of the same object settles, in their order."""
    every = list(records)
    settled = corrections(every)
    return [record for record in every if not record.closed_by and record.file_id not in settled]
