"""S3, DynamoDB and Secrets Manager as they behave on AWS and not on the emulator."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config

from headgate.aws.clients import addressing
from headgate.aws.dynamodb.ledger import DynamoLedger, encode_item
from headgate.aws.dynamodb.request_counts import DynamoRequestCounts
from headgate.aws.multipart_uploads import S3Uploads
from headgate.aws.s3 import S3Objects
from headgate.aws.secrets import Secrets
from headgate.errors import ConflictError, NotFoundError, NotPermittedError, ServiceError, ThrottledError
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.lake.states import ClaimAnswer, FileState
from tests.unit.aws.behaviours.below_boto3 import (
    ATTEMPTS,
    Aws,
    Reply,
    Request,
    in_turn,
    refusal,
    reply,
    s3_refusal,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("no_pauses")]

ORDERS = ObjectRef("raw", "orders/1.csv")
NOW = datetime(2026, 5, 1, 12, 0)
RECORD = FileRecord("f1", "raw", "orders/1.csv", "v1", "orders", FileState.PROCESSING, content_sha256="ab")
SECRET = json.dumps({"key_id": "k1", "key": base64.b64encode(bytes(32)).decode()})


@pytest.mark.behaviour("s3-slow-down")
def test_a_write_that_s3_throttles_is_sent_again() -> None:
    s3 = Aws(in_turn(s3_refusal("SlowDown", 503), s3_refusal("SlowDown", 503), Reply(b"")))
    S3Objects(s3.client("s3")).write(ORDERS, b"id\n1\n")
    assert s3.operations() == ["PutObject"] * 3


@pytest.mark.behaviour("s3-slow-down")
def test_a_write_that_s3_throttles_for_long_is_reported_as_throttled() -> None:
    s3 = Aws(lambda _: s3_refusal("SlowDown", 503))
    with pytest.raises(ThrottledError, match="SlowDown"):
        S3Objects(s3.client("s3")).write(ORDERS, b"id\n1\n")
    assert len(s3.requests) == ATTEMPTS


@pytest.mark.behaviour("s3-error-after-200")
def test_a_copy_that_fails_after_status_200_is_sent_again() -> None:
    """A copy that takes long has sent its status before it fails."""
    copied = Reply(b'<CopyObjectResult><ETag>"a"</ETag></CopyObjectResult>')
    failed = s3_refusal("InternalError", 200)
    head = Reply(b"", headers={"content-length": "5", "etag": '"a"'})
    answers = {"HeadObject": [head], "CopyObject": [failed, copied]}
    s3 = Aws(lambda request: answers[request.operation].pop(0))
    S3Objects(s3.client("s3")).copy(ORDERS, ObjectRef("curated", "orders/1.csv"))
    assert s3.operations() == ["HeadObject", "CopyObject", "CopyObject"]


@pytest.mark.behaviour("s3-error-after-200")
def test_an_upload_that_fails_after_status_200_is_never_taken_for_complete() -> None:
    s3 = Aws(lambda _: s3_refusal("InternalError", 200))
    with pytest.raises(ServiceError):
        S3Uploads(s3.client("s3")).complete(ORDERS, "u", ())


@pytest.mark.behaviour("s3-conditional-conflict")
def test_two_conditional_writes_at_once_are_a_conflict() -> None:
    """S3 answers 409 while another conditional write is under way, and 412 after it."""
    s3 = Aws(in_turn(s3_refusal("ConditionalRequestConflict", 409), s3_refusal("PreconditionFailed", 412)))
    for _ in range(2):
        with pytest.raises(ConflictError):
            S3Objects(s3.client("s3")).replace(ORDERS, b"{}", "")
    assert {request.headers["If-None-Match"] for request in s3.requests} == {"*"}


@pytest.mark.behaviour("s3-lost-answer")
def test_a_conditional_write_whose_answer_was_lost_meets_its_own_object() -> None:
    """The first attempt wrote the object, and the connection ended before S3 had answered."""
    stored = Reply(b"{}", headers={"content-length": "2", "etag": '"own"'})
    s3 = Aws(in_turn(s3_refusal("InternalError", 500), s3_refusal("PreconditionFailed", 412), stored))
    assert S3Objects(s3.client("s3")).replace(ORDERS, b"{}", "") == '"own"'
    assert s3.operations() == ["PutObject", "PutObject", "GetObject"]


@pytest.mark.behaviour("s3-lost-answer")
def test_a_write_that_was_sent_again_is_a_conflict_with_the_object_of_somebody_else() -> None:
    stored = Reply(b"[]", headers={"content-length": "2", "etag": '"other"'})
    s3 = Aws(in_turn(s3_refusal("InternalError", 500), s3_refusal("PreconditionFailed", 412), stored))
    with pytest.raises(ConflictError):
        S3Objects(s3.client("s3")).replace(ORDERS, b"{}", "")


@pytest.mark.behaviour("s3-lists-in-pages")
def test_a_list_is_read_to_its_end() -> None:
    """Each page has at most 1,000 keys."""

    def answer(request: Request) -> Reply:
        begins = int(request.said.get("continuation-token", 0))
        keys = "".join(
            f"<Contents><Key>orders/{number:04}</Key><Size>1</Size>"
            "<LastModified>2026-05-01T12:00:00.000Z</LastModified></Contents>"
            for number in range(begins, min(begins + 1000, 2500))
        )
        more = f"<NextContinuationToken>{begins + 1000}</NextContinuationToken>" if begins < 2000 else ""
        truncated = "true" if more else "false"
        return Reply(
            f"<ListBucketResult><IsTruncated>{truncated}</IsTruncated>{more}{keys}</ListBucketResult>".encode()
        )

    assert len(list(S3Objects(Aws(answer).client("s3")).list("raw", "orders/"))) == 2500


@pytest.mark.behaviour("s3-head-without-text")
@pytest.mark.parametrize(
    ("status", "kind"), [(404, NotFoundError), (405, NotFoundError), (403, NotPermittedError)]
)
def test_a_head_that_fails_has_no_text_and_keeps_its_meaning(status: int, kind: type[ServiceError]) -> None:
    """405 is a delete marker that is asked for by its version."""
    with pytest.raises(kind):
        S3Objects(Aws(lambda _: Reply(b"", status)).client("s3")).info(ORDERS)


@pytest.mark.behaviour("s3-object-replaced-while-read")
def test_an_object_that_is_replaced_while_it_is_read_is_a_conflict() -> None:
    head = Reply(
        b"", headers={"content-length": "9", "etag": '"a"', "last-modified": "Fri, 01 May 2026 12:00:00 GMT"}
    )
    s3 = Aws(in_turn(head, s3_refusal("PreconditionFailed", 412)))
    with pytest.raises(ConflictError):
        S3Objects(s3.client("s3")).open(ORDERS).read()
    assert s3.requests[-1].headers["If-Match"] == '"a"'


@pytest.mark.behaviour("s3-cut-download")
def test_a_download_that_is_cut_off_is_an_error(tmp_path: Path) -> None:
    s3 = Aws(lambda _: Reply(b"id\n", headers={"content-length": "5"}))
    with pytest.raises(ServiceError):
        S3Objects(s3.client("s3")).download(ORDERS, tmp_path / "1.csv", size_bytes=5)


@pytest.mark.behaviour("s3-regional-hosts")
@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "ap-southeast-4"])
def test_presigned_urls_name_the_host_that_the_console_may_call(region: str) -> None:
    """The console's content security policy lists this host only, and redirects break signatures."""
    client = Aws(lambda _: Reply()).client("s3", region)
    url = S3Uploads(client).part_url(ORDERS, "u", 1, 3600)
    assert url.startswith(f"https://raw.s3.{region}.amazonaws.com/orders/1.csv?")
    assert addressing({}).s3 != Config().s3


@pytest.mark.behaviour("dynamodb-throttling")
def test_a_throttled_table_is_asked_again() -> None:
    busy = refusal("ProvisionedThroughputExceededException")
    table = Aws(in_turn(busy, busy, reply(Item=encode_item({"file_id": "pace#csv", "files": []}))))
    assert DynamoLedger(table.client("dynamodb"), "files").measured("csv") == ()
    assert len(table.requests) == 3


@pytest.mark.behaviour("dynamodb-transaction-conflict")
def test_a_claim_that_meets_another_transaction_is_busy_and_no_error() -> None:
    reasons = [{"Code": "TransactionConflict"}, {"Code": "None"}]
    table = Aws(lambda _: refusal("TransactionCanceledException", CancellationReasons=reasons))
    claim = DynamoLedger(table.client("dynamodb"), "files").claim(RECORD, now=NOW, lease_s=60)
    assert claim.answer is ClaimAnswer.BUSY


@pytest.mark.behaviour("dynamodb-pages-of-1-mb")
def test_a_scan_is_read_to_its_end_though_a_page_is_empty() -> None:
    """A page ends after 1 MB of items, before the filter leaves some out."""

    def answer(request: Request) -> Reply:
        begins = int(request.said.get("ExclusiveStartKey", {"file_id": {"S": "0"}})["file_id"]["S"])
        items = [] if begins == 0 else [encode_item(_item(begins))]
        after = {"LastEvaluatedKey": {"file_id": {"S": str(begins + 1)}}} if begins < 3 else {}
        return reply(Items=items, **after)

    records = list(DynamoLedger(Aws(answer).client("dynamodb"), "files").records())
    assert [record.file_id for record in records] == ["f1", "f2", "f3"]


def _item(number: int) -> dict[str, Any]:
    return {
        "file_id": f"f{number}",
        "bucket": "raw",
        "key": "k",
        "version_id": "v",
        "dataset": "",
        "state": "done",
    }


@pytest.mark.behaviour("dynamodb-stale-reads")
def test_a_record_is_read_as_it_was_last_written() -> None:
    """A read that does not ask for consistency may answer with an earlier item."""

    def answer(request: Request) -> Reply:
        state = "done" if request.said.get("ConsistentRead") else "processing"
        return reply(Item=encode_item({**_item(1), "state": state}))

    assert DynamoLedger(Aws(answer).client("dynamodb"), "files").get("f1").state is FileState.DONE


@pytest.mark.behaviour("dynamodb-expired-items-stay")
def test_counts_of_a_past_minute_do_not_count_though_they_are_still_there() -> None:
    """DynamoDB deletes expired items within days."""
    counts: dict[str, int] = {}

    def answer(request: Request) -> Reply:
        key = request.said["Key"]["caller_minute"]["S"]
        counts[key] = counts.get(key, 0) + 1
        return reply(Attributes={"requests": {"N": str(counts[key])}})

    requests = DynamoRequestCounts(Aws(answer).client("dynamodb"), "callers")
    assert [requests.add("ana", minute) for minute in (7, 7, 8)] == [1, 2, 1]


@pytest.mark.behaviour("secret-changed-meanwhile")
def test_a_key_is_not_rotated_over_somebody_elses_rotation() -> None:
    answers = {
        "GetSecretValue": reply(SecretString=SECRET, VersionId="1" * 32),
        "PutSecretValue": reply(VersionId="2" * 32),
        "UpdateSecretVersionStage": refusal("InvalidParameterException"),
    }
    secrets = Secrets(Aws(lambda request: answers[request.operation]).client("secretsmanager"))
    with pytest.raises(ConflictError, match="changed at the same time"):
        secrets.rotate_masking_key("masking-key", bytes(range(32)))


@pytest.mark.behaviour("secret-key-denied")
def test_a_secret_whose_key_is_denied_is_a_missing_permission() -> None:
    """The role may read the secret and not use the KMS key that encrypts it."""
    denied = refusal("AccessDeniedException", "Access to KMS is not allowed")
    with pytest.raises(NotPermittedError, match="KMS"):
        Secrets(Aws(lambda _: denied).client("secretsmanager")).masking_key("masking-key")
