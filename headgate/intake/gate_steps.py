"""What every way through the gate needs, and what each does alike: fetch an object, let its file in, store what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.contracts.model import Mask
from headgate.errors import BadInputError, UnknownDatasetError
from headgate.formats.unpack import MAX_EXPANDED_BYTES
from headgate.intake.gate import ACCEPTED, SET_ASIDE, let_in
from headgate.intake.masked_at_source import check_seal, claims_to_be_masked, masked_form
from headgate.intake.quarantine import Origin
from headgate.lake import keys
from headgate.lake.content import sha256_of
from headgate.lake.ports import MaskingKey, ObjectRef
from headgate.lake.publishing import PARQUET_TYPE
from headgate.lake.states import FileState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.intake.gate import Counts
    from headgate.intake.spark_gate import Spread
    from headgate.lake.ports import FileLedger, FileRecord, ObjectStore
    from headgate.matching.mappings import Mappings

UNKNOWN_DATASET = "unknown_dataset"
# Parquet of so many bytes is some 10 MB of rows, which are no matter to a worker; column by column it would be opened some thirty times.
_AT_HAND_BYTES = 1 << 20


@dataclass(frozen=True)
class Passed:
    """A file that went through the gate: its rows lie in two local Parquet files, of which one without rows does not exist."""

    counts: Counts
    accepted: Path
    set_aside: Path

    def rows(self) -> tuple[pa.Table | Path, pa.Table | Path]:
        """The rows let in, and those set aside: those of a small file as tables, which are gone over faster than their files."""
        return _at_hand(self.accepted), _at_hand(self.set_aside)


@dataclass(frozen=True)
class Gatehouse:
    """Where files are let through the gate.

    Args:
        contracts: source contracts by dataset.
        masking_key: called only for datasets with card numbers, and for files that were masked at the source.
        clock: naive UTC; it reaches leases and `finished_at`, never data.
        lease_s: how long a claim keeps other workers away from a file.
        mappings: for files whose folder or header names no contract; without them such files are refused.
        largest_bytes: what a file may hold, compressed and not, so that it and all that is made of it fit the local disk.
        spread: lets files through on more workers than this one.
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
    spread: Spread | None = None

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

    def passed(self, record: FileRecord, path: Path, received_at: datetime, contract: Contract) -> Passed:
        """What the gate made of a local file, written beside it.

        Args:
            record: tells the file's key and the hash of its content.
            contract: its dataset's, or that with the file's own headings.

        Raises:
            BadInputError: the file as a whole cannot be let in; OutgrownError when it holds more than `largest_bytes`.
        """
        was_masked, folder = claims_to_be_masked(path), path.parent
        has_cards = was_masked or any(column.mask is Mask.PAN for column in contract.columns)
        key = self.masking_key() if has_cards else MaskingKey("", b"")
        if was_masked:
            check_seal(self.objects, record, key)
        if was_masked:
            contract = masked_form(contract, key.key_id)
        origin = Origin(contract.dataset, record.content_sha256 or sha256_of(path), record.key, received_at)
        counts = self.spread.let_in(path, contract, key, origin) if self.spread else None
        counts = counts or let_in(
            path,
            contract,
            key,
            object_key=record.key,
            received_at=received_at,
            folder=folder,
            content_sha256=origin.content_sha256,
            limit_bytes=self.largest_bytes,
        )
        return Passed(counts, folder / ACCEPTED, folder / SET_ASIDE)

    def quarantine_of(self, record: FileRecord) -> ObjectRef:
        """Where the file's refused rows and duplicates belong."""
        return ObjectRef(self.quarantine_bucket, keys.quarantine_key(record.dataset, record.content_sha256))

    def increment_of(self, record: FileRecord) -> ObjectRef:
        """Where the file's accepted rows belong."""
        return ObjectRef(self.curated_bucket, keys.increment_key(record.dataset, record.content_sha256))

    def store(self, rows: Path, ref: ObjectRef) -> str:
        """The key that the rows lie at; empty, and nothing is written, when there are none."""
        if not rows.is_file():
            return ""
        self.objects.upload(rows, ref, content_type=PARQUET_TYPE)
        return ref.key

    def now(self) -> str:
        """The moment, as records tell it."""
        return iso(self.clock())


def with_counts(record: FileRecord, counts: Counts) -> FileRecord:
    """The record of a file that went through the gate."""
    return replace(
        record,
        state=FileState.DONE,
        contract=counts.contract,
        received=counts.received,
        accepted=counts.accepted,
        quarantined=counts.quarantined,
        duplicates=counts.duplicates,
        warnings=counts.warnings,
        reasons=counts.reasons,
        written_as=counts.written_as,
        error={},
    )


def told(error: BadInputError) -> dict[str, str]:
    """What a record says of why its file was refused."""
    return {"rule": error.rule, "message": error.message, "remedy": error.remedy, "column": error.column}


def _at_hand(path: Path) -> pa.Table | Path:
    is_small = path.is_file() and path.stat().st_size <= _AT_HAND_BYTES
    return pq.read_table(path, read_dictionary=pq.read_schema(path).names) if is_small else path


def iso(at: datetime) -> str:
    """A moment as records tell it: ISO 8601, UTC, whole seconds."""
    return at.isoformat(timespec="seconds")
