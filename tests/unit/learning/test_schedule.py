"""Models are fitted on days that a new day does not move."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from headgate.learning.schedule import PERIODS, learnt_until, period_days, period_starts

pytestmark = pytest.mark.unit

FIRST = date(2024, 1, 1)


@pytest.mark.parametrize(
    ("days", "length"), [(1, 1), (7, 1), (8, 2), (28, 4), (29, 7), (49, 7), (50, 14), (365, 56)]
)
def test_periods_are_the_shortest_with_which_a_history_has_seven(days: int, length: int) -> None:
    assert period_days(days) == length


def test_the_last_period_begins_on_the_last_day_or_before() -> None:
    for days in range(1, 400):
        last = FIRST + timedelta(days=days - 1)
        starts = period_starts(FIRST, last)
        assert starts[0] == FIRST
        assert len(starts) <= PERIODS
        assert starts[-1] <= last < starts[-1] + timedelta(days=period_days(days))


def test_a_longest_length_gives_more_periods() -> None:
    assert period_days(365, longest_days=28) == 28
    assert period_days(20, longest_days=28) == 3
    assert len(period_starts(FIRST, FIRST + timedelta(days=364), longest_days=28)) == 14


def test_the_first_period_learns_from_all_rows() -> None:
    assert learnt_until(FIRST, FIRST, 28) == FIRST
    assert learnt_until(FIRST, FIRST + timedelta(days=1), 28) == FIRST


def test_no_model_is_older_than_the_longest_period() -> None:
    for days in range(1, 400):
        as_of = FIRST + timedelta(days=days)
        assert 0 <= (as_of - learnt_until(FIRST, as_of, 28)).days <= 28
