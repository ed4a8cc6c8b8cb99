"""Time measured in the shop's own business: a day with twice the usual purchases is two trading days long.

A customer who is silent for three weeks after Christmas has missed less than one who is silent for three
weeks in November. On the trading clock both are comparable, so rates and silences learnt in autumn remain
valid in winter. The future runs as the same week of the year before did; without a year of history it runs
as that of a usual shop, which is busy before Christmas.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.domains.retail.usual_season import usual_demand

Array = npt.NDArray[np.float64]

YEAR_DAYS = 364  # 52 weeks: the same weekday of the year before
_WEEK_DAYS = 7
_AHEAD_DAYS = 366
_USUAL_GROWTH = 0.05  # deviation on the logarithmic scale that the noise of few days is weighed against
_FEW_DAYS = 28  # of a second year
_GROWTH_WINDOW_DAYS = 182
_GROWTH_DAMPING_DAYS = 91  # growth measured over as many days counts half, on the logarithmic scale
# Of the growth of the number of customers, as far as growth is not measured, on the logarithmic scale.
_POPULATION_WEIGHT = 0.5
_QUARTER_DAYS = 91


@dataclass(frozen=True)
class YearlyChange:
    """How the customers changed since last year's days.

    Attributes:
        growth: the number of customers now over the number then.
        was_launch: last year's days, or the first ones where no year is known, were the launch of the shop,
            so they are no season.
    """

    growth: float = 1.0
    was_launch: bool = False


_NO_CHANGE = YearlyChange()


@dataclass(frozen=True)
class TradingClock:
    """Trading days that have passed since the first purchase.

    Attributes:
        first_on: the day of the first purchase.
        ends: shape (calendar days,); the clock at the end of each day from `first_on`, one unit per average
            known day.
        known_days: how many of these days are history; the others are expected.
        growth: damped, from the same days of the year before and from the number of customers; 1 where no
            year is known.
        after_launch: those days were the launch of the shop, so the coming ones are expected to be as those
            of the last quarter.
    """

    first_on: date
    ends: Array
    known_days: int
    growth: float = 1.0
    after_launch: bool = False

    @classmethod
    def of(
        cls, purchases: pd.Series[int], first_on: date, as_of: date, change: YearlyChange = _NO_CHANGE
    ) -> TradingClock:
        """Return the clock that daily purchases give.

        Args:
            purchases: number of customers' purchase days by calendar day; days without purchases may be
                absent.
            change: as `population.change` gives it.
        """
        days = pd.date_range(first_on, as_of)
        daily = purchases.set_axis(pd.to_datetime(purchases.index)).reindex(days, fill_value=0)
        counted: Array = np.asarray(daily, dtype=np.float64)
        speed = _weekly_mean(counted)
        growth = _growth(counted, change)
        demand = usual_demand(pd.date_range(first_on, periods=len(days) + _AHEAD_DAYS))
        ahead = _expected(speed, change, growth, demand)
        whole = np.concatenate([speed, ahead]) / (float(speed.mean()) or 1.0)
        return cls(first_on, np.cumsum(whole), len(days), growth, change.was_launch)

    @property
    def knows_season(self) -> bool:
        """A whole year is known, and was no launch, so the coming season is expected from it."""
        return self.known_days >= YEAR_DAYS and not self.after_launch

    def for_decline(self) -> TradingClock:
        """Return the clock for measuring a decline of customers: an even one after a launch, else this one.

        After a launch the shop's purchases fall with those of its first customers, so on its own clock
        nothing would fall.
        """
        return replace(self, ends=np.arange(1.0, self.ends.size + 1)) if self.after_launch else self

    def at(self, days: Iterable[object]) -> Array:
        """Return the clock at the end of each day, shape (days,)."""
        given = days if isinstance(days, pd.Series) else pd.Series(list(days))
        numbers = (pd.to_datetime(given) - pd.Timestamp(self.first_on)).dt.days.to_numpy()
        return np.asarray(self.ends[np.clip(numbers, 0, len(self.ends) - 1)])

    def on(self, day: date) -> float:
        """Return the clock at the end of one day; 0 before the first."""
        number = (day - self.first_on).days
        return float(self.ends[min(number, len(self.ends) - 1)]) if number >= 0 else 0.0

    def between(self, after: date, until: date) -> float:
        """Return the trading days from the end of one day to the end of a later one."""
        return self.on(until) - self.on(after)

    def origin_before(self, until: date, trading_days: float) -> date:
        """Return the last day with at least so many trading days between it and `until`.

        Before the first day where there are fewer.
        """
        number = int(np.searchsorted(self.ends, self.on(until) - trading_days, side="right")) - 1
        return self.first_on + timedelta(days=number)

    def reached(self, after: date, trading_days: float) -> date:
        """Return the first day by whose end so many trading days have passed."""
        number = int(np.searchsorted(self.ends, self.on(after) + trading_days - 1e-9, side="left"))
        return self.first_on + timedelta(days=min(number, len(self.ends) - 1))


def _weekly_mean(counted: Array) -> Array:
    """Return centred means of seven days: the clock needs seasons and closures, not weekdays."""
    half = _WEEK_DAYS // 2
    total = np.convolve(counted, np.ones(_WEEK_DAYS))[half : half + counted.size]
    days = np.convolve(np.ones(counted.size), np.ones(_WEEK_DAYS))[half : half + counted.size]
    return np.asarray(total / days, dtype=np.float64)


def _expected(speed: Array, change: YearlyChange, growth: float, demand: Array) -> Array:
    """Return the speed of the coming days: last year times growth, or the mean of a usual shop.

    A launch is neither a season nor usual: the mean of the last quarter replaces it.

    Args:
        demand: of a usual shop, of the known days and the coming ones.
    """
    if speed.size < YEAR_DAYS or change.was_launch:
        quiet = speed / demand[: speed.size]
        usual = quiet[-_QUARTER_DAYS:] if change.was_launch else quiet
        return np.asarray(usual.mean() * demand[speed.size :], dtype=np.float64)
    season = np.resize(speed[speed.size - YEAR_DAYS :], _AHEAD_DAYS)
    return np.asarray(season * growth, dtype=np.float64)


def _growth(counted: Array, change: YearlyChange) -> float:
    """Return the growth since the same days of the year before, damped.

    For the rest, half of the growth of the number of customers.
    """
    overlap = min(counted.size - YEAR_DAYS, _GROWTH_WINDOW_DAYS)
    if overlap < 0 or change.was_launch:
        return 1.0
    before = float(counted[-overlap - YEAR_DAYS : -YEAR_DAYS].sum())
    now = float(counted[counted.size - overlap :].sum())
    if now <= 0 or before <= 0:
        return float(change.growth**_POPULATION_WEIGHT)
    weight = _weight_of_measured(counted, overlap)
    return float((now / before) ** weight * change.growth ** ((1 - weight) * _POPULATION_WEIGHT))


def _weight_of_measured(counted: Array, overlap: int) -> float:
    """Return the weight of growth over so many days: fewer days count less, by the weeks' noise."""
    days = max(overlap, _FEW_DAYS)
    damped = days / (days + _GROWTH_DAMPING_DAYS)
    if overlap >= _FEW_DAYS:
        return damped
    variance = (
        2 * _weekly_noise(counted) ** 2 * _WEEK_DAYS / overlap
    )  # of the logarithm of a ratio of two sums
    return min(damped, _USUAL_GROWTH**2 / (_USUAL_GROWTH**2 + variance))


def _weekly_noise(counted: Array) -> float:
    """Return the deviation of a week's logarithm from its neighbours' mean, robust against closures."""
    weeks = counted[counted.size % _WEEK_DAYS :].reshape(-1, _WEEK_DAYS).sum(axis=1)
    logs = np.log(np.maximum(weeks, 1.0))
    apart = np.abs(logs[1:-1] - (logs[:-2] + logs[2:]) / 2)
    # 1.4826 makes a median a deviation, and the mean of two neighbours adds half of their variance.
    return float(1.4826 * np.median(apart) / np.sqrt(1.5))
