"""Rows as Parquet, written while they come: equal rows give equal bytes, however they were batched."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.values.cells import compacted
from headgate.values.columns import in_one_piece

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

# A quarter of a snapshot's: a group is in memory twice while it is written.
ROW_GROUP_ROWS = 1 << 16
# A group's tokens, of 67 bytes each, would outgrow Parquet's usual 1 MB half-way, and be written out one by
# one from there on.
_DICTIONARY_BYTES = 8 << 20


class RowsFile:
    """A Parquet file of accepted or refused rows.

    Nothing is written to it before the first row; one row group is in memory at a time.

    Args:
        distinct: columns whose values rarely repeat: dictionaries would cost time and bytes.
    """

    def __init__(
        self, sink: Path | IO[bytes], distinct: Collection[str] = (), row_group_rows: int = ROW_GROUP_ROWS
    ) -> None:
        self._sink, self._distinct, self._row_group_rows = sink, distinct, row_group_rows
        self._held: list[pa.Table] = []
        self._writer: pq.ParquetWriter | None = None
        self.rows = 0

    def add(self, rows: pa.Table) -> None:
        """Add these rows next."""
        if rows.num_rows:
            self._held.append(rows)
            self.rows += rows.num_rows
            for group in self._whole_groups():
                self._write(group)

    def close(self) -> None:
        """Write all rows that were added to the file."""
        if self._held:
            self._write(pa.concat_tables(self._held))
            self._held = []
        if self._writer:
            self._writer.close()

    def _whole_groups(self) -> Iterator[pa.Table]:
        while sum(table.num_rows for table in self._held) >= self._row_group_rows:
            rows = pa.concat_tables(self._held)
            self._held = [rows.slice(self._row_group_rows)] if rows.num_rows > self._row_group_rows else []
            yield rows.slice(0, self._row_group_rows)

    def _write(self, group: pa.Table) -> None:
        plain = without_batches(group)
        if not self._writer:
            repeating = [name for name in plain.column_names if name not in self._distinct]
            self._writer = pq.ParquetWriter(
                self._sink,
                plain.schema,
                compression="zstd",
                store_schema=False,
                use_dictionary=repeating,
                dictionary_pagesize_limit=_DICTIONARY_BYTES,
                write_statistics=[field.name for field in plain.schema if not _is_text(field.type)],
            )
        self._writer.write_table(plain, row_group_size=self._row_group_rows)


def _is_text(kind: pa.DataType) -> bool:
    """Return whether the column is text, whose bounds take time and serve no query of an increment."""
    return bool(pa.types.is_string(kind) or pa.types.is_dictionary(kind))


def without_batches(rows: pa.Table) -> pa.Table:
    """Return the rows without their batches and Arrow's dictionaries; Parquet makes its own, faster."""
    return pa.Table.from_arrays(
        [in_one_piece(_spelled_out(column)) for column in rows.columns], names=rows.column_names
    )


def _spelled_out(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_dictionary(column.type):
        return column
    return pa.chunked_array([chunk.dictionary_decode() for chunk in column.chunks], column.type.value_type)


def each_value_once(rows: pa.Table) -> pa.Table:
    """Return the rows, each column in one piece; Parquet takes no dictionary that has a value twice."""
    pieces = [in_one_piece(column) for column in rows.columns]
    whole = [compacted(piece) if isinstance(piece, pa.DictionaryArray) else piece for piece in pieces]
    return pa.Table.from_arrays(whole, names=rows.column_names)
