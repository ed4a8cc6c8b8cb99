"""SQS, Step Functions, Glue, Athena and smaller services as they behave on AWS and not on the emulator."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from headgate.aws.athena.queries import AthenaQueries
from headgate.aws.functions import DryRunFunction
from headgate.aws.glue.catalog import GlueCatalog
from headgate.aws.glue.job_runs import GlueRuns
from headgate.aws.logs import Logs
from headgate.aws.sns import SUBJECT_LENGTH, Alerts
from headgate.aws.sqs import Queues
from headgate.aws.stepfunctions import Pipeline
from headgate.aws.sts import credentials_of
from headgate.errors import ConflictError, QueryError, ServiceError, ThrottledError
from headgate.lake.ports import TableVersion
from tests.unit.aws.behaviours.below_boto3 import (
    ATTEMPTS,
    Aws,
    Reply,
    Request,
    in_turn,
    pages,
    refusal,
    reply,
)

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("no_pauses")]

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:curated_to_prod"
DEAD, LIVE = "https://sqs.eu-central-1.amazonaws.com/1/dead", "https://sqs.eu-central-1.amazonaws.com/1/live"
SINCE = datetime(2026, 5, 1)
ORDERS = TableVersion("curated", "orders", "s3://curated/a/", "3", {})


class Queue:
    """SQS: a short poll asks some servers only and may find nothing, and a batch may fail in part.

    Source: Amazon SQS developer guide, "Amazon SQS short and long polling"; API reference, SendMessageBatch.
    """

    def __init__(self, messages: int, refused: str = "") -> None:
        self.dead = [f"message {number}" for number in range(messages)]
        self.live: list[str] = []
        self.refused = refused

    def answer(self, request: Request) -> Reply:
        said = request.said
        if request.operation == "ReceiveMessage":
            visible = self.dead[: said["MaxNumberOfMessages"]] if said.get("WaitTimeSeconds") else []
            return reply(
                Messages=[{"MessageId": body, "ReceiptHandle": body, "Body": body} for body in visible]
            )
        if request.operation == "DeleteMessageBatch":
            gone = {entry["ReceiptHandle"] for entry in said["Entries"]}
            self.dead = [body for body in self.dead if body not in gone]
            return reply(Successful=[], Failed=[])
        failed = [entry for entry in said["Entries"] if entry["MessageBody"] == self.refused]
        self.live += [entry["MessageBody"] for entry in said["Entries"] if entry not in failed]
        return reply(
            Successful=[],
            Failed=[{"Id": entry["Id"], "Code": "InternalError", "SenderFault": False} for entry in failed],
        )


@pytest.mark.behaviour("sqs-short-polls")
def test_a_redrive_moves_every_message_though_short_polls_find_none() -> None:
    queue = Queue(messages=25)
    assert Queues(Aws(queue.answer).client("sqs")).redrive(DEAD, LIVE) == 25
    assert (queue.dead, len(queue.live)) == ([], 25)


@pytest.mark.behaviour("sqs-batches-fail-in-part")
def test_no_message_is_deleted_whose_batch_failed_in_part() -> None:
    queue = Queue(messages=3, refused="message 1")
    with pytest.raises(ServiceError, match="1 of the messages were not moved"):
        Queues(Aws(queue.answer).client("sqs")).redrive(DEAD, LIVE)
    assert len(queue.dead) == 3


@pytest.mark.behaviour("execution-names-stay-taken")
def test_a_run_of_a_used_name_is_not_started_again() -> None:
    machine = Aws(lambda _: refusal("ExecutionAlreadyExists"))
    arn = Pipeline(machine.client("stepfunctions"), MACHINE).start("2026-05-01")
    assert arn == MACHINE.replace("stateMachine", "execution") + ":2026-05-01"


@pytest.mark.behaviour("history-in-pages")
def test_the_history_of_a_long_run_is_read_to_its_end() -> None:
    """A page of a history has at most 1,000 events."""
    events = [
        {
            "timestamp": 1.0,
            "type": "TaskStateEntered",
            "id": number,
            "stateEnteredEventDetails": {"name": f"s{number}"},
        }
        for number in range(2500)
    ]
    history = pages("events", "nextToken", events, 1000)
    run = {
        "executionArn": MACHINE,
        "stateMachineArn": MACHINE,
        "status": "RUNNING",
        "startDate": 1.0,
        "input": "{}",
    }

    def answer(request: Request) -> Reply:
        return reply(**run) if request.operation == "DescribeExecution" else history(request)

    assert len(Pipeline(Aws(answer).client("stepfunctions"), MACHINE).describe(MACHINE).entered) == 2500


class Athena:
    """Athena: a query waits before it runs, its answer comes in pages, and only a SELECT repeats the names.

    Source: Amazon Athena API reference, GetQueryResults: at most 1,000 rows a page.
    """

    def __init__(self, states: list[str], rows: int = 0, reason: str = "", kind: str = "DML") -> None:
        self.states, self.reason, self.kind = states, reason, kind
        names = [{"Data": [{"VarCharValue": "n"}]}] if kind == "DML" else []
        self.rows = names + [{"Data": [{"VarCharValue": str(number)}]} for number in range(rows)]

    def answer(self, request: Request) -> Reply:
        if request.operation == "StartQueryExecution":
            return reply(QueryExecutionId="q")
        if request.operation == "GetQueryExecution":
            state = self.states.pop(0)
            status = {"State": state, **({"StateChangeReason": self.reason} if state == "FAILED" else {})}
            return reply(QueryExecution={"Status": status, "StatementType": self.kind})
        begins = int(request.said.get("NextToken", 0))
        after = {"NextToken": str(begins + 1000)} if begins + 1000 < len(self.rows) else {}
        columns = [{"Name": "n", "Type": "bigint"}]
        result = {"Rows": self.rows[begins : begins + 1000], "ResultSetMetadata": {"ColumnInfo": columns}}
        return reply(ResultSet=result, **after)

    def queries(self) -> AthenaQueries:
        return AthenaQueries(Aws(self.answer).client("athena"), "lake", "curated", sleep=lambda _: None)


@pytest.mark.behaviour("athena-queues-queries")
def test_a_query_that_waits_in_the_queue_is_waited_for() -> None:
    assert Athena(["QUEUED", "QUEUED", "RUNNING", "SUCCEEDED"], rows=1).queries().run("select 1").rows == (
        (0,),
    )


@pytest.mark.behaviour("athena-answers-in-pages")
def test_an_answer_of_many_pages_is_complete_and_has_the_names_once() -> None:
    rows = Athena(["SUCCEEDED"], rows=2500).queries().run("select n from orders").rows
    assert rows == tuple((number,) for number in range(2500))


@pytest.mark.behaviour("athena-answers-in-pages")
def test_the_answer_to_a_show_has_no_row_of_names() -> None:
    assert Athena(["SUCCEEDED"], rows=2, kind="UTILITY").queries().run("show tables").rows == ((0,), (1,))


@pytest.mark.behaviour("athena-counts-rows-later")
@pytest.mark.parametrize(
    ("statistics", "rows"),
    [
        (reply(QueryRuntimeStatistics={"Timeline": {}}), None),
        (reply(QueryRuntimeStatistics={"Rows": {"OutputRows": 7}}), 7),
        (refusal("AccessDeniedException", status=403), None),
    ],
)
def test_a_result_file_has_no_number_of_rows_until_athena_has_counted_them(
    statistics: Reply, rows: int | None
) -> None:
    """Source: Amazon Athena API reference, GetQueryRuntimeStatistics: updated asynchronously."""

    def answer(request: Request) -> Reply:
        if request.operation == "GetQueryRuntimeStatistics":
            return statistics
        place = {"OutputLocation": "s3://results/lake/q.csv"}
        return reply(QueryExecution={"Status": {"State": "SUCCEEDED"}, "ResultConfiguration": place})

    file = AthenaQueries(Aws(answer).client("athena"), "lake", "curated").result_file("q")
    assert (file.rows, file.ref.key) == (rows, "lake/q.csv")


@pytest.mark.behaviour("athena-scan-limit")
def test_a_query_beyond_the_scan_limit_fails_with_athenas_reason() -> None:
    reason = "Query cancelled! : Bytes scanned limit was exceeded"
    with pytest.raises(QueryError, match="Bytes scanned limit"):
        Athena(["RUNNING", "FAILED"], reason=reason).queries().run("select * from orders")


@pytest.mark.behaviour("athena-statement-length")
def test_a_statement_that_is_too_long_for_athena_is_refused_with_its_reason() -> None:
    def answer(request: Request) -> Reply:
        is_long = len(request.said["QueryString"]) > 262_144
        return refusal("InvalidRequestException", "queryString is too long") if is_long else reply()

    queries = AthenaQueries(Aws(answer).client("athena"), "lake", "curated")
    with pytest.raises(QueryError, match="queryString is too long"):
        queries.run("select " + "1," * 200_000 + "1")


@pytest.mark.behaviour("athena-too-many-queries")
def test_too_many_queries_at_once_are_throttling_and_no_wrong_query() -> None:
    athena = Aws(lambda _: refusal("TooManyRequestsException"))
    with pytest.raises(ThrottledError):
        AthenaQueries(athena.client("athena"), "lake", "curated").run("select 1")
    assert len(athena.requests) == ATTEMPTS


class Catalog:
    """Glue: a table has fields that no update takes back, an update is checked against the version, and a
    crawler runs once at a time.

    Source: AWS Glue API reference, Table and TableInput, UpdateTable, StartCrawler.
    """

    def __init__(self, update: Reply = reply(), crawl: Reply = reply()) -> None:  # noqa: B008 a constant
        columns = [{"Name": "id", "Type": "bigint"}]
        self.table = {
            "Name": "orders",
            "DatabaseName": "curated",
            "CreateTime": 1.0,
            "UpdateTime": 1.0,
            "CreatedBy": "arn:aws:iam::123456789012:role/deployer",
            "IsRegisteredWithLakeFormation": False,
            "CatalogId": "123456789012",
            "VersionId": "3",
            "StorageDescriptor": {"Location": "s3://curated/a/", "Columns": columns},
            "Parameters": {"classification": "parquet"},
        }
        self.aws = Aws(
            lambda request: {
                "GetTable": reply(Table=self.table),
                "UpdateTable": update,
                "StartCrawler": crawl,
            }[request.operation]
        )

    def move(self) -> None:
        catalog = GlueCatalog(self.aws.client("glue"), crawler="curated")
        catalog.move(ORDERS, "s3://curated/b/", [{"Name": "id", "Type": "string"}], {})


@pytest.mark.behaviour("glue-own-fields")
def test_an_update_leaves_out_what_glue_does_not_take_back() -> None:
    catalog = Catalog()
    catalog.move()
    sent = catalog.aws.requests[1].said["TableInput"]
    assert set(sent) == {"Name", "StorageDescriptor", "Parameters"}


@pytest.mark.behaviour("glue-table-changed-meanwhile")
def test_a_table_that_changed_meanwhile_is_a_conflict() -> None:
    with pytest.raises(ConflictError):
        Catalog(update=refusal("ConcurrentModificationException")).move()


@pytest.mark.behaviour("glue-crawler-runs-once")
def test_a_crawler_that_runs_already_takes_nothing_from_a_publish(caplog: pytest.LogCaptureFixture) -> None:
    catalog = Catalog(crawl=refusal("CrawlerRunningException"))
    with caplog.at_level(logging.WARNING):
        catalog.move()
    assert catalog.aws.operations() == ["GetTable", "UpdateTable", "StartCrawler"]
    assert "crawler not started" in caplog.text


@pytest.mark.behaviour("glue-runs-in-pages")
def test_the_runs_of_a_job_are_read_to_their_end() -> None:
    runs = [
        {"Id": str(n), "StartedOn": 1.8e9, "CompletedOn": 1.8e9 + 1, "DPUSeconds": 1.0} for n in range(450)
    ]
    glue = Aws(pages("JobRuns", "NextToken", runs, 200))
    assert len(list(GlueRuns(glue.client("glue")).ended("merge", "lake-merge", since=SINCE))) == 450


@pytest.mark.behaviour("logs-empty-pages")
def test_lines_behind_an_empty_page_of_a_log_are_read() -> None:
    lines: list[Any] = [{"timestamp": 1000, "message": f"line {number}"} for number in range(3)]
    logs = Aws(pages("events", "nextToken", lines, 2))
    assert (
        len(list(Logs(logs.client("logs")).lines("/aws/lambda/gate", since=SINCE.replace(tzinfo=UTC)))) == 3
    )


@pytest.mark.behaviour("logs-empty-pages")
def test_the_last_lines_of_a_stream_are_read_over_an_empty_page() -> None:
    """The beginning of a stream is where a page has the token that was asked for."""
    answers = iter([("b", 1), ("c", 0), ("d", 2), ("d", 0)])

    def reply(_: object) -> Reply:
        token, count = next(answers)
        events = [{"timestamp": 1000, "message": f"{token}{number}"} for number in range(count)]
        return Reply(json.dumps({"events": events, "nextBackwardToken": token}).encode())

    lines = Logs(Aws(reply).client("logs")).last_lines("/aws-glue/lake/error", "jr_1", 9)
    assert [line.text for line in lines] == ["d0", "d1", "b0"]


@pytest.mark.behaviour("sns-subjects")
def test_a_subject_that_sns_refuses_is_never_sent() -> None:
    """A subject has at most 100 characters of ASCII and no line break."""
    published = b"<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>"
    sns = Aws(lambda _: Reply(published))
    Alerts(sns.client("sns"), "arn:aws:sns:eu-central-1:123456789012:alerts").send(
        "Größe\n" + "x" * 200, "text"
    )
    subject = sns.requests[0].said["Subject"]
    assert subject.isascii()
    assert subject.isprintable()
    assert len(subject) == SUBJECT_LENGTH


@pytest.mark.behaviour("sts-an-hour-for-a-chained-role")
def test_a_role_that_assumes_a_role_asks_for_no_more_than_an_hour() -> None:
    key = "<AccessKeyId>a</AccessKeyId><SecretAccessKey>b</SecretAccessKey><SessionToken>c</SessionToken>"
    result = f"<AssumeRoleResult><Credentials>{key}</Credentials></AssumeRoleResult>"
    taken = f"<AssumeRoleResponse>{result}</AssumeRoleResponse>"

    def answer(request: Request) -> Reply:
        refused = int(request.said.get("DurationSeconds", 3600)) > 3600
        return Reply(b"<ErrorResponse/>", 400) if refused else Reply(taken.encode())

    sts = Aws(answer).client("sts")
    assert "c" in credentials_of(sts, "arn:aws:iam::123456789012:role/build", "build").values()


@pytest.mark.behaviour("lambda-concurrency")
def test_a_function_without_a_free_place_is_asked_again() -> None:
    """A new account runs ten functions at once; beyond that Lambda answers 429."""
    busy = refusal("TooManyRequestsException", status=429)
    functions = Aws(in_turn(busy, busy, Reply(b"", 202)))
    DryRunFunction(functions.client("lambda"), "dry_run").start("u1")
    assert len(functions.requests) == 3
