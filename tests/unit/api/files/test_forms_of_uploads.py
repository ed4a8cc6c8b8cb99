"""Uploads of forms that the gate alone refuses: the console reads them, and commits the rows of the grid."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.contracts.source_format import SourceFormat
from tests.unit.api.files.test_edited_uploads import checked, counts, uploader
from tests.unit.api.files.test_uploads import uploaded
from tests.unit.api.lakes import REGISTRY, Caller, MemoryLake

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.api.lakes import Answer

pytestmark = pytest.mark.unit

WITHOUT_HEADER = "".join(f"A{n:02d};Bike {n};{n},50\n" for n in range(1, 21)).encode()


def sheet_with_names_in_two_rows() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["Place", "Q1", None, "Q2", None], [None, "Items", "Net", "Items", "Net"]):
        sheet.append(row)
    for number in range(12):
        sheet.append([f"Place {number}", number, number / 2, number + 1, number / 4])
    for merged in ("A1:A2", "B1:C1", "D1:E1"):
        sheet.merge_cells(merged)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def created(caller: Caller, upload_id: str, first: dict[str, Any]) -> Answer:
    """The check by the dataset that is created from the draft, with its columns in the file's order."""
    draft = first["draft"]
    stored = caller.call("PUT", f"/v1/contract-drafts/{draft['dataset']}", {"document": draft["document"]})
    assert stored.json["is_in_use"], stored.text
    fields = [column["name"] for column in draft["document"]["schema"][0]["properties"]]
    columns = dict(zip(first["grid"]["columns"], fields, strict=True))
    return checked(caller, upload_id, {"dataset": draft["dataset"], "columns": columns})


def test_rows_are_counted_by_a_draft_before_it_is_stored() -> None:
    """The count of a commit follows the types that a person chooses, and names the columns at fault."""
    caller = uploader()
    rows = [f"S{at};2026-11-{at:02};{at} kg" for at in range(1, 21)]
    body = "\n".join(["Shipment;Sent;Weight", *rows, "S21;2026-11-21;heavy", ""]).encode()
    upload_id = uploaded(caller, body, "shipments.csv", "")
    document = checked(caller, upload_id).json["draft"]["document"]
    columns = {"Shipment": "shipment", "Sent": "sent", "Weight": "weight"}

    def outcome(document: dict[str, Any], **edits: object) -> dict[str, Any]:
        asked = {"document": document, "edits": {"columns": columns, **edits}}
        answer = caller.call("POST", f"/v1/uploads/{upload_id}/draft-check", asked)
        assert answer.status == 200, answer.text
        return dict(answer.json)

    properties = document["schema"][0]["properties"]
    plain = {"name": "sent", "physicalType": "TIMESTAMP", "logicalType": "timestamp"}
    changed = [plain if each["name"] == "sent" else each for each in properties]
    with_times = {**document, "schema": [{**document["schema"][0], "properties": changed}]}
    assert outcome(with_times)["accepted"] == 0
    assert {"column": "sent", "rule": "type", "rows": 21} in outcome(with_times)["causes"]
    drafted = outcome(document)
    assert (drafted["received"], drafted["accepted"]) == (21, 21 - sum(c["rows"] for c in drafted["causes"]))
    assert outcome(document, left_out=[21])["received"] == 20
    assert checked(caller, upload_id).json["outcome"] == "profiled"
    assert caller.call("GET", "/v1/contract-drafts").json["drafts"] == []


def test_a_file_without_a_header_is_shown_and_makes_a_dataset() -> None:
    caller = uploader()
    upload_id = uploaded(caller, WITHOUT_HEADER, "stock.csv", "")
    first = checked(caller, upload_id).json
    assert (first["grid"]["columns"], first["grid"]["rows"], first["grid"]["has_header"]) == (
        ["column_1", "column_2", "column_3"],
        20,
        False,
    )
    assert counts(created(caller, upload_id, first)) == (20, 0, 0)
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit").json
    assert committed["key"] == "stock/stock.csv"
    assert caller.lake.receive("stock/stock.csv").accepted == 20


def test_columns_of_a_file_without_a_header_are_mapped_once_and_not_for_other_files() -> None:
    """Every file of six columns without names has the same header."""
    rows = "".join(f"A{n:02d},Bike,Bikes,{n}.5,true,2026-01-02 08:00:00\n" for n in range(1, 21)).encode()
    fields = ["product_id", "product_name", "category", "list_price", "is_active", "updated_at"]
    columns = {f"column_{place}": name for place, name in enumerate(fields, 1)}
    caller = uploader()
    upload_id = uploaded(caller, rows, "monday.csv", "")
    assert checked(caller, upload_id).json["dataset"] == "uploads"
    assert counts(checked(caller, upload_id, {"dataset": "products", "columns": columns})) == (20, 0, 0)
    assert caller.call("POST", f"/v1/uploads/{upload_id}/commit").status == 202
    later = checked(caller, uploaded(caller, rows.replace(b"A", b"B"), "tuesday.csv", "")).json
    assert (later["is_remembered"], later["dataset"]) == (False, "uploads")


def test_a_sheet_with_names_in_two_rows_is_shown_and_makes_a_dataset() -> None:
    caller = uploader()
    upload_id = uploaded(caller, sheet_with_names_in_two_rows(), "places.xlsx", "")
    first = checked(caller, upload_id).json
    assert first["grid"]["columns"] == ["Place", "Q1 Items", "Q1 Net", "Q2 Items", "Q2 Net"]
    assert counts(created(caller, upload_id, first)) == (12, 0, 0)
    rows = caller.call("GET", f"/v1/uploads/{upload_id}/rows?limit=1").json["rows"]
    assert rows[0]["cells"] == ["Place 0", "0", "0", "1", "0"]


def test_a_column_without_texts_keeps_no_file_from_making_a_dataset() -> None:
    pictures = pa.array([b"\xff\xd8" + bytes([n]) for n in range(12)])
    table = pa.table({"number": [f"N{n}" for n in range(12)], "picture": pictures})
    sink = io.BytesIO()
    pq.write_table(table, sink)
    caller = uploader()
    upload_id = uploaded(caller, sink.getvalue(), "parcels.parquet", "")
    first = checked(caller, upload_id).json
    assert first["grid"]["unreadable"] == {"picture": "binary"}
    assert counts(created(caller, upload_id, first)) == (12, 0, 0)


def test_a_text_in_another_encoding_is_refused_with_its_reason() -> None:
    """A profile of garbled letters, with no rows and no draft, led nowhere."""
    rows = "".join(f"A{n};Велосипед {n};{n},50\n" for n in range(20))
    caller = uploader()
    content = ("Артикул;Название;Цена\n" + rows).encode("cp1251")
    first = checked(caller, uploaded(caller, content, "sklad.csv", "")).json
    assert (first["outcome"], first["error"]["rule"], first["columns"]) == (
        "rejected",
        "unknown_encoding",
        [],
    )


def test_a_file_too_large_for_a_grid_stays_profiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate profiles and keeps it, so its check may not say that it is refused."""
    monkeypatch.setattr("headgate.uploads.dry_run._MAX_GRID_BYTES", 64)
    content = gzip.compress(b"item;name;price\n" + WITHOUT_HEADER)
    caller = uploader()
    first = checked(caller, uploaded(caller, content, "stock.csv.gz", "")).json
    assert first["outcome"] == "profiled"


def test_columns_of_one_name_are_numbered_and_blanks_around_a_name_do_not_matter() -> None:
    rows = b"".join(b"%d, A,%d,%d\n" % (n, n, n) for n in range(9))
    caller = uploader()
    first = checked(caller, uploaded(caller, b" number ,kind,net,net\n" + rows, "lines.csv", "")).json
    assert first["grid"]["columns"] == ["number", "kind", "net", "net_2"]
    drafted = first["draft"]["document"]["schema"][0]["properties"]
    assert [column["name"] for column in drafted] == ["number", "kind", "net", "net_2"]


def test_an_archive_opens_at_its_first_table() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("readme.txt", "Dear all,\nplease find, as discussed, the tables.\nAnna\n")
        archive.writestr("__MACOSX/._stock.csv", "x")
        archive.writestr("export/stock.csv", "place,items\n" + "".join(f"P{n},{n}\n" for n in range(9)))
        archive.writestr("export/places.csv", "place,town\nP1,Bonn\nP2,Ulm\n")
    caller = uploader()
    first = checked(caller, uploaded(caller, sink.getvalue(), "export.zip", "")).json
    assert (first["part"], first["grid"]["rows"], first["outcome"]) == ("export/stock.csv", 9, "profiled")
    assert len(first["parts"]) == 3


def test_only_the_first_members_of_an_archive_are_tried() -> None:
    """Each try of a large archive unpacks a member at each check."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for number in range(20):
            archive.writestr(f"{number}.png", b"\x89PNG\r\n\x1a\n")
        archive.writestr("stock.csv", "item,price\nA1,2\nA2,3\n")
    caller = uploader()
    first = checked(caller, uploaded(caller, sink.getvalue(), "export.zip", "")).json
    assert (first["part"], len(first["parts"])) == ("", 21)


def workbook_of(rows: list[dict[str, object]]) -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    for row in ([*rows[0]], *([*each.values()] for each in rows)):
        book.active.append(row)
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("prices.xlsx", workbook_of),
        ("prices.json", lambda rows: json.dumps(rows).encode()),
        ("wrapped.json", lambda rows: json.dumps({"meta": {"page": 1}, "data": rows}).encode()),
    ],
)
@pytest.mark.parametrize("is_of_contract", [True, False])
def test_a_number_cell_keeps_its_value_when_another_cell_is_edited(
    name: str, written: Callable[[list[dict[str, object]]], bytes], *, is_of_contract: bool
) -> None:
    """The field is declared, or chosen by the person, with a decimal comma: 1.276 would be read as 1276."""
    row = {"product_id": "A1", "product_name": "Bike", "category": "Bikes", "list_price": 1.276}
    row |= {"is_active": True, "updated_at": "2026-01-02 03:00:00"}
    declared = {"decimal": ",", "thousands": "."}
    lake = lake_of(SourceFormat(decimal=",", thousands=".")) if is_of_contract else MemoryLake()
    caller = Caller(lake, ("uploader",))
    second = {**row, "product_id": "A2", "list_price": "1.276,50"}
    upload_id = uploaded(caller, written([row, second]), name, "products")
    edits = {
        "dataset": "products",
        "columns": {column: column for column in row},
        "cells": [{"row": 1, "column": "product_name", "text": "Citybike"}],
        "part": checked(caller, upload_id).json["part"],
        **({} if is_of_contract else {"formats": {"list_price": declared}}),
    }
    assert counts(checked(caller, upload_id, edits)) == (2, 0, 0)
    key = caller.call("POST", f"/v1/uploads/{upload_id}/commit").json["key"]
    accepted = lake.receive(key).curated_key
    stored = lake.objects.contents("curated")[accepted]
    prices = pq.read_table(io.BytesIO(stored)).column("list_price").to_pylist()
    assert prices == [Decimal("1.2760"), Decimal("1276.5000")]


def lake_of(price: SourceFormat) -> MemoryLake:
    """A lake whose contract declares this format of the list prices."""
    products = REGISTRY.source["products"]
    declared = replace(products.column("list_price"), format=price)
    columns = tuple(declared if column.name == "list_price" else column for column in products.columns)
    source = {**REGISTRY.source, "products": replace(products, columns=columns)}
    return MemoryLake(contracts=replace(REGISTRY, source=source))


@pytest.mark.parametrize(("prices", "is_offered"), [(["19.17", "20", "7.50"], True), (["20", "7,50"], False)])
def test_plain_numbers_of_a_field_with_decimal_commas_are_offered_as_plain(
    prices: list[str], *, is_offered: bool
) -> None:
    lake = lake_of(SourceFormat(decimal=","))
    caller = Caller(lake, ("uploader",))
    rows = [f"A{at};Bike;Bikes;{price};true;2026-01-02 03:00:00" for at, price in enumerate(prices)]
    names = ["product_id", "product_name", "category", "list_price", "is_active", "updated_at"]
    body = "\n".join([";".join(names), *rows, ""]).encode()
    upload_id = uploaded(caller, body, "export.csv", "products")
    grid = checked(caller, upload_id).json["grid"]
    plain = {"kind": "decimal", "format": {"decimal": "."}, "others": 0}
    assert (grid["formats"].get("list_price") == plain) is is_offered
    if not is_offered:
        return
    edits = {
        "dataset": "products",
        "columns": {name: name for name in names},
        "formats": {"list_price": plain["format"]},
    }
    assert counts(checked(caller, upload_id, edits)) == (3, 0, 0)
    key = caller.call("POST", f"/v1/uploads/{upload_id}/commit").json["key"]
    accepted = lake.receive(key).curated_key
    stored = lake.objects.contents("curated")[accepted]
    assert sorted(pq.read_table(io.BytesIO(stored)).column("list_price").to_pylist()) == [
        Decimal("7.5000"),
        Decimal("19.1700"),
        Decimal("20.0000"),
    ]


def caller_of_form(**properties: object) -> Caller:
    """An uploader to a lake whose products declare these properties of their files."""
    products = REGISTRY.source["products"]
    of_form = replace(products, properties={**products.properties, **properties})
    source = {**REGISTRY.source, "products": of_form}
    return Caller(MemoryLake(contracts=replace(REGISTRY, source=source)), ("uploader",))


NO_HEADER, WIDTHS = "headgate.header", "headgate.widths"
IN_WIDTHS = "".join(
    f"A{n:02d}Bike {n:<4d}Bikes{n:>4d}.50true 2026-01-02 08:00:00\n" for n in range(1, 9)
).encode()
IN_CELLS = "".join(
    f"A{n:02d};Bike {n};Bikes;{n}.50;true;2026-01-02 08:00:00;\n" for n in range(1, 9)
).encode()


@pytest.mark.parametrize(
    ("content", "properties"),
    [
        (IN_WIDTHS, {NO_HEADER: "none", WIDTHS: [3, 9, 5, 7, 5, 19]}),
        (IN_CELLS, {NO_HEADER: "none"}),
        (
            IN_CELLS.replace(b";\n", b"\n").replace(b"Bike 3", b'Bike 3"'),
            {NO_HEADER: "none", "headgate.quotes": "none"},
        ),
    ],
)
@pytest.mark.parametrize("is_decided", [True, False])
def test_a_file_of_a_contract_without_header_is_shown_by_it_and_committed_as_it_is(
    content: bytes, properties: dict[str, object], *, is_decided: bool
) -> None:
    """All rows in fixed widths were refused, because a guessed CSV was committed."""
    caller = caller_of_form(**properties)
    names = REGISTRY.source["products"].names
    upload_id = uploaded(caller, content, "products.txt", "products")
    answer = checked(caller, upload_id)
    if is_decided:
        columns = {f"column_{place}": name for place, name in enumerate(names, 1)}
        answer = checked(caller, upload_id, {"dataset": "products", "columns": columns})
    assert counts(answer) == (8, 0, 0)
    assert len(answer.json["grid"]["columns"]) == len(names)
    key = caller.call("POST", f"/v1/uploads/{upload_id}/commit").json["key"]
    assert caller.lake.objects.contents("raw")[key] == content
    assert caller.lake.receive(key).accepted == 8


def test_a_chosen_member_of_a_contract_without_header_is_committed_as_it_is() -> None:
    caller, sink = caller_of_form(**{NO_HEADER: "none", WIDTHS: [3, 9, 5, 7, 5, 19]}), io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("read me.txt", "The current products.\n")
        archive.writestr("products.txt", IN_WIDTHS)
    upload_id = uploaded(caller, sink.getvalue(), "export.zip", "products")
    assert counts(checked(caller, upload_id, {"dataset": "products", "part": "products.txt"})) == (8, 0, 0)
    key = caller.call("POST", f"/v1/uploads/{upload_id}/commit").json["key"]
    assert caller.lake.objects.contents("raw")[key] == IN_WIDTHS


def test_an_edited_cell_of_a_file_without_header_stays_in_the_contracts_order() -> None:
    caller = caller_of_form(**{NO_HEADER: "none"})
    upload_id = uploaded(caller, IN_CELLS, "products.txt", "products")
    edits = {"dataset": "products", "cells": [{"row": 1, "column": "column_2", "text": "Citybike"}]}
    assert counts(checked(caller, upload_id, edits)) == (8, 0, 0)
    key = caller.call("POST", f"/v1/uploads/{upload_id}/commit").json["key"]
    assert caller.lake.objects.contents("raw")[key].splitlines()[0].startswith(b"A01,Citybike,Bikes,1.50,")


def test_values_in_declared_widths_are_not_edited() -> None:
    """The edited file is CSV, which the gate would cut by the widths."""
    caller = caller_of_form(**{NO_HEADER: "none", WIDTHS: [3, 9, 5, 7, 5, 19]})
    upload_id = uploaded(caller, IN_WIDTHS, "products.txt", "products")
    edits = {"dataset": "products", "cells": [{"row": 1, "column": "column_2", "text": "Citybike"}]}
    answer = checked(caller, upload_id, edits).json
    assert "columns of declared widths" in answer["error"]["message"]


@pytest.mark.parametrize(
    ("edits", "prices"),
    [
        ({"steps": [{"kind": "default", "column": "list_price", "text": "5.5"}]}, ["1.276", "5.5"]),
        ({"steps": [{"kind": "default", "column": "list_price", "text": "5,5"}]}, ["1.276", "5.5"]),
        (
            {
                "steps": [
                    {"kind": "map", "column": "list_price", "values": {"1.276": "1.277"}},
                    {"kind": "default", "column": "list_price", "text": "7"},
                ]
            },
            ["1.277", "7"],
        ),
        (
            {
                "cells": [
                    {"row": 1, "column": "list_price", "text": "1.277"},
                    {"row": 2, "column": "list_price", "text": "1.278"},
                ]
            },
            ["1.277", "1.278"],
        ),
        (
            {
                "cells": [
                    {"row": 1, "column": "list_price", "text": "1,277"},
                    {"row": 2, "column": "list_price", "text": "8"},
                ]
            },
            ["1.277", "8"],
        ),
    ],
)
@pytest.mark.parametrize("price", ["list_price", "list price"])
@pytest.mark.parametrize("written", [workbook_of, lambda rows: json.dumps(rows).encode()])
def test_a_number_cell_keeps_its_value_in_an_edited_column(
    written: Callable[[list[dict[str, object]]], bytes],
    price: str,
    edits: dict[str, Any],
    prices: list[str],
) -> None:
    """A step on the column, a typed cell, or a column that only its alias names multiplied it by 1000."""
    products = REGISTRY.source["products"]
    comma = replace(products.column("list_price"), format=SourceFormat(decimal=",", thousands="."))
    columns = tuple(comma if column.name == "list_price" else column for column in products.columns)
    source = {**REGISTRY.source, "products": replace(products, columns=columns)}
    caller = Caller(MemoryLake(contracts=replace(REGISTRY, source=source)), ("uploader",))
    row = {"product_id": "A1", "product_name": "Bike", "category": "Bikes", price: 1.276}
    row |= {"is_active": True, "updated_at": "2026-01-02 03:00:00"}
    content = written([row, {**row, "product_id": "A2", price: None}])
    upload_id = uploaded(caller, content, "prices.data", "products")
    own = json.loads(json.dumps(edits).replace('"list_price"', json.dumps(price)))
    own |= {"dataset": "products", "part": checked(caller, upload_id).json["part"]}
    assert counts(checked(caller, upload_id, own)) == (2, 0, 0)
    key = caller.call("POST", f"/v1/uploads/{upload_id}/commit").json["key"]
    accepted = caller.lake.receive(key).curated_key
    stored = caller.lake.objects.contents("curated")[accepted]
    read = pq.read_table(io.BytesIO(stored)).column("list_price").to_pylist()
    assert read == [Decimal(each) for each in prices]
