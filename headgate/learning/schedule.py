"""The days on which models are fitted: each model scores for a period that begins on a fixed day."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain, count
from typing import TypeVar

PERIODS = 7
"""Maximum number of periods, unless their length is limited. The length grows in steps, so that a new day
rarely changes their first days.
"""
_FEW_DAYS = (1, 2, 3, 4)
_WEEK_DAYS = 7

Day = TypeVar("Day", bound=date)


def period_days(all_days: int, longest_days: int | None = None) -> int:
    """Return the length of the periods of a history of `all_days` days.

    >>> [period_days(days) for days in (1, 7, 8, 28, 29, 49, 50, 365)]
    [1, 1, 2, 4, 7, 7, 14, 56]
    >>> period_days(365, longest_days=28)
    28
    """
    length = next(days for days in _lengths() if days * PERIODS >= all_days)
    return min(length, longest_days or length)


def period_starts(first: Day, last: Day, longest_days: int | None = None) -> list[Day]:
    """Return the first day of each period of a history from `first` to `last`."""
    all_days = (last - first).days + 1
    length = period_days(all_days, longest_days)
    return [first + timedelta(days=day) for day in range(0, all_days, length)]


def learnt_until(first: date, as_of: date, longest_days: int) -> date:
    """Return the last day whose rows models learn from: the day before the current period.

    During the first period, it is `as_of`.

    >>> learnt_until(date(2024, 1, 1), date(2024, 1, 31), longest_days=28)
    datetime.date(2024, 1, 28)
    """
    begins = period_starts(first, as_of, longest_days)[-1]
    return begins - timedelta(days=1) if begins > first else as_of


def _lengths() -> Iterator[int]:
    return chain(_FEW_DAYS, (_WEEK_DAYS * 2**times for times in count()))
