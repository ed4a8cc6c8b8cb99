"""Multipart uploads that the sender writes directly to the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.lake.ports import ObjectRef


@dataclass(frozen=True)
class StoredPart:
    """An uploaded part; parts are numbered from 1."""

    number: int
    size_bytes: int
    etag: str


class UploadStore(Protocol):
    """Multipart uploads (S3), whose methods raise only `headgate.errors`."""

    def begin(self, ref: ObjectRef) -> str:
        """Begin an upload and return the store's id of it."""

    def part_url(self, ref: ObjectRef, store_id: str, number: int, expires_s: int) -> str:
        """Return a presigned URL for the PUT of one part."""

    def parts(self, ref: ObjectRef, store_id: str) -> tuple[StoredPart, ...]:
        """Return the uploaded parts by number; raise NotFoundError if the upload has ended."""

    def complete(self, ref: ObjectRef, store_id: str, parts: Iterable[StoredPart]) -> None:
        """Create the object from its parts."""

    def abort(self, ref: ObjectRef, store_id: str) -> None:
        """Delete the parts; do nothing if the upload has ended."""

    def begin_copy(self, source: ObjectRef, target: ObjectRef, size_bytes: int, sender: str = "") -> str:
        """Begin a large copy, and return the store's id of it; empty for a smaller one.

        The new version has its sender from the start.
        """

    def copy(
        self, source: ObjectRef, target: ObjectRef, sender: str = "", store_id: str = ""
    ) -> ObjectRef | None:
        """Copy an object with its sender as metadata, and return the new version.

        None if the copy has not ended within this call; the same call continues it.
        """

    def copied(self, source: ObjectRef, target: ObjectRef) -> ObjectRef | None:
        """Return the newest version of `target` if a large copy of `source` created it."""

    def read_with_etag(self, ref: ObjectRef) -> tuple[bytes, str]:
        """Return the object with its ETag; raise NotFoundError if it is absent."""

    def put(self, ref: ObjectRef, body: bytes, sender: str) -> None:
        """Write an object to raw with its sender as metadata."""

    def replace(self, ref: ObjectRef, body: bytes, etag: str) -> str:
        """Write the object if it has this ETag, or is absent for an empty one; return the new ETag.

        Raises:
            ConflictError: another caller has written the object.
        """

    def download_url(self, ref: ObjectRef, name: str, expires_s: int) -> str:
        """Return a URL whose GET response is the object as a file with this name."""
