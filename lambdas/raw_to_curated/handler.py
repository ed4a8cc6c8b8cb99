"""Raw to curated: SQS brings S3's notifications, the gate lets valid, unique, card-safe rows through."""

from __future__ import annotations

from headgate.aws import cold_start

# isort: split
import os
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from headgate import wiring
from headgate.aws.deadline import Deadline
from headgate.aws.events import created_objects
from headgate.aws.gate_report import GateReport
from headgate.aws.patience import patiently

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger(service="raw_to_curated")
metrics = Metrics(namespace="Headgate", service="raw_to_curated")
deadline = Deadline()
gate = cache(lambda: wiring.runs(os.environ, deadline.left_s, comes_again=deadline.comes_again))
report = GateReport(logger, metrics)
cold_start.is_over()


def curate(record: SQSRecord) -> None:
    """Every object that the message names was settled, handed over, or waits for its run; or this raises, and SQS delivers it again."""
    deadline.receives = int(record.raw_event.get("attributes", {}).get("ApproximateReceiveCount", 1))
    for ref in created_objects(record.body):
        with report.of(ref):
            report.told(patiently(partial(gate().receive, ref)))


@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> object:
    """Which messages of the batch failed."""
    deadline.context = context
    metrics.add_metric(name="Messages", unit="Count", value=len(event["Records"]))
    processor = BatchProcessor(EventType.SQS)
    return process_partial_response(event, curate, processor, context)
