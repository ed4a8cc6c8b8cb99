"""Read Avro container files, one block at a time; values become texts as for Parquet."""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa
from fastavro import schemaless_reader

from headgate.formats.arrow_tables import check_extent, file_table, source_of_tables
from headgate.formats.avro.arrow_types import ArrowTypes, arrow_value
from headgate.formats.avro.container import (
    corrupt_avro,
    damage_named,
    read_blocks,
    read_header,
    unpacked_block,
)
from headgate.formats.format_name import FormatName
from headgate.formats.json.nested_names import never
from headgate.formats.unpack import allowed_bytes, too_large

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headgate.contracts.model import Contract
    from headgate.formats.batches import Source
    from headgate.formats.json.nested_names import Expands
    from headgate.matching.file_table import FileTable


def read_avro(file: Path | bytes, contract: Contract) -> Source:
    """Return the rows of an Avro file, one batch per block.

    Raises:
        UnreadableFileError: `corrupt_avro`, `too_large`; `not_a_table`: the file has no records; `type`: a
            type contains itself, or as in `read_parquet`.
        HeaderError: the columns do not match the contract.
    """
    return source_of_tables(lambda: _tables(file), avro_schema(file), contract, FormatName.AVRO)


def avro_table(file: Path | bytes, expands: Expands = never, *, whole: bool) -> FileTable:
    """Return the table with the file's own columns; errors as `read_avro`."""
    return file_table(lambda: _tables(file), avro_schema(file), expands, whole=whole)


def avro_schema(file: Path | bytes) -> pa.Schema:
    """Return the stored columns and types; errors as `read_avro`."""
    with _open(file) as stream:
        return _columns(read_header(stream).schema)


def _columns(schema: Any) -> pa.Schema:  # noqa: ANN401 fastavro's parsed schema
    with damage_named():
        types = ArrowTypes()
        return pa.schema([(column["name"], types.of(column["type"])) for column in schema["fields"]])


def _open(file: Path | bytes) -> IO[bytes]:
    return file.open("rb") if isinstance(file, Path) else io.BytesIO(file)


def _tables(file: Path | bytes) -> Iterator[pa.Table]:
    """Yield the rows of each block."""
    size_bytes = file.stat().st_size if isinstance(file, Path) else len(file)
    limit_bytes = allowed_bytes(size_bytes)
    with _open(file) as stream:
        header = read_header(stream)
        columns = _columns(header.schema)
        rows = passed_bytes = 0
        for block_rows, packed in read_blocks(stream, header):
            rows += block_rows
            check_extent(rows, len(columns), size_bytes)
            with damage_named():
                content = unpacked_block(packed, header.codec, limit_bytes)
                passed_bytes += len(content)
                if passed_bytes > limit_bytes:
                    raise too_large(limit_bytes)
                table = _table(content, block_rows, header.schema, columns)
            yield table


def _table(content: bytes, rows: int, schema: Any, columns: pa.Schema) -> pa.Table:  # noqa: ANN401 as above
    stream = io.BytesIO(content)
    records: list[Any] = [schemaless_reader(stream, schema, None) for _ in range(rows)]
    if stream.tell() != len(content):
        raise corrupt_avro()
    cells = [
        pa.array([arrow_value(record[column.name], column.type) for record in records], column.type)
        for column in columns
    ]
    return pa.Table.from_arrays(cells, schema=columns)
