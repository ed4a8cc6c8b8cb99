"""The Glue jobs, run by the emulator as it runs them: as processes that find their arguments in the
environment.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema
from headgate.lake import keys
from headgate.lineage.openlineage import run_id, table_of_event
from tests.conftest import unique
from tests.lineage_server import lineage_server
from tests.openlineage import check_run_event
from tests.waiting import eventually

if TYPE_CHECKING:
    from tests.integration.conftest import Lake

pytestmark = pytest.mark.integration

JOBS = Path(__file__).parents[3] / "glue_jobs"
REGION = {
    "region_id": "GB",
    "region_name": "United Kingdom",
    "country_code": "GB",
    "continent": "EU",
    "updated_at": datetime(2011, 12, 9),
    "_content_sha256": "0" * 64,
    "_source_row": 1,
}


def run_job(
    lake: Lake,
    script: str,
    arguments: dict[str, str] | None = None,
    defaults: dict[str, str] | None = None,
    role: str = "",
) -> dict[str, Any]:
    """One run of a job, as the emulator reports it when it has ended.

    Args:
        role: a new one that may do everything, unless given.
    """
    s3, glue, name = lake.emulator.client("s3"), lake.emulator.client("glue"), unique("job")
    s3.put_object(Bucket=lake.bucket("raw"), Key=f"jobs/{name}.py", Body=(JOBS / script).read_bytes())
    given = lake.settings if defaults is None else defaults
    glue.create_job(
        Name=name,
        Role=role
        or lake.emulator.role(
            "glue", "*"
        ),  # the rights of each job are tested with its own role in tests/e2e
        Command={
            "Name": "pythonshell",
            "PythonVersion": "3.9",
            "ScriptLocation": f"s3://{lake.bucket('raw')}/jobs/{name}.py",
        },
        DefaultArguments={f"--{key}": value for key, value in given.items()},
        Timeout=300,
    )
    run_id = glue.start_job_run(JobName=name, Arguments=arguments or {})["JobRunId"]
    deadline = time.monotonic() + 280
    while (run := glue.get_job_run(JobName=name, RunId=run_id)["JobRun"])["JobRunState"] in {
        "STARTING",
        "RUNNING",
    }:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    ended: dict[str, Any] = run
    return ended


def workgroup_of(lake: Lake) -> str:
    """A new workgroup of Athena, whose answers lie in raw."""
    name, results = (
        unique("workgroup"),
        {"ResultConfiguration": {"OutputLocation": f"s3://{lake.bucket('raw')}/results/"}},
    )
    lake.emulator.client("athena").create_work_group(Name=name, Configuration=results)
    return name


def build_on(lake: Lake, engine: str) -> dict[str, Any]:
    """One run of the job of a system, on an engine."""
    athena = {"--HEADGATE_WORKGROUP": workgroup_of(lake), "--HEADGATE_SQL_DIALECT": "duckdb"}
    return run_job(
        lake, "build_system.py", {"--system": "global-market-pulse", "--HEADGATE_ENGINE": engine, **athena}
    )


def put_region(lake: Lake) -> None:
    schema = arrow_schema(Registry.load().curated["regions"])
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([REGION], schema=schema), out)
    key = keys.increment_key("regions", str(REGION["_content_sha256"]))
    lake.emulator.client("s3").put_object(Bucket=lake.bucket("curated"), Key=key, Body=out.getvalue())


@pytest.fixture(scope="module")
def merged(lake: Lake) -> dict[str, Any]:
    """The run of a merge over a lake with one region in it."""
    put_region(lake)
    return run_job(lake, "merge_curated.py", {"--as_of": "2011-12-09"})


def test_the_merge_reads_settings_and_arguments_and_publishes_a_snapshot(
    lake: Lake, merged: dict[str, Any]
) -> None:
    assert merged["JobRunState"] == "SUCCEEDED", merged.get("ErrorMessage")
    stored = lake.emulator.client("s3").get_object(
        Bucket=lake.bucket("curated"), Key=keys.lake_snapshot_key(keys.CURRENT)
    )
    pointer = json.loads(stored["Body"].read())
    assert (pointer["as_of"], pointer["datasets"]["regions"]["rows"]) == (date(2011, 12, 9).isoformat(), 1)


@pytest.mark.usefixtures("merged")
def test_a_job_writes_one_event_for_each_table_that_it_published_and_none_where_nothing_changed(
    lake: Lake,
) -> None:
    curated = set(Registry.load().curated)
    assert sorted(events_by_table(lake)) == sorted(curated)
    for event in events_by_table(lake).values():
        check_run_event(event)
    run = run_job(lake, "merge_curated.py", {"--as_of": "2011-12-09"})
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    assert sorted(events_by_table(lake)) == sorted(curated)
    for _ in range(2):
        built = run_job(lake, "build_system.py", {"--system": "market-intelligence-hub"})
        assert built["JobRunState"] == "SUCCEEDED", built.get("ErrorMessage")
        events = events_by_table(lake)
        assert sorted(events) == sorted([*curated, *Registry.load().tables_of("market-intelligence-hub")])
    forecast = events["sales_forecast"]
    check_run_event(forecast)
    assert f"AwsDataCatalog.{lake.settings['HEADGATE_CURATED_DATABASE']}.orders" in {
        table["name"] for table in forecast["inputs"]
    }


def events_by_table(lake: Lake) -> dict[str, dict[str, Any]]:
    """Return the lineage events of published tables in the artifacts bucket.

    The test fails where a table has two, or no start.
    """
    s3, bucket = lake.emulator.client("s3"), lake.bucket("artifacts")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="openlineage/").get("Contents", [])
    bodies = [json.loads(s3.get_object(Bucket=bucket, Key=row["Key"])["Body"].read()) for row in listed]
    completed = [body for body in bodies if body["eventType"] == "COMPLETE" and table_of_event(body)]
    events = {table_of_event(body): body for body in completed}
    assert len(events) == len(completed)
    started = {run_id(body) for body in bodies if body["eventType"] == "START"}
    assert {run_id(body) for body in bodies} == started
    assert {event["run"]["facets"]["parent"]["run"]["runId"] for event in completed} < started
    return events


def test_a_job_that_fails_posts_its_start_and_its_failure_with_the_key_of_the_secret(lake: Lake) -> None:
    secret = unique("lineage-key")
    lake.emulator.client("secretsmanager").create_secret(Name=secret, SecretString="a-secret-key")
    with lineage_server() as server:
        stated = {"--HEADGATE_LINEAGE_URL": server.url, "--HEADGATE_LINEAGE_KEY_SECRET": secret}
        run = run_job(
            lake,
            "build_system.py",
            {"--system": "global-market-pulse", "--snapshot_id": "0123456789abcdef", **stated},
        )
    assert run["JobRunState"] == "FAILED"
    assert [(key, event["eventType"]) for _, key, event in server.received] == [
        ("Bearer a-secret-key", "START"),
        ("Bearer a-secret-key", "FAIL"),
    ]
    started, failed = (event for _, _, event in server.received)
    assert run_id(started) == run_id(failed)
    assert failed["run"]["facets"]["errorMessage"]["message"] == run["ErrorMessage"].strip()
    for event in (started, failed):
        check_run_event(event)


@pytest.mark.usefixtures("merged")
def test_the_next_run_of_a_job_that_was_killed_writes_its_failure(lake: Lake) -> None:
    """As Glue ends a job that exceeds its time or its memory: the process is gone at once, and nothing of it
    runs any more.
    """
    system = "demand-insights-engine"
    start_and_kill(lake, system)
    (started,) = events_of(lake, system)
    assert started["eventType"] == "START"
    failed = run_job(lake, "build_system.py", {"--system": system, "--snapshot_id": "0123456789abcdef"})
    assert failed["JobRunState"] == "FAILED"
    of_the_killed = [event for event in events_of(lake, system) if run_id(event) == run_id(started)]
    assert sorted(event["eventType"] for event in of_the_killed) == ["FAIL", "START"]
    assert len(events_of(lake, system)) == 4


def start_and_kill(lake: Lake, system: str) -> None:
    """Start the job of a system as a process, and kill it as soon as the lake knows that its run
    has started.
    """
    s3, bucket = lake.emulator.client("s3"), lake.bucket("artifacts")
    command = [sys.executable, str(JOBS / "build_system.py"), "--system", system]
    with subprocess.Popen(command, env={**os.environ, **lake.environment}) as process:
        eventually(
            lambda: s3.list_objects_v2(Bucket=bucket, Prefix=keys.newest_run_key(system)).get("Contents"),
            60,
            every_s=0.02,
        )
        process.kill()


def events_of(lake: Lake, publisher: str) -> list[dict[str, Any]]:
    """Return the lineage events of one job."""
    s3, bucket = lake.emulator.client("s3"), lake.bucket("artifacts")
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="openlineage/").get("Contents", [])
    own = [row["Key"] for row in listed if row["Key"].split("/")[2] == publisher]
    return [json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in own]


@pytest.mark.usefixtures("merged")
def test_the_gate_marks_a_system_that_reads_nothing_new(lake: Lake) -> None:
    deployed = {"--HEADGATE_DEPLOYMENT_ID": "one"}
    assert marked(lake, deployed) == []
    built = run_job(lake, "build_system.py", {"--system": "global-market-pulse", **deployed})
    assert built["JobRunState"] == "SUCCEEDED", built.get("ErrorMessage")
    assert marked(lake, deployed) == ["runs/unchanged/global-market-pulse"]
    assert marked(lake, {"--HEADGATE_DEPLOYMENT_ID": "two"}) == []


def marked(lake: Lake, arguments: dict[str, str]) -> list[str]:
    """Return the marks in the artifacts bucket after the gate has run."""
    run = run_job(lake, "quality_gate.py", arguments)
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    listed = lake.emulator.client("s3").list_objects_v2(
        Bucket=lake.bucket("artifacts"), Prefix=keys.UNCHANGED_SYSTEMS
    )
    return [item["Key"] for item in listed.get("Contents", [])]


def test_a_job_without_its_settings_fails_with_one_line_that_names_them_all(lake: Lake) -> None:
    run = run_job(lake, "merge_curated.py", defaults={})
    assert run["JobRunState"] == "FAILED"
    assert (
        run["ErrorMessage"].strip()
        == "SettingsError: missing environment variables: HEADGATE_CURATED_BUCKET, HEADGATE_CURATED_DATABASE"
    )


@pytest.mark.usefixtures("merged")
def test_a_system_without_a_bucket_is_named(lake: Lake) -> None:
    run = run_job(lake, "build_system.py", {"--system": "water-works"})
    assert run["ErrorMessage"].startswith(
        "SettingsError: HEADGATE_PROD_BUCKETS names no bucket of water-works"
    )


@pytest.mark.usefixtures("merged")
def test_a_dataset_that_cannot_be_merged_is_alerted_once_and_the_run_continues(lake: Lake) -> None:
    """Runs last in this module: the increment that does not fit is deleted at the end."""
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
    out = io.BytesIO()
    pq.write_table(pa.table({"other_id": ["FR"], "_content_sha256": ["1" * 64], "_source_row": [1]}), out)
    key, s3 = keys.increment_key("regions", "1" * 64), lake.emulator.client("s3")
    s3.put_object(Bucket=lake.bucket("curated"), Key=key, Body=out.getvalue())
    try:
        for _ in range(2):
            assert run_job(lake, "merge_curated.py", {"--as_of": "2011-12-09"})["JobRunState"] == "SUCCEEDED"
        pointer = json.loads(
            s3.get_object(Bucket=lake.bucket("curated"), Key=keys.lake_snapshot_key(keys.CURRENT))[
                "Body"
            ].read()
        )
        assert list(pointer["failed"]) == ["regions"]
        alerts = [
            json.loads(message["Body"])
            for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        ]
        assert [alert["Subject"] for alert in alerts] == ["Headgate could not merge regions"]
    finally:
        s3.delete_object(Bucket=lake.bucket("curated"), Key=key)
