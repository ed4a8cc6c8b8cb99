from __future__ import annotations

import logging
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError as NoRouteError
from aws_lambda_powertools.event_handler.openapi.exceptions import (
    RequestUnsupportedContentType,
    RequestValidationError,
)
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from aws_lambda_powertools.utilities.typing import LambdaContext

from headgate.api import lake_ports
from headgate.api.http import access
from headgate.api.http.conditional_requests import JSON
from headgate.api.http.invalid_requests import invalid_request
from headgate.api.http.problems import ProblemError, not_found, response_of
from headgate.api.routes import EVERY
from headgate.errors import HeadgateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools import Logger

    from headgate.api.lake_ports import LakePorts

MACHINES = "/machine"  # path prefix of requests signed with IAM
MAX_BODY_BYTES = 1 << 20
_MAX_PATH_LENGTH = 1_000
_METHODS = {"DELETE", "GET", "POST", "PUT"}
_NOT_JSON = ProblemError(
    415, "unsupported-media-type", "The body is not JSON by its Content-Type. Send application/json."
)
_NO_ROUTE = not_found("There is no such route. docs/openapi.json lists all routes.")


class _HttpRequest(APIGatewayProxyEventV2):
    """A request whose parameters are those of its address.

    API Gateway joins the values of a repeated parameter by commas, and Powertools splits them there, also
    where a comma is a part of a value.
    """

    @property
    def resolved_query_string_parameters(self) -> dict[str, list[str]]:
        return parse_qs(self.get("rawQueryString", ""), keep_blank_values=True)


class _HttpResolver(APIGatewayHttpResolver):
    def _to_proxy_event(self, event: dict[str, Any]) -> APIGatewayProxyEventV2:
        return _HttpRequest(event)


def resolver() -> APIGatewayHttpResolver:
    """Return the routes without a lake, from which the OpenAPI document is generated."""
    app = _HttpResolver(enable_validation=True, strip_prefixes=[MACHINES])
    for group in EVERY:
        app.include_router(group.router)
    return app


class Application:
    """Handler of HTTP API events with payload format 2.0.

    A process answers one event at a time, because Powertools stores the event on a class.
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
        """Return the response to a request, and log one line without the path, which may have typed text."""
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
        """Return method and path of the route such as `/v1/files/<file_id>`; empty without a route."""
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
        """Check token, group and size before the request is parsed."""
        http = event["requestContext"]["http"]
        method, path = str(http["method"]), str(event.get("rawPath", "")).removeprefix(MACHINES)
        caller = access.identity_of(event)
        if len(path) > _MAX_PATH_LENGTH or "\0" in unquote(path):
            raise _NO_ROUTE
        if limit := self._lake.caller_limit:
            limit.check(caller.name, self._lake.now())
        access.check_method(self._access, method, path)
        access.check_access(caller, self._access, method, path)
        if len(event.get("body") or "") > MAX_BODY_BYTES:
            detail = (
                f"The body has more than {MAX_BODY_BYTES:,} bytes. Send files in parts: POST /v1/uploads."
            )
            raise ProblemError(413, "too-large", detail)
        if event.get("body") and not _is_json(event.get("headers") or {}):
            raise _NOT_JSON

    def _problem(self, error: Exception) -> Response[str]:
        """Return the problem of an error, and log the kind and place of a failure.

        The text of an unexpected error is not logged, because it may have a value.
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
    """Translate Powertools' own errors to problems."""
    if isinstance(error, RequestUnsupportedContentType):
        return _NOT_JSON
    if isinstance(error, RequestValidationError):
        return invalid_request(error.errors())
    if isinstance(error, RecursionError):
        detail = "The body is nested too deeply. Send fewer levels of lists and objects."
        return ProblemError(422, "invalid-request", detail)
    return _NO_ROUTE if isinstance(error, NoRouteError) else error


def _is_json(headers: Mapping[str, str]) -> bool:
    """Return whether the Content-Type is JSON or absent."""
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
