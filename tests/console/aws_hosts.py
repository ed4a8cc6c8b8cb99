"""The console under AWS's own host names: what Terraform deploys for AWS, served by this machine over TLS.

Chromium resolves AWS's names to one port. The port answers as CloudFront and API Gateway do, with the headers
of Terraform's plan, and passes requests to buckets on to an emulator, which knows AWS's names itself.
"""

from __future__ import annotations

import json
import ssl
import threading
from base64 import b64encode
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from shutil import rmtree
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate
from trustme import CA

from scripts.deployment.console_upload import with_policy
from scripts.terraform_cli import STATE, TERRAFORM_ROOT, Terraform

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headgate.api.local_server import LocalApi

PLANNED = "aws_serves_the_console_by_cloudfront_only"  # a run of terraform/tests/console.tftest.hcl
OF_CONNECTION = {"connection", "content-length", "transfer-encoding"}  # headers that a proxy states itself


@dataclass(frozen=True)
class AwsPlan:
    """The resources of the console that Terraform plans for AWS."""

    resources: dict[str, dict[str, Any]]
    console: dict[str, str]

    @classmethod
    def read(cls) -> AwsPlan:
        """Plan the root for the platform `aws`, by the test of Terraform that states its names."""
        terraform = Terraform(STATE / "check", has_state=False)
        terraform.init()
        test_file = (TERRAFORM_ROOT / "tests" / "console.tftest.hcl").read_text(encoding="utf-8")
        before, name, after_name = test_file.partition(f'run "{PLANNED}"')
        alone = terraform.root / "aws_names"  # every other run of the file is another plan
        alone.mkdir(exist_ok=True)
        own_run = after_name.partition('\nrun "')[0]
        (alone / "console.tftest.hcl").write_text(f"{before}{name}{own_run.rstrip()}\n", encoding="utf-8")
        try:
            with terraform.with_running_provider() as running:
                report = running.run("test", "-json", "-verbose", "-test-directory=aws_names")
        finally:
            rmtree(alone)
        (line,) = (line for line in report.splitlines() if '"type":"test_plan"' in line and PLANNED in line)
        plan = json.loads(line)["test_plan"]
        after = {change["address"]: change["change"]["after"] for change in plan["resource_changes"]}
        return cls(after, plan["output_changes"]["console"]["after"])

    @property
    def policy(self) -> str:
        """Return the content security policy of CloudFront's headers."""
        (policy,) = self._security["content_security_policy"]
        return str(policy["content_security_policy"])

    @property
    def headers(self) -> dict[str, str]:
        """Return the security headers that CloudFront adds."""
        (frame,), (referrer,), (transport,) = (
            self._security[name] for name in ("frame_options", "referrer_policy", "strict_transport_security")
        )
        return {
            "Content-Security-Policy": self.policy,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": frame["frame_option"],
            "Referrer-Policy": referrer["referrer_policy"],
            "Strict-Transport-Security": f"max-age={transport['access_control_max_age_sec']}",
        }

    @property
    def api_url(self) -> str:
        return str(self.resources["aws_apigatewayv2_api.this"]["api_endpoint"])

    @property
    def api_cors(self) -> dict[str, Any]:
        (cors,) = self.resources["aws_apigatewayv2_api.this"]["cors_configuration"]
        return dict(cors)

    @property
    def staging(self) -> dict[str, Any]:
        """Return the rules by which a browser may send parts to the staging bucket, and its name."""
        return self.resources["aws_s3_bucket_cors_configuration.staging"]

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """Return every host that the page is served from or may connect to."""
        sources = [self.console["url"], *self.console["page_policy"].split()]
        return tuple(
            dict.fromkeys(host for source in sources if (host := urlsplit(source.strip("'")).hostname))
        )

    @property
    def _security(self) -> dict[str, Any]:
        policy = self.resources["aws_cloudfront_response_headers_policy.console"]
        (security,) = policy["security_headers_config"]
        return dict(security)


@dataclass(frozen=True)
class AwsHosts:
    """The port that answers for AWS's host names.

    Args:
        port: of the loopback interface.
        authority: SHA-256 of the public key of the authority that signed the certificate, in Base64.
    """

    plan: AwsPlan
    port: int
    authority: str

    @property
    def resolution(self) -> str:
        """Return Chromium's argument that resolves the host names to the port, and all others to nothing."""
        own = [f"MAP {host} 127.0.0.1:{self.port}" for host in self.plan.hosts]
        return f"--host-resolver-rules={', '.join([*own, 'MAP * ~NOTFOUND', 'EXCLUDE 127.0.0.1'])}"

    @property
    def trust(self) -> str:
        """Return Chromium's argument that trusts certificates of the authority, and of no other."""
        return f"--ignore-certificate-errors-spki-list={self.authority}"


@contextmanager
def aws_hosts(
    plan: AwsPlan, policy: str, bundle: Path, api: LocalApi, emulator_url: str
) -> Iterator[AwsHosts]:
    """Serve the console, its API and its buckets under AWS's host names.

    Args:
        policy: content security policy of CloudFront's headers.
        emulator_url: where requests to all other names go.
    """
    authority = CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued = authority.issue_cert(*plan.hosts)
    chain = [*issued.cert_chain_pems, authority.cert_pem]  # Chromium looks for a trusted key in what is sent
    with NamedTemporaryFile(suffix=".pem") as file:
        file.write(b"".join(pem.bytes() for pem in (issued.private_key_pem, *chain)))
        file.flush()
        context.load_cert_chain(file.name)
    key = load_pem_x509_certificate(authority.cert_pem.bytes()).public_key()
    digest = sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    listening = _server(_Site(plan, policy, bundle, api, emulator_url), context)
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield AwsHosts(plan, listening.server_address[1], b64encode(digest).decode())
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class _Site:
    plan: AwsPlan
    policy: str
    bundle: Path
    api: LocalApi
    emulator_url: str

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> _Answer:
        host = headers["host"]
        if host == urlsplit(self.plan.console["url"]).hostname:
            return self._console(urlsplit(target).path)
        if host == urlsplit(self.plan.api_url).hostname:
            return self._gateway(method, target, headers, body)
        return self._emulator(method, target, headers, body)

    def _console(self, path: str) -> _Answer:
        """Answer as CloudFront with the deployed bucket behind it."""
        name = path.lstrip("/") or "index.html"
        kind = {"Content-Type": guess_type(name)[0] or "application/octet-stream", **self._headers}
        if name == "config.json":
            return _Answer(200, kind, json.dumps({"api_url": self.plan.api_url}).encode())
        file = self.bundle / name
        if not file.is_file():
            return _Answer(403, self._headers)
        page = file.read_bytes()
        return _Answer(
            200, kind, with_policy(page, self.plan.console["page_policy"]) if name == "index.html" else page
        )

    @property
    def _headers(self) -> dict[str, str]:
        return {**self.plan.headers, "Content-Security-Policy": self.policy}

    def _gateway(self, method: str, target: str, headers: dict[str, str], body: bytes) -> _Answer:
        """Answer as API Gateway, which answers for other origins by the API's CORS configuration."""
        cors, origin = self.plan.api_cors, headers.get("origin", "")
        permits = origin in cors["allow_origins"]
        shared = {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": ",".join(cors["expose_headers"]),
        }
        if method == "OPTIONS":
            preflight = {
                "Access-Control-Allow-Methods": ",".join(cors["allow_methods"]),
                "Access-Control-Allow-Headers": ",".join(cors["allow_headers"]),
            }
            return _Answer(204, {**shared, **preflight} if permits else {})
        answer = self.api.answer(method, target, headers, body.decode() if body else None)
        own = {name: str(value) for name, value in answer["headers"].items()}
        return _Answer(
            answer["statusCode"], {**own, **(shared if permits else {})}, (answer["body"] or "").encode()
        )

    def _emulator(self, method: str, target: str, headers: dict[str, str], body: bytes) -> _Answer:
        """Pass a request on with its own Host header."""
        place = urlsplit(self.emulator_url)
        assert place.hostname
        passed = {name: value for name, value in headers.items() if name not in OF_CONNECTION}
        with closing(HTTPConnection(place.hostname, place.port, timeout=60)) as connection:
            connection.request(method, target, body or None, passed)
            answer = connection.getresponse()
            own = {name: value for name, value in answer.getheaders() if name.lower() not in OF_CONNECTION}
            return _Answer(answer.status, own, answer.read())


def _server(site: _Site, context: ssl.SSLContext) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # as headgate serve
        timeout = 30

        def setup(self) -> None:
            """Speak TLS; in the thread of the connection, so that a client that refuses stops no other."""
            self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def finish(self) -> None:
            """End the connection: the server knows the socket below it only."""
            super().finish()
            self.request.close()

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = site.answer(self.command, self.path, headers, body)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.status not in {204, 304}:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if answer.status not in {204, 304} and self.command != "HEAD":
                self.wfile.write(answer.body)

        do_GET = do_PUT = do_POST = do_DELETE = do_OPTIONS = do_HEAD = answer  # noqa: N815 http.server's names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 http.server's name
            """Log nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Report nothing: a browser that refuses the certificate ends its connection."""

    return Server(("127.0.0.1", 0), Handler)
