"""Multipart uploads to S3, whose parts the sender writes through presigned URLs."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import quote

from headgate.aws.clients import PARALLEL_COPIES
from headgate.aws.s3 import SENDER, S3Pointers, boto_address, uri
from headgate.aws.sdk_errors import translated
from headgate.errors import NotFoundError
from headgate.lake.ports import ObjectRef
from headgate.uploads.upload_store import StoredPart

# A commit copies the file while its caller waits, and API Gateway waits 29 s. 100 GiB are 13 rounds of 64
# parallel parts of 128 MiB; with boto3's default of ten parallel parts of 8 MiB they would be 1,280. A file
# of several rounds is copied by several calls, which begin no round after `COPY_S`. The maximum of 10,000
# parts is 1.2 TiB. Source: Amazon S3 user guide, "Performance design patterns": one request moves about 100
# MB/s; "Multipart upload limits".
COPIED_PART_BYTES = 128 << 20
COPY_S = 12.0
COPIED_FROM = "copied-from"  # metadata of a large copy


@dataclass(frozen=True)
class S3Uploads(S3Pointers):
    """The UploadStore port over S3."""

    monotonic_s: Callable[[], float] = time.monotonic

    def begin(self, ref: ObjectRef) -> str:
        """Begin an upload and return S3's id of it."""
        with translated(f"begin the upload of {uri(ref)}"):
            return self.client.create_multipart_upload(Bucket=ref.bucket, Key=ref.key)["UploadId"]

    def part_url(self, ref: ObjectRef, store_id: str, number: int, expires_s: int) -> str:
        """Return a presigned URL for the PUT of one part; S3 is not called."""
        place = {"Bucket": ref.bucket, "Key": ref.key, "UploadId": store_id, "PartNumber": number}
        return self.client.generate_presigned_url(
            "upload_part", Params=place, ExpiresIn=expires_s, HttpMethod="PUT"
        )

    def parts(self, ref: ObjectRef, store_id: str) -> tuple[StoredPart, ...]:
        """Return the uploaded parts by number; raise NotFoundError if the upload has ended."""
        with translated(f"list the parts of {uri(ref)}"):
            pages = self.client.get_paginator("list_parts").paginate(
                Bucket=ref.bucket, Key=ref.key, UploadId=store_id
            )
            uploaded = [part for page in pages for part in page.get("Parts", [])]
        return tuple(StoredPart(part["PartNumber"], part["Size"], part["ETag"]) for part in uploaded)

    def complete(self, ref: ObjectRef, store_id: str, parts: Iterable[StoredPart]) -> None:
        """Create the object from its parts."""
        named = [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
        with translated(f"complete the upload of {uri(ref)}"):
            self.client.complete_multipart_upload(
                Bucket=ref.bucket,
                Key=ref.key,
                UploadId=store_id,
                MultipartUpload={"Parts": named},  # type: ignore[typeddict-item]  # boto3's stubs want every checksum
            )

    def abort(self, ref: ObjectRef, store_id: str) -> None:
        """Delete the parts; do nothing if the upload has ended."""
        try:
            with translated(f"abort the upload of {uri(ref)}"):
                self.client.abort_multipart_upload(Bucket=ref.bucket, Key=ref.key, UploadId=store_id)
        except NotFoundError:
            return

    def put(self, ref: ObjectRef, body: bytes, sender: str) -> None:
        """Write an object to raw with its sender as metadata."""
        with translated(f"write {uri(ref)}"):
            self.client.put_object(
                Bucket=ref.bucket, Key=ref.key, Body=body, ContentType="text/csv", Metadata=_metadata(sender)
            )

    def begin_copy(self, source: ObjectRef, target: ObjectRef, size_bytes: int, sender: str = "") -> str:
        """Begin a multipart copy and return S3's id of it; empty if one round of parts is enough."""
        if size_bytes <= COPIED_PART_BYTES * PARALLEL_COPIES:
            return ""
        with translated(f"begin the copy to {uri(target)}"):
            begun = self.client.create_multipart_upload(
                Bucket=target.bucket,
                Key=target.key,
                Metadata={**_metadata(sender), COPIED_FROM: _address(source)},
            )
        return begun["UploadId"]

    def copy(
        self, source: ObjectRef, target: ObjectRef, sender: str = "", store_id: str = ""
    ) -> ObjectRef | None:
        """Copy an object in S3 with its sender as metadata, and return the new version."""
        if store_id:
            try:
                if not self._copy_within(source, target, store_id):
                    return None
            except NotFoundError:  # also after a call whose response was lost
                if made := self.copied(source, target):
                    return made
                raise
        else:
            self._copy_at_once(source, target, sender)
        with translated(f"read {uri(target)}"):
            head = self.client.head_object(Bucket=target.bucket, Key=target.key)
        return replace(target, version_id=head.get("VersionId", ""))

    def copied(self, source: ObjectRef, target: ObjectRef) -> ObjectRef | None:
        """Return the newest version of `target` if a large copy of `source` created it."""
        try:
            with translated(f"read {uri(target)}"):
                head = self.client.head_object(Bucket=target.bucket, Key=target.key)
        except NotFoundError:
            return None
        is_copy = head["Metadata"].get(COPIED_FROM) == _address(source)
        return replace(target, version_id=head.get("VersionId", "")) if is_copy else None

    def _copy_at_once(self, source: ObjectRef, target: ObjectRef, sender: str) -> None:
        from boto3.s3.transfer import TransferConfig  # noqa: PLC0415 only a commit copies

        how = TransferConfig(
            multipart_threshold=COPIED_PART_BYTES,
            multipart_chunksize=COPIED_PART_BYTES,
            max_concurrency=PARALLEL_COPIES,
        )
        extra = {"Metadata": _metadata(sender), "MetadataDirective": "REPLACE"} if sender else {}
        with translated(f"copy {uri(source)} to {uri(target)}"):
            self.client.copy(boto_address(source), target.bucket, target.key, ExtraArgs=extra, Config=how)  # type: ignore[arg-type]  # VersionId is optional

    def _copy_within(self, source: ObjectRef, target: ObjectRef, store_id: str) -> bool:
        """Copy for at most `COPY_S`, and return whether the copy ended; its parts are kept."""
        until_s = self.monotonic_s() + COPY_S
        if not self._copy_parts(source, target, store_id, until_s) or self.monotonic_s() >= until_s:
            return False
        self.complete(target, store_id, self.parts(target, store_id))
        return True

    def _copy_parts(self, source: ObjectRef, target: ObjectRef, store_id: str, until_s: float) -> bool:
        """Copy rounds of the missing parts until all are copied or the time is up."""
        with translated(f"read {uri(source)}"):
            size = self.client.head_object(**boto_address(source))["ContentLength"]
        copied = {part.number for part in self.parts(target, store_id)}
        missing = [number for number in range(1, -(-size // COPIED_PART_BYTES) + 1) if number not in copied]
        with ThreadPoolExecutor(PARALLEL_COPIES) as threads:
            for begin in range(0, len(missing), PARALLEL_COPIES):
                if self.monotonic_s() >= until_s:
                    return False
                numbers = missing[begin : begin + PARALLEL_COPIES]
                list(threads.map(partial(self._copy_part, source, target, store_id, size), numbers))
        return True

    def _copy_part(self, source: ObjectRef, target: ObjectRef, store_id: str, size: int, number: int) -> None:
        first = (number - 1) * COPIED_PART_BYTES
        last = min(size, first + COPIED_PART_BYTES) - 1
        with translated(f"copy {uri(source)} to {uri(target)}"):
            self.client.upload_part_copy(
                Bucket=target.bucket,
                Key=target.key,
                UploadId=store_id,
                PartNumber=number,
                CopySource=boto_address(source),  # type: ignore[arg-type]  # VersionId is optional
                CopySourceRange=f"bytes={first}-{last}",
            )

    def download_url(self, ref: ObjectRef, name: str, expires_s: int) -> str:
        """Return a URL whose GET response is the object as a file with this name."""
        shown = f"attachment; filename*=UTF-8''{quote(name)}"
        place = {"Bucket": ref.bucket, "Key": ref.key, "ResponseContentDisposition": shown}
        return self.client.generate_presigned_url("get_object", Params=place, ExpiresIn=expires_s)


def _address(ref: ObjectRef) -> str:
    return quote(f"{ref.bucket}/{ref.key}?{ref.version_id}")


def _metadata(sender: str) -> dict[str, str]:
    return {SENDER: quote(sender)} if sender else {}
