"""A caller without the group `personal-data` sees no value about a person in any answer of the API."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from headgate.api.analytics import tables
from headgate.api.http.access import CallerIdentity, Group
from headgate.api.http.problems import ProblemError
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.lake.senders import Senders
from tests.unit.api.lakes import PAYMENTS, Caller, MemoryLake, edited_file

if TYPE_CHECKING:
    from headgate.lake.ports import FileRecord

pytestmark = pytest.mark.unit

EMAIL = "someone@example.com"
CUSTOMERS = (
    "customer_id,email,full_name,ssn,region_id,signed_up_at,updated_at\n"
    f"x,{EMAIL},Some One,,north,2024-01-01 10:00:00,2024-01-01 10:00:00\n"
).encode()
ASKED = {"sql": "select * from customers"}


@pytest.fixture
def lake() -> MemoryLake:
    return MemoryLake()


@pytest.mark.parametrize(
    ("groups", "sees"),
    [
        ({"viewer"}, False),
        ({"uploader"}, False),
        ({"viewer", "uploader"}, False),
        ({"viewer", "personal-data"}, True),
        ({"operator"}, True),
    ],
)
def test_personal_data_needs_its_group_or_an_operator(groups: set[str], *, sees: bool) -> None:
    assert CallerIdentity("ana", frozenset(map(Group, groups))).may(Group.PERSONAL_DATA) == sees


def test_the_group_alone_gives_no_other_right(lake: MemoryLake) -> None:
    assert Caller(lake, ("personal-data",)).call("GET", "/v1/files").status == 403
    assert Caller(lake, ("viewer", "personal-data")).call("GET", "/v1/me").json["groups"] == [
        "viewer",
        "personal-data",
    ]
    assert Caller(lake, ("viewer", "personal-data")).call("POST", "/v1/runs", {}).status == 403


def test_the_statement_of_a_viewer_is_sent_without_the_columns_about_people(lake: MemoryLake) -> None:
    Caller(lake, ("viewer",)).call("POST", "/v1/queries", ASKED)
    Caller(lake, ("viewer", "personal-data")).call("POST", "/v1/queries", ASKED)
    viewers, others = lake.queries.asked.values()
    assert ("email" in viewers, '"customer_id"' in viewers, others) == (
        False,
        True,
        "select * from ecommerce_curated.customers",
    )


def test_first_rows_of_a_viewer_have_no_columns_about_people_and_others_rows_stay_theirs(
    lake: MemoryLake,
) -> None:
    asked = {**ASKED, "first_rows": 999}
    viewer, other = Caller(lake, ("viewer",)), Caller(lake, ("viewer", "personal-data"))
    own, theirs = (each.call("POST", "/v1/queries", asked).json for each in (viewer, other))
    assert (own["first_rows"], theirs["first_rows"], "email" in own["sql"]) == (999, 999, False)
    rows = [f"/v1/queries/{query['query_id']}/rows" for query in (own, theirs)]
    assert [viewer.call("GET", path).status for path in rows] == [200, 403]


def test_a_viewer_who_names_a_column_about_people_learns_which_group_sees_it(lake: MemoryLake) -> None:
    answer = Caller(lake, ("viewer",)).call("POST", "/v1/queries", {"sql": "select email from customers"})
    assert (answer.status, lake.queries.asked) == (422, {})
    assert (
        "The column email of customers is personal data, which needs the group personal-data."
        in answer.json["detail"]
    )


def test_a_viewer_can_ask_every_saved_question_or_learns_from_it_which_group_can(lake: MemoryLake) -> None:
    viewer, refused = Caller(lake, ("viewer",)), set()
    for saved in viewer.call("GET", "/v1/questions").json["questions"]:
        answer = viewer.call("POST", "/v1/queries", {"question": saved["name"]})
        if answer.status == 403:
            refused.add(saved["name"])
            assert (
                f"The saved question {saved['name']} reads personal data, which needs the group "
                "personal-data." in answer.json["detail"]
            )
        assert (answer.status == 403) == ("needs the group personal-data" in saved["description"])
        assert answer.status in {202, 403}
    assert refused == {"online_retail_money"}


@pytest.mark.parametrize(("method", "rest"), [("GET", ""), ("GET", "/rows"), ("DELETE", "")])
def test_a_viewer_does_not_get_the_answer_to_another_persons_query_about_people(
    lake: MemoryLake, method: str, rest: str
) -> None:
    for sql in (ASKED["sql"], "with customers as (select 1) select * from customers"):
        path = f"/v1/queries/{Caller(lake).call('POST', '/v1/queries', {'sql': sql}).json['query_id']}{rest}"
        assert Caller(lake, ("viewer",)).call(method, path).status == 403
        assert Caller(lake, ("viewer", "personal-data")).call(method, path).status == 200


def test_one_idempotency_key_does_not_give_a_viewer_the_query_of_an_operator(lake: MemoryLake) -> None:
    ids = {
        Caller(lake, (group,)).call("POST", "/v1/queries", ASKED, Idempotency_Key="k").json["query_id"]
        for group in ("operator", "viewer")
    }
    assert len(ids) == 2


def test_a_viewer_reads_the_answer_to_its_own_query(lake: MemoryLake) -> None:
    viewer = Caller(lake, ("viewer",))
    for sql in ("select * from customers", "select count(*) from quarantine", "select 1"):
        query_id = viewer.call("POST", "/v1/queries", {"sql": sql}).json["query_id"]
        assert viewer.call("GET", f"/v1/queries/{query_id}/rows").status == 200


def test_rejected_rows_of_people_have_no_values_for_a_viewer(lake: MemoryLake) -> None:
    file_id = lake.receive("customers/today.csv", CUSTOMERS).file_id
    path = f"/v1/files/{file_id}/rejected-rows"
    answers = {
        groups: Caller(lake, groups).call("GET", path)
        for groups in (("viewer",), ("viewer", "personal-data"), ("operator",))
    }
    assert {groups: EMAIL in answer.text for groups, answer in answers.items()} == {
        ("viewer",): False,
        ("viewer", "personal-data"): True,
        ("operator",): True,
    }
    (row,) = answers["viewer",].json["rows"]
    assert (row["rule"] != "", row["value"], row["record"]) == (True, None, {})


def test_who_sent_a_file_sees_the_values_of_its_rejected_rows(lake: MemoryLake) -> None:
    file_id = lake.receive("customers/today.csv", CUSTOMERS).file_id
    Senders(lake.objects, "artifacts").keep_uploader(file_id, "ana")
    seen = [
        EMAIL in Caller(lake, ("uploader",), name).call("GET", f"/v1/files/{file_id}/rejected-rows").text
        for name in ("ana", "bob")
    ]
    assert seen == [True, False]


@pytest.mark.parametrize("sender", ["ana", ""])
def test_who_corrects_a_file_of_somebody_else_does_not_see_its_values(lake: MemoryLake, sender: str) -> None:
    """A correction has the other cells of the original's rows; so has a correction of the correction."""
    file_id = lake.receive("customers/today.csv", CUSTOMERS).file_id
    if sender:
        Senders(lake.objects, "artifacts").keep_uploader(file_id, sender)
    for full_name in ("Some Body", "Any Body"):
        row = {"source_row": 1, "values": {"full_name": full_name}}
        sent = Caller(lake, ("uploader",), "bob").call(
            "POST", f"/v1/files/{file_id}/corrections", {"rows": [row]}
        )
        file_id = lake.receive(sent.json["key"]).file_id
        path = f"/v1/files/{file_id}/rejected-rows"
        answers = {name: Caller(lake, ("uploader",), name).call("GET", path) for name in ("ana", "bob")}
        assert all(answer.json["total"] == 1 for answer in answers.values())
        assert {name: EMAIL in answer.text for name, answer in answers.items()} == {
            "ana": bool(sender),
            "bob": False,
        }


def opened(caller: Caller, file_id: str) -> str:
    """The path of a file of raw that a caller has opened and checked."""
    path = f"/v1/uploads/{caller.call('POST', f'/v1/files/{file_id}/edit').json['upload_id']}"
    assert caller.call("POST", f"{path}/dry-run").status == 202
    return path


def fields_of(record: FileRecord, **changed: str | None) -> dict[str, str | None]:
    """The field of each column of a file of customers, with other fields for some."""
    own = CUSTOMERS.splitlines()[0].decode().split(",")
    is_foreign = record.state == "needs_mapping"
    return {name: name for name in own if not (is_foreign and name == "customer_id")} | changed


def test_who_maps_a_file_of_somebody_else_does_not_see_its_values(lake: MemoryLake) -> None:
    record = lake.receive("customers/foreign.csv", CUSTOMERS.replace(b"customer_id", b"C1"))
    Senders(lake.objects, "artifacts").keep_uploader(record.file_id, "ana")
    bob = Caller(lake, ("viewer", "uploader"), "bob")
    mapped = edited_file(bob, record.file_id, {"columns": fields_of(record, C1="customer_id")})
    file_id = lake.receive("customers/foreign.csv").file_id
    assert file_id == mapped.json["file_id"]
    seen = [
        EMAIL in Caller(lake, ("uploader",), name).call("GET", f"/v1/files/{file_id}/rejected-rows").text
        for name in ("ana", "bob")
    ]
    assert seen == [True, False]


MANY = CUSTOMERS.replace(b"x,", b"7,") + CUSTOMERS.splitlines(keepends=True)[1].replace(b"x,", b"8,")
READERS = {
    "ana": ("uploader",),
    "bob": ("uploader",),
    "vera": ("viewer",),
    "pia": ("viewer", "personal-data"),
    "olga": ("operator",),
}


def seen_by(lake: MemoryLake, path: str, text: str) -> set[str]:
    """The callers to whom an answer shows a text."""
    answers = {name: Caller(lake, groups, name).call("GET", path) for name, groups in READERS.items()}
    assert {answer.status for answer in answers.values()} == {200}
    return {name for name, answer in answers.items() if text in answer.text}


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("customers/today.csv", MANY),
        ("today.csv", MANY.replace(b"customer_id,email", b"a,b").replace(b"full_name", b"label")),
    ],
    ids=["of the contract", "of no contract"],
)
def test_a_profile_has_values_about_people_for_its_sender_and_the_group_only(
    lake: MemoryLake, key: str, body: bytes
) -> None:
    record = lake.receive(key, body)
    lake.senders.keep_uploader(record.file_id, "ana")
    path = f"/v1/files/{record.file_id}/profile"
    assert seen_by(lake, path, EMAIL) == seen_by(lake, path, "Some One") == {"ana", "pia", "olga"}
    facts = {
        one["name"]: one["facts"]
        for one in Caller(lake, ("viewer",), "vera").call("GET", path).json["columns"]
    }
    personal = facts["email" if "email" in facts else "b"]
    assert (personal["rows"], personal["missing"], personal["distinct"], personal["personal"]) == (
        2,
        0,
        1,
        True,
    )
    assert not {"samples", "top", "min", "max", "patterns", "bins", "length"} & personal.keys()
    assert ("top" in facts["region_id"]) == (record.dataset == "customers")


EDITORS = {name: READERS[name] for name in ("ana", "bob", "olga")} | {"pia": ("uploader", "personal-data")}


@pytest.mark.parametrize(
    "fields", [{"C1": "customer_id"}, {"C1": "customer_id", "email": "region_id", "region_id": "email"}]
)
@pytest.mark.parametrize("kind", ["needs_mapping", "rejected"])
def test_a_file_of_raw_that_is_edited_has_values_for_its_sender_and_the_group_only(
    lake: MemoryLake, fields: dict[str, str | None], kind: str
) -> None:
    """Whoever edits it, and whatever field a column with e-mail addresses is said to be."""
    foreign = CUSTOMERS.replace(b"customer_id", b"C1")
    body = foreign if kind == "needs_mapping" else CUSTOMERS
    record = lake.receive("customers/foreign.csv", body)
    lake.senders.keep_uploader(record.file_id, "ana")
    columns = fields_of(record, **fields) if kind == "needs_mapping" else {}
    for editor in ("ana", "bob"):
        path = opened(Caller(lake, ("uploader",), editor), record.file_id)
        Caller(lake, ("uploader",), editor).call("PUT", f"{path}/edits", {"columns": columns})
        for address in ("dry-run", "rows", "rows?show=errors"):
            answers = {
                name: Caller(lake, groups, name).call("GET", f"{path}/{address}")
                for name, groups in EDITORS.items()
            }
            assert {answer.status for answer in answers.values()} == {200}, address
            seen = {name for name, answer in answers.items() if EMAIL in answer.text}
            assert seen in ({"ana", "olga", "pia"}, *([set()] if address == "dry-run" else []))
    assert Caller(lake, ("uploader",), "bob").call("GET", f"{path}/dry-run").json["hides_values"]


def test_typed_values_are_shown_to_those_who_may_see_the_file_and_taken_from_them_only(
    lake: MemoryLake,
) -> None:
    record = lake.receive("customers/today.csv", CUSTOMERS)
    lake.senders.keep_uploader(record.file_id, "ana")
    ana, bob = (Caller(lake, ("uploader",), name) for name in ("ana", "bob"))
    path = opened(ana, record.file_id)
    typed = {"row": 1, "column": "email", "text": "new.one@example.com"}
    step = {"kind": "replace", "column": "email", "search": EMAIL, "text": "other"}
    edits = {"columns": fields_of(record), "cells": [typed], "steps": [step]}
    assert [one.call("PUT", f"{path}/edits", edits).status for one in (bob, ana)] == [403, 200]
    seen = [one.call("GET", f"{path}/dry-run").text for one in (ana, bob)]
    assert [("new.one" in text, EMAIL in text) for text in seen] == [(True, True), (False, False)]
    default = {"kind": "default", "column": "email", "text": "none"}
    without = {"columns": fields_of(record), "steps": [default]}
    assert bob.call("PUT", f"{path}/edits", without).status == 200


def test_a_profile_of_a_dataset_about_nobody_keeps_its_values(lake: MemoryLake) -> None:
    record = lake.receive("payments/today.csv", PAYMENTS)
    assert seen_by(lake, f"/v1/files/{record.file_id}/profile", "GBP") == set(READERS)


def test_rejected_rows_of_a_dataset_about_nobody_keep_their_values(lake: MemoryLake) -> None:
    file_id = lake.receive("payments/today.csv", PAYMENTS).file_id
    rows = Caller(lake, ("viewer",)).call("GET", f"/v1/files/{file_id}/rejected-rows").json["rows"]
    assert all(row["record"] for row in rows)


PEOPLE = Contract(
    "p",
    "people",
    "prod",
    "1.0.0",
    (
        Column("number", ColumnType(Kind.INTEGER)),
        Column("email", ColumnType(Kind.STRING), classification="personal"),
    ),
)
ROWS = pa.table({"number": [1], "email": [EMAIL]})


@pytest.mark.parametrize(
    ("columns", "filters", "sort"), [("email", (), ""), ("", ("email:contains:a",), ""), ("", (), "-email")]
)
def test_a_column_about_people_neither_filters_nor_sorts_a_table_for_a_viewer(
    columns: str, filters: tuple[str, ...], sort: str
) -> None:
    with pytest.raises(
        ProblemError, match="The column email is personal data, which needs the group personal-data"
    ):
        tables.permitted(ROWS, PEOPLE, tables.RowsRequest(columns, filters, sort, sees_personal_data=False))


def test_rows_of_a_table_and_its_download_differ_by_the_right_to_personal_data() -> None:
    asked = tables.RowsRequest("", (), "", sees_personal_data=False)
    assert tables.permitted(ROWS, PEOPLE, asked).column_names == ["number"]
    assert tables.permitted(ROWS, PEOPLE, asked._replace(sees_personal_data=True)) == ROWS
    assert json.dumps(asked) != json.dumps(
        asked._replace(sees_personal_data=True)
    )  # names the object of a download
