"""A file's table as it stands, in any format, read without a contract: column names and columns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.errors import BadInputError, UnreadableFileError
from headgate.formats.format_list import format_of
from headgate.formats.json.json_records import are_lines, holds_json
from headgate.formats.sniff import only_blanks
from headgate.formats.unpack import is_packed, unpack
from headgate.matching.file_table import NO_TABLE, FileTable
from headgate.matching.header_names import folded

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

_HEAD_BYTES = 1 << 18
MOST_COLUMNS = 200
_DAMAGED = ("not_a_table", "empty_file", "corrupt_")  # how the rules of damaged files begin


def sample_table(file: bytes | Path, contract: Contract | None = None) -> FileTable | None:
    """Return the file's header with some rows; None where none can be read. A contract helps to find the
    header.

    The names of JSON and XML are sorted: their order has no meaning and may differ in the source's next file.
    """
    content = _unpacked(file, whole=False)
    table = _table(content, contract, whole=False)
    if table is None or table.two_row_sheet or len(table.names) > MOST_COLUMNS:
        return (
            None  # the gate reads no workbook with names in two rows, so a mapping of them would be of no use
        )
    return _by_name(table) if isinstance(content, bytes) and format_of(content, contract).records else table


def check_is_table(file: Path) -> None:
    """Check that a file of no known contract is a table in some format, from its beginning.

    Other defects are left to its readers.

    Raises:
        UnreadableFileError: the file is empty, damaged or no table.
    """
    content = _of_disk(file, whole=False)
    if isinstance(content, bytes) and not content.strip():
        content = _of_disk(file, whole=True)
    try:
        if not read_table(content, whole=False).names:
            raise no_table()
    except UnreadableFileError as error:
        if error.rule.startswith(_DAMAGED):
            raise
    except (BadInputError, pa.ArrowException, OSError, ValueError):  # the last three are Arrow's
        return


_FEWEST_COLUMNS_WITHOUT_HEADER = 2


def no_table() -> UnreadableFileError:
    """Return the rejection of a file that is well-formed and holds neither a header nor a row: `[]`, or a
    workbook of empty sheets.
    """
    return UnreadableFileError(
        rule="empty_file",
        message="the file holds neither names of columns nor rows",
        remedy="send it with its rows; a sheet has the columns' names in one row above them",
    )


def unknown_table(file: bytes | Path, contract: Contract | None = None) -> FileTable:
    """Return the table of a file without a known contract; NO_TABLE if the file is not a table.

    A table whose first row was read as data has the names `column_1`, `column_2` and so on. A text of one
    column without a header is no table.
    """
    table = _table_or_none(_unpacked(file, whole=True), contract, whole=True)
    if table and not table.has_header and len(table.names) < _FEWEST_COLUMNS_WITHOUT_HEADER:
        return NO_TABLE
    return table or NO_TABLE


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
    """Return the content; of a file on disk its beginning where that is enough, and Parquet stays there.

    Nothing where it cannot be unpacked.
    """
    try:
        return unpack(file) if isinstance(file, bytes) else _of_disk(file, whole=whole)
    except BadInputError:
        return b""


def _of_disk(path: Path, *, whole: bool) -> bytes | Path:
    head = _head(path)
    if format_of(head).is_read_from_disk:
        return path
    lines = head[: head.rfind(b"\n") + 1]
    is_enough = (
        lines and not is_packed(head) and b"\0" not in head and (not holds_json(lines) or are_lines(lines))
    )
    return lines if is_enough and not whole else unpack(path.read_bytes())


def _by_name(table: FileTable) -> FileTable:
    names, columns = zip(
        *sorted(zip(table.names, table.columns, strict=True), key=lambda column: folded(column[0])),
        strict=True,
    )
    return FileTable(names, columns)


def _table(content: bytes | Path, contract: Contract | None, *, whole: bool) -> FileTable | None:
    """Return `_table_or_none`, but None if the table has no header, too."""
    table = _table_or_none(content, contract, whole=whole)
    return table if table and table.has_header else None


def _table_or_none(content: bytes | Path, contract: Contract | None, *, whole: bool) -> FileTable | None:
    """Return `read_table`, but None if there is no table.

    Without `whole`, only some of the first rows are read.
    """
    try:
        table = read_table(content, contract, whole=whole)
    except (BadInputError, pa.ArrowException, OSError, ValueError):  # the last three are Arrow's
        return None
    return table if table.names else None


def read_table(
    content: bytes | Path,
    contract: Contract | None = None,
    *,
    whole: bool = True,
    with_header: bool | None = None,
) -> FileTable:
    """Return the table of an unpacked file; NO_TABLE where a workbook has no row that could be a header.

    Args:
        whole: read all rows, not only some of the first.
        with_header: as in `sniff_dialect`.

    Raises:
        BadInputError: the file cannot be read.
    """
    form = format_of(_head(content), contract) if isinstance(content, Path) else format_of(content, contract)
    return form.table(content, contract, {"whole": whole, "with_header": with_header})


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)
