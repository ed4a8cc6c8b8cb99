"""A real HTTP server that receives lineage events, on a free port of this machine."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class LineageServer:
    """A server with the events that it received, and its answers: the statuses in turn, then 201 as Marquez
    does.
    """

    statuses: list[int] = field(default_factory=list)
    answer: str = ""
    location: str = ""
    port: int = 0
    received: list[tuple[str, str, dict[str, Any]]] = field(
        default_factory=list
    )  # path, Authorization, event

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def lineage_server(*statuses: int, answer: str = "", location: str = "") -> Iterator[LineageServer]:
    """Serve until the block ends."""
    server = LineageServer(list(statuses), answer, location)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.received.append((self.path, self.headers.get("Authorization", ""), json.loads(body)))
            self.send_response(server.statuses.pop(0) if server.statuses else 201)
            if server.location:
                self.send_header("Location", server.location)
            self.end_headers()
            self.wfile.write(server.answer.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base's name
            """Print nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.port = http.server_port
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
