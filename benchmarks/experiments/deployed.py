"""The deployed lake as the experiments use it."""

from __future__ import annotations

import itertools
import json
import os
import time
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3

from benchmarks.deployed.deployed_lake import ROOT, Lake, deployed, payments
from headgate.aws.events import notification
from headgate.errors import NotFoundError
from headgate.lake.raw_objects import file_id_of
from scripts.emulator.emulator import CALLS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from headgate.lake.ports import FileRecord, ObjectRef

ROWS = 1_000
BYTES_PER_ROW = 136  # of `payments`


@dataclass(frozen=True)
class Target:
    """A deployment; `safe` experiments break nothing, change no permission, and send few small files."""

    name: str
    platform: str
    safe: bool = False

    @cached_property
    def lake(self) -> Lake:
        """Raw and the ledger; this process speaks to this deployment from now on."""
        return deployed(self.name)

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """Terraform's outputs."""
        note = json.loads((ROOT / ".headgate" / self.name / "deployment.json").read_text(encoding="utf-8"))
        outputs: dict[str, Any] = note["outputs"]
        return outputs

    @property
    def calls_path(self) -> Path:
        """Where our own emulator records the calls of roles; no file on AWS."""
        return ROOT / ".headgate" / self.name / CALLS

    def client(self, service: str) -> Any:  # noqa: ANN401 boto3 makes clients of any kind
        """A client of that service of this deployment."""
        _ = (
            self.lake
        )  # it sets the environment; localstack-client knows no deployment on AWS, which this may be
        return boto3.client(service, endpoint_url=os.environ.get("AWS_ENDPOINT_URL"))  # type: ignore[call-overload]  # the service is a variable

    def send(self, body: bytes, key: str = "") -> ObjectRef:
        """Put a file into raw; by default one that no earlier run sent."""
        return self.lake.put(key or f"payments/experiment-{uuid.uuid4().hex}.csv", body)

    def deliver(self, refs: Sequence[ObjectRef]) -> None:
        """Send the events of objects once more, in this order."""
        sqs = self.client("sqs")
        for ref in refs:
            sqs.send_message(QueueUrl=self.outputs["raw_queue_url"], MessageBody=notification(ref))

    def record(self, ref: ObjectRef) -> FileRecord | None:
        """The file's record as it stands; None where there is none."""
        try:
            return self.lake.ledger.get(file_id_of(ref))
        except NotFoundError:
            return None

    def is_quiet(self, timeout_s: float = 60) -> bool:
        """Whether the raw queue becomes empty in time."""
        from headgate.wiring import operations  # noqa: PLC0415 it reads the environment that `lake` sets

        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            depth = operations.queues().depth(self.outputs["raw_queue_url"])
            if not depth.waiting and not depth.in_flight:
                return True
            time.sleep(0.5)
        return False


# Ids of twelve digits: longer ones look like card numbers at times. Runs of the last ten days began with
# other numbers.
_seeds = itertools.count(int(time.time()) % 900_000)


def fresh_payments(rows: int = ROWS) -> bytes:
    """A CSV of payments that no earlier call returned."""
    return payments(rows, next(_seeds))
