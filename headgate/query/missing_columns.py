"""Which table lacks the column of a failed statement, and which tables have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.dialects.athena import Athena
from sqlglot.errors import SqlglotError

from headgate.query.read_only_statements import explained
from headgate.query.table_readers import tables_read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Tables = Mapping[str, Mapping[str, Sequence[tuple[str, ...]]]]

_MOST_OWNERS = 3


def lacking_tables(column: str, sql: str, tables: Tables) -> str:
    """Return which tables of a statement lack a column, and which tables have it; may be empty.

    Args:
        column: as the engine names it: `amount` or `o.amount`.
    """
    *qualifiers, name = (part.strip('"').lower() for part in column.split("."))
    aliases = _aliases(sql)
    read = [aliases.get(qualifiers[-1], "")] if qualifiers else list(tables_read(sql))
    lacking = [table for table in read if any(table in of for of in tables.values())]
    if not lacking:
        return ""
    if name in {row[0] for table in lacking for row in _rows(table, tables)}:
        owners = _owners(name, lacking, tables)
        return f"{name} is a column of {_listed(owners)}, which this part of the statement does not read."
    absence = (
        f"{lacking[0]} has no column {name}."
        if len(lacking) == 1
        else f"None of the tables {_listed(lacking)} has a column {name}."
    )
    return " ".join(filter(None, (absence, _owner_words(name, aliases, tables))))


def _owner_words(name: str, aliases: Mapping[str, str], tables: Tables) -> str:
    """Return which tables have the column: those of the statement, else others of the lake."""
    for alias, table in aliases.items():
        if _owners(name, [table], tables):
            return f"{table} has it: write {alias}.{name}."
    owners = _owners(name, sorted({table for of in tables.values() for table in of}), tables)
    if not owners:
        return ""
    more = len(owners) - _MOST_OWNERS
    shown = [*owners[:_MOST_OWNERS], *([f"{more} more"] if more > 0 else [])]
    return f"{_listed(shown)} {'has' if len(shown) == 1 else 'have'} it."


def _owners(name: str, names: Sequence[str], tables: Tables) -> list[str]:
    return [table for table in names if name in {row[0] for row in _rows(table, tables)}]


def _rows(table: str, tables: Tables) -> list[tuple[str, ...]]:
    return [row for of in tables.values() for row in of.get(table, ())]


def _aliases(sql: str) -> dict[str, str]:
    """Return alias → table of the tables behind FROM and JOIN, in lower case; a table is its own alias."""
    try:
        query = sqlglot.parse_one(explained(sql)[1], read=Athena)
    except SqlglotError:
        return {}
    return {node.alias_or_name.lower(): node.name.lower() for node in query.find_all(exp.Table)}


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
