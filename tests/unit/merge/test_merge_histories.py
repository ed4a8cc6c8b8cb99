"""Snapshots in parts have the same bytes whatever the history of a lake was."""

from __future__ import annotations

import tempfile
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.merge.test_merge_lake import order
from tests.unit.merge.test_parts import KEYS, PartedLake, deliver, expected

pytestmark = pytest.mark.system

Step = tuple[str, tuple[str, ...]]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["deliver", "deliver", "delete", "revert"]),
        st.lists(st.sampled_from(KEYS), max_size=9).map(tuple),
    ),
    max_size=6,
)


def apply(lake: PartedLake, number: int, step: Step, offset: int) -> None:
    """One run of the source: it holds some rows, or it has deleted some."""
    action, ids = step
    if action == "delete":
        lake.delete(number, *ids)
        return
    if action == "revert":  # of the upload before the last one, or a later one
        lake.revert(f"{max(number - 2 - len(ids) % 2, 0):02d}{offset:02d}")
        return
    name = f"{number:02d}{offset:02d}"
    rows = [order(one, f"{number}.00", 1 + (number * 7 + offset) % 20) for one in dict.fromkeys(ids)]
    lake.deliver(name, *rows)
    lake.see(name, number)


@examples(5)
@given(steps=STEPS, merge_after=st.sets(st.integers(0, 5)))
@example(  # keys of deletions and of reverted rows in one merge
    steps=[("deliver", ("001",)), ("deliver", ("002",)), ("delete", ("003",)), ("revert", ())],
    merge_after={1},
)
def test_a_lake_that_grew_in_any_steps_has_the_bytes_of_one_that_is_merged_at_once(
    steps: list[Step], merge_after: set[int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        grown, rebuilt = PartedLake(Path(folder)), PartedLake(Path(folder))
        for number, step in enumerate(steps):
            for one in (grown, rebuilt):
                apply(one, number, step, 0)
            if number in merge_after:
                grown.merging().merge()
        assert grown.merging().merge().datasets == rebuilt.merging().merge().datasets
        assert grown.parts() == rebuilt.parts()
        assert grown.record().to_parquet() == rebuilt.record().to_parquet()
        assert grown.ids() in (expected(chain.from_iterable(grown.ids())), [[]])


@examples(5)
@given(
    deliveries=st.lists(st.lists(st.sampled_from(KEYS), max_size=12, unique=True), min_size=1, max_size=5),
    data=st.data(),
)
def test_the_order_in_which_increments_arrive_changes_no_byte(
    deliveries: list[list[str]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(range(len(deliveries))))
    with tempfile.TemporaryDirectory() as folder:
        grown, rebuilt = PartedLake(Path(folder)), PartedLake(Path(folder))
        for number in shuffled:
            deliver(grown, f"{number:02d}", deliveries[number], 1 + number)
            grown.merging().merge()
        for number, ids in enumerate(deliveries):
            deliver(rebuilt, f"{number:02d}", ids, 1 + number)
        rebuilt.merging().merge()
        assert (grown.folder(), grown.parts(), grown.record()) == (
            rebuilt.folder(),
            rebuilt.parts(),
            rebuilt.record(),
        )


@examples(5)
@given(
    deliveries=st.lists(
        st.lists(st.sampled_from(KEYS), min_size=1, max_size=25, unique=True), min_size=2, max_size=6
    ),
    data=st.data(),
)
def test_a_lake_after_reverts_has_the_bytes_of_one_to_which_the_files_never_came(
    deliveries: list[list[str]], data: st.DataObject
) -> None:
    reverted = data.draw(st.sets(st.integers(0, len(deliveries) - 1), max_size=len(deliveries) - 1))
    late = data.draw(st.integers(1, len(deliveries)))  # increments that come with the reverts
    with tempfile.TemporaryDirectory() as folder:
        grown, without = PartedLake(Path(folder)), PartedLake(Path(folder))
        for number, ids in enumerate(deliveries):
            if number == late:
                grown.merging().merge()
            deliver(grown, f"{number:02d}", ids, 1 + number % 3)
            if number not in reverted:
                deliver(without, f"{number:02d}", ids, 1 + number % 3)
        if late == len(deliveries):
            grown.merging().merge()
        for number in reverted:
            grown.revert(f"{number:02d}")
        assert grown.merging().merge().datasets == without.merging().merge().datasets
        assert (grown.parts(), grown.record().to_parquet()) == (
            without.parts(),
            without.record().to_parquet(),
        )
