"""A table with a column for each month is drafted as it is, and a note says what a dataset needs instead."""

from __future__ import annotations

import pytest

from headgate.drafts.draft_contract import draft_from_sample

pytestmark = pytest.mark.unit


def notes(*names: str) -> list[str]:
    header = ";".join(["Artikel", *names])
    rows = "".join(
        f"A{row};" + ";".join(f"{row + at}.5" for at, _ in enumerate(names)) + "\n" for row in range(12)
    )
    draft = draft_from_sample(f"{header}\n{rows}".encode(), "sales")
    return [finding.message for finding in draft.findings if "cross-tab" in finding.message]


@pytest.mark.parametrize(
    "names",
    [
        ("Jan", "Feb", "Mar", "Apr"),
        ("Januar", "Februar", "März"),
        ("Jan 2026", "Feb 2026", "Mar 2026"),
        ("janv.", "févr.", "mars"),
        ("2026-01", "2026-02", "2026-03"),
        ("Q1", "Q2", "Q3", "Q4"),
        ("2023", "2024", "2025"),
    ],
    ids=lambda names: names[0],
)
def test_columns_of_numbers_that_are_periods_are_named_as_a_cross_tab(names: tuple[str, ...]) -> None:
    (note,) = notes(*names)
    assert f"the columns {names[0]} to {names[-1]} are {len(names)} periods".casefold() in note.casefold()
    assert "Unpivot Other Columns" in note


@pytest.mark.parametrize(
    "names", [("Preis", "Menge", "Mar"), ("Jan", "Feb"), ("Marge", "Maison", "September rate")]
)
def test_other_columns_and_two_periods_are_no_cross_tab(names: tuple[str, ...]) -> None:
    assert not notes(*names)
