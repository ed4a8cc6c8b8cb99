"""Read a file of any format as a table with its own column names, without a contract."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.errors import BadInputError, UnreadableFileError
from headgate.formats.format_list import format_of
from headgate.formats.json.json_records import are_lines, holds_json
from headgate.formats.sniff import is_utf8_text, only_blanks
from headgate.formats.unpack import is_packed, unpack
from headgate.matching.file_table import NO_TABLE, FileTable
from headgate.matching.header_names import folded

if TYPE_CHECKING:
    from headgate.contracts.model import Contract
    from headgate.formats.json.nested_names import Expands

_HEAD_BYTES = 1 << 18
MAX_MAPPED_COLUMNS = 200
_MIN_COLUMNS_WITHOUT_HEADER = 2
_MIN_LINES_OF_LETTER = 3
_ENDS_OF_SENTENCES = (b".", b"!", b"?", b":", b";")
_DELIMITERS_OF_PROSE = {",", " "}
_TIGHT_COMMA = re.compile(rb",[^\s,]")  # a comma of a sentence has a blank after it
_DAMAGED = ("not_a_table", "empty_file", "corrupt_")  # prefixes of the rules of damaged files


def sample_table(
    file: bytes | Path, contract: Contract | None = None, *, expands: Expands | None = None
) -> FileTable | None:
    """Return the file's header with its first rows, or None if it has no readable header.

    A contract helps to find the header. The names of JSON and XML are sorted, because their order has no
    meaning and may differ in the source's next file.

    Args:
        expands: says which objects become columns, if not the contract.
    """
    content = _unpacked(file, whole=False)
    table = _table_or_none(content, contract, whole=False, expands=expands)
    if not table or not table.has_header or table.two_row_sheet or len(table.names) > MAX_MAPPED_COLUMNS:
        return None  # the gate rejects workbooks with names in two rows, so they need no mapping
    return _by_name(table) if isinstance(content, bytes) and format_of(content, contract).records else table


def table_without_header_row(file: Path, contract: Contract | None = None) -> FileTable | None:
    """Return the table of a text without a header, or of a sheet with names in two rows; else None.

    The gate reads neither without a contract of this form. Only the first rows of a text are returned.
    """
    table = _table_or_none(_unpacked(file, whole=False), contract, whole=False)
    if table is None or len(table.names) > MAX_MAPPED_COLUMNS:
        return None
    is_text = not table.has_header and table.text_rows is not None and not _is_plain_text(table)
    return table if table.two_row_sheet or is_text else None


def check_is_table(file: Path) -> None:
    """Check from its beginning that a file without a contract is a table in a supported format.

    Its readers report other defects.

    Raises:
        UnreadableFileError: the file is empty, damaged or not a table.
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
    except (BadInputError, pa.ArrowException, OSError, ValueError):  # the last three come from Arrow
        return


def no_table() -> UnreadableFileError:
    """Return the rejection of a well-formed file without any row: `[]`, or a workbook of empty sheets."""
    return UnreadableFileError(
        rule="empty_file",
        message="the file holds neither names of columns nor rows",
        remedy="send it with its rows; a sheet has the columns' names in one row above them",
    )


def unknown_table(file: bytes | Path, contract: Contract | None = None) -> FileTable:
    """Return the table of a file without a contract; NO_TABLE if the file is not a table.

    If the first row is data, the columns are named `column_1`, `column_2` and so on. Without a header, a text
    with one column and a letter are not tables.
    """
    table = _table_or_none(_unpacked(file, whole=True), contract, whole=True)
    if table is None:
        return NO_TABLE
    return table if table.has_header or not _is_plain_text(table) else NO_TABLE


def _is_plain_text(table: FileTable) -> bool:
    """Return whether a text without a header is a list or a letter, whose commas separate no columns.

    Most lines of a letter have other numbers of commas than its other lines, or end like sentences. In doubt
    the text is a table: one with another delimiter than commas or blanks, with a comma before a letter or a
    digit, or with a number in a cell.
    """
    if len(table.names) < _MIN_COLUMNS_WITHOUT_HEADER:
        return True
    if table.text_rows is None or set(table.text_rows.delimiter) - _DELIMITERS_OF_PROSE:
        return False
    text = table.text_rows.text[:_HEAD_BYTES]
    if _TIGHT_COMMA.search(text) or any(
        pc.any(pc.match_substring_regex(column, r"^[^\pL]*\pN[^\pL]*$")).as_py() for column in table.columns
    ):
        return False
    rows = len(table.text_rows.starts)
    is_uneven = rows >= _MIN_LINES_OF_LETTER and 2 * table.broken_rows >= rows
    return is_uneven or ("," in table.text_rows.delimiter and _ends_as_prose(text))


def _ends_as_prose(text: bytes) -> bool:
    """Return whether most lines end with a sign of punctuation other than the delimiter."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return 2 * sum(line.endswith(_ENDS_OF_SENTENCES) for line in lines) >= len(lines)


def not_a_table() -> UnreadableFileError:
    """Return the rejection of a text without columns, such as a letter."""
    return UnreadableFileError(
        rule="not_a_table",
        message="the file is a text without columns, which is not a table",
        remedy="send a table, such as a workbook or CSV, with the names of its columns in one row above them",
    )


def why_unreadable(path: Path) -> BadInputError | None:
    """Return why the file cannot be read as a table; None if it can."""
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
    """Return the unpacked content, or nothing if it cannot be unpacked.

    Unless `whole`, it may be only the beginning of a file on disk. Formats that are read from disk stay
    there.
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
    is_text = lines and not is_packed(head) and b"\0" not in head
    # The encoding of other texts is guessed by their letters: by all of them, as the gate guesses it.
    is_enough = is_text and is_utf8_text(lines) and (not holds_json(lines) or are_lines(lines))
    return lines if is_enough and not whole else unpack(path.read_bytes())


def _by_name(table: FileTable) -> FileTable:
    places = sorted(range(len(table.names)), key=lambda place: folded(table.names[place]))
    return FileTable(
        tuple(table.names[place] for place in places),
        tuple(table.columns[place] for place in places),
        file_order=tuple(sorted(range(len(places)), key=places.__getitem__)),
    )


def _table_or_none(
    content: bytes | Path, contract: Contract | None, *, whole: bool, expands: Expands | None = None
) -> FileTable | None:
    """Return `read_table`, or None if there is no table."""
    try:
        table = read_table(content, contract, whole=whole, expands=expands)
    except (BadInputError, pa.ArrowException, OSError, ValueError):  # the last three come from Arrow
        return None
    return table if table.names else None


def read_table(
    content: bytes | Path,
    contract: Contract | None = None,
    *,
    whole: bool = True,
    with_header: bool | None = None,
    expands: Expands | None = None,
) -> FileTable:
    """Return the table of an unpacked file; NO_TABLE if a workbook has no row that could be a header.

    Args:
        whole: read all rows, not only the first ones.
        with_header: as in `sniff_dialect`.
        expands: says which objects become columns, if not the contract.

    Raises:
        BadInputError: the file cannot be read.
    """
    form = format_of(_head(content), contract) if isinstance(content, Path) else format_of(content, contract)
    return form.table(content, contract, {"whole": whole, "with_header": with_header, "expands": expands})


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)
