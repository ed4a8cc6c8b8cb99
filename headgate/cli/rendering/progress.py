"""Progress for a person at a terminal, and as plain lines for a log that nobody watches."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

PLAIN_EVERY_S = 5.0


@dataclass
class PlainLines:
    """Says what changed, at most every few seconds, where no live display can be drawn.

    Silent at a terminal.
    """

    console: Console
    monotonic_s: Callable[[], float] = time.monotonic
    _last_text: str = ""
    _last_at: float = field(default=float("-inf"))

    def say(self, text: str) -> None:
        """Print the line, unless it was printed already, came too soon, or a terminal shows it live."""
        now = self.monotonic_s()
        if self.console.is_terminal or text == self._last_text or now - self._last_at < PLAIN_EVERY_S:
            return
        self.console.print(text)
        self._last_text, self._last_at = text, now
