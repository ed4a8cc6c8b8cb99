from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail.global_market_pulse.market_opportunities import (
    COLUMNS,
    WEIGHTS,
    market_opportunities,
)

pytestmark = pytest.mark.unit

REGIONS = pd.DataFrame(
    {
        "region_id": ["AA", "BB", "CC", "DD"],
        "region_name": ["A", "B", "C", None],
        "continent": ["EU", "EU", "EU", None],
        "population": [1e6, 1e6, 1e6, np.nan],
        "gdp_usd": [4e9, 3e9, 2e9, np.nan],
    }
)
MONTHS = pd.DataFrame(
    {
        "region_id": ["AA", "BB", "CC", "DD"],
        "orders": [1000, 1000, 1000, 40],
        "delivered": [1000, 1000, 1000, 0],
        "late": [10, 500, 10, 0],
    }
)


def _cells(toys_of_c: int) -> pd.DataFrame:
    orders = {
        ("AA", "Home"): 800,
        ("AA", "Toys"): 500,
        ("BB", "Home"): 780,
        ("BB", "Toys"): 520,
        ("CC", "Home"): 810,
        ("CC", "Toys"): toys_of_c,
    }
    rows = [
        (region, name, Decimal(count * 10), count, count // 2, count - count // 2)
        for (region, name), count in (orders | {("DD", "Home"): 40}).items()
    ]
    return pd.DataFrame(rows, columns=["region_id", "category", "sales", "orders", "recent", "before"])


def _found(toys_of_c: int = 50) -> pd.DataFrame:
    return market_opportunities(_cells(toys_of_c), MONTHS, REGIONS, is_seasonless=True)


def test_the_category_that_peers_buy_and_the_region_does_not_comes_first() -> None:
    best = _found().iloc[0]
    assert (best["region_id"], best["category"], best["rank"]) == ("CC", "Toys", 1)
    assert best["peer_share"] == pytest.approx(0.51, abs=0.01)
    assert best["order_share"] == 0.05


def test_potential_sales_are_the_gap_in_orders_times_their_worth() -> None:
    best = _found().iloc[0]
    assert float(best["potential_sales"]) == pytest.approx((0.51 - 0.05) * 1000 * 10, rel=0.05)


def test_every_region_meets_every_category_even_where_nothing_was_sold() -> None:
    found = _found()
    assert len(found) == 8
    nothing = found[(found["region_id"] == "DD") & (found["category"] == "Toys")].iloc[0]
    assert (nothing["orders"], nothing["sales"], nothing["region_name"]) == (0, Decimal(0), None)


def test_the_score_is_the_weighted_sum_of_its_parts() -> None:
    found = _found()
    assert sum(WEIGHTS.values()) == pytest.approx(1.0)
    parts = sum(weight * found[name] for name, weight in WEIGHTS.items())
    assert found["score"].to_numpy() == pytest.approx(parts.to_numpy())
    assert found["score"].between(0, 100).all()


def test_small_regions_without_reference_data_are_believed_least() -> None:
    found = _found()
    tiny = found["region_id"] == "DD"
    assert found.loc[tiny, "confidence"].max() < found.loc[~tiny, "confidence"].min()
    assert (found.loc[tiny, ["size_score", "headroom_score", "logistics_score"]] == 50).all(axis=None)
    assert found["confidence"].between(0, 1).all()


def test_late_deliveries_count_against_a_region() -> None:
    found = _found().groupby("region_id")["logistics_score"].first()
    assert found["BB"] < found["AA"]


def test_nothing_sold_is_no_opportunity() -> None:
    assert (
        market_opportunities(_cells(5).iloc[:0], MONTHS, REGIONS, is_seasonless=True).columns.tolist()
        == COLUMNS
    )


def test_growth_is_split_into_the_categorys_and_the_regions_own() -> None:
    cells = _cells(500)
    home_of_a = (cells["region_id"] == "AA") & (cells["category"] == "Home")
    cells.loc[home_of_a, ["recent", "before"]] = [600, 200]
    found = market_opportunities(cells, MONTHS, REGIONS, is_seasonless=True).set_index(
        ["region_id", "category"]
    )
    recent, before = cells.query("category == 'Home'")[["recent", "before"]].sum()
    assert found.loc[("AA", "Home"), "category_growth"] == pytest.approx(recent / before - 1, rel=0.02)
    assert found.loc[("AA", "Home"), "growth"] == pytest.approx(3 / (recent / before) - 1, rel=0.1)
    assert found.loc[("AA", "Home"), "growth"] > 0 > found.loc[("BB", "Home"), "growth"]


def test_growth_that_is_no_more_than_chance_makes_no_order() -> None:
    found = market_opportunities(_cells(500), MONTHS, REGIONS, is_seasonless=False)
    assert found["growth"].abs().max() < 0.001
    assert (found["growth_score"] == 50).all()


def test_a_category_of_few_orders_grows_as_the_shop_does() -> None:
    few = pd.DataFrame([("AA", "Rare", Decimal(40), 4, 4, 0)], columns=_cells(500).columns)
    cells = pd.concat([_cells(500), few], ignore_index=True)
    found = market_opportunities(cells, MONTHS, REGIONS, is_seasonless=True).set_index(
        ["region_id", "category"]
    )
    assert found.loc[("AA", "Rare"), "category_growth"] < 0.5


def test_what_may_be_the_time_of_year_is_not_called_growth_of_the_category() -> None:
    found = market_opportunities(_cells(500), MONTHS, REGIONS, is_seasonless=False)
    assert found["category_growth"].isna().all()
    assert np.isfinite(found["growth"]).all()


def test_a_continent_of_few_orders_is_no_yardstick() -> None:
    months = MONTHS.assign(orders=[1000, 1000, 1000, 2])
    regions = REGIONS.assign(continent=["NA", "EU", "EU", "NA"])
    cells = _cells(500)
    cells.loc[cells["region_id"] == "DD", ["orders", "recent", "before"]] = [2, 1, 1]
    found = market_opportunities(cells, months, regions, is_seasonless=True).set_index(
        ["region_id", "category"]
    )
    assert found.loc[("AA", "Toys"), "peer_share"] == pytest.approx(0.5, abs=0.05)


def test_a_region_of_few_orders_has_no_opportunities_and_no_gap_of_a_few_orders_comes_first() -> None:
    """A region with two orders shows nothing of what it does not buy, and a gap worth one order is no
    opportunity.
    """
    few = MONTHS.assign(orders=[1000, 1000, 1000, 29])
    found = market_opportunities(_cells(50), few, REGIONS, is_seasonless=True)
    assert set(found["region_id"]) == {"AA", "BB", "CC"}
    assert found["rank"].tolist() == list(range(1, len(found) + 1))
    gap = np.maximum(found["peer_share"] - found["order_share"], 0) * 1000
    assert (gap[found["rank"] == 1] >= 5).all()
    assert market_opportunities(
        _cells(50), MONTHS.assign(orders=[3, 3, 3, 3]), REGIONS, is_seasonless=True
    ).empty
