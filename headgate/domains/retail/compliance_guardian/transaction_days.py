"""Figures of each day with card transactions: labels, and a digest of what its scores are computed from."""

import hashlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from headgate.domains.retail.compliance_guardian.boosting_models import FRAUD, HONEST
from headgate.domains.retail.compliance_guardian.described_transactions import DescribedTransactions
from headgate.facts.day_hashes import COMBINE, hashes_by_day
from headgate.facts.fact import Combine, Fact, Tables, fact_rows

_READ = ("transaction_id", "transacted_at", "customer_id", "terminal_id", "card_token", "amount", "is_fraud")
_HASH_TYPE = "decimal(38, 0)"


def _of_days(tables: Tables) -> ibis.Table:
    transactions = tables["card_transactions"]
    hashed = hashes_by_day(transactions.select(*_READ), "transacted_at")
    labelled = transactions.group_by(day_on=transactions.transacted_at.date()).agg(
        honest=(transactions.is_fraud == False).sum().fill_null(0),  # noqa: E712 an Ibis column
        frauds=transactions.is_fraud.sum().fill_null(0),
        last_at=transactions.transacted_at.max(),
    )
    return hashed.inner_join(labelled, "day_on")


DAYS = Fact(
    "transaction_days",
    "card_transactions",
    _of_days,
    {**COMBINE, "honest": Combine.SUM, "frauds": Combine.SUM, "last_at": Combine.MAX},
    is_grouped=True,
)
"""Digests of the transactions by day, labels, and the time of the last one."""


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


def days_of_tables(tables: Tables, as_of: date) -> TransactionDays | None:
    """Return the days up to a day, from tables on DuckDB; None without transactions.

    A digest has all columns that features depend on, and the registration of customers from the day of their
    first transaction on.
    """
    facts = fact_rows(DAYS, tables)
    days = facts.filter(facts.day_on <= ibis.date(as_of)).order_by("day_on").to_pyarrow().to_pylist()
    if not days:
        return None
    signed_up, digests, digest = _sign_ups(tables, as_of), [], ""
    for day in days:
        sums = " ".join(str(day[name]) for name in COMBINE)
        text = f"{digest} {day['day_on']} {sums} {signed_up.get(day['day_on'])}"
        digests.append(digest := hashlib.sha256(text.encode()).hexdigest())
    return TransactionDays(
        [pd.Timestamp(day["day_on"]) for day in days],
        [day["honest"] for day in days],
        [day["frauds"] for day in days],
        digests,
        pd.Timestamp(days[-1]["last_at"]),
    )


def _sign_ups(tables: Tables, as_of: date) -> Mapping[date, str]:
    """Return a digest of the registrations of the customers with their first transaction on a day, by day."""
    transactions, customers = tables["card_transactions"], tables["customers"]
    end = ibis.timestamp((as_of + timedelta(days=1)).isoformat())
    past = transactions.filter(transactions.transacted_at < end)
    first = past.group_by("customer_id").agg(first_at=past.transacted_at.min())
    rows = first.inner_join(customers.select("customer_id", "signed_up_at"), "customer_id")
    hashed = ibis.struct({name: rows[name] for name in ("customer_id", "signed_up_at")}).hash()
    by_day = rows.group_by(day_on=rows.first_at.date()).agg(
        customers=rows.count(), hashed=hashed.cast(_HASH_TYPE).sum()
    )
    return {row["day_on"]: f"{row['customers']} {row['hashed']}" for row in by_day.to_pyarrow().to_pylist()}


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
