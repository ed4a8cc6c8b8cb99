"""Records of the corrections of a file and of its sender: small objects beside the ledger."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ignored_rows import Ignored, ignored_of_text
from headgate.lake.ports import FileRecord, ObjectRef, ObjectStore
from headgate.lake.recorded_sheets import lists_sheet
from headgate.lake.states import NOT_ACCEPTED


@dataclass(frozen=True)
class Senders:
    """Corrections and senders of files, in the artifacts bucket."""

    objects: ObjectStore
    bucket: str

    def corrections(self, file_id: str) -> list[str]:
        """Return the ids of the corrections of a file, oldest first."""
        notes = self.objects.list(self.bucket, keys.corrections_prefix(file_id))
        return [
            keys.sent_correction(note.ref.key)
            for note in sorted(notes, key=lambda note: (note.modified_at, note.ref.key))
        ]

    def corrected_files(self) -> set[str]:
        """Return the ids of all files with a correction."""
        return {
            keys.corrected_by_note(note.ref.key)
            for note in self.objects.list(self.bucket, f"{keys.CORRECTIONS}/")
        }

    def corrected_rows(self, file_id: str, sent: str) -> dict[int, str]:
        """Return row → rule that refused it, for the rows that the file `sent` corrects, as sent."""
        rules = json.loads(self.objects.read(self._ref(keys.correction_key(file_id, sent))))
        return {int(row): rule for row, rule in rules.items()}

    def keep_correction(self, file_id: str, sent: str, rules: Mapping[int, str]) -> None:
        """Store the rows of a file that the file `sent` corrects, in its order, with their rules."""
        self._write(keys.correction_key(file_id, sent), json.dumps(dict(rules)))

    def ignored(self) -> Ignored:
        """Return the refused rows that people set to ignored, by file id."""
        ref = self._ref(keys.ignored_rows_key())
        # A role that may list this folder only gets 403 instead of 404 for an object that does not exist.
        if not any(info.ref.key == ref.key for info in self.objects.list(self.bucket, ref.key)):
            return {}
        return ignored_of_text(self.objects.read(ref))

    def ignored_rows(self, records: Iterable[FileRecord]) -> dict[str, int]:
        """Return the number of ignored rows by file id, 0 for a dismissed file that was not accepted.

        Nothing is read if no record has refused rows or was not accepted.
        """
        may_be_ignored = any(record.quarantined or record.state in NOT_ACCEPTED for record in records)
        ignored = self.ignored() if may_be_ignored else {}
        return {file_id: sum(group.rows for group in groups) for file_id, groups in ignored.items()}

    def edits(self, file_id: str) -> dict[str, Any]:
        """Return who edited a file before its commit, and how much; empty if nobody did."""
        try:
            return dict(json.loads(self.objects.read(self._ref(keys.edited_before_key(file_id)))))
        except NotFoundError:
            return {}

    def keep_edits(self, file_id: str, edits: Mapping[str, Any]) -> None:
        """Store who edited a file before its commit, and the edits, without values that may be sensitive."""
        self._write(keys.edited_before_key(file_id), json.dumps(edits, sort_keys=True))
        part = edits.get("part", "")
        read_as_one = [name for name in edits.get("parts", ()) if lists_sheet(part, name)]
        for name in {part, *read_as_one} if edits.get("sent_sha256") else ():
            key = keys.edited_copy_key(edits["sent_sha256"], name)
            self._write(key, json.dumps({"file_id": file_id}))

    def edited_copy(self, sent_sha256: str, part: str) -> str:
        """Return the file id of the newest edited copy of a part of a sent content; empty if there is none.

        Older notes have no part in their key, so the edits of their file decide. Sheets that were read as one
        table share their copy.
        """
        note = self._read(keys.edited_copy_key(sent_sha256, part))
        note = note or self._read(keys.edited_copy_key(sent_sha256))
        file_id = note.get("file_id", "")
        is_of_part = bool(file_id) and lists_sheet(self.edits(file_id).get("part", ""), part)
        return file_id if is_of_part else ""

    def uploader(self, record: FileRecord) -> str:
        """Return who sent a file through the API; empty for other files."""
        return self._sender(record).get("by", "")

    def first_uploader(self, record: FileRecord) -> str:
        """Return who sent the first file of a chain of corrected and mapped files; empty if nobody sent it.

        Corrections and mapped files have cells of an earlier file, which another person may have sent.
        """
        return self._sender(record).get("first", "")

    def replaced_rows(self, file_id: str) -> int | None:
        """Return how many rows the check before a commit expected to replace; None if unknown."""
        return self._counted(file_id, "replaced_rows")

    def unchanged_rows(self, file_id: str) -> int | None:
        """Return how many rows changed nothing by the check before a commit; None if unknown."""
        return self._counted(file_id, "unchanged_rows")

    def _counted(self, file_id: str, name: str) -> int | None:
        count = self._read(keys.uploader_key(file_id)).get(name, "")
        return int(count) if count else None

    def offered_parts(self, file_id: str) -> list[str] | None:
        """Return the parts that the check of an unchanged file offered; None if it offered none."""
        parts = self._read(keys.uploader_key(file_id)).get("parts", "")
        return list(json.loads(parts)) if parts else None

    def keep_uploader(
        self,
        file_id: str,
        name: str,
        *,
        after: FileRecord | None = None,
        replaced_rows: int | None = None,
        unchanged_rows: int | None = None,
        parts: Sequence[str] | None = None,
    ) -> None:
        """Store who sent a file through the API, unless its sender is stored already.

        Args:
            after: the file that this one corrects or maps; None for an upload.
            replaced_rows: rows of the lake that the file replaces, if its check counted them.
            unchanged_rows: rows that are in the lake already, equal or newer, if its check compared all rows.
            parts: the parts to commit one after the other, of a file with several.
        """
        facts = {
            **({} if replaced_rows is None else {"replaced_rows": str(replaced_rows)}),
            **({} if unchanged_rows is None else {"unchanged_rows": str(unchanged_rows)}),
            **({} if parts is None else {"parts": json.dumps(parts)}),
        }
        self._keep(keys.uploader_key(file_id), name, after, facts)

    def keep_uploader_of_content(
        self, key: str, sha256: str, name: str, *, after: FileRecord | None = None
    ) -> None:
        """Store who sends a content under a raw key, before it is there, unless it has a sender.

        Args:
            sha256: hash of the content. The caller must have verified it, or anybody could claim to be the
                sender.
            after: as in `keep_uploader`.
        """
        self._keep(keys.uploader_of_content_key(key, sha256), name, after, {})

    def _keep(self, key: str, name: str, after: FileRecord | None, facts: Mapping[str, str]) -> None:
        if self._read(key):
            return
        sender = {"by": name, "first": self.first_uploader(after) if after else name}
        self._write(key, json.dumps({**sender, **facts}))

    def _sender(self, record: FileRecord) -> dict[str, str]:
        own = self._read(keys.uploader_key(record.file_id))
        return (
            own
            or self._read(keys.uploader_of_content_key(record.key, record.content_sha256))
            or self._committed(record)
        )

    def _committed(self, record: FileRecord) -> dict[str, str]:
        """Return the sender in the object itself, in case the commit died before it stored one here."""
        try:
            sender = self.objects.info(record.ref).sender
        except NotFoundError:
            return {}
        return {"by": sender, "first": sender} if sender else {}

    def _read(self, key: str) -> dict[str, str]:
        try:
            return dict(json.loads(self.objects.read(self._ref(key))))
        except NotFoundError:
            return {}

    def _ref(self, key: str) -> ObjectRef:
        return ObjectRef(self.bucket, key)

    def _write(self, key: str, text: str) -> None:
        self.objects.write(self._ref(key), text.encode(), content_type="application/json")
