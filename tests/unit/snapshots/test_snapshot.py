"""Snapshots are plain values: one text, one id, read back as they were written."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.snapshots.delete_old_versions import (
    delete_old_versions,
    delete_versions,
    old_versions,
    versions,
)
from headgate.snapshots.read_snapshots import fetch, lake_snapshot
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot, MergedIncrements, snapshot_id_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

ORDERS = DatasetSnapshot(
    "orders", "1a", "snapshots/orders/1a/", rows=8, size_bytes=100, rows_in=10, latest_on="2024-01-31"
)
REGIONS = DatasetSnapshot("regions", "2b", "snapshots/regions/2b/", rows=0, size_bytes=10)
LAKE = LakeSnapshot("3c", date(2024, 1, 31), {"regions": REGIONS, "orders": ORDERS})
TEXTS = st.lists(st.text(alphabet="abc/0-9", min_size=1), max_size=6, unique=True)


def test_a_manifest_reads_back_as_it_was_written() -> None:
    assert LakeSnapshot.from_json(LAKE.to_json()) == LAKE


def test_equal_snapshots_give_equal_texts() -> None:
    other = LakeSnapshot("3c", date(2024, 1, 31), {"orders": ORDERS, "regions": REGIONS})
    assert other.to_json() == LAKE.to_json()


def test_superseded_rows_are_those_that_did_not_stay() -> None:
    assert (ORDERS.superseded, REGIONS.superseded) == (2, 0)


@given(parts=TEXTS, data=st.data())
def test_an_id_depends_on_the_parts_and_not_on_their_order(parts: list[str], data: st.DataObject) -> None:
    assert snapshot_id_of(data.draw(st.permutations(parts))) == snapshot_id_of(parts)
    assert len(snapshot_id_of(parts)) == 16
    assert snapshot_id_of([*parts, "one more"]) != snapshot_id_of(parts)


@given(increments=TEXTS)
def test_what_was_merged_reads_back_as_it_was_written(increments: list[str]) -> None:
    merged = MergedIncrements("1a", "headgate.curated.orders@1.0.0", tuple(increments))
    assert MergedIncrements.from_json(merged.to_json()) == merged


def test_the_newest_snapshot_is_read_by_the_pointer_and_any_by_its_id() -> None:
    objects = MemoryObjects()
    for name in (keys.CURRENT, "3c"):
        objects.write(ObjectRef("curated", keys.lake_snapshot_key(name)), LAKE.to_json().encode())
    assert lake_snapshot(objects, "curated") == lake_snapshot(objects, "curated", "3c") == LAKE
    with pytest.raises(NotFoundError):
        lake_snapshot(objects, "curated", "4d")


def test_datasets_are_fetched_as_files(tmp_path: Path) -> None:
    objects = MemoryObjects()
    objects.write(ObjectRef("curated", "snapshots/orders/1a/part-00000.parquet"), b"rows")
    files = fetch(objects, "curated", LAKE, ["orders"], tmp_path)
    assert [path.read_bytes() for path in files["orders"]] == [b"rows"]


def test_every_part_of_a_dataset_is_fetched_in_the_order_of_the_key(tmp_path: Path) -> None:
    objects = MemoryObjects()
    for number in (10, 2, 0, 1):
        objects.write(ObjectRef("curated", keys.part("snapshots/orders/1a/", number)), str(number).encode())
    files = fetch(objects, "curated", LAKE, ["orders"], tmp_path)
    assert [path.read_bytes() for path in files["orders"]] == [b"0", b"1", b"2", b"10"]


def test_a_snapshot_without_any_part_is_not_an_empty_dataset(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no object below s3://curated/snapshots/orders/1a/"):
        fetch(MemoryObjects(), "curated", LAKE, ["orders"], tmp_path)


def test_a_dataset_that_the_snapshot_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="lake snapshot 3c has no dataset customers, payments"):
        fetch(MemoryObjects(), "curated", LAKE, ["payments", "orders", "customers"], tmp_path)


def versioned(count: int) -> MemoryObjects:
    """Versions v0, v1, …, each an hour after the last, of two objects each."""
    hours = iter(datetime(2024, 1, 1, hour) for hour in range(24) for _ in range(2))
    objects = MemoryObjects(clock=lambda: next(hours))
    for number in range(count):
        for part in range(2):
            objects.write(ObjectRef("prod", keys.part(f"tables/churn_risk/v{number}/", part)), b"")
    return objects


def left(objects: MemoryObjects) -> set[str]:
    return {key.split("/")[2] for key in objects.contents("prod")}


def test_old_versions_are_forgotten_and_the_newest_stay() -> None:
    objects = versioned(8)
    assert sorted(delete_old_versions(objects, "prod", "tables/churn_risk/", named=())) == ["v0", "v1", "v2"]
    assert left(objects) == {"v3", "v4", "v5", "v6", "v7"}


def test_an_object_that_is_written_again_after_the_listing_stays() -> None:
    objects = versioned(8)
    (oldest,) = old_versions(objects, "prod", "tables/churn_risk/", named=(), keep=7)
    objects.clock = lambda: datetime(2024, 2, 1)
    again = oldest.objects[0].ref
    objects.write(again, b"needed again")
    delete_versions(objects, [oldest])
    assert objects.read(again) == b"needed again"


def test_a_version_that_is_named_is_never_forgotten() -> None:
    objects = versioned(8)
    delete_old_versions(objects, "prod", "tables/churn_risk/", named={"v0"}, keep=1)
    assert left(objects) == {"v0", "v7"}


def test_versions_that_may_be_in_the_making_are_not_forgotten() -> None:
    objects = versioned(4)
    unneeded = old_versions(
        objects, "prod", "tables/churn_risk/", named=(), keep=0, before=datetime(2024, 1, 1, 2)
    )
    assert {version.name for version in unneeded} == {"v0", "v1"}


def test_versions_are_listed_newest_first_and_objects_beside_them_are_none() -> None:
    objects = versioned(3)
    objects.write(ObjectRef("prod", "tables/churn_risk/readme.txt"), b"")
    assert [version.name for version in versions(objects, "prod", "tables/churn_risk/")] == ["v2", "v1", "v0"]


@pytest.mark.parametrize(
    ("snapshot_id", "message"),
    [
        ("nope", "The lake has no snapshot nope. Use `current`"),
        (keys.CURRENT, "The lake has no snapshot yet. `headgate run`"),
    ],
)
def test_a_snapshot_that_is_not_there_is_named_with_what_to_do(snapshot_id: str, message: str) -> None:
    with pytest.raises(NotFoundError, match=f"^{message}"):
        lake_snapshot(MemoryObjects(), "curated", snapshot_id)
