"""Periods with a total of zero: a trial before regular values, an undeclared closure, a stopped total.

A past closure says nothing of the same periods of next year, so histories are forecast as if they had been
open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.analytics.point_forecasts import MIN_MODELLED

if TYPE_CHECKING:
    from headgate.analytics.periods import Grain

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_TRIAL_SHARE = (
    0.5  # of the periods up to one without sales; with values in fewer, regular values have not begun
)
_REGULAR_SHARE = 0.2  # of the periods after a trial, at most, are zero
_LAUNCH_LEVEL = 0.2  # of the median period; a total that begins with less is in its launch
_NEAREST = 12  # open periods, whose median replaces a closed one
_DECEMBER, _YEAR_END = 12, pd.Timedelta(days=22)
_STOPPED = 2  # times the longest earlier closure, and a quarter


def opened_at(total: Array) -> int:
    """Return the first regular period, after a trial with sparse values and after the first small values."""
    closed = total <= 0
    ends = [int(end) for end in np.flatnonzero(closed) + 1 if total.size - end >= MIN_MODELLED]
    begin = max(
        (end for end in ends if closed[:end].mean() > _TRIAL_SHARE and closed[end:].mean() < _REGULAR_SHARE),
        default=0,
    )
    rest = total[begin:]
    if rest.size < MIN_MODELLED:
        return begin
    running = np.cumsum(rest) / np.arange(1, rest.size + 1)
    small = running < _LAUNCH_LEVEL * np.median(rest)
    launch = int(np.argmin(small)) if not small.all() else 0
    return begin + launch if rest.size - launch >= MIN_MODELLED else begin


def has_stopped(total: Array, grain: Grain) -> bool:
    """Return whether a positive total has been zero for a quarter, and twice as long as ever before."""
    runs = _runs_of_zero(total)
    if not runs or runs[-1][1] < total.size or runs[-1][0] == 0:
        return False
    longest = max((end - begin for begin, end in runs[:-1]), default=0)
    return runs[-1][1] - runs[-1][0] >= max(grain.quarter, _STOPPED * longest)


def closed_periods(total: Array, starts: pd.DatetimeIndex, grain: Grain) -> Mask:
    """Return where a regular total is zero, for a quarter at most, and probably positive next year.

    A total is regular that was closed once at most in its newest half year. One that is positive now and then
    has no closures. Closures about Christmas and New Year return, and so do those of two years.
    """
    closed = np.zeros(total.size, dtype=bool)
    runs = [run for run in _runs_of_zero(total) if run[1] - run[0] >= grain.cycle]
    if sum(end > total.size - 2 * grain.quarter for _, end in runs) > 1:
        return closed
    empty = total <= 0
    for begin, end in runs:
        is_season = _is_repeated(empty, begin, end, grain.year) or _is_year_end(
            starts[begin], starts[end - 1], grain
        )
        if end - begin <= grain.quarter and not is_season:
            closed[begin:end] = True
    return closed


def filled(history: Array, closed: Mask) -> Array:
    """Replace closed periods by the median of the nearest open ones; keep a history that never was open."""
    is_open = np.flatnonzero(~closed)
    if not is_open.size or not closed.any():
        return history
    filled_history = history.copy()
    for place in np.flatnonzero(closed):
        nearest = is_open[np.argsort(np.abs(is_open - place), kind="stable")[:_NEAREST]]
        filled_history[place] = np.median(history[nearest])
    return filled_history


def _is_year_end(first: pd.Timestamp, last: pd.Timestamp, grain: Grain) -> bool:
    """Return whether the periods lie between 18 December and 8 January."""
    ends = pd.Timestamp(grain.shifted(last.date(), 1))
    begins = pd.Timestamp(first.year if first.month == _DECEMBER else first.year - 1, _DECEMBER, 18)
    return bool(begins <= first and ends <= begins + _YEAR_END)


def _is_repeated(empty: Mask, begin: int, end: int, year: int) -> bool:
    """Return whether half of the run was also zero a year before or after it, as part of the season."""
    for moved in (-year, year):
        inside = [place for place in range(begin + moved, end + moved) if 0 <= place < empty.size]
        if inside and 2 * int(empty[inside].sum()) >= end - begin:
            return True
    return False


def _runs_of_zero(total: Array) -> list[tuple[int, int]]:
    """Return the first period and the one after the last of each run of zeros."""
    edges = np.diff(np.concatenate([[False], total <= 0, [False]]).astype(int))
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))
