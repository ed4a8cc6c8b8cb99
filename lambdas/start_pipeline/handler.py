"""New increments in curated push the pipeline's one-time schedule back: a burst of files starts it once."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from headgate import wiring
from headgate.aws.events import created_objects
from headgate.errors import ServiceError
from headgate.lake.keys import parse_increment_key

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger(service="start_pipeline")


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:  # noqa: ARG001 Lambda passes it
    """All messages of the batch failed, or none: they share one schedule."""
    created = [ref for message in event["Records"] for ref in created_objects(message["body"])]
    increments = [ref for ref in created if parse_increment_key(ref.key)]
    if not increments:
        return {"batchItemFailures": []}
    try:
        starts_at = wiring.debounce(os.environ).push(datetime.now(UTC).replace(tzinfo=None))
    except ServiceError as error:
        logger.warning("start not scheduled", extra={"error": type(error).__name__, "cause": str(error)})
        return {"batchItemFailures": [{"itemIdentifier": message["messageId"]} for message in event["Records"]]}
    logger.info("start scheduled", extra={"starts_at": starts_at.isoformat(), "increments": len(increments)})
    return {"batchItemFailures": []}
