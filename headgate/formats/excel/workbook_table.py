"""Read a workbook as a table with its own columns, without a contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.contracts.file_form import (
    HEADER_ROW_PROPERTY,
    SHEET_PROPERTY,
    stated_header_row,
    stated_sheet,
)
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.formats.excel.read_excel import heading_of, read_excel
from headgate.formats.typed_cells import column_texts
from headgate.matching.file_table import NO_TABLE, FileTable
from headgate.matching.match_header import with_headings

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from headgate.formats.excel.workbook import Cells


def workbook_table(content: bytes, contract: Contract | None) -> FileTable:
    """Return the table of the sheet that the contract states, else of the first sheet that has one.

    NO_TABLE if no row can be a header.
    """
    heading = heading_of(content, contract)
    names = heading.names
    if not names:
        return NO_TABLE
    if heading.two_row_sheet:
        return FileTable(names, _columns_of(heading.below, len(names)), two_row_sheet=heading.two_row_sheet)
    places = tuple(str(place) for place in range(len(names)))
    texts = tuple(Column(place, ColumnType(Kind.STRING)) for place in places)
    properties = {SHEET_PROPERTY: stated_sheet(contract), HEADER_ROW_PROPERTY: stated_header_row(contract)}
    read = read_excel(
        content, with_headings(Contract("", "", "source", "0", texts, properties=properties), names, places)
    )
    return FileTable(names, tuple(read.cells.values()), sheets=read.sheets, left_out=read.left_out)


def _columns_of(rows: Sequence[Cells], width: int) -> tuple[pa.Array, ...]:
    """Return the columns of a workbook's rows as texts, without cells to the right of the header."""
    padded = [[*row[:width], *[None] * (width - len(row))] for row in rows]
    return tuple(
        column_texts(Column("", ColumnType(Kind.STRING)), cells) for cells in zip(*padded, strict=True)
    )
