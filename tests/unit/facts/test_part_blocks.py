"""A part of a snapshot is described in blocks, so that later rows leave the facts about earlier ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.facts import part_tables
from headgate.merge import part_boundaries
from headgate.snapshots import part_blocks
from headgate.snapshots.part_blocks import PartBlock, blocks_from_json, blocks_json, blocks_of
from headgate.snapshots.publishing import ROW_GROUP_ROWS
from headgate.snapshots.read_snapshots import lake_snapshot, snapshot_parts
from tests.unit.facts.test_part_tables import ITEMS, SENT, FactLake, counts_of
from tests.unit.merge.test_merge_lake import BUCKET, ORDERS, order

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

pytestmark = pytest.mark.unit

POINTING = replace(
    ITEMS,
    columns=tuple(
        replace(column, references="orders.order_id") if column.name == "order_id" else column
        for column in ITEMS.columns
    ),
)
"""Items whose contract names the orders that they belong to."""


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_blocks, "BLOCK_ROWS", 2)


def _blocks(tmp_path: Path, **columns: Sequence[object]) -> tuple[PartBlock, ...]:
    path = tmp_path / "part.parquet"
    pq.write_table(pa.table(columns), path)
    with pq.ParquetFile(path) as file:
        return blocks_of(file, ["order_id"])


def test_blocks_have_the_least_and_the_greatest_value_of_a_column_that_ascends(tmp_path: Path) -> None:
    blocks = _blocks(tmp_path, order_id=["a", "b", "b", "d", "e"], amount=[1, 2, 3, 4, 5])
    assert [block.ranges for block in blocks] == [
        {"order_id": ("a", "b")},
        {"order_id": ("b", "d")},
        {"order_id": ("e", "e")},
    ]
    assert len({block.sha256 for block in blocks}) == 3


def test_a_changed_value_of_any_column_changes_the_hash_of_its_block_alone(tmp_path: Path) -> None:
    before = _blocks(tmp_path, order_id=[1, 2, 3, 4], amount=[1, 2, 3, 4])
    after = _blocks(tmp_path, order_id=[1, 2, 3, 4], amount=[1, 2, 3, None])
    assert before[0] == after[0]
    assert before[1].sha256 != after[1].sha256


def test_a_block_of_nulls_has_no_value(tmp_path: Path) -> None:
    blocks = _blocks(tmp_path, order_id=[1, 2, 3, 4, 5, None, None, None])
    assert blocks[3].ranges == {"order_id": (None, None)}


@pytest.mark.parametrize("values", [[1, 9, 2, 8, 3, 7], [1.5, 2.5, 3.5], ["a", "b"], []])
def test_scattered_values_floats_and_a_part_of_one_block_have_no_blocks(
    tmp_path: Path, values: list[object]
) -> None:
    assert _blocks(tmp_path, order_id=values) == ()


def test_blocks_are_read_as_they_were_written(tmp_path: Path) -> None:
    blocks = _blocks(tmp_path, order_id=["a", "é", "é", None])
    assert blocks_from_json(blocks_json(blocks)) == blocks


def test_row_groups_begin_where_blocks_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert ROW_GROUP_ROWS % part_blocks.BLOCK_ROWS == 0


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FactLake:
    """A lake whose items are one part, while its orders are several, and whose facts are not compared."""
    monkeypatch.setattr(part_tables, "is_checked", lambda _: False)
    monkeypatch.setattr(part_boundaries, "PARENT_SHARE", 1_000)
    lake = FactLake(tmp_path, contracts={"orders": ORDERS, "items": POINTING}, part_rows=3_000)
    lake.deliver("aa", *(order(one, "1.00") for one in SENT))
    lake.deliver_items("aa", [(one, kind, int(one) + 1) for one in SENT for kind in "ab"])
    return lake


def test_facts_about_orders_whose_items_did_not_change_are_kept_beside_new_items(
    lake: FactLake,
) -> None:
    rows, parts = lake.facts(lake.store()), len(lake.parts())
    assert len(lake.parts("items")) == 1
    lake.deliver_items("bb", [(SENT[-1], "c", 1_000)])
    store = lake.store()
    changed = lake.facts(store)
    assert parts > 2
    assert store.counts["computed"] == 1
    assert changed != rows
    assert changed == lake.facts(lake.store(is_full=True, bucket="full"))


def test_a_part_that_an_older_version_recorded_counts_as_a_whole(
    lake: FactLake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_blocks, "BLOCK_ROWS", 1_000)
    counts_of(lake)
    record = snapshot_parts(lake.objects, BUCKET, lake_snapshot(lake.objects, BUCKET).datasets["items"])
    assert record is not None
    assert not any(part.blocks for part in record.parts)
    lake.deliver_items("bb", [(SENT[-1], "c", 1_000)])
    assert counts_of(lake)["computed"] > 1
