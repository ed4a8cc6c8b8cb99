"""The last period of an answer that is not over, like in the console (features/query/open-period.ts)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from headgate.reports.numbers import day_words

_DAY = re.compile(r"(\d{4}-\d{2})(-\d{2})?([T ]00:00(:00(\.0+)?)?)?")
_MONTHS_OF_PERIODS = frozenset({1, 3, 12})
_WEEK_DAYS = 7


def open_period_words(cells: Iterable[Any], as_of: date | None) -> str:
    """Return a sentence about the newest period, if the data end within it; else empty.

    >>> months = ["2026-01-01", "2026-02-01"]
    >>> open_period_words(months, date(2026, 2, 9))
    'The period from 1 Feb 2026 is not over: its data end on 9 Feb 2026.'
    >>> open_period_words(months, date(2026, 2, 28))
    ''
    """
    begin = open_period(cells, as_of)
    if begin is None or as_of is None:
        return ""
    return f"The period from {day_words(begin)} is not over: its data end on {day_words(as_of)}."


def time_column(records: Sequence[Mapping[str, Any]]) -> str:
    """Return the first column whose every value is the first day of a month or a day; empty without one."""
    names = list(records[0]) if records else []
    return next((name for name in names if all(cell_day(row[name]) for row in records)), "")


def open_period(cells: Iterable[Any], as_of: date | None) -> date | None:
    """Return the first day of the newest month, quarter, year or week, if the data end before its last day.

    None for cells that are not the first days of such periods, and without the last day of the data.
    """
    if as_of is None:
        return None
    begins = {cell_day(cell) for cell in cells}
    days = sorted(day for day in begins if day)
    if len(days) < len(begins) or len(days) < 2:  # noqa: PLR2004 two periods have a length
        return None
    end = _end_of(days)
    return days[-1] if end and days[-1] <= as_of < end - timedelta(days=1) else None


def _end_of(days: Sequence[date]) -> date | None:
    """Return the first day after the last period; None if the days begin no such periods."""
    if all(day.day == 1 for day in days):
        months = [day.year * 12 + day.month - 1 for day in days]
        step = min(later - earlier for earlier, later in pairwise(months))
        year, month = divmod(months[-1] + step, 12)
        return date(year, month + 1, 1) if step in _MONTHS_OF_PERIODS else None
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    is_weekly = min(gaps) == _WEEK_DAYS and all(gap % _WEEK_DAYS == 0 for gap in gaps)
    return days[-1] + timedelta(days=_WEEK_DAYS) if is_weekly else None


def cell_day(cell: Any) -> date | None:  # noqa: ANN401 a cell
    """Return the day of a cell such as `2026-02`, `2026-02-01` or a midnight; None for others."""
    text = _DAY.fullmatch(cell) if isinstance(cell, str) else None
    try:
        return date.fromisoformat(f"{text[1]}{text[2] or '-01'}") if text else None
    except ValueError:  # no day of the calendar
        return None
