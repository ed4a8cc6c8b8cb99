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
    """Something to check before a drafted contract is used."""

    column: str = Field(description="Empty where the note concerns the table.")
    message: str
    decides: bool = Field(default=False, description="Whether it decides which rows are kept.")


class ContractDraft(Shape):
    """A contract drafted from a file that fits none, as `headgate contract init` drafts it."""

    dataset: str = Field(description="Name of the dataset, from the file's name.")
    document: dict[str, Any] = Field(
        description="The contract as an ODCS 3.1 document; YAML of it belongs into `contracts/source`."
    )
    notes: tuple[DraftNote, ...] = ()
    rows: Count = Field(0, description="Rows of the file that the contract accepts as it is drafted.")
    needs_deployment: tuple[str, ...] = Field(
        (), description="Why a deployment has to bring the contract; empty where it can be in use at once."
    )


class ContractDraftAsked(Asked):
    """A contract that a person wrote in the console."""

    document: dict[str, Any] = Field(description="An ODCS 3.1 document.")


class StoredContractDraft(Shape):
    """A contract that a person wrote for a new dataset."""

    dataset: str
    by: str = Field(description="Who wrote it.")
    at: Moment
    place: str = Field(description="The object that `headgate push --pull` writes into `contracts/source`.")
    document: dict[str, Any]
    is_in_use: bool = Field(description="Whether the lake has a contract of this dataset now.")
    needs_deployment: tuple[str, ...] = Field(
        (), description="Why a deployment has to bring the contract; empty where it is in use at once."
    )


class ContractDrafts(Shape):
    """Contracts that people wrote, by dataset."""

    drafts: tuple[StoredContractDraft, ...]


class UploadMappingDecision(Asked):
    """The field of each column of an upload, by name; columns that are not named keep the suggested field."""

    columns: MappedFields = Field(
        description="Column to field; null leaves the column out: none of its values enters the lake."
    )


ColumnName = Annotated[str, Field(max_length=500)]
CellText = Annotated[str, Field(max_length=10_000)]


class ColumnStep(Asked):
    """A change of a whole column."""

    kind: Literal["split", "map", "replace", "default", "join", "country"] = Field(
        description="`split` at a text into new columns; `map` whole values; `replace` a part of each text; "
        "`default` for empty cells, or for a column that the file does not have; `join` other columns into a "
        "new one; `country` for codes of countries instead of names or other codes."
    )
    column: ColumnName
    text: CellText = Field(
        "",
        description="What `split` splits at, what `replace` writes, what `join` writes between, the default, "
        "or `alpha-2` or `alpha-3` of `country`.",
    )
    search: CellText = Field("", description="What `replace` looks for.")
    values: dict[CellText, CellText] = Field({}, max_length=2_000, description="Old to new value of `map`.")
    into: tuple[ColumnName, ...] = Field(
        (), max_length=20, description="The columns that `split` makes, or that `join` reads."
    )


class ProposedStep(Shape):
    """A step that fills a field which no column of the file is as it stands."""

    field: str
    step: ColumnStep


class TypedCell(Asked):
    """A cell that a person typed."""

    row: int = Field(ge=1, le=2**53, description="Number of the row among the file's data rows.")
    column: ColumnName
    text: CellText | None = Field(description="The text as it would stand in the file; null empties it.")


class UploadEdits(Asked):
    """The decisions of a person about an upload: the newest edits replace those before."""

    dataset: str = Field("", max_length=100, pattern=r"^[a-z0-9_\-]*$")
    columns: MappedFields = Field({}, description="Column to field; null leaves the column out.")
    formats: dict[ColumnName, dict[str, Any]] = Field(
        {}, max_length=500, description="Field to the keys of `headgate.format` by which the file writes it."
    )
    steps: tuple[ColumnStep, ...] = Field((), max_length=100)
    cells: tuple[TypedCell, ...] = Field((), max_length=100_000)
    part: str = Field("", max_length=500, description="Sheet, member, or list of records.")
    left_out: tuple[Annotated[int, Field(ge=1, le=2**53)], ...] = Field(
        (), max_length=100_000, description="Rows that are not committed."
    )
    currencies: dict[ColumnName, tuple[str, ...]] = Field(
        {},
        max_length=500,
        description="Field to the currencies of its amounts that are committed as they are.",
    )


class DaysToCome(Shape):
    """Dates of a column that are later than tomorrow, among its first 1,000 rows."""

    rows: Count
    last: str = Field(description="The latest of them, as YYYY-MM-DD.")


class GridFacts(Shape):
    """The rows of an upload, read by `GET /v1/uploads/{upload_id}/rows`."""

    columns: tuple[str, ...] = Field(description="The file's columns, in its order.")
    rows: Count
    flawed: Count = Field(description="Rows that are refused or duplicates; at most 20,000 are listed.")
    formats: dict[str, dict[str, Any]] = Field(
        description="By column: `kind`, `format` (keys of `headgate.format`) by which nearly all values are "
        "written, and `others`, how many are not; none for the plain spelling."
    )
    to_come: dict[str, DaysToCome] = Field({}, description="By column with dates in the future.")
    currencies: dict[str, dict[str, Count]] = Field(
        {}, description="Rows by the currency that values of a column state, as code or beside amounts."
    )
    hidden_numbers: dict[str, Count] = Field(
        {}, description="Cells by column in which a card or social security number is shown as a marker."
    )


class GridFlaw(Shape):
    """Why a cell, or a row, is refused."""

    column: str = Field(description="Column of the file; empty where the row as a whole is meant.")
    rule: str
    reason: str = Field(description="In words; empty where another flaw of the row is its first.")


class GridRow(Shape):
    """A row as it is in the file."""

    row: Annotated[int, Field(description="Number among the file's data rows, from 1.")]
    cells: tuple[str | None, ...] = Field(description="By column; sensitive values are masked.")
    kind: Literal["", "refused", "duplicate", "left_out"] = ""
    flaws: tuple[GridFlaw, ...] = ()


class GridRows(Shape):
    """A page of the rows of an upload."""

    total: Count = Field(description="How many rows are shown in all.")
    rows: tuple[GridRow, ...]


class DryRun(Shape):
    """The result of the gate's check of the whole file.

    Nothing of it is in the ledger, curated, quarantine or the alerts.
    """

    upload_id: str
    check_id: str = Field("", description="Of this content with this mapping and these edits.")
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
    written_as: dict[str, str] = Field({}, description="As in a file.")
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
    grid: GridFacts | None = Field(None, description="Null where no header is found.")
    parts: tuple[str, ...] = Field(
        (),
        description="Sheets, members, or lists of records as `export.orders`, where there are several.",
    )
    part_rows: dict[str, Count] = Field({}, description="How many records a list of records has.")
    part_datasets: dict[str, str] = Field(
        {}, description="Dataset to propose for a list in the records of another, by its path."
    )
    part: str = Field("", description="The one of them that is read; empty where none is chosen.")
    edits: UploadEdits | None = Field(None, description="As they were checked.")
    hides_values: bool = Field(
        default=False, description="The caller may not see the values of the file, nor change them."
    )
    likely_dataset: str = Field(
        "",
        description="Dataset to propose where none is known: three columns have its names, with its key.",
    )
    duplicate_of: str = Field(
        "", description="Id of the file that has the content of a commit: it would accept nothing new."
    )
    edited_copy: str = Field(
        "",
        description="Id of the file with this content and other edits: a commit accepts its rows again.",
    )
    duplicate_since: Moment | None = Field(
        None, description="When the gate accepted the rows of `duplicate_of` or of `edited_copy`."
    )
    duplicate_key: str = Field("", description="The key of this file.")
    proposed_steps: tuple[ProposedStep, ...] = Field(
        (), description="Steps to propose to a person, who adds them to the edits."
    )
    is_remembered: bool = Field(
        default=False, description="The edits are those of an earlier upload with the same header."
    )
    draft: ContractDraft | None = Field(
        None, description="With the outcome `profiled`: a contract for files such as this."
    )
    error: FileError | None = None
    seconds: float | None = Field(None, ge=0, description="How long the gate took.")
