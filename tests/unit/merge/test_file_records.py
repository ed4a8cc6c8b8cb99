"""The ledger is a table: one row per file, published only where a record changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.contracts.registry import Registry
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.lake.states import FileState
from headgate.merge.file_records import publish_file_records
from headgate.quality.contract_audit import audit
from headgate.snapshots.publishing import Publisher
from headgate.values.parquet_tables import table_of

pytestmark = pytest.mark.unit

TABLE = Registry.load().lake["file_records"]
COUNTS = {"received": 3, "accepted": 2, "quarantined": 1}
DONE = FileRecord(
    "f1",
    "raw",
    "orders/a.csv",
    "v1",
    "orders",
    FileState.DONE,
    10,
    **COUNTS,
    received_at="2026-01-02T03:04:05",
)
DONE = replace(DONE, profile={"score": "0.75", "drift": ""})
REJECTED = FileRecord(
    "f2",
    "raw",
    "b.csv",
    "v1",
    "",
    FileState.REJECTED,
    received_at="2026-01-01T00:00:00.5",
    error={"rule": "not_a_table", "message": "no"},
)


@pytest.fixture
def publisher() -> Publisher:
    catalog = MemoryCatalog()
    catalog.create("curated", "file_records", "s3://curated/none/")
    return Publisher(MemoryObjects(), catalog, "curated", "curated", audit)


def test_each_row_names_who_sent_and_who_undid_the_file(publisher: Publisher) -> None:
    sent = replace(DONE, sent_by="eva@example.com")
    undone = replace(REJECTED, error={"reverted_by": "ana@example.com"})
    key = publish_file_records(publisher, TABLE, [sent, undone]).location.removeprefix("s3://curated/")
    rows = table_of(publisher.objects.read(ObjectRef("curated", f"{key}part-00000.parquet"))).to_pylist()
    assert [(row["sent_by"], row["undone_by"]) for row in rows] == [
        (None, "ana@example.com"),
        ("eva@example.com", None),
    ]


def test_each_file_is_a_row_with_counts_score_and_error(publisher: Publisher) -> None:
    published = publish_file_records(publisher, TABLE, [DONE, REJECTED])
    key = published.location.removeprefix("s3://curated/") + "part-00000.parquet"
    first, second = table_of(publisher.objects.read(ObjectRef("curated", key))).to_pylist()
    assert (first["file_id"], first["state"], first["rule"], first["dataset"]) == (
        "f2",
        "rejected",
        "not_a_table",
        None,
    )
    assert first["received_at"] == datetime(2026, 1, 1, 0, 0, 0, 500_000)
    assert (
        second["rows_received"],
        second["rows_accepted"],
        second["rows_quarantined"],
        second["quality_score"],
    ) == (3, 2, 1, 0.75)


def test_the_same_records_in_any_order_publish_nothing_new(publisher: Publisher) -> None:
    assert publish_file_records(publisher, TABLE, [DONE, REJECTED]).changed
    assert not publish_file_records(publisher, TABLE, [REJECTED, DONE]).changed
    assert publish_file_records(publisher, TABLE, [DONE]).changed


def test_an_empty_ledger_is_an_empty_table(publisher: Publisher) -> None:
    assert publish_file_records(publisher, TABLE, []).rows == 0
