"""Printed reports that somebody saved as a file: page breaks, carry-overs, sections with sums."""

import pyarrow as pa
import pytest

from headgate.contracts.model import Kind
from headgate.drafts.draft_contract import draft_from_sample
from headgate.drafts.totals_row import report_lines

pytestmark = pytest.mark.unit

HEADER = "Beleg;Datum;Menge;EK netto;Gesamt;Bemerkung"


def row(number: int, quantity: str, price: str, total: str, note: str = "") -> str:
    return f"WE-{number};{number % 28 + 1:02}.10.2026;{quantity};{price};{total};{note}"


FIRST = [
    row(1001, "12", "2,05", "24,60", "Bruch"),
    row(1002, "40", "3,15", "126,00", "Rest"),
    row(1003, "6,000", "148,00", "888,00", "Rest"),
    row(1004, "2-", "31,90", "63,80-", "Retoure"),
    row(1005, "6,000", "148,00", "888,00"),  # the largest so far, without a note
]
SECOND = [row(number, "1,500", "148,00", "222,00", "Rest") for number in range(1006, 1020)]
REPORT = [
    HEADER,
    *FIRST,
    "Übertrag;;;;1.862,80;",
    HEADER,
    *SECOND,
    "Summe;;;;4.970,80;",
]


def test_rows_that_repeat_the_header_decide_no_type() -> None:
    draft = draft_from_sample("\n".join([*REPORT, ""]).encode(), "journal", strict=False)
    (finding,) = [finding for finding in draft.findings if "repeats the header" in finding.message]
    assert finding.column == ""
    assert draft.contract.column("datum").type.kind is Kind.DATE


def test_a_comma_before_three_digits_is_the_sign_of_the_other_columns() -> None:
    draft = draft_from_sample("\n".join([*REPORT, ""]).encode(), "journal", strict=False)
    quantity = draft.contract.column("menge")
    assert quantity.format is not None
    assert (quantity.type.kind, quantity.format.decimal, draft.questions) == (Kind.DECIMAL, ",", ())


def test_a_text_with_a_word_is_read_by_that_sign_first_if_a_person_makes_it_numbers() -> None:
    lines = [
        "Schein;Menge;Preis",
        "L1;1,500;12,90",
        "L2;12,000;148,00",
        "L3;n. gel.;1.234,50",
        "L4;24;3,10",
        "",
    ]
    draft = draft_from_sample("\n".join(lines).encode(), "journal", strict=False)
    first, *_ = draft.text_formats["menge"]
    assert first.reading.format.decimal == ","


def test_without_such_a_column_the_comma_is_asked_about() -> None:
    lines = ["Beleg;Menge;Stand", "A1;6,000;12.50", "A2;1,500;3,75", "A3;2,250;4.25", ""]
    draft = draft_from_sample("\n".join(lines).encode(), "journal", strict=False)
    assert "menge" in {question.column for question in draft.questions}


def test_sums_and_carry_overs_are_totals_and_an_ordinary_row_is_none() -> None:
    draft = draft_from_sample("\n".join([*REPORT, ""]).encode(), "journal", strict=False)
    plain = [line for line in REPORT[1:] if line != HEADER]
    cells = {
        name: pa.array([line.split(";")[at] for line in plain])
        for at, name in enumerate(draft.contract.names)
    }
    assert report_lines(draft.contract.columns, cells).totals == (5, 20)
