"""A merge or a system's build that is killed at whichever call: the next run gives the lake of a run that was
not disturbed.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any, cast

import pytest

from headgate.quality.contract_audit import audit
from headgate.snapshots.publishing import Publisher
from tests.faults.lake import AFTER, BEFORE, Call, Fault, StoppedError, Watched, Worker
from tests.unit.merge.test_merge_lake import Lake, order
from tests.unit.systems.test_run import BUCKET, SNAPSHOT, Tiny, snapshot_with
from tests.unit.systems.test_run import tiny as _tiny

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from headgate.lake.ports import Catalog, ObjectStore, SnapshotObjects

pytestmark = [
    pytest.mark.faults,
    # Ibis still calls DuckDB's old name for the same thing.
    pytest.mark.filterwarnings(r"ignore:fetch_arrow_table\(\) is deprecated:DeprecationWarning"),
]

tiny = _tiny


def merged_once(folder: Path) -> Lake:
    """A lake whose first files were merged, and to which others came since."""
    folder.mkdir()
    lake = Lake(folder)
    lake.deliver("a" * 64, order("o1", "1.00"), order("o2", "2.00"))
    lake.merging().merge()
    lake.deliver("b" * 64, order("o2", "2.50", updated=2), order("o3", "3.00"))
    lake.deliver_regions("c" * 64, "north", "south")
    return lake


def merge(lake: Lake, worker: Worker) -> None:
    ports = (
        cast("SnapshotObjects", Watched(lake.objects, worker)),
        cast("Catalog", Watched(lake.catalog, worker)),
    )
    with suppress(StoppedError):
        replace(lake.merging(), objects=ports[0], catalog=ports[1]).merge()


def lake_of(lake: Lake) -> dict[str, Any]:
    """Its snapshots, and the tables that point to them."""
    shown = {
        dataset: lake.catalog.current("ecommerce_curated", dataset).location for dataset in lake.contracts
    }
    return {"snapshots": lake.snapshots(), "tables": shown}


def changes(worker: Worker) -> list[Call]:
    """The calls that change the lake: killed before another call, a worker leaves what it left after the
    change before it.
    """
    return [
        call
        for call in worker.calls
        if call.name.partition(" ")[0] in {"write", "upload", "copy", "delete", "move"}
    ]


def test_a_merge_that_is_killed_at_any_change_leaves_the_lake_to_the_next_run(tmp_path: Path) -> None:
    """Until then a reader of one table sees the rows of one snapshot, the one before or the new one, never a
    part of it.
    """
    calm, quiet = merged_once(tmp_path / "calm"), Worker()
    merge(calm, quiet)
    expected = lake_of(calm)
    for number, (call, when) in enumerate(product(changes(quiet), (BEFORE, AFTER))):
        lake = merged_once(tmp_path / f"{number}")
        killed = Worker(Fault(call, when, Worker.stop))
        merge(lake, killed)
        assert killed.is_dead, f"{call} was not made"
        assert set(lake.totals()) in ({"o1", "o2"}, {"o1", "o2", "o3"}), f"{when} {call}"
        merge(lake, Worker())
        assert lake_of(lake) == expected, f"{when} {call}"


def build(tiny: Tiny, worker: Worker, run: Callable[[Tiny], object]) -> None:
    """Run the system with a publisher whose calls are the worker's."""
    ports = cast("ObjectStore", Watched(tiny.objects, worker)), cast("Catalog", Watched(tiny.catalog, worker))
    with pytest.MonkeyPatch.context() as patch, suppress(StoppedError):
        patch.setattr(Tiny, "publisher", Publisher(*ports, "ecommerce_prod", BUCKET, audit))
        run(tiny)


def tables_of(tiny: Tiny) -> dict[str, list[dict[str, Any]]]:
    return {name: tiny.table(name).to_pylist() for name in ("totals", "counts")}


def test_a_build_that_is_killed_at_any_change_leaves_its_tables_to_the_next_run(tiny: Tiny) -> None:
    def first(tiny: Tiny) -> None:
        tiny.given("1.00")
        tiny.run(SNAPSHOT)

    def again(tiny: Tiny) -> None:
        tiny.given("1.00", "2.00")
        tiny.run(snapshot_with("fedcba9876543210", "second"))

    def fresh() -> Tiny:
        one = replace(tiny, objects=type(tiny.objects)(), catalog=type(tiny.catalog)())
        for table in ("totals", "counts"):
            one.catalog.create("ecommerce_prod", table, f"s3://{BUCKET}/tables/{table}/none/")
        first(one)
        return one

    calm, quiet = fresh(), Worker()
    build(calm, quiet, again)
    assert len(tables_of(calm)["totals"]) == 2
    for call, when in product(changes(quiet), (BEFORE, AFTER)):
        disturbed, killed = fresh(), Worker(Fault(call, when, Worker.stop))
        build(disturbed, killed, again)
        assert killed.is_dead, f"{call} was not made"
        build(disturbed, Worker(), again)
        assert tables_of(disturbed) == tables_of(calm), f"{when} {call}"
