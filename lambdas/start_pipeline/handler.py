"""New increments in curated push the pipeline's one-time schedule back: a burst of files starts it once."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from headgate import wiring
from headgate.aws.events import created_objects
from headgate.errors import ServiceError
from headgate.lake.keys import deleted_by, parse_increment_key

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger(service="start_pipeline")


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:  # noqa: ARG001 Lambda passes it
    """Which messages failed: those that are no notifications, and all that tell of increments if the start could not be scheduled."""
    told = {message["messageId"]: _increments(message["body"]) for message in event["Records"]}
    failed = [message for message, increments in told.items() if increments is None]
    telling = {message: increments for message, increments in told.items() if increments}
    if telling and not _pushed(sum(telling.values())):
        failed += telling
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def _increments(body: str) -> int | None:
    """How many increments or deletions the message tells of; None when it is no notification, which must not hold up the others."""
    try:
        return sum(1 for ref in created_objects(body) if parse_increment_key(ref.key) or deleted_by(ref.key))
    except ValueError as error:
        logger.warning("message not understood", extra={"cause": str(error)})
        return None


def _pushed(increments: int) -> bool:
    try:
        starts_at = wiring.debounce(os.environ).push(datetime.now(UTC).replace(tzinfo=None))
    except ServiceError as error:
        logger.warning("start not scheduled", extra={"error": type(error).__name__, "cause": str(error)})
        return False
    logger.info("start scheduled", extra={"starts_at": starts_at.isoformat(), "increments": increments})
    return True
