"""Facts that were kept through a random history are those of a full computation, after each of its steps."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.facts.fact_store import used_facts
from headgate.facts.part_tables import PartTables
from headgate.lake.ports import ObjectRef
from tests.examples import examples
from tests.unit.facts.test_part_tables import DAYS, FEW, ITEMS, LABELS, PROD, FactLake, sorted_rows
from tests.unit.merge.test_merge_lake import order

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

pytestmark = pytest.mark.system

IDS = st.lists(st.sampled_from(FEW), max_size=6, unique=True)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["orders", "orders", "items", "items", "delete", "revert", "erase", "contract"]), IDS
    ),
    min_size=1,
    max_size=6,
)


def _apply(lake: FactLake, number: int, action: str, ids: Sequence[str]) -> None:
    name = f"{number:02d}"
    if action == "orders":  # new, late and corrected ones
        lake.deliver(name, *(_order(one, 1 + (number * 7) % 20, day=number % 3) for one in ids))
    elif action == "items":
        lake.deliver_items(name, [(one, "abc"[(number + int(one)) % 3], number) for one in ids])
    elif action == "delete":
        lake.delete(number, *ids)
    elif action == "revert":
        lake.revert(f"{max(number - 2, 0):02d}")
        lake.revert_items(f"{max(number - 1, 0):02d}")
    elif action == "erase":
        lake.erase("aa", ids)
    else:
        lake.contracts = {**lake.contracts, "items": replace(ITEMS, version=f"1.{number}.0")}


def _order(order_id: str, updated: int, day: int) -> dict[str, Any]:
    return {**order(order_id, "1.00", updated), "ordered_at": datetime(2024, 1, 1) + timedelta(days=day)}


@examples(5)
@given(steps=STEPS)
def test_a_random_history_gives_the_facts_of_a_full_computation_after_each_step(
    steps: list[tuple[str, list[str]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake = FactLake(Path(folder))
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
