"""Read the sheets of a workbook of any format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.formats.excel.old_workbook import old_workbook_sheets
from headgate.formats.excel.open_document import open_document_sheets
from headgate.formats.excel.workbook import xlsx_sheets
from headgate.formats.sniff import is_old_workbook
from headgate.formats.unpack import is_open_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.formats.excel.workbook import Sheet


def sheets(content: bytes) -> Iterator[Sheet]:
    """Yield every sheet in the workbook's order.

    Raises:
        UnreadableFileError: `corrupt_workbook`, or `too_large` if parts, cells or texts exceed the limits.
    """
    if is_old_workbook(content):
        return old_workbook_sheets(content)
    return open_document_sheets(content) if is_open_document(content) else xlsx_sheets(content)
