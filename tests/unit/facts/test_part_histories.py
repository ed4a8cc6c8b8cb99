"""Facts that were kept through a random history are those of a full computation, after each of its steps."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from headgate.facts import fact_parts
from headgate.facts.fact_store import used_facts
from headgate.facts.part_tables import PartTables
from headgate.lake.ports import ObjectRef
from headgate.merge import part_boundaries
from headgate.snapshots import part_blocks
from tests.examples import examples
from tests.unit.facts.histories import apply_step, steps_with
from tests.unit.facts.test_part_blocks import POINTING
from tests.unit.facts.test_part_tables import DAYS, FEW, LABELS, PROD, FactLake, sorted_rows
from tests.unit.merge.test_merge_lake import ORDERS, order

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

pytestmark = pytest.mark.system


def _apply(lake: FactLake, number: int, action: str, ids: Sequence[str]) -> None:
    if action == "contract":
        items = replace(lake.contracts["items"], version=f"1.{number}.0")
        lake.contracts = {**lake.contracts, "items": items}
    else:
        apply_step(lake, number, action, ids, lambda one: _order(one, 1 + (number * 7) % 20, day=number % 3))


def _order(order_id: str, updated: int, day: int) -> dict[str, Any]:
    return {**order(order_id, "1.00", updated), "ordered_at": datetime(2024, 1, 1) + timedelta(days=day)}


@examples(5)
@given(steps=steps_with("contract"))
def test_a_random_history_gives_the_facts_of_a_full_computation_after_each_step(
    steps: list[tuple[str, list[str]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(fact_parts, "GROUP_PARTS", 3)
        _require_equal_facts(FactLake(Path(folder)), steps)


@examples(5)
@given(steps=steps_with("contract"))
def test_so_it_does_where_blocks_of_a_part_of_items_decide_which_facts_are_kept(
    steps: list[tuple[str, list[str]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        patched.setattr(part_blocks, "BLOCK_ROWS", 2)
        patched.setattr(part_boundaries, "PARENT_SHARE", 5)
        contracts = {"orders": ORDERS, "items": POINTING}
        _require_equal_facts(FactLake(Path(folder), contracts=contracts, part_rows=15), steps)


def _require_equal_facts(lake: FactLake, steps: list[tuple[str, list[str]]]) -> None:
    lake.deliver("aa", *(order(one, "1.00", 1) for one in FEW))
    lake.deliver_items("aa", [(one, kind, int(one)) for one in FEW for kind in "ab"])
    lake.facts(lake.store())
    for number, (action, ids) in enumerate(steps):
        _apply(lake, number, action, ids)
        grown = lake.facts(lake.store())
        full = lake.facts(lake.store(is_full=True, bucket="full"))
        assert grown == full
        assert grown == _without_parts(lake)
        used = used_facts(lake.objects, PROD)
        assert _bodies(lake, PROD, used) == _bodies(lake, "full", used)


def _without_parts(lake: FactLake) -> list[dict[str, Any]]:
    """The fact's rows from all rows of the datasets, as a system without kept facts computes them."""
    with tempfile.TemporaryDirectory() as name, lake.tables(lake.store(bucket="none"), Path(name)) as tables:
        assert isinstance(tables, PartTables)
        return sorted_rows(DAYS, dict(tables), LABELS)


def _bodies(lake: FactLake, bucket: str, used: Iterable[str]) -> dict[str, bytes]:
    return {key: lake.objects.read(ObjectRef(bucket, key)) for key in used}
