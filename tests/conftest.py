"""The emulator that all tests share: one per test process, on a free port, stopped by its own process id."""

from __future__ import annotations

import atexit
import gc
import json
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from itertools import chain, groupby, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from _pytest.assertion import rewrite
from botocore.config import Config
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from scripts.emulator import emulator as emulators
from tests.examples import PROFILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

settings.load_profile(PROFILE)

_SHORT_BYTES = 8
_NEW_OBJECTS = 50_000  # before the next search for garbage
AIRPORTS_FILES = {"tests/e2e/test_push.py", "tests/e2e/test_created_datasets.py"}


@dataclass(frozen=True)
class Emulator:
    """A running emulator: the variables that reach it, and clients that speak to it."""

    environment: Mapping[str, str]
    _clients: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def client(
        self, service: str, role: Mapping[str, str] | None = None, config: Config | None = None
    ) -> Any:  # noqa: ANN401 boto3's own
        """As `new_client`, but root's client of a service is made once and shared by all tests."""
        if role or config:
            return self.new_client(service, role, config)
        if service not in self._clients:
            self._clients[service] = self.new_client(service)
        return self._clients[service]

    def new_client(
        self, service: str, role: Mapping[str, str] | None = None, config: Config | None = None
    ) -> Any:  # noqa: ANN401 boto3's own
        """A boto3 client of a service; it does not retry, so that a test sees the first answer.

        Args:
            role: credentials as STS gives them; the emulator's root without them.
            config: comes before the settings of every client here.
        """
        # localstack-client gives all clients of a process the endpoint of its environment. Several emulators
        # may run here at once, each on a free port of its own, so the endpoint is stated.
        return boto3.client(
            service,
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            region_name=self.environment["AWS_REGION"],
            aws_access_key_id=role["AccessKeyId"] if role else self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=role["SecretAccessKey"]
            if role
            else self.environment["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=role["SessionToken"] if role else None,
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}).merge(
                config or Config()
            ),
        )

    def role(self, service: str, *actions: str) -> str:
        """ARN of a new role that a service may assume and that may do these actions on everything."""
        iam, name = self.client("iam"), unique(service)
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trust))["Role"]["Arn"]
        if actions:
            allowed = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
            iam.put_role_policy(RoleName=name, PolicyName="own-work", PolicyDocument=_policy(allowed))
        return arn


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that deploy a lake wait for it most of the time.

    They take turns with files that compute, the longest first. Files of the shop's deployment keep their
    order: the first ones count what the shop alone has, and the roles change it. So do those of the airports'
    deployment: pushes come before a second deployment.
    """
    files = [list(tests) for _, tests in groupby(items, key=lambda test: scope_of(test.nodeid))]
    deploying = [tests for tests in files if tests[0].get_closest_marker("e2e")]
    deploying.sort(key=lambda tests: (tests[0].path.parent.name == "e2e", len(tests)), reverse=True)
    others = [tests for tests in files if not tests[0].get_closest_marker("e2e")]
    turns = chain.from_iterable(zip_longest(deploying, others, fillvalue=()))
    items[:] = chain.from_iterable(turns)


def scope_of(nodeid: str) -> str:
    """The file of a test; `shop` and `airports` for the files that share a deployment, and `spark` for those
    that share a session of Spark, which takes ten seconds to start and runs its first queries slowly.
    """
    file = nodeid.partition("::")[0]
    if file in AIRPORTS_FILES:
        return "airports"
    if file.startswith("tests/integration/engines/"):
        return "spark"
    return "shop" if file.startswith("tests/e2e/test_shop") else file


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out files without a test of the selected tier, because every worker imports all others."""
    selected = config.getoption("markexpr")
    if not collection_path.name.startswith("test_") or collection_path.suffix != ".py":
        return None
    text = collection_path.read_text(encoding="utf-8")
    if selected == "unit":
        return True if "mark.unit" not in text else None
    is_unit = "\npytestmark = pytest.mark.unit\n" in text
    return True if is_unit and selected in {"not unit", "not unit and not weekly"} else None


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Switch garbage collection off while tests are collected: nearly all objects stay, and each collection
    reads them again.
    """
    gc.disable()
    try:
        rewrite_last_files(session.config)
        return (yield)
    finally:
        gc.enable()


def rewrite_last_files(config: pytest.Config) -> None:
    """Rewrite the assertions of files that the first worker imports last, until they are rewritten already.

    In a new clone each worker would rewrite all files, because they import them in the same order. Nothing is
    left to do where bytecode is kept or may not be written.
    """
    worker: dict[str, Any] = getattr(config, "workerinput", {})
    if worker.get("workerid") != "gw1" or sys.dont_write_bytecode:
        return
    files = (file for name in reversed(config.args) for file in sorted(Path(name).rglob("test_*.py"))[::-1])
    for file in files:
        if pytest_ignore_collect(file, config):
            continue
        kept = rewrite.get_cache_dir(file) / f"{file.stem}{rewrite.PYC_TAIL}"
        if kept.exists():
            return
        rewrite.try_makedirs(kept.parent)
        status, code = rewrite._rewrite_test(file, config)
        rewrite._write_pyc(config.stash[rewrite.assertstate_key], code, status, kept)


def pytest_collection_finish() -> None:
    """Leave modules and collected tests out of each later search for garbage: they live until the process
    ends.

    So do pytest's two full searches at the end. The process takes them up again when it exits: DuckDB's
    bindings report modules that nobody frees as leaks. Searches are rarer than Python's own, which took a
    twentieth of the time of all unit tests: nearly all objects go without one.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
    atexit.register(gc.unfreeze)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Long bytes are called by their length: gzip puts the time of day into its own, and every worker must
    know a test by one name.
    """
    return f"{len(val)} bytes" if isinstance(val, bytes) and len(val) > _SHORT_BYTES else None


class ByFile(LoadScopeScheduling):
    """Keeps each file on one worker, so that its fixtures are made once, and the files that share the shop's
    deployment together.

    pytest-xdist's own `loadgroup` renames tests, which pytest 9.2 does not allow.
    """

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile | None:  # noqa: ANN401 xdist's own logger
    """Use it for `--dist loadfile`."""
    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None


def _policy(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def unique(prefix: str) -> str:
    """A name that no other test uses."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One emulator for this test process; under xdist each worker has its own."""
    folder = tmp_path_factory.mktemp("emulator")
    # By its own command, as people start it: a child of this process would be waited for at exit.
    subprocess.run(
        [sys.executable, emulators.__file__, "start", "--folder", str(folder)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    started = emulators.running(folder)
    assert started
    yield Emulator(started.environment)
    emulators.stop(folder)
