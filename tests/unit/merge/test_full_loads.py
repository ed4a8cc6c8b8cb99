"""A dataset whose loads are complete shows the newest complete load, and nothing of those before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from headgate.contracts.followed_deletions import is_full, smallest_share
from headgate.errors import ContractError
from headgate.lake import keys
from headgate.lake.ports import ObjectRef
from tests.unit.merge.test_merge_lake import BUCKET, ORDERS, REGIONS, Lake, order

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.unit

FULL = replace(ORDERS, properties={**ORDERS.properties, "headgate.load": "full"})
START = datetime(2026, 1, 1)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path, contracts={"orders": FULL, "regions": REGIONS})


def load(lake: Lake, at: int, *names: str, files: int = 0) -> None:
    """A load at that moment has these increments, and so many files."""
    moment = START + timedelta(hours=at)
    for name in names:
        lake.objects.write(ObjectRef(BUCKET, keys.sighting_key("orders", name, moment)), b"")
    lake.objects.write(ObjectRef(BUCKET, keys.load_key("orders", moment, files or len(names))), b"")


def test_rows_that_the_newest_load_lacks_leave_the_snapshot_and_are_counted(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"), order("2", "2.00"))
    load(lake, 1, "aa")
    lake.merging().merge()
    lake.deliver("bb", order("2", "2.50"), order("3", "3.00"))
    load(lake, 2, "bb")
    merged = lake.merging().merge()
    assert list(lake.totals()) == ["2", "3"]
    assert merged.datasets["orders"].removed == 1
    assert '"removed": 1' in merged.to_json()


def test_a_load_replaces_rows_with_a_later_time_of_change(lake: Lake) -> None:
    lake.deliver("aa", order("1", "9.00", updated=9))
    load(lake, 1, "aa")
    lake.merging().merge()
    lake.deliver("bb", order("1", "1.00", updated=1))
    load(lake, 2, "bb")
    lake.merging().merge()
    assert {name: str(total) for name, total in lake.totals().items()} == {"1": "1.00"}


def test_a_load_whose_files_are_not_all_there_fails_the_dataset_and_changes_nothing(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    load(lake, 1, "aa")
    lake.merging().merge()
    lake.deliver("bb", order("2", "2.00"))
    load(lake, 2, "bb", files=2)
    merged = lake.merging().merge()
    assert "has 2 files, of which 1 have accepted rows" in merged.failed["orders"]
    assert list(lake.totals()) == ["1"]
    lake.deliver("cc", order("1", "1.00"))
    lake.objects.write(ObjectRef(BUCKET, keys.sighting_key("orders", "cc", START + timedelta(hours=2))), b"")
    assert not lake.merging().merge().failed
    assert list(lake.totals()) == ["1", "2"]


def test_a_load_without_any_accepted_row_changes_nothing(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    load(lake, 1, "aa")
    lake.merging().merge()
    load(lake, 2, "empty")
    assert "of which 0 have accepted rows" in lake.merging().merge().failed["orders"]
    assert list(lake.totals()) == ["1"]


def test_a_load_that_lacks_more_rows_than_allowed_is_not_merged(lake: Lake) -> None:
    lake.deliver("aa", *(order(str(number), "1.00") for number in range(4)))
    load(lake, 1, "aa")
    lake.merging().merge()
    lake.deliver("half", order("0", "1.00"))
    load(lake, 2, "half")
    assert "lacks 3 of 4 rows" in lake.merging().merge().failed["orders"]
    assert len(lake.totals()) == 4
    allowed = replace(FULL, properties={**FULL.properties, "headgate.smallestLoad": 0.25})
    lake.contracts = {"orders": allowed, "regions": REGIONS}
    assert not lake.merging().merge().failed
    assert list(lake.totals()) == ["0"]


def test_the_same_bytes_sent_again_are_the_newest_load(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    load(lake, 1, "aa")
    lake.deliver("bb", order("1", "2.00"), order("2", "2.00"))
    load(lake, 2, "bb")
    lake.merging().merge()
    load(lake, 3, "aa")
    lake.merging().merge()
    assert {name: str(total) for name, total in lake.totals().items()} == {"1": "1.00"}


def test_rows_that_come_after_a_load_without_being_one_are_merged_with_it(lake: Lake) -> None:
    lake.deliver("aa", order("1", "1.00"))
    load(lake, 1, "aa")
    lake.deliver("corrected", order("2", "2.00"))
    lake.objects.write(
        ObjectRef(BUCKET, keys.sighting_key("orders", "corrected", START + timedelta(hours=2))), b""
    )
    lake.merging().merge()
    assert list(lake.totals()) == ["1", "2"]


def test_a_dataset_that_is_not_declared_full_keeps_the_rows_of_older_loads(lake: Lake) -> None:
    lake.contracts = {"orders": ORDERS, "regions": REGIONS}
    lake.deliver("aa", order("1", "1.00"))
    load(lake, 1, "aa")
    lake.deliver("bb", order("2", "2.00"))
    load(lake, 2, "bb")
    lake.merging().merge()
    assert list(lake.totals()) == ["1", "2"]


def test_another_kind_of_load_is_an_error() -> None:
    contract = replace(ORDERS, properties={"headgate.load": "whole"})
    with pytest.raises(ContractError, match=r"headgate\.load may only be full"):
        is_full(contract)


@pytest.mark.parametrize("share", [2, -0.1, "half", True])
def test_a_smallest_load_that_is_no_share_is_an_error(share: object) -> None:
    contract = replace(FULL, properties={**FULL.properties, "headgate.smallestLoad": share})
    with pytest.raises(ContractError, match=r"headgate\.smallestLoad must be a number from 0 to 1"):
        smallest_share(contract)
