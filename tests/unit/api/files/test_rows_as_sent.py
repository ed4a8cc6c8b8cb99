"""Refused rows have their places and, for their sender, their cells in the file that was sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.api.files.test_edited_uploads import (
    DECIDED,
    FIELDS,
    FORMATS,
    checked,
    committed_as_edited,
    created,
    uploader,
    workbook_with,
)
from tests.unit.api.files.test_uploads import uploaded
from tests.unit.api.lakes import Caller

if TYPE_CHECKING:
    from headgate.lake.ports import FileRecord

pytestmark = pytest.mark.unit

HEADER = "Artikelnummer;Bezeichnung;Warengruppe;Listenpreis;Lieferbar;Stand;EAN;Bemerkung"
LINES = (
    "4799;Brotkasten;Küche;auf Anfrage;ja;04.02.2026;4006000001665;Auslauf, Restposten",
    "",
    "4800;Topf;Küche;-12,50;nein;05.07.2026;4006000002220;",
    "4801;Zu kurz;Büro",
)


def price_list() -> bytes:
    good = [f"47{n:02d};Kanne;Küche;1.0{n:02d},50;ja;{n + 1:02d}.01.2026;40060{n:02d};" for n in range(20)]
    return "\r\n".join([HEADER, *good, *LINES, ""]).encode("cp1252")


def sent(caller: Caller, left_out: list[int]) -> FileRecord:
    upload_id = uploaded(caller, price_list(), "preise.csv", "")
    columns = checked(caller, upload_id).json["grid"]["columns"]
    fields = dict(zip(columns, FIELDS.values(), strict=False)) | {"EAN": None, "Bemerkung": None}
    formats = {**FORMATS, "list_price": {"decimal": ",", "thousands": "."}}
    decided = {**DECIDED, "columns": fields, "formats": formats, "left_out": left_out}
    return committed_as_edited(caller, upload_id, decided)[0]


def rows_of(caller: Caller, record: FileRecord, asked: str = "") -> dict[str, Any]:
    answer: dict[str, Any] = caller.call("GET", f"/v1/files/{record.file_id}/rejected-rows{asked}").json
    return answer


@pytest.mark.parametrize("left_out", [[], [2]])
def test_a_sender_s_rows_have_all_cells_as_they_were_written(left_out: list[int]) -> None:
    caller = uploader()
    record = sent(caller, left_out)
    answer = rows_of(caller, record, "?as_sent=true")
    assert answer["sent_columns"] == HEADER.split(";")
    assert [";".join(cell or "" for cell in row["sent_cells"]) for row in answer["rows"]] == [
        "4799;Brotkasten;Küche;auf Anfrage;ja;04.02.2026;4006000001665;Auslauf, Restposten",
        "4800;Topf;Küche;-12,50;nein;05.07.2026;4006000002220;",
        "4801;Zu kurz;Büro",
    ]
    # The header is line 1, and line 23 is blank.
    assert [row["line"] for row in answer["rows"]] == [22, 24, 25]


def test_only_senders_and_operators_read_cells_of_the_sent_file() -> None:
    caller = uploader()
    record = sent(caller, [])
    viewer = Caller(caller.lake, ("viewer",), name="vic")
    answer = rows_of(viewer, record, "?as_sent=true")
    assert answer["sent_columns"] == []
    assert [(row["sent_cells"], row["line"]) for row in answer["rows"]] == [([], 22), ([], 24), ([], 25)]
    assert all(not row["sent_cells"] for row in rows_of(caller, record)["rows"])


def test_a_row_of_a_workbook_is_found_in_its_sheet() -> None:
    caller = uploader()
    sheets = [
        (name, [["Loans"], [], ["Loan", "Fee"], *([f"{name}-{n}", n / 2] for n in range(1, 20))])
        for name in ("Sep", "Oct")
    ]
    sheets[1][1][7][1] = "waived"
    book = workbook_with(*sheets)
    upload_id = uploaded(caller, book, "loans.xlsx", "")
    draft = checked(caller, upload_id).json["draft"]
    (table,) = draft["document"]["schema"]
    table["properties"][1] = {"name": "fee", "logicalType": "number", "physicalType": "DECIMAL(9,2)"}
    created(caller, draft["document"])
    columns = {"Loan": "loan", "Fee": "fee"}
    record, _ = committed_as_edited(
        caller, upload_id, {"dataset": "loans", "columns": columns, "formats": {"fee": {"decimal": "."}}}
    )
    page = rows_of(caller, record)
    (row,) = page["rows"]
    assert (row["sheet"], row["line"]) == ("Oct", 8)
    text = f"Loan,Fee,row,reason,reference\nOct-5,2.5,row 8,why,{page['reference']}-{row['source_row']}\n"
    sent_again = checked(caller, uploaded(caller, text.encode(), "loans-rejected-rows.csv", "")).json
    answers = {"file_id": record.file_id, "key": record.key, "name": "loans.xlsx", "rows": [8]}
    assert sent_again["answers"] == answers
    back = workbook_with(("Rows", [line.split(",") for line in text.splitlines()]))
    assert checked(caller, uploaded(caller, back, "loans-rejected-rows.xlsx", "")).json["answers"] == answers


def sent_back(caller: Caller, record: FileRecord, changes: dict[str, str]) -> str:
    """The id of an upload of the downloaded rows, with their texts corrected."""
    page = rows_of(caller, record, "?as_sent=true")
    lines = [
        ";".join(
            [
                *(cell or "" for cell in row["sent_cells"]),
                *[""] * (8 - len(row["sent_cells"])),
                f"line {row['line']}",
                "why",
                f"{page['reference']}-{row['source_row']}",
            ]
        )
        for row in page["rows"]
    ]
    text = "\r\n".join([f"{HEADER};row;reason;reference", *lines, ""])
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    return uploaded(caller, text.encode("utf-8-sig"), "preise-rejected-rows.csv", "")


def test_a_row_of_another_width_gets_the_values_that_the_other_rows_were_mapped_to() -> None:
    caller = uploader()
    upload_id = uploaded(caller, price_list(), "preise.csv", "")
    columns = checked(caller, upload_id).json["grid"]["columns"]
    fields = dict(zip(columns, FIELDS.values(), strict=False)) | {"EAN": None, "Bemerkung": None}
    steps = [
        {"kind": "map", "column": "Warengruppe", "values": {"Büro": "office"}},
        {"kind": "map", "column": "Warengruppe", "values": {"office": "stationery"}},
    ]
    formats = {**FORMATS, "list_price": {"decimal": ",", "thousands": "."}}
    record, _ = committed_as_edited(
        caller, upload_id, {**DECIDED, "columns": fields, "formats": formats, "steps": steps}
    )
    (short,) = [row for row in rows_of(caller, record)["rows"] if row["rule"] == "ragged_row"]
    assert short["cells"]["category"] == "stationery"


@pytest.mark.parametrize(("left_out", "original"), [(["rooms"], "left_out"), ([], "kept")])
def test_columns_of_a_nested_file_are_listed_in_its_order(left_out: list[str], original: str) -> None:
    caller = uploader()
    bookings = [
        {"ref": f"BK{n}", "made_on": f"2026-01-{n:02d}", "guest": f"Guest {n}", "rooms": n % 3, "cost": n}
        for n in range(1, 25)
    ]
    bookings[4]["cost"] = "free"
    upload_id = uploaded(caller, json.dumps(bookings).encode(), "bookings.json", "")
    document = checked(caller, upload_id).json["draft"]["document"]
    (table,) = document["schema"]
    cost = {"name": "cost", "logicalType": "number", "physicalType": "DECIMAL(9,2)"}
    table["properties"] = [
        cost if each["name"] == "cost" else each
        for each in table["properties"]
        if each["name"] not in left_out
    ]
    table["customProperties"] = [{"property": "headgate.leftOut", "value": left_out}]
    created(caller, document)
    names = ["ref", "made_on", "guest", "rooms", "cost"]
    columns = {name: None if name in left_out else name for name in names}
    record, _ = committed_as_edited(
        caller, upload_id, {"dataset": "bookings", "columns": columns, "formats": {"cost": {"decimal": "."}}}
    )
    edits = caller.call("GET", f"/v1/files/{record.file_id}").json["edited_before"]
    assert (edits["original"], edits["sent_columns"]) == (original, names)
    assert edits["fields"] == [columns[name] or "" for name in names]
    page = rows_of(caller, record, "?as_sent=true")
    assert page["sent_columns"] == (names if original == "kept" else [])
    cells = [] if left_out else ["BK5", "2026-01-05", "Guest 5", "2", "free"]
    assert [row["sent_cells"] for row in page["rows"]] == [cells]


RIGHT = {"auf Anfrage": "49,90", "-12,50": "12,50", "Büro;;;": "Büro;8,00;ja;01.02.2026"}


def test_rows_that_a_sender_corrects_take_the_place_of_the_refused_ones() -> None:
    caller = uploader()
    record = sent(caller, [2])
    upload_id = sent_back(caller, record, RIGHT)
    answer = checked(caller, upload_id)
    check = answer.json
    assert (check["dataset"], check["is_remembered"], check["accepted"]) == ("products", True, 3)
    answers = {"file_id": record.file_id, "key": record.key, "name": "preise.csv", "rows": [21, 22, 23]}
    assert check["answers"] == answers
    done = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    received = caller.lake.receive(done["key"])
    assert received.accepted == 3
    edits = caller.call("GET", f"/v1/files/{received.file_id}").json["edited_before"]
    assert edits["answers"] == answers
    states = [row["correction"] for row in rows_of(caller, record)["rows"]]
    assert states == ["accepted"] * 3
    assert caller.call("GET", f"/v1/files/{record.file_id}").json["corrected"] == 3
    waiting = caller.call("GET", "/v1/quarantine").json["waiting"]
    assert record.file_id not in [file["file_id"] for file in waiting]


def test_a_row_that_is_wrong_again_is_refused_again() -> None:
    caller = uploader()
    record = sent(caller, [])
    upload_id = sent_back(caller, record, {**RIGHT, "-12,50": "-13"})
    answer = checked(caller, upload_id)
    done = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    caller.lake.receive(done["key"])
    states = [row["correction"] for row in rows_of(caller, record)["rows"]]
    assert states == ["accepted", "refused", "accepted"]


def test_references_to_rows_that_nobody_refused_are_no_corrections() -> None:
    caller = uploader()
    record = sent(caller, [])
    reference = rows_of(caller, record)["reference"]
    upload_id = sent_back(caller, record, {**RIGHT, f"{reference}-21": f"{reference}-1"})
    answer = checked(caller, upload_id)
    assert (
        caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).status == 409
    )
    upload_id = sent_back(caller, record, {**RIGHT, f"{reference}-21": "by hand"})
    assert checked(caller, upload_id).json["answers"] is None
