"""Rows with one delimiter more or less at their end than the file's others, read where nothing else can be meant.

`a,b,c` among rows that all end in a delimiter lacks just that one: all its columns are there. `a,b,c,` among rows that do not has one too
many, or a cell with a delimiter in it that nobody quoted and nothing in the last column. It is read where the contract's types and rules
rule the second out, each cell by itself; else it stays ragged.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.errors import UnreadableFileError
from headgate.formats.received_rows import Ragged
from headgate.values.accepted_texts import is_accepted
from headgate.values.cells import int_array, joined, literal, marked, text_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.contracts.model import Column, Contract
    from headgate.formats.csv.file_end import FileEnd
    from headgate.formats.received_rows import Received
    from headgate.values.cells import Flags

    Cells = list[str | None]


def repair_row_widths(received: Received, contract: Contract, end: FileEnd) -> Received:
    """The rows with those among them that were ragged for no more than a delimiter at their end."""
    places, found = _without_last_delimiters(received.ragged, end)
    more, spare = _with_extra_delimiter(received.ragged, end)
    if more:
        columns = [contract.column(name) for name in end.names]
        certain = np.flatnonzero(_fit_only_as_read(columns, spare, end.dialect.form.delimiter)).tolist()
        places, found = [*places, *(more[at] for at in certain)], [*found, *(spare[at] for at in certain)]
    return _move_to_rows(received, end.names, places, found) if places else received


def _without_last_delimiters(ragged: Ragged, end: FileEnd) -> tuple[list[int], list[Cells]]:
    """Rows that end with a value in their last column, where others have delimiters behind it."""
    named = len(end.names)
    read = _read(ragged, end, range(named, end.dialect.width))
    whole = {place: cells[:named] for place, cells in read.items() if cells[named - 1] and not any(cells[named:])}
    certain = {place: cells for place, cells in whole.items() if not _is_unfinished(ragged.texts[place], end.unfinished_row)}
    return list(certain), list(certain.values())


def _with_extra_delimiter(ragged: Ragged, end: FileEnd) -> tuple[list[int], list[Cells]]:
    """Rows with nothing behind one delimiter too many."""
    named, most = len(end.names), end.dialect.width + 1
    read = {place: cells[:named] for place, cells in _read(ragged, end, range(most, most + 1)).items() if not any(cells[named:])}
    return list(read), list(read.values())


def _read(ragged: Ragged, end: FileEnd, widths: range) -> dict[int, Cells]:
    """The cells of rows of these widths."""
    form, found = end.dialect.form, {}
    for place in [place for place, width in enumerate(ragged.widths) if width in widths]:
        with suppress(UnreadableFileError):
            rows = list(form.rows(ragged.texts[place]))
            if len(rows) == 1 and len(rows[0].cells) in widths:
                found[place] = rows[0].cells
    return found


def _is_unfinished(text: str, unfinished_row: str) -> bool:
    return bool(unfinished_row) and (text == unfinished_row or text.endswith((f"\n{unfinished_row}", f"\r{unfinished_row}")))


def _fit_only_as_read(columns: Sequence[Column], rows: Sequence[Cells], delimiter: str) -> Flags:
    """Whether each row fits the contract as it stands, and not with two neighbours as the one cell they may have been."""
    texts = [text_array(column) for column in zip(*rows, strict=True)]
    here = [is_accepted(column, text) for column, text in zip(columns, texts, strict=True)]
    behind = [*texts[1:], pa.nulls(len(rows), pa.string())]
    moved = [is_accepted(column, text) for column, text in zip(columns, behind, strict=True)]
    other = np.zeros(len(rows), bool)
    for place, column in enumerate(columns):
        one = joined(pc.coalesce(texts[place], literal("")), delimiter, pc.coalesce(behind[place], literal("")))
        other |= np.logical_and.reduce([*here[:place], is_accepted(column, one), *moved[place + 1 :]])
    certain: Flags = np.logical_and.reduce(here) & ~other
    return certain


def _move_to_rows(received: Received, names: Sequence[str], places: Sequence[int], found: Sequence[Cells]) -> Received:
    """The ragged rows at these places are rows now, in the file's order."""
    ragged = received.ragged
    numbers = np.concatenate((received.source_rows, ragged.source_rows[list(places)]))
    order = int_array(np.argsort(numbers, kind="stable"))
    moved = dict(zip(names, map(text_array, zip(*found, strict=True)), strict=True))
    nothing = pa.nulls(len(places), pa.string())
    cells = {name: pa.concat_arrays([column, moved.get(name, nothing)]).take(order) for name, column in received.cells.items()}
    left = np.flatnonzero(~marked(np.array(places, np.int64), len(ragged.texts))).tolist()
    apart = Ragged(ragged.source_rows[left], tuple(ragged.texts[at] for at in left), tuple(ragged.widths[at] for at in left))
    return replace(received, cells=cells, source_rows=np.sort(numbers), ragged=apart)
