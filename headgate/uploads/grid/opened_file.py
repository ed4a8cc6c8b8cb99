from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.file_form import (
    BESIDE_PROPERTY,
    ENCODING_PROPERTY,
    HEADER_PROPERTY,
    HEADER_ROW_PROPERTY,
    NO_HEADER,
    QUOTES_PROPERTY,
    RECORDS_PROPERTY,
    SHEET_PROPERTY,
    WIDTHS_PROPERTY,
    QuoteUse,
    has_header,
)
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import BadInputError
from headgate.formats.batches import Source, source_in_memory
from headgate.formats.format_list import format_of
from headgate.formats.format_name import WORKBOOKS
from headgate.formats.json.json_records import holds_json
from headgate.formats.json.nested_names import all_but_own
from headgate.formats.open_file import decompressed, open_batches, read_whole
from headgate.formats.read_table import sample_table, table_without_header_row
from headgate.formats.received_rows import Received
from headgate.formats.unpack import UnpackedFile
from headgate.matching.file_table import SAMPLE_ROWS, FileTable, as_text
from headgate.matching.header_names import folded, made_up_name
from headgate.matching.match_header import count_known, names_in_files, with_headings
from headgate.uploads.own_columns import always_have_texts, own_columns, readable_source

_HEAD_BYTES = 1 << 16


@dataclass(frozen=True)
class OpenedFile:
    """A file that is read by columns without a contract.

    Attributes:
        names: the printable names of its columns.
        unreadable: the stored types of columns whose values have no text; such columns are empty.
        read_as: reads the rows of a workbook or of JSON again, with numbers and booleans in the formats of
            fields, by the name of the column; None for other files.
        is_as_declared: the file has no header, and its columns are in the order of a contract that declares
            this.
        splits_more: columns are values of objects that the gate reads as one column by the contract.
    """

    names: tuple[str, ...]
    source: Source
    headed: FileTable
    unreadable: Mapping[str, str] = field(default_factory=dict)
    read_as: Callable[[Mapping[str, Column]], Source] | None = None
    is_as_declared: bool = False
    splits_more: bool = False

    @property
    def stored_types(self) -> dict[str, pa.DataType]:
        """The type of each column in the file."""
        return {name: column.type for name, column in zip(self.names, self.headed.columns, strict=True)}

    @property
    def in_percent(self) -> Collection[str]:
        """The columns of a workbook with numbers in percent."""
        columns = zip(self.names, self.headed.columns, strict=True) if self.read_as else ()
        return {name for name, text in columns if pc.any(pc.ends_with(as_text(text), "%")).as_py()}

    @property
    def is_read_by_gate(self) -> bool:
        """Whether the gate reads the file as it is: its names are in one row, and each value has a text."""
        has_names = self.headed.has_header or self.is_as_declared
        return has_names and not self.headed.two_row_sheet and not self.unreadable


def open_file(
    path: Path,
    folder: Path,
    contract: Contract | None,
    part: str,
    limit_bytes: int,
    *,
    beside: Sequence[str] = (),
) -> OpenedFile | None:
    """Open a local file with the gate's reader; None if it is not a table.

    The columns of a text without a header are named `column_1`, `column_2` and so on.

    Args:
        contract: helps to find the header, or states its row, and may declare an encoding, quotes, widths or
            no header.
        part: the sheet of a workbook, or the list of records in JSON; empty for the first table.
        beside: the names of values beside the list, which are columns too.

    Raises:
        BadInputError: the file cannot be read.
    """
    unpacked = decompressed(path, folder, limit_bytes)
    is_json = is_json_file(unpacked.path)
    properties = _properties_of_part(contract, part, beside, is_json=is_json)
    probe = contract if contract and not part else Contract("", "", "source", "0", (), properties=properties)
    headed = sample_table(unpacked.path, probe, expands=all_but_own(contract))
    if headed is None and contract and not part and not has_header(contract):
        return _opened_as_declared(unpacked, folder, contract, properties)
    if other := _opened_without_header_row(unpacked, folder, probe, properties, headed):
        return other
    if headed is None:
        return None
    places = _places(len(headed.names))
    if headed.has_text_quotes:
        properties[QUOTES_PROPERTY] = QuoteUse.NONE.value
    stored = [column.type for column in headed.columns]
    by_place = own_columns(stored, with_lists=is_json and bool(part))

    def opened(columns: Sequence[Column]) -> Source:
        bare = Contract("", "", "source", "0", tuple(columns), properties=properties)
        return _source(unpacked, with_headings(bare, headed.names, places), folder)

    def read_as(typed: Mapping[str, Column]) -> Source:
        columns = zip(headed.shown, by_place, strict=True)
        return opened([_typed_as(column, typed.get(name)) for name, column in columns])

    splits_more = _splits_more(unpacked.path, headed, probe)
    if is_json or always_have_texts(stored):
        source = opened(by_place)
        has_numbers = is_json or source.written_as.get("format") in WORKBOOKS
        read_again = read_as if has_numbers else None
        return OpenedFile(headed.shown, source, headed, read_as=read_again, splits_more=splits_more)
    source, unreadable = readable_source(by_place, opened)
    types = {headed.shown[place]: str(stored[place]) for place in unreadable}
    return OpenedFile(headed.shown, source, headed, types, splits_more=splits_more)


def as_chosen(contract: Contract | None, encoding: str = "", header_row: int = 0) -> Contract | None:
    """Return the contract by which a file is read in the encoding and with the header that a person chose."""
    chosen = {ENCODING_PROPERTY: encoding, HEADER_ROW_PROPERTY: header_row}
    if not any(chosen.values()):
        return contract
    read = contract or Contract("", "", "source", "0", ())
    properties = {name: value for name, value in chosen.items() if value}
    return replace(read, properties={**read.properties, **properties})


def _typed_as(column: Column, own: Column | None) -> Column:
    return replace(column, type=own.type, format=own.format, unit=own.unit) if own else column


def _splits_more(path: Path, headed: FileTable, probe: Contract) -> bool:
    """Return whether a column is a value of an object that the gate keeps in one column by the contract."""
    unknown = {*map(folded, headed.names)} - names_in_files(probe)
    may_be_inside = probe.columns and any("_" in name for name in unknown)
    by_gate = sample_table(path, probe) if may_be_inside else None
    return by_gate is not None and by_gate.names != headed.names


def _properties_of_part(
    contract: Contract | None, part: str, beside: Sequence[str], *, is_json: bool
) -> dict[str, object]:
    """Return the properties of a contract by which a part of a file is read."""
    properties: dict[str, object] = {(RECORDS_PROPERTY if is_json else SHEET_PROPERTY): part} if part else {}
    if beside:
        properties[BESIDE_PROPERTY] = [*beside]
    own = contract.properties if contract else {}
    forms = (ENCODING_PROPERTY, QUOTES_PROPERTY, WIDTHS_PROPERTY, HEADER_ROW_PROPERTY)
    return properties | {name: own[name] for name in forms if name in own}


def _opened_as_declared(
    unpacked: UnpackedFile, folder: Path, contract: Contract, properties: Mapping[str, object]
) -> OpenedFile | None:
    """Open a file of a contract whose files have no header; None for a file that the gate refuses."""
    places = _places(len(contract.columns))
    try:
        source = _source(unpacked, _without_names(places, properties), folder)
        first = next(iter(source.batches()), None)
    except BadInputError:
        return None
    if first is None:
        return None
    names = tuple(made_up_name(place) for place in range(1, len(places) + 1))
    columns = tuple(first.cells[place].slice(0, SAMPLE_ROWS) for place in places)
    return OpenedFile(names, source, FileTable(names, columns, has_header=False), is_as_declared=True)


def _opened_without_header_row(
    unpacked: UnpackedFile,
    folder: Path,
    probe: Contract | None,
    properties: Mapping[str, object],
    headed: FileTable | None,
) -> OpenedFile | None:
    """Open a text without a header, or a sheet with names in two rows; None for any other file.

    Args:
        headed: the table by the row that the contract helps to find; None without one. A row with at most
            half of the contract's names may be one of two.
    """
    if headed and not (headed.sheets and probe and 2 * count_known(headed.names, probe) <= len(headed.names)):
        return None
    bare = Contract("", "", "source", "0", (), properties=dict(properties))
    table = table_without_header_row(unpacked.path, bare)
    if table is None:
        return None
    places = _places(len(table.names))
    if table.two_row_sheet:
        form = format_of(unpacked.path.read_bytes()).name
        cells = dict(zip(places, map(as_text, table.columns), strict=True))
        rows = np.arange(1, len(table.columns[0]) + 1)
        sheet = table.two_row_sheet
        received = Received(
            cells, rows, format_name=form, sheets=(sheet,), row_sheets=pa.repeat(sheet, len(rows))
        )
        return OpenedFile(table.shown, source_in_memory(received), table)
    return OpenedFile(table.shown, _source(unpacked, _without_names(places, properties), folder), table)


def _places(columns: int) -> tuple[str, ...]:
    return tuple(map(str, range(columns)))


def _without_names(places: Sequence[str], properties: Mapping[str, object]) -> Contract:
    """Return the contract by which a file without a header is read: texts, named by their places."""
    texts = tuple(Column(place, ColumnType(Kind.STRING)) for place in places)
    return Contract("", "", "source", "0", texts, properties={**properties, HEADER_PROPERTY: NO_HEADER})


def _source(unpacked: UnpackedFile, reading: Contract, folder: Path) -> Source:
    return open_batches(unpacked, reading, folder) or source_in_memory(read_whole(unpacked, reading))


def is_json_file(path: Path) -> bool:
    """Return whether an unpacked file begins like JSON."""
    with path.open("rb") as file:
        return holds_json(file.read(_HEAD_BYTES))
