"""However often and in whatever order events come, from however many workers that die: the lake is that of a
quiet run.
"""

from __future__ import annotations

import random
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headgate.aws.in_memory_ports import MemoryCatalog, MemoryObjects
from headgate.contracts.curated import curated_contract
from headgate.errors import HeadgateError, ServiceError, ThrottledError
from headgate.lake.keys import part
from headgate.lake.ports import ObjectRef
from headgate.lake.raw_objects import file_id_of
from headgate.lake.versions import last_arrivals
from headgate.merge.merge_lake import Merging
from headgate.quality.contract_audit import audit
from tests.duckdb_memory import MEMORY
from tests.examples import drawn
from tests.faults.inputs import contracts, payments
from tests.faults.lake import (
    ADVICE,
    AFTER,
    BEFORE,
    HIDDEN_S,
    Call,
    Fault,
    Lake,
    StoppedError,
    Worker,
    calls_of,
    difference,
    failing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from headgate.lake.versions import LastArrival

pytestmark = pytest.mark.faults

NO_CALLS = (Call("none", 1),)
HAPPENS = (Worker.stop, Worker.stop, failing(ServiceError), failing(ThrottledError))


def troubled(seed: int, group: str = "all") -> Lake:
    """A lake to which every file came up to six times, in any order, first from workers that met with
    something at any of their calls.
    """
    dice = random.Random(seed)  # noqa: S311 a test's dice
    lake = Lake(group)
    order = list(range(len(lake.refs)))
    dice.shuffle(order)
    for place in order:
        call, when, happen = (
            dice.choice(calls_of(Lake(group), place) or NO_CALLS),
            dice.choice([BEFORE, AFTER]),
            dice.choice(HAPPENS),
        )
        with suppress(HeadgateError, StoppedError):
            lake.receive(lake.refs[place], Worker(Fault(call, when, happen)))
    lake.wait(dice.choice([0, HIDDEN_S]))
    lake.deliver([ref for ref in lake.refs for _ in range(dice.randint(1, 6))], dice)
    return lake


@pytest.mark.parametrize("seed", range(drawn(24)))
def test_any_order_up_to_six_deliveries_and_dying_workers_change_nothing(seed: int) -> None:
    lake = troubled(seed)
    assert difference(lake, ADVICE) == []


@pytest.mark.parametrize("group", ["reverted", "sent again", "correction"])
@pytest.mark.parametrize("seed", range(drawn(8)))
def test_any_order_of_the_versions_of_one_object_changes_nothing(seed: int, group: str) -> None:
    lake = troubled(seed, group)
    assert difference(lake, ADVICE) == []


def test_the_merged_snapshot_is_that_of_a_quiet_run(tmp_path: Path) -> None:
    lake, calm = troubled(seed=0), Lake("all")
    calm.deliver(sorted(calm.refs, key=lambda ref: file_id_of(ref) not in lake.winners))
    merged = _merged(lake, tmp_path)
    assert merged
    assert merged == _merged(calm, tmp_path)


@pytest.mark.parametrize("sent", ["AB", "BA", "ABA", "BAB", "ABAB"])
@pytest.mark.parametrize("merges", ["once", "after each"])
def test_the_lake_shows_what_an_object_holds_though_its_rows_have_no_newer_time_of_change(
    sent: str, merges: str, tmp_path: Path
) -> None:
    """A corrected file whose sender left `updated_at` as it was.

    And one that goes back to what it held before.
    """
    assert _shown_after(
        [("june", content) for content in sent], tmp_path, every_time=merges == "after each"
    ) == [sent[-1]]


@pytest.mark.parametrize("every_time", [False, True])
def test_a_correction_wins_that_came_under_another_name_first_and_a_copy_does_not(
    tmp_path: Path, *, every_time: bool
) -> None:
    corrected = [("other", "A"), ("june", "B"), ("june", "A")]
    assert _shown_after(corrected, tmp_path, every_time=every_time) == ["A"]
    assert _shown_after([*corrected, ("june", "B"), ("copy", "A")], tmp_path, every_time=every_time) == ["B"]


def _shown_after(sent: list[tuple[str, str]], workspace: Path, *, every_time: bool) -> list[str]:
    """The contents whose rows the table shows; all of them hold the same key, and the same time of change."""
    amounts = {"A": "10.50", "B": "11.75"}
    lake, catalog = Lake("no data"), _catalog()
    objects = lake.objects = MemoryObjects(clock=lambda: lake.now)
    for place, (name, content) in enumerate(sent, 1):
        ref = ObjectRef("raw", f"payments/{name}.csv")
        objects.write(ref, payments(amounts[content]))
        lake.wait(60)
        lake.receive(objects.info(ref).ref)
        if every_time or place == len(sent):
            _merging(lake, catalog, workspace).merge()
    key = catalog.current("curated", "payments").location.removeprefix("s3://curated/")
    rows = pq.read_table(pa.BufferReader(objects.read(ObjectRef("curated", part(key))))).to_pylist()
    return [
        content
        for row in rows
        for content, amount in amounts.items()
        if float(amount) == float(row["amount"])
    ]


def _merged(lake: Lake, workspace: Path) -> dict[str, bytes]:
    _merging(lake, _catalog(), workspace).merge()
    return {key: body for key, body in lake.contents("curated").items() if key.startswith("snapshots/")}


def _catalog() -> MemoryCatalog:
    catalog = MemoryCatalog()
    for name in contracts():
        catalog.create("curated", name)
    return catalog


def _merging(lake: Lake, catalog: MemoryCatalog, workspace: Path) -> Merging:
    curated = {name: curated_contract(contract) for name, contract in contracts().items()}
    ports = (lake.objects, catalog, curated, "curated", "curated", workspace, audit)
    return Merging(*ports, last_arrivals=partial(_last_arrivals, lake), memory=MEMORY)


def _last_arrivals(lake: Lake) -> Mapping[str, LastArrival]:
    return last_arrivals(lake.ledger.records())
