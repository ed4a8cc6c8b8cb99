"""Table `market_opportunities`: where, and with what, the shop could sell more.

Every part of the score in its own column.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from headgate.domains.retail.global_market_pulse.shrinkage import (
    rate_weight,
    share_weight,
    shrunk_rate,
    shrunk_share,
)
from headgate.domains.retail.money import HUNDREDTHS_OF_PENCE, amounts

if TYPE_CHECKING:
    from typing import Any

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
LEAST_ORDERS = 30  # of a region; with fewer, what it does not buy is chance
_LEAST_GAP = 5.0  # orders; rows that could sell fewer more come after all others
UNKNOWN_SCORE = 50.0  # of a part without data: neutral
# Confidence is that in the counts, times 0.4, plus 0.2 for each of three things that may be unknown.
EVIDENCE_WEIGHT, KNOWLEDGE_WEIGHT = 0.4, 0.2
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
    "potential_sales",
]


def market_opportunities(
    cells: pd.DataFrame, months: pd.DataFrame, regions: pd.DataFrame, *, is_seasonless: bool
) -> pd.DataFrame:
    """Grain region by category, best first, for every region of `LEAST_ORDERS` and every category that sold
    at all.

    Args:
        cells: as `features.cells` gives it, over the months that are looked at.
        months: as `features.region_months` gives it, for the same months.
        regions: as `features.reference` gives it.
        is_seasonless: the two spans of time whose orders are compared hold the same calendar months. If not,
            a category's own growth may be the time of year and is left out; how a region differs from it is
            not.
    """
    if cells.empty:
        return pd.DataFrame(columns=COLUMNS)
    grid = _grid(cells, months).merge(regions, how="left", on="region_id")
    if not (grid["region_orders"] >= LEAST_ORDERS).any():
        return pd.DataFrame(columns=COLUMNS)
    measured = _whitespace(_growth(_penetration(grid), is_seasonless=is_seasonless))
    scored = _scored(measured[measured["region_orders"] >= LEAST_ORDERS])
    by = ["is_wide", "score", "potential_sales", "region_id", "category"]
    ordered = scored.assign(is_wide=scored["gap_orders"] >= _LEAST_GAP).sort_values(
        by, ascending=[False, False, False, True, True]
    )
    return _presented(ordered.reset_index(drop=True))


def _grid(cells: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Every region with every category, also where nothing was sold: that is where an opportunity may lie."""
    categories = pd.DataFrame({"category": sorted(cells["category"].unique())})
    totals = months.groupby("region_id", as_index=False)[["orders", "delivered", "late"]].sum()
    totals = totals[totals["orders"] > 0].rename(columns={"orders": "region_orders"})
    grid = totals.merge(categories, how="cross").merge(cells, how="left", on=["region_id", "category"])
    grid["sales"] = grid["sales"].map(lambda amount: Decimal(0) if pd.isna(amount) else amount)
    grid[ORDERS] = grid[ORDERS].fillna(0).astype("int64")
    return grid


def _penetration(grid: pd.DataFrame) -> pd.DataFrame:
    """Orders per head over the average of all regions whose population is known; 1 is average."""
    people = grid["population"].fillna(0.0)
    by_category = grid["category"]
    per_head = _safe(_sums(grid["orders"].where(people > 0, 0), by_category), _sums(people, by_category))
    expected, orders = _array(per_head * people), _array(grid["orders"])
    ratio = shrunk_rate(orders, expected, rate_weight(orders, expected))
    return grid.assign(penetration_ratio=np.where(people > 0, ratio, np.nan))


def _growth(grid: pd.DataFrame, *, is_seasonless: bool) -> pd.DataFrame:
    """Orders of the recent months over those before, less 1: the category's everywhere, and the region's
    beyond that.
    """
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
        growth=own / everywhere_growth - 1,
        category_growth=everywhere_growth - 1 if is_seasonless else np.nan,
        growth_evidence=both / (both + weight),
    )


def _category_shares(categories: pd.Series[Any], recent: pd.Series[Any], both: pd.Series[Any]) -> Array:
    """The recent part of each category's orders in all regions, drawn to that of all categories where they
    are few.
    """
    counts, totals = _array(recent.groupby(categories).sum()), _array(both.groupby(categories).sum())
    whole = totals.sum()
    usual = np.full(totals.shape, (counts.sum() + 1) / (whole + 2))
    shares = shrunk_share(
        counts + 1, totals + 2, usual, share_weight(counts, totals, usual, totals / max(whole, 1.0))
    )
    return _array(categories.map(dict(zip(sorted(categories.unique()), shares, strict=True))))


def _whitespace(grid: pd.DataFrame) -> pd.DataFrame:
    """How much rarer the category is in the region's orders than in those of its peers, and what the gap is
    worth.

    Peers are the other regions of the continent; all other regions where there are none, or the continent is
    unknown.
    """
    peers = _peer_shares(grid)
    orders, totals = _array(grid["orders"]), _array(grid["region_orders"])
    weight = share_weight(orders, totals, peers)
    share = shrunk_share(orders, totals, peers, weight)
    worth = _safe(
        _sums(grid["sales"].astype(float), grid["category"]), _sums(grid["orders"], grid["category"])
    )
    gap = peers - share
    return grid.assign(
        order_share=orders / totals,
        peer_share=peers,
        gap_orders=np.maximum(gap, 0) * totals,
        potential_sales=np.maximum(gap, 0) * totals * worth,
        share_evidence=totals / (totals + weight),
    )


def _peer_shares(grid: pd.DataFrame) -> Array:
    """The peers' share, drawn to that of all other regions where the peers are few."""
    far_orders, far_totals = _others(grid, [grid["category"]])
    far = np.divide(far_orders, far_totals, out=np.zeros_like(far_orders), where=far_totals > 0)
    near_orders, near_totals = _others(grid, [grid["category"], grid["continent"].fillna("")])
    has_continent = grid["continent"].notna().to_numpy()
    near_orders, near_totals = near_orders * has_continent, near_totals * has_continent
    return np.minimum(
        shrunk_share(near_orders, near_totals, far, share_weight(near_orders, near_totals, far)), 1.0
    )


def _others(grid: pd.DataFrame, by: list[pd.Series[Any]]) -> tuple[Array, Array]:
    """The category's orders, and all orders, of the other regions of the group."""
    orders = grid["orders"].groupby(by).transform("sum") - grid["orders"]
    totals = grid["region_orders"].groupby(by).transform("sum") - grid["region_orders"]
    return _array(orders), _array(totals)


def _scored(grid: pd.DataFrame) -> pd.DataFrame:
    late = grid["late"] / grid["delivered"].where(grid["delivered"] > 0)
    scored = grid.assign(
        size_score=_standing(grid["gdp_usd"]),
        headroom_score=_standing(-grid["penetration_ratio"]),
        growth_score=_standing((1 + grid["growth"]) * (1 + grid["category_growth"].fillna(0.0))),
        whitespace_score=_standing(grid["potential_sales"]),
        logistics_score=_standing(-late),
    )
    evidence = np.sqrt(grid["growth_evidence"] * grid["share_evidence"])
    unknowns = [grid["gdp_usd"], grid["penetration_ratio"], late]
    knowledge = sum(KNOWLEDGE_WEIGHT * column.notna() for column in unknowns)
    score = sum(weight * scored[name] for name, weight in WEIGHTS.items())
    return scored.assign(score=score, confidence=EVIDENCE_WEIGHT * evidence + knowledge)


def _standing(values: pd.Series[Any]) -> pd.Series[Any]:
    """Percent of the known values that lie below, ties counted half.

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
        potential_sales=amounts(rows["potential_sales"], HUNDREDTHS_OF_PENCE),
        region_name=rows["region_name"].where(rows["region_name"].notna(), np.array(None)),
    )[COLUMNS]


def _sums(values: pd.Series[Any], by: pd.Series[Any]) -> pd.Series[Any]:
    return values.groupby(by).transform("sum")


def _safe(part: pd.Series[Any], whole: pd.Series[Any]) -> pd.Series[Any]:
    """The ratio, 0 where there is nothing to divide by."""
    return (part / whole.where(whole > 0)).fillna(0.0)


def _array(values: pd.Series[Any]) -> Array:
    return np.asarray(values, dtype=float)
