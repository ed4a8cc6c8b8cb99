from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, BinaryIO, TypedDict, cast
from urllib.parse import unquote

from botocore.exceptions import ClientError

from headgate.aws.sdk_errors import translated
from headgate.errors import ConflictError, NotFoundError, ServiceError
from headgate.lake.ports import ObjectInfo, ObjectRef, ObjectVersion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from mypy_boto3_s3 import S3Client


# The chunk size of boto3's transfers, which are slower for small files: they start ten threads and request
# the size.
ONE_CALL_BYTES = 8 << 20
_CHUNK_BYTES = 1 << 20
SENDER = "headgate-sender"  # metadata of an uploaded object in raw
# Source: Amazon S3 API reference, "CopyObject": one request copies up to 5 GB.
_ONE_COPY_BYTES, _COPIED_PART_BYTES = 5 << 30, 512 << 20


_NO_METADATA: Mapping[str, str] = {}


class _Address(TypedDict, total=False):
    Bucket: str
    Key: str
    VersionId: str


@dataclass(frozen=True)
class S3Pointers:
    """Objects in S3 that are replaced only if no other caller replaced them."""

    client: S3Client

    def read_with_etag(self, ref: ObjectRef) -> tuple[bytes, str]:
        with translated(f"read {uri(ref)}"):
            answer = self.client.get_object(Bucket=ref.bucket, Key=ref.key)
            return answer["Body"].read(), answer["ETag"]

    def replace(
        self, ref: ObjectRef, body: bytes, etag: str, metadata: Mapping[str, str] = _NO_METADATA
    ) -> str:
        """Write the object if it has this ETag, or is absent for an empty one; return the new ETag.

        If botocore repeats a write whose response was lost, the condition fails although the first write
        succeeded; this counts as a success.

        Source: Amazon S3 User Guide, "How to prevent object overwrites with conditional writes".

        Raises:
            ConflictError: another caller has written the object.
        """
        unchanged = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        try:
            with translated(f"replace {uri(ref)}"):
                try:
                    return self.client.put_object(
                        Bucket=ref.bucket,
                        Key=ref.key,
                        Body=body,
                        Metadata=metadata,
                        **unchanged,  # type: ignore[arg-type]  # typed as every argument of put_object
                    )["ETag"]
                except ClientError as error:
                    written, new_etag = self.read_with_etag(ref) if _sent_again(error) else (b"", "")
                    if not new_etag or written != body:
                        raise
                    return new_etag
        except NotFoundError:  # the object was deleted
            raise ConflictError(f"replace {uri(ref)}: the object was deleted") from None


def _sent_again(error: ClientError) -> bool:
    """Return whether a condition failed in a request that botocore had sent before."""
    met = error.response["ResponseMetadata"]
    return met["HTTPStatusCode"] == HTTPStatus.PRECONDITION_FAILED and met["RetryAttempts"] > 0


@dataclass(frozen=True)
class S3Objects(S3Pointers):
    """The ObjectStore port over S3; the bucket's default encryption applies."""

    def info(self, ref: ObjectRef) -> ObjectInfo:
        """Return an object's size, time and version; raise NotFoundError if it is absent."""
        with translated(f"look up {uri(ref)}"):
            head = self.client.head_object(**boto_address(ref))
        current = replace(ref, version_id=head.get("VersionId", ref.version_id))
        sender = unquote(head.get("Metadata", {}).get(SENDER, ""))
        return ObjectInfo(
            current,
            head["ContentLength"],
            _naive_utc(head["LastModified"]),
            head.get("ETag", "").strip('"'),
            sender,
        )

    def metadata(self, ref: ObjectRef) -> Mapping[str, str]:
        """Return an object's metadata; raise NotFoundError if it is absent."""
        with translated(f"look up {uri(ref)}"):  # not by a HEAD, whose errors have no text
            return self.client.get_object(**boto_address(ref), Range="bytes=0-0")["Metadata"]

    def read(self, ref: ObjectRef) -> bytes:
        with translated(f"read {uri(ref)}"):
            return self.client.get_object(**boto_address(ref))["Body"].read()

    def write(self, ref: ObjectRef, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        with translated(f"write {uri(ref)}"):
            self.client.put_object(Bucket=ref.bucket, Key=ref.key, Body=body, ContentType=content_type)

    def head(self, ref: ObjectRef, size_bytes: int) -> bytes:
        with translated(f"read the head of {uri(ref)}"):
            return self.client.get_object(**boto_address(ref), Range=f"bytes=0-{size_bytes - 1}")[
                "Body"
            ].read(size_bytes)

    def download(self, ref: ObjectRef, path: Path, size_bytes: int | None = None) -> None:
        """Download the object to `path`, with one request if its size is given."""
        with translated(f"download {uri(ref)}"):
            if size_bytes is None:
                version = {"VersionId": ref.version_id} if ref.version_id else {}
                self.client.download_file(ref.bucket, ref.key, str(path), ExtraArgs=version)
                return
            with path.open("wb") as file:
                file.writelines(self.client.get_object(**boto_address(ref))["Body"].iter_chunks(_CHUNK_BYTES))
        if path.stat().st_size != size_bytes:
            raise ServiceError(f"download {uri(ref)}: {path.stat().st_size} bytes came, not {size_bytes}")

    def upload(
        self,
        path: Path,
        ref: ObjectRef,
        *,
        content_type: str = "application/octet-stream",
        sent: Callable[[int], object] = lambda _: None,
    ) -> None:
        """Upload the file, in parts if it is large; `sent` gets byte counts, in any thread."""
        if path.stat().st_size <= ONE_CALL_BYTES:
            body = path.read_bytes()
            self.write(ref, body, content_type=content_type)
            sent(len(body))
            return
        with translated(f"upload {uri(ref)}"):
            self.client.upload_file(
                str(path), ref.bucket, ref.key, ExtraArgs={"ContentType": content_type}, Callback=sent
            )

    def copy(self, source: ObjectRef, target: ObjectRef) -> None:
        """Copy `source` to `target` in S3, in parts above 5 GB; raise NotFoundError if it is absent."""
        from boto3.s3.transfer import TransferConfig  # noqa: PLC0415 only the merge copies

        how = TransferConfig(multipart_threshold=_ONE_COPY_BYTES, multipart_chunksize=_COPIED_PART_BYTES)
        with translated(f"copy {uri(source)} to {uri(target)}"):
            self.client.copy(boto_address(source), target.bucket, target.key, Config=how)  # type: ignore[arg-type]  # it always has a bucket and a key

    def open(self, ref: ObjectRef) -> BinaryIO:
        """Return the object as a file for reading, with one request per read.

        All reads are of the same content, by its ETag; a version id would need the permission to read
        versions.
        """
        current = self.info(ref)
        return cast("BinaryIO", _RangedObject(self.client, ref, current.size_bytes, current.etag))

    def list(self, bucket: str, prefix: str) -> Iterator[ObjectInfo]:
        with translated(f"list s3://{bucket}/{prefix}"):
            for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                for item in page.get("Contents", []):
                    modified_at, etag = _naive_utc(item["LastModified"]), item.get("ETag", "").strip('"')
                    yield ObjectInfo(ObjectRef(bucket, item["Key"]), item["Size"], modified_at, etag)

    def versions(self, bucket: str, prefix: str) -> Iterator[ObjectVersion]:
        """Yield all versions of all objects below `prefix`, with delete markers, by key."""
        with translated(f"list versions of s3://{bucket}/{prefix}"):
            for page in self.client.get_paginator("list_object_versions").paginate(
                Bucket=bucket, Prefix=prefix
            ):
                for version in page.get("Versions", []):
                    ref, at = (
                        ObjectRef(bucket, version["Key"], version["VersionId"]),
                        _naive_utc(version["LastModified"]),
                    )
                    yield ObjectVersion(ref, version["Size"], at, version["IsLatest"])
                for marker in page.get("DeleteMarkers", []):
                    ref, at = (
                        ObjectRef(bucket, marker["Key"], marker["VersionId"]),
                        _naive_utc(marker["LastModified"]),
                    )
                    yield ObjectVersion(ref, 0, at, marker["IsLatest"], is_marker=True)

    def delete(self, ref: ObjectRef) -> None:
        """Delete the object, or only the given version so that older ones reappear."""
        with translated(f"delete {uri(ref)}"):
            self.client.delete_object(**boto_address(ref))


class _RangedObject(io.RawIOBase):
    """An object as a file that fetches only the bytes that are read."""

    def __init__(self, client: S3Client, ref: ObjectRef, size_bytes: int, etag: str) -> None:
        super().__init__()
        self._client, self._ref, self._size_bytes, self._etag, self._at = client, ref, size_bytes, etag, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size_bytes}[whence]
        return self._at

    def read(self, size: int = -1) -> bytes:
        end = self._size_bytes if size < 0 else min(self._at + size, self._size_bytes)
        if self._at >= end:
            return b""
        with translated(f"read bytes {self._at} to {end} of {uri(self._ref)}"):
            answer = self._client.get_object(
                **boto_address(self._ref), Range=f"bytes={self._at}-{end - 1}", IfMatch=f'"{self._etag}"'
            )
            body = answer["Body"].read()
        if "ContentRange" not in answer:  # a store may ignore ranges. Source: RFC 9110, section 14.2
            body = body[self._at : end]
        self._at += len(body)
        return body


def uri(ref: ObjectRef) -> str:
    """Return the object's `s3://` address."""
    return f"s3://{ref.bucket}/{ref.key}"


def boto_address(ref: ObjectRef) -> _Address:
    """Return boto3's arguments for an object or a version of it."""
    newest = _Address(Bucket=ref.bucket, Key=ref.key)
    return {**newest, "VersionId": ref.version_id} if ref.version_id else newest


def _naive_utc(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
