"""Qualify curated tables with their database: Athena looks up bare names in prod only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from headgate.query.read_only_statements import explained, only_reading

if TYPE_CHECKING:
    from headgate.query.catalog_queries import Databases


def qualify_tables(sql: str, databases: Databases) -> str:
    """Return the statement with `curated` before each table that names no database and that only curated has.

    All other text stays as it is. So does the name of a common table expression, wherever it stands in the
    statement.

    Raises:
        QueryError: the statement is not one that only reads.
    """
    query = only_reading(sql)
    if query is None:
        return sql
    defined = {cte.alias.lower() for cte in query.find_all(exp.CTE)}
    bare = [
        table.this
        for table in query.find_all(exp.Table)
        if isinstance(table.this, exp.Identifier) and not table.db
    ]
    named = [name for name in bare if name.name.lower() not in defined]
    if not named:
        return sql
    tables, question = databases.tables(), explained(sql)[1]
    missing = tables[databases.curated].keys() - tables[databases.prod].keys()
    places = sorted(
        {name.meta["start"] for name in named if name.name.lower() in missing and _stands_in(question, name)},
        reverse=True,
    )
    qualified = question
    for place in places:
        qualified = f"{qualified[:place]}{databases.curated}.{qualified[place:]}"
    return sql if qualified == question else "".join((explained(sql)[0], qualified))


def _stands_in(question: str, name: exp.Identifier) -> bool:
    """Return whether the parser knows where the name stands in the text."""
    start, end = name.meta.get("start"), name.meta.get("end")
    return start is not None and end is not None and question[start : end + 1].strip('"`') == name.name
