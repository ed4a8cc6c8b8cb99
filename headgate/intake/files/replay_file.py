"""Process a raw object again, after its contract was fixed or the masking key changed.

Increment and quarantine are written again under the same keys, because the content is the same. A row that
moves is written to its new object before it is removed from the old one, so a replay that dies loses no row.
The record then stays `replaying`, and the next replay completes it. docs/adr/0012-replay.md gives the order
and the reasons.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path

from headgate.errors import BadInputError, ConflictError, NotFoundError
from headgate.intake.files.check_local_file import (
    CheckedOriginal,
    CheckedParquet,
    check_local_file,
    check_masked_form,
    check_readable,
    checked_by,
    contract_of,
    error_fields,
    with_counts,
)
from headgate.intake.files.gate import GatePorts, GateRules
from headgate.intake.files.replace_original import (
    FORM,
    RECEIVED,
    end_original,
    is_masked,
    is_pending,
    ref_of,
    with_replacement,
)
from headgate.intake.files.workspace import workspace
from headgate.intake.quarantine.union_by_source_row import in_source_order, source_rows, without
from headgate.intake.rows.check_rows import DISTINCT_QUARANTINE
from headgate.intake.rows.parquet_writer import RowsFile
from headgate.lake import keys
from headgate.lake.content_hash import sha256_of
from headgate.lake.ports import REPLAY, SUMMARY, FileRecord, ObjectRef, is_stored
from headgate.lake.states import REVERTED_RULE, UNDECIDED, WITHOUT_ROWS, FileState, OriginalForm
from headgate.matching.mappings import MAPPABLE_RULES, Decided, Suggested

REPLAYED, STILL_REJECTED, RAW_GONE, ACCEPTED_ELSEWHERE = (
    "replayed",
    "still_rejected",
    "raw_gone",
    "accepted_elsewhere",
)
_EDITION_CHARACTERS = 16
# In a record's error: the contracts and mappings that did not identify the file's dataset.
_COMPARED_WITH = "compared_with"
_INSTEAD = {
    OriginalForm.DELETED: (
        "restore the objects of curated and quarantine by their versions, or send the data again from "
        "their source"
    ),
    OriginalForm.MASKED: "its masked form is not in raw any more; send the data again from their source",
    OriginalForm.PENDING: "it is not in raw any more; send the data again from their source",
}
_NUMBER = "a card or social security number"
# Masks that a record's key may contain.
_MASKED_IN_KEYS = {"[PAN ": _NUMBER, "[SSN ": _NUMBER, "[CVV]": "a verification code"}


@dataclass(frozen=True)
class Replayed:
    """The outcome of one replay.

    Attributes:
        outcome: `replayed`; `still_rejected`: the gate rejects the file again; `raw_gone`: the original is no
            longer in raw, or cannot be found because the recorded key is masked; `accepted_elsewhere`: the
            same content was accepted as another file.
        record: the file's record after the replay.
        left: number of rows that left quarantine.
        entered: number of rows that entered quarantine.
        reason: why the file was not replayed; contains no values of cells.
    """

    outcome: str
    record: FileRecord
    left: int = 0
    entered: int = 0
    reason: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Replayer:
    """Replays finished files against the current contracts."""

    ports: GatePorts
    rules: GateRules

    def replay(self, file_id: str, dataset: str = "") -> Replayed:
        """Check the file's rows again, and move each to curated or quarantine under the current contract.

        Args:
            dataset: dataset that a person names for a file without rows in the lake. By default a file that
                fitted no contract gets the dataset that the current contracts identify.

        Raises:
            NotFoundError: the file has no record.
            ThrottledError: another worker holds the file, or its state permits no replay.
            ServiceError: a service failed; nothing is lost, and the next replay completes it.
        """
        before = self.ports.ledger.reopen(file_id, now=self.ports.clock(), lease_s=self.ports.lease_s)
        try:
            with workspace() as folder:
                done = self._replay(before, folder / RECEIVED, dataset)
        except Exception:
            self.ports.ledger.release(before)
            raise
        if not is_pending(done.record):  # a sweep replaces a pending original; the replay itself is complete
            end_original(self.ports.objects, done.record, before.ref, self.rules.originals)
        return done

    def recognised(self, record: FileRecord, *, again: bool = False) -> FileRecord:
        """Return the record of a file that fitted no contract, with the dataset of the current contracts.

        Any other record, and that of a file which is no longer in raw, is returned unchanged. A file is
        downloaded only if its folder names no dataset, and only once for the same contracts and remembered
        mappings, which the record keeps.

        Args:
            again: also download a file that was compared with the current contracts before.
        """
        if record.state not in UNDECIDED or record.closed_by or not self.rules.mappings:
            return record
        is_compared = record.error.get(_COMPARED_WITH) == self._recognition_state
        if (is_compared and not again) or not is_stored(self.ports.objects, ref_of(record)):
            return record
        if (folder := keys.dataset_of(record.key)) in self.rules.contracts:
            return _moved(record, record.state, folder)
        with workspace() as local:
            self._download(record, local / RECEIVED)
            with_dataset = self._with_dataset(record, local / RECEIVED)
        if with_dataset is record:
            self._keep_compared(record)
        return with_dataset

    @cached_property
    def _recognition_state(self) -> str:
        return self.rules.mappings.recognition_state() if self.rules.mappings else ""

    def _keep_compared(self, record: FileRecord) -> None:
        """Record what the file was compared with, unless the record changed meanwhile."""
        compared = replace(record, error={**record.error, _COMPARED_WITH: self._recognition_state})
        if self.ports.ledger.get(record.file_id) == record:
            with suppress(ConflictError):
                self.ports.ledger.finish(compared)

    def _replay(self, before: FileRecord, path: Path, dataset: str) -> Replayed:
        record, began = before, self._now()
        times = {REPLAY: began, "trigger": began}
        try:
            received_at = self._download(before, path)
            times["processing"] = self._now()
            record = self._with_dataset(before, path, dataset)
            checked = self._check(record, path, received_at)
            times["validation"] = self._now()
        except BadInputError as error:
            return self._reject(before, record, path, error)
        except NotFoundError:
            return self._keep(before, RAW_GONE, {"message": why_gone(before)})
        gated = checked.gated
        after = replace(record, content_sha256=gated.counts.content_sha256, mapping=checked.mapping)
        if owner := self._accepted_elsewhere(after):
            # A file that was pending for a contract is closed by the other file.
            kept = before if record is before else replace(before, closed_by=owner)
            return self._keep(
                kept,
                ACCEPTED_ELSEWHERE,
                {"message": "the same content was accepted as another file in the meantime"},
            )
        left, entered = self._write(after, gated)
        record = self._record(replace(after, stage_times={**times, "database": self._now()}), gated)
        record = with_replacement(self.rules, self.ports.objects, record, checked)
        self.ports.ledger.finish(record)
        return Replayed(REPLAYED, record, left, entered)

    def _now(self) -> str:
        return self.ports.clock().isoformat(timespec="milliseconds")

    def _download(self, record: FileRecord, path: Path) -> datetime:
        """Download the original, or its masked form; return when raw received it."""
        info = self.ports.objects.info(ref_of(record))
        self.ports.objects.download(info.ref, path, info.size_bytes)
        return info.modified_at

    def _with_dataset(self, before: FileRecord, path: Path, dataset: str = "") -> FileRecord:
        """Return the record with the dataset that a person or the current contracts name.

        Without a change the record itself is returned. Only a file without rows in the lake changes its
        dataset, because keys of rows contain it.
        """
        died = before.state is FileState.REPLAYING and bool(before.error)
        state = _state_without_rows(before) if died else before.state
        mappings = self.rules.mappings
        if not dataset and mappings and state in UNDECIDED:
            dataset = mappings.recognised(before.key, path)
        return _moved(before, state, dataset)

    def _reject(self, before: FileRecord, record: FileRecord, path: Path, error: BadInputError) -> Replayed:
        """Keep the record unchanged.

        If the file's dataset was identified only now, its record gets the error under that dataset's
        contract.
        """
        fields = error_fields(error)
        contract = self.rules.contracts.get(record.dataset)
        if record is before or contract is None:
            return self._keep(
                before, STILL_REJECTED, {name: fields[name] for name in ("rule", "message", "column")}
            )
        decided = self._decide(record, path) if error.rule in MAPPABLE_RULES else None
        asked = decided if isinstance(decided, Suggested) else None
        fields = error_fields(asked.asked(record.key)) if asked else fields
        rejected = replace(
            checked_by(record, self.rules),
            state=FileState.NEEDS_MAPPING if asked else FileState.REJECTED,
            error={**fields, "file": record.key, **({"suggestion": asked.to_json()} if asked else {})},
            profile={name: value for name, value in record.profile.items() if name != SUMMARY},
        )
        self.ports.ledger.finish(rejected)
        return Replayed(
            STILL_REJECTED, rejected, reason={name: fields[name] for name in ("rule", "message", "column")}
        )

    def _decide(self, record: FileRecord, path: Path) -> Decided | Suggested | None:
        """Map the file's columns to the current contract; a suggestion is for a person to decide."""
        mappings = self.rules.mappings
        return mappings.decide(record.key, record.dataset, path) if mappings else None

    def _keep(self, before: FileRecord, outcome: str, why: Mapping[str, str]) -> Replayed:
        """Restore the record.

        After a replay that died it stays `replaying`, because rows may have moved.
        """
        had_no_rows = (
            before.state is FileState.REPLAYING and bool(before.error) and not self._has_rows(before)
        )
        kept = replace(before, state=_state_without_rows(before)) if had_no_rows else before
        if kept.state is FileState.REPLAYING:
            self.ports.ledger.release(kept)
        else:
            self.ports.ledger.finish(kept)
        return Replayed(outcome, kept, reason=why)

    def _has_rows(self, record: FileRecord) -> bool:
        """Return whether a replay that died may have stored rows of the file."""
        if not record.content_sha256:
            return True
        places = self.ports.quarantine_of(record), self.ports.increment_of(record)
        return any(is_stored(self.ports.objects, place) for place in places)

    def _accepted_elsewhere(self, before: FileRecord) -> str:
        """Return the id of another file that owns the content, or an empty text.

        Only a rejected or reverted file can have lost its content to another file.
        """
        if before.state not in WITHOUT_ROWS | {FileState.REVERTED}:
            return ""
        content = (before.dataset, before.content_sha256)
        owners = (
            owner
            for owner in self.ports.ledger.records()
            if owner.state is FileState.DONE and (owner.dataset, owner.content_sha256) == content
        )
        return next((owner.file_id for owner in owners), "")

    def _check(self, before: FileRecord, path: Path, modified_at: datetime) -> CheckedOriginal:
        """Send the local original, or its masked form, through the gate."""
        if before.dataset not in self.rules.contracts:
            check_readable(path, self.rules.largest_bytes)
        contract = contract_of(self.rules.contracts, before.dataset)
        if is_masked(before):
            received_at = datetime.fromisoformat(before.original["received_at"])
            gated = check_masked_form(before, path, received_at, contract)
            return CheckedOriginal(path, contract, received_at, gated, before.mapping)
        sha256 = sha256_of(path)
        if before.content_sha256 not in {"", sha256}:
            raise NotFoundError(f"{before.key} holds another content now")
        record = replace(before, content_sha256=sha256)
        check = partial(check_local_file, record, path, modified_at, rules=self.rules, ports=self.ports)
        was_mapped = bool(before.mapping) or "suggestion" in before.error
        decided = self._decide(before, path) if was_mapped else None
        if not isinstance(decided, Decided):
            try:
                return CheckedOriginal(path, contract, modified_at, check(contract), before.mapping)
            except BadInputError as error:
                is_mappable = error.rule in MAPPABLE_RULES and not was_mapped
                decided = self._decide(before, path) if is_mappable else None
                if not isinstance(decided, Decided):
                    raise
        gated = check(decided.contract)
        return CheckedOriginal(path, decided.contract, modified_at, gated, decided.as_record())

    def _write(self, before: FileRecord, gated: CheckedParquet) -> tuple[int, int]:
        """Write both objects; return the numbers of rows that left quarantine and that entered it.

        Every row is in at least one of them at any time.
        """
        quarantine = self.ports.quarantine_of(before)
        previous = self._previous_quarantine(quarantine, gated.quarantine_rows.with_name("before.parquet"))
        old, new = source_rows(previous), source_rows(gated.quarantine_rows)
        leaving = len(without(old, new))
        if len(new):
            self.ports.store(
                _union(gated.quarantine_rows, previous) if leaving else gated.quarantine_rows, quarantine
            )
        self._write_increment(before, gated)
        if leaving:
            self._store_or_delete(gated.quarantine_rows, quarantine, has_rows=gated.has_quarantine_rows)
        return leaving, len(without(new, old))

    def _write_increment(self, before: FileRecord, gated: CheckedParquet) -> None:
        """Write the increment, then the mark of its edition.

        A merge in between reads the new rows as the old edition, and merges them again later.
        """
        marks = self.ports.edition_marks(before)
        self._store_or_delete(gated.accepted, self.ports.increment_of(before), has_rows=gated.has_accepted)
        if gated.has_accepted:
            edition = sha256_of(gated.accepted)[:_EDITION_CHARACTERS]
            key = keys.edition_key(before.dataset, before.content_sha256, edition)
            mark = ObjectRef(self.ports.curated_bucket, key)
            self.ports.objects.write(mark, gated.counts.contract.encode(), content_type="text/plain")
            marks = [stale for stale in marks if stale != mark]
        for stale in marks:
            self.ports.objects.delete(stale)

    def _record(self, before: FileRecord, gated: CheckedParquet) -> FileRecord:
        return replace(
            with_counts(before, gated.counts, self.rules),
            written_as=before.written_as or gated.counts.written_as,
            closed_by="",
            curated_key=self.ports.increment_of(before).key if gated.has_accepted else "",
            quarantine_key=self.ports.quarantine_of(before).key if gated.has_quarantine_rows else "",
            finished_at=self.ports.now(),
        )

    def _previous_quarantine(self, at: ObjectRef, path: Path) -> Path:
        """Download the quarantine object; without an object there is no local file."""
        try:
            self.ports.objects.download(at, path)
        except NotFoundError:
            path.unlink(missing_ok=True)
        return path

    def _store_or_delete(self, rows: Path, ref: ObjectRef, *, has_rows: bool) -> None:
        """Upload the rows, or delete the object if there are none."""
        if has_rows:
            self.ports.store(rows, ref)
        else:
            self.ports.objects.delete(ref)


def _moved(record: FileRecord, state: FileState, dataset: str) -> FileRecord:
    """Return the record with this dataset if it is another one and the file has no rows in the lake."""
    moves = dataset not in {"", record.dataset} and state in WITHOUT_ROWS
    return replace(record, dataset=dataset, mapping={}) if moves else record


def _state_without_rows(record: FileRecord) -> FileState:
    """Return the state before its replay of a file without rows in the lake."""
    if record.error.get("rule") == REVERTED_RULE:
        return FileState.REVERTED
    if SUMMARY in record.profile and "suggestion" not in record.error:
        return FileState.PROFILED
    return FileState.NEEDS_MAPPING if "suggestion" in record.error else FileState.REJECTED


def why_gone(record: FileRecord) -> str:
    """Return why raw has no original: it was deleted or overwritten, or the recorded key is masked."""
    if record.original:
        form = OriginalForm(record.original[FORM])
        return (
            f"the original was {form} once the file was accepted (raw_originals), so its rows cannot be "
            f"checked again: {_INSTEAD[form]}"
        )
    masked_part = next((what for mark, what in _MASKED_IN_KEYS.items() if mark in record.key), "")
    if not masked_part:
        return "the original is not in raw any more"
    return (
        f"its key held {masked_part}, so the original cannot be found by it; send it again under another name"
    )


def _union(new: Path, previous: Path) -> Path:
    """Write all new rows and the previous rows that are not among them, in the file's order."""
    path = new.with_name("union.parquet")
    rows = RowsFile(path, DISTINCT_QUARANTINE)
    for table in in_source_order(new, previous):
        rows.add(table)
    rows.close()
    return path
