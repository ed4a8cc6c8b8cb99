"""How well scores rank, against scikit-learn's figures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from headgate.learning.ranking import ranked

pytestmark = pytest.mark.unit

CASES = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.1 + 1e-12, 0.5, 1.0])), min_size=2, max_size=40
)


@given(CASES.filter(lambda cases: len({true for true, _ in cases}) == 2))
def test_the_figures_are_scikit_learns(cases: list[tuple[bool, float]]) -> None:
    truth, score = (np.array(column) for column in zip(*cases, strict=True))
    expected = (roc_auc_score(truth, score), average_precision_score(truth, score))
    assert ranked(truth, score) == pytest.approx(expected, rel=1e-12, abs=1e-15)


def test_a_perfect_order_and_its_reverse() -> None:
    truth = np.array([True, True, False, False])
    assert ranked(truth, np.array([4.0, 3.0, 2.0, 1.0])) == (1.0, 1.0)
    assert ranked(truth, np.array([1.0, 2.0, 3.0, 4.0])).auc == 0.0


@pytest.mark.parametrize("truth", [[], [True], [False, False]])
def test_one_kind_alone_has_no_figure(truth: list[bool]) -> None:
    assert np.isnan(ranked(np.array(truth, dtype=bool), np.arange(len(truth), dtype=float))).all()
