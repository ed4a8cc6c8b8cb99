"""A workbook shows 30 % of a cell that stores 0.3. A CSV file of its rows has `30%`, and both give 30."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.source_format import SourceFormat
from headgate.drafts.draft_contract import Draft, draft_from_sample
from headgate.formats.excel.workbook import is_percent
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.ports import MaskingKey

pytestmark = pytest.mark.unit

SHARES = [0, 0.3, 0.5, 0.07, 0.125]
AS_SHOWN = ["0%", "30%", "50%", "7%", "12.5%"]
POINTS = [Decimal(0), Decimal(30), Decimal(50), Decimal(7), Decimal("12.5")]
ROWS = 40


def workbook(number_format: str = "0%", plain: int = 0) -> bytes:
    """A workbook with shares in percent, the first `plain` of which have no format."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["nr", "deposit"])
    for row in range(ROWS):
        sheet.append([f"J-{row:03}", SHARES[row % len(SHARES)]])
        if row >= plain:
            sheet.cell(sheet.max_row, 2).number_format = number_format
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def text_file() -> bytes:
    rows = "".join(f"J-{row:03},{AS_SHOWN[row % len(AS_SHOWN)]}\n" for row in range(ROWS))
    return f"nr,deposit\n{rows}".encode()


def read(body: bytes, contract: Contract) -> list[Decimal]:
    checked = check_bytes(
        body, contract, MaskingKey("k", b"0" * 32), object_key="x", received_at=datetime(2026, 1, 1)
    )
    assert checked.accepted.num_rows == ROWS
    return [Decimal(value).normalize() for value in checked.accepted["deposit"].to_pylist()]


def draft(body: bytes) -> Draft:
    return draft_from_sample(body, "deposits", strict=False)


def expected(values: list[Decimal]) -> list[Decimal]:
    return [values[row % len(values)].normalize() for row in range(ROWS)]


@pytest.mark.parametrize("number_format", ["0%", "0.00%", "0.0 %"])
def test_drafts_of_a_workbook_and_of_text_read_each_others_files(number_format: str) -> None:
    for by in (workbook(number_format), text_file()):
        contract = draft(by).contract
        for body in (workbook(number_format), text_file()):
            assert read(body, contract) == expected(POINTS)


def test_the_draft_says_how_it_reads_percent() -> None:
    notes = [str(finding.message) for finding in draft(workbook()).findings]
    assert any("19 % is 19" in note for note in notes)


@pytest.mark.parametrize(
    ("unit", "values"),
    [
        ("percent", POINTS),
        ("share", list(map(Decimal, map(str, SHARES)))),
        ("", list(map(Decimal, map(str, SHARES)))),
    ],
)
def test_a_number_column_has_percent_cells_in_its_unit(unit: str, values: list[Decimal]) -> None:
    columns = (
        Column("nr", ColumnType(Kind.STRING)),
        Column("deposit", ColumnType(Kind.DECIMAL, precision=10, scale=4), unit=unit),
    )
    assert read(workbook(plain=0), Contract("c", "deposits", "source", "1", columns)) == expected(values)


def test_a_declared_decimal_comma_fits_percent_cells() -> None:
    declared = SourceFormat(decimal=",", percent="points")
    columns = (
        Column("nr", ColumnType(Kind.STRING)),
        Column("deposit", ColumnType(Kind.DECIMAL, precision=10, scale=4), format=declared),
    )
    contract = Contract("c", "deposits", "source", "1", columns)
    assert read(workbook(), contract) == expected(POINTS)
    fraction = replace(columns[1], format=replace(declared, percent="fraction"))
    contract = replace(contract, columns=(columns[0], fraction))
    assert read(workbook(), contract) == expected(list(map(Decimal, map(str, SHARES))))


def test_a_column_with_few_percent_cells_is_drafted_as_it_is_shown() -> None:
    """A person reads `0.3` and `30%` beside each other as in a text file, and no draft makes one of both."""
    mixed = workbook(plain=ROWS // 2)
    lines = [
        f"J-{row:03},{(SHARES if row < ROWS // 2 else AS_SHOWN)[row % len(SHARES)]}\n" for row in range(ROWS)
    ]
    in_text = draft(f"nr,deposit\n{''.join(lines)}".encode()).contract.column("deposit")
    assert draft(mixed).contract.column("deposit").type == in_text.type
    assert in_text.type.kind is Kind.STRING


@pytest.mark.parametrize(
    ("code", "is_one_of_percent"),
    [("9", True), ("10", True), ("0.0%", True), ("0%;[Red]-0%", True), ('0"%"', False), ("0", False)],
)
def test_a_quoted_sign_multiplies_nothing(code: str, *, is_one_of_percent: bool) -> None:
    assert is_percent(code) is is_one_of_percent


def test_computed_shares_are_numbers_with_eight_decimals_of_a_percent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(globals(), "SHARES", [1 / 3, 0.15963511972633979, 0.5])
    file = workbook("0.0%")
    assert read(file, draft(file).contract)[:3] == [
        Decimal("33.33333333"),
        Decimal("15.96351197"),
        Decimal(50).normalize(),
    ]


def test_whole_percents_of_a_first_file_leave_room_for_parts_of_one() -> None:
    first = "".join(f"J-{row:03},{row % 7 * 10}%\n" for row in range(ROWS))
    contract = draft(f"nr,deposit\n{first}".encode()).contract
    assert read(text_file(), contract) == expected(POINTS)
