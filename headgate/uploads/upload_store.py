"""Uploads in parts that their sender writes to the store directly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.lake.ports import ObjectRef


@dataclass(frozen=True)
class StoredPart:
    """A part that was uploaded; parts are numbered from 1."""

    number: int
    size_bytes: int
    etag: str


class UploadStore(Protocol):
    """Multipart uploads (S3). Every method raises only `headgate.errors`."""

    def begin(self, ref: ObjectRef) -> str:
        """Begin an upload and return the store's own id of it."""
        ...

    def part_url(self, ref: ObjectRef, store_id: str, number: int, expires_s: int) -> str:
        """Return a URL that takes one part by PUT."""
        ...

    def parts(self, ref: ObjectRef, store_id: str) -> tuple[StoredPart, ...]:
        """Return the parts that were uploaded, by number; NotFoundError when the upload has ended."""
        ...

    def complete(self, ref: ObjectRef, store_id: str, parts: Iterable[StoredPart]) -> None:
        """Make the object from its parts."""
        ...

    def abort(self, ref: ObjectRef, store_id: str) -> None:
        """Forget the parts; an upload that has ended is fine."""
        ...

    def begin_copy(self, source: ObjectRef, target: ObjectRef, size_bytes: int, sender: str = "") -> str:
        """Begin a copy of so many bytes, which one call may not end, and return the store's own id of it.

        Empty for a smaller one, of which nothing has to be begun. The new version has its sender with it from
        the start.
        """
        ...

    def copy(
        self, source: ObjectRef, target: ObjectRef, sender: str = "", store_id: str = ""
    ) -> ObjectRef | None:
        """Copy an object inside the store, and return the version that was made.

        None if a copy that was begun has not ended within this call: the same call continues it.
        """
        ...

    def copied(self, source: ObjectRef, target: ObjectRef) -> ObjectRef | None:
        """Return the newest version of `target` if a large copy of `source` has made it."""
        ...

    def read_with_etag(self, ref: ObjectRef) -> tuple[bytes, str]:
        """Return the object with its ETag; NotFoundError when there is none."""
        ...

    def put(self, ref: ObjectRef, body: bytes, sender: str) -> None:
        """Write an object of raw, with its sender as metadata."""
        ...

    def replace(self, ref: ObjectRef, body: bytes, etag: str) -> str:
        """Write the object if it still has this ETag, or with an empty one if there is none.

        Return its new ETag.

        Raises:
            ConflictError: another caller has written the object.
        """
        ...

    def download_url(self, ref: ObjectRef, name: str, expires_s: int) -> str:
        """Return a URL that answers GET with the object as a file of that name."""
        ...
