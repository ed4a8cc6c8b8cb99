"""Files: list, story, rejected rows, corrections, mappings, profiles, quality, revert."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from headgate.api.files.stages import stages_of
from headgate.lake.ports import ObjectRef
from headgate.lake.states import FileState, Originals
from headgate.profiling.score import Score
from headgate.values.parquet_tables import table_of
from tests.unit.api.lakes import PAYMENTS, Caller, MemoryLake, edited_file, query

pytestmark = pytest.mark.unit


@pytest.fixture
def caller() -> Caller:
    return Caller(MemoryLake())


def test_files_are_listed_newest_first_page_by_page(caller: Caller) -> None:
    ids = [
        caller.lake.receive(f"payments/{n}.csv", PAYMENTS.replace(b"A1", b"B%d" % n)).file_id
        for n in range(5)
    ]
    found, cursor = [], ""
    while True:
        page = caller.call("GET", "/v1/files" + query(limit=2, cursor=cursor)).json
        found += [one["file_id"] for one in page["files"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert found == ids[::-1]


def test_the_file_of_a_row_is_the_accepted_one_with_its_content(caller: Caller) -> None:
    record = caller.lake.receive("payments/good.csv", PAYMENTS)
    caller.lake.receive("payments/again.csv", PAYMENTS)
    content = {"content": record.content_sha256}
    files = caller.call("GET", "/v1/files" + query(dataset="payments", **content)).json["files"]
    assert [file["file_id"] for file in files] == [record.file_id]
    assert caller.call("GET", "/v1/files" + query(dataset="orders", **content)).json["files"] == []
    assert caller.call("GET", "/v1/files" + query(dataset="payments", content="0" * 64)).json["files"] == []
    assert caller.call("GET", "/v1/files" + query(content="x")).status == 422


def test_files_are_filtered_by_dataset_state_and_name(caller: Caller) -> None:
    caller.lake.receive("payments/good.csv", PAYMENTS)
    caller.lake.receive("payments/bad.csv", b"nothing\n")
    states = {one["key"]: one["state"] for one in caller.call("GET", "/v1/files").json["files"]}
    assert states == {"payments/bad.csv": "rejected", "payments/good.csv": "done"}
    for parameters in ({"state": "done"}, {"name": "good"}, {"state": "done", "dataset": "payments"}):
        assert [
            one["key"] for one in caller.call("GET", "/v1/files" + query(**parameters)).json["files"]
        ] == ["payments/good.csv"]
    assert caller.call("GET", "/v1/files" + query(dataset="orders")).json["files"] == []


def test_a_files_story_has_six_stages_with_their_times(caller: Caller) -> None:
    file_id = caller.lake.receive("payments/today.csv", PAYMENTS).file_id
    story = caller.call("GET", f"/v1/files/{file_id}").json
    stages = story["stages"]
    assert [one["name"] for one in stages] == [
        "upload",
        "trigger",
        "processing",
        "validation",
        "database",
        "complete",
    ]
    assert [one["state"] for one in stages] == [
        "done",
        "done",
        "done",
        "warning",
        "done",
        "done",
    ]  # two of four rows are refused
    assert [one["at"] for one in stages] == sorted(one["at"] for one in stages)
    assert all(one["seconds"] > 0 for one in stages[1:])
    assert stages[3]["message"] == "4 rows: 1 accepted, 2 refused, 1 duplicate"


def test_the_story_of_a_reverted_file_ends_with_the_revert(caller: Caller) -> None:
    file_id = caller.lake.receive("payments/today.csv", PAYMENTS).file_id
    caller.call("POST", f"/v1/files/{file_id}/revert")
    *_, last = stages = caller.call("GET", f"/v1/files/{file_id}").json["stages"]
    assert (last["name"], last["state"], last["seconds"]) == ("complete", "done", None)
    assert [bool(one["message"]) for one in stages] == [True, False, False, False, False, True]


@pytest.mark.parametrize(
    ("state", "times", "expected"),
    [
        (
            FileState.PROCESSING,
            {"trigger": "2026-01-02T03:04:06", "processing": "2026-01-02T03:04:07"},
            "done done done running pending pending",
        ),
        (FileState.REJECTED, {}, "done done done failed skipped done"),
        (FileState.SKIPPED_DUPLICATE, {}, "done done done skipped skipped done"),
        (FileState.FAILED, {}, "done done done failed skipped failed"),
        (FileState.REVERTED, {}, "done done done done done done"),
    ],
)
def test_stages_of_a_file_that_is_not_done(
    caller: Caller, state: FileState, times: dict[str, str], expected: str
) -> None:
    record = caller.lake.receive("payments/today.csv", PAYMENTS)
    assert (
        " ".join(
            one.state for one in stages_of(replace(record, state=state, stage_times=times, finished_at=""))
        )
        == expected
    )


def test_a_known_story_is_answered_304(caller: Caller) -> None:
    path = f"/v1/files/{caller.lake.receive('payments/today.csv', PAYMENTS).file_id}"
    first = caller.call("GET", path)
    again = caller.call("GET", path, If_None_Match=first.headers["ETag"])
    assert (again.status, again.text) == (304, "")


def test_a_list_and_an_undo_count_rows_with_the_key_of_another_row_as_the_file_does(caller: Caller) -> None:
    other = PAYMENTS.splitlines(keepends=True)[1].replace(
        b",2024-01-01 10:00:00\n", b",2023-01-01 10:00:00\n"
    )
    blank = b"," * 11 + b"\n"
    record = caller.lake.receive("payments/today.csv", PAYMENTS + blank + other)
    (listed,) = caller.call("GET", "/v1/files").json["files"]
    detail = caller.call("GET", f"/v1/files/{record.file_id}").json
    (undone,) = caller.call("GET", f"/v1/files/{record.file_id}/revert").json["files"]
    assert (listed["duplicates"], detail["duplicates"], undone["duplicates"]) == (2, 2, 2)
    assert (listed["same_key"], detail["same_key"], undone["same_key"]) == (1, 1, 1)
    assert (detail["received"], detail["written_as"]["blank_row_numbers"]) == (5, "5")


def test_rejected_rows_are_listed_by_reason_with_masked_values(caller: Caller) -> None:
    file_id = caller.lake.receive("payments/today.csv", PAYMENTS).file_id
    found = caller.call("GET", f"/v1/files/{file_id}/rejected-rows" + query(limit=2)).json
    assert found["reasons"] == [{"rule": one, "rows": 1} for one in ("card_number", "duplicate_row", "type")]
    assert (found["total"], [one["source_row"] for one in found["rows"]]) == (3, [2, 3])
    rest = caller.call(
        "GET", f"/v1/files/{file_id}/rejected-rows" + query(limit=2, cursor=found["next_cursor"])
    ).json
    assert ([one["source_row"] for one in rest["rows"]], rest["next_cursor"]) == ([4], "")
    (typed,) = caller.call("GET", f"/v1/files/{file_id}/rejected-rows" + query(rule="type")).json["rows"]
    assert (typed["column"], typed["record"]["card_number"]) == ("amount", "[PAN ****1111]")


def test_only_the_corrected_rows_are_sent_and_only_once(caller: Caller) -> None:
    file_id = caller.lake.receive("payments/today.csv", PAYMENTS).file_id
    corrections = {"rows": [{"source_row": 3, "values": {"amount": "12.00"}}]}
    once, twice = (caller.call("POST", f"/v1/files/{file_id}/corrections", corrections) for _ in range(2))
    assert once.status == 202, once.text
    assert once.json == twice.json
    record = caller.lake.receive(once.json["key"])
    assert (record.file_id, record.received, record.accepted) == (once.json["file_id"], 1, 1)
    assert "4111111111111111" not in once.text


def test_one_cell_of_a_masked_original_is_corrected_and_the_other_cells_are_the_kept_ones() -> None:
    caller, kept = (Caller(MemoryLake(originals=policy)) for policy in (Originals.MASK, Originals.KEEP))
    rows: list[list[dict[str, Any]]] = []
    for one in (caller, kept):
        file_id = one.lake.receive("payments/today.csv", PAYMENTS).file_id
        cell = {"rows": [{"source_row": 3, "values": {"amount": "12.00"}}]}
        sent = one.call("POST", f"/v1/files/{file_id}/corrections", cell)
        assert sent.status == 202, sent.text
        record = one.lake.receive(sent.json["key"])
        assert (record.accepted, record.quarantined) == (1, 0)
        increment = ObjectRef("curated", record.curated_key)
        rows.append(table_of(one.lake.objects.read(increment)).drop("_content_sha256").to_pylist())
    assert rows[0] == rows[1]
    assert rows[0][0]["card_token"]
    raw = b"".join(caller.lake.objects.contents("raw").values())
    assert (b"4111111111111111" in raw, b"_kept_columns" in raw) == (False, False)


def test_a_row_says_what_became_of_its_newest_correction(caller: Caller) -> None:
    file_id = caller.lake.receive("payments/today.csv", PAYMENTS).file_id

    def send(**values: str) -> dict[str, Any]:
        sent: dict[str, Any] = caller.call(
            "POST",
            f"/v1/files/{file_id}/corrections",
            {"rows": [{"source_row": row, "values": values} for row in (2, 3)]},
        ).json
        return sent

    def rows() -> dict[int, tuple[str | None, str]]:
        found = caller.call("GET", f"/v1/files/{file_id}/rejected-rows").json["rows"]
        return {one["source_row"]: (one["correction"], one["corrected_by"]) for one in found}

    assert rows() == dict.fromkeys((2, 3, 4), (None, ""))
    first = send(card_number="4111111111111111")
    assert rows() == {2: ("sent", first["file_id"]), 3: ("sent", first["file_id"]), 4: (None, "")}
    caller.lake.receive(first["key"])
    assert rows() == {2: ("accepted", first["file_id"]), 3: ("refused", first["file_id"]), 4: (None, "")}
    second = send(card_number="4111111111111111", amount="12.00")
    caller.lake.receive(second["key"])
    assert rows() == {2: ("accepted", second["file_id"]), 3: ("accepted", second["file_id"]), 4: (None, "")}
    caller.call("POST", f"/v1/files/{second['file_id']}/revert")
    assert rows() == {2: ("accepted", first["file_id"]), 3: ("refused", first["file_id"]), 4: (None, "")}


def test_a_corrected_row_is_counted_once_in_quarantine_until_it_is_accepted(caller: Caller) -> None:
    """The refused row stays in its file's quarantine as evidence, and waits there: a correction that is
    refused has the row in its own, of which nobody is asked.
    """
    file_id = caller.lake.receive("payments/today.csv", PAYMENTS).file_id

    def counted() -> dict[str, int]:
        return {line["rule"]: line["rows"] for line in caller.call("GET", "/v1/quarantine").json["lines"]}

    def lines() -> list[dict[str, Any]]:
        return list(caller.call("GET", "/v1/quarantine").json["lines"])

    def correct(**values: str) -> str:
        body = {"rows": [{"source_row": row, "values": values} for row in (2, 3)]}
        sent = caller.call("POST", f"/v1/files/{file_id}/corrections", body).json
        caller.lake.receive(sent["key"])
        return str(sent["file_id"])

    def waiting() -> dict[str, int]:
        answer = caller.call("GET", "/v1/quarantine").json
        assert len(answer["waiting"]) == answer["files_waiting"]
        return {file["file_id"]: file["rows"] for file in answer["waiting"]}

    before = counted()
    assert before == {"card_number": 1, "duplicate_row": 1, "type": 1}
    assert waiting() == {file_id: 2}
    first = correct(card_number="4111111111111111")  # repairs row 2; the amount of row 3 is no number yet
    assert counted() == {"duplicate_row": 1, "type": 1}
    assert waiting() == {file_id: 1}
    (line,) = [line for line in lines() if line["rule"] == "type"]
    assert (line["files"], line["columns"]) == (1, ["amount"])
    assert "card_number" not in {column for line in lines() for column in line["columns"]}
    assert caller.lake.ledger.get(first).sent_by == caller.name
    second = correct(card_number="4111111111111111", amount="12.00")
    assert counted() == {"duplicate_row": 1}
    assert waiting() == {}
    for file in (second, first):
        caller.call("POST", f"/v1/files/{file}/revert")
    assert counted() == before


def test_a_row_that_breaks_a_rule_of_its_key_needs_a_value_of_its_own(caller: Caller) -> None:
    file_id = caller.lake.receive("payments/today.csv", PAYMENTS.replace(b"\n3,A3", b"\n,A3")).file_id
    found = caller.call("GET", f"/v1/files/{file_id}/rejected-rows").json["rows"]
    assert {one["column"]: one["is_unique"] for one in found if one["column"]} == {
        "card_number": False,
        "payment_id": True,
    }


@pytest.mark.parametrize(
    "rows",
    [
        [{"source_row": 1, "values": {"amount": "1"}}],
        [{"source_row": 3, "values": {"nothing": "1"}}],
        [{"source_row": 3, "values": {}}, {"source_row": 3, "values": {}}],
        [],
    ],
)
def test_a_correction_of_another_row_or_column_is_refused(caller: Caller, rows: list[object]) -> None:
    file_id = caller.lake.receive("payments/today.csv", PAYMENTS).file_id
    assert caller.call("POST", f"/v1/files/{file_id}/corrections", {"rows": rows}).status == 422


FOREIGN = PAYMENTS.replace(b"payment_id,order_id,method,card_number", b"F1,ref,how,pan")


def fields_of(header: bytes, **changed: str | None) -> dict[str, str | None]:
    """The field of each column of a file whose columns stand in the order of the contract."""
    own = PAYMENTS.splitlines()[0].decode().split(",")
    return dict(zip(header.decode().split(","), own, strict=False)) | changed


def test_a_column_is_left_out_of_an_edited_file_and_of_the_corrected_rows(caller: Caller) -> None:
    header, *rows = FOREIGN.splitlines()
    body = b"\n".join([header + b",Menge", *(row + b",7" for row in rows)])
    file_id = caller.lake.receive("payments/foreign.csv", body).file_id
    done = edited_file(caller, file_id, {"columns": fields_of(header, Menge=None)})
    record = caller.lake.receive("payments/foreign.csv")
    assert record.file_id == done.json["file_id"]
    assert (record.state, record.accepted, record.mapping["left_out"]) == (FileState.DONE, 1, '["Menge"]')
    corrections = {"rows": [{"source_row": 3, "values": {"amount": "12.00"}}]}
    sent = caller.call("POST", f"/v1/files/{record.file_id}/corrections", corrections)
    assert caller.lake.receive(sent.json["key"]).accepted == 1


def test_profile_quality_and_quarantine_are_those_of_the_record(caller: Caller) -> None:
    record = caller.lake.receive("payments/today.csv", PAYMENTS)
    profile = caller.call("GET", f"/v1/files/{record.file_id}/profile").json
    assert "amount" in [one["name"] for one in profile["columns"]]
    (point,) = caller.call("GET", "/v1/datasets/payments/quality").json["points"]
    whatever_its_age = Score.of_texts(record.profile).of_content.total
    assert (point["file_id"], point["score"]) == (record.file_id, whatever_its_age)
    assert caller.call("GET", f"/v1/files/{record.file_id}").json["quality_score"] == whatever_its_age
    corrections = {"rows": [{"source_row": 3, "values": {"amount": "12.00"}}]}
    sent = caller.call("POST", f"/v1/files/{record.file_id}/corrections", corrections)
    lines = caller.call("GET", "/v1/quarantine" + query(rule="type")).json["lines"]
    assert lines == [
        {"dataset": "payments", "rule": "type", "columns": ["amount"], "files": 1}
        | {"files_rejected": 0, "rows": 1}
    ]
    assert caller.call("GET", "/v1/datasets/nothing/quality").status == 404
    caller.lake.receive(sent.json["key"])  # a few selected rows say nothing about the files
    assert caller.call("GET", "/v1/datasets/payments/quality").json["points"] == [point]


def test_a_reason_of_refused_rows_names_its_columns_unless_it_is_about_whole_rows(caller: Caller) -> None:
    caller.lake.receive("payments/today.csv", PAYMENTS)
    lines = caller.call("GET", "/v1/quarantine").json["lines"]
    assert {line["rule"]: line["columns"] for line in lines} == {
        "card_number": ["card_number"],
        "duplicate_row": [],
        "type": ["amount"],
    }


@pytest.mark.parametrize(
    ("filters", "waiting"),
    [
        ({}, 2),
        ({"dataset": "payments"}, 1),
        ({"dataset": "orders"}, 0),
        ({"rule": "type"}, 1),
        ({"rule": "empty_file"}, 1),
        ({"dataset": "payments", "rule": "null"}, 0),
    ],
)
def test_files_that_wait_are_those_of_the_asked_dataset_and_rule(
    caller: Caller, filters: dict[str, str], waiting: int
) -> None:
    caller.lake.receive("payments/today.csv", PAYMENTS)
    caller.lake.receive("nothing/empty.csv", b"")
    answer = caller.call("GET", "/v1/quarantine" + query(**filters)).json
    assert (len(answer["waiting"]), answer["files_waiting"]) == (waiting, waiting)


def test_files_of_no_contract_have_a_history_and_their_columns_correlations(caller: Caller) -> None:
    rows = b"".join(b"%d;%d;x%d\n" % (n % 13, 3 * (n % 13) + n % 2, n % 3) for n in range(39))
    record = caller.lake.receive("visits/monday.csv", b"guests;coffees;door\n" + rows)
    (point,) = caller.call("GET", "/v1/datasets/visits/quality").json["points"]
    assert (point["file_id"], point["received"]) == (record.file_id, 39)
    profile = caller.call("GET", f"/v1/files/{record.file_id}/profile").json
    (pair,) = profile["correlations"]
    assert {pair["left"], pair["right"]} == {"guests", "coffees"}
    assert pair["r"] > 0.9


def test_a_reverted_file_leaves_curated_and_quarantine(caller: Caller) -> None:
    record = caller.lake.receive("payments/today.csv", PAYMENTS)
    done = caller.call("POST", f"/v1/files/{record.file_id}/revert").json
    files = [
        {
            "file_id": record.file_id,
            "key": record.key,
            "state": "done",
            "accepted": 1,
            "quarantined": 3,
            "duplicates": 1,
            "same_key": 0,
            "is_correction": False,
        }
    ]
    assert done == {
        "file_id": record.file_id,
        "files": files,
        "accepted": 1,
        "quarantined": 3,
        "accepted_as": "",
    }
    assert caller.lake.objects.contents("curated") == caller.lake.objects.contents("quarantine") == {}


def test_an_unknown_file_is_a_404_that_says_what_to_do(caller: Caller) -> None:
    answer = caller.call("GET", f"/v1/files/{'0' * 32}")
    assert (answer.status, answer.json["type"]) == (404, "urn:headgate:problem:not-found")
    assert "GET /v1/files lists" in answer.json["detail"]


def test_a_second_revert_is_a_conflict() -> None:
    lake = MemoryLake()
    record = lake.receive("payments/today.csv", PAYMENTS)
    caller = Caller(lake)
    assert caller.call("POST", f"/v1/files/{record.file_id}/revert").status == 200
    assert caller.call("POST", f"/v1/files/{record.file_id}/revert").status == 409


def test_a_file_of_no_contract_is_assigned_to_a_dataset(caller: Caller) -> None:
    header = b"Nr,Bestellung,Art,Karte,Code,Ablauf,Betrag,Geld,Am,Zustand,Text,Stand"
    body = header + b"\n" + PAYMENTS.splitlines()[1] + b"\n"
    record = caller.lake.receive("zahlungen.csv", body)
    assert record.state is FileState.PROFILED
    done = edited_file(caller, record.file_id, {"dataset": "payments", "columns": fields_of(header)})
    again = caller.lake.receive("zahlungen.csv")
    assert (again.file_id, again.state, again.dataset, again.accepted) == (
        done.json["file_id"],
        FileState.DONE,
        "payments",
        1,
    )


def test_a_table_of_texts_without_evidence_of_a_header_is_profiled_and_says_how_to_draft_it(
    caller: Caller,
) -> None:
    """Its first row may be data, so it is kept as a row.

    The file was rejected with a message about a contract called ''.
    """
    record = caller.lake.receive("farben.csv", b"artikel,farbe\nhose,rot\nhemd,blau\n")
    assert record.state is FileState.PROFILED
    assert "--header if its first row has the names" in record.error["remedy"]


def test_a_warning_says_which_rule_of_which_column_it_is_about(caller: Caller) -> None:
    """An order that did not ship has no such day, so no row is refused without this column."""
    body = (
        b"order_id,customer_id,region_id,ordered_at,status,notes,updated_at,delivered_at\n"
        b"A1,C1,DE,2024-01-01 10:00:00,completed,,2024-01-01 10:00:00,\n"
    )
    record = caller.lake.receive("orders/open.csv", body)
    answer = caller.call("GET", f"/v1/files/{record.file_id}").json
    assert (answer["warnings"], answer["warned"]) == (
        2,
        [
            {"rule": "absent_or_left_out", "column": "promotion_code", "rows": 1},
            {"rule": "absent_or_left_out", "column": "shipped_at", "rows": 1},
        ],
    )
    assert caller.call("POST", f"/v1/files/{record.file_id}/revert").status == 200
    assert caller.call("GET", f"/v1/files/{record.file_id}").json["warned"] == []


def test_a_file_that_was_sent_twice_has_one_content_in_the_lists(caller: Caller) -> None:
    for key in ("uploads/a.csv", "uploads/b.csv"):
        caller.lake.receive(key, b"[[1,2]]")
    waiting = caller.call("GET", "/v1/quarantine").json["waiting"]
    listed = caller.call("GET", "/v1/files").json["files"]
    for files in (waiting, listed):
        contents = [file["content_sha256"] for file in files]
        assert (len(contents), len(set(contents))) == (2, 1)
        assert all(contents)
