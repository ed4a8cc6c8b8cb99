from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import pytest

from headgate.domains.retail.retail_copilot import intents

if TYPE_CHECKING:
    import numpy.typing as npt

    from headgate.domains.retail.retail_copilot.sentence_model import SentenceModel

pytestmark = pytest.mark.unit

THINGS = ("mug", "lamp", "candle", "garden gnome")
COLOURS = ("red", "blue", "green", "white", "black", "pink", "old", "small", "large", "round")


def texts() -> pd.Series:
    return pd.Series([f"{colour} {thing}" for thing in THINGS for colour in COLOURS])


def test_texts_about_one_thing_share_an_intent_that_names_it() -> None:
    found = intents.found(texts(), pd.Series([5] * 40))
    lamps = set(found.named[10:20])
    assert len(lamps) <= 2
    assert all("lamp" in label for label in lamps)
    assert found.silhouette > 0


def test_labels_are_never_given_twice() -> None:
    found = intents.found(texts(), pd.Series([5] * 40))
    assert len(set(found.labels)) == len(found.labels)
    assert all(0 < len(label) <= 80 for label in found.labels)


def test_few_texts_have_one_intent() -> None:
    found = intents.found(pd.Series(["mug", "lamp"]), pd.Series([1, 1]))
    assert set(found.named) == {intents.ONLY}
    assert np.isnan(found.silhouette)


def test_common_words_make_no_label() -> None:
    every = pd.Series([f"the {text} for me" for text in texts()])
    for label in intents.found(every, pd.Series([5] * 40)).labels:
        assert not {label.split()[0], label.split()[-1]} & {"the", "for", "me"}


def test_a_label_is_a_phrase_of_the_groups_texts() -> None:
    about_card = ["how to top up by card", "top up by card please", "top up"]
    every = pd.Series([*about_card, "track my parcel", "where is my parcel", "my parcel is late"])
    groups = np.array([0, 0, 0, 1, 1, 1])
    assert intents.labels(every, groups, pd.Series([1] * 6)) == ["top up", "parcel"]


def test_groups_with_one_best_phrase_have_different_labels() -> None:
    every = pd.Series(["red mug", "red mug", "red mug", "of the"])
    assert intents.labels(every, np.array([0, 1, 2, 3]), pd.Series([1] * 4)) == ["red mug", "mug", "red", "other 4"]


@pytest.mark.parametrize("count", [20, 500, 50_000])
def test_more_texts_have_more_intents_within_what_a_person_can_look_through(count: int) -> None:
    assert 2 <= min(intents.sizes(count)) <= max(intents.sizes(count)) <= intents.MAX_INTENTS


class ByTopic:
    """A model to which texts mean their last word, and nothing else."""

    def vectors(self, texts: pd.Series[str]) -> npt.NDArray[np.float32]:
        topics = [text.split()[-1] for text in texts]
        return np.array([[topic == other for other in ("mug", "lamp", "candle", "gnome")] for topic in topics], dtype=np.float32)


def test_what_texts_mean_counts_for_more_than_their_words() -> None:
    groups = intents.grouped(texts(), 4, cast("SentenceModel", ByTopic()))
    assert all(len(set(groups[start : start + 10])) == 1 for start in (0, 10, 20, 30))


def test_texts_beyond_what_the_model_reads_join_a_group_by_their_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intents, "MAX_READ", 30)
    monkeypatch.setattr(intents, "MAX_LEARNT_FROM", 25)
    found = intents.found(texts(), pd.Series([5] * 40), cast("SentenceModel", ByTopic()))
    assert len(found.groups) == 40
    assert sum("lamp" in label for label in found.named[10:20]) >= 8


def test_groups_do_not_depend_on_the_order_of_equally_common_texts() -> None:
    """The first letters of the alphabet alone do not shape the groups: every topic is among those learnt from."""
    order = intents._commonest_first(pd.Series([1] * 1_000))
    assert {place // 100 for place in order[:200]} == set(range(10))
    assert list(intents._commonest_first(pd.Series([1, 3, 2]))) == [1, 2, 0]
