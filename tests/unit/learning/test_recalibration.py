"""Probabilities are corrected by what a test found."""

from __future__ import annotations

import numpy as np
import pytest

from headgate.learning.calibration import Bin
from headgate.learning.recalibration import PRIOR_CASES, recalibrated

pytestmark = pytest.mark.unit

MANY = 1_000_000


def test_a_probability_moves_as_far_as_similar_ones_were_off_in_the_test() -> None:
    tested = (Bin(0.3, 0.41, MANY), Bin(0.55, 0.53, MANY), Bin(0.82, 0.73, MANY))
    moved = recalibrated(np.array([0.3, 0.55, 0.82]), tested)
    assert moved == pytest.approx([0.41, 0.55, 0.73], abs=1e-4), (
        "a difference below a twentieth moves nothing"
    )


def test_how_many_come_true_of_all_cases_stays_as_the_model_gives_it() -> None:
    """The tested days may be busier than those ahead, whose number of buyers the model knows."""
    tested = tuple(Bin(given, given + 0.1, MANY) for given in (0.3, 0.5, 0.7))
    assert recalibrated(np.array([0.3, 0.4, 0.7]), tested) == pytest.approx([0.3, 0.4, 0.7])


def test_a_bin_of_few_cases_moves_a_probability_in_part() -> None:
    tested = (Bin(0.4, 0.6, PRIOR_CASES), Bin(0.8, 0.6, PRIOR_CASES))
    assert recalibrated(np.array([0.4, 0.8]), tested) == pytest.approx([0.5, 0.7])
    assert recalibrated(np.array([0.4]), ()) == 0.4, "without a test it remains"


def test_a_correction_keeps_the_order_and_no_probability_is_certain() -> None:
    tested = (Bin(0.2, 0.6, MANY), Bin(0.4, 0.3, MANY), Bin(0.9, 0.6, MANY))
    moved = recalibrated(np.linspace(0, 1, 1_001), tested)
    assert (np.diff(moved) >= -1e-12).all()
    assert 0 < moved[0] < moved[-1] < 1
