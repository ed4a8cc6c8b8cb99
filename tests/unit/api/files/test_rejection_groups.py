"""Rows to fix: the whole group of one reason, and the cells of rows of another width."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.api.files.test_edited_uploads import DECIDED, checked, uploaded, uploader
from tests.unit.api.lakes import PAYMENTS, Answer, Caller, MemoryLake, query

pytestmark = pytest.mark.unit

PRODUCTS = "product_id,product_name,category,list_price,is_active,updated_at"


def products(rows: int, broken: str) -> bytes:
    """A file of products of which every second row has the broken text as category, activity and price."""
    lines = [
        f"{number},Helm {number},{('', 'bags')[number % 2]},{number}.50,"
        f"{broken if number % 5 == 0 else 'true'},2026-01-02 03:04:05"
        for number in range(1, rows + 1)
    ]
    return "\n".join([PRODUCTS, *lines, ""]).encode()


def rejected(caller: Caller, file_id: str, **parameters: object) -> dict[str, Any]:
    answer = caller.call("GET", f"/v1/files/{file_id}/rejected-rows" + query(**parameters))
    assert answer.status == 200, answer.text
    return dict(answer.json)


def test_the_rows_of_one_reason_are_counted_and_read_whole() -> None:
    caller = uploader()
    file_id = caller.lake.receive("products/groups.csv", products(120, "maybe")).file_id
    first = rejected(caller, file_id, limit=10)
    groups = {(group["rule"], group["column"]): group for group in first["groups"]}
    kinds = {key: (group["rows"], group["waiting"], group["values"]) for key, group in groups.items()}
    assert kinds == {
        ("required", "category"): (60, 60, ["bags"]),
        ("type", "is_active"): (12, 12, ["true", "false"]),
    }
    of_group = rejected(caller, file_id, rule="type", group="is_active")
    assert (of_group["total"], len(of_group["rows"])) == (12, 12)
    assert rejected(caller, file_id, limit=10, cursor=first["next_cursor"])["groups"] == []


def test_one_value_corrects_all_rows_of_a_group_and_a_row_of_its_own_keeps_its_value() -> None:
    caller = uploader()
    file_id = caller.lake.receive("products/groups.csv", products(120, "maybe")).file_id
    rows = [{"source_row": 4, "values": {"category": "hats"}}]
    group = {"rule": "required", "column": "category", "value": "bags"}
    path = f"/v1/files/{file_id}/corrections"
    sent = caller.call("POST", path, {"rows": rows, "groups": [group]}).json
    assert sent["rows"] == 60
    lines = caller.lake.objects.contents("raw")[sent["key"]].decode().splitlines()
    assert [line.split(",")[2] for line in lines[1:3]] == ["bags", "hats"]
    record = caller.lake.receive(sent["key"])
    left = {group["column"]: group["waiting"] for group in rejected(caller, file_id)["groups"]}
    assert left == {"category": record.quarantined, "is_active": 12}
    again = caller.call("POST", path, {"groups": [{"rule": "no_rule", "column": "category", "value": "x"}]})
    assert (again.status, "No row is corrected" in again.text) == (422, True)


def test_no_value_for_all_rows_is_offered_for_keys_and_numbers_of_cards() -> None:
    caller = Caller(MemoryLake())
    file_id = caller.lake.receive("payments/today.csv", PAYMENTS).file_id
    assert all(group["values"] == [] for group in rejected(caller, file_id)["groups"])


def test_a_list_counts_rows_that_were_corrected_since_and_rows_of_an_unmapped_file() -> None:
    caller = Caller(MemoryLake())
    file_id = caller.lake.receive("payments/today.csv", PAYMENTS).file_id
    rows = [{"source_row": 3, "values": {"amount": "12.00"}}]
    sent = caller.call("POST", f"/v1/files/{file_id}/corrections", {"rows": rows}).json
    caller.lake.receive(sent["key"])
    caller.lake.receive("uploads/prijslijst.csv", b"artikel,prijs\n" + b"A1,3\n" * 40)
    listed = {file["file_id"]: file for file in caller.call("GET", "/v1/files").json["files"]}
    assert (listed[file_id]["quarantined"], listed[file_id]["corrected"]) == (2, 1)
    (unmapped,) = [file for file in listed.values() if file["key"] == "uploads/prijslijst.csv"]
    assert (unmapped["received"], unmapped["rows"]) == (0, 40)


def test_a_row_of_another_width_is_corrected_from_its_own_cells_and_the_values_of_all_rows() -> None:
    caller = uploader()
    body = b"Nr;Name;Gruppe;Preis;Lieferbar;Notiz\n" + b"\n".join(
        b"%d;Helm %d;Rad;%d,50;ja;x" % (number, number, number) for number in range(1, 9)
    )
    body += b"\n77;Schal;Mode;9,99;nein\n"
    columns = {
        "Nr": "product_id",
        "Name": "product_name",
        "Gruppe": "category",
        "Preis": "list_price",
        "Lieferbar": "is_active",
        "Notiz": None,
        "updated_at": "updated_at",
    }
    stamp = {"kind": "default", "column": "updated_at", "text": "2026-10-01 00:00:00"}
    edits = {"dataset": "products", "columns": columns, "formats": DECIDED["formats"], "steps": [stamp]}
    answer = checked(caller, upload_id := uploaded(caller, body), edits)
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit", If_Match=answer.headers["ETag"]).json
    caller.lake.receive(committed["key"])
    (row,) = rejected(caller, committed["file_id"])["rows"]
    cells = {
        "product_id": "77",
        "product_name": "Schal",
        "category": "Mode",
        "list_price": "9,99",
        "is_active": "false",
        "updated_at": "2026-10-01 00:00:00",
    }
    assert (row["rule"], row["cells"]) == ("ragged_row", cells)
    assert row["record"] == {"_raw": "77;Schal;Mode;9,99;nein"}
    correction = {"rows": [{"source_row": row["source_row"], "values": cells}]}
    sent = caller.call("POST", f"/v1/files/{committed['file_id']}/corrections", correction).json
    assert caller.lake.receive(sent["key"]).accepted == 1


def test_a_row_of_another_width_of_a_file_as_it_is_begins_with_its_own_cells() -> None:
    caller = uploader()
    file_id = caller.lake.receive("products/short.csv", products(8, "true") + b"77,Schal,Mode\n").file_id
    rows = {row["rule"]: row["cells"] for row in rejected(caller, file_id)["rows"]}
    assert rows["ragged_row"] == {"product_id": "77", "product_name": "Schal", "category": "Mode"}


def test_cells_of_a_row_whose_digits_are_hidden_are_not_offered() -> None:
    caller = Caller(MemoryLake())
    body = PAYMENTS.rstrip(b"\n") + b"\n9,A9,4111111111111111,cash\n"
    file_id = caller.lake.receive("payments/short.csv", body).file_id
    rows = [row for row in rejected(caller, file_id)["rows"] if row["rule"] == "ragged_row"]
    assert all(
        "#" not in text and not any(map(str.isdigit, text)) for row in rows for text in row["cells"].values()
    )
    assert "4111" not in str(rows)
    assert all(row["hidden_cells"]["payment_id"] == "#" for row in rows)


def ignored(caller: Caller, file_id: str, **asked: object) -> Answer:
    body = {"rule": "type", "column": "is_active", "is_ignored": True, **asked}
    return caller.call("PUT", f"/v1/files/{file_id}/ignored-rows", body)


def waiting(caller: Caller) -> dict[str, int]:
    """Return the rows that wait for a person by file, as Morning and the queue of files count them."""
    return {file["key"]: file["rows"] for file in caller.call("GET", "/v1/quarantine").json["waiting"]}


def test_ignored_rows_stay_in_quarantine_and_wait_no_more() -> None:
    caller = uploader()
    key = "products/groups.csv"
    file_id = caller.lake.receive(key, products(120, "maybe")).file_id
    assert waiting(caller) == {key: 72}
    for _ in range(2):  # repeating is safe
        groups = ignored(caller, file_id, note="test orders of 4111111111111111").json["groups"]
    (group,) = [group for group in groups if group["ignored"]]
    assert (group["column"], group["rows"], group["waiting"]) == ("is_active", 12, 0)
    assert (group["ignored"]["rows"], group["ignored"]["by"]) == (12, "ana")
    assert "4111111111111111" not in group["ignored"]["note"]
    assert waiting(caller) == {key: 60}
    detail = caller.call("GET", f"/v1/files/{file_id}").json
    assert (detail["quarantined"], detail["ignored"]) == (72, 12)
    assert rejected(caller, file_id, rule="type", group="is_active")["total"] == 12


def test_a_file_that_was_not_accepted_is_dismissed_with_a_reason_and_stays_in_raw() -> None:
    caller = uploader()
    record = caller.lake.receive("products/other.csv", b"foo,bar\n1,2\n")
    file_id, rule = record.file_id, record.error["rule"]
    asked = {"rule": rule, "column": ""}
    assert waiting(caller) == {"products/other.csv": 0}
    assert ignored(caller, file_id, **asked).status == 422
    for _ in range(2):  # repeating is safe
        assert ignored(caller, file_id, **asked, note="sent by mistake").status == 200
    assert (waiting(caller), caller.call("GET", "/v1/quarantine").json["lines"]) == ({}, [])
    detail = caller.call("GET", f"/v1/files/{file_id}").json
    assert (detail["state"], detail["ignored"]) == (record.state, 0)
    assert (detail["dismissed"]["by"], detail["dismissed"]["note"]) == ("ana", "sent by mistake")
    files = [check for check in caller.call("GET", "/v1/health").json["checks"] if check["name"] == "files"]
    assert files[0]["state"] == "healthy"
    assert caller.call("GET", "/v1/files").json["files"][0]["ignored"] == 0
    ignored(caller, file_id, **asked, is_ignored=False)
    assert caller.call("GET", f"/v1/files/{file_id}").json["dismissed"] is None
    assert waiting(caller) == {"products/other.csv": 0}


def test_ignored_rows_are_taken_back_and_wait_again() -> None:
    caller = uploader()
    file_id = caller.lake.receive("products/groups.csv", products(120, "maybe")).file_id
    ignored(caller, file_id)
    groups = ignored(caller, file_id, is_ignored=False).json["groups"]
    assert [group["ignored"] for group in groups] == [None, None]
    assert waiting(caller) == {"products/groups.csv": 72}


def test_rows_of_which_none_waits_are_not_ignored_and_a_viewer_ignores_none() -> None:
    caller = uploader()
    file_id = caller.lake.receive("products/groups.csv", products(120, "maybe")).file_id
    assert ignored(caller, file_id, rule="pattern").status == 409
    assert ignored(Caller(caller.lake, ("viewer",)), file_id).status == 403


def test_all_decimal_commas_of_a_column_are_corrected_by_one_format() -> None:
    prices = ["19,90", "1.781,70", "1,982.91", "auf Anfrage", "20.50"]
    lines = [f"P{n},Helm {n},bags,{price!r},true,2026-01-02 03:04:05" for n, price in enumerate(prices)]
    body = "\n".join([PRODUCTS, *lines, ""]).replace("'", '"').encode()
    caller = uploader()
    file_id = caller.lake.receive("products/commas.csv", body).file_id
    (group,) = rejected(caller, file_id)["groups"]
    comma = {"decimal": ",", "thousands": "."}
    points = {"decimal": ".", "thousands": ","}
    assert group["readings"] == [{"format": comma, "rows": 2}, {"format": points, "rows": 1}]
    path = f"/v1/files/{file_id}/corrections"
    groups = [{"rule": "type", "column": "list_price", "value": None, "format": comma}]
    sent = caller.call("POST", path, {"groups": groups}).json
    assert sent["rows"] == 2
    assert caller.lake.receive(sent["key"]).accepted == 2
    lines = caller.lake.objects.contents("raw")[sent["key"]].decode().splitlines()
    assert [float(line.split(",")[3]) for line in lines[1:]] == [19.9, 1781.7]
    (group,) = rejected(caller, file_id)["groups"]
    assert (group["waiting"], group["readings"]) == (2, [{"format": points, "rows": 1}])


LINES = b"""order_item_id,order_id,product_id,quantity,unit_price,updated_at
1,A1,P1,"1.200","2,50",2026-03-01 10:00:00
2,A1,P2,"1.300","3,50",2026-03-01 10:00:00
3,A1,P3,"1.400",auf Anfrage,2026-03-01 10:00:00
4,A1,P4,"1.500",,2026-03-01 10:00:00
5,A1,P5,2,"4,50",2026-03-01 10:00:00
"""


def test_a_format_reads_all_refused_numbers_of_a_row_and_counts_rows_that_become_right() -> None:
    """Rows whose second number was still refused came back with the same offer again and again."""
    caller = uploader()
    file_id = caller.lake.receive("order_items/march.csv", LINES).file_id
    groups = {group["column"]: group for group in rejected(caller, file_id)["groups"]}
    comma = {"decimal": ",", "thousands": "."}
    assert (groups["quantity"]["waiting"], groups["quantity"]["readings"]) == (
        4,
        [{"format": comma, "rows": 2}],
    )
    path = f"/v1/files/{file_id}/corrections"
    group = {"rule": "type", "column": "quantity", "value": None, "format": comma}
    price = {"source_row": 4, "values": {"unit_price": "9.90"}}
    sent = caller.call("POST", path, {"rows": [price], "groups": [group]}).json
    assert sent["rows"] == 3, "the rows that it reads whole, and the one whose other value was typed"
    assert caller.lake.receive(sent["key"]).accepted == 3
    lines = caller.lake.objects.contents("raw")[sent["key"]].decode().splitlines()
    assert [line.split(",")[4:6] for line in lines[1:]] == [
        ["1200", "2.5000"],
        ["1300", "3.5000"],
        ["1500", "9.90"],
    ]
