"""Routes, declared with their group and their possible problems."""

import inspect
import re
from collections.abc import Callable, Collection, Mapping
from functools import wraps
from typing import Any, TypeVar, get_type_hints

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from headgate.api.http.access import Access, Group
from headgate.api.http.conditional_requests import JSON, IfNoneMatch, tagged
from headgate.api.http.problems import MEDIA_TYPE
from headgate.api.shapes.base import Problem, Shape

Handler = TypeVar("Handler", bound="Callable[..., Any]")

_IF_NONE_MATCH = inspect.Parameter(
    "if_none_match", inspect.Parameter.KEYWORD_ONLY, default="", annotation=IfNoneMatch
)
ALWAYS = (401, 403, 414, 422, 429, 500, 502, 503)
WITH_BODY = (413, 415)
_NOT_CHANGED = 304
_DESCRIPTIONS = {
    _NOT_CHANGED: "Not changed since the ETag in If-None-Match",
    401: "No valid token",
    403: "The caller's groups do not permit the request",
    404: "The resource does not exist",
    409: "The request does not fit the current state",
    410: "The resource was removed",
    412: "The resource changed since the ETag in If-Match",
    413: "The body is too large",
    414: "The path with its query is too long",
    415: "The body is not application/json",
    422: "The request is not valid",
    428: "If-Match is missing",
    429: "Too many requests",
    500: "Unexpected error",
    502: "A service behind the API failed",
    503: "Busy; repeat after the time in Retry-After",
}


class Routes:
    """A group of routes under one tag of the documentation."""

    def __init__(self, tag: str) -> None:
        self.tag, self.router = tag, Router()  # type: ignore[no-untyped-call]  # Powertools leaves its constructor without types
        self.access: list[Access] = []

    def get(
        self, path: str, group: Group, *, problems: Collection[int] = (), cached: bool = False
    ) -> Callable[[Handler], Handler]:
        """Declare a route that reads; a `cached` route answers 304 to a request with the current ETag."""
        return self._route("GET", path, group, 200, [*problems, *([_NOT_CHANGED] if cached else [])])

    def post(
        self, path: str, group: Group, *, status: int = 200, problems: Collection[int] = ()
    ) -> Callable[[Handler], Handler]:
        """Declare a route that starts or creates a resource."""
        return self._route("POST", path, group, status, [*problems, *WITH_BODY])

    def put(self, path: str, group: Group, *, problems: Collection[int] = ()) -> Callable[[Handler], Handler]:
        """Declare a route that replaces a resource."""
        return self._route("PUT", path, group, 200, [*problems, *WITH_BODY])

    def delete(
        self, path: str, group: Group, *, problems: Collection[int] = ()
    ) -> Callable[[Handler], Handler]:
        """Declare a route that deletes or stops a resource."""
        return self._route("DELETE", path, group, 200, problems)

    def _route(
        self, method: str, path: str, group: Group, status: int, problems: Collection[int]
    ) -> Callable[[Handler], Handler]:
        def declare(handler: Handler) -> Handler:
            summary, _, rest = inspect.cleandoc(handler.__doc__ or "").partition("\n")
            self.access.append(Access(method, path, group))
            hints = get_type_hints(handler, include_extras=True)
            self.router.route(
                path,
                method,
                tags=[self.tag],
                operation_id=_camel_case(handler.__name__),
                summary=summary.rstrip("."),
                description=f"{rest.strip()}\n\nNeeds the group `{group}`.".strip(),
                responses=_responses(status, hints["return"], problems),
            )(_rendering(handler, hints, status, cached=_NOT_CHANGED in problems))
            return handler

        return declare


def _rendering(
    handler: Callable[..., Shape], hints: Mapping[str, Any], status: int, *, cached: bool
) -> Callable[..., Response[str]]:
    """Return the handler with its answer as JSON text; if `cached`, it takes the header If-None-Match too.

    It has no return type, so that Powertools does not validate each answer a second time, which takes longer
    than most handlers. Its other types are resolved, because Powertools looks them up by module.
    """

    @wraps(handler)
    def rendered(*, if_none_match: str = "", **arguments: object) -> Response[str]:
        answer = handler(**arguments)
        return tagged(answer, if_none_match) if cached else Response(status, JSON, answer.model_dump_json())

    signature = inspect.signature(handler)
    parameters = [
        parameter.replace(annotation=hints[name]) for name, parameter in signature.parameters.items()
    ]
    if cached:
        parameters.append(_IF_NONE_MATCH)
    rendered.__signature__ = signature.replace(  # type: ignore[attr-defined]  # inspect reads it
        parameters=parameters, return_annotation=inspect.Signature.empty
    )
    return rendered


def _responses(status: int, model: type, problems: Collection[int]) -> dict[int, Any]:
    described: dict[int, Any] = {status: {"description": "Success", "content": {JSON: {"model": model}}}}
    for code in sorted({*problems, *ALWAYS}):
        described[code] = {"description": _DESCRIPTIONS[code]}
        if code >= 400:  # noqa: PLR2004 HTTP's first error
            described[code]["content"] = {MEDIA_TYPE: {"model": Problem}}
    return described


def _camel_case(name: str) -> str:
    return re.sub(r"_(\w)", lambda match: match[1].upper(), name)
