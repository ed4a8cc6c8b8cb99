"""Athena's SQL in the dialect of the engine behind its API: DuckDB on an emulator, Athena on AWS.

sqlglot translates the syntax. This module corrects the differences that depend on the tables' types, where
both engines would run the same text with different answers.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache

import sqlglot
import sqlglot.dialects.duckdb
from sqlglot import exp
from sqlglot.dialects.athena import Athena
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.scope import Scope, traverse_scope

from headgate.contracts.registry import Registry, contract_folders
from headgate.contracts.types import glue_type
from headgate.errors import QueryError
from headgate.query.catalog_queries import DOCUMENTED, Databases, about_tables
from headgate.query.parse_errors import describe_parse_error
from headgate.query.read_only_statements import check_tables, explained, only_reading

ATHENA = "athena"

# Source: Trino documentation, "Date and time functions", format_datetime; DuckDB documentation, "Date format
# functions".
_JODA = {
    "yyyy": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "dd": "%d", "EEEE": "%A", "EEE": "%a",
    "HH": "%H", "hh": "%I", "mm": "%M", "ss": "%S", "SSS": "%g", "a": "%p",
}  # fmt: skip

# Maximum number of entries of `sequence`, and its message. Source: Trino, SequenceFunction.
_SEQUENCE_ENTRIES = 10_000
_SEQUENCE_REFUSAL = f"result of sequence function must not have more than {_SEQUENCE_ENTRIES} entries"

_MAX_CACHED = 512  # statements

_JODA_LETTERS = re.compile("|".join(sorted(_JODA, key=len, reverse=True)))


def for_engine(sql: str, dialect: str, databases: Databases) -> str:
    """Return the statement for the engine behind the Athena API.

    Another engine than Athena gets only queries of the catalog's tables.

    Raises:
        QueryError: it is not a single reading statement in Athena's SQL, or names a table that is not in the
            catalog.
    """
    if dialect != ATHENA and (query := only_reading(sql)):
        check_tables(query, databases.tables(), databases.prod)
    return translate(sql, dialect, databases=databases)


def translate(
    sql: str, dialect: str, types: Mapping[str, str] | None = None, databases: Databases = DOCUMENTED
) -> str:
    """Translate a statement to `dialect`, which is `athena` or one of sqlglot's.

    For Athena the text is unchanged.

    Args:
        types: column name → Athena's type; by default for all names that have a single type in the lake.
        databases: the names of the lake's databases.
    """
    if dialect == ATHENA:
        return sql
    if answer := about_tables(sql, databases):
        return answer
    prefix, question = explained(sql)
    translated = (
        _translated_for_lake(question, dialect, contract_folders())
        if types is None
        else _translated(question, dialect, types)
    )
    return sql if translated is None else prefix + translated


# Each view of a dashboard asks the same statements.
@lru_cache(_MAX_CACHED)
def _translated_for_lake(question: str, dialect: str, folders: tuple[str, ...]) -> str | None:
    return _translated(question, dialect, _lake_types(folders))


def _translated(question: str, dialect: str, types: Mapping[str, str]) -> str | None:
    """Return the question in another dialect; None if it does not read rows."""
    try:
        statements = [statement for statement in sqlglot.parse(question, read=Athena) if statement]
    except SqlglotError as error:
        raise QueryError(
            f"The statement is not Athena SQL: {describe_parse_error(error, question)}"
        ) from None
    if len(statements) != 1:
        raise QueryError(f"There are {len(statements)} statements. Send one at a time.")
    if not isinstance(statements[0], exp.Query):
        return None
    return str(_adapted(statements[0], types).sql(dialect=dialect))


@cache
def _lake_types(_: tuple[str, ...]) -> dict[str, str]:
    """Return the type of each column name that has a single type in the lake."""
    registry = Registry.load()
    types: dict[str, set[str]] = {}
    for contract in [*registry.curated.values(), *registry.lake.values(), *registry.prod.values()]:
        for column in contract.columns:
            types.setdefault(column.name, set()).add(glue_type(column.type))
    return {name: kinds.pop() for name, kinds in types.items() if len(kinds) == 1}


def _adapted(query: exp.Query, types: Mapping[str, str]) -> exp.Expression:
    for scope in traverse_scope(query):  # subqueries before the queries that read them
        for column in scope.columns:
            if kind := _type_of(column, scope, types):
                column.type = kind
        annotate_types(scope.expression, dialect=Athena, overwrite_types=False)
    return _named(query.transform(_rewrite))


def _type_of(column: exp.Column, scope: Scope, types: Mapping[str, str]) -> str | exp.DataType | None:
    """Return the type of a column from the subquery that computes it, or else from the lake's columns."""
    for name, source in scope.sources.items():
        if isinstance(source, Scope) and column.table in {"", name}:
            for made in source.expression.selects:
                if made.alias_or_name == column.name:
                    return None if made.is_type(exp.DataType.Type.UNKNOWN) else made.type
    return types.get(column.name)


def _rewrite(node: exp.Expression) -> exp.Expression:
    rewrite = _REWRITES.get(type(node))
    return rewrite(node) if rewrite else node


def _divided(node: exp.Expression) -> exp.Expression:
    """Divide integers to an integer, as in Athena; DuckDB returns a double."""
    if not (
        node.this.is_type(*exp.DataType.INTEGER_TYPES)
        and node.expression.is_type(*exp.DataType.INTEGER_TYPES)
    ):
        return node
    return exp.Paren(this=exp.IntDiv(this=node.this, expression=node.expression))


def _summed(node: exp.Expression) -> exp.Expression:
    """Cast a sum of integers to a bigint, as in Athena; DuckDB's hugeint has no name in the Athena API."""
    return exp.cast(node.copy(), "bigint") if node.this.is_type(*exp.DataType.INTEGER_TYPES) else node


def _over_rows(node: exp.Expression) -> exp.Expression:
    """Put a cast of an aggregate around its window or filter, not between them."""
    aggregate = node.this
    while isinstance(aggregate, exp.Filter | exp.IgnoreNulls):
        aggregate = aggregate.this
    if isinstance(aggregate, exp.Sum) and aggregate.this.is_type(*exp.DataType.INTEGER_TYPES):
        return exp.cast(node.copy(), "bigint")
    if isinstance(aggregate, exp.Avg) and aggregate.this.is_type(exp.DataType.Type.DECIMAL):
        return exp.cast(node.copy(), aggregate.this.type)
    return node


def _counted(node: exp.Expression) -> exp.Expression:
    """Return 0 for `count_if` without rows, as in Athena; DuckDB returns null."""
    return exp.Count(this=exp.Case(ifs=[exp.If(this=node.this, true=exp.Literal.number(1))]))


def _averaged(node: exp.Expression) -> exp.Expression:
    """Cast the average of decimals to their type, as in Athena; DuckDB returns a double."""
    return exp.cast(node.copy(), node.this.type) if node.this.is_type(exp.DataType.Type.DECIMAL) else node


def _as_date(node: exp.Expression) -> exp.Expression:
    """Cast the result of date arithmetic to a date, as in Athena; DuckDB returns a timestamp."""
    return exp.cast(node.copy(), "date") if node.this.is_type(exp.DataType.Type.DATE) else node


def _difference(node: exp.Expression) -> exp.Expression:
    """Count complete units between two times, as in Athena.

    DuckDB's date_diff counts crossed boundaries; its date_sub counts complete units.
    """
    unit = exp.Literal.string(node.text("unit").lower() or "day")
    return exp.Anonymous(this="DATE_SUB", expressions=[unit, node.expression, node.this])


def _bounded(node: exp.Expression) -> exp.Expression:
    """Refuse a long sequence of integers, as in Athena; in DuckDB it would fill the machine's memory."""
    start, end = node.args["start"], node.args["end"]
    if not (start.is_type(*exp.DataType.INTEGER_TYPES) and end.is_type(*exp.DataType.INTEGER_TYPES)):
        return node
    steps = exp.IntDiv(
        this=exp.paren(end.copy() - start.copy()),
        expression=exp.paren((node.args.get("step") or exp.Literal.number(1)).copy()),
    )
    refusal = exp.Anonymous(this="ERROR", expressions=[exp.Literal.string(_SEQUENCE_REFUSAL)])
    return exp.Case(ifs=[exp.If(this=steps >= _SEQUENCE_ENTRIES, true=refusal)], default=node.copy())


def _joined(node: exp.Expression) -> exp.Expression:
    """Write a comma between tables as a cross join, because MiniStack finds tables only by FROM and JOIN.

    A comma binds less than RIGHT and FULL joins in the same list, so such a list is unchanged.
    """
    joins = node.parent.args.get("joins", []) if node.parent else []
    is_comma = not any(node.args.get(part) for part in ("side", "kind", "method", "on", "using"))
    if is_comma and not any(join.side in {"RIGHT", "FULL"} for join in joins):
        node.set("kind", "CROSS")
    return node


def _function(node: exp.Expression) -> exp.Expression:
    replace = _FUNCTIONS.get(node.name.lower())
    return replace(node.expressions) if replace else node


def _formatted(arguments: list[exp.Expression]) -> exp.Expression:
    pattern = _JODA_LETTERS.sub(lambda letters: _JODA[letters[0]], arguments[1].name)
    return exp.Anonymous(this="STRFTIME", expressions=[arguments[0], exp.Literal.string(pattern)])


_REWRITES: dict[type[exp.Expression], Callable[[exp.Expression], exp.Expression]] = {
    exp.Div: _divided,
    exp.Window: _over_rows,
    exp.Filter: _over_rows,
    exp.Sum: _summed,
    exp.Avg: _averaged,
    exp.CountIf: _counted,
    exp.DateAdd: _as_date,
    exp.TimestampTrunc: _as_date,
    exp.DateTrunc: _as_date,
    exp.DateDiff: _difference,
    exp.GenerateSeries: _bounded,
    exp.Join: _joined,
    exp.Anonymous: _function,
}
_FUNCTIONS: dict[str, Callable[[list[exp.Expression]], exp.Expression]] = {
    "every": lambda arguments: exp.LogicalAnd(this=arguments[0]),
    "format_datetime": _formatted,
    "infinity": lambda _: exp.cast(exp.Literal.string("inf"), "double"),
    "nan": lambda _: exp.cast(exp.Literal.string("nan"), "double"),
    "map_agg": lambda pair: exp.func("MAP", *(exp.func("LIST", value) for value in pair)),
    "codepoint": lambda arguments: exp.func("UNICODE", *arguments),
}


def _named(query: exp.Expression) -> exp.Expression:
    """Name a column without a name by its position, such as `_col0`, as in Athena; DuckDB uses its text."""
    outputs = query.selects if isinstance(query, exp.Select) else []
    if any(isinstance(output, exp.Star | exp.Column) and output.is_star for output in outputs):
        return query
    for place, output in enumerate(outputs):
        if not isinstance(output, exp.Alias | exp.Column):
            output.replace(exp.alias_(output.copy(), f"_col{place}"))
    return query
