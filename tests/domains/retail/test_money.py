"""From floats to exact money."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headgate.domains.retail.money import HUNDREDTHS_OF_PENCE, PENCE, amounts, amounts_in_arrow

pytestmark = pytest.mark.unit

MIDDLES = st.integers(-(10**10), 10**10).map(lambda number: number / 1_000 + 0.005)
VALUES = st.one_of(
    st.floats(-1e12, 1e12),
    MIDDLES,
    st.sampled_from([np.nan, np.inf, -np.inf, -0.0, 0.5, 2.675, 1.005, 5e-324]),
)


@given(st.lists(VALUES, max_size=40), st.sampled_from([PENCE, HUNDREDTHS_OF_PENCE]))
@example([0.125, 0.375, -0.125, 1e7 + 0.005, 123_456_789.125, 99_999_999.995], PENCE)
def test_money_in_arrow_is_the_same_money(values: list[float], places: int) -> None:
    given_values = np.array(values, dtype=np.float64)
    assert list(amounts_in_arrow(given_values, places)._pa_array.to_pylist()) == list(
        amounts(given_values, places)
    )
