"""A file's table as it stands, in any format, read without a contract: column names and columns."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.contracts.encodings import stated_encoding
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.workbook_sheets import SHEET_PROPERTY, stated_sheet
from headgate.errors import BadInputError, UnreadableFileError
from headgate.formats.csv.dialect import without_trailing_blanks
from headgate.formats.csv.read_csv import read_rows
from headgate.formats.csv.sniff_dialect import sniff_dialect
from headgate.formats.json.nested_names import by_contract, never
from headgate.formats.json.records import are_lines, holds_json, is_single_value, no_objects, read_records
from headgate.formats.parquet.read_parquet import BROKEN, check_size, corrupt_parquet
from headgate.formats.sniff import is_parquet, only_blanks, text_of
from headgate.formats.typed_cells import column_texts
from headgate.formats.unpack import is_packed, is_workbook, unpack
from headgate.matching.file_table import SAMPLE_ROWS, FileTable
from headgate.matching.header_names import folded
from headgate.matching.match_header import with_headings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.formats.csv.dialect import Dialect
    from headgate.formats.excel.workbook import Cells

_HEAD_BYTES = 1 << 18
MOST_COLUMNS = 200
_DAMAGED = {"not_a_table", "empty_file", "corrupt_archive", "corrupt_parquet", "corrupt_workbook"}
NO_TABLE = FileTable((), ())


def sample_table(file: bytes | Path, contract: Contract | None = None) -> FileTable | None:
    """The file's header with some rows; None where none can be read. A contract helps to find the header.

    The names of JSON are sorted: their order has no meaning and may differ in the source's next file.
    """
    content = _unpacked(file, whole=False)
    table = _table(content, contract, whole=False)
    if table is None or table.two_row_sheet or len(table.names) > MOST_COLUMNS:
        return None  # the gate reads no workbook with names in two rows, so a mapping of them would be of no use
    return _by_name(table) if isinstance(content, bytes) and holds_json(content, stated_encoding(contract)) else table


def check_is_table(file: Path) -> None:
    """Check that a file of no known contract is a table in some format, from its beginning; other defects are left to its readers.

    Raises:
        UnreadableFileError: the file is empty, damaged or no table.
    """
    content = _of_disk(file, whole=False)
    if isinstance(content, bytes) and not content.strip():
        content = _of_disk(file, whole=True)
    try:
        read_table(content, whole=False)
    except UnreadableFileError as error:
        if error.rule in _DAMAGED:
            raise
    except (BadInputError, pa.ArrowException, OSError, ValueError):  # the last three are Arrow's
        return


_FEWEST_COLUMNS_WITHOUT_HEADER = 2


def columns_by_shown_name(file: bytes | Path, contract: Contract | None = None) -> dict[str, pa.Array]:
    """Return the columns of a file without a known contract, by the name that may be shown; none if the file is not a table.

    A table whose first row was read as data has the names `column_1`, `column_2` and so on. A text of one column without a header is
    no table.
    """
    table = _table_or_none(_unpacked(file, whole=True), contract, whole=True)
    if table and not table.has_header and len(table.names) < _FEWEST_COLUMNS_WITHOUT_HEADER:
        return {}
    return dict(zip(table.shown, table.columns, strict=True)) if table else {}


def why_unreadable(path: Path) -> BadInputError | None:
    """Return why no column of the file can be read; None if it is not empty, not damaged and a table."""
    try:
        content = unpack(path.read_bytes())
        if not content.strip():
            return only_blanks()
        read_table(content)
    except BadInputError as error:
        return error
    except (pa.ArrowException, OSError, ValueError):  # Arrow's
        return None
    return None


def _unpacked(file: bytes | Path, *, whole: bool) -> bytes | Path:
    """The content; of a file on disk its beginning where that is enough, and Parquet stays there. Nothing where it cannot be unpacked."""
    try:
        return unpack(file) if isinstance(file, bytes) else _of_disk(file, whole=whole)
    except BadInputError:
        return b""


def _of_disk(path: Path, *, whole: bool) -> bytes | Path:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if is_parquet(head):
        return path
    lines = head[: head.rfind(b"\n") + 1]
    is_enough = lines and not is_packed(head) and b"\0" not in head and (not holds_json(lines) or are_lines(lines))
    return lines if is_enough and not whole else unpack(path.read_bytes())


def _by_name(table: FileTable) -> FileTable:
    names, columns = zip(*sorted(zip(table.names, table.columns, strict=True), key=lambda one: folded(one[0])), strict=True)
    return FileTable(names, columns)


def _table(content: bytes | Path, contract: Contract | None, *, whole: bool) -> FileTable | None:
    """As `_table_or_none`, but None if the table has no header, too."""
    table = _table_or_none(content, contract, whole=whole)
    return table if table and table.has_header else None


def _table_or_none(content: bytes | Path, contract: Contract | None, *, whole: bool) -> FileTable | None:
    """As `read_table`, but None if there is no table. Without `whole`, only some of the first rows are read."""
    try:
        table = read_table(content, contract, whole=whole)
    except (BadInputError, pa.ArrowException, OSError, ValueError):  # the last three are Arrow's
        return None
    return table if table.names else None


def read_table(
    content: bytes | Path, contract: Contract | None = None, *, whole: bool = True, with_header: bool | None = None
) -> FileTable:
    """The table of an unpacked file; NO_TABLE where a workbook has no row that could be a header.

    Args:
        whole: read all rows, not only some of the first.
        with_header: as in `sniff_dialect`.

    Raises:
        BadInputError: the file cannot be read.
    """
    if isinstance(content, Path) or is_parquet(content):
        return _of_parquet(content, whole=whole)
    if is_workbook(content):
        return _of_workbook(content, contract)
    encoding = stated_encoding(contract)
    return _of_records(content, contract) if holds_json(content, encoding) else _of_text(content, contract, with_header, whole=whole)


def _of_text(content: bytes, contract: Contract | None, with_header: bool | None, *, whole: bool) -> FileTable:
    text = text_of(content, stated_encoding(contract)).utf8
    if (contract is None or not contract.columns) and is_single_value(text):
        raise no_objects()
    read = text if whole or len(text) <= _HEAD_BYTES else text[: text.rfind(b"\n", 0, _HEAD_BYTES) + 1]
    dialect = _dialect(read, contract, with_header)
    names = _for_width(dialect)
    cells = max(len(without_trailing_blanks(dialect.names)), min(len(dialect.names), len(names)))
    rows = read_rows(read, dialect)
    return FileTable(names, rows.columns, dialect.header_lines > 0, cells, is_header_by_look=dialect.is_header_by_look)


def _for_width(dialect: Dialect) -> tuple[str, ...]:
    """A name for each cell of a usual row; without a contract the header may have more or fewer."""
    return (*dialect.names, *[""] * dialect.width)[: dialect.width - dialect.unnamed]


def _dialect(head: bytes, contract: Contract | None, with_header: bool | None) -> Dialect:
    """By the contract, where it knows anything of the header; else by shape."""
    dialect = sniff_dialect(head, contract, with_header=with_header)
    return dialect if contract is None or dialect.confidence else sniff_dialect(head, with_header=with_header)


def _of_parquet(content: bytes | Path, *, whole: bool) -> FileTable:
    size_bytes = content.stat().st_size if isinstance(content, Path) else len(content)
    try:
        file = pq.ParquetFile(content if isinstance(content, Path) else pa.BufferReader(content))
        check_size(file.metadata, size_bytes)
        table = file.read() if whole else pa.Table.from_batches(islice(file.iter_batches(SAMPLE_ROWS), 1), file.schema_arrow)
    except BROKEN:
        raise corrupt_parquet() from None
    return FileTable(tuple(table.column_names), tuple(table.columns))


def _of_workbook(content: bytes, contract: Contract | None) -> FileTable:
    from headgate.formats.excel.read_excel import heading_of, read_excel  # noqa: PLC0415 as read_file has it

    heading = heading_of(content, contract)
    names = heading.names
    if not names:
        return NO_TABLE
    if heading.two_row_sheet:
        return FileTable(names, _columns_of(heading.below, len(names)), two_row_sheet=heading.two_row_sheet)
    places = tuple(str(place) for place in range(len(names)))
    texts = tuple(Column(place, ColumnType(Kind.STRING)) for place in places)
    properties = {SHEET_PROPERTY: stated_sheet(contract)}
    read = read_excel(content, with_headings(Contract("", "", "source", "0", texts, properties=properties), names, places))
    return FileTable(names, tuple(read.cells.values()))


def _columns_of(rows: Sequence[Cells], width: int) -> tuple[pa.Array, ...]:
    """The columns of a workbook's rows, as texts; cells to the right of the header are left out."""
    padded = [[*row[:width], *[None] * (width - len(row))] for row in rows]
    return tuple(column_texts(Column("", ColumnType(Kind.STRING)), cells) for cells in zip(*padded, strict=True))


def _of_records(content: bytes, contract: Contract | None) -> FileTable:
    read = read_records(content, stated_encoding(contract), by_contract(contract) if contract else never)
    columns = (_nested(column) if name in read.nested else column for name, column in read.columns.items())
    return FileTable(tuple(read.columns), tuple(columns))


def _nested(column: pa.Array) -> pa.Array:
    """A list for each nested value; its content is not read."""
    offsets = pc.cast(pa.repeat(0, len(column) + 1), pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.nulls(0, pa.string()), mask=column.is_null())
