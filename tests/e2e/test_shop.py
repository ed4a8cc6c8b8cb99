"""A generated shop whose every defect is known: what must be refused is, for the right reason, and nothing
else.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from benchmarks.experiments.privileges import (
    grants_of,
    kept_grants,
    outdated_reasons,
    read_reasons,
    roles_of,
    spare_grants,
    unused_grants,
)
from scripts.emulator.emulator import ACCOUNT
from scripts.terraform_cli import Terraform
from tests.e2e.api import signed_in
from tests.e2e.lakes import DEPLOY, PEOPLE, ROOT, TEST_VARIABLES, libraries, options_of
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.e2e.lakes import Lake

pytestmark = pytest.mark.e2e

REFUSED_FILES_EXIT = 3
SHORTEST_SECRET = 8  # shorter texts are defects that say nothing
LIKE_A_SECRET = re.compile(
    r"[0-9A-Z .+-]{9,}"
)  # defects have letters; only what is like them is searched for a thousand values


@pytest.fixture(scope="module")
def quarantine(shop: Path, shop_lake: Lake) -> list[dict[str, Any]]:
    """Every row in quarantine."""
    assert shop
    return shop_lake.query(
        "select object_key, source_row, rule, column_name, disposition, record from "
        "ecommerce_curated.quarantine"
    )


def test_the_plan_after_an_apply_is_empty(shop_lake: Lake) -> None:
    options = ["--name", shop_lake.name, "--own", *options_of((*TEST_VARIABLES, PEOPLE))]
    command = [sys.executable, DEPLOY, "plan", "emulator", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Nothing would change." in done.stdout


def test_addresses_and_outputs_read_from_the_state_are_those_that_terraform_prints(shop_lake: Lake) -> None:
    terraform = Terraform(ROOT / ".headgate" / shop_lake.name)
    printed = json.loads(terraform.run("output", "-json"))
    assert sorted(terraform.resources()) == sorted(terraform.run("state", "list").splitlines())
    assert terraform.outputs() == {name: output["value"] for name, output in printed.items()}


def test_every_row_of_the_truth_is_caught_for_the_right_reason_and_nothing_else_is_refused(
    shop: Path, quarantine: list[dict[str, Any]]
) -> None:
    truth = {
        (row["object_key"], row["source_row"], row["rule"])
        for row in pq.read_table(shop / "truth.parquet").to_pylist()
    }
    caught = {(row["object_key"], row["source_row"], row["rule"]) for row in quarantine}
    assert caught == truth
    assert len(quarantine) == len(truth)


def test_bad_files_are_refused_with_file_column_rule_and_remedy(shop: Path, shop_lake: Lake) -> None:
    expected = {one["object_key"]: one["rule"] for one in json.loads((shop / "truth_files.json").read_text())}
    refused = [record for record in shop_lake.records() if record["state"] in {"rejected", "profiled"}]
    assert {record["key"]: record["error"]["rule"] for record in refused} == expected
    for record in refused:
        assert record["error"]["file"] == record["key"]
        assert record["error"]["remedy"]
    column_of = {record["error"]["rule"]: record["error"]["column"] for record in refused}
    assert column_of["missing_sensitive_column"] == "card_number"


def test_a_refused_file_stays_in_raw_and_nothing_of_it_is_visible(shop: Path, shop_lake: Lake) -> None:
    assert shop
    raw = shop_lake.objects("HEADGATE_RAW_BUCKET")
    increments = " ".join(shop_lake.objects("HEADGATE_CURATED_BUCKET"))
    for record in (record for record in shop_lake.records() if record["state"] == "rejected"):
        assert record["key"] in raw
        assert not record["curated_key"]
        assert not record["content_sha256"] or record["content_sha256"] not in increments


def test_new_curated_data_puts_the_start_of_the_pipeline_a_quiet_time_ahead(
    shop: Path, shop_lake: Lake
) -> None:
    assert shop
    name = shop_lake.environment["HEADGATE_DEBOUNCE_SCHEDULE"]
    scheduler = shop_lake.client("scheduler")
    found = eventually(
        lambda: [one["Name"] for one in scheduler.list_schedules(NamePrefix=name)["Schedules"]], 60
    )
    assert found == [name]


def test_rows_of_every_file_add_up(shop: Path, shop_lake: Lake) -> None:
    assert shop
    for record in shop_lake.records():
        assert record["received"] == record["accepted"] + record["quarantined"] + record["duplicates"], (
            record["key"]
        )


def test_the_same_file_twice_is_accepted_once(shop: Path, shop_lake: Lake) -> None:
    key = (
        next(path for path in sorted(shop.rglob("part-*.csv.gz")) if path.parts[-4] == "orders")
        .relative_to(shop)
        .as_posix()
    )
    before = len(shop_lake.objects("HEADGATE_CURATED_BUCKET", "increments/"))
    version = shop_lake.put(key, (shop / key).read_bytes())
    assert shop_lake.record_of(key, version)["state"] == "skipped_duplicate"
    assert len(shop_lake.objects("HEADGATE_CURATED_BUCKET", "increments/")) == before


def test_no_card_number_or_ssn_of_the_input_is_anywhere_behind_the_gate(built: Path, shop_lake: Lake) -> None:
    secrets = _sensitive_values(built)
    assert len(secrets["card_number"]) > 100
    assert len(secrets["ssn"]) > 10
    texts = _everything_written(shop_lake)
    assert {"curated", "quarantine", "prod", "dynamodb", "logs", "queues"} <= {
        place.partition(":")[0] for place in texts
    }
    found = {
        place: leaked
        for place, text in texts.items()
        if (leaked := [kind for kind, values in secrets.items() if _holds(text, values)])
    }
    assert found == {}


def test_no_refused_row_keeps_its_cvv(shop: Path, quarantine: list[dict[str, Any]]) -> None:
    """Three digits alone are everywhere, so each CVV is looked for in its own row."""
    sent = _cvv_of_rows(shop)
    payments = [
        row
        for row in quarantine
        if row["object_key"].startswith("payments/") and (row["object_key"], row["source_row"]) in sent
    ]
    assert payments
    for row in payments:
        cells = json.loads(row["record"])
        assert sent[(row["object_key"], row["source_row"])] not in cells.values(), row["source_row"]
        assert cells.get("card_cvv") in (None, "", "[CVV]"), row["source_row"]


def test_the_grep_for_sensitive_values_would_see_one() -> None:
    assert _holds("… 4111111111111111 …", {"4111111111111111"})
    assert not _holds("… tok_k1:9f4111111111111111ab …".replace("4111111111111111", ""), {"4111111111111111"})


def test_a_permission_taken_away_ends_in_the_dead_letter_queue_and_redriving_completes_the_file(
    shop: Path, shop_lake: Lake
) -> None:
    assert shop
    iam, role = shop_lake.client("iam"), shop_lake.outputs["functions"]["raw_to_curated"]["role"]
    denied = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}],
    }
    iam.put_role_policy(RoleName=role, PolicyName="taken-away", PolicyDocument=json.dumps(denied))
    key, body = "regions/late/regions.csv", _regions_csv("XQ", "Late Region")
    version = shop_lake.put(key, body)

    assert eventually(lambda: _dead_letters(shop_lake) == 1, 120)
    assert "AccessDenied" in _log_texts(shop_lake)
    alarm = shop_lake.outputs["alarms"]["dead_letters"]
    cloudwatch = shop_lake.client("cloudwatch")
    assert eventually(
        lambda: cloudwatch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"][0]["StateValue"] == "ALARM", 60
    )
    assert [
        record for record in shop_lake.records() if record["key"] == key and record["state"] == "done"
    ] == []

    iam.delete_role_policy(RoleName=role, PolicyName="taken-away")
    assert shop_lake.headgate("dlq", "redrive", "--yes") == {"redriven": 1}
    record = shop_lake.record_of(key, version)
    assert (record["state"], record["received"], record["accepted"]) == ("done", 1, 1)
    stored = [
        item
        for item in shop_lake.objects("HEADGATE_CURATED_BUCKET", "increments/regions/")
        if record["content_sha256"] in item
    ]
    assert len(stored) == 1
    assert _dead_letters(shop_lake) == 0


def test_a_system_reads_its_own_datasets_and_writes_its_own_lineage_only(shop_lake: Lake) -> None:
    """With the policy of its job's role in a role that this test may assume: only Glue and the job of all
    systems may assume that one.
    """
    s3 = _with_rights_of(shop_lake, "build_global_market_pulse")
    read, write = partial(_answer, s3.get_object), partial(_answer, s3.put_object, Body=b"{}")
    curated, artifacts = (
        shop_lake.environment[f"HEADGATE_{zone}_BUCKET"] for zone in ("CURATED", "ARTIFACTS")
    )
    datasets = (
        "orders",
        "order_items",
        "products",
        "regions",
        "customers",
        "payments",
        "card_transactions",
        "search_queries",
    )
    answers = {
        name: read(Bucket=curated, Key=f"snapshots/{name}/none/part-00000.parquet") for name in datasets
    }
    assert [name for name, answer in answers.items() if answer == "NoSuchKey"] == [
        "orders",
        "order_items",
        "products",
        "regions",
    ]
    assert {answers[name] for name in ("customers", "payments", "card_transactions", "search_queries")} == {
        "AccessDenied"
    }
    manifests = (
        "current",
        "0123456789abcdef",
        "references/0123456789abcdef",
        "increments/customers/0123456789abcdef",
    )
    refused = [
        read(Bucket=curated, Key=f"snapshots/_lake/{name}.json") == "AccessDenied" for name in manifests
    ]
    assert refused == [False, False, True, True]
    assert _answer(s3.list_objects_v2, Bucket=curated, Prefix="increments/") == "AccessDenied"

    own, others = (
        "openlineage/dt=2000-01-01/global-market-pulse/x.json",
        "openlineage/dt=2000-01-01/retail-copilot/x.json",
    )
    assert [write(Bucket=artifacts, Key=key) for key in (own, others)] == ["", "AccessDenied"]
    shop_lake.client("s3").delete_object(Bucket=artifacts, Key=own)


def test_every_grant_of_a_function_or_job_was_used_in_a_record_or_has_a_reason(shop_lake: Lake) -> None:
    """A new grant needs a recorded call (`python -m benchmarks.experiments privileges`) or a reason.

    Docs/operate/experiments.md.
    """
    iam, roles = shop_lake.client("iam"), roles_of(shop_lake.outputs, shop_lake.client("glue"))
    granted = {name: grants_of(iam, role) for name, role in roles.items()}
    unused, reasons = unused_grants(granted, kept_grants()), read_reasons()
    assert spare_grants(unused, reasons) == []
    assert outdated_reasons(granted, unused, reasons) == []


def _with_rights_of(lake: Lake, job: str) -> Any:  # noqa: ANN401 boto3 makes a class per service at run time
    iam, name = lake.client("iam"), f"rights-of-{job}"
    role = lake.client("glue").get_job(JobName=lake.outputs["jobs"][job])["Job"]["Role"].rpartition("/")[2]
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "sts:AssumeRole",
    }
    made = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]
    iam.put_role_policy(
        RoleName=name,
        PolicyName=policy,
        PolicyDocument=document if isinstance(document, str) else json.dumps(document),
    )
    taken = lake.client("sts").assume_role(RoleArn=made["Arn"], RoleSessionName="test")["Credentials"]
    return lake.client("s3", taken)


def _answer(call: Callable[..., object], **arguments: object) -> str:
    """Return the code of the error that a call ends with; empty when it succeeds."""
    try:
        call(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def test_an_operator_reads_what_the_jobs_of_a_run_wrote(built: Path, shop_lake: Lake) -> None:
    """A job writes no card number, so the test writes one into the stream of its run."""
    assert built
    viewer, operator = signed_in(shop_lake, "viewer"), signed_in(shop_lake, "operator")
    run = f"/v1/runs/{viewer.call('GET', '/v1/runs').json['runs'][-1]['name']}"
    first = viewer.call("GET", run).json["jobs"][0]
    jobs = shop_lake.client("glue").get_job_runs(JobName=shop_lake.outputs["jobs"][first["job"]])["JobRuns"]
    (stream,) = [one["Id"] for one in jobs if f"{one['StartedOn']:%Y-%m-%dT%H:%M:%S}" in first["started_at"]]
    written = operator.call("GET", f"{run}/logs").json["lines"]
    assert written
    logs, group = shop_lake.client("logs"), f"{shop_lake.environment['HEADGATE_JOB_LOG_PREFIX']}/error"
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    event = {"timestamp": int(time.time() * 1000), "message": "no room for 4111111111111111"}
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])
    added = [line for line in operator.call("GET", f"{run}/logs").json["lines"] if line not in written]
    assert [(line["job"], line["text"]) for line in added] == [(first["job"], "no room for [PAN ****1111]")]
    logs.delete_log_stream(logGroupName=group, logStreamName=stream)  # other tests read all logs
    assert viewer.call("GET", f"{run}/logs").status == 403


def test_one_failing_system_does_not_lose_the_others_and_names_its_cause(
    built: Path, shop_lake: Lake
) -> None:
    """One job builds all systems.

    Two fail there; the job of one of them works, and that of the other fails, too.
    """
    assert built
    jobs, own = shop_lake.outputs["jobs"], "--HEADGATE_SYSTEM_ARGUMENTS"
    intact = shop_lake.client("glue").get_job(JobName=jobs["build_systems"])["Job"]["DefaultArguments"]
    stated = {system: dict(arguments) for system, arguments in json.loads(intact[own]).items()}
    for system in ("retail-copilot", "global-market-pulse"):
        stated[system]["HEADGATE_PROD_DATABASE"] = ""
    with (
        _changed(shop_lake, "build_systems", {own: json.dumps(stated)}),
        _changed(shop_lake, "build_retail_copilot", {"--HEADGATE_PROD_DATABASE": ""}),
    ):
        ended = shop_lake.headgate("run", "--as-of", "2024-12-30", expect=REFUSED_FILES_EXIT)
    assert _runs_since(shop_lake, ended) == {
        "build_systems": 1,
        "build_global_market_pulse": 1,
        "build_retail_copilot": 1,
    }
    assert ended["status"] == "failed"
    assert "retail-copilot" in ended["cause"]
    assert "HEADGATE_PROD_DATABASE" in ended["cause"]
    built = shop_lake.query("select distinct as_of from ecommerce_prod.regional_performance")
    assert built == [{"as_of": "2024-12-30"}]
    kept = shop_lake.query("select distinct as_of from ecommerce_prod.query_patterns")
    assert kept == [{"as_of": "2024-12-31"}]


@contextmanager
def _changed(lake: Lake, job: str, arguments: dict[str, str]) -> Iterator[None]:
    """A job with other arguments while the block runs."""
    glue, name = lake.client("glue"), lake.outputs["jobs"][job]
    found = glue.get_job(JobName=name)["Job"]
    intact = {
        key: found[key]
        for key in ("Role", "Command", "DefaultArguments", "MaxRetries", "Timeout")
        if key in found
    }
    glue.update_job(
        JobName=name, JobUpdate={**intact, "DefaultArguments": {**intact["DefaultArguments"], **arguments}}
    )
    try:
        yield
    finally:
        glue.update_job(JobName=name, JobUpdate=intact)


def _runs_since(lake: Lake, run: dict[str, Any]) -> dict[str, int]:
    """How often each system's job, and the job of all systems, started since a run began."""
    began_at = datetime.fromisoformat(run["stages"][0]["began_at"]).replace(tzinfo=UTC)
    names = {key: name for key, name in lake.outputs["jobs"].items() if key.startswith("build_")}
    started = {
        key: sum(
            one["StartedOn"] >= began_at for one in lake.client("glue").get_job_runs(JobName=name)["JobRuns"]
        )
        for key, name in names.items()
    }
    return {key: count for key, count in started.items() if count}


def test_the_jobs_of_one_system_alone_get_the_sentence_model_and_read_searches_with_it(
    built: Path, shop_lake: Lake, tmp_path: Path
) -> None:
    assert built
    jobs = {
        key: shop_lake.client("glue").get_job(JobName=name)["Job"]
        for key, name in shop_lake.outputs["jobs"].items()
    }
    given = {key: [Path(uri).name for uri in libraries(job["DefaultArguments"])] for key, job in jobs.items()}
    if not any(len(names) > 1 for names in given.values()):
        pytest.skip("the sentence model is not installed: make setup")
    with_model = {
        key: ["headgate.zip", "sentence_model.zip"] for key in ("build_retail_copilot", "build_systems")
    }
    assert given == {key: ["headgate.zip"] for key in jobs} | with_model

    shop_lake.run_as_glue("build_retail_copilot", tmp_path / "words", without="sentence_model.zip")
    reported = "select distinct note from ecommerce_prod.query_model_quality where model = 'intents'"
    assert shop_lake.query(reported) == [
        {"note": "no sentence model is installed: words alone decide what is alike (requirements/model.lock)"}
    ]
    shop_lake.run_as_glue("build_retail_copilot", tmp_path / "meaning")
    assert shop_lake.query(reported) == [{"note": "meaning read by all-MiniLM-L6-v2"}]


def _sensitive_values(shop: Path) -> dict[str, set[str]]:
    """Every card number and SSN that the shop sent.

    CVVs are looked for row by row, three digits alone are everywhere.
    """
    found: dict[str, set[str]] = {"card_number": set(), "ssn": set()}
    for path in sorted(shop.rglob("part-*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                for kind, values in found.items():
                    values.add(row.get(kind) or "")
    secrets = {
        kind: {value for value in values if len(value) > SHORTEST_SECRET} for kind, values in found.items()
    }
    assert all(LIKE_A_SECRET.fullmatch(value) for values in secrets.values() for value in values)
    return secrets


def _cvv_of_rows(shop: Path) -> dict[tuple[str, int], str]:
    """CVV by object key and data row, of lines that have one."""
    found: dict[tuple[str, int], str] = {}
    for path in sorted((shop / "payments").rglob("part-*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            rows = csv.DictReader(lines)
            key = path.relative_to(shop).as_posix()
            found |= {
                (key, number): row["card_cvv"] for number, row in enumerate(rows, 1) if row.get("card_cvv")
            }
    return found


def _holds(text: str, values: set[str]) -> bool:
    numbers = "\n".join(LIKE_A_SECRET.findall(text))
    return any(value in numbers for value in values)


def _everything_written(lake: Lake) -> dict[str, str]:
    """The text of everything behind the gate, by place."""
    texts = {f"logs:{name}": text for name, text in [("all", _log_texts(lake))]}
    texts["dynamodb:files"] = json.dumps(
        lake.client("dynamodb").scan(TableName=lake.environment["HEADGATE_FILES_TABLE"])["Items"], default=str
    )
    texts["queues:dead letters"] = _queue_texts(lake)
    buckets = {
        "curated": lake.environment["HEADGATE_CURATED_BUCKET"],
        "quarantine": lake.environment["HEADGATE_QUARANTINE_BUCKET"],
    }
    prod = json.loads(lake.environment["HEADGATE_PROD_BUCKETS"])
    for place, bucket in [*buckets.items(), *(("prod", name) for name in prod.values())]:
        texts |= {f"{place}:{bucket}/{key}": text for key, text in _object_texts(lake, bucket)}
    return texts


def _object_texts(lake: Lake, bucket: str) -> list[tuple[str, str]]:
    s3 = lake.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return [(key, _text(key, s3.get_object(Bucket=bucket, Key=key)["Body"].read())) for key in keys]


def _text(key: str, body: bytes) -> str:
    """The object as text: Parquet column by column, since its pages are compressed."""
    if not key.endswith(".parquet"):
        return body.decode("utf-8", errors="replace")
    table = pq.read_table(io.BytesIO(body))
    return "\n".join(str(value) for column in table.columns for value in column.to_pylist())


def _log_texts(lake: Lake) -> str:
    return json.dumps(lake.headgate("logs", "--minutes", "120"))


def _queue_texts(lake: Lake) -> str:
    sqs = lake.client("sqs")
    reported = sqs.receive_message(
        QueueUrl=lake.outputs["raw_dead_letter_queue_url"], MaxNumberOfMessages=10, VisibilityTimeout=0
    )
    return json.dumps(reported.get("Messages", []))


def _dead_letters(lake: Lake) -> int:
    depths = lake.headgate("queue", "status")
    return int(depths["raw_events_dead_letter"]["waiting"])


def _regions_csv(region_id: str, name: str) -> bytes:
    header = "region_id,region_name,country_code,continent,population,gdp_usd,updated_at"
    return f"{header}\n{region_id},{name},,EU,1000,1000.00,2024-01-01 00:00:00\n".encode()


def test_reasons_in_the_records_are_those_in_quarantine(
    shop: Path, shop_lake: Lake, quarantine: list[dict[str, Any]]
) -> None:
    assert shop
    recorded: Counter[str] = Counter()
    for record in shop_lake.records():
        recorded.update(record["reasons"])
    warned = recorded - Counter(row["rule"] for row in quarantine)
    assert warned == Counter()
