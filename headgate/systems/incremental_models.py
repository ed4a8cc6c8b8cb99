"""SQL models that a run updates by key, and the check that their statement allows it.

A statement is accepted if each of its rows follows from rows of the same key.
docs/adr/0119-facts-by-part.md gives the reasons.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, cast

import pyarrow.types as pat
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from headgate.contracts.analytics_blocks import block_of
from headgate.contracts.model import Contract
from headgate.contracts.types import arrow_type, glue_type
from headgate.errors import ContractError
from headgate.systems.model_references import input_name, on_inputs, reads_of
from headgate.systems.rows_in_file import STAMPS

BUILD = "headgate.build"
"""Property of a prod contract: how its SQL model is built."""
_INCREMENTAL = "incremental"
_ATHENA = "athena"
# Aggregates that do not depend on the order of rows.
_EXACT_AGGREGATES = (exp.Count, exp.CountIf, exp.Min, exp.Max, exp.LogicalAnd, exp.LogicalOr)
_EXACT_OF_EXACT_NUMBERS = (exp.Sum, exp.Avg)
_EXACT_TYPES = {*exp.DataType.INTEGER_TYPES, exp.DataType.Type.DECIMAL}
_SEARCHED = (
    exp.Anonymous,
    exp.AnonymousAggFunc,
    exp.AggFunc,
    exp.JSONArrayAgg,
    exp.JSONObjectAgg,
    exp.Window,
)
# Functions of windows by their names without underscores: equal rows have equal ranks, but not equal places.
_EXACT_RANKS = {"rank", "denserank", "percentrank", "cumedist"}
_BY_PLACE = {"rownumber", "ntile", "lag", "lead", "firstvalue", "lastvalue", "nthvalue"}


@dataclass(frozen=True)
class IncrementalModel:
    """The inputs of a model that is updated by key.

    Attributes:
        key: columns of its table.
        by_key: datasets of which only rows of the same key matter, with their columns that have the key's
            values.
        as_whole: datasets of which every row may matter; a change of one builds the table again.
    """

    key: tuple[str, ...]
    by_key: Mapping[str, tuple[str, ...]]
    as_whole: tuple[str, ...]


def incremental_model(
    contract: Contract, query: exp.Query, through_models: Collection[str], tables: Mapping[str, Contract]
) -> IncrementalModel | None:
    """Return how a model is updated, or None if its contract does not declare it.

    Args:
        query: resolved.
        through_models: the datasets that the models in the query are built from.
        tables: the contracts of datasets and models, by their names in `on_inputs`.

    Raises:
        ContractError: the declaration or the statement does not allow it; the message names the file, the
            part of the statement, the rule and the remedy.
    """
    if BUILD not in contract.properties:
        return None
    key = _declared_key(contract)
    statement = _KeyedStatement(f"models/{contract.dataset}.sql", query, tables)
    statement.follow(statement.root, key)
    by_key = {
        name: next(iter(columns))
        for name, columns in sorted(statement.by_key.items())
        if len(columns) == 1 and name not in statement.as_whole | {*through_models}
    }
    if not by_key:
        statement.refuse(query, "no dataset is read by the key alone, so every change would build all rows")
    for name, columns in by_key.items():
        _require_equal_types(contract, key, tables[input_name(name, is_model=False)], columns)
    return IncrementalModel(key, by_key, tuple(sorted({*reads_of(query), *through_models} - {*by_key})))


def _declared_key(contract: Contract) -> tuple[str, ...]:
    where, declared = f"contracts/prod/{contract.dataset}.yaml: {BUILD}", contract.properties[BUILD]
    if not isinstance(declared, dict) or set(declared) != {"kind", "key"} or declared["kind"] != _INCREMENTAL:
        raise ContractError(
            f"{where} is not {{kind: incremental, key: [<column>]}}. State both options and no other, or "
            "remove it."
        )
    if block_of(contract):
        raise ContractError(f"{where} is declared beside a block. Only SQL models have a kind: remove it.")
    key, names = declared["key"], [name for name in contract.names if name not in STAMPS]
    if not isinstance(key, list) or not key or len({*map(str, key)}) < len(key):
        raise ContractError(
            f"{where}: key is {key!r}. It is a list of different columns, such as [customer]."
        )
    if unknown := [name for name in key if name not in names]:
        raise ContractError(
            f"{where}: key has {unknown[0]}, which is no column of the table. Its columns are "
            f"{', '.join(names)}."
        )
    return tuple(key)


def _require_equal_types(
    contract: Contract, key: tuple[str, ...], dataset: Contract, columns: tuple[str, ...]
) -> None:
    own, read = (
        {column.name: arrow_type(column.type) for column in of.columns} for of in (contract, dataset)
    )
    for name, column in zip(key, columns, strict=True):
        if own[name] != read[column] or pat.is_floating(own[name]):
            raise ContractError(
                f"models/{contract.dataset}.sql: the key {name} is {own[name]}, and {column} of "
                f"{dataset.dataset} is {read[column]}. A key has one type everywhere, and no float: "
                "correct a contract, or choose another key."
            )


class _KeyedStatement:
    """A statement whose columns all name their table."""

    def __init__(self, file: str, query: exp.Query, tables: Mapping[str, Contract]) -> None:
        self.file, self.by_key, self.as_whole = file, dict[str, set[tuple[str, ...]]](), set[str]()
        self._datasets = {input_name(name, is_model=False): name for name in reads_of(query)}
        for join in query.find_all(exp.Join):
            if join.args.get("using") or join.method:
                self.refuse(join, "a join has no ON", "Write ON with an equality for each column")
        for select in query.find_all(exp.Select):
            for window in select.args.get("windows") or []:
                self.refuse(window, "a window has a name", "Write OVER (...) where it is used")
        for part in query.find_all(exp.With):
            if part.args.get("recursive"):
                self.refuse(part, "WITH is recursive")
        schema = {
            name: {column.name: glue_type(column.type) for column in contract.columns}
            for name, contract in tables.items()
        }
        self._keys = {name: set(contract.key) for name, contract in tables.items()}
        try:
            qualified = qualify(on_inputs(query), dialect=_ATHENA, schema=cast("Any", schema), identify=False)
            typed = annotate_types(qualified, schema=cast("Any", schema), dialect=_ATHENA)
        except SqlglotError as error:
            self.refuse(query, f"its columns are not known: {str(error).splitlines()[0]}")
        root = build_scope(typed)
        if root is None:
            self.refuse(query, "it is no SELECT")
        self.root = root
        for scope in self.root.traverse():
            self._require_exact(scope)

    def refuse(self, part: exp.Expression, rule: str, remedy: str = "Write it otherwise") -> NoReturn:
        """Raise the error of a part of the statement."""
        text = part.sql(dialect=_ATHENA)
        shown = text if len(text) <= 120 else f"{text[:117]}..."  # noqa: PLR2004 a line
        raise ContractError(
            f"{self.file} cannot be incremental: {rule}, in `{shown}`. {remedy}, or remove {BUILD} from "
            "its contract."
        )

    def follow(self, scope: Scope, key: tuple[str, ...]) -> None:
        """Find the inputs that a query reads by the key alone, and check all of the query's parts.

        Args:
            key: the query's columns that have the key's values.
        """
        query = scope.expression
        self._require_rows_by_row(query)
        same = self._equal_columns(scope, [self._key_column(query, name) for name in key])
        self._require_grouped(scope, same)
        joins = {join.alias_or_name: join for join in query.args.get("joins") or []}
        for name, (_, source) in scope.selected_sources.items():
            columns = self._columns_by_key(joins.get(name), name, same)
            if columns and isinstance(source, Scope):
                self.follow(source, columns)
            elif columns and isinstance(source, exp.Table) and source.name in self._datasets:
                self.by_key.setdefault(self._datasets[source.name], set()).add(columns)
            else:
                self._read_whole(source)
        for subquery in scope.subquery_scopes:
            self._read_whole(subquery)

    def _read_whole(self, source: Scope | exp.Table) -> None:
        """Add the datasets behind a table or a query, also through queries of an outer WITH."""
        if isinstance(source, exp.Table):
            self.as_whole |= {self._datasets[source.name]} if source.name in self._datasets else set()
            return
        scopes = list(source.traverse())
        for scope in scopes:
            for _, read in scope.selected_sources.values():
                if read not in scopes:
                    self._read_whole(read)

    def _require_rows_by_row(self, query: exp.Expression) -> None:
        """Refuse what picks or joins rows by more than their values."""
        if not isinstance(query, exp.Select):
            self.refuse(query, "a set operation joins rows of several queries", "Write one SELECT")
        for part in ("limit", "offset", "laterals", "pivots", "qualify", "match"):
            if value := query.args.get(part):
                node = value[0] if isinstance(value, list) else value
                self.refuse(node, f"{part.upper()} depends on rows of other keys")
        for join in query.args.get("joins") or []:
            if join.side not in {"", "LEFT"} or join.kind not in {"", "INNER", "CROSS", "OUTER"}:
                self.refuse(join, "a join keeps rows without the key", "Use an inner or a LEFT join")
        for source in [query.args.get("from_") or query.args.get("from"), *(query.args.get("joins") or [])]:
            if source is None or not isinstance(source.this, exp.Table | exp.Subquery):
                self.refuse(source or query, "FROM reads no table and no query", "Read a dataset")
            is_nested = isinstance(source.this, exp.Subquery) and not isinstance(source.this.this, exp.Query)
            if is_nested or any(
                source.this.args.get(part) for part in ("joins", "laterals", "pivots", "sample")
            ):
                self.refuse(source, "FROM has more than a table or a query", "Read the dataset as it is")
        if (distinct := query.args.get("distinct")) and distinct.args.get("on"):
            self.refuse(distinct, "DISTINCT ON keeps one of several rows", "Use DISTINCT or GROUP BY")

    def _key_column(self, query: exp.Expression, name: str) -> exp.Column:
        selects = {select.alias_or_name.lower(): select.unalias() for select in query.selects}
        value = selects.get(name.lower())
        if not isinstance(value, exp.Column):
            self.refuse(
                value or query,
                f"the key {name} is no plain column of a table",
                "Select the column as it is in the dataset",
            )
        return value

    def _equal_columns(self, scope: Scope, key: list[exp.Column]) -> list[set[tuple[str, str]]]:
        """Return for each column of the key the columns that equal it in every row of the joined tables."""
        query = scope.expression
        conditions = [query.args.get("where")]
        conditions += [join.args.get("on") for join in query.args.get("joins") or [] if join.side != "LEFT"]
        pairs = [pair for condition in conditions for pair in _equalities(condition)]
        same = [{_name(column)} for column in key]
        for columns in same:
            while further := {name for pair in pairs if columns & {*pair} for name in pair} - columns:
                columns.update(further)
        return same

    def _columns_by_key(
        self, join: exp.Join | None, name: str, same: list[set[tuple[str, str]]]
    ) -> tuple[str, ...]:
        """Return the columns of a table that have the key's values in all rows that matter; none without."""
        key_columns = []
        for columns in same:
            own = {column for table, column in columns if table == name}
            if join is not None and join.side == "LEFT":  # without a match its columns are null
                pairs = [pair for pair in _equalities(join.args.get("on")) if len({of for of, _ in pair}) > 1]
                others = columns - {(name, column) for column in own}
                own = {column for pair in pairs if others & set(pair) for of, column in pair if of == name}
            if not own:
                return ()
            key_columns.append(min(own))
        return tuple(key_columns)

    def _require_grouped(self, scope: Scope, same: list[set[tuple[str, str]]]) -> None:
        """Refuse aggregates and windows over rows of several keys."""
        query, group = scope.expression, scope.expression.args.get("group")
        if group and group.find(exp.Rollup, exp.Cube, exp.GroupingSets):
            self.refuse(group, "GROUP BY has groups without the key", "Group by plain columns")
        if group and not _has_key(group.expressions, same):
            self.refuse(group, "GROUP BY lacks the key", "Add the columns of the key")
        for node in scope.find_all(exp.Window, exp.AggFunc):
            window = node if isinstance(node, exp.Window) else node.find_ancestor(exp.Window, exp.Select)
            if isinstance(window, exp.Window):
                if not _has_key(window.args.get("partition_by") or [], same):
                    self.refuse(window, "PARTITION BY lacks the key", "Add the columns of the key")
            elif not group:
                self.refuse(node, "an aggregate without GROUP BY is over all keys", "Group by the key")
        if query.args.get("having") and not group:
            self.refuse(query.args["having"], "HAVING without GROUP BY is over all keys", "Group by the key")

    def _require_exact(self, scope: Scope) -> None:
        """Refuse values that depend on the order in which an engine reads rows."""
        for node in scope.find_all(*_SEARCHED):
            window = node if isinstance(node, exp.Window) else node.parent
            value = node.this if isinstance(node, exp.Window) else node
            is_ordered = isinstance(window, exp.Window) and self._orders_rows(scope, window)
            if self._is_exact(value) or (is_ordered and _word_of(value) in _BY_PLACE):
                frame = node.args.get("spec") if isinstance(node, exp.Window) else None
                if not frame or is_ordered or str(frame.args.get("kind")).upper() == "RANGE":
                    continue
                self.refuse(node, "a frame of ROWS depends on the order of equal rows", _ORDER_BY_KEY)
            remedy = _ORDER_BY_KEY if isinstance(window, exp.Window) else _CAST
            self.refuse(node, "its value may depend on the order of rows", remedy)

    def _is_exact(self, value: exp.Expression) -> bool:
        if _word_of(value) in _EXACT_RANKS:
            return True
        if isinstance(value, _EXACT_OF_EXACT_NUMBERS):
            of = value.this.expressions[0] if isinstance(value.this, exp.Distinct) else value.this
            return of.type is not None and of.type.this in _EXACT_TYPES
        is_of_several = isinstance(value, exp.Min | exp.Max) and value.expressions  # the n least values
        return isinstance(value, (*_EXACT_AGGREGATES, exp.Filter)) and not is_of_several

    def _orders_rows(self, scope: Scope, window: exp.Window) -> bool:
        """Return whether a window's order leaves no two rows equal: it has the key of the only dataset."""
        sources = [source for _, source in scope.selected_sources.values()]
        if len(sources) != 1 or not isinstance(sources[0], exp.Table) or scope.expression.args.get("group"):
            return False
        order = window.args["order"].expressions if window.args.get("order") else []
        nodes = [*(window.args.get("partition_by") or []), *(ordered.this for ordered in order)]
        return self._keys[sources[0].name] <= {node.name for node in nodes if isinstance(node, exp.Column)}


_ORDER_BY_KEY = "Order the window by the key of its dataset, read without joins"
_CAST = "Use count, min, max, or sum and avg of integers and decimals (CAST it to DECIMAL)"


def _equalities(condition: exp.Expression | None) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Yield the pairs of columns that are equal wherever a condition is true."""
    if isinstance(condition, exp.Where | exp.Paren):
        yield from _equalities(condition.this)
    elif isinstance(condition, exp.And):
        yield from _equalities(condition.left)
        yield from _equalities(condition.right)
    elif isinstance(condition, exp.EQ):
        first, second = condition.left, condition.right
        if isinstance(first, exp.Column) and isinstance(second, exp.Column):
            yield _name(first), _name(second)


def _word_of(function: exp.Expression) -> str:
    name: str = function.name if isinstance(function, exp.Anonymous) else function.key
    return name.lower().replace("_", "")


def _name(column: exp.Column) -> tuple[str, str]:
    return column.table, column.name


def _has_key(nodes: list[exp.Expression], same: list[set[tuple[str, str]]]) -> bool:
    names = {_name(node) for node in nodes if isinstance(node, exp.Column)}
    return all(names & columns for columns in same)
