"""Errors as problem details. Source: RFC 9457, Problem Details for HTTP APIs."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from aws_lambda_powertools.event_handler import Response

from headgate.api.shapes.base import FieldError, Problem
from headgate.errors import (
    BadInputError,
    ConflictError,
    HeadgateError,
    NotFoundError,
    NotPermittedError,
    QueryError,
    ServiceError,
    ThrottledError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

MEDIA_TYPE = "application/problem+json"


class ProblemError(HeadgateError):
    """A request that cannot be answered.

    Args:
        name: ends the problem's `type`.
        detail: what happened, what was expected, what to do; without any cell's value.
    """

    def __init__(
        self,
        status: int,
        name: str,
        detail: str,
        *,
        errors: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.name, self.detail = status, name, detail
        self.errors, self.headers = tuple(errors), dict(headers or {})


def not_found(detail: str) -> ProblemError:
    """Report that there is no such thing, or that the caller's function cannot see it."""
    return ProblemError(404, "not-found", detail)


def invalid(where: str, rule: str, detail: str) -> ProblemError:
    """Report that a part of the request breaks a rule that its type does not state."""
    return ProblemError(
        422, "invalid-request", detail, errors=[FieldError(where=where, rule=rule, message=detail)]
    )


def not_built(system: str, systems: Sequence[str]) -> ProblemError:
    """Report that the lake does not build the system that an answer comes from."""
    return conflict(
        f"This lake does not build the system {system}, which this answer comes from; it builds "
        f"{', '.join(systems) or 'no system'}. "
        "Add the domain with this system to `domains` in headgate.toml, deploy, send its data, and "
        "start a run with POST /v1/runs."
    )


def forbidden(detail: str) -> ProblemError:
    """Report that the caller has no right to this."""
    return ProblemError(403, "forbidden", detail)


def conflict(detail: str) -> ProblemError:
    """Report that the request does not fit the current state."""
    return ProblemError(409, "conflict", detail)


# By kind, most special first: status, name and whether the error's own text is for the caller.
_KINDS: tuple[tuple[type[HeadgateError], int, str, bool], ...] = (
    (BadInputError, 422, "refused-input", True),
    (QueryError, 422, "query-refused", True),
    (NotFoundError, 404, "not-found", True),
    (ConflictError, 409, "conflict", True),
    (ThrottledError, 503, "busy", True),
    (NotPermittedError, 502, "not-permitted", False),
    (ServiceError, 502, "service-failed", False),
)
_PLACE = re.compile(
    r"s3://|\barn:aws"
)  # the text of an adapter names buckets and roles, which are no caller's business
_UNSAID = {
    "refused-input": "The input is refused. The log has the details under this request's id.",
    "query-refused": "The query is refused. The log has the details under this request's id.",
    "not-found": (
        "An object that the answer needs is no longer stored. The log names it under this request's id."
    ),
    "conflict": (
        "Another request changed the same thing at this moment. Read it again and repeat the request."
    ),
    "busy": "Another request works on the same thing. Repeat the request after the time in Retry-After.",
    "not-permitted": (
        "The role of this function may not do that. The log has the details under this request's id."
    ),
    "service-failed": (
        "A service behind the API failed. Repeat the request; the log has the details under this "
        "request's id."
    ),
    "internal-error": (
        "The request failed for an unforeseen reason. The log has the details under this request's id."
    ),
}


def problem_of(error: Exception, request_id: str) -> tuple[Problem, dict[str, str]]:
    """Return the problem that an error is, and the headers to send with it.

    Card and social security numbers are redacted.
    """
    if isinstance(error, ProblemError):
        return _problem(
            error.status, error.name, error.detail, request_id, errors=error.errors
        ), error.headers
    for kind, status, name, is_public in _KINDS:
        if isinstance(error, kind):
            text = _text_of(error)
            detail = text if is_public and not _PLACE.search(text) else _UNSAID[name]
            headers = {"Retry-After": "5"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
            rule, column = (error.rule, error.column) if isinstance(error, BadInputError) else ("", "")
            return _problem(status, name, detail, request_id, rule=rule, column=column), headers
    return _problem(500, "internal-error", _UNSAID["internal-error"], request_id), {}


def response_of(error: Exception, request_id: str) -> Response[str]:
    """Return the answer to a request that failed."""
    problem, headers = problem_of(error, request_id)
    return Response(
        problem.status,
        MEDIA_TYPE,
        problem.model_dump_json(),
        headers={**headers, "Cache-Control": "no-store"},
    )


def _text_of(error: HeadgateError) -> str:
    """Return the error's own text; message and remedy of a rejected input are a sentence each."""
    if not isinstance(error, BadInputError):
        return str(error)
    return " ".join(_sentence(part) for part in (error.message, error.remedy) if part)


def _sentence(text: str) -> str:
    """Capitalise a first word of letters; keep a name such as `order_id`."""
    begun = text[0].upper() + text[1:] if re.match("[a-z]+ ", text) else text
    return begun if begun.endswith((".", "!", "?")) else f"{begun}."


def _problem(status: int, name: str, detail: str, request_id: str, **more: object) -> Problem:
    from headgate.masking.redaction import redact_text

    problem = {
        "title": name.replace("-", " ").capitalize(),
        "detail": redact_text(detail),
        "instance": request_id,
        **more,
    }
    return Problem.model_validate({"type": f"urn:headgate:problem:{name}", "status": status, **problem})
