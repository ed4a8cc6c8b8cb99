"""Rows over time are counted by the shortest period of which a small chart shows all."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from headgate.profiling.rows_over_time import MAX_PERIODS, PeriodMeasure, later_rows, rows_over_time

pytestmark = pytest.mark.unit


def times(*days: dt.date) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array([dt.datetime(day.year, day.month, day.day, 9) for day in days])])


def test_rows_of_a_year_are_counted_by_week_from_monday() -> None:
    counted = rows_over_time("at", times(dt.date(2024, 1, 3), dt.date(2024, 1, 7), dt.date(2024, 12, 31)))
    assert counted is not None
    assert (counted.column, counted.period) == ("at", "week")
    assert (counted.rows[0], counted.rows[-1]) == ((dt.date(2024, 1, 1), 2), (dt.date(2024, 12, 30), 1))


def test_a_period_without_rows_is_counted_as_none() -> None:
    counted = rows_over_time("at", times(dt.date(2021, 11, 5), dt.date(2022, 2, 6), dt.date(2023, 11, 1)))
    assert counted is not None
    assert counted.period == "month"
    assert counted.rows[:4] == (
        (dt.date(2021, 11, 1), 1),
        (dt.date(2021, 12, 1), 0),
        (dt.date(2022, 1, 1), 0),
        (dt.date(2022, 2, 1), 1),
    )
    assert len(counted.rows) == 25


@pytest.mark.parametrize(
    ("days", "period"), [(3, "day"), (300, "week"), (900, "month"), (9_000, "year"), (40_000, "year")]
)
def test_a_longer_span_has_longer_periods(days: int, period: str) -> None:
    first = dt.date(1950, 1, 1)
    counted = rows_over_time("at", times(first, first + dt.timedelta(days=days)))
    assert counted is not None
    assert counted.period == period


def test_a_chart_has_at_most_the_stated_number_of_periods() -> None:
    every_day = [dt.date(2020, 1, 1) + dt.timedelta(days=at) for at in range(1_500)]
    counted = rows_over_time("at", times(*every_day))
    assert counted is not None
    assert len(counted.rows) <= MAX_PERIODS
    assert sum(rows for _, rows in counted.rows) == 1_500


def test_dates_are_counted_as_times_are_and_open_ends_are_left_out() -> None:
    dates = pa.chunked_array(
        [pa.array([dt.date(2024, 1, 1), dt.date(2024, 1, 2), dt.date(9999, 12, 31), None])]
    )
    counted = rows_over_time("on", dates)
    assert counted is not None
    assert counted.rows == ((dt.date(2024, 1, 1), 1), (dt.date(2024, 1, 2), 1))


def test_a_time_after_the_day_of_the_last_event_is_left_out_and_makes_the_periods_no_longer() -> None:
    mistyped = times(dt.date(2024, 1, 1), dt.date(2024, 1, 2), dt.date(2924, 1, 2))
    counted = rows_over_time("at", mistyped, dt.date(2024, 1, 2))
    assert counted is not None
    assert counted.period == "day"
    assert counted.rows == ((dt.date(2024, 1, 1), 1), (dt.date(2024, 1, 2), 1))


def test_one_period_or_none_makes_no_chart() -> None:
    assert rows_over_time("at", times(dt.date(2024, 1, 1))) is None
    assert rows_over_time("at", pa.chunked_array([pa.array([None], pa.timestamp("us"))])) is None


@pytest.mark.parametrize(
    ("days", "period", "rows"),
    [
        ([dt.date(2026, month, 1) for month in range(1, 11)], "month", 10),
        ([dt.date(2026, month, 1) for month in (1, 2, 3)], "month", 3),
        # The first working day of each month, and a month without rows.
        ([dt.date(2026, *day) for day in ((1, 2), (2, 2), (3, 2), (4, 1), (6, 1), (7, 1))], "month", 7),
        ([dt.date(2026, 1, 5) + dt.timedelta(days=7 * at) for at in range(6)], "week", 6),
        ([dt.date(2023 + at // 4, 3 * (at % 4) + 1, 1) for at in range(12)], "quarter", 12),
        ([dt.date(2018 + at, 12, 31) for at in range(6)], "year", 6),
    ],
)
def test_the_period_follows_the_rhythm_of_the_data(days: list[dt.date], period: str, rows: int) -> None:
    counted = rows_over_time("on", times(*days))
    assert counted is not None
    assert (counted.period, len(counted.rows)) == (period, rows)


def test_working_days_are_counted_by_day() -> None:
    days = [dt.date(2026, 11, 2) + dt.timedelta(days=at) for at in range(28)]
    counted = rows_over_time("on", times(*[day for day in days if day.weekday() < 5]))
    assert counted is not None
    assert counted.period == "day"


def test_quarters_begin_in_january_april_july_and_october() -> None:
    counted = rows_over_time("on", times(*[dt.date(2025, month, 10) for month in (2, 5, 8, 11)]))
    assert counted is not None
    assert [str(first) for first, _ in counted.rows] == [
        "2025-01-01",
        "2025-04-01",
        "2025-07-01",
        "2025-10-01",
    ]


def test_the_values_of_a_column_are_described_by_period_and_never_those_without_a_time() -> None:
    first, second = dt.datetime(2026, 3, 1, 9), dt.datetime(2026, 3, 2, 9)
    moments = pa.chunked_array([[first, first, None], [first, second, second]], pa.timestamp("us"))
    heat = pa.chunked_array(
        [[Decimal("1.50"), Decimal("2.00"), Decimal("99.00")], [None, Decimal("7.00"), None]]
    )
    dust = pa.chunked_array([[1.0, float("nan"), 5.0, 4.0, None, None]])
    counted = rows_over_time("at", moments, measures={"heat": heat, "dust": dust})
    assert counted is not None
    assert counted.measures == {
        "heat": {first.date(): PeriodMeasure(1.75, 3.5), second.date(): PeriodMeasure(7.0, 7.0)},
        "dust": {first.date(): PeriodMeasure(2.5, 5.0)},
    }


def test_rows_of_later_days_are_counted_without_those_that_never_end() -> None:
    days = [dt.date(2026, 11, 29), dt.date(2026, 11, 30), dt.date(2026, 12, 1), dt.date(9999, 12, 31), None]
    assert later_rows(pa.chunked_array([days]), dt.date(2026, 11, 30)) == 1
