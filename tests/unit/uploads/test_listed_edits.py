"""The page of a committed file lists typed cells and changes of columns, without sensitive values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask
from headgate.uploads.edits import CellEdit, Edits, Step
from headgate.uploads.grid.flaws import Flaws
from headgate.uploads.grid.grid_pages import ROWS
from headgate.uploads.grid.opened_file import open_file
from headgate.uploads.grid.write_grid import ColumnFacts, write_grid
from headgate.uploads.listed_edits import MAX_LISTED, column_changes, typed_cells, with_values_of_file

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

pytestmark = pytest.mark.unit

PAN = "4111111111111111"
TEXT = ColumnType(Kind.STRING)
COLUMNS = (Column("item", TEXT), Column("pan", TEXT, mask=Mask.PAN))
CONTRACT = Contract("things", "things", "source", "1.0.0", COLUMNS)
FIELDS = {"Ware": "item", "Karte": "pan"}


def listed(
    folder: Path, cells: tuple[CellEdit, ...], contract: Contract | None = CONTRACT
) -> list[dict[str, Any]]:
    path = folder / "things.csv"
    path.write_text("Ware;Karte\n" + "".join(f"Hut {row};K{row}\n" for row in range(1, 2_001)))
    opened = open_file(path, folder, None, "", 1 << 20)
    assert opened
    write_grid(opened, Flaws.of(None, {}), ColumnFacts(), folder, Edits())
    return typed_cells(folder / ROWS, opened.names, Edits(columns=FIELDS, cells=cells), contract, ())


def test_a_typed_cell_has_its_text_before_and_after(tmp_path: Path) -> None:
    cells = (CellEdit(1_500, "Ware", "Mütze"), CellEdit(2, "Ware", None))
    assert listed(tmp_path, cells) == [
        {"row": 2, "column": "Ware", "before": "Hut 2", "after": None, "is_hidden": False},
        {"row": 1_500, "column": "Ware", "before": "Hut 1500", "after": "Mütze", "is_hidden": False},
    ]


def test_only_the_first_cells_are_listed(tmp_path: Path) -> None:
    cells = tuple(CellEdit(row, "Ware", "x") for row in range(1, MAX_LISTED + 2))
    assert [cell["row"] for cell in listed(tmp_path, cells)] == list(range(1, MAX_LISTED + 1))


def test_masked_and_personal_cells_are_listed_without_texts(tmp_path: Path) -> None:
    (cell,) = listed(tmp_path, (CellEdit(1, "Karte", PAN),))
    assert (cell["before"], cell["after"], cell["is_hidden"]) == (None, None, True)
    (cell,) = listed(tmp_path, (CellEdit(1, "Ware", PAN),))
    assert PAN not in str(cell)
    person = replace(CONTRACT, columns=(replace(COLUMNS[0], classification="personal"), COLUMNS[1]))
    for contract in (person, None):
        (cell,) = listed(tmp_path, (CellEdit(1, "Ware", "Anna"),), contract)
        assert (cell["before"], cell["after"], cell["is_hidden"]) == (None, None, True)


def test_a_change_of_a_column_has_its_values_unless_they_are_masked() -> None:
    steps = (
        Step("map", "Ware", values={"Hut": "hat"}),
        Step("replace", "Karte", text="", search="4111"),
        Step("default", "Ware", text="hat"),
    )
    shown, hidden = column_changes(Edits(columns=FIELDS, steps=steps), CONTRACT)
    assert shown["values"] == [{"before": "Hut", "after": "hat"}]
    assert (hidden["kind"], hidden["search"], hidden["values"]) == ("replace", "", [])


def test_a_remembered_map_is_listed_with_the_values_of_the_file_only(tmp_path: Path) -> None:
    path = tmp_path / "things.csv"
    path.write_text("Ware;Art;Preis\nHut ;alt;1,50\nRock;neu;2,50\n")
    opened = open_file(path, tmp_path, None, "", 1 << 20)
    assert opened
    assert opened.names == ("Ware", "Art", "Preis")
    write_grid(opened, Flaws.of(None, {}), ColumnFacts(), tmp_path, Edits())
    steps = (
        Step("map", "Ware", values={"Hut": "hat", "Schal": "scarf"}),
        Step("map", "Ware", values={"hat": "headwear"}),
        Step("map", "Ware", values={"Mütze": "cap"}),
        Step("replace", "Art", text="old", search="alt"),
        Step("map", "Art", values={"old": "used", "new": "unused"}),
    )
    of_file = with_values_of_file(tmp_path / ROWS, opened.names, Edits(steps=steps))
    assert [dict(step.values) for step in of_file.steps] == [
        {"Hut": "hat"},
        {"hat": "headwear"},
        {},
        {"old": "used", "new": "unused"},
    ]
