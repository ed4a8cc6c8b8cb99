"""The progress of an export: a bar per table at a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rich.progress import BarColumn, Progress, TaskID, TextColumn

from headgate.cli.rendering.progress import PlainLines
from headgate.export.requests import Phase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

    from headgate.export import requests

_ENDS = {Phase.CERTIFIED: "certified", Phase.LANDED: "landed"}


@dataclass
class Tally:
    """How far one table is.

    `expected` is the server's estimate before the snapshot is read; kept rows cost no time and count apart.
    """

    table: str
    expected: int
    began_s: float
    read: int = 0
    kept: int = 0
    end: str = ""

    @property
    def done(self) -> int:
        """Rows that need no more reading."""
        return self.read + self.kept

    def rows_per_s(self, now_s: float) -> float:
        """Return rows read in a second since the table was planned."""
        return self.read / max(now_s - self.began_s, 1e-3)

    def left_s(self, now_s: float) -> float | None:
        """Return seconds until the last row at the rate so far.

        None before there is a rate, or when the estimate is passed.
        """
        rate, left = self.rows_per_s(now_s), self.expected - self.done
        return left / rate if rate > 0 and left > 0 else None

    def line(self, now_s: float) -> str:
        """Return the progress of the table as one line."""
        if self.end:
            return f"{self.table}: {self.done:,} rows {self.end}"
        left = self.left_s(now_s)
        line = [
            f"{self.table}: {self.done:,} of about {max(self.expected, self.done):,} rows",
            f"{self.rows_per_s(now_s):,.0f} rows/s",
        ]
        return ", ".join([*line, f"{left:,.0f} s left"] if left is not None else line)


@dataclass
class Tallies:
    """Every table's tally, kept by the events of an export."""

    monotonic_s: Callable[[], float] = time.monotonic
    of: dict[str, Tally] = field(default_factory=dict)

    def hear(self, event: requests.Progress) -> Tally | None:
        """Return the tally of the event's table after it; None for an event that is about all of them."""
        if not event.table:
            return None
        if event.phase is Phase.PLANNED or event.table not in self.of:
            self.of[event.table] = Tally(event.table, event.rows, self.monotonic_s())
        tally = self.of[event.table]
        if event.phase is Phase.READ:
            tally.read += event.rows
        elif event.phase is Phase.KEPT:
            tally.kept += event.rows
        elif event.phase in _ENDS:
            tally.end = _ENDS[event.phase]
        return tally


@contextmanager
def showing_progress(console: Console) -> Iterator[Callable[[requests.Progress], None]]:
    """Show an export: yield a listener for its events."""
    tallies, plain = Tallies(), PlainLines(console)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[line]}"))
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def heard(event: requests.Progress) -> None:
            if event.phase is Phase.RETRIED:
                console.print(f"{event.why}. The run continues with a new snapshot.")
            tally = tallies.hear(event)
            if tally is None:
                return
            line = tally.line(tallies.monotonic_s())
            if tally.table not in tasks:
                tasks[tally.table] = bars.add_task(tally.table, line="")
            total = tally.done if tally.end else max(tally.expected, tally.done)
            bars.update(tasks[tally.table], completed=tally.done, total=total, line=line.partition(": ")[2])
            _say(plain, tally, line)

        yield heard


def _say(plain: PlainLines, tally: Tally, line: str) -> None:
    """Print an event: an end always, progress at most every few seconds."""
    if tally.end and not plain.console.is_terminal:
        plain.console.print(line)
    else:
        plain.say(line)
