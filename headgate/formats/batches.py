"""A file's rows in batches that can be read repeatedly, so that a large file need not fit into memory."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pyarrow as pa

from headgate.formats.received_rows import Ragged, Received, joined_ragged
from headgate.formats.row_offsets import ListedOffsets, RowOffsets
from headgate.values.cells import NO_ROWS, Rows, int_array, text_array

# About 5 MB of text per batch: larger batches make numpy no faster, and two of them fit into memory together.
ROWS_AT_ONCE = 1 << 15


@dataclass(frozen=True)
class Source:
    """The rows of a file.

    Attributes:
        batches: the rows in the file's order, the same on each call; each batch covers consecutive source
            rows, including ragged and blank ones.
        width: the number of cells of a complete row.
        missing_parts: nullable columns that the file lacks, and parts of the file with other tables, such as
            sheets; each becomes a warning.
        written_as: the properties of the file's format, as its record keeps them.
        held_bytes: approximate memory that all rows take; 0 if it is the file's size.
        row_offsets: byte offsets of the rows; None for formats without them.
        sheet_rows, row_sheets: as in `Received`.
    """

    batches: Callable[[], Iterator[Received]]
    width: int
    missing_parts: tuple[str, ...] = ()
    written_as: Mapping[str, str] = field(default_factory=dict)
    row_offsets: Callable[[], RowOffsets] | None = None
    sheet_rows: Rows = field(default_factory=lambda: NO_ROWS)
    held_bytes: int = 0
    row_sheets: pa.Array = field(default_factory=lambda: text_array([]))


def source_in_memory(received: Received, rows_at_once: int = ROWS_AT_ONCE) -> Source:
    """Return a source that slices rows that are in memory already."""
    not_in_file = len(received.missing_columns) + bool(received.sheet_column)
    width = received.dialect.width if received.dialect else len(received.cells) - not_in_file
    row_offsets = partial(ListedOffsets, received.starts) if len(received.starts) else None
    missing_parts = (*received.missing_columns, *received.left_out)
    return Source(
        lambda: _slices(received, rows_at_once),
        width,
        missing_parts,
        received.written_as,
        row_offsets,
        received.sheet_rows,
        row_sheets=received.row_sheets,
    )


def all_rows(source: Source) -> Received:
    """Return all rows of a file as one batch."""
    batches = list(source.batches())
    if len(batches) == 1:
        return batches[0]
    cells = {name: pa.concat_arrays([batch.cells[name] for batch in batches]) for name in batches[0].cells}
    return replace(
        batches[0],
        cells=cells,
        source_rows=np.concatenate([batch.source_rows for batch in batches]),
        ragged=joined_ragged(batch.ragged for batch in batches),
    )


def _slices(received: Received, rows_at_once: int) -> Iterator[Received]:
    count = len(received.source_rows)
    ragged_start = 0
    for start in range(0, max(count, 1), rows_at_once):
        stop = start + rows_at_once
        last = received.source_rows[stop - 1] if stop < count else np.iinfo(np.int64).max
        ragged_stop = int(np.searchsorted(received.ragged.source_rows, last))
        cells = {name: column.slice(start, rows_at_once) for name, column in received.cells.items()}
        yield Received(
            cells,
            received.source_rows[start:stop],
            ragged_slice(received.ragged, ragged_start, ragged_stop),
            received.missing_columns,
        )
        ragged_start = ragged_stop


def ragged_slice(ragged: Ragged, start: int, stop: int) -> Ragged:
    """Return the ragged rows from index `start` to `stop`."""
    last = min(stop, len(ragged.texts))
    footer = max(0, last - max(start, len(ragged.texts) - ragged.footer))
    return Ragged(ragged.source_rows[start:stop], ragged.texts[start:stop], ragged.widths[start:stop], footer)


def take_rows(received: Received, rows: Rows) -> Received:
    """Return a batch of the selected rows, without the ragged ones."""
    return Received(
        {name: column.take(int_array(rows)) for name, column in received.cells.items()},
        received.source_rows[rows],
    )
