"""Score every transaction with a model that had not seen its label: in time order, period by period."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from headgate.domains.retail.compliance_guardian import decisions, features, models, reasons
from headgate.domains.retail.compliance_guardian.features import DELAY_DAYS
from headgate.engines.frames import frame_of
from headgate.engines.write_rows import write_batches
from headgate.lake.parquet import table_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from headgate.domains.retail.compliance_guardian.described_transactions import DescribedTransactions

    Array = npt.NDArray[np.float64]

PERIODS = 6
KEPT = (
    "transaction_id",
    "transacted_at",
    "customer_id",
    "terminal_id",
    "card_token",
    "pence",
    "amount_gbp",
    "amount_to_usual",
    "is_fraud",
)
"""Columns that the tables need besides the score; a shop has millions of transactions, and dozens of features for each."""
_REASONS = tuple(f"reason_{place + 1}" for place in range(reasons.REASONS))
_TEXTS = ("card_token", "decision", *_REASONS, "model")
_EXPLAINED_ROWS = 100_000  # whose features are in memory at once


@dataclass(frozen=True)
class Period:
    """The transactions of one stretch of days in a Parquet file: the columns KEPT, `score`, `decision`, `reason_1…3` and `model`.

    Attributes:
        model: the model that scored; None where there are no transactions.
    """

    start: pd.Timestamp
    path: Path
    model: models.FraudModel | None

    @property
    def transactions(self) -> pd.DataFrame:
        """All columns, in the order of time and number."""
        return self.rows(pq.read_schema(self.path).names)

    def rows(self, columns: Sequence[str]) -> pd.DataFrame:
        """Some columns, in the order of time and number; texts but for the card are categories."""
        table = table_of(self.path, list(columns), [name for name in _TEXTS[1:] if name in columns])
        texts = {name: table[name].unify_dictionaries().combine_chunks() for name in columns if name in _TEXTS[1:]}
        found = frame_of(table.drop_columns(list(texts)))
        for name, values in texts.items():
            found[name] = values.to_pandas()
        if "is_fraud" in found:
            found["is_fraud"] = found.is_fraud.astype("boolean")
        return found[list(columns)]


def scored(transactions: DescribedTransactions, folder: Path, recipe: str = models.FIRST) -> list[Period]:
    """The transactions in stretches of equally many days, each scored by a model of what was known when it began.

    Args:
        transactions: at least one.
        folder: holds the files of the periods afterwards, and nothing else.
        recipe: of the models that learn from labels, one of `models.RECIPES`.
    """
    edges = _stretches(transactions.first_at, transactions.last_at)
    return [_period(transactions, start, end, recipe, folder / f"{number}.parquet") for number, (start, end) in enumerate(edges)]


def _stretches(first_at: pd.Timestamp, last_at: pd.Timestamp) -> Sequence[tuple[pd.Timestamp, pd.Timestamp]]:
    first, after = first_at.normalize(), last_at.normalize() + pd.Timedelta(days=1)
    count = min(PERIODS, (after - first).days)
    edges = [first + pd.Timedelta(days=(after - first).days * part // count) for part in range(count + 1)]
    return list(pairwise(edges))


def _period(transactions: DescribedTransactions, start: pd.Timestamp, end: pd.Timestamp, recipe: str, path: Path) -> Period:
    known, first, after = (transactions.place_of(at) for at in (start - pd.Timedelta(days=DELAY_DAYS), start, end))
    model = _model(transactions, known, after, recipe) if first < after else None
    write_batches(_scored(transactions, known, first, after, model) if model else (), _schema(transactions), path, _TEXTS)
    return Period(start, path, model)


def _scored(transactions: DescribedTransactions, known: int, first: int, after: int, model: models.FraudModel) -> Iterator[pa.Table]:
    """The transactions of a period with their scores. In memory are the score and the decision of each, and one batch."""
    score = model.scores_of(strength_of(model, transactions, first, after))
    if model.name == models.Boosting.name:
        amount = column_of(transactions, "amount_gbp", first, after)
        decision = decisions.cheapest(score, amount, review_price(model, transactions, known, first))
    else:
        decision = decisions.strangest(score)
    stopped = np.flatnonzero(decision != decisions.ACTIONS[0])
    codes = _reasons(transactions, model, first + stopped)
    begin = 0
    for part in transactions.tables(first, after, KEPT):
        end = begin + part.num_rows
        own = slice(*np.searchsorted(stopped, [begin, end]))
        explained = np.full((part.num_rows, reasons.REASONS), None, dtype=object)
        explained[stopped[own] - begin] = codes[own]
        added = {"score": score[begin:end], "decision": decision[begin:end], **dict(zip(_REASONS, explained.T, strict=True))}
        added["model"] = np.full(part.num_rows, model.name, dtype=object)
        for name, values in added.items():
            part = part.append_column(name, pa.array(values, _added(name)))  # noqa: PLW2901 column by column
        yield part
        begin = end


def _schema(transactions: DescribedTransactions) -> pa.Schema:
    added = ("score", "decision", *_REASONS, "model")
    return pa.schema([*transactions.schema(KEPT), *(pa.field(name, _added(name)) for name in added)])


def _added(name: str) -> pa.DataType:
    return pa.float64() if name == "score" else pa.string()


def _reasons(transactions: DescribedTransactions, model: models.FraudModel, places: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    """The reason codes of the transactions at some places."""
    starts = range(0, len(places), _EXPLAINED_ROWS)
    parts = (transactions.take(places[start : start + _EXPLAINED_ROWS], model.columns) for start in starts)
    return np.concatenate([np.empty((0, reasons.REASONS), dtype=object), *(reasons.reason_codes(model, part) for part in parts)])


def strength_of(model: models.FraudModel, transactions: DescribedTransactions, first: int, after: int) -> Array:
    """The strength of the transactions from one place up to another, which is left out."""
    return np.concatenate([np.empty(0), *(model.strength(part) for part in transactions.batches(first, after, model.columns))])


def column_of(transactions: DescribedTransactions, name: str, first: int, after: int) -> npt.NDArray[np.float64]:
    """One column of numbers of the transactions from one place up to another, which is left out."""
    return transactions.rows(first, after, [name])[name].to_numpy(dtype=np.float64)


def review_price(model: models.FraudModel, transactions: DescribedTransactions, first: int, after: int) -> float:
    """What a review must save, from the days of the delay, whose labels the model has not seen.

    Args:
        first, after: the places of the transactions of these days.
    """
    if first == after:
        return decisions.REVIEW_COST_GBP
    score = model.scores_of(strength_of(model, transactions, first, after))
    return decisions.review_price_of(score, column_of(transactions, "amount_gbp", first, after), DELAY_DAYS)


def _model(transactions: DescribedTransactions, known: int, after: int, recipe: str) -> models.FraudModel:
    """Boosting where the labels known by then carry it; else a forest over all that was seen."""
    learnt = supervised(transactions, known, recipe)
    return learnt or models.isolation(transactions.rows(max(0, after - models.MAX_HONEST), after, features.UNLABELLED))


def supervised(transactions: DescribedTransactions, known: int, recipe: str) -> models.Boosting | None:
    """Boosting over the first so many transactions, whose labels are known; None where these carry no model."""
    labels = transactions.labels[:known]
    if not models.is_enough(labels):
        return None
    places = models.sample(labels)
    fraud = labels[places] == models.FRAUD
    return models.boosting_of_sample(transactions.take(places, features.ALL), fraud, int((labels == models.HONEST).sum()), recipe=recipe)
