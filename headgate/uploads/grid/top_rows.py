"""The first rows of a text or of a sheet, from which a person may choose the header.

The readers find a header by its look or by the names of a contract. Lines above it that look like one, and
headings over two rows, need a person: the chosen row is the header, and the rows above it are not read.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from headgate.errors import BadInputError
from headgate.formats.csv.csv_rows import LINE_BREAK, Form
from headgate.formats.csv.dialect import without_trailing_blanks
from headgate.formats.csv.probe_rows import first_row
from headgate.formats.csv.sniff_dialect import sniff_dialect
from headgate.formats.format_list import format_of
from headgate.formats.format_name import WORKBOOKS, FormatName
from headgate.formats.open_file import decompressed
from headgate.formats.sniff import text_of
from headgate.masking.redaction import redact_text
from headgate.matching.file_table import FileTable

MAX_TOP_ROWS = 30
_MAX_CELLS = 6
_MAX_CHARACTERS = 40
_HEAD_BYTES = 1 << 16


@dataclass(frozen=True)
class FirstRow:
    """A row by its line in a text, or its number in a sheet."""

    number: int
    cells: tuple[str, ...]

    @property
    def header(self) -> FileTable:
        """The row as a header without rows."""
        return FileTable(self.cells, ())

    def is_header_of(self, headed: FileTable) -> bool:
        """Return whether the row has the names of a table."""
        return bool(self.cells) and self.cells == without_trailing_blanks(headed.names)

    def shown(self, hidden: Collection[int], headed: FileTable) -> tuple[str, ...]:
        """Return the first cells, shortened, without those of hidden columns unless the row is the header."""
        names = self.header.shown
        return tuple(
            "…" if at in hidden and not self.is_header_of(headed) else _short(name if at in hidden else cell)
            for at, (cell, name) in enumerate(zip(self.cells[:_MAX_CELLS], names, strict=False))
        )


def top_rows(
    path: Path, folder: Path, sheet: str, limit_bytes: int, encoding: str = ""
) -> tuple[FirstRow, ...]:
    """Return the first rows with a value; none of a format that states its columns, and of a damaged file.

    Args:
        sheet: the sheet of a workbook; the first one with rows if it has no such sheet.
        encoding: of a text, if it is decided.
    """
    try:
        unpacked = decompressed(path, folder, limit_bytes).path
        with unpacked.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        form = format_of(head).name
        if form in WORKBOOKS:
            return tuple(_of_sheet(unpacked.read_bytes(), sheet))
        return tuple(_of_text(head, encoding)) if form == FormatName.CSV else ()
    except (BadInputError, ValueError):
        return ()


def _of_sheet(content: bytes, name: str) -> Iterator[FirstRow]:
    from headgate.formats.excel.read_excel import sheets  # noqa: PLC0415 few files are workbooks

    filled = (sheet for sheet in sheets(content) if any(sheet.rows))  # each is parsed when it is its turn
    read = first = next(filled, None)
    if first and name not in {"", first.name}:
        read = next((sheet for sheet in filled if sheet.name == name), first)
    for number, row in enumerate(read.rows[:MAX_TOP_ROWS] if read else (), 1):
        if cells := without_trailing_blanks(tuple(cell or "" for cell in row)):
            yield FirstRow(number, cells)


def _of_text(head: bytes, encoding: str) -> Iterator[FirstRow]:
    text = text_of(head[: head.rfind(b"\n") + 1] or head, encoding).utf8
    form = Form(sniff_dialect(text).form.delimiter)
    lines = LINE_BREAK.split(text.decode("utf-8", errors="ignore"), MAX_TOP_ROWS)[:MAX_TOP_ROWS]
    for number, line in enumerate(lines, 1):
        row = first_row(line, form) if line.strip() else None
        if row and (cells := without_trailing_blanks(row.texts)):
            yield FirstRow(number, cells)


def _short(cell: str) -> str:
    text = redact_text(cell.strip())
    return text if len(text) <= _MAX_CHARACTERS else f"{text[: _MAX_CHARACTERS - 1]}…"
