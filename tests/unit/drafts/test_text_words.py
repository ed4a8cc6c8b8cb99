"""A draft names the few words of its text columns, about which a person decides who changes their type."""

from __future__ import annotations

import pytest

from headgate.drafts.draft_contract import draft_from_sample
from headgate.local_files.draft_file import draft_of_upload

pytestmark = pytest.mark.unit


def words_of(heading: str, values: list[str]) -> dict[str, int]:
    body = "\n".join(["no;" + heading, *(f"{at};{value}" for at, value in enumerate(values))]).encode()
    draft = draft_of_upload("list.csv", body)
    assert draft
    words: dict[str, int] = draft["text_words"].get(heading.lower(), {})
    return words


def test_the_words_for_yes_and_no_are_counted_as_they_are_written() -> None:
    assert words_of("Bio", ["oui", "non", "O", "N", "x", "", "oui", "NON"]) == {
        "oui": 2, "N": 1, "NON": 1, "O": 1, "non": 1, "x": 1
    }  # fmt: skip


def test_the_words_among_numbers_are_counted_one_by_one() -> None:
    values = ["free"] * 7 + ["n/a"] * 9 + [f"{at}.5" for at in range(20)]
    assert words_of("fee", values) == {"n/a": 9, "free": 7}


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        (["14,2", "17,05", "s/d", "n/a", "?", "15,8"], {"decimal": ","}),
        (["1.014,2", "17,05", "many"], {"decimal": ",", "thousands": "."}),
        (["14.2", "17.05", "s/d"], {}),
        (["14,2", "s/d", "n/a"], {"decimal": ","}),
        (["1,234", "s/d", "n/a"], {"thousands": ","}),
        (["3-4,5", "17,05", "a", "b"], {"decimal": ","}),
    ],
)
def test_the_numbers_of_a_text_column_have_their_own_format(
    values: list[str], numbers: dict[str, object]
) -> None:
    """A person who makes the column one of numbers is not refused each of them."""
    words = ["one", "two", "three", "four"]
    body = "\n".join(["no;yield", *(f"{at};{value}" for at, value in enumerate([*values * 4, *words]))])
    draft = draft_of_upload("list.csv", body.encode())
    assert draft
    formats = draft["text_formats"].get("yield", ())
    assert next((each["format"] for each in formats if each["kind"] == "number"), {}) == numbers


def type_of(heading: str, values: list[str]) -> str:
    body = "\n".join(["no;" + heading, *(f"{at};{value}" for at, value in enumerate(values * 9))]).encode()
    column = draft_from_sample(body, "list", strict=False).contract.columns[1]
    return column.type.kind.value


@pytest.mark.parametrize("values", [["N", "S", "N"], ["n", "s"], ["N", "S", "N", "", "S"]])
def test_the_letters_of_north_and_south_are_no_yes_and_no(values: list[str]) -> None:
    assert type_of("zone", values) == "string"
    draft = draft_of_upload(
        "list.csv", ("no;zone\n" + "".join(f"{at};N\n{at};S\n" for at in range(9))).encode()
    )
    assert draft
    assert not [note for note in draft["notes"] if note["column"] == "zone"]


@pytest.mark.parametrize("heading", ["Ativo?", "¿Activo", "Activo (S/N)", "s/n", "is_active", "tem_fatura"])
def test_a_heading_that_asks_makes_letters_yes_and_no(heading: str) -> None:
    assert type_of(heading, ["S", "N", "S"]) == "boolean"


@pytest.mark.parametrize("values", [["sim", "não", "s"], ["S", "N", "sí", "no"], ["Y", "N"], ["j", "n"]])
def test_letters_beside_their_words_and_those_of_one_meaning_are_yes_and_no(values: list[str]) -> None:
    assert type_of("bio", values) == "boolean"


def test_many_words_and_names_of_people_are_not_listed() -> None:
    assert words_of("city", [f"Town {chr(97 + at % 26)}{'x' * at}" for at in range(30)]) == {}
    assert words_of("Mitglied", ["Anna Kurz", "Cem Yildiz", "Anna Kurz"]) == {}
