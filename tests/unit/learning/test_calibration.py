"""Bins of equally many cases show whether probabilities came true."""

from __future__ import annotations

import numpy as np
import pytest

from headgate.learning.calibration import Bin, bins_of

pytestmark = pytest.mark.unit


def test_bins_hold_equally_many_cases_in_the_order_of_their_probability() -> None:
    came_true, probability = np.array([True, False, True, False]), np.array([0.9, 0.1, 0.7, 0.3])
    assert bins_of(came_true, probability, bins=2) == (Bin(0.2, 0.0, 2), Bin(0.8, 1.0, 2))


def test_fewer_cases_than_bins_leave_no_empty_bin() -> None:
    assert [one.rows for one in bins_of(np.array([True]), np.array([0.5]))] == [1]
    assert bins_of(np.array([], dtype=np.bool_), np.array([])) == ()
