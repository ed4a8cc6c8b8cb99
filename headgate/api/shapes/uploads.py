from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool

from headgate.api.shapes.base import Asked, Count, Moment, NextCursor, Sha256, Shape
from headgate.api.shapes.files import (
    AnsweredFile,
    ColumnProfile,
    FileError,
    MappedFields,
    Mapping,
    ReasonCount,
    RejectedRow,
    WarnedRows,
)
from headgate.lake.acceptance import Acceptance
from headgate.lake.states import FileState

UploadState = Literal[
    "open", "complete", "checking", "checked", "committing", "committed", "aborted", "duplicate"
]

MAX_UPLOAD_BYTES = 100 << 30


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
    size_bytes: int = Field(ge=1, le=MAX_UPLOAD_BYTES)
    sha256: Sha256
    dataset: str = Field(
        "",
        max_length=100,
        pattern=r"^[a-z0-9_\-]*$",
        description="Dataset with a contract; empty: the gate finds it from the columns.",
    )
    part: str = Field(
        "",
        max_length=500,
        description="Sheet, member, or list of records to begin with; the state is not `duplicate` then, "
        "because the lake may have another part of the file.",
    )


class Upload(Shape):
    """The current state of an upload."""

    upload_id: str
    state: UploadState
    name: str
    key: str = Field(description="Key in the raw bucket after the commit.")
    size_bytes: Count
    sha256: Sha256
    dataset: str
    part_size_bytes: Count = Field(description="Size of every part except the last.")
    part_count: Count
    begun_at: Moment
    duplicate_of: str = Field("", description="With `duplicate`: id of the file with this content.")
    file_id: str = Field("", description="With `committed`: id of the file, for `GET /v1/files/{file_id}`.")


class UploadPart(Shape):
    """A part of an upload."""

    number: Annotated[int, Field(ge=1, le=10_000)]
    size_bytes: Count
    uploaded: bool
    etag: str = ""
    url: str = Field("", description="PUT the part to this URL within an hour; empty after the upload.")


class UploadParts(Shape):
    """Parts of an upload by number, at most 100 at a time."""

    parts: tuple[UploadPart, ...]
    next_cursor: NextCursor = ""


class DraftNote(Shape):
    """Something to check before a drafted contract is used."""

    column: str = Field(description="Empty for a note about the table.")
    message: str
    decides: bool = Field(default=False, description="Whether it decides which rows are accepted.")
    is_open: bool = Field(
        default=False, description="Whether it names rows that stay out, which a page shows without a click."
    )


class DraftAnswer(Shape):
    """A possible format of an ambiguous column."""

    answer: str = Field(
        description="A pattern such as `dd/MM/yyyy`, an example such as `1.234,5`, `1.234,5|1,234.5` for "
        "numbers that are each read by itself, or for words `empty` or `wait`."
    )
    property: dict[str, Any] = Field(description="The column's ODCS property with this format.")
    waiting: Count = Field(0, description="Rows whose value a format does not read.")


class DraftQuestion(Shape):
    """A column that stays text until a person chooses how to read it.

    Its values have several possible formats, or a few words stand among numbers or dates.
    """

    column: str
    answers: tuple[DraftAnswer, ...]
    words: tuple[str, ...] = Field((), description="The words among other values; empty for formats.")
    rows: Count = Field(0, description="Rows with these words.")
    values: Count = Field(0, description="Values of the column, if it is asked about formats.")


class DraftFormat(Shape):
    """A format of numbers, days or times among the values of a text column."""

    kind: Literal["number", "day", "time"]
    answer: str = Field(description="As in the answers to questions.")
    format: dict[str, Any] = Field(description="Keys of `headgate.format`; empty for the plain format.")
    waiting: Count = Field(description="Rows with another value, which wait for a person.")


class DraftWayOut(Shape):
    """A change after which a column needs no deployment."""

    way: Literal["leave_out", "search_in_full", "mask_numbers", "not_people"] = Field(
        description="The dataset has no such column; rows with a number that passes as a card number wait; "
        "such numbers are replaced; the column is not about people, as its name suggests."
    )
    property: dict[str, Any] = Field(
        description="The column's ODCS property after the change; empty with `leave_out`."
    )


class DraftColumnForDeployment(Shape):
    """A column that a person cannot put into use, with the ways out."""

    column: str
    reason: str
    like_cards: Count = Field(
        0, description="Values that pass as card numbers, of a column of other numbers."
    )
    ways: tuple[DraftWayOut, ...]


class DraftForDeployment(Shape):
    """The part of a draft that needs a deployment."""

    columns: tuple[DraftColumnForDeployment, ...] = ()
    table: tuple[str, ...] = Field((), description="Reasons that no single column has.")


class NumbersBesideWords(Shape):
    """A text column of a draft with numbers in at least half of its rows."""

    numbers: Count = Field(description="Rows with a number.")
    others: Count = Field(description="Rows with a word.")
    words: dict[str, Count] = Field(description="Rows of the most frequent words, at most five.")
    different: Count = Field(description="Number of different words.")
    is_whole: bool = Field(description="Whether the numbers are whole.")


class ContractDraft(Shape):
    """A contract drafted from a file, like by `headgate contract init`."""

    dataset: str = Field(description="Name of the dataset, from the file's name.")
    document: dict[str, Any] = Field(
        description="The contract as an ODCS 3.1 document, for a YAML file in `contracts/source`."
    )
    notes: tuple[DraftNote, ...] = ()
    questions: tuple[DraftQuestion, ...] = ()
    rows: Count = Field(0, description="Rows of the file that the draft accepts.")
    received: Count = Field(0, description="Rows of the file.")
    duplicates: Count = Field(0, description="Rows of the file that repeat another.")
    needs_deployment: tuple[str, ...] = Field(
        (), description="Why the contract needs a deployment; empty if it can be used at once."
    )
    for_deployment: DraftForDeployment = DraftForDeployment()
    takes_people: bool = Field(
        default=False, description="Whether a dataset with columns about people needs no deployment."
    )
    maybe_people: tuple[str, ...] = Field(
        (), description="Columns about people that may be none: only a name, or the form of values, says so."
    )
    local_times: tuple[str, ...] = Field(
        (), description="Columns with times without a zone, which are taken for UTC."
    )
    time_zone: str = Field("", description="The zone of these times as the file states it.")
    text_words: dict[str, dict[str, Count]] = Field(
        {}, description="Rows of each word in text columns with few words, for a person who changes the type."
    )
    text_formats: dict[str, tuple[DraftFormat, ...]] = Field(
        {},
        description="Formats of most values of text columns, the best of a kind first, for the same person.",
    )
    mostly_numbers: dict[str, NumbersBesideWords] = Field(
        {},
        description="Text columns with numbers in at least half of their rows, about which nothing is asked.",
    )
    zone_around: str = Field(
        "", description="The zone of times in the dataset of the records around this list; empty for none."
    )
    beside_columns: tuple[str, ...] = Field(
        (), description="Columns of values beside the list of records, the same in each row of the file."
    )
    repeated_columns: tuple[str, ...] = Field(
        (), description="Columns of the records around a list that repeat in its rows, but keys and times."
    )


class ContractDraftAsked(Asked):
    """A contract written in the console."""

    document: dict[str, Any] = Field(description="An ODCS 3.1 document.")


ColumnName = Annotated[str, Field(max_length=500)]


class DescriptionAsked(Asked):
    """A description of a created dataset."""

    description: str = Field(max_length=2_000, description="The meaning of its rows, in a sentence or two.")
    columns: dict[ColumnName, Annotated[str, Field(max_length=500)]] = Field(
        {}, max_length=500, description="The meaning of columns, by name; other columns keep theirs."
    )
    personal: dict[ColumnName, bool] = Field(
        {},
        max_length=500,
        description="Whether columns are about people, so that only the group `personal-data` reads their "
        "values; others stay as they are. Only this group may say that a column no longer is.",
    )


class ColumnsAsked(Asked):
    """Columns of an upload that its dataset does not have."""

    upload_id: str = Field(max_length=100)
    columns: tuple[ColumnName, ...] = Field(
        min_length=1, max_length=100, description="Their names in the file."
    )


class OptionalColumnsAsked(Asked):
    """Columns of a created dataset that files may lack from now on."""

    columns: tuple[ColumnName, ...] = Field(min_length=1, max_length=100)


class StoredContractDraft(Shape):
    """A contract written for a new dataset."""

    dataset: str
    by: str = Field(description="Author.")
    at: Moment
    place: str = Field(description="The object that `headgate push --pull` writes into `contracts/source`.")
    document: dict[str, Any]
    is_in_use: bool = Field(description="Whether the lake has a contract of this dataset.")
    may_change: bool = Field(description="Whether the caller may describe the dataset and add columns.")
    needs_deployment: tuple[str, ...] = Field(
        (), description="Why the contract needs a deployment; empty if it is in use."
    )
    removed_by: str = Field("", description="Who removed the dataset; empty unless it is removed.")
    removed_at: str = Field("", description="When it was removed, ISO 8601 in UTC.")


class AddedColumns(Shape):
    """A created dataset with the columns that were added to it."""

    stored: StoredContractDraft
    fields: dict[str, str] = Field(description="Column of the file to the added column of the dataset.")


class ContractDrafts(Shape):
    """Contracts written in the console, by dataset."""

    drafts: tuple[StoredContractDraft, ...]


class UploadMappingDecision(Asked):
    """The fields of an upload's columns; other columns keep the suggested field."""

    columns: MappedFields = Field(description="Column to field; null omits the column from the lake.")


CellText = Annotated[str, Field(max_length=10_000)]


StepKind = Literal[
    "split", "map", "replace", "default", "join", "country", "repeated_hour", "apostrophe", "lake"
]


class ColumnStep(Asked):
    """A change of a whole column."""

    kind: StepKind = Field(
        description="`split` at a text into new columns; `map` whole values; `replace` a part of each text; "
        "`default` for empty cells or a missing column; `join` columns into a new one; `country` converts "
        "names and codes to codes of countries; `repeated_hour` takes times that a change of clocks repeats "
        "for summer time first and for standard time second, by the order of the rows; `apostrophe` takes "
        "away the one that an export puts before a text such as `+44 20`; `lake` fills a missing column with "
        "the value of the lake's row of the same key."
    )
    column: ColumnName
    text: CellText = Field(
        "",
        description="Separator of `split` and `join`, new text of `replace`, the default, or `alpha-2` or "
        "`alpha-3` for `country`.",
    )
    search: CellText = Field("", description="Text that `replace` searches.")
    values: dict[CellText, CellText] = Field({}, max_length=2_000, description="Old to new value of `map`.")
    into: tuple[ColumnName, ...] = Field(
        (), max_length=20, description="Columns that `split` creates or `join` reads."
    )


class ProposedStep(Shape):
    """A step that fills a field to which no column can be mapped directly."""

    field: str
    step: ColumnStep


class TypedCell(Asked):
    """A cell that a person typed."""

    row: int = Field(ge=1, le=2**53, description="Number of the row among the file's data rows.")
    column: ColumnName
    text: CellText | None = Field(description="Text in the file's spelling; null empties the cell.")


Encoding = Literal[
    "",
    "cp1252",
    "cp1250",
    "iso8859-2",
    "iso8859-15",
    "cp1254",
    "cp1251",
    "cp1253",
    "cp1257",
    "cp852",
    "cp850",
    "mac-roman",
    "koi8-r",
    "cp932",
    "utf-8-or-cp1252",
]


class UploadEdits(Asked):
    """The edits of an upload, which replace earlier edits."""

    dataset: str = Field("", max_length=100, pattern=r"^[a-z0-9_\-]*$")
    columns: MappedFields = Field({}, description="Column to field; null omits the column.")
    formats: dict[ColumnName, dict[str, Any]] = Field(
        {}, max_length=500, description="Field to the keys of `headgate.format` that describe its values."
    )
    steps: tuple[ColumnStep, ...] = Field((), max_length=100)
    cells: tuple[TypedCell, ...] = Field((), max_length=100_000)
    part: str = Field(
        "",
        max_length=500,
        description="Sheet, member, or list of records; if absent, that of the newest check.",
    )
    left_out: tuple[Annotated[int, Field(ge=1, le=2**53)], ...] = Field(
        (), max_length=100_000, description="Rows that are not committed."
    )
    currencies: dict[ColumnName, tuple[str, ...]] = Field(
        {}, max_length=500, description="Field to the accepted currencies of its amounts."
    )
    no_dataset: StrictBool = Field(
        default=False, description="The rows are of no dataset, whatever is remembered for their header."
    )
    encoding: Encoding = Field(
        "", description="Of a text that is not UTF-8: one of the check's `encodings`; empty to guess it."
    )
    header_row: int = Field(
        0, ge=0, le=1_000, description="One of the check's `top_rows` that is the header; 0 to find it."
    )


class DaysToCome(Shape):
    """Dates of a column after tomorrow.

    All dates of a field that records the past are counted, and the first 1,000 rows of another column.
    """

    rows: Count
    last: str = Field(description="The latest date, YYYY-MM-DD.")


class FlawCause(Shape):
    """Refused rows of an upload for one cause."""

    column: str = Field(description="Column of the file; empty for the whole row.")
    rule: str
    rows: Count


class DraftCheckAsked(Asked):
    """A contract that is not stored yet, and the edits that a commit by it would have."""

    document: dict[str, Any] = Field(description="An ODCS 3.1 document.")
    edits: UploadEdits


class DraftCheck(Shape):
    """The rows of an upload by a contract that is not stored yet."""

    received: Count
    accepted: Count
    duplicates: Count
    same_key: Count = Field(0, description="Duplicates with the key of another row and other values.")
    causes: tuple[FlawCause, ...] = Field(
        description="Refused rows by column of the contract and rule, most rows first."
    )


class GridFacts(Shape):
    """The rows of an upload, read by `GET /v1/uploads/{upload_id}/rows`."""

    columns: tuple[str, ...] = Field(description="The file's columns; those of JSON and XML by name.")
    file_order: tuple[int, ...] = Field(
        (), description="Positions of `columns` in the order of the file; empty if they are in it."
    )
    rows: Count
    flawed: Count = Field(description="Rows that are not simply accepted; at most 20,000 are listed.")
    formats: dict[str, dict[str, Any]] = Field(
        description="By column that is not in plain spelling: `kind`, `format` (keys of `headgate.format`) "
        "of nearly all values, and `others`, the number of other values."
    )
    orders: dict[str, tuple[dict[str, Any], ...]] = Field(
        {},
        description="The possible formats of each column of dates with an unclear order of day and month, "
        "like those in `formats`; a person chooses one.",
    )
    local_times: tuple[str, ...] = Field((), description="Columns with times without a zone.")
    to_come: dict[str, DaysToCome] = Field({}, description="Dates in the future by column.")
    currencies: dict[str, dict[str, Count]] = Field({}, description="Rows by column and currency.")
    shared_signs: dict[str, tuple[str, ...]] = Field(
        {}, description="By column whose amounts have a sign of several currencies: the sign, then those."
    )
    hidden_numbers: dict[str, Count] = Field(
        {}, description="Cells by column whose card or social security number is hidden by a marker."
    )
    hidden_because: dict[str, str] = Field(
        {}, description="Columns whose values are hidden, with the rule in words."
    )
    totals: tuple[int, ...] = Field(
        (),
        description="Rows that a cell calls a total and that are the sum of the rows above, or lack most of "
        "the cells that other rows fill.",
    )
    footer_rows: tuple[int, ...] = Field(
        (),
        description="Rows below the last one of the table that are no data, as the name of the program that "
        "wrote them.",
    )
    blank: Count = Field(0, description="Rows of a text without any value, which the gate leaves out.")
    blank_rows: tuple[int, ...] = Field((), description="The first 20 of these rows.")
    description_rows: tuple[int, ...] = Field(
        (), description="Rows below the header that describe the columns, as a survey's questions or units."
    )
    flawed_cells: dict[str, Count] = Field(
        {}, description="Rejected cells by column, also those that are not the first reason of their row."
    )
    causes: tuple[FlawCause, ...] = Field(
        (), description="Refused rows by column and rule, also by those that are not their first reason."
    )
    unreadable: dict[str, str] = Field(
        {}, description="Columns without a text for their values, which are shown empty, by stored type."
    )
    has_header: bool = Field(
        default=True, description="Whether the names are the file's; else they are `column_1` and so on."
    )
    values: dict[str, dict[str, Count]] = Field(
        {}, description="Rows by value, of each column with at most 50 different values that may be shown."
    )
    refused_values: dict[str, dict[str, Count]] = Field(
        {}, description="Rows by value that the gate refuses, at most 50 of each column that may be shown."
    )


class GridFlaw(Shape):
    """Why a cell or a row is rejected."""

    column: str = Field(description="Column of the file; empty for the whole row.")
    rule: str
    reason: str = Field(description="Words for the flaw; empty for a rule of the row that is not its first.")


class GridRow(Shape):
    """A row of the file."""

    row: Annotated[int, Field(description="Number among the file's data rows, from 1.")]
    cells: tuple[str | None, ...] = Field(description="By column; sensitive values are masked.")
    kind: Literal["", "refused", "duplicate", "left_out", "doubtful"] = Field(
        "",
        description="A `doubtful` row is accepted: a field that records the past has a date in the future.",
    )
    flaws: tuple[GridFlaw, ...] = ()


class GridRows(Shape):
    """A page of the rows of an upload."""

    total: Count = Field(description="Number of rows on all pages.")
    rows: tuple[GridRow, ...]


class ReplacingRow(Shape):
    """A row of a file that replaces a row of the lake."""

    row: int = Field(description="Its number in the file, from 1.")
    key: dict[str, str]
    changes: dict[str, tuple[str, str]] = Field(
        description="Column to its value before and after, of the first columns that differ, without those "
        "about a person."
    )


class FileOfRows(Shape):
    """A file that brought rows of the lake."""

    file_id: str
    key: str
    rows: Count


class RowsNotSent(Shape):
    """Accepted rows of the version before that a file does not have: they stay in the table."""

    file_id: str = Field(description="The version before: a file with rows of which most are in this file.")
    key: str
    rows: Count
    examples: tuple[dict[str, str], ...] = Field((), description="The keys of the first ones.")


class ReplacedRows(Shape):
    """Rows of a file with the keys of rows of the lake, also of rows that no run has merged yet."""

    replaced: Count = Field(
        description="They replace a row with other values; of a dataset about people all rows with a key of "
        "the lake are counted."
    )
    older: Count = Field(
        description="They change nothing, because the lake's row is newer by the contract's order."
    )
    not_compared: Count = Field(
        description="They may replace rows that a dry run does not read, because there are too many or their "
        "values do not fit the file's types."
    )
    examples: tuple[ReplacingRow, ...] = Field(description="The first three.")
    equal: Count = Field(0, description="The lake has their values already.")
    files: tuple[FileOfRows, ...] = Field(
        (), description="The first three files that brought those rows, the one with most of them first."
    )
    not_sent: RowsNotSent | None = None
    emptied: dict[str, Count] = Field(
        {},
        description="Number of the lake's rows of the same keys with a value, by column in which no row of "
        "the file has one.",
    )


class EarlierFile(Shape):
    """A file of the lake whose edits an upload needs again."""

    file_id: str
    key: str
    received_at: Moment


class EarlierEditsOfRows(Shape):
    """Edits of earlier files for the rows of an upload with the same keys and the same texts."""

    cells: tuple[TypedCell, ...] = Field(description="The cells with the text that was typed.")
    left_out: tuple[int, ...] = Field(description="Rows that were left out.")
    files: tuple[EarlierFile, ...]


class PartInLake(Shape):
    """A part of a content, such as a sheet, that a file of the lake has."""

    name: str
    file_id: str
    since: Moment | None = None


class EncodingChoice(Shape):
    """An encoding in which the file may be written."""

    encoding: str
    samples: tuple[str, ...] = Field(description="The first cells beyond ASCII, as this encoding shows them.")
    fits: bool = Field(
        default=False,
        description="Whether its letters fit to a language about as well as those of any other.",
    )


class TopRow(Shape):
    """One of the first lines of a text or rows of a sheet, which may be the header."""

    row: int = Field(ge=1, description="Line of the text, or row of the sheet.")
    cells: tuple[str, ...] = Field(description="The first ones, shortened.")


class DryRun(Shape):
    """The result of a dry run, which leaves no trace in ledger, curated, quarantine or alerts."""

    upload_id: str
    check_id: str = Field("", description="Id of this content with this mapping and these edits.")
    state: Literal["checking", "checked", "failed"]
    outcome: FileState | None = Field(None, description="State that the file would have after a commit.")
    dataset: str = ""
    contract: str = ""
    received: Count = 0
    accepted: Count = 0
    quarantined: Count = 0
    duplicates: Count = 0
    warnings: Count = 0
    warned: tuple[WarnedRows, ...] = Field((), description="As in a file.")
    replaces: ReplacedRows | None = Field(
        None, description="Null where no row can replace another one: a dataset without a key, or full loads."
    )
    acceptance: Acceptance | None = Field(None, description="As in a file.")
    reasons: tuple[ReasonCount, ...] = ()
    rejected_rows: tuple[RejectedRow, ...] = Field((), description="The first 100.")
    written_as: dict[str, str] = Field({}, description="As in a file.")
    quality: dict[str, str] = Field({}, description="Quality score with its parts, and drift.")
    columns: tuple[ColumnProfile, ...] = ()
    mapping: Mapping | None = Field(
        None,
        description="Suggested mapping, with the outcome `needs_mapping` and after the decision.",
    )
    mapped: dict[str, str | None] | None = Field(
        None,
        description="Decided mapping of column to field, null for an omitted column.",
    )
    grid: GridFacts | None = Field(None, description="Null without a header.")
    parts: tuple[str, ...] = Field(
        (), description="Sheets, archive members, or lists of records such as `export.orders`, if several."
    )
    hidden_parts: tuple[str, ...] = Field((), description="Sheets of `parts` that a workbook does not show.")
    part_rows: dict[str, Count] = Field({}, description="Number of records by list.")
    part_datasets: dict[str, str] = Field({}, description="Suggested dataset by path of a list of records.")
    offered_parts: tuple[str, ...] = Field(
        (),
        description="Parts to commit one after the other: shown sheets without those of a row or of facts, "
        "archive members, and lists of records with a suggested dataset.",
    )
    part: str = Field("", description="The part that is read; empty if none is chosen.")
    encodings: tuple[EncodingChoice, ...] = Field(
        (), description="Of a text that is not UTF-8, the read encoding first."
    )
    is_encoding_unsure: bool = Field(
        default=False,
        description="Whether the letters fit to several encodings, or to none well, so a person decides.",
    )
    top_rows: tuple[TopRow, ...] = Field(
        (), description="The first rows of a text or of a sheet, from which a person may choose the header."
    )
    header_row: int = Field(0, ge=0, description="The row of `top_rows` that is read as header; 0 for none.")
    answers: AnsweredFile | None = Field(
        None, description="If the file is a corrected download of refused rows: the rows that it replaces."
    )
    in_earlier_files: tuple[str, ...] = Field(
        (), description="Optional fields that one of the ten newest accepted files of the dataset has."
    )
    kept_columns: tuple[str, ...] = Field(
        (), description="Columns that no field takes, whose values `new_columns` keeps as text."
    )
    beside_list: tuple[str, ...] = Field(
        (), description="Names of values around the list that is read, which no row has."
    )
    parts_in_lake: tuple[PartInLake, ...] = Field(
        (), description="Parts of the same content that were committed before; the first 100 are looked up."
    )
    parts_read: tuple[str, ...] = Field(
        (), description="The parts that a commit takes: several sheets may be read as one table."
    )
    edits: UploadEdits | None = Field(None, description="The checked edits.")
    hides_values: bool = Field(
        default=False, description="Whether the caller may not see or change the file's values."
    )
    likely_dataset: str = Field(
        "", description="Dataset whose key and three column names the file has, if no dataset is known."
    )
    duplicate_of: str = Field(
        "", description="Id of the file with the same content, so a commit would accept nothing."
    )
    edited_copy: str = Field(
        "", description="Id of the file with other edits of this content, whose rows a commit adds again."
    )
    same_name: str = Field(
        "", description="Id of the newest accepted file with the key of a commit and other content."
    )
    duplicate_since: Moment | None = Field(
        None, description="When the gate accepted `duplicate_of`, `edited_copy` or `same_name`."
    )
    duplicate_key: str = Field("", description="The key of that file.")
    proposed_steps: tuple[ProposedStep, ...] = Field((), description="Steps that a person may add.")
    is_remembered: bool = Field(
        default=False,
        description="Whether the edits come from an earlier upload with the same or nearly the same header.",
    )
    draft: ContractDraft | None = Field(
        None, description="With the outcome `profiled`: a contract for such files."
    )
    error: FileError | None = None
    seconds: float | None = Field(None, ge=0, description="Duration of the dry run.")
