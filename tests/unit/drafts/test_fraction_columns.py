"""A column that is called a percentage and holds fractions is one of shares, which pages show in percent."""

from __future__ import annotations

import pytest

from headgate.drafts.draft_contract import draft_from_sample

pytestmark = pytest.mark.unit


def unit_of(name: str, values: list[str]) -> tuple[str, bool]:
    """The unit of the drafted column, and whether a note is about it."""
    content = f"id,{name}\n" + "".join(f"A{row},{value}\n" for row, value in enumerate(values))
    drafted = draft_from_sample(content.encode(), "margins", strict=False)
    column = drafted.contract.columns[1]
    is_noted = any("fractions" in each.message and each.column == column.name for each in drafted.findings)
    return column.unit, is_noted


@pytest.mark.parametrize("name", ["margin_pct", "share %", "Anteil in Prozent", "percent_of_total"])
def test_fractions_of_a_column_called_a_percentage_are_shares(name: str) -> None:
    assert unit_of(name, ["0.153", "0.2", "", "-0.04", "1", "0"]) == ("share", True)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("margin_pct", ["15.3", "0.2", "0.4", "1"]),
        ("margin_pct", ["0", "1", "1", "0"]),
        ("margin_pct", ["0.1", "0.2"]),
        ("margin_pct", ["0.15 %", "0.20 %", "0.5 %", "1 %"]),
        ("margin", ["0.153", "0.2", "0.4", "1"]),
    ],
)
def test_percentages_flags_few_values_and_other_names_are_no_shares(name: str, values: list[str]) -> None:
    assert unit_of(name, values) == ("percent" if name == "margin_pct" else "", False)
