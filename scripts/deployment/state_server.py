"""Serve the state file of a deployment to Terraform on this machine through its `http` backend.

Terraform writes a state in a local file at every change of a resource, which costs seconds of processor time
with hundreds of resources. Through this backend it writes every twenty seconds and at the end.

Source: https://developer.hashicorp.com/terraform/language/backend/http
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HOST = "127.0.0.1"


@contextmanager
def served_state(path: Path) -> Iterator[dict[str, str]]:
    """Serve a state file during the block; yield the environment for Terraform's backend."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _StateServer(path) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        address = f"http://{_HOST}:{server.server_port}/state"
        try:
            yield {
                "TF_HTTP_ADDRESS": address,
                "TF_HTTP_LOCK_ADDRESS": address,
                "TF_HTTP_UNLOCK_ADDRESS": address,
                "TF_HTTP_RETRY_MAX": "0",
            }
        finally:
            server.shutdown()
            thread.join()
            server.unlock()


class _StateServer(ThreadingHTTPServer):
    """A state file with a lock of the operating system, which ends with its process."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        super().__init__((_HOST, 0), _StateRequest)
        self.path = path
        self._one_request = Lock()
        self._lock_file: IO[bytes] | None = None

    def read(self) -> bytes:
        """Return the state; empty if there is none."""
        return self.path.read_bytes() if self.path.is_file() else b""

    def write(self, state: bytes) -> None:
        """Replace the state in one step."""
        with self._one_request:
            written = self.path.with_suffix(".tfstate.new")
            with written.open("wb") as file:
                file.write(state)
                file.flush()
                os.fsync(file.fileno())
            written.replace(self.path)

    def lock(self) -> bool:
        """Return whether this server has the lock; another deployment may have it."""
        file = self.path.with_suffix(".tfstate.lock").open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._lock_file = file
        return True

    def unlock(self) -> None:
        """Release the lock."""
        if self._lock_file:
            self._lock_file.close()
            self._lock_file = None


class _StateRequest(BaseHTTPRequestHandler):
    """A request of Terraform's backend."""

    server: _StateServer

    def do_GET(self) -> None:
        """Answer with the state."""
        state = self.server.read().strip()
        self._answer(200 if state else 204, state)

    def do_POST(self) -> None:
        """Write the state."""
        self.server.write(self._body())
        self._answer(200)

    def do_DELETE(self) -> None:
        """Delete the state."""
        self.server.path.unlink(missing_ok=True)
        self._answer(200)

    def do_LOCK(self) -> None:
        """Take the lock; 423 if another deployment has it."""
        info = self._body()
        taken = self.server.lock()
        self._answer(200 if taken else 423, b"" if taken else info)

    def do_UNLOCK(self) -> None:
        """Release the lock."""
        self._body()
        self.server.unlock()
        self._answer(200)

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
