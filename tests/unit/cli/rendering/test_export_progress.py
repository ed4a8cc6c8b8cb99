"""Progress of an export: rows, rate and time left, from events that come in any mixture of tables."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from headgate.cli.rendering.export_progress import Tallies, showing_progress
from headgate.export.requests import Phase, Progress

pytestmark = pytest.mark.unit


class Clock:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_rows_kept_from_an_earlier_attempt_count_as_done_but_not_as_speed() -> None:
    clock = Clock()
    tallies = Tallies(clock)
    tallies.update(Progress(Phase.PLANNED, "orders", 1000))
    tallies.update(Progress(Phase.KEPT, "orders", 500))
    clock.now_s += 10
    tally = tallies.update(Progress(Phase.READ, "orders", 100))
    assert tally
    assert (tally.done, tally.rows_per_s(clock.now_s), tally.left_s(clock.now_s)) == (600, 10, 40)
    assert tally.line(clock.now_s) == "orders: 600 of about 1,000 rows, 10 rows/s, 40 s left"


def test_an_estimate_that_was_too_low_leaves_no_time_left() -> None:
    clock = Clock()
    tallies = Tallies(clock)
    tallies.update(Progress(Phase.PLANNED, "orders", 10))
    clock.now_s += 1
    tally = tallies.update(Progress(Phase.READ, "orders", 20))
    assert tally
    assert tally.left_s(clock.now_s) is None
    assert tally.line(clock.now_s) == "orders: 20 of about 20 rows, 20 rows/s"


def test_a_new_attempt_counts_from_the_beginning() -> None:
    tallies = Tallies(Clock())
    for event in (
        Progress(Phase.READ, "orders", 70),
        Progress(Phase.RETRIED, ""),
        Progress(Phase.PLANNED, "orders", 100),
    ):
        tallies.update(event)
    assert tallies.of["orders"].done == 0


def test_without_a_terminal_every_end_is_a_line() -> None:
    out = io.StringIO()
    with showing_progress(Console(file=out, force_terminal=False, width=120)) as heard:
        for phase, rows in ((Phase.PLANNED, 5), (Phase.READ, 5), (Phase.CERTIFIED, 5), (Phase.LANDED, 5)):
            heard(Progress(phase, "orders", rows))
            heard(Progress(phase, "regions", rows))
    lines = out.getvalue().splitlines()
    assert [line for line in lines if line.startswith("regions: 5 rows")][:2] == [
        "regions: 5 rows certified",
        "regions: 5 rows landed",
    ]
