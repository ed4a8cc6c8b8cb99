"""One job refreshes all tables until nothing is new; what it cannot show is left to the run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from headgate.errors import ConflictError
from headgate.merge.refresh_tables import MAX_PASSES, RefreshedTables, refresh_tables
from tests.unit.merge.test_merge_lake import Lake, order
from tests.unit.merge.test_refresh import LARGEST, NOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from headgate.merge.merge_lake import Merging

pytestmark = pytest.mark.unit


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake with one order and one region that a run has merged."""
    lake = Lake(tmp_path)
    lake.deliver("aa", order("1", "1.00"))
    lake.deliver_regions("ra", "GB")
    lake.merging().merge()
    return lake


@dataclass
class Passes:
    """Makes the merge of each pass, after files arrived or another merge won."""

    lake: Lake
    arrivals: list[Callable[[], None]] = field(default_factory=list)
    count: int = 0

    def __call__(self) -> Merging:
        self.count += 1
        if self.arrivals:
            self.arrivals.pop(0)()
        return self.lake.merging()


def refreshed(passes: Passes) -> RefreshedTables:
    return refresh_tables(passes, lambda: NOW, LARGEST)


def test_every_table_with_new_rows_is_refreshed(lake: Lake) -> None:
    lake.deliver("bb", order("2", "2.00"))
    lake.deliver_regions("rb", "FR")
    assert refreshed(Passes(lake)).rows == {"orders": 2, "regions": 2}


def test_files_that_arrive_meanwhile_are_shown_by_the_same_job(lake: Lake) -> None:
    passes = Passes(
        lake, [lambda: lake.deliver("bb", order("2", "2.00")), lambda: lake.deliver_regions("rb", "FR")]
    )
    assert refreshed(passes).rows == {"orders": 2, "regions": 2}
    assert passes.count == 3


def test_a_table_that_does_not_hold_its_contract_stops_no_other(lake: Lake) -> None:
    lake.deliver("bb", order("2", "-2.00"))
    lake.deliver_regions("rb", "FR")
    tables = refreshed(Passes(lake))
    assert tables.rows == {"regions": 2}
    assert list(tables.failed) == ["orders"]
    assert "-2" not in tables.failed["orders"]


@dataclass
class Conflicting:
    """A merge that always meets another one."""

    contracts: dict[str, None] = field(default_factory=lambda: {"orders": None})
    tries: int = 0

    def refresh(self, _: str, *, now: datetime, largest_bytes: int) -> None:
        assert (now, largest_bytes) == (NOW, LARGEST)
        self.tries += 1
        raise ConflictError("moved")


def test_a_table_that_others_move_is_tried_again_a_limited_number_of_times() -> None:
    merging = Conflicting()
    tables = refresh_tables(lambda: merging, lambda: NOW, LARGEST)  # type: ignore[arg-type, return-value]
    assert merging.tries == MAX_PASSES
    assert tables == RefreshedTables()
