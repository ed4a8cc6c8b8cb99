"""The history of accepted contents: which object held which content, and since when. Pure.

What a correction is, what a copy, and what of it counts: docs/adr/0012-replay.md.
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
class LastHeld:
    """When a content was last come to, ISO 8601.

    `moved`: the file that brought its rows was received at another moment.
    """

    at: str
    moved: bool = False


@dataclass(frozen=True)
class History:
    """The accepted contents that objects held.

    Attributes:
        versions: of each object, by bucket and key, the versions whose content was accepted, oldest first.
        corrections: those of them that replaced another content, oldest first.
        last_came: of each content, by its SHA-256, the moment of its last correction; where it is none, the
            first at which it was held.
    """

    versions: Mapping[_Object, Sequence[FileRecord]]
    corrections: Mapping[_Object, Sequence[FileRecord]]
    last_came: Mapping[str, str]

    @classmethod
    def of(cls, records: Iterable[FileRecord]) -> History:
        """Return the history from the files' records, in any order."""
        versions: defaultdict[_Object, list[FileRecord]] = defaultdict(list)
        for record in sorted(
            filter(is_in_lake, records), key=lambda record: (record.received_at, record.file_id)
        ):
            versions[record.bucket, record.key].append(record)
        corrections = {place: _corrections(of_object) for place, of_object in versions.items()}
        first = {version.content_sha256: version.received_at for version in reversed(_by_time(versions))}
        last = {version.content_sha256: version.received_at for version in _by_time(corrections)}
        return cls(versions, corrections, first | last)

    def settled_by(self, record: FileRecord) -> FileRecord | None:
        """Return the first later version of the same object that settles this one; None where there is none.

        A version that was not accepted is settled by any later accepted version. An accepted one is settled
        by another content that came after its own content was last held.
        """
        place = (record.bucket, record.key)
        later = (self.corrections if is_in_lake(record) else self.versions).get(place, ())
        first = bisect_right(later, self._held_at(record), key=lambda newer: newer.received_at)
        return later[first] if first < len(later) else None

    def is_settled(self, record: FileRecord) -> bool:
        """Return whether a later version settles this one, as recorded or at the next merge."""
        return bool(record.closed_by) or self.settled_by(record) is not None

    def came_back(self, record: FileRecord) -> bool:
        """Return whether an object received the version's content again after this version."""
        return self._held_at(record) > record.received_at

    def _held_at(self, record: FileRecord) -> str:
        return self.last_came[record.content_sha256] if is_in_lake(record) else record.received_at


def is_in_lake(record: FileRecord) -> bool:
    """Return whether the version's content is in the lake, if only as another file.

    Of a refused one that is replayed nobody knows yet.
    """
    return record.state in {FileState.DONE, FileState.SKIPPED_DUPLICATE} or (
        record.state is FileState.REPLAYING and not record.error
    )


def has_no_rows(record: FileRecord) -> bool:
    """Return whether an accepted file has no rows or copies such a file, by the rule NO_ROWS."""
    is_empty_copy = record.state is FileState.SKIPPED_DUPLICATE and record.error.get("rule") == NO_ROWS
    return is_empty_copy or (record.state is FileState.DONE and not record.received)


def last_held(records: Iterable[FileRecord]) -> dict[str, LastHeld]:
    """Return for each accepted content, by its SHA-256, when an object last began to hold it."""
    every = list(records)
    last_came, received = History.of(every).last_came, defaultdict(set)
    for record in every:
        if record.state in {FileState.DONE, FileState.REPLAYING}:
            received[record.content_sha256].add(record.received_at)
    since = {content: last_came.get(content, min(moments)) for content, moments in received.items()}
    return {content: LastHeld(at, moved=received[content] != {at}) for content, at in since.items()}


def _corrections(versions: Sequence[FileRecord]) -> list[FileRecord]:
    """Return the versions that replaced another content.

    Of several contents of one moment each may have replaced another.
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
