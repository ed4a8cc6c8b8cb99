"""A dataset that a person creates without a column of its file never has the column's values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate.intake.files.replace_original import replace_later, replaceable
from headgate.lake.states import Originals
from tests.unit.api.files.test_edited_uploads import (
    checked,
    committed_as_edited,
    created,
    increments_of,
    uploader,
)
from tests.unit.api.files.test_uploads import uploaded
from tests.unit.api.lakes import Caller, MemoryLake

pytestmark = pytest.mark.unit

ADDRESS = "203.0.113.7"


def visits(first: int) -> bytes:
    rows = "".join(f"V{first + place};{ADDRESS};{place % 5}\n" for place in range(30))
    return f"visit;IPAddress;score\n{rows}".encode()


def without(document: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """The contract as the console sends it after `Leave this column out`; names: drafted → in the file."""
    (table,) = document["schema"]
    others = [each for each in table.get("customProperties", []) if each["property"] != "headgate.aliases"]
    left_out = {"property": "headgate.leftOut", "value": [*names.values()]}
    properties = [each for each in table["properties"] if each["name"] not in names]
    return {
        **document,
        "schema": [{**table, "properties": properties, "customProperties": [*others, left_out]}],
    }


CARD, CODE, SSN = "4111111111111111", "917", "219-09-9999"
HIDDEN = {"cvv": "CVV", "card_number": "Card number", "ssn": "SSN"}
BOXES = ("box", "CVV", "Card number", "SSN", "pieces")


def boxes(first: int, names: tuple[str, ...] = BOXES) -> bytes:
    """Rows of boxes whose columns are in this order."""
    rows = (
        {"box": f"B{place}", "CVV": CODE, "Card number": CARD, "SSN": SSN, "pieces": str(place % 5)}
        for place in range(first, first + 30)
    )
    lines = (";".join(row.get(name, "x") for name in names) for row in rows)
    return "\n".join([";".join(names), *lines, ""]).encode()


def masking_uploader() -> Caller:
    return Caller(MemoryLake(originals=Originals.MASK), ("uploader",))


def boxes_created(caller: Caller) -> str:
    """The id of the first upload of boxes, of a dataset without their numbers."""
    upload_id = uploaded(caller, boxes(100), "boxes.csv", "")
    draft = checked(caller, upload_id).json["draft"]
    assert [each["column"] for each in draft["for_deployment"]["columns"]] == [*HIDDEN]
    assert created(caller, without(draft["document"], HIDDEN)).json["is_in_use"]
    return upload_id


def hidden_in(caller: Caller, *zones: str) -> list[tuple[str, str]]:
    """Objects with a value of a column that was left out."""
    return [
        (key, value)
        for zone in zones
        for key, body in caller.lake.objects.contents(zone).items()
        for value in (CARD, SSN, f";{CODE};", f",{CODE},")
        if value.encode() in body
    ]


def test_a_column_that_is_left_out_of_a_new_dataset_stays_out_of_every_file() -> None:
    caller = uploader()
    upload_id = uploaded(caller, visits(100), "visits.csv", "")
    draft = checked(caller, upload_id).json["draft"]
    assert [each["column"] for each in draft["for_deployment"]["columns"]] == ["ipaddress"]
    stored = created(caller, without(draft["document"], {"ipaddress": "IPAddress"})).json
    assert (stored["is_in_use"], stored["needs_deployment"]) == (True, [])
    columns = {"visit": "visit", "IPAddress": None, "score": "score"}
    first, _ = committed_as_edited(caller, upload_id, {"dataset": "visits", "columns": columns})
    second = caller.lake.receive("visits/next.csv", visits(200))
    for record in (first, second):
        assert (record.state.value, record.dataset) == ("done", "visits")
        (key,) = increments_of(caller, record)
        assert ADDRESS.encode() not in caller.lake.objects.contents("curated")[key]


FIELDS = {"box": "box", "CVV": None, "Card number": None, "SSN": None, "pieces": "pieces"}


@pytest.mark.parametrize("steps", [[], [{"kind": "map", "column": "pieces", "values": {"4": "9"}}]])
def test_card_data_of_a_column_that_is_left_out_does_not_stay_in_raw(steps: list[dict[str, Any]]) -> None:
    caller = masking_uploader()
    edits = {"dataset": "boxes", "columns": FIELDS, "steps": steps}
    first, _ = committed_as_edited(caller, boxes_created(caller), edits)
    assert (first.state.value, first.accepted) == ("done", 30)
    # An edited file is written without the columns.
    assert first.original.get("form") == (None if steps else "masked")
    assert hidden_in(caller, "raw", "curated", "quarantine") == []


def test_a_later_file_of_another_source_has_the_columns_left_out_as_well() -> None:
    caller = masking_uploader()
    boxes_created(caller)
    other_order = ("pieces", "box", "SSN", "Card number", "CVV")
    for key in ("boxes/next.csv", "boxes/other/more.csv"):
        record = caller.lake.receive(key, boxes(200 if "next" in key else 300, other_order))
        assert (record.state.value, record.dataset, record.accepted) == ("done", "boxes", 30)
    assert hidden_in(caller, "raw", "curated", "quarantine") == []


def test_an_original_from_before_the_policy_is_replaced_later() -> None:
    lake = (caller := uploader()).lake
    boxes_created(caller)
    lake.receive("boxes/next.csv", boxes(200))
    assert hidden_in(caller, "raw")
    masking = lake.gate_ports, replace(lake.gate_rules, originals=Originals.MASK)
    (due,) = replaceable(lake.objects, lake.ledger.records(), lake.contracts.source)
    assert replace_later(*masking, due.file_id).original["form"] == "masked"
    assert hidden_in(caller, "raw") == []


def test_another_new_column_of_a_later_file_is_not_ignored_with_those_that_were_left_out() -> None:
    caller = uploader()
    upload_id = uploaded(caller, visits(100), "visits.csv", "")
    document = checked(caller, upload_id).json["draft"]["document"]
    created(caller, without(document, {"ipaddress": "IPAddress"}))
    body = visits(200).replace(b";score\n", b";score;note\n")
    body = body.replace(b"\n", b";good\n").replace(b";note;good\n", b";note\n")
    record = caller.lake.receive("visits/next.csv", body)
    (table,) = document["schema"]
    assert {"property": "headgate.newColumns", "value": "keep_as_text"} in table["customProperties"]
    assert (record.state.value, [*record.new_columns]) == ("done", ["note"])
    assert ADDRESS.encode() not in caller.lake.objects.contents("curated")[record.curated_key]


def test_card_numbers_in_a_column_with_a_neutral_name_do_not_stay_in_raw() -> None:
    caller = masking_uploader()
    upload_id = uploaded(caller, visits(100).replace(ADDRESS.encode(), CARD.encode()), "visits.csv", "")
    document = checked(caller, upload_id).json["draft"]["document"]
    document = without(document, {"ipaddress": "IPAddress"})
    document["schema"][0]["customProperties"] = []
    assert created(caller, document).json["is_in_use"]
    columns = {"visit": "visit", "IPAddress": None, "score": "score"}
    record, _ = committed_as_edited(caller, upload_id, {"dataset": "visits", "columns": columns})
    assert record.state.value == "done"
    assert hidden_in(caller, "raw", "curated") == []


def test_columns_that_came_with_a_later_file_are_named_before_and_after_the_commit() -> None:
    """Two new columns of a second file were kept as text in the lake, and no page said so."""
    caller = uploader()
    first = uploaded(caller, b"visit;score\nV1;1\nV2;2\nV3;3\n", "visits.csv", "")
    document = checked(caller, first).json["draft"]["document"]
    (table,) = document["schema"]
    kept = {"property": "headgate.newColumns", "value": "keep_as_text"}
    own = [each for each in table.get("customProperties", []) if each["property"] != kept["property"]]
    created(caller, {**document, "schema": [{**table, "customProperties": [*own, kept]}]})
    body = b"visit;score;followUp_due;followUp_kind\nV4;1;2025-01-02;call\nV5;2;;\n"
    answer = checked(caller, later := uploaded(caller, body, "visits-2.csv", "visits")).json
    assert answer["kept_columns"] == ["followUp_due", "followUp_kind"]
    committed = caller.call("POST", f"/v1/uploads/{later}/commit").json
    record = caller.lake.receive(committed["key"])
    shown = caller.call("GET", f"/v1/files/{record.file_id}").json
    assert shown["kept_columns"] == ["followUp_due", "followUp_kind"]
