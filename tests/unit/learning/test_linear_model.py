"""A logistic regression that answers about each row by itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from headgate.learning.linear_model import RowwiseLogisticRegression

pytestmark = pytest.mark.unit

RNG = np.random.default_rng(3)
POINTS = RNG.lognormal(0, 2, (300, 37))
LEFT = POINTS[:, 0] * RNG.random(300) > 1


@given(at_once=st.integers(1, 300), order=st.sampled_from("CF"))
def test_how_many_rows_are_asked_at_once_changes_no_probability(at_once: int, order: str) -> None:
    """Also in the last bit, and whatever the order of the numbers in memory."""
    fitted = RowwiseLogisticRegression(max_iter=2_000).fit(POINTS, LEFT)
    parts = (
        np.array(POINTS[start : start + at_once], order=order) for start in range(0, len(POINTS), at_once)
    )
    assert np.array_equal(
        np.concatenate([fitted.predict_proba(part) for part in parts]), fitted.predict_proba(POINTS)
    )


def test_probabilities_are_those_of_scikit_learn() -> None:
    reference = LogisticRegression(max_iter=2_000).fit(POINTS, LEFT)
    fitted = RowwiseLogisticRegression(max_iter=2_000).fit(POINTS, LEFT)
    np.testing.assert_allclose(fitted.predict_proba(POINTS), reference.predict_proba(POINTS), rtol=1e-9)
