"""A text names a person only as words of its own, and a postcode or a date names nobody."""

from __future__ import annotations

import json

import pytest

from headgate.erasure.personal_texts import has_text, needles_of, texts_of_columns, texts_of_key
from headgate.erasure.purge_versions import contains

pytestmark = pytest.mark.unit

MAIL = "zz.jane.forgotten@example.com"


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("01079", "id\n9010795\n"),
        ("Hauptstr. 7", "Hauptstr. 70"),
        ("K0012", "BLACK0012"),
        ("K0012", "K00123"),
        ("berger", "überger"),
        ("berger", "bergerü"),
        ("Иванов", "Иванова"),
        ("K0012", "٣K0012"),  # a digit of another script
        ("कमला", "कमलाि"),  # a vowel sign continues the word
    ],
)
def test_a_text_inside_of_a_longer_word_or_number_is_another_text(text: str, body: str) -> None:
    assert not has_text(body.encode(), text.encode())


def test_a_letter_of_windows_1252_continues_a_word() -> None:
    assert not has_text("überger".encode("cp1252"), b"berger")
    assert not has_text("bergerü".encode("cp1252"), b"berger")
    assert has_text("«berger»".encode("cp1252"), b"berger")


@pytest.mark.parametrize(
    "around",
    [
        ("", ""),
        ("a,", ",b"),
        ('"', '"'),
        ("<t>", "</t>"),
        ("kunde_", "_x"),
        ("\x05\x00\x00\x00", "\x00"),
        ("„", "“"),
    ],
)
def test_a_text_between_other_characters_is_found(around: tuple[str, str]) -> None:
    before, after = around
    assert has_text(f"K00123 {before}K0012{after}".encode(), b"K0012")


def test_a_text_behind_an_escape_of_json_is_found() -> None:
    assert has_text(json.dumps({"note": "called:\nK0012"}).encode(), b"K0012")
    assert has_text(json.dumps({"note": "»K0012"}).encode(), b"K0012")


@pytest.mark.parametrize(
    "text",
    [
        "01079",
        "1985-02-03",
        "03.02.1985",
        "1985-02-03 10:00:00",
        "12345.50",
        "-1200.00",
        "12 345",
        "Ulm",
        "true",
    ],
)
def test_a_postcode_a_date_an_amount_or_a_short_word_names_nobody(text: str) -> None:
    assert not texts_of_columns(frozenset({text}), are_personal=True).every


@pytest.mark.parametrize("text", [MAIL, "+49 351 4567890", "0351/4567890", "06.12.34.56.78"])
def test_an_email_address_and_a_long_number_of_a_personal_column_name_one_person(text: str) -> None:
    assert texts_of_columns(frozenset({text}), are_personal=True).identifying == {text}
    assert texts_of_columns(frozenset({text}), are_personal=False).shared == {text}


@pytest.mark.parametrize("text", ["Jane Forgotten", "Hauptstr. 7", "Dresden", "192.168.100.100"])
def test_a_name_or_an_address_may_belong_to_several_people(text: str) -> None:
    found = texts_of_columns(frozenset({text}), are_personal=True)
    assert (found.identifying, found.shared) == (frozenset(), {text})


@pytest.mark.parametrize(
    ("key", "identifies", "is_searched"),
    [("K0012", True, True), ("4711", False, False), ("90107", False, True)],
)
def test_a_key_identifies_its_person_unless_it_is_a_short_number(
    key: str, *, identifies: bool, is_searched: bool
) -> None:
    found = texts_of_key(key)
    assert (bool(found.identifying), bool(found.every)) == (identifies, is_searched)


def test_a_text_that_identifies_is_not_counted_as_shared_too() -> None:
    both = texts_of_columns(frozenset({MAIL}), are_personal=False) | texts_of_columns(
        frozenset({MAIL}), are_personal=True
    )
    assert (both.identifying, both.shared) == ({MAIL}, frozenset())


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_name_with_an_umlaut_is_found_in_the_encodings_of_spreadsheets(encoding: str) -> None:
    needles = needles_of(frozenset({"Jürgen Müller"}))
    assert contains("id;name\n1;Jürgen Müller\n".encode(encoding), needles)
    assert not contains("id;name\n1;Jürgen Müllers\n".encode(encoding), needles)


def test_a_text_that_windows_1252_cannot_write_is_searched_in_utf_8_only() -> None:
    assert needles_of(frozenset({"Иванов"})) == ["Иванов".encode()]
