"""Figures of each day with card transactions: labels, and a digest of what its scores are computed from."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd

from headgate.domains.retail.compliance_guardian.boosting_models import FRAUD, HONEST
from headgate.engines.frames import frame_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from headgate.domains.retail.compliance_guardian.described_transactions import DescribedTransactions

_READ = (
    "transaction_id",
    "transacted_at",
    "customer_id",
    "terminal_id",
    "card_token",
    "amount",
    "is_fraud",
    "signed_up_at",
)
_HASH_TYPE = "decimal(38, 0)"


@dataclass(frozen=True)
class TransactionDays:
    """Days with transactions, in order.

    Attributes:
        honest, frauds: number of known labels by day.
        digests: by day, of the rows of this and all earlier days.
        last_at: the time of the last transaction.
    """

    days: Sequence[pd.Timestamp]
    honest: Sequence[int]
    frauds: Sequence[int]
    digests: Sequence[str]
    last_at: pd.Timestamp

    def labels_before(self, day: pd.Timestamp) -> tuple[int, int]:
        """Return the number of known honest transactions and frauds before a day."""
        place = bisect_left(self.days, day)
        return sum(self.honest[:place]), sum(self.frauds[:place])

    def digest_before(self, day: pd.Timestamp) -> str:
        """Return a digest of all transactions before a day; empty where there are none."""
        place = bisect_left(self.days, day)
        return self.digests[place - 1] if place else ""

    def has_rows(self, start: pd.Timestamp, end: pd.Timestamp) -> bool:
        """Return whether there are transactions from a day up to another, which is left out."""
        return bisect_left(self.days, start) < bisect_left(self.days, end)


def days_of_tables(transactions: ibis.Table, customers: ibis.Table, as_of: date) -> TransactionDays | None:
    """Return the days up to a day, from tables on DuckDB; None without transactions.

    One pass over the rows: all columns that features depend on enter a hash; hashes of a day are added.
    """
    end = ibis.timestamp((as_of + timedelta(days=1)).isoformat())
    past = transactions.filter(transactions.transacted_at < end)
    rows = past.left_join(customers.select("customer_id", "signed_up_at"), "customer_id")
    hashed = ibis.struct({name: rows[name] for name in _READ}).hash()
    each = rows.select("transacted_at", "is_fraud", day=rows.transacted_at.date(), hashed=hashed)
    by_day = each.group_by("day").agg(
        rows=each.count(),
        honest=(each.is_fraud == False).sum().fill_null(0),  # noqa: E712 an Ibis column
        frauds=each.is_fraud.sum().fill_null(0),
        hashed=each.hashed.cast(_HASH_TYPE).sum(),
        last_at=each.transacted_at.max(),
    )
    figures = frame_of(by_day.order_by("day").to_pyarrow())
    if figures.empty:
        return None
    digests, digest = [], ""
    for row in figures.itertuples():
        text = f"{digest} {row.day} {row.rows} {row.hashed}"
        digests.append(digest := hashlib.sha256(text.encode()).hexdigest())
    days = [pd.Timestamp(day) for day in figures.day]
    return TransactionDays(
        days, figures.honest.tolist(), figures.frauds.tolist(), digests, figures.last_at.iloc[-1]
    )


def days_of_rows(transactions: DescribedTransactions) -> TransactionDays:
    """Return the days of described transactions, of which there is at least one, without digests."""
    moments = transactions.frame(["transacted_at"]).transacted_at
    days, places = np.unique(moments.to_numpy().astype("datetime64[D]"), return_inverse=True)
    honest, frauds = (
        np.bincount(places[transactions.labels == kind], minlength=len(days)).tolist()
        for kind in (HONEST, FRAUD)
    )
    return TransactionDays(
        [pd.Timestamp(day) for day in days], honest, frauds, [""] * len(days), moments.iloc[-1]
    )
