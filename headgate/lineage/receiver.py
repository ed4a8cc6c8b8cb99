"""Post OpenLineage events to a server, such as Marquez.

Source: OpenLineage, Marquez' API: `POST /api/v1/lineage` with one event as JSON; OPENLINEAGE_API_KEY is the
variable of OpenLineage's clients.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from typing import IO, TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from headgate.errors import ServiceError, SettingsError
from headgate.lineage.openlineage import Event, event_json, run_id, subject_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message


API_KEY_VARIABLE = "OPENLINEAGE_API_KEY"
DEFAULT_PATH = "/api/v1/lineage"
_TIMEOUT_S = 30.0
_PAUSES_S = (1.0, 3.0)  # before the second and the third attempt
_ANSWER_CHARACTERS = 200
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_TRY_AGAIN = frozenset({429, 500, 502, 503, 504})
# The server refuses this event, but may accept others.
_OF_THE_EVENT = frozenset({400, 413, 422})
_KEY_ADVICE = (
    f"Set {API_KEY_VARIABLE} (in a deployment: the secret that lineage_key_secret names) to a key that "
    "may write events."
)
_PATH_ADVICE = f"State the URL with its path; Marquez receives events at {DEFAULT_PATH}."
_ADVICE = {401: _KEY_ADVICE, 403: _KEY_ADVICE, 404: _PATH_ADVICE, 405: _PATH_ADVICE}


@dataclass(frozen=True)
class EventAnswer:
    """The server's answer to one event.

    Attributes:
        table: the table or the job of the event.
        status: the HTTP status.
        error: empty if the event was accepted.
    """

    table: str
    run_id: str
    status: int
    error: str = ""


class _NoRedirects(HTTPRedirectHandler):
    """Follows no redirects, because another server would receive the API key."""

    def redirect_request(  # noqa: PLR0917 urllib's interface
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        """Return no request, which turns the redirect into an error."""


def _opener() -> OpenerDirector:
    return build_opener(_NoRedirects)


@dataclass(frozen=True)
class LineageReceiver:
    """A server that receives events; `at` creates one from settings.

    Attributes:
        api_key: bearer token; empty for none. No message and no text of this object contains it.
        pauses_s: pauses before further attempts at a busy server.
        timeout_s: timeout of each request.
    """

    url: str
    api_key: str = field(default="", repr=False)
    pauses_s: tuple[float, ...] = _PAUSES_S
    timeout_s: float = _TIMEOUT_S
    pause: Callable[[float], None] = field(default=time.sleep, repr=False)
    _opener: OpenerDirector = field(default_factory=_opener, repr=False)

    @classmethod
    def at(cls, url: str, api_key: str = "") -> LineageReceiver:
        """Return the receiver at a URL; a URL without a path gets the path of Marquez.

        Raises:
            SettingsError: the URL or the key is invalid, or the key would be sent unencrypted.
        """
        parts, key = _split(url), api_key.strip()
        if parts.username is not None or parts.password is not None:
            raise SettingsError(
                "The URL for lineage events has a login in it, which other people can read. Use "
                f"{API_KEY_VARIABLE}."
            )
        if not (key.isascii() and key.isprintable()):
            raise SettingsError(
                f"{API_KEY_VARIABLE} has characters that no HTTP header may have. Set it to the key alone."
            )
        if key and parts.scheme == "http" and parts.hostname not in _LOCAL:
            raise SettingsError(
                f"{API_KEY_VARIABLE} would be sent unencrypted to {parts.hostname}. State an https URL, "
                "or unset the key."
            )
        path = parts.path if parts.path.strip("/") else DEFAULT_PATH
        return cls(urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")), key)

    @property
    def address(self) -> str:
        """The URL for messages, without its query, which may contain a secret."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}"

    def send(self, event: Event) -> EventAnswer:
        """Post one event; a repeated event is harmless, because its run id is the same.

        Raises:
            ServiceError: the server cannot be reached, or accepts no events.
        """
        for pause_s in (*self.pauses_s, None):
            status, answer = self._post(event_json(event))
            if status not in _TRY_AGAIN or pause_s is None:
                break
            self.pause(pause_s)
        if status in range(200, 300):
            return EventAnswer(subject_of(event), run_id(event), status)
        if status in _OF_THE_EVENT:
            return EventAnswer(subject_of(event), run_id(event), status, answer or _phrase(status))
        raise ServiceError(f"{self.address} answered {_phrase(status)}. {_advice(status)}")

    def _post(self, body: bytes) -> tuple[int, str]:
        headers = {
            "Content-Type": "application/json",
            **({"Authorization": f"Bearer {self.api_key}"} if self.api_key else {}),
        }
        request = Request(self.url, data=body, headers=headers, method="POST")  # noqa: S310 `at` accepts http and https only
        try:
            with self._opener.open(request, timeout=self.timeout_s) as response:
                return response.status, ""
        except HTTPError as refused:
            with refused:
                return refused.code, self._shown(_beginning(refused))
        except (URLError, HTTPException, OSError) as error:
            reason = getattr(error, "reason", error) or type(error).__name__
            raise ServiceError(
                f"Cannot reach {self.address}: {reason}. Check the URL, and that the server runs."
            ) from None

    def _shown(self, answer: bytes) -> str:
        """Return the beginning of a server's answer as one line, without the key that it might repeat."""
        decoded = answer.decode("utf-8", errors="replace")
        text = " ".join(
            "".join(character if character.isprintable() else " " for character in decoded).split()
        )
        return (text.replace(self.api_key, "[key]") if self.api_key else text)[:_ANSWER_CHARACTERS]


def _split(url: str) -> SplitResult:
    """Return the parts of an http or https URL.

    Urllib detects an invalid port or character late, and quotes the complete URL.
    """
    try:
        parts = urlsplit(url)
        usable = (
            parts.scheme in {"http", "https"}
            and parts.hostname
            and parts.port != 0
            and url.isascii()
            and " " not in url
        )
    except ValueError:
        usable = False
    if not usable or not url.isprintable():
        raise SettingsError(
            "The setting for lineage events takes an http or https URL, for example "
            "https://marquez.example.com."
        )
    return parts


def _beginning(answer: HTTPError) -> bytes:
    try:
        return answer.read(_ANSWER_CHARACTERS * 4)
    except (HTTPException, OSError):  # the status says enough
        return b""


def _phrase(status: int) -> str:
    names = {status.value: status.phrase for status in HTTPStatus}
    return f"{status} {names.get(status, '')}".rstrip()


def _advice(status: int) -> str:
    if status in range(300, 400):
        return (
            "State the address that it redirects to; no redirect is followed, because another server "
            "would get the key."
        )
    return _ADVICE.get(status, "Send again later; an event that is sent twice counts once.")
