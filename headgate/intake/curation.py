"""One raw object to curated: claim it, let it through the gate, write what came of it, and record what happened.

May be delivered any number of times, by any number of workers, and stopped anywhere: the gate is pure, keys are a function of
the content, and the record is finished only when everything it tells of is written.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headgate.errors import BadInputError, ThrottledError
from headgate.formats.open_file import decompressed
from headgate.formats.unpack import OutgrownError
from headgate.intake.gate_steps import iso, told, with_counts
from headgate.intake.larger_worker import Stopwatch
from headgate.intake.worker_sizing import LOOKED_AT_FROM_BYTES
from headgate.intake.workspace import workspace
from headgate.lake import keys
from headgate.lake.content import sha256_of
from headgate.lake.ports import FileRecord
from headgate.lake.states import ClaimAnswer, FileState
from headgate.masking.redaction import redact_text
from headgate.matching.mappings import MENDABLE, Suggested, perhaps_masked

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from concurrent.futures import Executor
    from pathlib import Path

    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.intake.gate_steps import Gatehouse, Passed
    from headgate.intake.larger_worker import HandingOver
    from headgate.lake.ports import Claim, ObjectInfo, ObjectRef

RECEIVED = "received"
# A file that nobody knows is profiled from all its texts at once, which is not worth a larger worker.
_PROFILED_AS_IT_CAME_BYTES = 256 << 20


def file_id_of(ref: ObjectRef) -> str:
    """The id of one version of one object: a SHA-256 over bucket, key and version id, cut to 32 hex digits.

    Neither its content nor the time of its delivery matters, so every delivery of a version finds the same record.
    """
    return hashlib.sha256(f"{ref.bucket}\n{ref.key}\n{ref.version_id}".encode()).hexdigest()[:32]


def is_data(key: str) -> bool:
    """Whether a raw key names data. Folder markers, and names that start with `_` or `.` (manifests, `_SUCCESS`), name none."""
    name = key.rpartition("/")[2]
    return bool(name) and not name.startswith(("_", "."))


def _one_thread() -> Executor:
    return ThreadPoolExecutor(1)


@dataclass(frozen=True)
class Curation:
    """Lets raw objects into curated.

    Args:
        profile: called with the record, its contract, and the rows let in and set aside, as tables or as local Parquet, of which one
            without rows does not exist; what it tells goes into the record.
        profile_unknown: called with the record, the columns of a file that is not let in, and the names of those that are sensitive.
        tell: called with each record before it stands, so that no file is settled whose news were lost. A worker that dies in between
            tells twice.
        beside: makes what rows are stored by while they are profiled.
        handing_over: what is done with a file that is too much for this worker; without it every file is this worker's own.
        run: the name of a larger worker's run; what was handed over is its to take.
        measured_from_bytes: what a smaller file takes is not remembered.
    """

    house: Gatehouse
    profile: Callable[[FileRecord, Contract, pa.Table | Path, pa.Table | Path], Mapping[str, str]] | None = None
    profile_unknown: Callable[[FileRecord, Mapping[str, pa.Array], Collection[str]], Mapping[str, str]] | None = None
    tell: Callable[[FileRecord], None] | None = None
    beside: Callable[[], Executor] = _one_thread
    handing_over: HandingOver | None = None
    run: str = ""
    measured_from_bytes: int = LOOKED_AT_FROM_BYTES

    def curate(self, ref: ObjectRef) -> FileRecord:
        """The record of what became of the object; `ignored`, and not in the ledger, when its key names no data.

        `handed_over` is a file that a larger worker goes on with; there is nothing left to do about it here.

        A key that holds a card or social security number is recorded without it, so such a file cannot be replayed.

        Raises:
            ThrottledError: another worker holds the file or its content; deliver it again later.
            ServiceError: a service failed; the claim is given back and nothing of the file is recorded as done.
        """
        if not is_data(ref.key):
            key = redact_text(ref.key)
            return FileRecord(file_id_of(ref), ref.bucket, key, ref.version_id, keys.dataset_of(key), FileState.IGNORED)
        info = self.house.objects.info(ref)
        record = _received(info)
        if self.handing_over and self.handing_over.lacks(self.house.objects, self.house.ledger, record, info):
            return self._handed_over(record, info)
        with workspace() as folder:
            return self._curated(record, info, folder / RECEIVED)

    def _curated(self, record: FileRecord, info: ObjectInfo, path: Path) -> FileRecord:
        watch = Stopwatch.start(self.house.clock(), self.measured_from_bytes)
        if self._fits(info):
            self.house.objects.download(info.ref, path, info.size_bytes)
            record = replace(record, content_sha256=sha256_of(path) if info.size_bytes else "")
            record = replace(record, dataset=self._dataset(record, path))
        claim = self._claim(record)
        if not claim.granted:
            return self._not_granted(record, claim)
        try:
            settled = self._settle(record, lambda: self._settled(record, info, path))
        except OutgrownError:
            return self._handed_over(record, info)
        if settled.state is FileState.DONE and (self.handing_over or self.run):
            watch.note(self.house.ledger, settled, path, self.house.clock())
        return settled

    def _claim(self, record: FileRecord) -> Claim:
        now, lease_s = self.house.clock(), self.house.lease_s
        if self.run:
            return self.house.ledger.take_over(record, run=self.run, now=now, lease_s=lease_s)
        return self.house.ledger.claim(record, now=now, lease_s=lease_s)

    def _handed_over(self, record: FileRecord, info: ObjectInfo) -> FileRecord:
        """The record as it is for a larger worker; refused when no other may know its name."""
        house, handing_over = self.house, self.handing_over
        if handing_over is None:
            return record
        try:
            claim = handing_over.hand_over(house.ledger, record, info.ref, now=house.clock(), claim_s=house.lease_s)
        except BadInputError as error:
            refused, claim = self._refusal(record, error), self._claim(record)
            return self._settle(record, lambda: refused) if claim.granted else self._not_granted(record, claim)
        return replace(record, state=FileState.HANDED_OVER) if claim.granted else self._not_granted(record, claim)

    def _fits(self, info: ObjectInfo) -> bool:
        """Whether the object can be read by this worker at all; a larger one is refused unread."""
        return info.size_bytes <= self.house.largest_bytes

    def _check_fits(self, info: ObjectInfo) -> None:
        if not self._fits(info):
            raise OutgrownError.of(self.house.largest_bytes)

    def _dataset(self, record: FileRecord, path: Path) -> str:
        """By the folder; by the columns where the folder is no contract's."""
        mappings = self.house.mappings
        if mappings is None or not record.size_bytes or record.dataset in self.house.contracts:
            return record.dataset
        return mappings.dataset(record.key, self._readable(path)) or record.dataset

    def _settle(self, record: FileRecord, outcome: Callable[[], FileRecord]) -> FileRecord:
        try:
            settled = replace(outcome(), finished_at=self.house.now())
            if self.tell:
                self.tell(settled)
            self.house.ledger.finish(settled)
        except Exception:
            self.house.ledger.release(record)
            raise
        return settled

    def _not_granted(self, record: FileRecord, claim: Claim) -> FileRecord:
        if claim.answer in {ClaimAnswer.DONE, ClaimAnswer.HANDED_OVER} or (
            self.run and claim.owner == record.file_id and self._is_handed_over(record)
        ):
            return replace(self.house.ledger.get(record.file_id), seen_before=True)
        if claim.answer is not ClaimAnswer.DUPLICATE:
            raise ThrottledError(f"another worker holds {record.key} or its content; deliver it again")
        skipped = replace(record, state=FileState.SKIPPED_DUPLICATE, duplicate_of=claim.owner, finished_at=self.house.now())
        self.house.ledger.finish(skipped)
        return skipped

    def _is_handed_over(self, record: FileRecord) -> bool:
        """Whether another run than ours has the file."""
        return self.house.ledger.get(record.file_id).state is FileState.HANDED_OVER

    def _settled(self, record: FileRecord, info: ObjectInfo, path: Path) -> FileRecord:
        try:
            self._check_fits(info)  # first of all: what does not is not here to be looked at
            contract = self.house.contract(record.dataset)
            return self._let_in(record, info, path, contract)
        except OutgrownError as error:
            if self.handing_over:
                raise
            return self._refusal(record, error)
        except BadInputError as error:
            return self._mended(record, info, path, error)

    def _let_in(self, record: FileRecord, info: ObjectInfo, path: Path, contract: Contract) -> FileRecord:
        passed = self.house.passed(record, path, info.modified_at, contract)
        counted = with_counts(record, passed.counts)
        with self.beside() as beside:  # storing waits for S3 most of its time
            stored = beside.submit(self._stored, counted, passed)
            profile = self._profile(counted, passed)
            return replace(stored.result(), profile=profile)

    def _mended(self, record: FileRecord, info: ObjectInfo, path: Path, error: BadInputError) -> FileRecord:
        """The record of a file that may only need other headings: let in under those that are sure, parked, or refused after all."""
        mappings = self.house.mappings
        decided = mappings.decide(record.key, record.dataset, self._readable(path)) if mappings and error.rule in MENDABLE else None
        if isinstance(decided, Suggested):
            asked = self._refusal(record, decided.asked(record.key))
            waiting = replace(asked, state=FileState.NEEDS_MAPPING, error={**asked.error, "suggestion": decided.to_json()})
            return self._profiled_as_it_came(waiting, path)
        if decided is None:
            return self._profiled_as_it_came(self._refusal(record, error), path)
        try:
            return replace(self._let_in(record, info, path, decided.contract), mapping=decided.as_record())
        except BadInputError as still:
            return self._refusal(record, still)

    def _profile(self, record: FileRecord, passed: Passed) -> Mapping[str, str]:
        contract = self.house.contracts[record.dataset]
        return self.profile(record, contract, *passed.rows()) if self.profile else {}

    def _profiled_as_it_came(self, record: FileRecord, path: Path) -> FileRecord:
        if self.profile_unknown is None or not path.is_file():
            return record
        file = self._readable(path)
        if file.stat().st_size > _PROFILED_AS_IT_CAME_BYTES:
            return record
        from headgate.formats.file_table import columns_by_shown_name  # noqa: PLC0415 a cold start loads what reads unknown tables when one comes

        contract = self.house.contracts.get(record.dataset)
        columns = columns_by_shown_name(file, contract)
        asked = Suggested.from_json(record.error["suggestion"]) if "suggestion" in record.error else None
        sensitive = perhaps_masked(contract, columns, asked) if contract else frozenset()
        return replace(record, profile=self.profile_unknown(record, columns, sensitive)) if columns else record

    def _readable(self, path: Path) -> Path:
        """The file without its compression, where that can be taken off."""
        try:
            return decompressed(path, path.parent, self.house.largest_bytes).path
        except BadInputError:
            return path

    def _refusal(self, record: FileRecord, error: BadInputError) -> FileRecord:
        contract = self.house.contracts.get(record.dataset)
        by = f"{contract.id}@{contract.version}" if contract else ""
        return replace(record, state=FileState.REJECTED, error={**told(error), "file": record.key}, contract=by)

    def _stored(self, record: FileRecord, passed: Passed) -> FileRecord:
        """The record of a file whose rows all lie where it says. Refused rows are written first, so that none is ever missing."""
        return replace(
            record,
            quarantine_key=self.house.store(passed.set_aside, self.house.quarantine_of(record)),
            curated_key=self.house.store(passed.accepted, self.house.increment_of(record)),
        )


def _received(info: ObjectInfo) -> FileRecord:
    ref, key = info.ref, redact_text(info.ref.key)
    return FileRecord(
        file_id=file_id_of(ref),
        bucket=ref.bucket,
        key=key,
        version_id=ref.version_id,
        dataset=keys.dataset_of(key),
        state=FileState.PROCESSING,
        size_bytes=info.size_bytes,
        received_at=iso(info.modified_at),
    )
