"""Read the sheets of an Excel workbook (.xlsx) from its XML, every cell as text.

A number has the fewest digits that give its float again: Excel writes 17 digits, and `19.989999999999998` is
the float of `19.99`. Whole numbers with more than 15 digits become texts with an exponent, which marks them
as destroyed, because Excel may have rounded them. If another program wrote all of their digits, the number is
kept. Source: ECMA-376, part 1, sections 18.3 (sheets), 18.4 (texts), 18.8 (styles).
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, TypeVar
from xml.etree.ElementTree import Element, ParseError, iterparse

from headgate.errors import UnreadableFileError
from headgate.formats.typed_cells import MidnightText, TypedText, percent_text
from headgate.formats.unpack import BROKEN_ZIP, MAX_EXPANDED_BYTES, WORKBOOK_PART, allowed_bytes, too_large

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Cells = list[str | None]

STYLES_PART = "xl/styles.xml"
MAX_PART_BYTES = 1 << 28  # of XML, several times the size of its texts, as are its cells in memory
# A small file can contain very many values: cells to the right of blank ones, a text that many cells share.
# This many are free, and more are allowed in proportion to the XML.
CELLS_FREELY = 1 << 24
CHARACTERS_FREELY = 1 << 27
_XML_BYTES_OF_A_CELL = 16  # `<c><v>1</v></c>`
MAX_COLUMNS = 16_384  # Excel's limit
TOP_ROWS = 64  # rows that may contain the header
# Elements between two requested ones, which stay in memory: a row of all columns has fewer.
_MAX_UNREQUESTED = 1 << 20
# Excel writes zeros after the fifteenth digit of a rounded number.
_EXACT = re.compile(r"-?[1-9][0-9]{14}[0-9]*[1-9][0-9]*")
EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}
_FIRST_EXACT_DAY = 61  # Excel's calendar has a 29 February 1900, so days before 1 March are off by one
_CLOCKS = {*range(18, 22), 45, 47}  # h:mm AM/PM to h:mm:ss, mm:ss and mm:ss.0
_FIRST_YEAR_DAYS = 366
_LAST_DAY = 2_958_466  # 9999-12-31 and a fraction
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NO_DATE_PART = re.compile(r"\"[^\"]*\"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*.", re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|\\.")
_ELAPSED_PART = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_SHOWN = "visible"  # the others are hidden and veryHidden
_ELAPSED = "46"  # [h]:mm:ss, by its id
_PERCENTS = {"9", "10"}  # 0% and 0.00%, by their ids
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")

ReadSheet = TypeVar("ReadSheet")


@dataclass(frozen=True)
class Sheet:
    """A sheet's rows, from its first to the last filled one; a blank row has no cells.

    Only the first of merged cells has a value.
    """

    name: str
    rows: list[Cells]
    is_hidden: bool = False


@dataclass
class Budget:
    """The rest of a workbook that may be read: bytes of XML, cells with preceding blanks, characters."""

    xml_bytes: int
    cells: int = CELLS_FREELY
    characters: int = CHARACTERS_FREELY

    def spend_part(self, xml_bytes: int) -> None:
        """Count a part that is read; UnreadableFileError if that is too much."""
        if xml_bytes > min(self.xml_bytes, MAX_PART_BYTES):
            raise too_large(min(self.xml_bytes, MAX_PART_BYTES))
        self.xml_bytes -= xml_bytes
        self.cells += xml_bytes // _XML_BYTES_OF_A_CELL
        self.characters += xml_bytes

    def spend(self, cells: int, characters: int = 0) -> None:
        """Count cells, including blank ones, and their texts; UnreadableFileError if that is too much."""
        self.cells -= cells
        self.characters -= characters
        if self.cells < 0 or self.characters < 0:
            raise UnreadableFileError(
                rule="too_large",
                message=(
                    f"the workbook holds {CELLS_FREELY:,} cells or {CHARACTERS_FREELY:,} characters more "
                    "than it spells"
                ),
                remedy="leave out blank columns and rows, split it into smaller workbooks, or send it as CSV",
            )


@dataclass(frozen=True)
class Book:
    """The parts of a workbook that its sheets share."""

    texts: list[str]
    dates: frozenset[int]  # cell styles that show a date or a time
    durations: frozenset[int]  # cell styles that show hours, minutes or seconds beyond a day
    clocks: frozenset[int]  # cell styles that show a time without its day
    percents: frozenset[int]  # cell styles that show a number in percent
    epoch: datetime
    budget: Budget
    parts: Mapping[str, str] = field(default_factory=dict)  # sheet name → part
    hidden: frozenset[str] = frozenset()  # names of sheets that Excel does not show


def xlsx_sheets(content: bytes) -> Iterator[Sheet]:
    """Yield every sheet in the workbook's order; errors as `sheets_of_archive`."""
    return sheets_of_archive(content, _sheets)


def _sheets(archive: zipfile.ZipFile, budget: Budget) -> Iterator[Sheet]:
    book = book_of_archive(archive, budget)
    for name, part in book.parts.items():
        yield _sheet(archive, book, name, part)


def sheets_of_archive(
    content: bytes, read: Callable[[zipfile.ZipFile, Budget], Iterator[ReadSheet]]
) -> Iterator[ReadSheet]:
    """Yield the result of `read` for each sheet of a workbook that is a zip archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from read(archive, Budget(min(MAX_EXPANDED_BYTES, allowed_bytes(len(content)))))
    except (*BROKEN_ZIP, ParseError):
        raise UnreadableFileError(
            rule="corrupt_workbook",
            message="the workbook is cut, damaged or has a password",
            remedy="save it again without a password and send it again",
        ) from None


def elements_of_part(archive: zipfile.ZipFile, budget: Budget, part: str, *tags: str) -> Iterator[Element]:
    """Yield the part's elements of these names, each complete; it is emptied after use."""
    budget.spend_part(archive.getinfo(part).file_size)
    unused = 0
    with archive.open(part) as stream:
        for _, element in iterparse(stream):  # noqa: S314 expat itself stops entities that grow (since 2.4.1), and loads nothing from elsewhere
            unused += 1
            if unused > _MAX_UNREQUESTED:
                raise ValueError("too many elements without cells")
            if tag_of(element) in tags:
                budget.spend(cells=1)
                yield element
                element.clear()
                unused = 0


def tag_of(element: Element) -> str:
    """Return the element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def _children(element: Element, tag: str) -> Iterator[Element]:
    return (child for child in element if tag_of(child) == tag)


def book_of_archive(archive: zipfile.ZipFile, budget: Budget) -> Book:
    """Return the parts that the sheets of a workbook share."""
    members = set(archive.namelist())
    texts = (
        [_text_of_runs(entry) for entry in elements_of_part(archive, budget, "xl/sharedStrings.xml", "si")]
        if "xl/sharedStrings.xml" in members
        else []
    )
    formats = number_formats(archive, budget) if STYLES_PART in members else {}
    durations = frozenset(style for style, code in formats.items() if is_duration(code))
    dates = frozenset(style for style, code in formats.items() if _is_date(code)) - durations
    clocks = frozenset(style for style in dates if is_clock(formats[style]))
    percents = frozenset(style for style, code in formats.items() if is_percent(code))
    links = elements_of_part(archive, budget, "xl/_rels/workbook.xml.rels", "Relationship")
    targets = {entry.get("Id", ""): entry.get("Target", "") for entry in links}
    since_1904, named = False, []
    hidden = set[str]()
    for entry in elements_of_part(archive, budget, WORKBOOK_PART, "workbookPr", "sheet"):
        if tag_of(entry) == "workbookPr":
            since_1904 = entry.get("date1904") in {"1", "true"}
        else:
            link = next((value for name, value in entry.attrib.items() if name.endswith("}id")), "")
            named.append((entry.get("name", ""), _part(targets.get(link, ""))))
            hidden.update({entry.get("name", "")} if entry.get("state", _SHOWN) != _SHOWN else ())
    parts = [(name, part) for name, part in named if part in members and "worksheets" in part]
    if any(len({*each}) < len(parts) for each in zip(*parts, strict=True)):
        raise ValueError("two sheets have one name or one part")
    epoch = EPOCHS[since_1904]
    return Book(texts, dates, durations, clocks, percents, epoch, budget, dict(parts), frozenset(hidden))


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _text_of_runs(entry: Element) -> str:
    """Return the text of formatted runs; phonetic hints (`rPh`) do not belong to it."""
    runs = [
        text
        for child in entry
        if tag_of(child) in {"t", "r"}
        for text in ([child] if tag_of(child) == "t" else _children(child, "t"))
    ]
    text = "".join(run.text or "" for run in runs)
    if "_x" not in text:
        return text
    decoded = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda code: chr(int(code[1], 16)), text)
    # This joins the halves of a surrogate pair; a single half is an error.
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16")


def number_formats(archive: zipfile.ZipFile, budget: Budget) -> dict[int, str]:
    """Return the number format of each cell style: its code, or the digits of its id if Excel defines it."""
    codes: dict[int, str] = {}
    styles: list[int] = []
    for entry in elements_of_part(archive, budget, STYLES_PART, "numFmt", "cellXfs"):
        if tag_of(entry) == "cellXfs":
            styles = [int(style.get("numFmtId", 0)) for style in _children(entry, "xf")]
        else:
            codes.setdefault(int(entry.get("numFmtId", -1)), entry.get("formatCode", ""))
    return {style: codes.get(number_format, str(number_format)) for style, number_format in enumerate(styles)}


def is_duration(code: str) -> bool:
    """Return whether a number format shows hours, minutes or seconds beyond a day, such as `[h]:mm`."""
    return code == _ELAPSED or _ELAPSED_PART.search(_QUOTED.sub("", code)) is not None


def is_clock(code: str) -> bool:
    """Return whether a number format of times shows no day.

    >>> [is_clock(code) for code in ("21", "22", "h:mm:ss", "d/m/yy h:mm", "mm:ss.0")]
    [True, False, True, False, True]
    """
    if code.isdigit():
        return int(code) in _CLOCKS
    return re.search(r"[yd]", _NO_DATE_PART.sub("", code), re.IGNORECASE) is None


def is_over_a_day(number: str) -> bool:
    """Return whether days below a format of times are a duration: no sheet has times of the year 1900."""
    try:
        return 1 <= Decimal(number.strip()) < _FIRST_YEAR_DAYS
    except InvalidOperation:
        return False


def is_percent(code: str) -> bool:
    """Return whether a number format shows a hundred times the stored number, with a percent sign.

    >>> [is_percent(code) for code in ("9", "10", "0.0%", '0"%"', "0")]
    [True, True, True, False, False]
    """
    return code in _PERCENTS or "%" in _QUOTED.sub("", code)


def _is_date(code: str) -> bool:
    if code.isdigit() and int(code) in _DATE_FORMATS:
        return True
    return re.search(r"[ymdhs]", _NO_DATE_PART.sub("", code), re.IGNORECASE) is not None


def _sheet(archive: zipfile.ZipFile, book: Book, name: str, part: str) -> Sheet:
    rows: list[Cells] = []
    for entry in elements_of_part(archive, book.budget, part, "row"):
        number = int(entry.get("r", len(rows) + 1))
        if not len(rows) < number <= 1 << 20:
            raise ValueError("rows out of order")
        book.budget.spend(cells=number - len(rows))
        rows += [[]] * (number - len(rows) - 1)
        rows.append(_row(entry, book))
    return Sheet(name, rows, name in book.hidden)


def _row(entry: Element, book: Book) -> Cells:
    """Return the row's cells up to the last one with a value."""
    cells: Cells = []
    following = 0
    for cell in _children(entry, "c"):
        reference = _REFERENCE.fullmatch(cell.get("r", ""))
        column = place_of_letters(reference[1]) if reference else following
        if not following <= column < MAX_COLUMNS:
            raise ValueError("cells out of order")
        following = column + 1
        if (text := _cell_text(cell, book)) is not None:
            book.budget.spend(following - len(cells), len(text))
            cells += [None] * (column - len(cells))
            cells.append(text)
    return cells


def place_of_letters(letters: str) -> int:
    """Return the position of a column by its letters in Excel."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _cell_text(cell: Element, book: Book) -> str | None:
    """Return the cell as text.

    A formula without a stored value becomes its text with `=`, so that it is not read as a value.
    """
    kind, value = cell.get("t", "n"), next(_children(cell, "v"), None)
    if kind == "inlineStr":
        return next(map(_text_of_runs, _children(cell, "is")), None)
    if value is None or value.text is None:
        formula = next(_children(cell, "f"), None)
        return None if formula is None else f"={formula.text or ''}"
    if kind == "s":
        return book.texts[int(value.text)]
    if kind == "b":
        return TypedText("true" if value.text == "1" else "false")
    return _number_cell_text(value.text, int(cell.get("s", 0)), book) if kind == "n" else value.text


def _number_cell_text(number: str, style: int, book: Book) -> str:
    if style in book.durations or (style in book.clocks and is_over_a_day(number)):
        return duration_text(number)
    if style in book.percents:
        return percent_text(number_text(number))
    return date_time_text(number, book.epoch) if style in book.dates else TypedText(number_text(number))


def number_text(text: str) -> str:
    """Return the fewest digits of a float, without an exponent.

    A whole number of 16 or more digits has an exponent, unless the file has all of its digits.
    """
    if _EXACT.fullmatch(text):
        return text
    try:
        number = Decimal(repr(float(text)))
    except ValueError:
        return text
    if not number.is_finite():
        return text
    if abs(number) >= Decimal(10) ** 15:
        return f"{number.normalize():E}"
    plain = f"{number:f}"
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain == "-0" else plain


def duration_text(text: str) -> str:
    """Return a number of days as hours, minutes and seconds, to the millisecond.

    >>> duration_text("1.0833333333333333"), duration_text("-0.3125")
    ('26:00:00', '-07:30:00')
    """
    try:
        milliseconds = int((Decimal(text.strip()) * 86_400_000).to_integral_value())
    except (InvalidOperation, OverflowError, ValueError):
        return text
    seconds, rest = divmod(abs(milliseconds), 1000)
    sign, fraction = "-" if milliseconds < 0 else "", f".{rest:03}" if rest else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"


def date_time_text(text: str, epoch: datetime) -> str:
    """Return the date, or the date and time to the millisecond, of a number of days since the epoch.

    Below one day, only the time.
    """
    try:
        days = Decimal(text.strip())
    except InvalidOperation:
        return text
    first = _FIRST_EXACT_DAY if epoch.year < 1900 else 0  # noqa: PLR2004 the older of the two epochs
    milliseconds = (
        int((days * 86_400_000).to_integral_value()) if days.is_finite() and 0 <= days < _LAST_DAY else -1
    )
    if milliseconds < 0 or (1 <= days < first):
        return number_text(text)
    at = epoch + timedelta(milliseconds=milliseconds)
    clock = at.time().isoformat(timespec="milliseconds" if at.microsecond else "seconds")
    if days < 1:
        return clock
    return (
        MidnightText(at.date().isoformat())
        if milliseconds % 86_400_000 == 0
        else f"{at.date().isoformat()} {clock}"
    )
