"""Start the pipeline once for many new files: at most one run is active, and at most one is pending.

A notification of new data creates or postpones the pending start. A message that a run is due starts the run,
postpones it while another run is active, or skips it without new data.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from headgate.aws.events import created_objects
from headgate.aws.log_redaction import redact_logs
from headgate.errors import ServiceError
from headgate.lake.keys import deleted_by, parse_increment_key
from headgate.runs.start_or_postpone import Due, Postpone, Start, parse_due
from headgate.wiring import operations

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger(service="start_pipeline")
redact_logs(logger)


@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:  # noqa: ARG001 Lambda passes it
    """Return the messages that failed: those that cannot be read, and those whose start could not be
    scheduled or decided.
    """
    failed: list[str] = []
    announcing: dict[str, int] = {}
    for message in event["Records"]:
        try:
            due = parse_due(message["body"], _received_at(message))
            increments = 0 if due else _increments(message["body"])
        except ValueError as error:
            logger.warning("message not understood", extra={"cause": str(error)})
            failed.append(message["messageId"])
            continue
        if due and not _decide_start(due):
            failed.append(message["messageId"])
        elif increments:
            announcing[message["messageId"]] = increments
    if announcing:
        _refresh_tables()
        if not _postpone_start(sum(announcing.values())):
            failed += announcing
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def _received_at(message: dict[str, Any]) -> datetime:
    """Return when the queue received the message, which is the same for every delivery."""
    sent_ms = message.get("attributes", {}).get("SentTimestamp")
    at = datetime.fromtimestamp(int(sent_ms) / 1000, UTC) if sent_ms else datetime.now(UTC)
    return at.replace(tzinfo=None)


def _increments(body: str) -> int:
    """Return the number of increments or deletions in the notification."""
    return sum(1 for ref in created_objects(body) if parse_increment_key(ref.key) or deleted_by(ref.key))


def _decide_start(due: Due) -> bool:
    now = datetime.now(UTC).replace(tzinfo=None)
    try:
        runs = operations.pipeline(os.environ)
        decision = operations.start_rules(os.environ).decide(due, runs.newest(), now)
        if isinstance(decision, Start):
            runs.start(decision.name)
        elif isinstance(decision, Postpone):
            operations.pending_start(os.environ).postpone(now, decision.until)
    except ServiceError as error:
        logger.warning("run not decided", extra={"error": type(error).__name__, "cause": str(error)})
        return False
    logger.info("run decided", extra={"trigger": due.trigger, "decision": str(decision)})
    return True


def _refresh_tables() -> None:
    """Publish the new rows before the next run; if this fails, the run publishes them."""
    try:
        is_started = operations.refresh_tables(os.environ)
    except ServiceError as error:
        logger.warning("tables not refreshed", extra={"error": type(error).__name__, "cause": str(error)})
        return
    if is_started:
        logger.info("refresh of tables started")


def _postpone_start(increments: int) -> bool:
    try:
        due_at = operations.pending_start(os.environ).push(datetime.now(UTC).replace(tzinfo=None))
    except ServiceError as error:
        logger.warning("start not scheduled", extra={"error": type(error).__name__, "cause": str(error)})
        return False
    logger.info("start scheduled", extra={"due_at": due_at.isoformat(), "increments": increments})
    return True
