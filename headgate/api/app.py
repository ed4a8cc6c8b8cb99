"""The application: an API Gateway event in, a response out."""

from __future__ import annotations

import logging
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError as NoRouteError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)
from aws_lambda_powertools.utilities.typing import LambdaContext

from headgate.api import lake_ports
from headgate.api.http import access
from headgate.api.http.invalid_requests import invalid_request
from headgate.api.http.problems import ProblemError, not_found, response_of
from headgate.api.http.routing import JSON
from headgate.api.routes import EVERY
from headgate.errors import HeadgateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools import Logger

    from headgate.api.lake_ports import LakePorts

MACHINES = "/machine"  # requests below it are signed with IAM
LARGEST_BODY_BYTES = 1 << 20
_LONGEST_PATH = 1_000
_METHODS = {"DELETE", "GET", "POST", "PUT"}
_NOT_JSON = ProblemError(415, "unsupported-media-type", "Send the body as application/json.")


def resolver() -> APIGatewayHttpResolver:
    """Return the routes without a lake, as the OpenAPI document is generated from them."""
    app = APIGatewayHttpResolver(enable_validation=True, strip_prefixes=[MACHINES])
    for group in EVERY:
        app.include_router(group.router)
    return app


class Application:
    """Answers events of an HTTP API with payload format 2.0, one at a time in a process: Powertools keeps the
    event on a class.
    """

    def __init__(self, lake: LakePorts, logger: logging.Logger | Logger | None = None) -> None:
        self._log = logger or logging.getLogger(__name__)
        self._app, self._lake = resolver(), lake
        self._app.dependency_overrides[lake_ports.lake] = lambda: lake
        self._access = [rule for group in EVERY for rule in group.access]
        for kind in (
            RequestValidationError,
            RequestUnsupportedContentType,
            NoRouteError,
            HeadgateError,
            Exception,
        ):
            self._app.exception_handler(kind)(self._problem)
        self._request_id = ""

    def answer(self, event: dict[str, Any]) -> dict[str, Any]:
        """Return the response to one request; every failure is a problem detail.

        Logs one line per request. It holds the route's key and not the path, which may hold what somebody
        typed.
        """
        began, context = time.monotonic(), event.get("requestContext", {})
        self._lake.begin_request()
        self._request_id = str(context.get("requestId", ""))
        answer = self._answer(event)
        fields = {
            "route": str(context.get("routeKey", "")),
            "status": answer["statusCode"],
            "ms": round(1000 * (time.monotonic() - began)),
            "request": self._request_id,
        }
        self._log.info("answered", extra=fields)
        return answer

    def route_of(self, event: dict[str, Any]) -> tuple[str, str]:
        """Return method and path of the route that answers a request, as in `/v1/files/<file_id>`.

        The path is empty for a request that no route answers.
        """
        http = event.get("requestContext", {}).get("http", {})
        method, path = str(http.get("method", "")), str(event.get("rawPath", "")).removeprefix(MACHINES)
        matches = (rule.path for rule in self._access if rule.matches(method, path))
        return (method, next(matches, "")) if method in _METHODS else ("", "")

    def _answer(self, event: dict[str, Any]) -> dict[str, Any]:
        try:
            self._check(event)
        except ProblemError as problem:
            return _sent(response_of(problem, self._request_id))
        return _finished(self._app.resolve(event, LambdaContext()))

    def _check(self, event: dict[str, Any]) -> None:
        """Check token, group and size before anything of the request is read."""
        http = event["requestContext"]["http"]
        method, path = str(http["method"]), str(event.get("rawPath", "")).removeprefix(MACHINES)
        caller = access.identity_of(event)
        if len(path) > _LONGEST_PATH or "\0" in unquote(path):
            raise not_found("There is no such route.")
        if limit := self._lake.caller_limit:
            limit.check(caller.name, self._lake.now())
        access.check_method(self._access, method, path)
        access.check_access(caller, self._access, method, path)
        if len(event.get("body") or "") > LARGEST_BODY_BYTES:
            detail = (
                f"The body has more than {LARGEST_BODY_BYTES:,} bytes. Files are sent in parts: POST "
                "/v1/uploads."
            )
            raise ProblemError(413, "too-large", detail)
        if event.get("body") and not _is_json(event.get("headers") or {}):
            raise _NOT_JSON

    def _problem(self, error: Exception) -> Response[str]:
        """Return the problem.

        A failure is logged by its kind and place; the text of an unexpected error may hold a value.
        """
        problem = response_of(_as_headgate(error), self._request_id)
        if problem.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            cause = str(error) if isinstance(error, HeadgateError) else ""
            fields = {
                "error": type(error).__name__,
                "at": _place_of(error),
                "cause": cause,
                "request": self._request_id,
            }
            self._log.error("request failed", extra=fields)
        return problem


def _as_headgate(error: Exception) -> Exception:
    """Return Powertools' own errors as problems."""
    if isinstance(error, RequestUnsupportedContentType):
        return _NOT_JSON
    if isinstance(error, RequestValidationError):
        return invalid_request(error.errors())
    if isinstance(error, RecursionError):
        return ProblemError(
            422,
            "invalid-request",
            "The body is nested too deeply. Send it with fewer levels of lists and objects.",
        )
    if isinstance(error, NoRouteError):
        return not_found("There is no such route. docs/openapi.json lists all routes.")
    return error


def _is_json(headers: Mapping[str, str]) -> bool:
    """Return whether a body is JSON by its header; none says nothing."""
    content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), JSON)
    return content_type.partition(";")[0].strip().lower() == JSON


def _place_of(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__', '')}:{trace.tb_lineno}" if trace else ""


def _sent(response: Response[str]) -> dict[str, Any]:
    headers = {**response.headers, "Content-Type": str(response.content_type)}
    return _finished(
        {
            "statusCode": response.status_code,
            "headers": headers,
            "body": response.body,
            "isBase64Encoded": False,
        }
    )


def _finished(answer: dict[str, Any]) -> dict[str, Any]:
    answer["statusCode"] = int(answer["statusCode"])
    answer["headers"] = {
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        **answer["headers"],
    }
    return answer
