"""Find the footer of a CSV file: lines after its last row.

Examples are psql's `(3 rows)`, sqlcmd's `(3 rows affected)`, or notes below a blank line.

A footer must be certain. Every line after the table's last row has another width and cannot be a damaged row:
its first cell does not fit the first column, or at most half of its cells have a value. The first of these
lines is a console's row count or follows a blank line. All other lines stay ragged. Footer lines are counted
and quarantined like ragged rows.
"""

from __future__ import annotations

import re
from collections import deque
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from headgate.errors import UnreadableFileError
from headgate.values.accepted_texts import is_accepted
from headgate.values.cells import NO_ROWS, text_array

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from headgate.contracts.model import Column
    from headgate.formats.csv.csv_rows import Form, Row
    from headgate.formats.csv.dialect import Dialect
    from headgate.formats.received_rows import Received

# Only the last bytes decide, so the footer is the same in memory, from disk and in parts.
_TAIL_BYTES = 1 << 16
# More lines are a separate table, or damage.
MAX_FOOTER_LINES = 20
# Both numbers count blank lines, and both characters of CRLF. In most files, the last few lines already show
# that there is no footer.
_LINE_ENDS, _FEW_LINE_ENDS = 6 * MAX_FOOTER_LINES, 4
_LF, _CR = 10, 13
# Row counts that consoles write below a table. Sources: PostgreSQL 17 documentation, psql, `\pset footer`:
# `(3 rows)`; Microsoft, "sqlcmd utility": `(3 rows affected)`; MySQL 8.4 Reference Manual, 5.1: `3 rows in
# set (0.00 sec)`.
_ROW_COUNT = re.compile(r"\(\d+ rows?(?: affected)?\)|\d+ rows? in set\b.*", re.IGNORECASE)


def footer_rows_of_text(text: bytes, dialect: Dialect, columns: Sequence[Column]) -> int:
    """Return the number of footer rows of a UTF-8 text whose rows begin at `dialect.data_at`."""
    start = max(dialect.data_at, len(text) - _TAIL_BYTES)
    return count_footer_rows(text[start:], dialect, columns, is_cut=start > dialect.data_at)


def footer_rows_of_path(path: Path, data_at: int, dialect: Dialect, columns: Sequence[Column]) -> int:
    """Return the number of footer rows of a UTF-8 file whose rows begin at `data_at`."""
    with path.open("rb") as file:
        start = file.seek(max(data_at, file.seek(0, 2) - _TAIL_BYTES))
        return count_footer_rows(file.read(), dialect, columns, is_cut=start > data_at)


def count_footer_rows(
    rows: bytes, dialect: Dialect, columns: Sequence[Column], *, is_cut: bool = False
) -> int:
    """Return how many rows at the end of a file are its footer.

    Args:
        rows: the last bytes of the file's rows, in UTF-8.
        columns: the contract's columns in the file's order.
        is_cut: more rows precede these.
    """
    read, run, has_rows_before = _rows_after_table(rows, dialect, columns[0], _FEW_LINE_ENDS, is_cut=is_cut)
    if run:
        read, run, has_rows_before = _rows_after_table(rows, dialect, columns[0], _LINE_ENDS, is_cut=is_cut)
    if not run or len(run) > MAX_FOOTER_LINES or (has_rows_before and len(run) == len(read)):
        return 0
    before = read[-len(run) - 1].end if len(run) < len(read) else 0
    is_announced = run[0].start > before or _looks_like_footer(run[0])
    is_footer = is_announced and all(_is_not_table_row(row, dialect, columns[0]) for row in run)
    return len(run) if is_footer and not _may_be_unfinished(run[-1], rows, columns[0]) else 0


def mark_footer(received: Received, count: int) -> Received:
    """Mark the last `count` rows, all ragged, as the file's footer."""
    row_numbers = (received.source_rows, received.ragged.source_rows)
    last = max((int(numbers[-1]) for numbers in row_numbers if len(numbers)), default=0)
    footer = int(np.count_nonzero(received.ragged.source_rows > last - count))
    return replace(received, ragged=replace(received.ragged, footer=footer))


def mark_footer_in_batches(batches: Iterator[Received], count: int) -> Iterator[Received]:
    """Apply `mark_footer` to a file in batches; hold back only batches that may contain footer rows."""
    pending: deque[Received] = deque()
    if not count:
        yield from batches
    for batch in batches:
        pending.append(batch)
        while sum(later.rows for later in islice(pending, 1, None)) >= count:
            yield pending.popleft()
    rows_after = [
        sum(later.rows for later in islice(pending, place + 1, None)) for place in range(len(pending))
    ]
    yield from (
        mark_footer(batch, min(batch.rows, max(0, count - after)))
        for batch, after in zip(pending, rows_after, strict=True)
    )


def _rows_after_table(
    rows: bytes, dialect: Dialect, first: Column, line_ends: int, *, is_cut: bool
) -> tuple[list[Row], list[Row], bool]:
    """Return the rows of the last lines, the ones after the table's last row, and whether earlier rows exist.

    A row of the table has its width, or nearly so with a missing or an extra delimiter at its end.
    """
    start = _start_of_lines(rows, dialect.form, line_ends, is_cut=is_cut)
    read: list[Row] = []
    with suppress(UnreadableFileError):
        read = list(dialect.form.rows(rows[start:].decode(errors="replace")))
    end_of_table = next(
        (place + 1 for place in reversed(range(len(read))) if _is_table_row(read[place], dialect, first)), 0
    )
    return read, read[end_of_table:], is_cut or start > 0


def _start_of_lines(rows: bytes, form: Form, line_ends: int, *, is_cut: bool) -> int:
    """Return the start of the last lines with `line_ends` line ends outside quotes."""
    octets = np.frombuffer(rows, np.uint8)
    quotes = np.flatnonzero(octets == ord(form.quote)) if form.quote else NO_ROWS
    ends = np.flatnonzero((octets == _LF) | (octets == _CR))
    outside = ends[(len(quotes) - np.searchsorted(quotes, ends)) % 2 == 0]
    if len(outside) > line_ends:
        return int(outside[-line_ends]) + 1
    return int(outside[0]) + 1 if is_cut and len(outside) else 0


def _is_table_row(row: Row, dialect: Dialect, first: Column) -> bool:
    if len(row.cells) == dialect.width:
        return True
    is_near = dialect.width - dialect.unnamed <= len(row.cells) <= dialect.width + 1
    return is_near and not _is_not_table_row(row, dialect, first)


def _is_not_table_row(row: Row, dialect: Dialect, first: Column) -> bool:
    filled = sum(bool(cell and cell.strip()) for cell in row.cells)
    return 2 * filled <= dialect.width - dialect.unnamed or not _first_cell_fits(first, row)


def _may_be_unfinished(row: Row, rows: bytes, first: Column) -> bool:
    """Return whether the last line may be a cut row: it begins like a row and has no line end."""
    return not rows.endswith((b"\n", b"\r")) and not _looks_like_footer(row) and _first_cell_fits(first, row)


def _first_cell_fits(column: Column, row: Row) -> bool:
    return bool(is_accepted(column, text_array(row.cells[:1])).all())


def _looks_like_footer(row: Row) -> bool:
    first = next((cell.strip() for cell in row.texts if cell.strip()), "")
    return not first or _ROW_COUNT.fullmatch(first) is not None
