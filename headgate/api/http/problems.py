"""Errors as problem details. Source: RFC 9457, Problem Details for HTTP APIs."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from http import HTTPStatus

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

MEDIA_TYPE = "application/problem+json"


class ProblemError(HeadgateError):
    """A failed request.

    Args:
        name: last part of the problem's `type`.
        detail: what happened, what was expected, what to do; never a cell's value.
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
    """Return the problem of an absent resource."""
    return ProblemError(404, "not-found", detail)


def unknown_name(absence: str, name: str, names: Iterable[str], where: str) -> ProblemError:
    """Return the problem of a name that nothing has, with the nearest names.

    Args:
        absence: sentence that says what does not exist.
        where: sentence with the request that lists all names.
    """
    from headgate.plain_names import did_you_mean

    return not_found(f"{absence}{did_you_mean(name, names)} {where}")


def invalid(where: str, rule: str, detail: str) -> ProblemError:
    """Return the problem of a request part that breaks a rule beyond its type."""
    return ProblemError(
        422, "invalid-request", detail, errors=[FieldError(where=where, rule=rule, message=detail)]
    )


def not_built(system: str, systems: Sequence[str]) -> ProblemError:
    """Return the problem of an answer that needs a system which the lake does not build."""
    return conflict(
        f"This answer needs the system {system}, but the lake builds {', '.join(systems) or 'no system'}. "
        "Add the domain with this system to `domains` in headgate.toml, deploy, send its data, and start a "
        "run with POST /v1/runs."
    )


def is_day(text: str) -> bool:
    """Return whether a text is a day in ISO 8601 that the calendar has."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def expect_no_numbers(where: str, subject: str, *texts: str) -> None:
    """Raise the problem of a text with a card number or SSN, which is never stored."""
    from headgate.masking.redaction import redact_text

    if any(redact_text(text) != text for text in texts):
        detail = (
            f"The {subject} contains a card or social security number. Remove it: the lake has tokens only."
        )
        raise invalid(where, "card_number", detail)


def forbidden(detail: str) -> ProblemError:
    """Return the problem of a caller without the right."""
    return ProblemError(403, "forbidden", detail)


def conflict(detail: str) -> ProblemError:
    """Return the problem of a request that does not fit the current state."""
    return ProblemError(409, "conflict", detail)


# By kind, most specific first: status, name, and whether the caller sees the error's own text.
_KINDS: tuple[tuple[type[HeadgateError], int, str, bool], ...] = (
    (BadInputError, 422, "refused-input", True),
    (QueryError, 422, "query-refused", True),
    (NotFoundError, 404, "not-found", True),
    (ConflictError, 409, "conflict", True),
    (ThrottledError, 503, "busy", True),
    (NotPermittedError, 502, "not-permitted", False),
    (ServiceError, 502, "service-failed", False),
)
_RESOURCE_NAME = re.compile(r"s3://|\barn:aws")  # of a bucket or role, which callers need not see
_LOG_HAS_DETAILS = "The log has the details under this request's id."
_GENERIC_DETAILS = {
    "refused-input": f"The input was rejected. {_LOG_HAS_DETAILS}",
    "query-refused": f"The query was rejected. {_LOG_HAS_DETAILS}",
    "not-found": f"An object that the answer needs is no longer stored. {_LOG_HAS_DETAILS}",
    "conflict": "Another request changed the same resource. Read it again and repeat the request.",
    "busy": "Another request is using the same resource. Repeat the request after the time in Retry-After.",
    "not-permitted": f"The role of this function lacks a permission. {_LOG_HAS_DETAILS}",
    "service-failed": f"A service behind the API failed. Repeat the request. {_LOG_HAS_DETAILS}",
    "internal-error": f"The request failed unexpectedly. {_LOG_HAS_DETAILS}",
}


def problem_of(error: Exception, request_id: str) -> tuple[Problem, dict[str, str]]:
    """Return an error as a problem without card numbers and SSNs, and the headers to send with it."""
    if isinstance(error, ProblemError):
        return _problem(
            error.status, error.name, error.detail, request_id, errors=error.errors
        ), error.headers
    for kind, status, name, is_public in _KINDS:
        if isinstance(error, kind):
            text = _text_of(error)
            detail = text if is_public and not _RESOURCE_NAME.search(text) else _GENERIC_DETAILS[name]
            headers = {"Retry-After": "5"} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
            rule, column = (error.rule, error.column) if isinstance(error, BadInputError) else ("", "")
            return _problem(status, name, detail, request_id, rule=rule, column=column), headers
    return _problem(500, "internal-error", _GENERIC_DETAILS["internal-error"], request_id), {}


def response_of(error: Exception, request_id: str) -> Response[str]:
    """Return the response to a failed request."""
    problem, headers = problem_of(error, request_id)
    return Response(
        problem.status,
        MEDIA_TYPE,
        problem.model_dump_json(),
        headers={**headers, "Cache-Control": "no-store"},
    )


def _text_of(error: HeadgateError) -> str:
    """Return the error's own text; of a rejected input, message and remedy as two sentences."""
    if not isinstance(error, BadInputError):
        return str(error)
    return " ".join(_sentence(part) for part in (error.message, error.remedy) if part)


def _sentence(text: str) -> str:
    """End the text with a period, and capitalise its first word unless it is a name such as `order_id`."""
    capitalised = text[0].upper() + text[1:] if re.match("[a-z]+ ", text) else text
    return capitalised if capitalised.endswith((".", "!", "?")) else f"{capitalised}."


def _problem(status: int, name: str, detail: str, request_id: str, **more: object) -> Problem:
    from headgate.masking.redaction import redact_text

    problem = {
        "title": name.replace("-", " ").capitalize(),
        "detail": redact_text(detail),
        "instance": request_id,
        **more,
    }
    return Problem.model_validate({"type": f"urn:headgate:problem:{name}", "status": status, **problem})
