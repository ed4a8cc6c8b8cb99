"""Score every transaction with a model that has not seen its label, in time order, by periods.

A period uses one model. Its transactions are scored for several days at a time, and days are reused from an
earlier run if their transactions, and all before them, are unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from headgate.domains.retail.compliance_guardian import boosting_models, decisions, features, fraud_reasons
from headgate.domains.retail.compliance_guardian.features import DELAY_DAYS
from headgate.domains.retail.compliance_guardian.reviews import Reviews, filled_in
from headgate.domains.retail.compliance_guardian.stretch import Stretch
from headgate.engines.frames import frame_of
from headgate.engines.write_rows import write_batches
from headgate.facts.kept_files import MAX_GAP_DAYS, KeepFiles, address_of
from headgate.learning import model_file
from headgate.learning.schedule import period_days, period_starts
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from headgate.domains.retail.compliance_guardian.described_transactions import (
        DescribedTransactions,
        Descriptions,
    )
    from headgate.domains.retail.compliance_guardian.transaction_days import TransactionDays

    Array = npt.NDArray[np.float64]

_BLOCKS = 7  # parts of a period that are kept apart
KEPT = (
    "transaction_id",
    "transacted_at",
    "customer_id",
    "terminal_id",
    "card_token",
    "pence",
    "amount_gbp",
    "amount_to_usual",
    "usual_amount",
    "is_fraud",
)
"""Columns that the tables and predictions need besides the score.

A shop has millions of transactions, and dozens of features for each.
"""
_REASONS = tuple(f"reason_{place + 1}" for place in range(fraud_reasons.REASONS))
_WORDS = "reason_words"
_TEXTS = ("card_token", "decision", *_REASONS, _WORDS, "model")
_DAYS_ROWS = 262_144  # in memory at once, and those of a day that is not complete


@dataclass(frozen=True)
class Period:
    """The transactions of a period in Parquet files.

    Their columns are KEPT, `score`, `decision`, `reason_1…3`, `reason_words` and `model`.

    Attributes:
        paths: in time order; none without transactions.
    """

    stretch: Stretch
    paths: tuple[Path, ...]

    @property
    def start(self) -> pd.Timestamp:
        """Return the first day."""
        return self.stretch.start

    @property
    def transactions(self) -> pd.DataFrame:
        """All columns, in the order of time and number."""
        return self.rows(pq.read_schema(self.paths[0]).names)

    def rows(self, columns: Sequence[str], newest: int | None = None) -> pd.DataFrame:
        """Return columns, in the order of time and number.

        Of so many of the newest transactions, if a number is given.

        Texts but for the card are categories.
        """
        counts = [pq.read_metadata(path).num_rows for path in self.paths]
        left_out = max(0, sum(counts) - newest) if newest else 0
        parts = []
        for path, rows in zip(self.paths, counts, strict=True):
            if left_out < rows:
                parts.append(_read_from(_opened(path), left_out, columns))
            left_out = max(0, left_out - rows)
        return _frame_of(pa.concat_tables(parts))

    def days(self, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        """Yield rows, some whole days at a time."""
        rest: pa.Table | None = None
        for batch in self.batches(columns):
            rest = pa.concat_tables([rest, batch]) if rest else batch
            moments = frame_of(rest.select(["transacted_at"])).transacted_at
            last_day = int(moments.searchsorted(moments.iloc[-1].normalize()))
            if last_day:
                yield _frame_of(rest.slice(0, last_day))
                rest = rest.slice(last_day)
        if rest:
            yield _frame_of(rest)

    def batches(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Yield rows in the order of time and number."""
        for path in self.paths:
            for batch in _opened(path).iter_batches(_DAYS_ROWS, columns=list(columns), use_threads=False):
                yield pa.Table.from_batches([batch]).select(list(columns))


def _opened(path: Path) -> pq.ParquetFile:
    return pq.ParquetFile(path, read_dictionary=list(_TEXTS[1:]))


def _read_from(file: pq.ParquetFile, left_out: int, columns: Sequence[str]) -> pa.Table:
    """Return columns of the rows of a file behind the first so many."""
    groups = range(file.num_row_groups)
    while groups and left_out >= (rows := file.metadata.row_group(groups[0]).num_rows):
        groups, left_out = groups[1:], left_out - rows
    return (
        file.read_row_groups(list(groups), list(columns), use_threads=False)
        .select(list(columns))
        .slice(left_out)
    )


def _frame_of(table: pa.Table) -> pd.DataFrame:
    """Return the rows in pandas, texts that the file holds once as categories."""
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


@dataclass(frozen=True)
class PeriodModel:
    """The model of a period.

    Attributes:
        review_price: the least saving that asks for a review, as `review_price` gives it.
    """

    fitted: boosting_models.FraudModel
    review_price: float


@dataclass(frozen=True)
class _DaysOfPeriod:
    """Days of a period that are scored and kept together."""

    of: Stretch
    start: pd.Timestamp
    end: pd.Timestamp


@dataclass
class Scores:
    """The scores of all transactions: computed, or kept from an earlier run.

    Args:
        descriptions: the transactions with their features, of which as few as possible are asked for.
        keep: gives a file for each address, of which it has some and has the others written.
        recipe: of the models that learn from labels, one of `boosting_models.RECIPES`.
        code: identifies the code that scores.
        terms: decide about transactions by their scores.
        reviews: the decisions of reviewers.
    """

    days: TransactionDays
    descriptions: Descriptions
    keep: KeepFiles
    recipe: str = boosting_models.FIRST
    code: str = ""
    terms: decisions.Terms = decisions.DEFAULT
    reviews: Reviews = field(default_factory=Reviews.of_nobody)
    _models: dict[Stretch, PeriodModel | None] = field(default_factory=dict)

    @property
    def stretches(self) -> list[Stretch]:
        """Return the days of all periods."""
        return stretches(self.days.days[0], self.days.days[-1])

    def periods(self) -> list[Period]:
        """Return the transactions in periods, each scored by a model of what was known when it began."""
        blocks = [block for stretch in self.stretches for block in self._blocks(stretch)]
        addresses = [
            self.address(block.of, "days", block.of.start, block.start, before=block.end) for block in blocks
        ]
        paths = self.keep("fraud_days", addresses, partial(self._write, blocks))
        by_stretch: dict[Stretch, list[Path]] = {stretch: [] for stretch in self.stretches}
        for block, path in zip(blocks, paths, strict=True):
            by_stretch[block.of].append(path)
        return [Period(stretch, tuple(own)) for stretch, own in by_stretch.items()]

    def model(self, stretch: Stretch) -> PeriodModel | None:
        """Return the model of a period; None where the labels known by then carry none."""
        if stretch not in self._models:
            self._models[stretch] = self._kept_model(stretch) if self.is_taught(stretch) else None
        return self._models[stretch]

    def is_taught(self, stretch: Stretch) -> bool:
        """Return whether the labels that are known when a period begins carry a model."""
        return boosting_models.are_enough(*self.days.labels_before(stretch.labelled_to))

    def reported_labels(self, stretch: Stretch) -> int:
        """Return how many labels of the data the model of a period learns from; 0 where it has none."""
        return sum(self.days.labels_before(stretch.labelled_to)) if self.is_taught(stretch) else 0

    def fitted(self, stretch: Stretch, recipe: str) -> PeriodModel | None:
        """Return the model of any recipe for a period."""
        if recipe == self.recipe:
            return self.model(stretch)
        transactions = self.descriptions.all()
        labelled_to, first = (transactions.place_of(at) for at in (stretch.labelled_to, stretch.start))
        learnt = supervised(transactions, labelled_to, recipe, self.reviews.taught(stretch))
        if not learnt:
            return None
        return PeriodModel(learnt, review_price(learnt, transactions, labelled_to, first, self.terms))

    def address(self, stretch: Stretch, *about: object, before: pd.Timestamp) -> str:
        """Return the address of a result of all transactions before a day and all models up to a period."""
        taught = self.reviews.digest(stretch) if self.is_taught(stretch) else ""
        inputs = (self.code, self.recipe, self.terms, *about, self.days.digest_before(before), taught)
        return address_of(*map(str, inputs))

    def addresses_of_quality(self) -> dict[pd.Timestamp, str]:
        """Return the addresses of the figures of periods that are over, by their first day."""
        over = self.stretches[:-1]
        return {each.start: self.address(each, "quality", each.start, before=each.end) for each in over}

    def address_of_scores(self, before: pd.Timestamp) -> str:
        """Return the address of the scores of all transactions before a day of the newest period.

        A forest ranks all transactions of its period, so all of them are in the address of its scores.
        """
        newest, every = self.stretches[-1], self.days.days[-1] + pd.Timedelta(days=1)
        return self.address(newest, "scores", before, before=before if self.is_taught(newest) else every)

    def addresses_of_earlier_scores(self) -> dict[pd.Timestamp, str]:
        """Return the addresses of the scores before earlier days, by day, as a run of the day has it.

        Only of days before which every transaction still has the score of that run: the periods began on the
        same days, and the day's period has a model, because a forest ranks all transactions of its period.
        """
        newest, addresses = self.days.days[-1], {}
        first_recent = newest - pd.Timedelta(days=MAX_GAP_DAYS)
        for day in (day for day in self.days.days[:-1] if day >= first_recent):
            periods = stretches(self.days.days[0], day)
            if periods == self.stretches[: len(periods)] and self.is_taught(periods[-1]):
                addresses[day] = self.address(periods[-1], "scores", day, before=day)
        return addresses

    def _blocks(self, stretch: Stretch) -> list[_DaysOfPeriod]:
        """Return the days that are kept together. A forest ranks all transactions of its period."""
        length = (stretch.end - stretch.start).days
        width = max(1, length // _BLOCKS) if self.is_taught(stretch) else length
        edges = [stretch.start + pd.Timedelta(days=day) for day in range(0, length, width)]
        blocks = [_DaysOfPeriod(stretch, start, end) for start, end in pairwise([*edges, stretch.end])]
        return [block for block in blocks if self.days.has_rows(block.start, block.end)]

    def _kept_model(self, stretch: Stretch) -> PeriodModel:
        def write(_: Sequence[int], paths: Sequence[Path]) -> None:
            transactions = self.descriptions.all()
            labelled_to, first = (transactions.place_of(at) for at in (stretch.labelled_to, stretch.start))
            learnt = supervised(transactions, labelled_to, self.recipe, self.reviews.taught(stretch))
            price = review_price(learnt, transactions, labelled_to, first, self.terms) if learnt else np.nan
            write_model(paths[0], learnt, review_price=price)

        address = self.address(stretch, "model", stretch.start, before=stretch.start)
        (path,) = self.keep("fraud_model", [address], write, is_fitted=True)
        row = read_model(path)
        return PeriodModel(row["fitted"], row["review_price"])

    def _write(self, blocks: Sequence[_DaysOfPeriod], numbers: Sequence[int], paths: Sequence[Path]) -> None:
        """Score the blocks with these numbers. If possible, only days since the first are described."""
        asked = [blocks[number] for number in numbers]
        models = {block.of: self.model(block.of) for block in asked}
        is_all_needed = None in models.values()
        transactions = (
            self.descriptions.all()
            if is_all_needed
            else self.descriptions.since(min(block.start for block in asked))
        )
        for block, path in zip(asked, paths, strict=True):
            first, after = (transactions.place_of(at) for at in (block.start, block.end))
            judge = models[block.of] or self._unlabelled(block, transactions, first, after)
            rows = _scored(transactions, first, after, judge, self.terms.margin_share)
            write_batches(rows, _schema(transactions), path, _TEXTS)

    def _unlabelled(
        self, block: _DaysOfPeriod, transactions: DescribedTransactions, first: int, after: int
    ) -> PeriodModel:
        """Return a forest of all that was seen, with the price of a review on the days of the block."""
        share = boosting_models.expected_fraud_share(*self.days.labels_before(block.of.labelled_to))
        forest = boosting_models.isolation(
            transactions.rows(max(0, after - boosting_models.MAX_HONEST), after, features.UNLABELLED),
            fraud_share=share,
        )
        end = min(block.end, self.days.days[-1] + pd.Timedelta(days=1))
        scored = (
            (score, part["amount_gbp"].to_numpy())
            for part, score in _judged(transactions, first, after, forest)
        )
        days = (end - block.start).days
        price = decisions.review_price_of(scored, days, self.terms, may_block=False)
        return PeriodModel(forest, price)


def write_model(path: Path, fitted: boosting_models.Boosting | None, **facts: object) -> None:
    """Write a model with facts about it to a file of one row."""
    body = model_file.to_bytes(fitted) if fitted else None
    columns = {"fitted": pa.array([body], pa.binary()), **{name: [value] for name, value in facts.items()}}
    pq.write_table(pa.table(columns), path)


def read_model(path: Path) -> dict[str, Any]:
    """Read the file of `write_model`; `fitted` is the model, or None."""
    (row,) = table_of(path).to_pylist()
    state = model_file.state_from_bytes(row["fitted"]) if row["fitted"] else None
    return {**row, "fitted": boosting_models.Boosting.from_state(state) if state else None}


def stretches(first: pd.Timestamp, last: pd.Timestamp) -> list[Stretch]:
    """Return the days of the periods from a first day to a last one; the last period may not be over."""
    length = pd.Timedelta(days=period_days((last - first).days + 1))
    return [Stretch(start, start + length) for start in period_starts(first, last)]


def rows_since(periods: Sequence[Period], since: pd.Timestamp, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield columns of the transactions since a moment in batches, in the order of time and number.

    Args:
        columns: with `transacted_at`.
    """
    for period in periods:
        if period.stretch.end > since:
            for rows in period.batches(columns):
                yield rows.slice(np.searchsorted(rows["transacted_at"].to_numpy(), since.to_datetime64()))


def count_since(periods: Sequence[Period], since: pd.Timestamp) -> int:
    """Return the number of transactions since a moment; only the period that it lies in is read."""
    later = [path for each in periods if each.start >= since for path in each.paths]
    partly = [each for each in periods if each.start < since]
    counts: list[int] = [pq.read_metadata(path).num_rows for path in later]
    counts += [rows.num_rows for rows in rows_since(partly, since, ["transacted_at"])]
    return sum(counts)


def _scored(
    transactions: DescribedTransactions, first: int, after: int, model: PeriodModel, margin: float
) -> Iterator[pa.Table]:
    """Yield the transactions between two places with their scores, one batch in memory at a time."""
    fitted = model.fitted
    is_taught = fitted.name == boosting_models.Boosting.name
    for part, score in _judged(transactions, first, after, fitted):
        kept = part.select(KEPT)
        amount = kept["amount_gbp"].to_numpy()
        price = model.review_price
        decision = decisions.cheapest(score, amount, price, margin=margin, may_block=is_taught)
        stopped = np.flatnonzero(decision != decisions.ACTIONS[0])
        explained = np.full((part.num_rows, fraud_reasons.REASONS), None, dtype=object)
        points = frame_of(part.select(fitted.columns).take(stopped))
        reasons = fraud_reasons.explain(fitted, points)
        explained[stopped] = reasons.codes
        words = np.full(part.num_rows, None, dtype=object)
        words[stopped] = reasons.words
        added = {"score": score, "decision": decision, **dict(zip(_REASONS, explained.T, strict=True))}
        added[_WORDS] = words
        added["model"] = np.full(part.num_rows, fitted.name, dtype=object)
        for name, values in added.items():
            kept = kept.append_column(name, pa.array(values, _added(name)))
        yield kept


def _judged(
    transactions: DescribedTransactions, first: int, after: int, model: boosting_models.FraudModel
) -> Iterator[tuple[pa.Table, Array]]:
    """Yield the transactions between two places, with the score of each, in batches.

    Boosting scores a transaction by its own strength. A forest ranks the strengths of all of them, so these
    are in memory.
    """
    columns = list(dict.fromkeys([*KEPT, *model.columns]))
    if model.name == boosting_models.Boosting.name:
        for part in transactions.tables(first, after, columns):
            yield part, model.scores(frame_of(part.select(model.columns)))
        return
    every = strength_of(model, transactions, first, after)
    scores, begin = model.scores_of(every), 0
    for part in transactions.tables(first, after, columns):
        own = slice(begin, begin := begin + part.num_rows)
        yield part, scores[own]


def _schema(transactions: DescribedTransactions) -> pa.Schema:
    added = ("score", "decision", *_REASONS, _WORDS, "model")
    return pa.schema([*transactions.schema(KEPT), *(pa.field(name, _added(name)) for name in added)])


def _added(name: str) -> pa.DataType:
    return pa.float64() if name == "score" else pa.string()


def strength_of(
    model: boosting_models.FraudModel, transactions: DescribedTransactions, first: int, after: int
) -> Array:
    """Return the strength of the transactions from one place up to another, which is left out."""
    return np.concatenate(
        [np.empty(0), *(model.strength(part) for part in transactions.batches(first, after, model.columns))]
    )


def review_price(
    model: boosting_models.FraudModel,
    transactions: DescribedTransactions,
    first: int,
    after: int,
    terms: decisions.Terms = decisions.DEFAULT,
) -> float:
    """Return the least saving that asks for a review, from days whose labels the model has not seen.

    Args:
        first, after: the places of the transactions of these days.
    """
    columns = list(dict.fromkeys(["amount_gbp", *model.columns]))
    batches = transactions.batches(first, after, columns)
    return decisions.review_price_of(
        ((model.scores(rows), rows.amount_gbp.to_numpy(dtype=np.float64)) for rows in batches),
        DELAY_DAYS,
        terms,
    )


def supervised(
    transactions: DescribedTransactions, labelled_to: int, recipe: str, taught: pd.DataFrame | None = None
) -> boosting_models.Boosting | None:
    """Fit boosting to the first so many transactions, whose labels are known.

    None where the reported labels carry no model: reviewers see the highest scores only.
    """
    labels = transactions.labels[:labelled_to]
    if not boosting_models.is_enough(labels):
        return None
    if taught is not None:
        labels = filled_in(labels, transactions, taught)
    places = boosting_models.sample(labels)
    fraud = labels[places] == boosting_models.FRAUD
    share = boosting_models.honest_share(labels, places)
    return boosting_models.boosting_of_sample(
        transactions.take(places, features.ALL), fraud, share, recipe=recipe
    )
