"""One empty cell in the obvious key does not make a measure the key: its row waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from headgate.drafts.draft_contract import draft_from_sample
from headgate.drafts.enclosing_columns import as_part_of_records

if TYPE_CHECKING:
    from headgate.contracts.model import Contract

pytestmark = pytest.mark.unit


def vehicles(*, without: int, plate: str = "KX{} ABC") -> bytes:
    """Vehicles of which the first ones have no plate, and one a word instead of its miles."""
    rows = (
        f"{'' if at < without else plate.format(10 + at)};{('Vito', 'Transit')[at % 2]};"
        f"{'unknown' if at == 4 else 12000 + 731 * at};{45.5 + at}"
        for at in range(30)
    )
    return "\n".join(["plate;model;mileage_km;daily_rate", *rows]).encode()


def key_of(body: bytes) -> tuple[str, ...]:
    return draft_from_sample(body, "vehicles", strict=False).contract.key


def test_texts_that_name_all_rows_but_one_are_the_key_and_its_row_waits() -> None:
    draft = draft_from_sample(vehicles(without=1), "vehicles", strict=False)
    assert draft.contract.key == ("plate",)
    (note,) = [each.message for each in draft.findings if "no value in it" in each.message]
    assert note.startswith("is the key. 1 of 30 rows have no value in it (data row 1): they are quarantined")


def test_a_measure_with_a_word_is_no_key_even_without_another_one() -> None:
    assert "mileage_km" not in key_of(vehicles(without=8))


def test_texts_that_repeat_or_have_no_digit_are_not_the_key() -> None:
    assert "plate" not in key_of(vehicles(without=1, plate="K1 ABC"))


def test_a_strict_draft_accepts_every_row() -> None:
    assert "plate" not in draft_from_sample(vehicles(without=1), "vehicles").contract.key


def test_the_key_of_the_records_around_a_list_stays_in_its_rows_under_any_name() -> None:
    names = ["bookings_mark", "bookings_nights", "bookings_rooms_rate", "no"]
    document = {"schema": [{"properties": [{"name": name, "logicalType": "string"} for name in names]}]}
    parent = draft_from_sample(
        b"mark;nights\nB1;2\nB2;3\nB3;2\n", "bookings", strict=False, key=("mark",)
    ).contract

    def repeated(*contracts: Contract) -> list[str]:
        columns: list[str] = as_part_of_records({"document": document}, "bookings.rooms", contracts)[
            "repeated_columns"
        ]
        return columns

    assert {"bookings_mark", "bookings_nights"} <= {*repeated()}
    assert "bookings_mark" not in repeated(parent)
    assert "bookings_nights" in repeated(parent)
