"""Read the sheets of an Excel 97 to 2003 workbook (.xls) with xlrd, every cell as text.

Numbers are floats, and dates are days since the workbook's epoch; they become texts as in .xlsx.
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, NamedTuple

from headgate.errors import UnreadableFileError
from headgate.formats.excel.workbook import (
    EPOCHS,
    Sheet,
    date_time_text,
    duration_text,
    is_duration,
    is_percent,
    number_text,
)
from headgate.formats.typed_cells import TypedText, percent_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from xlrd.book import Book
    from xlrd.sheet import Cell

    from headgate.formats.excel.workbook import Cells


# The stream of an encrypted .xlsx. Source: Microsoft, [MS-OFFCRYPTO], section 2.3.4.4.
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")


def old_workbook_sheets(content: bytes) -> Iterator[Sheet]:
    """Yield every sheet in the workbook's order; UnreadableFileError: `corrupt_workbook`."""
    import xlrd  # noqa: PLC0415 old workbooks are rare
    from xlrd.compdoc import CompDocError  # noqa: PLC0415 as above

    broken = (
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
        struct.error,
        xlrd.XLRDError,
        CompDocError,
    )
    try:
        with xlrd.open_workbook(
            file_contents=content,
            logfile=io.StringIO(),
            on_demand=True,
            ragged_rows=True,
            formatting_info=True,
        ) as book:
            styles = _styles(book)
            for name in book.sheet_names():
                sheet = book.sheet_by_name(name)
                epoch = EPOCHS[book.datemode == 1]
                rows = [_row(sheet.row(number), epoch, styles) for number in range(sheet.nrows)]
                yield Sheet(name, rows, is_hidden=sheet.visibility != 0)
                book.unload_sheet(name)
    except broken:
        if _ENCRYPTED_PACKAGE in content:
            raise UnreadableFileError(
                rule="corrupt_workbook",
                message="the workbook has a password",
                remedy="open it in Excel, save it as .xlsx without a password, and send that",
            ) from None
        raise UnreadableFileError(
            rule="corrupt_workbook",
            message="the workbook is cut, damaged or has a password, or another program's document",
            remedy="open it in Excel, save it as .xlsx without a password, and send that",
        ) from None


class _Styles(NamedTuple):
    """Cell styles that show a number in percent, and as hours, minutes or seconds beyond a day."""

    percents: frozenset[int]
    durations: frozenset[int]


def _styles(book: Book) -> _Styles:
    codes = {key: code.format_str for key, code in book.format_map.items()}
    styles = [codes.get(style.format_key, "") for style in book.xf_list]

    def shown(holds: Callable[[str], bool]) -> frozenset[int]:
        return frozenset(number for number, code in enumerate(styles) if holds(code))

    return _Styles(shown(is_percent), shown(is_duration))


def _row(cells: Sequence[Cell], epoch: datetime, styles: _Styles) -> Cells:
    """Return the row's cells up to the last one with a value."""
    texts = [_text(cell, epoch, styles) for cell in cells]
    while texts and texts[-1] is None:
        texts.pop()
    return texts


def _text(cell: Cell, epoch: datetime, styles: _Styles) -> str | None:
    from xlrd import biffh  # noqa: PLC0415 as above

    if cell.ctype == biffh.XL_CELL_NUMBER:
        number = number_text(repr(cell.value))
        return percent_text(number) if cell.xf_index in styles.percents else TypedText(number)
    if cell.ctype == biffh.XL_CELL_DATE and cell.xf_index in styles.durations:
        return duration_text(repr(cell.value))
    if cell.ctype == biffh.XL_CELL_DATE:
        return date_time_text(repr(cell.value), epoch)
    if cell.ctype == biffh.XL_CELL_BOOLEAN:
        return TypedText("true" if cell.value else "false")
    if cell.ctype == biffh.XL_CELL_ERROR:
        return str(biffh.error_text_from_code.get(cell.value, "#ERROR!"))
    return str(cell.value) or None
