import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.domains.retail.retail_copilot.wordpiece import WordPiece, words

pytestmark = pytest.mark.unit

PARTS = WordPiece.of("[CLS]\n[SEP]\n[UNK]\nmug\nmu\n##g\n##s\n,\ncreme\n\u5b57\n")


def test_the_longest_part_that_fits_is_taken_first() -> None:
    assert PARTS.encoded(["mugs", "mus"], 10) == [[0, 3, 6, 1], [0, 4, 6, 1]]


def test_a_word_that_cannot_be_put_together_is_unknown_as_a_whole() -> None:
    assert PARTS.encoded(["mugx mug"], 10) == [[0, 2, 3, 1]]


def test_a_very_long_word_is_unknown() -> None:
    assert PARTS.encoded(["mug" + "s" * 98], 200) == [[0, 2, 1]]


def test_case_accents_and_controls_are_ignored() -> None:
    assert words("Cr\u00e8me\u200b MUG\u0007s") == ["creme", "mugs"]


def test_marks_and_ideographs_are_words_of_their_own() -> None:
    assert words("mug,mug") == ["mug", ",", "mug"]
    assert words("\u5b57\u5b57\u2014x") == ["\u5b57", "\u5b57", "\u2014", "x"]


def test_a_long_text_is_cut_and_still_ends() -> None:
    assert PARTS.encoded(["mug mug mug mug"], 4) == [[0, 3, 3, 1]]


def test_an_empty_text_begins_and_ends() -> None:
    assert PARTS.encoded([""], 4) == [[0, 1]]


@given(st.text(st.characters(codec="ascii")))
def test_plain_text_is_read_the_same_by_the_short_way_and_the_long(text: str) -> None:
    assert words(text) == words(f"{text} \u00e9")[:-1]
