"""AWS below boto3: real clients whose requests a function answers instead of the network.

Signing, serializing, retries and parsing are botocore's own, so code is tested as it runs on AWS.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import boto3
from botocore.awsrequest import AWSResponse

from headgate.aws.clients import CONFIG, addressing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from botocore.awsrequest import AWSPreparedRequest

REGION = "eu-central-1"
ATTEMPTS = CONFIG.retries["max_attempts"] + 1  # the retries and the first attempt


@dataclass(frozen=True)
class Request:
    """A request as it would leave this machine.

    Attributes:
        operation: its name in AWS's API reference.
        said: the parameters of a JSON or form body; of S3 those of the query string.
    """

    operation: str
    url: str
    headers: Mapping[str, str]
    said: Mapping[str, Any]


@dataclass(frozen=True)
class Reply:
    """The answer to a request."""

    body: bytes = b"{}"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def reply(**said: object) -> Reply:
    """Return a JSON answer."""
    return Reply(json.dumps(said).encode())


def refusal(code: str, message: str = "refused", status: int = 400, **more: object) -> Reply:
    """Return an error in AWS's JSON form."""
    body = json.dumps({"__type": code, "message": message, **more}).encode()
    return Reply(body, status, {"x-amzn-errortype": code})


def s3_refusal(code: str, status: int) -> Reply:
    """Return an error in S3's form."""
    return Reply(f"<Error><Code>{code}</Code><Message>refused</Message></Error>".encode(), status)


@dataclass
class Aws:
    """A service of AWS as far as a test asks it.

    Attributes:
        answer: the service's behaviour.
        requests: every request that reached it, in order; a retry is one of its own.
    """

    answer: Callable[[Request], Reply]
    requests: list[Request] = field(default_factory=list)

    def client(self, service: str, region: str = REGION) -> Any:  # noqa: ANN401 boto3 makes a class per service at run time
        """Return a client as `headgate.aws.clients` configures it, which reaches this service only."""
        config = CONFIG.merge(addressing({})) if service == "s3" else CONFIG
        client = boto3.client(
            service,
            region,
            aws_access_key_id="a",
            aws_secret_access_key="b",  # noqa: S106 nobody checks it
            config=config,
        )
        client.meta.events.register("before-send", self._send)
        return client

    def operations(self) -> list[str]:
        """Return the names of all requests' operations, in order."""
        return [request.operation for request in self.requests]

    def _send(self, request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse:
        headers = {name: _text(value) for name, value in request.headers.items()}
        said = _said(request.url, request.body)
        received = Request(event_name.rpartition(".")[2], request.url, headers, said)
        self.requests.append(received)
        answered = self.answer(received)
        return AWSResponse(request.url, answered.status, dict(answered.headers), _Raw(answered.body))


def in_turn(*replies: Reply) -> Callable[[Request], Reply]:
    """Return a service that gives these answers in this order."""
    left = list(replies)
    return lambda _: left.pop(0)


def pages(name: str, token: str, entries: Sequence[object], size: int) -> Callable[[Request], Reply]:
    """Return a service that lists entries in pages of `size`, each with the place of the next one.

    The first page is empty and has a next one, which AWS permits everywhere.
    """

    def answer(request: Request) -> Reply:
        begins = int(request.said.get(token, -size))
        ends = begins + size
        entries_of_page = list(entries[max(begins, 0) : max(ends, 0)])
        after = {token: str(ends)} if ends < len(entries) else {}
        return reply(**{name: entries_of_page}, **after)

    return answer


class _Raw:
    """The part of urllib3's response that botocore reads."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self._body

    def read(self, amt: int | None = None) -> bytes:
        taken, self._body = (self._body, b"") if amt is None else (self._body[:amt], self._body[amt:])
        return taken


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _said(url: str, body: Any) -> dict[str, Any]:  # noqa: ANN401 text, bytes, a file or nothing
    text = _text(body) if isinstance(body, str | bytes) else ""
    if text.startswith("{"):
        return dict(json.loads(text))
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)) | dict(parse_qsl(text))
