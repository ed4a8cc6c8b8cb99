"""Sheets that a workbook does not show are its last parts, and nobody is asked to commit them."""

from __future__ import annotations

import io

import openpyxl
import pytest

from tests.unit.api.files.test_edited_uploads import checked, uploader
from tests.unit.api.files.test_uploads import uploaded

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_the_last_parts_and_not_offered(state: str) -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name in ("Lookup", "Mar", "Apr"):
        sheet = book.create_sheet(name)
        sheet.append(["code", "meaning", "since"] if name == "Lookup" else ["colour", "weight", "amount"])
        for row in range(1, 6):
            sheet.append([f"{name} {row}", row, row / 2])
    book["Lookup"].sheet_state = state
    book.save(file)
    caller = uploader()
    check = checked(caller, uploaded(caller, file.getvalue(), "wool.xlsx", "")).json
    assert check["parts"] == ["Mar", "Apr", "Lookup"]
    assert check["hidden_parts"] == ["Lookup"]
    assert check["offered_parts"] == ["Mar", "Apr"]
    assert check["part"] == "Mar"
