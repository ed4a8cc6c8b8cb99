"""Read a sample file like the gate, in the stored types of its columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.file_form import HEADER_PROPERTY, NO_HEADER, QUOTES_PROPERTY, QuoteUse, stated_sheet
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.new_column_policy import LEFT_OUT, left_out_names, with_own_left_out
from headgate.contracts.source_format import DURATIONS, SourceFormat
from headgate.drafts.column_inference import MAX_PRECISION, guess_type
from headgate.drafts.totals_row import cells_of_other_rows
from headgate.errors import ContractError, UnreadableFileError
from headgate.formats.blank_rows import without_blank_rows
from headgate.formats.format_list import format_of
from headgate.formats.format_name import GEOJSON, JSON_LINES, WORKBOOKS, FormatName
from headgate.formats.json.nested_names import by_contract, every_object
from headgate.formats.read_file import read_file
from headgate.formats.read_table import no_table, read_table
from headgate.formats.struct_columns import schema_of, stored_columns
from headgate.formats.typed_cells import has_times_of_day
from headgate.formats.unpack import unpack
from headgate.masking.redaction import redact_text
from headgate.matching.header_names import folded, made_up_name, numbered, unused_name
from headgate.values.cells import Rows, flags

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from headgate.formats.excel.displayed_cells import DisplayedCells
    from headgate.formats.format_list import ReadsRecords
    from headgate.formats.json.json_records import Records
    from headgate.formats.received_rows import Received
    from headgate.matching.file_table import FileTable

_TYPED_FORMS = {FormatName.JSON, JSON_LINES, GEOJSON, *WORKBOOKS}
MAX_NAME_CHARACTERS = 255  # of a column in the Glue catalog. Source: AWS Glue, "Column structure"
_WIDE_DECIMAL = ColumnType(Kind.DECIMAL, precision=MAX_PRECISION, scale=9)
_MAX_DECIMALS_OF_AMOUNTS = 4
_SHEET = "sheet"
_NO_TEXT = "type"  # rule of a column whose stored values have no text
_LONG_NUMBER = re.compile(r"\W*(?:\d\W*){9,}")


@dataclass(frozen=True)
class DraftSample:
    """A sample, read like the gate reads it.

    Attributes:
        content: the unpacked file.
        stored: a contract of its columns with the file's types.
        table: None for a format with a schema.
        cells: the texts to draft by column.
        noisy: amount columns of a workbook with digits from float arithmetic.
        typed: columns that the file stores as numbers.
        numbers: of the rows of `cells`, in the file as it was sent.
        description_rows: leading rows that are not in `cells`, because they describe the columns.
        header_rows: the number of rows that are not in `cells`, because they repeat the header.
        unreadable: columns by their position in the file that are left out, because values of their stored
            type have no text.
        displayed: what the sheets of an Excel workbook show beside the values of their cells.
        headings: of the columns by their names, as the file writes them.
    """

    content: bytes
    stored: Contract
    table: FileTable | None
    received: Received
    cells: Mapping[str, pa.Array]
    noisy: Collection[str]
    typed: Collection[str]
    numbers: Rows
    description_rows: int = 0
    header_rows: int = 0
    unreadable: Mapping[int, Column] = field(default_factory=dict)
    displayed: Sequence[DisplayedCells] = ()
    headings: Mapping[str, str] = field(default_factory=dict)

    @property
    def currencies(self) -> dict[int, str]:
        """The currencies of a workbook's columns by position, as all sheets show their numbers."""
        of_sheets = [each.currencies for each in self.displayed]
        shared = set.intersection(*({*each.items()} for each in of_sheets)) if of_sheets else set()
        return dict(shared)

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return len(next(iter(self.cells.values())))

    def without_rows(self, rows: Sequence[int]) -> DraftSample:
        """Return the sample without rows of `cells`, such as lines of totals."""
        others = cells_of_other_rows(self.cells, rows)
        return replace(self, cells=others, numbers=np.delete(self.numbers, rows))


def read_sample(
    body: bytes,
    unread: Contract,
    header: bool | None,
    *,
    with_sheet_names: bool = False,
) -> DraftSample:
    """Read a sample with a contract without columns.

    Args:
        with_sheet_names: add a column with the name of the row's sheet if the rows are of several sheets.
    """
    content = unpack(body)
    form = format_of(content, unread)
    if stated_sheet(unread) and form.name not in WORKBOOKS:
        raise ContractError(
            "only a workbook has sheets. Remedy: leave out --sheet, and draft from workbooks in a "
            "command of their own"
        )
    table = None if form.schema else _table(content, unread, header)
    columns, properties = _stored_columns(content, unread, table)
    if with_sheet_names and table and len(table.sheets) > 1:
        columns = (*columns, _sheet_name_column(columns))
    every = replace(unread, columns=columns, properties=properties)
    stored, received = _readable(body, every)
    unreadable = {place: column for place, column in enumerate(columns) if column not in stored.columns}
    cells, noisy = (
        _of_workbook(body, stored, received.cells)
        if received.format_name in WORKBOOKS
        else (received.cells, {})
    )
    typed = _typed_columns(body, stored, cells) if received.format_name in _TYPED_FORMS else set()
    displayed = _displayed(content, received)
    return DraftSample(
        content,
        _with_durations(content, stored, displayed),
        table,
        received,
        cells,
        [*noisy],
        typed,
        received.source_rows,
        unreadable=unreadable,
        displayed=displayed,
        headings={folded(name): name for name in (table.names if table else stated_schema(content).names)},
    )


def _with_durations(content: bytes, stored: Contract, displayed: Sequence[DisplayedCells]) -> Contract:
    """Return the columns with the format of those that the file stores or shows as durations."""
    names = {folded(field.name) for field in stated_schema(content) if pa.types.is_duration(field.type)}
    shown = set.intersection(*({*each.durations} for each in displayed)) if displayed else set()
    columns = (
        replace(column, format=SourceFormat(duration=DURATIONS[0]))
        if column.name in names or place in shown
        else column
        for place, column in enumerate(stored.columns)
    )
    return replace(stored, columns=tuple(columns))


def _displayed(content: bytes, received: Received) -> Sequence[DisplayedCells]:
    if received.format_name != FormatName.XLSX or not len(received.sheet_rows):
        return ()
    from headgate.formats.excel.displayed_cells import displayed_cells  # noqa: PLC0415 as read_file has it

    return displayed_cells(content, received.sheets, int(received.sheet_rows.min()))


def _readable(body: bytes, stored: Contract) -> tuple[Contract, Received]:
    """Return the contract without columns whose stored values have no text, and the rows by it."""
    while True:
        try:
            return stored, _received(body, stored)
        except UnreadableFileError as error:
            names = [name for name in error.columns if name in stored.names]
            if error.rule != _NO_TEXT or not names or len(names) == len(stored.columns):
                raise
            kept = tuple(column for column in stored.columns if column.name not in names)
            left_out = [*left_out_names(stored), *names]
            stored = replace(stored, columns=kept, properties={**stored.properties, LEFT_OUT: left_out})


def _typed_columns(body: bytes, contract: Contract, cells: Mapping[str, pa.Array]) -> set[str]:
    """Return the columns whose fractions are all number cells, so that a point is the decimal separator.

    The sample is read again with a decimal comma, in which readers write number cells, but not texts.
    """
    with_comma = tuple(
        replace(column, type=_WIDE_DECIMAL, format=SourceFormat(decimal=",")) for column in contract.columns
    )
    respelled = sample_cells(body, replace(contract, columns=with_comma))
    return {name for name, text in cells.items() if _share_equal(text, respelled[name]) == 0}


def _of_workbook(
    body: bytes, contract: Contract, cells: Mapping[str, pa.Array]
) -> tuple[Mapping[str, pa.Array], Mapping[str, pa.Array]]:
    """Return a workbook's cells to draft, and its amount columns with digits from float arithmetic.

    Without such digits an amount column has whole numbers or few decimals; other columns keep all digits of
    floats.
    """
    timed = _with_midnights(body, contract, cells)
    shown = sample_cells(
        body,
        replace(contract, columns=tuple(replace(column, type=_WIDE_DECIMAL) for column in contract.columns)),
    )
    changed = {name: text for name, text in shown.items() if not text.equals(cells[name])}
    noisy = {
        name: text
        for name, text in changed.items()
        if (guess_type(name, text).scale or 0) <= _MAX_DECIMALS_OF_AMOUNTS
        and not pc.any(pc.ends_with(cells[name], "%")).as_py()
    }
    noisy = {
        name: text
        for name, text in noisy.items()
        if guess_type(name, text).kind in {Kind.DECIMAL, Kind.BIGINT}
    }
    return {**timed, **noisy}, noisy


def _with_midnights(body: bytes, contract: Contract, cells: Mapping[str, pa.Array]) -> Mapping[str, pa.Array]:
    """Return the cells with the time of midnights in workbook columns that also have other times."""
    mixed = {name for name, text in cells.items() if has_times_of_day(text)}
    if not mixed:
        return cells
    timed = tuple(
        replace(column, type=ColumnType(Kind.TIMESTAMP)) if column.name in mixed else column
        for column in contract.columns
    )
    return {
        **cells,
        **{
            name: text
            for name, text in sample_cells(body, replace(contract, columns=timed)).items()
            if name in mixed
        },
    }


def _share_equal(text: pa.Array, respelled: pa.Array) -> float:
    """Return the share of texts with a point that the second reading did not change; 1 if there are none."""
    with_point = flags(pc.match_substring(text, "."))
    equal = flags(pc.equal(text, respelled))
    return float(equal[with_point].mean()) if with_point.any() else 1.0


def _received(body: bytes, stored: Contract) -> Received:
    """Return the file as the gate reads it, without blank rows and rows above a workbook's header."""
    received = read_file(body, with_own_left_out(stored), with_rows_above=False)
    own = {name: received.cells[name] for name in stored.names}
    return without_blank_rows(replace(received, cells=own), received.written_as)


def sample_cells(body: bytes, stored: Contract) -> Mapping[str, pa.Array]:
    """Return the texts of all columns of a sample."""
    return _received(body, stored).cells


def _table(content: bytes, unread: Contract, header: bool | None) -> FileTable:
    """Return the file's table, with a header row or without."""
    if header is not None and not format_of(content, unread).has_stated_header:
        raise ContractError(
            "only CSV files can have a header or none. Remedy: leave out --header and --no-header"
        )
    table = read_table(content, unread, with_header=header)
    if table.two_row_sheet:
        from headgate.formats.excel.read_excel import two_row_header  # noqa: PLC0415 as read_file has it

        raise two_row_header(table.two_row_sheet)
    _check_header(table)
    return table


def _stored_columns(
    content: bytes, unread: Contract, table: FileTable | None
) -> tuple[tuple[Column, ...], Mapping[str, object]]:
    """Return the columns in types that preserve all values, and the contract's properties to read them."""
    properties = unread.properties
    nested: Mapping[str, str] = {}
    if table is None:
        schema = stated_schema(content)
        stored = {folded(field.name): _stored_type(field.type) for field in schema}
        nested = {
            folded(field.name): "object"
            if pa.types.is_struct(field.type) or pa.types.is_map(field.type)
            else "array"
            for field in schema
            if pa.types.is_nested(field.type)
        }
    else:
        records = format_of(content, unread).records
        names = _names_of_values(records, content, unread) if records else numbered(table.names)
        stored = {
            folded(name) or made_up_name(position): ColumnType(Kind.STRING)
            for position, name in enumerate(names, 1)
        }
        if records:
            flat = replace(unread, columns=_columns_of(stored, {}))
            read = records(content, flat, by_contract(flat))
            nested = _nested_names(read)
            never_read = {folded(name) for name in names if name not in read.columns}
            stored = {name: column_type for name, column_type in stored.items() if name not in never_read}
        properties = properties if table.has_header else {**properties, HEADER_PROPERTY: NO_HEADER}
        if table.has_text_quotes:
            properties = {**properties, QUOTES_PROPERTY: QuoteUse.NONE.value}
    columns = _columns_of(stored, nested)
    longest = max((len(column.name) for column in columns), default=0)
    if longest > MAX_NAME_CHARACTERS:
        raise UnreadableFileError(
            rule="not_a_table",
            message=f"a column's name has {longest:,} characters; at most {MAX_NAME_CHARACTERS} can be",
            remedy="give each column a shorter name",
        )
    if any(_is_data(column.name) for column in columns):
        raise UnreadableFileError(
            rule="not_a_table",
            message=(
                "the first row looks like data: a column's name is a long number, a card number or a "
                "social security number"
            ),
            remedy="put a line with the columns' names above",
        )
    return columns, properties


def _names_of_values(records: ReadsRecords, content: bytes, unread: Contract) -> tuple[str, ...]:
    """Return the names of the records' values, with those of nested objects joined."""
    columns = records(content, unread, every_object).columns
    nulls = {name for name, column in columns.items() if column.null_count == len(column)}
    return tuple(
        name
        for name in columns
        if name not in nulls or not any(other.startswith(f"{name}_") for other in columns)
    )


def _sheet_name_column(columns: Sequence[Column]) -> Column:
    name = unused_name(_SHEET, {column.name for column in columns})
    return Column(name, ColumnType(Kind.STRING), is_sheet_name=True)


def _columns_of(stored: Mapping[str, ColumnType], nested: Mapping[str, str]) -> tuple[Column, ...]:
    """Return the columns in their stored types; the reader reports duplicate names."""
    return tuple(
        Column(name, column_type, nested=nested.get(name, "")) for name, column_type in stored.items()
    )


def _nested_names(read: Records) -> dict[str, str]:
    """Return the columns with lists or objects, with their ODCS logicalType."""
    firsts = {
        name: next(text for text in read.columns[name].to_pylist() if text and text[0] in "[{")
        for name in read.nested
    }
    return {folded(name): "array" if text[0] == "[" else "object" for name, text in firsts.items()}


def _check_header(table: FileTable) -> None:
    """Raise UnreadableFileError if the header has another number of names than rows have cells."""
    if not table.names:
        raise no_table()
    if table.has_header and table.header_cells not in {0, len(table.names)}:
        raise UnreadableFileError(
            rule="not_a_table",
            message=(
                f"the header has {table.header_cells:,} names, but most rows have {len(table.names):,} cells"
            ),
            remedy="give each column one name, and quote cells that hold the delimiter",
        )


def _is_data(name: str) -> bool:
    """Return whether a name is a value of a file without header, which must not be shown."""
    return _LONG_NUMBER.fullmatch(name) is not None or redact_text(name) != name


def _stored_type(stored: pa.DataType) -> ColumnType:
    """Return the type in which the gate's reader writes all values of a stored type."""
    if pa.types.is_decimal(stored):
        return ColumnType(Kind.DECIMAL, precision=stored.precision, scale=stored.scale)
    kinds = {
        Kind.DOUBLE: pa.types.is_floating,
        Kind.TIMESTAMP: pa.types.is_timestamp,
        Kind.DATE: pa.types.is_date,
        Kind.BOOLEAN: pa.types.is_boolean,
    }
    return ColumnType(next((kind for kind, is_kind in kinds.items() if is_kind(stored)), Kind.STRING))


def stated_schema(content: bytes) -> pa.Schema:
    """Return the types in the file, of the fields of its structs; none if its format has none."""
    schema = format_of(content).schema
    return schema_of(stored_columns(schema(content), every_object)) if schema else pa.schema([])
