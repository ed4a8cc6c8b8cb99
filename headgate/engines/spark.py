"""Spark as an engine: Ibis expressions become Spark SQL with Arrow answers, and models run on executors."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
from ibis.backends.pyspark import Backend
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

from headgate.engines import spark_session
from headgate.engines.frames import exact, frame_of
from headgate.engines.grouped_map import Grouping, apply, collected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import pandas as pd
    from pyspark.sql import DataFrame, SparkSession

    from headgate.engines.engine import Rows

# Source: Spark 3.5 documentation, "Configuration" and "ANSI Compliance".
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    # An overflow is an error, not an unnoticed null.
    "spark.sql.ansi.enabled": "true",
    # Times in the lake have no zone; Spark must not convert them.
    "spark.sql.parquet.inferTimestampNTZ.enabled": "true",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}


class SparkTables(Backend):  # type: ignore[misc]  # Ibis ships no types
    """Ibis's Spark backend with exact Arrow answers, in the types that all engines return."""

    def to_pyarrow(
        self, expr: ibis.Expr, /, *, params: Mapping[Any, Any] | None = None, limit: int | str | None = None
    ) -> pa.Table:
        """Return the answer in the Arrow types of the expression."""
        table = expr.as_table()
        self._run_pre_execute_hooks(table)
        answer = arrow_of(self._session.sql(self.compile(table, params=params, limit=limit)))
        return expr.__pyarrow_result__(exact(answer, table.schema().to_pyarrow()))

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
        **_: object,
    ) -> pa.RecordBatchReader:
        """Return the answer in the Arrow types of the expression, in its order.

        The driver holds one partition at a time.
        """
        table = expr.as_table()
        self._run_pre_execute_hooks(table)
        schema = table.schema().to_pyarrow()
        packed = self._session.sql(self.compile(table, params=params, limit=limit)).mapInArrow(
            _pack, "batch binary"
        )
        tables = (pa.ipc.open_stream(row.batch).read_all() for row in packed.toLocalIterator())
        return pa.RecordBatchReader.from_batches(
            schema, (part for table in tables for part in exact(table, schema).to_batches())
        )

    def _register_in_memory_table(self, op: Any) -> None:  # noqa: ANN401 Ibis ships no types
        """Register rows in memory as a view, exactly."""
        rows = op.data.to_pyarrow(op.schema)
        created(self._session, rows).createOrReplaceTempView(op.name)


@dataclass(frozen=True)
class Spark:
    """Runs groups on the executors of a session."""

    backend: SparkTables

    def map_groups(
        self,
        rows: Rows,
        by: Sequence[str],
        function: Callable[[pd.DataFrame], pd.DataFrame],
        schema: pa.Schema,
        order_by: Sequence[str] = (),
    ) -> pd.DataFrame:
        """Run `Engine.map_groups`."""
        grouping = Grouping(tuple(by), function, schema, tuple(order_by))
        frame, read_as = self._frame(rows)

        def work(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
            gathered = list(batches)
            if gathered:
                yield from apply(exact(pa.Table.from_batches(gathered), read_as), grouping).to_batches()

        mapped = frame.repartition(*grouping.by).mapInArrow(
            work, from_arrow_schema(grouping.numbered, prefer_timestamp_ntz=True)
        )
        return collected(exact(arrow_of(mapped), grouping.numbered), grouping)

    def _frame(self, rows: Rows) -> tuple[DataFrame, pa.Schema]:
        session = self.backend._session  # noqa: SLF001 Ibis keeps the session private
        if isinstance(rows, ibis.Table):
            return session.sql(self.backend.compile(rows)), rows.schema().to_pyarrow()
        table = pa.Table.from_pandas(rows, preserve_index=False)
        return created(session, table), table.schema


@contextmanager
def opened(places: Mapping[str, str], session: SparkSession | None = None) -> Iterator[dict[str, ibis.Table]]:
    """Open each Parquet file or folder as a table for the duration of the block; the session stays open.

    Args:
        places: paths that the executors can read: `s3://…` on a cluster, local paths for local Spark.
        session: a running session; by default that of `spark_session`.
    """
    running = session or spark_session.session()
    backend = spark_backend(running)
    try:
        yield {table: backend.read_parquet(place, table_name=table) for table, place in places.items()}
    finally:
        for table in places:
            running.catalog.dropTempView(table)


def spark_backend(session: SparkSession) -> SparkTables:
    """Return a session as an Ibis backend with the lake's rules: UTC, exact decimals, no silent nulls."""
    backend = SparkTables()
    backend.register_options()
    backend.do_connect(session)
    for name, value in _SETTINGS.items():
        session.conf.set(name, value)
    return backend


def _pack(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield each batch as one row with its bytes.

    Spark 3.5 sends rows to the driver one partition at a time, but not Arrow batches.
    """
    for batch in batches:
        body = pa.BufferOutputStream()
        with pa.ipc.new_stream(body, batch.schema) as stream:
            stream.write_batch(batch)
        yield pa.RecordBatch.from_pydict({"batch": pa.array([body.getvalue().to_pybytes()], pa.binary())})


def created(session: SparkSession, rows: pa.Table) -> DataFrame:
    """Return rows as a Spark frame, through Python values.

    Spark's faster way uses pandas, which has no integers with nulls.
    """
    schema = from_arrow_schema(rows.schema.remove_metadata(), prefer_timestamp_ntz=True)
    return session.createDataFrame(
        [tuple(row.values()) for row in rows.to_pylist()], schema=schema, verifySchema=False
    )


def arrow_of(frame: DataFrame) -> pa.Table:
    """Return a Spark frame's rows as Arrow, without making floats of numbers with nulls.

    Spark 4 has `toArrow`; in 3.5 the same function is private.
    """
    batches = frame._collect_as_arrow()  # noqa: SLF001 see above
    return pa.Table.from_batches(batches) if batches else to_arrow_schema(frame.schema).empty_table()
