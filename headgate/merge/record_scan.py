"""One scan of all records of files for everything that a merge does with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headgate.lake.ports import FileLedger, FileRecord


@dataclass
class RecordScan:
    """The records of the newest scan: rows are merged, versions closed and records published as of its time.

    A merge that repeats its work after a conflict scans again, because files may have arrived since.
    """

    ledger: FileLedger
    records: tuple[FileRecord, ...] = field(default=(), init=False)

    def read(self) -> tuple[FileRecord, ...]:
        """Scan the ledger."""
        self.records = tuple(self.ledger.records())
        return self.records
