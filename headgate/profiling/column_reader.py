"""Rows, one column at a time: a table in memory, or Parquet that need not fit there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headgate.profiling.arrays import splitmix64
from headgate.values.cells import int_array
from headgate.values.columns import in_one_piece
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

# Larger files are described by a sample where all rows would have to be in memory at once.
EXACT_ROWS = 1 << 21
# A quantile of so many rows is off by less than 0.2 % of the ranks, in 99 of 100 samples.
SAMPLED_ROWS = 1 << 19
_BATCH_ROWS = 1 << 16

Rows: TypeAlias = "pa.Table | Path | bytes"


@dataclass(frozen=True)
class Columns:
    """The columns of some rows.

    Parquet without bytes has no rows and no columns: the gate writes nothing where there is nothing.
    """

    rows: Rows

    @property
    def names(self) -> Collection[str]:
        """Their names."""
        if isinstance(self.rows, pa.Table):
            return list(self.rows.column_names)
        return list(pq.read_schema(self._file()).names) if self._holds_bytes() else []

    @property
    def count(self) -> int:
        """How many rows there are."""
        if isinstance(self.rows, pa.Table):
            return int(self.rows.num_rows)
        return int(pq.read_metadata(self._file()).num_rows) if self._holds_bytes() else 0

    def column(self, name: str) -> pa.Array:
        """Return one column, in one piece; of no rows an empty one of no type."""
        if isinstance(self.rows, pa.Table):
            return in_one_piece(self.rows.column(name))
        if not self._holds_bytes():
            return pa.nulls(0)
        # Texts that repeat stay a dictionary, as they lie in the file.
        return in_one_piece(table_of(self.rows, [name], dictionaries=[name]).column(0))

    @property
    def are_many(self) -> bool:
        """Whether only some of the rows may be in memory at once."""
        return self.count > EXACT_ROWS

    def batches(self, name: str) -> Iterator[pa.Array]:
        """Yield one column in the rows' order: in one piece, or some rows at a time where there are many."""
        if not self.are_many:
            yield self.column(name)
        elif isinstance(self.rows, pa.Table):
            yield from self.rows.column(name).chunks
        else:
            file = pq.ParquetFile(self._file(), read_dictionary=[name])
            yield from (batch.column(0) for batch in file.iter_batches(_BATCH_ROWS, columns=[name]))

    def some(self, name: str) -> pa.Array:
        """Return one column in one piece: all rows, or where there are many a sample that looks random and is
        the same for all columns.

        Rows at even distances would do, were no data periodic.
        """
        if not self.are_many:
            return self.column(name)
        chosen, start, parts = np.uint64(int(SAMPLED_ROWS / self.count * 2**64)), 0, []
        for batch in self.batches(name):
            own = np.flatnonzero(splitmix64(np.arange(start, start + len(batch), dtype=np.uint64)) < chosen)
            parts.append(_plain(batch.take(int_array(own))))
            start += len(batch)
        return in_one_piece(pa.chunked_array(parts))

    def _holds_bytes(self) -> bool:
        if isinstance(self.rows, Path):
            return self.rows.is_file() and self.rows.stat().st_size > 0
        return bool(self.rows)

    def _file(self) -> Path | pa.BufferReader:
        return self.rows if isinstance(self.rows, Path) else pa.BufferReader(self.rows)


def _plain(values: pa.Array) -> pa.Array:
    """Return texts of their own: a dictionary would hold on to all that its batch has."""
    return values.dictionary_decode() if isinstance(values, pa.DictionaryArray) else values
