"""A local HTTP server for the API and the console.

Only programs of this machine reach it. Pages of other origins cannot use it: requests need a token, and the
Host header must name this server, which prevents DNS rebinding.
"""

import hashlib
import hmac
import json
import mimetypes
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, cast
from urllib.parse import parse_qs, unquote, urlsplit

from headgate.api.app import Application
from headgate.api.http.problems import MEDIA_TYPE
from headgate.api.lake_ports import LakePorts

HOST = "127.0.0.1"
CONSOLE = Path(__file__).resolve().parents[2] / "build" / "console"  # written by `make console`
_MAX_BODY_BYTES = 10 << 20  # limit of API Gateway
_IDLE_S = 30
_PAGE_WITHOUT_A_FILE = "/not-a-file.html"  # as in terraform/console.tf
_ID_CHARACTERS = 16
_SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # WebAssembly computes the SHA-256 of an upload.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' http: https:; "
    "frame-ancestors 'none'",
}


@dataclass
class LocalApi:
    """The API and the console's files.

    Args:
        token: the operator's token, valid until the server stops.
        claims: returns the claims of another valid token, else None.
        console: the folder of the built console.
    """

    lake: LakePorts
    token: str
    claims: Callable[[str], dict[str, Any] | None] = lambda _: None
    console: Path = CONSOLE
    _application: Application = field(init=False, repr=False)
    # Powertools stores the current event on its router class.
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        """Prepare the application."""
        self._application = Application(self.lake)

    @property
    def lake_id(self) -> str:
        """The id by which a browser separates what it keeps of lakes that have the same address."""
        return hashlib.sha256(self.lake.bucket("artifacts").encode()).hexdigest()[:_ID_CHARACTERS]

    def answer(self, method: str, target: str, headers: dict[str, str], body: str | None) -> dict[str, Any]:
        """Return the API's response to a request."""
        event = _event(method, target, headers, body, self._authorizer(headers))
        with self._lock:
            return self._application.answer(event)

    def file(self, path: str) -> Path | None:
        """Return the console's file for a path; None if there is none."""
        root = self.console.resolve()
        target = (root / (unquote(path).lstrip("/") or "index.html")).resolve()
        return target if target.is_relative_to(root) and target.is_file() else None

    def _authorizer(self, headers: dict[str, str]) -> dict[str, Any]:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return {}
        if hmac.compare_digest(token.encode(), self.token.encode()):
            own = {"token_use": "access", "username": "operator", "cognito:groups": ["operator"]}
            return {"jwt": {"claims": own}}
        claims = self.claims(token)
        return {"jwt": {"claims": claims}} if claims else {}


def server(api: LocalApi, port: int) -> ThreadingHTTPServer:
    """Return a server on a port of the loopback interface; port 0 chooses a free one."""

    class Handler(_Handler):
        local = api

    return _Server((HOST, port), Handler)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = (
        128  # a page opens more connections than the default of 5, and retries after a second
    )


class _Handler(BaseHTTPRequestHandler):
    local: ClassVar[LocalApi]
    protocol_version = "HTTP/1.1"
    # With Nagle's algorithm the body would wait up to 40 ms for the acknowledgement of the headers.
    disable_nagle_algorithm = True
    timeout = _IDLE_S
    server_version = "headgate"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer from the API, the console's settings, or the console's files."""
        path = urlsplit(self.path).path
        if path.startswith("/v1/"):
            self._api()
        elif path == "/config.json" and self._is_of_this_server():
            settings = {"api_url": "", "lake": self.local.lake_id}
            self._send(200, {"Content-Type": "application/json"}, json.dumps(settings).encode())
        else:
            self._console(path)

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Answer every other method from the API."""
        if name.startswith("do_"):
            return self._api
        raise AttributeError(name)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer a request that http.server rejects with a problem, like the API."""
        del explain
        self.close_connection = True
        self.command = self.command or "GET"  # not read yet if the request line is too long
        title = message or HTTPStatus(code).phrase
        problem = {
            "type": f"urn:headgate:problem:{title.lower().replace(' ', '-')}",
            "title": title,
            "status": code,
        }
        self._send(code, {"Content-Type": MEDIA_TYPE, "Connection": "close"}, json.dumps(problem).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 http.server's name
        """Log nothing, because a path may have typed text."""

    def _api(self) -> None:
        if not self._is_of_this_server():
            return
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > _MAX_BODY_BYTES or self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self._send(413, {"Content-Type": "text/plain"}, b"The body has no length or is too large.")
            return
        body = self.rfile.read(int(length)).decode("utf-8", "replace") if int(length) else None
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.local.answer(self.command, self.path, headers, body)
        self._send(answer["statusCode"], answer["headers"], (answer["body"] or "").encode())

    def _console(self, path: str) -> None:
        file = self.local.file(path) if self._is_of_this_server() else None
        if file:
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            headers = {"Content-Type": kind, "Cache-Control": "no-cache", **_SECURITY}
            self._send(200, headers, file.read_bytes())
        elif not self.close_connection:
            page = self.local.file(_PAGE_WITHOUT_A_FILE)
            kind, body = (
                ("text/html", page.read_bytes()) if page else ("text/plain", b"There is no such page.")
            )
            self._send(404, {"Content-Type": kind, **_SECURITY}, body)

    def _is_of_this_server(self) -> bool:
        """Return whether the request names this server as host; answer it if not."""
        _, port = cast("tuple[str, int]", self.server.server_address)
        if self.headers.get("Host") in {f"{HOST}:{port}", f"localhost:{port}"}:
            return True
        self.close_connection = True
        self._send(421, {"Content-Type": "text/plain"}, b"This server answers to its own address only.")
        return False

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, str(value))
        has_body = status != HTTPStatus.NOT_MODIFIED
        if has_body:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if has_body and self.command != "HEAD":
            self.wfile.write(body)


def _event(
    method: str, target: str, headers: dict[str, str], body: str | None, authorizer: dict[str, Any]
) -> dict[str, Any]:
    """Return a request as an event. Source: Amazon API Gateway, payload format version 2.0."""
    asked = urlsplit(target)
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": asked.path,
        "rawQueryString": asked.query,
        "headers": headers,
        "queryStringParameters": {
            name: ",".join(values) for name, values in parse_qs(asked.query, keep_blank_values=True).items()
        },
        "requestContext": {
            "requestId": uuid.uuid4().hex,
            "stage": "$default",
            "authorizer": authorizer,
            "http": {
                "method": method,
                "path": asked.path,
                "protocol": "HTTP/1.1",
                "sourceIp": HOST,
                "userAgent": "",
            },
        },
        "body": body,
        "isBase64Encoded": False,
    }
