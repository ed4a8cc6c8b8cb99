"""The gate for local files, with the lake's ports and settings: check a file, and store its rows. FileProcessor and replay share it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.contracts.model import Mask
from headgate.contracts.rules_fingerprint import gate_fingerprint
from headgate.errors import BadInputError, NotFoundError, UnknownDatasetError
from headgate.formats.open_file import decompressed
from headgate.formats.unpack import MAX_EXPANDED_BYTES, OutgrownError
from headgate.intake.rows.check_rows import ACCEPTED, QUARANTINE, check_file
from headgate.intake.rows.masked_at_source import check_seal, claims_to_be_masked, masked_form
from headgate.intake.rows.quarantine_rows import RowOrigin
from headgate.lake import keys
from headgate.lake.content_hash import sha256_of
from headgate.lake.ports import MaskingKey, ObjectRef
from headgate.lake.states import FileState, Originals
from headgate.snapshots.publishing import PARQUET_TYPE
from headgate.values.parquet import table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.intake.rows.check_rows import Counts
    from headgate.lake.ports import FileLedger, FileRecord, ObjectStore
    from headgate.matching.mappings import Mappings

UNKNOWN_DATASET = "unknown_dataset"
# About 10 MB of rows in memory. The profile reads column by column, and would open the file some thirty times.
_READ_ONCE_BYTES = 1 << 20


@dataclass(frozen=True)
class CheckedParquet:
    """A file after the gate: its rows in two local Parquet files. A file without rows does not exist."""

    counts: Counts
    accepted: Path
    quarantine_rows: Path

    @property
    def has_accepted(self) -> bool:
        """Whether rows were accepted, by their number: a file that vanished from the disk must not pass as one without rows."""
        return self.counts.accepted > 0

    @property
    def has_quarantine_rows(self) -> bool:
        """Whether rows belong to quarantine, which holds duplicates too."""
        return self.counts.quarantined + self.counts.duplicates > 0

    def rows(self) -> tuple[pa.Table | Path, pa.Table | Path]:
        """Accepted and quarantined rows: as tables where the file is small, else as paths."""
        return _table_if_small(self.accepted), _table_if_small(self.quarantine_rows)


@dataclass(frozen=True)
class CheckedFile:
    """A local file after the gate.

    Attributes:
        contract: by which it was checked: that of the dataset, or the same with the file's own column names.
        received_at: the time of its object, naive UTC.
        mapping: of its columns, as its record keeps it; empty where it has none.
    """

    path: Path
    contract: Contract
    received_at: datetime
    gated: CheckedParquet
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FileChecker:
    """Checks local files against their contracts and stores the results.

    Args:
        contracts: source contracts by dataset.
        masking_key: called only for datasets with card numbers, and for files that were masked at the source.
        clock: naive UTC; used for leases and `finished_at`, never for data.
        lease_s: how long a claim is valid.
        mappings: for files whose folder or header names no contract; without them such files are rejected.
        largest_bytes: the largest size of a file, compressed and not, so that the file and all results fit the local disk.
        originals: what becomes of originals with card data once their files are accepted.
    """

    objects: ObjectStore
    ledger: FileLedger
    contracts: Mapping[str, Contract]
    masking_key: Callable[[], MaskingKey]
    curated_bucket: str
    quarantine_bucket: str
    clock: Callable[[], datetime]
    lease_s: int
    mappings: Mappings | None = None
    largest_bytes: int = MAX_EXPANDED_BYTES
    originals: Originals = Originals.KEEP

    def contract(self, dataset: str) -> Contract:
        """The contract of that name.

        Raises:
            UnknownDatasetError: there is none.
        """
        if dataset not in self.contracts:
            raise UnknownDatasetError(
                rule=UNKNOWN_DATASET,
                message=f"no contract is called {dataset!r}, the first folder of the key",
                remedy=f"send the file below one of {', '.join(sorted(self.contracts))}",
            )
        return self.contracts[dataset]

    def checked_by(self, record: FileRecord) -> FileRecord:
        """Return the record with the current contract of its dataset; with none where the dataset has none."""
        contract = self.contracts.get(record.dataset)
        name, rules = (f"{contract.id}@{contract.version}", gate_fingerprint(contract)) if contract else ("", "")
        return replace(record, contract=name, contract_rules=rules)

    def with_counts(self, record: FileRecord, counts: Counts) -> FileRecord:
        """Return the record of a file whose rows the gate has checked."""
        return replace(
            self.checked_by(record),
            state=FileState.DONE,
            received=counts.received,
            accepted=counts.accepted,
            quarantined=counts.quarantined,
            duplicates=counts.duplicates,
            warnings=counts.warnings,
            reasons=counts.reasons,
            masked=counts.masked,
            new_columns=counts.new_columns,
            written_as=counts.written_as,
            error={},
        )

    def check_readable(self, path: Path) -> None:
        """Check that a local file of no known contract is a table, so that a damaged file is not reported as one without a contract.

        Raises:
            BadInputError: why it cannot be read.
        """
        from headgate.formats.read_table import check_is_table  # noqa: PLC0415 a cold start loads what reads unknown tables when one comes

        try:
            file = decompressed(path, path.parent, self.largest_bytes).path
        except OutgrownError:  # whether it is damaged is left to a larger worker
            return
        check_is_table(file)

    def check(self, record: FileRecord, path: Path, received_at: datetime, contract: Contract) -> CheckedParquet:
        """Check every row of a local file; accepted and quarantined rows are written to the file's folder.

        Args:
            record: gives the file's key and the hash of its content.
            contract: that of the dataset, or the same with the file's own column names.

        Raises:
            BadInputError: the file is rejected; OutgrownError when it holds more than `largest_bytes`.
        """
        was_masked, folder = claims_to_be_masked(path), path.parent
        has_cards = was_masked or any(column.mask is Mask.PAN for column in contract.columns)
        key = self.masking_key() if has_cards else MaskingKey("", b"")
        if was_masked:
            check_seal(self.objects, record, key)
            contract = masked_form(contract, key.key_id)
        origin = self.origin(record, contract, path, received_at)
        counts = check_file(
            path,
            contract,
            key,
            object_key=record.key,
            received_at=received_at,
            folder=folder,
            content_sha256=origin.content_sha256,
            limit_bytes=self.largest_bytes,
        )
        return CheckedParquet(counts, folder / ACCEPTED, folder / QUARANTINE)

    def check_masked_form(self, record: FileRecord, path: Path, received_at: datetime, contract: Contract) -> CheckedParquet:
        """As `check`, for the masked form that replaced the file's original in raw.

        Raises:
            NotFoundError: the local file is not the form that the record names.
            BadInputError: as `check`.
        """
        from headgate.intake.rows import masked_original  # noqa: PLC0415 only a replay reads masked forms

        if sha256_of(path) != record.original["sha256"]:
            raise NotFoundError(f"the masked form of {record.key} is not the one that the gate wrote")
        counts = masked_original.check(path, contract, self.origin(record, contract, path, received_at), path.parent)
        return CheckedParquet(counts, path.parent / ACCEPTED, path.parent / QUARANTINE)

    def origin(self, record: FileRecord, contract: Contract, path: Path, received_at: datetime) -> RowOrigin:
        """Where the file's rows come from, as each of them states."""
        return RowOrigin(contract.dataset, record.content_sha256 or sha256_of(path), record.key, received_at)

    def quarantine_of(self, record: FileRecord) -> ObjectRef:
        """Where the file's quarantined rows belong."""
        return ObjectRef(self.quarantine_bucket, keys.quarantine_key(record.dataset, record.content_sha256))

    def increment_of(self, record: FileRecord) -> ObjectRef:
        """Where the file's accepted rows belong."""
        return ObjectRef(self.curated_bucket, keys.increment_key(record.dataset, record.content_sha256))

    def store(self, rows: Path, ref: ObjectRef) -> str:
        """Upload the rows and return their key. FileNotFoundError where they vanished from the disk: nothing is recorded as done then."""
        self.objects.upload(rows, ref, content_type=PARQUET_TYPE)
        return ref.key

    def now(self) -> str:
        """The current time in the form of a record."""
        return iso_utc(self.clock())


def error_fields(error: BadInputError) -> dict[str, str]:
    """Return the fields of a record that say why its file was rejected."""
    return {"rule": error.rule, "message": error.message, "remedy": error.remedy, "column": error.column}


def _table_if_small(path: Path) -> pa.Table | Path:
    is_small = path.is_file() and path.stat().st_size <= _READ_ONCE_BYTES
    return table_of(path, dictionaries=pq.read_schema(path).names) if is_small else path


def iso_utc(at: datetime) -> str:
    """Return a moment in the form of a record: ISO 8601, UTC, whole seconds."""
    return at.isoformat(timespec="seconds")
