"""Days that differ in a short file are no key of their own: the thing of each day belongs to it."""

from __future__ import annotations

import pytest

from headgate.drafts.draft_contract import Draft, draft_from_sample

pytestmark = pytest.mark.unit


def inspections(*, days_differ: bool, without: tuple[int, int] | None = None, names: str = "Hive,Day") -> str:
    """A beekeeper's table; `without` is the row and the column of one empty cell."""
    rows = [
        [
            f"H{at % 3 + 1}",
            f"{at if days_differ else at // 3 + 1:02}.06.2026",
            ("calm", "nervous")[at % 2],
            at / 8,
        ]
        for at in range(1, 25)
    ]
    if without:
        rows[without[0]][without[1]] = ""
    return "\n".join([f"{names},Mood,Mites", *(",".join(map(str, row)) for row in rows)])


def drafted(text: str, *, strict: bool = False) -> Draft:
    return draft_from_sample(text.encode(), "inspections", strict=strict)


@pytest.mark.parametrize("days_differ", [True, False])
@pytest.mark.parametrize("without", [None, (4, 0)])
def test_a_thing_and_its_day_are_the_key_also_with_one_empty_cell(
    days_differ: bool, without: tuple[int, int] | None
) -> None:
    draft = drafted(inspections(days_differ=days_differ, without=without))
    assert draft.contract.key == ("hive", "day")


def test_one_empty_day_does_not_take_the_key_away() -> None:
    assert drafted(inspections(days_differ=False, without=(7, 1))).contract.key == ("hive", "day")


def test_a_strict_draft_has_the_pair_if_both_are_always_filled() -> None:
    assert drafted(inspections(days_differ=True), strict=True).contract.key == ("hive", "day")


def test_a_day_alone_is_the_key_with_a_note_if_nothing_else_fits() -> None:
    rows = "\n".join(f"{at:02}.06.2026,{('dry', 'wet')[at % 2]},{at / 8}" for at in range(1, 25))
    draft = drafted(f"Day,Weather,Rain\n{rows}")
    assert draft.contract.key == ("day",)
    (note,) = [finding.message for finding in draft.findings if "no other column fits" in finding.message]
    assert note.startswith("is a time, and the key only because no two different rows")


def test_two_rows_of_one_thing_and_day_are_no_empty_cell() -> None:
    text = inspections(days_differ=False).replace("H2,01.06.2026", "H3,01.06.2026")
    assert drafted(text).contract.key != ("hive", "day")
