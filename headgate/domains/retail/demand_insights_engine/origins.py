"""Past days from which the customer models learn, and on which they are tested.

An origin's window is not 90 calendar days: it is as long as the shop needed to reach the number of buyers
that are expected in the coming 90 days. A quiet winter is learnt from shorter windows of a busy autumn, so
the labels have the meaning that the forecast needs. The money of a window is then scaled to the money that is
expected.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import ibis
import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.domains.retail.demand_insights_engine import features
from headgate.domains.retail.demand_insights_engine.trading_clock import YEAR_DAYS, TradingClock
from headgate.domains.retail.usual_season import usual_change
from headgate.engines.frames import frame_of
from headgate.engines.stored_rows import StoredRows, float_columns, store_frames
from headgate.engines.write_rows import row_batches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from headgate.domains.retail.demand_insights_engine.learnt_customers import Sample

Array = npt.NDArray[np.float64]

DAYS_OF_YEAR = 365
LEARNT_ORIGINS, TESTED_ORIGINS = 3, 2
_LEARNT_APART_DAYS, _TESTED_APART_DAYS = 30, 21
POINTS = (
    "purchases",
    "recent_purchases",
    "recent_revenue",
    "products",
    "silence",
    "silence_in_gaps",
    "purchase_value",
    "revenue",
    "frequency",
    "age",
    "rhythm",
)
"""What the models read of a customer."""
_KEPT = ("recency_days", "silent_days", "bought", "spent")
HISTORY = (
    *("first_on", "last_on", "frequency", "purchases", "recent_purchases"),
    *("recent_revenue", "products", "revenue"),
)
"""The columns of a history that signals follow from."""
BUYERS_PART = 0.5
"""Of a change of sales, the part that lies in the number of buyers, on the logarithmic scale."""
VALUE_PURCHASES = 4.0
"""Purchases of the shop's mean that each customer's own mean is weighed against."""
MIN_HISTORY_DAYS = 56  # before an origin: younger shops have nobody with a rhythm


@dataclass(frozen=True)
class ShopForecast:
    """A forecast of the shop's sales of the coming window, from its weeks.

    Attributes:
        revenue: the part of all customers with a number, GBP.
        change: the shop's sales over those of the newest window of equal length.
    """

    revenue: float
    change: float


@dataclass(frozen=True)
class Coming:
    """The expectation of the shop for the days ahead: the same days of last year, times damped growth.

    After a launch the newest days, in the season of a usual shop, replace those of last year.

    Attributes:
        trading_days: on the shop's own clock.
        buyers: customers who buy at least once, new ones included; None where no year is known.
        revenue: of all customers with a number, GBP; None likewise.
        year_days: trading days of the coming year; 0 where none is asked for.
        is_season_known: whether a year is known that was no launch.
        recent_buyers, recent_revenue: of the customers known now, if they do as lately; None where that is
            not known.
        modelled_buyers, modelled_revenue: of the customers known now, by the model of purchases; None where
            the season is not known or no model could be learnt.
        forecast: of the shop's sales; None where its season is not known.
    """

    trading_days: float
    buyers: float | None
    revenue: float | None
    year_days: float = 0.0
    is_season_known: bool = True
    recent_buyers: float | None = None
    recent_revenue: float | None = None
    modelled_buyers: float | None = None
    modelled_revenue: float | None = None
    forecast: ShopForecast | None = None


@dataclass(frozen=True)
class CustomerOrigin:
    """Customers as they were known at the end of `after`, with what they did until the end of `until`.

    Attributes:
        customers: what the models read of them, on disk, with days of silence, `bought` and `spent`.
        buyers, revenue: of the whole shop in the window, customers who were not known yet included.
        scale: the money expected in the coming window over that of this one.
        returning: what all customers who were known did in the window, where `customers` are a sample of
            them.
    """

    after: date
    until: date
    customers: StoredRows
    buyers: int
    revenue: float
    scale: float
    returning: features.Returning | None = None

    @property
    def period(self) -> str:
        """The days of the window as an ISO 8601 interval."""
        return f"{self.after + timedelta(days=1)}/{self.until}"

    @property
    def left(self) -> npt.NDArray[np.bool_]:
        """Who bought nothing in the window."""
        return np.asarray(self.customers.column("bought") == 0)

    @property
    def spent(self) -> Array:
        """Net revenue of each customer in the window, GBP, scaled to the coming one."""
        return self._spent * self.scale

    @property
    def known_buyers(self) -> float:
        """The share of the window's buyers who were customers before."""
        came_back = self.returning.buyers if self.returning else (~self.left).sum()
        return float(came_back / self.buyers) if self.buyers else np.nan

    @property
    def known_revenue(self) -> float:
        """The share of the window's revenue that came from customers known before."""
        spent = self.returning.revenue if self.returning else self._spent.sum()
        return float(spent / self.revenue) if self.revenue else np.nan

    @property
    def _spent(self) -> Array:
        return self.customers.column("spent").astype(np.float64, copy=False)


@dataclass(frozen=True)
class Origins:
    """`newest` teach the published model, `tested` judge the recipes, which then learn from `earlier` only.

    Newest first.

    No window of `earlier` reaches beyond the first origin of `tested`.

    Attributes:
        share: of all customers, those that are drawn, who are the customers of every origin, 0..1.
    """

    newest: tuple[CustomerOrigin, ...]
    tested: tuple[CustomerOrigin, ...]
    earlier: tuple[CustomerOrigin, ...]
    share: float = 1.0


def signals(customers: pd.DataFrame, clock: TradingClock, until: date) -> pd.DataFrame:
    """Return the models' input, one row per history, in trading days and GBP.

    All of it was known at the end of `until`.
    """
    first, last = clock.at(customers.first_on), clock.at(customers.last_on)
    now, frequency = clock.on(until), customers.frequency.to_numpy(dtype=np.float64)
    # With one purchase there is no rhythm yet; the time since then replaces it.
    gap = np.maximum(np.where(frequency > 0, (last - first) / np.maximum(frequency, 1.0), now - first), 1.0)
    plain = customers[["purchases", "recent_purchases", "recent_revenue", "products"]].astype(np.float64)
    revenue = customers.revenue.astype(np.float64)
    return plain.assign(
        silence=now - last,
        silence_in_gaps=(now - last) / gap,
        purchase_value=revenue / customers.purchases,
        revenue=revenue,
        frequency=frequency,
        age=now - first,
        rhythm=last - first,
    )


def coming(days: ibis.Table, clock: TradingClock, as_of: date) -> Coming:
    """Return the expectation for the next days, from purchases up to `as_of`."""
    until = as_of + timedelta(days=features.HORIZON_DAYS)
    year_days = clock.between(as_of, as_of + timedelta(days=DAYS_OF_YEAR))
    without_year = Coming(clock.between(as_of, until), None, None, year_days, clock.knows_season)
    back_days = features.HORIZON_DAYS if clock.after_launch else YEAR_DAYS
    if not (clock.knows_season or clock.after_launch):
        return without_year
    buyers, revenue = _totals(
        days, as_of - timedelta(days=back_days), min(until - timedelta(days=back_days), as_of)
    )
    if not buyers:
        return without_year
    if clock.after_launch:
        change = usual_change(as_of, features.HORIZON_DAYS)
        return replace(without_year, buyers=buyers * change**BUYERS_PART, revenue=revenue * change)
    return replace(without_year, buyers=buyers * clock.growth, revenue=revenue * clock.growth)


def describe_histories(
    histories: Iterable[pd.DataFrame], clock: TradingClock, until: date, path: Path, kept: Sequence[str] = ()
) -> StoredRows:
    """Write the models' input of histories in parts to a file; return it with the `kept` columns."""
    return store_frames(
        (signals(part, clock, until).assign(**{name: part[name] for name in kept}) for part in histories),
        path,
    )


def origins(
    days: ibis.Table,
    clock: TradingClock,
    as_of: date,
    ahead: Coming,
    folder: Path,
    *,
    sample: Sample | None = None,
) -> Origins:
    """Return the past origins with windows like the coming one, which ended by `as_of`.

    Their customers are in files of the folder.

    Args:
        sample: the customers of the origins; None for all.
    """

    def at(after: date) -> CustomerOrigin:
        until = min(_until(days, clock, after, ahead), as_of)
        path = folder / f"customers-{after}.parquet"
        histories = (
            frame_of(part)
            for part in row_batches(features.observed(sample.days if sample else days, after, until))
        )
        customers = describe_histories(histories, clock, after, path, _KEPT)
        buyers, revenue = _totals(days, after, until)
        scale = ahead.revenue / revenue if ahead.revenue and revenue else 1.0
        returning = features.returning(days, after, until) if sample else None
        return CustomerOrigin(after, until, customers, buyers, revenue, scale, returning)

    first = _before(days, clock, as_of, ahead)
    tested = _stepping(clock, first, _TESTED_APART_DAYS, TESTED_ORIGINS)
    earlier = (
        _stepping(clock, _before(days, clock, tested[-1], ahead), _LEARNT_APART_DAYS, LEARNT_ORIGINS)
        if tested
        else []
    )
    newest = _stepping(clock, first, _LEARNT_APART_DAYS, LEARNT_ORIGINS)
    by_day = {after: at(after) for after in sorted({*newest, *tested, *earlier})}
    learnt, judged, before = (
        tuple(by_day[after] for after in some) for some in (newest, tested if earlier else [], earlier)
    )
    return Origins(learnt, judged, before, sample.share if sample else 1.0)


def _totals(days: ibis.Table, after: date, until: date) -> tuple[int, float]:
    """Return distinct buyers and revenue from the end of one day to the end of another."""
    some = days.filter(days.purchased_on > ibis.date(after), days.purchased_on <= ibis.date(until))
    sums = some.agg(buyers=some.customer_id.nunique(), revenue=some.revenue.sum()).to_pyarrow().to_pylist()[0]
    return int(sums["buyers"]), float(sums["revenue"] or 0)


def _until(days: ibis.Table, clock: TradingClock, after: date, ahead: Coming) -> date:
    """Return the day by which the shop had as many buyers as are coming, else by trading days."""
    if ahead.buyers is None:
        return clock.reached(after, ahead.trading_days)
    later = days.filter(days.purchased_on > ibis.date(after))
    return (
        _day(
            later.group_by("customer_id").agg(day=later.purchased_on.min()),
            round(ahead.buyers),
            newest_first=False,
        )
        or date.max
    )


def _before(days: ibis.Table, clock: TradingClock, until: date, ahead: Coming) -> date:
    """Return the last day after which the shop had as many buyers by `until` as are coming."""
    if ahead.buyers is None:
        return clock.origin_before(until, ahead.trading_days)
    past = days.filter(days.purchased_on <= ibis.date(until))
    day = _day(
        past.group_by("customer_id").agg(day=past.purchased_on.max()), round(ahead.buyers), newest_first=True
    )
    return day - timedelta(days=1) if day else clock.first_on


def _day(customers: ibis.Table, count: int, *, newest_first: bool) -> date | None:
    """Return the day in place `count` of the customers' days; None where they are fewer."""
    order = customers.day.desc() if newest_first else customers.day
    days = customers.order_by(order).limit(1, offset=max(count, 1) - 1).day.to_pyarrow().to_pylist()
    return days[0] if days else None


def _stepping(clock: TradingClock, first: date, apart_days: int, count: int) -> list[date]:
    """Return up to `count` days, that many days apart, newest first; none with too little history."""
    days = [first - timedelta(days=apart_days * number) for number in range(count)]
    return [day for day in days if (day - clock.first_on).days >= MIN_HISTORY_DAYS]


@dataclass(frozen=True)
class Expected:
    """The expectation for customers who are known now together in the coming window.

    None where no year is known.

    The shop's last year gives the whole, the newest origins the share of it that comes from customers known
    before.
    """

    buyers: float | None
    revenue: float | None

    def of_part(self, share: float) -> Expected:
        """Return the expectation for a part of these customers, drawn at random."""
        return Expected(
            *(None if figure is None else figure * share for figure in (self.buyers, self.revenue))
        )


@dataclass(frozen=True)
class KnownShares:
    """The shares of a window's buyers and revenue that come from customers known before it, 0..1.

    None where no window had any.
    """

    buyers: float | None = None
    revenue: float | None = None

    @classmethod
    def of(cls, some: tuple[CustomerOrigin, ...]) -> KnownShares:
        """Return the mean shares of origins whose windows are over."""
        return cls(*(_known_mean([getattr(origin, name) for origin in some]) for name in _KNOWN))

    def expected(self, ahead: Coming) -> Expected:
        """Return the known customers' part of what is coming."""
        if ahead.buyers is None or ahead.revenue is None or self.buyers is None or self.revenue is None:
            return Expected(None, None)
        buyers = mean_of(ahead.buyers * self.buyers, _recent_buyers(ahead), ahead.modelled_buyers)
        return Expected(buyers, _known_revenue(ahead, ahead.revenue * self.revenue, self.revenue))


def _recent_buyers(ahead: Coming) -> float | None:
    """Return the buyers of the groups of like customers in the season of the forecast.

    Half of a change of sales is in the number of buyers, on the logarithmic scale; see
    docs/adr/0139-one-total-of-several-views.md.
    """
    if ahead.recent_buyers is None or ahead.forecast is None:
        return ahead.recent_buyers
    return float(ahead.recent_buyers * ahead.forecast.change**BUYERS_PART)


def _known_revenue(ahead: Coming, by_last_year: float, share: float) -> float | None:
    """Return the geometric mean of the known ones of last year, forecast, similar groups and model."""
    forecast, recent = ahead.forecast, ahead.recent_revenue
    if forecast is None:
        return mean_of(by_last_year, recent, ahead.modelled_revenue)
    in_season = recent and recent * forecast.change
    return mean_of(by_last_year, forecast.revenue * share, in_season, ahead.modelled_revenue)


_KNOWN = ("known_buyers", "known_revenue")


def _known_mean(shares: Sequence[float]) -> float | None:
    finite = [share for share in shares if np.isfinite(share)]
    return float(np.mean(finite)) if finite else None


def expected(ahead: Coming, some: tuple[CustomerOrigin, ...]) -> Expected:
    """Return the known customers' part of what is coming, from origins whose windows are over."""
    return KnownShares.of(some).expected(ahead)


def mean_of(*totals: float | None) -> float | None:
    """Return the geometric mean of the totals that are neither None nor 0; None without any.

    >>> mean_of(2.0, 8.0, None), mean_of(None, None)
    (4.0, None)
    """
    views = [total for total in totals if total]
    return float(np.exp(np.log(views).mean())) if views else None


def drawn_value(revenue: Array, purchases: Array, mean: float) -> Array:
    """Return the value of a purchase of each customer, GBP: the customer's own mean, drawn to the shop's.

    >>> drawn_value(np.array([100.0]), np.array([1.0]), 50.0).tolist()
    [60.0]
    """
    return np.asarray((revenue + VALUE_PURCHASES * mean) / (purchases + VALUE_PURCHASES))


def points_of(some: Sequence[StoredRows], columns: Sequence[str] = POINTS) -> pd.DataFrame:
    """Return columns of the models' input of customers, in memory."""
    return pd.DataFrame(float_columns(some, columns).T, columns=list(columns), copy=False)


def together(
    some: tuple[CustomerOrigin, ...], columns: Sequence[str] = POINTS
) -> tuple[pd.DataFrame, npt.NDArray[np.bool_], Array]:
    """Return points, who left, and the money spent, over several origins."""
    points = points_of([origin.customers for origin in some], columns)
    return (
        points,
        np.concatenate([origin.left for origin in some]),
        np.concatenate([origin.spent for origin in some]),
    )
