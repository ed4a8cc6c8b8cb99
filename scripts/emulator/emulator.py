"""Find a running AWS emulator, or start MiniStack from this environment, with IAM enforced.

Examples:
    python scripts/emulator/emulator.py start --name demo
    python scripts/emulator/emulator.py status --name demo
    python scripts/emulator/emulator.py stop --name demo
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from localstack_client import config as localstack

sys.path.insert(
    0, str(Path(__file__).resolve().parents[2])
)  # the scripts are run by path and know each other as `scripts`

from scripts.deployment.deployment_name import deployment_name
from scripts.terraform_cli import STATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_cloudwatch.type_defs import DimensionTypeDef, MetricDatumTypeDef
    from mypy_boto3_sqs import SQSClient

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "000000000000"  # requests without a signature act in this account too
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 20
METRICS_EVERY_S = 5
CALLS = "calls.jsonl"  # what each role asked for


def shell_of_no_deployment() -> dict[str, str]:
    """Return this shell's variables without those of an account or a deployment.

    A command with these variables deploys its own lake.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HEADGATE_"))}


class EmulatorError(Exception):
    """The emulator did not start or does not answer. The message is for a person."""


@dataclass(frozen=True)
class Emulator:
    """A running emulator; `pid` is 0 if this project did not start it."""

    url: str
    pid: int = 0

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which every AWS tool in a shell reaches it.

        The access key id is the account, and has root's rights.
        """
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_REGION": "us-east-1",
        }

    def answers(self) -> bool:
        """Return whether its health page can be read."""
        return self._page("/_localstack/health") is not None

    def is_ministack(self) -> bool:
        """Return whether it is MiniStack: LocalStack has no page of this name."""
        return self._page("/_ministack/health") is not None

    def product(self) -> str:
        """Return name and version, as far as the health page has them."""
        return f"LocalStack {(self._page('/_localstack/health') or {}).get('version', '')}".strip()

    def _page(self, path: str) -> dict[str, object] | None:
        try:
            with urllib.request.urlopen(f"{self.url}{path}", timeout=2) as page:  # noqa: S310 an http URL of our own making
                answer = json.load(page) if page.status == 200 else None  # noqa: PLR2004 HTTP's own number
        except (OSError, ValueError):
            return None
        return answer if isinstance(answer, dict) else None


def running(folder: Path) -> Emulator | None:
    """Return the emulator that `start` left running for this folder."""
    note = folder / "emulator.json"
    if not note.is_file():
        return None
    emulator = Emulator(**json.loads(note.read_text(encoding="utf-8")))
    return emulator if emulator.answers() else None


def foreign(environment: Mapping[str, str] = os.environ) -> Emulator | None:
    """Return an emulator that was started elsewhere: AWS_ENDPOINT_URL's, else localstack-client's.

    Raises:
        EmulatorError: AWS_ENDPOINT_URL names a LocalStack. One that is not named is only reported.
    """
    url = environment.get("AWS_ENDPOINT_URL")
    emulator = Emulator((url or localstack.get_service_endpoint("s3") or "").rstrip("/"))
    if not emulator.url or not emulator.answers():
        return None
    if emulator.is_ministack():
        return emulator
    refusal = (
        f"{emulator.url} is {emulator.product()}. Headgate deploys functions without their libraries to "
        "an emulator, because MiniStack "
        "runs them in this environment; LocalStack's functions could not start."
    )
    if url:
        raise EmulatorError(f"{refusal} To use MiniStack, unset AWS_ENDPOINT_URL.")
    print(f"{refusal} A MiniStack of its own is used.", file=sys.stderr, flush=True)
    return None


def start(folder: Path, port: int = 0) -> Emulator:
    """Start our emulator in the background, unless it runs already.

    Raises:
        EmulatorError: it did not answer in time; the message has the end of its log.
    """
    if already_running := running(folder):
        return already_running
    folder.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{port or free_port()}"
    log = folder / "emulator.log"
    with log.open("wb") as out:
        command = [
            sys.executable,
            str(Path(__file__).resolve()),
            "serve",
            "--url",
            url,
            "--folder",
            str(folder),
        ]
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True
        )
    emulator = Emulator(url, process.pid)
    try:
        _await_answer(emulator, process, log)
    except (EmulatorError, KeyboardInterrupt):
        process.terminate()
        raise
    (folder / "emulator.json").write_text(json.dumps(asdict(emulator)), encoding="utf-8")
    return emulator


def stop(folder: Path) -> bool:
    """False when there was nothing of ours to stop.

    Afterwards its process has ended, so nothing is written to the folder any more.
    """
    emulator = running(folder)
    (folder / "emulator.json").unlink(missing_ok=True)
    if emulator is None or not emulator.pid:
        return False
    os.kill(emulator.pid, signal.SIGTERM)
    until = time.monotonic() + STOP_TIMEOUT_S
    while not _has_ended(emulator.pid) and time.monotonic() < until:
        time.sleep(0.1)
    return True


def keep_state(folder: Path) -> None:
    """Let the emulators that this process and its children start keep their state in `folder`."""
    os.environ |= {
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / "s3"),
    }


def restart(folder: Path) -> Emulator:
    """Stop our emulator and start it on the same port, with the state that it kept.

    Raises:
        EmulatorError: it does not run, or did not answer in time.
    """
    emulator = running(folder)
    if emulator is None:
        raise EmulatorError("the emulator does not run any more")
    stop(folder)
    return start(folder, urlsplit(emulator.url).port or 0)


def _has_ended(pid: int) -> bool:
    with suppress(ChildProcessError):  # it may be no child of this process
        return os.waitpid(pid, os.WNOHANG) != (0, 0)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def free_port() -> int:
    """Return a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_answer(emulator: Emulator, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_TIMEOUT_S
    while not emulator.answers():
        if process.poll() is not None or time.monotonic() > until:
            raise EmulatorError(
                f"The emulator did not start. The end of {log}:\n"
                f"{log.read_text(encoding='utf-8', errors='replace')[-2000:]}"
            )
        time.sleep(0.1)


def serve(url: str, folder: Path) -> int:
    """Run MiniStack until this process is stopped, and publish the metrics that AWS would publish."""
    scratch = folder / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    emulator = Emulator(url)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    command = [sys.executable, str(Path(__file__).with_name("corrected_ministack.py"))]
    with subprocess.Popen(command, env=_environment(emulator, folder)) as process:
        try:
            _publish_while_running(process, emulator)
        finally:
            process.terminate()
    shutil.rmtree(scratch, ignore_errors=True)
    return process.returncode


def _environment(emulator: Emulator, folder: Path) -> dict[str, str]:
    """Return the environment of functions and job scripts: our Python first, and root's key.

    Functions do not keep the key.
    """
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "HEADGATE_", "TF_"))
    }
    return {
        **inherited,
        **emulator.environment,
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(urlsplit(emulator.url).port),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "TMPDIR": str(folder / "tmp"),  # two emulators on one machine would share unpacked scripts otherwise
        "PYTHONDONTWRITEBYTECODE": "1",
        "MINISTACK_CALLS_FILE": str(folder / CALLS),
    }


def _publish_while_running(process: subprocess.Popen[bytes], emulator: Emulator) -> None:
    """Publish the depths of queues like AWS, and evaluate alarms.

    MiniStack evaluates them when a metric arrives.
    """
    environment = emulator.environment
    # localstack-client would need this emulator in the environment of the process, where another one may
    # stand.
    session = boto3.Session(
        environment["AWS_ACCESS_KEY_ID"],
        environment["AWS_SECRET_ACCESS_KEY"],
        region_name=environment["AWS_REGION"],
    )
    sqs = session.client("sqs", endpoint_url=emulator.url)
    cloudwatch = session.client("cloudwatch", endpoint_url=emulator.url)
    while process.poll() is None:
        time.sleep(METRICS_EVERY_S)
        try:
            data = [_metric(name, depth) for name, depth in dead_letter_depths(sqs)]
            if data:
                cloudwatch.put_metric_data(Namespace="AWS/SQS", MetricData=data)
        except (BotoCoreError, ClientError) as error:
            print(f"metrics were not published: {error}", flush=True)


def _metric(queue: str, depth: float) -> MetricDatumTypeDef:
    dimensions: list[DimensionTypeDef] = [{"Name": "QueueName", "Value": queue}]
    return {
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Dimensions": dimensions,
        "Value": depth,
        "Unit": "Count",
    }


def dead_letter_depths(sqs: SQSClient) -> Iterator[tuple[str, float]]:
    """Return each dead-letter queue with its number of messages.

    MiniStack's alarms ignore a metric's dimensions, so other queues are left out.
    """
    urls = [url for page in sqs.get_paginator("list_queues").paginate() for url in page.get("QueueUrls", [])]
    attributes = [
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"] for url in urls
    ]
    targets = {
        json.loads(queue["RedrivePolicy"])["deadLetterTargetArn"]
        for queue in attributes
        if queue.get("RedrivePolicy")
    }
    for queue in attributes:
        if queue["QueueArn"] in targets:
            yield queue["QueueArn"].rpartition(":")[2], float(queue["ApproximateNumberOfMessages"])


def main() -> int:
    """Run the command line; 0 if the emulator is in the requested state."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["start", "stop", "status", "serve"])
    parser.add_argument(
        "--name",
        type=deployment_name,
        default="local",
        help="deployment it belongs to; its files lie in .headgate/<name>/ (default: local)",
    )
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    folder = asked.folder or STATE / asked.name
    try:
        if asked.command == "serve":
            return serve(asked.url, folder)
        return _answer(asked.command, folder, asked.port)
    except EmulatorError as error:
        print(error, file=sys.stderr)
        return 1


def _answer(command: str, folder: Path, port: int) -> int:
    if command == "stop":
        print("stopped" if stop(folder) else "no emulator of ours was running")
        return 0
    emulator = start(folder, port) if command == "start" else running(folder)
    print(f"{emulator.url} (pid {emulator.pid})" if emulator else "not running")
    return 0 if emulator else 1


if __name__ == "__main__":
    sys.exit(main())
