"""Find Online Retail II on this computer, or fetch it from the UCI Machine Learning Repository with its checksum checked."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen
from xml.etree import ElementTree as ET

from headgate.domains.retail.sample.retail_lines import COLUMNS
from headgate.errors import NotFoundError, ServiceError, UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

FILE_NAME = "online_retail_II_year2009-2010.csv.gz"
URL = "https://archive.ics.uci.edu/static/public/502/online+retail+ii.zip"
# Of the archive at URL, 45,622,418 bytes. Not measured by us but taken from public projects that recorded it, independently
# of each other and with the same value, when they downloaded it in 2026; a file with another checksum is refused.
ARCHIVE_SHA256 = "572e36277c2390fbfde10664750731e0a86f55e33470d91919085f0408e67bfb"
# Of the CSV text of the workbook's first sheet, as the importer reads it: measured on a copy whose facts are known
# (525,461 rows, 9,539,484.634 GBP).
TEXT_SHA256 = "17181af53059386e360acb2714218558ef526f84acacc768ebbdd3a35623d941"
SHEET = "Year 2009-2010"
_CHECKOUT = Path(__file__).resolve().parents[4]
_CHUNK_BYTES = 1 << 20
_TIMEOUT_S = 60
_NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
_MAIN = f"{{{_NS['m']}}}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_EPOCH = datetime(1899, 12, 30, tzinfo=UTC)  # day 0 of a workbook's dates: ECMA-376 part 1, 18.17.4.1
_TEXTS = {"Invoice", "StockCode", "Description", "Quantity", "Country"}  # columns in which a number is an integer's text


def find_source(env: Mapping[str, str] = os.environ) -> Path | None:
    """The data set where people keep it: below the folder that HEADGATE_DATA names, else in `../shared/data` beside the checkout."""
    folder = Path(env.get("HEADGATE_DATA") or _CHECKOUT.parent / "shared" / "data")
    path = folder / "online_retail" / FILE_NAME
    return path if path.is_file() else None


def fetch(folder: Path, progress: Callable[[str, int, int], None] | None = None, *, url: str = URL, sha256: str = ARCHIVE_SHA256) -> Path:
    """The data set as CSV in `folder`, fetched unless it is there already; the file appears complete or not at all.

    Raises:
        NotFoundError: the archive cannot be reached.
        ServiceError: what came is not the archive with that checksum, or does not hold the known sheet.
    """
    wanted = folder / FILE_NAME
    if wanted.is_file():
        return wanted
    archive = _download(url, progress)
    _check(hashlib.sha256(archive).hexdigest(), sha256, f"the archive at {url}")
    with zipfile.ZipFile(io.BytesIO(archive)) as outer:
        text = sheet_as_csv(io.BytesIO(outer.read(outer.namelist()[0])), SHEET)
    if sha256 == ARCHIVE_SHA256:
        _check(hashlib.sha256(text).hexdigest(), TEXT_SHA256, f"sheet {SHEET} as CSV")
    partial = wanted.with_suffix(".partial")
    folder.mkdir(parents=True, exist_ok=True)
    partial.write_bytes(gzip.compress(text, mtime=0))
    return partial.replace(wanted)


def _download(url: str, progress: Callable[[str, int, int], None] | None) -> bytes:
    body = io.BytesIO()
    try:
        with urlopen(url, timeout=_TIMEOUT_S) as answer:  # noqa: S310 the address is ours, and the bytes are checked
            size = int(answer.headers.get("Content-Length") or 0)
            while chunk := answer.read(_CHUNK_BYTES):
                body.write(chunk)
                if progress:
                    progress("download", body.tell(), size)
    except (URLError, OSError) as error:
        raise NotFoundError(f"{url} cannot be reached ({type(error).__name__}); set HEADGATE_DATA, or use `headgate sample`") from error
    return body.getvalue()


def _check(found: str, expected: str, what: str) -> None:
    if found != expected:
        raise ServiceError(f"{what} has SHA-256 {found}, expected {expected}; nothing was written")


def sheet_as_csv(workbook: IO[bytes], sheet: str) -> bytes:
    """One sheet of an Office Open XML workbook with the columns of Online Retail II, as CSV text.

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
                    rule="missing_column", message=f"sheet {sheet} lacks columns", remedy=f"have {', '.join(COLUMNS)}"
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
        rule="not_a_table", message=f"the workbook has no sheet {sheet}", remedy="use the archive of UCI data set 502"
    )


def _shared_strings(parts: zipfile.ZipFile) -> list[str]:
    with parts.open("xl/sharedStrings.xml") as source:
        return [
            "".join(text.text or "" for text in item.iter(f"{_MAIN}t"))
            for _, item in ET.iterparse(source)  # noqa: S314 the archive's checksum was checked
            if item.tag == f"{_MAIN}si"
        ]


def _rows(source: IO[bytes], strings: list[str]) -> Iterator[dict[str, str]]:
    """Each row as column letter → text; a number keeps the text it is stored as."""
    for _, row in ET.iterparse(source):  # noqa: S314 the archive's checksum was checked
        if row.tag == f"{_MAIN}row":
            yield {re.sub(r"\d", "", cell.get("r", "")): _cell(cell, strings) for cell in row.iterfind("m:c", _NS)}
            row.clear()


def _cell(cell: ET.Element, strings: list[str]) -> str:
    value = cell.findtext("m:v", "", _NS)
    if cell.get("t") == "inlineStr":
        return "".join(text.text or "" for text in cell.iter(f"{_MAIN}t"))
    return strings[int(value)] if cell.get("t") == "s" else value


def _text(column: str, stored: str) -> str:
    """The text that the CSV form has for a stored value: dates from their day number, other numbers as Python writes a float."""
    if column in _TEXTS or not stored:
        return stored
    if column == "InvoiceDate":
        return (_EPOCH + timedelta(seconds=round(float(stored) * 86_400))).strftime("%Y-%m-%d %H:%M:%S")
    return repr(float(stored))
