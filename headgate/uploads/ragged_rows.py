"""Rows with more or fewer cells than the header."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from headgate.values.cells import text_array

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from headgate.formats.batches import Source
    from headgate.formats.received_rows import Received


def cells_of(text: str, written_as: Mapping[str, str]) -> list[str]:
    """Return the cells of a row's text; a text that is not CSV is one cell."""
    delimiter = written_as.get("delimiter", "")
    if len(delimiter) != 1:
        return [text]
    quote = written_as.get("quote", "")
    quoted = {"quotechar": quote} if len(quote) == 1 else {"quoting": csv.QUOTE_NONE}
    try:
        return next(csv.reader([text], delimiter=delimiter, **quoted), [text])
    except csv.Error:
        return text.split(delimiter)


def in_columns(text: str, width: int, written_as: Mapping[str, str]) -> list[str | None]:
    """Return the cells of a row's text by column, with surplus cells in the last one."""
    cells = cells_of(text, written_as)
    if len(cells) > width:
        cells = [*cells[: width - 1], written_as.get("delimiter", " ").join(cells[width - 1 :])]
    return [cell or None for cell in cells] + [None] * (width - len(cells))


def counts_of(source: Source) -> dict[int, str]:
    """Return the reason for each ragged row by source row: `7 cells, the header has 8`."""
    counts: dict[int, str] = {}
    for batch in source.batches():
        widths = zip(batch.ragged.source_rows.tolist(), batch.ragged.widths, strict=True)
        counts |= {row: width_words(width, source.width) for row, width in widths if width}
    return counts


def width_words(cells: int, header: int) -> str:
    """Return the numbers of cells of a row and of the header as text."""
    return f"The row has {cells} {'cell' if cells == 1 else 'cells'}, the header has {header}."


def with_completed(batch: Received, rows: Collection[int], source: Source) -> Received:
    """Return the batch with the ragged rows that a person completed."""
    own = batch.ragged.source_rows.tolist()
    places = [place for place, row in enumerate(own) if row in rows and batch.ragged.widths[place]]
    if not places:
        return batch
    cells = [in_columns(batch.ragged.texts[place], len(batch.cells), source.written_as) for place in places]
    numbers = np.concatenate([batch.source_rows, batch.ragged.source_rows[places]])
    order = pa.array(np.argsort(numbers, kind="stable"))
    columns = {
        name: pa.concat_arrays([column, text_array(row[at] for row in cells)]).take(order)
        for at, (name, column) in enumerate(batch.cells.items())
    }
    left = batch.ragged.take(np.delete(np.arange(len(own)), places))
    return replace(batch, cells=columns, source_rows=np.sort(numbers), ragged=left)
