"""The table of a JSON text's records, without a contract's columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.encodings import stated_encoding
from headgate.formats.json.json_records import read_records
from headgate.formats.json.nested_names import by_contract, never
from headgate.matching.file_table import FileTable

if TYPE_CHECKING:
    from headgate.contracts.model import Contract


def json_table(content: bytes, contract: Contract | None) -> FileTable:
    """Return a column for each name of the records; of nested values only which there are."""
    read = read_records(content, stated_encoding(contract), by_contract(contract) if contract else never)
    columns = (_nested(column) if name in read.nested else column for name, column in read.columns.items())
    return FileTable(tuple(read.columns), tuple(columns), broken_rows=len(read.ragged.source_rows))


def _nested(column: pa.Array) -> pa.Array:
    """Return a list for each nested value; its content is not read."""
    offsets = pc.cast(pa.repeat(0, len(column) + 1), pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.nulls(0, pa.string()), mask=column.is_null())
