"""A line above the header that states the currency gives it to the columns of amounts."""

from __future__ import annotations

import io

import openpyxl
import pytest

from headgate.drafts.draft_contract import draft_from_sample
from headgate.drafts.stated_currency import currency_of_line
from headgate.local_files.draft_file import draft_of_upload

pytestmark = pytest.mark.unit

_HEADER = "job,betrag,menge,kurs,gewicht_kg,q1"
_ROWS = [f"J-{row:03},{row * 7}.50,{row},1.{row + 10},{row}.25,{row * 3}.80" for row in range(1, 30)]


def units(*above: str, header: str = _HEADER) -> dict[str, str]:
    content = "\n".join([*above, header, *_ROWS]) + "\n"
    contract = draft_from_sample(content.encode(), "jobs", strict=False).contract
    return {column.name: column.unit for column in contract.columns if column.unit}


@pytest.mark.parametrize(
    ("above", "code"),
    [
        (("Monthly report", "All amounts in CHF"), "CHF"),
        (("Beträge in EUR", ""), "EUR"),
        (("# Currency: GBP",), "GBP"),
        (("Währung;EUR",), "EUR"),
        (("Montants en €",), "EUR"),
    ],
)
def test_amounts_take_the_currency_of_the_line_above(above: tuple[str, ...], code: str) -> None:
    assert units(*above) == {"betrag": code, "gewicht_kg": "kg", "q1": code}


@pytest.mark.parametrize(
    "line",
    [
        "Amounts in 1000 EUR",
        "Beträge in TEUR",
        "All amounts in EUR million",
        "Amounts converted from USD to EUR",
        "Statement of the EUR account",
        "All amounts are final",
        "Report of March",
    ],
)
def test_a_line_of_thousands_of_two_currencies_or_of_something_else_states_none(line: str) -> None:
    assert currency_of_line(line) == ""
    assert units(line) == {"gewicht_kg": "kg"}


def test_lines_of_different_currencies_state_none() -> None:
    assert units("Amounts in EUR", "Currency: USD") == {"gewicht_kg": "kg"}


def test_a_currency_beside_the_numbers_or_in_another_column_stays() -> None:
    content = "All amounts in CHF\njob,price\n" + "".join(f"J{row},{row}.50 EUR\n" for row in range(1, 30))
    (price,) = draft_from_sample(content.encode(), "jobs", strict=False).contract.columns[1:]
    assert price.unit == "EUR"


def test_a_workbook_states_it_above_its_header_too_and_the_note_says_so() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Project costs 2026"], ["Currency", "CHF"], [], ["job", "site", "cost", "hours"]):
        sheet.append(row)
    for row in range(25):
        sheet.append([f"J-{row:03}", "north" if row % 2 else "south", 100.5 + row, 2.25 + row])
    file = io.BytesIO()
    book.save(file)
    drafted = draft_of_upload("costs.xlsx", file.getvalue())
    assert drafted is not None
    (table,) = drafted["document"]["schema"]
    units_of = {
        each["name"]: own["value"]
        for each in table["properties"]
        for own in each.get("customProperties", ())
        if own["property"] == "headgate.unit"
    }
    assert units_of == {"cost": "CHF"}
    assert any("above the header" in str(note) and "CHF" in str(note) for note in drafted["notes"])
