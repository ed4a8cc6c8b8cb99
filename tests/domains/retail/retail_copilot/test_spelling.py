import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.domains.retail.retail_copilot import spelling

pytestmark = pytest.mark.unit


def corrections(known: set[str] | None = None, **counts: int) -> dict[str, str]:
    return spelling.corrections(pd.Series(counts, dtype=int), known or set())


@pytest.mark.parametrize("slip", ["amp", "lmap", "lammp", "lanp", "lampe"])
def test_a_rare_neighbour_of_a_common_word_is_a_slip(slip: str) -> None:
    assert corrections(lamp=50, **{slip: 2}) == {slip: "lamp"}


def test_words_of_the_shop_are_never_changed() -> None:
    assert corrections(known={"lamb"}, lamp=500, lamb=1) == {}


def test_a_word_that_many_people_type_is_no_slip() -> None:
    assert corrections(known={"mark"}, mask=358, mark=40) == {}


def test_a_word_of_the_shop_is_right_even_if_nobody_typed_it() -> None:
    assert corrections(known={"lamp"}, lanp=1) == {"lanp": "lamp"}


def test_short_words_and_words_with_digits_are_left_alone() -> None:
    assert corrections(bag=500, ag=1, r2d2=1, r2d3=500) == {}


def test_two_slips_are_too_many() -> None:
    assert corrections(known={"ceramic"}, cramc=1) == {}


def test_equally_common_neighbours_are_chosen_by_the_alphabet() -> None:
    assert corrections(lamp=50, lame=50, lamq=1) == {"lamq": "lame"}


@given(st.text("abcd", min_size=1, max_size=8), st.data())
def test_every_single_slip_is_recognised_both_ways(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abcd"))
    swapped = word[:place] + word[place : place + 2][::-1] + word[place + 2 :]
    for other in (
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place:],
        word[:place] + letter + word[place + 1 :],
        swapped,
    ):
        assert spelling.is_one_slip(word, other)
        assert spelling.is_one_slip(other, word)


@given(st.text(st.characters(categories=["Ll", "Lo"]), min_size=6, max_size=20), st.data())
def test_every_single_slip_of_a_common_word_of_any_script_is_corrected(
    word: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.characters(categories=["Ll", "Lo"]))
    swapped = word[:place] + word[place : place + 2][::-1] + word[place + 2 :]
    shorter, longer = word[:place] + word[place + 1 :], word[:place] + letter + word[place:]
    slip = data.draw(st.sampled_from([shorter, longer, word[:place] + letter + word[place + 1 :], swapped]))
    expected = {} if slip == word else {slip: word}
    assert corrections(**{word: 50, slip: 50 if slip == word else 1}) == expected


@given(st.text("abc", min_size=1, max_size=7), st.text("abc", min_size=1, max_size=7))
def test_words_two_letters_longer_are_never_one_slip(word: str, more: str) -> None:
    assert not spelling.is_one_slip(word, word + "x" + more)


def test_a_rare_word_of_the_language_is_no_slip() -> None:
    counts = pd.Series({"bell": 18, "belt": 1, "bel": 1})
    assert spelling.corrections(counts, set(), {"belt"}) == {"bel": "bell"}


@pytest.mark.parametrize(("slip", "word"), [("abg", "bag"), ("bxo", "box"), ("muug", "mug"), ("mmug", "mug")])
def test_a_short_word_is_corrected_where_it_has_the_same_letters(slip: str, word: str) -> None:
    assert corrections(**{word: 300, slip: 40}) == {slip: word}


@pytest.mark.parametrize(("rare", "often"), [("bog", "bag"), ("ags", "bag"), ("boxy", "box")])
def test_a_short_word_with_another_letter_stays(rare: str, often: str) -> None:
    assert corrections(**{often: 300, rare: 40}) == {}
