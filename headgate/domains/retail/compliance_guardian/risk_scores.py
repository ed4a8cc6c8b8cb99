"""risk_scores: the risk of each customer, terminal and card."""

from __future__ import annotations

import ibis
import pandas as pd

from headgate.contracts.registry import Registry
from headgate.domains.retail.compliance_guardian.boosting_models import Boosting
from headgate.domains.retail.compliance_guardian.features import pounds
from headgate.engines.write_rows import row_batches, write_batches
from headgate.systems.rows_in_file import RowsInFile, unstamped_schema

RECENT_DAYS = 30
PRIOR_TRANSACTIONS = 20.0
"""Transactions of average risk that every entity starts with: three transactions cannot make a risk of one
third.
"""
LISTED_FRAUDS = 3
_BANDS = ((10.0, "high"), (3.0, "medium"))  # from so many times the share of all on
_UNITS = 2**32
"""Parts of a fraud in which expected frauds are summed: whole numbers have the same sum in any order."""
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
    made = RowsInFile.new("risk_scores")
    base = _share_of_all(judged)
    schema = unstamped_schema(Registry.load().prod["risk_scores"])
    rows = (
        part.cast(schema)
        for kind, column in _ENTITIES.items()
        for part in row_batches(_rated(kind, _entities(column, judged, failed), base).select(schema.names))
    )
    write_batches(rows, schema, made.path, ("entity_type", "risk_band"))
    return made


def _judged(scored: ibis.Table, last_at: pd.Timestamp) -> ibis.Table:
    """Return all transactions with what entities are judged by."""
    is_fraud = scored.is_fraud.fill_null(False)  # noqa: FBT003 a value, not a flag
    # A forest's probability follows a stated share of fraud. Summed over a customer who is mildly unusual
    # each day, it would be evidence of fraud that nobody has.
    guessed = (scored.model == Boosting.name).ifelse((scored.score * _UNITS).round().cast("int64"), 0)
    fraud_units = is_fraud.cast("int64") * _UNITS
    return scored.mutate(
        known=is_fraud.cast("int64"),
        stolen=is_fraud.ifelse(scored.pence, 0),
        is_recent=scored.transacted_at > ibis.literal(last_at - pd.Timedelta(days=RECENT_DAYS), "timestamp"),
        units=scored.is_fraud.isnull().ifelse(guessed, fraud_units),  # noqa: PD003 as above
    )


def _share_of_all(judged: ibis.Table) -> float:
    """Return the share of fraud among all recent transactions; the newest one is always recent."""
    recent = judged.filter(judged.is_recent)
    sums = recent.agg(units=recent.units.sum(), count=recent.count()).to_pyarrow().to_pylist()[0]
    return float(sums["units"]) / _UNITS / int(sums["count"])


def _entities(column: str, judged: ibis.Table, failed: ibis.Table) -> ibis.Table:
    """Return the entities of one kind with their sums."""
    summed = judged.group_by(column).agg(
        transactions=judged.count(),
        pence=judged.pence.sum().cast("int64"),
        known_frauds=judged.known.sum().cast("int64"),
        stolen=judged.stolen.sum().cast("int64"),
        last_seen_at=judged.transacted_at.max(),
        expected=judged.units.sum(where=judged.is_recent).cast("float64").fill_null(0.0) / _UNITS,
        count=judged.count(where=judged.is_recent),
        recent_frauds=judged.known.sum(where=judged.is_recent).cast("int64").fill_null(0),
        highest_score=judged.score.max(where=judged.is_recent),
    )
    named = _with_newest_frauds(summed.mutate(entity_id=summed[column].cast("string")), column, judged)
    return _with_failed(named, column, failed)


def _with_newest_frauds(entities: ibis.Table, column: str, judged: ibis.Table) -> ibis.Table:
    """Return the entities with the numbers of their newest known frauds, by which a bank finds a card."""
    frauds = judged.filter(judged.known == 1).select(column, "transaction_id", "transacted_at")
    newest_first = [frauds.transacted_at.desc(), frauds.transaction_id.desc()]
    placed = frauds.mutate(place=ibis.row_number().over(group_by=column, order_by=newest_first))
    newest = placed.filter(placed.place < LISTED_FRAUDS)
    listed = newest.group_by(column).agg(
        newest_frauds=newest.transaction_id.cast("string").group_concat(", ", order_by=newest.place)
    )
    return entities.left_join(listed, column).select(*entities.columns, "newest_frauds")


def _with_failed(entities: ibis.Table, column: str, failed: ibis.Table) -> ibis.Table:
    """Return the entities with their failed payments, which only cards have."""
    if column != _CARD:
        return entities.mutate(failed_payments=ibis.literal(0, "int64"))
    joined = entities.left_join(failed, column)
    return joined.select(*entities.columns, failed_payments=joined.failed_payments.fill_null(0))


def _rated(kind: str, entities: ibis.Table, base: float) -> ibis.Table:
    """Return the rows of entities, in the order of their names.

    The score is the share of fraud lately, drawn towards `base` where there is little to go by.
    """
    score = (entities.expected + PRIOR_TRANSACTIONS * base) / (entities["count"] + PRIOR_TRANSACTIONS)
    bands = [(score >= times * base, band) for times, band in _BANDS if base]
    rated = entities.mutate(
        entity_type=ibis.literal(kind),
        score=score,
        recent_transactions=entities["count"],
        risk_band=ibis.cases(*bands, else_="low") if bands else ibis.literal("low"),
        amount=pounds(entities.pence),
        fraud_amount=pounds(entities.stolen),
    )
    return rated.order_by("entity_id")
