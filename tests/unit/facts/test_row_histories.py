"""A table that was updated through a random history has the bytes of a full build after each step."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.facts.incremental_lake import IncrementalLake, is_equal_to_a_full_build
from tests.unit.facts.test_part_tables import FEW
from tests.unit.merge.test_merge_lake import order

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = [
    pytest.mark.system,
    # Ibis still calls DuckDB's old name for the same thing.
    pytest.mark.filterwarnings(r"ignore:fetch_arrow_table\(\) is deprecated:DeprecationWarning"),
]

IDS = st.lists(st.sampled_from(FEW), max_size=6, unique=True)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["orders", "orders", "items", "items", "delete", "revert", "erase", "day"]), IDS
    ),
    min_size=1,
    max_size=6,
)


def _apply(lake: IncrementalLake, number: int, action: str, ids: Sequence[str]) -> None:
    name = f"{number:02d}"
    if action == "orders":  # new, late and corrected ones
        rows = (order(one, f"{number}.00", 1 + (number * 7) % 20) for one in ids)
        lake.deliver(name, *rows)
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
        lake.deliver(name, {**order("059", "1.00", 1), "ordered_at": datetime(2024, 3, 1 + number)})


@examples(10)
@given(steps=STEPS)
def test_a_random_history_gives_the_bytes_of_a_full_build_after_each_step(
    steps: list[tuple[str, list[str]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake = IncrementalLake(Path(folder))
        lake.deliver("aa", *(order(one, "1.00", 1) for one in FEW))
        lake.deliver_items("aa", [(one, kind, int(one)) for one in FEW for kind in "ab"])
        assert is_equal_to_a_full_build(lake)
        for number, (action, ids) in enumerate(steps):
            _apply(lake, number, action, ids)
            assert is_equal_to_a_full_build(lake)
