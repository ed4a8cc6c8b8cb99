"""Count rows, and describe their values, by day, week, month, quarter or year of a column of times."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headgate.profiling.arrays import as_numpy

MAX_PERIODS = 60
_PERIODS = ("day", "week", "month", "quarter", "year")  # from short to long
_MIN_PERIODS = 2
# Months have 28 to 31 days, and the first working day of a month moves by up to three days. One distance in
# five may differ: a month without rows, or a weekend.
_MIN_DISTANCES, _SLACK, _REGULAR_SHARE = 2, 0.2, 0.8
_DAY, _EPOCH = timedelta(days=1), date(1970, 1, 1)
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.44, "quarter": 91.31, "year": 365.25}
# Databases use the year 9999 for "never ends" and dates before this one for "unknown".
_FIRST, _LAST = (pa.scalar(day).cast(pa.timestamp("us")) for day in ("1900-01-01", "9000-01-01"))


@dataclass(frozen=True)
class PeriodMeasure:
    """The values of a column in the rows of a period, in the column's unit."""

    median: float
    total: float


@dataclass(frozen=True)
class RowsOverTime:
    """The rows of each period with its first day, from the first period with rows to the last.

    Attributes:
        measures: by column of numbers the periods with values of it.
    """

    column: str
    period: str
    rows: tuple[tuple[date, int], ...]
    measures: Mapping[str, Mapping[date, PeriodMeasure]] = field(default_factory=dict)


def rows_over_time(
    column: str,
    values: pa.ChunkedArray,
    latest_on: date | None = None,
    measures: Mapping[str, pa.ChunkedArray] | None = None,
) -> RowsOverTime | None:
    """Return the rows by the shortest period of which there are at most 60; None without two periods.

    The period is at least the usual distance between two days with rows, so that monthly data are not counted
    by week.

    Args:
        latest_on: the day of the last event. Later times are planned or mistyped and are left out.
        measures: columns of numbers of the same rows, whose values are described by period.
    """
    moments = values.combine_chunks().cast(pa.timestamp("us"), safe=False)
    end = pa.scalar(latest_on + _DAY).cast(pa.timestamp("us")) if latest_on else _LAST
    is_known = pc.and_(pc.greater_equal(moments, _FIRST), pc.less(moments, end))
    has_time = is_known.fill_null(pa.scalar(value=False))
    moments = moments.filter(has_time)
    if not len(moments):
        return None
    span_days = (pc.max(moments).as_py() - pc.min(moments).as_py()).days
    least_days = max(span_days / (MAX_PERIODS - 1), (1 - _SLACK) * _usual_distance_days(moments))
    period = next((name for name in _PERIODS if least_days < _DAYS[name]), _PERIODS[-1])
    starts = pc.floor_temporal(moments, unit=period, week_starts_monday=True).cast(pa.date32())
    numbers = as_numpy(starts.cast(pa.int32()).cast(pa.int64()))
    days, counts = np.unique(numbers, return_counts=True)
    if len(days) < _MIN_PERIODS:
        return None
    first_days = [_EPOCH + timedelta(days=day) for day in days.tolist()]
    rows = dict(zip(first_days, counts.tolist(), strict=True))
    periods = _periods(period, first_days[0], first_days[-1])
    described = {
        name: _measures_by_period(starts, numbers.combine_chunks().filter(has_time))
        for name, numbers in (measures or {}).items()
    }
    return RowsOverTime(column, period, tuple((day, rows.get(day, 0)) for day in periods), described)


def later_rows(values: pa.ChunkedArray, latest_on: date) -> int:
    """Return the number of times after a day, without those that say "never ends"."""
    moments = values.combine_chunks().cast(pa.timestamp("us"), safe=False)
    end = pa.scalar(latest_on + _DAY).cast(pa.timestamp("us"))
    is_later = pc.and_(pc.greater_equal(moments, end), pc.less(moments, _LAST))
    return int(pc.sum(is_later).as_py() or 0)


def _measures_by_period(starts: pa.Array, values: pa.Array) -> dict[date, PeriodMeasure]:
    """Return the median and the total of the values of each period that has some."""
    doubles = values.cast(pa.float64())
    is_number = pc.is_finite(doubles).fill_null(pa.scalar(value=False))
    numbers = as_numpy(doubles.filter(is_number))
    days = as_numpy(starts.filter(is_number).cast(pa.int32()).cast(pa.int64()))
    order = np.argsort(days, kind="stable")
    unique, places = np.unique(days[order], return_index=True)
    return {
        _EPOCH + timedelta(days=day): PeriodMeasure(float(np.median(part)), math.fsum(part))
        for day, part in zip(unique.tolist(), np.split(numbers[order], places[1:]), strict=False)
    }


def _usual_distance_days(moments: pa.Array) -> float:
    """Return the median distance between two days with rows; zero if the distances are irregular."""
    unique = pc.unique(moments.cast(pa.date32(), safe=False)).cast(pa.int32()).cast(pa.int64())
    distances = np.diff(np.sort(as_numpy(unique)))
    if len(distances) < _MIN_DISTANCES:
        return 0.0
    usual = float(np.median(distances))
    regular = float(np.mean(np.abs(distances - usual) <= _SLACK * usual))
    return usual if regular >= _REGULAR_SHARE else 0.0


def _periods(period: str, first: date, last: date) -> Iterator[date]:
    """Yield the first day of each period, also of those without rows."""
    while first <= last:
        yield first
        first = _following(period, first)


def _following(period: str, first: date) -> date:
    if period == "year":
        return first.replace(year=first.year + 1)
    if period in {"month", "quarter"}:
        months = first.month - 1 + (1 if period == "month" else 3)
        return first.replace(year=first.year + months // 12, month=months % 12 + 1)
    return first + timedelta(days=int(_DAYS[period]))
