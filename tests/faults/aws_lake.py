"""The same lake behind the real adapters, on the emulator: a worker meets what befalls it at the call that
boto3 makes.

All lakes of a group have one raw bucket, for the time at which a file landed is kept with its rows, and zones
of their own.
"""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError

from headgate.aws.dynamodb.ledger import DynamoLedger
from headgate.aws.events import created_objects, notification
from headgate.aws.s3 import S3Objects
from headgate.aws.secrets import Secrets
from headgate.aws.sns import Alerts
from headgate.aws.sqs import Queues
from headgate.lake.ports import ObjectRef
from tests.conftest import unique
from tests.faults.inputs import GROUPS
from tests.faults.lake import AFTER, BEFORE, KEY, Lake, Ports, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.conftest import Emulator

SERVICES = ("s3", "dynamodb", "secretsmanager", "sns", "sqs", "stepfunctions")
_CALL = "headgate_call"


@dataclass
class Stand:
    """The emulator, clients all of whose calls are the worker's at work, and what every lake of one group
    shares.
    """

    emulator: Emulator
    group: str
    name: str = field(default_factory=partial(unique, "faults"))
    worker: Worker | None = None
    refs: list[ObjectRef] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clients = {service: self.emulator.new_client(service) for service in SERVICES}
        for client in self.clients.values():
            client.meta.events.register("provide-client-params.*.*", self._name_call)
            client.meta.events.register("before-call.*.*", self._before)
            client.meta.events.register("after-call.*.*", self._after)
        self.queue_url = self.clients["sqs"].create_queue(QueueName=self.name)["QueueUrl"]
        self.topic = self.clients["sns"].create_topic(Name=self.name)["TopicArn"]
        key = {"key_id": KEY.key_id, "key": base64.b64encode(KEY.secret).decode()}
        self.clients["secretsmanager"].create_secret(Name=self.name, SecretString=json.dumps(key))
        self.versioned_bucket(self.bucket("raw"))
        for path, body in GROUPS[self.group]:
            version = self.clients["s3"].put_object(Bucket=self.bucket("raw"), Key=path, Body=body)[
                "VersionId"
            ]
            self.refs.append(ObjectRef(self.bucket("raw"), path, version))

    def bucket(self, zone: str) -> str:
        """A bucket of this stand."""
        return f"{self.name}-{zone}"

    def versioned_bucket(self, name: str) -> None:
        """The bucket exists."""
        self.clients["s3"].create_bucket(Bucket=name)
        self.clients["s3"].put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})

    def _name_call(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:  # noqa: ANN401 botocore's
        if self.worker:
            zone = str(params.get("Bucket", "")).rpartition("-")[2]
            context[_CALL] = self.worker.begun(f"{model.name} {zone}".strip())

    def _before(self, context: dict[str, Any], **_: object) -> object:
        if self.worker and _CALL in context:
            try:
                self.worker.meet(context[_CALL], BEFORE)
            except RefusedError as refused:
                return AWSResponse("", refused.status, HTTPHeaders(), None), {
                    "Error": {"Code": refused.code},
                    "ResponseMetadata": {},
                }
        return None

    def _after(self, context: dict[str, Any], **_: object) -> None:
        if self.worker and _CALL in context:
            self.worker.meet(context[_CALL], AFTER)


class RefusedError(Exception):
    """AWS answers so instead of carrying the call out."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


def throttled(worker: Worker) -> None:
    """AWS asks for patience, each service in its own words."""
    call = worker.calls[-1].name
    of_dynamodb = call in {"TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem", "GetItem"}
    raise (
        RefusedError(400, "ProvisionedThroughputExceededException")
        if of_dynamodb
        else RefusedError(503, "SlowDown")
    )


def answer_lost(worker: Worker) -> None:
    """The connection ends before the answer is there."""
    raise ConnectionClosedError(endpoint_url=str(worker.calls[-1]))


@dataclass
class AwsLake(Lake):
    """A lake on a stand, whose files lie in its raw bucket already."""

    stand: Stand = field(kw_only=True)
    prefix: str = field(default_factory=partial(unique, "lake"))

    def __post_init__(self) -> None:
        self.refs = list(self.stand.refs)
        for zone in ("curated", "quarantine", "artifacts"):
            self.stand.versioned_bucket(self.bucket(zone))
        self.stand.clients["dynamodb"].create_table(
            TableName=self.prefix,
            KeySchema=[{"AttributeName": "file_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "file_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.objects = S3Objects(self.stand.clients["s3"])
        self.ledger = DynamoLedger(self.stand.clients["dynamodb"], self.prefix)

    def receive(self, ref: ObjectRef, worker: Worker | None = None) -> Any:  # noqa: ANN401 as the lake it replaces
        """As in memory; the clients' calls are the worker's meanwhile, and what it sent to the queue comes
        from there.
        """
        try:
            with self.calls_of(worker):
                return super().receive(ref, worker)
        finally:
            self._take_from_queue()

    @contextmanager
    def calls_of(self, worker: Worker | None) -> Iterator[None]:
        """Watch the calls of the clients meanwhile; of none where `worker` is None."""
        outer, self.stand.worker = self.stand.worker, worker
        try:
            yield
        finally:
            self.stand.worker = outer

    def ports(self, worker: Worker) -> Ports:  # noqa: ARG002 the stand knows it
        """The adapters."""
        stand, clients = self.stand, self.stand.clients
        alerts = Alerts(cast("Any", _Publishing(clients["sns"], self.inbox)), stand.topic)

        def send(refs: Sequence[ObjectRef]) -> None:
            Queues(clients["sqs"]).send(stand.queue_url, [notification(ref) for ref in refs])

        return Ports(
            self.objects,
            self.ledger,
            partial(Secrets(clients["secretsmanager"]).masking_key, stand.name),
            alerts,
            send,
        )

    def fresh(self) -> Lake:
        """Another lake on this stand."""
        return AwsLake(self.group, stand=self.stand)

    def bucket(self, zone: str) -> str:
        """The raw bucket is the stand's, the others are this lake's."""
        return self.stand.bucket(zone) if zone == "raw" else f"{self.prefix}-{zone}"

    @property
    def settings(self) -> dict[str, str]:
        """The lake as a function finds it in its environment."""
        zones = {
            f"HEADGATE_{zone.upper()}_BUCKET": self.bucket(zone)
            for zone in ("curated", "quarantine", "artifacts")
        }
        return zones | {
            "HEADGATE_FILES_TABLE": self.prefix,
            "HEADGATE_MASKING_KEY_SECRET": self.stand.name,
            "HEADGATE_RAW_QUEUE_URL": self.stand.queue_url,
            "HEADGATE_ALERTS_TOPIC_ARN": self.stand.topic,
            "HEADGATE_RAW_ORIGINALS": "keep",  # as in the quiet run; test_killed_replacements.py masks them
        }

    def _take_from_queue(self) -> None:
        sqs, url = self.stand.clients["sqs"], self.stand.queue_url
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                self.queue += [(ref, 0) for ref in created_objects(message["Body"])]
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


@dataclass(frozen=True)
class _Publishing:
    """SNS, and a list of what it took."""

    sns: Any
    messages: set[str]

    def publish(self, **message: str) -> None:
        """SNS has the message."""
        self.sns.publish(**message)
        self.messages.add(message["Message"])
