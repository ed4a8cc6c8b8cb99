"""Files sent from a terminal, with the edits that the page Upload stored for their header."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from headgate.errors import BadInputError, ServiceError
from headgate.lake import keys
from headgate.lake.content_hash import sha256_of
from headgate.uploads.edited_rows import check_edits
from headgate.uploads.editing.edited_copy import edited_file, edited_key
from headgate.uploads.editing.open_upload import edited_content
from headgate.uploads.upload import UploadRecord, UploadState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from headgate.matching.mappings import Mappings
    from headgate.uploads.edits import Edits

MAX_BYTES = 256 << 20  # the limit of the page Upload


@dataclass(frozen=True)
class SentFile:
    """A file to send.

    Attributes:
        key: in raw.
        path: of the file or its edited copy.
        original: the local file.
        edits: the applied edits; None for an unchanged file.
    """

    key: str
    path: Path
    original: Path
    edits: Edits | None = None

    def facts(self, at: str) -> dict[str, Any]:
        """Return the editor and the numbers of edits for the file's record."""
        assert self.edits  # noqa: S101 of an edited file
        return self.edits.facts("headgate upload", at, self.original.name, sha256_of(self.original))


def with_remembered_edits(
    files: Iterable[tuple[str, Path]], read_mappings: Callable[[], Mappings], folder: Path
) -> list[SentFile]:
    """Return the files, with edited copies in `folder` for headers with stored edits.

    Files for another dataset are unchanged, and so are all if the caller may not read stored edits.
    """
    sent = [SentFile(key, path, path) for key, path in files]
    try:
        mappings = read_mappings()
        if not mappings.remembers_edits:
            return sent
        return [_edited(file, mappings, folder / str(place)) for place, file in enumerate(sent)]
    except ServiceError:
        return sent


def _edited(file: SentFile, mappings: Mappings, folder: Path) -> SentFile:
    size_bytes = file.path.stat().st_size
    headed = mappings.sample_table(file.path, None) if size_bytes <= MAX_BYTES else None
    if headed is None or not (
        mappings.remembered_edits(file.key, headed) or mappings.edits_of_other_headers(file.key, headed)
    ):
        return file
    name = file.path.name
    upload = UploadRecord(
        "terminal", UploadState.COMPLETE, name, file.key, size_bytes, "", keys.dataset_of(file.key), ""
    )
    folder.mkdir(parents=True)
    try:
        # Only the page Upload replaces refused rows by those of a file.
        edited = replace(edited_content(upload, file.path, folder, mappings, MAX_BYTES), answers=None)
        folder_dataset = keys.dataset_of(file.key)
        is_elsewhere = folder_dataset in mappings.contracts and folder_dataset != edited.edits.dataset
        # Only the page Upload reads the lake's values of columns that a file lacks.
        is_open = bool(edited.undecided_columns or edited.edits.kept_in_lake)
        is_sent_as_it_is = is_elsewhere or is_open or not edited.edits.changes_values
        if not edited.is_remembered or is_sent_as_it_is:
            return file
        if edited.opened and edited.contract:
            check_edits(edited.edits, edited.contract, edited.opened.names)
        path = edited_file(edited, folder)
    except BadInputError:
        return file  # the gate reports why it cannot be read, or which field is undecided
    return replace(file, key=edited_key(upload, edited), path=path, edits=edited.edits) if path else file
