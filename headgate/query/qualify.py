"""Qualify curated tables with their database: Athena looks up bare names in prod only."""

from sqlglot import exp

from headgate.query.catalog_queries import Databases, qualify_listing
from headgate.query.read_only_statements import begins, explained, only_reading


def qualify_tables(sql: str, databases: Databases) -> str:
    """Add `curated` to each table without a database that only curated has.

    All other text is unchanged, including names of common table expressions. Of SHOW and DESCRIBE, as
    `qualify_listing` does.

    Raises:
        QueryError: the statement does more than read.
    """
    query = only_reading(sql)
    if query is None:
        return qualify_listing(begins(sql), databases)
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
    positions = sorted(
        {
            name.meta["start"]
            for name in named
            if name.name.lower() in missing and _has_position(question, name)
        },
        reverse=True,
    )
    qualified = question
    for position in positions:
        qualified = f"{qualified[:position]}{databases.curated}.{qualified[position:]}"
    return sql if qualified == question else "".join((explained(sql)[0], qualified))


def _has_position(question: str, name: exp.Identifier) -> bool:
    """Return whether the parser's position of the name is correct."""
    start, end = name.meta.get("start"), name.meta.get("end")
    return start is not None and end is not None and question[start : end + 1].strip('"`') == name.name
