"""A row that its source has deleted is in no snapshot, until the source holds it again.

However often one merges meanwhile.
"""

from __future__ import annotations

import tempfile
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from headgate.snapshots.publishing import parquet_bytes
from tests.examples import examples
from tests.unit.merge.test_merge_lake import BUCKET, ORDERS, Lake, order

pytestmark = pytest.mark.unit

START = datetime(2026, 1, 1)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path)


def moment(number: int) -> datetime:
    return START + timedelta(hours=number)


def see(lake: Lake, name: str, at: int) -> None:
    """A run at that moment held the increment's rows."""
    lake.objects.write(ObjectRef(BUCKET, keys.sighting_key("orders", name, moment(at))), b"")


def delete(lake: Lake, at: int, *order_ids: str) -> None:
    """A run at that moment no longer found these keys."""
    lake.objects.write(
        ObjectRef(BUCKET, keys.deletions_key("orders", moment(at))),
        parquet_bytes(pa.table({"order_id": list(order_ids)})),
    )


def test_a_deleted_row_leaves_the_snapshot_and_stays_in_the_one_before(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"), order("2", "2.00"))
    see(lake, "aa", 1)
    before = lake.merging().merge()
    delete(lake, 2, "2")
    after = lake.merging().merge()
    assert list(lake.totals()) == ["1"]
    assert after.datasets["orders"].snapshot_id != before.datasets["orders"].snapshot_id
    assert keys.part(before.datasets["orders"].location) in lake.snapshots()


def test_every_version_of_a_deleted_row_goes(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    lake.deliver("bb", order("1", "2.00", updated=2), order("2", "1.00"))
    delete(lake, 2, "1")
    lake.merging().merge()
    assert list(lake.totals()) == ["2"]


def test_a_row_that_was_inserted_again_comes_back_as_it_is_now(lake: Lake) -> None:
    """Even with an older time of change than the row that was deleted."""
    lake.deliver("aa", order("1", "9.00", updated=9))
    see(lake, "aa", 1)
    delete(lake, 2, "1")
    lake.merging().merge()
    lake.deliver("bb", order("1", "1.00", updated=1))
    see(lake, "bb", 3)
    lake.merging().merge()
    assert {name: str(total) for name, total in lake.totals().items()} == {"1": "1.00"}


def test_the_same_bytes_seen_again_bring_their_rows_back(lake: Lake) -> None:
    """The ledger accepts equal content once; the second sighting shows that it was there again."""
    lake.deliver("aa", order("1", "1.00"), order("2", "2.00"))
    see(lake, "aa", 1)
    delete(lake, 2, "2")
    lake.merging().merge()
    see(lake, "aa", 3)
    lake.merging().merge()
    assert list(lake.totals()) == ["1", "2"]


def test_sightings_that_change_nothing_make_no_new_snapshot(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    see(lake, "aa", 1)
    first = lake.merging().merge()
    lake.objects.written.clear()
    see(lake, "aa", 2)
    assert lake.merging().merge() == first
    assert lake.objects.written == [keys.sighting_key("orders", "aa", moment(2))]


def test_late_deletions_of_the_newest_row_bring_back_the_row_that_the_source_held_after_them(
    lake: Lake,
) -> None:
    lake.deliver("aa", order("1", "3.00", updated=3))
    see(lake, "aa", 5)
    lake.deliver("cc", order("1", "2.00", updated=2))
    see(lake, "cc", 8)
    delete(lake, 7, "2")
    lake.merging().merge()
    delete(lake, 6, "1")
    lake.merging().merge()
    assert lake.totals() == {"1": Decimal("2.00")}


def test_deletions_merged_twice_change_nothing(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"), order("2", "2.00"))
    delete(lake, 2, "2")
    first = lake.merging().merge()
    assert lake.merging().merge() == first


IDS = st.sets(st.sampled_from("12345"), min_size=1, max_size=4).map(lambda found: tuple(sorted(found)))
EVENTS = st.lists(
    st.tuples(st.sampled_from(["", "aa", "bb", "cc"]), IDS, st.booleans()), min_size=1, max_size=9
)
CONTENT = {"aa": (("1", "2"), 3), "bb": (("2", "3", "4"), 1), "cc": (("1", "4", "5"), 2)}


def there(events: list[tuple[int, str, tuple[str, ...]]]) -> dict[str, int]:
    """Of each order the time of its newest version, found by the plain reading of the rule."""
    seen = {
        content: max(at for at, other, _ in events if other == content) for _, content, _ in events if content
    }
    gone = {
        file_id: max(at for at, content, ids in events if not content and file_id in ids)
        for _, content, ids in events
        if not content
        for file_id in ids
    }
    found: dict[str, int] = {}
    for content, at in seen.items():
        ids, updated = CONTENT[content]
        for one in ids:
            if at > gone.get(one, -1):
                found[one] = max(updated, found.get(one, 0))
    return found


@examples(15)
@given(st.data())
def test_whenever_one_merges_and_in_whatever_order_things_arrive_the_lake_is_the_same(
    data: st.DataObject,
) -> None:
    events = data.draw(EVENTS)
    merges = [merge for *_, merge in events]
    numbered = data.draw(st.permutations([(at, content, ids) for at, (content, ids, _) in enumerate(events)]))
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder), contracts={"orders": ORDERS})
        for (at, content, ids), merge in zip(numbered, merges, strict=True):
            if content:
                rows, updated = CONTENT[content]
                lake.deliver(content, *(order(row, f"{updated}.00", updated=updated) for row in rows))
                see(lake, content, at)
            else:
                delete(lake, at, *ids)
            if merge:
                lake.merging().merge()
        lake.merging().merge()
        assert {one: int(total) for one, total in lake.totals().items()} == there(numbered)
