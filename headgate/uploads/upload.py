"""Uploads, and their places in the staging bucket.

| key | what |
|---|---|
| `uploads/<upload id>/upload.json` | the upload |
| `uploads/<upload id>/content` | the file, once its parts are complete |
| `uploads/<upload id>/<check id>/dry_run.json` | the result of a check of this content with one mapping |
| `uploads/<upload id>/<check id>/edited` | the file with a person's edits, where it differs |
| `uploads/<upload id>/<check id>/rows.arrow`, `flawed.arrow` | the rows as a grid shows them |

A file of raw that a person edits has the upload id `file-<file id>`, and its content stays in raw.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from headgate.errors import BadInputError
from headgate.lake import keys
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.uploads.edits import Edits

PART_BYTES = 16 << 20
EDITED = "edited"  # name of the file with a person's edits
CONTENT_DIFFERS = "content_differs"
_OF_FILE = "file-"

_FORBIDDEN_KINDS = {
    "Cc",
    "Cf",
    "Cs",
    "Co",
    "Cn",
    "Zl",
    "Zp",
}  # Unicode general categories: control, format (text direction), unassigned …


class SentOriginal(StrEnum):
    """Whether the sent file is kept next to an edited one."""

    KEPT = "kept"
    HAS_NUMBERS = "has_numbers"  # card data, or the dataset has columns for it
    LEFT_OUT = "left_out"  # the dataset leaves columns out, whose values must not stay in raw
    NOT_SEARCHED = "not_searched"  # too large, or in a format that is not searched


class UploadState(StrEnum):
    """The state of an upload."""

    OPEN = "open"
    COMPLETE = "complete"
    CHECKING = "checking"
    CHECKED = "checked"
    COMMITTING = "committing"
    COMMITTED = "committed"
    ABORTED = "aborted"
    DUPLICATE = "duplicate"


@dataclass(frozen=True)
class UploadMapping:
    """The fields of a file's columns, decided by a person before the commit.

    Attributes:
        suggestion: the text of the suggestion that the person saw.
        profiled: facts of the file's columns for the suggestion.
        fields: the field of each column by position; None for a column that is left out.
    """

    suggestion: str
    profiled: tuple[dict[str, Any], ...]
    fields: tuple[str | None, ...]

    @classmethod
    def of(cls, read: Mapping[str, Any]) -> UploadMapping:
        """Return the mapping from JSON."""
        return cls(read["suggestion"], tuple(read["profiled"]), tuple(read["fields"]))


@dataclass(frozen=True)
class UploadRecord:
    """An upload.

    Attributes:
        key: the key in raw that the file has after the commit.
        store_id: the store's own id of the multipart upload.
        begun_at: ISO 8601, naive UTC.
        duplicate_of, file_id: ids of files.
        mapping: as a person decided it; empty without a decision.
        committing_at: when the newest commit began, as `begun_at`.
        by: name of the caller who began the upload.
        raw_version: version of the file in raw that is edited; empty for a file in staging.
        edits: None before a person has made some.
        copy_id: the store's own id of the copy to raw that a commit has begun and not ended.
        copy_key: the key in raw of that copy.
    """

    upload_id: str
    state: UploadState
    name: str
    key: str
    size_bytes: int
    sha256: str
    dataset: str
    begun_at: str
    store_id: str = ""
    duplicate_of: str = ""
    file_id: str = ""
    mapping: UploadMapping | None = None
    committing_at: str = ""
    by: str = ""
    raw_version: str = ""
    edits: Edits | None = None
    copy_id: str = ""
    copy_key: str = ""

    @classmethod
    def of_file(cls, record: FileRecord, begun_at: str) -> UploadRecord:
        """Return a file of raw as a complete upload, whose commit copies the file to its own key."""
        facts = (
            PurePosixPath(record.key).name,
            record.key,
            record.size_bytes,
            record.content_sha256,
            record.dataset,
            begun_at,
        )
        upload_id = id_of_file_upload(record.file_id)
        return cls(upload_id, UploadState.COMPLETE, *facts, raw_version=record.version_id)

    def content(self, staging_bucket: str, raw_bucket: str) -> ObjectRef:
        """Return the location of the file."""
        if self.raw_version:
            return ObjectRef(raw_bucket, self.key, self.raw_version)
        return ObjectRef(staging_bucket, content_key(self.upload_id))

    @property
    def committed_key(self) -> str:
        """The key in raw that the unchanged file has after the commit."""
        if self.edits and self.edits.is_of_no_dataset:
            return keys.no_dataset_key(self.sha256, self.name)
        return self.key

    @property
    def of_file_id(self) -> str:
        """Return the id of the upload's file of raw; empty for a sent file."""
        return self.upload_id.removeprefix(_OF_FILE) if self.raw_version else ""

    @property
    def check_id(self) -> str:
        """Return the id of a check of this content with this mapping and these edits."""
        # Datasets may have fields of the same names.
        mapped = self.mapping and [self.mapping.suggestion, self.mapping.fields]
        edited = self.edits.digest if self.edits else ""
        return hashlib.sha256(f"{self.sha256} {json.dumps(mapped)}{edited}".encode()).hexdigest()[:16]

    def is_of(self, caller: str) -> bool:
        """Return whether the caller began the upload."""
        return self.upload_id == id_of_upload(caller, self.name, self.size_bytes, self.sha256, self.dataset)

    @property
    def part_count(self) -> int:
        """The number of parts."""
        return -(-self.size_bytes // PART_BYTES)

    def part_bytes(self, number: int) -> int:
        """Return the size of a part; the last one has the rest."""
        return min(PART_BYTES, self.size_bytes - (number - 1) * PART_BYTES)

    def to_json(self) -> bytes:
        """Return the upload as JSON."""
        return json.dumps(asdict(self), sort_keys=True).encode()

    @classmethod
    def from_json(cls, text: bytes) -> UploadRecord:
        """Return the upload from its JSON."""
        read = json.loads(text)
        mapping = UploadMapping.of(read["mapping"]) if read.get("mapping") else None
        edits = Edits.of(read["edits"]) if read.get("edits") else None
        return cls(**{**read, "state": UploadState(read["state"]), "mapping": mapping, "edits": edits})


def id_of_upload(caller: str, *facts: object) -> str:
    """Return the upload id of a caller and a file, so that an interrupted upload can be continued."""
    return hashlib.sha256(json.dumps([caller, *facts]).encode()).hexdigest()[:32]


def id_of_file_upload(file_id: str) -> str:
    """Return the upload id of a file of raw, which no other upload has."""
    return f"{_OF_FILE}{file_id}"


def why_not_named(name: str) -> str:
    """Return the reason why a file name is not permitted; empty if it is."""
    from headgate.masking.redaction import redact_text  # noqa: PLC0415 it loads Arrow, which a cold start does without

    if any(unicodedata.category(character) in _FORBIDDEN_KINDS for character in name):
        return "contains a control character or one that changes the direction of text"
    if "/" in name or "\\" in name or name != name.strip() or name in {".", ".."}:
        return "contains a slash, or begins or ends with a blank"
    if name.startswith((".", "_")):
        return "begins with `.` or `_`, which marks objects that are not data"
    if redact_text(name) != name:
        return "contains a card or social security number"
    return ""


def content_differs() -> BadInputError:
    """Return the error for a file with another SHA-256 than declared."""
    message = (
        "The uploaded file has another SHA-256 than the upload states. The file changed, or a part was "
        "damaged on its way."
    )
    return BadInputError(
        rule=CONTENT_DIFFERS,
        message=message,
        remedy="Abort the upload and begin it again with the file's SHA-256.",
    )


def upload_prefix(upload_id: str) -> str:
    """Return the prefix of an upload, with a trailing slash."""
    return f"uploads/{upload_id}/"


def upload_key(upload_id: str) -> str:
    """Return the key of the upload's description."""
    return f"{upload_prefix(upload_id)}upload.json"


def content_key(upload_id: str) -> str:
    """Return the key of the uploaded file."""
    return f"{upload_prefix(upload_id)}content"


def check_key(upload: UploadRecord, name: str, check_id: str = "") -> str:
    """Return the key of an object of a check, by default of the current mapping and edits."""
    return f"{upload_prefix(upload.upload_id)}{check_id or upload.check_id}/{name}"


def dry_run_key(upload: UploadRecord) -> str:
    """Return the key of the result of the check with the current mapping and edits."""
    return check_key(upload, "dry_run.json")
