"""Rows in local files, from which single rows or columns can be read."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headgate.engines.frames import frame_of, frame_of_batches
from headgate.engines.write_rows import write_batches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt
    import pandas as pd

    Places = npt.NDArray[np.int64]


class StoredRows:
    """Ordered rows, each identified by its position.

    Args:
        paths: Parquet files of the same rows in the same order and with the same row groups; each has some of
            the columns.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files = [pq.ParquetFile(path) for path in paths]
        metadata = self._files[0].metadata
        rows = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
        self._edges = np.cumsum([0, *rows])

    def __len__(self) -> int:
        return int(self._edges[-1])

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns, each once."""
        return tuple(dict.fromkeys(name for file in self._files for name in file.schema_arrow.names))

    def rows(self, first: int, after: int, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the rows from `first` to before `after`, with all columns or the named ones."""
        names = list(columns or self.columns)
        batches = (batch for part in self.tables(first, after, names) for batch in part.to_batches())
        return self.finished(frame_of_batches(self.schema(names), batches))

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return all rows in memory."""
        return self.rows(0, len(self), columns)

    def column(self, name: str) -> npt.NDArray[Any]:
        """Return the values of one column."""
        return self.frame([name])[name].to_numpy()

    def batches(self, first: int, after: int, columns: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
        """Yield `rows` in batches."""
        return (self.finished(frame_of(part)) for part in self.tables(first, after, columns))

    def parts(self, columns: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
        """Yield all rows in batches."""
        return self.batches(0, len(self), columns)

    def tables(self, first: int, after: int, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """Yield `batches` as Arrow tables."""
        names = list(columns or self.columns)
        groups = slice(
            int(np.searchsorted(self._edges[1:], first, side="right")),
            int(np.searchsorted(self._edges[:-1], after)),
        )
        for group, begin, end in zip(
            range(groups.start, groups.stop), self._edges[groups], self._edges[1:][groups], strict=True
        ):
            offset = max(first, begin) - begin
            yield self.group(group, names).slice(offset, min(after, end) - begin - offset)

    def take(self, places: Places, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the rows at ascending positions."""
        names = list(columns or self.columns)
        edges = np.searchsorted(places, self._edges)
        taken = (
            self.group(group, names).take(places[edges[group] : edges[group + 1]] - self._edges[group])
            for group in np.flatnonzero(np.diff(edges)).tolist()
        )
        return self.finished(
            frame_of_batches(self.schema(names), (batch for part in taken for batch in part.to_batches()))
        )

    def schema(self, names: Sequence[str]) -> pa.Schema:
        """Return the Arrow types of columns."""
        owners = {field.name: field for file in reversed(self._files) for field in file.schema_arrow}
        return pa.schema([owners[name] for name in names])

    def group(self, number: int, names: Sequence[str]) -> pa.Table:
        """Return the named columns of one row group."""
        columns: dict[str, pa.ChunkedArray] = {}
        for file in self._files:
            wanted = [name for name in names if name in file.schema_arrow.names and name not in columns]
            if wanted:
                part = file.read_row_group(int(number), columns=wanted, use_threads=False)
                columns |= {name: part[name] for name in wanted}
        return pa.table({name: columns[name] for name in names})

    def finished(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows with columns in the types that readers expect."""
        return rows


def float_columns(stored: Sequence[StoredRows], columns: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return columns of the rows of several files as floats, in file order, shape (columns, rows)."""
    values = np.empty((len(columns), sum(len(file_rows) for file_rows in stored)))
    begin = 0
    for part in (part for file_rows in stored for part in file_rows.parts(columns)):
        values[:, begin : begin + len(part)] = part.to_numpy(dtype=np.float64).T
        begin += len(part)
    return values


def store_frames(frames: Iterable[pd.DataFrame], path: Path) -> StoredRows:
    """Store the rows of one or more frames with equal columns in a file, and return them."""
    parts = (
        pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None) for frame in frames
    )
    first = next(parts)
    write_batches(chain([first], parts), first.schema, path)
    return StoredRows([path])
