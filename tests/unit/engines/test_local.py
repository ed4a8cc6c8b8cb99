"""Work over groups goes to other processes only where their start pays, and DuckDB takes a part of the
memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.engines.local import MIN_MEMORY_MB, _parallel_pays, _statement, memory_mb_of, opened

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("spent_s", "chunks_done", "chunks_left", "pays"),
    [
        (1.9, 1, 63, False),  # the first chunk has loaded libraries: nothing is known yet
        (2.1, 10, 20, False),  # about four seconds are left
        (2.1, 1, 63, True),  # about two minutes are left
        (30.0, 60, 4, False),  # about two seconds are left
        (6.0, 6, 10, True),  # about ten seconds are left
    ],
)
def test_other_processes_start_where_the_rest_would_take_ten_seconds(
    spent_s: float, chunks_done: int, chunks_left: int, pays: bool
) -> None:
    assert _parallel_pays(spent_s, chunks_done, chunks_left) is pays


def test_duckdb_takes_half_of_the_free_memory_and_never_less_than_the_least() -> None:
    assert memory_mb_of(14 * 10**9) == 7_000
    assert memory_mb_of(10**9) == MIN_MEMORY_MB


def test_tables_are_opened_with_the_memory_that_is_stated(tmp_path: Path) -> None:
    pq.write_table(pa.table({"at": [1]}), tmp_path / "moments.parquet")
    with opened({"moments": str(tmp_path / "moments.parquet")}, memory_mb=512) as tables:
        asked = tables["moments"].get_backend().raw_sql("select current_setting('memory_limit')")
        assert asked.fetchone() == ("488.2 MiB",)  # 512 * 10**6 bytes


def test_a_question_is_compiled_once_for_all_connections_and_answered_from_the_rows_of_each(
    tmp_path: Path,
) -> None:
    for name, rows in {"first": [1, 2], "second": [5]}.items():
        pq.write_table(pa.table({"at": rows}), tmp_path / f"{name}.parquet")
    totals, compiled = [], []
    for name in ("first", "second"):
        with opened({"asked_twice": str(tmp_path / f"{name}.parquet")}) as tables:
            totals.append(tables["asked_twice"].at.sum().to_pyarrow().as_py())
        compiled.append(_statement.cache_info().misses)
    assert totals == [3, 5]
    assert compiled[0] == compiled[1]


def test_tables_of_other_columns_have_statements_of_their_own(tmp_path: Path) -> None:
    columns = []
    for rows in (pa.table({"a": [1]}), pa.table({"b": [1]}), pa.table({"b": ["x"]})):
        pq.write_table(rows, tmp_path / "rows.parquet")
        with opened({"rows": str(tmp_path / "rows.parquet")}) as tables:
            columns.append(tables["rows"].to_pyarrow())
    assert [table.to_pydict() for table in columns] == [{"a": [1]}, {"b": [1]}, {"b": ["x"]}]


def test_statements_over_rows_in_memory_are_not_kept(tmp_path: Path) -> None:
    """Also when the cache is full, so its misses are compared and not its size."""
    pq.write_table(pa.table({"at": [1, 2]}), tmp_path / "moments.parquet")
    kept = _statement.cache_info()
    for number in (1, 2):
        with opened({"moments": str(tmp_path / "moments.parquet")}) as tables:
            own = ibis.memtable(pa.table({"at": [number]}))
            assert tables["moments"].semi_join(own, "at").to_pyarrow()["at"].to_pylist() == [number]
    assert _statement.cache_info().misses == kept.misses
