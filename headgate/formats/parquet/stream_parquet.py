"""Read a large Parquet file from disk some rows at a time, exactly as `read_parquet` reads it in memory."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.formats.batches import ROWS_AT_ONCE, Source
from headgate.formats.header import match_header
from headgate.formats.parquet.read_parquet import BROKEN, check_size, columns_in_int96, corrupt_parquet, rows_of_arrow_table
from headgate.formats.received import Received
from headgate.formats.sniff import is_parquet
from headgate.values.cells import NO_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.formats.header import Header

_MAGIC_BYTES = 4
_CELL_BYTES = 8  # of a short text in memory, or a number
_READ_AHEAD_BYTES = 1 << 20


def stream_parquet(path: Path, contract: Contract, from_bytes: int, rows_at_once: int = ROWS_AT_ONCE) -> Source | None:
    """The rows of a Parquet file that holds at least so many bytes; None for any other, and for one with timestamps in INT96.

    What such a column holds is decided by all of its values, so that file is read whole.

    Raises:
        UnreadableFileError: `too_large`.
        HeaderError: the columns do not match the contract.
    """
    if not _is_parquet(path):
        return None
    with suppress(*BROKEN), _opened(path) as file:
        metadata, names = file.metadata, file.schema_arrow.names
        check_size(metadata, path.stat().st_size)
        stored = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
        held = max(stored, metadata.num_rows * metadata.num_columns * _CELL_BYTES)  # values that repeat are stored once
        if held < from_bytes or columns_in_int96(file.schema):
            return None
        header = match_header(names, contract)
        form = Received({}, NO_ROWS, form="parquet").written_as
        return Source(lambda: _batches(path, contract, header, rows_at_once), len(names), header.absent, form)
    return None  # read whole, it is refused as what it is


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return is_parquet(file.read(_MAGIC_BYTES))


def _opened(path: Path) -> pq.ParquetFile:
    # Read as it is asked for: a whole column of a row group at once could be the whole file.
    return pq.ParquetFile(path, page_checksum_verification=True, buffer_size=_READ_AHEAD_BYTES, pre_buffer=False)


def _batches(path: Path, contract: Contract, header: Header, rows_at_once: int) -> Iterator[Received]:
    """UnreadableFileError: as `read_parquet`."""
    number = 1
    with _opened(path) as file:
        empty = file.schema_arrow.empty_table()
        for table in _tables(file, rows_at_once):
            yield rows_of_arrow_table(table, contract, header, number)
            number += table.num_rows
    if number == 1:
        yield rows_of_arrow_table(empty, contract, header)


def _tables(file: pq.ParquetFile, rows_at_once: int) -> Iterator[pa.Table]:
    try:
        for batch in file.iter_batches(rows_at_once):
            yield pa.Table.from_batches([batch])
    except BROKEN:
        raise corrupt_parquet() from None
