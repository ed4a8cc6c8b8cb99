"""Cells that a file stores as numbers or moments show less than their texts: no scale of amounts, and no time
at midnight.
"""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest

from headgate.contracts.model import ColumnType, Kind
from headgate.drafts.draft_contract import draft_from_sample
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.ports import MaskingKey

pytestmark = pytest.mark.unit


def workbook(*rows: list[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("every", [2, 100], ids=["half of them", "one of them"])
def test_midnights_among_the_times_of_a_workbook_are_times(every: int) -> None:
    times = [datetime(2026, 1, 1) + timedelta(hours=24 * at + (9 if at % every else 0)) for at in range(100)]
    body = workbook(["nr", "wann"], *([at, when] for at, when in enumerate(times)))
    contract = draft_from_sample(body, "termine", strict=False).contract
    assert contract.column("wann").type == ColumnType(Kind.TIMESTAMP)
    checked = check_bytes(
        body, contract, MaskingKey("k", b"0" * 32), object_key="x", received_at=datetime(2026, 1, 1)
    )
    assert checked.accepted["wann"].to_pylist() == times


def test_amounts_above_a_line_of_totals_have_two_places() -> None:
    """Nobody worked out the sum of the last row: openpyxl stores the formula alone, and the gate quarantines
    the row.
    """
    body = workbook(
        ["nr", "gebuehr"], *([at, 12.5 * (at % 3)] for at in range(60)), ["Summe", "=SUM(B2:B61)"]
    )
    column = draft_from_sample(body, "leser", strict=False).contract.column("gebuehr")
    assert (column.type.kind, column.type.scale) == (Kind.DECIMAL, 2)


def test_counts_above_a_line_of_totals_are_numbers_as_amounts_are() -> None:
    """A formula is no id of another kind, though `=SUM(B2:B81)` has letters and digits.

    The gate quarantines its row.
    """
    body = workbook(
        ["artikel", "menge"], *([f"Rad {at}", at % 7] for at in range(80)), ["Summe", "=SUM(B2:B81)"]
    )
    drafted = draft_from_sample(body, "lager", strict=False)
    assert drafted.contract.column("menge").type.kind is Kind.BIGINT
    notes = [finding.message for finding in drafted.findings if finding.column == "menge"]
    assert any(
        note.startswith("1 of 81 values do not read as BIGINT: their rows are quarantined") for note in notes
    )
    assert any(
        note.endswith("the last row is a line of totals, and the gate quarantines it") for note in notes
    )
    assert draft_from_sample(body, "lager", strict=True).contract.column("menge").type.kind is Kind.STRING


@pytest.mark.parametrize("formula", ["=A81&B81", "=B81*2"])
def test_another_formula_in_the_last_row_is_no_line_of_totals(formula: str) -> None:
    body = workbook(["artikel", "menge"], *([f"Rad {at}", at % 7] for at in range(80)), ["Rad 80", formula])
    assert not [
        finding
        for finding in draft_from_sample(body, "lager", strict=False).findings
        if "line of totals" in finding.message
    ]


def test_days_of_a_workbook_stay_days() -> None:
    body = workbook(["nr", "tag"], [1, datetime(2026, 1, 1)], [2, datetime(2026, 1, 2)])
    assert draft_from_sample(body, "tage").contract.column("tag").type == ColumnType(Kind.DATE)


@pytest.mark.parametrize(
    "body",
    [
        json.dumps([{"nr": 1, "preis": 9.9}, {"nr": 2, "preis": 24.5}]).encode(),
        workbook(["nr", "preis"], [1, 9.9], [2, 24.5]),
    ],
    ids=["JSON", "Excel"],
)
def test_an_amount_whose_last_digit_is_zero_in_all_rows_has_two_places(body: bytes) -> None:
    """9.90 is stored as 9.9, so a sample without other cents must not refuse 18.55 in the next file."""
    contract = draft_from_sample(body, "medien").contract
    assert (contract.column("preis").type.kind, contract.column("preis").type.scale) == (Kind.DECIMAL, 2)
    later = json.dumps([{"nr": 3, "preis": 18.55}]).encode()
    checked = check_bytes(
        later, contract, MaskingKey("k", b"0" * 32), object_key="x", received_at=datetime(2026, 1, 1)
    )
    assert checked.accepted["preis"].to_pylist() == [Decimal("18.55")]


def test_a_draft_names_merged_cells_of_rows_and_numbers_shown_with_leading_zeros() -> None:
    book = openpyxl.Workbook()
    for row in (["Umsatz je Filiale"], ["region", "plz"], *(["Nord", at] for at in range(1, 7))):
        book.active.append(row)
    for cell in book.active["B"][2:]:
        cell.number_format = "0000"
    book.active.merge_cells("A1:B1")
    book.active.merge_cells("A3:A5")
    out = io.BytesIO()
    book.save(out)
    notes = [finding.message for finding in draft_from_sample(out.getvalue(), "filialen").findings]
    assert any("sheet Sheet merged cells (A3:A5) have" in note for note in notes)
    assert any("6 numbers of column B in sheet Sheet with leading zeros" in note for note in notes)


def test_a_workbook_that_shows_what_it_holds_has_no_such_note() -> None:
    notes = draft_from_sample(workbook(["region", "plz"], *(["Nord", at] for at in range(60))), "f").findings
    assert not [note for note in notes if "merged" in note.message or "leading zeros" in note.message]


def test_durations_below_and_above_a_day_are_numbers_of_seconds() -> None:
    book = openpyxl.Workbook()
    book.active.append(["wer", "dauer"])
    for hours in (7.5, 26):
        book.active.append(["a", timedelta(hours=hours)])
        book.active.cell(book.active.max_row, 2).number_format = "[h]:mm:ss"
    out = io.BytesIO()
    book.save(out)
    draft = draft_from_sample(out.getvalue(), "zeiten")
    checked = check_bytes(
        out.getvalue(),
        draft.contract,
        MaskingKey("k", b"0" * 32),
        object_key="x",
        received_at=datetime(2026, 1, 1),
    )
    assert checked.accepted["dauer"].to_pylist() == [27_000, 93_600]
