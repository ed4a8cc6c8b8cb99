"""Entity tags: 304 for a reader that has the current state, 412 for an edit of an older state.

Source: RFC 9110, section 13, Conditional Requests.
"""

import hashlib
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header

from headgate.api.http.problems import ProblemError
from headgate.api.shapes.base import Shape

JSON = "application/json"
IfNoneMatch = Annotated[
    str, Header(alias="If-None-Match", max_length=1_000, description="ETag of the state that the caller has.")
]


def etag_of(text: str) -> str:
    """Return the tag of a response's text."""
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def tagged(body: Shape, if_none_match: str) -> Response[str]:
    """Return the response with its tag, or 304 without a body if the caller has this state."""
    text = body.model_dump_json()
    tag = etag_of(text)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in _listed(if_none_match) or if_none_match.strip() == "*":
        return Response(304, headers=headers, body="")
    return Response(200, JSON, text, headers=headers)


def check_match(current: Shape, if_match: str) -> None:
    """Check that an edit is of the current state."""
    if not if_match:
        detail = "The request has no If-Match. Send the ETag of the state that you read."
        raise ProblemError(428, "precondition-required", detail)
    if etag_of(current.model_dump_json()) not in _listed(if_match):
        detail = "The resource changed since you read it. Read it again and repeat the edit."
        raise ProblemError(412, "precondition-failed", detail)


def _listed(tags: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in tags.split(",")}
