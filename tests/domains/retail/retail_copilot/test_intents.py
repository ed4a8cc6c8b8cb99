from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail.retail_copilot import intent_labels, intents, text_points

if TYPE_CHECKING:
    import numpy.typing as npt

    from headgate.domains.retail.retail_copilot.sentence_model import SentenceModel

pytestmark = pytest.mark.unit

THINGS = ("mug", "lamp", "candle", "garden gnome")
COLOURS = ("red", "blue", "green", "white", "black", "pink", "old", "small", "large", "round")


def texts() -> pd.Series:
    return pd.Series([f"{colour} {thing}" for thing in THINGS for colour in COLOURS])


def test_texts_about_one_thing_share_an_intent_that_names_it() -> None:
    groups = intents.group_texts(texts(), pd.Series([5] * 40))
    lamps = set(groups.named[10:20])
    assert len(lamps) <= 2
    assert all("lamp" in label for label in lamps)
    assert groups.silhouette > 0


def test_a_group_whose_texts_have_little_in_common_is_called_by_its_commonest_texts() -> None:
    some = pd.Series(["pot", "shed", "red mug", "dominoe", "stand", "blue mug"])
    groups, weights = np.array([0, 0, 1, 0, 0, 1]), pd.Series([9, 3, 5, 4, 1, 5])
    chosen = np.array([True, False])
    names = intent_labels.named_by_examples(["platter", "mug"], some, groups, weights, chosen)
    assert names == ["various: pot, dominoe, shed", "mug"]


def test_misfits_of_a_shop_are_no_intent_of_a_label() -> None:
    """Words of random letters have nothing in common, and end in groups of what is left."""
    rng = np.random.default_rng(4)
    words = ["".join(rng.choice(list("bcdfghjklmnpqrstvwxz"), 7)) for _ in range(12)]
    every = pd.concat([texts(), pd.Series(words)], ignore_index=True)
    groups = intents.group_texts(every, pd.Series([5] * len(every)))
    of_words = [str(label) for label in groups.named[40:]]
    assert any(label.startswith(intent_labels.VARIOUS) for label in of_words)
    assert not any(str(label).startswith(intent_labels.VARIOUS) for label in groups.named[:40])


def test_texts_about_one_thing_are_alike_enough_for_a_label() -> None:
    groups = intents.group_texts(texts(), pd.Series([5] * 40))
    assert not any(label.startswith(intent_labels.VARIOUS) for label in groups.labels)
    assert (groups.cohesion > 0).all()


def test_labels_are_never_given_twice() -> None:
    groups = intents.group_texts(texts(), pd.Series([5] * 40))
    assert len(set(groups.labels)) == len(groups.labels)
    assert all(0 < len(label) <= 80 for label in groups.labels)


def test_few_texts_have_one_intent() -> None:
    groups = intents.group_texts(pd.Series(["mug", "lamp"]), pd.Series([1, 1]))
    assert set(groups.named) == {intents.ONLY}
    assert set(groups.sub_named) == {intents.ONLY}
    assert np.isnan(groups.silhouette)
    assert np.isnan(groups.stability)


@pytest.mark.parametrize("model", [None, "by topic"])
def test_each_sub_intent_lies_in_one_intent(model: str | None) -> None:
    groups = intents.group_texts(
        texts(), pd.Series([5] * 40), cast("SentenceModel", ByTopic()) if model else None
    )
    intents_of = pd.Series(groups.groups).groupby(groups.sub_groups).nunique()
    assert set(intents_of) == {1}
    assert len(groups.sub_labels) >= len(groups.labels)


def test_texts_that_join_later_are_in_the_intent_of_their_sub_intent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intents, "MAX_READ", 30)
    monkeypatch.setattr(intents, "MAX_LEARNT_FROM", 25)
    groups = intents.group_texts(texts(), pd.Series([5] * 40))
    intents_of = pd.Series(groups.groups).groupby(groups.sub_groups).nunique()
    assert set(intents_of) == {1}


def test_labels_of_both_levels_occur_in_the_texts_of_their_groups() -> None:
    groups = intents.group_texts(texts(), pd.Series([5] * 40))
    for group, label in [
        *zip(groups.groups, groups.named, strict=True),
        *zip(groups.sub_groups, groups.sub_named, strict=True),
    ]:
        own = groups.groups if label in groups.labels else groups.sub_groups
        for phrase in label.split(", "):  # a name is a phrase, or the commonest searches
            assert texts()[own == group].str.contains(phrase, regex=False).any()


def test_the_same_texts_give_the_same_groups_and_labels() -> None:
    one, other = (intents.group_texts(texts(), pd.Series([5] * 40)) for _ in range(2))
    assert one.groups.tobytes() == other.groups.tobytes()
    assert one.sub_groups.tobytes() == other.sub_groups.tobytes()
    assert (one.labels, one.sub_labels, one.stability) == (other.labels, other.sub_labels, other.stability)


def test_texts_that_are_points_in_one_place_have_one_intent() -> None:
    class AllAlike:
        def vectors(self, texts: pd.Series[str]) -> npt.NDArray[np.float32]:
            return np.ones((len(texts), 4), dtype=np.float32)

    same = pd.Series([f"{'mug' * (1 + place)}" for place in range(25)])
    groups = intents.group_texts(same, pd.Series([1] * 25), cast("SentenceModel", AllAlike()))
    assert len(groups.labels) == len(set(groups.labels)) == len(np.unique(groups.groups))


def test_a_sub_intents_label_says_what_sets_it_apart_within_its_intent() -> None:
    every = pd.Series(
        ["desk lamp", "desk lamp brass", "floor lamp", "floor lamp tall", "red mug", "blue mug"]
    )
    subs, parents = np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 1])
    weights = pd.Series([1] * 6)
    names = intent_labels.labels(every, parents[subs], weights)
    assert names == ["lamp", "mug"]
    assert intent_labels.sub_labels(every, subs, weights, parents, names) == [
        "desk lamp",
        "floor lamp",
        "mug",
    ]


def test_a_label_reaches_across_no_punctuation_and_has_no_contraction() -> None:
    every = pd.Series(["Hi, where is my card? It didn't arrive.", "My card! Where is it?"])
    assert intent_labels.labels(every, np.array([0, 0]), pd.Series([1, 1])) == ["card"]


def test_one_word_in_the_names_of_many_articles_makes_no_label() -> None:
    every = pd.Series(["heart design", "paisley design", "t light holder", "holder t light"])
    named = intent_labels.labels(every, np.array([0, 0, 1, 1]), pd.Series([1] * 4))
    assert {"design", "holder"}.isdisjoint(named)


def test_words_with_which_people_ask_make_no_label() -> None:
    every = pd.Series(
        ["how long does delivery take", "i want to know how long delivery takes", "please help"]
    )
    assert intent_labels.labels(every, np.array([0, 0, 1]), pd.Series([1] * 3)) == ["delivery", "other 2"]


def test_a_phrase_of_several_texts_is_a_better_label_than_a_longer_one_of_one_text() -> None:
    every = pd.Series(["chances of a storm tonight", "weather like", "weather in paris"])
    assert intent_labels.labels(every, np.zeros(3, dtype=np.int64), pd.Series([1] * 3)) == ["weather"]


def test_a_label_means_what_its_group_means() -> None:
    """The phrase "$100" is in more of the texts than any other phrase.

    Withdrawals are what they are about.
    """
    every = pd.Series(
        [
            "got $100 withdrawal",
            "only $100 came",
            "$100 of the withdrawal",
            "cash withdrawal wrong",
            "lost my parcel",
        ]
    )
    groups, weights = np.array([0, 0, 0, 0, 1]), pd.Series([2, 2, 2, 1, 1])

    def near(phrases: pd.Series, own: np.ndarray) -> np.ndarray:
        assert len(phrases) == len(own)
        return np.where(phrases.str.contains("withdrawal|parcel"), 0.8, 0.1)

    assert intent_labels.labels(every, groups, weights)[0] == "$100"
    assert intent_labels.labels(every, groups, weights, near) == ["withdrawal", "lost my parcel"]


def test_meaning_counts_for_more_than_words() -> None:
    """The phrase "set 10" is in most of the texts; candles are a little nearer to what they mean."""
    every = pd.Series(["set 10 white", "set 10 blue", "set 10 red", "candle box", "candle jar"])

    def near(phrases: pd.Series, _: np.ndarray) -> np.ndarray:
        return np.where(phrases == "candle", 0.7, 0.45)

    assert intent_labels.labels(every, np.zeros(5, dtype=np.int64), pd.Series([1] * 5)) == ["set 10"]
    assert intent_labels.labels(every, np.zeros(5, dtype=np.int64), pd.Series([1] * 5), near) == ["candle"]


def test_the_word_of_most_texts_is_a_better_label_than_a_phrase_of_some() -> None:
    """Three of six tins are plaster tins, but "plaster in tin" says nothing about the other three.

    `tin` is used elsewhere, too.
    """
    every = pd.Series(
        [
            "plaster in tin red",
            "plaster in tin blue",
            "plaster in tin",
            "cake tin",
            "handy tin",
            "round tin",
            "tin opener",
            "tin man",
        ]
    )
    groups, weights = np.array([0] * 6 + [1, 2]), pd.Series([1] * 8)

    def near(phrases: pd.Series, _: np.ndarray) -> np.ndarray:
        return np.full(len(phrases), 0.5)

    assert intent_labels.labels(every, groups, weights)[0] == "plaster in tin"
    assert intent_labels.labels(every, groups, weights, near)[0] == "tin"


def test_a_word_that_is_mostly_used_in_other_groups_is_no_label() -> None:
    every = pd.Series(
        ["lost card", "lost card today", "card is lost", *[f"card {other}" for other in "abcdefghijklmnop"]]
    )
    groups = np.array([0] * 3 + list(range(1, 17)))
    found = intent_labels.labels(
        every, groups, pd.Series([1] * 19), lambda phrases, _: np.full(len(phrases), 0.5)
    )
    assert found[0] in {"lost card", "lost"}


def test_the_model_finds_a_phrase_near_to_most_texts_of_a_group() -> None:
    """One text far from the others does not change which phrase is near: the middle text counts, not the
    mean.
    """
    meaning = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])

    class ByName:
        def vectors(self, phrases: list[str]) -> npt.NDArray[np.float32]:
            return np.array(
                [{"most": [1.0, 0.0], "one": [-1.0, 0.0]}[phrase] for phrase in phrases], dtype=np.float32
            )

    near = intents._nearness(meaning, np.array([0, 0, 0, 0, 1, 1]), cast("SentenceModel", ByName()))
    most, one = near(pd.Series(["most", "one"]), np.array([0, 0]))
    assert most > 0.9
    assert one == intents._MIN_NEARNESS


def test_phrases_of_the_same_words_count_together_and_the_commonest_is_the_label() -> None:
    every = pd.Series(["transfer fee", "transfer fee again", "fee for a transfer", "fee of my transfer"])
    assert intent_labels.labels(every, np.zeros(4, dtype=np.int64), pd.Series([1] * 4)) == ["transfer fee"]


def test_no_two_labels_have_the_same_words_in_another_order() -> None:
    every = pd.Series(["transfer fee", "transfer fee", "fee for a transfer"])
    assert intent_labels.labels(every, np.array([0, 0, 1]), pd.Series([1] * 3)) == ["transfer fee", "fee"]


def test_a_text_counts_once_for_the_label_however_often_it_was_searched() -> None:
    every = pd.Series(["red toadstool lamp", "sock puppet", "glove puppet", "finger puppet"])
    assert intent_labels.labels(every, np.zeros(4, dtype=np.int64), pd.Series([1_000, 1, 1, 1])) == ["puppet"]


def test_a_group_whose_best_phrases_are_all_taken_still_has_a_label() -> None:
    every = pd.Series([" ".join(["red mug"] * 3), "red mug", "red mug blue lamp shade of old brass"])
    found = intent_labels.labels(
        every, np.array([0, 1, 2]), pd.Series([5, 4, 1]), lambda phrases, _: np.ones(len(phrases))
    )
    assert len(set(found)) == 3


def test_the_model_compares_phrases_with_the_texts_of_their_group() -> None:
    groups = intents.group_texts(texts(), pd.Series([5] * 40), cast("SentenceModel", ByTopic()))
    assert {label.split()[-1] for label in groups.labels} <= {thing.split()[-1] for thing in THINGS}


def test_common_words_make_no_label() -> None:
    every = pd.Series([f"the {text} for me" for text in texts()])
    for label in intents.group_texts(every, pd.Series([5] * 40)).labels:
        assert not {label.split()[0], label.split()[-1]} & {"the", "for", "me"}


def test_a_label_is_a_phrase_of_the_groups_texts() -> None:
    about_card = ["how to top up by card", "top up by card please", "top up"]
    every = pd.Series([*about_card, "track my parcel", "where is my parcel", "my parcel is late"])
    groups = np.array([0, 0, 0, 1, 1, 1])
    assert intent_labels.labels(every, groups, pd.Series([1] * 6)) == ["top up", "parcel"]


def test_groups_with_one_best_phrase_have_different_labels() -> None:
    every = pd.Series(["red mug", "red mug", "red mug", "of the"])
    assert intent_labels.labels(every, np.array([0, 1, 2, 3]), pd.Series([1] * 4)) == [
        "red mug",
        "mug",
        "red",
        "other 4",
    ]


class ByTopic:
    """A model to which texts mean their last word, and nothing else."""

    def vectors(self, texts: pd.Series[str]) -> npt.NDArray[np.float32]:
        topics = [text.split()[-1] for text in texts]
        return np.array(
            [[topic == other for other in ("mug", "lamp", "candle", "gnome")] for topic in topics],
            dtype=np.float32,
        )


def test_what_texts_mean_counts_for_more_than_their_words() -> None:
    groups = intents.grouped(texts(), 4, cast("SentenceModel", ByTopic()))
    assert all(len(set(groups[start : start + 10])) == 1 for start in (0, 10, 20, 30))


def test_texts_beyond_what_the_model_reads_join_a_group_by_their_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intents, "MAX_READ", 30)
    monkeypatch.setattr(intents, "MAX_LEARNT_FROM", 25)
    groups = intents.group_texts(texts(), pd.Series([5] * 40), cast("SentenceModel", ByTopic()))
    assert len(groups.groups) == 40
    assert sum("lamp" in label for label in groups.named[10:20]) >= 8


def test_groups_do_not_depend_on_the_order_of_equally_common_texts() -> None:
    """The first letters of the alphabet alone do not shape the groups: every topic is among those learnt
    from.
    """
    order = text_points.commonest_first(pd.Series([1] * 1_000))
    assert {place // 100 for place in order[:200]} == set(range(10))
    assert list(text_points.commonest_first(pd.Series([1, 3, 2]))) == [1, 2, 0]


def test_a_group_whose_searches_do_not_share_the_label_is_named_by_its_commonest_searches() -> None:
    """Searches for face masks and for bookends were once shown as one wish for `support`."""
    texts = pd.Series(["face mask", "bookend support", "abg", "bag", "red bag", "bag strap", "(blank)"])
    groups, searches = np.array([0, 0, 0, 1, 1, 1, 0]), pd.Series([358, 20, 60, 40, 30, 20, 900])
    names = intent_labels.group_names(["support", "bag"], texts, groups, searches)
    assert names == ["face mask, abg, bookend support", "bag"]


def test_a_name_of_searches_is_no_longer_than_a_label_and_a_label_replaces_one_that_would_be() -> None:
    texts, searches = pd.Series(["a" * 70, "b" * 20, "c" * 90]), pd.Series([3, 2, 2])
    names = intent_labels.group_names(["x", "y"], texts, np.array([0, 0, 1]), searches)
    assert names == ["a" * 70, "y"]
