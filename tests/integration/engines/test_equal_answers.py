"""Whatever a system asks, DuckDB, Spark and Athena's SQL answer the same.

The tables follow from the rows, not from their order.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlglot
from ibis.expr import operations as ops

from headgate.contracts.registry import Registry
from headgate.domains.retail import SYSTEMS
from headgate.engines import athena, local
from headgate.engines import spark as spark_engine
from headgate.engines.frames import by_rows
from headgate.learning.store import Shelf
from headgate.query import translate
from headgate.systems import system_registry
from headgate.systems.rows_in_file import rows_by_contract
from tests.made_tables import in_memory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd
    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.integration,
    # PySpark leaves the sockets that answers came through to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

AS_OF = date(2024, 12, 20)  # not the last day: what comes later must not count
DATABASE = "ecommerce_curated"


class Recording(local.DuckDbTables):
    """DuckDB that keeps every question with its answer."""

    asked: list[tuple[ibis.Table, pa.Table]]

    def to_pyarrow(self, expr: ibis.Expr, /, **options: Any) -> Any:  # noqa: ANN401 as in Ibis
        answer = super().to_pyarrow(expr, **options)
        is_rows = isinstance(expr, ibis.Table) and not options
        self.asked.append((expr.as_table(), answer if is_rows else super().to_pyarrow(expr.as_table())))
        return answer

    def to_pyarrow_batches(self, expr: ibis.Expr, /, **options: Any) -> Any:  # noqa: ANN401 as in Ibis
        """Frames come this way, too."""
        self.asked.append((expr.as_table(), super().to_pyarrow(expr.as_table())))
        return super().to_pyarrow_batches(expr, **options)


class Build(NamedTuple):
    """The questions of a system to DuckDB with their answers, and the tables that it built from them."""

    asked: list[tuple[ibis.Table, pa.Table]]
    tables: dict[str, pa.Table]


def places(system: str, folder: Path) -> dict[str, str]:
    return {
        name: str(folder / f"{name}.parquet")
        for name in system_registry.reads(system_registry.system(system))
    }


def built(system: str, tables: dict[str, ibis.Table]) -> dict[str, pd.DataFrame]:
    return in_memory(system_registry.built(system_registry.system(system), tables, AS_OF, Shelf(), {}))


@pytest.fixture(scope="module", params=SYSTEMS)
def system(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def build(system: str, shop: Path) -> Build:
    """Every expression that the system has executed, with DuckDB's answer; and its tables."""
    return recorded(system, shop)


@cache
def recorded(system: str, folder: Path) -> Build:
    backend = Recording()
    backend.do_connect()
    backend.asked = []
    parquet = places(system, folder)
    tables = built(
        system, {name: backend.read_parquet(place, table_name=name) for name, place in parquet.items()}
    )
    backend.disconnect()
    assert backend.asked
    return Build(backend.asked, exact(tables))


def moved(expression: ibis.Table, tables: dict[str, ibis.Table]) -> ibis.Table:
    """The same expression over other tables of the same names."""
    op = expression.op()
    return op.replace({one: tables[one.name].op() for one in op.find(ops.DatabaseTable)}).to_expr()


def same(found: pa.Table, expected: pa.Table) -> bool:
    return by_rows(found, []).equals(by_rows(expected.cast(found.schema), []))


def test_spark_answers_what_duckdb_answers(
    system: str,
    build: Build,
    shop: Path,
    spark_tables: Any,  # noqa: ANN401 a fixture's function
) -> None:
    with spark_tables(places(system, shop)) as tables:
        for expression, expected in build.asked:
            assert same(moved(expression, tables).to_pyarrow(), expected), ibis.to_sql(expression)


def test_athena_sql_parses_and_answers_what_duckdb_answers(system: str, build: Build, shop: Path) -> None:
    schemas = {name: pq.read_schema(place) for name, place in places(system, shop).items()}
    with catalog(shop) as answers, athena.opened(schemas, DATABASE, answers) as tables:
        for expression, expected in build.asked:
            assert same(moved(expression, tables).to_pyarrow(), expected), ibis.to_sql(expression)


def test_the_same_rows_in_another_order_give_the_same_tables(
    system: str, build: Build, shuffled: Path
) -> None:
    assert outputs(system, shuffled) == build.tables


def test_spark_builds_the_same_tables_twice_and_as_duckdb_does(
    shop: Path,
    shuffled: Path,
    spark_tables: Any,  # noqa: ANN401 as above
) -> None:
    system = "global-market-pulse"
    expected = recorded(system, shop).tables
    for folder in (shop, shuffled):
        with spark_tables(places(system, folder)) as tables:
            assert exact(built(system, tables)) == expected


def outputs(system: str, folder: Path) -> dict[str, pa.Table]:
    with local.opened(places(system, folder)) as tables:
        return exact(built(system, tables))


def exact(frames: dict[str, pd.DataFrame]) -> dict[str, pa.Table]:
    contracts = Registry.load().prod
    stamped = {
        name: frame.assign(as_of=AS_OF, snapshot_id="0123456789abcdef") for name, frame in frames.items()
    }
    return {name: rows_by_contract(contracts[name], frame) for name, frame in stamped.items()}


@pytest.fixture(scope="module")
def spark_tables(spark_here: SparkSession) -> Any:  # noqa: ANN401 a function with the session bound
    def opened(named: dict[str, str]) -> Any:  # noqa: ANN401 a context manager of tables
        return spark_engine.opened(named, spark_here)

    return opened


@contextmanager
def catalog(folder: Path) -> Iterator[athena.Answers]:
    """Answers to Athena SQL as the emulator gives them: translated, by DuckDB."""
    with duckdb.connect() as connection:
        connection.execute(f"create schema {DATABASE}")
        for path in folder.glob("*.parquet"):
            connection.read_parquet(str(path)).create(f"{DATABASE}.{path.stem}")

        def answers(sql: str, _schema: pa.Schema) -> pa.Table:
            assert sqlglot.parse_one(sql, read="athena")
            return connection.sql(translate(sql, "duckdb")).to_arrow_table()

        yield answers
