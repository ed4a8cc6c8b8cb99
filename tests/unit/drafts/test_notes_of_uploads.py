"""Notes of a draft say what the file has: its own form of times, and rows with the key of other rows."""

from __future__ import annotations

import pytest

from headgate.local_files.draft_file import draft_of_upload

pytestmark = pytest.mark.unit

ROWS = [f"S-{n},2026-08-{n % 28 + 1:02} {n % 24:02}:00,{n}.5,2026-09-01 0{n % 9}:00:00" for n in range(100)]


def notes_of(*rows: str, header: str = "shipment_id,picked_up,cost,seen") -> dict[str, list[str]]:
    draft = draft_of_upload("shipments.csv", "\n".join((header, *rows, "")).encode())
    assert draft
    notes: dict[str, list[str]] = {}
    for note in draft["notes"]:
        notes.setdefault(note["column"], []).append(note["message"])
    return notes


def test_a_time_without_seconds_is_not_said_to_have_some() -> None:
    notes = notes_of("S-200,31.02.2026,1.5,2026-09-01 01:00:00", *ROWS)
    assert notes["picked_up"][:2] == [
        "1 of 101 values is not written as yyyy-MM-dd HH:mm: its row waits for a correction",
        "is written as yyyy-MM-dd HH:mm",
    ]


def test_a_row_with_the_key_of_another_is_no_repetition_and_the_note_says_which_is_kept() -> None:
    differing, equal = "S-7,2026-08-08 07:00,99.5,2026-09-01 07:00:00", ROWS[9]
    (note,) = notes_of(*ROWS, equal, differing)["shipment_id"]
    assert note == (
        "is the key. 1 of 102 rows has the key of another row, with other values (data row 102): "
        "one of them is kept, not always the later one"
    )
    dated = notes_of(*ROWS, equal, differing, header="shipment_id,picked_up,cost,updated_at")
    assert dated["shipment_id"][0].endswith("(data row 102): the newest by updated_at is kept")


def test_lines_of_totals_do_not_have_the_key_of_another_row() -> None:
    """They stay out of an upload, so no row of the dataset has their key."""
    lines, total = [], 0
    for month in range(3):
        dues = [100 * month + 7 * call + 13 for call in range(30)]
        total += sum(dues)
        lines += [f"C-{month}{call:02},{due},pilot {call % 4}" for call, due in enumerate(dues)]
        lines.append(f"Subtotal,{sum(dues)},")
    notes = notes_of(*lines, f"Total,{total},", header="call_no,dues,service")
    assert not [note for of_column in notes.values() for note in of_column if "another row" in note]
