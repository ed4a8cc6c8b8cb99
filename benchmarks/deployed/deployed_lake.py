"""A deployed lake as the benchmarks use it: put a file into raw, wait for its record."""

from __future__ import annotations

import json
import os
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headgate.errors import NotFoundError
from headgate.lake.ports import ObjectRef
from headgate.lake.raw_objects import file_id_of
from headgate.wiring import stores

if TYPE_CHECKING:
    from headgate.aws.dynamodb.ledger import DynamoLedger
    from headgate.lake.ports import FileRecord

ROOT = Path(__file__).resolve().parents[2]
UNSETTLED = {"processing", "handed_over"}
HEADER = (
    "payment_id,order_id,method,card_number,card_cvv,card_expiry,amount,currency,paid_at,status,notes,"
    "updated_at"
)
CARD = "4111111111111111"  # a test number that payment gateways publish


@dataclass(frozen=True)
class Lake:
    """Raw and the records of one deployment."""

    raw_bucket: str
    ledger: DynamoLedger

    def put(self, key: str, body: bytes) -> ObjectRef:
        """The object, as S3 has it now."""
        from headgate.aws import clients  # noqa: PLC0415 it reads the environment that `deployed` sets

        version = clients.s3().put_object(Bucket=self.raw_bucket, Key=key, Body=body).get("VersionId", "")
        return ObjectRef(self.raw_bucket, key, version)

    def settled(self, ref: ObjectRef, timeout_s: float, every_s: float = 0.005) -> FileRecord | None:
        """The file's record once the gate is through with it; None when it is not in time."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            try:
                record = self.ledger.get(file_id_of(ref))
            except NotFoundError:
                record = None
            if record and record.state not in UNSETTLED:
                return record
            time.sleep(every_s)
        return None


def deployed(name: str) -> Lake:
    """The lake that `scripts/deploy.py apply` wrote down under that name.

    This process speaks to it from now on.
    """
    path = ROOT / ".headgate" / name / "deployment.json"
    if not path.exists():
        raise SystemExit(
            f"no deployment {name}: run `python scripts/deploy.py apply emulator --name {name} --own` first"
        )
    os.environ.update(json.loads(path.read_text(encoding="utf-8"))["environment"])
    return Lake(os.environ["HEADGATE_RAW_BUCKET"], stores.ledger(os.environ))


def payments(rows: int, seed: int) -> bytes:
    """A CSV of so many valid payments; the same seed gives the same bytes."""
    chance = random.Random(seed)
    first = seed * 1_000_000 + 1
    lines = [
        f"{first + row},O-{first + row},card,{CARD},123,2030-12,{chance.randrange(1, 10**6) / 100:.2f}"
        ",GBP,2024-01-01 "
        "10:00:00,captured,"
        f"paid {'x' * chance.randrange(40)},2024-01-01 10:00:00"
        for row in range(rows)
    ]
    return "\n".join([HEADER, *lines, ""]).encode()
