"""How far columns have moved since a model learnt them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.learning.feature_drift import MODERATE, SHIFTED, DriftWatch

pytestmark = pytest.mark.unit

RNG = np.random.default_rng(7)
LEARNT = pd.DataFrame({"amount": RNG.normal(size=5_000), "visits": RNG.poisson(2, 5_000).astype(float)})


def test_the_same_rows_have_not_moved() -> None:
    assert DriftWatch().fit(LEARNT).index(LEARNT) == {"amount": 0.0, "visits": 0.0}


def test_other_rows_of_the_same_kind_are_stable() -> None:
    again = pd.DataFrame({"amount": RNG.normal(size=5_000), "visits": RNG.poisson(2, 5_000).astype(float)})
    assert max(DriftWatch().fit(LEARNT).index(again).values()) < MODERATE


def test_a_column_whose_mean_moved_by_one_deviation_has_shifted_and_the_other_has_not() -> None:
    moved = DriftWatch().fit(LEARNT).index(LEARNT.assign(amount=LEARNT.amount + 1))
    assert moved["amount"] > SHIFTED
    assert moved["visits"] == 0


def test_values_that_went_missing_are_a_shift() -> None:
    gone = LEARNT.assign(visits=LEARNT.visits.where(LEARNT.index % 2 == 0))
    assert DriftWatch().fit(LEARNT).index(gone)["visits"] > SHIFTED


def test_the_index_is_the_published_sum() -> None:
    watch = DriftWatch(bins=2).fit(pd.DataFrame({"x": [0.0, 0.0, 1.0, 1.0]}))
    now = pd.DataFrame({"x": [0.0, 1.0, 1.0, 1.0]})
    assert watch.index(now)["x"] == pytest.approx(
        (0.25 - 0.5) * np.log(0.25 / 0.5) + (0.75 - 0.5) * np.log(0.75 / 0.5)
    )


def test_the_step_changes_nothing() -> None:
    assert DriftWatch().fit_transform(LEARNT) is LEARNT


@given(
    st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), max_size=30),
    st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), max_size=30),
)
def test_the_index_is_a_number_for_any_columns(learnt: list[float | None], now: list[float | None]) -> None:
    frames = (pd.DataFrame({"x": pd.Series(values, dtype="float64")}) for values in (learnt, now))
    watch = DriftWatch().fit(next(frames))
    assert 0 <= watch.index(next(frames))["x"] < np.inf
