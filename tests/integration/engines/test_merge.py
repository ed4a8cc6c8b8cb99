"""The merge's rules are Ibis, so every engine takes the same row for each key and leaves out the same deleted
ones.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import numpy as np
import pyarrow as pa
import pytest
import sqlglot

from headgate.engines import athena, local, spark
from headgate.engines.frames import by_rows
from headgate.merge.deletions import DELETED_BY, INCREMENT, SIGHTED_AFTER, without_deleted
from headgate.merge.newest_per_key import newest_by
from headgate.query import translate

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.integration,
    # PySpark leaves the sockets that answers came through to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

SCHEMA = pa.schema(
    {
        "id": pa.int64(),
        "updated_at": pa.timestamp("us"),
        "price": pa.decimal128(12, 4),
        "ratio": pa.float64(),
        "name": pa.string(),
        "active": pa.bool_(),
        "_content_sha256": pa.string(),
        "_source_row": pa.int64(),
    }
)
VALUES: dict[str, list[Any]] = {
    "id": [2**53 + 1, 2**53 + 2, -1, 0],
    "updated_at": [
        None,
        datetime(2024, 1, 1),
        datetime(2024, 1, 1, 0, 0, 0, 1),
        datetime(1969, 12, 31, 23, 59, 59),
    ],
    "price": [None, Decimal("0.1000"), Decimal("-0.1000"), Decimal("99999999.9999")],
    "ratio": [None, 0.0, -0.0, 1e300],
    "name": [None, "", "a", "B", "ß", "\U0001f6d2", "NA"],
    "active": [None, True, False],
    "_content_sha256": ["aa", "bb"],
    "_source_row": [1, 2, 3],
}


def rows(seed: int) -> pa.Table:
    """Few values for each column, so that most rows tie in most of them."""
    chance = np.random.default_rng(seed)
    drawn = {
        name: [values[place] for place in chance.integers(0, len(values), 200)]
        for name, values in VALUES.items()
    }
    return pa.table(drawn, schema=SCHEMA)


def merged(seed: int) -> ibis.Table:
    sightings = ibis.memtable(pa.table({INCREMENT: ["bb"], SIGHTED_AFTER: ["2024-01-02"]}))
    deleted = ibis.memtable(
        pa.table({"id": pa.array([-1, 0], pa.int64()), DELETED_BY: ["2024-01-01", "2024-01-03"]})
    )
    there = without_deleted(ibis.memtable(rows(seed)), deleted, sightings, ["id"])
    return newest_by(there, ["id"], ["updated_at"], ["_content_sha256", "_source_row"]).select(SCHEMA.names)


def in_duckdb(expression: ibis.Table) -> pa.Table:
    backend = local.DuckDbTables()
    backend.do_connect()
    return by_rows(backend.to_pyarrow(expression).cast(SCHEMA), [])


def texts(table: pa.Table) -> list[str]:
    """Texts distinguish 0.0 from -0.0, which are equal as numbers."""
    return [repr(row) for row in by_rows(table, []).to_pylist()]


@pytest.mark.parametrize("seed", range(4))
def test_spark_keeps_the_rows_that_duckdb_keeps(seed: int, spark_here: SparkSession) -> None:
    found = spark.spark_backend(spark_here).to_pyarrow(merged(seed))
    assert texts(found.cast(SCHEMA)) == texts(in_duckdb(merged(seed)))


@pytest.mark.parametrize("seed", range(4))
def test_athena_sql_keeps_the_rows_that_duckdb_keeps(seed: int) -> None:
    backend = athena.AthenaTables()
    with duckdb.connect() as connection:

        def answers(sql: str, _schema: pa.Schema) -> pa.Table:
            assert sqlglot.parse_one(sql, read="athena")
            return connection.sql(translate(sql, "duckdb", {})).to_arrow_table()

        backend.do_connect(answers)
        assert texts(backend.to_pyarrow(merged(seed)).cast(SCHEMA)) == texts(in_duckdb(merged(seed)))


def test_a_deleted_key_is_gone_unless_its_rows_were_held_later() -> None:
    kept = in_duckdb(merged(0)).to_pylist()
    assert {row["_content_sha256"] for row in kept if row["id"] == -1} == {"bb"}
    assert not [row for row in kept if row["id"] == 0]
