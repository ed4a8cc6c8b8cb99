"""A file's rows in batches, readable more than once, so that a large file is never in memory as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from headgate.formats.received_rows import Ragged, Received
from headgate.formats.row_offsets import ListedOffsets
from headgate.values.cells import NO_ROWS, int_array

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from headgate.formats.row_offsets import RowOffsets
    from headgate.values.cells import Rows

# About 5 MB of text for each batch: numpy's overhead is small from here on, and two batches' parts fit beside
# one another.
ROWS_AT_ONCE = 1 << 15


@dataclass(frozen=True)
class Source:
    """One file's rows.

    Attributes:
        batches: the rows in the file's order, the same each time; each batch covers a run of source rows,
            ragged ones too.
        width: how many cells a whole row has.
        missing_parts: nullable columns that the file lacks, and parts of it that hold other tables; each is
            one warning.
        written_as: the properties of the file's form, as its record keeps them.
        held_bytes: about how much memory all rows take; 0 where that is the file's size.
        row_offsets: where its rows begin, in bytes; None for formats without byte offsets.
        sheet_rows: as in `Received`.
    """

    batches: Callable[[], Iterator[Received]]
    width: int
    missing_parts: tuple[str, ...] = ()
    written_as: Mapping[str, str] = field(default_factory=dict)
    row_offsets: Callable[[], RowOffsets] | None = None
    sheet_rows: Rows = field(default_factory=lambda: NO_ROWS)
    held_bytes: int = 0


def source_in_memory(received: Received, rows_at_once: int = ROWS_AT_ONCE) -> Source:
    """Return a file that is in memory already, in slices of it."""
    width = (
        received.dialect.width if received.dialect else len(received.cells) - len(received.missing_columns)
    )
    row_offsets = partial(ListedOffsets, received.starts) if len(received.starts) else None
    missing_parts = (*received.missing_columns, *received.left_out)
    return Source(
        lambda: _slices(received, rows_at_once),
        width,
        missing_parts,
        received.written_as,
        row_offsets,
        received.sheet_rows,
    )


def all_rows(source: Source) -> Received:
    """Return every row of a file as one batch."""
    batches = list(source.batches())
    if len(batches) == 1:
        return batches[0]
    ragged = Ragged(
        np.concatenate([batch.ragged.source_rows for batch in batches]),
        tuple(chain.from_iterable(batch.ragged.texts for batch in batches)),
        tuple(chain.from_iterable(batch.ragged.widths for batch in batches)),
    )
    cells = {name: pa.concat_arrays([batch.cells[name] for batch in batches]) for name in batches[0].cells}
    return replace(
        batches[0],
        cells=cells,
        source_rows=np.concatenate([batch.source_rows for batch in batches]),
        ragged=ragged,
    )


def _slices(received: Received, rows_at_once: int) -> Iterator[Received]:
    count = len(received.source_rows)
    begun = 0
    for start in range(0, max(count, 1), rows_at_once):
        stop = start + rows_at_once
        last = received.source_rows[stop - 1] if stop < count else np.iinfo(np.int64).max
        ended = int(np.searchsorted(received.ragged.source_rows, last))
        cells = {name: column.slice(start, rows_at_once) for name, column in received.cells.items()}
        yield Received(
            cells,
            received.source_rows[start:stop],
            ragged_slice(received.ragged, begun, ended),
            received.missing_columns,
        )
        begun = ended


def ragged_slice(ragged: Ragged, start: int, stop: int) -> Ragged:
    """Return the ragged rows at these places among them."""
    last = min(stop, len(ragged.texts))
    footer = max(0, last - max(start, len(ragged.texts) - ragged.footer))
    return Ragged(ragged.source_rows[start:stop], ragged.texts[start:stop], ragged.widths[start:stop], footer)


def take_rows(received: Received, rows: Rows) -> Received:
    """Return the batch with only these of its rows."""
    return Received(
        {name: column.take(int_array(rows)) for name, column in received.cells.items()},
        received.source_rows[rows],
    )
