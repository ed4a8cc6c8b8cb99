"""The gate's function: events in, records, increments, quarantine, metrics and alerts out."""

from __future__ import annotations

import io
import json
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import boto3
import pytest

from headgate.aws import clients
from headgate.errors import ServiceError
from headgate.lake.ports import ObjectRef
from headgate.wiring import stores
from headgate.wiring.traces import traces_of
from lambdas.raw_to_curated import handler as entry
from tests.conftest import unique
from tests.trace_collector import trace_collector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from headgate.lake.ports import FileRecord
    from tests.integration.conftest import Lake
    from tests.trace_collector import TraceCollector

pytestmark = pytest.mark.integration

PAN, CVV = "4111111111111111", "917"  # a test number that payment gateways publish
HEADER = (
    "payment_id,order_id,method,card_number,card_cvv,card_expiry,amount,currency,paid_at,status,notes,"
    "updated_at\n"
)
GOOD = (
    f"1,O-1,card,{PAN},{CVV},2027-12,19.90,GBP,2011-12-09 12:50:00,captured,called about "
    f"{PAN},2011-12-09 12:50:00\n"
)
BAD = f"2,O-2,barter,{PAN},{CVV},2027-12,5.00,GBP,2011-12-09 12:51:00,captured,,2011-12-09 12:51:00\n"


@dataclass(frozen=True)
class Context:
    """The invocation's context that Lambda passes to a function."""

    function_name: str = "raw_to_curated"
    memory_limit_in_mb: int = 3008
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:raw_to_curated"
    aws_request_id: str = "7f6f4f7e-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run."""
        return 300_000


@pytest.fixture(autouse=True)
def _function_of_this_lake(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """The function starts cold, in this lake's environment."""
    for variable, value in lake.environment.items():
        monkeypatch.setenv(variable, value)
    for cached in (
        entry.gate,
        clients.s3,
        clients.dynamodb,
        clients.secretsmanager,
        clients.sns,
        clients.sqs,
    ):
        cached.cache_clear()


@pytest.fixture
def sent(lake: Lake) -> Callable[[str, str], dict[str, Any]]:
    """Puts an object into raw and gives the message that S3 sends for it."""

    def put(key: str, body: str) -> dict[str, Any]:
        version = lake.emulator.client("s3").put_object(
            Bucket=lake.bucket("raw"), Key=key, Body=body.encode()
        )["VersionId"]
        reported = {
            "bucket": {"name": lake.bucket("raw")},
            "object": {"key": quote_plus(key, safe="/"), "versionId": version},
        }
        return message({"Records": [{"eventName": "ObjectCreated:Put", "s3": reported}]})

    return put


def message(body: dict[str, Any]) -> dict[str, Any]:
    return {"messageId": unique("message"), "eventSource": "aws:sqs", "body": json.dumps(body)}


def handled(*messages: dict[str, Any]) -> object:
    return entry.handler({"Records": list(messages)}, Context())


def records(lake: Lake, key: str) -> list[FileRecord]:
    return [record for record in stores.ledger(lake.environment).records() if record.key == key]


def test_a_file_is_curated_and_every_row_accounted_for(
    lake: Lake, sent: Callable[[str, str], dict[str, Any]]
) -> None:
    key = f"payments/{unique('may')} +é.csv"
    assert handled(sent(key, HEADER + GOOD + BAD + GOOD)) == {"batchItemFailures": []}
    (record,) = records(lake, key)
    assert (record.state, record.received, record.accepted, record.quarantined, record.duplicates) == (
        "done",
        3,
        1,
        1,
        1,
    )
    assert stores.objects().info(ObjectRef(lake.bucket("curated"), record.curated_key)).size_bytes > 0
    assert stores.objects().info(ObjectRef(lake.bucket("quarantine"), record.quarantine_key)).size_bytes > 0


def test_a_file_delivered_twice_is_recorded_once(
    lake: Lake, sent: Callable[[str, str], dict[str, Any]]
) -> None:
    key = f"payments/{unique('twice')}.csv"
    event = sent(key, HEADER + GOOD.replace("O-1", "O-twice"))
    handled(event, event)
    handled(event)
    assert [record.accepted for record in records(lake, key)] == [1]


def test_the_same_content_under_another_name_is_skipped(
    lake: Lake, sent: Callable[[str, str], dict[str, Any]]
) -> None:
    body, copy = HEADER + GOOD.replace("O-1", "O-copied"), f"payments/{unique('copy')}.csv"
    handled(sent(f"payments/{unique('first')}.csv", body), sent(copy, body))
    (record,) = records(lake, copy)
    assert (record.state, record.accepted) == ("skipped_duplicate", 0)
    assert record.duplicate_of


def test_a_refused_file_fails_no_message_and_raises_an_alert(
    lake: Lake, sent: Callable[[str, str], dict[str, Any]]
) -> None:
    inbox = subscribed(lake)
    key = f"payments/{unique('headless')}.csv"
    assert handled(sent(key, HEADER.replace("card_cvv,", "") + GOOD.replace(f"{CVV},", ""))) == {
        "batchItemFailures": []
    }
    (record,) = records(lake, key)
    assert (record.state, record.error["rule"], record.error["file"]) == (
        "rejected",
        "missing_sensitive_column",
        key,
    )
    (reported,) = inbox()
    for part in (key, record.error["column"], record.error["rule"], record.error["remedy"]):
        assert part in reported["Message"]


def test_only_the_message_that_failed_is_delivered_again(
    lake: Lake, sent: Callable[[str, str], dict[str, Any]]
) -> None:
    good = sent(f"payments/{unique('good')}.csv", HEADER + GOOD.replace("O-1", "O-good"))
    gone = message(
        {
            "Records": [
                {
                    "eventName": "ObjectCreated:Put",
                    "s3": {"bucket": {"name": lake.bucket("raw")}, "object": {"key": "payments/gone.csv"}},
                }
            ]
        }
    )
    assert handled(good, gone) == {"batchItemFailures": [{"itemIdentifier": gone["messageId"]}]}


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[TraceCollector]:
    """The function sends its traces here."""
    with trace_collector() as server:
        record_traces(server.url, monkeypatch)
        yield server


def record_traces(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setattr(entry, "traces", traces_of({"HEADGATE_TRACES_URL": url}, "headgate-gate"))


def test_a_trace_has_counts_and_calls_and_no_value(
    lake: Lake, sent: Callable[[str, str], dict[str, Any]], collector: TraceCollector
) -> None:
    """The key of an object is a stranger's text, too."""
    key = f"payments/{unique('traced')} Jane Roe.csv"
    event = sent(key, HEADER + GOOD.replace("O-1", "O-traced") + BAD.replace("O-2", "O-untraced"))
    handled(event)
    spans = collector.spans("headgate-gate")
    (file,) = [facts for name, facts in spans if name == "process file"]
    (record,) = records(lake, key)
    assert file == {
        "headgate.file_id": record.file_id,
        "headgate.dataset": "payments",
        "headgate.state": "done",
        "headgate.rows_received": 2,
        "headgate.rows_accepted": 1,
        "headgate.rows_quarantined": 1,
        "headgate.rows_duplicate": 0,
    }
    calls = {name: facts for name, facts in spans if "rpc.system" in facts}
    assert {"s3.PutObject", "dynamodb.TransactWriteItems"} <= calls.keys()
    assert calls["s3.PutObject"]["http.response.status_code"] == 200
    for value in (PAN, CVV, "O-traced", "barter", "19.90", "Jane Roe", lake.bucket("raw")):
        # Three digits may be a part of the random id of a file or a span, which is no value of a row.
        whole = re.compile(rb"(?<![0-9A-Za-z])" + re.escape(value.encode()) + rb"(?![0-9A-Za-z])")
        assert not [body for body in collector.bodies if whole.search(body)], value


def test_a_failure_leaves_its_class_in_the_trace_and_no_text(lake: Lake, collector: TraceCollector) -> None:
    place = {"bucket": {"name": lake.bucket("raw")}, "object": {"key": f"payments/{PAN} gone.csv"}}
    handled(message({"Records": [{"eventName": "ObjectCreated:Put", "s3": place}]}))
    ((_, file),) = [each for each in collector.spans("headgate-gate") if each[0] == "process file"]
    assert file.keys() == {"error.type"}
    assert not [body for body in collector.bodies if b"gone.csv" in body]


def test_a_collector_that_is_down_fails_no_file(
    lake: Lake, sent: Callable[[str, str], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    record_traces("http://127.0.0.1:9", monkeypatch)
    key, began = f"payments/{unique('down')}.csv", time.monotonic()
    assert handled(sent(key, HEADER + GOOD.replace("O-1", "O-down"))) == {"batchItemFailures": []}
    assert [record.state for record in records(lake, key)] == ["done"]
    assert time.monotonic() - began < 10


def test_a_span_takes_no_other_facts(collector: TraceCollector) -> None:
    with pytest.raises(ValueError, match=r"headgate\.key"), entry.traces.span("file", {"headgate.key": "x"}):
        raise AssertionError(collector)


def test_a_batch_that_failed_as_a_whole_is_given_back_and_is_no_crash() -> None:
    unreadable = message({"no": "notification"})
    assert handled(unreadable) == {"batchItemFailures": [{"itemIdentifier": unreadable["messageId"]}]}


class KilledError(BaseException):
    """The worker's process ends: nothing behind it runs as after an error."""


@pytest.fixture
def delivered(
    lake: Lake, sent: Callable[[str, str], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> Delivered:
    """A message of a real queue that hides it for half an hour, received by the function.

    A claim is valid for 3 seconds.
    """
    sqs = lake.emulator.client("sqs")
    url = sqs.create_queue(QueueName=unique("raw"), Attributes={"VisibilityTimeout": "1800"})["QueueUrl"]
    monkeypatch.setenv("HEADGATE_RAW_QUEUE_URL", url)
    monkeypatch.setenv("HEADGATE_LEASE_S", "3")
    sqs.send_message(QueueUrl=url, MessageBody=sent(f"payments/{unique('held')}.csv", HEADER + GOOD)["body"])

    def again(wait_s: int = 0) -> list[dict[str, Any]]:
        return sqs.receive_message(QueueUrl=url, WaitTimeSeconds=wait_s).get("Messages", [])

    (first,) = again(5)
    return Delivered(
        {
            "messageId": "1",
            "eventSource": "aws:sqs",
            "body": first["Body"],
            "receiptHandle": first["ReceiptHandle"],
        },
        again,
    )


@dataclass(frozen=True)
class Delivered:
    """A message as Lambda gets it, and a look whether the queue would deliver it again."""

    event: dict[str, Any]
    again: Callable[[int], list[dict[str, Any]]]


def working(monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> None:
    """The gate does this work instead of its own, with every version of the contracts."""

    @dataclass
    class Gate:
        version: str

        def receive(self, _: ObjectRef, look_up: Callable[[], object]) -> object:
            assert look_up()
            return work()

    monkeypatch.setattr(entry, "gate", Gate)


def test_the_message_of_a_killed_worker_comes_again_soon(
    delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed() -> object:
        time.sleep(1)  # the first heartbeat is sent beside the work
        raise KilledError

    working(monkeypatch, killed)
    with pytest.raises(KilledError):
        handled(delivered.event)
    assert delivered.again(15), "the queue still hides the message"


def test_the_message_of_a_worker_that_works_for_longer_than_a_lease_is_delivered_to_nobody_else(
    delivered: Delivered, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []

    def long() -> object:
        for _ in range(7):
            time.sleep(1)
            seen.extend(delivered.again(0))
        raise ServiceError("at last")

    working(monkeypatch, long)
    assert handled(delivered.event) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert seen == []


def test_a_failed_file_whose_key_is_a_card_number_shows_it_nowhere(
    sent: Callable[[str, str], dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = io.StringIO()
    monkeypatch.setattr(entry.logger.registered_handler, "stream", log)
    event = sent(f"payments/{PAN}.csv", HEADER + GOOD.replace("O-1", "O-masked"))
    monkeypatch.setenv("HEADGATE_CURATED_BUCKET", unique("absent"))
    assert handled(event) == {"batchItemFailures": [{"itemIdentifier": event["messageId"]}]}
    said = log.getvalue() + "".join(capsys.readouterr())
    assert "[PAN ****1111]" in said
    assert PAN not in said


def test_the_test_event_of_s3_is_ignored() -> None:
    assert handled(message({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "raw"})) == {
        "batchItemFailures": []
    }


def test_a_failed_attempt_leaves_the_file_free_for_the_next(
    lake: Lake, sent: Callable[[str, str], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = f"payments/{unique('retried')}.csv"
    event = sent(key, HEADER + GOOD.replace("O-1", "O-retried"))
    monkeypatch.setenv("HEADGATE_CURATED_BUCKET", unique("absent"))
    assert handled(event) == {"batchItemFailures": [{"itemIdentifier": event["messageId"]}]}
    monkeypatch.setenv("HEADGATE_CURATED_BUCKET", lake.bucket("curated"))
    entry.gate.cache_clear()
    assert handled(event) == {"batchItemFailures": []}
    assert [record.state for record in records(lake, key)] == ["done"]


TIME_OR_ID = re.compile(r'"timestamp":"[^"]*"|[0-9a-f-]{12,}')  # three digits are in some of them by chance


def test_logs_and_metrics_report_counts_and_no_card_data(
    sent: Callable[[str, str], dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    handled(sent(f"payments/{unique('loud')}.csv", HEADER + GOOD.replace("O-1", "O-loud") + BAD))
    handled(sent(f"payments/{unique('loud')}.csv", f"{PAN};{CVV}"))
    said = "".join(capsys.readouterr())
    metrics = [json.loads(line) for line in said.splitlines() if '"CloudWatchMetrics"' in line]
    assert (metrics[0]["RowsReceived"], metrics[0]["RowsAccepted"], metrics[0]["RowsQuarantined"]) == (
        [2.0],
        [1.0],
        [1.0],
    )
    assert metrics[1]["FilesRejected"] == [1.0]
    assert PAN not in said
    assert CVV not in TIME_OR_ID.sub("", said)


def subscribed(lake: Lake) -> Callable[[], list[dict[str, str]]]:
    """A subscriber of the lake's alerts, and what it was sent."""
    sqs = lake.emulator.client("sqs")
    queue = sqs.create_queue(QueueName=unique("inbox"))["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sending = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    sqs.set_queue_attributes(
        QueueUrl=queue, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [sending]})}
    )
    lake.emulator.client("sns").subscribe(
        TopicArn=lake.settings["HEADGATE_ALERTS_TOPIC_ARN"], Protocol="sqs", Endpoint=arn
    )
    return lambda: [
        json.loads(message["Body"])
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    ]


def test_a_run_enters_with_its_manifest(lake: Lake, sent: Callable[[str, str], dict[str, Any]]) -> None:
    """The parts' own events come too early.

    The manifest's event puts a message for each part into the queue.
    """
    folder = "payments/dt=2026-01-02/run=r1"
    part = sent(f"{folder}/part é.csv", HEADER + GOOD.replace("O-1", "O-7"))
    assert handled(part) == {"batchItemFailures": []}
    assert records(lake, f"{folder}/part é.csv") == []
    manifest = sent(f"{folder}/_manifest.json", json.dumps({"files": [{"name": "part é.csv"}]}))
    assert handled(manifest) == {"batchItemFailures": []}
    url = lake.settings["HEADGATE_RAW_QUEUE_URL"]
    [called] = lake.emulator.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=2)["Messages"]
    assert handled({**part, "body": called["Body"]}, part) == {"batchItemFailures": []}
    assert [(record.state, record.accepted) for record in records(lake, f"{folder}/part é.csv")] == [
        ("done", 1)
    ]
