"""Dry runs of uploads in the gate: this function may read staging and raw, and writes only its result to
staging.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from headgate.aws.log_redaction import redact_logs
from headgate.wiring import api, definitions

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger(service="dry_run")
redact_logs(logger)


@logger.inject_lambda_context
def handler(event: dict[str, str], context: LambdaContext) -> None:  # noqa: ARG001 Lambda passes it
    """Check the upload in the event."""
    api.dry_runner(definitions.chosen(os.environ)).run(event["upload_id"])
    logger.info("dry run written", extra={"upload_id": event["upload_id"]})
