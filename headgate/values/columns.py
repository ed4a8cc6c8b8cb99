"""Create and combine Arrow columns.

This does not use `pa.array`, which imports pandas if it is installed and adds a second to a cold start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable

Flags = np.ndarray[Any, np.dtype[np.bool_]]


def text_array(texts: Iterable[str | None]) -> pa.Array:
    """Return the texts as an Arrow array."""
    builder = pa.lib.StringBuilder()
    builder.append_values(texts)
    return builder.finish()


def bool_array(claims: Flags) -> pa.Array:
    """Return the flags as an Arrow array."""
    return pa.Array.from_buffers(pa.bool_(), len(claims), [None, bits_of(claims)])


def bits_of(claims: Flags) -> pa.Buffer:
    """Return the flags in Arrow's form, eight per byte, as in a validity buffer."""
    return pa.py_buffer(np.packbits(claims, bitorder="little"))


def in_one_piece(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return the column as one array; an Arrow dictionary stays a dictionary.

    Arrow's `combine_chunks` copies even a single chunk.
    """
    if isinstance(column, pa.Array):
        return column
    if not column.num_chunks:
        return pa.nulls(0, column.type)
    if column.num_chunks == 1:
        return column.chunk(0)
    return (column.unify_dictionaries() if pa.types.is_dictionary(column.type) else column).combine_chunks()
