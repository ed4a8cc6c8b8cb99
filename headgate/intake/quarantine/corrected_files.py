"""Close the quarantined rows of files that a later version of the same object has corrected.

The rows stay in quarantine, marked with the version that corrects them; see docs/adr/0012-replay.md. A file's
rows are one object, rewritten in one write, so either all or none are closed. They are opened again if the
object returns to its earlier content or the correction is reverted.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa

from headgate.errors import BadInputError, NotFoundError, ThrottledError
from headgate.lake.ports import FileLedger, FileRecord, ObjectRef, ObjectStore
from headgate.lake.states import CHECKED, FileState
from headgate.lake.versions import History
from headgate.snapshots.publishing import PARQUET_TYPE, parquet_bytes
from headgate.values.cells import repeated
from headgate.values.parquet_tables import table_of

CLOSED_BY = "closed_by"
_OPEN = ""  # `closed_by` of an open record


@dataclass(frozen=True)
class Closed:
    """A version that a later version corrected, and the number of its rows in quarantine."""

    file_id: str
    key: str
    closed_by: str
    rows: int


@dataclass(frozen=True)
class Closing:
    """The versions that were closed, and all records as they are afterwards."""

    closed: Sequence[Closed]
    records: Sequence[FileRecord]


@dataclass(frozen=True)
class CorrectionCloser:
    """Closes versions that later versions of the same object correct.

    Args:
        lease_s: duration of the claim on a file if this process dies.
    """

    objects: ObjectStore
    ledger: FileLedger
    quarantine_bucket: str
    clock: Callable[[], datetime]
    lease_s: int

    def close(self, records: Iterable[FileRecord]) -> Closing:
        """Close every corrected version.

        A file that another worker holds is left for the next run, and one that a person settled since the
        records were read stays as it is.

        Args:
            records: all of the ledger, as they were at one time; those that arrived later are left for the
                next run.

        Raises:
            ServiceError: a service failed; closed versions stay closed, and the next run completes the
                others.
        """
        by_id = {record.file_id: record for record in records}
        past, closed = History.of(by_id.values()), []
        opened, to_close = returned(by_id.values(), past), corrected(by_id.values(), past)
        for back in opened:
            with suppress(ThrottledError, NotFoundError):
                self._rewrite(back, _OPEN)
        for old, newer in to_close:
            with suppress(ThrottledError, NotFoundError):
                if self.ledger.get(newer.file_id).state is not FileState.REVERTED:
                    closed.append(self._close(old, newer))
        for record in (*opened, *(old for old, _ in to_close)):
            try:
                by_id[record.file_id] = self.ledger.get(record.file_id)
            except NotFoundError:  # somebody deleted it
                del by_id[record.file_id]
        return Closing([settled for settled in closed if settled], list(by_id.values()))

    def settle(self, old: FileRecord, by: FileRecord) -> Closed | None:
        """Close a file because a person names the file under another key that corrects it.

        Return None if a replay has to be completed first. The rows are opened again if that file is reverted,
        or if the closed file is replayed.

        Raises:
            BadInputError: that file cannot settle this one, or nothing is open.
            ThrottledError: another worker holds the file.
        """
        _check_that_it_settles(old, by)
        return self._close(old, by)

    def _close(self, old: FileRecord, newer: FileRecord) -> Closed | None:
        rows = self._rewrite(old, newer.file_id)
        return None if rows is None else Closed(old.file_id, old.key, newer.file_id, rows)

    def _rewrite(self, record: FileRecord, closed_by: str) -> int | None:
        """Mark rows and record.

        Return the number of rows, or None if a replay died and has to be completed first, or if somebody
        changed the file since its record was read.
        """
        before = self.ledger.reopen(record.file_id, now=self.clock(), lease_s=self.lease_s)
        if before.state is FileState.REPLAYING:
            self.ledger.release(before)
            return None
        # Reverted or settled since the records were read.
        if before.state not in CHECKED or before.closed_by != record.closed_by:
            self.ledger.finish(before)
            return None
        try:
            rows = self._mark(before, closed_by)
        except Exception:
            self.ledger.finish(before)  # all rows are marked or none; the next run handles both
            raise
        self.ledger.finish(replace(before, closed_by=closed_by))
        return rows

    def _mark(self, before: FileRecord, closed_by: str) -> int:
        """Mark the file's rows and return their number."""
        if not before.quarantine_key:
            return 0
        ref = ObjectRef(self.quarantine_bucket, before.quarantine_key)
        try:
            rows = table_of(self.objects.read(ref))
        except NotFoundError:  # somebody deleted it
            return 0
        self.objects.write(ref, parquet_bytes(marked_rows(rows, closed_by)), content_type=PARQUET_TYPE)
        return int(rows.num_rows)


def _check_that_it_settles(old: FileRecord, by: FileRecord) -> None:
    problems = (
        (
            not (old.reasons or old.error),
            f"{old.key} has no refused rows and no error.",
            "`headgate quarantine list --files` lists open files.",
        ),
        (
            by.state is not FileState.DONE or not by.accepted,
            f"No row of {by.key} was accepted ({by.state}).",
            "Name a file whose rows are in the lake.",
        ),
        (
            by.file_id == old.file_id or by.received_at < old.received_at,
            f"{by.key} did not come after {old.key}.",
            "Name the file with the corrected rows.",
        ),
        (
            bool(old.reasons) and by.dataset != old.dataset,
            f"{by.key} belongs to {by.dataset}, and {old.key} to {old.dataset}.",
            "Name a file of the same dataset.",
        ),
    )
    for has_problem, message, remedy in problems:
        if has_problem:
            raise BadInputError(rule="correction", message=message, remedy=remedy)


def corrected(records: Iterable[FileRecord], past: History) -> list[tuple[FileRecord, FileRecord]]:
    """Return each open version with quarantined rows or an error, and the version that settles it."""
    open_versions = [
        record
        for record in records
        if record.state in CHECKED and not record.closed_by and (record.reasons or record.error)
    ]
    return [(record, newer) for record in open_versions if (newer := past.settled_by(record))]


def returned(records: Iterable[FileRecord], past: History) -> list[FileRecord]:
    """Return each closed version whose rows must be opened again.

    An object has this content again, or the correction was reverted.
    """
    versions = list(records)
    closed = [record for record in versions if record.state in CHECKED and record.closed_by]
    back = [record for record in closed if record.closed_by in past.reverted or past.came_back(record)]
    return [record for record in back if not past.settled_by(record)]


def marked_rows(rows: pa.Table, closed_by: str) -> pa.Table:
    """Return the rows marked as closed by that file, or as open."""
    mark = pa.nulls(rows.num_rows, pa.string()) if closed_by == _OPEN else repeated(closed_by, rows.num_rows)
    if CLOSED_BY not in rows.column_names:  # rows written before the column existed
        return rows.append_column(CLOSED_BY, mark)
    return rows.set_column(rows.column_names.index(CLOSED_BY), CLOSED_BY, mark)
