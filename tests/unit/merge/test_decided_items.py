"""Closed items of label queues: the newest decision counts, and a snapshot is the same however it grew."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.contracts.registry import Registry
from headgate.contracts.types import arrow_schema
from headgate.domains.domain import LabelQueue
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.merge.decided_items import DecidedItems
from headgate.snapshots.publishing import parquet_bytes
from tests.examples import examples
from tests.unit.merge.test_merge_lake import BUCKET, Lake, order

if TYPE_CHECKING:
    from headgate.merge.merge_lake import Merging
    from headgate.snapshots.snapshot import LakeSnapshot

pytestmark = pytest.mark.unit

TABLE = keys.DECIDED_ITEMS
CONTRACTS = Registry.load().lake
QUEUE = LabelQueue("orders_to_check", "orders", positive=("wrong",), negative=("right",))
ACTIONS = ("wrong", "right", "ignore", "assign", "unassign", "note", "reopen")
BEGIN = datetime(2024, 5, 1)


class DecidingLake(Lake):
    """A lake whose orders people check."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.catalog.create("ecommerce_curated", TABLE, f"s3://{BUCKET}/empty/{TABLE}/")
        self.deliver("aa", order("1", "1.00"))
        self.number = 0

    def decide(self, item: str, action: str, at: datetime = BEGIN, queue: str = QUEUE.queue) -> ObjectRef:
        self.number += 1
        row = {
            "decision_id": f"{self.number:032x}",
            "queue": queue,
            "item_id": item,
            "action": action,
            "note": "as agreed by phone",
            "decided_by": "ana",
            "decided_at": at,
        }
        ref = ObjectRef(BUCKET, keys.decision_key(queue, at, str(row["decision_id"])))
        rows = pa.Table.from_pylist([row], arrow_schema(CONTRACTS["decisions"]))
        self.objects.write(ref, parquet_bytes(rows))
        return ref

    def labelling(self, *queues: LabelQueue) -> Merging:
        return replace(self.merging(), decided_items=DecidedItems(CONTRACTS[TABLE], queues or (QUEUE,)))

    def run(self) -> LakeSnapshot:
        return self.labelling().merge()

    def closed(self) -> dict[str, tuple[str, bool | None]]:
        return {row["item_id"]: (row["action"], row["label"]) for row in self.table(TABLE)}


@pytest.fixture
def lake(tmp_path: Path) -> DecidingLake:
    return DecidingLake(tmp_path)


def test_an_action_gives_the_label_that_the_domain_declares(lake: DecidingLake) -> None:
    for item, action in (("1", "wrong"), ("2", "right"), ("3", "ignore")):
        lake.decide(item, action)
    lake.run()
    assert lake.closed() == {"1": ("wrong", True), "2": ("right", False), "3": ("ignore", None)}


def test_the_newest_decision_about_an_item_counts(lake: DecidingLake) -> None:
    lake.decide("1", "right", BEGIN + timedelta(days=2))
    lake.decide("1", "wrong", BEGIN)
    lake.run()
    assert lake.closed() == {"1": ("right", False)}


def test_a_note_or_an_assignment_leaves_the_decision_as_it_is(lake: DecidingLake) -> None:
    lake.decide("1", "wrong")
    for action in ("note", "assign", "unassign"):
        lake.decide("1", action, BEGIN + timedelta(hours=5))
        lake.decide("2", action)
    lake.run()
    assert lake.closed() == {"1": ("wrong", True)}


def test_an_item_that_was_opened_again_has_no_row(lake: DecidingLake) -> None:
    lake.decide("1", "wrong")
    lake.run()
    lake.decide("1", "reopen", BEGIN + timedelta(days=1))
    lake.run()
    assert lake.closed() == {}


def test_decisions_of_other_queues_are_not_read(lake: DecidingLake) -> None:
    lake.decide("1", "wrong", queue="customers_to_call")
    assert TABLE not in lake.run().datasets


def test_who_decided_and_the_words_of_the_note_are_not_copied(lake: DecidingLake) -> None:
    lake.decide("1", "wrong")
    lake.run()
    assert not {"decided_by", "note", "assignee"} & set(lake.table(TABLE)[0])


def test_the_manifest_names_the_decisions_that_systems_read(lake: DecidingLake) -> None:
    lake.decide("1", "wrong")
    first = lake.run()
    assert lake.run() == first
    lake.decide("1", "right", BEGIN + timedelta(days=1))
    second = lake.run()
    assert first.datasets[TABLE].snapshot_id != second.datasets[TABLE].snapshot_id
    assert first.snapshot_id != second.snapshot_id
    assert first.datasets["orders"] == second.datasets["orders"]


def test_a_note_changes_no_snapshot(lake: DecidingLake) -> None:
    lake.decide("1", "wrong")
    first = lake.run()
    lake.decide("1", "note", BEGIN + timedelta(days=1))
    assert lake.run() == first


def test_a_lake_without_decisions_has_the_manifest_that_it_had_before(lake: DecidingLake) -> None:
    assert lake.run() == lake.merging().merge()


def test_decisions_that_a_run_has_read_are_not_read_again(lake: DecidingLake) -> None:
    old = lake.decide("1", "wrong")
    lake.run()
    lake.decide("2", "right", BEGIN + timedelta(days=1))
    lake.objects.write(old, b"not read")
    lake.run()
    assert lake.closed() == {"1": ("wrong", True), "2": ("right", False)}


def test_other_rules_read_all_decisions_again(lake: DecidingLake) -> None:
    lake.decide("1", "right")
    lake.run()
    lake.labelling(replace(QUEUE, negative=(), positive=("right",))).merge()
    assert lake.closed() == {"1": ("right", True)}


def test_a_deleted_decision_lets_the_one_before_count_again(lake: DecidingLake) -> None:
    lake.decide("1", "right")
    newest = lake.decide("1", "wrong", BEGIN + timedelta(days=1))
    lake.run()
    lake.objects.delete(newest)
    lake.run()
    assert lake.closed() == {"1": ("right", False)}


def test_old_snapshots_of_decisions_are_deleted_with_the_runs_that_read_them(lake: DecidingLake) -> None:
    for day in range(9):
        lake.decide(str(day), "wrong", BEGIN + timedelta(days=day))
        lake.deliver(f"{day:02d}", order("1", f"{day}.00", updated=day + 2))
        newest = lake.run()
    folders = {key.split("/")[2] for key in lake.objects.contents(BUCKET, f"{keys.SNAPSHOTS}/{TABLE}/")}
    assert newest.datasets[TABLE].snapshot_id in folders
    assert len(folders) < 9


@examples(20)
@given(
    decisions=st.lists(
        st.tuples(st.sampled_from("123"), st.sampled_from(ACTIONS), st.integers(0, 6)), max_size=12
    ),
    run_after=st.sets(st.integers(0, 11)),
)
def test_runs_between_decisions_change_no_byte(
    decisions: list[tuple[str, str, int]], run_after: set[int]
) -> None:
    """A decision may be written some minutes after a later one."""
    with tempfile.TemporaryDirectory() as folder:
        grown, rebuilt = DecidingLake(Path(folder)), DecidingLake(Path(folder))
        for number, (item, action, late_minutes) in enumerate(decisions):
            at = BEGIN + timedelta(hours=number) - timedelta(minutes=10 * late_minutes)
            for lake in (grown, rebuilt):
                lake.decide(item, action, at)
            if number in run_after:
                grown.run()
        assert grown.run() == rebuilt.run()
        if decisions:
            assert grown.closed() == counting(decisions)


def counting(decisions: list[tuple[str, str, int]]) -> dict[str, tuple[str, bool | None]]:
    """The rule read plainly: go through the decisions in the order of their moments."""
    closed: dict[str, tuple[str, bool | None]] = {}
    ordered = sorted(enumerate(decisions), key=lambda of: (of[0] * 60 - 10 * of[1][2], of[0]))
    for _, (item, action, _late) in ordered:
        if action == "reopen":
            closed.pop(item, None)
        elif action not in {"note", "assign", "unassign"}:
            closed[item] = (action, {"wrong": True, "right": False}.get(action))
    return closed
