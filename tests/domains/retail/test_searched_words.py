"""The main questions of the shop are found by the words that people search for, also in German and French."""

from __future__ import annotations

import pytest

from headgate.domains.retail.saved_questions import QUESTIONS
from headgate.systems.dashboards import dashboards

pytestmark = pytest.mark.unit


def found_by(words: str) -> list[str]:
    """Return the queues and the panels that are found by the words."""
    boards = dashboards().values()
    parts = [part for board in boards for part in (*board.queues, *board.panels)]
    return [part.name for part in parts if words.lower() in {each.lower() for each in part.found_by}]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("who stopped buying", "customers_to_call"),
        ("wer kauft nicht mehr", "customers_to_call"),
        ("Retouren", "regions"),
        ("refunds", "regions"),
        ("sent back", "regions"),
        ("returns", "regions"),
        ("best sellers", "categories"),
        ("who left us", "customers_to_call"),
        ("verlorene Kunden", "customers_to_call"),
        ("clients perdus", "customers_to_call"),
        ("who bought", "most_valuable"),
        ("meilleurs clients", "most_valuable"),
        ("regular customers", "segments"),
        ("late delivery", "regions"),
        ("Reklamation", "regions"),
        ("remboursement", "regions"),
        ("sales yesterday", "forecast"),
        ("ventes", "forecast"),
        ("prévisions", "next_month"),
        ("fraude", "queue"),
    ],
)
def test_a_list_is_found_by_the_words_of_its_question(words: str, name: str) -> None:
    assert found_by(words) == [name]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("best customers", "most_valuable_customers"),
        ("lost sales", "what_they_miss"),
        ("trends", "rising_series"),
        ("reorder list", "articles_to_order"),
        ("stock", "articles_to_order"),
        ("Lagerbestand", "articles_to_order"),
        ("rupture de stock", "articles_to_order"),
    ],
)
def test_a_saved_question_is_found_by_its_words(words: str, name: str) -> None:
    assert [question.name for question in QUESTIONS.values() if words in question.found_by] == [name]


@pytest.mark.parametrize("words", ["Umsatz", "Prognose", "Abwanderung", "Betrug", "beste Kunden"])
def test_a_german_word_leads_to_one_answer(words: str) -> None:
    assert len(found_by(words)) == 1
