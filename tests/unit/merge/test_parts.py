"""A snapshot consists of parts by ranges of the key.

Only the parts that change are read and written, and history changes no byte.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.model import Column, ColumnType, Contract, Kind
from headgate.contracts.types import arrow_schema
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.merge.merge_files import newest_rows
from headgate.merge.part_boundaries import PART_ROWS, join_ranges, part_rows_of, spans
from headgate.snapshots.parts import Part, SnapshotParts
from headgate.snapshots.publishing import parquet_bytes
from headgate.snapshots.read_snapshots import checked_references, lake_snapshot, part_refs, snapshot_parts
from tests.examples import examples
from tests.unit.merge.test_merge_lake import (
    BUCKET,
    LINEAGE,
    ORDERS,
    REGIONS,
    CountingObjects,
    Lake,
    TickingClock,
    order,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from headgate.merge.merge_files import Fitted
    from headgate.merge.merge_lake import Merging

pytestmark = pytest.mark.unit

ROWS = 3  # of a part, on average
START = datetime(2026, 1, 1)


def begins_part(key: str, part_rows: int = ROWS) -> bool:
    """The rule of docs/adr/0086-snapshots-in-parts.md, by another library than the merge's."""
    return int.from_bytes(hashlib.md5(key.encode()).digest()[8:], "little") % part_rows == 0  # noqa: S324 no secret


KEYS = [f"{number:03d}" for number in range(60)]
BEGINNINGS = [key for key in KEYS if begins_part(key)]
OTHERS = [key for key in KEYS if not begins_part(key)]


@dataclass
class WatchedObjects(CountingObjects):
    """Remembers which keys were downloaded, opened and copied."""

    downloaded: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)

    def download(self, ref: ObjectRef, path: Path, size_bytes: int | None = None) -> None:
        self.downloaded.append(ref.key)
        super().download(ref, path, size_bytes)

    def open(self, ref: ObjectRef) -> BinaryIO:
        self.opened.append(ref.key)
        return super().open(ref)

    def copy(self, source: ObjectRef, target: ObjectRef) -> None:
        self.copied.append(source.key)
        super().copy(source, target)

    def forget(self) -> None:
        for seen in (self.written, self.downloaded, self.opened, self.copied):
            seen.clear()


@dataclass
class PartedLake(Lake):
    """A lake whose parts have three rows on average."""

    objects: WatchedObjects = field(default_factory=lambda: WatchedObjects(clock=TickingClock()))
    part_rows: int = ROWS

    def merging(self, held: Any = None) -> Merging:  # noqa: ANN401 as the lake's own
        return replace(super().merging(held), part_rows=self.part_rows)

    def delete(self, at: int, *order_ids: str) -> None:
        """A run at that moment no longer found these keys."""
        key = keys.deletions_key("orders", START + timedelta(hours=at))
        self.objects.write(
            ObjectRef(BUCKET, key), parquet_bytes(pa.table({"order_id": pa.array(order_ids, pa.string())}))
        )

    def revert(self, name: str) -> None:
        """The increment leaves the lake, as `headgate files revert` deletes it."""
        self.objects.delete(ObjectRef(BUCKET, keys.increment_key("orders", name)))

    def see(self, name: str, at: int) -> None:
        """A run at that moment held the increment's rows."""
        self.objects.write(
            ObjectRef(BUCKET, keys.sighting_key("orders", name, START + timedelta(hours=at))), b""
        )

    def folder(self, dataset: str = "orders") -> str:
        return lake_snapshot(self.objects, BUCKET).datasets[dataset].location

    def parts(self, dataset: str = "orders") -> list[bytes]:
        """The bytes of every part, in order."""
        newest = lake_snapshot(self.objects, BUCKET).datasets[dataset]
        refs = part_refs(self.objects, BUCKET, newest)
        assert [ref.key for ref in refs] == [
            keys.part(newest.location, number) for number in range(len(refs))
        ]
        return [self.objects.read(ref) for ref in refs]

    def ids(self) -> list[list[str]]:
        """The keys of the rows in each part."""
        return [
            [row["order_id"] for row in pq.read_table(io.BytesIO(part)).to_pylist()] for part in self.parts()
        ]

    def totals_of(self, ids: Iterable[str]) -> set[Decimal]:
        rows = chain.from_iterable(pq.read_table(io.BytesIO(part)).to_pylist() for part in self.parts())
        return {row["total"] for row in rows if row["order_id"] in set(ids)}

    def record(self, dataset: str = "orders") -> SnapshotParts:
        found = snapshot_parts(self.objects, BUCKET, lake_snapshot(self.objects, BUCKET).datasets[dataset])
        assert found is not None
        return found


@pytest.fixture
def lake(tmp_path: Path) -> PartedLake:
    return PartedLake(tmp_path)


def expected(ids: Iterable[str]) -> list[list[str]]:
    """The parts of these keys by the rule."""
    parts: list[list[str]] = []
    for one in sorted(ids):
        if not parts or begins_part(one):
            parts.append([])
        parts[-1].append(one)
    return parts


def deliver(lake: PartedLake, name: str, ids: Iterable[str], updated: int = 1) -> None:
    lake.deliver(name, *(order(file_id, "1.00", updated) for file_id in ids))


def test_a_row_whose_key_hashes_to_zero_begins_a_part(lake: PartedLake) -> None:
    deliver(lake, "aa", KEYS)
    merged = lake.merging().merge()
    assert lake.ids() == expected(KEYS)
    assert len(lake.ids()) > 10
    assert merged.datasets["orders"].rows == len(KEYS)
    assert merged.datasets["orders"].size_bytes == sum(map(len, lake.parts()))


def test_a_dataset_below_the_usual_size_of_a_part_is_one_file(lake: PartedLake, tmp_path: Path) -> None:
    usual = Lake(tmp_path)
    deliver(lake, "aa", KEYS)
    usual.deliver("aa", *(order(one, "1.00") for one in KEYS))
    lake.part_rows = PART_ROWS
    assert lake.merging().merge() == usual.merging().merge()
    assert len(lake.parts()) == 1


def test_a_revert_writes_the_parts_that_show_rows_of_the_file_and_copies_all_others(lake: PartedLake) -> None:
    deliver(lake, "aa", KEYS)
    lake.merging().merge()
    ids = lake.ids()
    changed = next(number for number, part in enumerate(ids) if number and len(part) > 1)
    deliver(lake, "bb", [ids[changed][1]], updated=2)
    lake.merging().merge()
    folder = lake.folder()
    lake.objects.forget()
    lake.revert("bb")
    merged = lake.merging().merge().datasets["orders"]
    assert [key for key in lake.objects.written if key.startswith(lake.folder())] == [
        keys.part(lake.folder(), changed)
    ]
    assert [key for key in lake.objects.downloaded if key.startswith(folder)] == []
    assert (lake.ids(), merged.rows_in) == (ids, len(KEYS))


def test_a_revert_of_a_file_whose_rows_were_all_replaced_writes_no_part(lake: PartedLake) -> None:
    deliver(lake, "aa", KEYS[:20])
    deliver(lake, "bb", KEYS, updated=2)
    lake.merging().merge()
    before = lake.parts()
    lake.objects.forget()
    lake.revert("aa")
    merged = lake.merging().merge().datasets["orders"]
    assert [key for key in lake.objects.written if key.startswith(lake.folder())] == []
    assert (lake.parts(), merged.rows, merged.rows_in) == (before, len(KEYS), len(KEYS))


def test_a_replay_beside_a_revert_merges_all_increments_again(lake: PartedLake) -> None:
    for name in ("aa", "bb", "cc"):
        deliver(lake, name, KEYS[:30])
    lake.merging().merge()
    lake.revert("aa")
    lake.replay("bb", "0b", *(order(one, "2.00", 3) for one in KEYS[:10]))
    lake.objects.forget()
    lake.merging().merge()
    assert lake.objects.copied == []
    assert lake.totals_of(KEYS[:10]) == {Decimal("2.00")}


def test_a_reverted_row_that_began_a_part_joins_the_parts(lake: PartedLake) -> None:
    deliver(lake, "aa", OTHERS)
    deliver(lake, "bb", [BEGINNINGS[1]])
    lake.merging().merge()
    assert len(lake.ids()) == 2
    lake.revert("bb")
    lake.merging().merge()
    assert lake.ids() == [OTHERS]


PAIRS = Contract(
    id="headgate.curated.pairs",
    dataset="pairs",
    zone="curated",
    version="1.0.0",
    key=("shop", "weight"),
    order_by=("updated_at",),
    columns=(
        Column("shop", ColumnType(Kind.BIGINT)),
        Column("weight", ColumnType(Kind.DOUBLE)),
        Column("updated_at", ColumnType(Kind.TIMESTAMP)),
        *LINEAGE,
    ),
)
PAIR = st.tuples(st.sampled_from([None, -1, 0, 1, 10]), st.sampled_from([None, -2.5, -0.0, 0.0, 1.5, 1e300]))


@examples(5)
@given(
    deliveries=st.lists(st.lists(PAIR, max_size=8, unique_by=repr), min_size=1, max_size=4),
    part_rows=st.sampled_from([1, 2, 4]),
)
def test_keys_of_several_columns_with_nulls_and_two_zeros_have_the_same_parts_however_they_arrive(
    deliveries: list[list[tuple[Any, Any]]], part_rows: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        grown, rebuilt = (
            PartedLake(Path(folder), contracts={"pairs": PAIRS}, part_rows=part_rows) for _ in range(2)
        )
        for number, pairs in enumerate(deliveries):
            for one in (grown, rebuilt):
                deliver_pairs(one, f"{number:02d}", pairs, number)
            grown.merging().merge()
        rebuilt.merging().merge()
        assert grown.parts("pairs") == rebuilt.parts("pairs")
        assert grown.record("pairs").are_in_order()


def deliver_pairs(lake: PartedLake, name: str, pairs: Sequence[tuple[Any, Any]], number: int) -> None:
    rows = [
        {
            "shop": shop,
            "weight": weight,
            "updated_at": START + timedelta(days=number),
            "_content_sha256": name,
            "_source_row": place,
        }
        for place, (shop, weight) in enumerate(pairs, 1)
    ]
    body = parquet_bytes(pa.Table.from_pylist(rows, arrow_schema(PAIRS)))
    lake.objects.write(ObjectRef(BUCKET, keys.increment_key("pairs", name)), body)


def test_parts_without_an_arriving_key_are_copied_inside_the_store_and_never_read(lake: PartedLake) -> None:
    deliver(lake, "aa", KEYS)
    lake.merging().merge()
    before, folder = lake.ids(), lake.folder()
    lake.objects.forget()
    changed = next(number for number, ids in enumerate(before) if number and len(ids) > 1)
    deliver(lake, "bb", [before[changed][1]], updated=2)
    lake.merging().merge()
    own = [key for key in lake.objects.downloaded if key.startswith(keys.SNAPSHOTS)]
    assert own == [keys.part(folder, changed)]
    assert not [key for key in lake.objects.opened if key.startswith(folder)]
    assert sorted(lake.objects.copied) == [
        keys.part(folder, number) for number in range(len(before)) if number != changed
    ]
    assert [key for key in lake.objects.written if key.startswith(lake.folder())] == [
        keys.part(lake.folder(), changed)
    ]
    assert lake.ids() == before


def test_a_new_boundary_splits_a_part(lake: PartedLake) -> None:
    deliver(lake, "aa", OTHERS)
    lake.merging().merge()
    assert len(lake.ids()) == 1
    deliver(lake, "bb", [BEGINNINGS[1]])
    lake.merging().merge()
    assert lake.ids() == expected([*OTHERS, BEGINNINGS[1]])
    assert len(lake.ids()) == 2


def test_a_deleted_boundary_joins_two_parts_and_reads_no_third(lake: PartedLake) -> None:
    deliver(lake, "aa", KEYS)
    lake.merging().merge()
    before, folder = lake.ids(), lake.folder()
    number = next(number for number, ids in enumerate(before) if number > 1 and len(ids) > 1)
    lake.objects.forget()
    lake.delete(2, before[number][0])
    lake.merging().merge()
    assert lake.ids() == [
        *before[: number - 1],
        before[number - 1] + before[number][1:],
        *before[number + 1 :],
    ]
    read = [key for key in lake.objects.downloaded if key.startswith(folder)]
    assert read == [keys.part(folder, number - 1), keys.part(folder, number)]


def test_parts_whose_rows_are_all_deleted_vanish(lake: PartedLake) -> None:
    deliver(lake, "aa", KEYS)
    lake.merging().merge()
    before = lake.ids()
    lake.delete(2, *before[0], *before[3], *before[4], *before[-1])
    lake.merging().merge()
    assert lake.ids() == [*before[1:3], *before[5:-1]]


def test_a_dataset_whose_rows_are_all_deleted_has_one_part_without_rows(lake: PartedLake) -> None:
    deliver(lake, "aa", KEYS)
    lake.merging().merge()
    lake.delete(2, *KEYS)
    merged = lake.merging().merge()
    assert (lake.ids(), merged.datasets["orders"].rows) == ([[]], 0)
    deliver(lake, "bb", KEYS[:20])
    lake.see("bb", 3)
    lake.merging().merge()
    assert lake.ids() == expected(KEYS[:20])


def test_a_snapshot_that_an_older_version_wrote_as_one_file_is_split_by_the_next_merge(
    lake: PartedLake,
) -> None:
    lake.part_rows = 0
    deliver(lake, "aa", KEYS[:40])
    merged = lake.merging().merge()
    assert len(lake.parts()) == 1
    lake.objects.delete(
        ObjectRef(BUCKET, keys.snapshot_parts_key("orders", merged.datasets["orders"].snapshot_id))
    )
    lake.part_rows = ROWS
    lake.objects.forget()
    deliver(lake, "bb", KEYS[40:])
    lake.merging().merge()
    assert lake.ids() == expected(KEYS)
    assert [key for key in lake.objects.downloaded if key.startswith(keys.INCREMENTS)] == [
        keys.increment_key("orders", "bb")
    ]


def test_another_size_of_parts_is_another_snapshot_so_two_layouts_never_share_a_folder(
    lake: PartedLake,
) -> None:
    deliver(lake, "aa", KEYS)
    first = lake.merging().merge().datasets["orders"]
    kept = lake.parts()
    lake.part_rows = 7
    second = lake.merging().merge().datasets["orders"]
    assert (first.snapshot_id != second.snapshot_id, first.rows) == (True, second.rows)
    assert [lake.objects.read(ref) for ref in part_refs(lake.objects, BUCKET, first)] == kept


def test_what_another_layout_left_in_the_folder_of_a_snapshot_is_no_part_of_it(
    lake: PartedLake, tmp_path: Path
) -> None:
    deliver(lake, "aa", OTHERS[:5])
    folder = lake.merging().merge().datasets["orders"].location
    again = PartedLake(tmp_path)
    deliver(again, "aa", OTHERS[:5])
    again.objects.write(ObjectRef(BUCKET, keys.part(folder, 9)), b"of another layout")
    again.merging().merge()
    assert (again.folder(), again.ids()) == (folder, [OTHERS[:5]])


def test_a_boundary_that_is_not_where_the_record_says_makes_the_merge_write_every_part_again(
    lake: PartedLake,
) -> None:
    """A library that writes a key's text in another way moves every boundary."""
    deliver(lake, "aa", OTHERS)
    lake.merging().merge()
    newest, record = lake_snapshot(lake.objects, BUCKET).datasets["orders"], lake.record()
    rows = pq.read_table(io.BytesIO(lake.parts()[0]), schema=arrow_schema(ORDERS))
    halves = [rows.slice(0, 10), rows.slice(10)]
    for number, half in enumerate(halves):
        lake.objects.write(ObjectRef(BUCKET, keys.part(newest.location, number)), parquet_bytes(half))
    ends = [
        ({"order_id": half["order_id"][0].as_py()}, {"order_id": half["order_id"][-1].as_py()})
        for half in halves
    ]
    parts = tuple(
        Part(half.num_rows, 1, "0", *end, "2024-01-01") for half, end in zip(halves, ends, strict=True)
    )
    moved = replace(record, parts=parts)
    lake.objects.write(
        ObjectRef(BUCKET, keys.snapshot_parts_key("orders", newest.snapshot_id)), moved.to_parquet()
    )
    deliver(lake, "bb", [OTHERS[-1]], updated=2)
    lake.merging().merge()
    assert lake.ids() == [OTHERS]


def test_a_rule_that_one_part_alone_breaks_refuses_the_dataset(lake: PartedLake) -> None:
    deliver(lake, "aa", KEYS)
    before = lake.merging().merge()
    lake.deliver("bb", order(KEYS[30], "-1.00", updated=9))
    after = lake.merging().merge()
    assert after.failed == {"orders": "headgate.curated.orders: total: minimum broken by 1 rows"}
    assert after.datasets["orders"] == before.datasets["orders"]
    assert lake.catalog.current("ecommerce_curated", "orders").location.endswith(
        before.datasets["orders"].location
    )


def test_parts_are_audited_again_when_a_rule_of_the_contract_changes(lake: PartedLake) -> None:
    deliver(lake, "aa", KEYS)
    lake.merging().merge()
    strict = [
        replace(column, required=True) if column.name == "total" else column for column in ORDERS.columns
    ]
    lake.contracts = {"orders": replace(ORDERS, columns=tuple(strict)), "regions": REGIONS}
    lake.objects.forget()
    deliver(lake, "bb", [KEYS[3]], updated=2)
    lake.merging().merge()
    assert lake.objects.copied == []


def test_the_audit_is_asked_even_when_no_part_changes(lake: PartedLake) -> None:
    """It also refuses a dataset in whose increments card data was found."""
    asked: list[str] = []
    deliver(lake, "aa", KEYS)
    lake.merging().merge()
    lake.delete(2)
    replace(lake.merging(), audit=lambda contract, _: asked.append(contract.dataset)).merge()
    assert asked == ["orders"]


def test_figures_of_all_parts_are_those_of_the_dataset(lake: PartedLake) -> None:
    rows = [order(one, "1.00", 1 + number % 5) for number, one in enumerate(KEYS)]
    lake.deliver(
        "aa", *({**row, "total": None if number % 2 else Decimal(1)} for number, row in enumerate(rows))
    )
    merged = lake.merging().merge().datasets["orders"]
    assert (merged.rows, merged.rows_in, merged.latest_on) == (60, 60, "2024-01-05")
    assert sum(part.nulls["total"] for part in lake.record().parts if part.nulls) == 30
    deliver(lake, "bb", [KEYS[0]], updated=9)
    merged = lake.merging().merge().datasets["orders"]
    assert (merged.rows, merged.rows_in, merged.superseded, merged.latest_on) == (60, 61, 1, "2024-01-09")


def test_old_records_of_parts_are_deleted_with_their_snapshots(lake: PartedLake) -> None:
    for number in range(9):
        deliver(lake, f"{number:02d}", [KEYS[number]])
        lake.merging().merge()
    left = {key.split("/")[2] for key in lake.objects.contents(BUCKET, f"{keys.SNAPSHOTS}/orders/")}
    assert {
        Path(key).stem for key in lake.objects.contents(BUCKET, f"{keys.LAKE_MANIFESTS}parts/orders/")
    } == left
    assert len(left) < 9


def test_a_dataset_with_a_unique_column_is_one_part() -> None:
    columns = [replace(column, unique=column.name == "total") for column in ORDERS.columns]
    assert (part_rows_of(ORDERS, ROWS), part_rows_of(replace(ORDERS, columns=tuple(columns)), ROWS)) == (
        ROWS,
        0,
    )


def test_a_dataset_that_others_point_to_has_parts_of_a_quarter_of_the_rows() -> None:
    """A day's children change few of their many parts; their parents would have one part or two."""
    assert part_rows_of(ORDERS, PART_ROWS, is_parent=True) == PART_ROWS // 4
    assert part_rows_of(ORDERS, ROWS, is_parent=True) == 1
    assert part_rows_of(ORDERS, 0, is_parent=True) == 0


def parts_of(*ranges: tuple[object, object], rows: int = 2) -> SnapshotParts:
    made = tuple(Part(rows, 1, "0", {"id": first}, {"id": last}) for first, last in ranges)
    return SnapshotParts(pa.schema([("id", pa.int64())]), "rules", made)


@pytest.mark.parametrize(
    ("ranges", "in_order"),
    [
        ([(1, 3), (4, 4), (5, None)], True),
        ([(1, 3)], True),
        ([(1, 3), (3, 5)], False),
        ([(1, 5), (2, 3)], False),
        ([(4, 5), (1, 3)], False),
        ([(3, 1)], False),
        ([(1, None), (None, None)], False),
    ],
)
def test_ranges_that_touch_or_cross_are_not_in_order(
    ranges: list[tuple[object, object]], in_order: bool
) -> None:
    assert parts_of(*ranges).are_in_order() is in_order


def test_a_record_is_read_as_it_was_written() -> None:
    record = replace(parts_of((1, 3), (5, None)), made_for="these rules")
    assert SnapshotParts.from_parquet(record.to_parquet()) == record


@pytest.mark.parametrize(
    ("touched", "joined", "merged"),
    [
        (set(), set(), []),
        ({0}, {0}, [range(1)]),
        ({1, 3, 6}, {3, 0}, [range(1, 2), range(2, 4), range(6, 7)]),
        ({2, 3, 4}, {3, 4}, [range(2, 5)]),
        ({1, 2}, {2, 1}, [range(3)]),
    ],
)
def test_a_part_that_may_lose_its_first_row_is_merged_with_the_part_before(
    touched: set[int], joined: set[int], merged: list[range]
) -> None:
    assert spans(touched, joined) == merged


@pytest.mark.parametrize(
    ("limit", "merged"),
    [
        (0, [range(1), range(1, 2), range(5, 6), range(7, 8)]),
        (20, [range(2), range(5, 6), range(7, 8)]),
        (30, [range(2), range(5, 8)]),
        (80, [range(8)]),
    ],
)
def test_ranges_that_lie_close_together_are_merged_at_once_up_to_the_size_of_what_arrives(
    limit: int, merged: list[range]
) -> None:
    assert join_ranges([range(1), range(1, 2), range(5, 6), range(7, 8)], [10] * 8, limit) == merged


def test_many_arriving_rows_all_over_the_snapshot_are_read_a_few_times_only(
    lake: PartedLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []

    def counted(fitted: Fitted, *given: Any, **named: Any) -> Iterator[pa.RecordBatch]:  # noqa: ANN401 as the function's own
        reads.append(len(fitted.files))
        return newest_rows(fitted, *given, **named)

    deliver(lake, "aa", KEYS)
    lake.merging().merge()
    lake.deliver("bb", *(order(one, f"{number}.00", updated=2) for number in range(200) for one in KEYS))
    monkeypatch.setattr("headgate.merge.write_snapshot.newest_rows", counted)
    lake.merging().merge()
    assert lake.ids() == expected(KEYS)
    assert len(reads) < len(lake.parts()) / 2


POINTING = tuple(
    replace(column, references="regions.region_id") if column.name == "order_id" else column
    for column in ORDERS.columns
)


def test_references_of_unchanged_parts_are_checked_without_a_download(tmp_path: Path) -> None:
    lake = PartedLake(tmp_path, contracts={"regions": REGIONS, "orders": replace(ORDERS, columns=POINTING)})
    deliver(lake, "aa", KEYS)
    lake.deliver_regions("rr", *KEYS[:50])
    merged = lake.merging().merge()
    folder = lake.folder()
    lake.objects.forget()
    deliver(lake, "bb", [KEYS[0]], updated=2)
    again = lake.merging().merge()
    (before,), (after,) = (
        checked_references(lake.objects, BUCKET, one.snapshot_id) for one in (merged, again)
    )
    assert (before.rows, after.rows, after.first_keys) == (10, 10, tuple(KEYS[50:]))
    assert [key for key in lake.objects.downloaded if key.startswith(folder)] == [keys.part(folder, 0)]
    assert [key for key in lake.objects.downloaded if "regions" in key] == []
    opened = [key for key in lake.objects.opened if key.startswith(lake.folder())]
    assert opened == [keys.part(lake.folder(), number) for number in range(1, len(lake.parts()))]
