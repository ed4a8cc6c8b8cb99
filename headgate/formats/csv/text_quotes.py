"""Decide whether the quotes of a CSV text enclose values or are characters of them, as in `12" shelf`.

A writer that encloses values doubles the quotes within them (RFC 4180, section 2, rule 7). So quotes are
characters if one stands within a value that is not enclosed, no enclosed value needs its quotes, and no
column is enclosed throughout. Search logs are written in this way: `"garth brooks"` and `the "best" shelf`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.errors import UnreadableFileError
from headgate.formats.csv.arrow_readable import has_regular_quotes
from headgate.formats.csv.csv_rows import LINE, LINE_BREAK, QUOTE, Row
from headgate.formats.csv.probe_rows import first_row
from headgate.formats.row_offsets import line_starts, row_starts

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.formats.csv.dialect import Dialect

_CHARACTERS_AFTER = 1 << 12


@dataclass
class QuoteEvidence:
    """Evidence about the quotes in the rows of a text.

    Attributes:
        enclosed: number of values that quotes enclose without need, by column, counted from 0.
        empty: how many of these are empty: some writers distinguish empty and absent values in this way.
        is_needed: whether quotes enclose a delimiter, a line end or a doubled quote; later rows do not count.
        within: line, counted from 1, and column of the first quote that must be a character of a value.
        joins_rows: whether quotes that enclose values would join rows of the table's width.
        unquoted: number of values without a quote in the columns of `enclosed`.
    """

    enclosed: Counter[int] = field(default_factory=Counter)
    empty: Counter[int] = field(default_factory=Counter)
    is_needed: bool = False
    within: tuple[int, int] | None = None
    joins_rows: bool = False
    unquoted: Counter[int] = field(default_factory=Counter)

    @property
    def partly_enclosed(self) -> list[int]:
        """The columns in which quotes enclose at most half of the values."""
        return [column for column, count in self.enclosed.items() if count <= self.unquoted[column]]

    @property
    def are_text(self) -> bool:
        """Whether the quotes are characters of the values."""
        return (
            not self.is_needed and self.within is not None and len(self.partly_enclosed) == len(self.enclosed)
        )

    @property
    def changes_values(self) -> bool:
        """Whether values or rows would change if these quotes enclosed values."""
        return self.are_text and (bool(self.enclosed) or self.joins_rows)


def with_text_quotes(text: bytes, dialect: Dialect) -> Dialect:
    """Return the dialect without a quote character if the quotes of the text are characters of values."""
    if can_be_text(text, dialect) and quote_evidence(text, dialect).are_text:
        return replace(dialect, form=replace(dialect.form, quote=""))
    return dialect


def check_quotes(text: bytes, dialect: Dialect) -> None:
    """Check that quotes enclose values, as the dialect reads them.

    Raises:
        UnreadableFileError: `ambiguous_quotes`: they are characters, and values would change.
    """
    if not can_be_text(text, dialect):
        return
    evidence = quote_evidence(text, dialect)
    if evidence.within is None or not evidence.changes_values:
        return
    line, column = evidence.within
    name = dialect.names[column] if column < len(dialect.names) else f"column_{column + 1}"
    raise UnreadableFileError(
        rule="ambiguous_quotes",
        message=(
            f"in line {line:,} of the data the column {name} has a quote within its value, and other values "
            "are enclosed in quotes that they do not need: the quotes may belong to the values"
        ),
        remedy=(
            "state headgate.quotes in the contract: none if quotes are characters of the values, enclosing "
            "if they enclose values"
        ),
    )


def can_be_text(text: bytes, dialect: Dialect) -> bool:
    """Return whether a quote is misplaced by RFC 4180, or quotes join lines of a tab-separated text.

    Source: the media type text/tab-separated-values has no quoting.
    """
    form = dialect.form
    if form.quote != QUOTE or not form.is_plain or QUOTE.encode() not in text:
        return False
    data = pa.py_buffer(text).slice(dialect.data_at)
    if not has_regular_quotes(data, form):
        return True
    rows = memoryview(data)
    return form.delimiter == "\t" and len(row_starts(rows, QUOTE)) < len(line_starts(bytes(rows)))


def quote_evidence(text: bytes, dialect: Dialect) -> QuoteEvidence:
    """Return the evidence of the rows below the header; quotes in the header itself enclose names."""
    evidence = QuoteEvidence(is_needed=QUOTE.encode() in text[: dialect.data_at])
    rows = text[dialect.data_at :].decode("latin-1")  # only ASCII characters structure rows
    at = 0
    while not evidence.is_needed and (quote := rows.find(QUOTE, at)) >= 0:
        start = max(at, rows.rfind("\n", at, quote) + 1, rows.rfind("\r", at, quote) + 1)
        at = LINE.match(rows, quote).end()  # type: ignore[union-attr]  # it also matches an empty text
        _add_line(evidence, rows, (start, at), dialect)
    if evidence.enclosed and not evidence.is_needed:
        evidence.unquoted = _unquoted(rows, dialect.form.delimiter, evidence.enclosed)
    return evidence


def _add_line(evidence: QuoteEvidence, rows: str, line: tuple[int, int], dialect: Dialect) -> None:
    start, stop = line
    cells = rows[start:stop].split(dialect.form.delimiter)
    is_row = len(cells) == dialect.width
    quoted = [(column, cell) for column, cell in enumerate(cells) if QUOTE in cell]
    if not is_row or not all(_is_enclosed(cell) for _, cell in quoted):
        row = first_row(rows, dialect.form, start, dialect.width)
        if row is None and not _are_rows(_lines(rows[stop : stop + _CHARACTERS_AFTER])[1:-1], dialect):
            return  # the file may have been cut within a value
        _add_row(evidence, rows, row, dialect, is_row=is_row)
    if is_row:
        for column, cell in quoted:
            _add_cell(evidence, column, cell, lambda: len(LINE_BREAK.findall(rows, 0, start)) + 1)


def _add_row(evidence: QuoteEvidence, rows: str, row: Row | None, dialect: Dialect, *, is_row: bool) -> None:
    """Add the row that quotes make of a line; `is_row` says whether the line alone has the table's width."""
    if row is None:
        return
    lines = _lines(rows[row.start : row.end].rstrip("\r\n"))
    if len(lines) > 1 and _are_rows(lines, dialect):
        evidence.joins_rows = True
    elif len(row.cells) == dialect.width and (len(lines) > 1 or not is_row):
        evidence.is_needed = True


def _add_cell(evidence: QuoteEvidence, column: int, cell: str, line: Callable[[], int]) -> None:
    inside = cell[1:-1]
    is_enclosed = _is_enclosed(cell)
    is_doubled = QUOTE in inside and QUOTE not in inside.replace(QUOTE * 2, "")
    if is_enclosed and is_doubled:
        evidence.is_needed = True
        return
    if is_enclosed:
        evidence.enclosed[column] += 1
        evidence.empty[column] += not inside
    # `"a" and "b"` has pairs of quotes; `"5" pipe"` is a value in quotes with a quote that is not doubled.
    if evidence.within is None and (not is_enclosed or (QUOTE in inside and inside.count(QUOTE) % 2 == 0)):
        evidence.within = (line(), column)


def _is_enclosed(cell: str) -> bool:
    return len(cell) > 1 and cell[0] == cell[-1] == QUOTE


def _lines(text: str) -> list[str]:
    return LINE_BREAK.split(text)


def _are_rows(lines: list[str], dialect: Dialect) -> bool:
    """Return whether all lines that are not blank have the table's width without quotes."""
    return any(lines) and all(
        line.count(dialect.form.delimiter) == dialect.width - 1 > 0 for line in lines if line
    )


def _unquoted(rows: str, delimiter: str, columns: Counter[int]) -> Counter[int]:
    """Return how many values of these columns have no quote."""
    counts: Counter[int] = Counter()
    for line in _lines(rows):
        cells = line.split(delimiter)
        counts.update(
            column
            for column in columns
            if column < len(cells) and cells[column] and QUOTE not in cells[column]
        )
    return counts
