"""Advice for a query that failed because of a name: the nearest tables or columns."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from headgate.query.reading import ATHENA, explained, near_tables

if TYPE_CHECKING:
    from headgate.query.catalog import Databases

# Source: Trino's messages of the errors COLUMN_NOT_FOUND and TABLE_NOT_FOUND.
_NO_COLUMN = re.compile(r"COLUMN_NOT_FOUND.*Column '(?:[^']*\.)?([^'.]+)'")
_NO_TABLE = re.compile(r"TABLE_NOT_FOUND.*Table '(?:[^']*\.)?([^'.]+)'")


def with_advice(message: str, sql: str, databases: Databases) -> str:
    """Return the message of a failed query, and the nearest names where it names a column or table that does not exist."""
    tables = databases.tables()
    if "Did you mean" in message:
        return message
    if found := _NO_TABLE.search(message):
        return f"{message}. {near_tables(found[1].lower(), tables)}"
    if found := _NO_COLUMN.search(message):
        asked = set(_tables_in(sql))
        columns = sorted({column[0] for of in tables.values() for name, rows in of.items() if name in asked for column in rows})
        near = difflib.get_close_matches(found[1].lower(), columns, n=3, cutoff=0.5)
        return f"{message}. Did you mean {' or '.join(near)}?" if near else f"{message}. DESCRIBE <table> lists the columns."
    return message


def _tables_in(sql: str) -> list[str]:
    try:
        (query,) = sqlglot.parse(explained(sql)[1], read=ATHENA)
    except (SqlglotError, ValueError):
        return []
    return [table.name.lower() for table in query.find_all(exp.Table)] if query else []
