from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool

from headgate.api.shapes.base import Asked, Count, Moment, NextCursor, Shape, Share
from headgate.api.shapes.tables import Cell
from headgate.lake.acceptance import Acceptance
from headgate.lake.states import Disposition, FileState

MappedFields = Annotated[
    dict[Annotated[str, Field(max_length=500)], Annotated[str | None, Field(max_length=200)]],
    Field(max_length=2_000),
]
StageName = Literal["upload", "trigger", "processing", "validation", "database", "complete"]
# sent: not checked yet. refused: quarantined again, or in a rejected file.
Correction = Literal["sent", "accepted", "refused"]
# warning: more rows were rejected than the lake permits.
StageState = Literal["pending", "running", "done", "warning", "failed", "skipped"]


class FileStage(Shape):
    """One of the six stages of a file."""

    name: StageName
    state: StageState
    at: Moment = Field("", description="End of the stage, or start if it is running; empty if unknown.")
    seconds: float | None = Field(None, ge=0, description="Duration; null if it is running or unknown.")
    message: str = Field("", description="Result of the stage, for the activity log.")


class FileError(Shape):
    """Why a file was rejected, and a remedy for its sender."""

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
    same_key: Count = Field(0, description="Duplicates with the key of another row and other values.")
    corrected: Count = Field(0, description="Quarantined rows with an accepted correction.")
    ignored: Count = Field(0, description="Quarantined rows that a person ignored.")
    rows: Count = Field(0, description="All rows of the file, even if the gate did not check them.")
    acceptance: Acceptance | None = Field(
        None,
        description="`many_refused`: more rows were rejected than the lake's `most_refused_share` permits; "
        "`nothing_accepted`: no row was accepted; null if the file was not accepted.",
    )
    quality_score: Share | None = Field(
        None, description="Completeness, validity, uniqueness and consistency, without timeliness."
    )
    period: str = Field("", description="First and last day of its events, as `from/to`; empty if unknown.")
    error: FileError | None = None
    before_undo: RowCounts | None = Field(None, description="Rows of a reverted file before its undo.")
    duplicate_of: str = Field("", description="Id of the accepted file with the same content.")
    content_sha256: str = Field("", description="Of the content; empty for an empty file.")
    closed_by: str = Field("", description="Id of the later version, by which refused rows no longer wait.")


class FilePage(Shape):
    """Files, newest first."""

    files: tuple[FileSummary, ...]
    next_cursor: NextCursor = ""


class FileWork(Shape):
    """Time and cost of a file's worker: the gate's function, or the job for large files."""

    seconds: Annotated[float, Field(ge=0)]
    rows_per_s: Annotated[float, Field(ge=0)] | None = Field(description="Null if no time was recorded.")
    memory_mb: Count = Field(description="Memory of the worker.")
    usd: str = Field(
        description="At AWS's list prices with requests and a month of storage, in US dollars.",
        examples=["0.0004"],
    )


class ListedCell(Shape):
    """A cell that a person typed before the commit."""

    row: Annotated[int, Field(ge=1, description="Row of the sent file.")]
    column: str
    before: str | None = Field(description="Text of the sent file; null for an empty or hidden cell.")
    after: str | None = Field(description="Typed text; null for an empty or hidden cell.")
    is_hidden: bool = Field(description="Whether the texts are hidden, as they may be about a person.")


class ReplacedValue(Shape):
    """A value before and after a change of its column."""

    before: str
    after: str


class ColumnChange(Shape):
    """A change of a whole column before the commit; the fields are those of an upload's step."""

    kind: Literal["split", "map", "replace", "join", "country", "repeated_hour", "apostrophe", "lake"]
    column: str
    into: tuple[str, ...] = Field(description="Columns that `split` creates or `join` reads.")
    text: str = Field(description="Without the values of a dataset with personal data.")
    search: str = Field(description="As `text`.")
    values: tuple[ReplacedValue, ...] = Field(description="The first values of `map`; as `text`.")


class AnsweredFile(Shape):
    """The refused rows that the rows of a file replace, as its references say."""

    file_id: str
    key: str
    name: str = Field("", description="Name of the file as it was sent; empty if unknown.")
    rows: tuple[int, ...] = Field(
        description="Row numbers of the sent file, in Excel those of the sheet, in the order of the answer."
    )


class LeftOutKinds(Shape):
    """Rows of a sent file that were omitted because they are no data."""

    totals: tuple[int, ...] = Field((), description="Lines of totals.")
    footer_rows: tuple[int, ...] = Field((), description="Notes below the rows.")
    description_rows: tuple[int, ...] = Field((), description="Rows that describe the columns.")


class FileEdits(Shape):
    """The edits that a person made in a file before its commit."""

    by: str
    at: Moment
    sent_sha256: str = Field(description="Of the sent content.")
    cells: Count = Field(description="Typed cells.")
    steps: Count = Field(description="Changes of whole columns.")
    formats: dict[str, dict[str, Any]] = Field(
        description="Field to the keys of `headgate.format` that describe its values."
    )
    sent_as: str = Field("", description="Name of the sent file.")
    part: str = Field("", description="The sheet or archive member that was read.")
    parts: tuple[str, ...] = Field(
        (), description="Sheets, members, and lists with a dataset, but no covers."
    )
    lists: tuple[str, ...] = Field((), description="The lists of records among its parts.")
    defaults: tuple[str, ...] = Field((), description="Columns with a default for empty cells.")
    set_for_all: dict[str, str] = Field({}, description="Column to the default of its empty cells.")
    left_out: tuple[str, ...] = Field((), description="Columns of the sent file without a field.")
    sent_columns: tuple[str, ...] = Field((), description="The columns of the sent file.")
    fields: tuple[str, ...] = Field((), description="The field of each of them, empty for none.")
    sent_written_as: dict[str, str] = Field({}, description="Delimiter and quote of the sent file.")
    rows_left_out: tuple[int, ...] = Field((), description="Rows of the sent file that were omitted.")
    left_out_kinds: LeftOutKinds = Field(
        LeftOutKinds(), description="Those of them that are no data, by what they are."
    )
    currencies: dict[str, dict[str, Count]] = Field(
        {}, description="Field to the number of rows by currency, if amounts have other currencies."
    )
    original: Literal["", "kept", "has_numbers", "left_out", "not_searched"] = Field(
        "",
        description="Whether raw has the sent file: `kept`; or not, because it `has_numbers`, its dataset "
        "has `left_out` columns, or it could not be searched for numbers; empty if it is an older version of "
        "the object.",
    )
    row_reasons: dict[str, str] = Field({}, description="Reason by rejected row of the sent file.")
    typed: tuple[ListedCell, ...] = Field((), description="The first 100 typed cells.")
    changes: tuple[ColumnChange, ...] = Field(
        (), description="Changes of whole columns without defaults; of mapped values those of the file."
    )
    answers: AnsweredFile | None = Field(
        None, description="The refused rows of another file that its rows replace, if it has references."
    )


class KeptOriginal(Shape):
    """The download URL of the original file."""

    url: str = Field(description="GET it within an hour, without a token.")
    expires_at: Moment
    name: str
    size_bytes: Count


class WarnedRows(Shape):
    """Accepted rows of a file that break a rule which only warns."""

    rule: str = Field(
        description="`absent_or_left_out` for a column that the file lacks, and for a sheet that is not read."
    )
    column: str
    rows: Count


class OpenPart(Shape):
    """A part of a sent file that did not come in."""

    name: str
    is_list: bool = Field(description="Whether it is a list of records, whose name is a path such as `a.b`.")


class IgnoredGroup(Shape):
    """Who set the rows of a group to ignored, when, and why."""

    rows: Count
    note: str
    by: str
    at: Moment


class FileDetail(FileSummary):
    """All recorded facts of one file."""

    contract: str = Field(description="Contract that the rows were checked against, as `id@version`.")
    definitions: str = Field(
        description="Version of the pushed contracts, with `+` and the version of created datasets; empty "
        "for the contracts of the deployment."
    )
    warnings: Count
    warned: tuple[WarnedRows, ...] = Field((), description="The warnings by rule and column.")
    reasons: dict[str, int] = Field(description="Rejected rows and duplicates by rule.")
    masked: dict[str, int] = Field(description="Masked values by column.")
    kept_columns: tuple[str, ...] = Field(
        (), description="Columns that no field takes, whose values `new_columns` keeps as text."
    )
    written_as: dict[str, str] = Field(
        description="Facts of the format: `format`, its readable name `format_words`, encoding, delimiter …"
    )
    profile: dict[str, str] = Field(description="Quality score with its parts, and drift.")
    mapping: dict[str, str] = Field(
        description="If the header was mapped: column to field, how, the confidence, and the JSON list "
        "`left_out` of omitted columns."
    )
    stages: tuple[FileStage, ...] = Field(description="The six stages in their order.")
    work: FileWork
    uploaded_by: str = Field("", description="Sender through the API; empty if it came another way.")
    replaced_rows: Count | None = Field(
        None,
        description="Rows of the newest snapshot that the file replaces, counted by the dry run before the "
        "commit; null if none was.",
    )
    unchanged_rows: Count | None = Field(
        None,
        description="Rows of the file that the lake had already, equal or newer, by the dry run before the "
        "commit; null if not all rows were compared.",
    )
    undone_by: str = Field("", description="Who reverted the file through the API.")
    edited_before: FileEdits | None = Field(None, description="Edits before the commit.")
    open_parts: tuple[OpenPart, ...] = Field(
        (), description="Sheets or other parts of the sent file that did not come in; of the first 100."
    )
    dismissed: IgnoredGroup | None = Field(
        None, description="Who dismissed a file that was not accepted; it stays in raw, and waits for nobody."
    )
    in_snapshot: str = Field(
        "", description="Id of the newest snapshot if it has rows of the file, which may be reverted since."
    )
    taken_instead: Count = Field(
        0, description="Duplicates that were sent again and accepted instead of the row of their key."
    )
    given_another_key: Count = Field(
        0, description="Duplicates that were sent again and accepted with another key."
    )


class FileWithColumn(Shape):
    """A file of a dataset in which a column arrived."""

    file_id: str
    key: str
    is_kept_as_text: bool = Field(
        description="Whether `new_columns` keeps its values as text; else they are not in the lake."
    )


class LeftOutColumn(Shape):
    """A column of recent files that their dataset does not have."""

    name: str = Field(description="Its name in the files.")
    files: tuple[FileWithColumn, ...] = Field(description="The files with it, newest first.")


class LeftOutColumns(Shape):
    """Columns of a dataset's recent files that it does not have, those of the newest file first."""

    columns: tuple[LeftOutColumn, ...]
    files_read: Count = Field(description="Number of accepted files, the newest ones, that were looked at.")


class EarlierCorrection(Shape):
    """An accepted correction of the same cell in an earlier version of a file."""

    value: str | None = Field(description="Null if the cell was left empty.")
    file_id: str = Field(description="Id of the earlier version.")
    received_at: Moment


class RefusedCell(Shape):
    """A refused cell of a row beside the first one."""

    column: str
    rule: str
    reason: str


class RejectedRow(Shape):
    """A row in quarantine. Sensitive values are masked."""

    source_row: Annotated[int, Field(description="Line or row number in the file, from 1.")]
    sheet_row: int | None = Field(None, description="Row number in Excel; null for other formats.")
    sent_row: int | None = Field(
        None, description="Row number in the sent file if a person left rows out of it; else null."
    )
    line: int | None = Field(
        None, description="First line of the row in the sent text, or its row in `sheet`; null if unknown."
    )
    sheet: str = Field("", description="Sheet of the row in the sent workbook; empty if unknown.")
    disposition: Disposition
    rule: str
    column: str
    value: str | None = Field(description="The value of that column, masked.")
    reason: str
    all_rules: str = Field("", description="All rules that the row broke.")
    record: dict[str, str | None] = Field(
        description="The row by column, masked; a row with a wrong number of cells has `_raw`."
    )
    is_unique: bool = Field(
        default=False, description="Whether the column is unique or part of the key, so rows differ in it."
    )
    may_replace: bool = Field(
        default=False, description="Whether the row replaces the equally new row of its key if sent again."
    )
    is_taken_instead: bool = Field(
        default=False, description="Whether a person sent the row again, and it replaces the row of its key."
    )
    correction: Correction | None = Field(None, description="State of the row's newest correction.")
    corrected_by: str = Field("", description="Id of the file with the correction.")
    correction_reason: str = Field("", description="Why the correction was rejected.")
    corrected_as: str = Field("", description="Sender of the correction; empty if unknown.")
    earlier: EarlierCorrection | None = Field(
        None, description="Correction of the same value in this row's key and column in an earlier version."
    )
    also_refused: tuple[RefusedCell, ...] = Field(
        (),
        description="The other cells that break a rule in the row, or broke one in its refused correction.",
    )
    corrected_cells: dict[str, str | None] = Field(
        {},
        description="The cells that a person wrote, by column, of a corrected row and of a row of a "
        "correction: without hidden ones, null for a cell that was left empty.",
    )
    cells: dict[str, str] = Field(
        {},
        description="Initial cells of a correction, if the row has a wrong number of cells: by contract "
        "column, from left to right, with the values set for all rows.",
    )
    hidden_cells: dict[str, str] = Field(
        {}, description="Of this row the cells whose digits are hidden, as `Z-####`, by contract column."
    )
    sent_cells: tuple[str | None, ...] = Field(
        (),
        description="With `as_sent`: the cells of the sent file, by `sent_columns`; fewer or more of a row "
        "with a wrong number of cells. Empty if the sent file is not kept.",
    )


class ReasonCount(Shape):
    """Rows of one file that one rule quarantined."""

    rule: str
    rows: Count


class GroupReading(Shape):
    """A format that reads refused values of a group."""

    format: dict[str, Any] = Field(description="Keys of `headgate.format`.")
    rows: Count = Field(description="Open rows of which it reads every refused cell.")


class RejectionGroup(Shape):
    """Rejected rows of a file whose first reason is one rule in one column."""

    rule: str
    column: str = Field(description="Empty if the rule is not about one column.")
    rows: Count
    waiting: Count = Field(
        description="Rows without an accepted or pending correction; 0 if they are ignored."
    )
    ignored: IgnoredGroup | None = Field(None, description="Null if the rows are not ignored.")
    values: tuple[str, ...] = Field((), description="Values of the column, if it has few different ones.")
    readings: tuple[GroupReading, ...] = Field(
        (), description="Formats that read refused values of the column, those of most rows first."
    )


class RejectedRows(Shape):
    """Rows of a file in quarantine, in the file's order."""

    reasons: tuple[ReasonCount, ...] = Field(description="Of the whole file, largest first.")
    groups: tuple[RejectionGroup, ...] = Field(
        (), description="Of the whole file, largest first; only on the first page."
    )
    rows: tuple[RejectedRow, ...]
    total: Count = Field(description="Number of rows that match the filter.")
    key: tuple[str, ...] = Field((), description="Key columns of the file's dataset.")
    reference: str = Field(
        "", description="With a hyphen and `source_row` the reference of a row, by which it is known again."
    )
    sent_columns: tuple[str, ...] = Field((), description="With `as_sent`: the columns of the sent file.")
    next_cursor: NextCursor = ""


class CorrectedRow(Asked):
    """New values for a quarantined row; other columns keep the file's value."""

    source_row: int = Field(ge=1, le=2**53)
    values: dict[Annotated[str, Field(max_length=200)], Annotated[str | None, Field(max_length=10_000)]] = (
        Field(
            description=(
                "New text by contract column, in the formats chosen at the upload or else in those of the "
                "contract. Null for no value."
            ),
            min_length=1,
            max_length=500,
        )
    )


class RowsToIgnore(Asked):
    """The rows of a group that need no correction, or a file that was not accepted, by the rule of its error.

    A file needs a note.
    """

    rule: str = Field(max_length=100)
    column: str = Field("", max_length=200)
    note: str = Field("", max_length=500, description="Why; card numbers in it are masked.")
    is_ignored: StrictBool = Field(description="False takes it back.")


class CorrectedGroup(Asked):
    """One value or one format for all open rows of a group, unless a row has its own value of the column."""

    rule: str = Field(max_length=100)
    column: str = Field(min_length=1, max_length=200)
    value: str | None = Field(max_length=10_000, description="Null leaves the cells empty.")
    format: dict[str, Any] | None = Field(
        None,
        max_length=20,
        description="Keys of `headgate.format` instead of a value: rows whose refused value it reads are "
        "corrected, the others stay open.",
    )


class Corrections(Asked):
    """Corrected rows of one file; only these rows are sent through the gate."""

    rows: tuple[CorrectedRow, ...] = Field((), max_length=1_000)
    groups: tuple[CorrectedGroup, ...] = Field((), max_length=100)


class CorrectionsSent(Shape):
    """The new file with the corrected rows; the same corrections have the same key and content."""

    file_id: str
    key: str
    rows: Count


class MappedColumn(Shape):
    """A column of a file with its suggested field."""

    column: str
    field: str = Field(description="Field of the contract; empty without a suggestion.")
    confidence: Share
    is_confident: bool = Field(description="Whether the gate accepts this confidence without a person.")
    samples: tuple[str, ...] = Field(
        (), description="Up to three values in the file's spelling; none if they may be sensitive."
    )
    reason: str = Field("", description="Why this field or no field is suggested.")


class ContractField(Shape):
    """A field that a column can be mapped to."""

    name: str
    title: str = Field(description="Readable name, from the contract or the words of `name`.")
    type: str
    required: bool = Field(description="Whether a column must be mapped to it: it is required or masked.")
    may_be_empty: bool = Field(description="Whether the column may have empty values.")
    is_key: bool = Field(description="Whether it is the whole key, so that all rows differ in it.")
    records_past: bool = Field(description="Whether a date in the future is suspicious.")
    unit: str = Field("", description="Unit in the contract, for amounts the currency code.")
    allowed: tuple[str, ...] = Field((), description="The permitted values; empty for any.")
    may_be_kept: bool = Field(
        default=False,
        description="Whether a file without it can keep the values of the lake's rows of the same keys.",
    )
    time_zone: str = Field("", description="The zone of its times without an offset; empty for UTC.")
    declared_format: dict[str, Any] = Field(
        {}, description="How the contract says that values are written, in the keys of `headgate.format`."
    )


class Mapping(Shape):
    """The suggested fields for the columns of a file whose header fits no contract."""

    dataset: str
    source: str = Field(description="First folder of the key; a decision is reused for it and this header.")
    columns: tuple[MappedColumn, ...]
    missing: tuple[str, ...] = Field(description="Required fields without a column.")
    fields: tuple[ContractField, ...] = Field(description="All fields of the contract.")


class ColumnProfile(Shape):
    """Statistics of one column, without values of sensitive columns."""

    name: str
    type: str
    facts: dict[str, object] = Field(description="missing, invalid, distinct, min, max, top …")


class Correlation(Shape):
    """The correlation of two numeric columns."""

    left: str
    right: str
    r: float = Field(ge=-1, le=1, description="Pearson's coefficient of the rows with both values.")


class FileProfile(Shape):
    """Statistics of a file."""

    file_id: str
    rows: Count
    score: dict[str, object] = Field(description="Quality score between 0 and 1, with its parts.")
    columns: tuple[ColumnProfile, ...]
    correlations: tuple[Correlation, ...] = Field(description="Of columns whose values the caller may see.")
    drift: str = Field("", description="Differences from earlier files.")


class ValuesOfPeriod(Shape):
    """The values that a column has in the rows of one period, in the column's unit."""

    median: float
    total: float


class PeriodRows(Shape):
    """The rows of one period."""

    starts_on: str = Field(description="First day of the period, YYYY-MM-DD.")
    rows: Count
    measures: dict[str, ValuesOfPeriod] = Field(
        default_factory=dict,
        description="By column of numbers its values; none of sampled rows or without a value.",
    )


class RowsOverTimeShown(Shape):
    """The rows of a dataset by the time of their events."""

    column: str
    period: Literal["day", "week", "month", "quarter", "year"]
    points: tuple[PeriodRows, ...] = Field(
        description="From the first period with rows to the last one; more than 60 only of years."
    )


class RowVersion(Shape):
    """A version of a row, as a file brought it."""

    file_id: str
    file_key: str
    corrects: str = Field(description="Id of the file whose refused row was corrected; may be empty.")
    received_at: Moment
    by: str = Field(description="Who sent the file; empty for files that did not come through the API.")
    source_row: Count
    cells: tuple[Cell, ...] = Field(description="In the order of `columns`.")
    changed: tuple[str, ...] = Field((), description="Columns that differ from the version before.")


class RowVersions(Shape):
    """The versions of a row in the files of a dataset, the newest file first."""

    dataset: str
    columns: tuple[str, ...]
    versions: tuple[RowVersion, ...]
    is_complete: bool = Field(
        description="False if the dataset has older or larger files, which were not read, and may have more."
    )


class DatasetProfile(Shape):
    """Statistics of a dataset's newest snapshot."""

    dataset: str
    snapshot_id: str = Field(description="Empty before the first merge.")
    as_of: str = Field(description="Last day of the lake's data, YYYY-MM-DD.")
    time: str = Field("", description="Column by which its rows are in time; empty if it has none.")
    times: tuple[str, ...] = Field(
        (), description="Columns that can be chosen instead, of which the caller may see values."
    )
    latest_on: str = Field(
        description="Last day of its rows by that column, at most tomorrow; empty if there is none."
    )
    later_rows: Count = Field(0, description="Rows of days after that one, which `over_time` does not count.")
    rows: Count
    sampled_rows: Count = Field(
        description=(
            "Rows that were read. If fewer than `rows`, only missing, min and max are of all rows, and "
            "`estimated` of a column says how the rest was estimated."
        )
    )
    pending_rows: Count = Field(0, description="Accepted rows of the newest files that are not merged yet.")
    pending_replaced_rows: Count | None = Field(
        None,
        description="Those that replace a row of their key, by the dry runs before the commits; null if "
        "not all were compared.",
    )
    pending_unchanged_rows: Count | None = Field(
        None, description="Those that the lake has already, equal or newer; null if not all were compared."
    )
    columns: tuple[ColumnProfile, ...]
    correlations: tuple[Correlation, ...] = Field(description="Of columns whose values the caller may see.")
    over_time: RowsOverTimeShown | None = Field(
        None,
        description="Null without two periods, above five million rows, or if the caller may not see the "
        "column.",
    )


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
    columns: tuple[str, ...] = Field(
        (), description="Columns with values that broke it, in the newest files; the one of most rows first."
    )
    files: Count
    files_rejected: Count
    rows: Count


class WaitingFile(Shape):
    """A file that needs a person."""

    file_id: str
    key: str = Field(description="Key in the raw bucket, without sensitive numbers.")
    state: FileState
    received_at: Moment
    received: Count
    dataset: str
    rows: Count = Field(description="Rejected rows of all rules without an accepted correction.")
    reasons: tuple[ReasonCount, ...] = Field((), description="These rows by rule, largest first.")
    content_sha256: str = Field("", description="As in the file.")


class QuarantineCounts(Shape):
    """Open quarantined rows and rejected files, largest first."""

    lines: tuple[QuarantineLine, ...]
    waiting: tuple[WaitingFile, ...] = Field(description="The newest waiting files, at most 200.")
    files_waiting: Count = Field(description="Number of all waiting files.")


class RevertedFile(Shape):
    """A file that an undo covers."""

    file_id: str
    key: str
    state: FileState
    accepted: Count
    quarantined: Count = Field(description="Rejected rows and duplicates.")
    duplicates: Count = Field(0, description="Duplicates among the quarantined rows.")
    same_key: Count = Field(0, description="As in the file.")
    is_correction: bool = Field(description="Whether it has corrected rows of another file of the undo.")


class RevertPreview(Shape):
    """The files that an undo covers."""

    file_id: str
    files: tuple[RevertedFile, ...] = Field(description="The file, then its corrections.")
    accepted: Count = Field(description="Rows of these files in curated.")
    quarantined: Count = Field(description="Rejected rows and duplicates of these files.")
    may_revert: bool = Field(description="Whether the caller may undo the file now.")
    may_restore: bool = Field(description="Whether the caller may restore the reverted file.")
    reason: str = Field("", description="Why the caller may not undo the file.")
    uploaded_by: str = Field("", description="As in the file.")


class Restored(Shape):
    """The restored file, which the gate processed again with its corrections."""

    file_id: str
    files: tuple[RevertedFile, ...] = Field(description="The file, then its corrections.")
    accepted: Count
    quarantined: Count


class Reverted(Shape):
    """The reverted upload, whose rows leave the tables with the next run."""

    file_id: str
    files: tuple[RevertedFile, ...] = Field(description="The file, then its corrections, before the undo.")
    accepted: Count = Field(description="Rows of these files removed from curated.")
    quarantined: Count = Field(description="Rejected rows and duplicates removed from quarantine.")
    accepted_as: str = Field("", description="Key of a file with the same content that was accepted instead.")
