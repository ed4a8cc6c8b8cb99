"""The calls that commit the largest upload each end before API Gateway stops waiting for them."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from headgate.api.shapes.uploads import MAX_UPLOAD_BYTES
from headgate.aws.clients import PARALLEL_COPIES
from headgate.aws.multipart_uploads import COPIED_PART_BYTES, S3Uploads
from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest

pytestmark = pytest.mark.unit

API_GATEWAY_S = 29  # Source: API Gateway quotas, maximum integration timeout less one second for the answer
COPIED_BYTES_A_SECOND = (
    100 << 20
)  # Source: Amazon S3 user guide, "Performance design patterns": 85 to 90 MB/s and more for one request
PATIENCE_S = 30.0  # for threads of a busy machine to begin


class LargeObjects:
    """S3 as far as a copy asks it, with an object of 100 GiB.

    It answers below boto3, and its clock counts the seconds that the copies of a round take together.
    """

    def __init__(self, bytes_a_second: int) -> None:
        self.bytes_a_second, self.seconds = bytes_a_second, 0.0
        self.parts: dict[int, int] = {}
        self.at_work, self.most_at_work, self._lock = 0, 0, threading.Lock()
        self._many_at_work = threading.Event()

    def answer(self, request: AWSPreparedRequest, **_: object) -> AWSResponse:
        asked = parse_qs(urlsplit(request.url).query, keep_blank_values=True)
        if request.method == "HEAD":
            return _response(request, b"", {"content-length": str(MAX_UPLOAD_BYTES), "etag": '"whole"'})
        if request.method == "PUT":
            self._copy(int(asked["partNumber"][0]), request.headers["x-amz-copy-source-range"])
            return _response(request, b'<CopyPartResult><ETag>"part"</ETag></CopyPartResult>')
        if request.method == "GET":
            listed = "".join(
                f'<Part><PartNumber>{number}</PartNumber><Size>{size}</Size><ETag>"e"</ETag></Part>'
                for number, size in sorted(self.parts.items())
            )
            return _response(request, f"<ListPartsResult>{listed}</ListPartsResult>".encode())
        kind, body = (
            ("Initiate", "<UploadId>u</UploadId>")
            if "uploads" in asked
            else ("Complete", '<ETag>"whole"</ETag>')
        )
        return _response(
            request, f"<{kind}MultipartUploadResult>{body}</{kind}MultipartUploadResult>".encode()
        )

    def _copy(self, number: int, of_bytes: bytes | str) -> None:
        text = of_bytes.decode() if isinstance(of_bytes, bytes) else of_bytes
        first, last = map(int, text.removeprefix("bytes=").split("-"))
        with self._lock:
            assert number not in self.parts
            self.parts[number] = last - first + 1
            self.seconds += self.parts[number] / self.bytes_a_second / PARALLEL_COPIES
            self.at_work += 1
            self.most_at_work = max(self.most_at_work, self.at_work)
            if self.at_work > PARALLEL_COPIES // 2:
                self._many_at_work.set()
        self._many_at_work.wait(PATIENCE_S)  # a busy machine starts threads late
        self._many_at_work.set()
        with self._lock:
            self.at_work -= 1


def _response(request: AWSPreparedRequest, body: bytes, headers: dict[str, str] | None = None) -> AWSResponse:
    class Raw:
        def stream(self, **_: object) -> Any:  # noqa: ANN401 as urllib3's
            yield body

    return AWSResponse(request.url, 200, headers or {}, Raw())


@pytest.mark.behaviour("api-answers-within-30-s")
@pytest.mark.parametrize("slower", [1, 10])
def test_the_largest_upload_is_copied_by_calls_that_each_end_before_the_api_stops_waiting(
    slower: int,
) -> None:
    """Also where S3 copies at a tenth of its usual rate."""
    objects = LargeObjects(COPIED_BYTES_A_SECOND // slower)
    uploads = S3Uploads(client_of(objects), lambda: objects.seconds)
    raw = ObjectRef("raw", "orders/1")
    copy_id = uploads.begin_copy(ObjectRef("staging", "uploads/1"), raw, MAX_UPLOAD_BYTES, "ana")
    calls: list[float] = []
    while True:
        begun_s = objects.seconds
        made = uploads.copy(ObjectRef("staging", "uploads/1"), raw, "ana", copy_id)
        calls.append(objects.seconds - begun_s)
        if made:
            break
    assert max(calls) < API_GATEWAY_S
    assert len(calls) > 1
    assert sum(objects.parts.values()) == MAX_UPLOAD_BYTES
    assert len(objects.parts) == MAX_UPLOAD_BYTES // COPIED_PART_BYTES
    assert objects.most_at_work > PARALLEL_COPIES // 2


def test_a_file_of_one_round_is_copied_by_one_call() -> None:
    uploads = S3Uploads(client_of(LargeObjects(COPIED_BYTES_A_SECOND)))
    refs = ObjectRef("staging", "uploads/1"), ObjectRef("raw", "orders/1")
    assert uploads.begin_copy(*refs, COPIED_PART_BYTES * PARALLEL_COPIES) == ""
    assert COPIED_PART_BYTES / COPIED_BYTES_A_SECOND < API_GATEWAY_S


def test_boto3s_own_parts_would_take_longer_than_the_api_waits() -> None:
    """Above about 20 GB a commit ended with 503."""
    own_part, at_once = 8 << 20, 10
    rounds = math.ceil(MAX_UPLOAD_BYTES / own_part / at_once)
    assert rounds * own_part / COPIED_BYTES_A_SECOND > API_GATEWAY_S


def client_of(objects: LargeObjects) -> Any:  # noqa: ANN401 boto3 makes a class per service at run time
    client = boto3.client(
        "s3",
        "eu-central-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",  # noqa: S106 nobody checks it
        config=Config(max_pool_connections=PARALLEL_COPIES),
    )
    client.meta.events.register("before-send.s3", objects.answer)
    return client
