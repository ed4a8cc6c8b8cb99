"""A real HTTP server that receives traces as OTLP, on a free port of this machine."""

from __future__ import annotations

import gzip
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opentelemetry.proto.resource.v1.resource_pb2 import Resource
    from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class TraceCollector:
    """A collector with the bodies that it received."""

    port: int = 0
    bodies: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def spans(self, service: str) -> list[tuple[str, dict[str, Any]]]:
        """Return name and attributes of the spans of a service, in the order of their arrival."""
        return [
            (span.name, _attributes(span))
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            if _attributes(resource.resource).get("service.name") == service
            for scope in resource.scope_spans
            for span in scope.spans
        ]


def _attributes(item: Span | Resource) -> dict[str, Any]:
    return {
        each.key: each.value.string_value if each.value.HasField("string_value") else each.value.int_value
        for each in item.attributes
    }


@contextmanager
def trace_collector() -> Iterator[TraceCollector]:
    """Serve until the block ends."""
    collector = TraceCollector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            collector.bodies.append(gzip.decompress(body) if packed else body)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base's name
            """Print nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.port = http.server_port
    Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield collector
    finally:
        http.shutdown()
        http.server_close()
