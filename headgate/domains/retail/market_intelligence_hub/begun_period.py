"""The current period: its sales so far, and a forecast of it that includes them.

The series' method forecasts the complete period from earlier ones. Its first days give a second view: their
sales over the share that such days had in past periods. Both views are weighted by the inverse of their
variances, and the published mean is the sales so far plus the rest that both expect.

Source:
    Bates & Granger (1969), "The Combination of Forecasts": two unbiased forecasts with independent errors are
    weighted by the inverse of their variances.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import NormalDist

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.analytics.periods import ONE_DAY, Grain, Span
from headgate.domains.retail.market_intelligence_hub.features import DailySales, series_ids
from headgate.domains.retail.market_intelligence_hub.forecast_plan import ALL, LEVELS, OTHER, Plan
from headgate.domains.retail.market_intelligence_hub.reconcile import reconcile, summing_matrix
from headgate.domains.retail.market_intelligence_hub.sales_forecast import BOUNDS, SUM_BOUNDS
from headgate.domains.retail.money import PENCE, amounts

Array = npt.NDArray[np.float64]

PAST_PERIODS = 13  # a quarter of weeks, whose days show the usual share
MIN_PERIODS = 6  # with fewer, the usual share is not known
_DEVIATIONS_OF_80 = NormalDist().inv_cdf(0.9)
_DECEMBER, _CHRISTMAS_EVE = 12, 24


@dataclass(frozen=True)
class BegunPeriod:
    """Sales of the begun period, and of the same first days of past periods.

    Attributes:
        until: the last day with sales; those of later days are not known yet.
        total: the row of the series that sums all others.
        sold: shape (series,); sales until then, which add up to the penny.
        at_least: the same, where a leaf with more returns than sales counts as zero.
        first_days, complete: shape (series, past periods); sales of the same first days, and of all days.
    """

    until: date
    total: int
    sold: Array
    at_least: Array
    first_days: Array
    complete: Array


def with_sold_so_far(
    forecast: pd.DataFrame, sales: DailySales, events: pd.DataFrame, span: Span, plan: Plan
) -> pd.DataFrame:
    """Return the forecast, whose first period knows the sales of its days so far.

    Args:
        forecast: rows of `sales_forecast`; `sold_so_far`, `sold_until` and the fees are null.
        events: as `events_of` gives them. A period with an event, or with Christmas or New Year, has no usual
            share: its forecast is raised to what is sold, and otherwise stays.
        span: the complete periods.
    """
    next_rows = forecast["horizon"] == 1
    ahead = forecast[next_rows]
    if ahead.empty:
        return forecast
    begins = ahead["period_on"].iloc[0]
    is_usual = not _is_unusual(begins, events, plan.grain)
    past = _past_periods(begins, span.first, events, plan.grain) if is_usual else []
    begun = _begun_period(sales, ahead, [begins, *past], span, plan)
    if begun is None:
        return forecast
    informed = _with_fees(_informed(ahead, begun, plan), sales.fees(begins, begun.until))
    return _with_sums(forecast, pd.concat([informed, forecast[~next_rows]]).sort_index())


def _informed(ahead: pd.DataFrame, begun: BegunPeriod, plan: Plan) -> pd.DataFrame:
    """Return the rows of the begun period with the sales so far, and values that know them."""
    means = ahead["mean"].to_numpy(dtype=float)
    bounds = {name: ahead[name].to_numpy(dtype=float) for name in BOUNDS}
    expected, factor = _expected(means, bounds, begun)
    spread = factor * (bounds["upper_80"] - bounds["lower_80"]) / 2
    summing = summing_matrix(ahead, plan.levels[-1])
    rest = reconcile((expected - begun.at_least)[:, None], spread, summing, begun.total)[:, 0]
    mean, sold = begun.at_least + rest, np.maximum(begun.sold, 0.0)
    moved = {name: np.maximum(mean + factor * (bound - means), sold) for name, bound in bounds.items()}
    columns = {"mean": mean, **moved, "sold_so_far": begun.sold}
    return ahead.assign(**{name: amounts(values) for name, values in columns.items()}, sold_until=begun.until)


def _with_fees(informed: pd.DataFrame, fees: tuple[Decimal, date] | None) -> pd.DataFrame:
    """Return the rows whose total names the fees in its sales so far, and the day of their largest part."""
    is_total = informed["level"] == "total"
    amount, day = fees or (None, None)
    return informed.assign(
        fees_so_far=pd.Series(amount, informed.index, dtype=object).where(is_total, None),
        fees_on=pd.Series(day, informed.index, dtype=object).where(is_total, None),
    )


def _with_sums(before: pd.DataFrame, informed: pd.DataFrame) -> pd.DataFrame:
    """Return the forecast whose sums know the sales so far too.

    A sum moves by as much as its first period, and loses what that period loses of its doubt: as much as if
    periods erred independently of each other, the least that it can be.
    """
    shape = (-1, int(before["horizon"].max()))

    def by_step(rows: pd.DataFrame, name: str) -> Array:
        return rows[name].to_numpy(dtype=float).reshape(shape)

    sums = {"sum_mean": np.cumsum(by_step(informed, "mean"), axis=1)}
    sold = np.maximum(by_step(informed, "sold_so_far")[:, :1], 0.0)
    for bound, of_sum in zip(BOUNDS, SUM_BOUNDS, strict=True):
        widths = by_step(before, bound) - by_step(before, "mean")
        first = by_step(informed, bound)[:, :1] - by_step(informed, "mean")[:, :1]
        squares = np.cumsum(widths**2, axis=1)
        left = 1 - np.divide(
            np.maximum(widths[:, :1] ** 2 - first**2, 0.0),
            squares,
            out=np.zeros_like(squares),
            where=squares > 0,
        )
        offset = (by_step(before, of_sum) - by_step(before, "sum_mean")) * np.sqrt(left)
        sums[of_sum] = np.maximum(sums["sum_mean"] + offset, sold)
        sums[of_sum][:, 0] = by_step(informed, bound)[:, 0]
    return informed.assign(**{name: amounts(values.ravel()) for name, values in sums.items()})


def _expected(means: Array, bounds: Mapping[str, Array], begun: BegunPeriod) -> tuple[Array, Array]:
    """Return the mean of each series that knows its sales so far, and by what its interval shrinks."""
    sold = begun.at_least
    if begun.first_days.shape[1] < MIN_PERIODS:
        return np.maximum(means, sold), np.ones_like(means)
    share, deviation = _usual_share(begun)
    with np.errstate(divide="ignore", invalid="ignore"):
        doubt = np.log(bounds["upper_80"] / np.maximum(bounds["lower_80"], 0.0)) / (2 * _DEVIATIONS_OF_80)
        weight = doubt**2 / (doubt**2 + deviation**2)
    is_known = np.isfinite(doubt) & np.isfinite(deviation) & (sold > 0) & (share > 0)
    weight = np.where(is_known, weight, 0.0)
    by_share = np.divide(sold * (1 - share), share, out=np.zeros_like(sold), where=is_known)
    rest = (1 - weight) * means * (1 - share) + weight * by_share
    # The days that are left are a part of the period, and two views are nearer than one.
    return sold + rest, np.sqrt(np.minimum(1 - share, 1 - weight))


def _usual_share(begun: BegunPeriod) -> tuple[Array, Array]:
    """Return the usual share of the first days in a period's sales, and the deviation of its logarithm.

    Shape (series,) each. A series without sales in the first days of any past period has the share of the
    total, and no finite deviation.
    """
    of_all = begun.complete.sum(axis=1)
    is_steady = ((begun.first_days > 0) & (begun.complete > 0)).all(axis=1)
    pooled = np.divide(begun.first_days.sum(axis=1), of_all, out=np.ones_like(of_all), where=of_all > 0)
    share = np.clip(np.where(is_steady, pooled, pooled[begun.total]), 0.0, 1.0)
    shares = begun.first_days[is_steady] / begun.complete[is_steady]
    deviation = np.full(len(share), np.inf)
    deviation[is_steady] = np.log(shares).std(axis=1, ddof=1) * np.sqrt(1 + 1 / shares.shape[1])
    return share, deviation


def _begun_period(
    sales: DailySales, ahead: pd.DataFrame, periods: Sequence[date], span: Span, plan: Plan
) -> BegunPeriod | None:
    """Return the sales of the first of `periods`, which may have begun, and of the others."""
    split = LEVELS[plan.levels[-1]]
    leaf_days = sales.cells(span, plan.top_categories) if "category" in split else sales.days
    days = _days_of_leaves(leaf_days, ahead, min(periods), plan)
    until = days["sold_on"].max() if len(days) else None
    if until is None or until < periods[0]:
        return None
    length = until - periods[0]
    leaves = ahead["series_id"][ahead["level"] == plan.levels[-1]]
    summing = summing_matrix(ahead, plan.levels[-1])

    def sold(first: date, last: date) -> Array:
        inside = days[(days["sold_on"] >= first) & (days["sold_on"] <= last)]
        return (
            inside.groupby("series_id")["revenue"].sum().reindex(leaves, fill_value=0.0).to_numpy(dtype=float)
        )

    so_far = np.round(sold(periods[0], until), PENCE)
    past = [(first, plan.grain.shifted(first, 1) - ONE_DAY) for first in periods[1:]]
    empty = np.empty((len(ahead), 0))
    return BegunPeriod(
        until,
        int(np.flatnonzero(ahead["level"] == "total")[0]),
        summing @ so_far,
        summing @ np.maximum(so_far, 0.0),
        np.column_stack([empty, *(summing @ sold(first, min(first + length, last)) for first, last in past)]),
        np.column_stack([empty, *(summing @ sold(first, last) for first, last in past)]),
    )


def _days_of_leaves(rows: ibis.Table, ahead: pd.DataFrame, first: date, plan: Plan) -> pd.DataFrame:
    """Return the sales of each day from `first` on, by the series that the others sum."""
    split = set(LEVELS[plan.levels[-1]])
    kept = ["region_id", "category"] if "category" in split else ["region_id"]
    days = rows.filter(rows.sold_on >= ibis.date(first)).select(*kept, "sold_on", "revenue").to_pandas()
    if "category" not in days:
        days["category"] = ALL
    for column in ("region_id", "category"):
        names = set(ahead[column]) - {ALL, OTHER}
        days[column] = days[column].where(days[column].isin(names), OTHER) if column in split else ALL
    named: pd.DataFrame = days.assign(level=plan.levels[-1], sold_on=pd.to_datetime(days["sold_on"]).dt.date)
    named["series_id"] = series_ids(named)
    return named


def _past_periods(begins: date, first: date, events: pd.DataFrame, grain: Grain) -> list[date]:
    """Return the newest complete periods that show a usual share of their first days."""
    before = (grain.shifted(begins, -number) for number in range(1, PAST_PERIODS + 1))
    return [period for period in before if period >= first and not _is_unusual(period, events, grain)]


def _is_unusual(begins: date, events: pd.DataFrame, grain: Grain) -> bool:
    """Return whether a period has an event of the calendar, or a day from Christmas Eve to New Year."""
    ends = grain.shifted(begins, 1) - ONE_DAY
    days = pd.date_range(begins, ends)
    has_holiday = ((days.month == _DECEMBER) & (days.day >= _CHRISTMAS_EVE)) | (days.dayofyear == 1)
    touched = (events["starts_on"] <= pd.Timestamp(ends)) & (events["ends_on"] >= pd.Timestamp(begins))
    return bool(has_holiday.any() or touched.any())
