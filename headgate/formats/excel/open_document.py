"""Read the sheets of an OpenDocument spreadsheet (.ods) from its XML, every cell as text.

The file contains a repeated cell once, so repetitions are counted before they are created. Source: OASIS,
"OpenDocument 1.3", part 3, sections 9.1 (tables) and 19.385 (values).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headgate.formats.excel.workbook import (
    MAX_COLUMNS,
    Sheet,
    elements_of_part,
    number_text,
    sheets_of_archive,
    tag_of,
)
from headgate.formats.typed_cells import MidnightText, TypedText, percent_text

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from headgate.formats.excel.workbook import Budget, Cells

_PART = "content.xml"
_CELLS = {"table-cell", "covered-table-cell"}
_NUMBERS = {"float", "currency"}
_TIME = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,](\d{1,9}))?S")
_MAX_ROWS = 1 << 20


def open_document_sheets(content: bytes) -> Iterator[Sheet]:
    """Yield every sheet in the workbook's order; errors as `sheets_of_archive`."""
    return sheets_of_archive(content, _sheets)


def _sheets(archive: zipfile.ZipFile, budget: Budget) -> Iterator[Sheet]:
    rows: list[Cells] = []
    blank = 0  # these rows belong to the sheet only if a filled row follows
    for element in elements_of_part(archive, budget, _PART, "table", "table-row"):
        if tag_of(element) == "table":
            yield Sheet(_attribute(element, "name"), rows)
            rows, blank = [], 0
            continue
        cells, repeated = _row(element, budget), _count(element, "number-rows-repeated")
        if not cells:
            blank += repeated
            continue
        budget.spend(blank + (repeated - 1) * len(cells), repeated * sum(len(cell or "") for cell in cells))
        if len(rows) + blank + repeated > _MAX_ROWS:
            raise ValueError("more rows than a sheet has")
        rows += [[]] * blank + [cells] * repeated
        blank = 0


def _row(row: Element, budget: Budget) -> Cells:
    """Return the row's cells up to the last one with a value."""
    cells: Cells = []
    blank = 0
    for cell in row:
        if tag_of(cell) not in _CELLS:
            continue
        text, repeated = _text(cell), _count(cell, "number-columns-repeated")
        if text is None:
            blank += repeated
            continue
        if len(cells) + blank + repeated > MAX_COLUMNS:
            raise ValueError("more columns than a sheet has")
        budget.spend(blank + repeated, repeated * len(text))
        cells += [None] * blank + [text] * repeated
        blank = 0
    return cells


def _text(cell: Element) -> str | None:
    """Return the cell as text; None if it is blank.

    A formula without a stored value becomes its text with `=`, so that it is not read as a value.
    """
    kind = _attribute(cell, "value-type")
    if kind in _NUMBERS:
        return TypedText(number_text(_attribute(cell, "value")))
    if kind == "percentage":
        return percent_text(number_text(_attribute(cell, "value")))
    if kind == "boolean":
        return TypedText(_attribute(cell, "boolean-value"))
    if kind == "date":
        day, _, clock = _attribute(cell, "date-value").partition("T")
        return f"{day} {clock}" if clock.strip("0:.") else MidnightText(day)
    if kind == "time":
        return _clock(_attribute(cell, "time-value"))
    text = _attribute(cell, "string-value") or "\n".join(
        _paragraph(child) for child in cell if tag_of(child) == "p"
    )
    formula = _attribute(cell, "formula")
    return text or (f"={formula}" if formula and not kind else None)


def _clock(duration: str) -> str:
    """Return `10:05:00` for `PT10H05M00S`; other durations are returned unchanged.

    >>> _clock("PT9H05M07.5S")
    '09:05:07.5'
    """
    match = _TIME.fullmatch(duration)
    if not match:
        return duration
    hours, minutes, seconds, fraction = match.groups()
    kept = (fraction or "").rstrip("0")
    return f"{hours:0>2}:{minutes:0>2}:{seconds:0>2}" + (f".{kept}" if kept else "")


def _paragraph(element: Element) -> str:
    """Return a paragraph's text; blanks, tabs and line breaks are separate elements."""
    characters = {"s": " " * _count(element, "c"), "tab": "\t", "line-break": "\n"}
    own = characters.get(tag_of(element), element.text or "")
    inner = (_paragraph(child) * (tag_of(child) != "annotation") + (child.tail or "") for child in element)
    return own + "".join(inner)


def _count(element: Element, name: str) -> int:
    count = int(_attribute(element, name) or 1)
    if count < 1:
        raise ValueError("repeated less than once")
    return count


def _attribute(element: Element, name: str) -> str:
    """Return an attribute of any namespace; empty if the element has none of this name."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")
