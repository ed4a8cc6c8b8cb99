"""Find cells of an Excel workbook (.xlsx) that show more than they store.

These are merged cells, of which only the first has a value, and numbers that a format shows with leading
zeros. Source: ECMA-376, part 1, sections 18.3.1.55 (merged cells) and 18.8.30 (number formats).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.formats.excel.workbook import (
    STYLES_PART,
    Budget,
    book_of_archive,
    elements_of_part,
    number_formats,
    number_text,
    sheets_of_archive,
    tag_of,
)

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Collection, Iterator, Mapping
    from xml.etree.ElementTree import Element


_LEADING_ZEROS = re.compile(r"0{2,}")
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(frozen=True)
class DisplayedCells:
    """The merged cells and padded numbers of one sheet.

    Attributes:
        merged: ranges of merged cells, such as `A2:A4`.
        padded: how many numbers are shown with leading zeros, by the column's letters.
    """

    sheet: str
    merged: tuple[str, ...] = ()
    padded: Mapping[str, int] = field(default_factory=dict)


def displayed_cells(content: bytes, sheet_names: Collection[str], first_row: int) -> list[DisplayedCells]:
    """Return the displayed cells of the named sheets from `first_row` on, as Excel numbers rows.

    Raises:
        UnreadableFileError: as `sheets_of_archive`.
    """

    def read(archive: zipfile.ZipFile, budget: Budget) -> Iterator[DisplayedCells]:
        parts = book_of_archive(archive, budget).parts
        formats = number_formats(archive, budget) if STYLES_PART in archive.namelist() else {}
        widths = {style: len(code) for style, code in formats.items() if _LEADING_ZEROS.fullmatch(code)}
        for name in parts.keys() & sheet_names:
            elements = elements_of_part(archive, budget, parts[name], "c", "mergeCell")
            yield _of_sheet(name, elements, widths, first_row)

    return sorted(sheets_of_archive(content, read), key=lambda each: each.sheet)


def _of_sheet(
    name: str, elements: Iterator[Element], widths: Mapping[int, int], first_row: int
) -> DisplayedCells:
    merged: list[str] = []
    padded: Counter[str] = Counter()
    for element in elements:
        is_merged = tag_of(element) == "mergeCell"
        place = element.get("ref" if is_merged else "r", "")
        start = _CELL.match(place)
        if start is None or int(start[2]) < first_row:
            continue
        if is_merged:
            merged.append(place)
        elif len(_digits(element)) < widths.get(int(element.get("s", 0)), 0):
            padded[start[1]] += 1
    return DisplayedCells(name, tuple(merged), dict(padded))


def _digits(cell: Element) -> str:
    """Return the digits of a whole number; for other cells, a text that is longer than any format."""
    value = next((child.text for child in cell if tag_of(child) == "v"), None)
    text = number_text(value) if value and cell.get("t", "n") == "n" else ""
    return text if text.isdigit() else "." * (1 << 8)
