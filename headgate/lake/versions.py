"""Of the contents that were let in: when an object last came to hold each of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.lake.ports import FileRecord


@dataclass(frozen=True)
class Received:
    """When a content was received, ISO 8601; `again`: its object held another one in between, and went back to it."""

    at: str
    again: bool = False


def last_received(records: Iterable[FileRecord]) -> dict[str, Received]:
    """For each content that was let in, by its SHA-256: when its object last came to hold it. A copy under another name says nothing."""
    every = {record.file_id: record for record in records}
    found = {record.file_id: Received(record.received_at) for record in every.values() if record.state in {"done", "replaying"}}
    for copy in every.values():
        first = every.get(copy.duplicate_of)
        is_same_object = first is not None and (first.bucket, first.key) == (copy.bucket, copy.key)
        if first and is_same_object and first.file_id in found and copy.received_at > found[first.file_id].at:
            found[first.file_id] = Received(copy.received_at, again=True)
    return {every[file_id].content_sha256: received for file_id, received in found.items()}
