"""Bins of equally many cases show whether probabilities came true."""

from __future__ import annotations

import numpy as np
import pytest

from headgate.learning.calibration import Bin, Reliability, bins_of

pytestmark = pytest.mark.unit


def test_bins_hold_equally_many_cases_in_the_order_of_their_probability() -> None:
    came_true, probability = np.array([True, False, True, False]), np.array([0.9, 0.1, 0.7, 0.3])
    assert bins_of(came_true, probability, bins=2) == (Bin(0.2, 0.0, 2), Bin(0.8, 1.0, 2))


def test_fewer_cases_than_bins_leave_no_empty_bin() -> None:
    assert [one.rows for one in bins_of(np.array([True]), np.array([0.5]))] == [1]
    assert bins_of(np.array([], dtype=np.bool_), np.array([])) == ()


def test_reliability_by_hand() -> None:
    """Bins 0.1 to 0.2 and 0.5 up: |0.3 - 1| and |1.5 - 1| over four cases."""
    came_true = np.array([True, False, True, False])
    whole = Reliability.of(came_true, np.array([0.15, 0.15, 0.75, 0.75]))
    assert (whole.rows, whole.error) == (4, pytest.approx((0.7 + 0.5) / 4))


def test_reliability_of_parts_is_that_of_all_cases() -> None:
    rng = np.random.default_rng(1)
    probability = rng.random(500)
    came_true = rng.random(500) < probability
    parts = Reliability.of(came_true[:200], probability[:200]) + Reliability.of(
        came_true[200:], probability[200:]
    )
    assert parts.error == pytest.approx(Reliability.of(came_true, probability).error)
    assert not Reliability().rows
