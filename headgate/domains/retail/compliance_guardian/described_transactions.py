"""Card transactions with their features, in files on this machine's disk: a model reads the rows that it needs.

There are dozens of features for each of millions of transactions. In memory are one label of a byte for each, and what is asked for.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from headgate.domains.retail.compliance_guardian import features
from headgate.domains.retail.compliance_guardian.models import UNKNOWN
from headgate.engines.frames import frame_of, frame_of_batches
from headgate.engines.write_rows import write_batches, write_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    import ibis
    import numpy.typing as npt

    Places = npt.NDArray[np.int64]

_AT, _LABEL = "transacted_at", "is_fraud"
_TEXTS = ("card_token",)


class DescribedTransactions:
    """Transactions in the order of time and number, each known by its place in this order.

    Args:
        paths: Parquet files of the same transactions in the same order and the same row groups; each holds some of the columns.
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

    @cached_property
    def labels(self) -> npt.NDArray[np.int8]:
        """`models.UNKNOWN`, `HONEST` or `FRAUD`, by place."""
        parts = [part[_LABEL].cast(pa.int8()).fill_null(UNKNOWN).to_numpy() for part in self.tables(0, len(self), [_LABEL])]
        return np.concatenate([np.empty(0, dtype=np.int8), *parts])

    @property
    def first_at(self) -> pd.Timestamp:
        """When the first transaction was made."""
        return self._moments(0).iloc[0]

    @property
    def last_at(self) -> pd.Timestamp:
        """When the last transaction was made."""
        return self._moments(len(self._edges) - 2).iloc[-1]

    def place_of(self, at: pd.Timestamp) -> int:
        """The place of the first transaction that was made at a moment or later; the number of all where there is none."""
        group = max(0, bisect_left(self._begins, at) - 1)
        return int(self._edges[group] + self._moments(group).searchsorted(at))

    def rows(self, first: int, after: int, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The transactions from one place up to another, which is left out; all columns unless some are named."""
        names = list(columns or self.columns)
        batches = (batch for part in self.tables(first, after, names) for batch in part.to_batches())
        return _labelled(frame_of_batches(self.schema(names), batches))

    def batches(self, first: int, after: int, columns: Sequence[str] | None = None) -> Iterator[pd.DataFrame]:
        """As `rows`, some transactions at a time."""
        return (_labelled(frame_of(part)) for part in self.tables(first, after, columns))

    def tables(self, first: int, after: int, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """As `batches`, in Arrow."""
        names = list(columns or self.columns)
        for group, (begin, end) in enumerate(zip(self._edges[:-1], self._edges[1:], strict=True)):
            if begin < after and end > first:
                offset = max(first, begin) - begin
                yield self._group(group, names).slice(offset, min(after, end) - begin - offset)

    def take(self, places: Places, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The transactions at some places, which ascend."""
        names = list(columns or self.columns)
        edges = np.searchsorted(places, self._edges)
        taken = (
            self._group(group, names).take(places[edges[group] : edges[group + 1]] - self._edges[group])
            for group in np.flatnonzero(np.diff(edges)).tolist()
        )
        return _labelled(frame_of_batches(self.schema(names), (batch for part in taken for batch in part.to_batches())))

    def schema(self, names: Sequence[str]) -> pa.Schema:
        """The Arrow types of some columns."""
        owners = {field.name: field for file in reversed(self._files) for field in file.schema_arrow}
        return pa.schema([owners[name] for name in names])

    @cached_property
    def _begins(self) -> list[pd.Timestamp]:
        """The moment of each row group's first transaction."""
        holder = self._files[0]
        place = holder.schema_arrow.get_field_index(_AT)
        return [pd.Timestamp(holder.metadata.row_group(group).column(place).statistics.min) for group in range(holder.num_row_groups)]

    def _moments(self, group: int) -> pd.Series[pd.Timestamp]:
        moments: pd.Series[pd.Timestamp] = frame_of(self._group(group, [_AT]))[_AT]
        return moments

    def _group(self, group: int, names: Sequence[str]) -> pa.Table:
        found: dict[str, pa.ChunkedArray] = {}
        for file in self._files:
            wanted = [name for name in names if name in file.schema_arrow.names and name not in found]
            if wanted:
                part = file.read_row_group(int(group), columns=wanted, use_threads=False)
                found |= {name: part[name] for name in wanted}
        return pa.table({name: found[name] for name in names})


def describe(transactions: ibis.Table, customers: ibis.Table, as_of: date, folder: Path) -> DescribedTransactions:
    """The transactions up to the end of a day; their files lie in the folder."""
    paths = []
    for number, question in enumerate(features.questions(transactions, customers, as_of)):
        paths.append(folder / f"features-{number}.parquet")
        write_rows(question, paths[-1], [name for name in _TEXTS if name in question.columns])
    return DescribedTransactions(paths)


def kept_in(folder: Path, described: pd.DataFrame) -> DescribedTransactions:
    """Transactions that are in memory, in the order of time and number, as a file of the folder."""
    rows = pa.Table.from_pandas(described, preserve_index=False).replace_schema_metadata(None)
    path = folder / "features.parquet"
    write_batches([rows], rows.schema, path, [name for name in _TEXTS if name in rows.column_names])
    return DescribedTransactions([path])


def _labelled(rows: pd.DataFrame) -> pd.DataFrame:
    if _LABEL in rows:
        rows[_LABEL] = rows[_LABEL].astype("boolean")
    return rows
