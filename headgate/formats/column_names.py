"""The names of a file's columns, by the file alone: for a file that no contract is known for."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from headgate.formats.csv.dialect import sniff_dialect
from headgate.formats.excel.workbook import sheets
from headgate.formats.json.read_json import is_json
from headgate.formats.sniff import DELIMITERS, text_of
from headgate.formats.unpack import is_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER_WITHIN_ROWS = 64
_PROBE_BYTES = 1 << 16


def column_names(content: bytes, encoding: str = "") -> tuple[str, ...]:
    """The names that the file gives its columns, in its order: of text, JSON or a workbook, unpacked.

    Args:
        encoding: as in `text_of`.

    Raises:
        UnreadableFileError: the bytes are none of these.
    """
    if is_workbook(content):
        return _of_workbook(content)
    text = text_of(content, encoding).utf8
    return _of_json(text) if is_json(text) else _of_text(text)


def _of_text(text: bytes) -> tuple[str, ...]:
    """The header that the dialect has; where it seems to have none, the first row, cut into most names."""
    dialect = sniff_dialect(text)
    if dialect.header_lines:
        return dialect.names
    head = text[:_PROBE_BYTES].decode("utf-8", errors="ignore")
    readings = [_first_row(head, delimiter) for delimiter in DELIMITERS]
    return max(readings, key=len)


def _first_row(head: str, delimiter: str) -> tuple[str, ...]:
    try:
        rows = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
        return tuple(next((row for row in rows if any(cell.strip() for cell in row)), ()))
    except csv.Error:
        return ()


def _of_json(text: bytes) -> tuple[str, ...]:
    """Every name of every record, in the order in which they first come."""
    return tuple(dict.fromkeys(name for record in _records(text) for name in record))


def _records(text: bytes) -> Iterator[dict[str, object]]:
    """What is no record is left to the reader, which says what is wrong with it."""
    try:
        parsed = [json.loads(text)]
    except (ValueError, RecursionError):
        parsed = [_line(line) for line in text.splitlines()]
    for value in parsed:
        held = [value] if isinstance(value, dict) else value
        inside = [found for one in held or [] if isinstance(one, dict) for found in one.values() if isinstance(found, list)]
        is_envelope = isinstance(value, dict) and len(inside) == 1 and all(isinstance(one, dict) for one in inside[0])
        yield from (one for one in (inside[0] if is_envelope else held or []) if isinstance(one, dict))


def _line(line: bytes) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _of_workbook(content: bytes) -> tuple[str, ...]:
    """The first of the fullest of the top rows, over all sheets: a title above a header says less than the header."""
    rows = [row for sheet in sheets(content) for row in sheet.rows[:_HEADER_WITHIN_ROWS]]
    fullest = max(rows, key=lambda row: sum(bool(cell) for cell in row), default=[])
    return tuple(cell for cell in fullest if cell)
