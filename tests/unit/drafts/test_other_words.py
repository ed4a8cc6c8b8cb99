"""A few words among numbers or dates are asked about, and decide nothing by themselves."""

from __future__ import annotations

import pytest

from headgate.contracts.model import Kind
from headgate.drafts.draft_contract import draft_from_sample
from headgate.local_files.draft_file import draft_of_upload

pytestmark = pytest.mark.unit


def prices(*last: str, rows: int = 40) -> bytes:
    lines = [f"A{row:03};{row},50" for row in range(rows)]
    return "\n".join(["sku;preis", *lines, *(f"B{row:03};{cell}" for row, cell in enumerate(last))]).encode()


def asked(*last: str) -> tuple[tuple[str, ...], int] | None:
    questions = draft_from_sample(prices(*last), "artikel", strict=False).words
    return (questions[0].words, questions[0].rows) if questions else None


def test_words_among_prices_are_empty_or_their_rows_wait() -> None:
    draft = draft_from_sample(prices("auf Anfrage", "auf Anfrage"), "artikel", strict=False)
    (question,) = draft.words
    assert (question.column, question.words, question.rows) == ("preis", ("auf Anfrage",), 2)
    assert question.as_empty.type.kind is question.as_waiting.type.kind is Kind.DECIMAL
    assert question.as_empty.format
    assert question.as_empty.format.nulls == ("auf Anfrage",)
    assert question.as_waiting.format
    assert question.as_waiting.format.nulls == ()


def test_the_column_stays_text_until_a_person_answers() -> None:
    draft = draft_from_sample(prices("auf Anfrage", "auf Anfrage"), "artikel", strict=False)
    assert draft.contract.column("preis").type.kind is Kind.STRING


def test_many_different_words_and_texts_with_digits_are_no_choice() -> None:
    assert asked("a lot", "a few", "some", "none left") is None
    assert asked("siehe Blatt 2", "siehe Blatt 2") is None
    assert asked("jo@example.org", "jo@example.org") is None


def test_a_column_of_numbers_alone_is_not_asked_about() -> None:
    assert asked() is None


def test_words_among_many_prices_are_asked_about_though_the_column_has_its_type() -> None:
    """In one way for few and for many rows: of 80 weights with one `heavy`, its row waited unasked."""
    draft = draft_of_upload("artikel.csv", prices("schwer", rows=80))
    assert draft
    (question,) = draft["questions"]
    assert (question["column"], question["words"], question["rows"]) == ("preis", ["schwer"], 1)
    types = {answer["answer"]: answer["property"]["logicalType"] for answer in question["answers"]}
    assert types == {"empty": "number", "wait": "number", "text": "string"}
    assert not [note for note in draft["notes"] if note["column"] == "preis" and "schwer" in note["message"]]
    assert not [note for note in draft["notes"] if "do not read as" in note["message"]]


def test_the_upload_has_a_question_instead_of_a_note() -> None:
    draft = draft_of_upload("artikel.csv", prices("auf Anfrage", "auf Anfrage"))
    assert draft
    (question,) = draft["questions"]
    assert (question["column"], question["words"], question["rows"]) == ("preis", ["auf Anfrage"], 2)
    assert [answer["answer"] for answer in question["answers"]] == ["empty", "wait"]
    assert {answer["property"]["logicalType"] for answer in question["answers"]} == {"number"}
    assert not [note for note in draft["notes"] if "stays text" in note["message"]]


def of_values(*values: str, heading: str = "taxa") -> tuple[str, list[str], int, set[str]] | None:
    """The question of an upload about its only column but the first: type, words, rows and answered types."""
    lines = (f"{at};{value}" for at, value in enumerate(values))
    draft = draft_of_upload("list.csv", "\n".join([f"no;{heading}", *lines]).encode())
    assert draft
    column = draft["document"]["schema"][0]["properties"][1]
    if not draft["questions"]:
        return None
    (question,) = draft["questions"]
    types = {answer["property"]["logicalType"] for answer in question["answers"]}
    return column["logicalType"], question["words"], question["rows"], types


AMOUNTS = [f"{at},5" for at in range(20)]


def test_few_different_words_beside_at_least_half_numbers_are_asked_about() -> None:
    assert of_values(*AMOUNTS, *["s/d"] * 20) == ("string", ["s/d"], 20, {"number"})
    assert of_values(*AMOUNTS, *["free"] * 8, *["later"] * 6) == ("string", ["free", "later"], 14, {"number"})
    assert of_values(*AMOUNTS, *["n/a"] * 8, *["free"] * 6) == ("string", ["free"], 6, {"number"})
    whole = [str(at) for at in range(100, 130)]
    assert of_values(*whole, *["none"] * 20) == ("string", ["none"], 20, {"integer"})


def test_more_words_than_numbers_and_codes_are_not_asked_about() -> None:
    assert of_values(*AMOUNTS, *["free"] * 21) is None
    assert of_values(*AMOUNTS, *["a lot", "a few", "some", "none left"] * 4) is None
    assert of_values(*["38", "40", "42"] * 8, *["S", "M", "L"] * 5) is None
    assert of_values(*["1", "2", "3"] * 8, *["EG"] * 9) is None
    assert of_values(*AMOUNTS, *["free"] * 9, heading="postal_code") is None


def test_half_of_the_numbers_with_a_decimal_comma_keep_it_in_both_answers() -> None:
    draft = draft_from_sample(prices(*["s/d", "n/a"] * 16), "artikel", strict=False)
    (question,) = draft.words
    declared = [column.format for column in (question.as_empty, question.as_waiting) if column.format]
    assert [(each.decimal, each.nulls) for each in declared] == [(",", ("n/a", "s/d")), (",", ("n/a",))]
    assert draft.contract.column("preis").type.kind is Kind.STRING


def test_numbers_beside_more_words_than_are_asked_about_are_offered_with_their_words() -> None:
    """Harbour dues of which a third are words: the column was text without a note."""
    words = [f"{word} {place}" for word in ("free", "closed") for place in ("quay", "pier", "dock")]
    draft = draft_of_upload("dues.csv", prices(*words, *["free quay"] * 4))
    assert draft
    assert draft["questions"] == []
    assert draft["mostly_numbers"]["preis"] == {
        "numbers": 40,
        "others": 10,
        "words": {"free quay": 5, "closed dock": 1, "closed pier": 1, "closed quay": 1, "free dock": 1},
        "different": 6,
        "is_whole": False,
    }
    notes = draft_from_sample(prices(*words), "dues", strict=False).findings
    (note,) = [note.message for note in notes if "words beside numbers" in note.message]
    assert note.startswith("stays text, because 6 of 46 values are words beside numbers (closed dock, ")
    assert "--format 'preis=1234,5'" in note


@pytest.mark.parametrize(
    "words", [("free", "closed"), ("S", "M", "L", "XL", "XXL"), ("a1", "b2", "c3", "d4")]
)
def test_words_that_are_asked_about_and_codes_are_not_offered_as_numbers(words: tuple[str, ...]) -> None:
    draft = draft_of_upload("dues.csv", prices(*words * 4))
    assert draft
    assert draft["mostly_numbers"] == {}
