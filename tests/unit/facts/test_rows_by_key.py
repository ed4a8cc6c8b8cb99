"""An incremental model computes the rows of keys in changed parts, and its table is that of a full build."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest

from headgate.errors import AuditError
from headgate.facts import part_tables
from headgate.facts.fact_store import used_facts
from headgate.facts.rows_by_key import _Increment
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.project import MODELS_SYSTEM
from headgate.quality.contract_audit import audit
from headgate.snapshots.publishing import Publisher
from headgate.snapshots.read_snapshots import lake_snapshot
from headgate.systems import table_parts
from headgate.systems.run import run_system
from tests.unit.facts.incremental_lake import (
    SQL,
    TABLE,
    IncrementalLake,
    is_equal_to_a_full_build,
    models_of,
)
from tests.unit.facts.test_part_tables import ITEMS, PROD, SENT
from tests.unit.merge.test_merge_lake import BUCKET, order

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.unit,
    # Ibis still calls DuckDB's old name for the same thing.
    pytest.mark.filterwarnings(r"ignore:fetch_arrow_table\(\) is deprecated:DeprecationWarning"),
]


@pytest.fixture(scope="module")
def first_lake(tmp_path_factory: pytest.TempPathFactory) -> IncrementalLake:
    """A lake whose table was built once; no test changes it."""
    lake = IncrementalLake(tmp_path_factory.mktemp("lake"))
    lake.deliver("aa", *(order(one, "1.00") for one in SENT))
    lake.deliver_items("aa", [(one, kind, int(one) + 1) for one in SENT for kind in "ab"])
    lake.merge()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(part_tables, "is_checked", lambda _: False)
        lake.built(lake.store())
    return lake


@pytest.fixture
def lake(first_lake: IncrementalLake, monkeypatch: pytest.MonkeyPatch) -> IncrementalLake:
    """A copy of that lake; no run compares."""
    monkeypatch.setattr(part_tables, "is_checked", lambda _: False)
    return first_lake.copy()


@pytest.fixture
def full_builds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables that were built from all rows."""
    built, all_rows = list[str](), _Increment._all_rows

    def counted(increment: _Increment) -> Any:  # noqa: ANN401 as the method's own
        built.append(increment.of.name)
        return all_rows(increment)

    monkeypatch.setattr(_Increment, "_all_rows", counted)
    return built


def rows_of(body: bytes) -> list[dict[str, Any]]:
    return list(pq.read_table(io.BytesIO(body)).to_pylist())


def test_only_parts_with_changed_keys_are_read(lake: IncrementalLake, full_builds: list[str]) -> None:
    lake.deliver_items("bb", [("022", "c", 1_000)])
    lake.merge()
    store = lake.store()
    rows = rows_of(lake.built(store))
    assert full_builds == []
    assert [row["kind"] for row in rows if row["order_id"] == "022"] == ["a", "b", "c"]
    assert 1 <= store.counts["computed"] <= 2 < store.counts["reused"]
    assert 0 < store.rows_read < len(SENT)
    assert is_equal_to_a_full_build(lake)


def test_a_run_without_changes_reads_no_row(lake: IncrementalLake, full_builds: list[str]) -> None:
    store = lake.store()
    lake.built(store)
    assert (store.rows_read, store.counts["computed"], full_builds) == (0, 0, [])


def test_rows_of_a_deleted_order_leave_the_table(lake: IncrementalLake, full_builds: list[str]) -> None:
    lake.delete(1, "012")
    lake.merge()
    assert "012" not in {row["order_id"] for row in rows_of(lake.built(lake.store()))}
    assert full_builds == []
    assert is_equal_to_a_full_build(lake)


def test_an_item_that_changed_its_order_changes_both_orders(
    lake: IncrementalLake, full_builds: list[str]
) -> None:
    """The order that it left has its key in the part before only."""
    lake.deliver_items("bb", [("012", "c", 5)])
    lake.merge()
    lake.built(lake.store())
    lake.revert_items("bb")
    lake.deliver_items("cc", [("013", "c", 5)])
    lake.merge()
    rows = rows_of(lake.built(lake.store()))
    assert {row["order_id"] for row in rows if row["kind"] == "c"} == {"013"}
    assert full_builds == []


def test_an_erased_order_is_in_no_file_that_the_newest_run_used(lake: IncrementalLake) -> None:
    lake.erase("aa", ["012"])
    lake.revert_items("aa")
    lake.deliver_items("cc", [(one, "a", 1) for one in SENT if one != "012"])
    assert is_equal_to_a_full_build(lake)
    for key in used_facts(lake.objects, PROD):
        rows = pq.read_table(io.BytesIO(lake.objects.read(ObjectRef(PROD, key))))
        assert "012" not in rows[0].to_pylist()


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ("sql", SQL.replace("count(*)", "count(l.amount)")),
        ("contract", "2.0.0"),
        ("dataset", "1.1.0"),
        ("engine", "0.0.1"),
    ],
)
def test_another_statement_contract_or_engine_builds_all_rows(
    lake: IncrementalLake, full_builds: list[str], monkeypatch: pytest.MonkeyPatch, change: str, value: str
) -> None:
    if change == "sql":
        lake.sql = value
    elif change == "contract":
        lake.contract = replace(lake.contract, version=value)
    elif change == "dataset":
        wider = replace(ITEMS.columns[2], name="colour")
        lake.contracts = {**lake.contracts, "items": replace(ITEMS, columns=(*ITEMS.columns, wider))}
    else:
        monkeypatch.setattr("headgate.systems.sql_models.version", lambda _: value)
    lake.merge()
    lake.built(lake.store())
    assert full_builds == [TABLE]


def test_a_changed_input_without_the_key_builds_all_rows(
    lake: IncrementalLake, full_builds: list[str]
) -> None:
    lake.sql = SQL.replace(
        "group by", "where exists (select 1 from items where kind = 'b') group by"
    ).replace("join lines as l on l.of_order = o.order_id", "cross join (values 1) as l")
    lake.sql = """
    select o.order_id, 'all' as kind, (select count(*) from items) as items, o.total as amount, o.total,
           1 as place
    from orders as o
    """
    lake.built(lake.store())
    full_builds.clear()
    lake.deliver("bb", order("050", "3.00"))
    assert is_equal_to_a_full_build(lake)
    assert full_builds == [TABLE]  # the full build of the comparison
    lake.deliver_items("cc", [("050", "c", 5)])
    assert is_equal_to_a_full_build(lake)
    assert full_builds == [TABLE] * 3


def test_a_full_run_builds_all_rows_and_gives_the_same_bytes(
    lake: IncrementalLake, full_builds: list[str]
) -> None:
    body = lake.built(lake.store())
    assert lake.built(lake.store(is_full=True)) == body
    assert full_builds == [TABLE]


def test_parts_of_the_table_without_a_change_are_copied(
    lake: IncrementalLake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(table_parts, "PART_ROWS", 3)
    publisher = Publisher(lake.objects, lake.catalog, "shop_prod", PROD, audit)
    lake.catalog.create("shop_prod", TABLE, f"s3://{PROD}/tables/{TABLE}/none/")

    def publish() -> list[str]:
        lake.merge()
        lake.objects.forget()
        newest = lake_snapshot(lake.objects, BUCKET)
        tables = lake.tables(lake.store(), tmp_path / newest.snapshot_id)
        (made,) = run_system(
            MODELS_SYSTEM, newest, tables, publisher, {TABLE: lake.contract}, own_models=models_of()
        )
        prefix = f"{made.location.removeprefix(f's3://{PROD}/').rstrip('/')}/"
        return [item.ref.key for item in lake.objects.list(PROD, prefix)]

    assert len(publish()) > 1
    lake.deliver_items("bb", [("022", "c", 1_000)])
    parts = publish()
    copied = [key for key in lake.objects.copied if key.startswith(f"tables/{TABLE}/")]
    assert len(parts) - 2 <= len(copied) < len(parts)


def test_keys_of_the_run_before_that_are_gone_build_all_rows(
    lake: IncrementalLake, full_builds: list[str]
) -> None:
    lake.delete(1, "012")
    for item in list(lake.objects.list(PROD, keys.fact_prefix(f"{TABLE}_keys"))):
        lake.objects.delete(item.ref)
    assert is_equal_to_a_full_build(lake)
    assert full_builds == [TABLE] * 2


def test_kept_rows_that_differ_stop_a_checked_run(
    lake: IncrementalLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_tables, "is_checked", lambda _: True)
    (key,) = (key for key in used_facts(lake.objects, PROD) if key.startswith(keys.fact_prefix(TABLE)))
    kept = pq.read_table(io.BytesIO(lake.objects.read(ObjectRef(PROD, key))))
    sink = io.BytesIO()
    pq.write_table(kept.slice(1), sink)
    lake.objects.write(ObjectRef(PROD, key), sink.getvalue())
    lake.deliver("bb", order("023", "3.00", 2))
    lake.merge()
    with pytest.raises(AuditError, match=r"order_totals: updated rows differ .*headgate run --full"):
        lake.built(lake.store())
