"""Notes on numbers that are far from all others or of another sign."""

from __future__ import annotations

import pytest

from headgate.local_files.draft_file import draft_of_upload

pytestmark = pytest.mark.unit


def notes(name: str, values: list[object]) -> list[str]:
    rows = [f"{'ABC'[at % 3]};{value}" for at, value in enumerate(values)]
    draft = draft_of_upload("readings.csv", "\n".join([f"place;{name}", *rows]).encode())
    assert draft
    return [note["message"] for note in draft["notes"] if "check it" in note["message"]]


def test_a_temperature_far_from_all_others_is_pointed_out_with_its_row() -> None:
    values = [f"{8 + at * 7 % 29}.5" for at in range(40)]
    assert notes("temp", values) == []
    values[12] = "412.0"
    assert notes("temp", values) == ["412.0 in data row 13 is far from all other values: check it"]


def test_a_negative_count_among_others_is_pointed_out() -> None:
    values: list[object] = [at * 7 % 23 for at in range(40)]
    values[30] = -4
    assert notes("mites", values) == ["-4 in data row 31 is negative, as no other value is: check it"]


def test_several_negative_numbers_and_values_without_an_outlier_are_not() -> None:
    assert notes("balance", [at * 7 % 41 - 20 for at in range(40)]) == []
    assert notes("revenue", [round(1.3**at, 2) for at in range(30)]) == []
    assert notes("flag", [0] * 39 + [1]) == []


def test_numbers_of_codes_and_short_files_are_not() -> None:
    assert notes("item_code", [*range(40), 99999]) == []
    assert notes("temp", [8, 9, 412]) == []


def test_a_number_as_long_as_a_card_s_is_not_shown() -> None:
    (note,) = notes("mites", [*(at * 7 % 41 for at in range(40)), 9876543210])
    assert note.startswith("a value in data row 41 is far")
