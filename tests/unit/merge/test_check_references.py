"""A child without its parent is reported and stays; a parent that comes late completes it."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.references import Reference, references
from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.merge.check_references import without_parent
from headgate.merge.merge_lake import Merging
from headgate.quality.contract_audit import audit
from headgate.snapshots.publishing import parquet_bytes
from headgate.snapshots.read_snapshots import checked_references
from headgate.snapshots.reference_counts import CheckedReference, from_json, references_json
from tests.duckdb_memory import MEMORY
from tests.examples import examples

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.unit

BUCKET = "curated"
TEXT = ColumnType(Kind.STRING)
LINEAGE = (
    Column("_content_sha256", TEXT, required=True),
    Column("_source_row", ColumnType(Kind.BIGINT), required=True),
)
ORDERS = Contract(
    "parents",
    "parents",
    "curated",
    "1",
    (Column("order_id", TEXT, required=True), *LINEAGE),
    key=("order_id",),
)
LINES = Contract(
    "lines",
    "lines",
    "curated",
    "1",
    (
        Column("line_id", TEXT, required=True),
        Column("order_id", TEXT, references="parents.order_id"),
        *LINEAGE,
    ),
    key=("line_id",),
)

TABLE = Registry.load().lake["missing_parents"]


@dataclass
class Downloads(MemoryObjects):
    """Remembers which objects were fetched."""

    fetched: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def download(self, ref: ObjectRef, path: Path, size_bytes: int | None = None) -> None:
        self.fetched.append(ref.key)
        super().download(ref, path, size_bytes)

    def open(self, ref: ObjectRef) -> BinaryIO:
        self.opened.append(ref.key)
        return super().open(ref)


@dataclass
class Lake:
    """Orders and their lines."""

    workspace: Path
    objects: Downloads = field(default_factory=Downloads)
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    contracts: Mapping[str, Contract] = field(default_factory=lambda: {"lines": LINES, "parents": ORDERS})

    def __post_init__(self) -> None:
        for dataset in (*self.contracts, TABLE.dataset):
            self.catalog.create("db", dataset, f"s3://{BUCKET}/empty/")

    def deliver(self, contract: Contract, name: str, *rows: dict[str, Any]) -> None:
        reported = [{**row, "_content_sha256": name, "_source_row": at} for at, row in enumerate(rows, 1)]
        table = pa.Table.from_pylist(reported, arrow_schema(contract))
        self.objects.write(
            ObjectRef(BUCKET, keys.increment_key(contract.dataset, name)), parquet_bytes(table)
        )

    def merged(self) -> tuple[CheckedReference, ...]:
        lake = self.merging().merge()
        return checked_references(self.objects, BUCKET, lake.snapshot_id)

    def merging(self) -> Merging:
        ports = (self.objects, self.catalog, self.contracts, BUCKET, "db", self.workspace, audit)
        return Merging(*ports, missing_parents=TABLE, memory=MEMORY)

    def snapshot_prefix(self, dataset: str) -> str:
        return self.catalog.current("db", dataset).location.removeprefix(f"s3://{BUCKET}/")

    def reported(self) -> list[dict[str, Any]]:
        """Return the rows of the table."""
        location = self.catalog.current("db", TABLE.dataset).location.removeprefix(f"s3://{BUCKET}/")
        rows: list[dict[str, Any]] = pq.read_table(
            pa.BufferReader(self.objects.read(ObjectRef(BUCKET, keys.part(location))))
        ).to_pylist()
        return rows


def line(line_id: str, order_id: str | None) -> dict[str, Any]:
    return {"line_id": line_id, "order_id": order_id}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def test_rows_without_parent_are_counted_listed_and_stay(lake: Lake) -> None:
    lake.deliver(ORDERS, "a", {"order_id": "1"})
    lake.deliver(LINES, "b", line("x", "1"), line("y", "2"), line("z", "2"), line("w", "10"), line("v", None))
    (found,) = lake.merged()
    assert (found.column, found.references) == ("lines.order_id", "parents.order_id")
    assert (found.rows, found.keys, found.first_keys) == (3, 2, ("10", "2"))
    location = lake.catalog.current("db", "lines").location.removeprefix(f"s3://{BUCKET}/")
    assert lake.catalog.current("db", "lines").parameters["headgate.rows"] == "5"
    assert lake.objects.contents(BUCKET, location)


def test_the_table_reports_what_was_checked_of_the_newest_snapshot(lake: Lake) -> None:
    lake.deliver(LINES, "b", line("x", "1"), line("y", "2"), line("z", "2"))
    snapshot = lake.merging().merge()
    (row,) = lake.reported()
    assert row == {
        "column_name": "lines.order_id",
        "references_column": "parents.order_id",
        "rows_without_parent": 3,
        "different_keys": 2,
        "first_keys": '["1", "2"]',
        "as_of": snapshot.as_of,
        "snapshot_id": snapshot.snapshot_id,
    }
    lake.deliver(ORDERS, "a", {"order_id": "1"}, {"order_id": "2"})
    lake.merged()
    assert [row["rows_without_parent"] for row in lake.reported()] == [0]


def test_a_table_that_fell_behind_is_caught_up_by_the_next_merge_and_one_that_did_not_stays(
    lake: Lake,
) -> None:
    lake.deliver(LINES, "b", line("x", "1"))
    replace(lake.merging(), missing_parents=None).merge()
    assert lake.catalog.current("db", TABLE.dataset).location.endswith("/empty/")
    lake.merged()
    assert [row["rows_without_parent"] for row in lake.reported()] == [1]
    revision = lake.catalog.current("db", TABLE.dataset).revision
    lake.merged()
    assert lake.catalog.current("db", TABLE.dataset).revision == revision


def test_of_the_table_the_newest_versions_are_kept(lake: Lake) -> None:
    for number in range(8):
        lake.objects.clock = lambda at=datetime(2024, 1, 1 + number): at  # type: ignore[misc]  # a day for each merge
        lake.deliver(LINES, f"b{number}", line(f"x{number}", "1"))
        lake.merged()
    assert len(lake.objects.contents(BUCKET, "snapshots/missing_parents/")) == 5


def test_a_late_parent_makes_its_children_whole(lake: Lake) -> None:
    lake.deliver(LINES, "b", line("x", "1"), line("y", "2"))
    assert [one.rows for one in lake.merged()] == [2]
    lake.deliver(ORDERS, "a", {"order_id": "1"}, {"order_id": "2"})
    assert [(one.rows, one.keys, one.first_keys) for one in lake.merged()] == [(0, 0, ())]


def test_what_has_not_changed_is_neither_fetched_nor_checked_again(lake: Lake) -> None:
    lake.deliver(LINES, "b", line("x", "1"))
    first = lake.merged()
    lake.objects.fetched.clear()
    assert lake.merged() == first
    assert lake.objects.fetched == []


def test_a_merge_opens_one_database_for_all_datasets_and_references_and_closes_it(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, connect = [], duckdb.connect

    def remembered(**config: Any) -> duckdb.DuckDBPyConnection:  # noqa: ANN401 as DuckDB's own
        opened.append(connect(**config))
        return opened[-1]

    monkeypatch.setattr(duckdb, "connect", remembered)
    lake.deliver(ORDERS, "a", {"order_id": "1"})
    lake.deliver(LINES, "b", line("x", "1"), line("y", "2"))
    replace(lake.merging(), memory=None).merge()
    (database,) = opened
    with pytest.raises(duckdb.ConnectionException, match="closed"):
        database.execute("SELECT 1")
    assert list(lake.workspace.iterdir()) == []


def test_without_a_snapshot_nothing_is_known(lake: Lake) -> None:
    assert checked_references(lake.objects, BUCKET, "never") == ()


def test_references_to_nothing_in_the_lake_are_left_out() -> None:
    stray = replace(
        LINES,
        columns=(Column("a", TEXT, references="nowhere.a"), Column("b", TEXT, references="parents.nothing")),
        key=("a",),
    )
    assert references({"lines": stray, "parents": ORDERS}) == ()
    assert references({"lines": LINES, "parents": ORDERS}) == (
        Reference("lines", "order_id", "parents", "order_id"),
    )


def test_every_reference_of_the_lakes_own_contracts_is_checked() -> None:
    registry = Registry.load()
    stated = [
        column for contract in registry.curated.values() for column in contract.columns if column.references
    ]
    assert len(references(registry.curated)) == len(stated) > 0


def test_a_report_reads_back_as_it_was_written() -> None:
    report = (
        CheckedReference("a.b", "c.d", "1", "2", 3, 2, ("x", "y")),
        CheckedReference("a.e", "c.d", "1", "2", 0, 0),
    )
    assert from_json(references_json(report)) == report


def test_ids_of_other_types_are_compared_by_their_texts() -> None:
    children, parents = ibis.memtable({"id": ["1", "2"]}), ibis.memtable({"id": [1, 3]})
    assert without_parent(children, "id", parents, "id").execute().to_dict("records") == [
        {"value": "2", "rows": 1}
    ]


def test_ids_of_one_type_are_compared_as_they_are_also_where_only_the_parent_requires_them() -> None:
    """A text of each number would take most of the time."""
    children = ibis.table({"id": "int64"}, name="children")
    parents = ibis.table({"id": "!int64"}, name="parents")
    assert "CAST" not in ibis.to_sql(without_parent(children, "id", parents, "id"), dialect="duckdb")


KEYS = st.lists(st.one_of(st.none(), st.integers(0, 6)), max_size=20)


@examples(20)
@given(children=KEYS, parents=KEYS)
def test_orphans_are_what_counting_by_hand_says(
    children: list[int | None], parents: list[int | None]
) -> None:
    wanted = Counter(child for child in children if child is not None and child not in parents)
    tables = (ibis.memtable(pa.table({"k": pa.array(values, pa.int64())})) for values in (children, parents))
    child_rows, parent_rows = tables
    found = without_parent(child_rows, "k", parent_rows, "k").execute()
    assert list(zip(found["value"], found["rows"], strict=True)) == sorted(wanted.items())


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["parents", "lines", "lines", "revert"]),
        st.lists(st.sampled_from([f"{number:02d}" for number in range(30)]), max_size=8, unique=True),
    ),
    min_size=2,
    max_size=7,
)


@examples(8)
@given(steps=STEPS)
@example(steps=[("parents", ["01", "07"]), ("lines", ["01"]), ("parents", ["02"]), ("revert", ["00"])])
def test_a_check_of_changed_parts_counts_what_a_check_of_all_rows_counts(
    steps: list[tuple[str, list[str]]],
) -> None:
    """Rows without a parent also appear where parents leave the lake and no child changes."""
    with tempfile.TemporaryDirectory() as folder:
        grown = Lake(Path(folder))
        for parent in ("parents", "lines"):  # all parents are there at first
            apply(grown, "all", parent, [f"{number:02d}" for number in range(12)])
        for number, (action, ids) in enumerate(steps):
            if action == "revert":
                name = min(grown.objects.contents(BUCKET, f"{keys.INCREMENTS}/parents/"))
                grown.objects.delete(ObjectRef(BUCKET, name))
                apply(grown, f"again{number}", "parents", ids)
            else:
                apply(grown, str(number), action, ids)
            checked = replace(grown.merging(), part_rows=12).merge()
            rebuilt = Lake(Path(folder))
            for key, body in grown.objects.contents(BUCKET, f"{keys.INCREMENTS}/").items():
                rebuilt.objects.write(ObjectRef(BUCKET, key), body)
            complete = replace(rebuilt.merging(), part_rows=12).merge()
            assert [
                (of.rows, of.keys, of.first_keys)
                for of in checked_references(grown.objects, BUCKET, checked.snapshot_id)
            ] == [
                (of.rows, of.keys, of.first_keys)
                for of in checked_references(rebuilt.objects, BUCKET, complete.snapshot_id)
            ]


def apply(lake: Lake, name: str, dataset: str, ids: list[str]) -> None:
    if dataset == "parents":
        lake.deliver(ORDERS, name, *({"order_id": order} for order in ids))
    else:
        lake.deliver(LINES, name, *(line(f"{order}-{name}", order) for order in ids))


def test_of_lines_that_did_not_change_nothing_is_opened_while_all_have_a_parent(lake: Lake) -> None:
    lake.deliver(ORDERS, "a", {"order_id": "1"})
    lake.deliver(LINES, "b", line("x", "1"))
    lake.merged()
    lake.deliver(ORDERS, "c", {"order_id": "2"})
    lake.objects.opened.clear()
    assert [of.rows for of in lake.merged()] == [0]
    assert not [key for key in lake.objects.opened if "/lines/" in key]


def test_only_parents_in_whose_range_a_changed_child_points_are_opened(lake: Lake) -> None:
    many = [f"{number:03d}" for number in range(300)]
    merging = replace(lake.merging(), part_rows=40)
    apply(lake, "a", "parents", many)
    apply(lake, "b", "lines", many)
    merging.merge()
    parents = len(lake.objects.contents(BUCKET, lake.snapshot_prefix("parents")))
    lake.objects.opened.clear()
    apply(lake, "c", "lines", ["298", "299"])
    merging.merge()
    assert 1 <= len([key for key in lake.objects.opened if "/parents/" in key]) < parents / 2
