"""Keep columns about people out of a statement: each table is replaced by a subquery of its other columns.

A check of only the column names in the statement would miss `customers c (a, b)`, `*` and references to a
row.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sqlglot import exp
from sqlglot.dialects.athena import Athena

from headgate.contracts.analyst_tables import personal_columns
from headgate.contracts.model import Contract
from headgate.contracts.registry import Registry
from headgate.contracts.types import glue_columns
from headgate.errors import QueryError
from headgate.query.catalog_queries import Databases
from headgate.query.read_only_statements import explained, only_reading

_MOVED = ("joins", "laterals", "pivots", "sample")  # parts of a table that a subquery can also have
_CHARACTERS_IN_EXPLAIN = frozenset(" \t\r\n(),_")


class PersonalTable(NamedTuple):
    """A table with columns about people."""

    database: str
    name: str
    shown: tuple[str, ...]
    hidden: frozenset[str]
    key: tuple[str, ...] = ()


class PersonalColumnError(QueryError):
    """A statement names a column about people that its caller may not read."""

    def __init__(self, message: str, column: str, table: str) -> None:
        super().__init__(message)
        self.column, self.table = column, table


def personal_tables(contracts: Registry, databases: Databases) -> dict[tuple[str, str], PersonalTable]:
    """Return the tables with columns about people, by database and name."""
    curated = {name: (contract, contracts.source.get(name)) for name, contract in contracts.curated.items()}
    zones = {
        databases.curated: curated | _without_source(contracts.lake),
        databases.prod: _without_source(contracts.prod),
    }
    tables = {}
    for database, contracts_by_table in zones.items():
        for name, (contract, source) in contracts_by_table.items():
            if hidden := personal_columns(contract, source):
                shown = tuple(
                    str(column["Name"]) for column in glue_columns(contract) if column["Name"] not in hidden
                )
                tables[database.lower(), name.lower()] = PersonalTable(
                    database, name, shown, hidden, tuple(contract.key)
                )
    return tables


def _without_source(contracts: Mapping[str, Contract]) -> dict[str, tuple[Contract, Contract | None]]:
    return {name: (contract, None) for name, contract in contracts.items()}


def without_personal_data(sql: str, tables: Mapping[tuple[str, str], PersonalTable], group: str) -> str:
    """Replace each table about people by a subquery of its other columns.

    The statement is generated again from the parsed tree, without comments: Athena and the parser may
    disagree about the end of a comment, and only the checked statement may be sent.

    Args:
        group: the group that may read the columns, for errors.

    Raises:
        QueryError: the statement names a column about people, or a common table expression that is no
            filter has the name of a table about people.
    """
    query = only_reading(sql)
    if query is None:
        return sql
    before = explained(sql)[0]
    if not all(character.isalnum() or character in _CHARACTERS_IN_EXPLAIN for character in before):
        raise QueryError("EXPLAIN has a comment or a quoted text before its query. Remove it.")
    _rename_filters(query, tables)
    read = [
        (node, table)
        for node in query.find_all(exp.Table)
        if (table := table_about_people(node, tables)) and not _is_subquery_of_shown(node, table)
    ]
    _check_columns(query, read, group)
    for column in query.find_all(exp.Column):
        if (column.text("db").lower(), column.table.lower()) in tables:
            column.set("db", None)
            column.set("catalog", None)
    for node, table in read:
        node.replace(_subquery(node, table))
    return f"{before}{query.sql(Athena, comments=False)}"


def reads_personal_data(sql: str, tables: Mapping[tuple[str, str], PersonalTable]) -> bool:
    """Return whether the answer of a statement could contain a column about people."""
    query = only_reading(sql)
    if query is None:
        return False
    if any(cte.alias.lower() in {name for _, name in tables} for cte in query.find_all(exp.CTE)):
        return True
    return any(
        (table := table_about_people(node, tables)) and not _is_subquery_of_shown(node, table)
        for node in query.find_all(exp.Table)
    )


def table_about_people(
    node: exp.Table, tables: Mapping[tuple[str, str], PersonalTable]
) -> PersonalTable | None:
    """Return the table about people that a node names; without a database, any table with this name."""
    if node.db:
        return tables.get((node.db.lower(), node.name.lower()))
    return next((table for (_, name), table in tables.items() if name == node.name.lower()), None)


def _is_subquery_of_shown(node: exp.Table, table: PersonalTable) -> bool:
    """Return whether the table is already in a subquery of its shown columns, as `_subquery` writes it."""
    select = node.parent.parent if isinstance(node.parent, exp.From) else None
    return (
        isinstance(select, exp.Select)
        and isinstance(select.parent, exp.Subquery)
        and select == _shown(table, node.args.get("version"))
    )


def _shown(table: PersonalTable, version: exp.Version | None) -> exp.Select:
    columns = [exp.column(exp.to_identifier(name, quoted=True)) for name in table.shown]
    rows = exp.table_(table.name, db=table.database)
    if version:
        rows.set("version", version.copy())
    return exp.select(*columns).from_(rows)


def _version_of(node: exp.Table) -> exp.Version | None:
    """Return the clause for an earlier version, which must be a constant."""
    version: exp.Version | None = node.args.get("version")
    if version and version.find(exp.Query, exp.Table, exp.Column):
        raise QueryError(
            f"The version of {node.name} is computed from other rows. Name a version or a moment, as in "
            "FOR TIMESTAMP AS OF TIMESTAMP '2026-05-01 08:00:00 UTC'."
        )
    return version


def _subquery(node: exp.Table, table: PersonalTable) -> exp.Subquery:
    unmoved = [
        name
        for name, value in node.args.items()
        if value and name not in {"this", "db", "catalog", "alias", "version", *_MOVED}
    ]
    if unmoved:
        raise QueryError(
            f"{table.name} is read with {unmoved[0].upper()}, which a table of people does not take. "
            "Leave it out."
        )
    subquery = exp.Subquery(
        this=_shown(table, _version_of(node)),
        alias=node.args.get("alias") or exp.TableAlias(this=exp.to_identifier(node.name)),
    )
    for name in _MOVED:
        if value := node.args.get(name):
            subquery.set(name, value)
    return subquery


def _rename_filters(query: exp.Expr, tables: Mapping[tuple[str, str], PersonalTable]) -> None:
    """Give filters of tables about people names of their own, as `filtered_guests`.

    A filter, as a dashboard writes it, is a common table expression with the name of its table and a list of
    its columns: those about people are left out of it.

    Raises:
        QueryError: another common table expression has the name of a table about people.
    """
    by_name = {name: table for (_, name), table in tables.items()}
    used = {node.alias_or_name.lower() for node in query.find_all(exp.CTE, exp.Table)}
    for cte in [each for each in query.find_all(exp.CTE) if each.alias.lower() in by_name]:
        table = by_name[cte.alias.lower()]
        name = f"filtered_{table.name}"
        kept = _kept_by_filter(cte, table, tables)
        if not kept or name.lower() in used:
            raise QueryError(
                f"The common table expression {cte.alias} has the name of a table about people. Give it "
                "another name."
            )
        cte.this.set("expressions", kept)
        for node in query.find_all(exp.Table):
            if (
                not node.db
                and node.name.lower() == cte.alias.lower()
                and node.find_ancestor(exp.CTE) is not cte
            ):
                node.set("alias", node.args.get("alias") or exp.TableAlias(this=node.this.copy()))
                node.set("this", exp.to_identifier(name))
        cte.set("alias", exp.TableAlias(this=exp.to_identifier(name)))


def _kept_by_filter(
    cte: exp.CTE, table: PersonalTable, tables: Mapping[tuple[str, str], PersonalTable]
) -> list[exp.Expr]:
    """Return the columns of a filter that are not about people; none of another common table expression."""
    select = cte.this
    source = select.args.get("from_") if isinstance(select, exp.Select) else None
    is_of_table = (
        source is not None
        and isinstance(source.this, exp.Table)
        and bool(source.this.db)
        and table_about_people(source.this, tables) == table
    )
    if not is_of_table or cte.alias_column_names:
        return []
    if not all(isinstance(each, exp.Column | exp.Alias) and not each.is_star for each in select.expressions):
        return []
    return [
        each
        for each in select.expressions
        if not (isinstance(each, exp.Column) and each.name.lower() in table.hidden)
    ]


def _check_columns(query: exp.Expression, read: list[tuple[exp.Table, PersonalTable]], group: str) -> None:
    by_name = [(node.alias_or_name, table) for node, table in read]
    for column, table in columns_about_people(query, by_name):
        message = (
            f"The column {column} of {table.name} is personal data, which needs the group {group}. "
            "Leave the column out, or ask an operator to add you to the group."
        )
        raise PersonalColumnError(message, column, table.name)


def columns_about_people(
    part: exp.Expression, read: Sequence[tuple[str, PersonalTable]]
) -> Iterator[tuple[str, PersonalTable]]:
    """Yield the hidden columns that a statement or a part of it names, each with its table.

    Args:
        read: the tables about people, each with the name that it has there.
    """
    for column in part.find_all(exp.Column):
        for name, table in read:
            if column.name.lower() in table.hidden and column.table.lower() in {"", name.lower()}:
                yield column.name, table
