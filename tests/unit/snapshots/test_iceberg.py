"""Every published version is a snapshot of an Iceberg table; PyIceberg reads what the parts hold.

Whatever happens between two writes, the next run makes catalog, metadata and parts agree.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind, Mask
from headgate.contracts.types import arrow_schema
from headgate.errors import ConflictError, NotFoundError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.quality.contract_audit import audit
from headgate.snapshots import iceberg_metadata as metadata
from headgate.snapshots.delete_old_versions import delete_versions, old_versions
from headgate.snapshots.iceberg import (
    HINT,
    METADATA_LOCATION,
    TABLE_TYPE,
    IcebergTables,
    keep_shown_version,
    metadata_showing,
    read_document,
    used_keys,
)
from headgate.snapshots.iceberg_manifests import ManifestWriter
from headgate.snapshots.publishing import Publisher
from headgate.systems.rollback import roll_back, with_history
from tests.examples import examples
from tests.iceberg_rows import iceberg_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from headgate.lake.ports import TableVersion

pytestmark = pytest.mark.unit

BUCKET, DATABASE = "prod", "shop"
START = datetime(2024, 6, 1)


def contract_of(*columns: Column, version: str = "1.0.0") -> Contract:
    return Contract(
        id="headgate.prod.lines",
        dataset="lines",
        zone="prod",
        version=version,
        key=("line_id",),
        columns=(Column("line_id", ColumnType(Kind.INTEGER), required=True), *columns),
    )


PRICE = Column("price", ColumnType(Kind.DECIMAL, precision=12, scale=2))
CHANNEL = Column("channel", ColumnType(Kind.STRING))
LINES = contract_of(PRICE)
EVERY_KIND = contract_of(
    PRICE,
    Column("exact", ColumnType(Kind.DECIMAL, precision=38, scale=9)),
    Column("name", ColumnType(Kind.STRING), description="Name as printed."),
    Column("is_open", ColumnType(Kind.BOOLEAN)),
    Column("small", ColumnType(Kind.SMALLINT)),
    Column("large", ColumnType(Kind.BIGINT)),
    Column("share", ColumnType(Kind.DOUBLE)),
    Column("sold_on", ColumnType(Kind.DATE)),
    Column("sold_at", ColumnType(Kind.TIMESTAMP)),
)
ROW = {
    "price": Decimal("0.10"),
    "exact": Decimal("12345678901234567890123456789.123456789"),
    "name": "né 雪 \u0000",
    "is_open": False,
    "small": -32768,
    "large": 2**63 - 1,
    "share": 0.1,
    "sold_on": date(1969, 12, 31),
    "sold_at": datetime(2024, 2, 29, 23, 59, 59, 999999),
}


class StoppedError(Exception):
    """The process died."""


@dataclass
class Steps:
    """The calls that change something, in their order; the process dies before the call `stop_at`."""

    stop_at: int = -1
    made: int = 0

    def step(self) -> None:
        if self.made == self.stop_at:
            raise StoppedError
        self.made += 1


@dataclass
class StoppingObjects(MemoryObjects):
    """A store that changes as long as the process lives."""

    steps: Steps = field(default_factory=Steps)

    def write(self, ref: ObjectRef, body: bytes, *, content_type: str = "application/octet-stream") -> None:
        self.steps.step()
        super().write(ref, body, content_type=content_type)

    def delete(self, ref: ObjectRef) -> None:
        self.steps.step()
        super().delete(ref)


@dataclass
class StoppingCatalog(MemoryCatalog):
    """A catalog that moves tables as long as the process lives."""

    steps: Steps = field(default_factory=Steps)

    def move(
        self,
        current: TableVersion,
        location: str,
        columns: Sequence[Mapping[str, str]],
        parameters: Mapping[str, str],
    ) -> None:
        self.steps.step()
        super().move(current, location, columns, parameters)


def ticks() -> Iterator[datetime]:
    return (START + timedelta(minutes=minute) for minute in count())


class Table:
    """A table of a system, published as a system's run publishes it."""

    def __init__(self) -> None:
        moments = ticks()
        self.now = lambda: next(moments)
        self.steps = Steps()
        self.objects = StoppingObjects(clock=self.now, steps=self.steps)
        self.catalog = StoppingCatalog(steps=self.steps)
        self.catalog.create(DATABASE, "lines", f"s3://{BUCKET}/empty/lines/")
        self.publisher = Publisher(
            self.objects,
            self.catalog,
            DATABASE,
            BUCKET,
            audit,
            iceberg=IcebergTables(self.objects, self.now, ManifestWriter),
        )

    @property
    def shown(self) -> TableVersion:
        return self.catalog.current(DATABASE, "lines")

    @property
    def document(self) -> dict[str, Any]:
        document = read_document(self.objects, self.shown)
        assert document is not None
        return document

    def run(self, version: str, rows: Sequence[Mapping[str, object]], contract: Contract = LINES) -> None:
        """Publish a version, then delete those that nobody needs."""
        prefix = keys.table_prefix("lines", version)
        table = pa.Table.from_pylist([dict(row) for row in rows], arrow_schema(contract))
        staged = with_history(self.publisher.stage(contract, table, prefix))
        self.publisher.move(staged)
        folder = f"{keys.TABLES}/lines/"
        doomed = old_versions(self.objects, BUCKET, folder, named={version}, keep=5)
        self.publisher.settle(contract, [one.name for one in doomed])
        delete_versions(self.objects, doomed)

    def roll_back(self, to: str = "") -> None:
        roll_back(self.catalog, self.objects, BUCKET, self.shown, to, now=self.now())

    def read(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of every version in the metadata, as PyIceberg reads them."""
        read = iceberg_rows(self.objects, BUCKET, self.shown)
        assert read.shown == self.shown.location.rstrip("/").rpartition("/")[2]
        return {name: rows.sort_by("line_id").to_pylist() for name, rows in read.versions.items()}

    def metadata_keys(self) -> set[str]:
        return {*self.objects.contents(BUCKET, keys.iceberg_prefix("lines"))}

    def hint(self) -> str:
        return self.objects.read(ObjectRef(BUCKET, keys.iceberg_prefix("lines") + HINT)).decode()


def lines(*prices: str | None) -> list[dict[str, object]]:
    return [
        {"line_id": number, "price": None if price is None else Decimal(price)}
        for number, price in enumerate(prices, 1)
    ]


def test_every_type_null_and_extreme_reads_as_it_is_in_the_part() -> None:
    table = Table()
    rows = [{"line_id": 1, **ROW}, {"line_id": 2, **dict.fromkeys(ROW)}]
    table.run("v1", rows, EVERY_KIND)
    assert table.read() == {"v1": rows}


def test_an_earlier_version_answers_what_the_table_showed_then() -> None:
    table = Table()
    table.run("v1", lines("1.00"))
    table.run("v2", lines("2.00", None))
    assert table.read() == {"v1": lines("1.00"), "v2": lines("2.00", None)}


def test_the_snapshot_of_a_version_is_found_by_the_name_of_the_version() -> None:
    table = Table()
    table.run("v1", lines("1.00"))
    (snapshot,) = table.document["snapshots"]
    assert snapshot["snapshot-id"] == metadata.version_snapshot_id("v1") < 2**53


def test_the_catalog_names_the_metadata_in_the_move_that_shows_the_version() -> None:
    table = Table()
    table.run("v1", lines("1.00"))
    assert table.shown.parameters[TABLE_TYPE] == "ICEBERG"
    assert metadata.shown_version(table.document) == "v1"
    assert f"/{table.hint()}.metadata.json" in table.shown.parameters[METADATA_LOCATION]


def test_a_publish_writes_a_manifest_its_list_the_metadata_and_the_hint_and_no_part_again() -> None:
    table = Table()
    table.run("v1", lines("1.00"))
    before = {**table.objects.contents(BUCKET, "")}
    table.run("v2", lines("2.00"))
    new = sorted(key.rpartition("/")[2] for key in {*table.objects.contents(BUCKET, "")} - {*before})
    assert new == [
        "00002-v2-list.avro",
        "00002-v2-manifest.avro",
        "00002-v2.metadata.json",
        "part-00000.parquet",
    ]


def test_a_table_without_rows_has_a_snapshot_without_files() -> None:
    table = Table()
    table.run("v1", [])
    assert table.read() == {"v1": []}
    before = table.shown
    table.publisher.settle(LINES)
    assert table.shown == before


def test_a_new_column_is_null_in_no_old_version_and_ids_stay_with_names() -> None:
    table = Table()
    table.run("v1", lines("1.00"))
    wide = contract_of(CHANNEL, PRICE, version="1.1.0")
    row = {"line_id": 1, "channel": "web", "price": Decimal("1.00")}
    table.run("v2", [row], wide)
    assert table.read() == {"v1": lines("1.00"), "v2": [row]}
    ids = [{field["name"]: field["id"] for field in of["fields"]} for of in table.document["schemas"]]
    assert ids == [{"line_id": 1, "price": 2}, {"line_id": 1, "channel": 3, "price": 2}]


def test_a_column_that_is_dropped_and_comes_back_keeps_its_id() -> None:
    table = Table()
    for version, contract in enumerate((LINES, contract_of(), LINES), 1):
        table.run(f"v{version}", [{"line_id": 1} | ({"price": None} if contract is LINES else {})], contract)
    assert table.read()["v2"] == [{"line_id": 1}]
    assert table.document["last-column-id"] == len(LINES.columns)


@pytest.mark.parametrize(
    ("after", "is_kept"),
    [
        (ColumnType(Kind.DECIMAL, precision=20, scale=2), True),
        (ColumnType(Kind.DECIMAL, precision=12, scale=3), False),
        (ColumnType(Kind.STRING), False),
    ],
)
def test_earlier_versions_stay_where_their_values_fit_the_new_type(
    after: ColumnType, *, is_kept: bool
) -> None:
    table = Table()
    table.run("v1", lines("1.00"))
    table.run("v2", [{"line_id": 1, "price": None}], contract_of(Column("price", after), version="2.0.0"))
    assert table.read().keys() == ({"v1", "v2"} if is_kept else {"v2"})


def test_an_integer_that_becomes_larger_keeps_its_versions() -> None:
    table = Table()
    narrow, wide = (contract_of(Column("n", ColumnType(kind))) for kind in (Kind.INTEGER, Kind.BIGINT))
    table.run("v1", [{"line_id": 1, "n": 1}], narrow)
    table.run("v2", [{"line_id": 1, "n": 2**40}], wide)
    assert table.read() == {"v1": [{"line_id": 1, "n": 1}], "v2": [{"line_id": 1, "n": 2**40}]}


def test_a_version_that_is_deleted_is_in_no_metadata_that_the_catalog_names() -> None:
    table = Table()
    for number in range(1, 9):
        table.run(f"v{number}", lines(f"{number}.00"))
    assert [*table.read()] == [f"v{number}" for number in range(4, 9)]


def test_old_metadata_and_manifests_are_deleted() -> None:
    table = Table()
    for number in range(1, 20):
        table.run(f"v{number}", lines(f"{number}.00"))
    unused = table.metadata_keys() - used_keys(table.objects, table.shown.parameters)
    assert len(unused) < 6, unused


def test_the_metadata_that_show_the_version_before_are_kept_for_readers_without_time_travel() -> None:
    table = Table()
    for number in range(1, 9):
        table.run(f"v{number}", lines(f"{number}.00"))
    address = table.shown.parameters[METADATA_LOCATION]
    before = metadata_showing(table.document, address, "v7")
    earlier = replace(
        table.shown, location=f"s3://{BUCKET}/tables/lines/v7/", parameters={METADATA_LOCATION: before}
    )
    document = read_document(table.objects, earlier)
    assert document is not None
    assert metadata.shown_version(document) == "v7"
    assert metadata_showing(table.document, address, "v8") == address
    assert not metadata_showing(table.document, address, "v4")


def test_files_of_a_publisher_at_work_are_kept_and_those_of_a_dead_one_deleted() -> None:
    table = Table()
    table.run("v1", lines("1.00"))
    staged = ObjectRef(BUCKET, f"{keys.iceberg_prefix('lines')}00007-other.metadata.json")
    table.objects.write(staged, b"{}")
    table.publisher.settle(LINES)
    assert staged.key in table.metadata_keys()
    late = replace(
        table.publisher,
        iceberg=IcebergTables(table.objects, lambda: START + timedelta(days=1), ManifestWriter),
    )
    late.settle(LINES)
    assert staged.key not in table.metadata_keys()


def test_a_rollback_shows_the_earlier_version_to_iceberg_readers_and_keeps_the_others() -> None:
    table = Table()
    table.run("v1", lines("1.00"))
    table.run("v2", contract=contract_of(CHANNEL), rows=[{"line_id": 1, "channel": "web"}])
    table.roll_back()
    assert table.read() == {"v1": lines("1.00"), "v2": [{"line_id": 1, "channel": "web"}]}
    assert table.hint() == "00003-v1"
    table.roll_back("v2")
    assert metadata.shown_version(table.document) == "v2"


def test_a_rollback_to_a_version_without_metadata_is_a_hive_table_until_the_next_run() -> None:
    table = Table()
    table.run("v1", [{"line_id": 1, "price": "text"}], contract_of(Column("price", ColumnType(Kind.STRING))))
    table.run("v2", lines("1.00"))
    table.roll_back()
    assert table.shown.parameters[TABLE_TYPE] == ""
    table.publisher.settle(contract_of(Column("price", ColumnType(Kind.STRING))))
    assert table.read() == {"v1": [{"line_id": 1, "price": "text"}]}


def test_a_table_that_was_published_before_the_setting_gets_metadata_in_the_next_run() -> None:
    table = Table()
    with_iceberg, table.publisher = table.publisher, replace(table.publisher, iceberg=None)
    table.run("v1", lines("1.00"))
    assert METADATA_LOCATION not in table.shown.parameters
    table.publisher = with_iceberg
    table.publisher.settle(LINES)
    assert table.read() == {"v1": lines("1.00")}


def test_without_the_setting_a_table_is_one_of_hive_only_again_and_rolls_back() -> None:
    table = Table()
    table.run("v1", lines("1.00"))
    table.publisher = replace(table.publisher, iceberg=None)
    table.publisher.settle(LINES)
    assert not table.shown.parameters[TABLE_TYPE]
    table.run("v2", lines("2.00"))
    assert not table.shown.parameters[METADATA_LOCATION]
    table.roll_back()
    assert not table.shown.parameters[METADATA_LOCATION]


def test_a_table_that_nothing_was_published_to_has_no_metadata() -> None:
    table = Table()
    table.publisher.settle(LINES)
    assert not table.metadata_keys()


def test_a_conflicting_publisher_changes_no_metadata_that_readers_see() -> None:
    table = Table()
    table.run("v1", lines("1.00"))
    prefix = keys.table_prefix("lines", "late")
    staged = table.publisher.stage(LINES, pa.Table.from_pylist(lines("9.00"), arrow_schema(LINES)), prefix)
    table.run("v2", lines("2.00"))
    with pytest.raises(ConflictError):
        table.publisher.move(staged)
    assert table.read() == {"v1": lines("1.00"), "v2": lines("2.00")}


def test_only_bounds_of_values_that_say_nothing_about_a_person_are_written() -> None:
    table = Table()
    contract = contract_of(
        Column("customer_id", ColumnType(Kind.BIGINT), references="customers.customer_id"),
        Column("born_on", ColumnType(Kind.DATE), classification="personal"),
        Column("card", ColumnType(Kind.BIGINT), mask=Mask.MASKED),
        Column("e_mail", ColumnType(Kind.STRING)),
        Column("quantity", ColumnType(Kind.INTEGER)),
    )
    properties = metadata.with_properties(
        metadata.with_schema(metadata.new_document("s3://prod/iceberg/lines"), contract), contract
    )["properties"]
    bounded = {name.rpartition(".")[2] for name, mode in properties.items() if mode == "full"}
    assert bounded == {"line_id", "quantity"}
    row = dict.fromkeys([column.name for column in contract.columns])
    table.run("v1", [{**row, "line_id": 1, "e_mail": "ann@example.com"}], contract)
    assert all(
        b"ann@example.com" not in body
        for key, body in table.objects.contents(BUCKET, "").items()
        if key.startswith(keys.ICEBERG)
    )


def test_no_metadata_name_an_erased_part() -> None:
    table = Table()
    table.run("v1", lines("1.00", "2.00"))
    table.run("v2", lines("1.00"))
    keep_shown_version(table.objects, table.catalog, table.shown)
    for key in [*table.objects.contents(BUCKET, keys.table_prefix("lines", "v1"))]:
        table.objects.delete(ObjectRef(BUCKET, key))
    assert table.read() == {"v2": lines("1.00")}
    used = used_keys(table.objects, table.shown.parameters)
    named = "".join(table.objects.read(ObjectRef(BUCKET, key)).decode("latin-1") for key in used)
    assert "/v1/" not in named
    assert not table.document["metadata-log"]


def run_with_a_stop(table: Table, stop_at: int, version: str, rows: list[dict[str, object]]) -> bool:
    """Run, and die before the write number `stop_at`; return whether it died."""
    table.steps.made, table.steps.stop_at = 0, stop_at
    try:
        table.run(version, rows)
    except StoppedError:
        return True
    finally:
        table.steps.stop_at = -1
    return False


def test_a_stop_before_each_write_leaves_a_table_that_reads_and_the_next_run_repairs() -> None:
    for stop_at in count():
        table = Table()
        for number in range(1, 7):
            table.run(f"v{number}", lines(f"{number}.00"))
        has_died = run_with_a_stop(table, stop_at, "v7", lines("7.00"))
        between = table.read()
        for version in between.keys() - {"v1"}:
            assert between[version] == lines(f"{version[1:]}.00")
        table.run("v7", lines("7.00"))
        assert table.read() == {f"v{number}": lines(f"{number}.00") for number in range(3, 8)}
        assert table.hint() == table.shown.parameters[METADATA_LOCATION].rpartition("/")[2].removesuffix(
            ".metadata.json"
        )
        if not has_died:
            break
    assert stop_at > 6, "part, manifest, list, metadata, catalog, hint, deleted part, …"


CONTRACTS = [
    LINES,
    contract_of(PRICE, CHANNEL, version="1.1.0"),
    contract_of(CHANNEL, version="1.2.0"),
    contract_of(Column("price", ColumnType(Kind.DECIMAL, precision=14, scale=2)), version="1.3.0"),
    contract_of(Column("price", ColumnType(Kind.STRING)), version="2.0.0"),
]
CELLS = {
    Kind.INTEGER: st.none(),
    Kind.DECIMAL: st.none() | st.decimals(-999, 999, places=2),
    Kind.STRING: st.none() | st.text(max_size=3),
}
HISTORIES = st.lists(
    st.tuples(
        st.sampled_from(["publish", "publish", "publish", "roll back", "erase", "again"]),
        st.integers(0, len(CONTRACTS) - 1),
        st.integers(0, 4),
        st.integers(-1, 12),
    ),
    min_size=1,
    max_size=10,
)


@examples(20)
@given(history=HISTORIES, data=st.data())
def test_after_any_history_with_stops_every_version_in_the_metadata_reads_as_it_was_published(
    history: list[tuple[str, int, int, int]], data: st.DataObject
) -> None:
    table, published, newest = Table(), dict[str, list[dict[str, object]]](), LINES
    for number, (action, at, rows, stop_at) in enumerate(history):
        table.steps.made, table.steps.stop_at = 0, stop_at
        try:
            if action == "publish":
                newest = CONTRACTS[at]
                made = [
                    {"line_id": line}
                    | {one.name: data.draw(CELLS[one.type.kind]) for one in newest.columns[1:]}
                    for line in range(rows)
                ]
                published[f"v{number}"] = made
                table.run(f"v{number}", made, newest)
            elif action == "roll back":
                table.roll_back()
            elif action == "erase":
                keep_shown_version(table.objects, table.catalog, table.shown)
                delete_all_but_shown(table)
            else:
                table.publisher.settle(newest)
        except StoppedError:
            pass
        except NotFoundError:
            assert action == "roll back", "there is no earlier version"
        finally:
            table.steps.stop_at = -1
        assert_readable(table, published)
    version = f"v{len(history)}"
    published[version] = lines("1.00")
    table.run(version, published[version])
    assert_readable(table, published)
    assert table.shown.parameters[TABLE_TYPE] == "ICEBERG"
    assert table.hint() in table.shown.parameters[METADATA_LOCATION]


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(CHANNEL, id="dropped"),
        pytest.param(Column("price", ColumnType(Kind.DECIMAL, precision=10, scale=2)), id="narrower"),
        pytest.param(Column("price", ColumnType(Kind.STRING)), id="of another type"),
    ],
)
def test_a_version_that_does_not_fit_the_contract_is_a_plain_table_until_the_next_publish(
    column: Column,
) -> None:
    table = Table()
    table.run("v1", lines("1.00"))
    for key in table.metadata_keys():
        table.objects.delete(ObjectRef(BUCKET, key))
    table.publisher.settle(contract_of(column, version="1.1.0"))
    assert (table.shown.location.endswith("/v1/"), table.shown.parameters[METADATA_LOCATION]) == (True, "")
    table.run("v2", lines("2.00"))
    assert table.read()["v2"] == lines("2.00")


def delete_all_but_shown(table: Table) -> None:
    for key in [*table.objects.contents(BUCKET, f"{keys.TABLES}/")]:
        if not table.shown.location.endswith(f"{key.rpartition('/')[0]}/"):
            table.objects.delete(ObjectRef(BUCKET, key))


def assert_readable(table: Table, published: Mapping[str, list[dict[str, object]]]) -> None:
    """Each version in the metadata has its parts and its rows; the shown one is the catalog's."""
    if table.shown.parameters.get(METADATA_LOCATION):
        for version, rows in table.read().items():
            assert rows == published[version]
