import numpy as np
import pandas as pd
import pytest

from headgate.analytics.retail_copilot import intents

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
    words = {word for label in intents.found(every, pd.Series([5] * 40)).labels for word in label.split(" · ")}
    assert not words & {"the", "for", "me"}


@pytest.mark.parametrize("count", [20, 500, 50_000])
def test_more_texts_have_more_intents_within_what_a_person_can_look_through(count: int) -> None:
    assert 2 <= min(intents.sizes(count)) <= max(intents.sizes(count)) <= intents.MAX_INTENTS
