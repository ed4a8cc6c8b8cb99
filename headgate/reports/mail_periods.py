"""The rows of a mail of an answer over time: the newest whole periods."""

from __future__ import annotations

import operator
import re
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

from headgate.query.mail_schedules import USUAL_ROWS
from headgate.reports.numbers import day_words
from headgate.reports.open_periods import cell_day, open_period, time_column

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    Record = dict[str, Any]

MAX_ROWS = USUAL_ROWS
MAX_PERIOD_ROWS = 200  # of the newest period, which is never sent in part
_PART_OF_YEAR = re.compile(r"(?:^|_)(quarter|month|week|day)(?:_(?:no|num|number|of_year|of_month))?$")
_YEAR = re.compile(r"(?:^|_)year$")
_MAX_OF_PART = {"quarter": 4, "month": 12, "week": 53, "day": 31}
_YEARS = range(1000, 3000)


def periods_of(records: Sequence[Record], column: str = "") -> list[str]:
    """Return the period of each row as a text that sorts by time; empty where the rows have none.

    It is the first day in `column` or else in the first column of days, or the year with its quarter, month
    or week in columns of whole numbers.

    >>> periods_of([{"year": 2010, "month": 9, "sold": 3}])
    ['2010-09-01']
    """
    if named := time_column([{column: row.get(column)} for row in records]) or time_column(records):
        return [str(row[named]) for row in records]
    columns = _columns_of_time(records)
    if not columns:
        return []
    year, *parts = columns
    kinds = [_kind(name) for name in parts]
    if kinds == ["month"]:  # the first day, of which the open month follows
        return [f"{row[year]:04}-{row[parts[0]]:02}-01" for row in records]
    if kinds == ["quarter"]:
        return [f"{row[year]:04}-{row[parts[0]] * 3 - 2:02}-01" for row in records]
    if not parts:
        return [f"{row[year]:04}-01-01" for row in records]
    return ["-".join(f"{row[name]:04}" for name in columns) for row in records]


def period_columns(records: Sequence[Record], column: str = "") -> list[str]:
    """Return the columns that say the period of a row, as `periods_of` takes them.

    >>> period_columns([{"year": 2010, "month": 9, "sold": 3}])
    ['year', 'month']
    """
    named = time_column([{column: row.get(column)} for row in records]) or time_column(records)
    return [named] if named else _columns_of_time(records)


def _columns_of_time(records: Sequence[Record]) -> list[str]:
    """Return the columns of whole numbers that make one time: the year, then its parts."""
    names = list(records[0]) if records else []
    year = next((name for name in names if _YEAR.search(name) and _are_in(records, name, _YEARS)), "")
    if not year:
        return []
    parts = [
        name
        for kind, most in _MAX_OF_PART.items()
        for name in names
        if _kind(name) == kind and _are_in(records, name, range(1, most + 1))
    ]
    return [year, *parts]


def _kind(name: str) -> str:
    part = _PART_OF_YEAR.search(name)
    return part[1] if part else ""


def _are_in(records: Sequence[Record], name: str, values: range) -> bool:
    return all(type(row[name]) is int and row[name] in values for row in records)


def is_ascending(periods: Sequence[str]) -> bool:
    """Return whether rows are in the order of their periods, so that the newest are the last."""
    return bool(periods) and periods[0] < periods[-1] and periods == sorted(periods)


def is_descending(periods: Sequence[str]) -> bool:
    """Return whether the newest rows are the first."""
    return bool(periods) and periods[0] > periods[-1] and periods == sorted(periods, reverse=True)


def is_over_time(records: Sequence[Record], periods: Sequence[str], as_of: date | None = None) -> bool:
    """Return whether rows are in the order of time, together or one series after the other.

    Rows that all lie ahead of the last day of the data are a plan, whose first rows come next.
    """
    begins = [cell_day(period) for period in periods]
    if as_of and all(begin and begin > as_of for begin in begins):
        return False
    return is_ascending(periods) or is_descending(periods) or _is_series_by_series(records, periods)


def _is_series_by_series(records: Sequence[Record], periods: Sequence[str]) -> bool:
    """Return whether rows follow each other as in `ORDER BY city, week`: most series have most periods."""
    return any(
        _are_series(_cut_where(records, periods, begins), len({*periods}))
        for begins in (operator.le, operator.ge)
    )


def _cut_where(
    records: Sequence[Record], periods: Sequence[str], begins: Callable[[str, str], bool]
) -> list[Sequence[Record]]:
    """Return the rows in parts, each of which begins where the next period is before or after the last."""
    starts = [at for at in range(1, len(periods)) if begins(periods[at], periods[at - 1])]
    return [records[start:end] for start, end in pairwise([0, *starts, len(periods)])]


def _are_series(parts: Sequence[Sequence[Record]], many_periods: int) -> bool:
    """Return whether each part is named by columns that have one value in all of its rows."""
    rows = sum(map(len, parts))
    if len(parts) < 2 or many_periods < 2 or rows * 2 < len(parts) * many_periods:  # noqa: PLR2004 several
        return False
    names = [
        name for name in parts[0][0] if all(row[name] == part[0][name] for part in parts for row in part)
    ]
    return len({tuple(str(part[0][name]) for name in names) for part in parts}) == len(parts)


def rows_of_newest_periods(
    records: Sequence[Record], periods: Sequence[str], as_of: date | None = None, most: int = MAX_ROWS
) -> list[Record]:
    """Return the rows of the newest whole periods, at most `most` or those of one period, in their order.

    A period that is not over by `as_of` is among them if it leaves room for a whole one.
    """
    chosen = _newest_periods(periods, as_of, most)
    rows = [row for row, period in zip(records, periods, strict=True) if period in chosen]
    return rows if len(rows) <= MAX_PERIOD_ROWS else rows[:most]


def newest_words(periods: Sequence[str], as_of: date | None = None, most: int = MAX_ROWS) -> str:
    """Return how many rows and periods a mail has of how many; empty if it has all of them.

    A period that is not over by the last day of the data is no whole one.
    """
    chosen, begin = _newest_periods(periods, as_of, most), open_period(periods, as_of)
    if len(chosen) == len({*periods}):
        return ""
    total = sum(period in chosen for period in periods)
    sent = total if total <= MAX_PERIOD_ROWS else most
    is_left_out = begin is not None and max(periods) not in chosen
    end = "The first " if is_descending(periods) else "The last " if is_ascending(periods) else ""
    end = "" if is_left_out else end
    rows = f"{end}{sent:,} of {len(periods):,} rows"
    part = f", the first of {total:,} of its rows" if total > sent else ""
    if len(chosen) == total and end:
        return f"{rows}."
    if len(chosen) == 1 and not is_left_out:
        return f"{rows}: the newest period{part}."
    of = len({*periods}) - (begin is not None)
    many = len(chosen) - (begin is not None and not is_left_out)
    whole = "whole period" if many == 1 else f"{many} whole periods"
    left_out = f". That from {day_words(begin)} is not over and left out" if begin and is_left_out else ""
    return f"{rows}: the newest {whole} of {of}{part}{left_out or so_far_words(begin)}."


def so_far_words(begin: date | None) -> str:
    """Return that a mail also has the period that is not over; empty without its first day."""
    return f", and that from {day_words(begin)} so far" if begin else ""


def _newest_periods(periods: Sequence[str], as_of: date | None, most: int) -> set[str]:
    """Return the newest periods of which a mail has the rows, at least one of them whole."""
    chosen, begin = _fitting(periods, most), open_period(periods, as_of)
    whole = [period for period in periods if begin is None or cell_day(period) != begin]
    return chosen if chosen.intersection(whole) else _fitting(whole, most)


def _fitting(periods: Sequence[str], most: int) -> set[str]:
    """Return the newest periods that have at most `most` rows together, and the newest one in any case."""
    chosen, count = set[str](), 0
    for period, rows in groupby(sorted(periods, reverse=True)):
        size = len([*rows])
        if chosen and count + size > most:
            break
        chosen.add(period)
        count += size
    return chosen
