"""Rows of accepted files are shown between two runs, unique by key; runs stay what they are."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.aws.in_memory_ports import MemoryCatalog
from headgate.errors import AuditError, ConflictError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.snapshots.fresh_snapshots import KEPT
from headgate.snapshots.read_snapshots import newest_snapshot
from tests.examples import examples
from tests.unit.merge.test_merge_lake import BUCKET, Lake, order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from headgate.lake.ports import TableVersion
    from headgate.merge.merge_lake import Merging
    from headgate.snapshots.snapshot import DatasetSnapshot, LakeSnapshot

pytestmark = pytest.mark.unit

NOW = datetime(2024, 6, 1)
LARGEST = 10**9


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake with one order that a run has merged."""
    lake = Lake(tmp_path)
    lake.deliver("aa", order("1", "1.00"))
    lake.merging().merge()
    return lake


def refresh(lake: Lake, now: datetime = NOW, largest_bytes: int = LARGEST) -> DatasetSnapshot | None:
    return lake.merging().refresh("orders", now=now, largest_bytes=largest_bytes)


def newest(lake: Lake) -> LakeSnapshot | None:
    return newest_snapshot(lake.objects, BUCKET)


def folders(lake: Lake) -> set[str]:
    """The snapshots of orders that exist."""
    return {key.split("/")[2] for key in lake.objects.contents(BUCKET, f"{keys.SNAPSHOTS}/orders/")}


def test_accepted_rows_are_shown_before_the_next_run_unique_by_key(lake: Lake) -> None:
    lake.deliver("bb", order("1", "1.50", updated=2), order("2", "2.00"))
    assert refresh(lake)
    assert lake.totals() == {"1": Decimal("1.50"), "2": Decimal("2.00")}


def test_what_systems_read_does_not_change_between_runs(lake: Lake) -> None:
    before = newest(lake)
    lake.deliver("bb", order("2", "2.00"))
    refresh(lake)
    assert newest(lake) == before


def test_nothing_is_written_where_nothing_is_new(lake: Lake) -> None:
    lake.objects.written.clear()
    assert refresh(lake) is None
    lake.deliver("bb", order("2", "2.00"))
    refresh(lake)
    lake.objects.written.clear()
    assert refresh(lake) is None
    assert lake.objects.written == []


def test_a_run_takes_over_the_rows_that_are_shown_and_writes_no_part_again(lake: Lake) -> None:
    lake.deliver("bb", order("2", "2.00"))
    fresh = refresh(lake)
    lake.objects.written.clear()
    merged = lake.merging().merge()
    assert merged.datasets["orders"] == fresh
    assert not [key for key in lake.objects.written if key.endswith(".parquet")]


def test_a_run_after_refreshes_has_the_bytes_of_a_run_without_them(tmp_path: Path) -> None:
    deliveries = {
        "aa": [order("1", "1.00"), order("2", "2.00", updated=3)],
        "bb": [order("2", "9.00", updated=2)],
        "cc": [order("1", "1.00"), order("3", "3.00")],
        "dd": [order("4", "4.00")],
    }
    refreshed, at_once = Lake(tmp_path), Lake(tmp_path)
    for number, (name, rows) in enumerate(deliveries.items()):
        refreshed.deliver(name, *rows)
        at_once.deliver(name, *rows)
        if number:
            assert refresh(refreshed)
        else:
            refreshed.merging().merge()
    assert refreshed.merging().merge() == at_once.merging().merge()
    assert at_once.snapshots().items() <= refreshed.snapshots().items()


def test_the_first_snapshot_and_a_large_one_are_left_to_the_run(tmp_path: Path, lake: Lake) -> None:
    first = Lake(tmp_path)
    first.deliver("aa", order("1", "1.00"))
    assert refresh(first) is None
    lake.deliver("bb", order("2", "2.00"))
    assert refresh(lake, largest_bytes=10) is None
    assert set(lake.totals()) == {"1"}


def test_reverts_and_replays_are_left_to_the_run(lake: Lake) -> None:
    lake.deliver("bb", order("2", "2.00"))
    refresh(lake)
    lake.objects.delete(ObjectRef(BUCKET, keys.increment_key("orders", "bb")))
    lake.deliver("cc", order("3", "3.00"))
    assert refresh(lake) is None
    lake.merging().merge()
    assert set(lake.totals()) == {"1", "3"}
    lake.replay("cc", "0e", order("4", "4.00"))
    assert refresh(lake) is None
    lake.merging().merge()
    assert set(lake.totals()) == {"1", "4"}


def test_rows_that_break_the_contract_are_not_shown(lake: Lake) -> None:
    lake.deliver("bb", order("2", "-2.00"))
    with pytest.raises(AuditError):
        refresh(lake)
    assert set(lake.totals()) == {"1"}
    lake.objects.delete(ObjectRef(BUCKET, keys.increment_key("orders", "bb")))
    lake.deliver("cc", order("3", "3.00"))
    assert refresh(lake)
    assert set(lake.totals()) == {"1", "3"}


@dataclass
class Interrupted(MemoryCatalog):
    """A catalog that calls something just before it moves a table for the first time."""

    calls: list[Callable[[], None]] = field(default_factory=list)

    def move(
        self,
        current: TableVersion,
        location: str,
        columns: Sequence[Mapping[str, str]],
        parameters: Mapping[str, str],
    ) -> None:
        if self.calls:
            self.calls.pop()()
        super().move(current, location, columns, parameters)


def interrupted(lake: Lake, call: Callable[[], None]) -> Merging:
    catalog = Interrupted()
    vars(catalog).update(vars(lake.catalog))
    catalog.calls = [call]
    return replace(lake.merging(), catalog=catalog)


def test_a_run_that_meets_a_refresh_keeps_the_later_rows_shown(lake: Lake) -> None:
    lake.deliver("bb", order("2", "2.00"))

    def later_rows() -> None:
        lake.deliver("cc", order("3", "3.00"))
        refresh(lake)

    merged = interrupted(lake, later_rows).merge()
    assert merged.datasets["orders"].rows == 2
    assert set(lake.totals()) == {"1", "2", "3"}
    lake.merging().merge()
    assert set(lake.totals()) == {"1", "2", "3"}


def test_a_refresh_that_meets_a_run_shows_nothing_older(lake: Lake) -> None:
    lake.deliver("bb", order("2", "2.00"))

    def a_run() -> None:
        lake.deliver("cc", order("3", "3.00"))
        lake.merging().merge()

    with pytest.raises(ConflictError):
        interrupted(lake, a_run).refresh("orders", now=NOW, largest_bytes=LARGEST)
    assert set(lake.totals()) == {"1", "2", "3"}


def test_replaced_snapshots_are_deleted_after_hours_and_those_of_runs_are_not(lake: Lake) -> None:
    of_run = newest(lake)
    assert of_run
    shown = []
    for number, name in enumerate(("bb", "cc", "dd"), 2):
        lake.deliver(name, order(str(number), "2.00"))
        shown.append(refresh(lake, NOW + timedelta(minutes=number)))
    assert len(folders(lake)) == 4
    lake.deliver("ee", order("5", "5.00"))
    last = refresh(lake, NOW + KEPT + timedelta(minutes=3, seconds=30))
    ids = [snapshot.snapshot_id for snapshot in [*shown, last] if snapshot]
    assert folders(lake) == {of_run.datasets["orders"].snapshot_id, *ids[1:]}
    assert set(lake.totals()) == {"1", "2", "3", "4", "5"}


ORDERS = st.dictionaries(
    st.sampled_from("abcdefghijkl"), st.tuples(st.integers(0, 99), st.integers(1, 28)), min_size=1
)


@examples(5)
@given(st.lists(st.tuples(ORDERS, st.booleans()), min_size=1, max_size=8))
def test_random_deliveries_refreshes_and_runs_end_as_one_merge(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[dict[str, tuple[int, int]], bool]]
) -> None:
    folder = tmp_path_factory.mktemp("lake")
    by_steps, at_once = Lake(folder), Lake(folder)
    for number, (totals, is_run) in enumerate(steps):
        rows = [order(key, f"{total}.00", updated) for key, (total, updated) in totals.items()]
        for lake in (by_steps, at_once):
            lake.deliver(f"{number:02x}", *rows)
        if is_run:
            by_steps.merging().merge()
        else:
            refresh(by_steps, NOW + timedelta(hours=2 * number))
    assert by_steps.merging().merge() == at_once.merging().merge()
    assert at_once.snapshots().items() <= by_steps.snapshots().items()
