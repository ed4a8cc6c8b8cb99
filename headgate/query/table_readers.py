"""Find the tables that statements read."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlglot import exp

from headgate.errors import QueryError
from headgate.query.read_only_statements import only_reading

if TYPE_CHECKING:
    from headgate.query.catalog_queries import Databases

_CATALOGS = {"", "awsdatacatalog"}


def reads_curated(sql: str, table: str, databases: Databases) -> bool:
    """Return whether a statement reads a table that only curated has.

    A name without a database is the table's, as `qualify_tables` reads it, unless a common table expression
    has the name. Of SHOW, DESCRIBE and text that is not Athena's SQL, any mention of the table counts.
    """
    statement = databases.rename_in(sql)
    if not re.search(re.escape(table), statement, re.IGNORECASE):
        return False  # without the time that a parse takes
    try:
        query = only_reading(statement)
    except QueryError:
        query = None
    if query is None:
        return _mentions(statement, table, databases.curated)
    defined = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
    return any(_is_curated(node, table, databases, defined) for node in query.find_all(exp.Table))


@lru_cache(maxsize=256)
def tables_read(sql: str) -> tuple[str, ...]:
    """Return the names of the tables behind FROM and JOIN, in lower case and in their order in the text.

    A heading, a column, a text or a comment with the name of a table is none, nor is a common table
    expression, whose name hides a table's. A text that is not Athena's SQL reads none.
    """
    try:
        query = only_reading(sql)
    except QueryError:
        query = None
    if query is None:
        return ()
    defined = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
    named = [
        node
        for node in query.find_all(exp.Table)
        if node.name and (node.db or node.name.lower() not in defined)
    ]
    named.sort(key=lambda node: node.this.meta.get("start", 0))
    return tuple(dict.fromkeys(node.name.lower() for node in named))


def _is_curated(node: exp.Table, table: str, databases: Databases, defined: set[str]) -> bool:
    name = node.name.lower().partition("$")[0]  # "visits$history" are facts about the table `visits`
    if name != table.lower() or node.catalog.lower() not in _CATALOGS:
        return False
    return node.db.lower() == databases.curated.lower() if node.db else name not in defined


def _mentions(statement: str, table: str, database: str) -> bool:
    named = re.finditer(rf"(?:(\w+)[\"`]?\.[\"`]?)?\b{re.escape(table)}\b", statement, re.IGNORECASE)
    return any((match[1] or database).lower() == database.lower() for match in named)
