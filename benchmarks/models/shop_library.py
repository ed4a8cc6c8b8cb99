"""Shops of many shapes, generated and real, whose forecasts are compared with what followed.

Half of the shops is for choosing methods and settings, the other half is held out: it is measured, and
chooses nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.models.forecast import read_series
from headgate.analytics.periods import MONTH, WEEK, Grain, Span
from headgate.domains.retail.market_intelligence_hub.features import COUNTS, MONEY, SERIES, series_ids
from headgate.domains.retail.market_intelligence_hub.forecast_plan import ALL, LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Array = npt.NDArray[np.float64]

DATA = Path(os.environ.get("HEADGATE_DATA") or Path(__file__).resolve().parents[3] / "shared" / "data")
YEAR = 52
WEEKS = 156  # of a generated shop
ORIGINS_IN_WEEKS = (44, 53, 57, 62, 80, 112)
ORIGINS_AT_YEAR_END = (49, 51, 52, 53, 55)  # of a history that begins in the first weeks of December
ORIGINS_OF_YOUNG = (20, 26, 34, 44, 52, 60)
SEEDS = 6  # of each shape that is forecast at the end of its first year, every second one held out
ORIGINS_BEFORE_CHRISTMAS = (56, 88, 91, 93, 95)  # of a history that begins in February
ORIGINS_OF_GROCER = (20, 26, 32, 38, 44)
ORIGINS_BEFORE_SUMMER = (52, 60, 70, 76, 80)  # the closed weeks of last year lie ahead of the last three
ORIGINS_IN_MONTHS = (14, 18, 22, 30)
REGIONS, CATEGORIES = 3, 3  # of a generated shop
TRIAL_SHARE = 0.3  # of the weeks before a shop opens have a few sales
CELL_NOISE = 0.35  # standard deviation of a cell's week beyond that of its shop, on the logarithmic scale
LARGEST = {"region": 3, "category": 3}  # of a real shop; the others are summed
DAYS_OF_YEAR, CHRISTMAS_EVE, OPEN_SHARE = 365.25, 358, 5 / 7  # a week has five days of trade
M4_PIECE = 143  # weeks of a series of M4


@dataclass(frozen=True)
class Shop:
    """Sales by period of a shop, and the lengths of history after which it is forecast.

    Attributes:
        cells: one column for each pair of region and category; rows are periods without gaps, by their first
            days.
        is_held_out: whether the shop chooses no method and no setting.
        is_generated: whether the shop is made by this module.
    """

    name: str
    grain: Grain
    cells: pd.DataFrame
    origins: tuple[int, ...]
    is_held_out: bool
    is_generated: bool

    def sales(self, periods: int) -> tuple[pd.DataFrame, Span]:
        """The first periods of the shop as `sales_by_period` gives them, with their span."""
        starts = pd.DatetimeIndex(self.cells.index[:periods])
        rows = self._all_rows[self._all_rows["period_on"] <= starts[-1]]
        begun = rows[
            rows.groupby("series_id")["revenue"].transform(lambda revenue: revenue.abs().cumsum()) > 0
        ]
        return begun.reset_index(drop=True), Span(starts[0].date(), starts[-1].date(), self.grain)

    def ahead(self, periods: int, horizon: int) -> pd.DataFrame:
        """The sales of the coming periods, one column for each series."""
        rows = self._all_rows[self._all_rows["period_on"].isin(self.cells.index[periods : periods + horizon])]
        return rows.assign(revenue=rows["revenue"].astype(float)).pivot_table(
            index="period_on", columns="series_id", values="revenue"
        )

    @cached_property
    def _all_rows(self) -> pd.DataFrame:
        """All periods of each series, which all origins share."""
        return pd.concat([_at_level(self.cells, level) for level in LEVELS], ignore_index=True)


def library() -> Iterator[Shop]:
    """All shops: the generated ones, and the real ones whose data are here."""
    yield from generated_shops()
    for real in (bike_sharing, olist_orders, online_orders, australian_retail, m4_weekly):
        yield from real()


@dataclass(frozen=True)
class GeneratedShop:
    """How a shop of a shape is generated.

    Attributes:
        seeds: of its random numbers.
        first: the first Monday; empty: any of 2021.
        begun_weeks: of the first of its years, when the shop begins.
    """

    name: str
    shape: Callable[[np.random.Generator, Array], Array]
    seeds: tuple[int, ...]
    origins: tuple[int, ...]
    is_held_out: bool
    first: str = ""
    begun_weeks: int = 0

    def generator(self) -> np.random.Generator:
        """Return the shop's random numbers from the first one on."""
        return np.random.default_rng(self.seeds)

    def starts(self, rng: np.random.Generator) -> pd.DatetimeIndex:
        """Return the first days of the weeks; the first number that a shop draws decides them."""
        begins = pd.Timestamp(2021, 1, 4) + pd.Timedelta(weeks=int(rng.integers(0, YEAR)))
        return pd.date_range(pd.Timestamp(self.first) if self.first else begins, periods=WEEKS, freq="7D")

    def total(self, rng: np.random.Generator) -> Array:
        """Return the sales of each week."""
        return 5_000 * self.shape(rng, self.starts(rng).dayofyear.to_numpy(dtype=float) / 365.25)


def generated() -> Iterator[GeneratedShop]:
    """Two shops of each shape, the second one held out, and more of those that the first year decides.

    Shapes that were added when settings had been chosen are held out.
    """
    for number, shape in enumerate(SHAPES):
        for seed in (0, 1):
            name, begun = f"{shape.__name__} {seed}", 13 * (shape is summer_trade)
            yield GeneratedShop(name, shape, (number, seed), ORIGINS_IN_WEEKS, bool(seed), begun_weeks=begun)
    for shape, first, origins, begun, shops in (
        (gift_shop, "2020-11-30", ORIGINS_AT_YEAR_END, 4, SEEDS),
        (young, "", ORIGINS_OF_YOUNG, 0, SEEDS),
        (department, "2021-02-01", ORIGINS_BEFORE_CHRISTMAS, 0, 2),
        (grocer, "", ORIGINS_OF_GROCER, 0, 2),
        (closed_summer, "2020-11-30", ORIGINS_BEFORE_SUMMER, 0, 2),
    ):
        for seed in range(shops):
            seeds = (len(shape.__name__), seed, 7)
            name = f"{shape.__name__} {seed}"
            is_held_out = bool(seed % 2) or shops < SEEDS
            yield GeneratedShop(name, shape, seeds, origins, is_held_out, first, begun)


def generated_shops() -> Iterator[Shop]:
    """The sales of the generated shops."""
    yield from map(_generated, generated())


def _generated(shop: GeneratedShop) -> Shop:
    rng = shop.generator()
    starts = shop.starts(rng)
    total = 5_000 * shop.shape(rng, starts.dayofyear.to_numpy(dtype=float) / 365.25)
    shares = np.outer(rng.dirichlet(np.full(REGIONS, 3.0)), rng.dirichlet(np.full(CATEGORIES, 3.0))).ravel()
    cells = shares * np.exp(CELL_NOISE * rng.standard_normal((WEEKS, shares.size)))
    cells *= (total / cells.sum(axis=1))[:, None]
    names = pd.MultiIndex.from_product(
        [[f"R{place}" for place in range(REGIONS)], [f"C{place}" for place in range(CATEGORIES)]]
    )
    frame = pd.DataFrame(cells, index=starts, columns=names)
    return Shop(shop.name, WEEK, frame, shop.origins, shop.is_held_out, is_generated=True)


def _noise(rng: np.random.Generator, size: float) -> Array:
    return np.exp(size * rng.standard_normal(WEEKS))


def _years() -> Array:
    return np.arange(WEEKS) / YEAR


def _peak(when: Array, at: float, width: float) -> Array:
    """A bell around a part of the year, 0..1."""
    distance = np.abs((when - at + 0.5) % 1 - 0.5)
    return np.asarray(np.exp(-0.5 * (distance / width) ** 2))


def launch(rng: np.random.Generator, when: Array) -> Array:
    """Sales grow for the first half year or longer, and stay."""
    middle = rng.uniform(8, 30)
    return (
        (1 / (1 + np.exp(-(np.arange(WEEKS) - middle) / rng.uniform(3, 8))) + 0.02)
        * (1 + 0.3 * _peak(when, 0.95, 0.04))
        * _noise(rng, 0.1)
    )


def growth(rng: np.random.Generator, when: Array) -> Array:
    """Sales grow by a third to two thirds a year, with a season."""
    return (
        np.exp(rng.uniform(0.3, 0.5) * _years())
        * (1 + 0.25 * np.sin(2 * np.pi * (when - rng.uniform())))
        * _noise(rng, 0.12)
    )


def decline(rng: np.random.Generator, when: Array) -> Array:
    """Sales fall by a quarter to a third a year, with a season."""
    return (
        np.exp(-rng.uniform(0.3, 0.45) * _years())
        * (1 + 0.2 * np.sin(2 * np.pi * (when - rng.uniform())))
        * _noise(rng, 0.12)
    )


def closure(rng: np.random.Generator, when: Array) -> Array:
    """The shop is closed for ten weeks once, in its first year."""
    sales = (1 + 0.5 * _peak(when, 0.93, 0.05)) * _noise(rng, 0.12)
    begin = int(rng.integers(12, 36))
    sales[begin : begin + 10] = 0
    return sales


def christmas(rng: np.random.Generator, when: Array) -> Array:
    """Sales are two to four times as high in the weeks before Christmas, and low in January."""
    height = rng.uniform(1.2, 3)
    return (
        np.exp(0.08 * _years())
        * (1 + height * _peak(when, 0.93, 0.035) - 0.3 * _peak(when, 0.04, 0.03))
        * _noise(rng, 0.1)
    )


def promotions(rng: np.random.Generator, when: Array) -> Array:
    """Every seventh week or so has a promotion that no calendar states."""
    return (1 + 0.8 * (rng.random(WEEKS) < 1 / 7)) * (1 + 0.3 * _peak(when, 0.9, 0.06)) * _noise(rng, 0.1)


def one_big_customer(rng: np.random.Generator, when: Array) -> Array:
    """A customer orders as much as all others in one week of six, and stops in the second year."""
    orders = (
        (rng.random(WEEKS) < 1 / 6)
        * (np.arange(WEEKS) < rng.integers(60, 110))
        * rng.uniform(0.6, 1.5, WEEKS)
    )
    return (1 + 0.1 * np.sin(2 * np.pi * when)) * _noise(rng, 0.15) + orders


def constant(rng: np.random.Generator, when: Array) -> Array:
    """No season and no growth."""
    return _noise(rng, 0.08) + 0 * when


def takeaway(rng: np.random.Generator, when: Array) -> Array:
    """A trial with few weeks of sales, a slow start, then a level that drifts.

    Quiet in summer, busy at New Year.
    """
    begin = int(rng.integers(6, 16))
    level = np.exp(np.cumsum(0.03 * rng.standard_normal(WEEKS))) * (
        1 - np.exp(-np.maximum(np.arange(WEEKS) - begin, 0) / 10)
    )
    sales = level * (1 - 0.15 * _peak(when, 0.6, 0.08) + 0.25 * _peak(when, 0.98, 0.02)) * _noise(rng, 0.1)
    sales[:begin] = np.where(rng.random(begin) < TRIAL_SHARE, 0.05, 0)
    return sales


def steps(rng: np.random.Generator, when: Array) -> Array:
    """The level changes suddenly twice a year, up or down by as much as a third; one summer peak."""
    changes = np.where(rng.random(WEEKS) < 2 / YEAR, rng.uniform(-0.4, 0.4, WEEKS), 0)
    return np.exp(np.cumsum(changes)) * (1 + 0.3 * _peak(when, 0.55, 0.06)) * _noise(rng, 0.1)


def summer_trade(rng: np.random.Generator, when: Array) -> Array:
    """Sales in summer are several times those in winter, and years differ by a fifth."""
    years = np.exp(0.15 * rng.standard_normal(5))[(np.arange(WEEKS) + 13) // YEAR]
    return years * (0.25 + 1.2 * _peak(when, 0.55, 0.11)) * _noise(rng, 0.15)


def few_orders(rng: np.random.Generator, when: Array) -> Array:
    """A small shop: two to six orders a week, of very different amounts."""
    orders = rng.poisson(rng.uniform(2, 5) * (1 + 0.5 * _peak(when, 0.92, 0.05)))
    return np.array([rng.lognormal(-2, 0.7, count).sum() for count in orders])


def gift_shop(rng: np.random.Generator, when: Array) -> Array:
    """A wholesaler of gifts: sales grow from September to a peak before Christmas, and end there.

    It is closed for one to two weeks then. A year is up to 15 % above or below the one before.
    """
    begins, top = rng.uniform(240, 275), rng.uniform(318, 335)
    day, slow = when * DAYS_OF_YEAR, rng.uniform(345, 355)
    falling = np.clip(0.5 + 0.5 * (slow - day) / (slow - top), 0.3, 1.0)
    autumn = np.where(day <= top, np.clip((day - begins) / (top - begins), 0, 1), falling)
    heights = rng.uniform(0.5, 2.0) * np.exp(0.12 * rng.standard_normal(5))
    level = np.exp(np.log(rng.uniform(0.85, 1.15)) * _years())
    closed = rng.integers(6, 14)
    since = (day - CHRISTMAS_EVE) % DAYS_OF_YEAR  # of the first day of the week
    until = np.clip(since + 7 - DAYS_OF_YEAR, 0, closed)  # closed days of a week that begins before
    shut = np.where(since < closed, np.minimum(closed - since, 7), until) / 7
    sales = level * (1 + heights[(np.arange(WEEKS) + 4) // YEAR] * autumn)
    open_share = np.clip(1 - shut / OPEN_SHARE, 0, 1)
    return np.asarray(sales * _noise(rng, rng.uniform(0.08, 0.2)) * open_share, dtype=np.float64)


def young(rng: np.random.Generator, when: Array) -> Array:
    """A takeaway whose first weeks are a launch, and whose level then drifts."""
    begin = int(rng.integers(0, 5))
    grown = 1 - rng.uniform(0.7, 1) * np.exp(-np.maximum(np.arange(WEEKS) - begin, 0) / rng.uniform(1.5, 8))
    level = grown * np.exp(np.cumsum(rng.uniform(0, 0.04) * rng.standard_normal(WEEKS)))
    season = 1 - 0.1 * rng.random() * _peak(when, 0.6, 0.08) + 0.25 * rng.random() * _peak(when, 0.98, 0.02)
    sales = level * season * _noise(rng, rng.uniform(0.07, 0.2))
    sales[:begin] = np.where(rng.random(begin) < TRIAL_SHARE, 0.05, 0)
    return sales


def department(rng: np.random.Generator, when: Array) -> Array:
    """A department of a chain: quiet weeks are alike, and the peaks before Christmas return each year."""
    heights = rng.uniform(0.2, 0.8), rng.uniform(0.3, 1.5), rng.uniform(0.0, 0.3)
    peaks = ((0.89, 0.006), (0.955, 0.012), (0.27, 0.01))
    season = 1 + sum(height * _peak(when, *peak) for height, peak in zip(heights, peaks, strict=True))
    return np.asarray(
        np.exp(rng.uniform(-0.05, 0.08) * _years()) * season * _noise(rng, rng.uniform(0.015, 0.04))
    )


def grocer(rng: np.random.Generator, when: Array) -> Array:
    """A shop for daily needs: sales of nearly all weeks lie within a tenth of their mean."""
    season = (
        1 + 0.03 * np.sin(2 * np.pi * (when - rng.uniform())) + rng.uniform(0, 0.1) * _peak(when, 0.95, 0.03)
    )
    return season * _noise(rng, rng.uniform(0.025, 0.045))


def closed_summer(rng: np.random.Generator, when: Array) -> Array:
    """A retailer with a busy autumn who was closed for ten weeks in the first summer."""
    sales = (1 + rng.uniform(0.3, 1.0) * _peak(when, 0.9, 0.06)) * _noise(rng, rng.uniform(0.08, 0.15))
    begin = int(rng.integers(27, 31))
    sales[begin : begin + 10] = 0
    return sales


SHAPES = (
    *(
        launch,
        growth,
        decline,
        closure,
        christmas,
        promotions,
        one_big_customer,
        constant,
        takeaway,
        steps,
        summer_trade,
        few_orders,
    ),
)


def bike_sharing() -> Iterator[Shop]:
    """Two years of rentals, by casual and registered users."""
    path = DATA / "bike_sharing" / "day.csv"
    if not path.is_file():
        return
    days = pd.read_csv(path, usecols=["dteday", "casual", "registered"])
    weeks = (
        days.set_index(pd.to_datetime(days.pop("dteday"), format="%m/%d/%Y"))
        .resample("W-SUN")
        .sum()
        .iloc[1:-1]
    )
    yield _real("bike_sharing", WEEK, _of_one_region(weeks, -6), (44, 53, 57, 62, 80))


def olist_orders() -> Iterator[Shop]:
    """A marketplace in its first two years, by state and by product category."""
    folder = DATA / "olist"
    names = [
        folder / f"olist_{name}_dataset.csv.gz" for name in ("orders", "order_items", "products", "customers")
    ]
    if not all(path.is_file() for path in names):
        return
    orders, items, products, customers = (pd.read_csv(path) for path in names)
    lines = (
        items.merge(orders, on="order_id")
        .merge(products, on="product_id", how="left")
        .merge(customers, on="customer_id")
    )
    at = pd.to_datetime(lines["order_purchase_timestamp"])
    frame = pd.DataFrame(
        {
            "at": at,
            "region": lines["customer_state"],
            "category": lines["product_category_name"],
            "value": lines["price"],
        }
    )
    begun = frame[(frame["at"] >= "2017-01-02") & (frame["at"] < "2018-08-20")]
    yield _real("olist", WEEK, _of_lines(begun), (44, 53, 57, 62, 70))


def online_orders() -> Iterator[Shop]:
    """The first year of a wholesaler of gifts, by country and by the first digit of the article.

    A year is all there is.
    """
    path = DATA / "online_retail" / "online_retail_II_year2009-2010.csv.gz"
    if not path.is_file():
        return
    lines = pd.read_csv(path, dtype={"StockCode": str})
    frame = pd.DataFrame(
        {
            "at": pd.to_datetime(lines["InvoiceDate"]),
            "region": lines["Country"],
            "category": lines["StockCode"].str[:1],
        }
    )
    frame["value"] = lines["Quantity"] * lines["Price"]
    yield _real("online_retail", WEEK, _of_lines(frame).iloc[1:-1], (26, 32, 38))


def australian_retail() -> Iterator[Shop]:
    """Monthly turnover of Australian shops: one shop for each group of states, by state and industry.

    Every second one is held out.
    """
    path = DATA / "regional" / "aus_retail.csv.gz"
    if not path.is_file():
        return
    rows = pd.read_csv(path)
    rows["at"] = pd.Timestamp(1970, 1, 1) + pd.to_timedelta(rows["Month"], unit="D")
    wide = (
        rows.pivot_table(index="at", columns=["State", "Industry"], values="Turnover")
        .asfreq("MS")
        .dropna(axis=1)
    )
    states = sorted(set(wide.columns.get_level_values(0)))
    for number, begin in enumerate(range(0, len(states) - 1, 2)):
        cells = wide.loc[:, [column for column in wide.columns if column[0] in states[begin : begin + 2]]]
        years = slice(60 * number, 60 * number + 48)
        yield _real(
            f"aus_retail {number}",
            MONTH,
            cells.iloc[years].iloc[:, ::4],
            ORIGINS_IN_MONTHS,
            is_held_out=bool(number % 2),
        )


def m4_weekly() -> Iterator[Shop]:
    """Return the newest weeks of every thirtieth series of M4; every second one is held out."""
    series = read_series(DATA / "m4", "Weekly-train")
    long_enough = [(name, values) for name, values in series.items() if values.size > M4_PIECE]
    for number, (name, values) in enumerate(long_enough[::30]):
        cells = _of_one_region(
            pd.DataFrame(
                {"all": values[-M4_PIECE:]}, index=pd.date_range("2021-03-01", periods=M4_PIECE, freq="7D")
            ),
            0,
        )
        yield _real(f"m4 {name}", WEEK, cells, (53, 60, 80, 120), is_held_out=bool(number % 2))


def _real(
    name: str, grain: Grain, cells: pd.DataFrame, origins: tuple[int, ...], *, is_held_out: bool = False
) -> Shop:
    return Shop(name, grain, cells, origins, is_held_out, is_generated=False)


def _of_one_region(weeks: pd.DataFrame, days: int) -> pd.DataFrame:
    frame = weeks.set_axis(pd.MultiIndex.from_product([["all"], weeks.columns]), axis=1)
    return frame.set_axis(pd.DatetimeIndex(weeks.index) + pd.Timedelta(days=days), axis=0)


def _of_lines(lines: pd.DataFrame) -> pd.DataFrame:
    """Weekly sums by the largest regions and categories, the others together."""
    sums = {name: lines.groupby(name)["value"].sum() for name in ("region", "category")}
    kept = {
        name: lines[name].where(lines[name].isin(sums[name].nlargest(count).index), "(other)")
        for name, count in LARGEST.items()
    }
    weeks = lines["at"].dt.to_period("W-SUN").dt.start_time
    sums_of_weeks = lines["value"].groupby([weeks, *kept.values()]).sum().reset_index()
    return sums_of_weeks.pivot_table(index="at", columns=[*kept], values="value").asfreq("7D").fillna(0.0)


def _at_level(cells: pd.DataFrame, level: str) -> pd.DataFrame:
    kept = [number for number, name in enumerate(("region_id", "category")) if name in LEVELS[level]]
    summed = cells.T.groupby(level=kept).sum().T if kept else cells.sum(axis=1).to_frame()
    keys = list(summed.columns) if len(kept) != 1 else [(name,) for name in summed.columns]
    parts = [
        _rows(
            summed.iloc[:, place], level, dict(zip(LEVELS[level], keys[place] if kept else (), strict=True))
        )
        for place in range(len(keys))
    ]
    return pd.concat(parts, ignore_index=True)


def _rows(values: pd.Series, level: str, names: dict[str, str]) -> pd.DataFrame:
    pounds = [Decimal(f"{value:.2f}") for value in values]
    frame = pd.DataFrame(
        {"period_on": values.index, "level": level, "region_id": ALL, "category": ALL, "revenue": pounds}
    )
    frame = frame.assign(**names, **{name: 0 for name in (*COUNTS, *MONEY) if name != "revenue"})
    return frame.assign(series_id=series_ids(frame))[[*SERIES, "period_on", *COUNTS, *MONEY]].sort_values(
        ["series_id", "period_on"]
    )
