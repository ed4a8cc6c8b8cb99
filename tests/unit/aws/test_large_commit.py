"""A commit of the largest upload ends before API Gateway stops waiting for it."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from headgate.api.shapes.uploads import LARGEST_UPLOAD_BYTES
from headgate.aws.clients import COPIES_AT_ONCE
from headgate.aws.multipart_uploads import COPIED_PART_BYTES, S3Uploads
from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest

pytestmark = pytest.mark.unit

API_GATEWAY_S = 29  # Source: API Gateway quotas, maximum integration timeout less one second for the answer
COPIED_BYTES_A_SECOND = (
    100 << 20
)  # Source: Amazon S3 user guide, "Performance design patterns": 85 to 90 MB/s and more for one request


class LargeObjects:
    """S3 as far as a copy asks it, with an object of 100 GiB. It answers below boto3 and counts the copies at
    work.
    """

    def __init__(self) -> None:
        self.parts, self.at_work, self.most_at_work, self._lock = 0, 0, 0, threading.Lock()

    def answer(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        if request.method == "HEAD":
            return _response(request, b"", {"content-length": str(LARGEST_UPLOAD_BYTES), "etag": '"whole"'})
        if request.method == "PUT":
            self._copy()
            return _response(request, b'<CopyPartResult><ETag>"part"</ETag></CopyPartResult>')
        begins = request.url.endswith("?uploads")
        kind, body = (
            ("Initiate", "<UploadId>u</UploadId>") if begins else ("Complete", '<ETag>"whole"</ETag>')
        )
        return _response(
            request, f"<{kind}MultipartUploadResult>{body}</{kind}MultipartUploadResult>".encode()
        )

    def _copy(self) -> None:
        with self._lock:
            self.parts, self.at_work = self.parts + 1, self.at_work + 1
            self.most_at_work = max(self.most_at_work, self.at_work)
        time.sleep(0.02)
        with self._lock:
            self.at_work -= 1


def _response(request: AWSPreparedRequest, body: bytes, headers: dict[str, str] | None = None) -> AWSResponse:
    class Raw:
        def stream(self, **_: object) -> Any:  # noqa: ANN401 as urllib3's
            yield body

    return AWSResponse(request.url, 200, headers or {}, Raw())


def seconds_of_a_copy(part_bytes: int, at_once: int) -> float:
    return math.ceil(LARGEST_UPLOAD_BYTES / part_bytes / at_once) * part_bytes / COPIED_BYTES_A_SECOND


@pytest.mark.behaviour("api-answers-within-30-s")
def test_the_largest_upload_is_copied_within_the_answer_of_the_api() -> None:
    client = boto3.client(
        "s3",
        "eu-central-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",  # noqa: S106 nobody checks it
        config=Config(max_pool_connections=COPIES_AT_ONCE),
    )
    objects = LargeObjects()
    client.meta.events.register("before-send.s3", objects.answer)
    S3Uploads(client).copy(ObjectRef("staging", "uploads/1"), ObjectRef("raw", "orders/1"))
    assert objects.parts == LARGEST_UPLOAD_BYTES // COPIED_PART_BYTES
    assert objects.most_at_work > COPIES_AT_ONCE // 2
    assert seconds_of_a_copy(COPIED_PART_BYTES, COPIES_AT_ONCE) < API_GATEWAY_S


def test_boto3s_own_parts_would_take_longer_than_the_api_waits() -> None:
    """Above about 20 GB a commit ended with 503."""
    assert seconds_of_a_copy(8 << 20, 10) > API_GATEWAY_S
