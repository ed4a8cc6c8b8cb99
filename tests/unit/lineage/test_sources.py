"""A table's lineage ends at the raw files whose rows are in it."""

from __future__ import annotations

from datetime import date

import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.lake import keys
from headgate.lake.ports import FileRecord, ObjectRef
from headgate.lake.states import FileState
from headgate.lineage.sources import sources_of_table
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot, MergedIncrements

pytestmark = pytest.mark.unit

ORDERS = DatasetSnapshot("orders", "s1", "tables/orders/s1/", 3, 100, 4)
LAKE = LakeSnapshot(
    "lake1",
    date(2012, 1, 1),
    {"orders": ORDERS, "regions": DatasetSnapshot("regions", "s2", "tables/regions/s2/", 1, 10)},
)


def record(key: str, increment: str) -> FileRecord:
    return FileRecord(key, "raw", key, "v1", "orders", FileState.DONE, curated_key=increment)


def test_files_are_those_whose_increments_were_merged() -> None:
    objects = MemoryObjects()
    merged = MergedIncrements(
        "s1", "orders@1", ("increments/orders/a.parquet", "increments/orders/b.parquet edition-2")
    )
    objects.write(ObjectRef("curated", keys.merged_increments_key("orders", "s1")), merged.to_json().encode())
    records = [
        record("orders/z.csv", "increments/orders/a.parquet"),
        record("orders/b.csv", "increments/orders/b.parquet"),
    ]
    late = record("orders/late.csv", "increments/orders/c.parquet")
    found = sources_of_table(
        objects,
        "curated",
        LAKE,
        [*records, late],
        table="prod.sales",
        system="hub",
        reads=["orders", "payments"],
    )
    assert [dataset.dataset for dataset in found.datasets] == ["orders"]
    assert [file.key for file in found.files] == ["orders/b.csv", "orders/z.csv"]
    assert (found.snapshot_id, found.as_of) == ("lake1", date(2012, 1, 1))


def test_a_snapshot_whose_list_was_deleted_has_datasets_and_no_files() -> None:
    found = sources_of_table(
        MemoryObjects(), "curated", LAKE, [], table="prod.sales", system="hub", reads=["orders", "regions"]
    )
    assert ([dataset.dataset for dataset in found.datasets], found.files) == (["orders", "regions"], ())
