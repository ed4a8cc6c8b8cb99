"""The seasons of usual shops: trade before Christmas, and days about the end of the year without any.

A shop that has not seen a year has the demand of a usual shop. One of any age may have an autumn that grows
until Christmas and then ends, and a week of Black Friday, as high as its own history shows. A shop that was
closed at the end of last year is expected to be closed on the same dates.

Source:
    Australian Bureau of Statistics, Retail Trade (cat. 8501.0), 1982 to 2018: 133 series of states and
    industries; the median of the logarithm of a month over August to October of the same year is 0.08 for
    November and 0.33 for December, each year alike. Other months depend on the climate and the trade, so they
    count as usual. See docs/adr/0040-next-year.md for the shops that it was measured on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

    from headgate.analytics.forecasting import SeriesHistories
    from headgate.analytics.periods import Grain, Span

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_NOVEMBER, _DECEMBER = 11, 12
_NOVEMBER_DEMAND = 1.08
_DECEMBER_DEMAND = 1.5  # up to Christmas Eve; with the usual demand after it, the month has 1.39
_LAST_DAY = 24
_WEEK_DAYS = 7
# Weeks before Christmas in which an autumn may begin, and the weeks that it takes to be at its full height.
_AUTUMN_WEEKS, _WEEKS_TO_GROW = (15, 11, 7, 3), 4
# In units of a full autumn: the sales of a single week may be higher, and are seen once.
_SALE_WEEK = 2.0
_FOURTH, _THURSDAY = 21, 3  # days from the first Thursday of a month to the fourth one; its weekday
_YEAR_END_BEGINS, _YEAR_END_DAYS = 18, 25  # 18 December to 11 January
_USUAL_WEEKS = 8  # after a week of a launch or of the end of the year, whose median is the usual week
_YEAR_END_DOUBT = 0.2  # standard deviation of the logarithm of a week in November or December
_MAX_CLOSED = 0.95  # of a coming week that nobody stated to be closed
_CLOSED_SHARE = 0.5  # of a usual week's sales; a week at the end of the year with less had closed days
_LAUNCHED_SHARE = 0.75  # of the usual sales that follow; a first week with less is one of a launch


def usual_demand(days: pd.DatetimeIndex) -> Array:
    """Return the demand of each day in units of a usual day.

    >>> import pandas as pd
    >>> usual_demand(pd.to_datetime(["2024-09-30", "2024-11-30", "2024-12-24", "2024-12-25"])).tolist()
    [1.0, 1.08, 1.5, 1.0]
    """
    before_christmas = (days.month == _DECEMBER) & (days.day <= _LAST_DAY)
    return np.select([days.month == _NOVEMBER, before_christmas], [_NOVEMBER_DEMAND, _DECEMBER_DEMAND], 1.0)


def usual_change(as_of: date, days: int) -> float:
    """Return the demand of so many days after one over that of as many days up to it.

    >>> round(usual_change(date(2024, 10, 10), 90), 2)
    1.16
    """
    newest = pd.date_range(as_of - timedelta(days=days - 1), as_of)
    return float(usual_demand(newest.shift(days)).sum() / usual_demand(newest).sum())


def with_usual_season(panel: SeriesHistories, span: Span, horizon: int) -> SeriesHistories:
    """Return a panel with the seasons that usual shops have.

    The season of a usual shop is an event where less than a year is known, closed weeks at the end of the
    year are one in any panel of weeks. Histories correct the effects as far as they show them, as those of
    each event.

    Args:
        span: the periods of the longest history, and closed ones before it.
        horizon: periods ahead.
    """
    longest = max((history.size for history in panel.histories), default=0)
    if not longest:
        return panel
    starts = span.grain.starts(span.first, span.grain.shifted(span.last, horizon))
    seasonal = replace(panel, shapes=_shapes(span.grain, starts))
    closed = closed_at_year_end(panel.histories, span, horizon)
    if closed.any():
        seasonal = _with_event(seasonal, closed, -1.0)
    # A thirteenth of a year may lack: from then on the same periods of last year are known.
    if longest >= span.grain.year - span.grain.year // 13:
        return seasonal
    # A week before Christmas is wholly under the event: a smaller exposure would count as less evidence.
    full = _DECEMBER_DEMAND - 1.0
    exposed = (_by_period(usual_demand, span.grain, starts) - 1.0) / full
    total = _total(panel.histories, longest)
    begin = len(starts) - horizon - longest
    # Low sales of a launch are no sign of a poor season.
    exposed[: begin + _launch_length(total, exposed[begin:-horizon] > 0, span.grain.cycle)] = 0.0
    return _with_event(seasonal, exposed, full)


def closed_at_year_end(histories: tuple[Array, ...], span: Span, horizon: int) -> Array:
    """Return the share of each week in which the shop was closed, or is expected to be by last year's dates.

    Shape (weeks of the span and ahead,); 0 in all other weeks, and for other periods than weeks.
    """
    starts = span.grain.starts(span.first, span.grain.shifted(span.last, horizon))
    shares, year = np.zeros(len(starts)), span.grain.year
    if span.grain.cycle > 1 or not _weeks_of_year_end(starts).any():
        return shares
    size = len(starts) - horizon
    total = _total(histories, size)
    at_year_end = _weeks_of_year_end(starts)
    for place in np.flatnonzero(at_year_end[:size]):
        shares[place] = _closed_share(total, at_year_end[:size], int(place))
    for begin in range(size, len(starts), year):
        shares[begin : begin + year] = _closed_a_year_later(shares[:begin], starts[: begin + year])
    return shares


def year_end_doubt(span: Span, longest: int, horizon: int) -> Array:
    """Return the doubt of coming weeks of November and December while at most one such trade is known.

    This is so at the beginning of the history. Shape (periods ahead,), of the logarithm.

    Weeks earlier no level is known that the trade could be compared with.

    Args:
        span: the known periods.
        longest: periods of the longest history.
    """
    grain = span.grain
    starts = grain.starts(grain.shifted(span.last, 1), grain.shifted(span.last, horizon))
    is_doubted = (grain.cycle == 1) & (longest < grain.year + grain.year // 13) & (starts.month >= _NOVEMBER)
    return np.asarray(np.where(is_doubted, _YEAR_END_DOUBT, 0.0), dtype=np.float64)


def _launch_length(total: Array, is_event: Mask, cycle: int) -> int:
    """Return the number of first periods that sell clearly less than the usual ones after them."""
    for place, sold in enumerate(total):
        usual = total[place + 1 :][~is_event[place + 1 :]][: _USUAL_WEEKS * cycle]
        if usual.size < _USUAL_WEEKS * cycle or sold >= _LAUNCHED_SHARE * np.median(usual):
            return place
    return total.size


def _total(histories: tuple[Array, ...], size: int) -> Array:
    """Return the sum of all histories over the last periods; a history is zero before it begins."""
    return np.asarray(np.sum([np.pad(each, (size - each.size, 0)) for each in histories], axis=0))


def _closed_a_year_later(shares: Array, starts: pd.DatetimeIndex) -> Array:
    """Return the shares that coming weeks are closed, if closed days keep their dates.

    A week that begins 364 days later begins a day or two earlier in the year.

    Nobody stated the closure, so no week is expected to sell nothing.

    Args:
        shares: of the earlier weeks, of which `starts` has the first days, and then those of the coming ones.
    """
    weeks = (starts[shares.size :] - starts[0]).days.to_numpy(dtype=np.float64)
    closed = np.zeros(weeks.size)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], shares > 0, [0]])))
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        later = (starts[begin] + pd.DateOffset(years=1) - starts[0]).days
        first, after = (later + place for place in _closed_days(shares[begin:end]))
        closed += np.clip(np.minimum(after, weeks + _WEEK_DAYS) - np.maximum(first, weeks), 0.0, None)
    return np.minimum(closed / _WEEK_DAYS, _MAX_CLOSED)


def _closed_days(shares: Array) -> tuple[float, float]:
    """Return the days from the first of these weeks to the first closed day, and to the next open one.

    Consecutive weeks are closed from a day of the first one to a day of the last one, a single week around
    its middle.
    """
    days = _WEEK_DAYS * shares
    if shares.size == 1:
        return (_WEEK_DAYS - days[0]) / 2, (_WEEK_DAYS + days[0]) / 2
    return _WEEK_DAYS - days[0], _WEEK_DAYS * (shares.size - 1) + days[-1]


def _closed_share(total: Array, at_year_end: Mask, place: int) -> float:
    """Return the unsold share of a usual week; 0 below a half, and before the first usual week."""
    others = np.flatnonzero(~at_year_end)
    after = others[others > place][:_USUAL_WEEKS]
    nearest = after if 2 * after.size >= _USUAL_WEEKS else others[others < place][-_USUAL_WEEKS:]
    usual = float(np.median(total[nearest])) if nearest.size else 0.0
    least = _CLOSED_SHARE * usual
    if total[place] >= least or not (total[:place] >= least).any():
        return 0.0
    return float(1.0 - max(total[place], 0.0) / usual)


def _weeks_of_year_end(starts: pd.DatetimeIndex) -> Mask:
    """Return whether each week lies between 18 December and 11 January."""
    years = np.where(starts.month == _DECEMBER, starts.year, starts.year - 1)
    begins = pd.DatetimeIndex([pd.Timestamp(year, _DECEMBER, _YEAR_END_BEGINS) for year in years])
    ends = starts + pd.Timedelta(days=_WEEK_DAYS)
    return np.asarray((starts >= begins) & (ends <= begins + pd.Timedelta(days=_YEAR_END_DAYS)))


def _with_event(panel: SeriesHistories, exposed: Array, effect: float) -> SeriesHistories:
    """Return a panel with an event of all series; `exposed` has one value for each period."""
    expected = np.empty(0) if panel.expected is None else panel.expected
    others = np.zeros((len(panel.histories), exposed.size, expected.size))
    exposure = others if panel.exposure is None else panel.exposure
    event = np.broadcast_to(exposed[:, None], (*others.shape[:2], 1))
    return replace(
        panel, exposure=np.concatenate([exposure, event], axis=2), expected=np.append(expected, effect)
    )


def _shapes(grain: Grain, starts: pd.DatetimeIndex) -> Array:
    """Return autumns that begin earlier and later, each growing to 1 until Christmas, and Black Friday.

    Shape (periods, shapes).
    """
    shapes: list[Callable[[pd.DatetimeIndex], Array]] = [
        *(partial(_autumn, weeks=weeks) for weeks in _AUTUMN_WEEKS),
        _sale_week,
    ]
    return np.stack([_by_period(of_days, grain, starts) for of_days in shapes], axis=1)


def _sale_week(days: pd.DatetimeIndex) -> Array:
    """Return the height of Black Friday's week, from Monday to Sunday: its date moves by up to a week."""
    begins = pd.DatetimeIndex([pd.Timestamp(year, _NOVEMBER, 1) for year in days.year])
    thursday = begins + pd.to_timedelta((_THURSDAY - begins.dayofweek) % _WEEK_DAYS + _FOURTH, unit="D")
    since_monday = (days - thursday).days + _THURSDAY
    return np.where((since_monday >= 0) & (since_monday < _WEEK_DAYS), _SALE_WEEK, 0.0)


def _autumn(days: pd.DatetimeIndex, weeks: int) -> Array:
    """Return how far an autumn that begins so many weeks before Christmas has grown on each day."""
    christmas = pd.DatetimeIndex([pd.Timestamp(year, _DECEMBER, _LAST_DAY) for year in days.year])
    left = np.asarray((christmas - days).days, dtype=np.float64) / _WEEK_DAYS
    return np.where(left >= 0, np.clip((weeks - left) / _WEEKS_TO_GROW, 0.0, 1.0), 0.0)


def _by_period(of_days: Callable[[pd.DatetimeIndex], Array], grain: Grain, starts: pd.DatetimeIndex) -> Array:
    """Return the mean over the days of each period."""
    days = pd.date_range(starts[0], grain.shifted(starts[-1].date(), 1), inclusive="left")
    means = pd.Series(of_days(days)).groupby(starts.searchsorted(days, side="right")).mean()
    return np.asarray(means.to_numpy(), dtype=np.float64)
