"""A person maps the columns of a file in raw: the gate checks the whole file first, and only this check is
accepted.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from headgate.api.files import mapping_checks
from headgate.api.http.problems import ProblemError
from headgate.api.shapes.files import MappingDecision
from headgate.aws.in_memory_ports import MemoryLedger
from headgate.errors import ConflictError, ServiceError
from headgate.lake.ports import ObjectRef
from headgate.lake.senders import Senders
from headgate.uploads.upload import UploadMapping, UploadRecord
from tests.unit.api.files.test_mapped_uploads import FIELDS, german, plain
from tests.unit.api.files.test_upload_races import ANA, interrupt
from tests.unit.api.lakes import PAYMENTS, Answer, Caller, MemoryLake
from tests.unit.api.test_personal_data import CUSTOMERS, EMAIL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.lake.ports import FileRecord

pytestmark = pytest.mark.unit

KEY = "payments/zahlungen.csv"


def pending(body: bytes, lake: MemoryLake | None = None) -> tuple[Caller, str]:
    """An operator at a lake whose gate asks for a mapping of a file, and the path of this file."""
    caller = Caller(lake or MemoryLake())
    record = caller.lake.receive(KEY, body)
    assert record.state == "needs_mapping"
    return caller, f"/v1/files/{record.file_id}"


def decide(caller: Caller, path: str, fields: Mapping[str, str | None] = FIELDS) -> Answer:
    etag = caller.call("GET", f"{path}/mapping").headers["ETag"]
    return caller.call("PUT", f"{path}/mapping", {"columns": fields}, If_Match=etag)


def check(caller: Caller, path: str) -> tuple[dict[str, Any], str]:
    answer = caller.call("GET", f"{path}/dry-run")
    return answer.json, answer.headers["ETag"]


def accept(caller: Caller, path: str, etag: str) -> Answer:
    return caller.call("POST", f"{path}/mapping/accept", If_Match=etag)


def test_the_gate_checks_the_whole_file_before_a_mapping_is_accepted() -> None:
    """Counts of the check are those of the accepted file; before that nothing is remembered or written."""
    caller, path = pending(german(62))
    before, records = caller.lake.contents(), list(caller.lake.ledger.records())
    assert decide(caller, path).status == 200
    result, etag = check(caller, path)
    assert (result["outcome"], result["received"], result["accepted"], result["acceptance"]) == (
        "done",
        62,
        0,
        "nothing_accepted",
    )
    assert (result["mapped"], result["file_id"], len(result["rejected_rows"])) == (
        FIELDS,
        path.rpartition("/")[2],
        62,
    )
    assert (caller.lake.contents(), list(caller.lake.ledger.records())) == (before, records)
    sent = accept(caller, path, etag)
    assert (sent.status, sent.json["columns"]) == (202, FIELDS)
    record = caller.lake.receive(KEY)
    assert (record.file_id, record.received, record.accepted) == (sent.json["file_id"], 62, 0)
    assert caller.call("GET", f"/v1/files/{record.file_id}").json["acceptance"] == "nothing_accepted"


def test_a_mapping_that_was_not_checked_is_not_accepted() -> None:
    """No check, one that has not ended, and one of another mapping count for nothing."""
    caller, path = pending(plain(3))
    assert [caller.call("GET", f"{path}/dry-run").status, accept(caller, path, '"x"').status] == [404, 409]
    started: list[str] = []
    run, caller.lake.start = caller.lake.start, started.append  # type: ignore[method-assign]  # a check that takes a while
    assert decide(caller, path).json["state"] == "checking"
    early = accept(caller, path, check(caller, path)[1])
    assert (early.status, "not checked with this mapping" in early.json["detail"]) == (409, True)
    run(started[-1])
    read = check(caller, path)[1]
    decide(caller, path, {**FIELDS, "Ablauf": None})
    assert accept(caller, path, read).status == 412
    assert accept(caller, path, "").status == 428
    assert caller.lake.mappings.remembered() == []
    run(started[-1])
    assert accept(caller, path, check(caller, path)[1]).status == 202
    assert [mapping.fields[5] for mapping in caller.lake.mappings.remembered()] == [None]


def test_a_mapping_is_accepted_once_and_the_answer_may_be_repeated() -> None:
    caller, path = pending(plain(3))
    decide(caller, path)
    etag = check(caller, path)[1]
    first = accept(caller, path, etag)
    record = caller.lake.receive(KEY)
    again = accept(caller, path, etag)
    assert (first.status, again.status, again.json) == (202, 202, first.json)
    assert caller.lake.objects.info(ObjectRef("raw", KEY)).ref == record.ref


def test_the_mapping_that_was_read_is_accepted_whenever_another_one_is_checked() -> None:
    """Each call of a store is a moment at which another person may check another mapping."""
    other = MappingDecision(columns={**FIELDS, "Ablauf": None})
    caller, path = pending(plain(3))
    file_id = path.rpartition("/")[2]
    decide(caller, path)
    etag, suggested = check(caller, path)[1], caller.call("GET", f"{path}/mapping").headers["ETag"]
    for at in range(1000):
        lake = caller.lake.copy()
        lake.start = lambda _: None  # type: ignore[method-assign]  # the other check takes a while
        interruption = interrupt(
            lake, at, partial(mapping_checks.start, lake, ANA, file_id, other, suggested)
        )
        try:
            accepted = [tuple(mapping_checks.accept(lake, ANA, file_id, etag).columns.values())]
        except (ConflictError, ProblemError):
            accepted = []
        assert accepted in [[tuple(FIELDS.values())], []], at
        assert [mapping.fields for mapping in lake.mappings.remembered()] == accepted, at
        assert len(list(lake.objects.versions("raw", ""))) == 1 + len(accepted), at
        if not interruption:
            break
    assert at > 5


def test_fields_of_another_dataset_with_the_same_names_are_another_check() -> None:
    record = MemoryLake().receive(KEY, plain(3))
    mappings = [
        UploadMapping(json.dumps({"dataset": dataset}), (), ("id", "name"))
        for dataset in ("branches", "suppliers")
    ]
    assert len({UploadRecord.of_file(record, mapping, "").check_id for mapping in mappings}) == 2


def test_a_file_that_a_later_version_has_settled_is_not_mapped_any_more() -> None:
    records: dict[str, FileRecord] = {}
    caller, path = pending(plain(3), MemoryLake(ledger=MemoryLedger(records)))
    decide(caller, path)
    etag = check(caller, path)[1]
    file_id = path.rpartition("/")[2]
    records[file_id] = replace(records[file_id], closed_by="f" * 32)
    assert accept(caller, path, etag).status == 404


def test_a_check_is_always_by_the_current_contract() -> None:
    """The same mapping is checked again: a contract, and so the counts, may have changed since the check
    before.
    """
    caller, path = pending(plain(3))
    started: list[str] = []
    run, caller.lake.start = caller.lake.start, started.append  # type: ignore[method-assign]
    for _ in range(2):
        assert decide(caller, path).json["state"] == "checking"
        run(started[-1])
    assert len(started) == 2


def test_a_check_that_died_or_could_not_be_started_can_be_repeated() -> None:
    caller, path = pending(plain(3))
    run, caller.lake.start = caller.lake.start, lambda _: None  # type: ignore[method-assign]  # the function is killed
    decide(caller, path)
    caller.lake.moment += timedelta(minutes=17)
    assert check(caller, path)[0]["error"]["rule"] == "check_died"

    def throttled(_: str) -> None:
        raise ServiceError("invoke dry_run: too many requests")

    caller.lake.start = throttled  # type: ignore[method-assign]
    assert [decide(caller, path).status, caller.call("GET", f"{path}/dry-run").status] == [502, 404]
    caller.lake.start = run  # type: ignore[method-assign]
    assert decide(caller, path).json["state"] == "checked"


def test_a_file_whose_original_is_gone_is_not_checked() -> None:
    caller, path = pending(plain(3))
    caller.lake.objects.delete(caller.lake.objects.info(ObjectRef("raw", KEY)).ref)
    gone = decide(caller, path)
    assert (gone.status, gone.json["detail"]) == (
        409,
        "The original is no longer in raw. Upload the file again.",
    )


def test_an_original_that_goes_after_its_check_is_not_accepted() -> None:
    caller, path = pending(plain(3))
    decide(caller, path)
    etag = check(caller, path)[1]
    caller.lake.objects.delete(caller.lake.objects.info(ObjectRef("raw", KEY)).ref)
    gone = accept(caller, path, etag)
    assert (gone.status, gone.json["detail"]) == (
        409,
        "The original is no longer in raw. Upload the file again.",
    )


def test_the_newest_version_is_not_checked_or_copied_instead_of_the_mapped_one() -> None:
    caller, path = pending(plain(3))
    caller.lake.objects.write(ObjectRef("raw", KEY), PAYMENTS)
    decide(caller, path)
    result, etag = check(caller, path)
    assert (result["state"], result["accepted"]) == ("checked", 3)
    accept(caller, path, etag)
    assert caller.lake.objects.read(ObjectRef("raw", KEY)) == plain(3)


@pytest.mark.parametrize("groups", [(), ("viewer",)])
def test_only_uploaders_check_and_accept_mappings(groups: tuple[str, ...]) -> None:
    caller, path = pending(plain(3))
    decide(caller, path)
    etag = check(caller, path)[1]
    reader = Caller(caller.lake, groups, "vera")
    asked = [
        reader.call("PUT", f"{path}/mapping", {}),
        reader.call("GET", f"{path}/dry-run"),
        accept(reader, path, etag),
    ]
    assert {answer.status for answer in asked} == {403}


def test_a_check_is_no_upload() -> None:
    """Else an operator could abort or commit it by another way."""
    caller, path = pending(plain(3))
    decide(caller, path)
    file_id = path.rpartition("/")[2]
    assert caller.call("GET", f"/v1/uploads/{file_id}").status == 404
    assert caller.call("GET", f"/v1/uploads/file-{file_id}").status in {404, 422}


@pytest.mark.parametrize(
    "fields", [{"C1": "customer_id"}, {"C1": "customer_id", "email": "region_id", "region_id": "email"}]
)
def test_a_check_has_values_about_people_for_the_files_sender_and_the_group_only(
    fields: dict[str, str | None],
) -> None:
    """Whatever field a column with e-mail addresses is said to be."""
    lake = MemoryLake()
    record = lake.receive("customers/foreign.csv", CUSTOMERS.replace(b"customer_id", b"C1"))
    Senders(lake.objects, "artifacts").keep_uploader(record.file_id, "ana")
    path = f"/v1/files/{record.file_id}"
    for name in ("ana", "bob"):
        decide(Caller(lake, ("uploader",), name), path, fields)
        readers = {
            reader
            for reader in ("ana", "bob")
            if EMAIL in Caller(lake, ("uploader",), reader).call("GET", f"{path}/dry-run").text
        }
        assert readers == {"ana"}
    assert EMAIL in Caller(lake, ("operator",), "olga").call("GET", f"{path}/dry-run").text
