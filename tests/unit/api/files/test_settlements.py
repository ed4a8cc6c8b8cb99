"""Files that a later version of their name replaced, in lists and on their pages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from headgate.api.files import file_records
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.snapshots.snapshot import LakeSnapshot
from tests.unit.api.lakes import PAYMENTS, Caller, MemoryLake

if TYPE_CHECKING:
    from headgate.lake.file_index import FileFilter, FileListPage

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


def end_run(lake: MemoryLake) -> None:
    """Write the manifest of a run that ends now."""
    manifest = LakeSnapshot("run", lake.moment.date(), {}).to_json()
    lake.objects.write(ObjectRef("curated", keys.lake_snapshot_key(keys.CURRENT)), manifest.encode())


def records_read(caller: Caller, monkeypatch: pytest.MonkeyPatch, file_id: str) -> int:
    """Return how many records the page of a file reads to find its settlement."""
    read = 0
    newest = caller.lake.files.newest

    def counted(limit: int, *, after: str = "", where: FileFilter) -> FileListPage:
        nonlocal read
        page = newest(limit, after=after, where=where)
        read += len(page.records)
        return page

    with monkeypatch.context() as patched:
        patched.setattr(caller.lake.files, "newest", counted)
        assert caller.call("GET", f"/v1/files/{file_id}").status == 200
    return read


def test_files_older_than_the_newest_run_are_not_read(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_records, "_NEWER_FILES_AT_ONCE", 2)
    old = caller.lake.receive("payments/today.csv", PAYMENTS).file_id
    for number in range(10):
        caller.lake.receive(f"payments/{number}.csv", PAYMENTS + b"A%d;1\n" % number)
    assert records_read(caller, monkeypatch, old) == 11
    caller.lake.moment += file_records.LONGEST_RUN
    end_run(caller.lake)
    assert records_read(caller, monkeypatch, old) == 2


def test_a_file_that_came_after_or_during_the_newest_run_replaces_an_older_one(caller: Caller) -> None:
    first, second = (
        caller.lake.receive(f"payments/{name}.csv", PAYMENTS + name.encode()).file_id for name in ("a", "b")
    )
    caller.lake.moment += timedelta(days=2)
    during = caller.lake.receive("payments/a.csv", CORRECTED).file_id
    caller.lake.moment += timedelta(hours=1)
    end_run(caller.lake)
    after = caller.lake.receive("payments/b.csv", CORRECTED + b"b").file_id
    assert closed_by(caller, first) == (during, during)
    assert closed_by(caller, second) == (after, after)


def test_a_list_reads_a_limited_number_of_newer_files(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = caller.lake.receive("payments/today.csv", PAYMENTS).file_id
    new = caller.lake.receive("payments/today.csv", CORRECTED).file_id
    for number in range(5):
        caller.lake.receive(f"payments/{number}.csv", PAYMENTS + b"A%d;1\n" % number)
    assert caller.call("GET", f"/v1/files/{old}").json["closed_by"] == new
    for name in ("MAX_NEWER_FILES", "_NEWER_FILES_AT_ONCE"):
        monkeypatch.setattr(file_records, name, 5)
    assert records_read(caller, monkeypatch, old) == 5
    assert caller.call("GET", f"/v1/files/{old}").json["closed_by"] == ""
