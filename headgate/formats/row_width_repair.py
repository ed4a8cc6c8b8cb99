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
from headgate.formats.received import Ragged
from headgate.values.cells import int_array, joined, literal, marked, text_array
from headgate.values.fits import fits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from headgate.contracts.model import Column, Contract
    from headgate.formats.csv_endings import Ends
    from headgate.formats.received import Received
    from headgate.values.cells import Flags

    Cells = list[str | None]


def with_loose_ends(received: Received, contract: Contract, ends: Ends) -> Received:
    """The rows with those among them that were ragged for no more than a delimiter at their end."""
    places, found = _lacking(received.ragged, ends)
    more, spare = _spare(received.ragged, ends)
    if more:
        columns = [contract.column(name) for name in ends.names]
        sure = np.flatnonzero(_mean_nothing_else(columns, spare, ends.dialect.form.delimiter)).tolist()
        places, found = [*places, *(more[at] for at in sure)], [*found, *(spare[at] for at in sure)]
    return _moved(received, ends.names, places, found) if places else received


def _lacking(ragged: Ragged, ends: Ends) -> tuple[list[int], list[Cells]]:
    """Rows that end with their last column, which says something, where others have delimiters behind it."""
    named = len(ends.names)
    read = _read(ragged, ends, range(named, ends.dialect.width))
    whole = {place: cells[:named] for place, cells in read.items() if cells[named - 1] and not any(cells[named:])}
    sure = {place: cells for place, cells in whole.items() if not _is_cut(ragged.texts[place], ends.cut)}
    return list(sure), list(sure.values())


def _spare(ragged: Ragged, ends: Ends) -> tuple[list[int], list[Cells]]:
    """Rows with nothing behind one delimiter too many."""
    named, most = len(ends.names), ends.dialect.width + 1
    read = {place: cells[:named] for place, cells in _read(ragged, ends, range(most, most + 1)).items() if not any(cells[named:])}
    return list(read), list(read.values())


def _read(ragged: Ragged, ends: Ends, widths: range) -> dict[int, Cells]:
    """The cells of rows of these widths."""
    form, found = ends.dialect.form, {}
    for place in [place for place, width in enumerate(ragged.widths) if width in widths]:
        with suppress(UnreadableFileError):
            rows = list(form.rows(ragged.texts[place]))
            if len(rows) == 1 and len(rows[0].cells) in widths:
                found[place] = rows[0].cells
    return found


def _is_cut(text: str, cut: str) -> bool:
    return bool(cut) and (text == cut or text.endswith((f"\n{cut}", f"\r{cut}")))


def _mean_nothing_else(columns: Sequence[Column], rows: Sequence[Cells], delimiter: str) -> Flags:
    """Whether each row fits the contract as it stands, and not with two neighbours as the one cell they may have been."""
    texts = [text_array(column) for column in zip(*rows, strict=True)]
    here = [fits(column, text) for column, text in zip(columns, texts, strict=True)]
    behind = [*texts[1:], pa.nulls(len(rows), pa.string())]
    moved = [fits(column, text) for column, text in zip(columns, behind, strict=True)]
    other = np.zeros(len(rows), bool)
    for place, column in enumerate(columns):
        one = joined(pc.coalesce(texts[place], literal("")), delimiter, pc.coalesce(behind[place], literal("")))
        other |= np.logical_and.reduce([*here[:place], fits(column, one), *moved[place + 1 :]])
    sure: Flags = np.logical_and.reduce(here) & ~other
    return sure


def _moved(received: Received, names: Sequence[str], places: Sequence[int], found: Sequence[Cells]) -> Received:
    """The ragged rows at these places are rows now, in the file's order."""
    ragged = received.ragged
    numbers = np.concatenate((received.source_rows, ragged.source_rows[list(places)]))
    order = int_array(np.argsort(numbers, kind="stable"))
    said = dict(zip(names, map(text_array, zip(*found, strict=True)), strict=True))
    nothing = pa.nulls(len(places), pa.string())
    cells = {name: pa.concat_arrays([column, said.get(name, nothing)]).take(order) for name, column in received.cells.items()}
    left = np.flatnonzero(~marked(np.array(places, np.int64), len(ragged.texts))).tolist()
    apart = Ragged(ragged.source_rows[left], tuple(ragged.texts[at] for at in left), tuple(ragged.widths[at] for at in left))
    return replace(received, cells=cells, source_rows=np.sort(numbers), ragged=apart)
