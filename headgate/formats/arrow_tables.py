"""Read the rows of formats that Arrow reads as tables, such as Avro and ORC, in a contract's columns."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa

from headgate.formats.batches import Source
from headgate.formats.csv.read_csv import MAX_COLUMNS, too_wide
from headgate.formats.json.nested_names import by_contract, never
from headgate.formats.parquet.read_parquet import rows_of_arrow_table
from headgate.formats.received_rows import Received
from headgate.formats.struct_columns import stored_columns, with_struct_columns
from headgate.formats.unpack import allowed_bytes, grows_too_much
from headgate.matching.file_table import SAMPLE_ROWS, FileTable
from headgate.matching.match_header import Header, match_header
from headgate.values.cells import NO_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from headgate.contracts.model import Contract
    from headgate.formats.json.nested_names import Expands

    Tables = Callable[[], Iterator[pa.Table]]


def source_of_tables(tables: Tables, schema: pa.Schema, contract: Contract, form: str) -> Source:
    """Return the rows of consecutive Arrow tables, one batch per table.

    Raises:
        HeaderError: the columns do not match the contract.
    """
    names = [column.name for column in stored_columns(schema, by_contract(contract))]
    header = match_header(names, contract, in_order=False)
    written_as = Received({}, NO_ROWS, format_name=form).written_as
    batches = partial(_batches, tables, schema, contract, header, form)
    return Source(batches, len(names), header.absent, written_as)


def _batches(
    tables: Tables, schema: pa.Schema, contract: Contract, header: Header, form: str
) -> Iterator[Received]:
    number, expands = 1, by_contract(contract)
    for table in tables():
        unfolded = with_struct_columns(table, expands)
        yield replace(rows_of_arrow_table(unfolded, contract, header, number), format_name=form)
        number += table.num_rows
    if number == 1:
        empty = with_struct_columns(schema.empty_table(), expands)
        yield replace(rows_of_arrow_table(empty, contract, header), format_name=form)


def file_table(tables: Tables, schema: pa.Schema, expands: Expands = never, *, whole: bool) -> FileTable:
    """Return the table with its own columns: all rows, or only the first ones unless `whole`."""
    read = tables() if whole else (table.slice(0, SAMPLE_ROWS) for table in islice(tables(), 1))
    table = with_struct_columns(pa.concat_tables([schema.empty_table(), *read]), expands)
    return FileTable(tuple(table.column_names), tuple(table.columns))


def check_extent(rows: int, columns: int, size_bytes: int) -> None:
    """Check that a table is not larger than a file of this size can contain; each cell counts as one byte.

    Raises:
        UnreadableFileError: `too_large`.
    """
    if columns > MAX_COLUMNS:
        raise too_wide()
    if rows * columns > allowed_bytes(size_bytes):
        raise grows_too_much(allowed_bytes(size_bytes))
