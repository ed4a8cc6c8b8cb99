"""Ports in memory that only tests need.

Those that dry runs need as well are in `headgate.aws.in_memory_ports`.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING

from headgate.errors import NotFoundError
from headgate.lake.file_index import FileListPage
from headgate.lake.states import FileState
from headgate.onboarding.records import Record, RecordPage, WriteAnswer, WriteResult
from headgate.uploads.upload_store import StoredPart

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from headgate.aws.in_memory_ports import MemoryLedger, MemoryObjects
    from headgate.lake.file_index import FileFilter
    from headgate.lake.ports import FileRecord, ObjectRef


@dataclass
class MemoryFileIndex:
    """The records of a ledger in the order in which the files were received."""

    ledger: MemoryLedger

    def newest(self, limit: int, *, after: str = "", where: FileFilter) -> FileListPage:
        """Return at most `limit` records, newest first."""
        every = sorted(
            self.ledger.records(), key=lambda record: (record.received_at, record.file_id), reverse=True
        )
        first = next((place + 1 for place, record in enumerate(every) if record.file_id == after), 0)
        rest = [record for record in every[first:] if _matches(record, where)]
        return FileListPage(tuple(rest[:limit]), rest[limit - 1].file_id if len(rest) > limit else "")

    def accepted_with(self, content_sha256: str, datasets: Collection[str]) -> str:
        """Return the id of the file that was accepted with this content into one of the datasets.

        Empty if there is none.
        """
        owners = (
            record.file_id
            for record in self.ledger.records()
            if record.state is FileState.DONE
            and record.content_sha256 == content_sha256
            and record.dataset in datasets
        )
        return next(owners, "")


def _matches(record: FileRecord, where: FileFilter) -> bool:
    return (
        where.dataset in {"", record.dataset}
        and where.state in {None, record.state}
        and where.fits_name(record.key)
        and (not where.refused or record.quarantined > 0)
    )


@dataclass
class MemoryUploads:
    """Uploads in parts to `MemoryObjects`; a sender calls `put_part` where a browser would use the URL."""

    objects: MemoryObjects
    largest_copy_bytes: int = 1 << 30
    _parts: dict[str, dict[int, bytes]] = field(default_factory=dict, repr=False)
    _sources: dict[ObjectRef, ObjectRef] = field(default_factory=dict, repr=False)
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)

    def begin(self, ref: ObjectRef) -> str:  # noqa: ARG002 the port has it
        """Begin an upload and return its id."""
        store_id = f"upload{next(self._numbers)}"
        self._parts[store_id] = {}
        return store_id

    def put_part(self, store_id: str, number: int, body: bytes) -> None:
        """A part was sent to its URL."""
        self._open(store_id)[number] = body

    def part_url(self, ref: ObjectRef, store_id: str, number: int, expires_s: int) -> str:
        """Return a URL that names the part."""
        return f"memory://{ref.bucket}/{ref.key}?store_id={store_id}&number={number}&expires_s={expires_s}"

    def parts(self, ref: ObjectRef, store_id: str) -> tuple[StoredPart, ...]:  # noqa: ARG002 the port has it
        """Return the parts that were uploaded, by number; NotFoundError when the upload has ended."""
        return tuple(
            StoredPart(number, len(body), f'"{number}"')
            for number, body in sorted(self._open(store_id).items())
        )

    def complete(self, ref: ObjectRef, store_id: str, parts: Iterable[StoredPart]) -> None:
        """Make the object from its parts."""
        bodies = self._open(store_id)
        self.objects.write(ref, b"".join(bodies[part.number] for part in parts))
        del self._parts[store_id]

    def abort(self, ref: ObjectRef, store_id: str) -> None:  # noqa: ARG002 the port has it
        """Forget the parts; an upload that has ended is fine."""
        self._parts.pop(store_id, None)

    def begin_copy(self, source: ObjectRef, target: ObjectRef, size_bytes: int, sender: str = "") -> str:  # noqa: ARG002 the port has it
        """Begin a copy of more than `largest_copy_bytes`; return an empty text for a smaller one."""
        return self.begin(target) if size_bytes > self.largest_copy_bytes else ""

    def copy(
        self, source: ObjectRef, target: ObjectRef, sender: str = "", store_id: str = ""
    ) -> ObjectRef | None:
        """Copy an object with its sender; a large one by a part of `largest_copy_bytes` in each call."""
        if store_id and store_id not in self._parts and (made := self.copied(source, target)):
            return made
        if store_id:
            copied, body = self._open(store_id), self.objects.read(source)
            done = sum(map(len, copied.values()))
            copied[len(copied) + 1] = body[done : done + self.largest_copy_bytes]
            if done + self.largest_copy_bytes < len(body):
                return None
            del self._parts[store_id]
        self.objects.write(target, self.objects.read(source))
        made = self.objects.info(target).ref
        self.objects.senders[made.bucket, made.key, made.version_id] = sender
        if store_id:
            self._sources[made] = source
        return made

    def copied(self, source: ObjectRef, target: ObjectRef) -> ObjectRef | None:
        """Return the newest version of `target` if a large copy of `source` has made it."""
        try:
            newest = self.objects.info(target).ref
        except NotFoundError:
            return None
        return newest if self._sources.get(newest) == source else None

    def read_with_etag(self, ref: ObjectRef) -> tuple[bytes, str]:
        """Return the object with its ETag; NotFoundError when there is none."""
        return self.objects.read_with_etag(ref)

    def put(self, ref: ObjectRef, body: bytes, sender: str) -> None:
        """Write an object with its sender."""
        self.objects.write(ref, body)
        made = self.objects.info(ref).ref
        self.objects.senders[made.bucket, made.key, made.version_id] = sender

    def replace(self, ref: ObjectRef, body: bytes, etag: str) -> str:
        """Write the object if it still has this ETag, or with an empty one if there is none.

        Return its new ETag.

        Raises:
            ConflictError: another caller has written the object.
        """
        return self.objects.replace(ref, body, etag)

    def download_url(self, ref: ObjectRef, name: str, expires_s: int) -> str:
        """Return a URL that names the object."""
        return f"memory://{ref.bucket}/{ref.key}?name={name}&expires_s={expires_s}"

    def _open(self, store_id: str) -> dict[int, bytes]:
        if store_id not in self._parts:
            raise NotFoundError(f"no upload {store_id}")
        return self._parts[store_id]


@dataclass
class MemoryRecords:
    """Records in memory, by the rules of `headgate.aws.dynamodb.record_table`."""

    _records: dict[tuple[str, str], Record] = field(default_factory=dict, repr=False)
    _owners: dict[tuple[str, str, str], str] = field(default_factory=dict, repr=False)
    _lock: RLock = field(default_factory=RLock, repr=False)

    def create(self, record: Record) -> WriteResult:
        """Write the record and guards of its unique values, if neither id nor values are taken."""
        with self._lock:
            stored = self._records.get((record.model, record.id))
            if stored:
                return WriteResult(
                    WriteAnswer.PRESENT if stored.values == record.values else WriteAnswer.OTHER_VALUES
                )
            return self._write(record, WriteAnswer.CREATED)

    def update(self, before: Record, record: Record) -> WriteResult:
        """Replace a record that is still as it was read, and move its guards."""
        with self._lock:
            if self._records.get((record.model, record.id)) != before:
                return WriteResult(WriteAnswer.CHANGED)
            written = self._write(record, WriteAnswer.UPDATED)
            if written.answer is WriteAnswer.UPDATED:
                left = {
                    name: value for name, value in before.unique.items() if record.unique.get(name) != value
                }
                for name, value in left.items():
                    del self._owners[record.model, name, value]
            return written

    def _write(self, record: Record, answer: WriteAnswer) -> WriteResult:
        for name, value in record.unique.items():
            if self._owners.get((record.model, name, value), record.id) != record.id:
                return WriteResult(WriteAnswer.TAKEN, name)
        self._owners.update({(record.model, name, value): record.id for name, value in record.unique.items()})
        self._records[record.model, record.id] = record
        return WriteResult(answer)

    def get(self, model: str, record_id: str) -> Record:
        """Return the record; NotFoundError if there is none."""
        if (model, record_id) not in self._records:
            raise NotFoundError(f"There is no {model} of this id.")
        return self._records[model, record_id]

    def page(self, model: str, limit: int, after: str = "") -> RecordPage:
        """Return at most so many records by id, those behind `after`."""
        ids = sorted(record_id for of, record_id in self._records if of == model and record_id > after)
        records = [self._records[model, record_id] for record_id in ids[:limit]]
        return RecordPage(records, records[-1].id if len(ids) > limit else "")
