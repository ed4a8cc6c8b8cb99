"""Snapshots of datasets are versions of an Iceberg table, whatever the history of the lake was."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from headgate.lake import keys
from headgate.snapshots.fresh_snapshots import KEPT
from headgate.snapshots.iceberg import METADATA_LOCATION, IcebergTables
from headgate.snapshots.iceberg_manifests import ManifestWriter
from tests.examples import examples
from tests.iceberg_rows import iceberg_rows
from tests.unit.merge.test_merge_histories import STEPS, Step, apply
from tests.unit.merge.test_merge_lake import BUCKET, order
from tests.unit.merge.test_parts import START, PartedLake

if TYPE_CHECKING:
    from headgate.lake.ports import TableVersion
    from headgate.merge.merge_lake import Merging

pytestmark = pytest.mark.unit

LARGEST = 10**9


class IcebergLake(PartedLake):
    """A lake in parts whose tables are Iceberg tables, too."""

    def merging(self, held: Any = None) -> Merging:  # noqa: ANN401 as the lake's own
        clock = self.objects.clock
        return replace(super().merging(held), iceberg=IcebergTables(self.objects, clock, ManifestWriter))

    @property
    def orders(self) -> TableVersion:
        return self.catalog.current("ecommerce_curated", "orders")

    def versions(self) -> dict[str, list[str]]:
        """The keys of the rows of every version in the metadata; the shown one is the catalog's."""
        read = iceberg_rows(self.objects, BUCKET, self.orders)
        assert self.orders.shows(keys.snapshot_prefix("orders", read.shown))
        return {name: rows["order_id"].to_pylist() for name, rows in read.versions.items()}


@pytest.fixture
def lake(tmp_path: Path) -> IcebergLake:
    return IcebergLake(tmp_path)


@examples(8)
@given(steps=STEPS)
def test_every_version_in_the_metadata_reads_as_its_run_published_it(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake, published = IcebergLake(Path(folder)), dict[str, list[str]]()
        for number, step in enumerate(steps):
            apply(lake, number, step, 0)
            lake.merging().merge()
            shown = [key for part in lake.ids() for key in part]
            published[lake.folder().rstrip("/").rpartition("/")[2]] = shown
            versions = lake.versions()
            assert versions.items() <= published.items()
            assert len(versions) >= min(len(published), 2)


def test_a_snapshot_of_several_parts_names_each_of_them_once(lake: IcebergLake) -> None:
    lake.deliver("aa", *(order(f"{number:03d}", "1.00") for number in range(60)))
    lake.merging().merge()
    assert len(lake.parts()) > 1
    assert [*lake.versions().values()] == [[f"{number:03d}" for number in range(60)]]


def test_the_metadata_of_a_removed_dataset_are_deleted(lake: IcebergLake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    lake.merging().merge()
    assert lake.objects.contents(BUCKET, keys.iceberg_prefix("orders"))
    others = {name: contract for name, contract in lake.contracts.items() if name != "orders"}
    replace(lake.merging(), contracts=others, removed=["orders"]).merge()
    assert not lake.objects.contents(BUCKET, keys.iceberg_prefix("orders"))


def test_a_dataset_that_did_not_change_forgets_snapshots_that_a_run_deletes(lake: IcebergLake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    lake.merging().merge()
    lake.deliver("bb", order("2", "1.00"))
    lake.merging().merge()
    for number in range(8):
        lake.deliver_regions(f"{number}", f"r{number}")
        lake.merging().merge()
        folders = {key.split("/")[2] for key in lake.objects.contents(BUCKET, f"{keys.SNAPSHOTS}/orders/")}
        assert lake.versions().keys() == folders
    assert len(folders) == 1


def test_rows_that_are_shown_between_runs_are_a_version_until_their_snapshot_is_deleted(
    lake: IcebergLake,
) -> None:
    lake.deliver("aa", order("1", "1.00"))
    lake.merging().merge()
    for number in (2, 3):
        lake.deliver(f"b{number}", order(f"{number}", "1.00"))
        lake.merging().refresh("orders", now=START, largest_bytes=LARGEST)
    assert [*lake.versions().values()] == [["1"], ["1", "2"], ["1", "2", "3"]]
    lake.deliver("b4", order("4", "1.00"))
    lake.merging().refresh("orders", now=START + KEPT + timedelta(hours=1), largest_bytes=LARGEST)
    assert [*lake.versions().values()] == [["1"], ["1", "2", "3"], ["1", "2", "3", "4"]]


def test_a_run_without_changes_writes_no_metadata(lake: IcebergLake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    lake.merging().merge()
    lake.objects.forget()
    lake.merging().merge()
    assert not [key for key in lake.objects.written if key.startswith(keys.ICEBERG)]
    assert lake.orders.parameters[METADATA_LOCATION].endswith(".metadata.json")
