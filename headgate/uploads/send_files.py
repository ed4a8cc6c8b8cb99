import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from headgate.lake.ports import FileLedger, FileRecord, ObjectRef, VersionedObjects
from headgate.lake.raw_objects import file_id_of
from headgate.lake.states import FileState

UPLOADERS = 8
POLL_S = 1.0
UNDER_WAY = {FileState.PROCESSING, FileState.HANDED_OVER}


@dataclass(frozen=True)
class Sent:
    """An uploaded object version, and the size of its file."""

    ref: ObjectRef
    size_bytes: int


def newest_version(store: VersionedObjects, ref: ObjectRef) -> ObjectRef:
    """Return the newest version of an object by listing, because senders may not call HeadObject."""
    return next(
        version.ref
        for version in store.versions(ref.bucket, ref.key)
        if version.is_newest and version.ref.key == ref.key
    )


def send_to_raw(
    store: VersionedObjects, bucket: str, files: Sequence[tuple[str, Path]], sent: Callable[[Sent], None]
) -> list[Sent]:
    """Send the files to raw; `sent` is called for each."""

    def upload_file(item: tuple[str, Path]) -> Sent:
        key, path = item
        store.upload(path, ObjectRef(bucket, key))
        landed = Sent(newest_version(store, ObjectRef(bucket, key)), path.stat().st_size)
        sent(landed)
        return landed

    with ThreadPoolExecutor(UPLOADERS) as pool:
        return list(pool.map(upload_file, files))


def follow(
    ledger: FileLedger,
    refs: Iterable[ObjectRef],
    seen: Callable[[list[FileRecord]], None],
    *,
    timeout_s: float,
) -> list[FileRecord]:
    """Return the final records of the objects, fewer after `timeout_s`.

    `seen` gets all final records after each poll.
    """
    wanted = {file_id_of(ref) for ref in refs}  # a record's key may be redacted
    deadline = time.monotonic() + timeout_s
    while True:
        ended = [
            record
            for record in ledger.records()
            if record.file_id in wanted and record.state not in UNDER_WAY
        ]
        seen(ended)
        if len(ended) == len(wanted) or time.monotonic() > deadline:
            return ended
        time.sleep(POLL_S)
