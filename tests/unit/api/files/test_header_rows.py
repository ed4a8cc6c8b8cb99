"""The row that a person chooses as the header of a text or of a sheet."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from tests.unit.api.files.test_edited_uploads import checked, created, uploader
from tests.unit.api.files.test_uploads import uploaded as uploaded_to

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.unit

ABOVE = "Filiale,Bern,Konto,K-17\nErstellt,von,Ana,Meier\n"
TABLE = "Datum,Betrag,Filiale,Beleg\n2026-01-01,12.5,Bern,B1\n2026-01-02,13.5,Chur,B2\n"
LATER = "2026-01-03,14.5,Chur,B3\n"


def rows(caller: Any, upload_id: str) -> list[list[str]]:  # noqa: ANN401 as of the other tests
    return [row["cells"] for row in caller.call("GET", f"/v1/uploads/{upload_id}/rows").json["rows"]]


def sheet(*lines: str) -> bytes:
    return book_of(
        *(
            [float(cell) if cell.replace(".", "").isdigit() else cell for cell in line.split(",")]
            for line in lines
        )
    )


def book_of(*rows: Sequence[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_the_first_rows_are_offered_with_their_lines() -> None:
    caller = uploader()
    answer = checked(caller, uploaded_to(caller, f"Umsätze\n\n{TABLE}".encode(), "umsatz.csv", "")).json
    assert [(row["row"], row["cells"][0]) for row in answer["top_rows"]] == [
        (1, "Umsätze"),
        (3, "Datum"),
        (4, "2026-01-01"),
        (5, "2026-01-02"),
    ]
    assert answer["header_row"] == 3


@pytest.mark.parametrize(
    "body",
    [f"{ABOVE}{TABLE}".encode(), sheet(*ABOVE.splitlines(), *TABLE.splitlines())],
    ids=["text", "sheet"],
)
def test_a_chosen_row_is_the_header_for_grid_draft_and_gate(body: bytes) -> None:
    caller = uploader()
    upload_id = uploaded_to(caller, body, "umsatz", "")
    assert checked(caller, upload_id).json["header_row"] != 3
    answer = checked(caller, upload_id, {"header_row": 3}).json
    assert (answer["header_row"], answer["grid"]["columns"]) == (3, ["Datum", "Betrag", "Filiale", "Beleg"])
    assert [row[0] for row in rows(caller, upload_id)] == ["2026-01-01", "2026-01-02"]
    document = answer["draft"]["document"]
    assert [column["name"] for column in document["schema"][0]["properties"]] == [
        "datum",
        "betrag",
        "filiale",
        "beleg",
    ]
    assert created(caller, document).json["is_in_use"]
    assert checked(caller, upload_id, {"dataset": "umsatz", "header_row": 3}).json["accepted"] == 2


def test_of_headings_in_two_rows_the_chosen_one_names_the_columns() -> None:
    caller = uploader()
    body = f"Wann,Geld,Ort,Papier\n{TABLE}"
    upload_id = uploaded_to(caller, body.encode(), "umsatz.csv", "")
    assert checked(caller, upload_id, {"header_row": 2}).json["grid"]["columns"][0] == "Datum"
    assert len(rows(caller, upload_id)) == 2


@pytest.mark.parametrize("row", [3, 4])
def test_of_a_group_above_names_in_a_sheet_both_rows_name_the_columns(row: int) -> None:
    """Merged cells: the chosen row alone would leave columns without a name."""
    table = [["Filiale", "Umsatz", None, "Personal", None], [None, "Bar", "Karte", "Bar", "Stunden"]]
    body = book_of(
        ["Filialen", "im", "Mai", "ohne", "Gewähr", "Stand", "heute"],
        ["Seite", "eins", "von", "zwei", "und", "mehr", "Text"],
        *table,
        *([f"F{at}", 1.5 + at, 2.25, at, 7.5] for at in range(9)),
    )
    caller = uploader()
    upload_id = uploaded_to(caller, body, "filialen.xlsx", "")
    assert checked(caller, upload_id).json["grid"]["columns"][0] != "Filiale"
    answer = checked(caller, upload_id, {"header_row": row}).json
    names = ["Filiale", "Umsatz Bar", "Umsatz Karte", "Personal Bar", "Personal Stunden"]
    assert (answer["grid"]["columns"], answer["grid"]["rows"]) == (names, 9)
    document = answer["draft"]["document"]
    assert created(caller, document).json["is_in_use"]
    fields = [column["name"] for column in document["schema"][0]["properties"]]
    decided = {"dataset": "filialen", "header_row": row, "columns": dict(zip(names, fields, strict=True))}
    assert checked(caller, upload_id, decided).json["accepted"] == 9


def test_a_row_beyond_the_file_leaves_the_header_that_the_file_shows() -> None:
    caller = uploader()
    answer = checked(caller, uploaded_to(caller, TABLE.encode(), "umsatz.csv", ""), {"header_row": 40}).json
    assert answer["grid"]["columns"][0] == "Datum"


def test_a_chosen_header_is_remembered_for_the_source_wherever_it_stands() -> None:
    caller = uploader()
    upload_id = uploaded_to(caller, f"{ABOVE}{TABLE}".encode(), "umsatz.csv", "")
    document = checked(caller, upload_id, {"header_row": 3}).json["draft"]["document"]
    assert created(caller, document).json["is_in_use"]
    fields = {"Datum": "datum", "Betrag": "betrag", "Filiale": "filiale", "Beleg": "beleg"}
    decided = {"dataset": "umsatz", "columns": fields, "header_row": 3}
    assert checked(caller, upload_id, decided).json["accepted"] == 2
    assert caller.call("POST", f"/v1/uploads/{upload_id}/commit").status in {200, 202}
    body = f"Seite,1,von,1\n{ABOVE}{TABLE}{LATER}"
    answer = checked(caller, uploaded_to(caller, body.encode(), "februar.csv", "")).json
    assert (answer["is_remembered"], answer["header_row"], answer["accepted"]) == (True, 4, 3)
    assert answer["edits"]["columns"] == fields


def test_a_first_row_hides_what_its_column_hides() -> None:
    caller = uploader()
    body = "Name,Karte\nAna,4111111111111111\nBea,5555555555554444\n"
    answer = checked(caller, uploaded_to(caller, body.encode(), "karten.csv", "")).json
    assert "4111111111111111" not in str(answer["top_rows"])


def test_the_rows_of_a_text_with_semicolons_and_decimal_commas_are_parted_as_in_the_table() -> None:
    rows_of_table = "".join(f"{day:02}.09.2026;{day},50;1.{day}12,10;Köln\n" for day in range(1, 9))
    text = f"Gemeinde Bern;;;\nAuszug;;;\n;;;\nTag;Fläche;Betrag;Ort\n{rows_of_table}"
    caller = uploader()
    answer = checked(caller, uploaded_to(caller, text.encode("cp1252"), "auszug.csv", "")).json
    assert (answer["header_row"], answer["grid"]["columns"]) == (4, ["Tag", "Fläche", "Betrag", "Ort"])
    assert answer["top_rows"][-1]["cells"] == ["08.09.2026", "8,50", "1.812,10", "Köln"]
