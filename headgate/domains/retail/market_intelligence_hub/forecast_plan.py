"""The series that the hub forecasts, their grain, and the horizon: one value that every module reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from headgate.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

ALL = "(all)"
OTHER = "(other)"
UNKNOWN = "(unknown)"
UNIT = "GBP"

OPTIONS = ("forecast_grain", "forecast_horizon", "forecast_by")
DIMENSIONS = {"region": "region_id", "category": "category"}
LEVELS: Mapping[str, tuple[str, ...]] = {
    "total": (),
    "region": ("region_id",),
    "category": ("category",),
    "region_category": ("region_id", "category"),
}
MAX_HORIZON = 400  # periods; a year of days and a month


@dataclass(frozen=True)
class Grain:
    """How long a period is, and what follows from that. Days, weeks and months are UTC; weeks begin on Monday.

    Attributes:
        unit: Ibis' name of the period.
        frequency: pandas' name of the period.
        season_lengths: seasons looked for, in periods; each needs two whole seasons of history.
        cycle: periods after which one is like another again, such as the days of a week.
        quarter, year: in periods.
        horizon: periods ahead, unless the plan says otherwise; 13 weeks are the horizon of the M4 competition's weekly series.
        step: periods between two recent origins of the backtest.
    """

    name: str
    unit: str
    frequency: str
    season_lengths: tuple[int, ...]
    cycle: int
    quarter: int
    year: int
    horizon: int
    step: int

    def start_of(self, day: date) -> date:
        """The first day of the period that holds the day."""
        return self._period(day).start_time.date()

    def starts(self, first: date, last: date) -> pd.DatetimeIndex:
        """The first days of all periods from the one that holds `first` to the one that holds `last`; none when `last` is before."""
        return pd.period_range(self._period(first), self._period(last)).start_time

    def shifted(self, day: date, periods: int) -> date:
        """The first day of the period that many after the day's own."""
        return (self._period(day) + periods).start_time.date()

    def _period(self, day: date) -> pd.Period:
        return pd.Period(day, freq=self.frequency)


DAY = Grain("day", "D", "D", (7, 365), cycle=7, quarter=91, year=365, horizon=28, step=28)
WEEK = Grain("week", "W", "W-SUN", (52,), cycle=1, quarter=13, year=52, horizon=13, step=13)
MONTH = Grain("month", "M", "M", (12,), cycle=1, quarter=3, year=12, horizon=12, step=3)
GRAINS = {grain.name: grain for grain in (DAY, WEEK, MONTH)}


@dataclass(frozen=True)
class Plan:
    """Grain and horizon of the hub.

    Attributes:
        by: the dimensions that the total is split by; none of them, one or both.
        horizon: periods ahead.
        top_regions, top_categories: how many of each are forecast by name; the long tail of the rest is summed into `(other)`.
            This bounds the number of series to (regions + 2) times (categories + 2), however large the shop is.
        windows: origins of the backtest.
    """

    grain: Grain = WEEK
    by: tuple[str, ...] = tuple(DIMENSIONS.values())
    horizon: int = WEEK.horizon
    top_regions: int = 6
    top_categories: int = 8
    windows: int = 4

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels of the hierarchy, from the total down; the last one's series are those that all others sum."""
        return tuple(level for level, kept in LEVELS.items() if set(kept) <= set(self.by))

    @property
    def season_cut(self) -> int:
        """By how many periods the origin lies back whose window is the same part of the year as the coming one."""
        return self.grain.year * -(-self.horizon // self.grain.year)

    def cuts(self, farthest: int) -> tuple[int, ...]:
        """By how many periods each origin of the backtest lies before the end: the newest ones, and the one of the same season.

        By week these are four windows of a quarter that cover one year.

        Args:
            farthest: the most periods that leave a history worth modelling before an origin.
        """
        recent = [self.horizon + self.grain.step * number for number in range(self.windows)]
        if self.season_cut <= farthest and self.season_cut not in recent:
            recent = sorted([*recent[:-1], self.season_cut])
        return tuple(cut for cut in recent if cut <= farthest)

    @classmethod
    def of(cls, options: Mapping[str, str]) -> Plan:
        """The plan that options state; what is absent or empty is as by default.

        Args:
            options: `forecast_grain` (day, week, month), `forecast_horizon` (periods), `forecast_by` (`region,category`, one, or `none`).

        Raises:
            SettingsError: names the option that is not understood, and what it may be.
        """
        grain = _grain(options.get("forecast_grain", "") or WEEK.name)
        return cls(grain, _dimensions(options.get("forecast_by", "")), _horizon(options.get("forecast_horizon", ""), grain))


def _grain(name: str) -> Grain:
    if name not in GRAINS:
        raise SettingsError(f"forecast_grain must be one of {', '.join(GRAINS)}")
    return GRAINS[name]


def _dimensions(text: str) -> tuple[str, ...]:
    if not text:
        return tuple(DIMENSIONS.values())
    names = [] if text == "none" else text.split(",")
    if len(set(names)) < len(names) or not set(names) <= set(DIMENSIONS):
        raise SettingsError(f"forecast_by must be none, or of {', '.join(DIMENSIONS)}, separated by commas")
    return tuple(column for name, column in DIMENSIONS.items() if name in names)


def _horizon(text: str, grain: Grain) -> int:
    if not text:
        return grain.horizon
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_HORIZON):
        raise SettingsError(f"forecast_horizon must be a whole number of periods from 1 to {MAX_HORIZON}")
    return int(text)
