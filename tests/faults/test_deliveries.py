"""However often and in whatever order events come, from however many workers that die: the lake is that of a quiet run."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from headgate.aws.memory import MemoryCatalog
from headgate.contracts.curated import curated_contract
from headgate.errors import HeadgateError, ServiceError, ThrottledError
from headgate.intake.curation import file_id_of
from headgate.merge.merging import Merging
from headgate.quality.audit import audit
from tests.faults.inputs import contracts
from tests.faults.lake import ADVICE, AFTER, BEFORE, HIDDEN_S, Call, Fault, Lake, StoppedError, Worker, calls_of, difference, failing

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.faults

NO_CALLS = (Call("none", 1),)
HAPPENS = (Worker.stop, Worker.stop, failing(ServiceError), failing(ThrottledError))


def troubled(seed: int, group: str = "all") -> Lake:
    """A lake to which every file came up to six times, in any order, first from workers that met with something at any of their calls."""
    dice = random.Random(seed)  # noqa: S311 a test's dice
    lake = Lake(group)
    order = list(range(len(lake.refs)))
    dice.shuffle(order)
    for place in order:
        call, when, happen = dice.choice(calls_of(Lake(group), place) or NO_CALLS), dice.choice([BEFORE, AFTER]), dice.choice(HAPPENS)
        with suppress(HeadgateError, StoppedError):
            lake.receive(lake.refs[place], Worker(Fault(call, when, happen)))
    lake.wait(dice.choice([0, HIDDEN_S]))
    lake.deliver([ref for ref in lake.refs for _ in range(dice.randint(1, 6))], dice)
    return lake


@pytest.mark.parametrize("seed", range(24))
def test_any_order_up_to_six_deliveries_and_dying_workers_change_nothing(seed: int) -> None:
    lake = troubled(seed)
    assert difference(lake, ADVICE) == []


@pytest.mark.parametrize("group", ["reverted", "sent again", "correction"])
@pytest.mark.parametrize("seed", range(8))
def test_any_order_of_the_versions_of_one_object_changes_nothing(seed: int, group: str) -> None:
    lake = troubled(seed, group)
    assert difference(lake, ADVICE) == []


def test_the_merged_snapshot_is_that_of_a_quiet_run(tmp_path: Path) -> None:
    lake, calm = troubled(seed=0), Lake("all")
    calm.deliver(sorted(calm.refs, key=lambda ref: file_id_of(ref) not in lake.winners))
    merged = _merged(lake, tmp_path)
    assert merged
    assert merged == _merged(calm, tmp_path)


def _merged(lake: Lake, workspace: Path) -> dict[str, bytes]:
    catalog = MemoryCatalog()
    curated = {name: curated_contract(contract) for name, contract in contracts().items()}
    for name in curated:
        catalog.create("curated", name)
    Merging(lake.objects, catalog, curated, "curated", "curated", workspace, audit).merge()
    return {key: body for key, body in lake.contents("curated").items() if key.startswith("snapshots/")}
