"""A place in a list identifies a row only where no time does, and the draft says what follows from it."""

from __future__ import annotations

import pytest

from headgate.drafts.draft_contract import draft_from_sample
from headgate.local_files.draft_file import draft_of_upload

pytestmark = pytest.mark.unit


def readings(hours: list[int], position: str = "readings_position") -> bytes:
    rows = [
        f"M-{machine:02},2023-05-1{machine},{place},2026-11-2{place % 5}T{hour:02}:00:00Z,{place + hour}.25"
        for machine in range(1, 9)
        for place, hour in enumerate(hours, 1)
    ]
    header = f"machines_machineid,machines_installed,{position},at,spindle_temp_c"
    return "\n".join((header, *rows, "")).encode()


HOURS = [2 * place % 24 for place in range(12)]


@pytest.mark.parametrize("position", ["readings_position", "reading_index", "Pos"])
def test_a_time_that_is_unique_per_parent_is_the_key_before_a_place_in_its_list(position: str) -> None:
    contract = draft_from_sample(readings(HOURS, position), "readings").contract
    assert contract.key == ("machines_machineid", "at")


def test_a_number_of_a_documents_line_stays_the_key_beside_a_time() -> None:
    assert draft_from_sample(readings(HOURS, "line_no"), "readings").contract.key == (
        "machines_machineid",
        "line_no",
    )


def test_a_draft_says_what_follows_where_a_place_in_a_list_is_the_key() -> None:
    draft = draft_of_upload("readings.csv", readings([0] * 12))
    assert draft
    key = [one["name"] for one in draft["document"]["schema"][0]["properties"] if one.get("primaryKey")]
    (note,) = (note for note in draft["notes"] if note["decides"])
    assert key == ["machines_machineid", "readings_position"]
    assert note["column"] == "readings_position"
    assert note["message"] == (
        "is only a place in a list: rows of a later file replace these rows wherever they have the same place"
    )


def test_no_note_about_a_place_where_a_time_is_the_key() -> None:
    draft = draft_of_upload("readings.csv", readings(HOURS))
    assert draft
    assert not [note for note in draft["notes"] if note["decides"]]
