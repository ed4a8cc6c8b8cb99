"""Events of tables as the catalog shows them: files are the inputs of datasets, snapshots those of systems'
tables.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from headgate.aws.in_memory_ports import MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.errors import NotFoundError
from headgate.lake import keys
from headgate.lake.ports import FileRecord, ObjectRef, TableVersion
from headgate.lake.states import FileState
from headgate.lineage.column_sources import ColumnRef, TableColumns, Use
from headgate.lineage.openlineage import LakeNames, event_json
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot, MergedIncrements
from headgate.systems.table_events import TableEvents
from headgate.systems.up_to_date import BuiltBy, catalog_facts
from tests.openlineage import check_run_event

if TYPE_CHECKING:
    from collections.abc import Iterable

pytestmark = pytest.mark.unit

AT = datetime(2026, 1, 2)
COLUMNS = (Column("region_id", ColumnType(Kind.STRING), required=True),)
CURATED = {
    name: Contract(
        id=f"headgate.curated.{name}", dataset=name, zone="curated", version="1.0.0", columns=COLUMNS
    )
    for name in ("orders", "regions", "payments")
}
TOTALS = Contract(
    id="headgate.prod.totals", dataset="totals", zone="prod", version="1.0.0", columns=COLUMNS, system="tiny"
)
DATASETS = {
    name: DatasetSnapshot(name, f"{name}-1", keys.snapshot_prefix(name, f"{name}-1"), 3, 100)
    for name in CURATED
}
SNAPSHOT = LakeSnapshot("lake1", date(2026, 1, 1), DATASETS)


def record(key: str, increment: str, received_at: str = "2026-01-01") -> FileRecord:
    return FileRecord(
        key,
        "raw",
        key,
        "v1",
        "orders",
        FileState.DONE,
        40,
        received=4,
        curated_key=increment,
        received_at=received_at,
    )


@dataclass
class BuiltLake:
    """A lake with one snapshot, whose dataset orders was merged from two increments, and a system's table
    that read orders.
    """

    objects: MemoryObjects = field(default_factory=MemoryObjects)
    records: Iterable[FileRecord] = (
        record("orders/b.csv", "increments/orders/b.parquet"),
        record("orders/a.csv", "increments/orders/a.parquet"),
        record("orders/late.csv", "increments/orders/late.parquet"),
        record("orders/refused.csv", ""),
    )

    def __post_init__(self) -> None:
        merged = MergedIncrements(
            "orders-1", "orders@1", ("increments/orders/a.parquet", "increments/orders/b.parquet edition-2")
        )
        self.write("curated", keys.merged_increments_key("orders", "orders-1"), merged.to_json())
        self.write("curated", keys.lake_snapshot_key("lake1"), SNAPSHOT.to_json())
        self.write("curated", keys.lake_snapshot_key(keys.CURRENT), SNAPSHOT.to_json())
        self.write("curated", keys.part(keys.snapshot_prefix("orders", "orders-1")), "x" * 100)
        self.write("tiny-prod", keys.part(keys.table_prefix("totals", "v1")), "x" * 60)

    def write(self, bucket: str, key: str, text: str) -> None:
        self.objects.write(ObjectRef(bucket, key), text.encode())

    @property
    def events(self) -> TableEvents:
        names = LakeNames("eu-central-1", "curated", "shop_curated")
        return TableEvents(self.objects, names, CURATED, {"totals": TOTALS}, lambda: self.records)

    @property
    def orders(self) -> TableVersion:
        location = f"s3://curated/{keys.snapshot_prefix('orders', 'orders-1')}"
        return TableVersion("shop_curated", "orders", location, "2", {"headgate.rows": "3"})

    @property
    def totals(self) -> TableVersion:
        parameters = {
            "headgate.rows": "5",
            **catalog_facts(SNAPSHOT, ["orders", "regions"], ["orders", "regions"], BuiltBy("deployment-1")),
        }
        return TableVersion(
            "shop_prod", "totals", f"s3://tiny-prod/{keys.table_prefix('totals', 'v1')}", "2", parameters
        )


def test_the_inputs_of_a_dataset_are_the_raw_files_that_were_merged() -> None:
    lake = BuiltLake()
    event = lake.events.event(lake.orders, AT)
    check_run_event(event)
    assert [table["name"] for table in event["inputs"]] == ["orders/a.csv", "orders/b.csv"]
    assert event["job"]["name"] == "merge_curated.orders"
    assert event["outputs"][0]["facets"]["version"]["datasetVersion"] == "orders-1"
    statistics = event["outputs"][0]["outputFacets"]["outputStatistics"]
    assert (statistics["rowCount"], statistics["size"]) == (3, 100)


def test_the_inputs_of_a_systems_table_are_the_snapshots_that_it_read() -> None:
    lake = BuiltLake()
    event = lake.events.event(lake.totals, AT)
    check_run_event(event)
    assert [(table["name"], table["facets"]["version"]["datasetVersion"]) for table in event["inputs"]] == [
        ("AwsDataCatalog.shop_curated.orders", "orders-1"),
        ("AwsDataCatalog.shop_curated.regions", "regions-1"),
    ]
    assert event["inputs"][0]["facets"]["schema"]["fields"] == [{"name": "region_id", "type": "string"}]
    assert event["job"]["name"] == "tiny.totals"
    assert event["outputs"][0]["facets"]["version"]["datasetVersion"] == "v1"
    statistics = event["outputs"][0]["outputFacets"]["outputStatistics"]
    assert (statistics["rowCount"], statistics["size"]) == (5, 60)


def test_a_table_that_code_builds_has_the_columns_that_its_contract_declares() -> None:
    lake = BuiltLake()
    declared = {"total": {ColumnRef("curated", "orders", "region_id"): frozenset({Use.TRANSFORMATION})}}
    events = replace(lake.events, declared={"totals": TableColumns(declared)})
    event = events.event(lake.totals, AT)
    check_run_event(event)
    fields = event["outputs"][0]["facets"]["columnLineage"]["fields"]
    assert [field["field"] for field in fields["total"]["inputFields"]] == ["region_id"]
    assert "columnLineage" not in events.event(lake.orders, AT)["outputs"][0]["facets"]


def test_records_in_another_order_and_a_new_revision_of_the_catalog_give_equal_bytes() -> None:
    lake, again = BuiltLake(), BuiltLake()
    again.records = list(reversed(list(lake.records)))
    assert event_json(again.events.event(again.orders, AT)) == event_json(lake.events.event(lake.orders, AT))
    confirmed = replace(
        lake.totals,
        revision="9",
        parameters={**lake.totals.parameters, "headgate.deployment": "deployment-2"},
    )
    assert event_json(lake.events.event(confirmed, AT)) == event_json(lake.events.event(lake.totals, AT))


def test_a_systems_table_needs_no_file_records() -> None:
    lake = BuiltLake()

    def refuse() -> Iterable[FileRecord]:
        raise AssertionError("the role of a system may not read the file records")

    assert replace(lake.events, records=refuse).event(lake.totals, AT)["inputs"]


def test_a_table_that_was_not_built_has_no_event_and_the_error_says_what_to_do() -> None:
    lake = BuiltLake()
    unbuilt = replace(lake.orders, parameters={})
    with pytest.raises(NotFoundError, match=r"orders was not built yet\. `headgate run` builds it"):
        lake.events.event(unbuilt, AT)


def test_a_table_whose_snapshot_was_deleted_keeps_its_event_while_its_inputs_are_current() -> None:
    lake = BuiltLake()
    before = lake.events.event(lake.totals, AT)
    lake.objects.delete(ObjectRef("curated", keys.lake_snapshot_key("lake1")))
    assert lake.events.event(lake.totals, AT) == before
    changed = {"headgate.inputs": json.dumps({"orders": "older"})}
    with pytest.raises(NotFoundError, match="`headgate run` builds the table again"):
        lake.events.event(replace(lake.totals, parameters={**lake.totals.parameters, **changed}), AT)
