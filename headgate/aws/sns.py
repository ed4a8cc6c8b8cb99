"""Messages to people: alerts to all subscribers of a topic, and mails to single addresses."""

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
    """Messages to all subscribers of the topic."""

    client: SNSClient
    topic_arn: str

    def report(self, record: FileRecord) -> None:
        """Send an alert for a file that was rejected, needs a mapping, has new columns, or is unusual."""
        if record.state in NOT_ACCEPTED:
            self.report_rejection(record)
        if record.new_columns:
            self.new_columns(record)
        if record.profile.get("drift"):
            self.out_of_line(record)

    def report_rejection(self, record: FileRecord) -> None:
        """Report a file that was rejected or needs a mapping, with the reason and the remedy."""
        error = record.error
        lines = [
            f"File:   s3://{record.bucket}/{record.key}",
            f"Column: {error.get('column') or '-'}",
            f"Rule:   {error.get('rule', '-')}",
            f"Why:    {error.get('message', '-')}",
            f"Remedy: {error.get('remedy', '-')}",
            "The original stays in raw; no row of it was accepted.",
        ]
        subject = f"Headgate rejected a file: {error.get('rule', 'unknown')}"
        if record.state is FileState.NEEDS_MAPPING:
            subject = "Headgate needs a mapping of a file's columns"
        self.send(subject, "\n".join(lines))

    def new_columns(self, record: FileRecord) -> None:
        """Report columns of an accepted file that are not in its contract, and where their values are."""
        columns = "; ".join(f"{name} ({count:,} values)" for name, count in record.new_columns.items())
        lines = [
            f"File:     s3://{record.bucket}/{record.key}",
            f"Columns:  {columns}",
            (
                f"Contract: {record.contract}; its property headgate.newColumns determines what happens "
                "to them. The original in raw has all values."
            ),
            "Remedy:   Add them to the contract, increase its version and deploy;",
            f"          then run `headgate quarantine replay --dataset {record.dataset}`.",
        ]
        self.send(f"Headgate found new columns in a file of {record.dataset}", "\n".join(lines))

    def out_of_line(self, record: FileRecord) -> None:
        """Report the differences of an accepted file from earlier files of its dataset."""
        lines = [
            f"File:  s3://{record.bucket}/{record.key}",
            f"Score: {record.profile.get('score', '-')}",
            *(f"Shift: {shift}" for shift in record.profile.get("drift", "").split("; ")),
            f"Its rows were accepted. Its profile: {record.profile.get('key', '-')}",
        ]
        self.send(f"Headgate accepted a file of {record.dataset} that is out of line", "\n".join(lines))

    def datasets_not_merged(self, failed: Mapping[str, str]) -> None:
        """Report datasets whose newest increments could not be merged, each with its reason."""
        lines = [
            *(f"{dataset}: {why}" for dataset, why in sorted(failed.items())),
            "Each of them keeps its previous table; all other datasets were published.",
        ]
        self.send(f"Headgate could not merge {', '.join(sorted(failed))}", "\n".join(lines))

    def send(self, subject: str, message: str) -> None:
        """Send the message without card numbers, with a subject that e-mail allows."""
        with translated(f"alert {self.topic_arn}"):
            self.client.publish(
                TopicArn=self.topic_arn, Subject=mail_subject(subject), Message=redact_text(message)
            )


@dataclass(frozen=True)
class TopicMails:
    """Mails to single addresses over one topic, with a filter per subscription."""

    client: SNSClient
    topic_arn: str
    protocol: Literal["email", "sqs"] = "email"

    def subscribe(self, address: str) -> None:
        """Subscribe the address unless it was asked before; SNS first asks it to agree.

        Raises:
            ConflictError: the topic has its maximum of filter policies, 200 by default. Source: Amazon SNS
                endpoints and quotas.
        """
        with translated("subscribe an address to answers"):
            self.client.subscribe(
                TopicArn=self.topic_arn,
                Protocol=self.protocol,
                Endpoint=address,
                Attributes={"FilterPolicy": json.dumps({_TO: [address]})},
            )

    def subject(self, text: str) -> str:
        """Return a subject as it arrives: in ASCII, cut to 100 characters, and without card numbers."""
        return mail_subject(text)

    def send(self, address: str, subject: str, message: str) -> None:
        """Send a message without card numbers to the address, if it agreed."""
        with translated("send answers by mail"):
            self.client.publish(
                TopicArn=self.topic_arn,
                Subject=mail_subject(subject),
                Message=redact_text(message),
                MessageAttributes={_TO: {"DataType": "String", "StringValue": address}},
            )


def mail_subject(text: str) -> str:
    """Return a subject without card numbers, cut and cleaned for e-mail."""
    clean = (sign if sign.isascii() and sign.isprintable() else "?" for sign in redact_text(text))
    return "".join(clean)[:SUBJECT_LENGTH]
