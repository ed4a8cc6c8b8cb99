"""Athena as an engine: Ibis expressions become Athena SQL, which a port answers."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import ibis
import sqlglot.expressions as sge
from ibis.backends.sql import SQLBackend
from ibis.backends.sql.compilers.athena import AthenaCompiler
from ibis.expr import operations as ops
from sqlglot import ErrorLevel

from headgate.engines.frames import exact, frame_of
from headgate.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pyarrow as pa

    Answers = Callable[[str, pa.Schema], pa.Table]

# Source: Amazon Athena user guide, "Service Quotas": a query string has at most 262,144 bytes.
MAX_QUERY_BYTES = 262_144


class _Compiler(AthenaCompiler):  # type: ignore[misc]  # Ibis ships no types
    """Compiles rows in memory into the query, because Athena has no temporary tables."""

    def visit_InMemoryTable(self, _op: Any, *, name: str, schema: Any, data: Any) -> Any:  # noqa: N802, ANN401 as Ibis names and types it
        """Return the rows as a typed subquery over VALUES; without rows, one that is always empty."""
        rows = data.to_pyarrow(schema).to_pylist()
        value_rows = [self._row(row, schema) for row in rows or [dict.fromkeys(schema.names)]]
        columns = [sge.to_identifier(column, quoted=True) for column in schema.names]
        values = sge.Values(
            expressions=value_rows,
            alias=sge.TableAlias(this=sge.to_identifier(name, quoted=True), columns=columns),
        )
        typed = [
            self.cast(sge.column(column, quoted=True), kind).as_(column, quoted=True)
            for column, kind in schema.items()
        ]
        query = sge.select(*typed).from_(values)
        return (query if rows else query.where(sge.false())).subquery(name)

    def _row(self, row: Mapping[str, Any], schema: Any) -> sge.Tuple:  # noqa: ANN401 Ibis ships no types
        return sge.Tuple(
            expressions=[self._cell(ops.Literal(row[column], kind)) for column, kind in schema.items()]
        )

    def _cell(self, literal: Any) -> Any:  # noqa: ANN401 as above
        if literal.dtype.is_floating() and literal.value is not None:
            # As a number, -0.0 would be read as a decimal, which has no negative zero.
            return self.cast(sge.convert(repr(literal.value)), literal.dtype)
        return self.visit_Literal(literal, value=literal.value, dtype=literal.dtype)


class AthenaTables(SQLBackend):  # type: ignore[misc]  # Ibis ships no types
    """Ibis over Athena SQL without its own connection: `answers` takes SQL and the types of the answer."""

    name = "athena"
    compiler = _Compiler()

    def do_connect(self, answers: Answers) -> None:
        """Keep the port that answers queries."""
        self._answers = answers

    def at(self, database: str, name: str, schema: pa.Schema) -> ibis.Table:
        """Return a table of the catalog with known columns, without a request."""
        place = ops.Namespace(database=database)
        return ops.DatabaseTable(
            name, schema=ibis.Schema.from_pyarrow(schema), source=self, namespace=place
        ).to_expr()

    def compile(
        self,
        expr: ibis.Expr,
        /,
        *,
        limit: int | str | None = None,
        params: Mapping[Any, Any] | None = None,
        pretty: bool = False,
    ) -> str:
        """Return the expression as Athena SQL.

        Ibis's own method lets sqlglot change the tree, which loses the casts that prevent integer division.
        """
        query = self.compiler.to_sqlglot(expr, limit=limit, params=params)
        return str(query.sql(dialect=self.name, pretty=pretty, unsupported_level=ErrorLevel.RAISE))

    def to_pyarrow(
        self, expr: ibis.Expr, /, *, params: Mapping[Any, Any] | None = None, limit: int | str | None = None
    ) -> pa.Table:
        """Return the answer in the Arrow types of the expression."""
        table = expr.as_table()
        sql, schema = self.compile(table, params=params, limit=limit), table.schema().to_pyarrow()
        if len(sql.encode()) > MAX_QUERY_BYTES:
            raise QueryError(
                f"a query of {len(sql.encode()):,} bytes is too long for Athena: another engine can take it"
            )
        return expr.__pyarrow_result__(exact(self._answers(sql, schema), schema))

    def execute(
        self, expr: ibis.Expr, /, *, params: Mapping[Any, Any] | None = None, limit: int | str | None = None
    ) -> Any:  # noqa: ANN401 a frame, a series or a value, as the expression is
        """Return the answer in pandas."""
        table = self.to_pyarrow(expr.as_table(), params=params, limit=limit)
        return expr.__pandas_result__(frame_of(table))

    def to_pyarrow_batches(
        self,
        expr: ibis.Expr,
        /,
        *,
        params: Mapping[Any, Any] | None = None,
        limit: int | str | None = None,
        chunk_size: int = 1_000_000,
        **_: object,
    ) -> pa.RecordBatchReader:
        """Return the answer in batches.

        Athena returns it at once, so all of it is in memory until the last batch is taken.
        """
        return self.to_pyarrow(expr.as_table(), params=params, limit=limit).to_reader(chunk_size)

    @property
    def version(self) -> str:
        """The version of Athena's engine."""
        return "3"

    def create_table(self, *_: object, **__: object) -> NoReturn:
        """Refuse to create a table: features only read."""
        raise NotImplementedError

    list_tables = _get_schema_using_query = _register_in_memory_table = create_table

    def _register_in_memory_tables(self, expr: ibis.Expr) -> None:
        """Register nothing: tables in memory are in the query."""


@contextmanager
def opened(
    tables: Mapping[str, pa.Schema], database: str, answers: Answers
) -> Iterator[dict[str, ibis.Table]]:
    """Yield tables of the catalog by name."""
    backend = AthenaTables()
    backend.do_connect(answers)
    yield {name: backend.at(database, name, schema) for name, schema in tables.items()}
