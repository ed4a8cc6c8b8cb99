"""The list of file formats; a new format is added here.

A file's content decides its format, never its name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from headgate.contracts.file_form import stated_encoding
from headgate.formats.batches import Source, all_rows
from headgate.formats.csv.csv_table import csv_table
from headgate.formats.csv.read_csv import read_csv
from headgate.formats.csv.stream_csv import stream_plain_csv
from headgate.formats.fixed_width import fixed_width_table, holds_fixed_width, read_fixed_width
from headgate.formats.format_name import FormatName
from headgate.formats.json.json_records import Records, holds_json, read_records
from headgate.formats.json.nested_names import by_contract, every_object, never
from headgate.formats.json.read_json import read_json, read_json_lines, source_of_records
from headgate.formats.json.record_lists import RecordPlace
from headgate.formats.parquet import read_parquet
from headgate.formats.sniff import is_avro, is_feather, is_old_workbook, is_orc, is_parquet, is_xml
from headgate.formats.unpack import is_open_document, is_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    import pyarrow as pa

    from headgate.contracts.model import Contract
    from headgate.formats.json.nested_names import Expands
    from headgate.formats.received_rows import Received
    from headgate.matching.file_table import FileTable

    ReadsRecords = Callable[[bytes, Contract | None, Expands], Records]
    ReadsTable = Callable[[bytes | Path, Contract | None, Mapping[str, Any]], FileTable]

_HEAD_BYTES = 1 << 16


@dataclass(frozen=True)
class Format:
    """A file format.

    Functions that a plain CSV file does not need load their readers when they are called.

    Attributes:
        name: as in a file's record.
        holds: whether unpacked content, or its beginning, has this format; the contract may state an
            encoding.
        rows: returns the rows of unpacked content in the contract's columns. Option `with_rows_above` as in
            `read_file`.
        table: returns the table of unpacked content in the file's own columns. Options as in `read_table`.
        batches: reads a local file in batches, so that it need not fit into memory. Takes the file, the
            contract and a folder for temporary files. Returns None if the file has another format or must be
            read at once. A format without it reads every file at once.
        schema: returns the Arrow types of the columns, if the format states them.
        records: returns the named values of unpacked content, for formats of nested records. Takes a contract
            or None, and the rule that says which objects become columns.
        is_read_from_disk: whether single rows and columns can be read from the file, so that small files are
            also read in batches.
        has_stated_header: whether a user can state that the first row is, or is not, the header.
    """

    name: FormatName
    holds: Callable[[bytes, Contract | None], bool]
    rows: Callable[[bytes, Contract, Mapping[str, Any]], Received]
    table: ReadsTable
    batches: Callable[[Path, Contract, Path], Source | None] | None = None
    schema: Callable[[bytes], pa.Schema] | None = None
    records: ReadsRecords | None = None
    is_read_from_disk: bool = False
    has_stated_header: bool = False


def format_of(content: bytes, contract: Contract | None = None) -> Format:
    """Return the format of unpacked content, or of its beginning.

    Content that no other format recognizes is treated as CSV; its reader reports why it cannot be read.
    """
    return next(form for form in FORMATS if form.holds(content, contract))


def _avro() -> ModuleType:
    from headgate.formats.avro import read_avro  # noqa: PLC0415 see Format

    return read_avro


def _orc() -> ModuleType:
    from headgate.formats import read_orc  # noqa: PLC0415 see Format

    return read_orc


def _feather() -> ModuleType:
    from headgate.formats import read_feather  # noqa: PLC0415 see Format

    return read_feather


def _arrow_format(name: FormatName, holds: Callable[[bytes], bool], load: Callable[[], ModuleType]) -> Format:
    """Return a format that Arrow reads as typed tables.

    Its module has the functions `read_<name>`, `<name>_table` and `<name>_schema`.
    """

    def call(function: str, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 as the function has it
        return getattr(load(), function)(*arguments, **options)

    def batches(path: Path, contract: Contract, _: Path) -> Source | None:
        with path.open("rb") as file:
            begins = holds(file.read(_HEAD_BYTES))
        return cast("Source", call(f"read_{name}", path, contract)) if begins else None

    def table(content: bytes | Path, contract: Contract | None, options: Mapping[str, Any]) -> FileTable:
        expands = options["expands"] or _expands_of_table(contract, whole=options["whole"])
        return cast("FileTable", call(f"{name}_table", content, expands, whole=options["whole"]))

    return Format(
        name,
        lambda content, _: holds(content[:_HEAD_BYTES]),
        lambda content, contract, _: all_rows(call(f"read_{name}", content, contract)),
        table,
        batches,
        schema=partial(call, f"{name}_schema"),
        is_read_from_disk=True,
    )


def _workbook(name: FormatName, holds: Callable[[bytes], bool]) -> Format:
    """Return a workbook format; all of them have the same reader."""

    def rows(content: bytes, contract: Contract, options: Mapping[str, Any]) -> Received:
        from headgate.formats.excel.read_excel import read_excel  # noqa: PLC0415 see Format

        return replace(read_excel(content, contract, **options), format_name=name)

    return Format(name, lambda content, _: holds(content), rows, _table_of_workbook)


def _table_of_workbook(content: bytes | Path, contract: Contract | None, _: Mapping[str, Any]) -> FileTable:
    from headgate.formats.excel.workbook_table import workbook_table  # noqa: PLC0415 see Format

    return workbook_table(_bytes_of(content), contract)


def _records_of_json(content: bytes, contract: Contract | None, expands: Expands) -> Records:
    return read_records(content, stated_encoding(contract), expands, RecordPlace.by(contract))


def _records_of_xml(content: bytes, _: Contract | None, expands: Expands) -> Records:
    from headgate.formats.xml.xml_records import xml_records  # noqa: PLC0415 see Format

    return xml_records(content, expands)


def _expands_of_table(contract: Contract | None, *, whole: bool) -> Expands:
    """Return which objects and structs are columns of a table with its own names.

    Without a contract, the header of a sample is compared with those of mappings, which keep objects.
    """
    if contract and contract.columns:
        return by_contract(contract)
    return every_object if contract is not None or whole else never


def _table_of_records(records: ReadsRecords) -> ReadsTable:
    """Return a function that reads a format's records as a table."""

    def table(content: bytes | Path, contract: Contract | None, options: Mapping[str, Any]) -> FileTable:
        from headgate.formats.json.records_table import records_table  # noqa: PLC0415 see Format

        expands = options["expands"] or _expands_of_table(contract, whole=options["whole"])
        return records_table(records(_bytes_of(content), contract, expands))

    return table


def _table_of_text(
    table: Callable[..., FileTable],
    content: bytes | Path,
    contract: Contract | None,
    options: Mapping[str, Any],
) -> FileTable:
    own = {name: options[name] for name in ("whole", "with_header")}
    return table(_bytes_of(content), contract, **own)


def _batches_of_csv(path: Path, contract: Contract, _: Path) -> Source | None:
    with path.open("rb") as file:
        is_fixed = holds_fixed_width(file.read(_HEAD_BYTES + 1), contract)
    return None if is_fixed else stream_plain_csv(path, contract)


def _bytes_of(content: bytes | Path) -> bytes:
    return content.read_bytes() if isinstance(content, Path) else content


FORMATS = (
    _workbook(FormatName.XLSX, is_workbook),
    _workbook(FormatName.ODS, is_open_document),
    _workbook(FormatName.XLS, is_old_workbook),
    _arrow_format(FormatName.PARQUET, is_parquet, lambda: read_parquet),
    _arrow_format(FormatName.AVRO, is_avro, _avro),
    _arrow_format(FormatName.ORC, is_orc, _orc),
    _arrow_format(FormatName.FEATHER, is_feather, _feather),
    Format(
        FormatName.JSON,
        lambda content, contract: holds_json(content, stated_encoding(contract)),
        lambda content, contract, _: all_rows(read_json(content, contract)),
        _table_of_records(_records_of_json),
        lambda path, contract, folder: read_json_lines(path, contract, folder / "records.arrow"),
        records=_records_of_json,
    ),
    Format(
        FormatName.XML,
        lambda content, _: is_xml(content),
        lambda content, contract, _: all_rows(
            source_of_records(_records_of_xml(content, contract, by_contract(contract)), contract)
        ),
        _table_of_records(_records_of_xml),
        records=_records_of_xml,
    ),
    Format(
        FormatName.FIXED_WIDTH,
        holds_fixed_width,
        lambda content, contract, _: read_fixed_width(content, contract),
        partial(_table_of_text, fixed_width_table),
        has_stated_header=True,
    ),
    Format(
        FormatName.CSV,
        lambda _, __: True,  # last in the list: it accepts all other content
        lambda content, contract, _: read_csv(content, contract),
        partial(_table_of_text, csv_table),
        _batches_of_csv,
        has_stated_header=True,
    ),
)
