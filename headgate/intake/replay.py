"""Send a raw object through the gate again, after its contract was mended or the masking key changed.

The object's increment and its quarantine are written anew under the same keys, since its content is the same. A row that moves
from one to the other is written to its new place before it leaves the old one, so a replay that dies loses no row; the record
stays `replaying` then, and the next replay of the file does all of it again. docs/adr/0012-replay.md tells the order and why.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from headgate.errors import BadInputError, NotFoundError
from headgate.intake.curation import RECEIVED
from headgate.intake.gate import DISTINCT_ASIDE
from headgate.intake.gate_steps import told, with_counts
from headgate.intake.parquet_writer import RowsFile
from headgate.intake.source_rows import in_order, source_rows, without
from headgate.intake.workspace import workspace
from headgate.lake import keys
from headgate.lake.content import sha256_of
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.lake.states import FileState
from headgate.matching.mappings import Decided

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.intake.gate_steps import Gatehouse, Passed

REPLAYED, STILL_REFUSED, RAW_GONE, LET_IN_ELSEWHERE = "replayed", "still_refused", "raw_gone", "let_in_elsewhere"
_EDITION_CHARACTERS = 16
_NUMBER = "a card or social security number"
_MASKED_IN_KEYS = {"[PAN ": _NUMBER, "[SSN ": _NUMBER, "[CVV]": "a verification code"}  # what a record's key has in their place


@dataclass(frozen=True)
class Replayed:
    """What came of one replay.

    Attributes:
        outcome: `replayed`; `still_refused`: the gate refuses the file as a whole; `raw_gone`: its original is no more in raw,
            or cannot be found there since its key is recorded masked;
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
    """Replays files that the gate has ended with, by the contracts as they are now."""

    house: Gatehouse

    def replay(self, file_id: str) -> Replayed:
        """The file's rows lie where its contract says now, each in curated or in quarantine once, and its record tells so.

        Raises:
            NotFoundError: there is no record of the file.
            ThrottledError: another worker holds the file, or it is no file that the gate has ended with.
            ServiceError: a service failed; nothing is lost, and replaying the file again completes it.
        """
        before = self.house.ledger.reopen(file_id, now=self.house.clock(), lease_s=self.house.lease_s)
        try:
            with workspace() as folder:
                return self._replayed(before, folder)
        except Exception:
            self.house.ledger.release(before)
            raise

    def _replayed(self, before: FileRecord, folder: Path) -> Replayed:
        try:
            passed = self._passed(before, folder / RECEIVED)
        except BadInputError as error:
            why = told(error)
            return self._kept(before, STILL_REFUSED, {name: why[name] for name in ("rule", "message", "column")})
        except NotFoundError:
            return self._kept(before, RAW_GONE, {"message": why_gone(before.key)})
        after = replace(before, content_sha256=passed.counts.content_sha256)
        if self._is_let_in_elsewhere(after):
            return self._kept(before, LET_IN_ELSEWHERE, {"message": "the same content was let in as another file since"})
        left, entered = self._write(after, passed)
        record = self._record(after, passed)
        self.house.ledger.finish(record)
        return Replayed(REPLAYED, record, left, entered)

    def _kept(self, before: FileRecord, outcome: str, why: Mapping[str, str]) -> Replayed:
        """The record as it was before; that of a replay that died half-way stays open, since its rows are not where it says."""
        was_refused = before.state is FileState.REPLAYING and bool(before.error) and not self._has_rows(before)
        kept = replace(before, state=FileState.REJECTED) if was_refused else before
        if kept.state is FileState.REPLAYING:
            self.house.ledger.release(kept)
        else:
            self.house.ledger.finish(kept)
        return Replayed(outcome, kept, told=why)

    def _has_rows(self, record: FileRecord) -> bool:
        """Whether a replay that died has stored rows of the file; of one whose content is not known, it may have."""
        if not record.content_sha256:
            return True
        return any(self._exists(at) for at in (self.house.quarantine_of(record), self.house.increment_of(record)))

    def _exists(self, ref: ObjectRef) -> bool:
        try:
            self.house.objects.info(ref)
        except NotFoundError:
            return False
        return True

    def _is_let_in_elsewhere(self, before: FileRecord) -> bool:
        """Only a refused file can have lost its content to another; all others own theirs."""
        return before.state is FileState.REJECTED and any(
            record.state is FileState.DONE and (record.dataset, record.content_sha256) == (before.dataset, before.content_sha256)
            for record in self.house.ledger.records()
        )

    def _passed(self, before: FileRecord, path: Path) -> Passed:
        contract = self.house.contract(before.dataset)
        info = self.house.objects.info(ObjectRef(before.bucket, before.key, before.version_id))
        self.house.objects.download(info.ref, path, info.size_bytes)
        sha256 = sha256_of(path)
        if before.content_sha256 not in {"", sha256}:
            raise NotFoundError(f"{before.key} holds another content now")
        return self.house.passed(
            replace(before, content_sha256=sha256), path, info.modified_at, self._under_its_mapping(before, contract, path)
        )

    def _under_its_mapping(self, before: FileRecord, contract: Contract, path: Path) -> Contract:
        """A file that was let in under other headings is read by them again."""
        mappings = self.house.mappings
        decided = mappings.decide(before.key, before.dataset, path) if mappings and before.mapping else None
        return decided.contract if isinstance(decided, Decided) else contract

    def _write(self, before: FileRecord, passed: Passed) -> tuple[int, int]:
        """How many rows left quarantine, and how many entered it. At every moment each row lies in one of the two places, or in both."""
        at = self.house.quarantine_of(before)
        was = self._quarantined_before(at, passed.set_aside.with_name("before.parquet"))
        old, new = source_rows(was), source_rows(passed.set_aside)
        leaving = len(without(old, new))
        if len(new):
            self.house.store(_together(passed.set_aside, was) if leaving else passed.set_aside, at)
        self._write_increment(before, passed)
        if leaving:
            self._store_or_delete(passed.set_aside, at)
        return leaving, len(without(new, old))

    def _write_increment(self, before: FileRecord, passed: Passed) -> None:
        """The increment, then its edition's mark: a merge in between reads new rows as an old edition, and later merges anew."""
        sha256, marks = before.content_sha256, self._marks(before)
        self._store_or_delete(passed.accepted, self.house.increment_of(before))
        if passed.accepted.is_file():
            mark = keys.edition_key(before.dataset, sha256, sha256_of(passed.accepted)[:_EDITION_CHARACTERS])
            self.house.objects.write(self._curated(mark), passed.counts.contract.encode(), content_type="text/plain")
            marks.discard(mark)
        for stale in sorted(marks):
            self.house.objects.delete(self._curated(stale))

    def _marks(self, before: FileRecord) -> set[str]:
        listed = self.house.objects.list(self.house.curated_bucket, keys.edition_key(before.dataset, before.content_sha256, ""))
        return {item.ref.key for item in listed}

    def _curated(self, key: str) -> ObjectRef:
        return ObjectRef(self.house.curated_bucket, key)

    def _record(self, before: FileRecord, passed: Passed) -> FileRecord:
        return replace(
            with_counts(before, passed.counts),
            written_as=before.written_as,
            closed_by="",
            curated_key=self.house.increment_of(before).key if passed.accepted.is_file() else "",
            quarantine_key=self.house.quarantine_of(before).key if passed.set_aside.is_file() else "",
            finished_at=self.house.now(),
        )

    def _quarantined_before(self, at: ObjectRef, path: Path) -> Path:
        """A local copy of what lies in quarantine; no file where nothing does."""
        try:
            self.house.objects.download(at, path)
        except NotFoundError:
            path.unlink(missing_ok=True)
        return path

    def _store_or_delete(self, rows: Path, ref: ObjectRef) -> None:
        """The object holds exactly the rows; there is none where there are none."""
        if not self.house.store(rows, ref):
            self.house.objects.delete(ref)


def why_gone(key: str) -> str:
    """Why there is no original under a record's key: it was deleted or written over, or its own key is not the one recorded."""
    held = next((what for mark, what in _MASKED_IN_KEYS.items() if mark in key), "")
    if not held:
        return "the original is not in raw any more"
    return f"its key held {held}, so the original cannot be found by it; send it again under another name"


def _together(new: Path, was: Path) -> Path:
    """A file with the new rows and those of the old ones that the new ones lack, in the file's order."""
    path = new.with_name("together.parquet")
    rows = RowsFile(path, DISTINCT_ASIDE)
    for some in in_order(new, was):
        rows.add(some)
    rows.close()
    return path
