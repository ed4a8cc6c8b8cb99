"""Steps that turn columns into numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import QuantileTransformer

from headgate.learning import preprocessing

pytestmark = pytest.mark.unit

CLOSE = st.builds(  # 0 and 1, and their nearest neighbours
    lambda base, steps: base + steps * (5e-324 if base == 0 else 2.0**-52),
    st.sampled_from((0.0, 1.0)),
    st.integers(-6, 6),
) | st.sampled_from((1e-310, -1e-310, 1e-300, -1e6))
NUMBERS = st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=2, max_size=40)


def frame(values: list[float | None]) -> pd.DataFrame:
    return pd.DataFrame({"amount": pd.Series(values, dtype="float64")})


@pytest.mark.parametrize("how", list(preprocessing.Scale))
def test_a_constant_column_does_not_become_infinite(how: preprocessing.Scale) -> None:
    assert np.isfinite(preprocessing.scale(how, seed=1).fit_transform(frame([5.0, 5.0, 5.0]))).all()


def test_standard_scale_has_mean_0_and_deviation_1() -> None:
    scaled = preprocessing.scale(preprocessing.Scale.STANDARD, seed=1).fit_transform(frame([1.0, 2.0, 6.0]))
    assert (scaled.mean(), scaled.std()) == pytest.approx((0, 1))


@given(NUMBERS.filter(lambda values: any(value is not None for value in values)))
def test_ranks_lie_between_0_and_1_and_keep_the_order(values: list[float | None]) -> None:
    known = [value for value in values if value is not None]
    _check_ranks(known, known)


@given(st.lists(CLOSE, min_size=2, max_size=12), st.lists(CLOSE, min_size=2, max_size=12))
def test_ranks_keep_the_order_of_values_that_differ_by_one_rounding(
    fitted: list[float], values: list[float]
) -> None:
    """Differences so small that their inverse is infinite, and values between, below and above those of the
    fit.
    """
    _check_ranks(fitted, values)


def _check_ranks(fitted: list[float], values: list[float]) -> None:
    ranks = (
        preprocessing.scale(preprocessing.Scale.RANK, seed=1)
        .fit(frame(fitted))
        .transform(frame(values))[:, 0]
    )
    assert ((ranks >= 0) & (ranks <= 1)).all()
    assert (np.diff(ranks[np.argsort(values, kind="stable")]) >= 0).all()


def test_ranks_are_those_of_scikit_learn() -> None:
    """Compared with its QuantileTransformer, with ties, a value that is most of the column, and values
    outside of the fit.
    """
    rng = np.random.default_rng(7)
    fitted = frame([*rng.lognormal(2, 1, 300).round(1), *[7.5] * 200])
    points = pd.concat([fitted, fitted * 1.3 - 2, frame([None, -1e9, 1e9])])
    reference = QuantileTransformer(n_quantiles=100, random_state=1).fit(fitted).transform(points)
    ranks = preprocessing.scale(preprocessing.Scale.RANK, seed=1).fit(fitted).transform(points)
    np.testing.assert_allclose(ranks, reference, rtol=0, atol=1e-14)


def test_an_unseen_category_is_0_everywhere() -> None:
    encoder = preprocessing.encode().fit(pd.DataFrame({"brand": ["a", "b", "c"]}))
    assert encoder.transform(pd.DataFrame({"brand": ["z"]})).tolist() == [[0.0, 0.0, 0.0]]


def test_categories_are_numbered_by_the_alphabet_missing_ones_last_and_unseen_ones_apart() -> None:
    codes = preprocessing.number_categories().fit(pd.DataFrame({"brand": ["b", "a", None]}, dtype=object))
    asked = pd.DataFrame({"brand": ["a", "b", "z", None]}, dtype=object)
    assert codes.transform(asked)[:, 0].tolist() == [0.0, 1.0, preprocessing.UNSEEN, 2.0]


def test_columns_are_prepared_by_their_kind_and_others_are_not_looked_at() -> None:
    points = pd.DataFrame({"amount": [1.0, 3.0], "brand": ["a", "b"], "card_number": ["x", "y"]})
    step = preprocessing.columns(
        ["amount"], preprocessing.logarithms(), ["brand"], preprocessing.number_categories()
    )
    assert step.fit_transform(points).tolist() == [[np.arcsinh(1.0), 0.0], [np.arcsinh(3.0), 1.0]]


def test_logs_leave_zero_and_the_sign_and_shorten_large_numbers() -> None:
    found = preprocessing.logarithms().fit_transform(frame([-1e6, 0.0, 1e6])).to_numpy().ravel()
    assert found.tolist() == pytest.approx([-np.log(2e6), 0.0, np.log(2e6)])


def test_products_are_the_columns_their_squares_and_each_two_together() -> None:
    assert preprocessing.column_products().fit_transform(np.array([[2.0, 3.0]])).tolist() == [
        [2.0, 3.0, 4.0, 6.0, 9.0]
    ]
