"""The list of files over DynamoDB is that of the twin in memory: newest first, filtered, page by page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from headgate.aws.dynamodb.dynamo_file_index import DynamoFileIndex
from headgate.aws.dynamodb.ledger import DynamoLedger
from headgate.aws.in_memory_ports import MemoryLedger
from headgate.lake.file_index import FileFilter
from headgate.lake.ports import FileRecord
from headgate.lake.states import FileState
from tests.in_memory_ports import MemoryFileIndex

if TYPE_CHECKING:
    from headgate.lake.file_index import FileIndex
    from headgate.lake.ports import FileLedger
    from tests.integration.conftest import Lake

pytestmark = pytest.mark.integration
BEGAN = datetime(2026, 1, 2)


@pytest.fixture(params=["memory", "dynamodb"])
def index(request: pytest.FixtureRequest, lake: Lake) -> FileIndex:
    """An index of seven files, of which every second was rejected."""
    bucket = lake.bucket("raw")
    if request.param == "memory":
        memory = MemoryLedger()
        ledger: FileLedger = memory
        found: FileIndex = MemoryFileIndex(memory)
    else:
        client, table = lake.emulator.client("dynamodb"), lake.settings["HEADGATE_FILES_TABLE"]
        ledger, found = DynamoLedger(client, table), DynamoFileIndex(client, table, bucket)
    for n in range(7):
        state = FileState.REJECTED if n % 2 else FileState.DONE
        at = (BEGAN + timedelta(seconds=n)).isoformat()
        record = FileRecord(
            f"f{n}",
            bucket,
            f"orders/{n}.csv",
            "v",
            "orders" if n < 5 else "payments",
            state,
            1,
            f"sha{n}",
            received_at=at,
        )
        ledger.claim(record, now=BEGAN, lease_s=60)
        ledger.finish(record)
    return found


def listed(index: FileIndex, limit: int, where: FileFilter) -> list[str]:
    found, after = [], ""
    while True:
        page = index.newest(limit, after=after, where=where)
        found += [record.file_id for record in page.records]
        after = page.after
        if not after:
            return found


@pytest.mark.parametrize("limit", [1, 3, 7, 50])
def test_files_come_newest_first_each_once(index: FileIndex, limit: int) -> None:
    assert listed(index, limit, FileFilter()) == ["f6", "f5", "f4", "f3", "f2", "f1", "f0"]


def test_filters_are_combined(index: FileIndex) -> None:
    assert listed(index, 2, FileFilter(state=FileState.REJECTED)) == ["f5", "f3", "f1"]
    assert listed(index, 2, FileFilter(dataset="orders", state=FileState.DONE)) == ["f4", "f2", "f0"]
    assert listed(index, 2, FileFilter(name="/3.")) == ["f3"]
    assert listed(index, 2, FileFilter(dataset="orders", name="ORDERS/3.C")) == ["f3"]


def test_accepted_content_is_found_in_the_datasets_that_are_asked_for(index: FileIndex) -> None:
    assert index.accepted_with("sha2", ["payments", "orders"]) == "f2"
    assert index.accepted_with("sha2", ["payments"]) == ""
    assert index.accepted_with("sha1", ["orders"]) == ""
