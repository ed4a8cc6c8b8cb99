"""Which emulators a deployment uses: MiniStack, whoever started it.

LocalStack would get functions without their libraries.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from scripts.emulator import emulator as emulators

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Emulator

pytestmark = pytest.mark.integration

# Source: LocalStack documentation, "Internal endpoints"; it has no page below /_ministack.
LOCALSTACK_HEALTH = {"services": {"s3": "available"}, "edition": "community", "version": "4.14.0"}


class LocalStackPages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps(LOCALSTACK_HEALTH).encode() if self.path == "/_localstack/health" else b""
        self.send_response(200 if body else 404)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@contextmanager
def localstack() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), LocalStackPages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_localstack_that_somebody_names_is_refused_with_the_reason() -> None:
    with (
        localstack() as url,
        pytest.raises(
            emulators.EmulatorError, match=rf"{url} is LocalStack 4\.14\.0.*unset AWS_ENDPOINT_URL"
        ),
    ):
        emulators.foreign({"AWS_ENDPOINT_URL": url})


def test_a_localstack_at_the_usual_port_is_passed_over_and_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with localstack() as url:
        monkeypatch.setattr(emulators.localstack, "get_service_endpoint", lambda _: url)
        assert emulators.foreign({}) is None
        assert f"{url} is LocalStack 4.14.0" in capsys.readouterr().err


def test_a_ministack_is_used_whoever_started_it(emulator: Emulator) -> None:
    url = emulator.environment["AWS_ENDPOINT_URL"]
    used = emulators.foreign({"AWS_ENDPOINT_URL": url})
    assert used is not None
    assert used.url == url
