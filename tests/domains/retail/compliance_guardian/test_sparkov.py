"""Transactions simulated with real-looking cards: what they teach does not hang on a single card number."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from headgate.domains.retail.compliance_guardian import boosting_models, features

pytestmark = pytest.mark.system

SPARKOV = (
    Path(os.environ.get("HEADGATE_DATA", "../shared/data")) / "sparkov" / "sparkov_2019_300cust_seed7.parquet"
)
KEPT = 60  # customers; all of them take minutes on Spark and seconds here, and show no more


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """The transactions of some customers, who are identified by their accounts, never by their cards."""
    if not SPARKOV.is_file():
        pytest.skip("sparkov is not here; set HEADGATE_DATA to the folder that holds it")
    frame = pd.read_parquet(
        SPARKOV, columns=["acct_num", "cc_num", "unix_time", "merchant", "amt", "is_fraud"]
    )
    customers = pd.Series(frame.acct_num.factorize(sort=True)[0] + 1)
    return frame.assign(customer_id=customers)[(customers <= KEPT).to_numpy()].sort_values(
        "unix_time", ignore_index=True
    )


def _described(rows: pd.DataFrame, tokens: list[str] | None) -> pd.DataFrame:
    count = len(rows)
    transactions = pa.table(
        {
            "transaction_id": pa.array(range(count), pa.int64()),
            "transacted_at": pa.array(
                pd.to_datetime(rows.unix_time.astype("int64"), unit="s").astype("datetime64[us]")
            ),
            "customer_id": pa.array(rows.customer_id.astype("int64")),
            "terminal_id": pa.array(rows.merchant.factorize(sort=True)[0], pa.int64()),
            "card_token": pa.array(tokens or [None] * count, pa.string()),
            "amount": pa.array([f"{amount:.2f}" for amount in rows.amt.astype(float)]).cast(
                pa.decimal128(12, 2)
            ),
            "is_fraud": pa.array(rows.is_fraud.astype(int).astype(bool)),
        }
    )
    nobody = pa.table(
        {"customer_id": pa.array([], pa.int64()), "signed_up_at": pa.array([], pa.timestamp("us"))}
    )
    return features.described(ibis.memtable(transactions), ibis.memtable(nobody), date(2030, 1, 1))


@pytest.fixture(scope="module")
def without_cards(rows: pd.DataFrame) -> pd.DataFrame:
    return _described(rows, None)


def test_features_are_the_same_without_any_card_and_with_cards_mixed_up(
    rows: pd.DataFrame, without_cards: pd.DataFrame
) -> None:
    cards = [f"k1:{number}" for number in rows.cc_num.factorize()[0]]
    mixed = list(np.random.default_rng(1).permutation(cards))
    for tokens in (cards, mixed):
        found = _described(rows, tokens)
        pd.testing.assert_frame_equal(found[list(features.ALL)], without_cards[list(features.ALL)])


def test_fraud_is_found_without_any_card(without_cards: pd.DataFrame) -> None:
    half = len(without_cards) // 2
    learnt, tried = without_cards.iloc[:half], without_cards.iloc[half:]
    model = boosting_models.boosting(learnt, learnt.is_fraud.astype(bool))
    assert roc_auc_score(tried.is_fraud.astype(bool), model.scores(tried)) > 0.95
