"""The dependencies of the gate: the ports that it reads and writes, and the rules for checking files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from headgate.contracts.model import Contract
from headgate.formats.unpack import MAX_EXPANDED_BYTES
from headgate.lake import keys
from headgate.lake.ports import FileLedger, FileRecord, MaskingKey, ObjectRef, ObjectStore
from headgate.lake.states import Originals
from headgate.matching.mappings import Mappings
from headgate.snapshots.publishing import PARQUET_TYPE


@dataclass(frozen=True)
class GatePorts:
    """The stores of files, of their rows and of their records, and the clock.

    Args:
        clock: naive UTC; used for leases and `finished_at`, never for data.
        lease_s: duration of a claim.
    """

    objects: ObjectStore
    ledger: FileLedger
    curated_bucket: str
    quarantine_bucket: str
    clock: Callable[[], datetime]
    lease_s: int

    def quarantine_of(self, record: FileRecord) -> ObjectRef:
        """Return the object of the file's quarantined rows."""
        return ObjectRef(self.quarantine_bucket, keys.quarantine_key(record.dataset, record.content_sha256))

    def increment_of(self, record: FileRecord) -> ObjectRef:
        """Return the object of the file's accepted rows."""
        return ObjectRef(self.curated_bucket, keys.increment_key(record.dataset, record.content_sha256))

    def edition_marks(self, record: FileRecord) -> list[ObjectRef]:
        """Return the marks of the editions of the file's accepted rows, by key."""
        prefix = keys.edition_key(record.dataset, record.content_sha256, "")
        listed = {item.ref.key for item in self.objects.list(self.curated_bucket, prefix)}
        return [ObjectRef(self.curated_bucket, key) for key in sorted(listed)]

    def store(self, rows: Path, ref: ObjectRef) -> str:
        """Upload the rows and return their key.

        Raises:
            FileNotFoundError: they vanished from the disk; nothing must be recorded as done.
        """
        self.objects.upload(rows, ref, content_type=PARQUET_TYPE)
        return ref.key

    def now(self) -> str:
        """Return the current time in the form of a record."""
        return iso_utc(self.clock())


@dataclass(frozen=True)
class GateRules:
    """The rules for checking files.

    Args:
        contracts: source contracts by dataset.
        masking_key: called only for datasets with card numbers or generated ids, and for files that were
            masked at the source.
        mappings: map files whose folder or header fits no contract; such files are rejected without them.
        largest_bytes: maximum size of a file, compressed and unpacked; the file and all results must fit the
            local disk.
        originals: policy for originals with card data after their files are accepted.
        definitions: the pushed version of the contracts; empty for those of the deployment.
    """

    contracts: Mapping[str, Contract]
    masking_key: Callable[[], MaskingKey]
    mappings: Mappings | None = None
    largest_bytes: int = MAX_EXPANDED_BYTES
    originals: Originals = Originals.KEEP
    definitions: str = ""


def iso_utc(at: datetime) -> str:
    """Return a time in the form of a record: ISO 8601, UTC, in seconds."""
    return at.isoformat(timespec="seconds")
