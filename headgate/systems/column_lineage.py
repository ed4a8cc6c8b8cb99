"""Derive column lineage: of an SQL model from its statement, of a block from its declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from headgate.contracts.model import TIMES, Contract
from headgate.lineage.column_sources import ColumnRef, Sources, TableColumns, Use, add_sources
from headgate.systems.rows_in_file import STAMPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.contracts.analytics_blocks import Block

_ATHENA = "athena"
# By node and argument: how the node uses the columns in the argument, where this is not how it uses the
# others.
_USES: Mapping[type[exp.Expression], Mapping[str, Use]] = {
    exp.Window: {"partition_by": Use.WINDOW, "order": Use.WINDOW, "spec": Use.WINDOW, "this": Use.IDENTITY},
    exp.Filter: {"expression": Use.FILTER, "this": Use.IDENTITY},
    exp.If: {"this": Use.CONDITIONAL},
    exp.Case: {"this": Use.CONDITIONAL},
    exp.Order: {"this": Use.IDENTITY, "expressions": Use.SORT},
    exp.WithinGroup: {"this": Use.IDENTITY, "expression": Use.SORT},
    exp.Alias: {"this": Use.IDENTITY},
    exp.Paren: {"this": Use.IDENTITY},
}
# By part of a SELECT: how it decides which rows there are.
_ROWS = {
    "where": Use.FILTER,
    "having": Use.FILTER,
    "joins": Use.JOIN,
    "group": Use.GROUP_BY,
    "distinct": Use.GROUP_BY,
    "order": Use.SORT,
}


class _UnknownColumnError(Exception):
    """A column that no table of the statement has."""


def columns_of_query(
    query: exp.Query,
    names: tuple[str, ...],
    inputs: Mapping[str, tuple[str, str]],
    columns: Mapping[str, tuple[str, ...]],
) -> TableColumns:
    """Return the lineage of a query's columns.

    An error is a reason why it is unknown, because no run fails without its lineage.

    Args:
        names: the columns of the contract.
        inputs: zone and table of each table that the query reads, by its name in the query.
        columns: the columns of these tables, by the same names.
    """
    try:
        statement = _Statement(query, inputs, columns)
        rows = statement.rows(statement.root)
    except Exception as error:  # noqa: BLE001 any error of the parser's optimizer is such a reason
        return TableColumns(unknown=dict.fromkeys(names, _reason(error)))
    sources, unknown = dict[str, Sources](), dict[str, str]()
    for name in names:
        try:
            sources[name] = statement.column(statement.root, name)
        except Exception as error:  # noqa: BLE001 as above
            unknown[name] = _reason(error)
    return TableColumns(sources, rows, unknown)


def columns_of_block(block: Block, contract: Contract, zone: str) -> TableColumns:
    """Return the lineage of a block's columns: from its series, its time and its measures."""

    def sources(use: Use, *names: str) -> Sources:
        return {ColumnRef(zone, block.of, name): frozenset({use}) for name in names}

    columns = {}
    for column in contract.columns:
        if column.name in block.by:
            columns[column.name] = sources(Use.IDENTITY, column.name)
        elif column.name in block.measures:
            columns[column.name] = sources(Use.AGGREGATION, column.name)
        elif column.type.kind in TIMES and column.name not in STAMPS:
            columns[column.name] = sources(Use.TRANSFORMATION, block.time)
        elif column.name not in STAMPS:
            measures = () if column.name == "grain" else block.measures or (block.measure,)
            columns[column.name] = sources(Use.AGGREGATION, *measures)
    return TableColumns(columns, sources(Use.GROUP_BY, *block.by, *filter(None, (block.time,))))


def _reason(error: Exception) -> str:
    if isinstance(error, _UnknownColumnError | SqlglotError):
        return str(error).splitlines()[0]
    return f"the statement has a form that lineage does not read ({type(error).__name__})"


class _Statement:
    """A query whose columns all name their table, and the sources of its columns."""

    def __init__(
        self, query: exp.Query, inputs: Mapping[str, tuple[str, str]], columns: Mapping[str, tuple[str, ...]]
    ) -> None:
        if any(part.args.get("recursive") for part in query.find_all(exp.With)):
            raise _UnknownColumnError("the statement is recursive")
        if isinstance(query, exp.Subquery):
            raise _UnknownColumnError("the statement is in parentheses")
        schema = {name: dict.fromkeys(names, "unknown") for name, names in columns.items()}
        qualified = qualify(
            query.copy(), dialect=_ATHENA, schema=schema, validate_qualify_columns=False, identify=False
        )
        self.root = cast("Scope", build_scope(qualified))
        self._inputs, self._columns = inputs, columns
        self._scopes = {id(scope.expression): scope for scope in self.root.traverse()}
        self._values: dict[tuple[int, int], Sources] = {}
        self._rows: dict[int, Sources] = {}

    def column(self, scope: Scope, name: str) -> Sources:
        """Return the sources of a scope's column, including those in its conditions and windows."""
        if scope.is_udtf:
            return self._used([scope.expression], scope, Use.TRANSFORMATION)
        names = [select.lower() for select in scope.expression.named_selects]
        if name not in names:
            raise _UnknownColumnError(f"the statement has no column {name}")
        return self._value(scope, names.index(name))

    def rows(self, scope: Scope) -> Sources:
        """Return the columns that decide which rows a scope has."""
        if (key := id(scope)) not in self._rows:
            self._rows[key] = self._rows_of(scope)
        return self._rows[key]

    def _value(self, scope: Scope, index: int) -> Sources:
        """Return the sources of a query's column; those of an EXCEPT or INTERSECT are on its left side."""
        if (key := (id(scope), index)) not in self._values:
            query, sources = scope.expression, Sources()
            if isinstance(query, exp.SetOperation):
                for side in scope.set_operation_scopes[: 2 if isinstance(query, exp.Union) else 1]:
                    add_sources(sources, self._value(side, index))
            else:
                sources = self._used([query.selects[index]], scope, Use.IDENTITY)
            self._values[key] = sources
        return self._values[key]

    def _rows_of(self, scope: Scope) -> Sources:
        query, sources = scope.expression, Sources()
        if scope.is_udtf:
            return self._used([query], scope, Use.JOIN)
        if isinstance(query, exp.SetOperation):
            for side in scope.set_operation_scopes:
                add_sources(sources, self.rows(side))
                for index in range(
                    len(query.selects)
                    if query.args.get("distinct") or not isinstance(query, exp.Union)
                    else 0
                ):
                    add_sources(
                        sources,
                        self._value(side, index),
                        Use.GROUP_BY if isinstance(query, exp.Union) else Use.FILTER,
                    )
        parts = {part: _nodes(query.args.get(part)) for part in _ROWS}
        parts["joins"] = [node for join in parts["joins"] for node in _nodes(join.args.get("on"))]
        parts["order"] = parts["order"] if query.args.get("limit") or query.args.get("offset") else []
        parts["distinct"] = (
            query.selects if isinstance(query, exp.Select) and query.args.get("distinct") else []
        )
        for part, nodes in parts.items():
            add_sources(sources, self._used(nodes, scope, _ROWS[part]))
        for _, source in scope.selected_sources.values():
            if isinstance(source, Scope):
                add_sources(sources, self.rows(source))
        return sources

    def _used(self, nodes: list[exp.Expression], scope: Scope, use: Use) -> Sources:
        sources = Sources()
        for node in nodes:
            self._add_used(node, scope, use, sources)
        return sources

    def _add_used(self, node: exp.Expression, scope: Scope, use: Use, into: Sources) -> None:
        if isinstance(node, exp.Column):
            is_output = not node.table and node.find_ancestor(
                exp.Order, exp.Query
            ) is scope.expression.args.get("order")
            add_sources(
                into, self.column(scope, node.name.lower()) if is_output else self._named(node, scope), use
            )
        elif isinstance(node, exp.Query):  # a value, a list, or of EXISTS its rows only
            inner = self._scopes[id(node.unnest())]
            for index in range(0 if isinstance(node.parent, exp.Exists) else len(node.selects)):
                add_sources(into, self._value(inner, index), use)
            add_sources(into, self.rows(inner))
        else:
            for argument, child in (
                (name, child) for name, value in node.args.items() for child in _nodes(value)
            ):
                self._add_used(child, scope, use.of(_use_of(node, argument)), into)
            for window in _named_windows(node, scope):
                self._add_used(window, scope, use, into)

    def _named(self, column: exp.Column, scope: Scope) -> Sources:
        """Return the sources of a column of a table in the scope or in an enclosing query."""
        name, around = column.name.lower(), cast("Scope | None", scope)
        while around and column.table not in (sources := _sources(around)):
            around = around.parent
        source = sources[column.table] if around and column.table else None
        if isinstance(source, Scope):
            return self.column(source, name)
        if source is None or name not in self._columns.get(source.name, ()):
            raise _UnknownColumnError(f"no table of the statement has a column {name}")
        return {ColumnRef(*self._inputs[source.name], name): frozenset({Use.IDENTITY})}


def _sources(scope: Scope) -> Mapping[str, exp.Table | Scope]:
    """Return the tables and queries that a scope reads, by name."""
    return (
        scope.sources
        if scope.is_udtf
        else {name: source for name, (_, source) in scope.selected_sources.items()}
    )


def _use_of(node: exp.Expression, argument: str) -> Use:
    for kind, uses in _USES.items():
        if isinstance(node, kind) and argument in uses:
            return uses[argument]
    return Use.AGGREGATION if isinstance(node, exp.AggFunc) else Use.TRANSFORMATION


def _named_windows(node: exp.Expression, scope: Scope) -> list[exp.Expression]:
    """Return the window of the WINDOW clause that a window has by name."""
    if (
        not isinstance(node, exp.Window)
        or not node.alias
        or not node.this
        or isinstance(node.this, exp.Identifier)
    ):
        return []
    return [window for window in scope.expression.args.get("windows") or [] if window.name == node.alias]


def _nodes(value: object) -> list[exp.Expression]:
    listed = value if isinstance(value, list) else [value]
    return [node for node in listed if isinstance(node, exp.Expression)]
