"""One raw object to curated, in named steps.

| step | work |
|---|---|
| look | find size and form of the object; hand over a file that exceeds this worker to a larger one |
| fetch | download, hash, and find the dataset; a large object is claimed meanwhile, without its content |
| claim | take the right to process the object and its content |
| check | send every row through the gate; a header that fits no contract is mapped first |
| store | store quarantined rows, then accepted rows, while the rows are profiled |
| finish | send alerts, then write the record |

An object may be delivered any number of times, to any number of workers, and a worker may stop at any call:
the gate is pure, keys are a function of the content, and the record is finished only after everything that it
names is written.
"""

from __future__ import annotations

import shlex
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from headgate.errors import BadInputError, NotFoundError, ThrottledError
from headgate.formats.open_file import decompressed
from headgate.formats.unpack import OutgrownError
from headgate.intake.files.check_local_file import (
    UNKNOWN_DATASET,
    CheckedOriginal,
    CheckedParquet,
    check_local_file,
    check_readable,
    checked_by,
    contract_of,
    error_fields,
    with_counts,
)
from headgate.intake.files.gate import GatePorts, GateRules, iso_utc
from headgate.intake.files.replace_original import (
    RECEIVED,
    end_original,
    is_pending,
    of_copy,
    replace_later,
    replaced_record,
    with_replacement,
)
from headgate.intake.files.workspace import workspace
from headgate.intake.workers.heartbeat import heartbeat
from headgate.intake.workers.larger_worker import LargerWorker, Stopwatch
from headgate.intake.workers.worker_sizing import MEASURED_FROM_BYTES
from headgate.lake import keys
from headgate.lake.content_hash import sha256_of
from headgate.lake.ports import SUMMARY, Claim, FileRecord, ObjectInfo, ObjectRef
from headgate.lake.raw_objects import file_id_of, why_ignored
from headgate.lake.states import ClaimAnswer, FileState, Originals
from headgate.lake.versions import NO_ROWS, has_no_rows
from headgate.masking.redaction import redact_text
from headgate.matching.mappings import MAPPABLE_RULES, Suggested
from headgate.matching.sensitive_columns import possibly_sensitive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa

    from headgate.contracts.hidden_values import HiddenBy
    from headgate.contracts.model import Contract
    from headgate.matching.file_table import FileTable

# A file without a contract is profiled in memory. A larger one gets no profile: it does not justify a larger
# worker.
_UNKNOWN_PROFILE_LIMIT_BYTES = 256 << 20
_MAX_SENDER_LENGTH = 200  # characters; `sent_by` of the contract file_records
_COPY_WITHOUT_ROWS = {
    "rule": NO_ROWS,
    "message": "The same file was sent before, and it has a header and no rows",
    "remedy": "Send a file with rows below the header",
    "column": "",
}


@dataclass(frozen=True)
class FileProcessor:
    """Processes raw objects.

    Args:
        profile: called with the record, its contract, and the accepted and quarantined rows as tables or
            local Parquet files (a file without rows does not exist). Its result goes into the record.
        profile_unknown: called with the record, the table of a file that was not accepted, and the names of
            sensitive columns.
        profile_uncontracted: called with the record and a table that no contract fits. Its result goes into
            the record; such files are rejected without it.
        create_records: called with the contract of an accepted file and its accepted rows. Its result goes
            into the record. It is called again if a worker dies before the record is written.
        alert: called with each record before it is written, so that no file is finished without its alert.
            The alert is sent twice if a worker dies in between.
        executor: creates the executor that stores rows while they are profiled.
        larger_worker: takes files that exceed this worker; this worker processes every file without it.
        run: name of a larger worker's run, which may take over files that were handed over.
        measured_from_bytes: smaller files are not measured.
        worker: memory and DPUs of this worker, for the record.
    """

    ports: GatePorts
    rules: GateRules
    profile: Callable[[FileRecord, Contract, pa.Table | Path, pa.Table | Path], Mapping[str, str]] | None = (
        None
    )
    profile_unknown: Callable[[FileRecord, FileTable, Mapping[str, HiddenBy]], Mapping[str, str]] | None = (
        None
    )
    profile_uncontracted: Callable[[FileRecord, FileTable], Mapping[str, str]] | None = None
    create_records: Callable[[Contract, pa.Table | Path], Mapping[str, int]] | None = None
    alert: Callable[[FileRecord], None] | None = None
    executor: Callable[[], Executor] = lambda: ThreadPoolExecutor(1)
    larger_worker: LargerWorker | None = None
    run: str = ""
    measured_from_bytes: int = MEASURED_FROM_BYTES
    worker: Mapping[str, str] = field(default_factory=dict)

    def process(self, ref: ObjectRef, look_up: Callable[[], ObjectInfo] | None = None) -> FileRecord:
        """Process the object and return its record; `ignored`, with the reason, if its key names no data.

        A card or social security number in a key is masked in the record, so such a file cannot be replayed.

        Args:
            look_up: returns the object's size and time, for a caller that knows them already.

        Raises:
            ThrottledError: another worker holds the file or its content; deliver it again later.
            ServiceError: a service failed; the claim is released and the file is not recorded as done.
        """
        # The gate or a commit wrote the object, and the file that it belongs to has a record.
        if keys.masked_original_of(ref.key) or keys.sent_file_of(ref.key):
            return replace(
                _received(ObjectInfo(ref, 0, self.ports.clock())), state=FileState.IGNORED, seen_before=True
            )
        if reason := why_ignored(ref.key):
            return self._ignore(ref, reason)
        try:
            info = look_up() if look_up else self.ports.objects.info(ref)
        except NotFoundError:
            return self._answer_replaced(ref)
        received = replace(_received(info), definitions=self.rules.definitions, worker=self.worker)
        record = self._reached(received, "trigger")
        if self.larger_worker and self.larger_worker.shortage(
            self.ports.objects, self.ports.ledger, record, info
        ):
            return self._hand_over(record, info)
        with workspace() as folder:
            return self._process_data(record, info, folder / RECEIVED)

    def _answer_replaced(self, ref: ObjectRef) -> FileRecord:
        """Return the record of an object that is delivered again after its original was replaced.

        Raises:
            NotFoundError: the object does not exist for another reason.
        """
        record = replaced_record(self.ports.objects, self.ports.ledger, ref, file_id_of(ref))
        if record is None:
            raise NotFoundError(f"there is no object {redact_text(ref.key)} in {ref.bucket}")
        return replace(record, seen_before=True)

    def _ignore(self, ref: ObjectRef, reason: str) -> FileRecord:
        """Record an object that is not data, without reading it.

        A temporary object that no longer exists needs no record.
        """
        try:
            record = _received(self.ports.objects.info(ref))
        except NotFoundError:
            return replace(_received(ObjectInfo(ref, 0, self.ports.clock())), state=FileState.IGNORED)
        claim = self.ports.ledger.claim(record, now=self.ports.clock(), lease_s=self.ports.lease_s)
        if not claim.granted:
            return self._answer_refused_claim(record, claim)
        ignored = replace(
            record, state=FileState.IGNORED, error={"rule": "not_data", "message": reason, "file": record.key}
        )
        return self._finish(record, lambda: ignored)

    def _process_data(self, record: FileRecord, info: ObjectInfo, path: Path) -> FileRecord:
        stopwatch = Stopwatch.start(self.ports.clock(), self.measured_from_bytes)
        with self._claimed_while_fetched(record) as claim:
            record = self._fetch(record, info, path) if claim.granted else record
        claim = self._claim(record) if claim.granted else claim
        if not claim.granted:
            answered = self._answer_refused_claim(record, claim)
            return self._end_again(answered, info.ref)
        try:
            finished = self._finish(record, lambda: self._check(record, info, path))
        except OutgrownError:
            return self._hand_over(record, info)
        end_original(self.ports.objects, finished, info.ref, self.rules.originals)
        if finished.state is FileState.DONE and (self.larger_worker or self.run):
            stopwatch.note(self.ports.ledger, finished, path, self.ports.clock())
        return finished

    @contextmanager
    def _claimed_while_fetched(self, record: FileRecord) -> Iterator[Claim]:
        """Claim a large object while it is fetched, so that it has a record from the start.

        If its worker dies meanwhile, the record is left undone, and the next delivery hands the file over.
        The content is not claimed, because its hash is not known yet. A larger worker's file already has a
        record, written when it was handed over.
        """
        if self.run or record.size_bytes < self.measured_from_bytes:
            yield Claim(ClaimAnswer.GRANTED, record.file_id)
            return
        claim = self._claim(record)
        if not claim.granted:
            yield claim
            return
        try:
            with self._holding(record):
                yield claim
        finally:
            self.ports.ledger.release(record)

    def _end_again(self, answered: FileRecord, ref: ObjectRef) -> FileRecord:
        """Complete an earlier delivery: replace a pending original, and delete a replaced one."""
        if is_pending(answered) and self.rules.originals is not Originals.KEEP:
            return replace(replace_later(self.ports, self.rules, answered.file_id), seen_before=True)
        end_original(self.ports.objects, answered, ref, self.rules.originals)
        return answered

    def _fetch(self, record: FileRecord, info: ObjectInfo, path: Path) -> FileRecord:
        """Download the object, and return the record with content hash and dataset.

        An object that exceeds `largest_bytes` is not downloaded, and its record is unchanged.
        """
        if info.size_bytes > self.rules.largest_bytes:
            return record
        self.ports.objects.download(info.ref, path, info.size_bytes)
        record = replace(record, content_sha256=sha256_of(path) if info.size_bytes else "")
        return self._reached(replace(record, dataset=self._dataset(record, path)), "processing")

    def _reached(self, record: FileRecord, stage: str) -> FileRecord:
        """Record when a stage of the file ended. The times are only shown; nothing depends on them."""
        return replace(
            record,
            stage_times={**record.stage_times, stage: self.ports.clock().isoformat(timespec="milliseconds")},
        )

    def _claim(self, record: FileRecord) -> Claim:
        now, lease_s = self.ports.clock(), self.ports.lease_s
        if self.run:
            return self.ports.ledger.take_over(record, run=self.run, now=now, lease_s=lease_s)
        return self.ports.ledger.claim(record, now=now, lease_s=lease_s)

    def _hand_over(self, record: FileRecord, info: ObjectInfo) -> FileRecord:
        """Hand the file over to a larger worker; reject it if its key must not be passed on."""
        ports, larger_worker = self.ports, self.larger_worker
        if larger_worker is None:
            return record
        rejected = None
        try:
            claim = larger_worker.hand_over(
                ports.ledger, record, info.ref, now=ports.clock(), claim_s=ports.lease_s
            )
        except BadInputError as error:
            rejected, claim = self._rejected(record, error), self._claim(record)
        if not claim.granted:
            return self._answer_refused_claim(record, claim)
        if rejected:
            return self._finish(record, lambda: rejected)
        return replace(record, state=FileState.HANDED_OVER)

    def _dataset(self, record: FileRecord, path: Path) -> str:
        """Return the dataset that the folder names, or without its contract the one whose columns fit."""
        mappings = self.rules.mappings
        if mappings is None or not record.size_bytes or record.dataset in self.rules.contracts:
            return record.dataset
        return mappings.dataset(record.key, self._readable(path)) or record.dataset

    def _finish(self, record: FileRecord, outcome: Callable[[], FileRecord]) -> FileRecord:
        try:
            with self._holding(record):
                finished = replace(outcome(), finished_at=self.ports.now())
            if self.alert:
                self.alert(finished)
            self.ports.ledger.finish(finished)
        except Exception:
            self.ports.ledger.release(record)
            raise
        return finished

    def _holding(self, record: FileRecord) -> AbstractContextManager[None]:
        """Extend the claim's lease while the block runs; a larger worker's lease covers its whole run."""
        lease_s = self.ports.lease_s
        if self.run:
            return nullcontext()
        return heartbeat(
            lambda: self.ports.ledger.renew(record, now=self.ports.clock(), lease_s=lease_s), lease_s
        )

    def _answer_refused_claim(self, record: FileRecord, claim: Claim) -> FileRecord:
        if claim.answer in {ClaimAnswer.DONE, ClaimAnswer.HANDED_OVER} or (
            self.run
            and claim.owner == record.file_id
            and self.ports.ledger.get(record.file_id).state is FileState.HANDED_OVER  # to another run
        ):
            return replace(self.ports.ledger.get(record.file_id), seen_before=True)
        if claim.answer is not ClaimAnswer.DUPLICATE:
            raise ThrottledError(f"another worker holds {record.key} or its content; deliver it again")
        owner = self.ports.ledger.get(claim.owner)
        if owner.state in {FileState.REVERTING, FileState.REVERTED}:
            raise ThrottledError(f"the rows of {record.key} are being reverted; deliver it again")
        skipped = replace(
            of_copy(record, owner, self.rules.originals),
            state=FileState.SKIPPED_DUPLICATE,
            duplicate_of=claim.owner,
            error={**_COPY_WITHOUT_ROWS, "file": record.key} if has_no_rows(owner) else {},
            finished_at=self.ports.now(),
        )
        self.ports.ledger.finish(skipped)
        return skipped

    def _check(self, record: FileRecord, info: ObjectInfo, path: Path) -> FileRecord:
        try:
            if info.size_bytes > self.rules.largest_bytes:  # it was not downloaded
                raise OutgrownError.of(self.rules.largest_bytes)
            if record.dataset not in self.rules.contracts:
                check_readable(path, self.rules.largest_bytes)
            contract = contract_of(self.rules.contracts, record.dataset)
            return self._check_and_store(record, info, path, contract)
        except OutgrownError as error:
            if self.larger_worker:
                raise
            return self._rejected(record, error)
        except BadInputError as error:
            return self._map_or_reject(record, info, path, error)

    def _check_and_store(
        self, record: FileRecord, info: ObjectInfo, path: Path, contract: Contract
    ) -> FileRecord:
        gated = check_local_file(record, path, info.modified_at, contract, rules=self.rules, ports=self.ports)
        counted = self._reached(with_counts(record, gated.counts, self.rules), "validation")
        with self.executor() as executor:  # storing mostly waits for S3
            stored = executor.submit(self._store, counted, gated)
            profile = (
                self.profile(counted, self.rules.contracts[record.dataset], *gated.rows())
                if self.profile
                else {}
            )
            done = replace(stored.result(), profile=profile, model_records=self._records(counted, gated))
        checked = CheckedOriginal(path, contract, info.modified_at, gated)
        return self._reached(with_replacement(self.rules, self.ports.objects, done, checked), "database")

    def _map_or_reject(
        self, record: FileRecord, info: ObjectInfo, path: Path, error: BadInputError
    ) -> FileRecord:
        """Map the header to the contract, and accept the file if the confidence is high.

        A file with lower confidence is pending for a person, and a file without a mapping is rejected.
        """
        mappings = self.rules.mappings if error.rule in MAPPABLE_RULES else None
        try:
            decided = mappings.decide(record.key, record.dataset, self._readable(path)) if mappings else None
        except BadInputError as stopped:  # the contract stops files with new columns
            return self._with_unknown_profile(self._rejected(record, stopped), path)
        if isinstance(decided, Suggested):
            asked = self._rejected(record, decided.asked(record.key))
            pending = replace(
                asked, state=FileState.NEEDS_MAPPING, error={**asked.error, "suggestion": decided.to_json()}
            )
            return self._with_unknown_profile(pending, path)
        if decided is None:
            return self._profiled(record, path, error) or self._with_unknown_profile(
                self._rejected(record, error), path
            )
        try:
            return replace(
                self._check_and_store(record, info, path, decided.contract), mapping=decided.as_record()
            )
        except BadInputError as still:
            return self._rejected(record, still)

    def _records(self, record: FileRecord, gated: CheckedParquet) -> Mapping[str, int]:
        if self.create_records is None or not gated.has_accepted:
            return {}
        return self.create_records(self.rules.contracts[record.dataset], gated.rows()[0])

    def _with_unknown_profile(self, record: FileRecord, path: Path) -> FileRecord:
        if self.profile_unknown is None or not path.is_file():
            return record
        file = self._readable(path)
        if file.stat().st_size > _UNKNOWN_PROFILE_LIMIT_BYTES:
            return record
        from headgate.formats.read_table import unknown_table  # noqa: PLC0415 loaded with the first unknown table, to keep cold starts short

        contract = self.rules.contracts.get(record.dataset)
        table = unknown_table(file, contract)
        asked = Suggested.from_json(record.error["suggestion"]) if "suggestion" in record.error else None
        sensitive = possibly_sensitive(contract, table.by_shown_name, asked) if contract else {}
        return (
            replace(record, profile=self.profile_unknown(record, table, sensitive)) if table.names else record
        )

    def _profiled(self, record: FileRecord, path: Path, error: BadInputError) -> FileRecord | None:
        """Return the record of a table that no contract fits, with its summary, or of an unreadable file."""
        if self.profile_uncontracted is None or error.rule != UNKNOWN_DATASET:
            return None
        file = self._readable(path)
        if file.stat().st_size > _UNKNOWN_PROFILE_LIMIT_BYTES:
            return None
        from headgate.formats.read_table import not_a_table, unknown_table, why_unreadable  # noqa: PLC0415 as above

        table = unknown_table(file)
        if not table.names and (reason := why_unreadable(path)):
            return self._rejected(record, reason)
        if not table.names and keys.dataset_of(record.key) in {"", keys.UPLOADS}:
            return self._rejected(record, not_a_table())
        profile = self.profile_uncontracted(record, table) if table.names else {}
        if SUMMARY not in profile:
            return None
        named = shlex.quote(record.key)
        remedy = (
            f"draft its contract with `headgate contract init --raw {named}` and deploy it (add "
            "--header if its first row has the "
            "names but was read as data): the deployment takes up the file; "
            f"or, if it belongs to a dataset of the lake, map it: `headgate mapping accept {named} "
            "--dataset NAME`"
        )
        what = BadInputError(
            rule=UNKNOWN_DATASET,
            message="no contract describes this file, so none of its rows entered the lake",
            remedy=remedy,
        )
        return replace(self._rejected(record, what), state=FileState.PROFILED, profile=profile)

    def _readable(self, path: Path) -> Path:
        """Return the decompressed file, or the file itself if it cannot be decompressed."""
        try:
            return decompressed(path, path.parent, self.rules.largest_bytes).path
        except BadInputError:
            return path

    def _rejected(self, record: FileRecord, error: BadInputError) -> FileRecord:
        rejected = replace(
            record, state=FileState.REJECTED, error={**error_fields(error), "file": record.key}
        )
        return checked_by(rejected, self.rules)

    def _store(self, record: FileRecord, gated: CheckedParquet) -> FileRecord:
        """Store the rows, and return the record with their keys.

        Quarantined rows are written first, so that none is ever missing.
        """
        return replace(
            record,
            quarantine_key=self.ports.store(gated.quarantine_rows, self.ports.quarantine_of(record))
            if gated.has_quarantine_rows
            else "",
            curated_key=self.ports.store(gated.accepted, self.ports.increment_of(record))
            if gated.has_accepted
            else "",
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
        received_at=iso_utc(info.modified_at),
        sent_by=redact_text(info.sender)[:_MAX_SENDER_LENGTH],
    )
