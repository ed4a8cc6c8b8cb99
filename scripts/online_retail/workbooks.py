"""Read sheets of an Office Open XML workbook as CSV text.

Source: ECMA-376 part 1, 18.3.1 (worksheets) and 18.4.8 (shared strings).
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import IO, TYPE_CHECKING
from xml.etree import ElementTree as ET

from headgate.errors import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = (
    "Invoice",
    "StockCode",
    "Description",
    "Quantity",
    "InvoiceDate",
    "Price",
    "Customer ID",
    "Country",
)

_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_MAIN = f"{{{_NS['m']}}}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)  # day 0 of a workbook's dates: ECMA-376 part 1, 18.17.4.1
_TEXTS = {
    "Invoice",
    "StockCode",
    "Description",
    "Quantity",
    "Country",
}  # columns in which a number is an integer's text


def sheet_names(workbook: IO[bytes]) -> list[str]:
    """Return the names of a workbook's sheets, in its order."""
    with zipfile.ZipFile(workbook) as parts:
        book = ET.fromstring(parts.read("xl/workbook.xml"))  # noqa: S314 the importer reads files that its user chose
    return [entry.get("name", "") for entry in book.iterfind("m:sheets/m:sheet", _NS)]


def sheet_as_csv(workbook: IO[bytes], sheet: str) -> bytes:
    """Return one sheet of a workbook with the columns of Online Retail II as CSV text.

    Source: ECMA-376 part 1, 18.3.1 (worksheets) and 18.4.8 (shared strings).
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    with zipfile.ZipFile(workbook) as parts:
        strings = _shared_strings(parts)
        with parts.open(_part_of(parts, sheet)) as source:
            rows = _rows(source, strings)
            header = next(rows, {})
            columns = {letter: name for letter, name in header.items() if name in COLUMNS}
            if sorted(columns.values()) != sorted(COLUMNS):
                raise UnreadableFileError(
                    rule="missing_column",
                    message=f"sheet {sheet} lacks columns",
                    remedy=f"have {', '.join(COLUMNS)}",
                )
            writer.writerow(COLUMNS)
            place = {name: letter for letter, name in columns.items()}
            writer.writerows([_text(name, row.get(place[name], "")) for name in COLUMNS] for row in rows)
    return out.getvalue().encode()


def _part_of(parts: zipfile.ZipFile, sheet: str) -> str:
    book = ET.fromstring(parts.read("xl/workbook.xml"))  # noqa: S314 the archive's checksum was checked
    links = ET.fromstring(parts.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 as above
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for entry in book.iterfind("m:sheets/m:sheet", _NS):
        if entry.get("name") == sheet:
            return "xl/" + targets[entry.get(_RELATION)].removeprefix("/xl/")
    raise UnreadableFileError(
        rule="not_a_table",
        message=f"the workbook has no sheet {sheet}",
        remedy="use the archive of UCI data set 502",
    )


def _shared_strings(parts: zipfile.ZipFile) -> list[str]:
    with parts.open("xl/sharedStrings.xml") as source:
        return [
            "".join(text.text or "" for text in item.iter(f"{_MAIN}t"))
            for _, item in ET.iterparse(source)  # noqa: S314 the archive's checksum was checked
            if item.tag == f"{_MAIN}si"
        ]


def _rows(source: IO[bytes], strings: list[str]) -> Iterator[dict[str, str]]:
    """Yield each row as column letter → text; a number keeps its stored text."""
    for _, row in ET.iterparse(source):  # noqa: S314 the archive's checksum was checked
        if row.tag == f"{_MAIN}row":
            yield {
                re.sub(r"\d", "", cell.get("r", "")): _cell(cell, strings)
                for cell in row.iterfind("m:c", _NS)
            }
            row.clear()


def _cell(cell: ET.Element, strings: list[str]) -> str:
    value = cell.findtext("m:v", "", _NS)
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{_MAIN}t"))
    return strings[int(value)] if cell.get("t") == "s" else value


def _text(column: str, stored: str) -> str:
    """Return the CSV text of a stored value: dates from their day number, other numbers as Python floats."""
    if column in _TEXTS or not stored:
        return stored
    try:
        number = float(stored)
    except ValueError:
        return stored  # the reader of the CSV names its row
    if column == "InvoiceDate":
        return (_EPOCH + timedelta(seconds=round(number * 86_400))).strftime("%Y-%m-%d %H:%M:%S")
    return repr(number)
