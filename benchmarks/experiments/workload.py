"""Work that uses what a usual day does not: corrections, reverts, downloads, reports, a full audit, a file for the larger worker.

`python -m benchmarks.experiments privileges --name NAME --work` does it, so that its calls are in the record of our own emulator. It needs
a deployment of its own: it changes the memory that the gate's function believes it has, and sends test files.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
import urllib.request
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from benchmarks.experiments.deployed import BYTES_PER_ROW, fresh_payments
from headgate.intake.workers.worker_sizing import MEASURED_FROM_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.experiments.deployed import Target
    from headgate.lake.ports import FileRecord

_WAIT_S = 240
_LARGE_ROWS = 2 * MEASURED_FROM_BYTES // BYTES_PER_ROW  # the gate examines no smaller file
_SMALL = ("--orders", "400", "--customers", "80", "--defect-rate", "0.02", "--bad-files")
_REGIONS = "region_id,region_name,country_code,continent,population,gdp_usd,updated_at\n"
_CORRECT = _REGIONS + "XA,Atlantis,,EU,1000,1.00,2024-01-02 00:00:00\n"
_WRONG = {"one row is refused": _REGIONS + "XA,Atlantis,,EU,many,1.00,2024-01-01 00:00:00\n", "the file is rejected": "region_id\nXA\n"}


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
        "five runs with new data replace old versions of tables": _runs,
        "a run without a change skips the systems": lambda _: _headgate(target, "run"),
        "a file is reverted, and its duplicate is accepted instead": _revert,
        "tables are downloaded": _downloads,
        "a query is stopped, and a run is started": _queries_and_runs,
        "a report is written": _report,
        "a full audit runs": _audit,
        "a large file is handed over": _large_file,
    }
    for name, step in steps.items():
        began = time.monotonic()
        step(target)
        yield name, time.monotonic() - began


def _headgate(target: Target, *arguments: str, expect: tuple[int, ...] = (0,)) -> Any:  # noqa: ANN401 whatever JSON the command prints
    command = [sys.executable, "-m", "headgate.cli.main", *arguments, "--json", "--deployment", target.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in expect:
        raise WorkError(f"headgate {' '.join(arguments)} ended with {done.returncode}: {done.stderr[-2000:]}{done.stdout[-2000:]}")
    return json.loads(done.stdout)


def _until(ready: Callable[[], Any], what: str, timeout_s: float = _WAIT_S) -> Any:  # noqa: ANN401 whatever `ready` finds
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        if found := ready():
            return found
        time.sleep(1)
    raise WorkError(f"{what}: nothing came within {timeout_s:.0f} s")


def _first_run(target: Target) -> None:
    with TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "headgate.cli.main", "sample", f"{folder}/data", *_SMALL], check=True, capture_output=True)
        _headgate(target, "upload", f"{folder}/data", expect=(0, 3))
    _until(lambda: _runs_ended(target), "the run that starts by itself")
    _headgate(target, "run", expect=(0, 3))


def _runs_ended(target: Target) -> bool:
    machines, arn = target.client("stepfunctions"), os.environ["HEADGATE_STATE_MACHINE_ARN"]
    states = [one["status"] for one in machines.list_executions(stateMachineArn=arn)["executions"]]
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
            time.sleep(1)  # S3's modification times are whole seconds, and a correction is newer than what it corrects
    _headgate(target, "run", expect=(0, 3))


def _runs(target: Target) -> None:
    for _ in range(5):
        _sent(target, fresh_payments(20))
        _headgate(target, "run", "--only", "compliance-guardian", expect=(0, 3))


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
                made = _call(target, "POST", f"/v1/systems/{system['name']}/tables/{table['name']}/download?format={form}", expect=200)
                urllib.request.urlopen(made["url"], timeout=60).close()  # noqa: S310 the store's own URL, signed with the function's role


def _queries_and_runs(target: Target) -> None:
    started = _call(target, "POST", "/v1/queries", {"sql": "select count(*) as n from ecommerce_curated.orders"}, expect=202)
    _call(target, "DELETE", f"/v1/queries/{started['query_id']}")
    _call(target, "POST", "/v1/runs", {}, expect=202)


def _report(target: Target) -> None:
    answer = target.client("lambda").invoke(FunctionName=_function(target, "report"), Payload=b"{}")
    if "FunctionError" in answer:
        raise WorkError(f"the report failed: {answer['Payload'].read()[-1000:]!r}")


def _audit(target: Target) -> None:
    machines = target.client("stepfunctions")
    arn = os.environ["HEADGATE_STATE_MACHINE_ARN"].replace("curated_to_prod", "audit_cards")
    started = machines.start_execution(stateMachineArn=arn, input=json.dumps({"scheduled_at": ""}))["executionArn"]
    _until(lambda: machines.describe_execution(executionArn=started)["status"] != "RUNNING", "the audit")


def _large_file(target: Target) -> None:
    """The gate's function believes that it has little memory, so the smallest file that it examines exceeds it."""
    functions, name = target.client("lambda"), _function(target, "raw_to_curated")
    stated = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": {**stated, "HEADGATE_MEMORY_MB": "1"}})
    try:
        _sent(target, fresh_payments(_LARGE_ROWS) + b"x,\n")
    finally:
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": stated})


def _function(target: Target, key: str) -> str:
    return str(target.outputs["functions"][key]["name"])


def _call(target: Target, method: str, path: str, body: object = None, *, expect: int = 0) -> Any:  # noqa: ANN401 whatever JSON the API answers
    """The answer of the API to a signed request; any status is accepted where none is expected."""
    _ = target.lake  # it sets the environment
    emulator, text = urlsplit(os.environ["AWS_ENDPOINT_URL"]), json.dumps(body or {}) if method != "GET" else None
    host = f"{urlsplit(target.outputs['api']['url']).hostname}:{emulator.port}"
    request = AWSRequest(method, f"http://{host}/machine{path}", data=text, headers={"Content-Type": "application/json"} if text else {})
    credentials = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    SigV4Auth(credentials, "execute-api", os.environ["AWS_REGION"]).add_auth(request)
    connection = http.client.HTTPConnection(emulator.hostname or "", emulator.port, timeout=60)
    connection.request(method, f"/machine{path}", text, {**dict(request.headers), "Host": host})
    answer = connection.getresponse()
    found = answer.read()
    connection.close()
    if expect and answer.status != expect:
        raise WorkError(f"{method} {path}: {answer.status} {found[:500]!r}")
    return json.loads(found) if found else {}
