"""Queues, for operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from headgate.aws.sdk_errors import translated
from headgate.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import (
        DeleteMessageBatchRequestEntryTypeDef,
        DeleteMessageBatchResultTypeDef,
        MessageTypeDef,
        SendMessageBatchRequestEntryTypeDef,
        SendMessageBatchResultTypeDef,
    )

_HIDDEN_S = 60  # enough time to send ten messages
_WAITING: Final = "ApproximateNumberOfMessages"
_IN_FLIGHT: Final = "ApproximateNumberOfMessagesNotVisible"


@dataclass(frozen=True)
class Depth:
    """The numbers of waiting messages and of messages in flight."""

    waiting: int
    in_flight: int


@dataclass(frozen=True)
class Letter:
    """A message in a queue; `sent_at` is naive UTC, and `receives` counts deliveries from this queue."""

    message_id: str
    sent_at: datetime
    receives: int
    body: str


@dataclass(frozen=True)
class Queues:
    """SQS queues by URL."""

    client: SQSClient

    def depth(self, url: str) -> Depth:
        """Return the approximate number of messages in the queue."""
        with translated(f"look at queue {url}"):
            attributes = self.client.get_queue_attributes(
                QueueUrl=url, AttributeNames=[_WAITING, _IN_FLIGHT]
            )["Attributes"]
        return Depth(int(attributes[_WAITING]), int(attributes[_IN_FLIGHT]))

    def send(self, url: str, bodies: Sequence[str]) -> None:
        """Send the messages; after a ServiceError some of them may have been sent."""
        # One by one, because emulators require a permission for batches that AWS does not have.
        with translated(f"send to queue {url}"):
            for body in bodies:
                self.client.send_message(QueueUrl=url, MessageBody=body)

    def hide(self, url: str, receipt_handle: str, seconds: int) -> None:
        """Hide the message from other receivers for `seconds`."""
        with translated(f"hide a message of {url}"):
            self.client.change_message_visibility(
                QueueUrl=url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
            )

    def look(self, url: str, limit: int) -> list[Letter]:
        """Return at most `limit` messages of a queue, oldest first, without deleting them."""
        letters: dict[str, Letter] = {}
        with translated(f"look into queue {url}"):
            while len(letters) < limit:
                received = self.client.receive_message(
                    QueueUrl=url,
                    MaxNumberOfMessages=10,
                    VisibilityTimeout=0,
                    WaitTimeSeconds=1,
                    MessageSystemAttributeNames=["All"],
                ).get("Messages", [])
                new = [_letter(message) for message in received if message["MessageId"] not in letters]
                if not new:  # none, or only messages that reappeared
                    break
                letters |= {letter.message_id: letter for letter in new}
        return sorted(letters.values(), key=lambda letter: (letter.sent_at, letter.message_id))[:limit]

    def redrive(self, dead_letter_url: str, url: str) -> int:
        """Move all messages of the dead-letter queue to the queue at `url`, and return their number.

        A message is sent before it is deleted, so a crash may deliver it twice, which the gate tolerates.
        """
        moved = 0
        with translated(f"redrive {dead_letter_url}"):
            while messages := self._receive(dead_letter_url):
                self._require(self.client.send_message_batch(QueueUrl=url, Entries=_sent(messages)))
                self._require(
                    self.client.delete_message_batch(QueueUrl=dead_letter_url, Entries=_deleted(messages))
                )
                moved += len(messages)
        return moved

    def _receive(self, url: str) -> list[MessageTypeDef]:
        received = self.client.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=_HIDDEN_S, WaitTimeSeconds=1
        )
        return received.get("Messages", [])

    @staticmethod
    def _require(answer: SendMessageBatchResultTypeDef | DeleteMessageBatchResultTypeDef) -> None:
        if failed := answer.get("Failed"):
            raise ServiceError(f"{len(failed)} of the messages were not moved: {failed[0]['Code']}")


def _letter(message: MessageTypeDef) -> Letter:
    attributes = message.get("Attributes", {})
    sent_at = datetime.fromtimestamp(int(attributes.get("SentTimestamp", 0)) / 1000, tz=UTC).replace(
        tzinfo=None
    )
    return Letter(
        message["MessageId"], sent_at, int(attributes.get("ApproximateReceiveCount", 0)), message["Body"]
    )


def _sent(messages: list[MessageTypeDef]) -> list[SendMessageBatchRequestEntryTypeDef]:
    return [{"Id": str(number), "MessageBody": message["Body"]} for number, message in enumerate(messages)]


def _deleted(messages: list[MessageTypeDef]) -> list[DeleteMessageBatchRequestEntryTypeDef]:
    return [
        {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
        for number, message in enumerate(messages)
    ]
