"""Sheets that a workbook does not show are its last parts, and nobody is asked to commit them."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest

from headgate.contracts.file_form import SHEET_PROPERTY
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.formats.excel.read_excel import read_excel
from tests.unit.api.files.test_edited_uploads import checked, created, uploader
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
    assert (check["part"], check["parts_read"]) == ("Mar, Apr", ["Mar", "Apr"])


def workbook(**sheets: tuple[str, list[list[object]]]) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, (state, rows) in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = state
        for row in rows:
            sheet.append(row)
    book.save(file)
    return file.getvalue()


NAMES: list[object] = ["Nummer", "Instrument", "Wert", "Jahr", "Ort", "Zustand"]


def instruments(first: int) -> list[list[object]]:
    rows = range(first, first + 6)
    return [NAMES, *([f"I-{n}", "Tuba", n * 1.5, 1990 + n, "Keller", f"gut {n}"] for n in rows)]


def test_a_hidden_sheet_is_not_joined_with_the_shown_ones() -> None:
    """The instruments of an old year came in below those of the current one."""
    old = [["Nummer", "Instrument"], ["A-1", "Tuba"], ["A-2", "Horn"], ["A-3", "Horn"]]
    for hidden in (instruments(50), old):
        sheets = {"Instrumente": ("visible", instruments(1)), "Alt_2024": ("hidden", hidden)}
        caller = uploader()
        check = checked(caller, uploaded(caller, workbook(**sheets), "inventar.xlsx", "")).json
        assert (check["parts_read"], check["grid"]["rows"]) == (["Instrumente"], 6)
        assert check["draft"]["received"] == 6


def test_a_workbook_of_hidden_sheets_alone_is_read() -> None:
    sheets = {"Deckblatt": ("visible", []), "Daten": ("hidden", instruments(1))}
    caller = uploader()
    check = checked(caller, uploaded(caller, workbook(**sheets), "inventar.xlsx", "")).json
    assert check["grid"]["rows"] == 6


def test_a_shown_sheet_with_few_of_the_columns_is_not_joined() -> None:
    few = [["Nummer", "Instrument"], ["A-1", "Tuba"], ["A-2", "Horn"], ["A-3", "Horn"]]
    sheets = {"Instrumente": ("visible", instruments(1)), "Ausgeliehen": ("visible", few)}
    caller = uploader()
    check = checked(caller, uploaded(caller, workbook(**sheets), "inventar.xlsx", "")).json
    assert (check["parts_read"], check["grid"]["rows"]) == (["Instrumente"], 6)


def test_the_gate_leaves_hidden_sheets_out_and_names_them() -> None:
    columns = [Column(name.lower(), ColumnType(Kind.STRING)) for name in map(str, NAMES)]
    contract = Contract("x", "x", "source", "1", tuple(columns))
    read = read_excel(workbook(Alt=("hidden", instruments(50)), Neu=("visible", instruments(1))), contract)
    assert (read.rows, read.sheets, read.left_out) == (6, ("Neu",), ("Alt (rows: 7)",))
    of_sheet = replace(contract, properties={SHEET_PROPERTY: "Alt"})
    assert read_excel(workbook(Alt=("hidden", instruments(50)), Neu=("visible", [NAMES])), of_sheet).rows == 6


def test_each_sheet_without_letters_in_its_name_gets_a_name_that_no_dataset_has() -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    columns = {"★": ["booking", "guests"], "★★": ["room", "beds", "floor"], "☆": ["item", "stock"]}
    for name, header in columns.items():
        sheet = book.create_sheet(name)
        for row in (header, *([f"{header[0][:1]}-{at:03}", at, at % 3][: len(header)] for at in range(20))):
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    caller = uploader()
    upload_id = uploaded(caller, content.getvalue(), "sakura.xlsx", "")
    names = []
    for part in ("★", "★★", "☆"):
        draft = checked(caller, upload_id, {"part": part}).json["draft"]
        names.append(draft["dataset"])
        assert created(caller, draft["document"]).status == 200
    assert names == ["sakura", "sakura_2", "sakura_3"]


def test_a_sheet_in_other_letters_is_named_by_their_sound() -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    columns = {"Продажи": "sale", "部屋": "room", "備品": "item"}
    for name, key in columns.items():
        sheet = book.create_sheet(name)
        for row in ([key, "pieces", f"{key}_class"], *([f"{key}-{at:03}", at, at % 3] for at in range(20))):
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    caller = uploader()
    upload_id = uploaded(caller, content.getvalue(), "sakura.xlsx", "")
    drafts = [checked(caller, upload_id, {"part": part}).json["draft"] for part in columns]
    assert [draft["dataset"] for draft in drafts] == ["prodazhi", "buwu", "beipin"]
