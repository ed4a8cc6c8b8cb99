"""Read fixed-width texts, whose columns are at the same character positions of every line.

Each line becomes a CSV row, and the CSV reader finds the header, the footer and the contract's columns. A
cell is the text without surrounding blanks, and null if it is blank. Lines of `-` or `=` below a header mark
the columns and are not rows.

Without such a line and without stated widths, the characters that are blank in all of the first lines
separate the columns. A text is fixed-width only if blanks align its columns and no delimiter separates them,
so that no CSV file is read as one.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from headgate.contracts.file_form import QUOTES_PROPERTY, QuoteUse, stated_encoding, stated_widths
from headgate.errors import UnreadableFileError
from headgate.formats.csv.csv_table import csv_table
from headgate.formats.csv.quoting import UNIT_SEPARATOR
from headgate.formats.csv.read_csv import read_csv
from headgate.formats.format_name import FormatName
from headgate.formats.row_offsets import line_starts, offsets_in_original
from headgate.formats.sniff import DELIMITERS, text_for, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.contracts.model import Contract
    from headgate.formats.received_rows import Received
    from headgate.matching.file_table import FileTable
    from headgate.values.cells import Flags, Rows

    Span = tuple[int, int, int]  # of a column: its start, the end of its values, the start of the next one

_PROBE_BYTES = 1 << 16
_MIN_LINES = 3
_LINE_END = 1 << 30
_RULER = re.compile(r"[-=+ ]*[-=]{2}[-=+ ]*")
_RUN = re.compile(r"[-=+]+")
_RULER_WITHIN_LINES = 20
_BLANKS = re.compile(r"\S(?=  )")
_ALIGNED_SHARE = 0.9
# An amount with two decimals between blanks, such as `1.299,00` or `1,299.00-`: its comma is not a delimiter.
_AMOUNT = re.compile(r"(?<!\S)[-+]?(?:(?:\d+|\d{1,3}(?:\.\d{3})+),\d\d|\d{1,3}(?:,\d{3})+\.\d\d)[-+]?(?!\S)")


def holds_fixed_width(content: bytes, contract: Contract | None) -> bool:
    """Return whether the bytes, or their beginning, are a fixed-width text.

    A text is fixed-width if its contract states widths or if blanks align its columns.
    """
    is_cut = len(content) > _PROBE_BYTES
    try:
        text = text_of(content[:_PROBE_BYTES], stated_encoding(contract), is_cut=is_cut).utf8
    except UnreadableFileError:  # only blanks, or not a text: the CSV reader reports it
        return False
    if stated_widths(contract):
        return True
    lines = _lines(text)
    return _is_aligned(lines[:-1] if is_cut else lines)


def read_fixed_width(content: bytes, contract: Contract) -> Received:
    """Return the rows in the contract's columns; a line with a value between two columns is ragged."""
    text = text_for(content, contract)
    body = _as_csv(text.utf8, contract)
    received = read_csv(body, _with_enclosing_quotes(contract))
    return replace(
        received,
        format_name=FormatName.FIXED_WIDTH,
        dialect=received.dialect and replace(received.dialect, encoding=text.encoding),
        starts=offsets_in_original(text.utf8, _starts(received, body, text.utf8), content, text.encoding),
    )


def fixed_width_table(
    content: bytes, contract: Contract | None, *, with_header: bool | None, whole: bool
) -> FileTable:
    """Return the table with the file's own columns; options as in `csv_table`."""
    body = _as_csv(text_of(content, stated_encoding(contract)).utf8, contract)
    enclosing = _with_enclosing_quotes(contract) if contract else None
    return csv_table(body, enclosing, with_header=with_header, whole=whole)


def _with_enclosing_quotes(contract: Contract) -> Contract:
    """Return the contract for the output of `_as_csv`, in which quotes enclose cells."""
    return replace(contract, properties={**contract.properties, QUOTES_PROPERTY: QuoteUse.ENCLOSING.value})


def _as_csv(utf8: bytes, contract: Contract | None) -> bytes:
    """Return the lines that are not blank, with unit separators between their cells."""
    lines = _lines(utf8)
    widths = stated_widths(contract)
    ends = np.cumsum(widths).tolist()
    stated_spans = [(end - width, end, end) for width, end in zip(widths, ends, strict=True)]
    spans = stated_spans or _spans(lines)
    return "".join(
        UNIT_SEPARATOR.join(map(_quoted, _cells(line, spans))) + "\n"
        for line in lines
        if not _RULER.fullmatch(line)
    ).encode()


def _lines(utf8: bytes) -> list[str]:
    """Return the lines that are not blank, the same ones as `line_starts`."""
    return [line.decode().rstrip() for line in utf8.splitlines() if line.strip()]


def _starts(received: Received, body: bytes, utf8: bytes) -> Rows:
    """Return the byte offset of each row in `utf8`, from its offset in `body`."""
    if not len(received.starts):
        return received.starts
    is_row = np.array([not _RULER.fullmatch(line) for line in _lines(utf8)], bool)
    starts: Rows = line_starts(utf8)[is_row][np.searchsorted(line_starts(body), received.starts)]
    return starts


def _cells(line: str, spans: Sequence[Span]) -> list[str]:
    """Return a line's cells; the whole line is the only cell if a value lies between two columns."""
    if any(line[end:following].strip() for _, end, following in spans):
        return [line.strip()]
    beyond = line[spans[-1][2] :].strip()
    return [*(line[begin:end].strip() for begin, end, _ in spans), *([beyond] if beyond else [])]


def _quoted(cell: str) -> str:
    if '"' in cell or UNIT_SEPARATOR in cell:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _spans(lines: Sequence[str]) -> list[Span]:
    """Return the spans of the columns, from a ruler or from the characters that are blank in every line."""
    top = lines[:_RULER_WITHIN_LINES]
    ruler = next((line for line in top if _RULER.fullmatch(line) and len(_RUN.findall(line)) > 1), "")
    occupied = _occupied([ruler] if ruler else [line for line in lines if not _RULER.fullmatch(line)])
    edges = np.flatnonzero(np.diff(np.concatenate(([0], occupied.astype(np.int8), [0]))))
    runs = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    if not runs:
        return []
    inner = [(begin, end, following) for (begin, end), (following, _) in pairwise(runs)]
    last, _ = runs[-1]
    return (
        [(0, inner[0][1], inner[0][2]), *inner[1:], (last, _LINE_END, _LINE_END)]
        if inner
        else [(0, _LINE_END, _LINE_END)]
    )


def _occupied(lines: Sequence[str]) -> Flags:
    """Return for each position whether one of the first lines has a character there."""
    probe, size = [], 0
    for line in lines:
        probe.append(line)
        size += len(line)
        if size > _PROBE_BYTES:
            break
    occupied = np.zeros(max(map(len, probe), default=0), bool)
    for line in probe:
        is_filled = np.array([not character.isspace() for character in line], bool)
        occupied[: len(is_filled)] |= is_filled
    return occupied


def _is_aligned(lines: Sequence[str]) -> bool:
    """Return whether blanks align the columns of the lines and no delimiter separates them."""
    rows = [line for line in lines if not _RULER.fullmatch(line)]
    if len(rows) < _MIN_LINES or _is_delimited(rows):
        return False
    spans = _spans(lines)
    if len(spans) < 2:  # noqa: PLR2004 one column is no table
        return False
    cells_of_rows = [_cells(line, spans) for line in rows]
    # A row has at least two cells, and no wide blanks within a cell.
    aligned = sum(
        sum(map(bool, cells)) > 1 and not any("  " in cell for cell in cells) for cells in cells_of_rows
    )
    return aligned >= _ALIGNED_SHARE * len(rows)


def _is_delimited(rows: Sequence[str]) -> bool:
    """Return whether a delimiter or single blanks split at least half of the rows into equally many cells."""
    half = len(rows) / 2
    if any("\t" in row for row in rows):
        return True
    without_amounts = [_AMOUNT.sub("", row) for row in rows]
    for delimiter in DELIMITERS:
        (count, often), *_ = Counter(row.count(delimiter) for row in without_amounts).most_common(1)
        if count and often >= half:
            return True
    if sum('"' in row for row in rows) >= half:
        return True
    wide = sum(_BLANKS.search(row.strip()) is not None for row in rows)
    return wide < half
