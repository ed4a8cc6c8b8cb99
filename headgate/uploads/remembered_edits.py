"""Files that are sent from a terminal, with the edits that the page Upload remembers for their header."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from headgate.errors import BadInputError, ServiceError
from headgate.lake import keys
from headgate.lake.content_hash import sha256_of
from headgate.uploads.edited_rows import check_edits
from headgate.uploads.edited_upload import edited_content, edited_file, edited_key
from headgate.uploads.upload import UploadRecord, UploadState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from headgate.matching.mappings import Mappings
    from headgate.uploads.edits import Edits

LARGEST_BYTES = 256 << 20  # as large as the page Upload edits


@dataclass(frozen=True)
class SentFile:
    """A file as it is sent.

    Attributes:
        key: in raw.
        path: of the content: the file, or its edited copy.
        original: the file on this machine.
        edits: that were applied; None for a file that is sent as it is.
    """

    key: str
    path: Path
    original: Path
    edits: Edits | None = None

    def facts(self, at: str) -> dict[str, Any]:
        """Return who edited the file and how much of it, as the record of a file keeps it."""
        assert self.edits  # noqa: S101 of an edited file
        return self.edits.facts("headgate upload", at, self.original.name, sha256_of(self.original))


def with_remembered_edits(
    files: Iterable[tuple[str, Path]], read_mappings: Callable[[], Mappings], folder: Path
) -> list[SentFile]:
    """Return the files, those whose header has remembered edits as edited copies in `folder`.

    A file that a person puts below another dataset stays as it is, and so do all where this caller may not
    read what is remembered.
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
    headed = mappings.sample_table(file.path, None) if size_bytes <= LARGEST_BYTES else None
    if headed is None or mappings.remembered_edits(file.key, headed) is None:
        return file
    name = file.path.name
    upload = UploadRecord(
        "terminal", UploadState.COMPLETE, name, file.key, size_bytes, "", keys.dataset_of(file.key), ""
    )
    folder.mkdir(parents=True)
    try:
        edited = edited_content(upload, file.path, folder, mappings, LARGEST_BYTES)
        folder_dataset = keys.dataset_of(file.key)
        is_elsewhere = folder_dataset in mappings.contracts and folder_dataset != edited.edits.dataset
        if not edited.is_remembered or is_elsewhere or not edited.edits.changes_values:
            return file
        if edited.opened and edited.contract:
            check_edits(edited.edits, edited.contract, edited.opened.names)
        path = edited_file(edited, folder)
    except BadInputError:
        return file  # the gate says why it cannot be read, or which field a person has to decide
    return replace(file, key=edited_key(upload, edited), path=path, edits=edited.edits) if path else file
