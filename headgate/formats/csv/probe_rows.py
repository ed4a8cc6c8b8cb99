"""Read the first rows of a CSV text in a form, and measure their width."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from headgate.errors import UnreadableFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.formats.csv.csv_rows import Form, Row

PROBE_ROWS = 128


def probe_rows(head: str, form: Form, width: int = 0) -> list[Row]:
    """Return the first rows, up to a quote that the probe cuts off."""
    rows: list[Row] = []
    with suppress(UnreadableFileError):
        for row in islice(form.rows(head, 0, width), PROBE_ROWS):
            rows.append(row)  # noqa: PERF402 keep the rows before the error
    return rows


def first_row(text: str, form: Form, at: int = 0, width: int = 0) -> Row | None:
    """Return the first row from `at` on; None if the text has none or its quotes are not closed."""
    with suppress(UnreadableFileError):
        return next(form.rows(text, at, width), None)
    return None


def share_of_width(rows: Sequence[Row], width: int) -> float:
    """Return the share of rows with `width` cells, 0 to 1."""
    return sum(len(row.cells) == width for row in rows) / len(rows) if rows else 0.0


def usual_width(rows: Sequence[Row]) -> int:
    """Return the most frequent number of cells, the largest on a tie."""
    widths = Counter(len(row.texts) for row in rows)
    return max(widths, key=lambda width: (widths[width], width)) if widths else 0


def filled_cells(row: Row) -> int:
    """Return how many cells of a row are not blank."""
    return sum(bool(cell.strip()) for cell in row.texts)


def bytes_to(head: str, at: int) -> int:
    """Return the size in bytes of the text before character `at`."""
    return len(head[:at].encode())
