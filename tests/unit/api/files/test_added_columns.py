"""A column that a later file has becomes a column of the dataset that a person created."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from headgate.contracts.odcs_reader import parse
from tests.unit.api.files.test_edited_uploads import (
    checked,
    committed_as_edited,
    created,
    rival_of,
    uploader,
)
from tests.unit.api.files.test_uploads import uploaded

if TYPE_CHECKING:
    from headgate.contracts.model import Contract
    from tests.unit.api.lakes import Answer, Caller

pytestmark = pytest.mark.unit

FIRST = b"visit;score\nV1;1\nV2;2\nV3;3\n"
LATER = "visit;score;Farbe;Größe (cm);Geplant am\nV4;1;rot;12,5;31.12.2026\nV5;2;;7,25;01.02.2026\n".encode()
NEW = ("Farbe", "Größe (cm)", "Geplant am")
KNOWN = {"visit": "visit", "score": "score"}


def with_dataset(left_out: dict[str, Any] | None = None) -> Caller:
    """A caller who created the dataset of visits."""
    caller = uploader()
    document = checked(caller, uploaded(caller, FIRST, "visits.csv", "")).json["draft"]["document"]
    document["schema"][0]["properties"][1]["required"] = False
    if left_out:
        document["schema"][0]["customProperties"].append(left_out)
    assert created(caller, document).json["is_in_use"]
    return caller


def added(caller: Caller, upload_id: str, *columns: str) -> Answer:
    body = {"upload_id": upload_id, "columns": [*columns]}
    return caller.call("POST", "/v1/contract-drafts/visits/columns", body)


def contract_of(answer: Answer) -> Contract:
    return parse(answer.json["stored"]["document"], "source")


def test_the_fields_of_earlier_files_are_named_for_each_later_one() -> None:
    """The second of two files without the column named it, and the first did not."""
    caller = with_dataset()
    edits = {"dataset": "visits", "columns": KNOWN}
    _, first = committed_as_edited(caller, uploaded(caller, FIRST, "visits-1.csv", "visits"), edits)
    assert first["in_earlier_files"] == []
    for number in (2, 3):
        body = f"visit\nV{number}4\nV{number}5\n".encode()
        upload_id = uploaded(caller, body, f"visits-{number}.csv", "visits")
        without = {"dataset": "visits", "columns": {"visit": "visit"}}
        _, answer = committed_as_edited(caller, upload_id, without)
        assert answer["in_earlier_files"] == ["score"]


def test_columns_of_a_later_file_become_optional_columns_as_a_draft_would_type_them() -> None:
    caller = with_dataset()
    upload_id = uploaded(caller, LATER, "visits-2.csv", "visits")
    assert checked(caller, upload_id).json["kept_columns"] == sorted(NEW)
    answer = added(caller, upload_id, *NEW)
    assert answer.status == 200, answer.text
    fields = answer.json["fields"]
    assert fields == {"Farbe": "farbe", "Größe (cm)": "grosse_cm", "Geplant am": "geplant_am"}
    contract = contract_of(answer)
    assert contract.names == ("visit", "score", *fields.values())
    kinds = [contract.column(name).type.kind.value for name in fields.values()]
    assert kinds == ["string", "decimal", "date"]
    size = contract.column("grosse_cm")
    assert (size.unit, size.label) == ("cm", "Größe (cm)")
    assert not any(contract.column(name).required for name in fields.values())
    edits = {"dataset": "visits", "columns": {**KNOWN, **fields}}
    record, _ = committed_as_edited(caller, upload_id, edits)
    assert (record.state.value, record.accepted, record.quarantined) == ("done", 2, 0)
    accepted = pq.read_table(io.BytesIO(caller.lake.objects.contents("curated")[record.curated_key]))
    assert accepted.column("farbe").to_pylist() == ["rot", None]


def test_later_files_are_read_with_the_added_columns() -> None:
    caller = with_dataset()
    upload_id = uploaded(caller, LATER, "visits-2.csv", "visits")
    checked(caller, upload_id)
    added(caller, upload_id, *NEW)
    record = caller.lake.receive("visits/next.csv", LATER.replace(b"V4", b"V6"))
    assert (record.accepted, dict(record.new_columns)) == (2, {})
    earlier = caller.lake.receive("visits/earlier.csv", FIRST)
    assert (earlier.accepted, earlier.quarantined) == (3, 0)


def test_a_column_that_was_left_out_of_every_file_is_one_no_longer() -> None:
    caller = with_dataset({"property": "headgate.leftOut", "value": ["Farbe", "Note"]})
    upload_id = uploaded(caller, LATER, "visits-2.csv", "visits")
    checked(caller, upload_id)
    (table,) = added(caller, upload_id, "Farbe").json["stored"]["document"]["schema"]
    assert {"property": "headgate.leftOut", "value": ["Note"]} in table["customProperties"]


def test_the_rows_that_a_person_edited_decide_the_type() -> None:
    caller = with_dataset()
    upload_id = uploaded(caller, LATER.replace(b"7,25", b"klein"), "visits-2.csv", "visits")
    steps = [{"kind": "map", "column": "Größe (cm)", "values": {"klein": "5,00"}}]
    checked(caller, upload_id, {"dataset": "visits", "columns": KNOWN, "steps": steps})
    answer = added(caller, upload_id, "Größe (cm)")
    assert contract_of(answer).column("grosse_cm").type.kind.value == "decimal"


def test_only_the_creator_and_operators_add_columns() -> None:
    caller = with_dataset()
    bob = rival_of(caller)
    upload_id = uploaded(bob, LATER, "visits-2.csv", "visits")
    checked(bob, upload_id)
    answer = added(bob, upload_id, "Farbe")
    assert (answer.status, f"Ask {caller.name} or an operator" in answer.json["detail"]) == (403, True)
    (mine,) = caller.call("GET", "/v1/contract-drafts").json["drafts"]
    (his,) = bob.call("GET", "/v1/contract-drafts").json["drafts"]
    assert (mine["may_change"], his["may_change"]) == (True, False)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (("Nirgends",), "The file has no column Nirgends"),
        (("visit",), "Visits has the column visit already"),
        (("Kunde E-Mail",), "has data about people"),
    ],
)
def test_a_column_that_cannot_be_added_changes_nothing(columns: tuple[str, ...], words: str) -> None:
    caller = with_dataset()
    body = b"visit;score;Kunde E-Mail\nV4;1;anna@example.org\nV5;2;bob@example.org\n"
    upload_id = uploaded(caller, body, "visits-2.csv", "visits")
    checked(caller, upload_id, {"dataset": "visits", "columns": KNOWN})
    before = caller.call("GET", "/v1/contract-drafts").json
    answer = added(caller, upload_id, *columns)
    assert (answer.status, words in answer.text) == (422, True), answer.text
    assert caller.call("GET", "/v1/contract-drafts").json == before


def left_out(caller: Caller) -> dict[str, dict[str, bool]]:
    """The files with each column, and whether the values are kept as text."""
    listed = caller.call("GET", "/v1/datasets/visits/left-out-columns").json["columns"]
    return {each["name"]: {file["key"]: file["is_kept_as_text"] for file in each["files"]} for each in listed}


@pytest.mark.parametrize("facts", ["left-out-columns", "remembered-headers", "profile"])
def test_a_dataset_that_the_lake_does_not_have_is_not_found(facts: str) -> None:
    answer = uploader().call("GET", f"/v1/datasets/nowhere/{facts}")
    assert (answer.status, "There is no dataset of that name" in answer.text) == (404, True)


def test_the_columns_of_recent_files_that_the_dataset_does_not_have_are_listed() -> None:
    caller = with_dataset()
    assert left_out(caller) == {}
    caller.lake.receive("visits/dropped.csv", LATER)
    first = uploaded(caller, LATER.replace(b"V4", b"V8"), "mapped.csv", "visits")
    columns = {**KNOWN, **dict.fromkeys(NEW)}
    committed_as_edited(caller, first, {"dataset": "visits", "columns": columns})
    second = uploaded(caller, LATER.replace(b"V4", b"V9"), "edited.csv", "visits")
    steps = [{"kind": "map", "column": "score", "values": {"1": "3"}}]
    committed_as_edited(caller, second, {"dataset": "visits", "columns": columns, "steps": steps})
    files = {"visits/edited.csv": False, "visits/mapped.csv": False, "visits/dropped.csv": True}
    assert left_out(caller) == dict.fromkeys(NEW, files)
    third = uploaded(caller, LATER.replace(b"V4", b"V10"), "next.csv", "visits")
    checked(caller, third)
    assert added(caller, third, "Farbe").status == 200
    assert left_out(caller).keys() == {*NEW} - {"Farbe"}
