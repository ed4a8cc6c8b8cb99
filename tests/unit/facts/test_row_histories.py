"""A table that was updated through a random history has the bytes of a full build after each step."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from tests.examples import examples
from tests.unit.facts.histories import apply_step, steps_with
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


def _apply(lake: IncrementalLake, number: int, action: str, ids: Sequence[str]) -> None:
    if action == "day":
        day = {**order("059", "1.00", 1), "ordered_at": datetime(2024, 3, 1 + number)}
        lake.deliver(f"{number:02d}", day)
    else:
        apply_step(lake, number, action, ids, lambda one: order(one, f"{number}.00", 1 + (number * 7) % 20))


@examples(10)
@given(steps=steps_with("day"))
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
