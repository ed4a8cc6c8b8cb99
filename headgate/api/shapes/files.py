from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from headgate.api.shapes.base import Asked, Count, Moment, NextCursor, Shape, Share
from headgate.lake.acceptance import Acceptance
from headgate.lake.states import Disposition, FileState

MappedFields = Annotated[
    dict[Annotated[str, Field(max_length=500)], Annotated[str | None, Field(max_length=200)]],
    Field(max_length=2_000),
]
StageName = Literal["upload", "trigger", "processing", "validation", "database", "complete"]
# A corrected row is sent until the gate has checked it; refused is one that is quarantined again, or whose
# file was rejected.
Correction = Literal["sent", "accepted", "refused"]
# A stage that ended with a warning: the file lost more rows than the lake permits.
StageState = Literal["pending", "running", "done", "warning", "failed", "skipped"]


class FileStage(Shape):
    """One of the six stages of a file."""

    name: StageName
    state: StageState
    at: Moment = Field(
        "", description="When the stage ended, or began if it still runs; empty when that is not recorded."
    )
    seconds: float | None = Field(
        None, ge=0, description="How long it took; null while it runs, and when that is not recorded."
    )
    message: str = Field("", description="What the stage found, for the activity log.")


class FileError(Shape):
    """Why a file was rejected, and what its sender can do."""

    rule: str
    message: str
    remedy: str = ""
    column: str = ""


class RowCounts(Shape):
    """Rows of a file by outcome."""

    received: Count
    accepted: Count
    quarantined: Count
    duplicates: Count


class FileSummary(Shape):
    """A file in a list. `received = accepted + quarantined + duplicates`, in rows."""

    file_id: str
    key: str = Field(description="Key in the raw bucket, without sensitive numbers.")
    dataset: str
    state: FileState
    size_bytes: Count
    received_at: Moment
    finished_at: Moment
    received: Count
    accepted: Count
    quarantined: Count
    duplicates: Count
    corrected: Count = Field(
        0, description="Refused rows whose correction is accepted, counted in `quarantined` too."
    )
    rows: Count = Field(
        0, description="All rows of the file, also of one whose rows the gate has not judged."
    )
    acceptance: Acceptance | None = Field(
        None,
        description="`many_refused`: more rows are refused than the lake's `most_refused_share` permits; "
        "`nothing_accepted`: none of "
        "the rows was accepted; null for a file that was not accepted, or not yet.",
    )
    quality_score: Share | None = Field(
        None,
        description="How complete, permitted, different and consistent its rows are, whatever their age.",
    )
    period: str = Field("", description="First and last day of its events, as `from/to`; empty if unknown.")
    error: FileError | None = None
    before_undo: RowCounts | None = Field(
        None, description="Rows of an undone file before its undo; null for another file."
    )
    duplicate_of: str = Field(
        "", description="Id of the file with the same content that was accepted before."
    )
    closed_by: str = Field("", description="Id of the later version that replaces this one.")


class FilePage(Shape):
    """Files, newest first."""

    files: tuple[FileSummary, ...]
    next_cursor: NextCursor = ""


class FileWork(Shape):
    """The time and cost of the worker of one file: the gate's function, or the job for large files."""

    seconds: Annotated[float, Field(ge=0)]
    rows_per_s: Annotated[float, Field(ge=0)] | None = Field(
        description="Received rows by second; null when no time was recorded."
    )
    memory_mb: Count = Field(
        description="Memory of the worker. Lambda bills a function by it, Glue bills a job by its DPUs."
    )
    usd: str = Field(
        description="At AWS's list prices with requests and a month of storage, in US dollars.",
        examples=["0.0004"],
    )


class FileEdits(Shape):
    """The edits that a person made in a file before its commit."""

    by: str
    at: Moment
    sent_sha256: str = Field(description="Of the content as it was sent.")
    cells: Count = Field(description="Typed cells.")
    steps: Count = Field(description="Changes of whole columns.")
    formats: dict[str, dict[str, Any]] = Field(
        description="Field to the keys of `headgate.format` by which the file was written."
    )
    sent_as: str = Field("", description="Name of the file as it was sent.")
    part: str = Field("", description="The sheet or the member of an archive that was read.")
    defaults: tuple[str, ...] = Field((), description="Columns whose empty cells got one value.")
    set_for_all: dict[str, str] = Field({}, description="Column to the value of its empty cells.")
    left_out: tuple[str, ...] = Field((), description="Columns of the file that was sent without a field.")
    rows_left_out: tuple[int, ...] = Field((), description="Rows of the file that was sent, left out.")
    currencies: dict[str, dict[str, Count]] = Field(
        {}, description="Field to the rows by currency, of amounts that the file has in other currencies."
    )
    original: Literal["", "kept", "has_numbers", "not_searched"] = Field(
        "",
        description="Of the file that was sent: `kept` in raw as it came; not kept as it `has_numbers` or "
        "may have them, or because not every text could be searched; empty where raw has it as an older "
        "version.",
    )
    row_reasons: dict[str, str] = Field(
        {}, description="Refused row to what is wrong with it in the file that was sent."
    )


class KeptOriginal(Shape):
    """Where the file that was sent can be fetched, byte for byte as it came."""

    url: str = Field(description="GET it within an hour, without a token.")
    expires_at: Moment
    name: str
    size_bytes: Count


class FileDetail(FileSummary):
    """Everything that is recorded of one file."""

    contract: str = Field(description="Contract that the rows were checked against, as `id@version`.")
    definitions: str = Field(
        description="Version that `headgate push` gave the contract, with `+` and the version of the "
        "datasets that people created; empty for the deployment's own."
    )
    content_sha256: str
    warnings: Count
    reasons: dict[str, int] = Field(description="Rows by rule: refused rows and duplicates.")
    masked: dict[str, int] = Field(description="Masked values by column.")
    written_as: dict[str, str] = Field(
        description="The file's form: format, its name for people (`format_words`), encoding, delimiter …"
    )
    profile: dict[str, str] = Field(description="Quality score with its parts, and drift.")
    mapping: dict[str, str] = Field(
        description=(
            "Column to field where the header was mapped, how, the confidence, and as `left_out` a JSON "
            "list of columns left out."
        )
    )
    stages: tuple[FileStage, ...] = Field(description="The six stages in their order.")
    work: FileWork
    uploaded_by: str = Field(
        "", description="Who sent the file through the API; empty if it came another way."
    )
    undone_by: str = Field("", description="Who undid the file, where it is `reverted` through the API.")
    edited_before: FileEdits | None = Field(None, description="Null for a file that is as it was sent.")
    in_snapshot: str = Field(
        "",
        description="Id of the newest snapshot if it has the file's rows, also those of an undone file until "
        "the next run; else empty.",
    )


class RejectedRow(Shape):
    """A row in quarantine. Sensitive values are masked."""

    source_row: Annotated[int, Field(description="Line or row number in the file, from 1.")]
    sheet_row: int | None = Field(
        None, description="The number that Excel shows beside the row; null for a file that is no workbook."
    )
    disposition: Disposition
    rule: str
    column: str
    value: str | None = Field(description="The value of that column, masked.")
    reason: str
    all_rules: str = Field("", description="Every rule that the row broke.")
    record: dict[str, str | None] = Field(
        description="The row by column, masked; a row with a wrong number of cells has `_raw`."
    )
    is_unique: bool = Field(
        default=False,
        description="The column is part of the key, or unique: a value for several rows is wrong.",
    )
    may_replace: bool = Field(
        default=False,
        description="The row lost to another of its key that is as new: sent again, it replaces that row.",
    )
    correction: Correction | None = Field(
        None, description="What became of the newest correction of this row; null when none was sent."
    )
    corrected_by: str = Field("", description="Id of the file that was sent with this correction.")
    correction_reason: str = Field("", description="Why the correction was refused; empty if it was not.")
    corrected_value: str = Field(
        "", description="The value that was sent for the column; empty if not shown."
    )
    corrected_as: str = Field("", description="Who sent the correction; empty where nobody is recorded.")
    cells: dict[str, str] = Field(
        {},
        description="Of a row of another width its cells by contract column, from left to right, with the "
        "values that were set for all rows: where its correction begins.",
    )


class ReasonCount(Shape):
    """Rows of one file that one rule quarantined."""

    rule: str
    rows: Count


class RejectionGroup(Shape):
    """Rows of a file that one rule of one column refused; a row is in the group of its first reason."""

    rule: str
    column: str = Field(description="Empty for rows that are refused as a whole.")
    rows: Count
    waiting: Count = Field(description="Rows of which no correction is accepted or on its way.")
    values: tuple[str, ...] = Field(
        (),
        description="Values of a column of few values, of which one may be right for all rows; else empty.",
    )


class RejectedRows(Shape):
    """Rows of a file in quarantine, in the file's order."""

    reasons: tuple[ReasonCount, ...] = Field(description="Of the whole file, most rows first.")
    groups: tuple[RejectionGroup, ...] = Field(
        (), description="Of the whole file, most rows first; on the first page alone."
    )
    rows: tuple[RejectedRow, ...]
    total: Count = Field(description="How many rows match the filter.")
    key: tuple[str, ...] = Field((), description="Columns of the key of the file's dataset.")
    next_cursor: NextCursor = ""


class CorrectedRow(Asked):
    """New values for one row in quarantine; columns that are not named keep the file's own value."""

    source_row: int = Field(ge=1, le=2**53)
    values: dict[Annotated[str, Field(max_length=200)], Annotated[str | None, Field(max_length=10_000)]] = (
        Field(
            description=(
                "New text by contract column, as it would stand in the file: in the formats that were chosen "
                "at its upload, or in those of the contract. Null for no value."
            ),
            min_length=1,
            max_length=500,
        )
    )


class CorrectedGroup(Asked):
    """One value for all rows of a group that wait; a row that is corrected by itself keeps its own."""

    rule: str = Field(max_length=100)
    column: str = Field(min_length=1, max_length=200)
    value: str | None = Field(max_length=10_000)


class Corrections(Asked):
    """Corrected rows of one file; only these rows are sent through the gate."""

    rows: tuple[CorrectedRow, ...] = Field((), max_length=1_000)
    groups: tuple[CorrectedGroup, ...] = Field((), max_length=100)


class CorrectionsSent(Shape):
    """The new file with the corrected rows.

    The same corrections have the same key and content, so repeating is safe.
    """

    file_id: str
    key: str
    rows: Count


class MappedColumn(Shape):
    """A column of a file, and the field that it is suggested to be."""

    column: str
    field: str = Field(description="Field of the contract; empty when none is suggested.")
    confidence: Share
    is_confident: bool = Field(description="The gate accepts a column with this confidence by itself.")
    samples: tuple[str, ...] = Field(
        (), description="Up to three values as the file has them; none of a column that may be sensitive."
    )
    unfit_fields: tuple[str, ...] = Field(
        (), description="Fields whose type or rules more than half of the samples break."
    )
    reason: str = Field("", description="Why this field is suggested, or why none is.")


class ContractField(Shape):
    """A field that a column can be mapped to."""

    name: str
    title: str = Field(description="Its name for people: the contract's, or the words of its name.")
    type: str
    required: bool = Field(description="A column of the file must be this field: it is required or masked.")
    may_be_empty: bool = Field(description="The column may have empty values.")
    is_key: bool = Field(
        description="Whether it tells rows apart alone, so that no value is that of all rows."
    )
    records_past: bool = Field(
        description="A time of something that has happened, so that a date in the future is worth a question."
    )
    unit: str = Field("", description="As the contract states it: of an amount the code of its currency.")


class Mapping(Shape):
    """The fields suggested for the columns of a file whose header fits no contract."""

    dataset: str
    source: str = Field(
        description="First folder of the key; the decision is remembered for it and this header."
    )
    columns: tuple[MappedColumn, ...]
    missing: tuple[str, ...] = Field(description="Required fields without a column.")
    fields: tuple[ContractField, ...] = Field(description="All fields of the contract.")


class ColumnProfile(Shape):
    """Statistics of one column. Values of sensitive columns are not in it."""

    name: str
    type: str
    facts: dict[str, object] = Field(
        description="As the profile has them: missing, invalid, distinct, min, max, top …"
    )


class Correlation(Shape):
    """How two columns of numbers move together."""

    left: str
    right: str
    r: float = Field(ge=-1, le=1, description="Pearson's coefficient, over the rows that have both.")


class FileProfile(Shape):
    """Statistics of a file."""

    file_id: str
    rows: Count
    score: dict[str, object] = Field(description="Quality score between 0 and 1, with its parts.")
    columns: tuple[ColumnProfile, ...]
    correlations: tuple[Correlation, ...] = Field(description="Of columns whose values the caller may see.")
    drift: str = Field("", description="What differs from the files before.")


class DatasetProfile(Shape):
    """Statistics of a dataset: all of its files merged, newest version of each row."""

    dataset: str
    snapshot_id: str = Field(description="Empty where no run has merged its files yet.")
    as_of: str = Field(description="The last day that the lake's data knows, YYYY-MM-DD.")
    latest_on: str = Field(description="The last day of the dataset's own events; empty where it has none.")
    rows: Count
    sampled_rows: Count = Field(description="Rows that the statistics are of; fewer than `rows` in a sample.")
    pending_rows: Count = Field(
        0, description="Accepted rows of the newest files that no run has merged yet."
    )
    columns: tuple[ColumnProfile, ...]
    correlations: tuple[Correlation, ...] = Field(description="Of columns whose values the caller may see.")


class QualityPoint(Shape):
    """Quality of one file."""

    file_id: str
    key: str
    received_at: Moment
    received: Count
    accepted: Count
    quarantined: Count
    duplicates: Count
    score: Share | None
    parts: dict[str, float] = Field(description="Parts of the score.")
    drift: str = ""


class QualityHistory(Shape):
    """Quality of a dataset's files over time, oldest first."""

    dataset: str
    points: tuple[QualityPoint, ...] = Field(description="At most 200.")


class QuarantineLine(Shape):
    """The rows and files of a dataset that one rule quarantined."""

    dataset: str
    rule: str
    files: Count
    files_rejected: Count
    rows: Count


class WaitingFile(Shape):
    """A file that waits for a person."""

    file_id: str
    key: str = Field(description="Key in the raw bucket, without sensitive numbers.")
    state: FileState
    received_at: Moment
    received: Count
    dataset: str
    rows: Count = Field(description="Refused rows, of all rules, that no accepted correction replaces.")
    reasons: tuple[ReasonCount, ...] = Field((), description="These rows by rule, most rows first.")


class QuarantineCounts(Shape):
    """Open quarantined rows and rejected files, most rows first."""

    lines: tuple[QuarantineLine, ...]
    waiting: tuple[WaitingFile, ...] = Field(
        description="Files of the asked dataset and rule, newest first, at most 200."
    )
    files_waiting: Count = Field(
        description="All files of the asked dataset and rule that wait, also those that are not listed."
    )


class RevertedFile(Shape):
    """A file that an undo covers."""

    file_id: str
    key: str
    state: FileState
    accepted: Count
    quarantined: Count = Field(description="Rows in quarantine, refused ones and duplicates.")
    duplicates: Count = Field(0, description="Those of them that are duplicates.")
    is_correction: bool = Field(
        description="It has corrected rows of the file that is undone, or of another correction."
    )


class RevertPreview(Shape):
    """The files that an undo covers."""

    file_id: str
    files: tuple[RevertedFile, ...] = Field(description="The file, and then its corrections.")
    accepted: Count = Field(description="Rows of all these files in curated.")
    quarantined: Count = Field(
        description="Rows of all these files in quarantine, refused ones and duplicates."
    )
    may_revert: bool = Field(description="Whether the caller may undo the file now.")
    may_restore: bool = Field(
        description="Whether the file is undone, and the caller may take the undo back."
    )
    reason: str = Field("", description="Why the caller may not undo the file; empty if it may.")
    uploaded_by: str = Field("", description="As in the file.")


class Restored(Shape):
    """The undo was taken back: the originals went through the gate again."""

    file_id: str
    files: tuple[RevertedFile, ...] = Field(
        description="The file and the corrections that were undone with it, as they are now."
    )
    accepted: Count
    quarantined: Count


class Reverted(Shape):
    """The upload was undone with its corrections; the tables show it after the next run."""

    file_id: str
    files: tuple[RevertedFile, ...] = Field(
        description="The file, and then its corrections, as they were before the undo."
    )
    accepted: Count = Field(description="Rows of all these files that left curated.")
    quarantined: Count = Field(
        description="Rows of all these files that left quarantine, refused ones and duplicates."
    )
    accepted_as: str = Field(
        "", description="Key of another file with the same content, whose rows are in the lake now."
    )
