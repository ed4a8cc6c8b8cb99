"""Decisions of reviewers about transactions, as labels in addition to reported ones.

A reported label takes precedence. Features use only reported frauds, because a review may be long after the
transactions of a window. docs/adr/0143-decisions-as-labels.md has the reasons.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headgate.engines.frames import frame_of
from headgate.lake import keys
from headgate.systems.kept_tables import frame_digest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy.typing as npt
    import pandas as pd

    from headgate.domains.retail.compliance_guardian.described_transactions import DescribedTransactions
    from headgate.domains.retail.compliance_guardian.stretch import Stretch

QUEUE = "transactions_to_review"
_SCHEMA = pa.schema(
    [
        ("transaction_id", pa.int64()),
        ("transacted_at", pa.timestamp("us")),
        ("is_fraud", pa.bool_()),
        ("reviewed_as", pa.string()),
        ("label", pa.bool_()),
        ("decided_at", pa.timestamp("us")),
    ]
)


@dataclass(frozen=True)
class Reviews:
    """The transactions that reviewers decided about.

    Attributes:
        rows: by number, with the columns of `_SCHEMA`: `is_fraud` is the reported label, `label` the
            reviewer's; each may be unknown.
    """

    rows: pd.DataFrame

    @classmethod
    def of_nobody(cls) -> Reviews:
        """Return the reviews where nobody decided."""
        return cls(_typed(_SCHEMA.empty_table()))

    @classmethod
    def of(cls, tables: Mapping[str, ibis.Table], as_of: date) -> Reviews:
        """Return the reviews of the transactions up to the end of a day; none where nobody decided."""
        decided = tables.get(keys.DECIDED_ITEMS)
        if decided is None:
            return cls.of_nobody()
        own = decided.filter(decided.queue == QUEUE).select(
            "label", "decided_at", reviewed_id="item_id", reviewed_as="action"
        )
        transactions = tables["card_transactions"]
        past = transactions.filter(
            transactions.transacted_at < ibis.timestamp((as_of + timedelta(days=1)).isoformat())
        )
        joined = past.inner_join(own, past.transaction_id.cast("string") == own.reviewed_id)
        rows = joined.select(*_SCHEMA.names).order_by("transaction_id").to_pyarrow()
        return cls(_typed(rows.cast(_SCHEMA)))

    def taught(self, stretch: Stretch) -> pd.DataFrame:
        """Return the reviews that the model of a period learns from, columns `transaction_id` and `label`.

        They were decided before the period began, about transactions as old as all that it learns from, and
        the data report no label of these.
        """
        rows = self.rows
        is_taught = (
            rows.label.notna()
            & rows.is_fraud.isna()
            & (rows.decided_at < stretch.start)
            & (rows.transacted_at < stretch.labelled_to)
        )
        return rows.loc[is_taught, ["transaction_id", "transacted_at", "label", "decided_at"]]

    def digest(self, stretch: Stretch) -> str:
        """Return a digest of what the models of a period and of those before it learn from reviews.

        An earlier period learns from fewer of them, by moments that the digest includes.
        """
        taught = self.taught(stretch)
        return "" if taught.empty else frame_digest(taught)

    def write(self, path: Path) -> None:
        """Write each transaction's newest decision to a file."""
        names = ["transaction_id", "reviewed_as"]
        schema = pa.schema([_SCHEMA.field(name) for name in names])
        pq.write_table(pa.Table.from_pandas(self.rows[names], schema, preserve_index=False), path)


def _typed(rows: pa.Table) -> pd.DataFrame:
    frame = frame_of(rows)
    return frame.astype({"is_fraud": "boolean", "label": "boolean", "transaction_id": "int64"})


def filled_in(
    labels: npt.NDArray[np.int8], transactions: DescribedTransactions, taught: pd.DataFrame
) -> npt.NDArray[np.int8]:
    """Return the labels of the first transactions, with those of reviewers where none is reported."""
    if taught.empty:
        return labels
    ids, values = taught.transaction_id.to_numpy(), taught.label.to_numpy(dtype=np.int8)
    filled, begin = labels.copy(), 0
    for part in transactions.tables(0, len(labels), ["transaction_id"]):
        own = part["transaction_id"].to_numpy()
        places = np.flatnonzero(np.isin(own, ids))
        filled[begin + places] = values[np.searchsorted(ids, own[places])]
        begin += len(own)
    return filled
