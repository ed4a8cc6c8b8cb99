from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from headgate.errors import BadInputError
from headgate.formats.format_list import format_of
from headgate.formats.format_name import WORKBOOKS
from headgate.formats.json.json_records import lists_of_records, read_records
from headgate.formats.json.record_lists import WHOLE, RecordList
from headgate.formats.sniff import is_old_workbook
from headgate.formats.unpack import data_members
from headgate.lake.recorded_sheets import MIN_SHEET_ROWS, lists_sheet
from headgate.matching.dataset_evidence import likely_dataset
from headgate.uploads.edited_rows import member_of
from headgate.uploads.grid.opened_file import OpenedFile, is_json_file, open_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from headgate.contracts.model import Contract
    from headgate.formats.excel.workbook import Sheet
    from headgate.matching.mappings import Mappings

_MAX_JSON_BYTES = 32 << 20  # parsed as a whole to find its lists
_MAX_COVER_COLUMNS = 2  # of a sheet of facts, such as "Contact: …"
_MAX_TRIED_MEMBERS = 20  # before a person chooses one


@dataclass(frozen=True)
class SentPart:
    """The file or an archive member.

    Attributes:
        part: the sheet, member or list that is read; empty for the first one.
        parts: the parts to choose from, with the number of their records if known.
        narrow: the headers of narrow sheets.
        facts: narrow sheets with titles, which are no tables but if no other sheet is.
        hidden: sheets that a spreadsheet program does not show; they are the last parts.
    """

    file: Path
    part: str
    parts: Mapping[str, int | None] = field(default_factory=dict)
    narrow: Mapping[str, Sequence[str]] = field(default_factory=dict)
    facts: frozenset[str] = frozenset()
    hidden: tuple[str, ...] = ()


def sent_part(path: Path, folder: Path, part: str, limit_bytes: int) -> SentPart:
    """Return the file or an archive member: the chosen one, else the first that is a table with rows."""
    with path.open("rb") as file:
        head = file.read(1 << 12)
    whole = SentPart(path, part)
    if not head.startswith(b"PK") and not is_old_workbook(head):
        return whole
    body = path.read_bytes()
    if format_of(body).name in WORKBOOKS:
        sheets = _sheets(body)
        hidden = tuple(sheet.name for sheet in sheets if sheet.is_hidden)
        names = dict.fromkeys([*(sheet.name for sheet in sheets if not sheet.is_hidden), *hidden])
        facts = _sheets_of_facts(sheets)
        return replace(whole, parts=names, narrow=_narrow(sheets), facts=facts, hidden=hidden)
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            members = tuple(member.filename for member in data_members(archive))
    except zipfile.BadZipFile:
        return whole
    part = part or _first_table(body, members, folder, limit_bytes)
    inner = _written_member(body, part, folder) if part in members else None
    if inner is None:
        return SentPart(path, part, dict.fromkeys(members if len(members) > 1 else ()))
    return SentPart(inner, part, dict.fromkeys(members))


def lists_in(path: Path) -> tuple[RecordList, ...]:
    """Return the lists of records in a JSON file with nested objects or lists; none for other files."""
    if not is_json_file(path) or path.stat().st_size > _MAX_JSON_BYTES:
        return ()
    try:
        lists = lists_of_records(path.read_bytes())
        is_flat = [each.name for each in lists] == [WHOLE] and not read_records(path.read_bytes()).nested
    except BadInputError:
        return ()
    return () if is_flat else lists


def first_list(lists: Sequence[RecordList]) -> str:
    """Return the outermost list, and the longest of several."""
    return min(lists, key=lambda each: (each.name != WHOLE, each.name.count("."), -each.records)).name


def first_sheet(
    key: str,
    opened: OpenedFile,
    sent: SentPart,
    opened_at: Callable[[str], OpenedFile | None],
    mappings: Mappings,
) -> tuple[OpenedFile, str]:
    """Return the first sheet with a table if another one was opened, and its name; else what was opened.

    A sheet of a dataset goes before sheets without one, such as a cover with notes. A cover of facts below a
    title, such as a site and an author, is a table of two columns to a reader of sheets.
    """
    if not (read_sheets := opened.source.written_as.get("sheets", "")):
        return opened, ""
    first = (opened, "")
    is_of_dataset = bool(mappings.dataset_of_table(key, opened.headed))
    for sheet in sent.parts:
        if lists_sheet(read_sheets, sheet):
            break
        with suppress(BadInputError):
            table = opened_at(sheet)
            if table is None or not _is_table(table):
                continue
            if mappings.dataset_of_table(key, table.headed):
                return table, sheet
            if not is_of_dataset and first[0] is opened and sheet not in sent.facts:
                first = (table, sheet)
    return first


def open_part(
    path: Path, folder: Path, part: str, contract: Contract | None, limit_bytes: int
) -> tuple[OpenedFile | None, Path]:
    """Open the part of a sent file that an edited copy has; return its rows and the file or member with them.

    Args:
        part: as stored with the edits: a part, or the sheets that were read as one table.
    """
    sent = sent_part(path, folder, part, limit_bytes)
    is_sheet = part in sent.parts and sent.file == path
    is_one = is_sheet or part in {each.name for each in lists_in(sent.file)}
    return open_file(sent.file, folder, contract, part if is_one else "", limit_bytes), sent.file


def covers_among(narrow: Mapping[str, Sequence[str]], contracts: Mapping[str, Contract]) -> tuple[str, ...]:
    """Return the narrow sheets without a header of a dataset."""
    return tuple(
        name for name, header in narrow.items() if not (header and likely_dataset(header, contracts))
    )


def _narrow(sheets: Sequence[Sheet]) -> dict[str, Sequence[str]]:
    """Return the sheets of a row or of two columns at most, such as a cover, with their headers.

    A sheet of a row has no header with rows below it.
    """
    filled = {sheet.name: [[*filter(None, row)] for row in sheet.rows if any(row)] for sheet in sheets}
    return {
        name: rows[0] if len(rows) >= MIN_SHEET_ROWS else ()
        for name, rows in filled.items()
        if len(rows) < MIN_SHEET_ROWS or max(map(len, rows)) <= _MAX_COVER_COLUMNS
    }


def _sheets_of_facts(sheets: Sequence[Sheet]) -> frozenset[str]:
    """Return the sheets of two columns at most with rows of one cell, such as a title or a remark."""
    widths = {sheet.name: {sum(map(bool, row)) for row in sheet.rows} - {0} for sheet in sheets}
    return frozenset(
        name for name, filled in widths.items() if filled and min(filled) < max(filled) <= _MAX_COVER_COLUMNS
    )


def _sheets(body: bytes) -> tuple[Sheet, ...]:
    from headgate.formats.excel.read_excel import sheets  # noqa: PLC0415 few uploads are workbooks

    try:
        filled = tuple(sheet for sheet in sheets(body) if any(sheet.rows))
    except (BadInputError, ValueError):
        return ()
    return filled if len(filled) > 1 else ()


def _first_table(body: bytes, members: Sequence[str], folder: Path, limit_bytes: int) -> str:
    """Return the first of an archive's members that is a table with rows; empty if few tries find none."""
    for name in members[:_MAX_TRIED_MEMBERS] if len(members) > 1 else ():
        with suppress(BadInputError):
            if (inner := _written_member(body, name, folder)) is None:
                continue
            opened = open_file(inner, folder, None, "", limit_bytes)
            if opened and _is_table(opened):
                return name
    return ""


def _written_member(body: bytes, name: str, folder: Path) -> Path | None:
    """Write an archive member to the folder; return None if it cannot be read."""
    content = member_of(body, name)
    if content is None:
        return None
    inner = folder / f"member{PurePosixPath(name).suffix}"
    inner.write_bytes(content)
    return inner


def _is_table(opened: OpenedFile) -> bool:
    """Return whether a sheet has rows below the names of two columns or more, of which two have values."""
    filled = sum(any(column.to_pylist()) for column in opened.headed.samples)
    return len(opened.names) > 1 and filled > 1
