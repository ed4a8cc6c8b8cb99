"""The shop's sales of the coming 90 days, from the customer models and from the shop's weeks.

Known customers, new customers, guests and corrections together are the total of market-intelligence-hub. A
system reads only its own datasets, so the forecast is computed here, with the hub's method in charge and the
same weeks. It is one of the views whose mean is the total of known customers, and new customers are a part of
it: docs/adr/0139-one-total-of-several-views.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.analytics import closures
from headgate.analytics.forecasting import SeriesHistories, Task
from headgate.analytics.level_and_season import level_and_season
from headgate.analytics.periods import WEEK, whole_periods
from headgate.analytics.point_forecasts import MIN_MODELLED
from headgate.domains.retail.demand_insights_engine import features
from headgate.domains.retail.demand_insights_engine.features import HORIZON_DAYS
from headgate.domains.retail.demand_insights_engine.origins import Coming, KnownShares, ShopForecast
from headgate.domains.retail.demand_insights_engine.trading_clock import YEAR_DAYS, TradingClock
from headgate.domains.retail.measures import Measure
from headgate.domains.retail.usual_season import with_usual_season
from headgate.facts.fact import Tables

Array = npt.NDArray[np.float64]

MODEL = "shop_total_90d"
NEAR = 0.1
"""Totals agree if neither is larger than the other by more than this."""
_FORECAST = "weekly forecast of the shop"
_DOUBTS = 1.25  # of 80 % of the errors of the library of shops; see docs/how-it-works/forecasts.md
_WEEK_DAYS = 7


@dataclass(frozen=True)
class WeeklyForecast:
    """A forecast of the shop's net sales of the coming 90 days, GBP, with the ends of its 80 % interval."""

    total: float
    low: float
    high: float


@dataclass(frozen=True)
class ExpectedSpending:
    """The customer models' expectations of the coming 90 days.

    Attributes:
        ahead: of the shop's customers, by last year.
        shares: of customers known before, in the windows that the models learnt from.
        known_customers: the sum of `expected_value_90d`, GBP.
        forecast: of the shop; None where too few weeks are known.
    """

    ahead: Coming
    shares: KnownShares
    known_customers: float
    forecast: WeeklyForecast | None


@dataclass(frozen=True)
class SalesByBuyer:
    """The net sales of the coming 90 days by who spends them, GBP.

    Attributes:
        known_customers: those who have bought; the sum of `expected_value_90d`.
        new: customers who buy for the first time; None where no past window shows their share.
        guests: orders without a customer, at their ratio to the others in the newest year.
        corrections: returns without a known purchase, and other lines that are in no customer's value.
    """

    known_customers: float
    new: float | None
    guests: float
    corrections: float

    @property
    def total(self) -> float | None:
        """The sum of all parts."""
        return None if self.new is None else self.known_customers + self.new + self.guests + self.corrections


def measures(
    days: ibis.Table, sold: pd.DataFrame, clock: TradingClock, spending: ExpectedSpending, as_of: date
) -> list[Measure]:
    """Return each part of the total, their sum beside the forecast, and their ratio with a reason in words.

    Args:
        days: purchase days of all customers.
        sold: as `sold_of` gives it.
    """
    forecast = spending.forecast
    new = _new(days, sold, clock, spending, as_of)
    parts = _parts(days, sold, as_of, spending.known_customers, new)
    period, rows = f"{as_of + timedelta(days=1)}/{as_of + timedelta(days=HORIZON_DAYS)}", len(sold)
    named = [
        (
            "known_customers_gbp",
            parts.known_customers,
            "the sum of expected_value_90d at the beginning of the newest day",
        ),
        ("new_customers_gbp", parts.new, "their share of earlier windows, of the forecast if there is one"),
        ("guests_gbp", parts.guests, "orders without a customer, at their ratio of the newest year"),
        ("corrections_gbp", parts.corrections, "returns without a known purchase, as in the newest year"),
    ]
    base = forecast.total if forecast else None
    total = parts.total
    ratio = total / base if total and base else None
    return [
        *(Measure(MODEL, name, period, value, rows_used=rows, note=note) for name, value, note in named),
        Measure(MODEL, "all_gbp", period, total, base, _FORECAST, rows, _interval_note(forecast)),
        Measure(
            MODEL,
            "ratio_to_forecast",
            period,
            ratio,
            1.0,
            _FORECAST,
            rows,
            reason(total, forecast, sold, clock, as_of),
        ),
    ]


def sold_of(tables: Tables, as_of: date) -> pd.DataFrame:
    """Return net sales by day, GBP: columns `by_customers` and `by_guests`, a row per day with sales."""
    rows = features.sold_days(tables, as_of).to_pandas()
    days = pd.DatetimeIndex(rows.pop("sold_on"))
    return pd.DataFrame(rows.to_numpy(dtype=np.float64), days, list(rows.columns))


def weekly_forecast(sold: pd.DataFrame, as_of: date) -> WeeklyForecast | None:
    """Return the forecast from the shop's whole weeks; None where fewer than ten are known.

    Closed weeks and the weeks before regular trade are treated as market-intelligence-hub treats them.
    """
    if sold.empty:
        return None
    total = sold.sum(axis=1)
    dated = ibis.memtable(pd.DataFrame({"ordered_at": total.index}))
    span = whole_periods(dated, "ordered_at", as_of, WEEK)
    starts = span.starts()
    if len(starts) < MIN_MODELLED:
        return None
    weeks = pd.DatetimeIndex(total.index).to_period(WEEK.frequency).start_time
    weekly: Array = total.groupby(weeks).sum().reindex(starts, fill_value=0.0).to_numpy()
    if closures.has_stopped(weekly, WEEK):
        return WeeklyForecast(0.0, 0.0, 0.0)
    opened = closures.filled(weekly, closures.closed_periods(weekly, starts, WEEK))
    parts = _shares_of_weeks(span.last + timedelta(days=_WEEK_DAYS), as_of)
    panel = with_usual_season(SeriesHistories((opened[closures.opened_at(weekly) :],)), span, parts.size)
    plain, factors = panel.without_events(Task(parts.size))
    outlook = level_and_season(plain, parts.size, WEEK.year, shapes=panel.shapes)
    means, doubt = outlook.means[0] * factors[0] * parts, _DOUBTS * outlook.doubt[0]
    low, high = (float((means * np.exp(side * doubt)).sum()) for side in (-1, 1))
    return WeeklyForecast(float(means.sum()), low, high)


def _shares_of_weeks(first: date, as_of: date) -> Array:
    """Return which share of each week from `first` lies in the 90 days after `as_of`."""
    until = as_of + timedelta(days=HORIZON_DAYS)
    days = pd.date_range(first, until)
    inside = (days > pd.Timestamp(as_of)).astype(np.float64)
    return np.bincount(np.arange(inside.size) // _WEEK_DAYS, inside) / _WEEK_DAYS


def with_forecast(
    ahead: Coming, days: ibis.Table, sold: pd.DataFrame, clock: TradingClock, forecast: WeeklyForecast | None
) -> Coming:
    """Return the expectation with the forecast of the shop, where the season of both is known.

    Args:
        days: purchase days of all customers.
        sold: as `sold_of` gives it, up to the day of the expectation.
    """
    if not (clock.knows_season and forecast and forecast.total > 0):
        return ahead
    as_of = clock.first_on + timedelta(days=clock.known_days - 1)
    newest = float(_after(sold, as_of - timedelta(days=HORIZON_DAYS)).sum().sum())
    of_customers = forecast.total * _customers_part(days, sold, as_of)
    if newest <= 0 or of_customers <= 0:
        return ahead
    return replace(ahead, forecast=ShopForecast(of_customers, forecast.total / newest))


def _after(sold: pd.DataFrame, day: date) -> pd.DataFrame:
    return sold[sold.index > pd.Timestamp(day)]


def _customers_part(days: ibis.Table, sold: pd.DataFrame, as_of: date) -> float:
    """Return what customers kept in the newest year over all sales of it."""
    after = as_of - timedelta(days=YEAR_DAYS)
    all_sales = float(_after(sold, after).sum().sum())
    return _bought(days, after) / all_sales if all_sales > 0 else 0.0


def _bought(days: ibis.Table, after: date) -> float:
    return float(days.filter(days.purchased_on > ibis.date(after)).revenue.sum().to_pyarrow().as_py() or 0)


def _new(
    days: ibis.Table, sold: pd.DataFrame, clock: TradingClock, spending: ExpectedSpending, as_of: date
) -> float | None:
    """Return the expected spending of new customers, GBP: their share of the shop's or customers' total."""
    share = spending.shares.revenue
    if share is None:
        share = _known_share(days, clock, as_of)
    if not share:
        return None
    of_customers = spending.forecast.total * _customers_part(days, sold, as_of) if spending.forecast else 0.0
    return (of_customers or spending.ahead.revenue or spending.known_customers / share) * (1 - share)


def _known_share(days: ibis.Table, clock: TradingClock, as_of: date) -> float | None:
    """Return the share of known customers in the newest 90 days, or the newer half of a short history."""
    after = as_of - timedelta(days=min(HORIZON_DAYS, clock.known_days // 2))
    spent = _bought(days, after)
    return features.returning(days, after, as_of).revenue / spent if spent else None


def _parts(
    days: ibis.Table, sold: pd.DataFrame, as_of: date, known_customers: float, new: float | None
) -> SalesByBuyer:
    after = as_of - timedelta(days=YEAR_DAYS)
    year, by_customers = _after(sold, after), _bought(days, after)
    of_customers = known_customers + (new or 0.0)
    if not by_customers:
        return SalesByBuyer(known_customers, new, 0.0, 0.0)
    guests = float(year["by_guests"].sum())
    corrections = float(year["by_customers"].sum()) - by_customers
    return SalesByBuyer(
        known_customers, new, of_customers * guests / by_customers, of_customers * corrections / by_customers
    )


def _interval_note(forecast: WeeklyForecast | None) -> str:
    if forecast is None:
        return f"no forecast: fewer than {MIN_MODELLED} whole weeks are known"
    return f"80 % interval of the forecast: {forecast.low:,.0f} to {forecast.high:,.0f} GBP"


def reason(
    total: float | None, forecast: WeeklyForecast | None, sold: pd.DataFrame, clock: TradingClock, as_of: date
) -> str | None:
    """Return why the totals differ by more than `NEAR`, in words; None where they agree."""
    if forecast is None:
        return f"not compared: fewer than {MIN_MODELLED} whole weeks are known"
    if total is None:
        return "not compared: no earlier window shows the share of new customers"
    if not forecast.total:
        return "the shop has sold nothing for a quarter: the forecast is zero"
    if 1 / (1 + NEAR) <= total / forecast.total <= 1 + NEAR:
        return None
    same, before = _before(sold, clock, as_of)
    inside = "inside" if forecast.low <= total <= forecast.high else "outside"
    compared = (
        f"of the {same}, customers give {total / before:.2f} times, the forecast "
        f"{forecast.total / before:.2f} times"
    )
    interval = f"the customers' total lies {inside} the forecast's 80 % interval"
    return "; ".join([*_doubts(clock), compared, interval])


def _doubts(clock: TradingClock) -> Sequence[str]:
    if clock.after_launch:
        return ("after a launch: customers as in the last quarter, in the season of a usual shop",)
    if not clock.knows_season:
        return ("less than a year is known: customers in the season of a usual shop",)
    return ()


def _before(sold: pd.DataFrame, clock: TradingClock, as_of: date) -> tuple[str, float]:
    """Return the sales of the same days of last year, or of the newest days where no year is known."""
    back = YEAR_DAYS if clock.knows_season else HORIZON_DAYS
    first = pd.Timestamp(as_of - timedelta(days=back))
    inside = sold[(sold.index > first) & (sold.index <= first + pd.Timedelta(days=HORIZON_DAYS))]
    name = "same days of last year" if clock.knows_season else f"newest {HORIZON_DAYS} days"
    return name, max(float(inside.sum().sum()), 1.0)
