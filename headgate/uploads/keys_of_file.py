"""Read only those rows of the lake that may have the key of a row of a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.values.parquet_tables import cast_exactly


@dataclass(frozen=True)
class KeysOfFile:
    """The keys of a file's rows.

    Attributes:
        schema: the columns and types of the rows.
        values: the distinct values of each column of the key.
    """

    schema: pa.Schema
    values: Mapping[str, pa.Array]

    @classmethod
    def of(cls, rows: pa.Table, key: Sequence[str]) -> KeysOfFile:
        """Return the keys of these rows."""
        return cls(rows.schema, {name: pc.unique(rows[name]) for name in key})

    @property
    def no_rows(self) -> pa.Table:
        """Return a table without rows, with the file's columns."""
        return pa.table([pa.nulls(0, field.type) for field in self.schema], names=self.schema.names)

    def are_in(self, rows: pa.Table) -> pa.ChunkedArray:
        """Return for each row whether the file has its value of each key column, maybe in several rows."""
        claims = [pc.is_in(rows[name], value_set=values) for name, values in self.values.items()]
        return reduce(pc.and_, claims)

    def read(self, path: Path) -> pa.Table | None:
        """Return the rows of a Parquet file that `are_in` the file, in its columns and types.

        A column that the Parquet file lacks is null, as in the merge.

        Returns:
            None if the rows cannot be compared: a column of the key is missing, or a value does not fit its
            type.
        """
        tables = [self.no_rows]
        with pq.ParquetFile(path) as parquet:
            stored = [name for name in self.schema.names if name in parquet.schema_arrow.names]
            if not {*self.values} <= {*stored}:
                return None
            for batch in parquet.iter_batches(columns=stored, use_threads=False):
                rows = self._fitted(pa.Table.from_batches([batch]))
                if rows is None:
                    return None
                tables.append(rows.filter(self.are_in(rows)))
        return pa.concat_tables(tables)

    def _fitted(self, rows: pa.Table) -> pa.Table | None:
        """Return rows in the columns and types of the file; None if a value does not fit its type."""
        columns = [
            cast_exactly(rows[field.name], field.type)
            if field.name in rows.column_names
            else pa.nulls(rows.num_rows, field.type)
            for field in self.schema
        ]
        return None if any(column is None for column in columns) else pa.table(columns, self.schema.names)
