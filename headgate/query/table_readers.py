import re
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp

from headgate.errors import QueryError
from headgate.query.catalog_queries import Databases
from headgate.query.declared_parameters import with_values
from headgate.query.read_only_statements import only_reading

_CATALOGS = {"", "awsdatacatalog"}


def reads_curated(sql: str, table: str, databases: Databases) -> bool:
    """Return whether a statement reads a table that only curated has.

    A name without a database is the table's, as `qualify_tables` reads it, unless it is that of a common
    table expression. Of SHOW, DESCRIBE and text that is not Athena's SQL, any mention of the table counts.
    """
    statement = databases.rename_in(sql)
    if not re.search(re.escape(table), statement, re.IGNORECASE):
        return False  # without the time that a parse takes
    query = _parsed(statement)
    if query is None:
        return _mentions(statement, table, databases.curated)
    return any(_is_curated(node, table, databases) for node in query.find_all(exp.Table))


@dataclass(frozen=True)
class TableSource:
    """A table behind FROM or JOIN, with the place of its name in the statement.

    Attributes:
        database, name: in lower case; the database is empty where the statement names none.
        start, end: of the name with its database, the end exclusive.
    """

    database: str
    name: str
    start: int
    end: int
    has_alias: bool


@lru_cache(maxsize=256)
def table_sources(sql: str) -> tuple[TableSource, ...]:
    """Return the tables behind FROM and JOIN, in their order in the text.

    A heading, a column, a text or a comment with the name of a table is none, nor is a common table
    expression, whose name hides a table's where it is visible: not in its own brackets. A text that is not
    Athena's SQL reads none.
    """
    query = _parsed(sql)
    nodes = [] if query is None else query.find_all(exp.Table)
    sources = [_source_of(node) for node in nodes if node.name and not _is_defined(node)]
    return tuple(sorted(sources, key=lambda source: source.start))


def tables_read(sql: str) -> tuple[str, ...]:
    """Return the names of the tables that a statement reads, in lower case and in their order in the text."""
    return tuple(dict.fromkeys(source.name for source in table_sources(sql)))


@lru_cache(maxsize=256)
def _parsed(sql: str) -> exp.Expr | None:
    """Return a reading statement; None for a text that is not Athena's SQL. Nobody may change it."""
    try:
        return only_reading(with_values(sql))
    except QueryError:
        return None


def read_through(sql: str, table: str, database: str) -> tuple[str, str]:
    """Return a statement in which a subquery replaces a table, and the name of the subquery.

    It has the table's name, unless the statement has a common table expression of this name.
    """
    query = _parsed(sql)
    assert query is not None  # noqa: S101 it has tables
    is_defined = table.lower() in {cte.alias.lower() for cte in query.find_all(exp.CTE)}
    name = f"filtered_{table}" if is_defined else table
    columns = [column for column in query.find_all(exp.Column) if column.table.lower() == table.lower()]
    parts = [
        (_place(column.args["db"])[0], _place(column.args["table"])[1], table)
        for column in columns
        if column.db.lower() == database.lower()
    ]
    for source in table_sources(sql):
        if source.name == table.lower() and source.database in {"", database.lower()}:
            alias = f" AS {table}" if is_defined and not source.has_alias and columns else ""
            if is_defined or source.database:
                parts.append((source.start, source.end, name + alias))
    for start, end, text in sorted(parts, reverse=True):
        sql = sql[:start] + text + sql[end:]
    return sql, name


def _source_of(node: exp.Table) -> TableSource:
    first = next(node.args[part] for part in ("catalog", "db", "this") if node.args.get(part))
    is_placed = "start" in node.this.meta
    start, end = (_place(first)[0], _place(node.this)[1]) if is_placed else (0, 0)
    return TableSource(node.db.lower(), node.name.lower(), start, end, bool(node.alias))


def _place(identifier: exp.Expr) -> tuple[int, int]:
    return identifier.meta["start"], identifier.meta["end"] + 1


def _is_defined(node: exp.Table) -> bool:
    """Return whether a name is that of a common table expression that is visible at its position."""
    if node.db:
        return False
    inner: exp.Expr = node
    while (outer := inner.parent) is not None:
        is_with = isinstance(outer, exp.With)
        defining = outer if is_with else outer.args.get("with_")
        if defining is not None and defining is not inner:
            ctes = defining.expressions
            visible = ctes[: ctes.index(inner) + bool(defining.args.get("recursive"))] if is_with else ctes
            if node.name.lower() in {cte.alias.lower() for cte in visible}:
                return True
        inner = outer
    return False


def _is_curated(node: exp.Table, table: str, databases: Databases) -> bool:
    name = node.name.lower().partition("$")[0]  # "visits$history" are facts about the table `visits`
    if name != table.lower() or node.catalog.lower() not in _CATALOGS:
        return False
    return node.db.lower() == databases.curated.lower() if node.db else not _is_defined(node)


def _mentions(statement: str, table: str, database: str) -> bool:
    named = re.finditer(rf"(?:(\w+)[\"`]?\.[\"`]?)?\b{re.escape(table)}\b", statement, re.IGNORECASE)
    return any((match[1] or database).lower() == database.lower() for match in named)
