from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail.global_market_pulse.market_opportunities import (
    COLUMNS,
    WEIGHTS,
    market_opportunities,
    measured,
)

pytestmark = pytest.mark.unit

REGIONS = pd.DataFrame(
    {
        "region_id": ["AA", "BB", "CC", "DD", "EE"],
        "region_name": ["A", "B", "C", None, "E"],
        "continent": ["EU", "EU", "EU", None, "EU"],
        "population": [1e6, 1e6, 1e6, np.nan, 1e6],
        "gdp_usd": [4e9, 3e9, 2e9, np.nan, 1e9],
    }
)
MONTHS = pd.DataFrame(
    {
        "region_id": ["AA", "BB", "CC", "DD", "EE"],
        "orders": [1000, 1000, 1000, 40, 1000],
        "delivered": [1000, 1000, 1000, 0, 1000],
        "late": [10, 500, 10, 0, 10],
    }
)


CATEGORIES = ("Home", "Toys", "Garden", "Party")


def _cells(toys_of_c: int, region_c: str = "CC") -> pd.DataFrame:
    """Four regions that buy alike, but one that buys other toys."""
    usual = {"Home": 800, "Toys": 500, "Garden": 400, "Party": 300}
    counts = {(region, name): usual[name] for region in ("AA", "BB", "CC", "EE") for name in CATEGORIES}
    counts[region_c, "Toys"] = toys_of_c
    counts["DD", "Home"] = 40
    rows = [
        (region, name, Decimal(count * 10), count, count // 2, count - count // 2)
        for (region, name), count in counts.items()
    ]
    return pd.DataFrame(rows, columns=["region_id", "category", "sales", "orders", "recent", "before"])


def _measured(cells: pd.DataFrame, months: pd.DataFrame = MONTHS, *, seasonless: bool = True) -> pd.DataFrame:
    grid = measured(cells, months, REGIONS, is_seasonless=seasonless)
    return grid.set_index(["region_id", "category"], drop=False).rename_axis(["region", "kind"])


def _listed(toys_of_c: int = 50) -> pd.DataFrame:
    return market_opportunities(_measured(_cells(toys_of_c)))


def test_the_category_that_peers_buy_and_the_region_does_not_comes_first() -> None:
    best = _listed().iloc[0]
    assert (best["region_id"], best["category"], best["rank"]) == ("CC", "Toys", 1)
    assert best["order_share"] == 0.05
    assert best["peer_share"] > 0.3
    assert best["confidence"] > 0.95


def test_potential_sales_are_the_potential_orders_times_their_worth_within_their_interval() -> None:
    best = _listed().iloc[0]
    assert float(best["potential_sales"]) == pytest.approx(best["potential_orders"] * 10, rel=0.001)
    assert 0 < best["potential_low"] < best["potential_sales"] < best["potential_high"]
    assert best["potential_orders"] == pytest.approx(
        (best["peer_share"] - best["order_share"]) * 1000, rel=0.1
    )


def test_regions_that_buy_alike_have_no_opportunities() -> None:
    assert _listed(500).empty
    assert _listed(500).columns.tolist() == COLUMNS


def test_orders_that_hold_more_of_every_category_are_no_reason_to_sell_more_to_others() -> None:
    """A wholesale region orders every category twice as often: the others lack none of them."""
    cells = _cells(500)
    is_wholesale = cells["region_id"] == "AA"
    cells.loc[is_wholesale, ["orders", "recent", "before"]] *= 2
    assert market_opportunities(_measured(cells)).empty


def test_a_gap_of_a_few_orders_is_not_listed() -> None:
    assert "Toys" in set(_listed(300)["category"])
    assert _listed(470).empty


def test_a_region_of_few_orders_is_not_listed() -> None:
    few = MONTHS.assign(orders=[1000, 1000, 29, 40, 1000])
    assert "CC" not in set(_measured(_cells(50), few)["region_id"])
    assert _measured(_cells(50), MONTHS.assign(orders=[3, 3, 3, 3, 3])).empty


def test_the_score_is_the_weighted_sum_of_its_parts() -> None:
    rows = _listed()
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)
    parts = sum(weight * rows[name] for name, weight in WEIGHTS.items())
    assert rows["score"].to_numpy() == pytest.approx(parts.to_numpy())
    assert rows["score"].between(0, 100).all()


def test_nothing_sold_is_no_opportunity() -> None:
    assert market_opportunities(_measured(_cells(5).iloc[:0])).columns.tolist() == COLUMNS


def test_growth_is_split_into_the_categorys_and_the_regions_own() -> None:
    cells = _cells(500)
    home_of_a = (cells["region_id"] == "AA") & (cells["category"] == "Home")
    cells.loc[home_of_a, ["recent", "before"]] = [600, 200]
    grid = _measured(cells)
    recent, before = cells.query("category == 'Home'")[["recent", "before"]].sum()
    assert grid.loc[("AA", "Home"), "category_growth"] == pytest.approx(recent / before - 1, abs=0.02)
    assert grid.loc[("AA", "Home"), "growth"] == pytest.approx(3 / (recent / before) - 1, rel=0.1)
    assert grid.loc[("AA", "Home"), "growth"] > 0 > grid.loc[("BB", "Home"), "growth"]


def test_growth_that_is_no_more_than_chance_is_none() -> None:
    assert _measured(_cells(500), seasonless=False)["growth"].abs().max() < 0.001


def test_a_category_of_few_orders_grows_as_the_shop_does() -> None:
    few = pd.DataFrame([("AA", "Rare", Decimal(40), 4, 4, 0)], columns=_cells(500).columns)
    grid = _measured(pd.concat([_cells(500), few], ignore_index=True))
    assert grid.loc[("AA", "Rare"), "category_growth"] < 0.5


def test_what_may_be_the_time_of_year_is_not_called_growth_of_the_category() -> None:
    grid = _measured(_cells(500), seasonless=False)
    assert grid["category_growth"].isna().all()
    assert np.isfinite(grid["growth"]).all()


def test_a_continent_of_few_orders_is_no_yardstick() -> None:
    regions = REGIONS.assign(continent=["NA", "EU", "EU", "NA", "EU"])
    cells = _cells(500)
    cells.loc[cells["region_id"] == "DD", ["orders", "recent", "before"]] = [2, 1, 1]
    grid = measured(cells, MONTHS.assign(orders=[1000, 1000, 1000, 2, 1000]), regions, is_seasonless=True)
    toys = grid.set_index(["region_id", "category"]).loc[("AA", "Toys")]
    assert toys["peer_share"] == pytest.approx(0.5, abs=0.05)
