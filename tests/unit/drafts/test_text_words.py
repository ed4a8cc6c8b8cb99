"""A draft names the few words of its text columns, about which a person decides who changes their type."""

from __future__ import annotations

import pytest

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


def test_many_words_and_names_of_people_are_not_listed() -> None:
    assert words_of("city", [f"Town {chr(97 + at % 26)}{'x' * at}" for at in range(30)]) == {}
    assert words_of("Mitglied", ["Anna Kurz", "Cem Yildiz", "Anna Kurz"]) == {}
