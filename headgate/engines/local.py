"""This machine as an engine: DuckDB for tables, joblib's processes for models over many groups."""

from __future__ import annotations

import ctypes
import sys
import tempfile
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import ibis
import joblib
import pyarrow as pa
from ibis.backends.duckdb import Backend

from headgate.engines.frames import exact, frame_of_batches
from headgate.engines.grouped_map import Grouping, apply, chunks, collected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd

    from headgate.engines.engine import Rows

LEAST_MEMORY_MB = 1_000  # of DuckDB, beyond which it spills
_LEAST_MEASURED_S = (
    2.0  # of processor time: the first groups include the import of libraries, so the pace is unknown before
)
_PARALLEL_FROM_S = (
    10.0  # two further processes pay from then on: each takes about five seconds to load its libraries
)
_CHUNKS = 64
_BATCH_ROWS = 131_072

# Source: DuckDB's manual, "Configuration". Whoever needs an order asks for one: to keep the file's takes
# memory.
_SETTINGS = {"preserve_insertion_order": False, "allocator_background_threads": True}


def release_memory() -> None:
    """Return unused memory to the system: allocators keep it otherwise, each for its own next request."""
    pa.default_memory_pool().release_unused()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim:
        trim(0)


def memory_mb_of(free_bytes: int) -> int:
    """Return DuckDB's share of free memory in MB: half, because models need memory too."""
    return max(LEAST_MEMORY_MB, free_bytes // 2 // 10**6)


class DuckDbTables(Backend):  # type: ignore[misc]  # Ibis ships no types
    """Ibis's DuckDB backend, with answers in the types that every engine's answers have.

    Ibis itself makes a Python object of every value of a column that has a null, and a float of a long id in
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
        """Return the answer in the Arrow types of the expression, some rows at a time, in its order."""
        table = expr.as_table()
        schema = table.schema().to_pyarrow()
        answer = self._to_duckdb_relation(table, params=params, limit=limit).to_arrow_reader(chunk_size)
        batches = (
            part for batch in answer for part in exact(pa.Table.from_batches([batch]), schema).to_batches()
        )
        return pa.RecordBatchReader.from_batches(schema, batches)


@contextmanager
def connected(memory_mb: int = LEAST_MEMORY_MB) -> Iterator[DuckDbTables]:
    """Open a DuckDB while the block lasts. Beyond `memory_mb` queries spill; what cannot spill fails."""
    with tempfile.TemporaryDirectory(prefix="headgate-spill-") as spill:
        backend = DuckDbTables()
        backend.do_connect(memory_limit=f"{memory_mb}MB", temp_directory=spill, **_SETTINGS)
        try:
            yield backend
        finally:
            backend.disconnect()


@contextmanager
def opened(
    places: Mapping[str, str | Sequence[str]], memory_mb: int = LEAST_MEMORY_MB
) -> Iterator[dict[str, ibis.Table]]:
    """Open Parquet files as tables, while the block lasts, as `connected` does.

    Args:
        places: of each table a path, a pattern of paths, or several paths.
    """
    with connected(memory_mb) as backend:
        yield {table: backend.read_parquet(place, table_name=table) for table, place in places.items()}


class Local:
    """Runs groups in this process, and on every processor of the machine what would take it more than ten
    seconds longer.

    Which process a group ran in changes nothing: each is worked on by one thread.
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
        """Apply `Engine.map_groups`."""
        grouping = Grouping(tuple(by), function, schema, tuple(order_by))
        waiting = list(chunks(_arrow_of(rows), grouping.by, _CHUNKS))[::-1]
        done, began = [grouping.numbered.empty_table()], time.process_time()
        while waiting and (
            self._workers == 1 or not _parallel_pays(time.process_time() - began, len(done) - 1, len(waiting))
        ):
            done.append(apply(waiting.pop(), grouping))
        if waiting:
            done += joblib.Parallel(n_jobs=self._workers)(
                joblib.delayed(apply)(chunk, grouping) for chunk in waiting
            )
        return collected(pa.concat_tables(done), grouping)


def _parallel_pays(spent_s: float, chunks_done: int, chunks_left: int) -> bool:
    """Return whether the remaining chunks, at the current pace, justify starting other processes."""
    return spent_s >= _LEAST_MEASURED_S and spent_s * chunks_left >= _PARALLEL_FROM_S * chunks_done


def _arrow_of(rows: Rows) -> pa.Table:
    return (
        rows.to_pyarrow()
        if isinstance(rows, ibis.Table)
        else pa.Table.from_pandas(rows, preserve_index=False)
    )
