"""Fraud scores by the Fraud Detection Handbook's protocol: train some days, wait for the labels, test the
days after.

DATA: a Parquet file with the handbook's columns, or a folder of such files; TRAIN and TEST: ranges of days
such as 2018-07-11/2018-07-17, first and last. Without ranges: four weeks of tests, each after a week of
training and a week of delay (the handbook's prequential validation), the last of them the last week of the
data.

Customers who are known to be defrauded are left out of the test, and one who was found on a day is not looked
at again.

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

from headgate.domains.retail.compliance_guardian import boosting_models, features, model_quality

DEFAULT = (
    Path(os.environ.get("HEADGATE_DATA", "../shared/data"))
    / "fraud_handbook"
    / "transactions_2018-04_2018-07.parquet"
)
WEEK = timedelta(days=7)
FOLDS = 4
COLUMNS = {
    "TRANSACTION_ID": "transaction_id",
    "TX_DATETIME": "transacted_at",
    "CUSTOMER_ID": "customer_id",
    "TERMINAL_ID": "terminal_id",
    "TX_AMOUNT": "TX_AMOUNT",
    "TX_FRAUD": "is_fraud",
}
METRICS = ("average_precision", "card_precision_100", "auc")
Range = tuple[date, date]


def main() -> None:
    """Print the figures, the last line as JSON."""
    folds, started = stated(), time.perf_counter()
    transactions = described(Path(os.environ.get("DATA") or DEFAULT))
    print(f"{len(transactions):,} transactions described in {time.perf_counter() - started:.1f} s")
    figures = [measured(transactions, train, test) for train, test in folds or newest(transactions)]
    mean = {
        kind: {name: round(float(np.mean([fold[kind][name] for fold in figures])), 4) for name in METRICS}
        for kind in figures[0]
    }
    print(f"handbook's features   {mean['handbook']}\nbest that can be had  {mean['truth']}")
    print(json.dumps(mean["ours"]))


def read(data: Path) -> pd.DataFrame:
    """The handbook's columns under this system's names, from one file or from all files of a folder."""
    files = sorted(data.rglob("*.parquet")) if data.is_dir() else [data]
    if not files:
        raise SystemExit(
            f"{data} holds no .parquet file; name a file or folder of the handbook's transactions with "
            "DATA=<path>"
        )
    rows = pd.concat(
        [pd.read_parquet(file, columns=list(COLUMNS)) for file in files], ignore_index=True
    ).rename(columns=COLUMNS)
    # The handbook's own days carry ids as text.
    whole = rows.astype(
        {
            "transaction_id": "int64",
            "customer_id": "int64",
            "terminal_id": "int64",
            "transacted_at": "datetime64[us]",
        }
    )
    return whole.assign(is_fraud=whole.is_fraud.astype("int64").astype(bool))


def described(data: Path) -> pd.DataFrame:
    """The handbook's transactions with this system's features; nobody's account age is known."""
    rows = read(data)
    table = pa.Table.from_pandas(rows.assign(card_token=""), preserve_index=False)
    amounts = pa.compute.round(table["TX_AMOUNT"], 2).cast(pa.decimal128(12, 2))
    typed = table.drop_columns("TX_AMOUNT").append_column("amount", amounts)
    nobody = pa.table(
        {"customer_id": pa.array([], pa.int64()), "signed_up_at": pa.array([], pa.timestamp("us"))}
    )
    return features.described(ibis.memtable(typed), ibis.memtable(nobody), rows.transacted_at.max().date())


def stated() -> list[tuple[Range, Range]]:
    """The one fold that the environment states; none where it states none."""
    given = {name: os.environ[name] for name in ("TRAIN", "TEST") if os.environ.get(name)}
    if len(given) == 1:
        raise SystemExit(
            "TRAIN and TEST go together, such as TRAIN=2018-07-25/2018-07-31 TEST=2018-08-08/2018-08-14"
        )
    return [(_range(given["TRAIN"]), _range(given["TEST"]))] if given else []


def newest(transactions: pd.DataFrame) -> list[tuple[Range, Range]]:
    """Days to train and to test on: the last weeks of the data, one after the other."""
    last = transactions.transacted_at.iloc[-1].date()
    ends = [last - WEEK * fold for fold in range(FOLDS)]
    return [
        ((end - 3 * WEEK + timedelta(days=1), end - 2 * WEEK), (end - WEEK + timedelta(days=1), end))
        for end in ends
    ]


def measured(transactions: pd.DataFrame, train: Range, test: Range) -> dict[str, dict[str, float]]:
    """The figures of one fold: our features, the handbook's with the same model, and the truth itself."""
    learnt, tried = _between(transactions, train), unknown(transactions, train, test)
    labels = learnt.is_fraud.astype(bool)
    for name, rows in (("TRAIN", learnt), ("TEST", tried)):
        if not 0 < rows.is_fraud.sum() < len(rows):
            raise SystemExit(
                f"{name} holds {len(rows):,} transactions and {int(rows.is_fraud.sum()):,} frauds: too "
                "few to measure anything"
            )
    scores = {
        "ours": boosting_models.boosting(learnt, labels, features.ALL).scores(tried),
        "handbook": boosting_models.boosting(learnt, labels, features.HANDBOOK).scores(tried),
        "truth": tried.is_fraud.to_numpy(dtype=np.float64),
    }
    measures = {kind: figures(tried, score) for kind, score in scores.items()}
    print(f"train {train[0]}/{train[1]}, test {test[0]}/{test[1]}")
    for kind, values in measures.items():
        print(f"  {kind:8} {values}", flush=True)
    return measures


def figures(tried: pd.DataFrame, score: np.ndarray) -> dict[str, float]:
    """The handbook's three measures."""
    fraud = tried.is_fraud.to_numpy(dtype=np.bool_)
    values = (
        average_precision_score(fraud, score),
        model_quality.card_precision(tried, score),
        roc_auc_score(fraud, score),
    )
    return {name: round(float(value), 4) for name, value in zip(METRICS, values, strict=True)}


def unknown(transactions: pd.DataFrame, train: Range, test: Range) -> pd.DataFrame:
    """The days of the test without customers whose fraud was known by then."""
    since = transactions[(transactions.transacted_at >= pd.Timestamp(train[0])) & transactions.is_fraud]
    return model_quality.without_defrauded(_between(transactions, test), since)


def _between(transactions: pd.DataFrame, days: Range) -> pd.DataFrame:
    day = transactions.transacted_at.dt.normalize()
    return transactions[(day >= pd.Timestamp(days[0])) & (day <= pd.Timestamp(days[1]))]


def _range(text: str) -> Range:
    try:
        first, last = (date.fromisoformat(day) for day in text.split("/"))
    except ValueError:
        raise SystemExit(
            f"{text} is no range of days; write the first and the last, such as 2018-07-25/2018-07-31"
        ) from None
    return first, last


if __name__ == "__main__":
    main()
