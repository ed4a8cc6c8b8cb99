"""A person edits a file in raw of which no row is in the lake: the gate checks the whole file first, and only
this check is committed.
"""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from headgate.api.files import uploads
from headgate.api.http.problems import ProblemError
from headgate.api.shapes.uploads import UploadEdits
from headgate.aws.in_memory_ports import MemoryLedger
from headgate.errors import ConflictError, ServiceError
from headgate.lake.ports import ObjectRef
from tests.unit.api.files.test_mapped_uploads import FIELDS, german, plain
from tests.unit.api.files.test_upload_races import ANA, interrupt
from tests.unit.api.lakes import PAYMENTS, Answer, Caller, MemoryLake

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.lake.ports import FileRecord

pytestmark = pytest.mark.unit

KEY = "payments/zahlungen.csv"
DAY = date(2024, 1, 1)
GERMAN = {"amount": {"decimal": ","}}


def opened(body: bytes, lake: MemoryLake | None = None, key: str = KEY) -> tuple[Caller, str]:
    """An operator who has opened a file of raw, and the path of this file as an upload.

    Without a lake the operator has a copy of the one in which the same file was opened before.
    """
    if lake:
        return opened_in(lake, body, key)
    caller, path = opened_alone(body, key)
    return Caller(caller.lake.copy()), path


@cache
def opened_alone(body: bytes, key: str) -> tuple[Caller, str]:
    """A lake of one opened file, which no test changes."""
    return opened_in(MemoryLake(), body, key)


def opened_in(lake: MemoryLake, body: bytes, key: str) -> tuple[Caller, str]:
    caller = Caller(lake)
    record = caller.lake.receive(key, body)
    answer = caller.call("POST", f"/v1/files/{record.file_id}/edit")
    assert answer.status == 201, answer.text
    return caller, f"/v1/uploads/{answer.json['upload_id']}"


def file_id_of(path: str) -> str:
    return path.rpartition("/file-")[2]


def edit(caller: Caller, path: str, fields: Mapping[str, str | None] = FIELDS, **others: object) -> Answer:
    return caller.call("PUT", f"{path}/edits", {"columns": fields, **others})


def check(caller: Caller, path: str) -> tuple[dict[str, Any], str]:
    answer = caller.call("GET", f"{path}/dry-run")
    return answer.json, answer.headers["ETag"]


def commit(caller: Caller, path: str, etag: str) -> Answer:
    return caller.call("POST", f"{path}/commit", If_Match=etag)


def test_the_gate_checks_the_whole_file_before_it_is_committed() -> None:
    """Counts of the check are those of the new version; before that nothing is remembered or written."""
    caller, path = opened(german(62))
    before, records = caller.lake.contents(), list(caller.lake.ledger.records())
    assert edit(caller, path).status == 200
    result, etag = check(caller, path)
    assert (result["outcome"], result["received"], result["accepted"], result["acceptance"]) == (
        "done",
        62,
        0,
        "nothing_accepted",
    )
    assert (caller.lake.contents(), list(caller.lake.ledger.records())) == (before, records)
    sent = commit(caller, path, etag)
    assert sent.status == 202
    record = caller.lake.receive(KEY)
    assert (record.file_id, record.received, record.accepted) == (sent.json["file_id"], 62, 0)
    assert caller.lake.objects.read(ObjectRef("raw", KEY)) == german(62)  # its columns alone are mapped


@pytest.mark.parametrize("key", [KEY, "inbox/lieferung.xlsx"])
def test_formats_and_typed_cells_make_a_new_version_under_the_same_key(key: str) -> None:
    """So the new version settles the one that waits."""
    body = german(3, day=b"2024-01-01 10:00:00")
    if key.endswith("xlsx"):
        workbook = openpyxl.Workbook()
        for line in body.decode("cp1252").splitlines():
            cells = line.split(";")
            workbook.active.append([DAY if cell == "2024-01-01 10:00:00" else cell for cell in cells])
        stream = io.BytesIO()
        workbook.save(stream)
        body = stream.getvalue()
    caller, path = opened(body, key=key)
    typed = {"row": 2, "column": "Geld", "text": "EUR"}
    edited = {"dataset": "payments", "formats": GERMAN, "cells": [typed]}
    assert edit(caller, path, **edited).json["accepted"] == 3
    sent = commit(caller, path, check(caller, path)[1])
    record = caller.lake.receive(key)
    assert (record.file_id, record.state, record.accepted) == (sent.json["file_id"], "done", 3)
    story = caller.call("GET", f"/v1/files/{record.file_id}").json
    assert story["edited_before"]["cells"] == 1
    shown = {"row": 2, "column": "Geld", "before": "GBP", "after": "EUR", "is_hidden": False}
    assert story["edited_before"]["typed"] == [shown]


@pytest.mark.parametrize(
    "body", [german(3), plain(3).replace(b"Bestellung", b"order_id")[:40] + b"\n", PAYMENTS]
)
def test_only_a_file_without_rows_in_the_lake_is_edited_as_a_whole(body: bytes) -> None:
    caller = Caller(MemoryLake())
    record = caller.lake.receive("payments/any.csv", body)
    answer = caller.call("POST", f"/v1/files/{record.file_id}/edit")
    assert answer.status == (409 if record.accepted else 201)
    assert caller.call("POST", f"/v1/files/{'0' * 32}/edit").status == 404


def test_a_file_without_bytes_has_nothing_to_edit() -> None:
    caller = Caller(MemoryLake())
    record = caller.lake.receive("payments/empty.csv", b"")
    answer = caller.call("POST", f"/v1/files/{record.file_id}/edit")
    assert (record.state, record.content_sha256, answer.status) == ("rejected", "", 409)
    assert "no content from this file" in answer.json["detail"]


def test_edits_that_were_not_checked_are_not_committed() -> None:
    """No check, one that has not ended, and one of other edits count for nothing."""
    caller, path = opened(plain(3))
    assert [caller.call("GET", f"{path}/dry-run").status, commit(caller, path, '"x"').status] == [404, 404]
    started: list[str] = []
    run, caller.lake.start = caller.lake.start, started.append  # type: ignore[method-assign]  # a check that takes a while
    assert edit(caller, path).json["state"] == "checking"
    early = commit(caller, path, check(caller, path)[1])
    assert (early.status, "not checked with this mapping" in early.json["detail"]) == (409, True)
    run(started[-1])
    read = check(caller, path)[1]
    edit(caller, path, {**FIELDS, "Ablauf": None})
    assert commit(caller, path, read).status == 412
    assert commit(caller, path, "").status == 428
    assert caller.lake.mappings.remembered() == []
    run(started[-1])
    assert commit(caller, path, check(caller, path)[1]).status == 202
    assert [mapping.fields[5] for mapping in caller.lake.mappings.remembered()] == [None]


def test_a_file_is_committed_once_and_the_answer_may_be_repeated() -> None:
    caller, path = opened(plain(3))
    edit(caller, path)
    etag = check(caller, path)[1]
    first = commit(caller, path, etag)
    record = caller.lake.receive(KEY)
    again = commit(caller, path, etag)
    assert (first.status, again.status, again.json) == (202, 202, first.json)
    assert caller.lake.objects.info(ObjectRef("raw", KEY)).ref == record.ref
    reopened = caller.call("POST", f"/v1/files/{file_id_of(path)}/edit").json
    assert (reopened["state"], reopened["file_id"]) == ("committed", record.file_id)


def test_a_file_that_came_in_after_a_check_does_not_change_the_check() -> None:
    caller, path = opened(plain(3))
    edit(caller, path)
    read = check(caller, path)
    assert caller.lake.receive("payments/other.csv", PAYMENTS).accepted
    assert check(caller, path) == read
    assert commit(caller, path, read[1]).status == 202


def test_the_edits_that_were_read_are_committed_whenever_others_are_checked() -> None:
    """Each call of a store is a moment at which another person may edit the file."""
    other = UploadEdits(columns={**FIELDS, "Ablauf": None})
    caller, path = opened(plain(3))
    upload_id = path.rpartition("/")[2]
    edit(caller, path)
    etag = check(caller, path)[1]
    for at in range(1000):
        lake = caller.lake.copy()
        lake.start = lambda _: None  # type: ignore[method-assign]  # the other check takes a while
        interruption = interrupt(lake, at, partial(uploads.edit, lake, ANA, upload_id, other))
        try:
            uploads.commit(lake, ANA, upload_id, etag)
            committed = [tuple(FIELDS.values())]
        except (ConflictError, ProblemError):
            committed = []
        assert [mapping.fields for mapping in lake.mappings.remembered()] == committed, at
        assert len(list(lake.objects.versions("raw", ""))) == 1 + len(committed), at
        if not interruption:
            break
    assert at > 5


def test_a_file_that_a_later_version_has_settled_is_not_committed_any_more() -> None:
    records: dict[str, FileRecord] = {}
    caller, path = opened(plain(3), MemoryLake(ledger=MemoryLedger(records)))
    edit(caller, path)
    etag = check(caller, path)[1]
    file_id = file_id_of(path)
    records[file_id] = replace(records[file_id], closed_by="f" * 32)
    assert commit(caller, path, etag).status == 409
    assert caller.call("POST", f"/v1/files/{file_id}/edit").status == 409


def test_a_file_that_is_opened_again_keeps_its_edits_and_is_checked_again() -> None:
    """A contract, and so the counts, may have changed since the check before."""
    caller, path = opened(plain(3))
    edit(caller, path, {**FIELDS, "Ablauf": None})
    caller.call("POST", f"/v1/files/{file_id_of(path)}/edit")
    assert caller.call("GET", f"{path}/dry-run").status == 404
    caller.call("POST", f"{path}/dry-run")
    assert check(caller, path)[0]["edits"]["columns"]["Ablauf"] is None


def test_a_check_that_died_or_could_not_be_started_can_be_repeated() -> None:
    caller, path = opened(plain(3))
    run, caller.lake.start = caller.lake.start, lambda _: None  # type: ignore[method-assign]  # the function is killed
    edit(caller, path)
    caller.lake.moment += timedelta(minutes=17)
    assert check(caller, path)[0]["error"]["rule"] == "check_died"

    def throttled(_: str) -> None:
        raise ServiceError("invoke dry_run: too many requests")

    caller.lake.start = throttled  # type: ignore[method-assign]
    assert [edit(caller, path).status, caller.call("GET", f"{path}/dry-run").status] == [502, 404]
    caller.lake.start = run  # type: ignore[method-assign]
    assert edit(caller, path).json["state"] == "checked"


GONE = (409, "The original is no longer in raw. Upload the file again.")


def test_a_file_whose_original_is_gone_is_not_opened() -> None:
    caller, path = opened(plain(3))
    caller.lake.objects.delete(caller.lake.objects.info(ObjectRef("raw", KEY)).ref)
    gone = caller.call("POST", f"/v1/files/{file_id_of(path)}/edit")
    assert (gone.status, gone.json["detail"]) == GONE


def test_an_original_that_goes_after_its_check_is_not_committed() -> None:
    caller, path = opened(plain(3))
    edit(caller, path)
    etag = check(caller, path)[1]
    caller.lake.objects.delete(caller.lake.objects.info(ObjectRef("raw", KEY)).ref)
    gone = commit(caller, path, etag)
    assert (gone.status, gone.json["detail"]) == GONE


def test_the_newest_version_is_not_checked_or_copied_instead_of_the_edited_one() -> None:
    caller, path = opened(plain(3))
    caller.lake.objects.write(ObjectRef("raw", KEY), PAYMENTS)
    edit(caller, path)
    result, etag = check(caller, path)
    assert (result["state"], result["accepted"]) == ("checked", 3)
    commit(caller, path, etag)
    assert caller.lake.objects.read(ObjectRef("raw", KEY)) == plain(3)


@pytest.mark.parametrize("groups", [(), ("viewer",)])
def test_only_uploaders_edit_a_file(groups: tuple[str, ...]) -> None:
    caller, path = opened(plain(3))
    edit(caller, path)
    etag = check(caller, path)[1]
    reader = Caller(caller.lake, groups, "vera")
    asked = [
        reader.call("POST", f"/v1/files/{file_id_of(path)}/edit"),
        edit(reader, path),
        reader.call("GET", f"{path}/dry-run"),
        reader.call("GET", f"{path}/rows"),
        commit(reader, path, etag),
    ]
    assert {answer.status for answer in asked} == {403}


def test_edits_that_are_forgotten_leave_the_file_in_raw() -> None:
    caller, path = opened(plain(3))
    edit(caller, path)
    assert caller.call("DELETE", path).json["state"] == "aborted"
    assert caller.lake.objects.read(ObjectRef("raw", KEY)) == plain(3)
    assert caller.call("POST", f"/v1/files/{file_id_of(path)}/edit").json["state"] == "complete"
