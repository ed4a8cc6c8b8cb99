"""Write the report page on a schedule, announce it, and alert people about figures above their limits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from headgate.aws.lambda_invocation import Deadline
from headgate.aws.log_redaction import redact_logs
from headgate.reports.publish import publish

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger(service="report")
redact_logs(logger)


@logger.inject_lambda_context
def handler(event: dict[str, str], context: LambdaContext) -> dict[str, str]:  # noqa: ARG001 Lambda passes it
    """Return the location of the page."""
    uri = publish(os.environ, Deadline(context).left_s)
    logger.info("report written", extra={"uri": uri})
    return {"uri": uri}
