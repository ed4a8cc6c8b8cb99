"""The currency that a workbook shows beside the numbers of a column is the unit of the drafted column."""

from __future__ import annotations

import io

import openpyxl
import pytest

from headgate.drafts.draft_contract import draft_from_sample
from headgate.local_files.draft_file import draft_of_upload

pytestmark = pytest.mark.unit


def workbook(number_format: str, *, others: int = 0) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Maintenance 2026"])
    sheet.append(["job", "site", "labour"])
    for row in range(20):
        sheet.append([f"J-{row:03}", "north" if row % 2 else "south", 12.5 + row])
        if row >= others:
            sheet.cell(sheet.max_row, 3).number_format = number_format
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def unit_of(content: bytes) -> str:
    return draft_from_sample(content, "maintenance", strict=False).contract.column("labour").unit


@pytest.mark.parametrize(
    ("number_format", "unit"),
    [
        ('"£"#,##0.00', "GBP"),
        ("£#,##0.00", "GBP"),
        ("#,##0.00 [$€-407]", "EUR"),
        ('#,##0.00 "EUR";[Red]-#,##0.00 "EUR"', "EUR"),
        ("[$kr-414] #,##0.00", "NOK"),
        ("[$$-1009]#,##0.00", "CAD"),
        ("[$$-9999]#,##0.00", ""),
        ("[$-409]0.00", ""),
        ("0.00", ""),
        ('0.0" h"', ""),
    ],
)
def test_the_currency_of_the_number_format_is_the_unit(number_format: str, unit: str) -> None:
    assert unit_of(workbook(number_format)) == unit


def test_a_currency_of_a_part_of_the_numbers_is_no_unit_of_all() -> None:
    assert unit_of(workbook('"£"#,##0.00', others=10)) == ""


def test_the_console_gets_the_unit_with_the_draft() -> None:
    drafted = draft_of_upload("maintenance.xlsx", workbook("#,##0.00 [$€-407]"))
    assert drafted is not None
    (table,) = drafted["document"]["schema"]
    labour = next(each for each in table["properties"] if each["name"] == "labour")
    assert {"property": "headgate.unit", "value": "EUR"} in labour["customProperties"]
