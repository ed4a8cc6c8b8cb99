"""Table `regional_performance`: what each region sold, month by month, and how that compares."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.domains.retail.money import HUNDREDTHS_OF_PENCE, amounts

_YEAR = 12
_MIN_MONTHS = 2 * _YEAR  # below it some calendar month has no centred year around it
COUNTS = ["orders", "cancelled", "customers", "units", "delivered", "late"]
MONEY = ["sales", "returns", "fees"]
LARGEST = ["largest_order", "largest_order_id", "largest_customer", "largest_customer_id"]
COLUMNS = [
    "region_id",
    "region_name",
    "month_on",
    "is_complete",
    "revenue",
    "sales",
    "returns",
    "fees",
    "orders",
    "customers",
    "units",
    "average_order_value",
    "largest_order",
    "largest_order_id",
    "largest_customer_id",
    "largest_customer_share",
    "sales_share",
    "revenue_share",
    "revenue_place",
    "all_orders",
    "monthly_growth",
    "yearly_growth",
    "adjusted_growth",
    "revenue_per_1000_people",
    "revenue_per_gdp_billion",
    "return_rate",
    "others_return_rate",
    "cancellation_rate",
    "delivery_days_median",
    "late_share",
    "usual_late_share",
]
RATED_ORDERS = (
    20  # from this many orders of a month on a rate counts, and a growth from as many in both months
)


def regional_performance(
    months: pd.DataFrame, whole: pd.DatetimeIndex, regions: pd.DataFrame
) -> pd.DataFrame:
    """Return grain region by month, in that order, with no month missing from a region's first order on.

    Args:
        months: as `features.region_months` gives it.
        whole: the months that lie wholly inside the data; only these are compared with each other.
        regions: as `features.reference` gives it; a region it does not have keeps its figures and has no
            name.
    """
    if months.empty:
        return pd.DataFrame(columns=COLUMNS)
    rows = _without_gaps(months).merge(regions, how="left", on="region_id")
    rows["revenue"] = rows["sales"] - rows["returns"] - rows["fees"]
    rows["is_complete"] = rows["month_on"].isin(whole)
    rated = beside_all_regions(_rated(_compared(rows, whole)))
    return rated.assign(month_on=lambda table: table["month_on"].dt.date)[COLUMNS]


def beside_all_regions(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the place of each among all regions of its month, and with their usual rates.

    A filter by region leaves one of them, so a panel cannot compute these figures itself.
    """
    months = rows["month_on"]
    revenue = rows["revenue"].astype(float)
    order = rows.assign(revenue=-revenue).sort_values(["month_on", "revenue", "region_id"])
    is_many = rows["orders"] >= RATED_ORDERS
    late = rows["late_share"].astype(float).where(is_many)
    return_rate = rows["return_rate"].astype(float)
    # A rate above 1 is of goods of earlier months.
    sales = rows["sales"].astype(float).where(is_many & (return_rate <= 1), 0.0)
    returns = sales * return_rate.fillna(0.0)
    other_sales, other_returns = (
        values.groupby(months).transform("sum") - values for values in (sales, returns)
    )
    return rows.assign(
        revenue_share=_over(revenue, revenue.groupby(months).transform("sum")),
        revenue_place=order.groupby("month_on").cumcount() + 1,
        all_orders=rows["orders"].groupby(months).transform("sum"),
        others_return_rate=_over(other_returns.clip(lower=0.0), other_sales),
        usual_late_share=late.groupby(months).transform("mean"),
    )


def _without_gaps(months: pd.DataFrame) -> pd.DataFrame:
    calendar = pd.DataFrame(
        {"month_on": pd.date_range(months["month_on"].min(), months["month_on"].max(), freq="MS")}
    )
    starts = months.groupby("region_id").agg(first_on=("month_on", "min")).reset_index()
    grid = starts.merge(calendar, how="cross").query("month_on >= first_on")[["region_id", "month_on"]]
    full = grid.merge(months, how="left", on=["region_id", "month_on"])
    full[MONEY] = full[MONEY].map(lambda amount: Decimal(0) if pd.isna(amount) else amount)
    full[COUNTS] = full[COUNTS].fillna(0).astype("int64")
    full[LARGEST] = full[LARGEST].astype(object).where(full[LARGEST].notna(), None)
    return full.sort_values(["region_id", "month_on"], ignore_index=True)


def _compared(rows: pd.DataFrame, whole: pd.DatetimeIndex) -> pd.DataFrame:
    """Compare with the month before and the same month a year before, between whole months only.

    Fewer than `RATED_ORDERS` orders in one of both months say nothing about growth, and neither does a month
    of which half or more of the sales came back or was taken off.
    """
    sales, is_enough = rows["sales"].astype(float), rows["orders"] >= RATED_ORDERS
    revenue = rows["revenue"].astype(float)
    comparable = revenue.where(rows["is_complete"] & (revenue >= 0.5 * sales))
    adjusted = comparable / rows["month_on"].dt.month.map(_season(rows, whole))
    return rows.assign(
        sales_share=_over(sales, sales.groupby(rows["month_on"]).transform("sum")),
        monthly_growth=_growth(comparable, is_enough, rows["region_id"], 1),
        yearly_growth=_growth(comparable, is_enough, rows["region_id"], 12),
        adjusted_growth=_growth(adjusted, is_enough, rows["region_id"], 1),
    )


def _season(rows: pd.DataFrame, whole: pd.DatetimeIndex) -> dict[int, float]:
    """Return the shop's seasonal index of each calendar month; one region has too few sales for its own."""
    totals = rows["sales"].astype(float).groupby(rows["month_on"]).sum().reindex(whole, fill_value=0.0)
    indices = seasonal_indices(np.asarray(totals, dtype=float), int(whole[0].month) if len(whole) else 1)
    return dict(enumerate(indices.tolist(), start=1))


def _growth(
    values: pd.Series[Any], is_enough: pd.Series[bool], regions: pd.Series[Any], lag: int
) -> pd.Series[Any]:
    before = values.groupby(regions).shift(lag)
    both = is_enough & is_enough.groupby(regions).shift(lag, fill_value=False)
    return _over(values - before, before).where(both)


def _over(part: pd.Series[Any], whole: pd.Series[Any]) -> pd.Series[Any]:
    """Return the ratio, unknown where there is nothing to divide by."""
    return part / whole.where(whole > 0)


def _rated(rows: pd.DataFrame) -> pd.DataFrame:
    revenue, sales, returns = (rows[name].astype(float) for name in ("revenue", "sales", "returns"))
    invoices = rows["orders"] + rows["cancelled"]
    return rows.assign(
        average_order_value=amounts(_over(sales, rows["orders"]), HUNDREDTHS_OF_PENCE),
        revenue_per_1000_people=amounts(_over(revenue * 1e3, rows["population"]), HUNDREDTHS_OF_PENCE),
        revenue_per_gdp_billion=amounts(_over(revenue * 1e9, rows["gdp_usd"]), HUNDREDTHS_OF_PENCE),
        return_rate=_over(returns, sales),
        largest_customer_share=_over(rows["largest_customer"].astype(float), sales),
        cancellation_rate=_over(rows["cancelled"], invoices),
        late_share=_over(rows["late"], rows["delivered"]),
        region_name=rows["region_name"].where(rows["region_name"].notna(), np.array(None)),
    )


def seasonal_indices(sales: npt.NDArray[np.float64], first_month: int) -> npt.NDArray[np.float64]:
    """Return the sales of each calendar month over those of an average one; all NaN without enough data.

    Only months since the last one without sales count: a shop that has not begun, or is closed, has no
    season.

    Args:
        sales: shape (months,), without a gap, oldest first.
        first_month: calendar month of the first value, 1..12.

    Source:
        Classical multiplicative decomposition; Hyndman & Athanasopoulos, "Forecasting: Principles and
        Practice", 3rd ed., 3.4.
    """
    closed = np.flatnonzero(sales <= 0)
    begun = int(closed[-1]) + 1 if closed.size else 0
    sales, first_month = sales[begun:], first_month + begun
    if sales.size < _MIN_MONTHS:
        return np.full(_YEAR, np.nan)
    weights = np.r_[0.5, np.ones(_YEAR - 1), 0.5] / _YEAR
    ratios = sales[_YEAR // 2 : -_YEAR // 2] / np.convolve(sales, weights, "valid")
    calendar = (first_month - 1 + _YEAR // 2 + np.arange(ratios.size)) % _YEAR
    indices = np.bincount(calendar, ratios, _YEAR) / np.bincount(calendar, minlength=_YEAR)
    return np.asarray(indices / indices.mean(), dtype=float)
