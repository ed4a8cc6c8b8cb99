"""Undo an upload: its rows leave curated and quarantine, as if the file had never come. The original stays in raw.

The next merge finds the increment missing, so it merges the dataset from all others: rows that the file superseded come back.
docs/adr/0061-undo-an-upload.md gives the order of the writes and the reasons.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from headgate.intake.files.replace_original import is_replaced
from headgate.intake.quarantine.list_quarantine import named
from headgate.intake.quarantine.replay_file import ACCEPTED_ELSEWHERE, Replayer
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.lake.states import REVERTED_RULE, Action, FileState
from headgate.lake.versions import is_accepted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.intake.files.check_and_store_file import FileChecker
    from headgate.lake.ports import FileRecord


@dataclass(frozen=True)
class Reverted:
    """What came of one revert.

    Attributes:
        record: the file's record now.
        accepted: number of its rows that left curated.
        quarantined: number of its rows, refused and duplicates, that left quarantine.
        accepted_as: the key of another file with the same content that has these rows in the lake now; empty without one.
    """

    record: FileRecord
    accepted: int
    quarantined: int
    accepted_as: str = ""


@dataclass(frozen=True)
class Reverter:
    """Reverts files that the gate has ended with."""

    gate: FileChecker

    def revert(self, file_id: str) -> Reverted:
        """Remove every row of the file from curated and quarantine.

        A file that was skipped as a duplicate of this one is accepted instead, because without this file it would have been.

        Raises:
            NotFoundError: there is no record of the file.
            ThrottledError: another worker holds the file, or it is reverted already.
            ServiceError: a service failed; the file stays `reverting`, and the next revert completes it.
        """
        before = self.gate.ledger.reopen(file_id, now=self.gate.clock(), lease_s=self.gate.lease_s, action=Action.REVERT)
        try:
            owner = self._owner(before)
            if not owner:
                self._delete_rows(before)
            after = self._record(before)
            self.gate.ledger.finish(after)
        except Exception:
            self.gate.ledger.release(before)
            raise
        heir = owner or self._accept_duplicate(before)
        return Reverted(after, before.accepted, before.quarantined + before.duplicates, heir)

    def _owner(self, before: FileRecord) -> str:
        """The key of another file that has this content in the lake; empty where the rows are this file's."""
        return next((one.key for one in self._same_content(before) if is_accepted(one) and not one.duplicate_of), "")

    def _same_content(self, before: FileRecord) -> list[FileRecord]:
        """Other files of the dataset with this content, oldest first."""
        content = (before.dataset, before.content_sha256)
        found = [
            one
            for one in self.gate.ledger.records()
            if one.file_id != before.file_id and one.content_sha256 and (one.dataset, one.content_sha256) == content
        ]
        return sorted(found, key=lambda one: (one.received_at, one.file_id))

    def _delete_rows(self, before: FileRecord) -> None:
        """Delete increment, quarantined rows and edition marks. A merge in between finds all accepted rows or none."""
        if not before.content_sha256:
            return
        objects, curated = self.gate.objects, self.gate.curated_bucket
        objects.delete(self.gate.increment_of(before))
        objects.delete(self.gate.quarantine_of(before))
        for mark in list(objects.list(curated, keys.edition_key(before.dataset, before.content_sha256, ""))):
            objects.delete(ObjectRef(curated, mark.ref.key))

    def _record(self, before: FileRecord) -> FileRecord:
        message = f"the file was reverted: its accepted rows ({before.accepted}) left the lake"
        remedy = f"`headgate quarantine replay {before.file_id}` accepts it again, while its original or masked form is in raw"
        suggestion = {name: text for name, text in before.error.items() if name == "suggestion"}  # a replay maps the header by it
        return replace(
            before,
            state=FileState.REVERTED,
            received=0,
            accepted=0,
            quarantined=0,
            duplicates=0,
            warnings=0,
            reasons={},
            masked={},
            new_columns={},
            curated_key="",
            quarantine_key="",
            duplicate_of="",
            closed_by="",
            error={"rule": REVERTED_RULE, "message": message, "remedy": remedy, "file": before.key, **suggestion},
            finished_at=self.gate.now(),
        )

    def _accept_duplicate(self, before: FileRecord) -> str:
        """Accept the oldest file that was skipped as a duplicate of this one; return its key, empty without one."""
        skipped = [one for one in self._same_content(before) if one.state is FileState.SKIPPED_DUPLICATE]
        if not skipped:
            return ""
        heir, *others = skipped
        reverted = self._record(replace(heir, original=before.original) if is_replaced(before) else heir)
        self.gate.ledger.finish(reverted)  # a reverted file can be replayed, a skipped one cannot
        replayed = Replayer(self.gate).replay(heir.file_id)
        for other in others:
            self.gate.ledger.finish(replace(other, duplicate_of=heir.file_id))
        return heir.key if replayed.outcome == ACCEPTED_ELSEWHERE or replayed.record.state is FileState.DONE else ""


def newest_upload(records: Iterable[FileRecord], name: str) -> list[FileRecord]:
    """Return the versions that make up the newest upload of a file, newest first: those with equal content, one after the other.

    Args:
        name: a file id, which names one version, or a key in raw.
    """
    versions = [record for record in named(records, name) if record.state not in {FileState.REVERTED, FileState.IGNORED}]
    if not versions:
        return []
    content = versions[0].content_sha256
    return list(takewhile(lambda one: one.content_sha256 == content, versions)) if content else versions[:1]
