"""Time the card-data audit of a lake with many audited objects and a few new ones. The last line is JSON.

    make bench-card-audit [AUDITED=20000] [NEW=20] [ROWS=20000]

The store is in memory, so only the audit's own work is timed: listing, ledger and scan. `read` counts the
objects that were read.
"""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime

import pyarrow as pa

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.quality.card_audit_ledger import (
    AUDITS,
    Audited,
    AuditLedger,
    CardAudit,
    object_address,
    object_content,
)
from headgate.quality.pci_audit import AuditScan, increments_zone, pci_audit
from headgate.snapshots.publishing import parquet_bytes


class CountingObjects(MemoryObjects):
    """Counts the audited objects that are read."""

    read_keys = 0

    def read(self, ref: ObjectRef) -> bytes:
        """Return the object's bytes."""
        if not ref.key.startswith(AUDITS):
            self.read_keys += 1
        return super().read(ref)


def increment(rows: int, first: int) -> bytes:
    """Return an increment with ids, texts and amounts."""
    ids = range(first, first + rows)
    table = {
        "order_id": ids,
        "email": [f"customer{number}@example.com" for number in ids],
        "amount": [number % 977 for number in ids],
    }
    return parquet_bytes(pa.table({name: pa.array(list(values)) for name, values in table.items()}))


def main() -> None:
    """Measure and print."""
    audited, new, rows = (
        int(os.environ.get(name) or default)
        for name, default in (("AUDITED", 20_000), ("NEW", 20), ("ROWS", 20_000))
    )
    objects, zone = CountingObjects(), increments_zone("curated")
    audit = CardAudit(
        objects, AuditLedger(objects, "artifacts"), lambda: datetime.now(UTC).replace(tzinfo=None), print
    )
    small = increment(10, 0)
    for number in range(audited):
        objects.write(ObjectRef("curated", f"{keys.INCREMENTS}/orders/{number:08}.parquet"), small)
    scan = AuditScan("curated", "orders", 1, 30)
    facts = {
        object_address(info): Audited(object_content(info), audit.scanner, audit.clock(), scan)
        for info in objects.list("curated", zone.prefixes[0])
    }
    audit.ledger.save("curated", "curated", facts)
    for number in range(new):
        objects.write(
            ObjectRef("curated", f"{keys.INCREMENTS}/orders/new-{number:04}.parquet"),
            increment(rows, number * rows),
        )
    began = time.perf_counter()
    table = pci_audit(audit.audit_objects([zone]))
    result = {
        "audit_s": round(time.perf_counter() - began, 2),
        "read": objects.read_keys,
        "audited": int(table["objects_scanned"].max()),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
