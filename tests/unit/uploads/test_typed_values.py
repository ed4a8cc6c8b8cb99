"""A person types a percentage with its sign or without it, and days without zeros, as a file may not."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.source_format import SourceFormat
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.ports import MaskingKey
from headgate.uploads.edited_rows import corrections_in_declared_spelling, edited_csv
from headgate.uploads.edits import CellEdit, Edits, Step
from headgate.uploads.grid.opened_file import open_file
from headgate.uploads.number_cells import NumberCells

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

POINTS = SourceFormat(percent="points")
COMMA = SourceFormat(decimal=",", thousands=".", percent="points")
FRACTION = SourceFormat(decimal=",", percent="fraction")
DECIMAL = ColumnType(Kind.DECIMAL, precision=18, scale=4)
TYPED = [
    (ColumnType(Kind.BIGINT), POINTS, "", "13", "13"),
    (ColumnType(Kind.BIGINT), POINTS, "", "13%", "13"),
    (ColumnType(Kind.BIGINT), POINTS, "", "-5", "-5"),
    (DECIMAL, COMMA, "", "33,5", "33.5"),
    (DECIMAL, COMMA, "", "33,5 %", "33.5"),
    (DECIMAL, COMMA, "", "1.233,5", "1233.5"),
    (DECIMAL, COMMA, "percent", "33,5", "33.5"),
    (DECIMAL, FRACTION, "share", "13", "0.13"),
    (DECIMAL, FRACTION, "share", "13%", "0.13"),
    (DECIMAL, FRACTION, "share", "0,13", "0.0013"),  # its neighbours are 12% and 14%
    (DECIMAL, None, "share", "0.13", "0.13"),
    (DECIMAL, None, "share", "13%", "0.13"),
    (DECIMAL, SourceFormat(decimal=","), "share", "13,5%", "0.135"),
    (DECIMAL, None, "percent", "13.5%", "13.5"),
    (ColumnType(Kind.DOUBLE), None, "percent", "13.5%", "13.5"),
    (ColumnType(Kind.BIGINT), POINTS, "", "12.5", None),
    (ColumnType(Kind.BIGINT), POINTS, "", "thirteen", None),
    (DECIMAL, SourceFormat(decimal=",", thousands="."), "EUR", "1.234,56 €", "1234.56"),
    (DECIMAL, SourceFormat(decimal=",", thousands="."), "EUR", "€ 1,234.56", "1234.56"),
    (DECIMAL, SourceFormat(decimal=","), "EUR", "-1.234,56 EUR", "-1234.56"),
    (DECIMAL, None, "EUR", "1.234,56 €", "1234.56"),
    (DECIMAL, None, "kg", "12 kg", "12"),
    (ColumnType(Kind.BIGINT), None, "kg", "12 kg", "12"),
    (DECIMAL, None, "kg", "12 lb", None),
    (DECIMAL, SourceFormat(decimal=","), "EUR", "12,5 $", None),
    (DECIMAL, SourceFormat(decimal=","), "EUR", "1.234 €", None),  # 1,234 or 1234
    (DECIMAL, SourceFormat(duration="h:mm:ss"), "s", "7272", "7272"),
    (DECIMAL, SourceFormat(duration="h:mm:ss"), "s", "2:01:12", "7272"),
    (DECIMAL, None, "kg", "13%", None),
    (DECIMAL, None, "", "13%", None),
]


def contract_of(of_type: ColumnType, declared: SourceFormat | None, unit: str = "") -> Contract:
    deposit = Column("deposit", of_type, format=declared, unit=unit)
    columns = (Column("nr", ColumnType(Kind.STRING)), deposit)
    return Contract("shop.source.stays", "stays", "source", "1.0.0", columns)


def taken(body: bytes, contract: Contract) -> list[Decimal | None]:
    """The values of the accepted rows."""
    checked = check_bytes(
        body, contract, MaskingKey("k", b"0" * 32), object_key="x", received_at=datetime(2026, 1, 1)
    )
    return [
        None if value is None else Decimal(str(value)) for value in checked.accepted["deposit"].to_pylist()
    ]


def expected(value: str | None) -> list[Decimal]:
    return [] if value is None else [Decimal(value)]


@pytest.mark.parametrize(("of_type", "declared", "unit", "typed", "value"), TYPED)
def test_a_correction_may_have_the_sign_or_not(
    of_type: ColumnType, declared: SourceFormat | None, unit: str, typed: str, value: str | None
) -> None:
    contract = contract_of(of_type, declared, unit)
    spelled = corrections_in_declared_spelling({4: {"deposit": typed}}, {}, contract)[4]["deposit"]
    assert taken(f'nr,deposit\nJ-1,"{spelled}"\n'.encode(), contract) == expected(value)


@pytest.mark.parametrize(("of_type", "declared", "unit", "typed", "value"), TYPED)
def test_a_typed_cell_may_have_the_sign_or_not(  # noqa: PLR0917 a row of the table above
    tmp_path: Path,
    of_type: ColumnType,
    declared: SourceFormat | None,
    unit: str,
    typed: str,
    value: str | None,
) -> None:
    contract = contract_of(of_type, declared, unit)
    edits = Edits("stays", {"nr": "nr", "deposit": "deposit"}, cells=(CellEdit(1, "deposit", typed),))
    assert taken(edited(tmp_path, "nr;deposit\nJ-1;s/d%\n", edits, contract), contract) == expected(value)


def edited(folder: Path, text: str, edits: Edits, contract: Contract) -> bytes:
    path = folder / "stays.csv"
    path.write_text(text)
    file = open_file(path, folder, None, "", 1 << 20)
    assert file
    edited_csv(file.source, file.names, edits, contract, folder / "edited.csv")
    return (folder / "edited.csv").read_bytes()


@pytest.mark.parametrize("formats", [{}, {"deposit": {"decimal": ",", "percent": "points"}}])
@pytest.mark.parametrize(("declared", "unit"), [(COMMA, ""), (FRACTION, "share")], ids=["points", "fraction"])
def test_cells_of_the_file_need_the_sign_and_typed_ones_do_not(
    tmp_path: Path, formats: dict[str, Any], declared: SourceFormat, unit: str
) -> None:
    contract = contract_of(DECIMAL, declared, unit)
    edits = Edits(
        "stays",
        {"nr": "nr", "deposit": "deposit"},
        formats=formats,
        cells=(CellEdit(2, "deposit", "20,5"),),
        steps=(Step("map", "deposit", values={"half": "50"}),),
    )
    body = edited(tmp_path, "nr;deposit\nJ-1;12,5%\nJ-2;?\nJ-3;14\nJ-4;half\n", edits, contract)
    points = [Decimal("12.5"), Decimal("20.5"), Decimal(50)]
    assert taken(body, contract) == [each / (100 if unit else 1) for each in points]


def test_a_percentage_in_the_format_of_the_file_is_written_in_the_format_of_the_contract() -> None:
    contract = contract_of(DECIMAL, POINTS)
    formats = {"deposit": {"decimal": ",", "percent": "points"}}
    for typed in ("33,5", "33,5%"):
        assert corrections_in_declared_spelling({1: {"deposit": typed}}, formats, contract) == {
            1: {"deposit": "33.5%"}
        }


def test_a_value_for_all_rows_is_a_number_of_points(tmp_path: Path) -> None:
    contract = contract_of(DECIMAL, COMMA)
    edits = Edits("stays", {"nr": "nr", "new": "deposit"}, steps=(Step("default", "new", "12.5"),))
    assert (
        taken(edited(tmp_path, "nr;other\nJ-1;a\nJ-2;b\n", edits, contract), contract)
        == [Decimal("12.5")] * 2
    )


@pytest.mark.parametrize(
    ("declared", "unit", "values"),
    [
        (None, "share", "0.125 0.13 0.145 0.5"),
        (None, "percent", "12.5 13 14.5 50"),
        (None, "", "0.125 0.13 0.145 0.5"),
        (COMMA, "", "12.5 13 14.5 50"),
        (FRACTION, "share", "0.125 0.13 0.145 0.5"),
    ],
)
def test_a_number_in_place_of_a_percentage_of_a_workbook_is_in_percent(
    tmp_path: Path, declared: SourceFormat | None, unit: str, values: str
) -> None:
    contract, path = contract_of(DECIMAL, declared, unit), tmp_path / "stays.xlsx"
    book = Workbook()
    assert book.active
    book.active.append(["nr", "deposit"])
    for row, share in enumerate((0.125, 0.905, 0.905, 0.5), 2):
        book.active.append([f"J-{row}", share])
        book.active.cell(row, 2).number_format = "0.0%"
    book.save(path)
    file = open_file(path, tmp_path, None, "", 1 << 20)
    assert file
    assert file.read_as
    fields = {"deposit": contract.column("deposit")}
    cells = NumberCells.read(file.source, file.read_as(fields), file.names, fields)
    edits = Edits(
        "stays",
        {"nr": "nr", "deposit": "deposit"},
        cells=(CellEdit(2, "deposit", "13"), CellEdit(3, "deposit", "14.5 %")),
    )
    edited_csv(file.source, file.names, edits, contract, tmp_path / "csv", number_cells=cells)
    read = taken((tmp_path / "csv").read_bytes(), contract)
    assert read == list(map(Decimal, values.split()))


@pytest.mark.parametrize(
    ("pattern", "typed", "spelled"),
    [
        ("dd/MM/yyyy", "6/9/2026", "06/09/2026"),
        ("dd/MM/yyyy", "26/9/2026", "26/09/2026"),
        ("", "2026-9-6", "2026-09-06"),
        ("d.M.yyyy", "6.9.2026", "6.9.2026"),
        ("dd/MM/yyyy", "9/26/2026", "9/26/2026"),  # no day, with zeros or without
    ],
)
def test_a_typed_day_may_lack_zeros(tmp_path: Path, pattern: str, typed: str, spelled: str) -> None:
    contract = contract_of(ColumnType(Kind.DATE), SourceFormat(patterns=(pattern,)) if pattern else None)
    assert corrections_in_declared_spelling({1: {"deposit": typed}}, {}, contract) == {
        1: {"deposit": spelled}
    }
    edits = Edits("stays", {"nr": "nr", "deposit": "deposit"}, cells=(CellEdit(1, "deposit", typed),))
    assert spelled in edited(tmp_path, "nr;deposit\nJ-1;?\n", edits, contract).decode()
