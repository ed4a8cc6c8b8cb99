"""A file of nested records is several tables: each part has a dataset and a key that nobody invents."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headgate.errors import UnreadableFileError
from headgate.formats.json.json_records import read_records
from headgate.formats.json.record_lists import RecordPlace
from headgate.lake.ports import ObjectRef
from headgate.values.parquet_tables import table_of
from tests.unit.api.files.test_edited_files import check, commit, edit, opened
from tests.unit.api.files.test_edited_uploads import checked, created, uploader
from tests.unit.api.files.test_uploads import uploaded

pytestmark = pytest.mark.unit

KEY = "inbox/bestellungen.json"
ORDERS = [
    {
        "orderId": f"W-{number}",
        "placedAt": f"2026-10-{number:02}T08:30:00Z",
        "status": "completed",
        "customer": {"id": 4000 + number, "country": country},
        "items": [
            {"sku": f"ADV-{place}", "title": "Helm", "qty": place, "price": 59.9 + place}
            for place in range(1, number % 3 + 2)
        ],
    }
    for number, country in enumerate(["Deutschland", "Austria", "CHE", "FR", "Niederlande"] * 3, 1)
]
BODY = json.dumps(ORDERS).encode()
LINES = sum(len(order["items"]) for order in ORDERS)  # type: ignore[misc,arg-type]  # a list
MOMENT = {"kind": "default", "column": "updated_at", "text": "2026-11-01 00:00:00"}
NO_NOTES = {"kind": "default", "column": "notes", "text": ""}


def test_each_part_is_proposed_as_the_dataset_that_the_matcher_finds() -> None:
    caller, path = opened(BODY, key=KEY)
    assert edit(caller, path, {}).status == 200
    result, _ = check(caller, path)
    assert (result["part"], result["part_rows"]) == ("$", {"$": len(ORDERS), "items": LINES})
    assert "orders" in {result["dataset"], result["likely_dataset"]}
    assert result["part_datasets"] == {"items": "order_items"}
    assert edit(caller, path, {}, part="items").status == 200
    result, _ = check(caller, path)
    assert (result["mapping"]["dataset"], result["likely_dataset"]) == ("order_items", "")
    assert edit(caller, path, {}, part="items", no_dataset=True).status == 200
    assert check(caller, path)[0]["likely_dataset"] == "order_items"


def test_lists_beside_each_other_are_proposed_as_their_datasets() -> None:
    """The receipt of one of them offers the next one; a list of no dataset is left out."""
    articles = [{"product_id": f"P{n}", "product_name": "Helm", "category": "bags"} for n in (1, 2)]
    body = json.dumps({"orders": ORDERS, "articles": articles, "log": [{"at": "2026-10-01"}]}).encode()
    caller, path = opened(body, key="inbox/export.json")
    edit(caller, path, {})
    result, _ = check(caller, path)
    assert result["part_datasets"] == {
        "orders": "orders",
        "orders.items": "order_items",
        "articles": "products",
    }


def test_a_list_of_no_dataset_is_drafted_as_one_of_its_own() -> None:
    """It has the columns of the records around, and is not taken for them once they have a dataset."""
    meters = [
        {
            "meter": f"M{n}",
            "place": f"Hall {n}",
            "readings": [{"hour": h, "kwh": h + n} for h in range(n % 3 + 1)],
        }
        for n in range(1, 13)
    ]
    caller, body = uploader(), json.dumps({"data": meters}).encode()
    upload_id = uploaded(caller, body, "meters.json", "")
    assert created(caller, checked(caller, upload_id).json["draft"]["document"]).json["is_in_use"]
    assert checked(caller, upload_id, {"part": "data"}).json["dataset"] == "meters"
    of_list = checked(caller, upload_id, {"part": "data.readings"}).json
    assert (of_list["outcome"], of_list["mapping"], of_list["draft"]["dataset"]) == (
        "profiled",
        None,
        "meters_readings",
    )
    assert created(caller, of_list["draft"]["document"]).json["is_in_use"]
    again = uploaded(caller, json.dumps({"data": meters[1:]}).encode(), "meters_2.json", "")
    result = checked(caller, again).json
    assert result["part_datasets"] == {"data": "meters", "data.readings": "meters_readings"}
    result = checked(caller, again, {"part": "data.readings"}).json
    assert (result["dataset"], result["quarantined"]) == ("meters_readings", 0)


def loans(**of_copy: object) -> bytes:
    """Loans of a Polish library: the same book may be lent again, and two copies of it in one loan."""
    lent = [
        {
            "nr_wypożyczenia": f"W/{number:05}/26",
            "wypożyczono": f"2026-02-{number % 28 + 1:02}T09:54:00+01:00",
            "kara": number * 1.1,
            "zwrócono": number % 2 == 0,
            "egzemplarze": [
                {"isbn": f"{9788932880000 + 7 * number + place}", "dni": 14, **of_copy}
                for place in range(number % 3 + 1)
            ],
        }
        for number in range(1, 61)
    ]
    return json.dumps({"wypożyczenia": lent}).encode()


def draft_of_list(body: bytes, part: str) -> tuple[list[str], dict[str, Any]]:
    """The drafted key of a list in records, and its draft."""
    caller = uploader()
    draft = checked(caller, uploaded(caller, body, "lista.json", ""), {"part": part}).json["draft"]
    columns = draft["document"]["schema"][0]["properties"]
    keyed = {each["primaryKeyPosition"]: each["name"] for each in columns if each.get("primaryKey")}
    return [keyed[position] for position in sorted(keyed)], draft


def test_the_key_of_a_list_is_that_of_its_record_and_the_place_although_a_value_is_unique_by_chance() -> None:
    """The isbn of a lent book was the key: the next loan of the book replaced the first one."""
    key, draft = draft_of_list(loans(), "wypożyczenia.egzemplarze")
    assert {*key} == {"wypozyczenia_nr_wypozyczenia", "egzemplarze_position"}
    assert draft["repeated_columns"] == ["wypozyczenia_kara", "wypozyczenia_zwrocono"]
    assert {note["column"]: note["message"] for note in draft["notes"] if note["decides"]} == {
        "egzemplarze_position": "is only a place in a list: rows of a later file replace these rows wherever "
        "they have the same place",
        "wypozyczenia_nr_wypozyczenia": "is in the key only because it identifies the record around each row "
        "in this file: of two rows with one value and place the newer is kept",
    }


@pytest.mark.parametrize(("own", "values"), [("alarm_id", "A-{}"), ("at", "2026-11-20T{:02}:00:00Z")])
def test_an_id_or_time_that_is_unique_in_its_record_is_in_the_key_before_the_place(
    own: str, values: str
) -> None:
    """The places of the next file of a machine begin with 1 again."""
    machines = [
        {"machine": f"M-{n:02}", "alarms": [{own: values.format(hour), "kwh": 3.5 + n} for hour in range(9)]}
        for n in range(1, 13)
    ]
    key, _ = draft_of_list(json.dumps(machines).encode(), "alarms")
    assert {*key} == {"parent_machine", own}


def test_a_list_in_a_list_in_records_has_the_key_of_both() -> None:
    orders = [
        {
            "order_id": f"O-{n:03}",
            "boxes": [
                {"weight": n + 0.5, "items": [{"title": f"T{place % 2}"} for place in range(n % 4 + 1)]}
                for _ in range(n % 2 + 1)
            ],
        }
        for n in range(60)
    ]
    key, _ = draft_of_list(json.dumps({"orders": orders}).encode(), "orders.boxes.items")
    assert {*key} == {"orders_order_id", "boxes_position", "items_position"}


def test_values_of_the_records_around_a_list_are_left_out_at_first_but_for_their_keys_and_times() -> None:
    """A mean over the readings counted the yield of a batch once for each reading."""
    batches = [
        {
            "batch_id": f"B{n}",
            "started_at": f"2026-11-{n % 28 + 1:02}T0{n % 9}:00:00Z",
            "vessel": {"id": f"V{n % 3}", "volume_l": 500},
            "yield_kg": n + 0.5,
            "readings": [{"at": f"2026-11-{n % 28 + 1:02}T1{m}:00:00Z", "ph": 5.2} for m in range(3)],
        }
        for n in range(20)
    ]
    body = json.dumps({"plant": "Ghent", "exported_at": "2026-11-29", "batches": batches}).encode()
    caller = uploader()
    upload_id = uploaded(caller, body, "fermenter.json", "")
    whole = checked(caller, upload_id).json
    assert (whole["draft"]["repeated_columns"], whole["beside_list"]) == ([], [])
    assert whole["draft"]["beside_columns"] == ["plant", "exported_at"]
    of_list = checked(caller, upload_id, {"part": "batches.readings"}).json
    assert of_list["draft"]["repeated_columns"] == ["batches_vessel_volume_l", "batches_yield_kg"]
    assert of_list["beside_list"] == ["plant", "exported_at"]


def berths(month: int, **beside: object) -> bytes:
    calls = [
        {
            "call_id": f"BC-{month}{n:02}",
            "arrived_at": f"2026-0{month}-{n % 28 + 1:02}T05:00:00Z",
            "tonnes": n + 0.5,
            "quay": f"Q{n % 4}",
        }
        for n in range(30)
    ]
    return json.dumps(
        {"port": "Skagvik", "generated": "2026-10-02T06:00:00Z", **beside, "calls": calls}
    ).encode()


def without_columns(document: dict[str, Any], *left_out: str) -> dict[str, Any]:
    """The document of a draft as the console writes it, without columns that a person left out."""
    (table,) = document["schema"]
    beside = [each for each in table["customProperties"] if each["property"] == "headgate.besideRecords"]
    beside[0]["value"] = [name for name in beside[0]["value"] if name not in left_out]
    table["properties"] = [column for column in table["properties"] if column["name"] not in left_out]
    return document


def test_a_value_beside_a_list_is_a_column_of_each_row_once_a_person_takes_it_in() -> None:
    """Berth calls of a harbour, whose port is at the top of the file."""
    caller = uploader()
    upload_id = uploaded(caller, berths(8), "berth_calls.json", "")
    draft = checked(caller, upload_id).json["draft"]
    assert draft["beside_columns"] == ["port", "generated"]
    names = [column["name"] for column in draft["document"]["schema"][0]["properties"]]
    properties = draft["document"]["schema"][0]["customProperties"]
    assert {"property": "headgate.eventTime", "value": "generated"} not in properties
    document = without_columns(draft["document"], "generated")
    assert created(caller, document).json["is_in_use"]
    fields = {name: None if name == "generated" else name for name in names}
    edits = {"dataset": draft["dataset"], "part": "calls", "columns": fields}
    result = checked(caller, upload_id, edits)
    assert (result.json["accepted"], result.json["quarantined"]) == (30, 0)
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=result.headers["ETag"]).json
    record = caller.lake.receive(committed["key"])
    increment = caller.lake.objects.read(ObjectRef("curated", record.curated_key))
    assert set(table_of(increment).column("port").to_pylist()) == {"Skagvik"}
    following = checked(caller, uploaded(caller, berths(9, port="Bremvik"), "berth_calls_9.json", "")).json
    assert (following["dataset"], following["accepted"]) == (draft["dataset"], 30)
    assert "port" in following["grid"]["columns"]
    assert "generated" not in following["grid"]["columns"]
    assert following["beside_list"] == ["generated"]


def test_a_decision_about_a_value_beside_a_list_is_remembered_with_those_about_its_columns() -> None:
    """The next file has no column of this name before its dataset is chosen by the nearest header."""
    caller = uploader()
    upload_id = uploaded(caller, berths(8), "berth_calls.json", "")
    draft = checked(caller, upload_id).json["draft"]
    document = without_columns(draft["document"], "generated")
    assert created(caller, document).json["is_in_use"]
    fields = {column["name"]: column["name"] for column in document["schema"][0]["properties"]}
    result = checked(caller, upload_id, {"dataset": draft["dataset"], "part": "calls", "columns": fields})
    caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=result.headers["ETag"])
    following = checked(caller, uploaded(caller, berths(9, port="Bremvik"), "berth_calls_9.json", "")).json
    assert following["is_remembered"]
    assert following["edits"]["columns"] == fields
    assert following["accepted"] == 30


def test_the_gate_takes_the_stated_values_beside_a_list_of_a_file_that_nobody_opens() -> None:
    caller = uploader()
    draft = checked(caller, uploaded(caller, berths(8), "berth_calls.json", "")).json["draft"]
    assert created(caller, without_columns(draft["document"], "generated")).json["is_in_use"]
    record = caller.lake.receive(f"{draft['dataset']}/dropped.json", berths(9, port="Bremvik"))
    assert (record.accepted, record.quarantined) == (30, 0)
    increment = caller.lake.objects.read(ObjectRef("curated", record.curated_key))
    assert set(table_of(increment).column("port").to_pylist()) == {"Bremvik"}


def test_a_dataset_without_values_beside_its_list_asks_nothing_about_them() -> None:
    caller = uploader()
    draft = checked(caller, uploaded(caller, berths(8), "berth_calls.json", "")).json["draft"]
    assert created(caller, without_columns(draft["document"], "port", "generated")).json["is_in_use"]
    following = checked(caller, uploaded(caller, berths(9), "berth_calls_9.json", "")).json
    assert (following["dataset"], following["accepted"]) == (draft["dataset"], 30)
    assert following["beside_list"] == ["port", "generated"]
    assert not {"port", "generated"} & {*following["grid"]["columns"]}


def test_a_list_is_shown_by_its_size_and_names_the_part_that_has_its_records() -> None:
    """It was shown as dots, like a password."""
    body = json.dumps({"export": [{**order, "tags": ["new", "gift"]} for order in ORDERS]}).encode()
    for sent, whole, own in (
        (BODY, "$", "items"),
        (body, "export", "export \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} items"),
    ):
        caller, path = opened(sent, key=KEY)
        edit(caller, path, {}, part=whole, dataset="orders")
        columns = check(caller, path)[0]["grid"]["columns"]
        (row,) = caller.call("GET", f"{path}/rows?limit=1").json["rows"]
        cells = dict(zip(columns, row["cells"], strict=True))
        assert cells["items"] == f"{len(ORDERS[0]['items'])} records, see {own}"  # type: ignore[arg-type]  # a list
    assert cells["tags"] == "[…]"


@pytest.mark.parametrize("items", [3, "3", True, 1.5, "x", {"a": 1}, [1, 2], None])
def test_a_record_without_a_list_is_a_row_of_a_file_whose_other_records_have_lists(items: object) -> None:
    """A number for the list of a record ended the check with an error of the server."""
    body = json.dumps([*ORDERS, {**ORDERS[0], "items": items}]).encode()
    caller, path = opened(body, key=KEY)
    edit(caller, path, {})
    result, _ = check(caller, path)
    assert (result["part"], result["grid"]["rows"]) == ("$", len(ORDERS) + 1)
    rows = caller.call("GET", f"{path}/rows?limit=99").json["rows"]
    assert rows[0]["cells"][result["grid"]["columns"].index("items")] == "2 records, see items"


def test_a_list_with_entries_that_are_no_records_is_refused_and_the_other_lists_are_proposed() -> None:
    articles = [{"product_id": f"P{n}", "product_name": "Helm", "category": "bags"} for n in (1, 2)]
    orders = [*ORDERS, {**ORDERS[0], "items": [1, 2]}]
    caller, path = opened(json.dumps({"orders": orders, "articles": articles}).encode(), key=KEY)
    edit(caller, path, {})
    result, _ = check(caller, path)
    assert result["part_datasets"] == {"orders": "orders", "articles": "products"}
    edit(caller, path, {}, part="orders.items")
    result, _ = check(caller, path)
    assert (result["state"], result["outcome"], result["error"]["rule"]) == (
        "checked",
        "rejected",
        "not_a_table",
    )
    with pytest.raises(UnreadableFileError, match="the list items has an entry that is no record"):
        read_records(json.dumps(orders).encode(), place=RecordPlace("items"))


def test_a_list_with_the_name_of_a_dataset_is_proposed_as_it_and_shown_in_the_order_of_the_file() -> None:
    """As in the file of a web shop, whose key is `id` and of which two columns have names of the dataset."""
    record = {"id": "W-1", "createdAt": "2010-11-01", "status": "paid", "customer": {"id": "C-0"}, "total": 3}
    for name, proposed in (("orders", "orders"), ("entries", "")):
        body = json.dumps({name: [record, {**record, "id": "W-2"}]}).encode()
        caller, path = opened(body, key=f"inbox/{name}.json")
        edit(caller, path, {})
        result, _ = check(caller, path)
        assert (result["part"], result["likely_dataset"]) == (name, proposed)
        grid = result["grid"]
        in_file = [grid["columns"][place] for place in grid["file_order"]]
        assert in_file == ["id", "createdAt", "status", "customer_id", "total"]


def test_the_time_of_an_order_is_never_the_time_of_its_last_change_and_a_list_is_no_field() -> None:
    caller, path = opened(BODY, key=KEY)
    for part, dataset, placed in (("$", "orders", "placedAt"), ("items", "order_items", "parent_placedAt")):
        edit(caller, path, {}, part=part, dataset=dataset)
        columns = {each["column"]: each["field"] for each in check(caller, path)[0]["mapping"]["columns"]}
        assert columns[placed] == ("ordered_at" if part == "$" else "")
        assert not columns.get("items")


def test_lines_get_a_key_of_the_record_around_and_their_position() -> None:
    caller, path = opened(BODY, key=KEY)
    edit(caller, path, {}, part="items", dataset="order_items")
    result, _ = check(caller, path)
    (key,) = result["proposed_steps"]
    assert key["field"] == "order_item_id"
    assert key["step"]["into"] == ["parent_orderId", "items_position"]
    (is_key,) = [field["name"] for field in result["mapping"]["fields"] if field["is_key"]]
    assert is_key == "order_item_id"
    fields = {each["column"]: each["field"] or None for each in result["mapping"]["columns"]}
    fields |= {"order_item_id": "order_item_id", "updated_at": "updated_at"}
    edit(caller, path, fields, part="items", dataset="order_items", steps=[key["step"], MOMENT])
    result, etag = check(caller, path)
    assert (result["accepted"], result["duplicates"], result["proposed_steps"]) == (LINES, 0, [])
    file_id = commit(caller, path, etag).json["file_id"]
    record = caller.lake.receive(KEY)
    assert (record.file_id, record.accepted) == (file_id, LINES)


def test_countries_become_codes_in_a_step_that_a_person_takes() -> None:
    caller, path = opened(BODY, key=KEY)
    edit(caller, path, {}, part="$", dataset="orders")
    result, _ = check(caller, path)
    columns = {each["column"]: each["field"] or None for each in result["mapping"]["columns"]}
    assert columns["customer_country"] == "region_id"
    (country,) = result["proposed_steps"]
    assert (country["field"], country["step"]["kind"], country["step"]["text"]) == (
        "region_id",
        "country",
        "alpha-2",
    )
    fields = columns | {"notes": "notes", "updated_at": "updated_at"}
    made = [NO_NOTES, MOMENT]
    edit(caller, path, fields, part="$", dataset="orders", steps=made)
    assert check(caller, path)[0]["reasons"][0]["rule"] == "max_length"  # Deutschland is no code
    edit(caller, path, fields, part="$", dataset="orders", steps=[*made, country["step"]])
    assert check(caller, path)[0]["accepted"] == len(ORDERS)


def test_content_that_the_lake_has_is_named_before_its_commit() -> None:
    caller, path = opened(BODY, key=KEY)
    edit(caller, path, {}, part="$", dataset="orders")
    mapping = check(caller, path)[0]["mapping"]["columns"]
    fields = {each["column"]: each["field"] or None for each in mapping}
    fields |= {"notes": "notes", "updated_at": "updated_at"}
    country = {"kind": "country", "column": "customer_country", "text": "alpha-2"}
    decided = {"part": "$", "dataset": "orders", "steps": [NO_NOTES, MOMENT, country]}
    edit(caller, path, fields, **decided)
    result, etag = check(caller, path)
    assert result["duplicate_of"] == ""
    commit(caller, path, etag)
    accepted = caller.lake.receive(KEY)
    _, again = opened(BODY, caller.lake, "inbox/noch-einmal.json")
    edit(caller, again, fields, **decided)
    result, _ = check(caller, again)
    assert (result["duplicate_of"], result["duplicate_key"]) == (accepted.file_id, accepted.key)
    assert result["duplicate_since"] == accepted.finished_at


SALES = [
    f"K9100{number:02};{4000 + number // 2};GB;2026-10-{number:02} 09:30:00;completed"
    for number in range(1, 21)
]


def proposed(header: str, rows: list[str]) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The suggested field of each column of a file of orders, and the proposed steps."""
    caller, path = opened("\n".join([header, *rows]).encode(), key="inbox/filiale.csv")
    edit(caller, path, {}, dataset="orders")
    result, _ = check(caller, path)
    fields = {each["column"]: each["field"] for each in result["mapping"]["columns"]}
    return fields, result["proposed_steps"]


def test_a_column_named_after_the_document_is_the_key_and_no_key_is_made() -> None:
    for name in ("Rechnung", "Beleg-Nr.", "Facture", "Document No"):
        fields, steps = proposed(f"{name};Kunde;Land;Bestellt am;Status", SALES)
        assert (fields[name], steps) == ("order_id", [])


def test_no_key_is_made_beside_a_column_that_differs_in_each_row() -> None:
    fields, steps = proposed("Kennzeichen X;Kunde;Land;Bestellt am;Status", SALES)
    assert (fields["Kennzeichen X"], steps) == ("", [])


def test_a_key_is_made_only_of_columns_that_identify_the_rows() -> None:
    """Two orders of one buyer in one country would get one key."""
    rows = [row.partition(";")[2] for row in SALES]
    assert proposed("Kunde;Land;Bestellt am;Status", rows)[1] == []
    own = [row.replace(f"{4000 + n // 2};", f"{4000 + n};") for n, row in enumerate(rows, 1)]
    _, (key,) = proposed("Kunde;Land;Bestellt am;Status", own)
    assert key["step"]["into"] == ["Kunde", "Land"]


def test_the_only_column_of_country_names_is_suggested_for_the_field_of_codes() -> None:
    names = ["Germany", "France", "United Kingdom"]
    orders = [
        {"number": f"W-{n}", "buyer": {"number": n, "origin": names[n % 3]}, "state": "completed"}
        for n in range(1, 16)
    ]
    caller, path = opened(json.dumps({"orders": orders}).encode(), key=KEY)
    edit(caller, path, {}, dataset="orders")
    result, _ = check(caller, path)
    (origin,) = [each for each in result["mapping"]["columns"] if each["column"] == "buyer_origin"]
    assert (origin["field"], origin["is_confident"]) == ("region_id", False)
    assert [each["step"]["kind"] for each in result["proposed_steps"]] == ["country"]


def test_of_two_columns_of_countries_a_person_chooses_one() -> None:
    names = ["Germany", "France", "United Kingdom"]
    rows = [f"W-{n};{names[n % 3]};{names[(n + 1) % 3]};completed" for n in range(1, 16)]
    fields, _ = proposed("Bestellnummer;Herkunft A;Herkunft B;Status", rows)
    assert (fields["Herkunft A"], fields["Herkunft B"]) == ("", "")


def test_lines_in_a_table_get_a_key_of_the_document_and_its_line() -> None:
    """A document may have two lines of one article, as in a sheet with the column Zeile."""
    lines = [
        f"K91{number // 3:02};{number % 3 + 1};85123{'AB'[number % 2]};{number};2.95" for number in range(30)
    ]
    caller, path = opened("\n".join(["Bestellnummer;Zeile;Artikelnummer;Menge;Preis", *lines]).encode())
    edit(caller, path, {}, dataset="order_items")
    (key,) = check(caller, path)[0]["proposed_steps"]
    assert (key["field"], key["step"]["into"]) == ("order_item_id", ["Bestellnummer", "Zeile"])


REPAIRS = [
    {
        "beleg": f"RT-{1000 + n}",
        "closed_at": f"2026-11-{n % 28 + 1:02} 14:{n % 60:02}:00",
        "machine": {"brand": "Faema", "serial": f"{n:05}-{n % 7}"},
        "parts": [{"spare": f"P{n * k % 40:03}", "pieces": k % 2 + 1} for k in range(1, n % 3 + 2)],
        "symptoms": ["leaks", "noise"][: n % 2 + 1],
    }
    for n in range(40)
]


def keys_of(document: dict[str, Any]) -> list[str]:
    (table,) = document["schema"]
    return [column["name"] for column in table["properties"] if column.get("primaryKey")]


def test_columns_of_lists_are_mapped_to_the_text_fields_of_their_names_in_the_next_file() -> None:
    """The second file of a structure had "Missing: parts" although the column had this name."""
    caller = uploader()
    first = uploaded(caller, json.dumps(REPAIRS[:30]).encode(), "repairs.json", "")
    assert created(caller, checked(caller, first).json["draft"]["document"]).json["is_in_use"]
    second = uploaded(caller, json.dumps(REPAIRS[30:]).encode(), "repairs_june.json", "")
    result = checked(caller, second).json
    fields = {each["column"]: each["field"] for each in result["mapping"]["columns"]}
    assert result["dataset"] == "repairs"
    assert fields == {name: name for name in fields}
    assert {"parts", "symptoms"} <= {*fields}


def test_the_first_column_of_the_file_that_identifies_a_row_is_the_key_and_that_of_its_lists() -> None:
    """The names of JSON are sorted for the gate, so `machine_serial` was before the number of the repair."""
    caller = uploader()
    upload_id = uploaded(caller, json.dumps(REPAIRS).encode(), "repairs.json", "")
    document = checked(caller, upload_id).json["draft"]["document"]
    assert keys_of(document) == ["beleg"]


def test_a_list_is_drafted_with_the_key_and_the_zone_of_the_dataset_around_it() -> None:
    """A person chose another key than the proposed one, and a zone for the times of the file."""
    caller = uploader()
    upload_id = uploaded(caller, json.dumps(REPAIRS).encode(), "repairs.json", "")
    document = checked(caller, upload_id).json["draft"]["document"]
    for column in document["schema"][0]["properties"]:
        for name in ("primaryKey", "primaryKeyPosition"):
            column.pop(name, None)
        if column["name"] == "machine_serial":
            column |= {"primaryKey": True, "primaryKeyPosition": 1}
        if column["name"] == "closed_at":
            column["logicalTypeOptions"] = {"defaultTimezone": "Europe/Berlin"}
    assert created(caller, document).json["is_in_use"]
    assert checked(caller, upload_id, {"dataset": "repairs", "part": "$"}).json["dataset"] == "repairs"
    draft = checked(caller, upload_id, {"part": "parts"}).json["draft"]
    assert sorted(keys_of(draft["document"])) == ["parent_machine_serial", "parts_position"]
    assert draft["zone_around"] == "Europe/Berlin"
    assert not [note for note in draft["notes"] if "parent_beleg" in note["column"].split(", ")]
