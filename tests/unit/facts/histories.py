"""Random histories of a lake: what people and sources do to its rows, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.unit.facts.test_part_tables import FEW

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.unit.facts.test_part_tables import FactLake

_IDS = st.lists(st.sampled_from(FEW), max_size=6, unique=True)


def steps_with(action: str) -> st.SearchStrategy[list[tuple[str, list[str]]]]:
    """Return histories of one to six steps, each an action with ids: the common ones, and another one."""
    actions = ["orders", "orders", "items", "items", "delete", "revert", "erase", "replay", action]
    return st.lists(st.tuples(st.sampled_from(actions), _IDS), min_size=1, max_size=6)


def apply_step(
    lake: FactLake,
    number: int,
    action: str,
    ids: Sequence[str],
    order_of: Callable[[str], dict[str, Any]],
) -> None:
    """Do one common action of a history.

    Args:
        number: of the step, which names its delivery.
        order_of: the row of an order that is new, late or corrected.
    """
    name = f"{number:02d}"
    if action == "orders":
        lake.deliver(name, *map(order_of, ids))
    elif action == "items":
        lake.deliver_items(name, [(one, "abc"[(number + int(one)) % 3], number) for one in ids])
    elif action == "delete":
        lake.delete(number, *ids)
    elif action == "revert":
        lake.revert(f"{max(number - 2, 0):02d}")
        lake.revert_items(f"{max(number - 1, 0):02d}")
    elif action == "replay":
        lake.replay("aa", f"{number:02d}", *map(order_of, ids))
    else:
        lake.erase("aa", ids)
