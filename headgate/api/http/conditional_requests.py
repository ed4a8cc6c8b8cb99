"""Answers with their entity tags: a reader that knows the current state is answered 304, and an edit of an
older state is refused.

Source: RFC 9110, section 13, Conditional Requests.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import Response

from headgate.api.http.problems import ProblemError
from headgate.api.http.routing import JSON

if TYPE_CHECKING:
    from headgate.api.shapes.base import Shape


def etag_of(text: str) -> str:
    """Return the tag of a response's text: equal texts have equal tags."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def tagged(body: Shape, if_none_match: str) -> Response[Any]:
    """Return the response with its tag; without a body, 304, where the caller has it already."""
    text = body.model_dump_json()
    tag = etag_of(text)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in _listed(if_none_match) or if_none_match.strip() == "*":
        return Response(304, headers=headers, body="")
    return Response(200, JSON, text, headers=headers)


def accepted(body: Shape, status: int = 202) -> Response[Any]:
    """Return the answer to a request that began something."""
    return Response(status, JSON, body.model_dump_json())


def check_match(current: Shape, if_match: str) -> None:
    """Check that an edit is of the current state.

    Raises:
        ProblemError: 428 without If-Match, 412 when the state is another by now.
    """
    if not if_match:
        raise ProblemError(
            428,
            "precondition-required",
            "Send the ETag of what you have read as If-Match, so that no edit is lost.",
        )
    if etag_of(current.model_dump_json()) not in _listed(if_match):
        raise ProblemError(
            412, "precondition-failed", "It changed since you read it. Read it again and repeat the edit."
        )


def _listed(tags: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in tags.split(",")}
