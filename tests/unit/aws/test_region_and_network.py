"""Where AWS is, and what is said when it cannot be reached."""

from __future__ import annotations

import socket

import pytest
from botocore.config import Config

from headgate.aws import clients
from headgate.aws.sdk_errors import translated
from headgate.errors import NotPermittedError, ServiceError
from scripts import deploy

pytestmark = pytest.mark.unit


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A shell with credentials and nothing else of AWS."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return monkeypatch


def closed_port() -> int:
    """A port of this machine that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_aws_region_alone_is_enough(shell: pytest.MonkeyPatch) -> None:
    shell.setenv("AWS_REGION", "eu-central-1")
    shell.setenv("AWS_DEFAULT_REGION", "")  # undone with the shell
    made = clients.once(clients.sqs.__wrapped__)()  # type: ignore[attr-defined]  # a client of its own, not the process's
    assert made.meta.region_name == "eu-central-1"


def test_an_endpoint_that_does_not_answer_is_a_network_trouble(shell: pytest.MonkeyPatch) -> None:
    import boto3  # noqa: PLC0415 after the shell is set

    shell.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    client = boto3.client(
        "sts", endpoint_url=f"http://127.0.0.1:{closed_port()}", config=Config(retries={"max_attempts": 0})
    )
    with (
        pytest.raises(ServiceError, match=r"could not be reached.*Check the network") as met,
        translated("ask"),
    ):
        client.get_caller_identity()
    assert not isinstance(met.value, NotPermittedError)


def test_a_deployment_without_network_does_not_blame_the_credentials(shell: pytest.MonkeyPatch) -> None:
    shell.setenv("AWS_REGION", "eu-central-1")
    shell.setenv("AWS_ENDPOINT_URL_STS", f"http://127.0.0.1:{closed_port()}")
    shell.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(deploy.MissingError, match="could not be reached"):
        deploy.aws_target()
