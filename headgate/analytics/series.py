"""Series of a measure by period, from the rows of any table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headgate.analytics.exact_sums import ExactSums
from headgate.analytics.periods import ONE_DAY, Grain, Span, whole_periods
from headgate.contracts.analytics_blocks import BLOCK_MEASURE, BLOCK_TIME

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import ibis
    import numpy.typing as npt

    Array = npt.NDArray[np.float64]

MAX_SERIES = 500  # of the largest sums; models of more would take hours


@dataclass(frozen=True)
class SeriesPanel:
    """The series of a block.

    Attributes:
        names: one row per series, with the columns that name it, sorted by them; the largest MAX_SERIES have
            a history.
        histories: the sum of each complete period from the series' first one on, in the order of `names`;
            empty where there are none.
        span: the complete periods of all series.
        is_kept: shape (series,); whether a series is among the largest.
    """

    names: pd.DataFrame
    histories: tuple[Array, ...]
    span: Span
    is_kept: npt.NDArray[np.bool_]


def series_of(rows: ibis.Table, by: Sequence[str], grain: Grain, as_of: date) -> SeriesPanel:
    """Sum the measure by series and period.

    Incomplete periods are left out, and a period without rows is zero.

    A table that ends before `as_of`, because other tables of the lake reach further, has no zeros after its
    end.

    Args:
        rows: the columns `by`, BLOCK_TIME (a timestamp) and BLOCK_MEASURE (a double). Rows after `as_of` or
            without a time are left out.
    """
    past = rows.filter(rows[BLOCK_TIME] < pd.Timestamp(as_of) + ONE_DAY)
    span = whole_periods(past, BLOCK_TIME, as_of, grain, can_stop=False)
    exact = ExactSums.of(past, [BLOCK_MEASURE])
    groups = past.group_by([*by]) if by else past
    sums = groups.aggregate(size=exact.sum(past[BLOCK_MEASURE].abs())).to_pandas().fillna({"size": 0.0})
    names = sums.sort_values([*by], ignore_index=True) if by else sums
    is_kept = names["size"].rank(method="first", ascending=False).to_numpy() <= MAX_SERIES
    kept = names[is_kept]
    histories = {number: np.empty(0) for number in names.index}
    if not kept.empty:
        histories |= _histories(_by_period(past, by, span, kept, exact), span)
    return SeriesPanel(names[[*by]], tuple(histories.values()), span, is_kept)


def _by_period(
    rows: ibis.Table, by: Sequence[str], span: Span, kept: pd.DataFrame, exact: ExactSums
) -> pd.DataFrame:
    """Return the sum of each period with rows: the columns number, period_on, value."""
    starts = rows[BLOCK_TIME].truncate(span.grain.unit)
    periods = rows.mutate(period_on=starts if span.grain.is_of_hours else starts.date())
    inside = periods.filter(periods.period_on >= span.first, periods.period_on <= span.last)
    value = exact.sum(inside[BLOCK_MEASURE])
    sums: pd.DataFrame = inside.group_by(*by, "period_on").agg(value=value).to_pandas()
    numbered = kept[[*by]].assign(number=kept.index)
    return sums.merge(numbered, on=[*by]) if by else sums.assign(number=0)


def _histories(sums: pd.DataFrame, span: Span) -> dict[int, Array]:
    starts = span.starts()
    place = starts.get_indexer(pd.DatetimeIndex(sums["period_on"]))
    histories = {}
    for number, group in sums.assign(place=place).groupby("number"):
        history = np.zeros(len(starts))
        history[group["place"]] = group["value"].fillna(0.0)
        histories[int(str(number))] = history[group["place"].min() :]
    return histories
