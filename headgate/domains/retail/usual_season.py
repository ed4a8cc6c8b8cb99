"""The season of a usual shop, for one that has not seen a year of its own: the trade before Christmas.

Source:
    Australian Bureau of Statistics, Retail Trade (cat. 8501.0), 1982 to 2018: 133 series of states and
    industries; the median of the logarithm of a month over August to October of the same year is 0.08 for
    November and 0.33 for December, each year alike. Other months depend on the climate and the trade, so they
    count as usual. See docs/adr/0040-next-year.md for the shops that it was measured on.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from headgate.analytics.forecasting import SeriesHistories
    from headgate.analytics.periods import Grain, Span

Array = npt.NDArray[np.float64]

_NOVEMBER, _DECEMBER = 11, 12
_NOVEMBER_DEMAND = 1.08
_DECEMBER_DEMAND = 1.5  # up to Christmas Eve; with the usual demand after it, the month has 1.39
_LAST_DAY = 24


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
    """Return a panel of which less than a year is known with the season of a usual shop as an event; any
    other as it is.

    The histories correct its effect as far as they show it, as that of each event.

    Args:
        span: the periods of the longest history, and closed ones before it.
        horizon: periods ahead.
    """
    longest = max((history.size for history in panel.histories), default=0)
    # A thirteenth of a year may lack: from then on the same periods of last year are known.
    if not longest or longest >= span.grain.year - span.grain.year // 13:
        return panel
    starts = span.grain.starts(span.first, span.grain.shifted(span.last, horizon))
    uplift = _uplift(span.grain, starts)
    expected = np.empty(0) if panel.expected is None else panel.expected
    others = np.zeros((len(panel.histories), uplift.size, expected.size))
    season = np.broadcast_to(uplift[:, None], (*others.shape[:2], 1))
    exposure = np.concatenate([others if panel.exposure is None else panel.exposure, season], axis=2)
    return replace(panel, exposure=exposure, expected=np.append(expected, 1.0))


def _uplift(grain: Grain, starts: pd.DatetimeIndex) -> Array:
    """Return the demand of each period beyond that of usual days, as a share."""
    days = pd.date_range(starts[0], grain.shifted(starts[-1].date(), 1), inclusive="left")
    means = pd.Series(usual_demand(days)).groupby(starts.searchsorted(days, side="right")).mean()
    return np.asarray(means.to_numpy() - 1.0, dtype=np.float64)
