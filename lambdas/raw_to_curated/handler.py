"""Raw to curated: receive S3's notifications from SQS and process each object."""

from __future__ import annotations

from headgate.aws import cold_start

# isort: split
import os
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response

from headgate.aws.events import created_objects
from headgate.aws.gate_report import GateReport
from headgate.aws.lambda_invocation import Deadline
from headgate.aws.log_redaction import redact_logs
from headgate.aws.retry_throttled import retry_throttled
from headgate.aws.traces import facts_of_file
from headgate.wiring import definitions, intake, stores
from headgate.wiring.traces import traces_of

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from headgate.intake.files.export_runs import ExportRuns
    from headgate.lake.ports import FileRecord, ObjectRef

logger = Logger(service="raw_to_curated")
redact_logs(logger)
metrics = Metrics(namespace="Headgate", service="raw_to_curated")
deadline = Deadline()
report = GateReport(logger, metrics)
traces = traces_of(os.environ, "headgate-gate")
beside = ThreadPoolExecutor(1)
cold_start.end_imports()


@lru_cache(maxsize=1)
def gate(version: str) -> ExportRuns:
    """Return the gate for a version of the contracts."""
    env = {**os.environ, definitions.VARIABLE: version}
    return intake.runs(env, deadline.left_s, is_redelivery=deadline.is_redelivery)


def receive(ref: ObjectRef) -> FileRecord:
    """Process an object under the contracts in use, which are looked up in parallel to the object."""
    looked_up = beside.submit(stores.objects().info, ref)
    return gate(definitions.in_use(os.environ)).receive(ref, looked_up.result)


def process(record: SQSRecord) -> None:
    """Process every object in the message; after an error SQS delivers the message again."""
    deadline.receives = int(record.raw_event.get("attributes", {}).get("ApproximateReceiveCount", 1))
    with intake.hide_message(os.environ, record.raw_event.get("receiptHandle", ""), deadline.receives):
        for ref in created_objects(record.body):
            with traces.span("process file", {}) as note, report.of(ref):
                file = retry_throttled(partial(receive, ref))
                report.record(file)
                note(facts_of_file(file))


@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> object:
    """Return the messages that SQS must deliver again."""
    deadline.context = context
    metrics.add_metric(name="Messages", unit="Count", value=len(event["Records"]))
    # An error of the function must mean a crash, and Powertools' error would contain the text of every failed
    # attempt.
    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    return process_partial_response(event, process, processor, context)
