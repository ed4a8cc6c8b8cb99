import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.domains.retail.retail_copilot import normalise

pytestmark = pytest.mark.unit


def templates(*texts: str, vocabulary: tuple[str, ...] = ()) -> list[str]:
    frame = pd.DataFrame({"query_text": texts, "searches": 1})
    return normalise.Normaliser(vocabulary).templates(frame).template.tolist()


@pytest.mark.parametrize(
    "text",
    [
        "red mug",
        "  RED   Mug ",
        "réd mug",
        "red mugs",
        "red-mug!",
        "6 red mugs",
        "red mug set of 6",
        "red mug pack of 12",
        "red mug x2",
        "red mug 350ml",
        "red mug 350 ml",
        "red mug 10 x 12 cm",
        "red mug 10x12x8cm",
        "red mug size large",
        "red mug XL",
        "red mug 0,5 l",
        "red mug jane.doe@example.com",
    ],
)
def test_case_accents_plural_quantity_and_size_make_no_other_template(text: str) -> None:
    assert templates(text) == ["red mug"]


@given(st.lists(st.text() | st.sampled_from(["red mugs", "a b", "", "???"]), min_size=1, max_size=6))
def test_a_normaliser_with_the_words_of_another_one_has_the_same_templates(texts: list[str]) -> None:
    frame = pd.DataFrame({"query_text": texts, "searches": 1}, dtype=object)
    first, second = normalise.Normaliser(["red mug"]), normalise.Normaliser(["red mug"])
    second.add_words(texts, first.words(frame.query_text))
    assert second.words(frame.query_text) == first.words(frame.query_text)
    pd.testing.assert_frame_equal(second.templates(frame), first.templates(frame))


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("berries", "berry"),
        ("boxes", "box"),
        ("glasses", "glass"),
        ("glass", "glass"),
        ("christmas", "christma"),
        ("bus", "bus"),
        ("7up", "7up"),
        ("iphone 12", "iphone 12"),
        ("children's mug", "children mug"),
        ("чашка", "чашка"),
        ("!!!", normalise.BLANK),
        ("", normalise.BLANK),
    ],
)
def test_words_keep_what_they_mean(text: str, template: str) -> None:
    assert templates(text) == [template]


def test_a_misspelled_word_becomes_the_shops_word_and_is_reported() -> None:
    frame = normalise.Normaliser(["RED CERAMIC MUG"]).templates(
        pd.DataFrame({"query_text": ["ceramc mug", "ceramic mug"], "searches": [1, 1]})
    )
    assert frame.template.tolist() == ["ceramic mug"] * 2
    assert frame.is_corrected.tolist() == [True, False]


def test_personal_data_is_never_shown() -> None:
    shown = normalise.redacted(
        pd.Series(["mug for jane@example.com", "call +44 20 7946 0958", "card [card number] mug", "mug 12"])
    )
    assert shown.tolist() == ["mug for [e-mail]", "call [number]", "card [card number] mug", "mug 12"]


@given(st.lists(st.text(max_size=60), min_size=1, max_size=15, unique=True))
def test_any_text_has_a_template_that_is_its_own_template(texts: list[str]) -> None:
    frame = pd.DataFrame({"query_text": texts, "searches": 1})
    templates = normalise.Normaliser(()).templates(frame)
    assert templates.template.str.len().between(1, normalise.MAX_LENGTH).all()
    assert templates.query_text.tolist() == texts


def test_a_label_has_words_that_people_typed() -> None:
    """The German `glas` loses its last letter in a template.

    `mug` was typed itself, and stays although `mugs` is commoner.
    """
    frame = pd.DataFrame(
        {"query_text": ["glas vase", "Glas", "glass", "mugs", "mug"], "searches": [3, 2, 9, 8, 1]}
    )
    assert templates("glas") == ["gla"]
    assert normalise.as_typed(["gla vase", "mug", "other 3"], frame) == ["glas vase", "mug", "other 3"]


def test_a_label_keeps_its_corrected_spelling() -> None:
    """The shop's word `ceramic` was never typed right; its misspelling is no better label."""
    frame = pd.DataFrame({"query_text": ["ceramc mugs"], "searches": [4]})
    assert normalise.as_typed(["ceramic mug"], frame) == ["ceramic mugs"]


def test_no_texts_give_no_templates() -> None:
    assert normalise.Normaliser(["mug"]).templates(pd.DataFrame({"query_text": [], "searches": []})).empty


def test_a_word_that_only_ends_like_a_plural_stays_whole() -> None:
    words = pd.Series(["christmas", "mugs", "gnomes"])
    assert list(normalise.singular(words, {"christmas", "mug", "mugs"})) == ["christmas", "mug", "gnome"]


@given(st.lists(st.text(alphabet="ab '\u00e9SsIiEe3x.-", max_size=12), min_size=1, max_size=6, unique=True))
def test_texts_that_were_split_before_have_the_templates_of_a_first_look(texts: list[str]) -> None:
    frame = pd.DataFrame({"query_text": texts, "searches": range(1, len(texts) + 1)})
    shared = normalise.Normaliser(["abes", "bees x"], {"abes"})
    shared.templates(frame.iloc[: len(frame) // 2])
    shared.slips(frame)
    fresh = normalise.Normaliser(["abes", "bees x"], {"abes"})
    pd.testing.assert_frame_equal(shared.templates(frame), fresh.templates(frame))


def joined(typed: dict[str, int], vocabulary: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the template of each text; words of the shop and of the language are `LANGUAGE`."""
    frame = pd.DataFrame({"query_text": list(typed), "searches": list(typed.values())})
    texts = normalise.Normaliser(vocabulary, LANGUAGE).templates(frame)
    return dict(zip(texts.query_text, texts.template, strict=True))


WORDS = "yoga mat dog lead phone chargers wedding dress puzzle pieces bird oil beard red mug cup rug candle"
LANGUAGE = frozenset(WORDS.split())


@pytest.mark.parametrize(
    ("slip", "meant", "template"),
    [
        ("yoga mmat", "yoga mat", "yoga mat"),
        ("do glead", "dog lead", "dog lead"),
        ("phone chargers", "phone charger", "phone charger"),
        ("wedding dres", "wedding dress", "wedding dress"),
        ("Puzzle 5000 piieces", "puzzle 5000 pieces", "puzzle"),
        ("berd oil", "beard oil", "beard oil"),
        ("yogamat", "yoga mat", "yoga mat"),
    ],
)
def test_a_slip_in_a_short_word_or_a_space_belongs_to_the_search_that_was_meant(
    slip: str, meant: str, template: str
) -> None:
    assert joined({meant: 300, slip: 50}, ("bird",)) == {meant: template, slip: template}


@pytest.mark.parametrize(
    ("rare", "often"),
    [
        ("red rug", "red mug"),  # both are words
        ("bird oil", "beard oil"),
        ("candle 12", "candle 15"),  # another number is another article
        ("t12 lamp", "t15 lamp"),
        ("gu cup", "mug cup"),  # two letters apart
        ("abcd", "abcde"),  # too short to say
    ],
)
def test_distinct_articles_are_never_joined(rare: str, often: str) -> None:
    templates = joined({often: 300, rare: 50}, ("lamp", "t12", "t15", "abcd", "abcde"))
    assert templates[rare] != templates[often]


def test_the_frequent_spelling_wins_and_one_of_equal_frequency_stays() -> None:
    assert joined({"yoga mmat": 300, "yoga mat": 50})["yoga mat"] == "yoga mat"
    assert joined({"yoga mat": 240, "yoga mmat": 50})["yoga mmat"] == "yoga mmat"
    assert joined({"yoga mat": 250, "yoga mmat": 50})["yoga mmat"] == "yoga mat"


def test_all_spellings_of_the_intended_search_count_for_it() -> None:
    """`yoga mats` is no other search, so that 130 and 130 are 260, more than five times 50."""
    templates = joined({"yoga mats": 130, "yoga mat": 130, "yoga mmat": 50})
    assert set(templates.values()) == {"yoga mat"}
