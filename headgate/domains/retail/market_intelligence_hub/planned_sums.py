"""The rule by which each sum of periods is planned: the forecast, the mean of the last 8, or neither."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.domains.retail.money import amounts

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FORECAST, MEAN_OF_8, NEITHER, NOT_TESTED = "the forecast", "mean of last 8", "neither", "not tested"
COLUMNS = ["plan_by", "plan_amount", "plan_reason"]
# Above 50 % a forecast is "inaccurate": Lewis (1982), Industrial and Business Forecasting Methods, p. 40.
MAX_OFF_BY = 50.0
CHANCE = 7 / 6  # A difference below a seventh may be chance.
SIMILAR = (0.75, 1.33)  # Amounts between these multiples of the forecast need no decision.


class _Sums(NamedTuple):
    forecast: Array
    mean: Array
    last_year: Array
    off: Array
    mean_off: Array
    sold: Array
    is_tested: Flags

    @property
    def last_year_contradicts_the_mean(self) -> Flags:
        low, high = (self.forecast * limit for limit in SIMILAR)
        is_similar = (low <= self.mean) & (self.mean <= high)
        return ~is_similar & (abs(self.last_year - self.forecast) < abs(self.last_year - self.mean))


def with_plan(forecast: pd.DataFrame, history: pd.DataFrame, accuracy: pd.DataFrame) -> pd.DataFrame:
    """Return the forecast with rule, amount and reason for each sum of the first periods ahead."""
    if forecast.empty:
        return forecast
    sums = _sums(forecast, history, accuracy)
    rules, reasons = _rules(sums, _column(forecast, "sum_windows"))
    # A period that has begun sells at least what it has sold.
    by_mean = np.fmax(np.maximum(sums.mean, 0.0), sums.sold)
    chosen = np.select([rules == FORECAST, rules == MEAN_OF_8], [sums.forecast, by_mean], np.nan)
    amount = pd.Series([None] * len(forecast), forecast.index, dtype=object)
    amount[~np.isnan(chosen)] = amounts(chosen[~np.isnan(chosen)])
    return forecast.assign(plan_by=rules, plan_amount=amount, plan_reason=reasons)


def _rules(sums: _Sums, windows: Array) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    usable = sums.off <= MAX_OFF_BY
    mean_usable = (sums.mean_off <= MAX_OFF_BY) & ~np.isnan(sums.mean)
    mean_nearer = mean_usable & (sums.mean_off * CHANCE < sums.off)
    by_year = sums.last_year_contradicts_the_mean
    cases = [
        (sums.is_tested & ~(sums.off >= 0), NOT_TESTED, "nothing was sold in the tests"),
        (~sums.is_tested | ~(windows > 0), NOT_TESTED, "the history is too short"),
        (~usable & ~mean_usable, NEITHER, "too far off in tests"),
        (~usable & by_year, NEITHER, "the forecast was too far off, and last year contradicts the mean"),
        (~usable, MEAN_OF_8, "the forecast was too far off"),
        (sums.sold > 0, FORECAST, "it knows what is sold of it"),
        (mean_nearer & by_year, FORECAST, "last year is nearer to it"),
        (mean_nearer, MEAN_OF_8, "clearly nearer in tests"),
        (np.isnan(sums.mean_off), FORECAST, "no other rule was tested"),
        (sums.mean_off > sums.off * CHANCE, FORECAST, "clearly nearer in tests"),
    ]
    flags = [flag for flag, _, _ in cases]
    rules = np.select(flags, [rule for _, rule, _ in cases], FORECAST).astype(object)
    return rules, np.select(flags, [why for _, _, why in cases], "as near, and has a season").astype(object)


def _sums(forecast: pd.DataFrame, history: pd.DataFrame, accuracy: pd.DataFrame) -> _Sums:
    series, steps = forecast["series_id"], _column(forecast, "horizon")
    begins = pd.to_datetime(forecast["period_on"])
    history = history.assign(
        period_on=pd.to_datetime(history["period_on"]), revenue=_column(history, "revenue")
    )
    lately = history[history["period_on"] < begins.min()].sort_values("period_on")
    means = lately.groupby("series_id")["revenue"].apply(lambda revenue: revenue.tail(8).mean())
    is_tested = set(accuracy.loc[_column(accuracy, "windows") > 0, "series_id"])
    return _Sums(
        forecast=_column(forecast, "sum_mean"),
        mean=series.map(means).to_numpy(dtype=float) * steps,
        last_year=_last_year(forecast, begins, history),
        off=_column(forecast, "sum_off_by"),
        mean_off=_column(forecast, "sum_off_by_mean_of_8"),
        sold=np.where(steps == 1, _column(forecast, "sold_so_far"), np.nan),
        is_tested=series.isin(is_tested).to_numpy(dtype=bool),
    )


def _last_year(forecast: pd.DataFrame, begins: pd.Series[pd.Timestamp], history: pd.DataFrame) -> Array:
    """Return the sums of the same periods of last year; NaN where one of them is unknown."""
    is_month = forecast["grain"] == "month"
    before = (begins - pd.Timedelta(days=364)).where(~is_month, begins - pd.DateOffset(months=12))
    by_period = history.drop_duplicates(["series_id", "period_on"]).set_index(["series_id", "period_on"])[
        "revenue"
    ]
    keys = pd.MultiIndex.from_arrays([forecast["series_id"], before])
    rows = forecast[["series_id", "horizon"]].assign(revenue=by_period.reindex(keys).to_numpy(dtype=float))
    ordered = rows.sort_values(["series_id", "horizon"])
    sums = ordered.groupby("series_id")["revenue"].transform(lambda revenue: revenue.cumsum(skipna=False))
    return sums.reindex(rows.index).to_numpy(dtype=float)


def _column(rows: pd.DataFrame, name: str) -> Array:
    return pd.to_numeric(rows[name]).to_numpy(dtype=float, na_value=np.nan)
