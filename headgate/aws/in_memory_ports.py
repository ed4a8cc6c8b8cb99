"""The lake's ports in memory, for dry runs and tests: real implementations of the same rules.

A suite in `tests/integration` validates each of them and its AWS adapter against the same behaviour.
"""

import hashlib
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import BinaryIO

from headgate.errors import ConflictError, NotFoundError, ServiceError, ThrottledError
from headgate.lake.ports import (
    Claim,
    FileRecord,
    MeasuredFile,
    ObjectInfo,
    ObjectRef,
    ObjectVersion,
    TableVersion,
    no_record,
    why_not_finished,
    why_not_reopened,
)
from headgate.lake.states import (
    WITHOUT_ROWS,
    Action,
    ClaimAnswer,
    FileState,
    answer_to_claim,
    finished_from,
    permits,
    state_after,
)

_NO_METADATA: Mapping[str, str] = {}
_RELEASED = datetime.min  # noqa: DTZ901 naive UTC, as every time here
_STILL = datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class _Version:
    version_id: str
    body: bytes | None  # None is a delete marker
    modified_at: datetime


@dataclass
class MemoryObjects:
    """Versioned buckets, created by their first write.

    Args:
        clock: returns `modified_at` of new objects, naive UTC; by default constant.
    """

    clock: Callable[[], datetime] = lambda: _STILL
    senders: dict[tuple[str, str, str], str] = field(default_factory=dict, repr=False)
    _versions: dict[tuple[str, str], list[_Version]] = field(default_factory=dict, repr=False)
    _written: int = 0
    _lock: RLock = field(default_factory=RLock, repr=False)

    def info(self, ref: ObjectRef) -> ObjectInfo:
        """Return an object's size, time and version; raise NotFoundError if it is absent."""
        version, body = self._found(ref)
        sender = self.senders.get((ref.bucket, ref.key, version.version_id), "")
        return ObjectInfo(
            replace(ref, version_id=version.version_id),
            len(body),
            version.modified_at,
            _etag_of(body),
            sender,
        )

    def read(self, ref: ObjectRef) -> bytes:
        return self._found(ref)[1]

    def write(self, ref: ObjectRef, body: bytes, *, content_type: str = "application/octet-stream") -> None:  # noqa: ARG002 nothing here reads it
        """Write `body` as a new version of the object."""
        self._append(ref, bytes(body))

    def read_with_etag(self, ref: ObjectRef) -> tuple[bytes, str]:
        body = self.read(ref)
        return body, _etag_of(body)

    def replace(
        self,
        ref: ObjectRef,
        body: bytes,
        etag: str,
        metadata: Mapping[str, str] = _NO_METADATA,  # noqa: ARG002 nothing here reads it
    ) -> str:
        with self._lock:
            kept = self._versions.get((ref.bucket, ref.key), [])
            newest = kept[-1].body if kept else None
            if etag != ("" if newest is None else _etag_of(newest)):
                raise ConflictError(f"s3://{ref.bucket}/{ref.key} was written by another caller")
            self._append(ref, bytes(body))
            return _etag_of(body)

    def head(self, ref: ObjectRef, size_bytes: int) -> bytes:
        return self.read(ref)[:size_bytes]

    def download(self, ref: ObjectRef, path: Path, size_bytes: int | None = None) -> None:
        """Download the object to `path`; raise ServiceError if its size is not `size_bytes`."""
        path.write_bytes(self.read(ref))
        if size_bytes not in {None, path.stat().st_size}:
            raise ServiceError(f"download {ref.key}: it has not {size_bytes} bytes")

    def upload(self, path: Path, ref: ObjectRef, *, content_type: str = "application/octet-stream") -> None:  # noqa: ARG002 as above
        self._append(ref, path.read_bytes())

    def copy(self, source: ObjectRef, target: ObjectRef) -> None:
        self._append(target, self._found(source)[1])

    def open(self, ref: ObjectRef) -> BinaryIO:
        return io.BytesIO(self._found(ref)[1])

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        for key, newest in self._newest(bucket, prefix):
            yield ObjectInfo(
                ObjectRef(bucket, key), len(newest.body or b""), newest.modified_at, newest.version_id
            )

    def versions(self, bucket: str, prefix: str) -> Iterator[ObjectVersion]:
        """Yield all versions of all objects below `prefix`, with delete markers, by key."""
        with self._lock:
            below = {
                key: tuple(kept)
                for (where, key), kept in self._versions.items()
                if where == bucket and key.startswith(prefix)
            }
        for key, kept in sorted(below.items()):
            for version in kept:
                ref = ObjectRef(bucket, key, version.version_id)
                yield ObjectVersion(
                    ref,
                    len(version.body or b""),
                    version.modified_at,
                    version is kept[-1],
                    is_marker=version.body is None,
                )

    def delete(self, ref: ObjectRef) -> None:
        """Delete the object, or only the given version so that older ones reappear."""
        if not ref.version_id:
            self._append(ref, None)
            return
        with self._lock:
            place = (ref.bucket, ref.key)
            self._versions[place] = [
                kept for kept in self._versions.get(place, []) if kept.version_id != ref.version_id
            ]

    def contents(self, bucket: str, prefix: str = "") -> dict[str, bytes]:
        """Return the newest body of every object by key, to compare lakes."""
        return {key: newest.body or b"" for key, newest in self._newest(bucket, prefix)}

    def _append(self, ref: ObjectRef, body: bytes | None) -> None:
        with self._lock:
            self._written += 1
            version = _Version(f"v{self._written:06d}", body, self.clock())
            self._versions.setdefault((ref.bucket, ref.key), []).append(version)

    def _found(self, ref: ObjectRef) -> tuple[_Version, bytes]:
        kept = self._versions.get((ref.bucket, ref.key), [])
        asked = next(
            (version for version in reversed(kept) if ref.version_id in {"", version.version_id}), None
        )
        if asked is None or asked.body is None:
            raise NotFoundError(f"no object s3://{ref.bucket}/{ref.key}")
        return asked, asked.body

    def _newest(self, bucket: str, prefix: str) -> Sequence[tuple[str, _Version]]:
        with self._lock:
            newest = [
                (key, kept[-1]) for (where, key), kept in self._versions.items() if where == bucket and kept
            ]
        return sorted((key, last) for key, last in newest if last.body is not None and key.startswith(prefix))


def _etag_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@dataclass(frozen=True)
class _Holder:
    """The file that owns a content, permanently if `until` is None."""

    file_id: str
    until: datetime | None = None


@dataclass
class MemoryLedger:
    """File records and claims by the rules of docs/adr/0006-ledger-claims.md."""

    _records: dict[str, FileRecord] = field(default_factory=dict, repr=False)
    _leases: dict[str, datetime] = field(default_factory=dict, repr=False)
    _contents: dict[tuple[str, str], _Holder] = field(default_factory=dict, repr=False)
    _takers: dict[str, tuple[str, datetime]] = field(default_factory=dict, repr=False)
    _measured: dict[str, tuple[MeasuredFile, ...]] = field(default_factory=dict, repr=False)
    _lock: RLock = field(default_factory=RLock, repr=False)

    def claim(self, record: FileRecord, *, now: datetime, lease_s: int) -> Claim:
        """Claim the record's object and content atomically; an expired lease is taken over."""
        return self._claim(Action.CLAIM, record, now, lease_s)

    def renew(self, record: FileRecord, *, now: datetime, lease_s: int) -> None:
        with self._lock:
            until = now + timedelta(seconds=lease_s)
            if (stored := self._records.get(record.file_id)) and stored.state is FileState.PROCESSING:
                self._leases[record.file_id] = until
            holder = self._contents.get(_content(record))
            if holder and holder.file_id == record.file_id and holder.until:
                self._contents[_content(record)] = _Holder(record.file_id, until)

    def hand_over(self, record: FileRecord, *, now: datetime, lease_s: int) -> Claim:
        return self._claim(Action.HAND_OVER, replace(record, content_sha256=""), now, lease_s)

    def take_over(self, record: FileRecord, *, run: str, now: datetime, lease_s: int) -> Claim:
        return self._claim(Action.TAKE_OVER, record, now, lease_s, run)

    def _claim(self, action: Action, record: FileRecord, now: datetime, lease_s: int, run: str = "") -> Claim:
        with self._lock:
            if refusal := self._object_taken(action, record, now, run) or self._content_taken(record, now):
                return refusal
            until = now + timedelta(seconds=lease_s)
            self._records[record.file_id] = replace(record, state=state_after(action))
            self._leases[record.file_id] = until
            self._takers.pop(record.file_id, None)
            if run:
                self._takers[record.file_id] = (run, until)
            if record.content_sha256:
                self._contents[_content(record)] = _Holder(record.file_id, until)
            return Claim(ClaimAnswer.GRANTED, record.file_id)

    def keep_handed_over(self, file_id: str, *, now: datetime, lease_s: int) -> None:
        with self._lock:
            if file_id in self._leases and self._records[file_id].state is FileState.HANDED_OVER:
                self._leases[file_id] = now + timedelta(seconds=lease_s)

    def measured(self, kind: str) -> tuple[MeasuredFile, ...]:
        """Return the time and memory of the newest files of a kind, oldest first."""
        return self._measured.get(kind, ())

    def measure(self, kind: str, files: Sequence[MeasuredFile]) -> None:
        self._measured[kind] = tuple(files)

    def finish(self, record: FileRecord) -> None:
        """Store the finished record."""
        with self._lock:
            stored = self._records.get(record.file_id)
            if (stored.state if stored else None) not in finished_from(record.state):
                raise ConflictError(why_not_finished(record))
            if record.state is FileState.DONE and record.content_sha256:
                holder = self._contents.get(_content(record))
                if holder and holder.file_id != record.file_id:
                    raise ConflictError(f"the content of {record.key} was taken over by {holder.file_id}")
                self._contents[_content(record)] = _Holder(record.file_id)
            elif record.state in WITHOUT_ROWS:
                self._release_content(record)
            elif record.state is FileState.REVERTED:
                self._release_content(record, even_if_final=True)
            self._records[record.file_id] = record
            self._leases.pop(record.file_id, None)
            self._takers.pop(record.file_id, None)

    def release(self, record: FileRecord) -> None:
        """End the leases of the object and the content if this file owns them and is unfinished."""
        with self._lock:
            if record.file_id in self._leases:
                self._leases[record.file_id] = _RELEASED
                self._takers.pop(record.file_id, None)
            self._release_content(record)

    def reopen(
        self, file_id: str, *, now: datetime, lease_s: int, action: Action = Action.REOPEN
    ) -> FileRecord:
        with self._lock:
            record = self.get(file_id)
            if not permits(action, record.state, lease_ended=self._lease_ended(file_id, now)):
                raise ThrottledError(why_not_reopened(record))
            self._records[file_id] = replace(record, state=state_after(action))
            self._leases[file_id] = now + timedelta(seconds=lease_s)
            return record

    def is_left_undone(self, file_id: str) -> bool:
        record = self._records.get(file_id)
        return (
            record is not None and record.state is FileState.PROCESSING and self._leases[file_id] != _RELEASED
        )

    def get(self, file_id: str) -> FileRecord:
        try:
            return self._records[file_id]
        except KeyError:
            raise NotFoundError(no_record(file_id)) from None

    def records(self, *, is_newest: bool = True) -> Iterator[FileRecord]:  # noqa: ARG002 all are newest
        yield from list(self._records.values())

    def _release_content(self, record: FileRecord, *, even_if_final: bool = False) -> None:
        holder = self._contents.get(_content(record))
        if holder and holder.file_id == record.file_id and (holder.until or even_if_final):
            del self._contents[_content(record)]

    def _object_taken(self, action: Action, record: FileRecord, now: datetime, run: str) -> Claim | None:
        stored = self._records.get(record.file_id)
        before = stored.state if stored else None
        taker, taken_until = self._takers.get(record.file_id, (run, now))
        other_run = taker != run and taken_until > now
        if before is None or permits(
            action, before, lease_ended=self._lease_ended(record.file_id, now), other_run=other_run
        ):
            return None
        return Claim(answer_to_claim(action, before), record.file_id)

    def _lease_ended(self, file_id: str, now: datetime) -> bool:
        return self._leases.get(file_id, now) <= now

    def _content_taken(self, record: FileRecord, now: datetime) -> Claim | None:
        holder = self._contents.get(_content(record))
        if not record.content_sha256 or holder is None or holder.file_id == record.file_id:
            return None
        if holder.until is None:
            return Claim(ClaimAnswer.DUPLICATE, holder.file_id)
        return Claim(ClaimAnswer.BUSY, holder.file_id) if holder.until > now else None


def _content(record: FileRecord) -> tuple[str, str]:
    return record.dataset, record.content_sha256


@dataclass
class MemoryCatalog:
    """Tables that move by revision, as in Glue."""

    _tables: dict[tuple[str, str], tuple[TableVersion, list[dict[str, str]]]] = field(
        default_factory=dict, repr=False
    )
    _lock: RLock = field(default_factory=RLock, repr=False)

    def create(
        self, database: str, table: str, location: str = "", columns: Sequence[Mapping[str, str]] = ()
    ) -> None:
        with self._lock:
            made = TableVersion(database, table, location, "0"), [dict(column) for column in columns]
            self._tables.setdefault((database, table), made)

    def delete(self, database: str, table: str) -> None:
        with self._lock:
            self._tables.pop((database, table), None)

    def current(self, database: str, table: str) -> TableVersion:
        try:
            return self._tables[database, table][0]
        except KeyError:
            raise NotFoundError(f"no table {database}.{table}") from None

    def columns(self, database: str, table: str) -> list[dict[str, str]]:
        """Return the table's current columns."""
        self.current(database, table)
        return self._tables[database, table][1]

    def move(
        self,
        current: TableVersion,
        location: str,
        columns: Sequence[Mapping[str, str]],
        parameters: Mapping[str, str],
    ) -> None:
        with self._lock:
            table = self.current(current.database, current.table)
            if table.revision != current.revision:
                raise ConflictError(
                    f"{current.database}.{current.table} changed since revision {current.revision}"
                )
            moved = replace(
                table,
                location=location,
                revision=str(int(table.revision) + 1),
                parameters={**table.parameters, **parameters},
            )
            kept = columns or self._tables[current.database, current.table][1]
            self._tables[current.database, current.table] = (moved, [dict(column) for column in kept])
