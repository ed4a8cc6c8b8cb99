"""Card transactions with their features, in local files from which models read the rows that they need.

Millions of transactions have dozens of features each. In memory are one byte per label, and the requested
rows.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from headgate.domains.retail.compliance_guardian import features
from headgate.domains.retail.compliance_guardian.boosting_models import UNKNOWN
from headgate.engines.frames import frame_of
from headgate.engines.stored_rows import StoredRows
from headgate.engines.write_rows import write_rows

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import ibis
    import numpy.typing as npt

_AT, _LABEL = "transacted_at", "is_fraud"
_TEXTS = ("card_token",)


class DescribedTransactions(StoredRows):
    """Transactions in the order of time and number, each known by its place in this order."""

    @cached_property
    def labels(self) -> npt.NDArray[np.int8]:
        """`boosting_models.UNKNOWN`, `HONEST` or `FRAUD`, by place."""
        labels, begin = np.empty(len(self), dtype=np.int8), 0
        for part in self.tables(0, len(self), [_LABEL]):
            labels[begin : (begin := begin + part.num_rows)] = (
                part[_LABEL].cast(pa.int8()).fill_null(UNKNOWN).to_numpy()
            )
        return labels

    def place_of(self, at: pd.Timestamp) -> int:
        """Return the position of the first transaction at or after a time, or the number of all."""
        group = max(0, bisect_left(self._begins, at) - 1)
        return int(self._edges[group] + self._moments(group).searchsorted(at))

    @cached_property
    def _begins(self) -> list[pd.Timestamp]:
        """The moment of each row group's first transaction."""
        holder = self._files[0]
        place = holder.schema_arrow.get_field_index(_AT)
        return [
            pd.Timestamp(holder.metadata.row_group(group).column(place).statistics.min)
            for group in range(holder.num_row_groups)
        ]

    def _moments(self, group: int) -> pd.Series[pd.Timestamp]:
        moments: pd.Series[pd.Timestamp] = frame_of(self.group(group, [_AT]))[_AT]
        return moments

    def finished(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows with labels that may be unknown."""
        if _LABEL in rows:
            rows[_LABEL] = rows[_LABEL].astype("boolean")
        return rows


@dataclass
class Descriptions:
    """Described transactions up to the end of a day. They are computed when they are first asked for.

    Args:
        folder: where their files lie.
        described: all transactions, if they are described already.
    """

    transactions: ibis.Table
    customers: ibis.Table
    as_of: date
    folder: Path
    described: DescribedTransactions | None = None
    _newest: tuple[pd.Timestamp, DescribedTransactions] | None = None

    def all(self) -> DescribedTransactions:
        """Return all transactions."""
        if self.described is None:
            self.described = describe(self.transactions, self.customers, self.as_of, self.folder)
        return self.described

    def since(self, day: pd.Timestamp) -> DescribedTransactions:
        """Return the transactions from a day on; earlier ones may be among them."""
        if self.described is not None:
            return self.described
        if self._newest is None or self._newest[0] > day:
            folder = self.folder / f"since-{day.date()}"
            folder.mkdir(exist_ok=True)
            described = describe(self.transactions, self.customers, self.as_of, folder, day.date())
            self._newest = day, described
        return self._newest[1]


def describe(
    transactions: ibis.Table, customers: ibis.Table, as_of: date, folder: Path, since: date | None = None
) -> DescribedTransactions:
    """Return the transactions up to the end of a day; their files lie in the folder.

    Args:
        since: the first day; the first of all without one.
    """
    paths = []
    for number, question in enumerate(features.questions(transactions, customers, as_of, since)):
        paths.append(folder / f"features-{number}.parquet")
        write_rows(question, paths[-1], [name for name in _TEXTS if name in question.columns])
    return DescribedTransactions(paths)
