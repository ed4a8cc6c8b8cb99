"""Which rows a model learns from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.learning.sampling import drawn

pytestmark = pytest.mark.unit


@given(st.integers(0, 200), st.integers(0, 200))
def test_no_row_is_drawn_twice_and_never_more_than_asked_for(count: int, at_most: int) -> None:
    places = drawn(count, at_most, seed=1)
    assert len(places) == min(count, at_most)
    assert (np.diff(places) > 0).all()
    assert set(places) <= set(range(count))


def test_as_many_rows_as_are_allowed_are_all_of_them() -> None:
    assert drawn(5, 5, seed=1).tolist() == [0, 1, 2, 3, 4]


def test_the_same_seed_draws_the_same_rows_and_another_draws_others() -> None:
    assert drawn(1_000, 20, seed=1).tolist() == drawn(1_000, 20, seed=1).tolist()
    assert drawn(1_000, 20, seed=1).tolist() != drawn(1_000, 20, seed=2).tolist()
