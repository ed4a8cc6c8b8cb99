"""How columns move together: the textbook's r of each pair over the rows that hold both, in bounded time."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import pearsonr

from headgate.profiling import correlations as correlate
from headgate.profiling.correlations import MAX_COLUMNS, correlations

pytestmark = pytest.mark.unit

CELLS = st.one_of(
    st.none(), st.floats(-1e6, 1e6).map(lambda number: round(number, 3)), st.integers(0, 3).map(float)
)


def reported(columns: dict[str, list[float | None]]) -> dict[tuple[str, str], float]:
    found = correlations({name: pa.array(values, pa.float64()) for name, values in columns.items()})
    return {(pair["left"], pair["right"]): float(pair["r"]) for pair in found}


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=40))
def test_each_pair_has_the_textbooks_r_over_the_rows_that_hold_both(
    rows: list[tuple[float | None, ...]],
) -> None:
    columns = {name: list(values) for name, values in zip("abc", zip(*rows, strict=True), strict=True)}
    found = reported(columns)
    for left, right in combinations("abc", 2):
        both = [
            (x, y)
            for x, y in zip(columns[left], columns[right], strict=True)
            if x is not None and y is not None
        ]
        xs, ys = ([pair[side] for pair in both] for side in range(2))
        if len(both) >= 3 and np.ptp(xs) > 1e-3 and np.ptp(ys) > 1e-3:
            assert found[left, right] == pytest.approx(pearsonr(xs, ys).statistic, abs=2e-6)


def test_a_pair_is_left_out_where_one_column_does_not_vary_or_few_rows_hold_both() -> None:
    columns: dict[str, list[float | None]] = {
        "a": [1.0, 2.0, 3.0, 4.0],
        "same": [5.0, 5.0, 5.0, 5.0],
        "few": [None, None, 3.0, 1.0],
        "nothing": [None] * 4,
    }
    assert reported(columns) == {}


def test_a_column_that_rarely_varies_where_the_other_has_values_is_described_by_these_rows_alone() -> None:
    columns: dict[str, list[float | None]] = {
        "a": [1.0, 2.0, 3.0, 4.0, 1e12, -1e12],
        "b": [2.0, 4.0, 6.0, 8.1, None, None],
    }
    assert reported(columns)["a", "b"] == pytest.approx(
        pearsonr([1, 2, 3, 4], [2, 4, 6, 8.1]).statistic, abs=1e-6
    )


def test_numbers_too_large_to_be_squared_make_no_pair_and_no_error() -> None:
    assert reported({"a": [1e300, -1e300, 2e300], "b": [1.0, 2.0, 3.0]}) == {}


def test_of_an_absurdly_wide_table_the_first_columns_are_read_once_each_and_no_pair_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Reading the rows again for each of 19,900 pairs takes minutes."""
    columns = {
        f"c{place:04}": pa.array(np.sin(np.arange(1_000) * (place + 1.0)))
        for place in range(MAX_COLUMNS + 50)
    }
    floats, read = correlate._floats, []
    monkeypatch.setattr(correlate, "_floats", lambda values: read.append(values) or floats(values))
    monkeypatch.setattr(correlate, "_pearson", lambda *_: pytest.fail("a pair was read by itself"))
    found = correlations(columns)
    assert len(read) == MAX_COLUMNS
    assert {name for pair in found for name in (pair["left"], pair["right"])} == set(
        list(columns)[:MAX_COLUMNS]
    )
