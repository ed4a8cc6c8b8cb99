"""A sample of a snapshot is in proportion to the rows of its parts, and its bounds are those of all rows."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.profiling.part_sample import Bounds, bounds_of, rows_of_part, rows_to_draw

pytestmark = pytest.mark.unit

# A quiet first year and a busy last month, as in the history of a growing source.
SKEWED = [1_000] * 12 + [88_000]


def footer(table: pa.Table, *, has_statistics: bool = True) -> pq.FileMetaData:
    out = io.BytesIO()
    pq.write_table(table, out, row_group_size=2, write_statistics=has_statistics)
    return pq.read_metadata(io.BytesIO(out.getvalue()))


def test_each_part_gives_rows_in_proportion_to_its_size() -> None:
    draws = rows_to_draw(SKEWED, 10_000, most_parts=16)
    assert draws == {**dict.fromkeys(range(12), 100), 12: 8_800}


def test_all_rows_are_drawn_if_they_are_no_more_than_the_sample() -> None:
    assert rows_to_draw([3, 0, 4], 10, most_parts=2) == {0: 3, 2: 4}


def test_of_many_parts_few_are_read_and_a_large_one_counts_as_often_as_its_rows() -> None:
    draws = rows_to_draw(SKEWED, 1_000, most_parts=5)
    assert draws == {10: 200, 12: 800}


@pytest.mark.parametrize("most_parts", [4, 16])
def test_a_quantile_of_the_sample_is_near_that_of_all_rows(most_parts: int) -> None:
    ends = np.cumsum([0, *SKEWED])
    parts = [pa.table({"at": pa.array(range(ends[n], ends[n + 1]))}) for n in range(len(SKEWED))]
    draws = rows_to_draw(SKEWED, 2_000, most_parts)
    drawn = pa.concat_tables(rows_of_part(parts[at], many, at) for at, many in draws.items())
    values = np.frombuffer(drawn["at"].combine_chunks().buffers()[1], np.int64)
    # A rank of 2,000 random rows has a standard error of 0.011 at most; 0.035 is three of them. If only some
    # parts are read, a rank is also off by half of the rows that one of them represents.
    bound = 3_500 + (0 if most_parts >= len(SKEWED) else 100_000 / most_parts / 2)
    for share in (0.25, 0.5, 0.75):
        assert abs(np.quantile(values, share) - share * 100_000) < bound


def test_drawn_rows_keep_their_order_and_are_the_same_at_every_call() -> None:
    rows = pa.table({"at": pa.array(range(1_000))})
    drawn = rows_of_part(rows, 100)
    assert drawn.num_rows == 100
    assert drawn["at"].to_pylist() == sorted(set(drawn["at"].to_pylist()))
    assert drawn.equals(rows_of_part(rows, 100))
    assert not drawn.equals(rows_of_part(rows, 100, seed=1))


def test_bounds_and_missing_values_are_those_of_all_row_groups_of_all_parts() -> None:
    parts = [pa.table({"size": [5, None, 7, 8]}), pa.table({"size": [-3, 2]})]
    assert bounds_of([footer(part) for part in parts]) == {"size": Bounds(1, -3, 8)}


def test_a_column_without_values_has_no_bounds() -> None:
    empty = pa.table({"size": pa.array([None, None], pa.int64())})
    assert bounds_of([footer(empty)]) == {"size": Bounds(2)}


def test_all_rows_of_a_part_that_is_older_than_a_column_lack_it() -> None:
    part, other = pa.table({"size": [1, 2], "width": [3, 4]}), pa.table({"size": [5]})
    assert bounds_of([footer(part), footer(other)]) == {"size": Bounds(0, 1, 5), "width": Bounds(1, 3, 4)}


def test_a_column_of_which_a_part_has_no_figures_has_no_bounds() -> None:
    part, other = pa.table({"size": [1, 2]}), pa.table({"size": [5]})
    assert bounds_of([footer(part), footer(other, has_statistics=False)]) == {}
