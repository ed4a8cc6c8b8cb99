"""Running a system: exact types, all tables or none, the same input the same bytes."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from importlib import invalidate_caches
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Rule
from headgate.contracts.types import arrow_schema
from headgate.domains.domain import Domain, System
from headgate.domains.retail import SYSTEMS
from headgate.engines import local
from headgate.errors import AuditError, ConflictError, ContractError, NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef, TableVersion
from headgate.lineage.column_sources import COLUMNS
from headgate.project import all_domains
from headgate.quality.contract_audit import audit
from headgate.snapshots.publishing import Publisher
from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot
from headgate.systems import system_registry
from headgate.systems.rollback import VERSIONS, roll_back, versions_of
from headgate.systems.rows_in_file import RowsInFile, rows_by_contract, write_to_file
from headgate.systems.run import run_system
from headgate.systems.up_to_date import READS, BuiltBy, SystemTables, mark_unchanged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

pytestmark = [
    pytest.mark.unit,
    # Ibis still calls DuckDB's old name for the same thing.
    pytest.mark.filterwarnings(r"ignore:fetch_arrow_table\(\) is deprecated:DeprecationWarning"),
]

BUCKET = "tiny-prod"


def snapshot_with(snapshot_id: str, orders: str, **others: str) -> LakeSnapshot:
    """A snapshot that has the dataset `orders`, and others, in given versions."""
    versions = {"orders": orders, **others}
    datasets = {
        name: DatasetSnapshot(name, version, keys.snapshot_prefix(name, version), 1, 1)
        for name, version in versions.items()
    }
    return LakeSnapshot(snapshot_id, date(2024, 1, 31), datasets)


SNAPSHOT = snapshot_with("0123456789abcdef", "first")
STAMPS = (
    Column("as_of", ColumnType(Kind.DATE), required=True),
    Column("snapshot_id", ColumnType(Kind.STRING, length=16), required=True),
)
TOTALS = Contract(
    id="headgate.prod.totals",
    dataset="totals",
    zone="prod",
    version="1.0.0",
    key=("region_id",),
    columns=(
        Column("region_id", ColumnType(Kind.STRING), required=True),
        Column("total", ColumnType(Kind.DECIMAL, precision=12, scale=2), rules=(Rule("minimum", 0),)),
        *STAMPS,
    ),
    system="tiny",
)
COUNTS = Contract(
    id="headgate.prod.counts",
    dataset="counts",
    zone="prod",
    version="1.0.0",
    columns=(Column("orders", ColumnType(Kind.INTEGER), required=True), *STAMPS),
    system="tiny",
)
OTHER = replace(COUNTS, id="headgate.prod.other", dataset="other", system="another")
SOURCE = """
from decimal import Decimal
from functools import partial
import pandas as pd

READS = ("orders",)


def build(tables, as_of):
    orders = tables["orders"].order_by("region_id").to_pandas()
    totals = orders.groupby("region_id", as_index=False)["total"].sum()
    return {"totals": totals, "counts": pd.DataFrame({"orders": [len(orders)]})}
"""

SOURCE_WITH_FILE = """
import pandas as pd
from headgate.engines.write_rows import write_rows
from headgate.systems.rows_in_file import RowsInFile

READS = ("orders",)


def build(tables, as_of):
    orders = tables["orders"]
    totals = orders.group_by("region_id").agg(total=orders["total"].sum().cast("decimal(12, 2)")).order_by("region_id")
    made = RowsInFile.new("totals")
    write_rows(totals, made.path)
    return {"totals": made, "counts": pd.DataFrame({"orders": [int(orders.count().to_pyarrow().as_py())]})}
"""  # noqa: E501 a file's text

SOURCE_OVER_BASE = """
import pandas as pd
from headgate.engines.write_rows import write_rows
from headgate.systems.rows_in_file import OwnFolder
from headgate.systems.rows_over_base import RowsOverBase
from tests.unit.systems.test_run import TOTALS

READS = ("orders",)


def build(tables, as_of):
    orders = tables["orders"]
    totals = orders.group_by("region_id").agg(total=orders["total"].sum().cast("decimal(12, 2)")).order_by("region_id")
    folder = OwnFolder()
    base, changed = folder.path / "base.parquet", folder.path / "changed.parquet"
    write_rows(totals.mutate(total=(totals.total * 0).cast("decimal(12, 2)"), weight=1), base)
    write_rows(totals, changed)
    made = RowsOverBase(TOTALS, base, "of the day", changed, folder)
    return {"totals": made, "counts": pd.DataFrame({"orders": [int(orders.count().to_pyarrow().as_py())]})}
"""  # noqa: E501 a file's text


@dataclass
class Tiny:
    """A system of two tables, in memory."""

    orders: Path
    objects: MemoryObjects
    catalog: MemoryCatalog
    source: Path

    def write_source(self, text: str) -> None:
        """The system's code is another from now on."""
        self.source.write_text(text)
        sys.modules.pop("tiny_system", None)
        invalidate_caches()

    @property
    def publisher(self) -> Publisher:
        return Publisher(self.objects, self.catalog, "ecommerce_prod", BUCKET, audit)

    def given(self, *totals: str) -> None:
        rows = {
            "region_id": [f"R{number}" for number in range(len(totals))],
            "total": [Decimal(total) for total in totals],
        }
        pq.write_table(pa.table(rows), self.orders)

    def run(self, snapshot: LakeSnapshot = SNAPSHOT, **more: Any) -> list[Any]:  # noqa: ANN401 passed on as it is
        contracts = {contract.dataset: contract for contract in (TOTALS, COUNTS, OTHER)}
        return run_system(
            "tiny", snapshot, local.opened({"orders": str(self.orders)}), self.publisher, contracts, **more
        )

    def table(self, name: str) -> pa.Table:
        prefix = self.catalog.current("ecommerce_prod", name).location.removeprefix(f"s3://{BUCKET}/")
        return pq.read_table(pa.BufferReader(self.objects.read(ObjectRef(BUCKET, keys.part(prefix)))))


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    package = tmp_path / "tiny_system"
    package.mkdir()
    (package / "__init__.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "tiny_system", raising=False)
    tiny = Domain("tiny", package="tiny_system", systems=(System("tiny", "tiny_system"),))
    monkeypatch.setattr(system_registry, "all_domains", lambda: (tiny, *all_domains()))
    minutes = iter(datetime(2024, 1, 1, 0, minute) for minute in range(60))
    catalog = MemoryCatalog()
    for table in ("totals", "counts"):
        catalog.create("ecommerce_prod", table, f"s3://{BUCKET}/tables/{table}/none/")
    return Tiny(
        tmp_path / "orders.parquet",
        MemoryObjects(clock=partial(next, minutes)),
        catalog,
        package / "__init__.py",
    )


def test_tables_hold_exact_types_and_say_what_they_were_built_from(tiny: Tiny) -> None:
    tiny.given("1.10", "2.20")
    tiny.run()
    totals = tiny.table("totals")
    assert totals.schema.types == arrow_schema(TOTALS).types
    stamp = {"as_of": date(2024, 1, 31), "snapshot_id": "0123456789abcdef"}
    assert totals.to_pylist() == [
        {"region_id": "R0", "total": Decimal("1.10"), **stamp},
        {"region_id": "R1", "total": Decimal("2.20"), **stamp},
    ]


def test_no_table_moves_when_one_fails_its_audit(tiny: Tiny) -> None:
    tiny.given("1.00")
    tiny.run()
    tiny.given("1.00", "-5.00")
    with pytest.raises(AuditError, match="total: minimum"):
        tiny.run(snapshot_with("fedcba9876543210", "second"))
    assert tiny.table("counts").num_rows == tiny.table("totals").num_rows == 1
    assert tiny.table("counts")["orders"].to_pylist() == [1]


def test_a_table_in_a_file_is_published_as_the_same_bytes_as_one_in_memory(tiny: Tiny) -> None:
    tiny.given("1.00", "2.00")
    tiny.run()
    expected = tiny.objects.contents(BUCKET)
    tiny.write_source(SOURCE_WITH_FILE)
    tiny.run()
    found = tiny.objects.contents(BUCKET)
    assert sorted(found.values()) == sorted([*expected.values(), *expected.values()])


def test_a_table_over_a_base_has_the_bytes_of_one_in_memory(tiny: Tiny) -> None:
    tiny.given("1.00", "2.50")
    tiny.run()
    expected = tiny.objects.contents(BUCKET)
    tiny.write_source(SOURCE_OVER_BASE)
    tiny.run()
    assert sorted(tiny.objects.contents(BUCKET).values()) == sorted([*expected.values(), *expected.values()])


def test_a_table_in_a_file_with_other_types_than_its_contract_is_refused(tiny: Tiny) -> None:
    tiny.given("1.00")
    tiny.write_source(SOURCE_WITH_FILE.replace('"decimal(12, 2)"', '"decimal(14, 2)"'))
    with pytest.raises(AuditError, match=r"totals: the columns of the system's file are not the contract's"):
        tiny.run()


def test_the_file_of_a_table_is_deleted_with_it() -> None:
    made = RowsInFile.new("totals")
    made.path.write_bytes(b"rows")
    folder = made.folder
    del made
    assert not folder.exists()


def test_running_again_changes_nothing(tiny: Tiny) -> None:
    tiny.given("1.00")
    tiny.run()
    before = tiny.objects.contents(BUCKET)
    assert [published.changed for published in tiny.run()] == [False, False]
    assert tiny.objects.contents(BUCKET) == before


def test_tables_that_show_a_new_version_are_notified_with_what_they_were_built_from_and_kept_ones_are_not(
    tiny: Tiny,
) -> None:
    tiny.given("1.00")
    notified: list[TableVersion] = []
    contracts = {contract.dataset: contract for contract in (TOTALS, COUNTS)}

    def run(deployment: str) -> None:
        publisher = replace(tiny.publisher, notify=notified.append)
        opened = local.opened({"orders": str(tiny.orders)})
        run_system("tiny", SNAPSHOT, opened, publisher, contracts, built_by=BuiltBy(deployment))

    run("one")
    assert [(notice.table, notice.parameters["headgate.reads"]) for notice in notified] == [
        ("totals", "orders"),
        ("counts", "orders"),
    ]
    assert {notice.parameters["headgate.snapshot_id"] for notice in notified} == {SNAPSHOT.snapshot_id}
    run("one")
    run("two")  # the catalog notes the deployment that confirmed the tables
    assert len(notified) == 2


def changed(published: list[Any]) -> dict[str, bool]:
    return {one.table: one.changed for one in published}


def test_a_system_is_kept_when_only_datasets_that_it_does_not_read_changed(tiny: Tiny) -> None:
    tiny.given("1.00")
    tiny.run(snapshot_with("0123456789abcdef", "first", customers="first"))
    tiny.orders.unlink()  # the rows are not read again
    again = tiny.run(snapshot_with("fedcba9876543210", "first", customers="second"))
    assert changed(again) == {"totals": False, "counts": False}
    assert {one.table: one.rows for one in again} == {"totals": 1, "counts": 1}
    assert tiny.table("totals")["snapshot_id"].to_pylist() == ["0123456789abcdef"]


def test_a_new_version_of_a_dataset_that_the_system_reads_builds_it(tiny: Tiny) -> None:
    tiny.given("1.00")
    tiny.run()
    tiny.given("1.00", "2.00")
    assert changed(tiny.run(snapshot_with("fedcba9876543210", "second"))) == {"totals": True, "counts": True}
    assert tiny.table("totals")["snapshot_id"].to_pylist() == ["fedcba9876543210"] * 2


def test_a_new_day_of_the_data_builds_the_system(tiny: Tiny) -> None:
    tiny.given("1.00")
    tiny.run()
    assert changed(tiny.run(replace(SNAPSHOT, as_of=date(2024, 2, 1)))) == {"totals": True, "counts": True}


def test_a_table_whose_rows_were_deleted_is_built_again(tiny: Tiny) -> None:
    tiny.given("1.00")
    tiny.run()
    for key in tiny.objects.contents(BUCKET, "tables/totals/"):
        tiny.objects.delete(ObjectRef(BUCKET, key))
    tiny.run()
    assert tiny.table("totals").num_rows == 1


def test_a_full_run_builds_tables_again_although_nothing_changed(tiny: Tiny) -> None:
    tiny.given("1.00")
    tiny.run()
    before = tiny.table("totals")
    for ref in [item.ref for item in tiny.objects.list(BUCKET, "tables/totals/")]:
        tiny.objects.write(ref, b"damaged")
    tiny.run()
    with pytest.raises(pa.ArrowInvalid):
        tiny.table("totals")
    assert changed(tiny.run(is_full=True)) == {"totals": False, "counts": False}
    assert tiny.table("totals") == before


def test_an_inspection_is_made_although_nothing_changed(tiny: Tiny) -> None:
    tiny.given("1.00")
    tiny.run(inspections={"counts": lambda: pd.DataFrame({"orders": [7]})})
    tiny.orders.unlink()
    tiny.run(inspections={"counts": lambda: pd.DataFrame({"orders": [8]})})
    assert tiny.table("counts")["orders"].to_pylist() == [8]


def up_to_date(tiny: Tiny, snapshot: LakeSnapshot, deployment: str = "one") -> bool:
    tables = SystemTables(tiny.objects, tiny.catalog, "ecommerce_prod", BUCKET, ("totals", "counts"))
    return tables.are_up_to_date(snapshot, deployment)


def test_a_system_is_up_to_date_until_what_it_reads_changes(tiny: Tiny) -> None:
    tiny.given("1.00")
    assert not up_to_date(tiny, SNAPSHOT)
    tiny.run(built_by=BuiltBy("one"))
    assert up_to_date(tiny, SNAPSHOT)
    assert up_to_date(tiny, snapshot_with("fedcba9876543210", "first", customers="second"))
    assert not up_to_date(tiny, snapshot_with("fedcba9876543210", "second"))
    assert not up_to_date(tiny, replace(SNAPSHOT, as_of=date(2024, 2, 1)))


def test_a_system_is_not_up_to_date_when_a_dataset_appears_that_it_looks_at(tiny: Tiny) -> None:
    tiny.given("1.00")
    (tiny.orders.parent / "tiny_system" / "__init__.py").write_text(SOURCE + 'MAY_READ = ("events",)\n')
    tiny.run(built_by=BuiltBy("one"))
    assert not up_to_date(tiny, snapshot_with("fedcba9876543210", "first", events="first"))


def test_a_new_deployment_looks_at_a_system_once_and_confirms_its_tables(tiny: Tiny) -> None:
    tiny.given("1.00")
    tiny.run(built_by=BuiltBy("one"))
    assert not up_to_date(tiny, SNAPSHOT, "two")
    assert changed(tiny.run(built_by=BuiltBy("two"))) == {"totals": False, "counts": False}
    assert up_to_date(tiny, SNAPSHOT, "two")
    assert not up_to_date(tiny, SNAPSHOT, "")


def test_a_system_whose_rows_were_deleted_is_not_up_to_date(tiny: Tiny) -> None:
    tiny.given("1.00")
    tiny.run(built_by=BuiltBy("one"))
    for key in tiny.objects.contents(BUCKET, "tables/totals/"):
        tiny.objects.delete(ObjectRef(BUCKET, key))
    assert not up_to_date(tiny, SNAPSHOT)


def rolled_back(tiny: Tiny, to: str = "") -> None:
    shown = tiny.catalog.current("ecommerce_prod", "totals")
    roll_back(tiny.catalog, tiny.objects, BUCKET, shown, to, now=datetime(2024, 6, 1))


def totals_of(tiny: Tiny) -> list[str]:
    return [str(total) for total in tiny.table("totals")["total"].to_pylist()]


def test_drill_a_table_is_rolled_back_and_a_run_with_the_same_data_keeps_it_so(tiny: Tiny) -> None:
    tiny.given("1.00")
    tiny.run()
    second = snapshot_with("fedcba9876543210", "second")
    tiny.given("2.00")
    tiny.run(second)
    rolled_back(tiny)
    assert totals_of(tiny) == ["1.00"]
    assert (
        tiny.catalog.current("ecommerce_prod", "totals").parameters["headgate.snapshot_id"]
        == SNAPSHOT.snapshot_id
    )
    assert changed(tiny.run(second)) == {"totals": False, "counts": False}
    assert totals_of(tiny) == ["1.00"]


def test_a_version_without_lineage_by_column_shows_no_lineage_of_another_one(tiny: Tiny) -> None:
    tiny.given("1.00")
    tiny.run()
    tiny.given("2.00")
    tiny.run(snapshot_with("fedcba9876543210", "second"))
    shown = tiny.catalog.current("ecommerce_prod", "totals")
    before = json.loads(shown.parameters[VERSIONS])
    del before[1]["parameters"][COLUMNS]
    tiny.catalog.move(
        shown, shown.location, [], {VERSIONS: json.dumps(before), COLUMNS: "of the second version"}
    )
    rolled_back(tiny)
    assert tiny.catalog.current("ecommerce_prod", "totals").parameters[COLUMNS] == ""


def test_new_data_ends_a_rollback(tiny: Tiny) -> None:
    for number, total in enumerate(("1.00", "2.00")):
        tiny.given(total)
        tiny.run(snapshot_with(f"{number:016d}", f"version {number}"))
    rolled_back(tiny)
    tiny.given("3.00")
    tiny.run(snapshot_with(f"{2:016d}", "version 2"))
    assert totals_of(tiny) == ["3.00"]
    assert len(versions_of(tiny.catalog.current("ecommerce_prod", "totals"))) == 3


def test_a_rollback_is_undone_by_naming_the_version_that_was_left(tiny: Tiny) -> None:
    tiny.given("1.00")
    tiny.run()
    tiny.given("2.00")
    tiny.run(snapshot_with("fedcba9876543210", "second"))
    newest = versions_of(tiny.catalog.current("ecommerce_prod", "totals"))[0].name
    rolled_back(tiny)
    rolled_back(tiny, to=newest)
    assert totals_of(tiny) == ["2.00"]
    with pytest.raises(ConflictError, match="already"):
        rolled_back(tiny, to=newest)


def test_there_is_no_rollback_without_an_earlier_version_or_to_deleted_rows(tiny: Tiny) -> None:
    tiny.given("1.00")
    tiny.run()
    with pytest.raises(NotFoundError, match="no earlier version of totals"):
        rolled_back(tiny)
    first = versions_of(tiny.catalog.current("ecommerce_prod", "totals"))[0]
    tiny.given("2.00")
    tiny.run(snapshot_with("fedcba9876543210", "second"))
    tiny.objects.delete(ObjectRef(BUCKET, f"tables/totals/{first.name}/part-00000.parquet"))
    with pytest.raises(NotFoundError, match="were deleted"):
        rolled_back(tiny)


def test_marks_of_an_earlier_run_are_removed() -> None:
    objects = MemoryObjects()
    mark_unchanged(objects, BUCKET, {"tiny", "another"})
    mark_unchanged(objects, BUCKET, {"another", "third"})
    assert sorted(objects.contents(BUCKET)) == ["runs/unchanged/another", "runs/unchanged/third"]


def test_a_table_of_the_system_that_is_not_built_is_an_error(tiny: Tiny) -> None:
    tiny.given("1.00")
    with pytest.raises(AuditError, match=r"without a contract \['extra'\]\. Return exactly the tables"):
        tiny.run(inspections={"extra": pd.DataFrame})


def test_a_system_without_a_contract_is_an_error_and_not_a_success(tiny: Tiny) -> None:
    """The code of another lake knows other contracts; a run with it would publish nothing and be green."""
    tiny.given("1.00")
    with pytest.raises(
        ContractError, match=r"No prod contract is of the system tiny; those of this code are of another"
    ):
        run_system(
            "tiny", SNAPSHOT, local.opened({"orders": str(tiny.orders)}), tiny.publisher, {"other": OTHER}
        )


def test_a_system_without_tables_is_not_marked_as_unchanged(tiny: Tiny) -> None:
    assert not SystemTables(tiny.objects, tiny.catalog, "ecommerce_prod", BUCKET, ()).are_up_to_date(
        SNAPSHOT, "abcd1234"
    )


def test_an_inspection_fills_its_own_table(tiny: Tiny) -> None:
    tiny.given("1.00")
    tiny.run(inspections={"counts": lambda: pd.DataFrame({"orders": [7]})})
    assert tiny.table("counts")["orders"].to_pylist() == [7]


def test_an_inspection_is_of_every_dataset_of_the_lake(tiny: Tiny) -> None:
    """A page said that nothing new came in that its figures are built from, above new findings."""
    tiny.given("1.00")
    snapshot = snapshot_with("0123456789abcdef", "first", notes="first")
    tiny.run(snapshot, inspections={"counts": lambda: pd.DataFrame({"orders": [7]})})
    reads = {
        name: tiny.catalog.current("ecommerce_prod", name).parameters[READS] for name in ("totals", "counts")
    }
    assert reads == {"totals": "orders", "counts": "notes,orders"}


def test_an_inspection_that_finds_something_else_is_a_new_version(tiny: Tiny) -> None:
    tiny.given("1.00")
    tiny.run(inspections={"counts": lambda: pd.DataFrame({"orders": [7]})})
    again = tiny.run(inspections={"counts": lambda: pd.DataFrame({"orders": [8]})})
    assert {published.table: published.changed for published in again} == {"totals": False, "counts": True}


def test_other_code_builds_another_version(tiny: Tiny) -> None:
    tiny.given("1.00")
    before = system_registry.code_version("tiny")
    source = tiny.orders.parent / "tiny_system" / "__init__.py"
    source.write_text(source.read_text() + "\n# changed\n")
    assert system_registry.code_version("tiny") != before


def test_what_a_system_says_it_is_made_with_is_part_of_its_version(tiny: Tiny) -> None:
    tiny.given("1.00")
    without = system_registry.code_version("tiny")
    system_registry.system("tiny").made_with = lambda: "a model"  # type: ignore[attr-defined] # a module takes any name
    assert system_registry.code_version("tiny") != without


def test_a_system_takes_its_own_options_and_other_options_are_another_version(tiny: Tiny) -> None:
    tiny.given("1.00")
    source = tiny.orders.parent / "tiny_system" / "__init__.py"
    optional = SOURCE.replace(
        "def build(tables, as_of):", 'OPTIONS = ("added",)\n\n\ndef build(tables, as_of, options):'
    )
    source.write_text(optional.replace("len(orders)", 'len(orders) + int(options.get("added", 0))'))
    tiny.run(options={"added": "", "of_another_system": "3"})
    assert tiny.table("counts")["orders"].to_pylist() == [1]
    assert [published.changed for published in tiny.run(options={"added": "4"})] == [True, True]
    assert tiny.table("counts")["orders"].to_pylist() == [5]
    assert [published.changed for published in tiny.run(options={"added": "4"})] == [False, False]


def test_a_dataset_that_a_lake_need_not_have_is_read_where_it_is(tiny: Tiny) -> None:
    tiny.given("1.00")
    source = tiny.orders.parent / "tiny_system" / "__init__.py"
    source.write_text(SOURCE + 'MAY_READ = ("events",)\n')
    package = system_registry.system("tiny")
    assert system_registry.reads(package, {"orders", "others"}) == ("orders",)
    assert system_registry.reads(package, {"orders", "events"}) == ("orders", "events")


def test_old_versions_are_forgotten(tiny: Tiny) -> None:
    tiny.given("1.00")
    for number in range(9):
        tiny.run(snapshot_with(f"{number:016d}", f"version {number}"))
    left = [
        pq.read_table(pa.BufferReader(body))
        for body in tiny.objects.contents(BUCKET, "tables/totals/").values()
    ]
    assert sorted(rows["snapshot_id"][0].as_py() for rows in left) == [
        f"{number:016d}" for number in range(4, 9)
    ]


def test_a_system_that_does_not_exist_is_named() -> None:
    with pytest.raises(
        NotFoundError, match=r"There is no system nonesuch .*Systems of this lake: .*market-intelligence-hub"
    ):
        system_registry.system("nonesuch")


def test_every_system_of_the_lake_is_known() -> None:
    assert set(system_registry.modules()) == set(SYSTEMS)


def one(kind: Kind, values: pd.Series, **more: int) -> Any:  # noqa: ANN401 whatever the column holds
    contract = Contract("headgate.prod.one", "one", "prod", "1", (Column("value", ColumnType(kind, **more)),))
    return rows_by_contract(contract, pd.DataFrame({"value": values}))["value"].to_pylist()


NOON = datetime(2024, 1, 1, 12)
MONEY = {"precision": 12, "scale": 2}


@pytest.mark.parametrize(
    ("kind", "values", "more", "expected"),
    [
        (
            Kind.DECIMAL,
            pd.Series([Decimal("1.1"), None, np.nan], dtype=object),
            MONEY,
            [Decimal("1.10"), None, None],
        ),
        (Kind.INTEGER, pd.Series([1.0, np.nan]), {}, [1, None]),
        (Kind.BIGINT, pd.Series([2**53 + 1, None], dtype="Int64"), {}, [2**53 + 1, None]),
        (Kind.DATE, pd.Series([pd.Timestamp("2024-01-01"), pd.NaT]), {}, [date(2024, 1, 1), None]),
        (Kind.DATE, pd.Series([date(2024, 1, 1), None], dtype=object), {}, [date(2024, 1, 1), None]),
        (Kind.TIMESTAMP, pd.Series([pd.Timestamp(NOON)]), {}, [NOON]),
        (Kind.STRING, pd.Series(["NA", None], dtype="category"), {}, ["NA", None]),
        (Kind.BOOLEAN, pd.Series([True, None], dtype=object), {}, [True, None]),
        (Kind.DOUBLE, pd.Series([0.1, np.nan]), {}, [0.1, None]),
        (Kind.STRING, pd.Series([None, None], dtype=object), {}, [None, None]),
    ],
)
def test_what_pandas_holds_exactly_is_taken(
    kind: Kind, values: pd.Series, more: Mapping[str, int], expected: list[Any]
) -> None:
    assert one(kind, values, **more) == expected


@pytest.mark.parametrize(
    ("kind", "values", "more"),
    [
        (Kind.DECIMAL, pd.Series([Decimal("1.234")], dtype=object), MONEY),
        (Kind.DECIMAL, pd.Series([1.25]), MONEY),
        (Kind.INTEGER, pd.Series([12.7]), {}),
        (Kind.INTEGER, pd.Series([12.7], dtype=object), {}),
        (Kind.INTEGER, pd.Series(["7"]), {}),
        (Kind.SMALLINT, pd.Series([70_000]), {}),
        (Kind.DATE, pd.Series([pd.Timestamp(NOON)]), {}),
        (Kind.TIMESTAMP, pd.Series([pd.Timestamp(NOON, tz=UTC)]), {}),
        (Kind.TIMESTAMP, pd.Series([pd.Timestamp("2024-01-01 00:00:00.000000001")]), {}),
        (Kind.STRING, pd.Series([7]), {}),
        (Kind.STRING, pd.Series(["a", 7], dtype=object), {}),
        (Kind.BOOLEAN, pd.Series([1, 0]), {}),
        (Kind.DOUBLE, pd.Series([2**53 + 1]), {}),
    ],
)
def test_what_would_change_a_value_is_an_error_that_shows_none(
    kind: Kind, values: pd.Series, more: Mapping[str, int]
) -> None:
    with pytest.raises(AuditError, match="column value") as raised:
        one(kind, values, **more)
    assert "12.7" not in str(raised.value)


def test_columns_missing_and_unknown_are_named() -> None:
    with pytest.raises(AuditError, match="the rows lack orders and have order, which the contract has not"):
        rows_by_contract(
            COUNTS, pd.DataFrame({"order": [1], "as_of": [date(2024, 1, 1)], "snapshot_id": ["a"]})
        )


def test_a_manifest_reads_back_as_it_was_written() -> None:
    assert LakeSnapshot.from_json(SNAPSHOT.to_json()) == SNAPSHOT
    assert json.loads(SNAPSHOT.to_json())["as_of"] == "2024-01-31"


def test_frames_that_come_one_after_the_other_are_the_rows_of_one_frame() -> None:
    frame = pd.DataFrame({"region_id": ["a", "b", "c"], "total": [Decimal("1.50"), None, Decimal(2)]})
    made = write_to_file(TOTALS, (frame.iloc[at : at + 2] for at in (0, 2)))
    stamps = {"as_of": SNAPSHOT.as_of, "snapshot_id": SNAPSHOT.snapshot_id}
    expected = rows_by_contract(TOTALS, frame.assign(**stamps)).to_pylist()
    assert pq.read_table(made.write_stamped(TOTALS, stamps).path).to_pylist() == expected


@pytest.mark.parametrize(
    "last",
    [
        pd.DataFrame({"region_id": ["b"]}),
        pd.DataFrame({"region_id": ["b"], "total": [Decimal(1)], "more": [1]}),
        pd.DataFrame({"region_id": ["b"], "total": [Decimal("0.001")]}),
        pd.DataFrame({"region_id": ["b"], "total": [0.5]}),
    ],
)
def test_the_last_frame_is_as_exact_as_the_first(last: pd.DataFrame) -> None:
    first = pd.DataFrame({"region_id": ["a"], "total": [Decimal("1.50")]})
    with pytest.raises(AuditError, match=r"headgate\.prod\.totals"):
        write_to_file(TOTALS, [first, last])
