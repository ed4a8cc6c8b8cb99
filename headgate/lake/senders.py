"""Which corrections were sent of a file, and who sent a file: small objects beside the ledger."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.lake.ports import ObjectStore


@dataclass(frozen=True)
class Senders:
    """Corrections and senders of files, in the artifacts bucket."""

    objects: ObjectStore
    bucket: str

    def corrections(self, file_id: str) -> list[str]:
        """Return the ids of the files that were sent with corrected rows of a file, oldest first."""
        notes = self.objects.list(self.bucket, keys.corrections_prefix(file_id))
        return [keys.sent_correction(note.ref.key) for note in sorted(notes, key=lambda note: (note.modified_at, note.ref.key))]

    def corrected_rows(self, file_id: str, sent: str) -> list[int]:
        """Return the rows of a file that the file `sent` corrects, in the order sent."""
        rows: list[int] = json.loads(self.objects.read(self._ref(keys.correction_key(file_id, sent))))
        return rows

    def keep_correction(self, file_id: str, sent: str, rows: Sequence[int]) -> None:
        """Keep which rows of a file the file `sent` corrects."""
        self._write(keys.correction_key(file_id, sent), json.dumps(sorted(rows)))

    def uploader(self, file_id: str) -> str:
        """Return who sent a file through the API; empty where it came another way."""
        return self._sender(file_id).get("by", "")

    def first_uploader(self, file_id: str) -> str:
        """Return who sent the first file of a chain of corrected and mapped files; empty where it came another way.

        A correction and a mapped file have cells of the file before them, whose sender may be another person. Empty, too, where
        an earlier version has kept only who sent the file itself.
        """
        return self._sender(file_id).get("first", "")

    def keep_uploader(self, file_id: str, name: str, *, after: str = "") -> None:
        """Keep who sent a file through the API, unless its sender is kept already.

        Args:
            after: id of the file that this one corrects or maps; empty for an upload.
        """
        if not self._sender(file_id):
            first = self.first_uploader(after) if after else name
            self._write(keys.uploader_key(file_id), json.dumps({"by": name, "first": first}))

    def _sender(self, file_id: str) -> dict[str, str]:
        try:
            return dict(json.loads(self.objects.read(self._ref(keys.uploader_key(file_id)))))
        except NotFoundError:
            return {}

    def _ref(self, key: str) -> ObjectRef:
        return ObjectRef(self.bucket, key)

    def _write(self, key: str, text: str) -> None:
        self.objects.write(self._ref(key), text.encode(), content_type="application/json")
