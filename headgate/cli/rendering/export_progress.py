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
    """The progress of one table; `expected` is the server's estimate, `kept` rows were read before."""

    table: str
    expected: int
    began_s: float
    read: int = 0
    kept: int = 0
    end: str = ""

    @property
    def done(self) -> int:
        """Rows that are read or kept."""
        return self.read + self.kept

    def rows_per_s(self, now_s: float) -> float:
        """Return the rate of rows read since the table was planned."""
        return self.read / max(now_s - self.began_s, 1e-3)

    def left_s(self, now_s: float) -> float | None:
        """Return the remaining seconds at the current rate; None without a rate or beyond the estimate."""
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
    """The progress of all tables, updated by the events of an export."""

    monotonic_s: Callable[[], float] = time.monotonic
    of: dict[str, Tally] = field(default_factory=dict)

    def update(self, event: requests.Progress) -> Tally | None:
        """Update and return the tally of the event's table; None for an event about all tables."""
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
    """Show the progress of an export; yield the listener for its events."""
    tallies, plain = Tallies(), PlainLines(console)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[line]}"))
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def update(event: requests.Progress) -> None:
            if event.phase is Phase.RETRIED:
                console.print(f"{event.why}. The run continues with a new snapshot.")
            tally = tallies.update(event)
            if tally is None:
                return
            line = tally.line(tallies.monotonic_s())
            if tally.table not in tasks:
                tasks[tally.table] = bars.add_task(tally.table, line="")
            total = tally.done if tally.end else max(tally.expected, tally.done)
            bars.update(tasks[tally.table], completed=tally.done, total=total, line=line.partition(": ")[2])
            _say(plain, tally, line)

        yield update


def _say(plain: PlainLines, tally: Tally, line: str) -> None:
    """Print an event: the end always, progress at most every few seconds."""
    if tally.end and not plain.console.is_terminal:
        plain.console.print(line)
    else:
        plain.say(line)
