"""Merging over the in-memory lake: snapshots are unique by key, repeatable, and visible all at once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Rule
from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema
from headgate.errors import ConflictError, NotFoundError, NotPermittedError, ServiceError, ThrottledError
from headgate.lake import keys
from headgate.lake.ports import FileRecord, ObjectRef, TableVersion
from headgate.lake.versions import LastArrival, last_arrivals
from headgate.merge.merge_lake import Merging
from headgate.quality.contract_audit import audit
from headgate.runs.stage_records import MergedDataset, StageWork
from headgate.snapshots.publishing import parquet_bytes
from headgate.snapshots.snapshot import LakeSnapshot
from tests.duckdb_memory import MEMORY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

pytestmark = pytest.mark.unit

BUCKET = "ecommerce-curated"
STAMP = ColumnType(Kind.TIMESTAMP)
LINEAGE = (
    Column("_content_sha256", ColumnType(Kind.STRING, length=64), required=True),
    Column("_source_row", ColumnType(Kind.BIGINT), required=True),
)
ORDERS = Contract(
    id="headgate.curated.orders",
    dataset="orders",
    zone="curated",
    version="1.0.0",
    key=("order_id",),
    order_by=("updated_at",),
    columns=(
        Column("order_id", ColumnType(Kind.STRING), required=True),
        Column("total", ColumnType(Kind.DECIMAL, precision=12, scale=2), rules=(Rule("minimum", 0),)),
        Column("ordered_at", STAMP),
        Column("updated_at", STAMP),
        *LINEAGE,
    ),
)
REGIONS = Contract(
    id="headgate.curated.regions",
    dataset="regions",
    zone="curated",
    version="1.0.0",
    key=("region_id",),
    columns=(Column("region_id", ColumnType(Kind.STRING), required=True), *LINEAGE),
)


@dataclass
class TickingClock:
    """Every look is a second later."""

    now: datetime = datetime(2024, 1, 1)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass
class CountingObjects(MemoryObjects):
    """Remembers which keys were written."""

    written: list[str] = field(default_factory=list)

    def write(self, ref: ObjectRef, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        self.written.append(ref.key)
        super().write(ref, body, content_type=content_type)

    def upload(self, path: Path, ref: ObjectRef, *, content_type: str = "") -> None:
        self.written.append(ref.key)
        super().upload(path, ref, content_type=content_type)


@dataclass
class Lake:
    """A curated bucket, its catalog, and deliveries into it."""

    workspace: Path
    objects: CountingObjects = field(default_factory=lambda: CountingObjects(clock=TickingClock()))
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    contracts: Mapping[str, Contract] = field(default_factory=lambda: {"orders": ORDERS, "regions": REGIONS})

    def __post_init__(self) -> None:
        for dataset in self.contracts:
            self.catalog.create("ecommerce_curated", dataset, f"s3://{BUCKET}/empty/{dataset}/")

    def deliver(self, name: str, *orders: dict[str, Any]) -> None:
        lineage = [{"_content_sha256": name, "_source_row": number} for number in range(1, len(orders) + 1)]
        schema = arrow_schema(ORDERS)
        if orders and "channel" in orders[0]:
            schema = schema.insert(4, pa.field("channel", pa.string()))
        rows = pa.Table.from_pylist(
            [{**order, **line} for order, line in zip(orders, lineage, strict=True)], schema
        )
        self.objects.write(ObjectRef(BUCKET, keys.increment_key("orders", name)), parquet_bytes(rows))

    def deliver_regions(self, name: str, *regions: str) -> None:
        rows = [
            {"region_id": one, "_content_sha256": name, "_source_row": number}
            for number, one in enumerate(regions, 1)
        ]
        table = pa.Table.from_pylist(rows, arrow_schema(REGIONS))
        self.objects.write(ObjectRef(BUCKET, keys.increment_key("regions", name)), parquet_bytes(table))

    def replay(self, name: str, edition: str, *orders: dict[str, Any]) -> None:
        """The increment is written again, then marked; older marks are deleted."""
        self.deliver(name, *orders)
        older = list(self.objects.contents(BUCKET, keys.edition_key("orders", name, "")))
        self.objects.write(ObjectRef(BUCKET, keys.edition_key("orders", name, edition)), b"")
        for key in older:
            self.objects.delete(ObjectRef(BUCKET, key))

    def merging(self, arrivals: Mapping[str, LastArrival] | None = None) -> Merging:
        ports = (
            self.objects,
            self.catalog,
            self.contracts,
            BUCKET,
            "ecommerce_curated",
            self.workspace,
            audit,
        )
        return Merging(*ports, last_arrivals=lambda: arrivals or {}, memory=MEMORY)

    def table(self, dataset: str) -> list[dict[str, Any]]:
        prefix = self.catalog.current("ecommerce_curated", dataset).location.removeprefix(f"s3://{BUCKET}/")
        body = self.objects.read(ObjectRef(BUCKET, keys.part(prefix)))
        return list(pq.read_table(pa.BufferReader(body)).to_pylist())

    def totals(self) -> dict[str, Decimal]:
        return {row["order_id"]: row["total"] for row in self.table("orders")}

    def pointer(self) -> str:
        return self.objects.read(ObjectRef(BUCKET, keys.lake_snapshot_key(keys.CURRENT))).decode()

    def snapshots(self) -> dict[str, bytes]:
        return self.objects.contents(BUCKET, keys.SNAPSHOTS)


def order(order_id: str, total: str, updated: int = 1) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "total": Decimal(total),
        "ordered_at": datetime(2024, 1, updated),
        "updated_at": datetime(2024, 2, updated),
    }


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def test_the_newest_row_of_every_key_is_published(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"), order("2", "2.00", updated=3))
    lake.deliver("bb", order("2", "2.50", updated=2), order("3", "3.00"), order("1", "1.10", updated=2))
    merged = lake.merging().merge()
    assert lake.totals() == {"1": Decimal("1.10"), "2": Decimal("2.00"), "3": Decimal("3.00")}
    assert (
        merged.datasets["orders"].rows_in,
        merged.datasets["orders"].rows,
        merged.datasets["orders"].superseded,
    ) == (5, 3, 2)


def test_the_rows_that_a_merge_changes_are_recorded_by_dataset(lake: Lake) -> None:
    """Also those that leave because a file was undone."""

    def merged() -> Mapping[str, MergedDataset]:
        work: list[StageWork] = []
        replace(lake.merging(), count=work.append).merge()
        return {name: rows for each in work for name, rows in each.datasets.items()}

    lake.deliver("aa", order("1", "1.00"), order("2", "2.00"))
    assert merged()["orders"] == MergedDataset(arrived=2, rows_before=0, rows=2)
    lake.deliver("bb", order("2", "2.50", updated=2), order("3", "3.00"))
    assert merged() == {"orders": MergedDataset(arrived=2, rows_before=2, rows=3)}
    assert merged() == {}
    lake.objects.delete(ObjectRef(BUCKET, keys.increment_key("orders", "bb")))
    assert merged() == {"orders": MergedDataset(arrived=-2, rows_before=3, rows=2)}


def test_rows_lie_in_the_order_of_their_key(lake: Lake) -> None:
    lake.deliver("aa", order("b", "1"), order("a", "1"), order("ä", "1"), order("B", "1"))
    lake.merging().merge()
    assert list(lake.totals()) == ["B", "a", "b", "ä"]


def test_the_pointer_and_the_manifest_say_the_same(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    merged = lake.merging().merge()
    for name in (keys.CURRENT, merged.snapshot_id):
        text = lake.objects.read(ObjectRef(BUCKET, keys.lake_snapshot_key(name))).decode()
        assert LakeSnapshot.from_json(text) == merged


@pytest.mark.parametrize("newest", ["aa", "bb"])
def test_of_rows_that_changed_at_the_same_time_those_win_that_an_object_came_to_hold_last(
    lake: Lake, newest: str
) -> None:
    totals = {"aa": Decimal("1.00"), "bb": Decimal("2.00")}
    for name, total in totals.items():
        lake.deliver(name, order("1", str(total)))
    lake.merging(
        {name: LastArrival("2024-05-02" if name == newest else "2024-05-01") for name in totals}
    ).merge()
    assert lake.totals() == {"1": totals[newest]}


def test_when_a_content_was_held_matters_only_where_the_rows_own_time_of_change_leaves_a_tie(
    lake: Lake,
) -> None:
    lake.deliver("aa", order("1", "1.00", updated=2))
    lake.deliver("bb", order("1", "2.00", updated=1))
    lake.merging({"aa": LastArrival("2024-05-01"), "bb": LastArrival("2024-05-02")}).merge()
    assert lake.totals() == {"1": Decimal("1.00")}


def test_a_content_that_an_object_came_back_to_is_merged_again(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    lake.deliver("bb", order("1", "2.00"))
    arrivals = {"aa": LastArrival("2024-05-01"), "bb": LastArrival("2024-05-02")}
    lake.merging(arrivals).merge()
    lake.merging(arrivals | {"aa": LastArrival("2024-05-03", moved=True)}).merge()
    assert lake.totals() == {"1": Decimal("1.00")}
    lake.merging(
        arrivals | {"aa": LastArrival("2024-05-03", moved=True), "bb": LastArrival("2024-05-04", moved=True)}
    ).merge()
    assert lake.totals() == {"1": Decimal("2.00")}


def test_when_a_file_was_received_changes_no_snapshots_id(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    assert (
        lake.merging().merge()
        == lake.merging({"aa": LastArrival("2024-05-01")}).merge()
        == lake.merging({"aa": LastArrival("2024-06-01")}).merge()
    )


def test_nothing_is_written_for_a_file_that_was_skipped_as_the_duplicate_of_itself(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    sent = FileRecord(
        "1", "raw", "orders/a.csv", "v1", "orders", "done", content_sha256="aa", received_at="2024-05-01"
    )
    first = lake.merging(last_arrivals([sent])).merge()
    lake.objects.written.clear()
    again = replace(
        sent,
        file_id="2",
        version_id="v2",
        state="skipped_duplicate",
        duplicate_of="1",
        received_at="2024-05-02",
    )
    assert lake.merging(last_arrivals([sent, again])).merge() == first
    assert lake.objects.written == []


def test_a_dataset_without_increments_has_an_empty_table(lake: Lake) -> None:
    merged = lake.merging().merge()
    assert lake.table("regions") == []
    assert merged.datasets["regions"].rows == 0


def test_nothing_is_written_when_nothing_has_changed(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    first = lake.merging().merge()
    lake.objects.written.clear()
    assert lake.merging().merge() == first
    assert lake.objects.written == []


def test_each_dataset_that_shows_another_snapshot_is_notified_once_and_no_other_table(lake: Lake) -> None:
    notified: list[TableVersion] = []
    missing_parents = Registry.load().lake["missing_parents"]
    lake.catalog.create("ecommerce_curated", "missing_parents", f"s3://{BUCKET}/empty/missing_parents/")
    lake.deliver("a", order("O1", "1.00"))
    lake.deliver_regions("r", "GB")
    merging = replace(lake.merging(), notify=notified.append, missing_parents=missing_parents)
    merging.merge()
    shown = {name: lake.catalog.current("ecommerce_curated", name) for name in ("orders", "regions")}
    assert {notice.table: (notice.location, notice.parameters) for notice in notified} == {
        name: (one.location, one.parameters) for name, one in shown.items()
    }
    notified.clear()
    merging.merge()
    assert notified == []
    lake.deliver("b", order("O2", "2.00"))
    merging.merge()
    assert [notice.table for notice in notified] == ["orders"]


def test_only_the_dataset_that_changed_is_written(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    lake.merging().merge()
    lake.deliver("bb", order("2", "2.00"))
    lake.objects.written.clear()
    lake.merging().merge()
    assert not [key for key in lake.objects.written if "/regions/" in key]
    assert set(lake.totals()) == {"1", "2"}


def test_merging_step_by_step_gives_the_bytes_of_merging_at_once(tmp_path: Path) -> None:
    deliveries = {
        "aa": [order("1", "1.00"), order("2", "2.00", updated=3)],
        "bb": [order("2", "9.00", updated=2)],
        "cc": [order("1", "1.00"), order("3", "3.00")],
    }
    step_by_step, at_once = Lake(tmp_path), Lake(tmp_path)
    for name, rows in deliveries.items():
        step_by_step.deliver(name, *rows)
        last = step_by_step.merging().merge()
    for name, rows in reversed(deliveries.items()):
        at_once.deliver(name, *rows)
    assert at_once.merging().merge() == last
    assert at_once.snapshots().items() <= step_by_step.snapshots().items()


def test_an_increment_that_was_taken_away_is_forgotten(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    lake.deliver("bb", order("2", "2.00"))
    lake.merging().merge()
    lake.objects.delete(ObjectRef(BUCKET, keys.increment_key("orders", "bb")))
    lake.merging().merge()
    assert set(lake.totals()) == {"1"}


def test_a_newer_contract_rebuilds_the_snapshot_from_all_increments(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    first = lake.merging().merge()
    wider = replace(
        ORDERS,
        version="1.1.0",
        columns=(*ORDERS.columns[:1], Column("total", ColumnType(Kind.DECIMAL, precision=14, scale=4)),
                 *ORDERS.columns[2:4], Column("note", ColumnType(Kind.STRING)), *LINEAGE),
    )  # fmt: skip
    lake.contracts = {"orders": wider, "regions": REGIONS}
    second = lake.merging().merge()
    assert second.datasets["orders"].snapshot_id != first.datasets["orders"].snapshot_id
    assert lake.table("orders")[0]["total"] == Decimal("1.0000")
    assert lake.table("orders")[0]["note"] is None


def test_an_increment_that_does_not_fit_is_named_by_dataset_and_column_and_shows_no_value(
    lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    lake.deliver("aa", order("4111111111111111x", "1.25"))
    numbered = replace(
        ORDERS, columns=(Column("order_id", ColumnType(Kind.BIGINT), required=True), *ORDERS.columns[1:])
    )
    lake.contracts = {"orders": numbered, "regions": REGIONS}
    failed = lake.merging().merge().failed["orders"]
    assert "version 1.0.0" in failed
    assert "do not fit this column's type: order_id" in failed
    assert "4111111111111111" not in failed + caplog.text


def test_a_narrower_contract_never_rounds(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.25"))
    narrower = replace(
        ORDERS,
        columns=(
            ORDERS.columns[0],
            Column("total", ColumnType(Kind.DECIMAL, precision=12, scale=1)),
            *ORDERS.columns[2:],
        ),
    )
    lake.contracts = {"orders": narrower, "regions": REGIONS}
    assert "do not fit this column's type: total" in lake.merging().merge().failed["orders"]


def test_a_dataset_that_fails_its_audit_keeps_its_snapshot_and_the_others_are_published(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    before = lake.merging().merge()
    lake.deliver("bb", order("2", "-1.00"))
    lake.deliver_regions("cc", "north")
    after = lake.merging().merge()
    assert set(lake.totals()) == {"1"}
    assert after.datasets["orders"] == before.datasets["orders"]
    assert [row["region_id"] for row in lake.table("regions")] == ["north"]
    assert after.failed == {"orders": "headgate.curated.orders: total: minimum broken by 1 rows"}
    pointer = lake.objects.read(ObjectRef(BUCKET, keys.lake_snapshot_key(keys.CURRENT))).decode()
    assert LakeSnapshot.from_json(pointer) == after
    assert after.snapshot_id != before.snapshot_id


def test_a_dataset_that_never_was_merged_and_fails_is_in_no_snapshot(lake: Lake) -> None:
    lake.deliver("bb", order("2", "-1.00"))
    merged = lake.merging().merge()
    assert set(merged.datasets) == {"regions"}
    assert set(merged.failed) == {"orders"}


def test_a_corrected_contract_heals_the_dataset(lake: Lake) -> None:
    lake.deliver("bb", order("2", "-1.00"))
    assert lake.merging().merge().failed
    total = replace(ORDERS.columns[1], rules=())
    lake.contracts = {
        "orders": replace(ORDERS, version="1.0.1", columns=(ORDERS.columns[0], total, *ORDERS.columns[2:])),
        "regions": REGIONS,
    }
    assert not lake.merging().merge().failed
    assert set(lake.totals()) == {"2"}


def with_channel(*, required: bool, in_key: bool = False) -> Contract:
    channel = Column("channel", ColumnType(Kind.STRING), required=required)
    key = ("order_id", "channel") if in_key else ("order_id",)
    return replace(ORDERS, version="1.1.0", columns=(*ORDERS.columns[:4], channel, *LINEAGE), key=key)


@pytest.mark.parametrize("required", [True, False])
def test_a_column_that_a_live_dataset_gains_is_null_in_older_rows_and_they_are_counted(
    lake: Lake, required: bool
) -> None:
    lake.deliver("aa", order("1", "1.00"), order("2", "2.00"))
    lake.merging().merge()
    lake.contracts = {"orders": with_channel(required=required), "regions": REGIONS}
    lake.deliver(
        "bb", {**order("2", "2.50", updated=2), "channel": "web"}, {**order("3", "3.00"), "channel": "shop"}
    )
    merged = lake.merging().merge()
    assert not merged.failed
    assert {row["order_id"]: row["channel"] for row in lake.table("orders")} == {
        "1": None,
        "2": "web",
        "3": "shop",
    }
    assert merged.datasets["orders"].missing_values == {"channel": 1}


def test_rows_that_lack_a_column_are_still_counted_when_more_is_merged_on_top(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    lake.contracts = {"orders": with_channel(required=True), "regions": REGIONS}
    lake.merging().merge()
    lake.deliver("bb", {**order("2", "2.00"), "channel": "web"})
    merged = lake.merging().merge()
    assert merged.datasets["orders"].missing_values == {"channel": 1}
    assert LakeSnapshot.from_json(merged.to_json()) == merged


def test_a_required_column_that_increments_of_the_current_contract_lack_a_value_in_fails(lake: Lake) -> None:
    lake.contracts = {"orders": with_channel(required=True), "regions": REGIONS}
    lake.deliver("aa", {**order("1", "1.00"), "channel": None})
    assert "rows have no value in this required column: channel" in lake.merging().merge().failed["orders"]


def test_a_column_that_a_live_dataset_loses_leaves_the_table(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    lake.contracts = {
        "orders": replace(ORDERS, version="2.0.0", columns=(ORDERS.columns[0], *ORDERS.columns[2:])),
        "regions": REGIONS,
    }
    assert not lake.merging().merge().failed
    assert "total" not in lake.table("orders")[0]


def test_a_new_column_of_the_key_needs_a_replay_and_says_so(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    lake.contracts = {"orders": with_channel(required=True, in_key=True), "regions": REGIONS}
    assert (
        "lack this column of the key: channel. Replay the files of orders"
        in lake.merging().merge().failed["orders"]
    )


def test_without_a_key_every_row_counts(lake: Lake) -> None:
    lake.contracts = {"orders": replace(ORDERS, key=(), order_by=()), "regions": REGIONS}
    lake.deliver("aa", order("1", "1.00"), order("1", "1.00"))
    lake.deliver("bb", order("1", "1.00"))
    merged = lake.merging().merge()
    assert (merged.failed, merged.datasets["orders"].rows) == ({}, 3)
    assert [(row["_content_sha256"], row["_source_row"]) for row in lake.table("orders")] == [
        ("aa", 1),
        ("aa", 2),
        ("bb", 1),
    ]


def test_whole_row_identity_keeps_each_different_row_once(lake: Lake) -> None:
    lake.contracts = {
        "orders": replace(ORDERS, key=(), order_by=(), properties={"headgate.identity": "whole_row"}),
        "regions": REGIONS,
    }
    unknown = {**order("1", "1.00"), "total": None}
    lake.deliver("aa", order("1", "1.00"), order("1", "1.50"), unknown)
    lake.deliver("bb", order("1", "1.00"), unknown)
    merged = lake.merging().merge()
    assert (merged.datasets["orders"].rows, merged.datasets["orders"].superseded) == (3, 2)


def test_an_identity_that_does_not_exist_is_refused(lake: Lake) -> None:
    lake.contracts = {
        "orders": replace(ORDERS, key=(), order_by=(), properties={"headgate.identity": "guess"}),
        "regions": REGIONS,
    }
    lake.deliver("aa", order("1", "1.00"))
    assert "State append or whole_row." in lake.merging().merge().failed["orders"]


def test_as_of_is_the_last_day_of_sales(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00", updated=7), order("2", "1.00", updated=2))
    assert lake.merging().merge().as_of == date(2024, 1, 7)


def test_as_of_can_be_given_and_makes_another_lake(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    reported, found = lake.merging().merge(date(2024, 6, 1)), lake.merging().merge()
    assert reported.as_of == date(2024, 6, 1)
    assert reported.snapshot_id != found.snapshot_id
    assert reported.datasets == found.datasets


def test_an_empty_lake_has_a_day_too(lake: Lake) -> None:
    assert lake.merging().merge().as_of == date(1970, 1, 1)


def test_a_table_that_was_moved_away_is_moved_back(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    first = lake.merging().merge()
    lake.catalog.create("ecommerce_curated", "orders", f"s3://{BUCKET}/empty/orders/")
    assert lake.merging().merge() == first
    assert set(lake.totals()) == {"1"}


@dataclass
class ContestedCatalog(MemoryCatalog):
    """Another publisher moves a table first, some number of times."""

    contested: int = 0

    def move(
        self,
        current: TableVersion,
        location: str,
        columns: Sequence[Mapping[str, str]],
        parameters: Mapping[str, str],
    ) -> None:
        if self.contested:
            self.contested -= 1
            super().move(current, "s3://elsewhere/", columns, parameters)
        super().move(current, location, columns, parameters)


def test_a_merge_that_was_overtaken_reads_again_and_succeeds(tmp_path: Path) -> None:
    lake = Lake(tmp_path, catalog=ContestedCatalog(contested=1))
    lake.deliver("aa", order("1", "1.00"))
    lake.merging().merge()
    assert set(lake.totals()) == {"1"}


def test_a_merge_that_is_overtaken_twice_says_so_and_moves_no_pointer(tmp_path: Path) -> None:
    lake = Lake(tmp_path, catalog=ContestedCatalog(contested=2))
    lake.deliver("aa", order("1", "1.00"))
    with pytest.raises(ConflictError):
        lake.merging().merge()
    with pytest.raises(NotFoundError):
        lake.objects.read(ObjectRef(BUCKET, keys.lake_snapshot_key(keys.CURRENT)))


def test_old_snapshots_are_forgotten_but_never_one_that_is_named(lake: Lake) -> None:
    merged = []
    for number in range(9):
        lake.deliver(f"{number:02d}", order(str(number), "1.00"))
        merged.append(lake.merging().merge())
    kept = {snapshot.datasets["orders"].snapshot_id for snapshot in merged[-5:]}
    left = {key.split("/")[2] for key in lake.snapshots() if key.startswith("snapshots/orders/")}
    assert left == kept
    assert len(lake.totals()) == 9
    assert lake.table("regions") == []
    for snapshot in merged[-5:]:
        for dataset in snapshot.datasets.values():
            lake.objects.read(ObjectRef(BUCKET, keys.part(dataset.location)))


def test_a_replaced_snapshot_leaves_no_old_version(lake: Lake) -> None:
    for number in range(7):
        lake.deliver(f"{number:02d}", order(str(number), "1.00"))
        lake.merging().merge()
    current = {key for key in lake.snapshots() if keys.PARQUET in key}
    assert {version.ref.key for version in lake.objects.versions(BUCKET, "snapshots/orders/")} <= current


def test_after_an_interrupted_deletion_the_next_run_leaves_no_record_of_old_snapshots(tmp_path: Path) -> None:
    @dataclass
    class Interrupted(CountingObjects):
        is_failing: bool = False

        def delete(self, ref: ObjectRef) -> None:
            super().delete(ref)
            if self.is_failing and ref.key.startswith(f"{keys.SNAPSHOTS}/orders/"):
                raise ServiceError("The store does not answer.")

    lake = Lake(tmp_path, objects=(objects := Interrupted(clock=TickingClock())))
    for number in range(6):
        lake.deliver(f"{number:02d}", order(str(number), "1.00"))
        objects.is_failing = number == 5
        with suppress(ServiceError):
            lake.merging().merge()
    objects.is_failing = False
    lake.merging().merge()
    ids = {key.split("/")[2] for key in lake.snapshots() if key.startswith(f"{keys.SNAPSHOTS}/orders/")}
    for key_of in (keys.merged_increments_key, keys.snapshot_parts_key):
        folder = key_of("orders", "").rpartition("/")[0]
        recorded = {key.rpartition("/")[2].partition(".")[0] for key in objects.contents(BUCKET, folder)}
        assert recorded == ids


@pytest.mark.parametrize(("runs_of_the_day", "of_the_day_before"), [(7, 1), (5, 1), (4, 1), (2, 3)])
def test_a_snapshot_of_the_day_before_is_kept_where_runs_of_a_day_fill_the_others(
    lake: Lake, runs_of_the_day: int, of_the_day_before: int
) -> None:
    """Five snapshots are kept in any case."""
    before = []
    for number in range(6 + runs_of_the_day):
        if number == 6:
            lake.objects.clock.now += timedelta(days=1)  # type: ignore[attr-defined]  # it is a TickingClock
        lake.deliver(f"{number:02d}", order(str(number), "1.00"))
        snapshot = lake.merging().merge().datasets["orders"].snapshot_id
        before += [snapshot] if number < 6 else []
    left = {key.split("/")[2] for key in lake.snapshots() if key.startswith("snapshots/orders/")}
    assert left & {*before} == {*before[-of_the_day_before:]}
    assert len(left) == max(5, min(runs_of_the_day, 5) + of_the_day_before)


def test_the_workspace_is_left_empty(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    lake.merging().merge()
    assert not list(lake.workspace.iterdir())


def test_an_increment_that_was_replayed_is_merged_as_it_is_now(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"), order("2", "2.00"))
    lake.deliver("bb", order("3", "3.00"))
    first = lake.merging().merge()
    lake.replay("aa", "0a", order("1", "1.50"), order("4", "4.00"))
    second = lake.merging().merge()
    assert lake.totals() == {"1": Decimal("1.50"), "3": Decimal("3.00"), "4": Decimal("4.00")}
    assert second.datasets["orders"].snapshot_id != first.datasets["orders"].snapshot_id
    assert (second.datasets["orders"].rows_in, second.datasets["orders"].superseded) == (3, 0)
    lake.replay("aa", "0b", order("1", "1.75"))
    lake.merging().merge()
    assert lake.totals() == {"1": Decimal("1.75"), "3": Decimal("3.00")}


def test_after_a_replay_new_increments_are_added_as_ever(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    lake.replay("aa", "0a", order("1", "1.50"))
    lake.merging().merge()
    lake.objects.written.clear()
    assert lake.merging().merge().datasets["orders"].rows == 1
    assert lake.objects.written == []
    lake.deliver("bb", order("2", "2.00"))
    lake.merging().merge()
    assert lake.totals() == {"1": Decimal("1.50"), "2": Decimal("2.00")}


def test_an_increment_of_which_nothing_is_left_leaves_the_table(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    lake.deliver("bb", order("2", "2.00"))
    lake.merging().merge()
    lake.objects.delete(ObjectRef(BUCKET, keys.increment_key("orders", "aa")))
    lake.merging().merge()
    assert lake.totals() == {"2": Decimal("2.00")}


def test_an_increment_that_goes_while_it_is_merged_is_read_again(tmp_path: Path) -> None:
    @dataclass
    class Vanishing(CountingObjects):
        gone: bool = False

        def download(self, ref: ObjectRef, path: Path) -> None:
            if not self.gone and keys.parse_increment_key(ref.key):
                self.gone = True
                self.delete(ref)
            super().download(ref, path)

    lake = Lake(tmp_path, objects=Vanishing(clock=TickingClock()))
    lake.deliver("aa", order("1", "1.00"))
    assert lake.merging().merge().datasets["orders"].rows == 0


def test_a_dataset_that_is_newer_than_the_deployment_gets_its_table_from_the_merge(lake: Lake) -> None:
    branches = replace(REGIONS, id="headgate.curated.branches", dataset="branches")
    created = replace(lake.merging(), contracts={**lake.contracts, "branches": branches})
    assert created.refresh("branches", now=datetime(2026, 1, 1), largest_bytes=1 << 20) is None
    with pytest.raises(NotFoundError):
        lake.catalog.current("ecommerce_curated", "branches")
    created.merge()
    table = lake.catalog.current("ecommerce_curated", "branches")
    assert [column["Name"] for column in lake.catalog.columns("ecommerce_curated", "branches")] == [
        *branches.names
    ]
    assert f"s3://{BUCKET}/snapshots/branches/" in table.location
    rows = pa.Table.from_pylist(
        [{"region_id": "N", "_content_sha256": "a", "_source_row": 1}], arrow_schema(branches)
    )
    lake.objects.write(ObjectRef(BUCKET, keys.increment_key("branches", "a")), parquet_bytes(rows))
    merged = created.merge()
    assert merged.datasets["branches"].rows == 1
    shown = lake.catalog.current("ecommerce_curated", "branches")
    assert shown.shows(merged.datasets["branches"].location)


def test_the_table_of_a_removed_dataset_is_dropped_and_its_rows_are_in_no_snapshot(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    lake.deliver_regions("bb", "N")
    lake.merging().merge()
    lake.objects.delete(ObjectRef(BUCKET, keys.increment_key("regions", "bb")))
    removed = replace(lake.merging(), contracts={"orders": ORDERS}, removed=["regions"])
    merged = removed.merge()
    assert merged.datasets.keys() == {"orders"}
    with pytest.raises(NotFoundError):
        lake.catalog.current("ecommerce_curated", "regions")
    assert removed.merge() == merged
    for number in range(8):  # old snapshots are deleted when newer manifests have replaced theirs
        lake.deliver(f"c{number}", order(str(number), "2.00", updated=2 + number))
        removed.merge()
    assert not [key for key in lake.snapshots() if "/regions/" in key and key.endswith(".parquet")]


def test_a_dataset_of_the_name_of_a_removed_one_keeps_its_table(lake: Lake) -> None:
    lake.deliver_regions("bb", "N")
    merged = replace(lake.merging(), removed=["regions"]).merge()
    assert merged.datasets["regions"].rows == 1
    assert lake.catalog.current("ecommerce_curated", "regions").shows(merged.datasets["regions"].location)


@dataclass
class ReluctantCatalog(MemoryCatalog):
    """Remembers the tables that it deleted, and refuses some deletions."""

    refusals: list[Exception] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)

    def delete(self, database: str, table: str) -> None:
        self.deleted.append(table)
        if self.refusals:
            raise self.refusals.pop()
        super().delete(database, table)


def test_only_tables_that_the_catalog_has_are_dropped(tmp_path: Path) -> None:
    catalog = ReluctantCatalog()
    lake = Lake(tmp_path, catalog=catalog)
    lake.deliver("aa", order("1", "1.00"))
    removing = replace(lake.merging(), contracts={"orders": ORDERS}, removed=["long_gone", "regions"])
    removing.merge()
    removing.merge()
    assert catalog.deleted == ["regions"]


@pytest.mark.parametrize("refusal", [ThrottledError("too many requests"), ConflictError("table changes")])
def test_a_table_that_cannot_be_dropped_now_is_left_to_the_next_run(
    tmp_path: Path, refusal: Exception
) -> None:
    catalog = ReluctantCatalog(refusals=[refusal])
    lake = Lake(tmp_path, catalog=catalog)
    lake.deliver_regions("bb", "N")
    lake.merging().merge()
    lake.deliver("aa", order("1", "1.00"))
    removing = replace(lake.merging(), contracts={"orders": ORDERS}, removed=["regions"])
    merged = removing.merge()
    assert LakeSnapshot.from_json(lake.pointer()) == merged
    assert merged.datasets.keys() == {"orders"}
    assert lake.catalog.current("ecommerce_curated", "regions")
    removing.merge()
    with pytest.raises(NotFoundError):
        lake.catalog.current("ecommerce_curated", "regions")


def test_a_table_is_dropped_after_the_pointer_has_moved(tmp_path: Path) -> None:
    catalog = ReluctantCatalog(refusals=[NotPermittedError("no glue:DeleteTable")])
    lake = Lake(tmp_path, catalog=catalog)
    lake.deliver("aa", order("1", "1.00"))
    removing = replace(lake.merging(), contracts={"orders": ORDERS}, removed=["regions"])
    with pytest.raises(NotPermittedError):  # no later run would succeed, so this one says so
        removing.merge()
    assert LakeSnapshot.from_json(lake.pointer()).datasets["orders"].rows == 1


def test_files_that_an_undropped_table_shows_are_kept(tmp_path: Path) -> None:
    catalog = ReluctantCatalog(refusals=[ThrottledError("too many requests")] * 20)
    lake = Lake(tmp_path, catalog=catalog)
    lake.deliver_regions("bb", "N")
    lake.merging().merge()
    removing = replace(lake.merging(), contracts={"orders": ORDERS}, removed=["regions"])
    for number in range(10):
        lake.deliver(f"c{number}", order(str(number), "2.00", updated=2 + number))
        removing.merge()
    assert lake.table("regions")[0]["region_id"] == "N"
