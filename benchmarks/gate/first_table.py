"""Read a CSV file that no contract is known for: its dialect, its header and its rows, by what the text alone
shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from headgate.formats.csv.probe_rows import probe_rows
from headgate.formats.csv.read_csv import TextTable, read_rows
from headgate.formats.csv.sniff_dialect import sniff_dialect
from headgate.formats.sniff import text_of
from headgate.matching.header_names import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.formats.csv.dialect import Dialect


@dataclass(frozen=True)
class FirstTable:
    """A file's table as it stands, with the dialect that it was read in.

    Attributes:
        rows: those that belong to the file's first table.
        others: whole rows behind it that belong to further tables, each with a header of its own.
    """

    dialect: Dialect
    rows: TextTable
    others: int = 0


def read_first_table(content: bytes) -> FirstTable:
    """The first table of a CSV file.

    Raises:
        UnreadableFileError: `empty_file`, `not_a_table`, `too_large` or `unclosed_quote`.
    """
    text = text_of(content)
    dialect = sniff_dialect(text.utf8).in_encoding(text)
    table = read_rows(text.utf8, dialect)
    end = _next_table(table, dialect)
    whole = int(np.searchsorted(table.source_rows, end))
    return FirstTable(dialect, _until(table, end, whole), len(table.source_rows) - whole)


def _until(table: TextTable, end: float, whole: int) -> TextTable:
    few = int(np.searchsorted(table.ragged.source_rows, end))
    ragged = replace(
        table.ragged,
        source_rows=table.ragged.source_rows[:few],
        texts=table.ragged.texts[:few],
        widths=table.ragged.widths[:few],
    )
    return TextTable(
        tuple(column.slice(0, whole) for column in table.columns),
        table.source_rows[:whole],
        ragged,
        table.starts,
    )


def _next_table(table: TextTable, dialect: Dialect) -> float:
    """The number of the first row that repeats the header, completely or mostly.

    One more than the last row's where none does.
    """
    names = [folded(name) for name in dialect.names]
    last = len(table.source_rows) + len(table.ragged.source_rows) + 1
    if not dialect.header_lines or len(set(names)) < 2:  # noqa: PLR2004 one name alone may be a value
        return last
    return min(_repeat_among_ragged(table, dialect, names), _repeat_among_whole(table, names), last)


def _repeat_among_ragged(table: TextTable, dialect: Dialect, names: Sequence[str]) -> float:
    for number, text in zip(table.ragged.source_rows.tolist(), table.ragged.texts, strict=True):
        if any(_repeats_header(row.texts, names) for row in probe_rows(text, dialect.form)):
            return float(number)
    return math.inf


def _repeat_among_whole(table: TextTable, names: Sequence[str]) -> float:
    for row, first in enumerate(table.columns[0].to_pylist()):
        if (
            first
            and folded(first) == names[0]
            and _repeats_header([column[row].as_py() or "" for column in table.columns], names)
        ):
            return float(table.source_rows[row])
    return math.inf


def _repeats_header(cells: Sequence[str], names: Sequence[str]) -> bool:
    texts = {folded(cell) for cell in cells} - {""}
    return len(texts & set(names)) > len(set(names)) / 2
