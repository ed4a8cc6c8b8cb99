"""Read Arrow IPC files, which are also called Feather, one record batch at a time; texts as for Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.errors import UnreadableFileError
from headgate.formats.arrow_tables import check_extent, file_table, source_of_tables
from headgate.formats.batches import ROWS_AT_ONCE, Source
from headgate.formats.format_name import FormatName
from headgate.formats.json.nested_names import never

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.contracts.model import Contract
    from headgate.formats.json.nested_names import Expands
    from headgate.matching.file_table import FileTable


def read_feather(file: Path | bytes, contract: Contract) -> Source:
    """Return the rows of an Arrow file.

    Raises:
        UnreadableFileError: `corrupt_feather`, `too_large`, or `type` as `read_parquet`.
        HeaderError: the columns do not match the contract.
    """
    return source_of_tables(lambda: _batches(file), feather_schema(file), contract, FormatName.FEATHER)


def feather_table(file: Path | bytes, expands: Expands = never, *, whole: bool) -> FileTable:
    """Return the table with the file's own columns; errors as `read_feather`."""
    return file_table(lambda: _batches(file), feather_schema(file), expands, whole=whole)


def feather_schema(file: Path | bytes) -> pa.Schema:
    """Return the types of the columns, without dictionaries and 64-bit offsets; errors as `read_feather`."""
    try:
        schema = _open(file).schema
    except (pa.ArrowException, OSError, ValueError):
        raise _corrupt() from None
    return pa.schema([(field.name, _plain(field.type)) for field in schema])


def _batches(file: Path | bytes) -> Iterator[pa.Table]:
    schema = feather_schema(file)
    size_bytes = file.stat().st_size if isinstance(file, Path) else len(file)
    rows = 0
    try:
        reader = _open(file)
        for number in range(reader.num_record_batches):
            batch = reader.get_batch(number)
            batch.validate(full=True)
            rows += batch.num_rows
            check_extent(rows, len(schema.names), size_bytes)
            table = pa.Table.from_batches([batch]).cast(schema)
            for start in range(0, table.num_rows, ROWS_AT_ONCE):
                yield table.slice(start, ROWS_AT_ONCE)
    except (pa.ArrowException, OSError, ValueError):
        raise _corrupt() from None


def _plain(stored: pa.DataType) -> pa.DataType:
    """Return the type in which a column is read: the values of a dictionary, with 32-bit offsets."""
    if pa.types.is_dictionary(stored):
        return _plain(stored.value_type)
    if pa.types.is_large_string(stored) or pa.types.is_string_view(stored):
        return pa.string()
    if pa.types.is_large_binary(stored) or pa.types.is_binary_view(stored):
        return pa.binary()
    if pa.types.is_large_list(stored):
        return pa.list_(_plain(stored.value_type))
    return stored


def _open(file: Path | bytes) -> pa.RecordBatchFileReader:
    return pa.ipc.open_file(pa.OSFile(str(file)) if isinstance(file, Path) else pa.BufferReader(file))


def _corrupt() -> UnreadableFileError:
    """Return the rejection of a file that Arrow cannot read; Arrow's message may contain values."""
    return UnreadableFileError(
        rule="corrupt_feather",
        message="the Arrow file is damaged or cut",
        remedy="write it again and send it again",
    )
