"""Workbooks of other programs, written by libraries that the gate does not have."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Cell = str | float | bool | dt.date | dt.time | None
    Rows = Sequence[Sequence[Cell]]

_FORMATS = {
    dt.datetime: xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss"),
    dt.date: xlwt.easyxf(num_format_str="yyyy-mm-dd"),
    dt.time: xlwt.easyxf(num_format_str="hh:mm:ss"),
}


def old_workbook(sheets: Mapping[str, Rows]) -> bytes:
    """Return a workbook of Excel 97."""
    book, file = xlwt.Workbook(), io.BytesIO()
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if cell is not None:
                    sheet.write(at, column, cell, _FORMATS.get(type(cell), xlwt.Style.default_style))
    book.save(file)
    return file.getvalue()


def open_document(sheets: Mapping[str, Rows], *, repeated: int = 1) -> bytes:
    """Return an OpenDocument spreadsheet; every row is repeated so often."""
    document, file = OpenDocumentSpreadsheet(), io.BytesIO()
    for name, rows in sheets.items():
        table = Table(name=name)
        for row in rows:
            line = TableRow(numberrowsrepeated=repeated)
            for cell in row:
                line.addElement(_open_document_cell(cell))
            table.addElement(line)
        document.spreadsheet.addElement(table)
    document.save(file)
    return file.getvalue()


def _open_document_cell(cell: Cell) -> TableCell:
    if cell is None:
        return TableCell()
    if isinstance(cell, bool):
        return _shown(TableCell(valuetype="boolean", booleanvalue=str(cell).lower()), cell)
    if isinstance(cell, int | float):
        return _shown(TableCell(valuetype="float", value=repr(cell)), cell)
    if isinstance(cell, dt.date):
        return _shown(TableCell(valuetype="date", datevalue=cell.isoformat()), cell)
    if isinstance(cell, dt.time):
        return _shown(TableCell(valuetype="time", timevalue=cell.strftime("PT%HH%MM%SS")), cell)
    return _shown(TableCell(valuetype="string"), cell)


def _shown(element: TableCell, cell: Cell) -> TableCell:
    element.addElement(P(text=str(cell)))
    return element
