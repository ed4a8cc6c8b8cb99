"""risk_scores: the risk of each customer, terminal and card.

The rows of transactions before the newest day are kept, and those of the entities with a transaction or a
failed payment on that day are rated again in each run. The first run of a new day continues the rows of an
earlier day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import ibis
import pandas as pd
import pyarrow as pa

from headgate.contracts.registry import Registry
from headgate.domains.retail.compliance_guardian.boosting_models import Boosting
from headgate.domains.retail.compliance_guardian.features import pounds
from headgate.engines import local
from headgate.engines.write_rows import row_batches, write_batches, write_rows
from headgate.facts.fact import Combine, Fact, Tables, fact_rows
from headgate.facts.kept_files import KeepFiles, StoredBefore, address_of
from headgate.systems.rows_in_file import OwnFolder, unstamped_schema
from headgate.systems.rows_over_base import RowsOverBase

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from headgate.contracts.model import Contract
    from headgate.domains.retail.compliance_guardian.transaction_days import TransactionDays

RECENT_DAYS = 30
PRIOR_TRANSACTIONS = 20.0
"""Transactions of average risk that every entity starts with: three transactions cannot make a risk of one
third.
"""
LISTED_FRAUDS = 3
_BANDS = ((10.0, "high"), (3.0, "medium"))  # from so many times the share of all on
_UNITS = 2**32
"""Parts of a fraud in which expected frauds are summed: whole numbers have the same sum in any order."""
KEPT = "risks"
_EARLIER, _NO_ADDRESS = "earlier", "none"
_CARD = "card"
_ENTITIES = {_CARD: "card_token", "customer": "customer_id", "terminal": "terminal_id"}
_NEWEST = "newest_frauds"
_SUMS = (
    "transactions",
    "pence",
    "known_frauds",
    "stolen",
    "units",
    "recent_transactions",
    "recent_frauds",
    "recent_judged",
)
_GREATEST = ("last_seen_at", "highest_score")
_HASH_TYPE = "decimal(38, 0)"
_TEXTS = ("entity_type", "risk_band")


def _failed(tables: Tables) -> ibis.Table:
    payments = tables["payments"]
    failed = payments.filter(payments.status == "failed", payments.card_token.notnull())  # noqa: PD004 Ibis knows no notna
    return failed.group_by("card_token", failed_on=failed.paid_at.date()).agg(failed_payments=failed.count())


FAILED = Fact("failed_payments", "payments", _failed, {"failed_payments": Combine.SUM})


def write_failed_payments(tables: Tables, path: Path) -> None:
    """Write the number of payments that failed, by card token and day."""
    failed = fact_rows(FAILED, tables)
    write_rows(failed.order_by("card_token", "failed_on"), path)


def kept_before(days: TransactionDays) -> pd.Timestamp:
    """Return the newest day; the first one where no transaction before it is recent."""
    newest = days.days[-1]
    has_recent = days.has_rows(newest - pd.Timedelta(days=RECENT_DAYS), newest)
    return newest if has_recent else days.days[0]


@dataclass(frozen=True)
class RiskInputs:
    """The rows that risks follow from.

    Attributes:
        scored: files of all transactions with the columns of `scored_periods.Period`.
        failed: the file of `write_failed_payments`.
        day: the newest day with transactions.
        kept_before: the day before which rows are kept; the first day if no earlier transaction is recent.
        address: of the scores of all transactions before `kept_before`.
        earlier: of the scores of all transactions before earlier days, by day.
    """

    scored: Sequence[Path]
    failed: Path
    day: pd.Timestamp
    kept_before: pd.Timestamp
    address: str
    earlier: Mapping[pd.Timestamp, str] = field(default_factory=dict)

    @property
    def places(self) -> Mapping[str, str | list[str]]:
        """The files by table."""
        return {"scored": [*map(str, self.scored)], "failed": str(self.failed)}


def table(inputs: RiskInputs, keep: KeepFiles, stored: StoredBefore | None = None) -> RowsOverBase:
    """Return the table's rows, by kind of entity and entity.

    Args:
        keep: returns the stored file of an address, or has it written.
        stored: finds the rows of an earlier day; without it all rows are summed.
    """
    contract = Registry.load().prod["risk_scores"]
    address = _address(inputs, inputs.day, inputs.address, inputs.kept_before)

    def write(_: Sequence[int], paths: Sequence[Path]) -> None:
        earlier = _earlier_base(inputs, stored)
        places = {**inputs.places, **({_EARLIER: str(earlier[1])} if earlier else {})}
        with local.opened(places) as opened:
            kept = _continued_rows(opened, inputs, earlier[0]) if earlier else _kept_rows(opened, inputs)
            write_batches(*_rows_of_kinds(contract, kept), paths[0], _TEXTS)

    (base,) = keep(KEPT, [address], write)
    folder = OwnFolder()
    own_base, changed = folder.link(base), folder.path / "changed.parquet"
    with local.opened({**inputs.places, "base": str(own_base)}) as opened:
        write_batches(*_rows_of_kinds(contract, _changed_rows(opened, inputs)), changed, _TEXTS)
    return RowsOverBase(contract, own_base, address, changed, folder)


def _rows_of_kinds(
    contract: Contract, questions: Sequence[ibis.Table]
) -> tuple[Iterator[pa.Table], pa.Schema]:
    """Return the rows of all kinds of entities, by kind and entity, and their types.

    The types are those of the contract, followed by the columns that only later runs read.
    """
    own = unstamped_schema(contract)
    every = questions[0].schema().to_pyarrow()
    schema = pa.schema([*own, *(column for column in every if column.name not in own.names)])
    rows = (part for each in questions for part in row_batches(each.select(schema.names)))
    return (part.cast(schema) for part in rows), schema


def _address(inputs: RiskInputs, day: pd.Timestamp, scores: str, kept_before: pd.Timestamp) -> str:
    """Return the address of the rows before a day; failed payments of earlier days are counted in them."""
    with local.opened({"failed": str(inputs.failed)}) as opened:
        failed = _failed_before(opened["failed"], kept_before)
        hashed = ibis.struct({name: failed[name] for name in failed.columns}).hash()
        sums = failed.agg(rows=failed.count(), hashed=hashed.cast(_HASH_TYPE).sum())
        digest = str(sums.to_pyarrow().to_pylist())
    return address_of(scores, str(day), str(kept_before), digest)


def _earlier_base(inputs: RiskInputs, stored: StoredBefore | None) -> tuple[pd.Timestamp, Path] | None:
    """Return the newest earlier day whose rows an earlier run stored, and their file."""
    if stored is None or inputs.kept_before != inputs.day:
        return None

    def addresses_of(day: date) -> list[str]:
        at = pd.Timestamp(day)
        return [_address(inputs, at, inputs.earlier[at], at)] if at in inputs.earlier else [_NO_ADDRESS]

    earlier = stored(KEPT, inputs.day.date(), addresses_of)
    return (pd.Timestamp(earlier[0]), earlier[1][0]) if earlier else None


def _failed_before(failed: ibis.Table, day: pd.Timestamp) -> ibis.Table:
    return failed.filter(failed.failed_on < ibis.date(day.date()))


def _judged(scored: ibis.Table, day: pd.Timestamp) -> ibis.Table:
    """Return transactions with what entities are judged by."""
    is_fraud = scored.is_fraud.fill_null(False)  # noqa: FBT003 a value, not a flag
    # A forest's probability follows a stated share of fraud. Summed over a customer who is mildly unusual
    # each day, it would be evidence of fraud that nobody has.
    guessed = (scored.model == Boosting.name).ifelse((scored.score * _UNITS).round().cast("int64"), 0)
    fraud_units = is_fraud.cast("int64") * _UNITS
    return scored.mutate(
        known=is_fraud.cast("int64"),
        stolen=is_fraud.ifelse(scored.pence, 0),
        is_recent=scored.transacted_at >= _moment(day - pd.Timedelta(days=RECENT_DAYS)),
        units=scored.is_fraud.isnull().ifelse(guessed, fraud_units),  # noqa: PD003 as above
    )


def _moment(day: pd.Timestamp) -> ibis.Value:
    return ibis.literal(day, "timestamp")


def _recent_share(judged: ibis.Table) -> float:
    """Return the share of fraud among all recent transactions."""
    return _share(*_units_and_count(judged.filter(judged.is_recent)))


def _units_and_count(judged: ibis.Table) -> tuple[int, int]:
    """Return the expected frauds of transactions in `_UNITS`, and the number of transactions."""
    (sums,) = judged.agg(units=judged.units.sum(), count=judged.count()).to_pyarrow().to_pylist()
    return int(sums["units"] or 0), int(sums["count"])


def _share(units: int, count: int) -> float:
    return float(units) / _UNITS / count if count else 0.0


def _as_table(share: float, scored: ibis.Table) -> ibis.Table:
    """Return the share of fraud as a table in the database of `scored`.

    DuckDB reads a literal with a point as a decimal. The name of the table is always the same, so that equal
    questions are compiled once.
    """
    backend = scored.get_backend()
    backend.con.register("share_of_all", pa.table({"share_of_all": [share]}))
    return backend.table("share_of_all")


def _kept_rows(opened: Tables, inputs: RiskInputs) -> list[ibis.Table]:
    """Return the rows of each kind of entity from transactions and payments before `kept_before`."""
    judged = _judged(opened["scored"], inputs.day)
    before = judged.filter(judged.transacted_at < _moment(inputs.kept_before))
    failed = _failed_before(opened["failed"], inputs.kept_before)
    share = _as_table(_recent_share(before), opened["scored"])
    return [_rated(_with_failed(_summed(kind, before), failed), share) for kind in _ENTITIES]


def _continued_rows(opened: Tables, inputs: RiskInputs, since: pd.Timestamp) -> list[ibis.Table]:
    """Return the rows of `_kept_rows`, from those of an earlier day.

    Transactions since then are added. Entities with a transaction that is no longer recent are summed again,
    because their highest score may be that of this transaction.
    """
    judged, earlier = _judged(opened["scored"], inputs.day), opened[_EARLIER]
    before = judged.filter(judged.transacted_at < _moment(inputs.kept_before))
    added = before.filter(before.transacted_at >= _moment(since))
    at, recent = before.transacted_at, pd.Timedelta(days=RECENT_DAYS)
    outdated = before.filter(at >= _moment(since - recent), at < _moment(inputs.day - recent))
    gone = _units_and_count(outdated)
    share = _as_table(_continued_share(earlier, added, gone), opened["scored"])
    failed = _failed_before(opened["failed"], inputs.kept_before)
    continued = []
    for kind, column in _ENTITIES.items():
        newest, kept = _summed(kind, added), earlier.filter(earlier.entity_type == kind)
        parts = []
        if gone[1]:
            again = _summed(kind, before.semi_join(outdated, column))
            newest, kept = (rows.anti_join(again, "entity_id") for rows in (newest, kept))
            parts.append(again)
        kept = kept.select(*newest.columns)
        parts.append(_combined(ibis.union(newest, kept.semi_join(newest, "entity_id"))))
        parts.append(kept.anti_join(newest, "entity_id"))
        rows = ibis.union(*(part.select(*newest.columns) for part in parts))
        continued.append(_rated(_with_failed(rows, failed), share))
    return continued


def _continued_share(earlier: ibis.Table, added: ibis.Table, gone: tuple[int, int]) -> float:
    """Return the share of fraud among recent transactions, from the rows of an earlier day.

    Each transaction is in the row of one customer.

    Args:
        gone: units and number of the transactions that are no longer recent.
    """
    customers = earlier.filter(earlier.entity_type == "customer")
    sums = customers.agg(units=customers.units.sum(), count=customers.recent_transactions.sum())
    (kept,) = sums.to_pyarrow().to_pylist()
    newest = _units_and_count(added)
    return _share(
        int(kept["units"] or 0) + newest[0] - gone[0], int(kept["count"] or 0) + newest[1] - gone[1]
    )


def _changed_rows(opened: Tables, inputs: RiskInputs) -> list[ibis.Table]:
    """Return the rows of entities with a transaction or a failed payment since `kept_before`, by kind."""
    judged, base, failed = _judged(opened["scored"], inputs.day), opened["base"], opened["failed"]
    since = judged.filter(judged.transacted_at >= _moment(inputs.kept_before))
    kept_share = base.share_of_all.max().to_pyarrow().as_py()
    share = _as_table(_recent_share(since) if kept_share is None else kept_share, opened["scored"])
    later = failed.filter(failed.failed_on >= ibis.date(inputs.kept_before.date()))
    changed = []
    for kind, column in _ENTITIES.items():
        sums, touched = _summed(kind, since), since.select(entity_id=since[column].cast("string"))
        if kind == _CARD:
            touched = ibis.union(touched, later.select(entity_id=later.card_token))
        kept = base.filter(base.entity_type == kind).semi_join(touched, "entity_id").select(*sums.columns)
        changed.append(_rated(_with_failed(_combined(ibis.union(sums, kept)), failed), share))
    return changed


def _summed(kind: str, judged: ibis.Table) -> ibis.Table:
    """Return the sums of the entities of one kind."""
    column = _ENTITIES[kind]
    summed = judged.group_by(column).agg(
        transactions=judged.count(),
        pence=judged.pence.sum().cast("int64"),
        known_frauds=judged.known.sum().cast("int64"),
        stolen=judged.stolen.sum().cast("int64"),
        last_seen_at=judged.transacted_at.max(),
        units=judged.units.sum(where=judged.is_recent).cast("int64").fill_null(0),
        recent_transactions=judged.count(where=judged.is_recent),
        recent_frauds=judged.known.sum(where=judged.is_recent).cast("int64").fill_null(0),
        recent_judged=judged.count(where=judged.is_recent & judged.is_fraud.notnull()),  # noqa: PD004 as above
        highest_score=judged.score.max(where=judged.is_recent),
    )
    named = _with_newest_frauds(summed, column, judged)
    return named.select(
        entity_type=ibis.literal(kind),
        entity_id=named[column].cast("string"),
        **{name: named[name] for name in (*_SUMS, *_GREATEST, _NEWEST)},
    )


def _with_newest_frauds(entities: ibis.Table, column: str, judged: ibis.Table) -> ibis.Table:
    """Return the entities with the numbers of their newest known frauds, by which a bank finds a card."""
    frauds = judged.filter(judged.known == 1).select(column, "transaction_id", "transacted_at")
    newest_first = [frauds.transacted_at.desc(), frauds.transaction_id.desc()]
    placed = frauds.mutate(place=ibis.row_number().over(group_by=column, order_by=newest_first))
    newest = placed.filter(placed.place < LISTED_FRAUDS)
    listed = newest.group_by(column).agg(
        newest_frauds=newest.transaction_id.cast("string").group_concat(", ", order_by=newest.place)
    )
    return entities.left_join(listed, column).select(*entities.columns, _NEWEST)


def _combined(parts: ibis.Table) -> ibis.Table:
    """Return the sums of entities from those of earlier and later transactions; each has at most two rows."""
    newest_first = parts.last_seen_at.desc()
    combined = parts.group_by("entity_type", "entity_id").agg(
        **{name: parts[name].sum().cast("int64") for name in _SUMS},
        **{name: parts[name].max() for name in _GREATEST},
        newest_frauds=parts.newest_frauds.group_concat(", ", order_by=newest_first),
    )
    listed = combined.newest_frauds.split(", ")[:LISTED_FRAUDS].join(", ")
    return combined.mutate(newest_frauds=listed)


def _with_failed(entities: ibis.Table, failed: ibis.Table) -> ibis.Table:
    """Return the entities with their failed payments, which only cards have."""
    of_cards = failed.group_by(entity_type=ibis.literal(_CARD), entity_id=failed.card_token).agg(
        failed_payments=failed.failed_payments.sum().cast("int64")
    )
    joined = entities.left_join(of_cards, ["entity_type", "entity_id"])
    return joined.select(*entities.columns, failed_payments=joined.failed_payments.fill_null(0))


def _rated(entities: ibis.Table, share_of_all: ibis.Table) -> ibis.Table:
    """Return the rows of entities with their sums, in the order of their names.

    The score is the share of fraud lately, drawn towards that of all where there is little to go by.
    """
    entities = entities.cross_join(share_of_all)
    expected, base = entities.units.cast("float64") / _UNITS, entities.share_of_all
    score = (expected + PRIOR_TRANSACTIONS * base) / (entities.recent_transactions + PRIOR_TRANSACTIONS)
    bands = [((base > 0) & (score >= times * base), band) for times, band in _BANDS]
    rated = entities.mutate(
        score=score,
        risk_band=ibis.cases(*bands, else_="low"),
        amount=pounds(entities.pence),
        fraud_amount=pounds(entities.stolen),
    )
    return rated.order_by("entity_id")
