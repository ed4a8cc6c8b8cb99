"""Find the columns of a table that a statement reads."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_ATHENA = "athena"


def columns_read(sql: str, table: str, columns: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return the columns of a table that a statement reads; none if it cannot be parsed.

    A column without a table's name is of this table if no other table of the statement has one of its name.

    Args:
        columns: the columns of each table of the lake.
    """
    try:
        query = sqlglot.parse_one(sql, read=_ATHENA)
    except SqlglotError:
        return frozenset()
    tables = _tables_by_alias(query, columns)
    read_tables = {name for names in tables.values() for name in names}
    if table not in read_tables:
        return frozenset()
    own = set(columns[table])
    elsewhere = {column for name in read_tables - {table} for column in columns[name]}
    read = set()
    for column in query.find_all(exp.Column):
        name, alias = column.name.lower(), column.table.lower()
        if isinstance(column.this, exp.Star):
            read |= own if table in tables.get(alias, ()) else set()
        elif name in own and (table in tables.get(alias, ()) if alias else name not in elsewhere):
            read.add(name)
    return frozenset(read | (own if _selects_every_column(query, table) else set()))


def _tables_by_alias(query: exp.Expression, columns: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """Return the lake's tables of a statement by the names that it gives to them."""
    tables = defaultdict(set)
    for place in _tables(query):
        if place.name.lower() in columns:
            tables[place.alias_or_name.lower()].add(place.name.lower())
    return tables


def _tables(query: exp.Expression) -> Iterator[exp.Table]:
    """Yield the tables of a statement without those that it defines by WITH."""
    subqueries = {part.alias.lower() for part in query.find_all(exp.CTE)}
    for place in query.find_all(exp.Table):
        if place.db or place.name.lower() not in subqueries:
            yield place


def _selects_every_column(query: exp.Expression, table: str) -> bool:
    """Return whether some SELECT that reads the table itself has a star."""
    selects = [place.find_ancestor(exp.Select) for place in _tables(query) if place.name.lower() == table]
    return any(isinstance(part, exp.Star) for select in selects if select for part in select.expressions)
