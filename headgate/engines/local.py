"""This machine as an engine: DuckDB for tables, joblib processes for models over many groups."""

from __future__ import annotations

import ctypes
import sys
import tempfile
import time
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import ibis
import joblib
import pyarrow as pa
from ibis.backends.duckdb import Backend
from ibis.expr.operations import InMemoryTable, Node

from headgate.engines.frames import exact, frame_of_batches
from headgate.engines.grouped_map import Grouping, apply, chunks, collected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd

    from headgate.engines.engine import Rows

MAX_STATEMENTS = 256  # that are kept; Ibis takes up to 0.1 s to compile one
MIN_MEMORY_MB = 1_000  # of DuckDB, beyond which it spills
# Processor time before the pace is known, because the first groups include the import of libraries.
_MIN_MEASURED_S = 2.0
# Remaining time that justifies two more processes: each takes about five seconds to load its libraries.
_PARALLEL_FROM_S = 10.0
_CHUNKS = 64
_BATCH_ROWS = 131_072

# Source: DuckDB's manual, "Configuration". Preserving the file's order takes memory; queries that need an
# order state it.
_SETTINGS = {"preserve_insertion_order": False, "allocator_background_threads": True}


def release_memory() -> None:
    """Return unused memory to the system, which allocators otherwise keep for their own next request."""
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim:
        trim(0)


def memory_mb_of(free_bytes: int) -> int:
    """Return DuckDB's share of free memory in MB: half, because models also need memory."""
    return max(MIN_MEMORY_MB, free_bytes // 2 // 10**6)


class DuckDbTables(Backend):  # type: ignore[misc]  # Ibis ships no types
    """Ibis's DuckDB backend, with answers in the types that all engines return.

    Ibis itself creates a Python object for every value of a column with nulls, and a float for a long id in
    it.
    """

    def execute(
        self, expr: ibis.Expr, /, *, params: Mapping[Any, Any] | None = None, limit: int | str | None = None
    ) -> Any:  # noqa: ANN401 a frame, a series or a value, as the expression is
        """Return the answer in pandas."""
        answer = self.to_pyarrow_batches(expr, params=params, limit=limit)
        frame = frame_of_batches(answer.schema, answer)
        release_memory()
        return expr.__pandas_result__(frame)

    _newest: tuple[object, str] = (None, "")

    def compile(
        self, expr: ibis.Expr, /, *, params: Mapping[Any, Any] | None = None, **options: int | str | None
    ) -> str:
        """Return the statement of an expression; it is kept for other rows of views with the same names.

        Rows in memory have another name each time: of expressions over them only the newest is kept.
        """
        if params:
            statement: str = super().compile(expr, params=params, **options)
            return statement
        node, given = expr.op(), tuple(sorted(options.items()))
        if not node.find(InMemoryTable):
            return _statement(node, given)
        if self._newest[0] != (node, given):
            self._newest = (node, given), super().compile(expr, **options)
        return self._newest[1]

    def to_pyarrow_batches(
        self,
        expr: ibis.Expr,
        /,
        *,
        params: Mapping[Any, Any] | None = None,
        limit: int | str | None = None,
        chunk_size: int = _BATCH_ROWS,
        **_: object,
    ) -> pa.RecordBatchReader:
        """Return the answer in the Arrow types of the expression, in batches and in its order."""
        table = expr.as_table()
        schema = table.schema().to_pyarrow()
        answer = self._to_duckdb_relation(table, params=params, limit=limit).to_arrow_reader(chunk_size)
        batches = (
            part for batch in answer for part in exact(pa.Table.from_batches([batch]), schema).to_batches()
        )
        return pa.RecordBatchReader.from_batches(schema, batches)


@lru_cache(MAX_STATEMENTS)
def _statement(node: Node, options: tuple[tuple[str, int | str | None], ...]) -> str:
    """Compile an expression; it is equal on all connections to tables of the same names and types."""
    statement: str = Backend().compile(node.to_expr(), **dict(options))
    return statement


@contextmanager
def connected(memory_mb: int = MIN_MEMORY_MB) -> Iterator[DuckDbTables]:
    """Open a DuckDB for the duration of the block.

    Beyond `memory_mb` queries spill, or fail if they cannot.
    """
    with tempfile.TemporaryDirectory(prefix="headgate-spill-") as spill:
        backend = DuckDbTables()
        backend.do_connect(memory_limit=f"{memory_mb}MB", temp_directory=spill, **_SETTINGS)
        try:
            yield backend
        finally:
            backend.disconnect()


@contextmanager
def opened(
    places: Mapping[str, str | Sequence[str]], memory_mb: int = MIN_MEMORY_MB
) -> Iterator[dict[str, ibis.Table]]:
    """Open Parquet files as tables for the duration of the block, as `connected` does.

    Args:
        places: a path, a pattern of paths, or several paths for each table.
    """
    with connected(memory_mb) as backend:
        yield {table: backend.read_parquet(place, table_name=table) for table, place in places.items()}


class Local:
    """Runs groups in this process, or on all processors if that would take over ten seconds longer.

    The process does not affect a group's result, because each group runs in one thread.
    """

    def __init__(self, workers: int = 0) -> None:
        self._workers = workers or joblib.cpu_count()

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
        pending = list(chunks(_arrow_of(rows), grouping.by, _CHUNKS))[::-1]
        done, began = [grouping.numbered.empty_table()], time.process_time()
        while pending and (
            self._workers == 1 or not _parallel_pays(time.process_time() - began, len(done) - 1, len(pending))
        ):
            done.append(apply(pending.pop(), grouping))
        if pending:
            done += joblib.Parallel(n_jobs=self._workers)(
                joblib.delayed(apply)(chunk, grouping) for chunk in pending
            )
        return collected(pa.concat_tables(done), grouping)


def _parallel_pays(spent_s: float, chunks_done: int, chunks_left: int) -> bool:
    """Return whether the remaining chunks, at the current pace, justify starting other processes."""
    return spent_s >= _MIN_MEASURED_S and spent_s * chunks_left >= _PARALLEL_FROM_S * chunks_done


def _arrow_of(rows: Rows) -> pa.Table:
    return (
        rows.to_pyarrow()
        if isinstance(rows, ibis.Table)
        else pa.Table.from_pandas(rows, preserve_index=False)
    )
