"""Run MiniStack with ten corrections.

Without this file, MiniStack 1.5.33 differs from AWS as follows:

- DescribeAlarms in the query protocol, which Terraform's provider uses, omits most of an alarm's settings, so
  every plan would set them again.
- It ignores the batching window of an event source mapping: each message of a burst would start the function.
- Under load it is so slow that Terraform's provider repeats a call which succeeds the first time. The
  repeated call fails because its table exists or its ETag is old, and with it the deployment or its destroy.
- Glue jobs import the package of this environment instead of the deployed one (`--extra-py-files`).
- Glue jobs have all rights instead of their role's, so a missing permission would appear only on AWS.
- Glue jobs call the emulator's own region instead of theirs, where their role may have no rights.
- Glue jobs write no log lines, so the page of a run has none.
- The HTTP API finds no route for a path with an encoded line end.
- Each Glue job starts a Python that loads its libraries, which takes longer than the job of a small lake.
- Each call of a burst starts its own process, which imports the function's libraries, although as many
  processes as processors answer a burst sooner.

`ministack_athena.py` and `ministack_appsync.py` correct its Athena and AppSync; `ministack_calls.py` records
the calls of roles.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ET
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ministack import app
from ministack.core import lambda_runtime
from ministack.core.responses import get_region
from ministack.services import apigateway, cloudwatch, cloudwatch_logs, glue, iam, lambda_svc, sts

sys.path.insert(
    0, str(Path(__file__).resolve().parents[2])
)  # the scripts are run by path and know each other as `scripts`

from headgate.wiring.system_jobs import LIBRARIES_OF_SYSTEMS
from scripts.emulator import ministack_appsync, ministack_athena, ministack_calls
from scripts.emulator.warm_python import WarmPython

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

LEFT_OUT = ("AlarmDescription", "ActionsEnabled", "Statistic", "Period", "TreatMissingData", "Unit")
LISTS = ("AlarmActions", "OKActions", "InsufficientDataActions")
_NO_LINE_END = "\0"
_parameters = apigateway._extract_path_params  # noqa: SLF001 as below
_describe = cloudwatch._describe_alarms  # noqa: SLF001 there is no public way in

MAX_LOG_LINES = 1000  # of a job and a log group
# Many more than Terraform has under way; nearly all answers are short.
CALLS_REMEMBERED = 1000
READING = {"GET", "HEAD"}

# A function that called itself would wait for its caller's process, so nobody waits longer.
WAIT_FOR_A_PROCESS_S = 10.0
LOOK_EVERY_S = 0.01

# As MiniStack's own.
JOB_TIMEOUT_S, MAX_JOB_TIMEOUT_S, MAX_ERROR_LENGTH = 300, 600, 2000
LIBRARIES_OF_JOBS = (*LIBRARIES_OF_SYSTEMS, "boto3")

Answer = tuple[int, dict[str, str], bytes]
Message = dict[str, Any]


def describe_alarms(
    params: dict[str, Any], cbor_data: dict[str, Any], is_cbor: bool, is_json: bool = False
) -> Answer:
    """Return MiniStack's answer with the settings that it omits."""
    status, headers, body = _describe(params, cbor_data, is_cbor, is_json)
    if is_cbor or is_json or status != 200:  # noqa: PLR2004 HTTP's own number
        return status, headers, body
    return status, headers, complete(body, cloudwatch._alarms)  # noqa: SLF001 as above


def complete(body: bytes | str, alarms: dict[str, dict[str, Any]]) -> bytes:
    """Return the answer with every setting of every alarm."""
    answer = ET.fromstring(body)  # noqa: S314 MiniStack's own answer
    namespace = answer.tag.partition("}")[0] + "}" if answer.tag.startswith("{") else ""
    ET.register_namespace("", namespace.strip("{}"))
    for member in answer.findall(f".//{namespace}MetricAlarms/{namespace}member"):
        _add_settings(member, namespace, alarms[member.findtext(f"{namespace}AlarmName") or ""])
    return bytes(ET.tostring(answer, encoding="utf-8", xml_declaration=True))


def _add_settings(member: ET.Element, namespace: str, alarm: dict[str, Any]) -> None:
    for name in LEFT_OUT:
        if alarm.get(name) is not None:
            _add(member, namespace + name, _text(alarm[name]))
    for name in LISTS:
        listed = _add(member, namespace + name)
        for action in alarm.get(name, []):
            _add(listed, f"{namespace}member", action)
    dimensions = _add(member, f"{namespace}Dimensions")
    for dimension in alarm.get("Dimensions", []):
        entry = _add(dimensions, f"{namespace}member")
        _add(entry, f"{namespace}Name", dimension["Name"])
        _add(entry, f"{namespace}Value", dimension["Value"])


Mapping = tuple[str, str, dict[str, Any]]  # account, region, settings


class Windows:
    """Event source mappings that each deliver a batch only after their batching window.

    AWS also waits for the end of a window before the first batch; here that would only cost time.
    """

    def __init__(
        self,
        every: Callable[[], Iterable[Mapping]],
        dispatch: Callable[..., None],
        clock: Callable[[], float],
    ) -> None:
        self._every, self._dispatch, self._clock = every, dispatch, clock
        self._over_at: dict[str, float] = {}

    def ready(self) -> Iterator[Mapping]:
        """Return the mappings whose queue may be read now."""
        return (
            mapping
            for mapping in self._every()
            if self._over_at.get(mapping[2]["UUID"], 0.0) <= self._clock()
        )

    def dispatch(self, esm_id: str, run: Callable[..., None], esm: dict[str, Any], *batch: object) -> None:
        """Deliver the batch to its function."""
        self._over_at[esm_id] = self._clock() + (esm.get("MaximumBatchingWindowInSeconds") or 0)
        self._dispatch(esm_id, run, esm, *batch)


class Repeats:
    """An ASGI application that answers a repeated call of Terraform like the first one.

    AWS's tools send all attempts of a call with the same id. Only successful calls that may change something
    (all except GET and HEAD) are answered in this way; others run again. Calls of Headgate always run: they
    must handle repetitions themselves.
    """

    def __init__(self, application: Callable[..., Awaitable[None]]) -> None:
        self._application = application
        self._calls: dict[bytes, asyncio.Task[list[Message]]] = {}

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Answer one request."""
        headers = dict(scope.get("headers", ()))
        call = headers.get(b"amz-sdk-invocation-id")
        if (
            scope["type"] != "http"
            or scope["method"] in READING
            or call is None
            or b"Terraform/" not in headers.get(b"user-agent", b"")
        ):
            await self._application(scope, receive, send)
            return
        before = self._calls.get(call)
        if before:
            await asyncio.wait([before])
        if before is None or not _succeeded(before):
            before = self._calls[call] = asyncio.ensure_future(self._answer(scope, receive))
            self._forget_old()
        for message in await asyncio.shield(
            before
        ):  # whoever asked may be gone by now; the call is carried out all the same
            await send(message)

    async def _answer(
        self, scope: dict[str, Any], receive: Callable[[], Awaitable[Message]]
    ) -> list[Message]:
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._application(scope, receive, keep)
        return answer

    def _forget_old(self) -> None:
        while len(self._calls) > CALLS_REMEMBERED:
            del self._calls[next(iter(self._calls))]


def _succeeded(call: asyncio.Task[list[Message]]) -> bool:
    return call.exception() is None and any(message.get("status", 0) // 100 == 2 for message in call.result())  # noqa: PLR2004 HTTP's 2xx


def _add(parent: ET.Element, tag: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, tag)
    child.text = text
    return child


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


warm_python = WarmPython(LIBRARIES_OF_JOBS)
_one_at_a_time = threading.Lock()


def run_job(run: dict[str, Any], job: dict[str, Any], arguments: dict[str, str], script: str) -> None:
    """Run a job's script in the job's region, with the packages of --extra-py-files first on Python's path.

    Glue does the same.
    """
    archives = filter(None, arguments.get("--extra-py-files", "").split(","))
    packages = [str(path) for path in map(local_package, archives) if path]
    path = {"--PYTHONPATH": os.pathsep.join(packages)} if packages else {}
    region = {"--AWS_REGION": get_region(), "--AWS_DEFAULT_REGION": get_region()}
    credentials = role_credentials(str(job.get("Role", "")))
    _run_script(run, job, {**arguments, **path, **region, **credentials}, script)


def _run_script(run: dict[str, Any], job: dict[str, Any], arguments: dict[str, str], script: str) -> None:
    """Run a script with its arguments as environment variables, and write its end into the run."""
    variables = {name.lstrip("-"): str(value) for name, value in arguments.items() if name.lstrip("-")}
    timeout_s = min(job.get("Timeout", JOB_TIMEOUT_S), MAX_JOB_TIMEOUT_S)
    try:
        done = warm_python.run([script], {**os.environ, **variables}, timeout_s=timeout_s)
    except subprocess.TimeoutExpired:
        run |= {"JobRunState": "TIMEOUT", "ErrorMessage": "Job execution timed out"}
        return
    if prefix := arguments.get("--custom-logGroup-prefix"):
        for group, text in (("output", done.stdout), ("error", done.stderr)):
            _keep_lines(f"{prefix}/{group}", str(run.get("Id", "")), text)
    run["JobRunState"] = "FAILED" if done.returncode else "SUCCEEDED"
    if done.returncode:
        run["ErrorMessage"] = done.stderr[:MAX_ERROR_LENGTH] or f"Exit code {done.returncode}"


def _keep_lines(group: str, run_id: str, text: str) -> None:
    """Write the last lines of a job into the log stream of its run, as Glue does."""
    stream = {"logGroupName": group, "logStreamName": run_id}
    at, lines = int(time.time() * 1000), filter(None, text.splitlines()[-MAX_LOG_LINES:])
    events = [{"timestamp": _written_at(line) or at, "message": line} for line in lines]
    if events and run_id:
        cloudwatch_logs._create_log_stream(stream)  # noqa: SLF001 there is no public way in
        cloudwatch_logs._put_log_events({**stream, "logEvents": events})  # noqa: SLF001 as above


def _written_at(line: str) -> int | None:
    """Return the time of a line by Powertools in milliseconds; None for another line."""
    with suppress(ValueError, TypeError, KeyError):
        written = datetime.strptime(json.loads(line)["timestamp"], "%Y-%m-%d %H:%M:%S,%f%z")
        return int(written.timestamp() * 1000)
    return None


def role_credentials(role_arn: str) -> dict[str, str]:
    """Return a role's credentials as arguments, which become variables of the job's process.

    None for a role that does not exist.
    """
    name = role_arn.rpartition("/")[2]
    if name not in iam._roles:  # noqa: SLF001 there is no public way in
        return {}
    key, secret, token = sts._gen_session_access_key(), sts._gen_secret(), sts._gen_session_token()  # noqa: SLF001 as above
    account = role_arn.split(":")[4]
    session = {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/glue",
        "UserId": f"{iam._roles[name]['RoleId']}:glue",  # noqa: SLF001 as above
        "SecretAccessKey": secret,
        "SessionToken": token,
        "AccountId": account,
        "PrincipalType": "AssumedRole",
    }
    sts.register_session(key, session)
    return {"--AWS_ACCESS_KEY_ID": key, "--AWS_SECRET_ACCESS_KEY": secret, "--AWS_SESSION_TOKEN": token}


def local_package(uri: str) -> Path | None:
    """Return a local copy of an object, named by its content: concurrent jobs may use different versions."""
    with _one_at_a_time:  # MiniStack writes every object of one name to one path
        archive = glue._resolve_script(uri)  # noqa: SLF001 as above
        if archive is None:
            return None
        body = Path(archive).read_bytes()
        path = (
            Path(tempfile.gettempdir()) / "packages" / hashlib.sha256(body).hexdigest() / Path(archive).name
        )
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        return path


_acquire_worker: Callable[..., tuple[Any, str]] = lambda_runtime.acquire_worker


def acquire_worker(*function: Any, **settings: Any) -> tuple[Any, str]:  # noqa: ANN401 MiniStack's own
    """Return a free process of a function.

    Start one only if there are fewer than processors, or after a wait.
    """
    until = time.monotonic() + WAIT_FOR_A_PROCESS_S
    while time.monotonic() < until:
        worker, reason = _acquire_worker(*function, **settings, max_concurrency=os.cpu_count() or 1)
        if worker:
            return worker, reason
        time.sleep(LOOK_EVERY_S)
    return _acquire_worker(*function, **settings)


def path_parameters(route_path: str, request_path: str) -> dict[str, str] | None:
    """Return the parameters of a path; a greedy one such as `{proxy+}` also matches line ends."""
    parameters = _parameters(route_path, request_path.replace("\n", _NO_LINE_END))
    return parameters and {name: value.replace(_NO_LINE_END, "\n") for name, value in parameters.items()}


if __name__ == "__main__":
    apigateway._extract_path_params = path_parameters  # noqa: SLF001 as above
    glue._execute_subprocess = run_job  # noqa: SLF001 as above
    cloudwatch._describe_alarms = describe_alarms  # noqa: SLF001 as above
    windows = Windows(lambda_svc._iter_all_esms, lambda_svc._dispatch_esm_batch, time.monotonic)  # noqa: SLF001 as above
    lambda_svc.acquire_worker = acquire_worker
    lambda_svc._iter_all_esms = windows.ready  # noqa: SLF001 as above
    lambda_svc._dispatch_esm_batch = windows.dispatch  # noqa: SLF001 as above
    app.app = Repeats(app.app)
    ministack_athena.correct()
    ministack_appsync.correct()
    ministack_calls.correct()
    sys.exit(app.main())
