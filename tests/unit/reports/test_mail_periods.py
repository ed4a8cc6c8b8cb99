"""A mail of an answer over time has its newest whole periods, and never a part of a period."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from headgate.reports.mail_periods import (
    MAX_ROWS,
    is_over_time,
    newest_words,
    periods_of,
    rows_of_newest_periods,
)

pytestmark = pytest.mark.unit

Record = dict[str, Any]


def by_months(*regions: str) -> list[Record]:
    return [
        {"year": year, "month": month, "region_id": region, "orders": month}
        for year, month in [(2009, 12), *((2010, month) for month in range(1, 13))]
        for region in regions
    ]


def test_a_year_and_a_month_in_numbers_make_one_time() -> None:
    assert periods_of(by_months("DE"))[:2] == ["2009-12-01", "2010-01-01"]
    assert periods_of([{"year": 2010, "quarter": 4}]) == ["2010-10-01"]
    assert periods_of([{"year": 2010, "orders": 4}]) == ["2010-01-01"]
    # The day that an answer has beside its parts is its time.
    assert periods_of([{"year": 2010, "month": 2, "day": "2010-02-03"}]) == ["2010-02-03"]


@pytest.mark.parametrize("row", [{"month": 3}, {"year": 2010.5, "month": 3}, {"year": "x"}, {"year": None}])
def test_without_a_year_in_whole_numbers_there_is_no_time(row: Record) -> None:
    assert periods_of([row]) == []


@pytest.mark.parametrize("is_newest_first", [False, True])
def test_the_newest_whole_periods_are_sent_in_their_order(is_newest_first: bool) -> None:
    every = by_months("DE", "FR", "IE")
    if is_newest_first:
        every.reverse()
    rows = rows_of_newest_periods(every, periods_of(every))
    assert len(rows) == MAX_ROWS - MAX_ROWS % 3
    assert rows == (every[:18] if is_newest_first else every[-18:])
    first = "first" if is_newest_first else "last"
    words = f"The {first} 18 of 39 rows: the newest 6 whole periods of 13."
    assert newest_words(periods_of(every)) == words


def test_a_period_that_is_not_over_is_not_counted_among_the_whole_ones() -> None:
    periods = periods_of(by_months("DE", "FR", "IE", "US"))
    rows = "The last 20 of 52 rows"
    so_far = "and that from 1 Dec 2010 so far."
    assert newest_words(periods, date(2010, 12, 9)) == f"{rows}: the newest 4 whole periods of 12, {so_far}"
    assert newest_words(periods, date(2010, 12, 31)) == f"{rows}: the newest 5 whole periods of 13."
    wide = periods_of(by_months(*(f"R{at}" for at in range(9))))
    assert newest_words(wide, date(2010, 12, 9)).endswith(f": the newest whole period of 12, {so_far}")


def test_a_period_that_is_not_over_is_left_out_where_no_whole_one_fits_beside_it() -> None:
    every = by_months(*(f"R{at}" for at in range(14)))
    as_of = date(2010, 12, 9)
    rows = rows_of_newest_periods(every, periods_of(every), as_of)
    assert {row["month"] for row in rows} == {11}
    assert newest_words(periods_of(every), as_of) == (
        "14 of 182 rows: the newest whole period of 12. That from 1 Dec 2010 is not over and left out."
    )
    assert {row["month"] for row in rows_of_newest_periods(every, periods_of(every))} == {12}


def test_the_newest_period_is_whole_also_where_it_alone_is_longer_than_a_mail() -> None:
    every = by_months(*(f"R{at}" for at in range(50)))
    rows = rows_of_newest_periods(every, periods_of(every))
    assert {(row["year"], row["month"]) for row in rows} == {(2010, 12)}
    assert newest_words(periods_of(every)) == "The last 50 of 650 rows: the newest period."


def test_of_a_period_of_very_many_rows_the_mail_says_that_it_has_the_first() -> None:
    every = by_months(*(f"R{at}" for at in range(300)))
    rows = rows_of_newest_periods(every, periods_of(every))
    assert len(rows) == MAX_ROWS
    words = newest_words(periods_of(every))
    assert words == "The last 20 of 3,900 rows: the newest period, the first of 300 of its rows."


def test_nothing_is_said_of_an_answer_that_is_sent_whole() -> None:
    every = by_months("DE")
    assert rows_of_newest_periods(every, periods_of(every)) == every
    assert newest_words(periods_of(every)) == ""


def one_city_after_the_other(*, is_newest_first: bool = False) -> list[Record]:
    weeks = [(date(2010, 10, 4) + timedelta(weeks=at)).isoformat() for at in range(10)]
    weeks = weeks[::-1] if is_newest_first else weeks
    return [{"city": city, "week": week, "sold": 3} for city in ("Bath", "Ely", "York") for week in weeks]


@pytest.mark.parametrize("is_newest_first", [False, True])
def test_of_series_one_after_the_other_the_newest_weeks_of_each_are_sent(is_newest_first: bool) -> None:
    every = one_city_after_the_other(is_newest_first=is_newest_first)
    periods = periods_of(every)
    assert is_over_time(every, periods)
    rows = rows_of_newest_periods(every, periods)
    assert [row["city"] for row in rows] == ["Bath"] * 6 + ["Ely"] * 6 + ["York"] * 6
    assert {row["week"] for row in rows} == {*sorted({*periods})[-6:]}
    assert newest_words(periods) == "18 of 30 rows: the newest 6 whole periods of 10."


def test_rows_by_size_that_have_a_week_are_not_over_time() -> None:
    every = sorted(one_city_after_the_other(), key=lambda row: (row["week"][-1], row["city"]))
    assert not is_over_time(every, periods_of(every))
    best = [
        {"order": at, "week": week, "sold": 9} for at, week in enumerate(["2010-10-04", "2010-10-11"] * 9)
    ]
    assert not is_over_time(best[1:], periods_of(best[1:])), "no column names two series"


def test_rows_that_all_lie_ahead_of_the_data_begin_with_the_next() -> None:
    every = by_months("DE")
    assert not is_over_time(every, periods_of(every), as_of=date(2009, 11, 30))
    assert is_over_time(every, periods_of(every), as_of=date(2009, 12, 1))
