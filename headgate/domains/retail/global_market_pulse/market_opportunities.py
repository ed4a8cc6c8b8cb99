"""Table `market_opportunities`: where, and with what, the shop could sell more.

Every part of the score in its own column.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from headgate.domains.retail.global_market_pulse.shrinkage import (
    rate_weight,
    share_weight,
    shrunk_rate,
    shrunk_share,
)
from headgate.domains.retail.money import HUNDREDTHS_OF_PENCE, amounts

Array = npt.NDArray[np.float64]

# What each part counts in the score. Whitespace weighs most: it is in money, so that a wide gap in a tiny
# market does not win, and needs nothing to be known of the region.
WEIGHTS = {
    "size_score": 0.10,
    "headroom_score": 0.15,
    "growth_score": 0.20,
    "whitespace_score": 0.45,
    "logistics_score": 0.10,
}
ORDERS = ["orders", "recent", "before"]
DECIMAL_PLACES = 3  # of growth, ratios and shares that make a difference: a tenth of a percent
MIN_ORDERS = 30  # of a region; with fewer, what it does not buy is chance
MIN_GAP = 5.0  # orders, at the lower end of the interval; less is not worth an action
_INTERVAL = float(norm.ppf(0.9))  # both ends of an interval of 80 %
UNKNOWN_SCORE = 50.0  # of a part without data: neutral
_MEASURED = [
    "region_id",
    "category",
    "region_orders",
    "low_orders",
    "order_share",
    "expected_share",
    "peer_share",
    "worth",
]
_POTENTIAL = ("potential_sales", "potential_low", "potential_high")
COLUMNS = [
    "region_id",
    "region_name",
    "category",
    "rank",
    "score",
    *WEIGHTS,
    "confidence",
    "orders",
    "sales",
    "sales_per_1000_people",
    "penetration_ratio",
    "growth",
    "category_growth",
    "order_share",
    "peer_share",
    "potential_orders",
    *_POTENTIAL,
]


def market_opportunities(grid: pd.DataFrame) -> pd.DataFrame:
    """Return the gaps that are more than chance, best first. Grain: region by category."""
    listed = grid[is_listed(grid)]
    if listed.empty:
        return pd.DataFrame(columns=COLUMNS)
    by = ["score", "potential_low", "region_id", "category"]
    return _presented(
        _scored(listed).sort_values(by, ascending=[False, False, True, True], ignore_index=True)
    )


def measured(
    cells: pd.DataFrame, months: pd.DataFrame, regions: pd.DataFrame, *, is_seasonless: bool
) -> pd.DataFrame:
    """Return every region of `MIN_ORDERS` with every category that sold at all, and the gap to its peers.

    Args:
        cells: as `features.cells` gives it, over the months that are looked at.
        months: as `features.region_months` gives it, for the same months.
        regions: as `features.reference` gives it.
        is_seasonless: the two spans of time whose orders are compared hold the same calendar months. If not,
            a category's own growth may be the time of year and is left out; how a region differs from it is
            not.
    """
    if cells.empty:
        return pd.DataFrame(columns=_MEASURED)
    grid = _grid(cells, months).merge(regions, how="left", on="region_id")
    grid = _whitespace(_growth(_penetration(grid), is_seasonless=is_seasonless))
    return grid[grid["region_orders"] >= MIN_ORDERS]


def is_listed(grid: pd.DataFrame) -> pd.Series[bool]:
    """Return whether the gap is worth an action, even at the lower end of its interval."""
    return grid["low_orders"] >= MIN_GAP


def _grid(cells: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Return every region with every category, unsold ones included: an opportunity may lie there."""
    categories = pd.DataFrame({"category": sorted(cells["category"].unique())})
    totals = months.groupby("region_id", as_index=False)[["orders", "delivered", "late"]].sum()
    totals = totals[totals["orders"] > 0].rename(columns={"orders": "region_orders"})
    grid = totals.merge(categories, how="cross").merge(cells, how="left", on=["region_id", "category"])
    grid["sales"] = grid["sales"].map(lambda amount: Decimal(0) if pd.isna(amount) else amount)
    grid[ORDERS] = grid[ORDERS].fillna(0).astype("int64")
    return grid


def _penetration(grid: pd.DataFrame) -> pd.DataFrame:
    """Return orders per head over the average of all regions whose population is known; 1 is average."""
    people = grid["population"].fillna(0.0)
    by_category = grid["category"]
    per_head = _safe(_sums(grid["orders"].where(people > 0, 0), by_category), _sums(people, by_category))
    expected, orders = _array(per_head * people), _array(grid["orders"])
    ratio = shrunk_rate(orders, expected, rate_weight(orders, expected))
    return grid.assign(penetration_ratio=np.where(people > 0, ratio, np.nan))


def _growth(grid: pd.DataFrame, *, is_seasonless: bool) -> pd.DataFrame:
    """Return the growth of recent orders: the category's everywhere, and the region's beyond that."""
    both_parts = grid["recent"] + grid["before"]
    recent, both = _array(grid["recent"]), _array(both_parts)
    usual, everywhere = (
        _category_shares(grid["category"], grid["recent"], both_parts),
        _array(_sums(both_parts, grid["category"])),
    )
    inside = np.divide(both, everywhere, out=np.zeros_like(both), where=everywhere > 0)
    weight = share_weight(recent, both, usual, inside)
    share = shrunk_share(recent, both, usual, weight)
    # One order more on each side keeps shares of 0 and 1, and so infinite growth, out.
    own = (share * (both + weight) + 1) / ((1 - share) * (both + weight) + 1)
    everywhere_growth = usual / (1 - usual)
    return grid.assign(
        growth=own / everywhere_growth - 1, category_growth=everywhere_growth - 1 if is_seasonless else np.nan
    )


def _category_shares(categories: pd.Series[Any], recent: pd.Series[Any], both: pd.Series[Any]) -> Array:
    """Return the recent part of each category's orders, shrunk to that of all categories if few."""
    counts, totals = _array(recent.groupby(categories).sum()), _array(both.groupby(categories).sum())
    whole = totals.sum()
    usual = np.full(totals.shape, (counts.sum() + 1) / (whole + 2))
    shares = shrunk_share(
        counts + 1, totals + 2, usual, share_weight(counts, totals, usual, totals / max(whole, 1.0))
    )
    return _array(categories.map(dict(zip(sorted(categories.unique()), shares, strict=True))))


def _whitespace(grid: pd.DataFrame) -> pd.DataFrame:
    """Measure how much rarer a category is in a region's orders than in its peers', and the gap's worth.

    Orders of wholesale regions hold more categories, all of them, so the peers' share is that of all
    categories that their orders hold, times as many categories as an order of the region holds.
    Peers are the other regions of the continent; all other regions where there are none, or the continent is
    unknown. The interval has the chance in the region's orders and in those of its peers, who differ from
    each other as well.
    """
    grid = grid.assign(mentions=_sums(grid["orders"], grid["region_id"]))
    peers, weight = _peer_mix(grid)
    orders, mentions, totals = (_array(grid[name]) for name in ("orders", "mentions", "region_orders"))
    mix = shrunk_share(orders, mentions, peers, weight)
    # A region of n orders says as much of what is usual as so many orders, each of a region of its own.
    evidence = pd.Series(mentions * (weight + 1) / (mentions + weight), index=grid.index)
    others = _sums(evidence, grid["category"]) - evidence
    variance = mix * (1 - mix) / (mentions + weight + 1) + peers * (1 - peers) / np.maximum(others, 1.0)
    worth = _array(
        _safe(_sums(grid["sales"].astype(float), grid["category"]), _sums(grid["orders"], grid["category"]))
    )
    gap, error = peers - mix, np.sqrt(variance)
    low, mean, high = (np.clip(gap + by * error, 0, None) * mentions for by in (-_INTERVAL, 0.0, _INTERVAL))
    return grid.assign(
        order_share=orders / totals,
        expected_share=np.minimum(mix * mentions / totals, 1.0),
        peer_share=np.minimum(peers * mentions / totals, 1.0),
        worth=worth,
        confidence=norm.cdf(gap / np.maximum(error, np.finfo(np.float64).tiny)),
        low_orders=low,
        potential_orders=mean,
        potential_sales=mean * worth,
        potential_low=low * worth,
        potential_high=high * worth,
    )


def _peer_mix(grid: pd.DataFrame) -> tuple[Array, float]:
    """Return the category's share of the peers' orders, and its weight against the region's own share.

    The part is drawn to that of all other regions where the peers are few.
    """
    far_orders, far_mentions = _others(grid, [grid["category"]])
    far = np.divide(far_orders, far_mentions, out=np.zeros_like(far_orders), where=far_mentions > 0)
    near_orders, near_mentions = _others(grid, [grid["category"], grid["continent"].fillna("")])
    has_continent = grid["continent"].notna().to_numpy()
    near_orders, near_mentions = near_orders * has_continent, near_mentions * has_continent
    near = np.minimum(
        shrunk_share(near_orders, near_mentions, far, share_weight(near_orders, near_mentions, far)), 1.0
    )
    return near, share_weight(_array(grid["orders"]), _array(grid["mentions"]), near)


def _others(grid: pd.DataFrame, by: list[pd.Series[Any]]) -> tuple[Array, Array]:
    """Return the category's orders, and all orders by category, of the other regions of the group."""
    orders = grid["orders"].groupby(by).transform("sum") - grid["orders"]
    mentions = grid["mentions"].groupby(by).transform("sum") - grid["mentions"]
    return _array(orders), _array(mentions)


def _scored(grid: pd.DataFrame) -> pd.DataFrame:
    late = grid["late"] / grid["delivered"].where(grid["delivered"] > 0)
    scored = grid.assign(
        size_score=_standing(grid["gdp_usd"]),
        headroom_score=_standing(-grid["penetration_ratio"]),
        growth_score=_standing((1 + grid["growth"]) * (1 + grid["category_growth"].fillna(0.0))),
        whitespace_score=_standing(grid["potential_low"]),
        logistics_score=_standing(-late),
    )
    return scored.assign(score=sum(weight * scored[name] for name, weight in WEIGHTS.items()))


def _standing(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return the percent of the known values that lie below, ties counted half.

    So parts in different units can be weighed.

    Values that differ by less than anybody would act on are ties: a growth that is noise drawn to nothing
    makes no order.
    """
    present = values.notna().sum()
    ranks = values.round(DECIMAL_PLACES).rank(method="average")
    return (100 * (ranks - 0.5) / max(present, 1)).fillna(UNKNOWN_SCORE)


def _presented(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(
        rank=np.arange(1, len(rows) + 1),
        sales_per_1000_people=amounts(
            rows["sales"].astype(float) * 1e3 / rows["population"], HUNDREDTHS_OF_PENCE
        ),
        **{name: amounts(rows[name], HUNDREDTHS_OF_PENCE) for name in _POTENTIAL},
        region_name=rows["region_name"].where(rows["region_name"].notna(), np.array(None)),
    )[COLUMNS]


def _sums(values: pd.Series[Any], by: pd.Series[Any]) -> pd.Series[Any]:
    return values.groupby(by).transform("sum")


def _safe(part: pd.Series[Any], whole: pd.Series[Any]) -> pd.Series[Any]:
    """Return the ratio, 0 where there is nothing to divide by."""
    return (part / whole.where(whole > 0)).fillna(0.0)


def _array(values: pd.Series[Any]) -> Array:
    return np.asarray(values, dtype=float)
