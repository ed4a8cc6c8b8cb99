"""risk_scores: the risk of each customer, terminal and card."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.registry import Registry
from headgate.domains.retail.compliance_guardian.boosting_models import Boosting
from headgate.domains.retail.money import amounts
from headgate.engines.frames import frame_of
from headgate.engines.stored_rows import StoredRows
from headgate.engines.write_rows import row_batches, write_batches, write_rows
from headgate.systems.rows_in_file import RowsInFile, unstamped_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

RECENT_DAYS = 30
PRIOR_TRANSACTIONS = 20.0
"""Transactions of average risk that every entity starts with: three transactions cannot make a risk of one
third.
"""
_HIGH, _MEDIUM = 10.0, 3.0  # times the share of all
_ORDER = ("transacted_at", "transaction_id")
_SUMMED_ROWS = 2_000_000  # added up at once; the last bits of a sum depend on it
_CARD = "card_token"
_ENTITIES = {"card": _CARD, "customer": "customer_id", "terminal": "terminal_id"}


def failed_payments(payments: ibis.Table) -> ibis.Table:
    """Return the payments that failed, per card token, in column `failed_payments`."""
    failed = payments.filter(payments.status == "failed", payments.card_token.notnull())  # noqa: PD004 Ibis knows no notna
    return failed.group_by("card_token").agg(failed_payments=failed.count())


def table(scored: ibis.Table, last_at: pd.Timestamp, failed: ibis.Table) -> RowsInFile:
    """Return the table's rows, by kind of entity and entity.

    Args:
        scored: all transactions with the columns of `scored_periods.Period`, on this machine.
        last_at: when the last of them was made.
        failed: the rows of `failed_payments`, on this machine.
    """
    judged = _judged(scored, last_at)
    recent = judged.filter(judged.is_recent)
    made = RowsInFile.new("risk_scores")
    base = _mean(recent.order_by(*_ORDER).select("expected"), made.folder / "expected.parquet")
    schema = unstamped_schema(Registry.load().prod["risk_scores"])
    rows = (
        pa.Table.from_pandas(_rated(kind, entities, base), schema, preserve_index=False)
        for kind, column in _ENTITIES.items()
        for entities in _entities(column, judged, recent, failed, made.folder / f"recent-{kind}.parquet")
    )
    write_batches(rows, schema, made.path, ("entity_type", "risk_band"))
    return made


def _judged(scored: ibis.Table, last_at: pd.Timestamp) -> ibis.Table:
    """Return all transactions with what entities are judged by."""
    is_fraud = scored.is_fraud.fill_null(False)  # noqa: FBT003 a value, not a flag
    # A forest's probability follows a stated share of fraud. Summed over a customer who is mildly unusual
    # each day, it would be evidence of fraud that nobody has.
    guessed = (scored.model == Boosting.name).ifelse(scored.score, 0.0)
    return scored.mutate(
        known=is_fraud.cast("int64"),
        stolen=is_fraud.ifelse(scored.pence, 0),
        is_recent=scored.transacted_at > ibis.literal(last_at - pd.Timedelta(days=RECENT_DAYS), "timestamp"),
        expected=scored.is_fraud.isnull().ifelse(guessed, is_fraud.cast("int64").cast("float64")),  # noqa: PD003 as above
    )


def _mean(values: ibis.Table, path: Path) -> float:
    """Return the mean of the only column, in the order of the rows, by way of a file.

    The sums of `_SUMMED_ROWS` rows are added up.
    """
    write_rows(values, path)
    stored = StoredRows([path])
    (name,) = stored.columns
    sums = [
        float(stored.rows(first, first + _SUMMED_ROWS)[name].to_numpy().sum())
        for first in range(0, len(stored), _SUMMED_ROWS)
    ]
    return sum(sums) / len(stored) if sums else np.nan


def _entities(
    column: str, judged: ibis.Table, recent: ibis.Table, failed: ibis.Table, recent_path: Path
) -> Iterator[pd.DataFrame]:
    """Yield the entities of one kind with their sums, in the order of their names; some at a time."""
    whole = judged.group_by(column).agg(
        transactions=judged.count(),
        pence=judged.pence.sum().cast("int64"),
        known_frauds=judged.known.sum().cast("int64"),
        stolen=judged.stolen.sum().cast("int64"),
        last_seen_at=judged.transacted_at.max(),
    )
    _write_recent(column, recent, recent_path)
    lately = judged.get_backend().read_parquet(recent_path)
    joined = whole.left_join(lately, column)
    named = joined.select(
        *whole.columns, "expected", "count", "highest_score", entity_id=joined[column].cast("string")
    )
    return (frame_of(part) for part in row_batches(_with_failed(named, column, failed).order_by("entity_id")))


def _with_failed(entities: ibis.Table, column: str, failed: ibis.Table) -> ibis.Table:
    """Return the entities with their failed payments, which only cards have."""
    if column != _CARD:
        return entities.mutate(failed_payments=ibis.literal(0, "int64"))
    joined = entities.left_join(failed, column)
    return joined.select(*entities.columns, failed_payments=joined.failed_payments.fill_null(0))


def _write_recent(column: str, recent: ibis.Table, path: Path) -> None:
    """Write the recent sums of each entity.

    Sums of floats follow the order of time, so pandas adds them, some entities at a time.
    """
    ordered = recent.select(column, *_ORDER, "expected", "score").order_by(column, *_ORDER)
    schema = pa.schema(
        [
            ordered.schema().to_pyarrow().field(column),
            ("expected", pa.float64()),
            ("count", pa.int64()),
            ("highest_score", pa.float64()),
        ]
    )
    summed = (_summed(column, frame_of(part)) for part in _with_whole_groups(row_batches(ordered), column))
    write_batches((pa.Table.from_pandas(part, schema, preserve_index=False) for part in summed), schema, path)


def _summed(column: str, rows: pd.DataFrame) -> pd.DataFrame:
    lately = rows.groupby(column).agg(
        expected=("expected", "sum"), count=("expected", "size"), highest_score=("score", "max")
    )
    return lately.reset_index()


def _with_whole_groups(parts: Iterable[pa.Table], column: str) -> Iterator[pa.Table]:
    """Yield the same rows, which are in the order of a column, in parts that cut no value's rows in two."""
    rest: pa.Table | None = None
    for part in parts:
        rest = pa.concat_tables([rest, part]) if rest else part
        last_begins = pc.index(rest[column], rest[column][rest.num_rows - 1]).as_py()
        yield rest.slice(0, last_begins)
        rest = rest.slice(last_begins)
    if rest:
        yield rest


def _rated(kind: str, entities: pd.DataFrame, base: float) -> pd.DataFrame:
    """Return the rows of entities.

    The score is the share of fraud lately, drawn towards `base` where there is little to go by.
    """
    count = entities["count"].fillna(0)
    score = (entities.expected.fillna(0.0) + PRIOR_TRANSACTIONS * base) / (count + PRIOR_TRANSACTIONS)
    band = (
        np.select([score >= _HIGH * base, score >= _MEDIUM * base], ["high", "medium"], "low")
        if base > 0
        else "low"
    )
    return entities.assign(
        entity_type=kind,
        score=score,
        risk_band=band,
        amount=amounts(entities.pence / 100),
        fraud_amount=amounts(entities.stolen / 100),
    )
