"""Facts are kept by part: what changed is computed again, and the answer is that of a full computation."""

from __future__ import annotations

import tempfile
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, Self

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.types import arrow_schema
from headgate.errors import AuditError, ContractError
from headgate.facts import part_tables
from headgate.facts.fact import Combine, Fact, fact_rows
from headgate.facts.fact_store import FactStore, used_facts
from headgate.facts.part_files import PartFiles, ValueRange
from headgate.facts.part_tables import is_checked, open_part_tables
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.snapshots.publishing import parquet_bytes
from headgate.snapshots.read_snapshots import lake_snapshot
from tests.unit.merge.test_merge_lake import BUCKET, LINEAGE, ORDERS, order
from tests.unit.merge.test_parts import KEYS, PartedLake

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

pytestmark = pytest.mark.unit

PROD = "prod"
ITEMS = Contract(
    id="headgate.curated.items",
    dataset="items",
    zone="curated",
    version="1.0.0",
    key=("item_id",),
    columns=(
        Column("item_id", ColumnType(Kind.STRING), required=True),
        Column("order_id", ColumnType(Kind.STRING)),
        Column("kind", ColumnType(Kind.STRING)),
        Column("amount", ColumnType(Kind.DECIMAL, precision=12, scale=2)),
        *LINEAGE,
    ),
)
LABELS = {"a": "first", "b": "second"}
SENT = KEYS[8:24]  # in seven parts: a query for each takes the time of these tests
FEW = KEYS[:20]


def _days(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    """Amounts by day and label, counted by order."""
    orders = tables["orders"].select("order_id", day=tables["orders"].ordered_at.date())
    lines = tables["items"].inner_join(orders, "order_id").left_join(tables["labels"], "kind")
    each = lines.group_by("order_id", "day", "label").agg(amount=lines.amount.sum())
    return each.group_by("day", "label").agg(
        amount=each.amount.sum(), orders=each.count(), largest=each.amount.max(), least=each.amount.min()
    )


DAYS = Fact(
    "days",
    "orders",
    _days,
    {"amount": Combine.SUM, "orders": Combine.SUM, "largest": Combine.MAX, "least": Combine.MIN},
    {"items": "order_id"},
    is_grouped=True,
)


@dataclass
class FactLake(PartedLake):
    """Orders and their items, in parts of three rows on average, with a bucket for facts."""

    contracts: Mapping[str, Contract] = field(default_factory=lambda: {"orders": ORDERS, "items": ITEMS})

    def copy(self) -> Self:
        """Return a lake with the same objects and tables; what one of them changes, the other keeps."""
        locks = (self.objects._lock, self.catalog._lock)  # of which Python makes no copy
        return deepcopy(self, {id(lock): RLock() for lock in locks} | {id(self.contracts): self.contracts})

    def merge(self) -> None:
        assert not self.merging().merge().failed

    def deliver_items(self, name: str, items: Iterable[tuple[str, str, int]]) -> None:
        """Deliver items: the order, the kind and the amount of each."""
        rows = [
            {
                "item_id": f"{order_id}-{kind}",
                "order_id": order_id,
                "kind": kind,
                "amount": Decimal(amount),
                "_content_sha256": name,
                "_source_row": number,
            }
            for number, (order_id, kind, amount) in enumerate(items, 1)
        ]
        table = pa.Table.from_pylist(rows, arrow_schema(ITEMS))
        self.objects.write(ObjectRef(BUCKET, keys.increment_key("items", name)), parquet_bytes(table))

    def revert_items(self, name: str) -> None:
        self.objects.delete(ObjectRef(BUCKET, keys.increment_key("items", name)))

    def erase(self, name: str, ids: Sequence[str]) -> None:
        """Write the increment again without some orders, as an erasure does."""
        self.replay(name, f"{len(ids):02d}", *(order(one, "1.00", 1) for one in FEW if one not in ids))

    def facts(
        self, store: FactStore, fact: Fact = DAYS, labels: Mapping[str, str] = LABELS
    ) -> list[dict[str, Any]]:
        """Merge what arrived, and return the fact's rows."""
        self.merge()
        with tempfile.TemporaryDirectory() as name, self.tables(store, Path(name)) as tables:
            return sorted_rows(fact, tables, labels)

    def tables(self, store: FactStore, folder: Path) -> Any:  # noqa: ANN401 a context manager
        newest = lake_snapshot(self.objects, BUCKET)
        files = {
            name: PartFiles(self.objects, BUCKET, of, folder / name) for name, of in newest.datasets.items()
        }
        return open_part_tables(
            files, self.contracts, store, newest.snapshot_id, folder=folder / "facts", memory_mb=1000
        )

    def store(self, *, is_full: bool = False, bucket: str = PROD) -> FactStore:
        return FactStore(self.objects, bucket, is_full=is_full)


def sorted_rows(
    fact: Fact, tables: Mapping[str, ibis.Table], labels: Mapping[str, str]
) -> list[dict[str, Any]]:
    lookup = ibis.memtable(pa.table({"kind": list(labels), "label": list(labels.values())}))
    rows = fact_rows(fact, tables, labels=lookup)
    return list(rows.order_by(rows.columns).to_pyarrow().to_pylist())


@pytest.fixture(scope="module")
def first_lake(tmp_path_factory: pytest.TempPathFactory) -> FactLake:
    """A lake that was merged once; no test changes it."""
    lake = FactLake(tmp_path_factory.mktemp("lake"))
    lake.deliver("aa", *(order(one, "1.00") for one in SENT))
    lake.deliver_items("aa", [(one, kind, int(one) + 1) for one in SENT for kind in "ab"])
    lake.merge()
    return lake


@pytest.fixture
def lake(first_lake: FactLake) -> FactLake:
    """A copy of that lake."""
    return first_lake.copy()


def counts_of(lake: FactLake, **given: Any) -> Counter[str]:  # noqa: ANN401 arguments of FactLake.facts
    store = lake.store()
    lake.facts(store, **given)
    return store.counts


def test_the_rows_of_all_parts_combine_to_those_of_the_dataset(lake: FactLake) -> None:
    (first, second) = lake.facts(lake.store())
    assert first == {**second, "label": "first"}
    assert (first["amount"], first["orders"]) == (sum(range(9, 25)), 16)
    assert (first["least"], first["largest"]) == (9, 24)


def test_nothing_is_computed_where_nothing_changed(lake: FactLake) -> None:
    computed = counts_of(lake)["computed"]
    assert computed == len(lake.parts()) == 7
    assert counts_of(lake) == Counter(reused=computed, computed=0)


def test_a_fact_is_prepared_once_in_a_run_and_again_for_other_lookups(lake: FactLake, tmp_path: Path) -> None:
    placed = Fact("placed", "orders", _placed, {"orders": Combine.SUM})
    with lake.tables(lake.store(), tmp_path) as tables:
        assert fact_rows(placed, tables) is fact_rows(placed, tables)
        first, other = (sorted_rows(DAYS, tables, labels) for labels in (LABELS, {"a": "other"}))
    assert {row["label"] for row in first} == {"first", "second"}
    assert {row["label"] for row in other} == {"other", None}


def _placed(tables: Mapping[str, ibis.Table]) -> ibis.Table:
    orders = tables["orders"]
    return orders.group_by(day=orders.ordered_at.date()).agg(orders=orders.count())


def test_a_changed_item_is_computed_with_the_orders_that_it_may_belong_to(lake: FactLake) -> None:
    parts = counts_of(lake)["computed"]
    lake.deliver_items("bb", [("022", "c", 1_000)])
    counts = counts_of(lake)
    assert 1 <= counts["computed"] <= 3
    assert counts["reused"] + counts["computed"] == parts


def test_an_order_that_arrives_after_its_items_is_counted(lake: FactLake) -> None:
    lake.deliver_items("bb", [("099", "a", 7)])
    before = lake.facts(lake.store())
    lake.deliver("bb", order("099", "1.00"))
    after = lake.facts(lake.store())
    assert after[0]["amount"] - before[0]["amount"] == 7


def test_a_lookup_that_changed_computes_all_parts_again(lake: FactLake) -> None:
    parts = counts_of(lake)["computed"]
    assert counts_of(lake, labels={"a": "first"}) == Counter(computed=parts, reused=0)


def test_a_full_run_computes_all_parts_again_and_gives_the_same_objects(lake: FactLake) -> None:
    rows = lake.facts(lake.store())
    kept = {key: lake.objects.read(ObjectRef(PROD, key)) for key in used_facts(lake.objects, PROD)}
    full = lake.store(is_full=True)
    assert lake.facts(full) == rows
    parts = {key for key in kept if key.startswith(keys.fact_prefix(DAYS.name))}
    assert full.counts == Counter(computed=len(parts), reused=0)
    assert {key: lake.objects.read(ObjectRef(PROD, key)) for key in kept} == kept


def test_a_replay_that_changes_no_row_computes_nothing_again(lake: FactLake) -> None:
    counts_of(lake)
    lake.replay("aa", "01", *(order(one, "1.00") for one in SENT))
    assert counts_of(lake)["computed"] == 0


def test_facts_that_two_runs_did_not_use_are_deleted(lake: FactLake) -> None:
    lake.facts(lake.store())
    first = used_facts(lake.objects, PROD)
    lake.deliver_items("bb", [(one, "c", 1) for one in SENT])
    lake.facts(lake.store())
    second = used_facts(lake.objects, PROD)
    assert not first & second
    assert first <= set(_objects(lake))  # a run over the data before would use them
    lake.facts(lake.store())
    assert set(_objects(lake)) == {*second, keys.CURRENT_FACTS}


def test_a_fact_that_another_run_has_just_written_is_not_deleted(lake: FactLake) -> None:
    for _ in range(2):
        lake.facts(lake.store())
    lake.objects.write(ObjectRef(PROD, keys.fact_key("days", "new")), b"")
    lake.facts(lake.store())
    assert keys.fact_key("days", "new") in _objects(lake)
    lake.facts(lake.store())
    assert keys.fact_key("days", "new") not in _objects(lake)


def test_a_kept_part_that_differs_from_its_rows_stops_a_checked_run(
    lake: FactLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_tables, "CHECKED_RUNS", 1)
    lake.facts(lake.store())
    lake.facts(lake.store())
    first = min(used_facts(lake.objects, PROD))
    for key in used_facts(lake.objects, PROD):
        lake.objects.write(ObjectRef(PROD, key), lake.objects.read(ObjectRef(PROD, first)))
    with pytest.raises(AuditError, match="differ from those computed now"):
        lake.facts(lake.store())


def test_a_fact_that_looks_at_rows_of_other_parts_stops_a_checked_run(
    lake: FactLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_tables, "CHECKED_RUNS", 1)

    def most(tables: Mapping[str, ibis.Table]) -> ibis.Table:
        keyed = tables["orders"].mutate(key=ibis.literal("all"))
        return keyed.group_by("key").agg(most=keyed.count())

    fact = Fact("most", "orders", most, {"most": Combine.MAX})
    lake.facts(lake.store(), fact)
    with pytest.raises(AuditError, match="headgate run --full"):
        lake.facts(lake.store(), fact)


def test_one_of_ten_snapshots_is_checked_and_always_the_same() -> None:
    checked = [is_checked(f"{number:016x}") for number in range(1_000)]
    assert 70 <= sum(checked) <= 130
    assert checked == [is_checked(f"{number:016x}") for number in range(1_000)]


def test_a_sum_of_floats_is_refused(lake: FactLake) -> None:
    def floats(tables: Mapping[str, ibis.Table]) -> ibis.Table:
        rows = tables["orders"].mutate(key=ibis.literal("all"), total=tables["orders"].total.cast("float64"))
        return rows.group_by("key").agg(total=rows.total.sum())

    with pytest.raises(ContractError, match="column total is float64"):
        lake.facts(lake.store(), Fact("floats", "orders", floats, {"total": Combine.SUM}))


def test_a_fact_whose_items_lie_all_over_is_computed_from_the_datasets(
    lake: FactLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PartFiles, "_range", lambda *_: ValueRange(is_recorded=False))
    store = lake.store()
    rows = lake.facts(store)
    assert rows[0]["orders"] == 16
    assert store.counts == Counter()


def test_a_dataset_is_downloaded_only_when_its_table_is_read(
    lake: FactLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_tables, "is_checked", lambda _: False)
    lake.facts(lake.store())
    lake.objects.forget()
    lake.facts(lake.store())
    assert not [key for key in lake.objects.downloaded if key.startswith("snapshots/")]


def test_a_snapshot_without_a_record_of_its_parts_has_none_and_its_record_is_not_asked_for(
    lake: FactLake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """S3 answers 403 where a role that may list only some prefixes asks for an object that is not there."""
    of = lake.merging().merge().datasets["orders"]
    record = ObjectRef(BUCKET, keys.snapshot_parts_key("orders", of.snapshot_id))
    assert PartFiles(lake.objects, BUCKET, of, tmp_path).parts
    lake.objects.delete(record)
    asked: list[str] = []
    monkeypatch.setattr(lake.objects, "read", lambda ref: asked.append(ref.key))
    assert PartFiles(lake.objects, BUCKET, of, tmp_path).parts == ()
    assert asked == []


def _objects(lake: FactLake) -> list[str]:
    return [item.ref.key for item in lake.objects.list(PROD, keys.FACTS)]


@pytest.mark.parametrize(
    ("score", "is_equal"), [(0.25, True), (0.25 + 1e-15, True), (0.26, False), (None, False)]
)
def test_kept_scores_may_differ_in_the_last_digits_of_another_processor(
    tmp_path: Path, score: float | None, is_equal: bool
) -> None:
    kept, computed = tmp_path / "kept.parquet", tmp_path / "computed.parquet"
    pq.write_table(pa.table({"id": ["a", "b"], "score": [0.5, 0.25]}), kept)
    pq.write_table(pa.table({"id": ["a", "b"], "score": pa.array([0.5, score], pa.float64())}), computed)
    assert part_tables.has_same_rows(kept, computed) is is_equal
