from decimal import Decimal

import pandas as pd
import pytest

from headgate.domains.retail.retail_copilot import query_gaps, query_patterns

pytestmark = pytest.mark.unit

NAMES = pd.Series({"mug": "mugs", "lamp": "lamps", "gnome": "gnomes"})
# searches, found, clicked, bought
COUNTED = pd.DataFrame(
    [("gnome", 100, 0, 0, 0), ("lamp", 100, 100, 20, 1), ("mug", 300, 300, 180, 99)],
    columns=["template", "searches", "found", "clicked", "bought"],
)


def gaps(counted: pd.DataFrame = COUNTED) -> pd.DataFrame:
    return query_gaps.table(
        counted,
        NAMES,
        pd.Series({"mug": 10.0, "lamp": 40.0}),
        20.0,
        examples=pd.Series({"gnome": "Garden Gnome"}),
        typed_as=lambda templates: templates.map({"gnome": "Garden Gnome (61) · gnomes (30)"}),
        nearest=lambda templates: pd.DataFrame(
            {
                "nearest_articles": templates.map({"gnome": "GNOME LIGHT"}),
                "is_sold": templates == "gnome",
                "nearest_value": templates.map({"gnome": 5.0, "lamp": 7.0}),
            }
        ),
    )


def test_lost_revenue_by_hand() -> None:
    """Nothing found: 100 of 500 searches, so 0.2 is usual; drawn to (100 + 2) / 110.

    A found search buys with 100 / 400.

    The nearest article sells at 5 a line: (0.92727 - 0.2) · 100 · 0.25 · 5 = 90.91.
    """
    gnome = gaps().set_index(["template", "gap"]).loc[("gnome", "not_found")]
    assert (gnome.searches, gnome.share, gnome.expected_share) == (100, 1.0, 0.2)
    assert gnome.lost_revenue_gbp == Decimal("90.91")
    assert gnome.purchase_value_gbp == Decimal("5.00")
    assert (round(gnome.excess_searches, 3), gnome.purchase_chance) == (72.727, 0.25)


def test_a_search_is_worth_the_opened_articles_else_the_nearest_else_any() -> None:
    """Nobody opened an article after `gnome`; no article is near `radio`."""
    radio = pd.DataFrame([("radio", 100, 0, 0, 0)], columns=COUNTED.columns)
    worth = (
        gaps(pd.concat([COUNTED, radio], ignore_index=True)).groupby("template").purchase_value_gbp.first()
    )
    assert worth.astype(float).to_dict() == {"gnome": 5.0, "lamp": 40.0, "radio": 20.0}


def test_a_search_that_no_article_matches_is_not_worth_one_that_shares_a_word() -> None:
    """A yoga mat was worth a line of door mats."""
    mat = pd.DataFrame([("yoga mat", 100, 0, 0, 0), ("gnome", 100, 0, 0, 0)], columns=COUNTED.columns)
    listed = query_gaps.table(
        pd.concat([COUNTED[COUNTED.template != "gnome"], mat], ignore_index=True),
        NAMES,
        pd.Series({"mug": 10.0, "lamp": 40.0}),
        20.0,
        examples=pd.Series(dtype=object),
        typed_as=lambda templates: templates.map({}),
        nearest=lambda templates: pd.DataFrame(
            {"nearest_articles": "DOOR MAT", "is_sold": templates == "gnome", "nearest_value": 7.0}
        ),
    )
    worth = listed[listed.gap == "not_found"].set_index("template").purchase_value_gbp.astype(float)
    assert worth.to_dict() == {"yoga mat": 20.0, "gnome": 7.0}
    by = listed[listed.gap == "not_found"].set_index("template").valued_by
    assert by.to_dict() == {"yoga mat": "any_article", "gnome": "nearest_articles"}
    assert set(listed[listed.template == "lamp"].valued_by) == {"opened_articles"}


def test_the_shown_parts_of_every_gap_give_its_lost_revenue() -> None:
    listed = gaps()
    lost = listed.excess_searches * listed.purchase_chance * listed.purchase_value_gbp.astype(float)
    assert (lost - listed.lost_revenue_gbp.astype(float)).abs().max() < 0.01


def test_a_gap_names_the_nearest_articles() -> None:
    listed = gaps().set_index("template")
    assert listed.nearest_articles["gnome"] == "GNOME LIGHT"
    assert listed.is_sold["gnome"]
    assert pd.isna(listed.nearest_articles["lamp"]).all()


def test_a_fragment_of_two_letters_is_no_gap() -> None:
    fragment = pd.DataFrame([("et", 40, 0, 0, 0)], columns=COUNTED.columns)
    assert set(gaps(pd.concat([COUNTED, fragment])).template) == set(gaps().template)


def test_the_costliest_gap_comes_first_and_ranks_have_no_holes() -> None:
    found = gaps()
    assert found.gap_rank.tolist() == list(range(1, len(found) + 1))
    assert found.lost_revenue_gbp.is_monotonic_decreasing


def test_what_does_better_than_others_is_no_gap() -> None:
    assert gaps().query("template == 'mug' and gap == 'not_clicked'").empty


def test_a_gap_is_named_by_the_search_as_typed() -> None:
    listed = gaps()
    assert set(listed.search[listed.template == "gnome"]) == {"Garden Gnome"}
    assert set(listed.search[listed.template == "lamp"]) == {"lamp"}


@pytest.mark.parametrize(("searches", "found"), [(4, 0), (20, 15)])
def test_noise_is_not_listed(searches: int, found: int) -> None:
    """Four searches are few, and five of twenty that found nothing are as usual here."""
    rare = pd.DataFrame([("rare", searches, found, found, found)], columns=COUNTED.columns)
    listed = gaps(pd.concat([COUNTED, rare], ignore_index=True))
    assert listed.query("template == 'rare' and gap == 'not_found'").empty
    assert not listed.query("template == 'gnome' and gap == 'not_found'").empty


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


def test_a_gap_has_the_spellings_that_make_it_up_without_those_of_one_visit() -> None:
    """367 searches for one thing may be one bot, one spelling or fifty."""
    texts = pd.DataFrame(
        [
            ("Garden Gnome", "gnome", 61, True),
            ("gnomes", "gnome", 30, True),
            ("gnome for me@mail.example", "gnome", 5, True),
            ("my own gnome", "gnome", 4, False),
            ("mug", "mug", 9, True),
        ],
        columns=["query_text", "template", "searches", "is_shared"],
    )
    typed = query_patterns.typed_as(texts, pd.Series(["gnome", "lamp"]))
    assert typed.iloc[0].startswith("Garden Gnome (61) · gnomes (30) · gnome for ")
    assert "me@mail.example" not in typed.iloc[0]
    assert "own" not in typed.iloc[0]
    assert pd.isna(typed.iloc[1])
    assert gaps().set_index("template").typed_as["gnome"] == "Garden Gnome (61) · gnomes (30)"
