"""The history of accepted contents: the objects that had a content, and since when. Pure.

docs/adr/0012-replay.md defines corrections and copies.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from headgate.lake.states import FileState

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from headgate.lake.ports import FileRecord

NO_ROWS = "no_rows"
_Object = tuple[str, str]


@dataclass(frozen=True)
class LastArrival:
    """The time at which an object last began to have a content, ISO 8601.

    `moved`: the file with its rows was received at another time.
    """

    at: str
    moved: bool = False


@dataclass(frozen=True)
class History:
    """The accepted contents of objects.

    Attributes:
        versions: bucket and key → versions whose content was accepted, oldest first.
        corrections: bucket and key → the versions among them that replaced another content, oldest first.
        last_arrived: SHA-256 of a content → time at which it last replaced another one, or else of its first
            receipt.
        reverted: ids of the reverted files, which settle no version.
    """

    versions: Mapping[_Object, Sequence[FileRecord]]
    corrections: Mapping[_Object, Sequence[FileRecord]]
    last_arrived: Mapping[str, str]
    reverted: frozenset[str] = frozenset()

    @classmethod
    def of(cls, records: Iterable[FileRecord]) -> History:
        """Build the history from the files' records, in any order."""
        all_records = list(records)
        versions: defaultdict[_Object, list[FileRecord]] = defaultdict(list)
        for record in sorted(
            filter(is_in_lake, all_records), key=lambda record: (record.received_at, record.file_id)
        ):
            versions[record.bucket, record.key].append(record)
        corrections = {address: _corrections(of_object) for address, of_object in versions.items()}
        first = {version.content_sha256: version.received_at for version in reversed(_by_time(versions))}
        last = {version.content_sha256: version.received_at for version in _by_time(corrections)}
        reverted = frozenset(record.file_id for record in all_records if record.state is FileState.REVERTED)
        return cls(versions, corrections, first | last, reverted)

    def settled_by(self, record: FileRecord) -> FileRecord | None:
        """Return the first later version of the same object that settles this one, or None.

        A version that was not accepted is settled by any later accepted version. An accepted one is settled
        by another content that arrived after an object last began to have its own content.
        """
        address = (record.bucket, record.key)
        later = (self.corrections if is_in_lake(record) else self.versions).get(address, ())
        first = bisect_right(later, self._arrived_at(record), key=lambda newer: newer.received_at)
        return later[first] if first < len(later) else None

    def settling_file(self, record: FileRecord) -> str:
        """Return the id of the file that settles this version, now or after the next merge; empty if none.

        The record still has the id of a file that was reverted since; the next merge opens its rows again.
        """
        if record.closed_by and record.closed_by not in self.reverted:
            return record.closed_by
        newer = self.settled_by(record)
        return newer.file_id if newer else ""

    def is_settled(self, record: FileRecord) -> bool:
        """Return whether a file settles this version, as `settling_file` does."""
        return bool(self.settling_file(record))

    def came_back(self, record: FileRecord) -> bool:
        """Return whether an object returned to the version's content after this version was received."""
        return self._arrived_at(record) > record.received_at

    def _arrived_at(self, record: FileRecord) -> str:
        return self.last_arrived[record.content_sha256] if is_in_lake(record) else record.received_at


def is_in_lake(record: FileRecord) -> bool:
    """Return whether the version's content is in the lake, as this or another file.

    It is not yet known for a rejected version during its replay.
    """
    return record.state in {FileState.DONE, FileState.SKIPPED_DUPLICATE} or (
        record.state is FileState.REPLAYING and not record.error
    )


def has_no_rows(record: FileRecord) -> bool:
    """Return whether an accepted file has no rows (rule NO_ROWS), or is a copy of such a file."""
    is_empty_copy = record.state is FileState.SKIPPED_DUPLICATE and record.error.get("rule") == NO_ROWS
    return is_empty_copy or (record.state is FileState.DONE and not record.received)


def last_arrivals(records: Iterable[FileRecord]) -> dict[str, LastArrival]:
    """Return SHA-256 → time at which an object last began to have this accepted content."""
    all_records = list(records)
    last_arrived, received = History.of(all_records).last_arrived, defaultdict(set)
    for record in all_records:
        if record.state in {FileState.DONE, FileState.REPLAYING}:
            received[record.content_sha256].add(record.received_at)
    since = {content: last_arrived.get(content, min(moments)) for content, moments in received.items()}
    return {content: LastArrival(at, moved=received[content] != {at}) for content, at in since.items()}


def unsettled(records: Iterable[FileRecord]) -> list[FileRecord]:
    """Return the records that no later version of their object settles, in their order."""
    versions = list(records)
    past = History.of(versions)
    return [record for record in versions if not past.is_settled(record)]


def _corrections(versions: Sequence[FileRecord]) -> list[FileRecord]:
    """Return the versions that replaced another content.

    Of several contents received at the same time each may have replaced another.
    """
    replacing, before = [], set[str]()
    for _, sent in groupby(versions, key=lambda version: version.received_at):
        together = list(sent)
        now = {version.content_sha256 for version in together}
        replacing += [version for version in together if (before | now) - {version.content_sha256}]
        before = now
    return replacing


def _by_time(versions: Mapping[_Object, Sequence[FileRecord]]) -> list[FileRecord]:
    return sorted(
        (version for of_object in versions.values() for version in of_object),
        key=lambda version: version.received_at,
    )
