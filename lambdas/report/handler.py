"""Write the report page and alert people about figures above their limits, or send the mails of an hour."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from headgate.aws.lambda_invocation import Deadline
from headgate.aws.log_redaction import redact_logs
from headgate.reports.publish import publish, send_mails

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger(service="report")
redact_logs(logger)


@logger.inject_lambda_context
def handler(event: dict[str, str], context: LambdaContext) -> dict[str, Any]:
    """Send the mails of the hour `mails_at` and return their counts, or return the location of a new page."""
    if "mails_at" in event:
        sent = send_mails(os.environ, event["mails_at"], Deadline(context).left_s)
        logger.info("mails sent", extra=asdict(sent))
        return asdict(sent)
    uri = publish(os.environ)
    logger.info("report written", extra={"uri": uri})
    return {"uri": uri}
