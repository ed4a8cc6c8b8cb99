"""Return the records of JSON or XML as a table with their own names, without a contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.matching.file_table import FileTable

if TYPE_CHECKING:
    from headgate.formats.json.json_records import Records


def records_table(read: Records) -> FileTable:
    """Return a column for each name of the records; nested values become empty lists.

    A name of nulls only is left out if other records have an object there.
    """
    names = [
        name
        for name, column in read.columns.items()
        if column.null_count < len(column) or not any(other.startswith(f"{name}_") for other in read.columns)
    ]
    columns = (_nested(read.columns[name]) if name in read.nested else read.columns[name] for name in names)
    return FileTable(tuple(names), tuple(columns), broken_rows=len(read.ragged.source_rows))


def _nested(column: pa.Array) -> pa.Array:
    """Return an empty list for each nested value; its content is not read."""
    offsets = pc.cast(pa.repeat(0, len(column) + 1), pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.nulls(0, pa.string()), mask=column.is_null())
