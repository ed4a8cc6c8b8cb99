"""Fraud scores by the Fraud Detection Handbook's protocol: train some days, wait for the labels, test the days after.

DATA: a Parquet file with the handbook's columns; TRAIN and TEST: ranges of days such as 2018-07-11/2018-07-17. Without
ranges: four weeks of tests, each after a week of training and a week of delay (the handbook's prequential validation).

Customers who are known to be defrauded are left out of the test, and one who was found on a day is not looked at again.

Source: Fraud Detection Handbook, chapters 4.4 and 5.3.
"""

from __future__ import annotations

import json
import os
import time
from datetime import date, timedelta
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.metrics import average_precision_score, roc_auc_score

from headgate.analytics.compliance_guardian import features, model_quality, models

DEFAULT = Path(os.environ.get("HEADGATE_DATA", "../shared/data")) / "fraud_handbook" / "transactions_2018-04_2018-07.parquet"
WEEK = timedelta(days=7)
FOLDS = 4
METRICS = ("average_precision", "card_precision_100", "auc")
Range = tuple[date, date]


def main() -> None:
    """Print the figures, the last line as JSON."""
    started = time.perf_counter()
    transactions = described(Path(os.environ.get("DATA", DEFAULT)))
    print(f"{len(transactions):,} transactions described in {time.perf_counter() - started:.1f} s")
    figures = [measured(transactions, train, test) for train, test in folds(transactions)]
    mean = {kind: {name: round(float(np.mean([fold[kind][name] for fold in figures])), 4) for name in METRICS} for kind in figures[0]}
    print(f"handbook's features   {mean['handbook']}\nbest that can be had  {mean['truth']}")
    print(json.dumps(mean["ours"]))


def described(data: Path) -> pd.DataFrame:
    """The handbook's transactions with this system's features; nobody's account age is known."""
    columns = {"TX_DATETIME": "transacted_at", "CUSTOMER_ID": "customer_id", "TERMINAL_ID": "terminal_id", "TX_FRAUD": "is_fraud"}
    read = pd.read_parquet(data).rename(columns=columns | {"TRANSACTION_ID": "transaction_id"})
    table = pa.Table.from_pandas(
        read[["transaction_id", "transacted_at", "customer_id", "terminal_id", "TX_AMOUNT"]].assign(
            transacted_at=read.transacted_at.astype("datetime64[us]"), is_fraud=read.is_fraud.astype(bool), card_token=""
        ),
        preserve_index=False,
    )
    amounts = pa.compute.round(table["TX_AMOUNT"], 2).cast(pa.decimal128(12, 2))
    typed = table.drop_columns("TX_AMOUNT").append_column("amount", amounts)
    nobody = pa.table({"customer_id": pa.array([], pa.int64()), "signed_up_at": pa.array([], pa.timestamp("us"))})
    return features.described(ibis.memtable(typed), ibis.memtable(nobody), read.transacted_at.max().date())


def folds(transactions: pd.DataFrame) -> list[tuple[Range, Range]]:
    """Days to train and to test on."""
    if "TRAIN" in os.environ:
        return [(_range(os.environ["TRAIN"]), _range(os.environ["TEST"]))]
    last = transactions.transacted_at.iloc[-1].date()
    ends = [last - WEEK * fold for fold in range(FOLDS)]
    return [((end - 3 * WEEK + timedelta(days=1), end - 2 * WEEK), (end - WEEK + timedelta(days=1), end)) for end in ends]


def measured(transactions: pd.DataFrame, train: Range, test: Range) -> dict[str, dict[str, float]]:
    """The figures of one fold: our features, the handbook's with the same model, and the truth itself."""
    learnt, tried = _between(transactions, train), unknown(transactions, train, test)
    labels = learnt.is_fraud.astype(bool)
    scores = {
        "ours": models.boosting(learnt, labels, features.ALL).scores(tried),
        "handbook": models.boosting(learnt, labels, features.HANDBOOK).scores(tried),
        "truth": tried.is_fraud.to_numpy(dtype=np.float64),
    }
    found = {kind: figures(tried, score) for kind, score in scores.items()}
    print(f"train {train[0]}/{train[1]}, test {test[0]}/{test[1]}")
    for kind, values in found.items():
        print(f"  {kind:8} {values}", flush=True)
    return found


def figures(tried: pd.DataFrame, score: np.ndarray) -> dict[str, float]:
    """The handbook's three measures."""
    fraud = tried.is_fraud.to_numpy(dtype=np.bool_)
    values = (average_precision_score(fraud, score), model_quality.card_precision(tried, score), roc_auc_score(fraud, score))
    return {name: round(float(value), 4) for name, value in zip(METRICS, values, strict=True)}


def unknown(transactions: pd.DataFrame, train: Range, test: Range) -> pd.DataFrame:
    """The days of the test without customers whose fraud was known by then."""
    tried = _between(transactions, test)
    since = transactions[(transactions.transacted_at >= pd.Timestamp(train[0])) & transactions.is_fraud]
    first = since.groupby("customer_id").transacted_at.min().dt.normalize()
    known_on = tried.customer_id.map(first) + pd.Timedelta(days=features.DELAY_DAYS + 1)
    return tried[~(known_on <= tried.transacted_at.dt.normalize())]


def _between(transactions: pd.DataFrame, days: Range) -> pd.DataFrame:
    day = transactions.transacted_at.dt.normalize()
    return transactions[(day >= pd.Timestamp(days[0])) & (day <= pd.Timestamp(days[1]))]


def _range(text: str) -> Range:
    start, end = text.split("/")
    return date.fromisoformat(start), date.fromisoformat(end)


if __name__ == "__main__":
    main()
