"""What all tests share: one emulator per test process, on a free port, stopped by its own process id."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

import boto3
import pytest
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "us-east-1"
ACCOUNT = "000000000000"
STARTS_WITHIN_S = 30.0


@dataclass(frozen=True)
class Emulator:
    """A running emulator, its address, and clients that speak to it."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables that boto3 in another process needs to reach it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCOUNT,
            "AWS_SECRET_ACCESS_KEY": "emulator",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
        }

    def client(self, service: str) -> Any:  # noqa: ANN401 boto3 makes a class per service at run time
        """A boto3 client of a service."""
        config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0})
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="emulator",  # noqa: S106 the emulator takes any
            config=config,
        )


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def unique(prefix: str) -> str:
    """A name that no other test uses."""
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One emulator for this test process (under xdist: one per worker), with IAM not enforced."""
    port = free_port()
    log = tmp_path_factory.mktemp("emulator") / "ministack.log"
    venv_bin = Path(sys.executable).parent
    environment = os.environ | {
        "PATH": f"{venv_bin}{os.pathsep}{os.environ['PATH']}",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "AUTH": "false",
    }
    with log.open("wb") as out:
        process = subprocess.Popen([str(venv_bin / "ministack")], env=environment, stdout=out, stderr=subprocess.STDOUT)
    try:
        endpoint = f"http://127.0.0.1:{port}"
        _wait_until_healthy(endpoint, process, log)
        yield Emulator(endpoint)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_healthy(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{endpoint}/_localstack/health", timeout=2):  # noqa: S310 a loopback address
                return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the emulator did not start:\n{log.read_text()[-2000:]}")
