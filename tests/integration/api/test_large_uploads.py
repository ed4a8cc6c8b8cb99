"""Large files through the API's handlers: an interrupted upload arrives as it was, and a dry run foretells
the commit without a trace.

MB=100 makes the file of the dry run larger; 20 MB take seconds.
"""

from __future__ import annotations

import hashlib
import os
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from headgate.lake.ports import ObjectRef
from headgate.uploads.upload import PART_BYTES
from tests.unit.api.lakes import Caller, MemoryLake

pytestmark = pytest.mark.integration

MB = int(os.environ.get("MB", "20"))
HEADER = (
    "payment_id,order_id,method,card_number,card_cvv,card_expiry,amount,currency,paid_at,status,notes,"
    "updated_at\n"
)


def begin(caller: Caller, body: bytes) -> str:
    asked = {
        "name": "large.csv",
        "size_bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "dataset": "payments",
    }
    return str(caller.call("POST", "/v1/uploads", asked).json["upload_id"])


def send(caller: Caller, upload_id: str, body: bytes, at_most: int | None = None) -> int:
    """Send parts that are missing; return how many were missing."""
    missing = [
        part
        for part in caller.call("GET", f"/v1/uploads/{upload_id}/parts").json["parts"]
        if not part["uploaded"]
    ]
    for part in missing[:at_most]:
        store_id = parse_qs(urlsplit(part["url"]).query)["store_id"][0]
        first = (part["number"] - 1) * PART_BYTES
        caller.lake.uploads.put_part(store_id, part["number"], body[first : first + part["size_bytes"]])
    return len(missing)


def payments(size_mb: int) -> bytes:
    """Payments with a test card number.

    Every hundredth amount is no number, and every thousandth row comes twice.
    """
    row = (
        "{0},A{0},card,4111111111111111,917,2026-01,{1},GBP,2024-01-01 10:00:00,captured,,2024-01-01 "
        "10:00:00\n"
    )
    count = size_mb * 1_000_000 // len(row.format(1_000_000, "10.50"))
    rows = (
        row.format(n - (n % 1_000 == 999), "oops" if n % 100 == 50 else "10.50")
        for n in range(1_000_000, 1_000_000 + count)
    )
    return (HEADER + "".join(rows)).encode()


def test_an_upload_of_200_mb_that_was_interrupted_and_resumed_has_the_same_sha256() -> None:
    rng = np.random.default_rng(13)
    body = rng.bytes(200_000_000)
    caller = Caller(MemoryLake())
    upload_id = begin(caller, body)
    sent = int(rng.integers(1, 12))
    assert send(caller, upload_id, body, sent) == 12
    assert begin(caller, body) == upload_id
    assert send(caller, upload_id, body) == 12 - sent
    assert caller.call("POST", f"/v1/uploads/{upload_id}/complete").json["state"] == "complete"
    assert caller.call("POST", f"/v1/uploads/{upload_id}/commit").status == 202
    arrived = caller.lake.objects.read(ObjectRef("raw", "payments/large.csv"))
    assert hashlib.sha256(arrived).hexdigest() == hashlib.sha256(body).hexdigest()


def test_a_dry_run_leaves_no_trace_and_has_the_counts_of_the_commit() -> None:
    body = payments(MB)
    caller = Caller(MemoryLake())
    upload_id = begin(caller, body)
    send(caller, upload_id, body)
    caller.call("POST", f"/v1/uploads/{upload_id}/complete")
    before = caller.lake.contents()
    assert caller.call("POST", f"/v1/uploads/{upload_id}/dry-run").status == 202
    assert caller.lake.contents() == before
    assert not list(caller.lake.ledger.records())
    answer = caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json
    assert answer["state"] == "checked"
    caller.call("POST", f"/v1/uploads/{upload_id}/commit")
    record = caller.lake.receive("payments/large.csv")
    counts = ("received", "accepted", "quarantined", "duplicates")
    assert {name: answer[name] for name in counts} == {name: getattr(record, name) for name in counts}
    assert record.quarantined > 0
    assert record.duplicates > 0
