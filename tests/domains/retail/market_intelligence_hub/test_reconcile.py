from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from headgate.domains.retail.market_intelligence_hub.reconcile import reconcile, summing_matrix

pytestmark = pytest.mark.unit

SERIES = pd.DataFrame(
    [
        ("total", "(all)", "(all)"),
        ("region", "GB", "(all)"),
        ("region", "FR", "(all)"),
        ("category", "(all)", "Home"),
        ("region_category", "GB", "Home"),
        ("region_category", "FR", "Home"),
    ],
    columns=["level", "region_id", "category"],
)


def test_the_summing_matrix_says_which_leaves_a_series_sums() -> None:
    assert summing_matrix(SERIES, "region_category").tolist() == [[1, 1], [1, 0], [0, 1], [1, 1], [1, 0], [0, 1]]


@given(arrays(float, (6, 3), elements=st.floats(-1e6, 1e6)), arrays(float, 6, elements=st.floats(0, 1e6)))
def test_reconciled_forecasts_add_up_and_are_not_negative(means: np.ndarray, spread: np.ndarray) -> None:
    found = reconcile(means, spread, summing_matrix(SERIES, "region_category"))
    assert found[0] == pytest.approx(found[1] + found[2])
    assert found[3] == pytest.approx(found[4] + found[5])
    assert (found >= 0).all()


def test_forecasts_that_add_up_already_stay_as_they_are() -> None:
    leaves = np.array([[7.0, 8.0], [1.0, 2.0]])
    means = summing_matrix(SERIES, "region_category") @ leaves
    assert reconcile(means, np.arange(1.0, 7), summing_matrix(SERIES, "region_category")) == pytest.approx(means)


def test_the_series_that_is_usually_right_moves_least() -> None:
    means = np.array([[100.0], [60], [60], [100], [60], [60]])
    sure_of_total = reconcile(means, np.array([0.1, 10, 10, 0.1, 10, 10]), summing_matrix(SERIES, "region_category"))
    assert sure_of_total[0, 0] == pytest.approx(100, abs=0.1)


def test_no_series_at_all_is_no_forecast() -> None:
    nothing = SERIES.iloc[:0]
    assert reconcile(np.empty((0, 3)), np.empty(0), summing_matrix(nothing, "region_category")).shape == (0, 3)
