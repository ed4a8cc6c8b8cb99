"""One raw object to curated: claim it, let it through the gate, write what came of it, and record what happened.

May be delivered any number of times, by any number of workers, and stopped anywhere: the gate is pure, keys are a function of
the content, and the record is finished only when everything it tells of is written.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.contracts.model import Mask
from headgate.errors import BadInputError, ThrottledError, UnknownDatasetError
from headgate.intake.card_search import redacted_text
from headgate.intake.gate import Gated, pass_gate
from headgate.intake.mapping import MENDABLE, Suggested, columns_of
from headgate.intake.parallel import side_by_side
from headgate.intake.unpack import MAX_EXPANDED_BYTES, too_large
from headgate.lake import keys
from headgate.lake.ports import FileRecord, MaskingKey, ObjectRef
from headgate.lake.publishing import parquet_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.intake.mapping import Mappings
    from headgate.lake.ports import Claim, FileLedger, ObjectInfo, ObjectStore

DONE, REFUSED, SKIPPED, IGNORED, NEEDS_MAPPING = "done", "refused", "skipped_duplicate", "ignored", "needs_mapping"
UNKNOWN_DATASET = "unknown_dataset"
_PARQUET = "application/vnd.apache.parquet"


def file_id_of(ref: ObjectRef) -> str:
    """The id of one version of one object: a SHA-256 over bucket, key and version id, cut to 32 hex digits.

    Neither its content nor the time of its delivery matters, so every delivery of a version finds the same record.
    """
    return hashlib.sha256(f"{ref.bucket}\n{ref.key}\n{ref.version_id}".encode()).hexdigest()[:32]


def is_data(key: str) -> bool:
    """Whether a raw key names data. Folder markers, and names that start with `_` or `.` (manifests, `_SUCCESS`), name none."""
    name = key.rpartition("/")[2]
    return bool(name) and not name.startswith(("_", "."))


@dataclass(frozen=True)
class Curation:
    """Lets raw objects into curated.

    Args:
        contracts: source contracts by dataset.
        masking_key: called only for datasets with card numbers.
        clock: naive UTC; it reaches leases and `finished_at`, never data.
        lease_s: how long a claim keeps other workers away from a file.
        profile: called with the record, its contract, and the rows let in and set aside; what it tells goes into the record.
        mappings: for files whose folder or header names no contract; without them such files are refused.
        profile_unknown: called with the record and the columns of a file that is not let in for want of a contract.
    """

    objects: ObjectStore
    ledger: FileLedger
    contracts: Mapping[str, Contract]
    masking_key: Callable[[], MaskingKey]
    curated_bucket: str
    quarantine_bucket: str
    clock: Callable[[], datetime]
    lease_s: int
    profile: Callable[[FileRecord, Contract, pa.Table, pa.Table], Mapping[str, str]] | None = None
    mappings: Mappings | None = None
    profile_unknown: Callable[[FileRecord, Mapping[str, pa.Array]], Mapping[str, str]] | None = None

    def curate(self, ref: ObjectRef) -> FileRecord:
        """The record of what became of the object; `ignored`, and not in the ledger, when its key names no data.

        A key that holds a card or social security number is recorded without it, so such a file cannot be replayed.

        Raises:
            ThrottledError: another worker holds the file or its content; deliver it again later.
            ServiceError: a service failed; the claim is given back and nothing of the file is recorded as done.
        """
        if not is_data(ref.key):
            key = redacted_text(ref.key)
            return FileRecord(file_id_of(ref), ref.bucket, key, ref.version_id, keys.dataset_of(key), IGNORED)
        info = self.objects.info(ref)
        body = self.objects.read(info.ref) if _fits(info) else b""
        record = replace(_received(info), content_sha256=hashlib.sha256(body).hexdigest() if body else "")
        record = replace(record, dataset=self._dataset(record, body))
        claim = self.ledger.claim(record, now=self.clock(), lease_s=self.lease_s)
        return self._finished(record, info, body) if claim.granted else self._not_granted(record, claim)

    def _dataset(self, record: FileRecord, body: bytes) -> str:
        """By the folder; by the columns where the folder is no contract's."""
        if self.mappings is None or not body or record.dataset in self.contracts:
            return record.dataset
        return self.mappings.dataset(record.key, body) or record.dataset

    def _finished(self, record: FileRecord, info: ObjectInfo, body: bytes) -> FileRecord:
        try:
            settled = replace(self._settled(record, info, body), finished_at=_iso(self.clock()))
            self.ledger.finish(settled)
        except Exception:
            self.ledger.release(record)
            raise
        return settled

    def _not_granted(self, record: FileRecord, claim: Claim) -> FileRecord:
        if claim.state == DONE:
            return replace(self.ledger.get(record.file_id), seen_before=True)
        if claim.state != "duplicate":
            raise ThrottledError(f"another worker holds {record.key} or its content; deliver it again")
        skipped = replace(record, state=SKIPPED, duplicate_of=claim.owner, finished_at=_iso(self.clock()))
        self.ledger.finish(skipped)
        return skipped

    def _settled(self, record: FileRecord, info: ObjectInfo, body: bytes) -> FileRecord:
        try:
            gated = self._gated(record, info, body)
        except BadInputError as error:
            return self._mended(record, info, body, error)
        return self._profiled(self._written(record, gated), gated)

    def _mended(self, record: FileRecord, info: ObjectInfo, body: bytes, error: BadInputError) -> FileRecord:
        """The record of a file that may only need another header: let in under one that is sure, parked, or refused after all."""
        told = self.mappings.decide(record.key, record.dataset, body) if self.mappings and error.rule in MENDABLE else None
        if isinstance(told, Suggested):
            asked = self._refusal(record, told.asked(record.key))
            waiting = replace(asked, state=NEEDS_MAPPING, error={**asked.error, "suggestion": told.to_json()})
            return self._profiled_as_it_came(waiting, body)
        if told is None:
            refused = self._refusal(record, error)
            return self._profiled_as_it_came(refused, body) if error.rule == UNKNOWN_DATASET else refused
        try:
            gated = self._gated(record, info, told.body)
        except BadInputError as still:
            return self._refusal(record, still)
        return replace(self._profiled(self._written(record, gated), gated), mapping=told.as_record())

    def _profiled(self, record: FileRecord, gated: Gated) -> FileRecord:
        if self.profile is None:
            return record
        return replace(record, profile=self.profile(record, self.contracts[record.dataset], gated.accepted, gated.set_aside))

    def _profiled_as_it_came(self, record: FileRecord, body: bytes) -> FileRecord:
        if self.profile_unknown is None:
            return record
        try:
            columns = columns_of(body, self.contracts.get(record.dataset))
        except BadInputError:
            return record
        return replace(record, profile=self.profile_unknown(record, columns)) if columns else record

    def _gated(self, record: FileRecord, info: ObjectInfo, body: bytes) -> Gated:
        contract = self._contract(record)
        if not _fits(info):
            raise too_large(MAX_EXPANDED_BYTES)
        sha256, received_at = record.content_sha256, info.modified_at
        return pass_gate(body, contract, self._key(contract), object_key=record.key, received_at=received_at, content_sha256=sha256)

    def _contract(self, record: FileRecord) -> Contract:
        if record.dataset not in self.contracts:
            raise UnknownDatasetError(
                rule=UNKNOWN_DATASET,
                message=f"no contract is called {record.dataset!r}, the first folder of the key",
                remedy=f"send the file below one of {', '.join(sorted(self.contracts))}",
            )
        return self.contracts[record.dataset]

    def _key(self, contract: Contract) -> MaskingKey:
        has_cards = any(column.mask is Mask.PAN for column in contract.columns)
        return self.masking_key() if has_cards else MaskingKey("", b"")

    def _refusal(self, record: FileRecord, error: BadInputError) -> FileRecord:
        told = {"rule": error.rule, "message": error.message, "remedy": error.remedy, "file": record.key, "column": error.column}
        contract = self.contracts.get(record.dataset)
        return replace(record, state=REFUSED, error=told, contract=f"{contract.id}@{contract.version}" if contract else "")

    def _written(self, record: FileRecord, gated: Gated) -> FileRecord:
        """The record of a file whose rows all lie where it says. Refused rows are written first, so that none is ever missing."""
        aside, accepted = side_by_side(_encoded, (gated.set_aside, gated.accepted))
        quarantine = keys.quarantine_key(record.dataset, gated.content_sha256)
        increment = keys.increment_key(record.dataset, gated.content_sha256)
        return replace(
            record,
            state=DONE,
            contract=gated.contract,
            received=gated.received,
            accepted=gated.accepted.num_rows,
            quarantined=gated.quarantined,
            duplicates=gated.duplicates,
            warnings=gated.warnings,
            reasons=gated.reasons,
            written_as=gated.written_as,
            quarantine_key=self._write(ObjectRef(self.quarantine_bucket, quarantine), aside),
            curated_key=self._write(ObjectRef(self.curated_bucket, increment), accepted),
        )

    def _write(self, ref: ObjectRef, body: bytes) -> str:
        """The key that the rows lie at; empty, and nothing is written, when there are none."""
        if not body:
            return ""
        self.objects.write(ref, body, content_type=_PARQUET)
        return ref.key


def _encoded(rows: pa.Table) -> bytes:
    return parquet_bytes(rows) if rows.num_rows else b""


def _fits(info: ObjectInfo) -> bool:
    """Whether the object can be read by this worker at all; a larger one is refused unread."""
    return info.size_bytes <= MAX_EXPANDED_BYTES


def _received(info: ObjectInfo) -> FileRecord:
    ref, key = info.ref, redacted_text(info.ref.key)
    return FileRecord(
        file_id=file_id_of(ref),
        bucket=ref.bucket,
        key=key,
        version_id=ref.version_id,
        dataset=keys.dataset_of(key),
        state="processing",
        size_bytes=info.size_bytes,
        received_at=_iso(info.modified_at),
    )


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
