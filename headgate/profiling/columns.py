"""Rows, one column at a time: a table in memory, or Parquet that need not fit there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from headgate.profiling.arrays import in_one_piece

if TYPE_CHECKING:
    from collections.abc import Collection

Rows: TypeAlias = "pa.Table | Path | bytes"


@dataclass(frozen=True)
class Columns:
    """The columns of some rows. Parquet without bytes has no rows and no columns: the gate writes nothing where there is nothing."""

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
        """One column, in one piece; of no rows an empty one of no type."""
        if isinstance(self.rows, pa.Table):
            return in_one_piece(self.rows.column(name))
        if not self._holds_bytes():
            return pa.nulls(0)
        # Texts that repeat stay a dictionary, as they lie in the file.
        return in_one_piece(pq.read_table(self._file(), columns=[name], read_dictionary=[name]).column(0))

    def _holds_bytes(self) -> bool:
        if isinstance(self.rows, Path):
            return self.rows.is_file() and self.rows.stat().st_size > 0
        return bool(self.rows)

    def _file(self) -> Path | pa.BufferReader:
        return self.rows if isinstance(self.rows, Path) else pa.BufferReader(self.rows)
