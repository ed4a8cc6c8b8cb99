from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from headgate.domains.retail.market_intelligence_hub.reconcile import reconcile, summing_matrix
from headgate.domains.retail.money import amounts

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
    assert summing_matrix(SERIES, "region_category").tolist() == [
        [1, 1],
        [1, 0],
        [0, 1],
        [1, 1],
        [1, 0],
        [0, 1],
    ]


@given(arrays(float, (6, 3), elements=st.floats(-1e6, 1e6)), arrays(float, 6, elements=st.floats(0, 1e6)))
def test_reconciled_forecasts_add_up_and_are_not_negative(means: np.ndarray, spread: np.ndarray) -> None:
    reconciled = reconcile(means, spread, summing_matrix(SERIES, "region_category"))
    assert reconciled[0] == pytest.approx(reconciled[1] + reconciled[2])
    assert reconciled[3] == pytest.approx(reconciled[4] + reconciled[5])
    assert (reconciled >= 0).all()


def test_forecasts_that_add_up_already_stay_as_they_are() -> None:
    leaves = np.array([[7.0, 8.0], [1.0, 2.0]])
    means = summing_matrix(SERIES, "region_category") @ leaves
    assert reconcile(means, np.arange(1.0, 7), summing_matrix(SERIES, "region_category")) == pytest.approx(
        means
    )


def test_the_series_that_is_usually_right_moves_least() -> None:
    means = np.array([[100.0], [60], [60], [100], [60], [60]])
    sure_of_total = reconcile(
        means, np.array([0.1, 10, 10, 0.1, 10, 10]), summing_matrix(SERIES, "region_category")
    )
    assert sure_of_total[0, 0] == pytest.approx(100, abs=0.1)


TOTAL = 0
MEANS = arrays(float, (6, 3), elements=st.floats(-1e6, 1e6))
SPREAD = arrays(float, 6, elements=st.floats(0, 1e6))


@given(MEANS, SPREAD)
def test_a_held_total_is_published_exactly_and_the_others_add_up_to_it(
    means: np.ndarray, spread: np.ndarray
) -> None:
    reconciled = reconcile(means, spread, summing_matrix(SERIES, "region_category"), TOTAL)
    total, gb, fr, home, gb_home, fr_home = (amounts(row) for row in reconciled)
    assert total.tolist() == [Decimal(str(value)) for value in amounts(np.maximum(means[TOTAL], 0.0))]
    assert (gb + fr == total).all()
    assert (gb_home + fr_home == home).all()
    assert (home == total).all()
    assert (reconciled >= 0).all()


@given(MEANS, SPREAD)
def test_the_same_forecasts_are_made_to_add_up_in_the_same_way_each_time(
    means: np.ndarray, spread: np.ndarray
) -> None:
    first, second = (
        reconcile(means, spread, summing_matrix(SERIES, "region_category"), TOTAL) for _ in range(2)
    )
    assert first.tobytes() == second.tobytes()


def test_what_a_held_total_asks_for_is_taken_from_the_parts_that_are_usually_wrong() -> None:
    """Two regions of 60 and a total of 100: twice the spread takes four times as much of the 20 pounds."""
    series = SERIES.iloc[:3]
    reconciled = reconcile(
        np.array([[100.0], [60], [60]]), np.array([50.0, 1, 2]), summing_matrix(series, "region"), TOTAL
    )
    assert reconciled.T.tolist() == [[100.0, 56.0, 44.0]]


def test_parts_that_add_up_to_a_held_total_stay_as_they_are() -> None:
    means = summing_matrix(SERIES, "region_category") @ np.array([[7.25, 8.5], [1.13, 2.01]])
    assert (
        reconcile(means, np.arange(1.0, 7), summing_matrix(SERIES, "region_category"), TOTAL).tolist()
        == means.round(2).tolist()
    )


def test_a_penny_that_no_part_can_have_alone_goes_to_the_first_of_equal_parts() -> None:
    series = SERIES.iloc[:3]
    reconciled = reconcile(
        np.array([[0.03], [0.01], [0.01]]), np.ones(3), summing_matrix(series, "region"), TOTAL
    )
    assert reconciled.T.tolist() == [[0.03, 0.02, 0.01]]


def test_parts_that_never_sold_share_a_held_total_and_a_total_below_zero_is_zero() -> None:
    series = SERIES.iloc[:3]
    reconciled = reconcile(
        np.array([[9.0, -9.0], [0, 5], [0, 5]]),
        np.array([1.0, 0, 0]),
        summing_matrix(series, "region"),
        TOTAL,
    )
    assert reconciled.T.tolist() == [[9.0, 4.5, 4.5], [0.0, 0.0, 0.0]]


def test_no_series_at_all_is_no_forecast() -> None:
    nothing = SERIES.iloc[:0]
    assert reconcile(np.empty((0, 3)), np.empty(0), summing_matrix(nothing, "region_category")).shape == (
        0,
        3,
    )
