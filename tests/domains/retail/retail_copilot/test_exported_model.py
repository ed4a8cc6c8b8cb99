"""Predictions of intents are the batch's: the same template and intent for every text that the batch has
seen.
"""

from __future__ import annotations

import pandas as pd
import pytest

from headgate.domains.retail.predictions.searches import IntentScorer
from headgate.domains.retail.retail_copilot import exported_model, normalise
from headgate.scoring.scorer import Scorer

pytestmark = pytest.mark.unit

TYPED = (
    "Red Mug",
    "red mugs",
    "RED  MUGG",
    "Café crème set of 6",
    "boxes 10 x 20 cm",
    "jane@example.com mug",
    "+44 20 7946 0000 lamp",
    "",
    "   ",
    "!!",
    "Christmas tree",
    "children's toys",
    "batteries AA 12 pack",
    "2kg flour",
    "size XL shirt",
    "ﬁne candles",
    "Straße",
    "ties",
    "dresses",
    "[card removed] candle",
    "mug" * 200,
    "garden gnome",
    "gnomes",
    "½ litre jug",
)
LANGUAGE = frozenset({"christmas", "tie"})


@pytest.fixture(scope="module")
def texts() -> pd.DataFrame:
    typed = pd.DataFrame({"query_text": list(TYPED), "searches": range(100, 100 - len(TYPED), -1)})
    return normalise.Normaliser(["Red mug", "candles"], LANGUAGE).templates(typed)


@pytest.fixture(scope="module")
def scorer(texts: pd.DataFrame) -> IntentScorer:
    templates = sorted(set(texts.template))
    labels = pd.Series([f"group {len(template) % 4}" for template in templates], index=templates)
    slips = normalise.Normaliser(["Red mug", "candles"], LANGUAGE).slips(texts)
    sub_labels = labels + ", " + pd.Series([template[:1] for template in templates], index=templates)
    exported = exported_model.scorer(texts, labels, sub_labels, slips, LANGUAGE)
    assert exported
    return IntentScorer(Scorer.from_bytes(exported.to_bytes()))


def test_every_known_text_has_the_template_and_the_intent_of_the_batch(
    scorer: IntentScorer, texts: pd.DataFrame
) -> None:
    for row in texts.itertuples():
        found = scorer.find(row.query_text)
        assert (found.template, found.nearest, found.similarity) == (row.template, row.template, 1.0)
        assert found.intent == f"group {len(row.template) % 4}"
        assert found.sub_intent == f"{found.intent}, {row.template[:1]}"


def test_an_unknown_text_has_the_intent_of_the_template_that_shares_its_rarest_words(
    scorer: IntentScorer,
) -> None:
    found = scorer.find("two garden gnomes please")
    assert found.nearest == "garden gnome"
    assert found.intent == scorer.find("garden gnome").intent
    assert 0 < found.similarity < 1


def test_a_text_that_shares_no_word_has_no_intent(scorer: IntentScorer) -> None:
    found = scorer.find("zzzz qqqq")
    assert (found.intent, found.sub_intent, found.nearest, found.similarity) == ("", "", "", 0.0)


def test_no_text_as_typed_is_exported(texts: pd.DataFrame) -> None:
    labels = pd.Series("all", index=sorted(set(texts.template)))
    exported = exported_model.scorer(texts, labels, labels, normalise.Slips({}, {}), frozenset())
    assert exported is None or "jane@example.com" not in exported.to_bytes().decode("latin-1")
