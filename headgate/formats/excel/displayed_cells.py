"""Find cells of an Excel workbook (.xlsx) that show more than they store.

These are merged cells, of which only the first has a value, and numbers that a format shows with leading
zeros or with the sign of a currency. Source: ECMA-376, part 1, sections 18.3.1.55 (merged cells) and 18.8.30
(number formats).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from headgate.contracts.currency import SINGLE_SIGNS, currency_of_sign
from headgate.formats.excel.workbook import (
    STYLES_PART,
    Budget,
    book_of_archive,
    elements_of_part,
    is_duration,
    number_formats,
    number_text,
    place_of_letters,
    sheets_of_archive,
    tag_of,
)

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Collection, Iterator, Mapping
    from xml.etree.ElementTree import Element


# A sign in brackets as in `[$kr-414]`, in quotes, or bare; colors and conditions have brackets without `$`.
_SIGN = re.compile(
    r"\[\$(?P<sign>[^\]-]*)(?:-(?P<language>[0-9A-Fa-f]+))?\]|\"(?P<quoted>[^\"]*)\"|"
    rf"(?P<bare>[{re.escape(SINGLE_SIGNS)}])"
)
_NEARLY_ALL = 0.9  # of the numbers of a column
_LEADING_ZEROS = re.compile(r"0{2,}")
_DURATION = "duration"  # beside the codes of currencies
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(frozen=True)
class DisplayedCells:
    """The merged cells and padded numbers of one sheet.

    Attributes:
        merged: ranges of merged cells, such as `A2:A4`.
        padded: how many numbers are shown with leading zeros, by the column's letters.
        durations: the positions of columns whose numbers are shown as hours, minutes or seconds beyond a day.
        currencies: the code of the currency that nearly all numbers are shown with, by the column's position.
    """

    sheet: str
    merged: tuple[str, ...] = ()
    padded: Mapping[str, int] = field(default_factory=dict)
    currencies: Mapping[int, str] = field(default_factory=dict)
    durations: frozenset[int] = frozenset()


def displayed_cells(content: bytes, sheet_names: Collection[str], first_row: int) -> list[DisplayedCells]:
    """Return the displayed cells of the named sheets from `first_row` on, as Excel numbers rows.

    Raises:
        UnreadableFileError: as `sheets_of_archive`.
    """

    def read(archive: zipfile.ZipFile, budget: Budget) -> Iterator[DisplayedCells]:
        parts = book_of_archive(archive, budget).parts
        formats = number_formats(archive, budget) if STYLES_PART in archive.namelist() else {}
        styles = {style: (_zeros_of(code), _shown_as(code)) for style, code in formats.items()}
        for name in parts.keys() & sheet_names:
            elements = elements_of_part(archive, budget, parts[name], "c", "mergeCell")
            yield _of_sheet(name, elements, styles, first_row)

    return sorted(sheets_of_archive(content, read), key=lambda each: each.sheet)


def _of_sheet(
    name: str, elements: Iterator[Element], styles: Mapping[int, tuple[int, str]], first_row: int
) -> DisplayedCells:
    merged: list[str] = []
    padded: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    shown: Counter[tuple[str, str]] = Counter()
    for element in elements:
        is_merged = tag_of(element) == "mergeCell"
        place = element.get("ref" if is_merged else "r", "")
        start = _CELL.match(place)
        if start is None or int(start[2]) < first_row:
            continue
        if is_merged:
            merged.append(place)
        elif number := _number(element):
            zeros, currency = styles.get(int(element.get("s", 0)), (0, ""))
            padded[start[1]] += number.isdigit() and len(number) < zeros
            numbers[start[1]] += 1
            shown[start[1], currency] += 1
    signs = {
        place_of_letters(letters): code
        for (letters, code), count in shown.items()
        if code and count >= _NEARLY_ALL * numbers[letters]
    }
    durations = frozenset(place for place, code in signs.items() if code == _DURATION)
    currencies = {place: code for place, code in signs.items() if code != _DURATION}
    return DisplayedCells(name, tuple(merged), dict(+padded), currencies, durations)


def _number(cell: Element) -> str:
    """Return the text of a number; empty for other cells."""
    value = next((child.text for child in cell if tag_of(child) == "v"), None)
    return number_text(value) if value and cell.get("t", "n") == "n" else ""


def _zeros_of(code: str) -> int:
    """Return how many digits a format such as `00000` shows at least; 0 for other formats."""
    return len(code) if _LEADING_ZEROS.fullmatch(code) else 0


def _shown_as(code: str) -> str:
    return _DURATION if is_duration(code) else _currency_of(code)


def _currency_of(code: str) -> str:
    """Return the currency in a format of numbers.

    >>> [_currency_of(code) for code in ('"$"#,##0.00', "0.00 [$kr-414]", "[Red]0.0", "[$-409]d/m/yy")]
    ['USD', 'NOK', '', '']
    """
    codes = {
        currency_of_sign(
            (each["sign"] or each["quoted"] or each["bare"] or "").strip(), each["language"] or ""
        )
        for each in _SIGN.finditer(code)
    } - {""}
    return codes.pop() if len(codes) == 1 else ""
