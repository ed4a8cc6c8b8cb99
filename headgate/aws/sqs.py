"""Queues, as an operator sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from headgate.aws.errors import translated

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_WAITING: Final = "ApproximateNumberOfMessages"
_IN_FLIGHT: Final = "ApproximateNumberOfMessagesNotVisible"


@dataclass(frozen=True)
class Depth:
    """How many messages wait in a queue, and how many a worker holds."""

    waiting: int
    in_flight: int


@dataclass(frozen=True)
class Queues:
    """SQS queues by URL."""

    client: SQSClient

    def depth(self, url: str) -> Depth:
        """Messages in the queue now; SQS's counts are approximate."""
        with translated(f"look at queue {url}"):
            found = self.client.get_queue_attributes(QueueUrl=url, AttributeNames=[_WAITING, _IN_FLIGHT])["Attributes"]
        return Depth(int(found[_WAITING]), int(found[_IN_FLIGHT]))

    def redrive(self, dead_letter_url: str) -> int:
        """Every message of the dead-letter queue is on its way back to the queue it came from; says how many there were."""
        waiting = self.depth(dead_letter_url).waiting
        with translated(f"redrive {dead_letter_url}"):
            attributes = self.client.get_queue_attributes(QueueUrl=dead_letter_url, AttributeNames=["QueueArn"])["Attributes"]
            self.client.start_message_move_task(SourceArn=attributes["QueueArn"])
        return waiting
