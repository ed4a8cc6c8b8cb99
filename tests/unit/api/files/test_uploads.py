"""An upload is begun, sent in parts, checked without a trace, and committed; every step may be repeated."""

from __future__ import annotations

import hashlib
import re
import shlex
from urllib.parse import parse_qs, urlsplit

import pytest

from headgate.contracts import odcs_reader
from headgate.intake.rows.check_rows import check_bytes
from headgate.lake.ports import MaskingKey
from headgate.uploads import commit_upload
from headgate.uploads import upload as uploads
from tests.unit.api.lakes import BEGAN, PAYMENTS, Caller, MemoryLake

pytestmark = pytest.mark.unit


def begin(
    caller: Caller, body: bytes, name: str = "today.csv", dataset: str = "payments"
) -> dict[str, object]:
    asked = {
        "name": name,
        "size_bytes": len(body),
        "sha256": hashlib.sha256(body).hexdigest(),
        "dataset": dataset,
    }
    answer = caller.call("POST", "/v1/uploads", asked)
    assert answer.status == 201, answer.text
    found: dict[str, object] = answer.json
    return found


def send_parts(caller: Caller, upload_id: object, body: bytes, numbers: set[int] | None = None) -> list[int]:
    """The parts that were missing; those of `numbers` are sent."""
    missing = []
    for part in caller.call("GET", f"/v1/uploads/{upload_id}/parts").json["parts"]:
        if part["uploaded"]:
            continue
        missing.append(part["number"])
        if numbers is None or part["number"] in numbers:
            asked = parse_qs(urlsplit(part["url"]).query)
            first = (part["number"] - 1) * uploads.PART_BYTES
            caller.lake.uploads.put_part(
                asked["store_id"][0], part["number"], body[first : first + part["size_bytes"]]
            )
    return missing


def uploaded(caller: Caller, body: bytes, name: str = "today.csv", dataset: str = "payments") -> str:
    upload = begin(caller, body, name, dataset)
    send_parts(caller, upload["upload_id"], body)
    assert caller.call("POST", f"/v1/uploads/{upload['upload_id']}/complete").json["state"] == "complete"
    return str(upload["upload_id"])


def test_the_same_content_that_was_accepted_before_is_a_duplicate_at_once() -> None:
    caller = Caller(MemoryLake())
    record = caller.lake.receive("payments/first.csv", PAYMENTS)
    upload = begin(caller, PAYMENTS, "second.csv")
    assert (upload["state"], upload["duplicate_of"]) == ("duplicate", record.file_id)


def test_an_interrupted_upload_continues_with_the_missing_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PART_BYTES", 100)
    caller = Caller(MemoryLake())
    upload = begin(caller, PAYMENTS)
    assert send_parts(caller, upload["upload_id"], PAYMENTS, {1, 3}) == [1, 2, 3, 4, 5, 6]
    early = caller.call("POST", f"/v1/uploads/{upload['upload_id']}/complete")
    assert (early.status, "4 of 6 parts are missing" in early.json["detail"]) == (409, True)
    assert begin(caller, PAYMENTS) == upload
    assert send_parts(caller, upload["upload_id"], PAYMENTS) == [2, 4, 5, 6]
    assert caller.call("POST", f"/v1/uploads/{upload['upload_id']}/complete").json["state"] == "complete"
    assert caller.lake.objects.contents("staging")[f"uploads/{upload['upload_id']}/content"] == PAYMENTS


def test_a_letter_is_no_table_and_gets_no_draft() -> None:
    caller = Caller(MemoryLake(), ("uploader",))
    letter = b"Dear team,\nplease find, as discussed, the list, and a note.\nKind regards\nAnna\n"
    upload_id = uploaded(caller, letter, "brief.txt", "")
    caller.call("POST", f"/v1/uploads/{upload_id}/dry-run")
    checked = caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json
    assert (checked["outcome"], checked["error"]["rule"], checked["draft"], checked["columns"]) == (
        "rejected",
        "not_a_table",
        None,
        [],
    )


@pytest.mark.parametrize(
    ("row", "columns"),
    [("Anna;London;red;", 4), ("Anna\tLondon.", 2), ("Anna;was very kind.", 2), ("Anna,was very kind.", 2)],
)
def test_a_table_without_header_and_numbers_is_no_letter(row: str, columns: int) -> None:
    """Ends of lines such as those of a letter are usual in exports, too."""
    caller = Caller(MemoryLake(), ("uploader",))
    others = (row.replace("Anna", name) for name in ("Ben", "Cleo", "Dan"))
    upload_id = uploaded(caller, "\n".join([row, *others, ""]).encode(), "names.csv", "")
    caller.call("POST", f"/v1/uploads/{upload_id}/dry-run")
    checked = caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json
    assert (checked["outcome"], len(checked["columns"])) == ("profiled", columns)


def test_the_dry_run_of_a_file_of_no_contract_drafts_one_and_its_commit_is_profiled() -> None:
    caller = Caller(MemoryLake())
    deliveries = b"Artikel;Preis;Lieferung\n" + b"".join(
        b"%05d;%d,50;%02d.12.2026\n" % (n, n, n) for n in range(1, 29)
    )
    upload_id = uploaded(caller, deliveries, "Lieferung M\u00e4rz.csv", dataset="")
    caller.call("POST", f"/v1/uploads/{upload_id}/dry-run")
    answer = caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json
    assert (answer["outcome"], answer["error"]["rule"], answer["draft"]["dataset"]) == (
        "profiled",
        "unknown_dataset",
        "lieferung_marz",
    )
    contract = odcs_reader.parse(answer["draft"]["document"], zone="source")
    assert (
        check_bytes(
            deliveries, contract, MaskingKey("k1", b"0" * 32), object_key="a.csv", received_at=BEGAN
        ).counts.accepted
        == 28
    )
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit").json
    record = caller.lake.receive(committed["key"])
    assert record.state == "profiled"
    assert f"headgate contract init --raw {shlex.quote(record.key)}" in record.error["remedy"]


def test_a_contract_is_not_drafted_from_a_large_file_in_a_dry_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headgate.uploads.dry_run.MAX_DRAFT_BYTES", 10)
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, b"member,points\nA-1,20\n", "points.csv", dataset="")
    caller.call("POST", f"/v1/uploads/{upload_id}/dry-run")
    answer = caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json
    assert (answer["outcome"], answer["draft"]) == ("profiled", None)


def test_a_dry_run_leaves_no_trace_and_its_counts_are_those_of_the_commit() -> None:
    caller = Caller(MemoryLake())
    upload_id, before = uploaded(caller, PAYMENTS), caller.lake.contents()
    assert caller.call("POST", f"/v1/uploads/{upload_id}/dry-run").status == 202
    answer = caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json
    assert (caller.lake.contents(), list(caller.lake.ledger.records())) == (before, [])
    assert (answer["state"], answer["outcome"], answer["dataset"]) == ("checked", "done", "payments")
    assert [(row["source_row"], row["rule"]) for row in answer["rejected_rows"]] == [
        (2, "card_number"),
        (3, "type"),
        (4, "duplicate_row"),
    ]
    assert {column["name"] for column in answer["columns"]} >= {"amount", "currency"}
    committed = caller.call("POST", f"/v1/uploads/{upload_id}/commit").json
    record = caller.lake.receive(committed["key"])
    assert record.file_id == committed["file_id"]
    counts = ("received", "accepted", "quarantined", "duplicates")
    assert {name: answer[name] for name in counts} == {name: getattr(record, name) for name in counts}
    assert {reason["rule"]: reason["rows"] for reason in answer["reasons"]} == record.reasons


def test_no_answer_about_a_file_with_card_numbers_has_one() -> None:
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, PAYMENTS)
    caller.call("POST", f"/v1/uploads/{upload_id}/dry-run")
    file_id = caller.call("POST", f"/v1/uploads/{upload_id}/commit").json["file_id"]
    caller.lake.receive("payments/today.csv")
    paths = [
        f"/v1/uploads/{upload_id}",
        f"/v1/uploads/{upload_id}/dry-run",
        "/v1/files",
        f"/v1/files/{file_id}",
    ]
    paths += [f"/v1/files/{file_id}/{part}" for part in ("rejected-rows", "profile")]
    shown = "".join(caller.call("GET", path).text for path in paths)
    assert "today.csv" in shown
    assert "411111111111111" not in shown
    assert not re.search(
        r"(?<![0-9a-f])917(?![0-9a-f])", shown
    )  # a part of an id may be these digits by chance


def test_a_header_of_its_own_is_shown_with_the_suggested_mapping() -> None:
    caller = Caller(MemoryLake())
    body = PAYMENTS.replace(b"payment_id,order_id,method,card_number", b"F1,ref,how,pan")
    upload_id = uploaded(caller, body)
    caller.call("POST", f"/v1/uploads/{upload_id}/dry-run")
    answer = caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json
    assert answer["outcome"] == "needs_mapping"
    columns = {column["column"]: column for column in answer["mapping"]["columns"]}
    assert columns["currency"] == {
        "column": "currency",
        "field": "currency",
        "confidence": 1.0,
        "is_confident": True,
        "samples": ["GBP"],
        "reason": "The name is the field's name.",
    }
    assert columns["ref"]["samples"] == ["A1", "A2", "A3"]
    assert columns["F1"]["reason"] == "The values fit the field."
    assert not any(columns[name]["is_confident"] for name in ("F1", "ref", "how"))


def test_a_field_is_required_as_a_column_or_in_each_row() -> None:
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, PAYMENTS.replace(b"payment_id,order_id,method", b"F1,ref,how"))
    caller.call("POST", f"/v1/uploads/{upload_id}/dry-run")
    mapping = caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json["mapping"]
    fields = {field["name"]: (field["required"], field["may_be_empty"]) for field in mapping["fields"]}
    assert fields["order_id"] == (True, False)
    assert fields["notes"] == (True, True)  # masked: the values may stand under another name
    assert fields["card_expiry"] == (False, True)


def test_a_column_that_may_hold_card_data_has_no_samples_and_says_so() -> None:
    caller = Caller(MemoryLake())
    body = PAYMENTS.replace(b"payment_id,order_id,method,card_number,card_cvv", b"F1,ref,how,F4,F5")
    upload_id = uploaded(caller, body)
    caller.call("POST", f"/v1/uploads/{upload_id}/dry-run")
    check = caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json
    columns = {column["column"]: column for column in check["mapping"]["columns"]}
    because = check["grid"]["hidden_because"]
    assert (columns["F4"]["samples"], columns["F5"]["samples"]) == ([], [])
    assert columns["F4"]["reason"].endswith(
        "Its values are hidden: some look like card numbers or social security numbers."
    )
    assert {"F4", "F5"} <= {*because}
    assert columns["F5"]["reason"].endswith(f"Its values are hidden: {because['F5']}.")


def test_every_step_may_be_repeated() -> None:
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, PAYMENTS)
    assert caller.call("POST", f"/v1/uploads/{upload_id}/complete").status == 200
    once, twice = (caller.call("POST", f"/v1/uploads/{upload_id}/dry-run").json for _ in range(2))
    assert once == twice
    once, twice = (caller.call("POST", f"/v1/uploads/{upload_id}/commit").json for _ in range(2))
    assert once == twice
    assert list(caller.lake.objects.contents("raw")) == ["payments/today.csv"]
    assert caller.call("DELETE", f"/v1/uploads/{upload_id}").status == 409


def test_an_aborted_upload_is_forgotten() -> None:
    caller = Caller(MemoryLake())
    upload_id = uploaded(caller, PAYMENTS)
    assert [caller.call("DELETE", f"/v1/uploads/{upload_id}").json["state"] for _ in range(2)] == [
        "aborted",
        "aborted",
    ]
    assert caller.call("POST", f"/v1/uploads/{upload_id}/commit").status == 409
    assert list(caller.lake.objects.contents("staging")) == [f"uploads/{upload_id}/upload.json"]


@pytest.mark.parametrize(
    "name",
    [
        "../x.csv",
        "a/b.csv",
        "_hidden.csv",
        ".x",
        "a\u202eb.csv",
        "a\0.csv",
        "a\n.csv",
        " a.csv",
        "4111111111111111.csv",
    ],
)
def test_a_name_that_no_raw_key_may_have_is_refused(name: str) -> None:
    answer = Caller(MemoryLake()).call(
        "POST", "/v1/uploads", {"name": name, "size_bytes": 1, "sha256": "0" * 64}
    )
    assert answer.status == 422
    assert "4111111111111111" not in answer.text


def changed_on_its_way(caller: Caller) -> str:
    """An upload whose parts hold other bytes than its SHA-256 states."""
    upload = begin(caller, PAYMENTS)
    send_parts(caller, upload["upload_id"], PAYMENTS.replace(b"10.50", b"99.50"))
    return str(upload["upload_id"])


def test_content_of_another_sha256_is_refused_when_the_upload_completes() -> None:
    caller = Caller(MemoryLake())
    upload_id = changed_on_its_way(caller)
    answer = caller.call("POST", f"/v1/uploads/{upload_id}/complete")
    assert (answer.status, answer.json["rule"]) == (422, "content_differs")
    assert caller.call("GET", f"/v1/uploads/{upload_id}").json["state"] == "aborted"
    assert caller.call("POST", f"/v1/uploads/{upload_id}/commit").status == 409
    again = uploaded(caller, PAYMENTS)
    assert caller.call("POST", f"/v1/uploads/{again}/commit").status == 202


def test_a_large_file_of_another_sha256_is_refused_by_the_dry_run_and_cannot_be_committed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(commit_upload, "COMPARED_BYTES", 0)
    caller = Caller(MemoryLake())
    upload_id = changed_on_its_way(caller)
    assert caller.call("POST", f"/v1/uploads/{upload_id}/complete").status == 200
    assert caller.call("POST", f"/v1/uploads/{upload_id}/dry-run").status == 202
    answer = caller.call("GET", f"/v1/uploads/{upload_id}/dry-run").json
    assert (answer["state"], answer["error"]["rule"]) == ("failed", "content_differs")
    assert caller.call("POST", f"/v1/uploads/{upload_id}/commit").json["rule"] == "content_differs"
