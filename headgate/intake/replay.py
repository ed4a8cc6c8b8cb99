"""Send a raw object through the gate again, after its contract was mended or the masking key changed.

The object's increment and its quarantine are written anew under the same keys, since its content is the same. A row that moves
from one to the other is written to its new place before it leaves the old one, so a replay that dies loses no row; the record
stays `replaying` then, and the next replay of the file does all of it again. docs/adr/0012-replay.md tells the order and why.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.contracts.model import Mask
from headgate.errors import BadInputError, NotFoundError
from headgate.intake.gate import Gated, pass_gate
from headgate.intake.mapping import Decided
from headgate.lake import keys
from headgate.lake.ports import FileRecord, MaskingKey, ObjectRef
from headgate.lake.publishing import parquet_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from headgate.contracts.model import Contract
    from headgate.intake.mapping import Mappings
    from headgate.lake.ports import FileLedger, ObjectStore

REPLAYED, STILL_REFUSED, RAW_GONE, LET_IN_ELSEWHERE = "replayed", "still_refused", "raw_gone", "let_in_elsewhere"
_PARQUET = "application/vnd.apache.parquet"
_EDITION_CHARACTERS = 16


@dataclass(frozen=True)
class Replayed:
    """What came of one replay.

    Attributes:
        outcome: `replayed`; `still_refused`: the gate refuses the file as a whole; `raw_gone`: its original is no more in raw;
            `let_in_elsewhere`: it was refused, and the same content was let in as another file since.
        record: the file's record now.
        left: rows that were in quarantine and are not any more.
        entered: rows that were not in quarantine and are now.
        told: why the file was not replayed, without any cell's value.
    """

    outcome: str
    record: FileRecord
    left: int = 0
    entered: int = 0
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Replaying:
    """Replays files that the gate has ended with.

    Args:
        contracts: source contracts by dataset, as they are now.
        masking_key: called only for datasets with card numbers.
        clock: naive UTC; it reaches leases and `finished_at`, never data.
        lease_s: how long other replays keep away from the file of one that died.
        mappings: for files whose header was mapped.
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

    def replay(self, file_id: str) -> Replayed:
        """The file's rows lie where its contract says now, each in curated or in quarantine once, and its record tells so.

        Raises:
            NotFoundError: there is no record of the file.
            ThrottledError: another worker holds the file, or it is no file that the gate has ended with.
            ServiceError: a service failed; nothing is lost, and replaying the file again completes it.
        """
        before = self.ledger.reopen(file_id, now=self.clock(), lease_s=self.lease_s)
        try:
            return self._replayed(before)
        except Exception:
            self.ledger.release(before)
            raise

    def _replayed(self, before: FileRecord) -> Replayed:
        try:
            gated = self._gated(before)
        except BadInputError as error:
            return self._kept(before, STILL_REFUSED, {"rule": error.rule, "message": error.message, "column": error.column})
        except NotFoundError:
            return self._kept(before, RAW_GONE, {"message": "the original is not in raw any more"})
        if self._is_let_in_elsewhere(before, gated):
            return self._kept(before, LET_IN_ELSEWHERE, {"message": "the same content was let in as another file since"})
        left, entered = self._write(before, gated)
        record = self._record(before, gated)
        self.ledger.finish(record)
        return Replayed(REPLAYED, record, left, entered)

    def _kept(self, before: FileRecord, outcome: str, told: Mapping[str, str]) -> Replayed:
        """The record as it was before; that of a replay that died half-way stays open, since its rows are not where it says."""
        if before.state == "replaying":
            self.ledger.release(before)
        else:
            self.ledger.finish(before)
        return Replayed(outcome, before, told=told)

    def _is_let_in_elsewhere(self, before: FileRecord, gated: Gated) -> bool:
        """Only a refused file can have lost its content to another; all others own theirs."""
        return before.state == "refused" and any(
            record.state == "done" and (record.dataset, record.content_sha256) == (before.dataset, gated.content_sha256)
            for record in self.ledger.records()
        )

    def _gated(self, before: FileRecord) -> Gated:
        contract = self.contracts.get(before.dataset)
        if contract is None:
            raise BadInputError(rule="unknown_dataset", message="no contract has this name", remedy="add one", file=before.key)
        ref = ObjectRef(before.bucket, before.key, before.version_id)
        info, body = self.objects.info(ref), self.objects.read(ref)
        sha256 = hashlib.sha256(body).hexdigest()
        if before.content_sha256 not in {"", sha256}:
            raise NotFoundError(f"{before.key} holds another content now")
        body = self._under_its_mapping(before, body)
        key = self.masking_key() if any(column.mask is Mask.PAN for column in contract.columns) else MaskingKey("", b"")
        return pass_gate(body, contract, key, object_key=before.key, received_at=info.modified_at, content_sha256=sha256)

    def _under_its_mapping(self, before: FileRecord, body: bytes) -> bytes:
        """A file that was let in under another header has that header again."""
        told = self.mappings.decide(before.key, before.dataset, body) if self.mappings and before.mapping else None
        return told.body if isinstance(told, Decided) else body

    def _write(self, before: FileRecord, gated: Gated) -> tuple[int, int]:
        """How many rows left quarantine, and how many entered it. At every moment each row lies in one of the two places, or in both."""
        at = ObjectRef(self.quarantine_bucket, keys.quarantine_key(before.dataset, gated.content_sha256))
        old, new = self._rows(at), _as_stored(gated.set_aside)
        leaving = _without(old, new)
        if new.num_rows:
            self._store(at, _together(new, leaving) if leaving.num_rows else gated.set_aside)
        self._write_increment(before, gated)
        if leaving.num_rows:
            self._store(at, gated.set_aside)
        return leaving.num_rows, _without(new, old).num_rows

    def _write_increment(self, before: FileRecord, gated: Gated) -> None:
        """The increment, then its edition's mark: a merge in between reads new rows as an old edition, and later merges anew."""
        ref = ObjectRef(self.curated_bucket, keys.increment_key(before.dataset, gated.content_sha256))
        marks = self._marks(before.dataset, gated.content_sha256)
        if gated.accepted.num_rows:
            body = parquet_bytes(gated.accepted)
            edition = hashlib.sha256(body).hexdigest()[:_EDITION_CHARACTERS]
            mark = keys.edition_key(before.dataset, gated.content_sha256, edition)
            self.objects.write(ref, body, content_type=_PARQUET)
            self.objects.write(ObjectRef(self.curated_bucket, mark), gated.contract.encode(), content_type="text/plain")
            marks.discard(mark)
        else:
            self.objects.delete(ref)
        for stale in sorted(marks):
            self.objects.delete(ObjectRef(self.curated_bucket, stale))

    def _marks(self, dataset: str, content_sha256: str) -> set[str]:
        listed = self.objects.list(self.curated_bucket, keys.edition_key(dataset, content_sha256, ""))
        return {item.ref.key for item in listed}

    def _record(self, before: FileRecord, gated: Gated) -> FileRecord:
        sha256 = gated.content_sha256
        return replace(
            before,
            state="done",
            content_sha256=sha256,
            contract=gated.contract,
            received=gated.received,
            accepted=gated.accepted.num_rows,
            quarantined=gated.quarantined,
            duplicates=gated.duplicates,
            warnings=gated.warnings,
            reasons=gated.reasons,
            curated_key=keys.increment_key(before.dataset, sha256) if gated.accepted.num_rows else "",
            quarantine_key=keys.quarantine_key(before.dataset, sha256) if gated.set_aside.num_rows else "",
            error={},
            finished_at=self.clock().isoformat(timespec="seconds"),
        )

    def _rows(self, ref: ObjectRef) -> pa.Table:
        try:
            return pq.read_table(io.BytesIO(self.objects.read(ref)))
        except NotFoundError:
            return pa.table({"source_row": pa.nulls(0, pa.int64())})

    def _store(self, ref: ObjectRef, rows: pa.Table) -> None:
        """The object holds exactly the rows; there is none where there are none."""
        if rows.num_rows:
            self.objects.write(ref, parquet_bytes(rows), content_type=_PARQUET)
        else:
            self.objects.delete(ref)


def _as_stored(rows: pa.Table) -> pa.Table:
    """The rows as they read back from Parquet: texts that repeat are plain there."""
    return pq.read_table(io.BytesIO(parquet_bytes(rows)))


def _together(some: pa.Table, others: pa.Table) -> pa.Table:
    """Both in the file's order; rows of an older quarantine may lack newer columns."""
    return pa.concat_tables([some, others], promote_options="default").sort_by("source_row")


def _without(rows: pa.Table, others: pa.Table) -> pa.Table:
    """The rows whose source row is none of the others'."""
    found = pc.is_in(rows["source_row"], others["source_row"].combine_chunks())
    return rows.filter(pc.invert(found))
