"""The name of the sheet as a column of the rows of several sheets."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from headgate.contracts import odcs_reader
from headgate.contracts.model import ColumnType, Contract, Kind
from headgate.contracts.odcs_writer import to_odcs
from headgate.contracts.rules_fingerprint import gate_fingerprint
from headgate.drafts.draft_contract import draft_from_sample
from headgate.errors import ContractError
from headgate.formats.batches import source_in_memory
from headgate.formats.excel.read_excel import read_excel
from headgate.formats.read_file import read_file
from headgate.intake.rows.check_rows import check_bytes
from headgate.local_files.check_file import any_key
from headgate.local_files.draft_file import draft_of_upload
from headgate.uploads.edited_rows import edited_csv
from headgate.uploads.edits import CellEdit, Edits
from headgate.uploads.grid.opened_file import open_file
from tests.workbooks import old_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from tests.workbooks import Rows

pytestmark = pytest.mark.unit

HEADER = ("article", "amount")
MONTHS: dict[str, Rows] = {
    "Jan": [HEADER, ("A", 1.5), ("B", 2.5)],
    "Feb": [HEADER, ("A", 3.5), ("A", 1.5)],
}
BOOK = old_workbook(MONTHS)


def drafted(body: bytes = BOOK, **options: Any) -> Contract:  # noqa: ANN401 options of several types
    return draft_from_sample(body, "turnover", key=(), **options).contract


def sheets_of(body: bytes, contract: Contract) -> list[object]:
    return [*read_file(body, contract).cells["sheet"].to_pylist()]


def test_a_draft_of_sheets_with_one_header_has_a_column_with_the_name_of_the_sheet() -> None:
    contract = drafted()
    assert contract.names == (*HEADER, "sheet")
    column = contract.column("sheet")
    assert (column.is_sheet_name, column.type, column.required, column.rules) == (
        True,
        ColumnType(Kind.STRING),
        False,
        (),
    )
    assert sheets_of(BOOK, contract) == ["Jan", "Jan", "Feb", "Feb"]


def test_a_draft_without_names_of_sheets_or_of_one_sheet_has_no_such_column() -> None:
    assert drafted(sheet_names=False).names == HEADER
    assert drafted(sheet="Feb").names == HEADER
    assert drafted(old_workbook({"Jan": MONTHS["Jan"], "Notes": [("see", None)]})).names == HEADER


def test_a_name_of_digits_stays_a_text_and_new_sheets_need_no_new_rule() -> None:
    years = old_workbook({str(year): [HEADER, *[("A", 1.5)] * 60] for year in (2024, 2025)})
    column = drafted(years, strict=False).column("sheet")
    assert (column.type.kind, column.rules) == (Kind.STRING, ())


def test_a_column_that_is_called_sheet_keeps_its_values_and_the_name_gets_another_column() -> None:
    own: dict[str, Rows] = {name: [("sheet", "amount"), (f"of {name}", 1)] for name in ("Jan", "Feb")}
    contract = drafted(old_workbook(own))
    assert contract.names == ("sheet", "amount", "sheet_")
    cells = read_file(old_workbook(own), contract).cells
    assert (cells["sheet"].to_pylist(), cells["sheet_"].to_pylist()) == (["of Jan", "of Feb"], ["Jan", "Feb"])


def test_the_file_that_has_the_column_keeps_its_values() -> None:
    exported = old_workbook({"export": [(*HEADER, "sheet"), ("A", 1.5, "Jan")]})
    assert sheets_of(exported, drafted()) == ["Jan"]
    assert sheets_of(b"article,amount,sheet\nA,1.50,Mar\n", drafted()) == ["Mar"]
    received = read_file(b"article,amount\nA,1.50\n", drafted())
    assert (received.cells["sheet"].to_pylist(), received.missing_columns) == ([None], ("sheet",))


def test_the_gate_does_not_miss_the_column_even_where_it_is_part_of_the_key() -> None:
    contract = draft_from_sample(BOOK, "turnover", key=("article", "sheet", "amount")).contract
    assert contract.column("sheet").required
    gated = check_bytes(BOOK, contract, any_key(), object_key="turnover", received_at=datetime(2026, 1, 1))
    assert (gated.counts.accepted, gated.counts.quarantined, gated.counts.duplicates) == (4, 0, 0)
    received = read_excel(BOOK, contract)
    assert (received.missing_columns, source_in_memory(received).width) == ((), 2)


def test_the_declaration_is_kept_by_a_document_of_the_contract() -> None:
    contract = drafted()
    read = odcs_reader.parse(to_odcs(contract), "source")
    assert [column.is_sheet_name for column in read.columns] == [False, False, True]
    plain = replace(contract, columns=tuple(replace(each, is_sheet_name=False) for each in contract.columns))
    assert gate_fingerprint(contract) != gate_fingerprint(plain)
    assert "is_sheet_name" not in repr(plain)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": ColumnType(Kind.DATE)}, "is for a text"),
        ({"name": "second"}, "several columns"),
    ],
)
def test_only_one_column_of_texts_has_the_names(change: Mapping[str, Any], reason: str) -> None:
    contract = drafted()
    wrong = replace(contract.column("sheet"), **change)
    kept = contract.columns if "name" in change else contract.columns[:-1]
    with pytest.raises(ContractError, match=reason):
        odcs_reader.parse(to_odcs(replace(contract, columns=(*kept, wrong))), "source")


def test_an_edited_workbook_keeps_the_names_of_its_sheets(tmp_path: Path) -> None:
    path, contract = tmp_path / "months.xls", drafted()
    path.write_bytes(BOOK)
    file = open_file(path, tmp_path, contract, "", 1 << 20)
    assert file
    assert file.names == HEADER
    cell = CellEdit(3, "article", "C")
    for columns in ({}, {"article": "article", "amount": "amount"}):
        edited_csv(
            file.source, file.names, Edits("turnover", columns, cells=(cell,)), contract, tmp_path / "csv"
        )
        assert (tmp_path / "csv").read_text().splitlines() == [
            "article,amount,sheet",
            "A,1.5,Jan",
            "B,2.5,Jan",
            "C,3.5,Feb",
            "A,1.5,Feb",
        ]


def test_a_chosen_sheet_has_its_own_name(tmp_path: Path) -> None:
    path, contract = tmp_path / "months.xls", drafted()
    path.write_bytes(BOOK)
    file = open_file(path, tmp_path, contract, "Feb", 1 << 20)
    assert file
    edited_csv(file.source, file.names, Edits("turnover", part="Feb"), contract, tmp_path / "csv")
    assert [line.rpartition(",")[2] for line in (tmp_path / "csv").read_text().splitlines()] == [
        "sheet",
        "Feb",
        "Feb",
    ]


def test_a_file_of_the_console_is_drafted_with_the_column_and_a_note_of_it() -> None:
    draft = draft_of_upload("turnover.xls", BOOK)
    assert draft
    (table,) = draft["document"]["schema"]
    assert [item["name"] for item in table["properties"]] == [*HEADER, "sheet"]
    assert table["properties"][-1]["customProperties"] == [{"property": "headgate.sheetName", "value": True}]
    assert "the column sheet has the name of each row's sheet" in [note["message"] for note in draft["notes"]]
