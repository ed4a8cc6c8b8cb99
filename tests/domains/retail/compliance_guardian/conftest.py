"""Card transactions written out by hand, and a drawn town with cloned cards and a misused terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa
import pytest

from headgate.domains.retail.compliance_guardian import boosting_models
from headgate.domains.retail.compliance_guardian.described_transactions import DescribedTransactions
from headgate.engines.one_thread import one_thread
from headgate.engines.write_rows import write_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pandas as pd

Row = tuple[str, int, int, str, bool | None]  # when, customer, terminal, amount, fraud


def written_in(folder: Path, described: pd.DataFrame) -> DescribedTransactions:
    """Write transactions, in the order of time and number, to a file of the folder."""
    rows = pa.Table.from_pandas(described, preserve_index=False).replace_schema_metadata(None)
    path = folder / "features.parquet"
    write_batches([rows], rows.schema, path, ["card_token"] if "card_token" in rows.column_names else [])
    return DescribedTransactions([path])


def tables_of(rows: list[Row], failed_tokens: tuple[str, ...] = ()) -> dict[str, ibis.Table]:
    """The tables that the system reads.

    Transactions are numbered in their order, each customer has one card.
    """
    customers = sorted({row[1] for row in rows})
    return {
        "card_transactions": ibis.memtable(
            pa.table(
                {
                    "transaction_id": pa.array(range(1, len(rows) + 1), pa.int64()),
                    "transacted_at": pa.array(
                        [np.datetime64(row[0], "us") for row in rows], pa.timestamp("us")
                    ),
                    "customer_id": pa.array([row[1] for row in rows], pa.int64()),
                    "terminal_id": pa.array([row[2] for row in rows], pa.int64()),
                    "card_token": pa.array([f"k1:{row[1]:04}" for row in rows], pa.string()),
                    "amount": pa.array([row[3] for row in rows], pa.string()).cast(pa.decimal128(12, 2)),
                    "is_fraud": pa.array([row[4] for row in rows], pa.bool_()),
                }
            )
        ),
        "customers": ibis.memtable(
            pa.table(
                {
                    "customer_id": pa.array(customers, pa.int64()),
                    "signed_up_at": pa.array(
                        [np.datetime64("2023-01-01", "us")] * len(customers), pa.timestamp("us")
                    ),
                }
            )
        ),
        "payments": ibis.memtable(
            pa.table(
                {
                    "payment_id": pa.array(range(len(failed_tokens)), pa.int64()),
                    "paid_at": pa.array(
                        [np.datetime64("2024-01-01", "us")] * len(failed_tokens), pa.timestamp("us")
                    ),
                    "status": pa.array(["failed"] * len(failed_tokens), pa.string()),
                    "card_token": pa.array(failed_tokens, pa.string()),
                }
            )
        ),
    }


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Tests run side by side: threads that wait for each other would slow all of them down."""
    with one_thread():
        yield


@pytest.fixture
def small_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models of few trees, which learn from few labels."""
    few_trees(monkeypatch)


def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let models have few trees and learn from few labels until the patch ends."""
    monkeypatch.setattr(boosting_models, "MIN_TRANSACTIONS", 200)
    monkeypatch.setattr(boosting_models, "MIN_FRAUDS", 10)
    monkeypatch.setattr(boosting_models, "TREES", 10)
    small = {"max_leaf_nodes": 4, "max_iter": 5}
    monkeypatch.setattr(boosting_models, "RECIPES", dict.fromkeys(boosting_models.RECIPES, small))


@pytest.fixture(scope="session")
def tables() -> Callable[..., dict[str, ibis.Table]]:
    return tables_of


@pytest.fixture(scope="session")
def town() -> dict[str, ibis.Table]:
    """9,000 transactions in 60 days: 60 customers, 30 terminals.

    Terminal 7 is misused from day 20 on, and some amounts are absurd.
    """
    rng = np.random.default_rng(8)
    count = 9_000
    second = np.sort(rng.integers(0, 60 * 86_400, count))
    customer, terminal = rng.integers(1, 61, count), rng.integers(1, 31, count)
    absurd = rng.random(count) < 0.004
    amount = rng.gamma(9, 1 + customer / 20) * np.where(absurd, 6, 1) + 1
    fraud = absurd | ((terminal == 7) & (second > 20 * 86_400))
    when = np.datetime64("2024-01-01", "s") + second
    columns = zip(when, customer, terminal, amount, fraud, strict=True)
    return tables_of(
        [(str(at), int(who), int(where), f"{money:.2f}", bool(bad)) for at, who, where, money, bad in columns]
    )
