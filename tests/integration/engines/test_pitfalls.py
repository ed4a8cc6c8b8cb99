"""Where engines differ when asked by the short name: each difference is an error or has an expression that
has none.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from headgate.engines import athena, engine_of, local, spark
from headgate.engines.expressions import whole_seconds
from headgate.errors import AuditError, QueryError
from headgate.query import translate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ibis.backends.sql import SQLBackend
    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.integration,
    # PySpark leaves the sockets that answers came through to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

LATE = datetime(2024, 2, 29, 23, 59, 59, 900_000)
TABLE = pa.table(
    {
        "region": ["GB", "GB", "GB", "FR", "FR", "US"],
        "seconds": pa.array([3, 2**51, 1, 4, -7, None], pa.int64()),
        "price": pa.array(
            [Decimal("0.10"), Decimal("0.20"), Decimal("0.40"), Decimal("7.00"), None, None],
            pa.decimal128(12, 2),
        ),
        "at": pa.array(
            [LATE, datetime(1969, 12, 31, 23, 59, 58, 500_000), None, LATE, LATE, LATE], pa.timestamp("us")
        ),
        "customer_id": pa.array([2**53 + 1, None, 2**60 + 1, 1, 2, 3], pa.int64()),
    }
)


@pytest.fixture(params=["duckdb", "spark", "athena"])
def engine(request: pytest.FixtureRequest) -> Iterator[SQLBackend]:
    """Every engine; Athena's SQL is answered by DuckDB, as on the emulator."""
    if request.param == "spark":
        yield spark.spark_backend(request.getfixturevalue("spark_here"))
        return
    connection = duckdb.connect()
    backend = local.DuckDbTables() if request.param == "duckdb" else athena.AthenaTables()
    if request.param == "duckdb":
        backend.do_connect()
    else:
        backend.do_connect(lambda sql, _: connection.sql(translate(sql, "duckdb", {})).to_arrow_table())
    yield backend
    connection.close()


@pytest.fixture
def rows() -> ibis.Table:
    return ibis.memtable(TABLE)


def test_a_second_is_the_one_that_has_begun(engine: SQLBackend, rows: ibis.Table) -> None:
    found = engine.to_pyarrow(
        rows.filter(rows.region == "GB").select("customer_id", at_s=whole_seconds(rows["at"]))
    )
    assert sorted(found["at_s"].to_pylist(), key=str) == sorted([1_709_251_199, -2, None], key=str)


def test_money_is_summed_to_the_penny_and_a_sum_of_nothing_is_null(
    engine: SQLBackend, rows: ibis.Table
) -> None:
    found = engine.to_pyarrow(rows.group_by("region").agg(money=rows.price.sum()).order_by("region"))
    assert found["money"].to_pylist() == [Decimal("7.00"), Decimal("0.70"), None]


def test_an_average_of_money_that_an_engine_computes_in_floats_is_an_error(rows: ibis.Table) -> None:
    backend = local.DuckDbTables()
    backend.do_connect()
    with pytest.raises(AuditError, match=r"price.*cast before dividing"):
        backend.execute(rows.agg(price=rows.price.mean()))


def test_long_ids_keep_every_digit_beside_nulls(engine: SQLBackend, rows: ibis.Table) -> None:
    frame = engine.execute(rows.select("customer_id").order_by("customer_id"))
    assert frame["customer_id"].dropna().tolist() == [1, 2, 3, 2**53 + 1, 2**60 + 1]
    assert frame["customer_id"].isna().sum() == 1


def test_numbers_too_large_are_an_error_and_not_a_null(spark_here: SparkSession, rows: ibis.Table) -> None:
    with pytest.raises(Exception, match="ARITHMETIC_OVERFLOW"):
        spark.spark_backend(spark_here).to_pyarrow(rows.select(product=rows.customer_id * 10**18))


def test_types_in_pandas_are_the_same_on_every_engine(engine: SQLBackend, rows: ibis.Table) -> None:
    frame = engine.execute(rows.mutate(on=rows["at"].date(), ratio=rows.seconds / 2, late=rows["at"] > LATE))
    kinds = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert kinds == {
        "region": "object",
        "seconds": "float64",
        "price": "object",
        "at": "datetime64[ns]",
        "customer_id": "Int64",
        "on": "datetime64[s]",
        "ratio": "float64",
        "late": "object",
    }


def test_rows_come_some_at_a_time_in_the_order_that_was_asked_for(engine: SQLBackend) -> None:
    shuffled = np.random.default_rng(3).permutation(2_000)
    table = ibis.memtable(pa.table({"number": shuffled, "text": [f"t{one % 7}" for one in shuffled]}))
    found = pa.Table.from_batches(
        engine.to_pyarrow_batches(table.order_by(ibis.desc("number")), chunk_size=500)
    )
    assert found["number"].to_pylist() == list(range(1_999, -1, -1))
    assert found["text"].to_pylist()[:2] == ["t4", "t3"]


def test_an_answer_without_rows_has_its_columns(engine: SQLBackend, rows: ibis.Table) -> None:
    found = engine.to_pyarrow_batches(
        rows.filter(rows.region == "nowhere").select("region", "price")
    ).read_all()
    assert (found.num_rows, found.schema.names) == (0, ["region", "price"])


def test_a_query_too_long_for_athena_is_refused_before_it_is_sent() -> None:
    backend = athena.AthenaTables()
    backend.do_connect(lambda *_: pytest.fail("it was sent"))
    with pytest.raises(QueryError, match="too long for Athena: another engine"):
        backend.to_pyarrow(
            ibis.memtable({"text": [f"a text of some length, number {number}" for number in range(8_000)]})
        )


def doubled(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {"region": rows["region"], "customer_id": rows["customer_id"], "place": range(len(rows))}
    )


def test_spark_gives_each_group_to_the_function_as_this_machine_does(
    spark_here: SparkSession, rows: ibis.Table
) -> None:
    backend = spark.spark_backend(spark_here)
    backend.create_view("grouped_rows", rows, overwrite=True)
    table = backend.table("grouped_rows")
    schema = pa.schema({"region": pa.string(), "customer_id": pa.int64(), "place": pa.int64()})
    here = engine_of([rows]).map_groups(rows, ["region"], doubled, schema, ["seconds"])
    there = engine_of([table]).map_groups(table, ["region"], doubled, schema, ["seconds"])
    frame = engine_of([table]).map_groups(
        rows.to_pandas().assign(customer_id=1), ["region"], doubled, schema, ["seconds"]
    )
    pd.testing.assert_frame_equal(here, there)
    assert frame["place"].tolist() == here["place"].tolist()
