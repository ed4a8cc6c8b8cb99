"""The state of a deployment, as Terraform's backend reads and writes it."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from scripts.deployment.state_server import served_state

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = pytest.mark.unit


def answer(environment: Mapping[str, str], method: str, body: bytes = b"") -> tuple[int, bytes]:
    request = urllib.request.Request(environment["TF_HTTP_ADDRESS"], body or None, method=method)  # noqa: S310 this machine
    try:
        with urllib.request.urlopen(request, timeout=10) as answered:  # noqa: S310 as above
            return answered.status, answered.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.parametrize("state", [None, b"", b"\n"])
def test_a_missing_or_empty_file_is_no_state(tmp_path: Path, state: bytes | None) -> None:
    path = tmp_path / "terraform.tfstate"
    if state is not None:
        path.write_bytes(state)
    with served_state(path) as environment:
        assert answer(environment, "GET") == (204, b"")


def test_a_written_state_is_in_the_file_and_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "lake" / "terraform.tfstate"
    with served_state(path) as environment:
        assert answer(environment, "POST", b'{"serial": 1}') == (200, b"")
        assert answer(environment, "GET") == (200, b'{"serial": 1}')
    assert path.read_bytes() == b'{"serial": 1}'
    assert sorted(item.name for item in path.parent.iterdir()) == ["terraform.tfstate"]


def test_a_second_deployment_at_the_same_time_gets_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "terraform.tfstate"
    with served_state(path) as first, served_state(path) as second:
        assert answer(first, "LOCK", b'{"ID": "a"}')[0] == 200
        assert answer(second, "LOCK", b'{"ID": "b"}')[0] == 423
        assert answer(first, "UNLOCK", b'{"ID": "a"}')[0] == 200
        assert answer(second, "LOCK", b'{"ID": "b"}')[0] == 200


def test_the_lock_of_a_deployment_that_was_stopped_is_free(tmp_path: Path) -> None:
    path = tmp_path / "terraform.tfstate"
    with served_state(path) as stopped:
        answer(stopped, "LOCK", b"{}")
    with served_state(path) as environment:
        assert answer(environment, "LOCK", b"{}")[0] == 200
