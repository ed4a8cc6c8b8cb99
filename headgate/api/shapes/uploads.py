from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from headgate.api.shapes.base import Asked, Count, Moment, NextCursor, Sha256, Shape
from headgate.api.shapes.files import (
    ColumnProfile,
    FileError,
    MappedFields,
    Mapping,
    ReasonCount,
    RejectedRow,
)
from headgate.lake.acceptance import Acceptance
from headgate.lake.states import FileState

UploadState = Literal[
    "open", "complete", "checking", "checked", "committing", "committed", "aborted", "duplicate"
]

LARGEST_UPLOAD_BYTES = 100 << 30


class UploadAsked(Asked):
    """A file that is going to be uploaded."""

    name: str = Field(
        min_length=1,
        max_length=200,
        description=(
            "File name without folders; control characters, slashes and a leading `.` or `_` are not "
            "permitted."
        ),
    )
    size_bytes: int = Field(ge=1, le=LARGEST_UPLOAD_BYTES)
    sha256: Sha256
    dataset: str = Field(
        "",
        max_length=100,
        pattern=r"^[a-z0-9_\-]*$",
        description="Dataset with a contract; empty: the gate finds it from the columns.",
    )


class Upload(Shape):
    """An upload as it stands now."""

    upload_id: str
    state: UploadState
    name: str
    key: str = Field(description="Key in the raw bucket that the file has after the commit.")
    size_bytes: Count
    sha256: Sha256
    dataset: str
    part_size_bytes: Count = Field(description="Size of every part except the last.")
    part_count: Count
    begun_at: Moment
    duplicate_of: str = Field("", description="With `duplicate`: id of the file that has this content.")
    file_id: str = Field("", description="With `committed`: id of the file, for `GET /v1/files/{file_id}`.")


class UploadPart(Shape):
    """A part of an upload."""

    number: Annotated[int, Field(ge=1, le=10_000)]
    size_bytes: Count
    uploaded: bool
    etag: str = ""
    url: str = Field(
        "", description="Send the part with PUT to this URL within an hour; empty once it is uploaded."
    )


class UploadParts(Shape):
    """Parts of an upload by number, at most 100 at a time."""

    parts: tuple[UploadPart, ...]
    next_cursor: NextCursor = ""


class DraftNote(Shape):
    """Something to check before a drafted contract is deployed."""

    column: str = Field(description="Empty where the note concerns the table.")
    message: str


class ContractDraft(Shape):
    """A contract drafted from a file that fits none, as `headgate contract init` drafts it."""

    dataset: str = Field(description="Name of the dataset, from the file's name.")
    document: dict[str, Any] = Field(
        description="The contract as an ODCS 3.1 document; YAML of it belongs into `contracts/source`."
    )
    notes: tuple[DraftNote, ...] = ()


class UploadMappingDecision(Asked):
    """The field of each column of an upload, by name; columns that are not named keep the suggested field."""

    columns: MappedFields = Field(
        description="Column to field; null leaves the column out: none of its values enters the lake."
    )


class DryRun(Shape):
    """The result of the gate's check of the whole file.

    Nothing of it is in the ledger, curated, quarantine or the alerts.
    """

    upload_id: str = Field("", description="Of an upload that is checked.")
    file_id: str = Field("", description="Of a file in raw that is checked with a mapping.")
    state: Literal["checking", "checked", "failed"]
    outcome: FileState | None = Field(None, description="State that the file would have after a commit.")
    dataset: str = ""
    contract: str = ""
    received: Count = 0
    accepted: Count = 0
    quarantined: Count = 0
    duplicates: Count = 0
    warnings: Count = 0
    acceptance: Acceptance | None = Field(None, description="As in a file.")
    reasons: tuple[ReasonCount, ...] = ()
    rejected_rows: tuple[RejectedRow, ...] = Field((), description="The first 100.")
    written_as: dict[str, str] = Field({}, description="Format, encoding, delimiter …")
    quality: dict[str, str] = Field({}, description="Quality score with its parts, and drift.")
    columns: tuple[ColumnProfile, ...] = ()
    mapping: Mapping | None = Field(
        None,
        description=(
            "With the outcome `needs_mapping`, and after the decision: what is suggested for the columns."
        ),
    )
    mapped: dict[str, str | None] | None = Field(
        None,
        description=(
            "Column to field, as decided for this check; null for a column that is left out. Null "
            "without a decision."
        ),
    )
    draft: ContractDraft | None = Field(
        None, description="With the outcome `profiled`: a contract for files such as this."
    )
    error: FileError | None = None
    seconds: float | None = Field(None, ge=0, description="How long the gate took.")
