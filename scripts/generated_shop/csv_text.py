"""Write rows as reproducible CSV bytes."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from scripts.generated_shop.drawn_arrays import joined_texts

if TYPE_CHECKING:
    from scripts.generated_shop.drawn_arrays import Ints

_GZIP_LEVEL = 4
_QUOTED = '[",\r\n]'


def as_csv_text(rows: pa.Table) -> pa.Table:
    """Return every cell as the text of a CSV export; timestamps to the second, nulls stay null."""
    columns = [
        column.cast(pa.timestamp("s")).cast(pa.string())
        if pa.types.is_timestamp(column.type)
        else column.cast(pa.string())
        for column in rows.columns
    ]
    return pa.table([column.combine_chunks() for column in columns], names=rows.column_names)


def csv_bytes(rows: pa.Table, surplus_cells: Ints | None = None) -> bytes:
    """Return rows of text as RFC 4180 CSV with a header, quoted only if needed; null is an empty cell.

    Args:
        surplus_cells: shape (rows,); a positive number makes a line with an extra cell, a negative one with
            a missing cell.
    """
    cells = [_quoted(column) for column in rows.columns]
    lines = joined_texts(*cells, separator=",")
    if surplus_cells is not None and surplus_cells.any():
        lines = pc.if_else(pa.array(surplus_cells > 0), joined_texts(lines, "surplus", separator=","), lines)
        lines = pc.if_else(pa.array(surplus_cells < 0), joined_texts(*cells[:-1], separator=","), lines)
    text = joined_texts(lines, "\n").cast(pa.large_string())
    return (",".join(rows.column_names) + "\n").encode() + _characters(text)


def _characters(texts: pa.Array) -> bytes:
    """Return the concatenated texts of a large_string array from its value buffer, without Python strings."""
    if not len(texts):
        return b""
    _, offsets, values = texts.buffers()
    return bytes(memoryview(values)[: np.frombuffer(offsets, dtype=np.int64)[len(texts)]])


def compressed(body: bytes) -> bytes:
    """Return the body as gzip without a time in its header: equal bodies give equal bytes."""
    return gzip.compress(body, compresslevel=_GZIP_LEVEL, mtime=0)


def _quoted(column: pa.ChunkedArray) -> pa.Array:
    cells = column.combine_chunks()
    needs = pc.match_substring_regex(cells, _QUOTED)
    if not pc.any(needs).as_py():
        return pc.fill_null(cells, "")
    quoted = joined_texts('"', pc.replace_substring(cells, '"', '""'), '"')
    return pc.fill_null(pc.if_else(needs, quoted, cells), "")
