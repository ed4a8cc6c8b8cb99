from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.matching.assignment import best_pairs

pytestmark = pytest.mark.unit

grids = st.integers(1, 4).flatmap(
    lambda rows: st.integers(1, 4).flatmap(
        lambda columns: st.lists(
            st.lists(st.floats(-1, 1), min_size=columns, max_size=columns), min_size=rows, max_size=rows
        )
    )
)


def best_by_trying(gains: np.ndarray) -> float:
    """The largest total over all ways to pair."""
    wide = gains if gains.shape[0] <= gains.shape[1] else gains.T
    return max(
        sum(max(wide[row, column], 0.0) for row, column in enumerate(order))
        for order in permutations(range(wide.shape[1]), wide.shape[0])
    )


@given(grids)
def test_no_other_pairs_have_a_larger_total(grid: list[list[float]]) -> None:
    gains = np.array(grid)
    pairs = best_pairs(gains)
    assert sum(gains[row, column] for row, column in pairs) == pytest.approx(best_by_trying(gains), abs=1e-9)


@given(grids)
def test_nothing_is_in_two_pairs_and_no_pair_is_without_gain(grid: list[list[float]]) -> None:
    pairs = best_pairs(np.array(grid))
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert all(grid[row][column] > 0 for row, column in pairs)


def test_a_row_gives_way_where_that_is_better_for_both() -> None:
    assert best_pairs(np.array([[0.9, 0.8], [0.85, 0.1]])) == [(0, 1), (1, 0)]
