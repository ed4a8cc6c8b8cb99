from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

PLAIN_EVERY_S = 5.0


@dataclass
class PlainLines:
    """Progress lines, at most one every few seconds; silent at a terminal, which has a live display."""

    console: Console
    monotonic_s: Callable[[], float] = time.monotonic
    _last_text: str = ""
    _last_at: float = field(default=float("-inf"))

    def say(self, text: str) -> None:
        """Print the line unless it is the last one, comes too soon, or a terminal shows it live."""
        now = self.monotonic_s()
        if self.console.is_terminal or text == self._last_text or now - self._last_at < PLAIN_EVERY_S:
            return
        self.console.print(text)
        self._last_text, self._last_at = text, now


@contextmanager
def spinner(console: Console, name: str) -> Iterator[Callable[[str], None]]:
    """Show a spinner with the time; yield the function that updates its text."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task, plain = progress.add_task(name), PlainLines(console)

        def show(text: str) -> None:
            progress.update(task, description=text)
            plain.say(text)

        yield show
