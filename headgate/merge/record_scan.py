"""One scan of all records of files for everything that a merge does with them."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from headgate.lake.ports import FileLedger, FileRecord


@dataclass(frozen=True)
class RecordScan:
    """The records of the newest scan: rows are merged, versions closed and records published as of its time.

    A merge that repeats its work after a conflict scans again, because files may have arrived since.

    Attributes:
        path: a local file for the records, so that they need no memory while rows are merged.
    """

    ledger: FileLedger
    path: Path

    def read(self) -> tuple[FileRecord, ...]:
        """Scan the ledger, and write the records to the file."""
        records = tuple(self.ledger.records())
        with gzip.open(self.path, "wt", compresslevel=1, encoding="utf-8") as file:
            file.writelines(f"{json.dumps(vars(record))}\n" for record in records)
        return records

    def records(self) -> Iterator[FileRecord]:
        """Yield the records of the newest scan."""
        with gzip.open(self.path, "rt", encoding="utf-8") as file:
            for line in file:
                yield FileRecord(**json.loads(line))
