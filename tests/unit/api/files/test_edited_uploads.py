"""Edits of an upload before its commit: the gate checks the edited file; rows are shown as they came."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.api.files import contract_drafts
from headgate.api.http.access import CallerIdentity, Group
from headgate.api.lake_ports import senders_of
from headgate.contracts import odcs_reader
from headgate.errors import ConflictError
from headgate.intake.files.replay_file import Replayer
from headgate.lake import keys
from headgate.lake.created_datasets import CreatedDatasets, NameOwner
from headgate.lake.ports import ObjectRef
from headgate.lake.states import FileState
from headgate.masking.redaction import redact_text
from headgate.uploads.edits import CellEdit, Edits, Step
from tests.console.supplier_file import BAD_ROWS, CHOSEN, supplier_file
from tests.unit.api.files.test_uploads import send_parts
from tests.unit.api.files.test_uploads import uploaded as uploaded_to
from tests.unit.api.lakes import PAYMENTS, Caller, MemoryLake

if TYPE_CHECKING:
    from headgate.lake.ports import FileRecord
    from tests.unit.api.lakes import Answer

pytestmark = pytest.mark.unit

FIELDS = {**CHOSEN, "Listenpreis": "list_price", "Lieferbar": "is_active", "Stand": "updated_at"}
FORMATS = {
    "list_price": {"decimal": ","},
    "is_active": {"trueWords": ["ja"], "falseWords": ["nein"]},
    "updated_at": {"patterns": ["dd.MM.yyyy"]},
}
DECIDED = {"dataset": "products", "columns": FIELDS, "formats": FORMATS}
PASTED = ((8, "Citybike Größe 8"), (2, "Citybike"))  # a column of which one cell differs
COUNTS = ("accepted", "quarantined", "duplicates")


def uploader() -> Caller:
    return Caller(MemoryLake(), ("uploader",))


def uploaded(caller: Caller, body: bytes) -> str:
    """The id of an upload of no stated dataset."""
    return uploaded_to(caller, body, "lieferant-mueller.csv", "")


def checked(caller: Caller, upload_id: str, edits: dict[str, Any] | None = None) -> Answer:
    """The check of an upload, with edits or without."""
    path = f"/v1/uploads/{upload_id}"
    if edits is None:
        assert caller.call("POST", f"{path}/dry-run").status == 202
    else:
        answer = caller.call("PUT", f"{path}/edits", edits)
        assert answer.status == 200, answer.text
    return caller.call("GET", f"{path}/dry-run")


def counts(answer: Answer) -> tuple[int, ...]:
    return tuple(answer.json[name] for name in COUNTS)


def test_a_supplier_s_file_is_checked_as_the_person_decides() -> None:
    caller = uploader()
    upload_id = uploaded(caller, supplier_file())
    first = checked(caller, upload_id).json
    assert (first["outcome"], first["grid"]["rows"], first["written_as"]["encoding"]) == (
        "profiled",
        62,
        "cp1252",
    )
    assert {name: read["format"] for name, read in first["grid"]["formats"].items()} == {
        "Listenpreis": {"decimal": ","},
        "Lieferbar": {"trueWords": ["ja"], "falseWords": ["nein"]},
        "Stand": {"patterns": ["dd.MM.yyyy"]},
    }
    suggested = checked(caller, upload_id, {"dataset": "products"}).json["mapping"]["columns"]
    by_value = {one["column"]: one["field"] for one in suggested if one["column"] not in CHOSEN}
    assert by_value == {"Listenpreis": "list_price", "Lieferbar": "is_active", "Stand": "updated_at"}
    assert counts(checked(caller, upload_id, DECIDED)) == (57, 3, 2)


def test_rows_are_shown_as_they_are_in_the_file_with_their_flaws() -> None:
    caller = uploader()
    upload_id = uploaded(caller, supplier_file())
    checked(caller, upload_id, DECIDED)
    path = f"/v1/uploads/{upload_id}/rows"
    page = caller.call("GET", f"{path}?start=7&limit=2").json
    assert page["total"] == 62
    assert [row["row"] for row in page["rows"]] == [8, 9]
    assert page["rows"][0]["cells"] == [
        "4718",
        "Citybike Größe 8",
        "Fahrräder",
        "auf Anfrage",
        "nein",
        "31.12.2025",
    ]
    assert [(flaw["column"], flaw["rule"]) for flaw in page["rows"][0]["flaws"]] == [("Listenpreis", "type")]
    errors = caller.call("GET", f"{path}?show=errors").json
    assert tuple(row["row"] for row in errors["rows"]) == BAD_ROWS
    assert caller.call("GET", f"{path}?show=type").json == errors
    duplicates = caller.call("GET", f"{path}?show=duplicates").json["rows"]
    assert [(row["row"], row["kind"]) for row in duplicates] == [(61, "duplicate"), (62, "duplicate")]


def test_a_refused_value_is_asked_for_as_the_file_writes_it() -> None:
    caller = uploader()
    body = supplier_file().replace(b";ja;", b";vielleicht;", 1).replace(b"31.12.2025", b"31.02.2025", 2)
    body = body.replace(b"31.12.2025", b"Jahresende", 1)
    upload_id = uploaded(caller, body)
    answer = checked(caller, upload_id, DECIDED)
    hints = {
        row["reason"].partition(". ")[2] for row in answer.json["rejected_rows"] if row["rule"] == "type"
    }
    assert hints == {
        "Write it as 1234,5.",
        "Write ja or nein.",
        "Write it as 31.12.2026.",
        "Correct the day or the month.",
    }
    rows = caller.call("GET", f"/v1/uploads/{upload_id}/rows?show=type").json["rows"]
    assert {row["flaws"][0]["reason"].partition(". ")[2] for row in rows} == hints


def test_a_currency_in_the_header_of_an_amount_is_that_of_its_rows_as_one_in_a_column_is() -> None:
    """Of a real workbook with a title, and only while the column is an amount."""
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Preisliste Herbst"])
    header, *rows = (line.split(";") for line in supplier_file().decode("cp1252").splitlines())
    book.active.append(["UVP (EUR)" if name == "Listenpreis" else name for name in header])
    for row in rows:
        book.active.append([*row[:5], date(2025, 12, 31)])
    book.save(file)
    caller = uploader()
    upload_id = uploaded_to(caller, file.getvalue(), "preisliste.xlsx", "")
    fields = {"UVP (EUR)" if name == "Listenpreis" else name: field for name, field in FIELDS.items()}
    formats = {name: form for name, form in FORMATS.items() if name != "updated_at"}
    answer = checked(caller, upload_id, {**DECIDED, "columns": fields, "formats": formats})
    assert counts(answer) == (57, 3, 2)
    assert answer.json["grid"]["currencies"] == {"UVP (EUR)": {"EUR": 62}}
    answer = checked(caller, upload_id, {**DECIDED, "columns": {**fields, "UVP (EUR)": None}})
    assert answer.json["grid"]["currencies"] == {}


def test_a_typed_cell_is_checked_and_committed() -> None:
    caller = uploader()
    upload_id = uploaded(caller, supplier_file())
    cells = [{"row": row, "column": "Listenpreis", "text": "19,90"} for row in BAD_ROWS]
    answer = checked(caller, upload_id, {**DECIDED, "cells": cells})
    assert counts(answer) == (60, 0, 2)
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    record = caller.lake.receive(committed["key"])
    assert (record.dataset, record.file_id, record.accepted) == ("products", committed["file_id"], 60)
    file = caller.call("GET", f"/v1/files/{record.file_id}").json
    assert file["uploaded_by"] == caller.name
    edits = file["edited_before"]
    assert (edits["by"], edits["cells"], len(edits["typed"])) == (caller.name, 3, 3)
    typed = [(cell["row"], cell["column"], cell["after"]) for cell in edits["typed"]]
    assert typed == [(row, "Listenpreis", "19,90") for row in BAD_ROWS]
    assert all(cell["before"] and not cell["is_hidden"] for cell in edits["typed"])


def test_the_page_of_a_file_lists_the_changes_of_its_columns() -> None:
    caller = uploader()
    upload_id = uploaded(caller, supplier_file())
    steps = [
        {"kind": "replace", "column": "Bezeichnung", "search": "Citybike", "text": "Rad"},
        {"kind": "map", "column": "Lieferbar", "values": {"ja": "nein"}},
    ]
    left_out = [1]
    answer = checked(caller, upload_id, {**DECIDED, "steps": steps, "left_out": left_out})
    out = caller.call("GET", f"/v1/uploads/{upload_id}/rows?show=left_out").json
    assert [(row["row"], row["kind"]) for row in out["rows"]] == [(1, "left_out")]
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    record = caller.lake.receive(committed["key"])
    edits = caller.call("GET", f"/v1/files/{record.file_id}").json["edited_before"]
    empty = {"text": "", "search": "", "into": [], "values": []}
    assert edits["changes"] == [
        {**empty, **steps[0]},
        {**empty, **steps[1], "values": [{"before": "ja", "after": "nein"}]},
    ]


def test_a_file_that_came_before_with_other_edits_is_named_before_its_commit() -> None:
    caller = uploader()
    first = uploaded(caller, supplier_file())
    answer = checked(
        caller, first, DECIDED | {"cells": [{"row": BAD_ROWS[0], "column": "Listenpreis", "text": "12,90"}]}
    )
    assert answer.json["edited_copy"] == ""
    committed = caller.call("POST", f"/v1/uploads/{first}/commit", If_Match=answer.headers["ETag"]).json
    second = uploaded(caller, supplier_file())
    assert checked(caller, second, DECIDED).json["edited_copy"] == ""  # the gate has not begun with the copy
    record = caller.lake.receive(committed["key"])
    again = caller.call("GET", f"/v1/uploads/{second}/dry-run").json
    assert (again["duplicate_of"], again["edited_copy"], again["duplicate_key"]) == (
        "",
        record.file_id,
        record.key,
    )
    assert caller.call("POST", f"/v1/files/{record.file_id}/revert").status == 200
    assert caller.call("GET", f"/v1/uploads/{second}/dry-run").json["edited_copy"] == ""


def supplier_s_rows_in_quarantine(caller: Caller) -> tuple[str, list[dict[str, Any]]]:
    """The id of a committed supplier's file, and its refused rows."""
    upload_id = uploaded(caller, supplier_file())
    answer = checked(caller, upload_id, DECIDED)
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    file_id = caller.lake.receive(committed["key"]).file_id
    return file_id, caller.call("GET", f"/v1/files/{file_id}/rejected-rows").json["rows"]


def test_the_page_of_a_file_has_the_row_numbers_of_the_sent_file() -> None:
    """The list counted without the rows left out, and its reasons with them."""
    caller = uploader()
    upload_id = uploaded(caller, supplier_file())
    assert counts(checked(caller, upload_id, DECIDED))[2:] == (2,)
    record, answer = committed_as_edited(caller, upload_id, {**DECIDED, "left_out": [1]})
    rows = caller.call("GET", f"/v1/files/{record.file_id}/rejected-rows").json["rows"]
    assert [(row["sent_row"], row["reason"]) for row in rows] == [
        (row["source_row"], row["reason"]) for row in answer["rejected_rows"]
    ]
    assert [row["source_row"] + 1 for row in rows] == [row["sent_row"] for row in rows]


ITEMS = ("order_item_id", "order_id", "product_id", "quantity", "unit_price", "updated_at")
IN_COMMAS = {
    "dataset": "order_items",
    "columns": {name: name for name in ITEMS},
    "formats": {"unit_price": {"decimal": ",", "thousands": "."}},
}


def items_of_one_key(*prices: str) -> bytes:
    """Order items that have one key, are as new and have these prices."""
    rows = [f"K1-1;K1;85123A;1;{price};2026-10-01 00:00:00" for price in prices]
    return "\n".join([";".join(ITEMS), "K0-1;K0;85123A;1;2,95;2026-10-01 00:00:00", *rows, ""]).encode()


def test_a_duplicate_is_explained_with_the_values_of_the_file() -> None:
    """The reason had 9.9900 and 1122.9100, which no line of the file has."""
    caller = uploader()
    upload_id = uploaded_to(caller, items_of_one_key("1.122,91", "9,99"), "posten.csv", "")
    answer = checked(caller, upload_id, IN_COMMAS).json
    (row,) = answer["rejected_rows"]
    assert "; its Unit price is 9,99 instead of 1.122,91. Neither is newer: " in row["reason"]


def test_a_row_that_is_taken_instead_of_the_kept_one_is_said_to_replace_it() -> None:
    caller = uploader()
    upload_id = uploaded_to(caller, items_of_one_key("1.122,91", "9,99"), "posten.csv", "")
    record, _ = committed_as_edited(caller, upload_id, IN_COMMAS)
    path = f"/v1/files/{record.file_id}/rejected-rows"
    (row,) = caller.call("GET", path).json["rows"]
    assert row["may_replace"]
    assert corrected(caller, record.file_id, {2: {"order_item_id": "K1-1"}}).accepted == 1
    (row,) = caller.call("GET", path).json["rows"]
    assert (row["correction"], row["reason"]) == (
        "accepted",
        "Row 3 has the same key and was kept at first. This row replaces it from the next run on.",
    )
    shown = caller.call("GET", f"/v1/files/{record.file_id}").json
    assert row["is_taken_instead"]
    assert (shown["corrected"], shown["taken_instead"], shown["given_another_key"]) == (0, 1, 0)
    assert corrected(caller, record.file_id, {2: {"order_item_id": "K1-2"}}).accepted == 1
    shown = caller.call("GET", f"/v1/files/{record.file_id}").json
    assert (shown["taken_instead"], shown["given_another_key"]) == (0, 1)


def corrected(caller: Caller, file_id: str, values: dict[int, dict[str, str]]) -> FileRecord:
    """The record of corrected rows that the gate has checked."""
    rows = [{"source_row": row, "values": texts} for row, texts in values.items()]
    answer = caller.call("POST", f"/v1/files/{file_id}/corrections", {"rows": rows})
    assert answer.status == 202, answer.text
    return caller.lake.receive(answer.json["key"])


def test_a_later_version_offers_the_corrections_of_the_same_cells() -> None:
    """Six rows that a person had corrected in the first version were asked for again without a word."""
    caller = uploader()
    file_id, rows = supplier_s_rows_in_quarantine(caller)
    first, second, *_ = (row["source_row"] for row in rows if row["disposition"] != "duplicate")
    assert corrected(caller, file_id, {first: {"list_price": "49,90"}}).accepted == 1
    assert corrected(caller, file_id, {second: {"list_price": "9,90"}}).accepted == 1
    # One of the two cells has another value in the next version.
    changed = supplier_file().replace(
        b"4731;Citybike Gr\xf6\xdfe 21;Fahrr\xe4der;auf Anfrage", b"4731;X;Y;offen"
    )
    assert changed != supplier_file()
    upload_id = uploaded(caller, changed)
    record, _ = committed_as_edited(caller, upload_id, DECIDED)
    rows = caller.call("GET", f"/v1/files/{record.file_id}/rejected-rows").json["rows"]
    offered = {row["source_row"]: row["earlier"] for row in rows if row["earlier"]}
    assert {row: each["value"] for row, each in offered.items()} == {first: "49,90"}
    assert offered[first]["file_id"] == file_id
    assert all(
        row["earlier"] is None
        for row in caller.call("GET", f"/v1/files/{file_id}/rejected-rows").json["rows"]
    )


def test_a_later_version_offers_the_correction_of_a_cell_that_is_empty_again() -> None:
    caller = uploader()
    lines = supplier_file().splitlines(keepends=True)
    cells = lines[3].split(b";")
    lines[3] = b";".join([*cells[:2], b"", *cells[3:]])
    upload_id = uploaded(caller, b"".join(lines))
    record, _ = committed_as_edited(caller, upload_id, DECIDED)
    rows = caller.call("GET", f"/v1/files/{record.file_id}/rejected-rows").json["rows"]
    (empty,) = (row["source_row"] for row in rows if row["column"] == "category")
    assert corrected(caller, record.file_id, {empty: {"category": "Bikes"}}).accepted == 1
    lines[5] = lines[5].replace(b"Citybike", b"Stadtrad")
    later = uploaded(caller, b"".join(lines))
    record, _ = committed_as_edited(caller, later, DECIDED)
    rows = caller.call("GET", f"/v1/files/{record.file_id}/rejected-rows").json["rows"]
    offered = {row["source_row"]: row["earlier"]["value"] for row in rows if row["earlier"]}
    assert offered == {empty: "Bikes"}


@pytest.mark.parametrize(("price", "day"), [("19,90", "30.11.2026"), ("19.90", "2026-11-30")])
def test_a_correction_is_typed_as_the_file_writes_or_as_the_contract_does(price: str, day: str) -> None:
    caller = uploader()
    file_id, rows = supplier_s_rows_in_quarantine(caller)
    refused = [row["source_row"] for row in rows if row["disposition"] != "duplicate"]
    record = corrected(caller, file_id, {row: {"list_price": price, "updated_at": day} for row in refused})
    assert (record.accepted, record.quarantined) == (len(refused), 0)


def test_a_refused_correction_says_why() -> None:
    caller = uploader()
    file_id, rows = supplier_s_rows_in_quarantine(caller)
    first = next(row["source_row"] for row in rows if row["disposition"] != "duplicate")
    record = corrected(caller, file_id, {first: {"list_price": "-1"}})
    (why,) = caller.call("GET", f"/v1/files/{record.file_id}/rejected-rows").json["rows"]
    rows = caller.call("GET", f"/v1/files/{file_id}/rejected-rows").json["rows"]
    outcome = next(row for row in rows if row["source_row"] == first)
    assert (outcome["correction"], outcome["corrected_by"]) == ("refused", record.file_id)
    assert outcome["correction_reason"] == why["reason"] != ""


def test_a_refused_correction_is_settled_once_a_later_one_brings_its_row_in() -> None:
    caller = uploader()
    file_id, rows = supplier_s_rows_in_quarantine(caller)
    first, second, *_ = (row["source_row"] for row in rows if row["disposition"] != "duplicate")
    refused = corrected(caller, file_id, {row: {"list_price": "-1"} for row in (first, second)}).file_id

    def shown() -> list[int]:
        listed = caller.call("GET", "/v1/files").json["files"]
        page = caller.call("GET", f"/v1/files/{refused}").json
        return [page["corrected"], *(each["corrected"] for each in listed if each["file_id"] == refused)]

    assert shown() == [0, 0]
    for row, count in ((first, 1), (second, 2)):
        assert corrected(caller, file_id, {row: {"list_price": "49,90"}}).accepted == 1
        assert shown() == [count, count]


def test_the_page_of_a_file_asks_for_values_as_the_file_writes_them() -> None:
    caller = uploader()
    _, rows = supplier_s_rows_in_quarantine(caller)
    hints = {row["reason"].partition(". ")[2] for row in rows if row["rule"] == "type"}
    assert hints == {"Write it as 1234,5."}


def test_a_refused_correction_is_asked_for_as_the_file_writes_it() -> None:
    caller = uploader()
    file_id, rows = supplier_s_rows_in_quarantine(caller)
    first = next(row["source_row"] for row in rows if row["rule"] == "type")
    corrected(caller, file_id, {first: {"list_price": "auf Anfrage"}})
    rows = caller.call("GET", f"/v1/files/{file_id}/rejected-rows").json["rows"]
    (outcome,) = [row for row in rows if row["source_row"] == first]
    assert outcome["correction_reason"].endswith(" Write it as 1234,5.")


def test_who_undid_a_file_is_in_its_record() -> None:
    caller = uploader()
    upload_id = uploaded(caller, supplier_file())
    answer = checked(caller, upload_id, DECIDED)
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    caller.lake.receive(committed["key"])
    assert caller.call("POST", f"/v1/files/{committed['file_id']}/revert").status == 200
    file = caller.call("GET", f"/v1/files/{committed['file_id']}").json
    assert (file["state"], file["undone_by"]) == ("reverted", caller.name)
    assert f"was reverted by {caller.name}" in file["error"]["message"]
    caller.call("DELETE", f"/v1/files/{committed['file_id']}/revert")
    assert caller.call("GET", f"/v1/files/{committed['file_id']}").json["undone_by"] == ""


def test_the_edits_of_columns_are_applied_to_the_next_file_with_the_header() -> None:
    caller = uploader()
    upload_id = uploaded(caller, supplier_file())
    cell = {"row": 8, "column": "Listenpreis", "text": "19,90"}
    answer = checked(caller, upload_id, {**DECIDED, "cells": [cell]})
    caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"])
    following = checked(caller, uploaded(caller, supplier_file(6001)))
    assert following.json["is_remembered"]
    assert following.json["edits"]["cells"] == []
    assert counts(following) == (57, 3, 2)


def commit_decided(caller: Caller) -> None:
    """Commit the supplier's file, so that its header is remembered."""
    upload_id = uploaded(caller, supplier_file())
    answer = checked(caller, upload_id, DECIDED)
    caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"])


def with_cell(body: bytes, header: str, cell: str) -> bytes:
    """Return the file with one column more, at its beginning."""
    first, *rows = body.split(b"\r\n")
    more = [cell.encode() + b";" + row for row in rows if row]
    return b"\r\n".join([header.encode() + b";" + first, *more, b""])


def test_of_a_file_with_one_column_more_than_a_remembered_header_only_that_one_is_asked_for() -> None:
    caller = uploader()
    commit_decided(caller)
    upload_id = uploaded(caller, with_cell(supplier_file(6001), "Lagerort", "Halle"))
    first = checked(caller, upload_id).json
    assert (first["is_remembered"], first["outcome"]) == (True, "needs_mapping")
    assert (first["edits"]["columns"], first["edits"]["formats"]) == (FIELDS, FORMATS)
    assert "Lagerort" in first["error"]["message"]
    decided = {**DECIDED, "columns": {**FIELDS, "Lagerort": None}}
    answer = checked(caller, upload_id, decided)
    assert counts(answer) == (57, 3, 2)
    caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"])
    following = checked(caller, uploaded(caller, with_cell(supplier_file(7001), "Lagerort", "Halle")))
    assert (following.json["is_remembered"], counts(following)) == (True, (57, 3, 2))


def test_a_file_with_an_undecided_column_that_is_committed_remembers_nothing_about_it() -> None:
    caller = uploader()
    commit_decided(caller)
    upload_id = uploaded(caller, with_cell(supplier_file(6001), "Lagerort", "Halle"))
    answer = checked(caller, upload_id)
    caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"])
    following = checked(caller, uploaded(caller, with_cell(supplier_file(7001), "Lagerort", "Halle")))
    assert following.json["outcome"] == "needs_mapping"


def test_a_file_with_one_column_less_than_a_remembered_header_is_read_as_decided() -> None:
    caller = uploader()
    upload_id = uploaded(caller, with_cell(supplier_file(), "Lagerort", "Halle"))
    answer = checked(caller, upload_id, {**DECIDED, "columns": {**FIELDS, "Lagerort": None}})
    caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"])
    following = checked(caller, uploaded(caller, supplier_file(6001)))
    assert (following.json["is_remembered"], counts(following)) == (True, (57, 3, 2))
    assert following.json["edits"]["columns"] == FIELDS


def test_what_was_decided_about_a_heading_is_suggested_beside_others_that_are_new() -> None:
    """A price list with three new headings of seven forgot what the other four are."""
    caller = uploader()
    commit_decided(caller)
    new = supplier_file(6001).replace(b"Artikelnummer", b"Art.-Nr.").replace(b"Listenpreis", b"LP netto")
    upload_id = uploaded(caller, with_cell(new, "Rabatt", "5"))
    first = checked(caller, upload_id, {"dataset": "products"}).json
    fields = {each["column"]: each for each in first["mapping"]["columns"]}
    assert (fields["Stand"]["field"], fields["Stand"]["is_confident"]) == ("updated_at", True)


def test_a_missing_required_column_of_a_remembered_header_is_the_only_question() -> None:
    caller = uploader()
    commit_decided(caller)
    lines = supplier_file(6001).split(b"\r\n")
    body = b"\r\n".join(line.rpartition(b";")[0] for line in lines)
    following = checked(caller, uploaded(caller, body)).json
    assert (following["error"]["rule"], following["error"]["column"]) == ("missing_column", "updated_at")
    assert following["edits"]["columns"] == {name: field for name, field in FIELDS.items() if name != "Stand"}


def test_a_day_that_was_set_for_all_rows_is_asked_again_for_the_next_file() -> None:
    caller = uploader()
    columns = {"sku": "product_id", "group": "category", "active": "is_active", "updated_at": "updated_at"}
    steps = [
        {"kind": "default", "column": "active", "text": "true"},
        {"kind": "default", "column": "updated_at", "text": "2026-10-01 00:00:00"},
    ]
    edits = {"dataset": "products", "columns": columns, "steps": steps}
    answer = checked(caller, first := uploaded(caller, b"sku;group\nA1;bags\nA2;hats\n"), edits)
    assert counts(answer) == (2, 0, 0)
    caller.call("POST", f"/v1/uploads/{first}/commit", If_Match=answer.headers["ETag"])
    following = checked(caller, uploaded(caller, b"sku;group\nA1;bags\nA3;hats\n")).json
    assert (following["error"]["rule"], following["error"]["column"]) == ("missing_column", "updated_at")
    assert following["grid"]["rows"] == 2
    assert following["edits"]["columns"] == {
        name: field for name, field in columns.items() if name != "updated_at"
    }
    assert [step["column"] for step in following["edits"]["steps"]] == ["active"]


def test_a_refused_row_of_an_edited_file_is_corrected_as_its_column_is_written() -> None:
    caller = uploader()
    answer = checked(caller, upload_id := uploaded(caller, supplier_file()), DECIDED)
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    caller.lake.receive(committed["key"])
    row = {"source_row": BAD_ROWS[0], "values": {"list_price": "19,90"}}
    sent = caller.call("POST", f"/v1/files/{committed['file_id']}/corrections", {"rows": [row]}).json
    record = caller.lake.receive(sent["key"])
    assert (record.accepted, record.reasons) == (1, {})
    assert b"19.90" in caller.lake.objects.contents("raw")[sent["key"]]
    rows = caller.call("GET", f"/v1/files/{committed['file_id']}/rejected-rows").json["rows"]
    assert [each["corrected_cells"]["list_price"] for each in rows if each["source_row"] == BAD_ROWS[0]] == [
        "19,90"
    ]


def test_the_accepted_value_of_a_row_is_that_of_its_newest_correction() -> None:
    """The page named a refused value as the accepted one."""
    caller = uploader()
    answer = checked(caller, upload_id := uploaded(caller, supplier_file()), DECIDED)
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    caller.lake.receive(committed["key"])
    for price, other, accepted in (("teuer", "21,00", 1), ("19,90", "", 1)):
        rows = [{"source_row": BAD_ROWS[0], "values": {"list_price": price}}]
        rows += [{"source_row": BAD_ROWS[1], "values": {"list_price": other}}] if other else []
        sent = caller.call("POST", f"/v1/files/{committed['file_id']}/corrections", {"rows": rows}).json
        assert caller.lake.receive(sent["key"]).accepted == accepted
    rows = caller.call("GET", f"/v1/files/{committed['file_id']}/rejected-rows").json["rows"]
    (row,) = [each for each in rows if each["source_row"] == BAD_ROWS[0]]
    assert (row["correction"], row["corrected_cells"]) == ("accepted", {"list_price": "19,90"})


def test_a_correction_that_leaves_a_cell_empty_says_so() -> None:
    caller = uploader()
    answer = checked(caller, upload_id := uploaded(caller, supplier_file()), DECIDED)
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    caller.lake.receive(committed["key"])
    prices = dict(zip(BAD_ROWS, ("19,90", None), strict=False))
    rows = [{"source_row": row, "values": {"list_price": price}} for row, price in prices.items()]
    sent = caller.call("POST", f"/v1/files/{committed['file_id']}/corrections", {"rows": rows}).json
    caller.lake.receive(sent["key"])
    listed = caller.call("GET", f"/v1/files/{committed['file_id']}/rejected-rows").json["rows"]
    written = {each["source_row"]: each["corrected_cells"] for each in listed}
    assert [written[row] for row in prices] == [{"list_price": price} for price in prices.values()]


def test_a_refused_correction_says_how_its_file_writes_the_value() -> None:
    caller = uploader()
    answer = checked(caller, upload_id := uploaded(caller, supplier_file()), DECIDED)
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    caller.lake.receive(committed["key"])
    row = {"source_row": BAD_ROWS[0], "values": {"updated_at": "Jahresende", "list_price": "19,90"}}
    sent = caller.call("POST", f"/v1/files/{committed['file_id']}/corrections", {"rows": [row]}).json
    caller.lake.receive(sent["key"])
    (refused,) = caller.call("GET", f"/v1/files/{sent['file_id']}/rejected-rows").json["rows"]
    assert refused["column"] == "updated_at"
    assert refused["reason"].endswith("Write it as 31.12.2026.")


def test_a_typed_cell_that_is_as_before_is_not_listed() -> None:
    caller = uploader()
    first, second = ({"row": row, "column": "Bezeichnung", "text": text} for row, text in PASTED)
    answer = checked(
        caller, upload_id := uploaded(caller, supplier_file()), {**DECIDED, "cells": [first, second]}
    )
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    record = caller.lake.receive(committed["key"])
    edits = caller.call("GET", f"/v1/files/{record.file_id}").json["edited_before"]
    assert (edits["cells"], [cell["row"] for cell in edits["typed"]]) == (1, [2])


def test_a_parquet_file_with_times_numbers_and_yes_or_no_is_shown_and_mapped() -> None:
    """It was refused before anybody could choose a field, because these types are no texts."""
    at = datetime(2010, 12, 8, 9, 30)
    table = pa.table(
        {
            "sku": [f"A{number}" for number in range(30)],
            "price": [13.5] * 30,
            "active": [True] * 30,
            "changed": pa.array([at] * 30, pa.timestamp("us")),
        }
    )
    file = io.BytesIO()
    pq.write_table(table, file)
    caller = uploader()
    columns = {
        "sku": "product_id",
        "price": "list_price",
        "active": "is_active",
        "changed": "updated_at",
        "category": "category",
        "product_name": "product_name",
    }
    steps = [{"kind": "default", "column": name, "text": "bags"} for name in ("category", "product_name")]
    upload_id = uploaded_to(caller, file.getvalue(), "artikel.parquet", "")
    answer = checked(caller, upload_id, {"dataset": "products", "columns": columns, "steps": steps})
    assert counts(answer) == (30, 0, 0)
    (row,) = caller.call("GET", f"/v1/uploads/{upload_id}/rows?limit=1").json["rows"]
    assert row["cells"] == ["A0", "13.5", "true", "2010-12-08 09:30:00.000000"]


def test_the_choice_of_a_part_alone_keeps_what_is_remembered_for_its_header() -> None:
    caller = uploader()
    answer = checked(caller, first := uploaded(caller, supplier_file()), DECIDED)
    caller.call("POST", f"/v1/uploads/{first}/commit", If_Match=answer.headers["ETag"])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("preise.csv", supplier_file(6001))
        archive.writestr("liesmich.csv", "Hinweis;Stand\nPreise in Euro;2026\n")
    upload_id = uploaded(caller, packed.getvalue())
    chosen = checked(caller, upload_id, {"part": "preise.csv"})
    assert chosen.json["is_remembered"]
    assert chosen.json["edits"]["part"] == "preise.csv"
    assert counts(chosen) == (57, 3, 2)
    other = checked(caller, upload_id, {"part": "preise.csv", "dataset": "orders"})
    assert not other.json["is_remembered"]


def test_values_of_rows_that_stay_out_are_not_listed_while_a_field_is_missing() -> None:
    caller = uploader()
    body = supplier_file() + "\r\n;;Summe;48,00;;\r\n".encode("cp1252")
    upload_id = uploaded(caller, body)
    rows = checked(caller, upload_id).json["grid"]["rows"]
    decided = {"dataset": "products", "columns": {"Artikelnummer": "product_id"}, "left_out": [rows]}
    grid = checked(caller, upload_id, decided).json["grid"]
    assert "Summe" not in grid["values"]["Warengruppe"]


def test_edits_that_make_no_file_of_the_contract_name_what_is_missing() -> None:
    caller = uploader()
    upload_id = uploaded(caller, supplier_file())
    answer = checked(
        caller, upload_id, {"dataset": "products", "columns": {"Artikelnummer": "product_id"}}
    ).json
    assert (answer["state"], answer["error"]["rule"]) == ("failed", "needs_mapping")
    assert "no column for category, is_active, updated_at" in answer["error"]["message"]
    assert answer["grid"]["rows"] == 62
    refused = caller.call("POST", f"/v1/uploads/{upload_id}/commit")
    assert refused.status == 409


def test_a_format_that_is_none_is_refused() -> None:
    caller = uploader()
    upload_id = uploaded(caller, supplier_file())
    edits = {**DECIDED, "formats": {"list_price": {"decimal": ";"}}}
    assert checked(caller, upload_id, edits).json["error"]["column"] == "list_price"


def test_only_its_sender_and_operators_see_the_rows_of_an_upload() -> None:
    caller = uploader()
    upload_id = uploaded(caller, supplier_file())
    checked(caller, upload_id)
    other = Caller(caller.lake, ("uploader",), name="uma")
    assert other.call("GET", f"/v1/uploads/{upload_id}/rows").status == 403
    assert other.call("PUT", f"/v1/uploads/{upload_id}/edits", {}).status == 403


def test_card_numbers_are_hidden_in_the_rows() -> None:
    caller = uploader()
    upload_id = uploaded(caller, PAYMENTS)
    checked(caller, upload_id)
    text = caller.call("GET", f"/v1/uploads/{upload_id}/rows").text
    assert "4111111111111111" not in text
    assert "917" not in text


@pytest.mark.parametrize("edits", [None, {"dataset": "products"}])
def test_codes_and_cards_of_a_file_without_their_fields_are_hidden_in_the_rows(
    edits: dict[str, Any] | None,
) -> None:
    caller = uploader()
    body = b"terminal,karte,pruefziffer\nA1,4111 1111 1111 1111,917\nA2,5555 5555 5555 4444,306\n"
    upload_id = uploaded(caller, body)
    checked(caller, upload_id, edits)
    rows = caller.call("GET", f"/v1/uploads/{upload_id}/rows").text
    assert "A1" in rows
    assert not [digits for digits in ("917", "306", "4111 11", "5555 55") if digits in rows]


def test_steps_change_whole_columns() -> None:
    body = b"id;name;kind\n1;Ada Lovelace;A\n2;Grace Hopper;\n"
    caller = uploader()
    upload_id = uploaded(caller, body)
    steps = [
        {"kind": "split", "column": "name", "text": " ", "into": ["first", "last"]},
        {"kind": "map", "column": "kind", "values": {"A": "alpha"}},
        {"kind": "default", "column": "kind", "text": "none"},
        {"kind": "replace", "column": "last", "search": "Hopper", "text": "H."},
    ]
    answer = checked(caller, upload_id, {"steps": steps})
    assert answer.json["state"] == "checked"
    (edited,) = [
        text for key, text in caller.lake.objects.contents("staging").items() if key.endswith("/edited")
    ]
    assert edited.decode().splitlines() == [
        "id,name,kind,first,last",
        "1,Ada Lovelace,alpha,Ada,Lovelace",
        "2,Grace Hopper,none,Grace,H.",
    ]


def test_a_field_that_no_column_is_has_one_value_for_all_rows() -> None:
    header, *rows = supplier_file().decode("cp1252").splitlines()
    body = "\n".join(";".join(row.split(";")[:2] + row.split(";")[3:]) for row in [header, *rows]).encode()
    caller = uploader()
    upload_id = uploaded(caller, body)
    columns = {
        **{name: field for name, field in FIELDS.items() if name != "Warengruppe"},
        "category": "category",
    }
    step = {"kind": "default", "column": "category", "text": "bikes"}
    answer = checked(caller, upload_id, {**DECIDED, "columns": columns, "steps": [step]})
    assert counts(answer) == (57, 3, 2)


def test_a_file_of_customers_without_social_security_numbers_comes_in_when_a_person_says_it_has_none() -> (
    None
):
    body = b"Nr,Gebiet,Seit,Stand\n1,GB,2025-01-02 03:04:05,2025-02-02 03:04:05\n"
    caller = uploader()
    upload_id = uploaded(caller, body)
    columns = {"Nr": "customer_id", "Gebiet": "region_id", "Seit": "signed_up_at", "Stand": "updated_at"}
    edits = {"dataset": "customers", "columns": columns}
    asked = checked(caller, upload_id, edits).json
    fields = {
        field["name"]: field["may_be_empty"] for field in asked["mapping"]["fields"] if field["required"]
    }
    assert {name for name, may_be_empty in fields.items() if may_be_empty} == {"ssn"}
    none = {"kind": "default", "column": "ssn", "text": ""}
    answer = checked(caller, upload_id, {**edits, "columns": {**columns, "ssn": "ssn"}, "steps": [none]})
    assert counts(answer) == (1, 0, 0), answer.text


def test_a_member_of_an_archive_is_chosen() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("preise.csv", supplier_file())
        archive.writestr("liesmich.csv", "a;b\n1;2\n")
        for name in ("__MACOSX/preise.csv", "_SUCCESS", "daten/.DS_Store"):  # the gate ignores them, too
            archive.writestr(name, "x")
    caller = uploader()
    upload_id = uploaded(caller, packed.getvalue())
    assert checked(caller, upload_id).json["parts"] == ["preise.csv", "liesmich.csv"]
    assert counts(checked(caller, upload_id, {**DECIDED, "part": "preise.csv"})) == (57, 3, 2)


@pytest.mark.parametrize("row", [1, 2])
def test_a_row_with_too_few_cells_stays_one_in_the_edited_file(row: int) -> None:
    lines = supplier_file().decode("cp1252").splitlines()
    lines[row] = "4711;nur zwei"
    caller = uploader()
    upload_id = uploaded(caller, "\n".join(lines).encode())
    answer = checked(caller, upload_id, DECIDED).json
    assert answer["received"] == 62
    assert {reason["rule"]: reason["rows"] for reason in answer["reasons"]}["ragged_row"] == 1


def test_edits_are_equal_after_they_were_stored() -> None:
    edits = Edits(
        dataset="products",
        columns={"a": "product_id", "b": None},
        formats=FORMATS,
        steps=(Step("split", "a", " ", into=("a 1", "a 2")),),
        cells=(CellEdit(3, "a", None),),
    )
    assert Edits.of(json.loads(json.dumps(asdict(edits)))) == edits


def drafted(caller: Caller) -> dict[str, Any]:
    """The contract that is drafted from a file of no contract."""
    draft = checked(caller, uploaded(caller, b"sku;preis\nA-1;1,50\nA-2;2,75\nA-3;3,10\n")).json["draft"]
    return dict(draft["document"])


def created(caller: Caller, document: dict[str, Any]) -> Answer:
    """The answer to the creation of a dataset."""
    return caller.call("PUT", f"/v1/contract-drafts/{document['name']}", {"document": document})


def renamed(document: dict[str, Any], name: str) -> dict[str, Any]:
    """The contract under another name."""
    return {**document, "name": name, "schema": [{**document["schema"][0], "name": name}]}


def with_column(document: dict[str, Any], **facts: object) -> dict[str, Any]:
    """The contract with further facts about its last column."""
    (table,) = document["schema"]
    *others, last = table["properties"]
    return {**document, "schema": [{**table, "properties": [*others, {**last, **facts}]}]}


def test_a_created_dataset_is_in_use_at_once() -> None:
    caller = uploader()
    document = drafted(caller)
    stored = created(caller, document).json
    assert (stored["by"], stored["is_in_use"], stored["needs_deployment"]) == (caller.name, True, [])
    assert caller.call("GET", "/v1/contract-drafts").json["drafts"] == [stored]
    assert caller.call("GET", "/v1/contracts/source/lieferant_mueller").status == 200
    upload_id = uploaded(caller, b"sku;preis\nA-7;1,50\nA-8;2,75\n")
    answer = checked(caller, upload_id, {"dataset": "lieferant_mueller"})
    assert counts(answer) == (2, 0, 0)
    push, _ = caller.lake.definition_versions.pointer()
    assert (push.version, push.pushed_by) == ("deployed", caller.name)


def test_the_same_creation_again_changes_nothing_and_another_one_of_the_name_is_refused() -> None:
    caller = uploader()
    document = drafted(caller)
    first = created(caller, document)
    assert created(caller, document).json == first.json
    assert created(caller, with_column(document, description="Another")).status == 409


def rival_of(caller: Caller) -> Caller:
    """Another person who uploads to the same lake."""
    return Caller(caller.lake, groups=("uploader",), name="bob")


PERSONAL = {
    "logicalType": "string",
    "physicalType": "VARCHAR(80)",
    "classification": "personal",
    "customProperties": [],
}


@pytest.mark.parametrize("own", [{}, PERSONAL], ids=["usable", "pending"])
@pytest.mark.parametrize("other", [{}, PERSONAL], ids=["after a usable one", "after a pending one"])
def test_of_two_people_who_create_one_name_the_first_keeps_it(
    monkeypatch: pytest.MonkeyPatch, own: dict[str, object], other: dict[str, object]
) -> None:
    caller = uploader()
    draft = drafted(caller)
    document = with_column(draft, **own)
    rivals = with_column(draft, description="Bob's", **other)
    check_earlier = contract_drafts._check_earlier

    def overtaken(
        lake: MemoryLake, first: CallerIdentity, stored: CreatedDatasets, dataset: str
    ) -> NameOwner:
        before = check_earlier(lake, first, stored, dataset)
        monkeypatch.setattr(contract_drafts, "_check_earlier", check_earlier)
        contract_drafts.store(lake, CallerIdentity("bob", frozenset({Group.UPLOADER})), dataset, rivals)
        return before

    monkeypatch.setattr(contract_drafts, "_check_earlier", overtaken)
    answer = created(caller, document)
    assert (answer.status, "at the same moment" in answer.json["detail"]) == (409, True)
    (stored,) = caller.call("GET", "/v1/contract-drafts").json["drafts"]
    assert (stored["by"], stored["document"], stored["is_in_use"]) == ("bob", rivals, not other)


def test_a_name_without_a_contract_belongs_to_the_person_whose_request_ended_early(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caller = uploader()
    document = with_column(drafted(caller), **PERSONAL)
    with monkeypatch.context() as patched:
        patched.setattr(CreatedDatasets, "store", interrupted)
        assert created(caller, document).status == 500
    assert caller.call("GET", "/v1/contract-drafts").json["drafts"] == []
    assert created(rival_of(caller), document).status == 409
    assert created(caller, document).json["by"] == caller.name


def test_a_contract_that_cannot_be_used_leaves_its_name_free(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = uploader()
    document = drafted(caller)
    with monkeypatch.context() as patched:
        patched.setattr(CreatedDatasets, "change", refused)
        assert created(caller, document).status == 409
    assert caller.call("GET", "/v1/contract-drafts").json["drafts"] == []
    assert created(rival_of(caller), document).json["by"] == "bob"


def refused(*_: object) -> None:
    """Refuse a change because others keep changing the definitions."""
    raise ConflictError("Other requests keep changing the definitions.")


def interrupted(*_: object) -> None:
    """End a request early."""
    raise RuntimeError("interrupted")


def test_a_creation_that_was_interrupted_is_completed_by_sending_it_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caller = uploader()
    document = drafted(caller)
    with monkeypatch.context() as patched:
        patched.setattr(CreatedDatasets, "store", interrupted)
        assert created(caller, document).status == 500
    for sender in (rival_of(caller), caller):
        stored = created(sender, document).json
        assert (stored["by"], stored["is_in_use"], stored["document"]) == (caller.name, True, document)


def test_a_contract_that_waits_for_a_deployment_is_replaced_only_by_its_author() -> None:
    caller = uploader()
    document = with_column(drafted(caller), **PERSONAL)
    assert created(caller, document).json["is_in_use"] is False
    answer = created(rival_of(caller), with_column(document, description="Bob's"))
    assert (answer.status, caller.name in answer.json["detail"]) == (409, True)
    changed = with_column(document, description="Changed")
    assert created(caller, changed).json["document"] == changed


def test_a_dataset_about_people_is_in_use_at_once_where_no_analyst_reads_tables() -> None:
    caller = uploader()
    caller.lake.takes_people = True
    upload_id = uploaded(caller, b"nr;Nachname\n1;M\xc3\xbcller\n2;Kurz\n")
    draft = checked(caller, upload_id).json["draft"]
    assert (draft["takes_people"], draft["maybe_people"]) == (True, ["nachname"])
    assert (draft["for_deployment"]["columns"], draft["needs_deployment"]) == ([], [])
    assert created(caller, draft["document"]).json["is_in_use"] is True
    assert caller.lake.contracts.curated[draft["dataset"]].personal == ("nachname",)
    exempt = [{"property": "headgate.content", "value": "phone"}]
    document = renamed(with_column(draft["document"], customProperties=exempt), "vereine")
    assert created(caller, document).json["is_in_use"] is False


def test_each_created_dataset_stays_beside_the_next() -> None:
    caller = uploader()
    document = drafted(caller)
    for name in ("erste", "zweite"):
        assert created(caller, renamed(document, name)).status == 200
    assert {"erste", "zweite"} <= caller.lake.contracts.source.keys()


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"classification": "personal"}, "has data about people"),
        ({"customProperties": [{"property": "headgate.mask", "value": "ssn"}]}, "social security numbers"),
        ({"customProperties": [{"property": "headgate.content", "value": "phone"}]}, "card numbers"),
    ],
)
def test_a_contract_from_which_rights_or_exemptions_follow_waits_for_a_deployment(
    facts: dict[str, Any], reason: str
) -> None:
    caller = uploader()
    text = {"logicalType": "string", "physicalType": "VARCHAR(80)", "customProperties": [], **facts}
    document = drafted(caller)
    stored = created(caller, with_column(document, **text)).json
    assert stored["is_in_use"] is False
    assert reason in stored["needs_deployment"][0]
    assert "lieferant_mueller" not in caller.lake.contracts.source
    body = caller.lake.objects.contents("artifacts")["contract_drafts/lieferant_mueller.yaml"]
    assert (
        odcs_reader.parse(odcs_reader.yaml_document(body.decode()), "source").dataset == "lieferant_mueller"
    )


def test_a_dataset_with_free_text_is_in_use_at_once() -> None:
    caller = uploader()
    mask = [{"property": "headgate.mask", "value": "free_text"}]
    text = {"logicalType": "string", "physicalType": "VARCHAR(80)", "customProperties": mask}
    stored = created(caller, with_column(drafted(caller), **text)).json
    assert (stored["is_in_use"], stored["needs_deployment"]) == (True, [])


def test_notes_of_a_draft_name_no_option_of_the_command_line() -> None:
    rows = "".join(f"{n};{n:02}.01.26;{n} %;{n % 3}\n" for n in range(1, 29))
    caller = uploader()
    draft = checked(caller, uploaded(caller, f"a;b;c;d\n{rows}".encode())).json["draft"]
    text = " ".join(note["message"] for note in draft["notes"])
    assert draft["notes"]
    for word in ("--", "headgate", "`", "confidence", "percent:"):
        assert word not in text
    assert [note["column"] for note in draft["notes"] if note["decides"]] == ["a"]


def test_a_contract_that_is_none_or_takes_a_name_is_not_stored() -> None:
    caller = uploader()
    document = drafted(caller)
    for name, changed, status in (
        ("lieferant_mueller", {**document, "schema": []}, 422),
        ("another", document, 422),
        ("payments", renamed(document, "payments"), 409),
        ("churn_risk", renamed(document, "churn_risk"), 409),
        ("quarantine", renamed(document, "quarantine"), 409),
        ("uploads", renamed(document, "uploads"), 409),
    ):
        assert caller.call("PUT", f"/v1/contract-drafts/{name}", {"document": changed}).status == status
    assert caller.call("GET", "/v1/contract-drafts").json["drafts"] == []


def test_the_key_of_corrected_rows_is_no_card_number_by_chance() -> None:
    unlucky = "b72d4111111111111111a05254a4e20a"
    key = keys.corrected_rows_key("payments", unlucky, "cd118641257bd6f9")
    assert redact_text(key) == key
    assert key.startswith(keys.corrections_of("payments", unlucky))
    assert keys.has_corrected_rows(key)


def workbook_of_two_tables() -> bytes:
    """Lines and orders, on a sheet each."""
    book, file = openpyxl.Workbook(), io.BytesIO()
    lines, orders = book.active, book.create_sheet("Orders")
    lines.title = "Lines"
    lines.append(["order_item_id", "order_id", "product_id", "quantity", "unit_price", "updated_at"])
    orders.append(["order_id", "customer_id", "region_id", "ordered_at", "status", "updated_at", "notes"])
    at = datetime(2026, 10, 1, 9, 30)
    for number in range(1, 21):
        lines.append([f"K{number}-1", f"K{number}", "85123A", number, 2.95, at])
        orders.append([f"K{number}", str(4000 + number), "GB", at, "completed", at, ""])
    book.save(file)
    return file.getvalue()


def test_another_sheet_has_a_dataset_of_its_own_and_is_no_copy_of_a_committed_one() -> None:
    caller = uploader()
    first = uploaded_to(caller, workbook_of_two_tables(), "messe.xlsx", "")
    answer = checked(caller, first, {"part": "Lines", "columns": {}})
    assert (answer.json["dataset"], answer.json["part"]) == ("order_items", "Lines")
    decided = {"part": "Lines", "dataset": "order_items", "columns": {}}
    answer = checked(caller, first, decided)
    committed = caller.call("POST", f"/v1/uploads/{first}/commit", If_Match=answer.headers["ETag"]).json
    record = caller.lake.receive(committed["key"])
    assert record.accepted == 20
    second = uploaded_to(caller, workbook_of_two_tables(), "messe.xlsx", "")
    assert checked(caller, second, decided).json["duplicate_key"] == record.key
    answer = checked(caller, second, {"part": "Orders", "columns": {}})
    assert (answer.json["dataset"], answer.json["edited_copy"], answer.json["duplicate_key"]) == (
        "orders",
        "",
        "",
    )


def with_a_typed_cell(part: str, text: str) -> dict[str, Any]:
    """The decisions about a sheet, with a typed cell."""
    column, dataset = ("quantity", "order_items") if part == "Lines" else ("notes", "orders")
    cell = {"row": 1, "column": column, "text": text}
    return {"part": part, "dataset": dataset, "columns": {}, "cells": [cell]}


def test_each_sheet_has_an_edited_copy_of_its_own() -> None:
    caller, book = uploader(), workbook_of_two_tables()
    sent = {}
    for part, text in (("Lines", "7"), ("Orders", "gift")):
        upload_id = uploaded_to(caller, book, "messe.xlsx", "")
        answer = checked(caller, upload_id, with_a_typed_cell(part, text))
        committed = caller.call(
            "POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]
        ).json
        sent[part] = caller.lake.receive(committed["key"]).file_id
        others = [each for each in sent if each != part]
        assert [each["name"] for each in answer.json["parts_in_lake"]] == others
    again = uploaded_to(caller, book, "messe.xlsx", "")
    for part, text in (("Lines", "8"), ("Orders", "fragile")):
        assert checked(caller, again, with_a_typed_cell(part, text)).json["edited_copy"] == sent[part]


def test_a_note_of_an_edited_copy_from_before_parts_had_keys_counts_for_its_part_only() -> None:
    senders = MemoryLake().senders
    senders.keep_edits("f1", {"sent_sha256": "aa", "part": "Lines"})
    new, old = keys.edited_copy_key("aa", "Lines"), keys.edited_copy_key("aa")
    note = senders.objects.read(ObjectRef(senders.bucket, new))
    senders.objects.delete(ObjectRef(senders.bucket, new))
    senders.objects.write(ObjectRef(senders.bucket, old), note)
    assert [senders.edited_copy("aa", part) for part in ("Lines", "Orders", "")] == ["f1", "", ""]


def workbook_of_months(*names: str, first_quantity: object = 1) -> bytes:
    """Lines of orders on a sheet for each month, with the same columns."""
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name in names:
        sheet = book.create_sheet(name)
        sheet.append(["order_item_id", "order_id", "product_id", "quantity", "unit_price", "updated_at"])
        for number in range(1, 21):
            quantity = first_quantity if number == 1 else number
            line = f"{name}-{number}"
            sheet.append([line, f"K{line}", "85123A", quantity, 2.95, datetime(2026, 10, 1, 9, 30)])
    book.save(file)
    return file.getvalue()


def sent_part(caller: Caller, book: bytes, part: str, name: str = "months.xlsx") -> FileRecord:
    """The record of a committed part of a file."""
    upload_id = uploaded_to(caller, book, name, "")
    answer = checked(caller, upload_id, {"part": part, "dataset": "order_items", "columns": {}})
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    return caller.lake.receive(committed["key"])


def committed_as_edited(
    caller: Caller, upload_id: str, edits: dict[str, Any]
) -> tuple[FileRecord, dict[str, Any]]:
    """The record of an upload that was committed with edits, and its check."""
    answer = checked(caller, upload_id, edits)
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    return caller.lake.receive(committed["key"]), answer.json


def increments_of(caller: Caller, record: FileRecord) -> list[str]:
    """The keys of accepted rows with a file's content, in any dataset."""
    listed = caller.lake.objects.list("curated", "increments/")
    return [each.ref.key for each in listed if record.content_sha256 in each.ref.key]


def test_a_sheet_is_of_no_dataset_as_its_person_decides_although_its_header_is_remembered() -> None:
    caller = uploader()
    fields = ("order_id", "order_item_id", "product_id", "quantity", "unit_price", "updated_at")
    decided = {"dataset": "order_items", "part": "Jan", "columns": {name: name for name in fields}}
    upload_id = uploaded_to(caller, workbook_of_months("Jan", "Feb"), "months.xlsx", "")
    answer = checked(caller, upload_id, decided)
    caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"])
    upload_id = uploaded_to(caller, workbook_of_months("Jan", "Mar"), "more.xlsx", "")
    assert checked(caller, upload_id, {"part": "Mar"}).json["is_remembered"]
    record, answer = committed_as_edited(caller, upload_id, {"part": "Mar", "no_dataset": True})
    assert (answer["is_remembered"], answer["outcome"], answer["mapping"]) == (False, "profiled", None)
    assert answer["likely_dataset"] == "order_items"
    assert (record.state, record.accepted, increments_of(caller, record)) == (FileState.PROFILED, 0, [])


@pytest.mark.parametrize("dataset", ["", "order_items"])
def test_a_file_with_the_names_of_a_contract_is_of_no_dataset_as_its_person_decides(dataset: str) -> None:
    """Also one that was sent to a dataset; neither a commit nor a replay accepts its rows."""
    caller = uploader()
    upload_id = uploaded_to(caller, one_line("A").encode(), "lines.csv", dataset)
    record, answer = committed_as_edited(caller, upload_id, {"no_dataset": True})
    assert (answer["outcome"], answer["dataset"], answer["likely_dataset"]) == (
        "profiled",
        "uploads",
        "order_items",
    )
    assert (record.state, record.accepted, increments_of(caller, record)) == (FileState.PROFILED, 0, [])
    replayed = Replayer(*caller.lake.gate).replay(record.file_id).record
    assert (replayed.state, increments_of(caller, replayed)) == (FileState.PROFILED, [])


@pytest.mark.parametrize("cells", [[], [{"row": 1, "column": "quantity", "text": "7"}]])
def test_a_file_of_no_dataset_gets_one_on_its_page(cells: list[dict[str, Any]]) -> None:
    caller = uploader()
    upload_id = uploaded_to(caller, one_line("A").encode(), "lines.csv", "")
    record, _ = committed_as_edited(caller, upload_id, {"no_dataset": True})
    opened = caller.call("POST", f"/v1/files/{record.file_id}/edit").json["upload_id"]
    answer = checked(caller, opened, {"no_dataset": True})
    refused = caller.call("POST", f"/v1/uploads/{opened}/commit", If_Match=answer.headers["ETag"])
    assert (refused.status, refused.json["detail"]) == (
        409,
        "The lake has this file, and no row of it is in a table. Choose a dataset, then commit it.",
    )
    names = one_line("A").partition("\n")[0].split(",")
    decided = {"dataset": "order_items", "columns": {name: name for name in names}, "cells": cells}
    accepted, _ = committed_as_edited(caller, opened, decided)
    assert (accepted.state, accepted.dataset, accepted.accepted) == (FileState.DONE, "order_items", 1)
    assert caller.call("GET", f"/v1/files/{record.file_id}").json["closed_by"] == accepted.file_id
    again = uploaded_to(caller, one_line("B").encode(), "lines.csv", "")
    record, _ = committed_as_edited(caller, again, {"no_dataset": True})
    assert (record.state, record.accepted) == (FileState.PROFILED, 0)


def test_rows_of_a_sheet_wait_until_that_sheet_comes_again() -> None:
    caller = uploader()
    book = workbook_of_months("Jan", "Feb", first_quantity="many")
    first, second = sent_part(caller, book, "Jan"), sent_part(caller, book, "Feb")
    assert [record.quarantined for record in (first, second)] == [1, 1]
    assert [record.key for record in (first, second)] == [
        "order_items/months-Jan.csv",
        "order_items/months-Feb.csv",
    ]
    shown = caller.call("GET", f"/v1/files/{first.file_id}").json
    assert shown["closed_by"] == ""
    corrected_book = workbook_of_months("Jan", "Feb")
    third = sent_part(caller, corrected_book, "Jan")
    closed_by = [
        caller.call("GET", f"/v1/files/{record.file_id}").json["closed_by"] for record in (first, second)
    ]
    assert closed_by == [third.file_id, ""]


def one_line(name: str) -> str:
    """A CSV file with one line of an order."""
    header = "order_item_id,order_id,product_id,quantity,unit_price,updated_at"
    return f"{header}\n{name}-1,K1,85123A,1,2.95,2026-10-01 09:30:00\n"


def test_members_of_an_archive_have_keys_of_their_own() -> None:
    archive, names = io.BytesIO(), ("jan.csv", "2026/jan.csv", "2026-jan.csv")
    with zipfile.ZipFile(archive, "w") as file:
        for name in names:
            file.writestr(name, one_line(name))
    caller = uploader()
    keys_of_parts = [sent_part(caller, archive.getvalue(), name, "months.zip").key for name in names]
    assert keys_of_parts[0] == "order_items/months-jan.csv"
    assert keys_of_parts[1].startswith("order_items/months-2026-jan-")
    assert len({*keys_of_parts}) == len(names)


def test_the_only_member_of_an_archive_has_the_key_of_the_file() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("jan.csv", one_line("A"))
    record = sent_part(uploader(), archive.getvalue(), "jan.csv", "months.zip")
    assert (record.key, record.accepted) == ("order_items/months.csv", 1)


def test_the_key_of_a_sheet_has_no_card_number_of_its_name() -> None:
    book = workbook_of_months("Jan", "4111 1111 1111 1111")
    key = sent_part(uploader(), book, "4111 1111 1111 1111").key
    assert redact_text(key) == key
    assert key.startswith("order_items/months-")


def begun_with(caller: Caller, book: bytes, part: str = "") -> dict[str, Any]:
    """The answer to the begin of an upload of a workbook, whose content is sent."""
    asked = {
        "name": "months.xlsx",
        "size_bytes": len(book),
        "sha256": hashlib.sha256(book).hexdigest(),
        "dataset": "",
        **({"part": part} if part else {}),
    }
    upload: dict[str, Any] = caller.call("POST", "/v1/uploads", asked).json
    if upload["state"] == "open":
        send_parts(caller, upload["upload_id"], book)
        caller.call("POST", f"/v1/uploads/{upload['upload_id']}/complete")
    return upload


def committed_as_checked(caller: Caller, upload_id: str) -> Answer:
    """The check of an upload that was committed by it, and received."""
    answer = checked(caller, upload_id)
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    caller.lake.receive(committed["key"])
    return answer


def workbook_with(*sheets: tuple[str, list[list[object]]]) -> bytes:
    """A workbook of sheets with these rows."""
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(file)
    return file.getvalue()


LINES = [
    ["order_item_id", "order_id", "product_id", "quantity", "unit_price", "updated_at"],
    *([f"K{number}-1", f"K{number}", "85123A", number, 2.95, datetime(2026, 10, 1)] for number in (1, 2)),
]
PLACES: list[list[object]] = [["town", "country", "people"], ["Ulm", "Germany", 126000], ["Bath", "GB", 9]]

FACTS: list[list[object]] = [
    ["Energy 2026"],
    [None],
    ["Site", "Ulm"],
    ["Made by", "Facility"],
    ["As of", datetime(2026, 11, 20)],
    ["All values in kWh"],
]
WIDE: list[list[object]] = [[f"fact {number}" for number in range(9)], [*range(9)], [*range(9)]]
ORDERS: list[list[object]] = [
    ["order_id", "customer_id", "region_id", "ordered_at", "status", "updated_at"],
    *(
        [f"K{n}", str(4000 + n), "GB", datetime(2026, 10, 1), "completed", datetime(2026, 10, 1)]
        for n in (1, 2)
    ),
]


@pytest.mark.parametrize(
    ("sheets", "part"),
    [
        ([("Places", PLACES), ("Lines", LINES)], "Lines"),
        ([("Notes", []), ("Places", PLACES), ("Wide", WIDE)], "Places"),
        ([("Places", PLACES), ("Lines", LINES), ("Wide", WIDE)], "Lines"),
        ([("Orders", ORDERS), ("Lines", LINES)], "Orders"),
        ([("Empty", PLACES[:1]), ("Lines", LINES)], "Lines"),
        ([("Cover", [["Made by", "Ada"], ["On", "Monday"]]), ("Lines", LINES)], "Lines"),
        (
            [("Cover", [[None, "Fleet 2026"], [None, "Made by Ada"]]), ("Places", PLACES), ("Wide", WIDE)],
            "Places",
        ),
        ([("Deckblatt", FACTS), ("Aug", PLACES), ("Sep", PLACES)], "Aug, Sep"),
        ([("Facts", FACTS), ("Places", PLACES), ("Wide", WIDE)], "Places"),
        ([("Pairs", [["town", "people"], ["Ulm", 1], ["Bath", 2]]), ("Wide", WIDE)], "Pairs"),
    ],
)
def test_a_workbook_opens_at_its_first_sheet_with_a_table(
    sheets: list[tuple[str, list[list[object]]]], part: str
) -> None:
    """A sheet of a dataset goes before notes and covers, and sheets without rows are passed over."""
    caller = uploader()
    upload_id = uploaded_to(caller, workbook_with(*sheets), "messe.xlsx", "")
    assert checked(caller, upload_id).json["part"] == part


TITLE: list[list[object]] = [["", "Fleet 2026"], ["", "Made by Ada"]]


@pytest.mark.parametrize(
    ("sheets", "part", "dataset"),
    [
        ([("Cover", TITLE), ("Towns", PLACES), ("Wide", WIDE)], "", "towns"),
        ([("Towns", PLACES), ("Wide facts", WIDE)], "Wide facts", "wide_facts"),
        ([("Towns", PLACES), ("Cover", TITLE)], "", "fleet"),
        ([("Tabelle1", PLACES), ("Tabelle2", WIDE)], "Tabelle2", "fleet"),
        ([("2025", PLACES), ("2026", WIDE)], "2026", "fleet"),
        ([("orders", PLACES), ("Wide", WIDE)], "orders", "fleet_orders"),
    ],
)
def test_a_draft_is_named_by_its_sheet_where_the_workbook_has_several_tables(
    sheets: list[tuple[str, list[list[object]]]], part: str, dataset: str
) -> None:
    caller = uploader()
    upload_id = uploaded_to(caller, workbook_with(*sheets), "fleet_2026.xlsx", "")
    answer = checked(caller, upload_id, {"part": part} if part else None).json
    assert answer["draft"]["dataset"] == dataset


def test_a_draft_of_a_sheet_takes_its_first_row_for_names_as_the_grid_does() -> None:
    """A sheet of words only was drafted without a header, below a grid with one."""
    words: list[list[object]] = [["town", "country"], ["Ulm", "Germany"], ["Bath", "England"]]
    caller = uploader()
    upload_id = uploaded_to(caller, workbook_with(("Towns", words), ("Wide", WIDE)), "fleet.xlsx", "")
    answer = checked(caller, upload_id, {"part": "Towns"}).json
    (table,) = answer["draft"]["document"]["schema"]
    assert [column["name"] for column in table["properties"]] == ["town", "country"]
    assert answer["draft"]["received"] == 2


def test_a_list_of_records_names_its_draft() -> None:
    body = json.dumps(
        {"site": "Ulm", "machines": [{"id": n, "readings": [{"at": "2026-11-20T00:00:00Z"}]} for n in (1, 2)]}
    ).encode()
    caller = uploader()
    upload_id = uploaded_to(caller, body, "telemetry.json", "")
    assert checked(caller, upload_id).json["draft"]["dataset"] == "machines"
    inner = checked(caller, upload_id, {"part": "machines.readings"}).json
    assert inner["draft"]["dataset"] == "telemetry_readings"


def test_the_next_sheet_of_a_workbook_that_is_in_the_lake_is_no_duplicate() -> None:
    caller, book = uploader(), workbook_of_two_tables()
    first = committed_as_checked(caller, begun_with(caller, book)["upload_id"]).json
    assert (first["parts"], first["parts_read"]) == (["Lines", "Orders"], ["Lines"])
    assert first["parts_in_lake"] == []
    upload = begun_with(caller, book, "Orders")
    assert upload["state"] == "open"
    answer = checked(caller, upload["upload_id"]).json
    assert (answer["dataset"], answer["parts_read"], answer["accepted"]) == ("orders", ["Orders"], 20)
    (lines,) = answer["parts_in_lake"]
    assert lines["name"] == "Lines"
    assert lines["since"] == caller.lake.ledger.get(lines["file_id"]).finished_at


def test_the_page_of_a_sheet_names_the_sheets_that_are_not_in_yet() -> None:
    caller, book = uploader(), workbook_of_two_tables()
    files = []
    for sheet, others in (("Lines", ["Orders"]), ("Orders", [])):
        upload_id = begun_with(caller, book, sheet)["upload_id"]
        committed_as_checked(caller, upload_id)
        files.append(caller.call("GET", f"/v1/uploads/{upload_id}").json["file_id"])
        assert caller.call("GET", f"/v1/files/{files[-1]}").json["open_parts"] == [
            {"name": name, "is_list": False} for name in others
        ]
    assert caller.call("GET", f"/v1/files/{files[0]}").json["open_parts"] == []


def test_a_workbook_in_the_lake_begins_at_its_sheet_that_is_not_in_and_is_a_duplicate_once_all_are() -> None:
    """Choosing it again ended with "duplicate", although one sheet had never come in."""
    caller, book = uploader(), workbook_of_two_tables()
    record = caller.lake.receive("orders/messe.xlsx", book)
    assert record.accepted == 20
    assert caller.call("GET", f"/v1/files/{record.file_id}").json["open_parts"] == [
        {"name": "Lines", "is_list": False}
    ]
    upload = begun_with(caller, book)
    assert upload["state"] == "open"
    answer = committed_as_checked(caller, upload["upload_id"]).json
    assert (answer["part"], answer["accepted"]) == ("Lines", 20)
    assert [part["name"] for part in answer["parts_in_lake"]] == ["Orders"]
    assert begun_with(caller, book)["state"] == "duplicate"


def test_members_of_an_archive_and_lists_that_are_left_are_distinguished() -> None:
    """The page of a file named the member `months-Feb.csv` as if its dot were of a path."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for name in ("months-Jan.csv", "months-Feb.csv"):
            file.writestr(name, one_line(name))
    caller = uploader()
    record = sent_part(caller, archive.getvalue(), "months-Jan.csv", "export.zip")
    shown = caller.call("GET", f"/v1/files/{record.file_id}").json
    assert shown["open_parts"] == [{"name": "months-Feb.csv", "is_list": False}]
    order = {"order_id": "K1", "store_code": "GB", "ordered_at": "2026-10-01 09:30:00", "status": "completed"}
    line = dict(zip(LINES[0][:5], ["K1-1", "K1", "85123A", 1, 2.95], strict=True))
    body = json.dumps({"orders": [{**order, "order_items": [line]}]}).encode()
    upload_id = uploaded_to(caller, body, "export.json", "")
    record, _ = committed_as_edited(caller, upload_id, {"part": "orders", "no_dataset": True})
    kept = caller.lake.senders.edits(record.file_id)
    assert kept["parts"] == kept["lists"] == ["orders", "orders.order_items"]


COVER: list[list[object]] = [["Made by", "Ada"], ["On", "Monday"], ["For", "the fair"]]


@pytest.mark.parametrize("is_changed", [False, True])
def test_a_cover_of_a_workbook_is_no_part_that_is_left(is_changed: bool) -> None:
    """Its file page said indefinitely that the cover was not in, and the workbook opened there."""
    caller, book = uploader(), workbook_with(("Info", COVER), ("Lines", LINES), ("Empty", LINES[:1]))
    upload_id = begun_with(caller, book)["upload_id"]
    cells = [{"row": 1, "column": "quantity", "text": "7"}] if is_changed else []
    decided = {"dataset": "order_items", "columns": {name: name for name in LINES[0]}, "cells": cells}
    record, answer = committed_as_edited(
        caller, upload_id, {**decided, "part": "Lines" if is_changed else ""}
    )
    assert (record.accepted, answer["parts"]) == (2, ["Info", "Lines", "Empty"])
    assert answer["offered_parts"] == ["Lines"]
    assert caller.call("GET", f"/v1/files/{record.file_id}").json["open_parts"] == []
    if not is_changed:
        assert begun_with(caller, book)["state"] == "duplicate"


def test_a_sheet_of_which_only_the_profile_is_kept_is_no_part_that_is_left() -> None:
    caller, book = uploader(), workbook_with(("Lines", LINES), ("Places", PLACES))
    record = caller.lake.receive("order_items/messe.xlsx", book)
    shown = f"/v1/files/{record.file_id}"
    assert caller.call("GET", shown).json["open_parts"] == [{"name": "Places", "is_list": False}]
    upload_id = begun_with(caller, book)["upload_id"]
    kept, _ = committed_as_edited(caller, upload_id, {"part": "Places", "no_dataset": True})
    assert kept.state is FileState.PROFILED
    assert caller.call("GET", shown).json["open_parts"] == []


def test_a_continued_upload_begins_with_the_asked_sheet_unless_something_is_decided() -> None:
    caller, book = uploader(), workbook_of_two_tables()
    upload_id = begun_with(caller, book)["upload_id"]
    assert begun_with(caller, book, "Orders")["upload_id"] == upload_id
    assert checked(caller, upload_id).json["part"] == "Orders"
    checked(caller, upload_id, {"part": "Lines"})
    begun_with(caller, book, "Orders")
    assert checked(caller, upload_id).json["part"] == "Lines"


def test_a_workbook_chosen_again_continues_with_the_edits_of_its_sheet() -> None:
    """A page that is loaded again asks without a part; the content and the edits were lost."""
    caller, book = uploader(), workbook_of_two_tables()
    assert caller.lake.receive("orders/messe.xlsx", book).accepted == 20
    upload_id = begun_with(caller, book)["upload_id"]
    checked(caller, upload_id, with_a_typed_cell("Lines", "3"))
    again = begun_with(caller, book)
    assert (again["upload_id"], again["state"]) == (upload_id, "complete")
    assert caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json["edits"]["cells"]
    committed_as_checked(caller, upload_id)
    assert begun_with(caller, book)["state"] == "duplicate"


def test_a_workbook_begins_at_its_missing_sheet_behind_many_that_are_in() -> None:
    caller = uploader()
    notes = [(f"S{number}", PLACES) for number in range(1, 24)]
    book = workbook_with(("Lines", LINES), *notes)
    record = caller.lake.receive("order_items/many.xlsx", book)
    assert record.accepted == 2
    for name, _ in notes[:-1]:
        copy = caller.lake.receive(f"payments/{name}.csv", PAYMENTS)
        kept = Edits(dataset="payments", part=name).facts("ana", copy.finished_at, copy.key, "")
        kept |= {"part": name, "sent_sha256": record.content_sha256}
        senders_of(caller.lake).keep_edits(copy.file_id, kept)
    assert caller.call("GET", f"/v1/files/{record.file_id}").json["open_parts"] == [
        {"name": "S23", "is_list": False}
    ]
    upload = begun_with(caller, book)
    assert checked(caller, upload["upload_id"]).json["part"] == "S23"


def test_edits_without_a_part_are_of_the_part_whose_rows_were_shown() -> None:
    caller = uploader()
    upload_id = uploaded_to(caller, workbook_with(("Places", PLACES), ("Wide", WIDE)), "messe.xlsx", "")
    assert checked(caller, upload_id).json["part"] == "Places"
    cells = [{"row": 1, "column": "people", "text": "126001"}]
    for _ in range(2):
        assert checked(caller, upload_id, {"cells": cells}).json["part"] == "Places"
    assert checked(caller, upload_id, {"cells": [], "part": ""}).json["part"] == "Wide"


def test_sheets_that_are_read_as_one_table_are_all_named_as_read() -> None:
    caller = uploader()
    book = workbook_of_months("Jan", "Feb", "Mar 2026")
    answer = committed_as_checked(caller, begun_with(caller, book)["upload_id"]).json
    assert (answer["accepted"], answer["parts_read"]) == (60, ["Jan", "Feb", "Mar 2026"])
