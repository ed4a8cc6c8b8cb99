"""Undo an upload: delete its rows and those of its corrections, but keep the originals in raw.

The next merge detects the missing increment, and merges the dataset from all others. Rows that the file had
replaced return. docs/adr/0012-replay.md gives the order of the writes and the reasons.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from headgate.errors import ConflictError, NotFoundError, ThrottledError
from headgate.intake.files.replace_original import is_replaced, ref_of
from headgate.intake.files.replay_file import ACCEPTED_ELSEWHERE, RAW_GONE, REPLAYED, Replayer, why_gone
from headgate.intake.quarantine.list_quarantine import records_named
from headgate.lake.states import REVERTED_RULE, Action, FileState, permits
from headgate.lake.versions import is_in_lake

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headgate.intake.files.gate import GatePorts, GateRules
    from headgate.lake.ports import FileRecord
    from headgate.lake.senders import Senders

_REVERTED_WITH = "reverted_with"  # in a reverted correction's error: the file whose undo included it
REMOVED_WITH = "removed_with"  # in a reverted file's error: the removal of its dataset
REVERTED_BY = "reverted_by"
HAD = "had"  # in a reverted file's error: its rows by outcome before the undo, as JSON
ROW_COUNTS = ("received", "accepted", "quarantined", "duplicates")


@dataclass(frozen=True)
class RevertOutcome:
    """The outcome of one revert.

    Attributes:
        record: the file's record after the revert.
        accepted: number of its rows that left curated.
        quarantined: number of its refused rows and duplicates that left quarantine.
        accepted_as: key of another file with the same content whose rows are in the lake now; empty without
            one.
        corrections: records of its corrections that were reverted with it, from before the revert.
    """

    record: FileRecord
    accepted: int
    quarantined: int
    accepted_as: str = ""
    corrections: tuple[FileRecord, ...] = ()


@dataclass(frozen=True)
class Reverter:
    """Reverts files that the gate has ended with."""

    ports: GatePorts
    rules: GateRules
    senders: Senders

    def chain(self, file_id: str) -> list[FileRecord | None]:
        """Return the records of a file, of its corrections, and of their corrections.

        A file that the gate has not begun is None.
        """
        records: list[FileRecord | None] = [self.ports.ledger.get(file_id)]
        pending = self.senders.corrections(file_id)
        while pending:
            sent = pending.pop(0)
            try:
                records.append(self.ports.ledger.get(sent))
            except NotFoundError:
                records.append(None)
            pending += self.senders.corrections(sent)
        return records

    def revert(self, file_id: str, by: str = "") -> RevertOutcome:
        """Remove every row of the file and of its corrections from curated and quarantine.

        A second call completes an undo that died. A file that was skipped as a duplicate of this one is
        accepted instead, as it would have been without this file.

        Raises:
            NotFoundError: the file has no record.
            ThrottledError: another worker holds one of the files, one is not checked yet, or the file is
                reverted already.
            ServiceError: a service failed; a file stays `reverting`, and the next revert completes it.
        """
        chain = self.chain(file_id)
        if why := why_not_reverted(chain):
            raise ThrottledError(why)
        corrections = [record for record in chain[1:] if record and record.state is not FileState.REVERTED]
        for record in reversed(corrections):  # the file is last: until then, the undo can be repeated
            self._revert(record.file_id, with_file=file_id, by=by)
        return replace(self._revert(file_id, by=by), corrections=tuple(corrections))

    def undone(self, file_id: str) -> list[FileRecord]:
        """Return the records of the corrections that were reverted with a file, and last that of the file.

        They include a record whose replay died, so that an undo that was taken back in part can be taken back
        completely.
        """
        file, *corrections = self.chain(file_id)
        if file is None or not is_undone(file):
            raise ConflictError(
                f"The file is {file.state if file else 'unknown'}, so there is no undo to take back."
            )
        with_file = [
            record
            for record in corrections
            if record and is_undone(record) and record.error.get(_REVERTED_WITH) == file_id
        ]
        return [*reversed(with_file), file]

    def restore(self, file_id: str) -> list[FileRecord]:
        """Accept the originals of a reverted file and of the corrections that were reverted with it.

        The file is accepted last: until then the step can be repeated. Return the file and then the
        corrections.

        Raises:
            NotFoundError: the file has no record.
            ConflictError: the file is not reverted, or cannot be accepted again; the undo stays.
            ThrottledError: another worker holds one of the files.
        """
        records = self.undone(file_id)
        if why := self._why_not_restored(records):
            raise ConflictError(f"The undo cannot be taken back: {why}.")
        after: list[FileRecord] = []
        for record in records:
            replayed = Replayer(self.ports, self.rules).replay(record.file_id)
            if replayed.outcome == RAW_GONE or (record is records[-1] and replayed.outcome != REPLAYED):
                for restored in after:
                    if restored.state is not FileState.REVERTED:
                        self._revert(restored.file_id, with_file=file_id)
                raise ConflictError(
                    f"The undo cannot be taken back: {record.key}: {replayed.reason['message']}."
                )
            after.append(replayed.record)
        return after[::-1]

    def remove(self, file_id: str, removal: str, by: str = "") -> None:
        """Revert a file of a removed dataset. Copies are not accepted instead, because they go as well.

        Args:
            removal: name of the removal, for the file's record.
        """
        before = self._reopened(file_id)
        try:
            self._delete_rows(before)
            self.ports.ledger.finish(self._record(before, by=by, removal=removal))
        except Exception:
            self.ports.ledger.release(before)
            raise

    def accept_again(self, file_id: str) -> str:
        """Accept the original of a file of a removed dataset again, and return the outcome of the replay.

        A file that stays reverted is a single undo from then on, which can be taken back without the removal.
        """
        replayed = Replayer(self.ports, self.rules).replay(file_id)
        if replayed.record.state is FileState.REVERTED:
            kept = {name: text for name, text in replayed.record.error.items() if name != REMOVED_WITH}
            kept["remedy"] = _remedy(replayed.record)
            self.ports.ledger.finish(replace(replayed.record, error=kept))
        return replayed.outcome

    def has_skipped_copy(self, file_id: str) -> bool:
        """Return whether an undo of the file would accept a skipped copy of it."""
        return any(
            copy.state is FileState.SKIPPED_DUPLICATE
            for copy in self._same_content(self.ports.ledger.get(file_id))
        )

    def _why_not_restored(self, records: Sequence[FileRecord]) -> str:
        """Return a known reason why files cannot be accepted again; empty without one."""
        if is_of_removed_dataset(records[-1]):
            return (
                f"the file belongs to a dataset {records[-1].dataset} that was removed; take its removal "
                "back, or send the file again"
            )
        for record in records:
            try:
                self.ports.objects.info(ref_of(record))
            except NotFoundError:
                return f"{record.key}: {why_gone(record)}"
        owner = self._owner(records[-1])
        return (
            f"the same content was accepted as {owner} in the meantime; undo that file first" if owner else ""
        )

    def _revert(self, file_id: str, with_file: str = "", by: str = "") -> RevertOutcome:
        before = self._reopened(file_id)
        try:
            owner = self._owner(before)
            if not owner:
                self._delete_rows(before)
            after = self._record(before, with_file, by, owner)
            self.ports.ledger.finish(after)
        except Exception:
            self.ports.ledger.release(before)
            raise
        heir = owner or self._accept_duplicate(before)
        return RevertOutcome(after, before.accepted, before.quarantined + before.duplicates, heir)

    def _reopened(self, file_id: str) -> FileRecord:
        now, lease_s = self.ports.clock(), self.ports.lease_s
        return self.ports.ledger.reopen(file_id, now=now, lease_s=lease_s, action=Action.REVERT)

    def _owner(self, before: FileRecord) -> str:
        """Return the key of another file with this content in the lake; empty if this file has the rows."""
        return next(
            (copy.key for copy in self._same_content(before) if is_in_lake(copy) and not copy.duplicate_of),
            "",
        )

    def _same_content(self, before: FileRecord) -> list[FileRecord]:
        """Return other files of the dataset with this content, oldest first."""
        content = (before.dataset, before.content_sha256)
        copies = [
            record
            for record in self.ports.ledger.records()
            if record.file_id != before.file_id
            and record.content_sha256
            and (record.dataset, record.content_sha256) == content
        ]
        return sorted(copies, key=lambda copy: (copy.received_at, copy.file_id))

    def _delete_rows(self, before: FileRecord) -> None:
        """Delete increment, quarantined rows and edition marks.

        A merge in between reads all accepted rows or none.
        """
        if not before.content_sha256:
            return
        self.ports.objects.delete(self.ports.increment_of(before))
        self.ports.objects.delete(self.ports.quarantine_of(before))
        for mark in self.ports.edition_marks(before):
            self.ports.objects.delete(mark)

    def _record(
        self, before: FileRecord, with_file: str = "", by: str = "", owner: str = "", removal: str = ""
    ) -> FileRecord:
        whom = f" by {by}" if by else ""
        subject = "its dataset was removed" if removal else "the file was reverted"
        message = f"{subject}{whom}: {_rows_after(before, owner)}"
        remedy = (
            f"take the removal back: `headgate datasets restore {before.dataset}`"
            if removal
            else _remedy(before)
        )
        # A replay maps the header by the suggestion.
        kept = {name: text for name, text in before.error.items() if name == "suggestion"}
        kept |= {_REVERTED_WITH: with_file} if with_file else {}
        kept |= {REMOVED_WITH: removal} if removal else {}
        kept |= {REVERTED_BY: by} if by else {}
        # A replay of a reverted file that died has no counts.
        had = before.error.get(HAD) if before.error.get("rule") == REVERTED_RULE else ""
        kept |= {HAD: had or json.dumps({name: getattr(before, name) for name in ROW_COUNTS})}
        return replace(
            before,
            state=FileState.REVERTED,
            received=0,
            accepted=0,
            quarantined=0,
            duplicates=0,
            warnings=0,
            warned={},
            reasons={},
            masked={},
            new_columns={},
            curated_key="",
            quarantine_key="",
            duplicate_of="",
            closed_by="",
            error={"rule": REVERTED_RULE, "message": message, "remedy": remedy, "file": before.key, **kept},
            finished_at=self.ports.now(),
        )

    def _accept_duplicate(self, before: FileRecord) -> str:
        """Accept the oldest file that was skipped as a duplicate of this one, and return its key."""
        skipped = [copy for copy in self._same_content(before) if copy.state is FileState.SKIPPED_DUPLICATE]
        if not skipped:
            return ""
        heir, *others = skipped
        reverted = self._record(replace(heir, original=before.original) if is_replaced(before) else heir)
        self.ports.ledger.finish(reverted)  # a reverted file can be replayed, a skipped one cannot
        replayed = Replayer(self.ports, self.rules).replay(heir.file_id)
        for other in others:
            self.ports.ledger.finish(replace(other, duplicate_of=heir.file_id))
        return (
            heir.key
            if replayed.outcome == ACCEPTED_ELSEWHERE or replayed.record.state is FileState.DONE
            else ""
        )


def why_not_reverted(chain: Sequence[FileRecord | None]) -> str:
    """Return why a file cannot be reverted with its corrections now; empty if it can."""
    file, *corrections = chain
    if file is None or not _may_be_reverted(file):
        return (
            f"The file is {file.state if file else 'unknown'}, and only a file that the gate has checked "
            "can be reverted."
        )
    pending = sum(
        record is None or not (record.state is FileState.REVERTED or _may_be_reverted(record))
        for record in corrections
    )
    if not pending:
        return ""
    subject = "A correction of this file is" if pending == 1 else f"{pending} corrections of this file are"
    return (
        f"{subject} not checked yet. Wait until the gate has ended with them, then undo the file "
        "with all its corrections."
    )


def _rows_after(before: FileRecord, owner: str) -> str:
    """Return a sentence on the rows after the undo that is true before and after the next run."""
    if owner:
        return f"{owner} has the same content, and its rows stay in the lake"
    if not before.received:
        return "the next run takes out the rows that only this file brought"
    return (
        "the next run takes out the rows that only this file brought. Before the undo it had "
        f"{before.received:,} row{'' if before.received == 1 else 's'}: {before.accepted:,} accepted, "
        f"{before.quarantined:,} refused, "
        f"{before.duplicates:,} duplicate{'' if before.duplicates == 1 else 's'}"
    )


def is_undone(record: FileRecord) -> bool:
    """Return whether a file is reverted, or was reverted before a replay that may have died."""
    is_replaying = record.state is FileState.REPLAYING and record.error.get("rule") == REVERTED_RULE
    return record.state is FileState.REVERTED or is_replaying


def is_of_removed_dataset(record: FileRecord) -> bool:
    """Return whether a file was reverted with its dataset, whose name may be that of a new dataset now."""
    return REMOVED_WITH in record.error


def _remedy(record: FileRecord) -> str:
    return (
        f"`headgate quarantine replay {record.file_id}` accepts it again, while its original or masked form "
        "is in raw"
    )


def _may_be_reverted(record: FileRecord) -> bool:
    return permits(Action.REVERT, record.state, lease_ended=True)


def newest_upload(records: Iterable[FileRecord], name: str) -> list[FileRecord]:
    """Return the versions of the newest upload of a file, newest first; all have the same content.

    Args:
        name: id of a file, which is one version, or a key in raw.
    """
    versions = [
        record
        for record in records_named(records, name)
        if record.state not in {FileState.REVERTED, FileState.IGNORED}
    ]
    if not versions:
        return []
    content = versions[0].content_sha256
    return (
        list(takewhile(lambda version: version.content_sha256 == content, versions))
        if content
        else versions[:1]
    )
