"""Periods of a day, a week or a month, and those of them that the data know wholly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

ONE_DAY = timedelta(days=1)
MIN_ACTIVE_DAYS = 20  # with fewer days with rows, the usual silence is not known
MIN_DATES = 3  # likewise, of rows that cannot stop, such as those of a month each
_NEWEST_DAYS = 250  # with rows, that show how long the usual silence is
_USUAL_GAP = 0.95  # of the silences are not longer


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

    def season_cut(self, horizon: int) -> int:
        """Return by how many periods the origin lies back whose window is the same part of the year as the coming one."""
        return self.year * -(-horizon // self.year)

    def cuts(self, horizon: int, windows: int, farthest: int) -> tuple[int, ...]:
        """Return by how many periods each origin of a backtest lies before the end: the newest ones, and the one of the same season.

        By week four windows of a quarter cover one year.

        Args:
            farthest: the most periods that leave a history worth modelling before an origin.
        """
        recent = [horizon + self.step * number for number in range(windows)]
        if self.season_cut(horizon) <= farthest and self.season_cut(horizon) not in recent:
            recent = sorted([*recent[:-1], self.season_cut(horizon)])
        return tuple(cut for cut in recent if cut <= farthest)

    def _period(self, day: date) -> pd.Period:
        return pd.Period(day, freq=self.frequency)


DAY = Grain("day", "D", "D", (7, 365), cycle=7, quarter=91, year=365, horizon=28, step=28)
WEEK = Grain("week", "W", "W-SUN", (52,), cycle=1, quarter=13, year=52, horizon=13, step=13)
MONTH = Grain("month", "M", "M", (12,), cycle=1, quarter=3, year=12, horizon=12, step=3)
GRAINS = {grain.name: grain for grain in (DAY, WEEK, MONTH)}


@dataclass(frozen=True)
class Span:
    """The whole periods that the data knows, by their first days, both included; none when `last` is before `first`."""

    first: date
    last: date
    grain: Grain

    def starts(self) -> pd.DatetimeIndex:
        """The first day of every period."""
        return self.grain.starts(self.first, self.last)

    def ahead(self, horizon: int) -> pd.DatetimeIndex:
        """The first days of the `horizon` periods after the last."""
        return self.grain.starts(self.grain.shifted(self.last, 1), self.grain.shifted(self.last, horizon))


def whole_periods(rows: ibis.Table, time: str, as_of: date, grain: Grain, *, can_stop: bool = True) -> Span:
    """Return the periods that lie wholly between the first row and the end of `as_of`, and whose rows are there.

    Rows of the newest periods are missing if the silence since the last one is unusual, but shorter than a quarter: other datasets of
    the lake reach further. After a longer silence the values are zero.

    Args:
        time: the column with the time of each row, a timestamp.
        can_stop: whether the values are zero after a silence longer than a quarter; if not, the rows end there.
    """
    first = rows[time].min().to_pyarrow().as_py()
    last = grain.shifted(as_of + ONE_DAY, -1)
    if first is None:
        return Span(grain.shifted(last, 1), last, grain)
    begun = grain.start_of(first.date())
    return Span(
        begun if begun == first.date() else grain.shifted(begun, 1), _last_with_rows(rows, time, last, grain, can_stop=can_stop), grain
    )


def _last_with_rows(rows: ibis.Table, time: str, last: date, grain: Grain, *, can_stop: bool) -> date:
    """The last period, or an earlier one whose rows are complete."""
    end = grain.shifted(last, 1)  # excluded
    days = rows.select(day=rows[time].date()).filter(ibis._.day < end).distinct().order_by(ibis._.day.desc()).limit(_NEWEST_DAYS)
    active = days.to_pandas()["day"].to_numpy(dtype="datetime64[D]")
    if active.size < (MIN_ACTIVE_DAYS if can_stop else MIN_DATES):
        return last
    gaps = -np.diff(active).astype(int)
    usual = int(np.quantile(gaps, _USUAL_GAP, method="higher")) - (not can_stop)  # rows that cannot stop have no day of grace
    newest = active[0].astype(date)
    silent = (end - newest).days - 1
    if silent <= usual or (can_stop and grain.shifted(last, -grain.quarter) >= newest):
        return last
    complete = newest + timedelta(days=1 + usual)  # a period that ends by then misses no more days than usual
    return grain.shifted(complete, -1)
