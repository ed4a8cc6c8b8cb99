"""Send files to raw and follow them through the gate."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from headgate.lake.ports import FileLedger, FileRecord, ObjectStore

UPLOADERS = 8
POLL_S = 1.0
UNDER_WAY = "processing"


@dataclass(frozen=True)
class Sent:
    """One uploaded object version, and how large its file was."""

    ref: ObjectRef
    size_bytes: int


def objects_in(folder: Path) -> list[tuple[str, Path]]:
    """Every file of the folder that lies in a sub-folder, with its key in raw, by key; files at the top are notes, not data."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.parent != folder)
    return [(path.relative_to(folder).as_posix(), path) for path in paths]


def send(store: ObjectStore, bucket: str, files: Sequence[tuple[str, Path]], sent: Callable[[Sent], None]) -> list[Sent]:
    """Every file is in raw when this returns; `sent` hears of each as it lands."""

    def one(item: tuple[str, Path]) -> Sent:
        key, path = item
        store.upload(path, ObjectRef(bucket, key))
        landed = Sent(store.info(ObjectRef(bucket, key)).ref, path.stat().st_size)
        sent(landed)
        return landed

    with ThreadPoolExecutor(UPLOADERS) as pool:
        return list(pool.map(one, files))


def follow(
    ledger: FileLedger, refs: Iterable[ObjectRef], seen: Callable[[list[FileRecord]], None], *, timeout_s: float
) -> list[FileRecord]:
    """The records of the objects that reached their end; fewer than asked for when `timeout_s` ran out first.

    `seen` hears of all ended records each time they were looked at.
    """
    wanted = {(ref.key, ref.version_id) for ref in refs}
    deadline = time.monotonic() + timeout_s
    while True:
        ended = [record for record in ledger.records() if (record.key, record.version_id) in wanted and record.state != UNDER_WAY]
        seen(ended)
        if len(ended) == len(wanted) or time.monotonic() > deadline:
            return ended
        time.sleep(POLL_S)
