"""Score every transaction with a model that had not seen its label: in time order, period by period."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from headgate.domains.retail.compliance_guardian import boosting_models, decisions, features, fraud_reasons
from headgate.domains.retail.compliance_guardian.features import DELAY_DAYS
from headgate.engines.frames import frame_of
from headgate.engines.write_rows import write_batches

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
"""Columns that the tables need besides the score.

A shop has millions of transactions, and dozens of features for each.
"""
_REASONS = tuple(f"reason_{place + 1}" for place in range(fraud_reasons.REASONS))
_TEXTS = ("card_token", "decision", *_REASONS, "model")
_DAYS_ROWS = 262_144  # in memory at once, and those of a day that is not complete


@dataclass(frozen=True)
class Period:
    """The transactions of one stretch of days in a Parquet file: the columns KEPT, `score`, `decision`,
    `reason_1…3` and `model`.

    Attributes:
        model: the model that scored; None where there are no transactions.
    """

    start: pd.Timestamp
    path: Path
    model: boosting_models.FraudModel | None

    @property
    def transactions(self) -> pd.DataFrame:
        """All columns, in the order of time and number."""
        return self.rows(pq.read_schema(self.path).names)

    def rows(self, columns: Sequence[str], newest: int | None = None) -> pd.DataFrame:
        """Return columns, in the order of time and number.

        Of so many of the newest transactions, if a number is given.

        Texts but for the card are categories.
        """
        with self._opened() as file:
            left_out = max(0, file.metadata.num_rows - newest) if newest else 0
            return _frame_of(_read_from(file, left_out, columns))

    def days(self, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        """As `rows`, some whole days at a time."""
        with self._opened() as file:
            rest = file.schema_arrow.empty_table().select(columns)
            for batch in file.iter_batches(_DAYS_ROWS, columns=list(columns), use_threads=False):
                rest = pa.concat_tables([rest, pa.Table.from_batches([batch]).select(columns)])
                moments = frame_of(rest.select(["transacted_at"])).transacted_at
                last_day = int(moments.searchsorted(moments.iloc[-1].normalize()))
                if last_day:
                    yield _frame_of(rest.slice(0, last_day))
                    rest = rest.slice(last_day)
            if rest.num_rows:
                yield _frame_of(rest)

    def _opened(self) -> pq.ParquetFile:
        return pq.ParquetFile(self.path, read_dictionary=list(_TEXTS[1:]))


def _read_from(file: pq.ParquetFile, left_out: int, columns: Sequence[str]) -> pa.Table:
    """Return columns of the rows of a file behind the first so many.

    Row groups without any of them are not read.
    """
    groups = range(file.num_row_groups)
    while groups and left_out >= (rows := file.metadata.row_group(groups[0]).num_rows):
        groups, left_out = groups[1:], left_out - rows
    return (
        file.read_row_groups(list(groups), list(columns), use_threads=False)
        .select(list(columns))
        .slice(left_out)
    )


def _frame_of(table: pa.Table) -> pd.DataFrame:
    """The rows in pandas, texts that the file holds once as categories."""
    texts = {
        name: table[name].unify_dictionaries().combine_chunks()
        for name in table.column_names
        if name in _TEXTS[1:]
    }
    rows = frame_of(table.drop_columns(list(texts)))
    for name, values in texts.items():
        rows[name] = values.to_pandas()
    if "is_fraud" in rows:
        rows["is_fraud"] = rows.is_fraud.astype("boolean")
    frame: pd.DataFrame = rows[table.column_names]
    return frame


def scored(
    transactions: DescribedTransactions, folder: Path, recipe: str = boosting_models.FIRST
) -> list[Period]:
    """The transactions in stretches of equally many days, each scored by a model of what was known when it
    began.

    Args:
        transactions: at least one.
        folder: holds the files of the periods afterwards, and nothing else.
        recipe: of the models that learn from labels, one of `models.RECIPES`.
    """
    edges = _stretches(transactions.first_at, transactions.last_at)
    return [
        _period(transactions, start, end, recipe, folder / f"{number}.parquet")
        for number, (start, end) in enumerate(edges)
    ]


def _stretches(first_at: pd.Timestamp, last_at: pd.Timestamp) -> Sequence[tuple[pd.Timestamp, pd.Timestamp]]:
    first, after = first_at.normalize(), last_at.normalize() + pd.Timedelta(days=1)
    count = min(PERIODS, (after - first).days)
    edges = [first + pd.Timedelta(days=(after - first).days * part // count) for part in range(count + 1)]
    return list(pairwise(edges))


def _period(
    transactions: DescribedTransactions, start: pd.Timestamp, end: pd.Timestamp, recipe: str, path: Path
) -> Period:
    labelled_to, first, after = (
        transactions.place_of(at) for at in (start - pd.Timedelta(days=DELAY_DAYS), start, end)
    )
    model = _model(transactions, labelled_to, after, recipe) if first < after else None
    write_batches(
        _scored(transactions, labelled_to, first, after, model) if model else (),
        _schema(transactions),
        path,
        _TEXTS,
    )
    return Period(start, path, model)


def _scored(
    transactions: DescribedTransactions,
    labelled_to: int,
    first: int,
    after: int,
    model: boosting_models.FraudModel,
) -> Iterator[pa.Table]:
    """The transactions of a period with their scores, one batch in memory at a time."""
    price = (
        review_price(model, transactions, labelled_to, first)
        if model.name == boosting_models.Boosting.name
        else None
    )
    for part, strength, score in _judged(transactions, first, after, model):
        kept = part.select(KEPT)
        decision = (
            decisions.strangest(score)
            if price is None
            else decisions.cheapest(score, kept["amount_gbp"].to_numpy(), price)
        )
        stopped = np.flatnonzero(decision != decisions.ACTIONS[0])
        explained = np.full((part.num_rows, fraud_reasons.REASONS), None, dtype=object)
        explained[stopped] = fraud_reasons.reason_codes(
            model, frame_of(part.select(model.columns).take(stopped)), strength[stopped]
        )
        added = {"score": score, "decision": decision, **dict(zip(_REASONS, explained.T, strict=True))}
        added["model"] = np.full(part.num_rows, model.name, dtype=object)
        for name, values in added.items():
            kept = kept.append_column(name, pa.array(values, _added(name)))
        yield kept


def _judged(
    transactions: DescribedTransactions, first: int, after: int, model: boosting_models.FraudModel
) -> Iterator[tuple[pa.Table, Array, Array]]:
    """The transactions from one place up to another with the strength and the score of each, one batch at a
    time.

    Probabilities come from a transaction's own strength. Ranks come from the strengths of all of them, so
    these are in memory.
    """
    columns = list(dict.fromkeys([*KEPT, *model.columns]))
    if model.name == boosting_models.Boosting.name:
        for part in transactions.tables(first, after, columns):
            strength = model.strength(frame_of(part.select(model.columns)))
            yield part, strength, model.scores_of(strength)
        return
    every = strength_of(model, transactions, first, after)
    scores, begin = model.scores_of(every), 0
    for part in transactions.tables(first, after, columns):
        own = slice(begin, begin := begin + part.num_rows)
        yield part, every[own], scores[own]


def _schema(transactions: DescribedTransactions) -> pa.Schema:
    added = ("score", "decision", *_REASONS, "model")
    return pa.schema([*transactions.schema(KEPT), *(pa.field(name, _added(name)) for name in added)])


def _added(name: str) -> pa.DataType:
    return pa.float64() if name == "score" else pa.string()


def strength_of(
    model: boosting_models.FraudModel, transactions: DescribedTransactions, first: int, after: int
) -> Array:
    """The strength of the transactions from one place up to another, which is left out."""
    return np.concatenate(
        [np.empty(0), *(model.strength(part) for part in transactions.batches(first, after, model.columns))]
    )


def review_price(
    model: boosting_models.FraudModel, transactions: DescribedTransactions, first: int, after: int
) -> float:
    """Return the least saving that asks for a review, from the days of the delay, whose labels the model has
    not seen.

    Args:
        first, after: the places of the transactions of these days.
    """
    columns = list(dict.fromkeys(["amount_gbp", *model.columns]))
    batches = transactions.batches(first, after, columns)
    return decisions.review_price_of(
        ((model.scores(rows), rows.amount_gbp.to_numpy(dtype=np.float64)) for rows in batches), DELAY_DAYS
    )


def _model(
    transactions: DescribedTransactions, labelled_to: int, after: int, recipe: str
) -> boosting_models.FraudModel:
    """Boosting where the labels known by then carry it; else a forest over all that was seen."""
    learnt = supervised(transactions, labelled_to, recipe)
    return learnt or boosting_models.isolation(
        transactions.rows(max(0, after - boosting_models.MAX_HONEST), after, features.UNLABELLED)
    )


def supervised(
    transactions: DescribedTransactions, labelled_to: int, recipe: str
) -> boosting_models.Boosting | None:
    """Boosting over the first so many transactions, whose labels are known.

    None where these carry no model.
    """
    labels = transactions.labels[:labelled_to]
    if not boosting_models.is_enough(labels):
        return None
    places = boosting_models.sample(labels)
    fraud = labels[places] == boosting_models.FRAUD
    share = boosting_models.honest_share(labels, places)
    return boosting_models.boosting_of_sample(
        transactions.take(places, features.ALL), fraud, share, recipe=recipe
    )
