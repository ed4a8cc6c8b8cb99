"""After a person is forgotten, no version of any object has a row or a text of theirs, and nobody else's row
is gone.
"""

from __future__ import annotations

import gzip
import json
import zipfile
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from threading import RLock
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.aws.in_memory_ports import MemoryCatalog
from headgate.contracts.registry import Registry
from headgate.erasure.erase_rows import Buckets, RowEraser
from headgate.erasure.forget import Forgetter
from headgate.erasure.purge_versions import BuiltZones, contains
from headgate.erasure.subject_rows import Subject, SubjectColumns
from headgate.facts.fact_store import FactStore
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.lake.states import FileState, Originals
from headgate.merge.merge_lake import Merging
from headgate.quality.contract_audit import audit
from headgate.snapshots.iceberg import IcebergTables, keep_shown_version, used_keys
from headgate.snapshots.iceberg_manifests import ManifestWriter
from headgate.snapshots.publishing import parquet_bytes
from headgate.snapshots.read_snapshots import lake_snapshot
from headgate.values.parquet_tables import table_of
from tests.duckdb_memory import MEMORY
from tests.iceberg_rows import iceberg_rows
from tests.unit.api.lakes import MemoryLake

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.unit,
    pytest.mark.filterwarnings(
        r"ignore:fetch_arrow_table\(\) is deprecated:DeprecationWarning"
    ),  # Ibis calls DuckDB's old name
]

REGISTRY = Registry.load()
DATASETS = ("customers", "orders")
BUCKETS = ("raw", "staging", "curated", "quarantine", "artifacts", "athena_results", "prod")
JANE, MAIL = Subject("customers", "4711"), "zz.jane.forgotten@example.com"
CUSTOMERS = (
    "customer_id,email,full_name,ssn,region_id,signed_up_at,marketing_opt_in,updated_at\n"
    "4710,tom@example.com,Tom Kept,,GB,2024-01-01 10:00:00,true,2024-01-01 10:00:00\n"
    f"4711,{MAIL},Jane Forgotten,,GB,2024-01-01 10:00:00,true,2024-01-01 10:00:00\n"
    f"04711,{MAIL},Jane Forgotten,,GB,never,true,2024-01-01 10:00:00\n"
)
ORDERS = (
    "order_id,customer_id,region_id,ordered_at,status,promotion_code,shipped_at,delivered_at,notes,updated_at\n"
    "JANE-ORDER-1,4711,GB,2024-01-02 10:00:00,completed,,,,,2024-01-02 10:00:00\n"
    "TOMS-ORDER-1,4710,GB,2024-01-02 10:00:00,completed,,,,,2024-01-02 10:00:00\n"
)


@dataclass
class Shop:
    """A lake with two customers, an old upload of one of them that was reverted, and tables in
    two versions.
    """

    folder: Path
    lake: MemoryLake = field(default_factory=MemoryLake)
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)

    def __post_init__(self) -> None:
        for name in DATASETS:
            self.catalog.create("curated", name, "s3://curated/none/")

    def merging(self) -> Merging:
        contracts = {name: REGISTRY.curated[name] for name in DATASETS}
        return Merging(
            self.lake.objects,
            self.catalog,
            contracts,
            "curated",
            "curated",
            self.folder,
            audit,
            memory=MEMORY,
            iceberg=IcebergTables(self.lake.objects, self.lake.now, ManifestWriter),
        )

    def copy(self, folder: Path) -> Shop:
        """Return another shop in the same state, with a folder of its own, for a test that changes it."""
        own = {id(self.folder): folder, id(self.catalog._lock): RLock()}
        return deepcopy(self, self.lake.copied_otherwise() | own)

    def fill(self) -> None:
        self.lake.receive("customers/a.csv", CUSTOMERS.encode())
        self.lake.receive("orders/a.csv", ORDERS.encode())
        old = self.lake.receive("customers/old.csv", CUSTOMERS.replace("Tom", "Tim").encode())
        self.lake.reverter.revert(old.file_id)
        self.lake.receive("customers/rejected.csv", f"nothing known\n{MAIL}\n".encode())
        put = self.lake.objects.write
        put(ObjectRef("athena_results", "query.csv"), f"email\n{MAIL}\n".encode())
        put(ObjectRef("staging", "uploads/u1/content"), gzip.compress(CUSTOMERS.encode()))
        self.build()

    def build(self) -> None:
        """Merge, and publish one table and keep one fact of a system from the snapshot."""
        lake = self.merging().merge(date(2024, 1, 31))
        rows = parquet_bytes(self.rows("customers").select(["customer_id", "full_name"]))
        version = f"{keys.TABLES}/churn_risk/{lake.snapshot_id}/part-00000.parquet"
        self.lake.objects.write(ObjectRef("prod", version), rows)
        fact = self.folder / "fact.parquet"
        fact.write_bytes(rows)
        facts = FactStore(self.lake.objects, "prod")
        facts.upload("names", lake.snapshot_id, fact)
        facts.finish()
        self.shown = frozenset({version.rpartition("/")[0]})

    def rows(self, dataset: str) -> pa.Table:
        of = lake_snapshot(self.lake.objects, "curated").datasets[dataset]
        return table_of(self.lake.objects.read(ObjectRef("curated", keys.part(of.location))))

    def zones(self) -> BuiltZones:
        curated = {
            of.location.rstrip("/") for of in lake_snapshot(self.lake.objects, "curated").datasets.values()
        }
        shown = {"curated": frozenset(curated), "prod": self.shown}
        tables = [self.catalog.current("curated", name) for name in DATASETS]
        used = [used_keys(self.lake.objects, table.parameters) for table in tables]
        return BuiltZones(
            "curated",
            "artifacts",
            "athena_results",
            ("prod",),
            shown,
            ("raw", "quarantine", "staging"),
            frozenset(("curated", key) for keys_of_table in used for key in keys_of_table),
        )

    @property
    def forgetter(self) -> Forgetter:
        buckets = Buckets("raw", "curated", "quarantine", "artifacts")
        eraser = RowEraser(self.lake.objects, self.lake.ledger, REGISTRY.source, buckets, self.lake.now, 300)
        return Forgetter(eraser, self.zones, self.build, "staging", self.keep_shown_versions)

    def keep_shown_versions(self) -> None:
        for name in DATASETS:
            keep_shown_version(self.lake.objects, self.catalog, self.catalog.current("curated", name))

    def forget(self, subject: Subject = JANE) -> dict[str, Any]:
        return self.forgetter.forget(subject, self.forgetter.plan(subject), "salt")

    def bodies(self) -> dict[tuple[str, str, str], bytes]:
        """Every stored version."""
        stored = [
            version
            for bucket in BUCKETS
            for version in self.lake.objects.versions(bucket, "")
            if not version.is_marker
        ]
        return {
            (one.ref.bucket, one.ref.key, one.ref.version_id): self.lake.objects.read(one.ref)
            for one in stored
        }


@dataclass(frozen=True)
class Forgotten:
    """A shop from which one customer was forgotten: after a run that failed, and once more."""

    shop: Shop
    before: dict[tuple[str, str, str], bytes]
    planned_files: int
    certificate: dict[str, Any]


@pytest.fixture(scope="module", params=[Originals.KEEP, Originals.MASK])
def forgotten(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Forgotten:
    shop = Shop(tmp_path_factory.mktemp("shop"), MemoryLake(originals=request.param))
    shop.fill()
    before, plan = shop.bodies(), shop.forgetter.plan(JANE)
    assert shop.bodies() == before  # a plan changes nothing
    with pytest.raises(RuntimeError):
        replace(shop.forgetter, build=failing).forget(JANE, plan, "salt")
    return Forgotten(shop, before, plan.subject_data.files, shop.forget())


def failing() -> None:
    raise RuntimeError("the run failed")


TEXTS = [text.encode() for text in (MAIL, "Jane Forgotten", "JANE-ORDER-1")]


def test_no_version_of_any_object_has_a_text_of_the_person_although_a_first_call_failed(
    forgotten: Forgotten,
) -> None:
    assert {place[0] for place, body in forgotten.before.items() if contains(body, TEXTS)} == set(BUCKETS)
    assert [place for place, body in forgotten.shop.bodies().items() if contains(body, TEXTS)] == []
    assert forgotten.certificate["complete"]
    assert forgotten.certificate["rows_erased"] == {"customers": 2, "orders": 1}
    listed = {
        (one["bucket"], one["key"], one["version_id"]) for one in forgotten.certificate["deleted_versions"]
    }
    assert set(forgotten.before) - set(forgotten.shop.bodies()) <= listed
    assert forgotten.planned_files == 3  # two uploads of customers, one of orders


def test_the_facts_of_the_newest_run_are_kept_and_no_other_ones(forgotten: Forgotten) -> None:
    shop = forgotten.shop
    newest = lake_snapshot(shop.lake.objects, "curated").snapshot_id
    listed = {
        version.ref.key for version in shop.lake.objects.versions("prod", keys.FACTS) if not version.is_marker
    }
    assert listed == {keys.CURRENT_FACTS, keys.fact_key("names", newest)}


def test_iceberg_metadata_name_only_the_version_without_the_person(forgotten: Forgotten) -> None:
    objects, catalog = forgotten.shop.lake.objects, forgotten.shop.catalog
    tables = {name: catalog.current("curated", name) for name in DATASETS}
    for name, table in tables.items():
        read = iceberg_rows(objects, "curated", table)
        assert [*read.versions] == [read.shown]
        assert read.rows.to_pylist() == forgotten.shop.rows(name).to_pylist()
    used = {key for table in tables.values() for key in used_keys(objects, table.parameters)}
    left = {one.ref.key for one in objects.versions("curated", keys.ICEBERG) if not one.is_marker}
    assert left
    assert left <= used


def test_rows_of_others_stay_in_the_tables(forgotten: Forgotten) -> None:
    assert forgotten.shop.rows("customers")["customer_id"].to_pylist() == [4710]
    assert forgotten.shop.rows("orders")["order_id"].to_pylist() == ["TOMS-ORDER-1"]


def test_records_count_the_rows_that_are_left(forgotten: Forgotten) -> None:
    records = list(forgotten.shop.lake.ledger.records())
    assert all(
        record.received == record.accepted + record.quarantined + record.duplicates for record in records
    )
    done = {
        record.key: (record.received, record.accepted) for record in records if record.state is FileState.DONE
    }
    assert done == {"customers/a.csv": (1, 1), "orders/a.csv": (1, 1)}


def test_the_certificate_lists_the_searched_versions_and_does_not_name_the_person(
    forgotten: Forgotten,
) -> None:
    searched = {
        (one["bucket"], one["key"], one["version_id"]) for one in forgotten.certificate["searched_versions"]
    }
    assert searched == set(forgotten.shop.bodies())
    assert not any(text.decode() in json.dumps(forgotten.certificate) for text in TEXTS)
    assert '"4711"' not in json.dumps(forgotten.certificate)


@pytest.mark.parametrize(
    ("record", "is_theirs"),
    [
        ({"customer_id": " 04711 ", "status": "?"}, True),
        ({"customer_id": "4710", "results_count": "4711"}, False),
        ({"kunde": "4711"}, True),
        ({"_raw": "x,4711,y"}, True),
        ({"_raw": "x,04711,y"}, True),
        ({"_raw": "x,94711,y"}, False),
        ({"_raw": "x,4711a,y"}, False),
        ({}, False),
    ],
)
def test_a_quarantined_row_is_found_by_its_column_else_by_any_cell(
    record: dict[str, str], *, is_theirs: bool
) -> None:
    columns = SubjectColumns({"orders": {"customer_id": frozenset({"4711"})}})
    assert columns.has("orders", json.dumps(record)) is is_theirs


def test_texts_are_found_inside_of_compressed_objects(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": pa.array(["x", MAIL]).dictionary_encode()}), path, compression="zstd")
    assert contains(path.read_bytes(), [MAIL.encode()])
    assert contains(gzip.compress(MAIL.encode()), [MAIL.encode()])
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(path, "rows.parquet")
    assert contains((tmp_path / "a.zip").read_bytes(), [MAIL.encode()])
    assert not contains(b"nothing", [MAIL.encode()])


@pytest.mark.parametrize(
    "body",
    [b"PAR1 not parquet PAR1", b"PK\x03\x04 no archive", b"\x1f\x8b no gzip", gzip.compress(b"x" * 99)[:-20]],
)
def test_a_broken_file_is_searched_as_far_as_it_can_be_read(body: bytes) -> None:
    assert not contains(body, [MAIL.encode()])
    assert contains(body + b"," + MAIL.encode(), [MAIL.encode()])


def test_a_cut_gzip_is_searched_up_to_the_cut() -> None:
    text = MAIL.encode() + bytes(range(256)) * 400
    assert contains(gzip.compress(text)[:-50], [MAIL.encode()])
