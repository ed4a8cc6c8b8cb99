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


def articles(names: pd.Series) -> pd.DataFrame:
    """Articles of which each sold two lines more than the next, at ten more a line."""
    at = pd.Series(range(len(names)), names.index, dtype=float)
    return pd.DataFrame(
        {"product_name": names, "lines": 2 * (len(names) - at), "money": 20 * (len(names) - at) * (at + 1)}
    )


def nearest(template: str) -> str | None:
    named = NearestArticles(articles(BEST_SELLING_FIRST), frozenset({"mat"})).of(
        pd.Series([template], index=[7])
    )
    assert list(named.index) == [7]
    return named.nearest_articles.loc[7]


def test_articles_that_share_the_rarest_words_come_first_and_of_equal_ones_the_best_selling() -> None:
    """`gnome` is in one article, `mug` in four: whoever has the rarer word is nearer."""
    assert nearest("gnome mug") == "GARDEN GNOME LIGHT · RED MUG · SET OF 6 RED MUGS"
    assert nearest("red mug") == "RED MUG · SET OF 6 RED MUGS · RED BOX"


def test_plurals_meet_their_singular() -> None:
    assert nearest("gnome") == "GARDEN GNOME LIGHT"
    assert NearestArticles(articles(pd.Series(["SIX GNOMES"]))).of(
        pd.Series(["gnome"])
    ).nearest_articles.tolist() == ["SIX GNOMES"]


def test_a_search_that_shares_no_word_or_only_a_common_one_has_none() -> None:
    assert nearest("sewing machine") is None
    assert nearest("red phone charger with cable") is None


def test_a_shop_without_articles_names_none() -> None:
    assert NearestArticles(articles(pd.Series([], dtype=object))).of(
        pd.Series(["mug"])
    ).nearest_articles.tolist() == [None]


def test_a_search_is_sold_where_one_article_has_all_of_its_words() -> None:
    sold = NearestArticles(articles(BEST_SELLING_FIRST)).of(
        pd.Series(["garden gnome", "garden mat", "red mug", "machine"])
    )
    assert sold.is_sold.tolist() == [True, False, True, False]


def test_a_line_of_the_nearest_articles_is_worth_what_those_with_all_words_sell_for() -> None:
    """`RED MUG` sells at 10 a line, `SET OF 6 RED MUGS` at 30; without a match all near articles count."""
    few = articles(pd.Series(["RED MUG", "DOOR MAT", "SET OF 6 RED MUGS"]))
    searched = NearestArticles(few).of(pd.Series(["red mug", "door gnome", "machine"]))
    assert searched.nearest_value.round(2).tolist()[:2] == [round((60 + 60) / (6 + 2), 2), 20.0]
    assert searched.nearest_value.isna().tolist() == [False, False, True]


def test_articles_that_nobody_bought_have_no_value() -> None:
    unsold = articles(pd.Series(["RED MUG"])).assign(money=None, lines=None)
    assert NearestArticles(unsold).of(pd.Series(["red mug"])).nearest_value.isna().all()


def test_an_article_that_is_another_thing_by_its_last_word_is_no_price_of_the_search() -> None:
    """A vinyl record was worth a line of silver picture frames."""
    frames = articles(pd.Series(["VINYL RECORD FRAME", "VINYL RECORD SILVER", "BOX"]))
    searched = NearestArticles(frames).of(pd.Series(["vinyl record", "record frame"]))
    assert searched.is_sold.tolist() == [True, True], "whoever works at it may still add a synonym"
    assert searched.nearest_value.tolist()[1] == 10.0
    assert searched.nearest_value.isna().tolist() == [True, False]
