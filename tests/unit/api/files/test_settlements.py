"""Files that a later version of their name replaced, in lists and on their pages."""

from __future__ import annotations

import pytest

from tests.unit.api.lakes import PAYMENTS, Caller, MemoryLake

pytestmark = pytest.mark.unit

CORRECTED = PAYMENTS.replace(b"A1", b"A9")


@pytest.fixture
def caller() -> Caller:
    return Caller(MemoryLake())


def closed_by(caller: Caller, file_id: str) -> tuple[str, str]:
    """Return the file that replaces this one, by its own page and by the list."""
    listed = {file["file_id"]: file["closed_by"] for file in caller.call("GET", "/v1/files").json["files"]}
    return caller.call("GET", f"/v1/files/{file_id}").json["closed_by"], listed[file_id]


def test_a_later_version_of_a_file_replaces_it_before_any_run(caller: Caller) -> None:
    old = caller.lake.receive("payments/today.csv", PAYMENTS).file_id
    assert closed_by(caller, old) == ("", "")
    new = caller.lake.receive("payments/today.csv", CORRECTED).file_id
    assert closed_by(caller, old) == (new, new)
    assert closed_by(caller, new) == ("", "")


def test_a_file_of_another_name_replaces_nothing(caller: Caller) -> None:
    old = caller.lake.receive("payments/today.csv", PAYMENTS).file_id
    caller.lake.receive("payments/yesterday.csv", CORRECTED)
    assert closed_by(caller, old) == ("", "")


def test_an_undone_version_replaces_nothing(caller: Caller) -> None:
    old = caller.lake.receive("payments/today.csv", PAYMENTS).file_id
    new = caller.lake.receive("payments/today.csv", CORRECTED).file_id
    assert caller.call("POST", f"/v1/files/{new}/revert").status < 300
    assert closed_by(caller, old) == ("", "")


def test_the_list_agrees_with_the_rows_to_fix(caller: Caller) -> None:
    caller.lake.receive("payments/today.csv", PAYMENTS)
    caller.lake.receive("payments/today.csv", CORRECTED)
    listed = caller.call("GET", "/v1/files").json["files"]
    waiting = caller.call("GET", "/v1/quarantine").json["waiting"]
    assert [file["file_id"] for file in listed if not file["closed_by"]] == [
        file["file_id"] for file in waiting
    ]
