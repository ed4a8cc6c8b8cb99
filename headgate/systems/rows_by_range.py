"""A table in ranges of its key; ranges with an unchanged address are not computed or read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pandas as pd


@dataclass(frozen=True)
class RowsByRange:
    """A table that a system can give one range of keys after the other.

    Each range becomes a part of the table. A part with an unchanged address is copied, and keeps the stamps
    of the run that wrote it.

    Attributes:
        schema: the contract's columns and types, without the stamps.
        addresses: of the ranges, in the order of the key: hashes of everything that their rows follow from.
        row_count: of all ranges.
        read: returns the rows of the range at a place, in the order of the contract's key.
    """

    schema: pa.Schema
    addresses: Sequence[str]
    row_count: int
    read: Callable[[int], Iterator[pa.RecordBatch]]

    def frame(self) -> pd.DataFrame:
        """Return all rows in memory."""
        batches = (batch for place in range(len(self.addresses)) for batch in self.read(place))
        rows: pd.DataFrame = pa.Table.from_batches(batches, self.schema).to_pandas()
        return rows
