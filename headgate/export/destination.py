"""Destinations of an export without a lake: a folder, or a prefix of a bucket."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from headgate.errors import NotFoundError, SettingsError
from headgate.lake.ports import ObjectInfo, ObjectRef, ObjectStore

_S3 = "s3"


def bucket_and_prefix(url: str) -> tuple[str, str]:
    """Return the bucket and the key prefix of `s3://bucket/prefix`; the prefix is empty or ends in `/`."""
    parts = urlsplit(url)
    if parts.scheme != _S3 or not parts.netloc:
        raise SettingsError(f"{url} is not a destination. Use a folder or s3://bucket/prefix")
    prefix = parts.path.strip("/")
    return parts.netloc, f"{prefix}/" if prefix else ""


@dataclass(frozen=True)
class FolderObjects:
    """An object store in a folder: a bucket is a subfolder, and the bucket `""` is the folder itself."""

    root: Path

    def info(self, ref: ObjectRef) -> ObjectInfo:
        """Return a file's size and modification time; raise NotFoundError if it is absent."""
        status = self._existing(ref).stat()
        return ObjectInfo(
            ref, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC).replace(tzinfo=None)
        )

    def read(self, ref: ObjectRef) -> bytes:
        """Return the file's bytes; raise NotFoundError if it is absent."""
        return self._existing(ref).read_bytes()

    def head(self, ref: ObjectRef, size_bytes: int) -> bytes:
        """Return at most `size_bytes` from the start of the file."""
        with self._existing(ref).open("rb") as file:
            return file.read(size_bytes)

    def write(self, ref: ObjectRef, body: bytes, *, content_type: str = "") -> None:
        """Write the file atomically."""
        del content_type
        self._place(ref, lambda partial: partial.write_bytes(body))

    def upload(self, path: Path, ref: ObjectRef, *, content_type: str = "") -> None:
        """Copy a file into the folder atomically."""
        del content_type
        self._place(ref, lambda partial: shutil.copyfile(path, partial))

    def download(self, ref: ObjectRef, path: Path, size_bytes: int | None = None) -> None:
        """Copy a file out of the folder; raise NotFoundError if it is absent."""
        del size_bytes
        shutil.copyfile(self._existing(ref), path)

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        """Yield the files whose keys begin with the prefix, sorted by key."""
        base = self.root / bucket
        start = base / prefix.rpartition("/")[0]
        keys = (
            sorted(path.relative_to(base).as_posix() for path in start.rglob("*") if path.is_file())
            if start.is_dir()
            else []
        )
        for key in keys:
            if key.startswith(prefix) and not key.endswith(".partial"):
                yield self.info(ObjectRef(bucket, key))

    def delete(self, ref: ObjectRef) -> None:
        """Delete the file; do nothing if it is absent."""
        self._path(ref).unlink(missing_ok=True)

    def _place(self, ref: ObjectRef, write: Callable[[Path], object]) -> None:
        path = self._path(ref)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.partial")
        write(partial)
        partial.replace(path)

    def _path(self, ref: ObjectRef) -> Path:
        return self.root / ref.bucket / ref.key

    def _existing(self, ref: ObjectRef) -> Path:
        path = self._path(ref)
        if not path.is_file():
            raise NotFoundError(f"there is no file {path}")
        return path


@dataclass(frozen=True)
class PrefixedObjects:
    """The part of another object store below a key prefix, with keys relative to it."""

    store: ObjectStore
    prefix: str

    def info(self, ref: ObjectRef) -> ObjectInfo:
        return replace(self.store.info(self._inner(ref)), ref=ref)

    def read(self, ref: ObjectRef) -> bytes:
        """Return the object's bytes."""
        return self.store.read(self._inner(ref))

    def head(self, ref: ObjectRef, size_bytes: int) -> bytes:
        """Return at most `size_bytes` from the start of the object."""
        return self.store.head(self._inner(ref), size_bytes)

    def write(self, ref: ObjectRef, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        self.store.write(self._inner(ref), body, content_type=content_type)

    def upload(self, path: Path, ref: ObjectRef, *, content_type: str = "application/octet-stream") -> None:
        self.store.upload(path, self._inner(ref), content_type=content_type)

    def download(self, ref: ObjectRef, path: Path, size_bytes: int | None = None) -> None:
        """Write an object to a file."""
        self.store.download(self._inner(ref), path, size_bytes)

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        for item in self.store.list(bucket, self.prefix + prefix):
            yield replace(item, ref=replace(item.ref, key=item.ref.key.removeprefix(self.prefix)))

    def delete(self, ref: ObjectRef) -> None:
        self.store.delete(self._inner(ref))

    def _inner(self, ref: ObjectRef) -> ObjectRef:
        return replace(ref, key=self.prefix + ref.key)
