"""Write rows as Parquet in pieces: equal rows give equal bytes, however they were batched."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.values.cells import compacted, in_one_piece

# A quarter of a snapshot's row group, because a group is in memory twice while it is written.
ROW_GROUP_ROWS = 1 << 16
# The tokens of a group, 67 bytes each, exceed Parquet's default of 1 MB half-way; the writer would then drop
# the dictionary for the rest of the group.
_DICTIONARY_BYTES = 8 << 20


class RowsFile:
    """A Parquet file of accepted or refused rows.

    The file is created with the first row group; one row group is in memory at a time.

    Args:
        distinct: columns whose values rarely repeat, for which dictionaries would cost time and bytes.
    """

    def __init__(
        self, sink: Path | IO[bytes], distinct: Collection[str] = (), row_group_rows: int = ROW_GROUP_ROWS
    ) -> None:
        self._sink, self._distinct, self._row_group_rows = sink, distinct, row_group_rows
        self._pending: list[pa.Table] = []
        self._writer: pq.ParquetWriter | None = None
        self.rows = 0

    def add(self, rows: pa.Table) -> None:
        """Append the rows."""
        if rows.num_rows:
            self._pending.append(rows)
            self.rows += rows.num_rows
            for group in self._complete_groups():
                self._write(group)

    def close(self) -> None:
        """Write the remaining rows and close the file."""
        if self._pending:
            self._write(pa.concat_tables(self._pending))
            self._pending = []
        if self._writer:
            self._writer.close()

    def _complete_groups(self) -> Iterator[pa.Table]:
        while sum(table.num_rows for table in self._pending) >= self._row_group_rows:
            rows = pa.concat_tables(self._pending)
            self._pending = [rows.slice(self._row_group_rows)] if rows.num_rows > self._row_group_rows else []
            yield rows.slice(0, self._row_group_rows)

    def _write(self, group: pa.Table) -> None:
        plain = without_batches(group)
        if not self._writer:
            repeating = [name for name in plain.column_names if name not in self._distinct]
            # Statistics of texts take time, and no reader selects rows of an increment by them.
            counted = [field.name for field in plain.schema if not pa.types.is_string(field.type)]
            self._writer = pq.ParquetWriter(
                self._sink,
                plain.schema,
                compression="zstd",
                store_schema=False,
                use_dictionary=repeating,
                dictionary_pagesize_limit=_DICTIONARY_BYTES,
                write_statistics=counted,
            )
        self._writer.write_table(plain, row_group_size=self._row_group_rows)


def without_batches(rows: pa.Table) -> pa.Table:
    """Return the rows in one batch and without Arrow dictionaries; Parquet makes its own, and faster."""
    return pa.Table.from_arrays(
        [in_one_piece(_without_dictionary(column)) for column in rows.columns], names=rows.column_names
    )


def _without_dictionary(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_dictionary(column.type):
        return column
    return pa.chunked_array([chunk.dictionary_decode() for chunk in column.chunks], column.type.value_type)


def each_value_once(rows: pa.Table) -> pa.Table:
    """Return each column in one piece, because Parquet accepts no dictionary with a repeated value."""
    pieces = [in_one_piece(column) for column in rows.columns]
    arrays = [compacted(piece) if isinstance(piece, pa.DictionaryArray) else piece for piece in pieces]
    return pa.Table.from_arrays(arrays, names=rows.column_names)
