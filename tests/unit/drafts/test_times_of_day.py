"""Times of day, such as 14:35, are texts of one form."""

from __future__ import annotations

from datetime import datetime

import pytest

from headgate.contracts.model import Kind, Level
from headgate.drafts.draft_contract import Draft, draft_from_sample
from headgate.intake.rows.check_rows import check_bytes
from headgate.local_files.check_file import any_key

pytestmark = pytest.mark.unit

PADDED = [f"{row % 24:02d}:{row % 60:02d}" for row in range(120)]


def drafted(times: list[str], *, strict: bool = False) -> Draft:
    rows = "".join(f"{row};{time}\n" for row, time in enumerate(times))
    return draft_from_sample(f"id;Uhrzeit\n{rows}".encode(), "shifts", strict=strict)


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("seconds", ["", ":30"])
def test_times_of_day_are_texts_with_a_form_that_only_warns(seconds: str, *, strict: bool) -> None:
    contract = drafted([time + seconds for time in PADDED], strict=strict).contract
    column = contract.column("uhrzeit")
    (rule,) = (rule for rule in column.rules if rule.name == "pattern")
    assert (column.type.kind, rule.level) == (Kind.STRING, Level.WARN)
    body = b"id;Uhrzeit\n1;14:35\n2;quarter past\n"
    gated = check_bytes(body, contract, any_key(), object_key="shifts", received_at=datetime(2026, 1, 1))
    assert (gated.counts.accepted, gated.counts.warnings) == (2, 1)


def test_a_few_times_are_no_list_of_the_only_permitted_values() -> None:
    column = drafted(["08:00", "16:00", "22:00"] * 50).contract.column("uhrzeit")
    assert "valid_values" not in {rule.name for rule in column.rules}


def test_a_note_says_when_times_do_not_sort_as_text() -> None:
    plain = [time.removeprefix("0") for time in PADDED]
    notes = [[each.message for each in drafted(times).findings] for times in (PADDED, plain)]
    assert [any("9:05 sorts after 10:05" in each for each in of) for of in notes] == [False, True]
    assert all(any("has times of day, which stay text" in each for each in of) for of in notes)


def test_texts_that_are_not_all_times_have_no_form() -> None:
    column = drafted([*PADDED, "closed"]).contract.column("uhrzeit")
    assert "pattern" not in {rule.name for rule in column.rules}
