"""The HTTP API: one archive for several functions with different roles. See docs/use/api.md."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from headgate.api.app import Application
from headgate.api.deployed_lake import DeployedLake
from headgate.aws.log_redaction import redact_logs
from headgate.reports.mails import MailShower
from headgate.settings import ReportSettings
from headgate.wiring.traces import traces_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger(service="api")
redact_logs(logger)
traces = traces_of(os.environ, "headgate-api")
application = cache(lambda: Application(DeployedLake(os.environ, mails()), logger))


def mails() -> MailShower:
    """Return the writer of mails, whose links open the console."""
    return MailShower(ReportSettings.from_env(os.environ).console_url)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001 Lambda passes it
    """Answer a request."""
    method, route = application().route_of(event)
    with traces.span(f"{method} {route}", {"http.request.method": method, "http.route": route}) as note:
        answer = application().answer(event)
        note({"http.response.status_code": answer["statusCode"]})
    return answer
