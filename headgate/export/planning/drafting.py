"""Draft a contract from a server's declaration of a table: types, key, foreign keys, modification time.

Like the draft of a file by `headgate contract init`, it is a proposal. The caller's function guesses from
names and a sample of values which columns contain card data.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from headgate.contracts.model import TIMES, Column, ColumnType, Contract, Kind, Level, Mask, Rule
from headgate.contracts.sensitive_names import mask_by_name
from headgate.contracts.types import column_type_of
from headgate.export.planning.contract_tables import SOURCE_PROPERTY, TABLE_PROPERTY
from headgate.export.planning.watermark import MODE_PROPERTY, ORDER_BY_PROPERTY
from headgate.export.requests import Mode
from headgate.export.server.source_tables import SourceColumn, SourceTable, lake_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headgate.export.server.source import DraftFacts, ExportSource, Session

    GuessMask = Callable[[str, pa.Array], Mask | None]

_SAMPLE_ROWS = 1000
_CHANGED = "on update current_timestamp"
_LENGTH = re.compile(r"(?:(?:var)?char|character(?: varying)?)\((\d+)\)")


class _TableAt(NamedTuple):
    """A table and a session of its server."""

    database: ExportSource[Any]
    session: Session
    table: SourceTable
    facts: DraftFacts


def draft_from_table(
    database: ExportSource[Any], session: Session, table: SourceTable, guess_mask: GuessMask, source: str = ""
) -> Contract:
    """Return a source contract that accepts all rows of the table, with names for Athena.

    Args:
        source: the name of one of several databases, which becomes the prefix of the dataset's name.
    """
    table_at = _TableAt(database, session, table, database.draft_facts(session, table))
    key = next((index.columns for index in table.unique if index.name == "PRIMARY"), ())
    called = lake_names([column.name for column in table.columns])
    order_by = [called[column.name] for column in table.columns if _CHANGED in column.extra][:1]
    prefix = f"{source}_" if source else ""
    dataset = prefix + table.name.lower()
    named = ({TABLE_PROPERTY: table.name} if dataset != table.name else {}) | (
        {SOURCE_PROPERTY: source} if source else {}
    )
    # Without a modification time an incremental run would miss updates.
    incremental = {ORDER_BY_PROPERTY: order_by} if order_by else {MODE_PROPERTY: str(Mode.FULL)}
    return Contract(
        id=f"headgate.source.{dataset}",
        dataset=dataset,
        zone="source",
        version="0.1.0",
        columns=tuple(
            _column(table_at, column, called[column.name], guess_mask, prefix) for column in table.columns
        ),
        key=tuple(called[name] for name in key),
        order_by=tuple(order_by),
        grain=f"One row per {' and '.join(key)}" if key else "",
        properties={**named, **incremental},
    )


def _column(at: _TableAt, column: SourceColumn, name: str, guess_mask: GuessMask, prefix: str) -> Column:
    wanted = _type(at.database, column, is_flag=column.name in at.facts.flags)
    mask = (
        guess_mask(name, _sample(at.session, at.table, column))
        if wanted.kind is Kind.STRING
        else mask_by_name(column.name)
    )
    column_type = ColumnType(Kind.STRING) if mask else wanted
    # An invalid date becomes null, even in a NOT NULL column.
    required = not column.nullable and column_type.kind not in TIMES
    members = () if mask else _members(at.facts.members.get(column.name, ()))
    parent = at.facts.parents.get(column.name, "")
    return Column(
        name,
        column_type,
        column.declared,
        required=required,
        mask=mask,
        rules=(*_rules(column_type, required=required), *members),
        references=f"{prefix}{parent}".lower() if parent else "",
    )


def _type(database: ExportSource[Any], column: SourceColumn, *, is_flag: bool) -> ColumnType:
    stored = column_type_of(database.arrow_type(column, Kind.BOOLEAN if is_flag else None))
    if stored.kind is not Kind.STRING:
        return stored
    length = _LENGTH.match(column.declared)
    return ColumnType(Kind.STRING, length=int(length[1]) if length else None)


def _sample(session: Session, table: SourceTable, column: SourceColumn) -> pa.Array:
    """Return texts from the first rows of the column; none for bytes and geometries."""
    if not column.charset:
        return pa.array([], pa.string())
    name = table.dialect.quoted(column.at_source)
    query = (
        f"SELECT LEFT({table.dialect.text(name)}, 1000) FROM {table.from_sql} "  # noqa: S608 quoted names
        f"WHERE {name} IS NOT NULL LIMIT {_SAMPLE_ROWS}"
    )
    texts = [
        value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        for (value,) in session.rows(query)
    ]
    return pa.array(texts, pa.string())


def _rules(column_type: ColumnType, *, required: bool) -> Sequence[Rule]:
    lengths = [Rule("max_length", column_type.length)] if column_type.length is not None else []
    return [*([Rule("required")] if required else []), *lengths]


def _members(members: Sequence[str]) -> Sequence[Rule]:
    """Return a rule that warns of values other than the enumeration's members, which may change."""
    return [Rule("valid_values", tuple(members), Level.WARN)] if members else []
