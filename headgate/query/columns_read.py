from collections.abc import Collection, Iterator, Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

_ATHENA = "athena"


def columns_read(sql: str, table: str, columns: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Return the columns of a table that a statement reads; none if it cannot be parsed.

    Each SELECT has its own names. A column without a table's name is of this table if the SELECT reads it and
    no other table that has such a column.

    Args:
        columns: the columns of each table of the lake.
    """
    try:
        scopes = traverse_scope(sqlglot.parse_one(sql, read=_ATHENA))
    except SqlglotError:
        return frozenset()
    return frozenset(name for scope in scopes for name in _read_in(scope, table, columns))


def _read_in(scope: Scope, table: str, columns: Mapping[str, Collection[str]]) -> Iterator[str]:
    """Yield the columns of a table that one SELECT reads, without those of its subqueries."""
    places = {alias.lower() for alias, source in scope.sources.items() if _is(source, table)}
    if not places:
        return
    own = set(columns.get(table, ()))
    others = {
        name
        for alias, source in scope.sources.items()
        if alias.lower() not in places
        for name in _names(source, columns)
    }
    outputs = {part.alias.lower() for part in scope.expression.selects if isinstance(part, exp.Alias)}
    if any(isinstance(part, exp.Star) for part in scope.expression.selects):
        yield from own
    for column in (*scope.columns, *scope.stars):
        name, alias = column.name.lower(), column.table.lower()
        is_output = not alias and name in outputs and column.find_ancestor(exp.Order) is not None
        if column.is_star:
            yield from own if alias in places else ()
        elif name in own and not is_output and (alias in places if alias else name not in others):
            yield name


def _is(source: exp.Expression | Scope, table: str) -> bool:
    return isinstance(source, exp.Table) and source.name.lower() == table


def _names(source: exp.Expression | Scope, columns: Mapping[str, Collection[str]]) -> Collection[str]:
    """Return the columns of a table of the lake, or of a subquery."""
    if isinstance(source, exp.Table):
        return columns.get(source.name.lower(), ())
    selected = getattr(source, "expression", None)
    return {name.lower() for name in selected.named_selects} if isinstance(selected, exp.Query) else ()
