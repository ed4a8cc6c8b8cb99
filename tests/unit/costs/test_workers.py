"""Which worker holds what a job needs, and how many processes fit side by side."""

from __future__ import annotations

import pytest

from headgate.systems.side_by_side import fit_together
from scripts.cost_planning.workers import smallest_worker

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("needs", "free", "together"),
    [
        ([3, 3, 3, 3], 9, 3),
        ([1, 6, 1, 1], 8, 3),  # the largest may be among any three
        ([9, 1], 8, 0),  # one does not fit: nobody says that the other comes first
        ([], 8, 0),
    ],
)
def test_as_many_fit_side_by_side_as_do_whichever_they_are(
    needs: list[float], free: float, together: int
) -> None:
    assert fit_together(needs, free) == together


@pytest.mark.parametrize(
    ("stated", "memory_gb", "disk_gb", "worker"),
    [
        ("G.1X", 16, 44, "G.1X"),
        ("G.1X", 17, 44, "G.2X"),
        ("G.1X", 16, 79, "G.4X"),
        ("G.4X", 1, 1, "G.4X"),
        ("G.1X", 129, 1, None),
        ("G.1X", 1, 486, None),
    ],
)
def test_the_smallest_worker_from_the_stated_one_on_has_the_memory_and_the_disk(
    stated: str, memory_gb: float, disk_gb: float, worker: str | None
) -> None:
    assert smallest_worker(stated, memory_gb, disk_gb) == worker
