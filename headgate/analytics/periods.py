"""Periods of an hour, a day, a week or a month, and the periods with complete data."""

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd

ONE_DAY = timedelta(days=1)
MIN_ACTIVE_DAYS = 20  # with fewer days with rows, the usual silence is not known
MIN_DATES = 3  # likewise, of rows that cannot stop, such as those of a month each
MIN_DATED = 6  # dates that are in one place of their periods by chance in one table of weeks of 16,807
_NEWEST_DAYS = 250  # with rows, that show how long the usual silence is
_MAX_PERIOD_DAYS = 31
_USUAL_GAP = 0.95  # of the silences are not longer
Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Grain:
    """The length of a period with derived constants. Periods are in UTC; weeks begin on Monday.

    A period is named by its first day, and an hour by its first moment.

    Attributes:
        unit: Ibis' name of the period.
        frequency: pandas' name of the period.
        season_lengths: seasons looked for, in periods; each needs two whole seasons of history.
        cycle: periods after which one is like another again, such as the days of a week.
        quarter, year: in periods.
        horizon: periods ahead, unless the plan says otherwise; 13 weeks are the horizon of the M4
            competition's weekly series.
        step: periods between two recent origins of the backtest.
        in_a_day: periods whose mean a trend is measured of.
        remembered: the newest periods that a forecast learns from; 0 for all. Methods take half a minute for
            a year of hours.
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
    in_a_day: int = 1
    remembered: int = 0

    @property
    def is_of_hours(self) -> bool:
        """Return whether periods are parts of a day, which moments name."""
        return self.in_a_day > 1

    def start_of(self, day: date) -> date:
        """Return the first day of the period that holds the day."""
        return self.name_of(self._period(day).start_time)

    def name_of(self, start: pd.Timestamp) -> date:
        """Return the day, or of hours the moment, that a period is named by."""
        return start.to_pydatetime() if self.is_of_hours else start.date()

    def names_of(self, starts: pd.DatetimeIndex) -> npt.NDArray[np.object_]:
        """Return the same of several periods."""
        return np.array([self.name_of(start) for start in starts], dtype=object)

    def starts(self, first: date, last: date) -> pd.DatetimeIndex:
        """Return the first days of all periods from the one that holds `first` to the one that holds `last`.

        None when `last` is before.
        """
        return pd.period_range(self._period(first), self._period(last)).start_time

    def shifted(self, day: date, periods: int) -> date:
        """Return the first day of the period that many after the day's own."""
        return self.name_of((self._period(day) + periods).start_time)

    def season_cut(self, horizon: int) -> int:
        """Return how many periods back the window of the same season begins."""
        return self.year * -(-horizon // self.year)

    def cuts(self, horizon: int, windows: int, farthest: int) -> tuple[int, ...]:
        """Return how many periods before the end each origin of a backtest lies, one of them a season ago.

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


HOUR = Grain(
    "hour",
    "h",
    "h",
    (24, 168),
    cycle=168,
    quarter=2184,
    year=8736,
    horizon=48,
    step=48,
    in_a_day=24,
    remembered=2184,
)
DAY = Grain("day", "D", "D", (7, 365), cycle=7, quarter=91, year=365, horizon=28, step=28)
WEEK = Grain("week", "W", "W-SUN", (52,), cycle=1, quarter=13, year=52, horizon=13, step=13)
MONTH = Grain("month", "M", "M", (12,), cycle=1, quarter=3, year=12, horizon=12, step=3)
GRAINS = {grain.name: grain for grain in (HOUR, DAY, WEEK, MONTH)}


@dataclass(frozen=True)
class Span:
    """The complete periods of the data by their first days, both included.

    None when `last` is before `first`.
    """

    first: date
    last: date
    grain: Grain

    def starts(self) -> pd.DatetimeIndex:
        """Return the first day of every period."""
        return self.grain.starts(self.first, self.last)

    def ahead(self, horizon: int) -> pd.DatetimeIndex:
        """Return the first days of the `horizon` periods after the last."""
        return self.grain.starts(self.grain.shifted(self.last, 1), self.grain.shifted(self.last, horizon))


def whole_periods(rows: ibis.Table, time: str, as_of: date, grain: Grain, *, can_stop: bool = True) -> Span:
    """Return the complete periods between the first row and the end of `as_of`.

    Rows of the newest periods are missing if the silence since the last one is unusual, but shorter than a
    quarter: other datasets of the lake reach further. After a longer silence the values are zero.

    Rows of one date in each period, such as those of weeks that end on a Friday, are the whole period's.

    Args:
        time: the column with the time of each row, a timestamp.
        can_stop: whether the values are zero after a silence longer than a quarter; if not, the rows end
            there.
    """
    first = rows[time].min().to_pyarrow().as_py()
    last = grain.shifted(as_of + ONE_DAY, -1)
    if first is None:
        return Span(grain.shifted(last, 1), last, grain)
    earliest = first if grain.is_of_hours else first.date()
    begun = grain.start_of(earliest)
    newest = _newest_days(rows, time, as_of, grain)
    last = _last_with_rows(newest, last, grain, can_stop=can_stop)
    if not grain.is_of_hours and (dated := _last_of_dated(newest, grain)):
        return Span(begun, max(dated, last), grain)
    return Span(begun if begun == earliest else grain.shifted(begun, 1), last, grain)


def _newest_days(rows: ibis.Table, time: str, as_of: date, grain: Grain) -> Days:
    """Return the newest days, or hours, with rows up to `as_of`, enough to show the usual silence."""
    day, unit = (rows[time].truncate("h"), "h") if grain.is_of_hours else (rows[time].date(), "D")
    days = (
        rows.select(day=day)
        .filter(ibis._.day < as_of + ONE_DAY)
        .distinct()
        .order_by(ibis._.day.desc())
        .limit(_NEWEST_DAYS * grain.in_a_day + _MAX_PERIOD_DAYS)
    )
    newest: Days = days.to_pandas()["day"].to_numpy(dtype=f"datetime64[{unit}]")
    return newest


def _last_of_dated(newest: Days, grain: Grain) -> date | None:
    """Return the newest period with rows if each period has rows of one date, always in the same place."""
    dates = pd.DatetimeIndex(newest[:_NEWEST_DAYS])
    periods = dates.to_period(grain.frequency)
    if len(dates) < MIN_DATED or not periods.is_unique:
        return None
    from_start, from_end = dates - periods.start_time, periods.end_time.normalize() - dates
    if len(set(from_start)) > 1 and len(set(from_end)) > 1:
        return None
    return grain.name_of(periods.max().start_time)


def _last_with_rows(newest: Days, last: date, grain: Grain, *, can_stop: bool) -> date:
    """Return the last period, or an earlier one whose rows are complete."""
    end = np.array(grain.shifted(last, 1), dtype=newest.dtype)  # excluded
    active = newest[newest < end][: _NEWEST_DAYS * grain.in_a_day]
    if active.size < (MIN_ACTIVE_DAYS if can_stop else MIN_DATES):
        return last
    gaps = -np.diff(active).astype(int)
    usual = int(np.quantile(gaps, _USUAL_GAP, method="higher")) - (
        not can_stop
    )  # rows that cannot stop have no day of grace
    silent = int((end - active[0]).astype(int)) - 1
    if silent <= usual or (can_stop and grain.shifted(last, -grain.quarter) >= active[0].astype(date)):
        return last
    complete = active[0] + 1 + usual  # a period that ends by then misses no more days than usual
    return grain.shifted(complete.astype(date), -1)
