from decimal import Decimal

import pandas as pd
import pytest

from headgate.domains.retail.retail_copilot import query_gaps

pytestmark = pytest.mark.unit

NAMES = pd.Series({"mug": "mugs", "lamp": "lamps", "gnome": "gnomes"})
# searches, found, clicked, bought
COUNTED = pd.DataFrame(
    [("gnome", 100, 0, 0, 0), ("lamp", 100, 100, 20, 1), ("mug", 300, 300, 180, 99)],
    columns=["template", "searches", "found", "clicked", "bought"],
)


def gaps(counted: pd.DataFrame = COUNTED) -> pd.DataFrame:
    return query_gaps.table(counted, NAMES, pd.Series({"mug": 10.0, "lamp": 40.0}), 20.0)


def test_lost_revenue_by_hand() -> None:
    """Nothing found: 100 of 500 searches, so 0.2 is usual; drawn to (100 + 2) / 110.

    A found search buys with 100 / 400.

    (0.92727 - 0.2) · 100 · 0.25 · 20 = 363.64.
    """
    gnome = gaps().set_index(["template", "gap"]).loc[("gnome", "not_found")]
    assert (gnome.searches, gnome.share, gnome.expected_share) == (100, 1.0, 0.2)
    assert gnome.lost_revenue_gbp == Decimal("363.64")
    assert gnome.purchase_value_gbp == Decimal("20.00")


def test_the_costliest_gap_comes_first_and_ranks_have_no_holes() -> None:
    found = gaps()
    assert found.gap_rank.tolist() == list(range(1, len(found) + 1))
    assert found.lost_revenue_gbp.is_monotonic_decreasing


def test_what_does_better_than_others_loses_nothing() -> None:
    mug = gaps().query("template == 'mug' and gap == 'not_clicked'").iloc[0]
    assert mug.lost_revenue_gbp == 0


def test_a_single_search_is_no_great_gap() -> None:
    once = pd.concat(
        [COUNTED, pd.DataFrame([("once", 1, 0, 0, 0)], columns=COUNTED.columns)], ignore_index=True
    )
    row = gaps(once).query("template == 'once'").iloc[0]
    assert row.lost_revenue_gbp < Decimal("0.50")


def test_steps_that_nobody_failed_are_not_gaps() -> None:
    assert not len(gaps().query("template == 'mug' and gap == 'not_found'"))


def test_a_purchase_is_worth_what_the_opened_products_sell_for() -> None:
    clicks = pd.DataFrame(
        {"template": ["mug", "mug", "lamp"], "product_id": ["P1", "P2", "P9"], "clicks": [3, 1, 5]}
    )
    products = pd.DataFrame(
        {"product_id": ["P1", "P2", "P3"], "money": [20.0, 40.0, None], "lines": [2.0, 1.0, None]}
    )
    values, shop = query_gaps.purchase_values(clicks, products)
    assert shop == 20.0
    assert values.to_dict() == {"mug": 17.5, "lamp": 20.0}
