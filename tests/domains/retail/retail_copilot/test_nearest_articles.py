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


def articles(names: pd.Series, ended: frozenset[str] = frozenset()) -> pd.DataFrame:
    """Articles of which each sold two lines more than the next, at ten more a line."""
    at = pd.Series(range(len(names)), names.index, dtype=float)
    return pd.DataFrame(
        {
            "product_name": names,
            "lines": 2 * (len(names) - at),
            "money": 20 * (len(names) - at) * (at + 1),
            "is_active": ~names.isin(ended),
        }
    )


def nearest(template: str) -> str | None:
    named = NearestArticles(articles(BEST_SELLING_FIRST), frozenset({"mat"})).of(
        pd.Series([template], index=[7])
    )
    assert list(named.index) == [7]
    return named.nearest_articles.loc[7]


def test_articles_that_share_the_rarest_words_come_first_and_of_equal_ones_the_best_selling() -> None:
    """`gnome` is in one article, `mug` in four: whoever has the rarer word is nearer."""
    assert nearest("gnome mug") == "GARDEN GNOME LIGHT · RED MUG · SET OF 6 RED MUGS · BLUE MUG · CHINA MUG"
    assert nearest("red mug") == "RED MUG · SET OF 6 RED MUGS · RED BOX · BLUE MUG · CHINA MUG"


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


def test_no_search_has_no_row() -> None:
    none = NearestArticles(articles(BEST_SELLING_FIRST)).of(pd.Series([], dtype=object))
    assert none.empty
    assert list(none) == ["nearest_articles", "is_sold", "nearest_value"]


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


def test_a_price_or_a_size_behind_the_last_word_does_not_make_another_thing() -> None:
    """A gift voucher was worth any article, because the last word of each voucher was its price."""
    vouchers = articles(pd.Series(["SHOP GIFT VOUCHER £30.00", "GIFT BOX 7CM", "50", "POT", "MAT"]))
    searched = NearestArticles(vouchers).of(pd.Series(["gift voucher", "gift box"]))
    assert searched.nearest_value.notna().tolist() == [True, True]


GNOMES = (
    "SET/6 GARDEN GNOME CANDLES",
    "COLOURFUL GNOME",
    "GNOME LAMP",
    "SILVER GNOME",
    "GOLD GNOME",
    "TALL GNOME",
    "SMALL GNOME",
    "ROUND GNOME",
    *(f"POT {colour}" for colour in ("RED", "BLUE", "GREEN", "WHITE", "BLACK", "PINK", "GREY", "BROWN")),
)


def test_articles_still_sold_come_first_and_are_the_thing_where_none_with_all_words_is() -> None:
    """A shop was to stock a garden gnome again, although it sold four others on the newest day."""
    ended = frozenset({"SET/6 GARDEN GNOME CANDLES", "COLOURFUL GNOME"})
    searched = NearestArticles(articles(pd.Series(GNOMES), ended)).of(pd.Series(["garden gnome"]))
    assert searched.nearest_articles.tolist() == [
        "SILVER GNOME · GOLD GNOME · TALL GNOME · SMALL GNOME · SET/6 GARDEN GNOME CANDLES"
    ]
    assert searched.is_sold.tolist() == [True]


def test_a_line_is_worth_what_the_articles_still_sold_bring() -> None:
    """The set is another thing, and the colourful gnome ended: silver sells at 40 a line, gold at 50."""
    ended = frozenset({*GNOMES} - {"SILVER GNOME", "GOLD GNOME"})
    searched = NearestArticles(articles(pd.Series(GNOMES), ended)).of(pd.Series(["garden gnome"]))
    assert searched.nearest_value.round(2).tolist() == [(26 * 40 + 24 * 50) / (26 + 24)]


def test_an_article_that_is_another_thing_takes_no_place_of_one_that_ended() -> None:
    names = pd.Series(["DOG BOTTLE", "OLD DOG LEAD", "DOG LEAD HOOK", "POT"])
    ended = frozenset({"OLD DOG LEAD", "DOG LEAD HOOK"})
    searched = NearestArticles(articles(names, ended)).of(pd.Series(["dog lead"]))
    assert searched.nearest_articles.tolist() == ["OLD DOG LEAD · DOG LEAD HOOK · DOG BOTTLE"]


def test_of_articles_with_all_words_those_still_sold_come_first() -> None:
    names = pd.Series(["OLD DOG BOWL", "DOG BOWL RED", "CAT BOWL", "POT", "MAT"])
    searched = NearestArticles(articles(names, frozenset({"OLD DOG BOWL"}))).of(pd.Series(["dog bowl"]))
    assert searched.nearest_articles.tolist() == ["DOG BOWL RED · OLD DOG BOWL · CAT BOWL"]


def test_an_article_of_two_codes_is_sold_while_one_of_them_is() -> None:
    named = articles(pd.Series(["SILVER GNOME", "SILVER  GNOME", "GARDEN GNOME", "POT"]))
    named["is_active"] = [False, True, False, True]
    searched = NearestArticles(named).of(pd.Series(["garden gnome"]))
    assert searched.nearest_articles.tolist() == ["SILVER GNOME · GARDEN GNOME"]
