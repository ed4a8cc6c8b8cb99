"""Messages to people: alerts to everybody who subscribed, answers to one address each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from headgate.aws.sdk_errors import translated
from headgate.lake.states import NOT_ACCEPTED, FileState
from headgate.masking.redaction import redact_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sns import SNSClient

    from headgate.lake.ports import FileRecord

_TO = "recipient"  # attribute of a message
SUBJECT_LENGTH = 100  # Source: Amazon SNS API reference, Publish


@dataclass(frozen=True)
class Alerts:
    """Messages to everybody who subscribed to the topic."""

    client: SNSClient
    topic_arn: str

    def settled(self, record: FileRecord) -> None:
        """Send an alert for a file that was rejected, needs a mapping, has new columns, or is out of line.

        None for any other file.
        """
        if record.state in NOT_ACCEPTED:
            self.refused(record)
        if record.new_columns:
            self.new_columns(record)
        if record.profile.get("drift"):
            self.out_of_line(record)

    def refused(self, record: FileRecord) -> None:
        """Report that a file was rejected, or needs a mapping: which, why, and what its sender can do."""
        error = record.error
        lines = [
            f"File:   s3://{record.bucket}/{record.key}",
            f"Column: {error.get('column') or '-'}",
            f"Rule:   {error.get('rule', '-')}",
            f"Why:    {error.get('message', '-')}",
            f"Remedy: {error.get('remedy', '-')}",
            "The original stays in raw; no row of it was accepted.",
        ]
        waits = record.state is FileState.NEEDS_MAPPING
        subject = (
            "Headgate asks what a file's columns mean"
            if waits
            else f"Headgate rejected a file: {error.get('rule', 'unknown')}"
        )
        self.send(subject, "\n".join(lines))

    def new_columns(self, record: FileRecord) -> None:
        """Report columns of an accepted file that its contract does not have, and where their values are."""
        columns = "; ".join(f"{name} ({count:,} values)" for name, count in record.new_columns.items())
        lines = [
            f"File:     s3://{record.bucket}/{record.key}",
            f"Columns:  {columns}",
            (
                f"Contract: {record.contract}; its setting headgate.newColumns says what becomes of them. "
                "The original in raw has them all."
            ),
            "Remedy:   add them to the contract, raise its version and deploy;",
            f"          then `headgate quarantine replay --dataset {record.dataset}` fills them.",
        ]
        self.send(f"Headgate found new columns in a file of {record.dataset}", "\n".join(lines))

    def out_of_line(self, record: FileRecord) -> None:
        """Report that an accepted file differs from earlier files of its dataset, and in what."""
        lines = [
            f"File:  s3://{record.bucket}/{record.key}",
            f"Score: {record.profile.get('score', '-')}",
            *(f"Shift: {shift}" for shift in record.profile.get("drift", "").split("; ")),
            f"Its rows were accepted. Its profile: {record.profile.get('key', '-')}",
        ]
        self.send(f"Headgate accepted a file of {record.dataset} that is out of line", "\n".join(lines))

    def datasets_not_merged(self, failed: Mapping[str, str]) -> None:
        """Report datasets whose newest increments do not fit, each with its reason.

        The other datasets were published.
        """
        lines = [
            *(f"{dataset}: {why}" for dataset, why in sorted(failed.items())),
            "Each of them keeps its previous table; all other datasets were published.",
        ]
        self.send(f"Headgate could not merge {', '.join(sorted(failed))}", "\n".join(lines))

    def send(self, subject: str, message: str) -> None:
        """Send the message to SNS, without card numbers.

        The subject is cut and cleaned to what e-mail allows.
        """
        with translated(f"alert {self.topic_arn}"):
            self.client.publish(
                TopicArn=self.topic_arn, Subject=_subject(subject), Message=redact_text(message)
            )


@dataclass(frozen=True)
class TopicMails:
    """Mails with answers, each to one address.

    All addresses subscribe to one topic, and a filter passes to each of them its own messages only.
    """

    client: SNSClient
    topic_arn: str
    protocol: Literal["email", "sqs"] = "email"

    def subscribe(self, address: str) -> None:
        """Ask the address once whether it wants mails of the lake; do nothing if it was asked.

        SNS sends the question, and nothing else before the address has agreed.

        Raises:
            ConflictError: the topic has as many filter policies as it may have, 200 unless AWS raised it.
                Source: Amazon SNS endpoints and quotas.
        """
        with translated("subscribe an address to answers"):
            self.client.subscribe(
                TopicArn=self.topic_arn,
                Protocol=self.protocol,
                Endpoint=address,
                Attributes={"FilterPolicy": json.dumps({_TO: [address]})},
            )

    def send(self, address: str, subject: str, message: str) -> None:
        """Send a message to the address, if it agreed; without card numbers."""
        with translated("send answers by mail"):
            self.client.publish(
                TopicArn=self.topic_arn,
                Subject=_subject(subject),
                Message=redact_text(message),
                MessageAttributes={_TO: {"DataType": "String", "StringValue": address}},
            )


def _subject(text: str) -> str:
    """Return a subject without card numbers, cut and cleaned to what e-mail allows."""
    clean = (sign if sign.isascii() and sign.isprintable() else "?" for sign in redact_text(text))
    return "".join(clean)[:SUBJECT_LENGTH]
