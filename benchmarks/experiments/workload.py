"""Work that uses what a usual day does not: corrections, reverts, downloads, reports, a full audit, files for
the larger worker.

`python -m benchmarks.experiments privileges --name NAME --work` does it, so that its calls are in the record
of our own emulator. It needs a deployment of its own: it changes settings of functions and jobs and columns
of tables, and writes card numbers behind the gate.
"""

from __future__ import annotations

import http.client
import io
import json
import os
import subprocess
import sys
import time
import urllib.request
import uuid
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from benchmarks.deployed.deployed_lake import CARD
from benchmarks.experiments.deployed import BYTES_PER_ROW, fresh_payments
from headgate.errors import NotFoundError
from headgate.intake.workers.worker_sizing import MEASURED_FROM_BYTES
from headgate.lake.states import FileState
from headgate.snapshots.delete_old_versions import KEPT_VERSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.experiments.deployed import Target
    from headgate.lake.ports import FileRecord

_WAIT_S = 240
_LARGE_ROWS = 2 * MEASURED_FROM_BYTES // BYTES_PER_ROW  # the gate examines no smaller file
_SMALL = ("--orders", "400", "--customers", "80", "--defect-rate", "0.02", "--bad-files")
_REGIONS = "region_id,region_name,country_code,continent,population,gdp_usd,updated_at\n"
_CORRECT = _REGIONS + "XA,Atlantis,,EU,1000,1.00,2024-01-02 00:00:00\n"
_THE_DAY_BEFORE = "2024-12-30"  # the last one of a generated shop
_LATE_RUN_S = 30  # a deployment with quiet_s=15 starts its run of the last file by then
_LEASE_S = "4"  # of the job for large files: a heartbeat a second
_WRONG = {
    "one row is refused": _REGIONS + "XA,Atlantis,,EU,many,1.00,2024-01-01 00:00:00\n",
    "the file is rejected": "region_id\nXA\n",
}


class WorkError(Exception):
    """A step of the workload did not end as it must."""


def work(target: Target) -> Iterator[tuple[str, float]]:
    """Do each step, and yield its name and seconds.

    Raises:
        WorkError: a step failed.
    """
    steps: dict[str, Callable[[Target], None]] = {
        "a shop with defects is uploaded, and its run starts by itself": _first_run,
        "a corrected file settles refused rows": _correction,
        "a header is mapped by a person, and a copy takes the place of its reverted file": _foreign_header,
        "five runs with new data replace old versions of snapshots": _runs,
        "tables of another day and with other columns replace old versions": _another_day,
        "a run without a change skips the systems": lambda _: _headgate(target, "run"),
        "a file is reverted, and its duplicate is accepted instead": _revert,
        "tables are downloaded": _downloads,
        "a query is stopped, and a run is started": _queries_and_runs,
        "a report is written": _report,
        "card numbers that got behind the gate are found": _leaks,
        "large files are handed over, and one of them needs a mapping": _large_files,
    }
    for name, step in steps.items():
        began = time.monotonic()
        step(target)
        yield name, time.monotonic() - began


def _headgate(target: Target, *arguments: str, expect: tuple[int, ...] = (0,)) -> Any:  # noqa: ANN401 whatever JSON the command prints
    command = [sys.executable, "-m", "headgate.cli.main", *arguments, "--json", "--deployment", target.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in expect:
        raise WorkError(
            f"headgate {' '.join(arguments)} ended with {done.returncode}: "
            f"{done.stderr[-2000:]}{done.stdout[-2000:]}"
        )
    return json.loads(done.stdout)


def _until(ready: Callable[[], Any], what: str, timeout_s: float = _WAIT_S) -> Any:  # noqa: ANN401 whatever `ready` finds
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        if ready_value := ready():
            return ready_value
        time.sleep(1)
    raise WorkError(f"{what}: nothing came within {timeout_s:.0f} s")


def _first_run(target: Target) -> None:
    with TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "scripts/sample_shop.py", f"{folder}/data", *_SMALL],
            check=True,
            capture_output=True,
        )
        _headgate(target, "upload", f"{folder}/data", expect=(0, 3))
    _until(lambda: _runs_ended(target), "the run that starts by itself")
    _headgate(target, "run", expect=(0, 3))


def _runs_ended(target: Target) -> bool:
    machines, arn = target.client("stepfunctions"), os.environ["HEADGATE_STATE_MACHINE_ARN"]
    states = [
        execution["status"] for execution in machines.list_executions(stateMachineArn=arn)["executions"]
    ]
    return bool(states) and "RUNNING" not in states


def _sent(target: Target, body: bytes, key: str = "") -> FileRecord:
    record = target.lake.settled(target.send(body, key), _WAIT_S)
    if record is None:
        raise WorkError(f"{key or 'payments'}: no record within {_WAIT_S} s")
    return record


def _correction(target: Target) -> None:
    for number, wrong in enumerate(_WRONG.values(), 1):
        for text in (wrong, _CORRECT.replace("XA", f"X{number}")):
            _sent(target, text.encode(), f"regions/workload-{number}.csv")
            time.sleep(
                1
            )  # S3's modification times are whole seconds, and a correction is newer than what it corrects
    _headgate(target, "run", expect=(0, 3))


def _runs(target: Target) -> None:
    for _ in range(5):
        _sent(target, fresh_payments(20))
        _headgate(target, "run", "--only", "compliance-guardian", expect=(0, 3))


def _another_day(target: Target) -> None:
    """One run: every table gets a new version and other columns, and its oldest version is deleted."""
    s3, glue = target.client("s3"), target.client("glue")
    for table in glue.get_tables(DatabaseName=os.environ["HEADGATE_PROD_DATABASE"])["TableList"]:
        bucket, _, prefix = (
            table["StorageDescriptor"]["Location"].removeprefix("s3://").rstrip("/").partition("/")
        )
        for item in s3.list_objects_v2(Bucket=bucket, Prefix=f"{prefix}/")["Contents"]:
            for number in range(KEPT_VERSIONS):
                key = item["Key"].replace(prefix, f"{prefix}-{number}")
                s3.copy_object(Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": item["Key"]})
    _take_columns_away(target)
    _sent(target, fresh_payments(20))
    _headgate(target, "run", "--as-of", _THE_DAY_BEFORE, expect=(0, 3))


def _take_columns_away(target: Target) -> None:
    """Every table of the catalog looks as it did before a release gave it one more column."""
    glue = target.client("glue")
    for database in (os.environ["HEADGATE_CURATED_DATABASE"], os.environ["HEADGATE_PROD_DATABASE"]):
        for table in glue.get_tables(DatabaseName=database)["TableList"]:
            before = {name: table[name] for name in ("Name", "TableType", "Parameters", "StorageDescriptor")}
            before["StorageDescriptor"] = {
                **before["StorageDescriptor"],
                "Columns": before["StorageDescriptor"]["Columns"][:-1],
            }
            glue.update_table(DatabaseName=database, TableInput=before)


def _foreign_header(target: Target) -> None:
    """Send a file with a foreign header, map it from its original in raw, and send a copy."""
    body, source = _foreign(fresh_payments(20)), f"inbox-{uuid.uuid4().hex[:8]}"
    with _changed_function(target, "raw_to_curated", {"HEADGATE_RAW_ORIGINALS": "keep"}):
        asked = _sent(target, body, f"{source}/workload-1.csv")
        if asked.state is not FileState.NEEDS_MAPPING:
            raise WorkError(f"the file with a foreign header is {asked.state}")
        opened = _call(target, "POST", f"/v1/files/{asked.file_id}/edit", expect=201)
        path = f"/v1/uploads/{opened['upload_id']}"
        check = f"{path}/dry-run"
        _call(target, "POST", check, expect=202)
        _until(lambda: _call(target, "GET", check)["state"] == "checked", "the first check of the file")
        suggested = _call(target, "GET", check)["mapping"]["columns"]
        columns = {column["column"]: column["field"] for column in suggested}
        _call(target, "PUT", f"{path}/edits", {"columns": columns}, expect=200)
        _until(lambda: _call(target, "GET", check)["state"] == "checked", "the check of the mapping")
        decided = _call(target, "POST", f"{path}/commit", expect=202, match=_etag(target, check))
        _until(lambda: _state(target, decided["file_id"]) == FileState.DONE, "the mapped file")
        copy = _sent(target, body, f"{source}/workload-2.csv")
    if copy.state is not FileState.SKIPPED_DUPLICATE:
        raise WorkError(f"the copy of the mapped file is {copy.state}")
    _call(target, "POST", f"/v1/files/{decided['file_id']}/revert", expect=200)


def _foreign(body: bytes) -> bytes:
    return body.replace(b"amount", b"wert", 1)


def _state(target: Target, file_id: str) -> FileState | None:
    try:
        return target.lake.ledger.get(file_id).state
    except NotFoundError:  # the gate has not seen it yet
        return None


def _revert(target: Target) -> None:
    body = fresh_payments(20) + b"x,\n"
    first, copy = (_sent(target, body, f"payments/workload-{number}.csv") for number in (1, 2))
    if copy.state != "skipped_duplicate":
        raise WorkError(f"the copy is {copy.state}")
    _call(target, "POST", f"/v1/files/{first.file_id}/revert", expect=200)


def _downloads(target: Target) -> None:
    for system in _call(target, "GET", "/v1/systems", expect=200)["systems"]:
        for table in system["tables"][:1]:
            for form in ("csv", "parquet"):
                made = _call(
                    target,
                    "POST",
                    f"/v1/systems/{system['name']}/tables/{table['name']}/download?format={form}",
                    expect=200,
                )
                urllib.request.urlopen(made["url"], timeout=60).close()  # noqa: S310 the store's own URL, signed with the function's role


def _queries_and_runs(target: Target) -> None:
    started = _call(
        target,
        "POST",
        "/v1/queries",
        {"sql": "select count(*) as n from ecommerce_curated.orders"},
        expect=202,
    )
    _call(target, "DELETE", f"/v1/queries/{started['query_id']}")
    _call(target, "POST", "/v1/runs", {}, expect=202)


def _report(target: Target) -> None:
    answer = target.client("lambda").invoke(FunctionName=_function(target, "report"), Payload=b"{}")
    if "FunctionError" in answer:
        raise WorkError(f"the report failed: {answer['Payload'].read()[-1000:]!r}")


def _leaks(target: Target) -> None:
    """Leave a card number for each of three scanners, because only the first that finds one alerts."""
    _until(lambda: _runs_ended(target), "the end of all runs")
    with (
        _leaked(target, "CURATED", "increments/regions/workload.parquet"),
        _leaked(target, "QUARANTINE", "rows/regions/workload.parquet"),
    ):
        _sent(target, fresh_payments(20))
        _headgate(target, "run", expect=(0, 3))
        time.sleep(_LATE_RUN_S)
        _until(lambda: _runs_ended(target), "the run that the payments started")
    with _leaked(target, "QUARANTINE", "rows/regions/workload-later.parquet"):
        _audit(target)


@contextmanager
def _leaked(target: Target, zone: str, key: str) -> Iterator[None]:
    """The zone has an object with a card number for a while."""
    s3, bucket, rows = target.client("s3"), os.environ[f"HEADGATE_{zone}_BUCKET"], io.BytesIO()
    pq.write_table(pa.table({"region_name": [CARD]}), rows)
    s3.put_object(Bucket=bucket, Key=key, Body=rows.getvalue())
    try:
        yield
    finally:
        s3.delete_object(Bucket=bucket, Key=key)


def _audit(target: Target) -> None:
    machines = target.client("stepfunctions")
    arn = os.environ["HEADGATE_STATE_MACHINE_ARN"].replace("curated_to_prod", "audit_cards")
    started = machines.start_execution(stateMachineArn=arn, input=json.dumps({"scheduled_at": ""}))[
        "executionArn"
    ]
    _until(lambda: machines.describe_execution(executionArn=started)["status"] != "RUNNING", "the audit")


def _large_files(target: Target) -> None:
    """Send files that exceed the memory of the gate's function, which is set to 1 MB."""
    with _short_lease(target), _changed_function(target, "raw_to_curated", {"HEADGATE_MEMORY_MB": "1"}):
        _sent(target, fresh_payments(_LARGE_ROWS) + b"x,\n")
        _sent(
            target, _foreign(fresh_payments(_LARGE_ROWS)), "elsewhere/workload-large.csv"
        )  # nobody mapped this source's header


@contextmanager
def _short_lease(target: Target) -> Iterator[None]:
    """The job for large files sends a heartbeat while it works on a file of a second, too."""
    glue, name = target.client("glue"), target.outputs["jobs"]["curate_large"]
    job = glue.get_job(JobName=name)["Job"]
    change = {
        key: job[key]
        for key in ("Role", "Command", "DefaultArguments", "MaxRetries", "Timeout", "ExecutionProperty")
        if key in job
    }
    arguments = {**job["DefaultArguments"], "--HEADGATE_LEASE_S": _LEASE_S}
    glue.update_job(JobName=name, JobUpdate={**change, "DefaultArguments": arguments})
    try:
        yield
    finally:
        glue.update_job(JobName=name, JobUpdate=change)


@contextmanager
def _changed_function(target: Target, key: str, variables: Mapping[str, str]) -> Iterator[None]:
    """The function has other variables for a while."""
    functions, name = target.client("lambda"), _function(target, key)
    current = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": {**current, **variables}}
    )
    try:
        yield
    finally:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": current})


def _function(target: Target, key: str) -> str:
    return str(target.outputs["functions"][key]["name"])


def _etag(target: Target, path: str) -> str:
    return _answer(target, "GET", path)[1]["ETag"]


def _call(
    target: Target, method: str, path: str, body: object = None, *, expect: int = 0, match: str = ""
) -> Any:  # noqa: ANN401 whatever JSON the API answers
    """The answer of the API to a signed request; any status is accepted where none is expected.

    Args:
        match: the ETag of what the caller saw before.
    """
    status, _, content = _answer(target, method, path, body, {"If-Match": match} if match else {})
    if expect and status != expect:
        raise WorkError(f"{method} {path}: {status} {content[:500]!r}")
    return json.loads(content) if content else {}


def _answer(
    target: Target, method: str, path: str, body: object = None, conditions: Mapping[str, str] | None = None
) -> tuple[int, http.client.HTTPMessage, bytes]:
    """Status, headers and body of the API's answer."""
    _ = target.lake  # it sets the environment
    emulator, text = (
        urlsplit(os.environ["AWS_ENDPOINT_URL"]),
        json.dumps(body or {}) if method != "GET" else None,
    )
    host = f"{urlsplit(target.outputs['api']['url']).hostname}:{emulator.port}"
    request = AWSRequest(
        method,
        f"http://{host}/machine{path}",
        data=text,
        headers={"Content-Type": "application/json"} if text else {},
    )
    credentials = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    SigV4Auth(credentials, "execute-api", os.environ["AWS_REGION"]).add_auth(request)
    connection = http.client.HTTPConnection(emulator.hostname or "", emulator.port, timeout=60)
    connection.request(
        method, f"/machine{path}", text, {**dict(request.headers), **(conditions or {}), "Host": host}
    )
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, answer.headers, content
