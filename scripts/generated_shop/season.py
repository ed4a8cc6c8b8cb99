"""Simulate when a shop sells: trend, weekday, time of year, promotions and chance, as one clock.

The clock runs in *trading days*: a day with twice the demand is two trading days long. Customers buy at a
constant rate on that clock, and the clock converts it to a trend and seasons (the time change of an
inhomogeneous Poisson process).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scripts.generated_shop.drawn_arrays import DAY_S, Floats, Ints, day_number

if TYPE_CHECKING:
    from datetime import date

    from numpy.random import Generator

YEARLY_GROWTH = 0.15
# Monday first: a gift shop on the web is busiest in midweek and quiet on Saturdays.
_WEEKDAYS = np.array([1.02, 1.08, 1.10, 1.12, 1.04, 0.72, 0.92])
_EPOCH_WEEKDAY = 3  # 1970-01-01 was a Thursday
_YEAR_DAYS = 365.25
# Share of a day's orders in each hour, UTC.
_HOURS = np.array([1, 0.5, 0.3, 0.2, 0.3, 0.8, 2, 4, 6, 7, 8, 8.5, 9, 8, 7.5, 7, 6.5, 6, 6, 6.5, 7, 6, 4, 2])
_NOISE = 0.07
_CLOSED = 0.001  # of a day's business while the shop is closed


@dataclass(frozen=True)
class Promotion:
    """A promotion that runs every year from day-of-year `first` to `last`; it multiplies demand by `lift`."""

    code: str
    first: int
    last: int
    discount: float
    lift: float


PROMOTIONS = (
    Promotion("JANUARY20", 5, 16, 0.20, 1.35),
    Promotion("VALENTINE10", 36, 44, 0.10, 1.25),
    Promotion("SPRING15", 100, 109, 0.15, 1.30),
    Promotion("SUMMER15", 181, 192, 0.15, 1.30),
    Promotion("SCHOOL10", 241, 249, 0.10, 1.20),
    Promotion("BLACKFRIDAY25", 325, 333, 0.25, 1.90),
    Promotion("XMAS10", 338, 350, 0.10, 1.30),
)
NO_PROMOTION = -1


@dataclass(frozen=True)
class Season:
    """The trading clock of one period.

    `ends` is the clock at the end of each day; `promotions` that day's, or NO_PROMOTION.
    """

    first_day: int  # days since 1970-01-01
    ends: Floats
    promotions: Ints

    @property
    def days(self) -> int:
        """Length of the period in calendar days, which is also its length in trading days."""
        return len(self.ends)

    @property
    def starts_s(self) -> int:
        """First second of the period."""
        return self.first_day * DAY_S

    @property
    def ends_s(self) -> int:
        """First second after the period."""
        return (self.first_day + self.days) * DAY_S

    def seconds(self, trading_days: Floats) -> Ints:
        """Return the UTC seconds at which the clock shows `trading_days`.

        Before the period, trading days are calendar days.
        """
        inside = np.clip(trading_days, 0, np.nextafter(self.days, 0))
        day = np.searchsorted(self.ends, inside, side="right")
        begins = np.concatenate([[0.0], self.ends[:-1]])
        share = (inside - begins[day]) / (self.ends[day] - begins[day])
        within = np.floor(time_of_day(share)).astype(np.int64)
        seconds = (self.first_day + day) * DAY_S + np.minimum(within, DAY_S - 1)
        return np.where(
            trading_days < 0, self.starts_s + np.floor(trading_days * DAY_S).astype(np.int64), seconds
        )

    def promotion_at(self, seconds: Ints) -> Ints:
        """Return the position in PROMOTIONS of the promotion at these times, or NO_PROMOTION."""
        return self.promotions[np.clip(seconds // DAY_S - self.first_day, 0, self.days - 1)]


def time_of_day(share: Floats) -> Floats:
    """Return the second of the day by which `share` of a day's business is done."""
    done = np.concatenate([[0.0], np.cumsum(_HOURS) / _HOURS.sum()])
    return np.asarray(np.interp(share, done, np.arange(len(done)) * 3_600.0), dtype=np.float64)


def season_of(rng: Generator, ends_on: date, days: int, closed: tuple[date, date] | None = None) -> Season:
    """Return the trading clock of the `days` days that end with `ends_on`.

    It nearly stops from the first to the last day of `closed`.
    """
    numbers = day_number(ends_on) - days + 1 + np.arange(days)
    promotions = _running(numbers)
    lifts = np.array([*(promotion.lift for promotion in PROMOTIONS), 1.0])
    demand = daily_demand(numbers) * lifts[promotions] * np.exp(rng.normal(0, _NOISE, days))
    if closed:
        demand[(numbers >= day_number(closed[0])) & (numbers <= day_number(closed[1]))] *= _CLOSED
    return Season(int(numbers[0]), np.cumsum(demand) * (days / demand.sum()), promotions)


def daily_demand(day_numbers: Ints) -> Floats:
    """Return each day's relative demand before promotions and chance: growth, weekday, and time of year.

    The year peaks before Christmas.
    """
    elapsed = day_numbers - day_numbers[0]
    year_day = day_of_year(day_numbers)
    trend = (1 + YEARLY_GROWTH) ** (elapsed / _YEAR_DAYS)
    wave = 1 + 0.12 * np.cos(2 * np.pi * (year_day - 320) / _YEAR_DAYS)
    autumn = 1 + 0.75 * np.exp(-(((year_day - 328) / 26) ** 2))
    closed = np.where((year_day >= 358) | (year_day <= 2), 0.25, 1.0)  # noqa: PLR2004 Christmas and New Year
    return np.asarray(
        trend * _WEEKDAYS[(day_numbers + _EPOCH_WEEKDAY) % 7] * wave * autumn * closed, dtype=np.float64
    )


def day_of_year(day_numbers: Ints) -> Ints:
    """Return the day of the year, 1 for the first of January."""
    days = day_numbers.astype("datetime64[D]")
    first = days.astype("datetime64[Y]").astype("datetime64[D]")
    return np.asarray((days - first).astype(np.int64) + 1, dtype=np.int64)


def month_of(seconds: Ints) -> Ints:
    """Return the calendar month, 0 for January."""
    return np.asarray(
        seconds.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) % 12, dtype=np.int64
    )


def _running(day_numbers: Ints) -> Ints:
    year_day = day_of_year(day_numbers)
    running = np.full(len(day_numbers), NO_PROMOTION, dtype=np.int64)
    for position, promotion in enumerate(PROMOTIONS):
        running[(year_day >= promotion.first) & (year_day <= promotion.last)] = position
    return running
