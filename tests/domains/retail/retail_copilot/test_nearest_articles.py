import pandas as pd
import pytest

from headgate.domains.retail.retail_copilot.nearest_articles import NearestArticles

pytestmark = pytest.mark.unit

BEST_SELLING_FIRST = pd.Series(
    [
        "RED MUG",
        "Door  mat",
        "SET OF 6 RED MUGS",
        "GARDEN GNOME LIGHT",
        None,
        "RED BOX",
        "RED MUG",
        "BLUE MUG",
        "CHINA MUG",
    ]
)


def nearest(template: str) -> str | None:
    named = NearestArticles(BEST_SELLING_FIRST, frozenset({"mat"})).of(pd.Series([template], index=[7]))
    assert list(named.index) == [7]
    return named.nearest_articles.loc[7]


def test_articles_that_share_the_rarest_words_come_first_and_of_equal_ones_the_best_selling() -> None:
    """`gnome` is in one article, `mug` in four: whoever has the rarer word is nearer."""
    assert nearest("gnome mug") == "GARDEN GNOME LIGHT · RED MUG · SET OF 6 RED MUGS"
    assert nearest("red mug") == "RED MUG · SET OF 6 RED MUGS · RED BOX"


def test_plurals_meet_their_singular() -> None:
    assert nearest("gnome") == "GARDEN GNOME LIGHT"
    assert NearestArticles(pd.Series(["SIX GNOMES"])).of(pd.Series(["gnome"])).nearest_articles.tolist() == [
        "SIX GNOMES"
    ]


def test_a_search_that_shares_no_word_or_only_a_common_one_has_none() -> None:
    assert nearest("sewing machine") is None
    assert nearest("red phone charger with cable") is None


def test_a_shop_without_articles_names_none() -> None:
    assert NearestArticles(pd.Series([], dtype=object)).of(pd.Series(["mug"])).nearest_articles.tolist() == [
        None
    ]


def test_a_search_is_sold_where_one_article_has_all_of_its_words() -> None:
    sold = NearestArticles(BEST_SELLING_FIRST).of(
        pd.Series(["garden gnome", "garden mat", "red mug", "machine"])
    )
    assert sold.is_sold.tolist() == [True, False, True, False]
