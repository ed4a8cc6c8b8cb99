"""The work of a function as spans of a trace; this module does not need OpenTelemetry."""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from headgate.lake.ports import FileRecord

Fact = str | int


class Traces(Protocol):
    """A recorder of a function's work."""

    def span(
        self, name: str, facts: Mapping[str, Fact]
    ) -> AbstractContextManager[Callable[[Mapping[str, Fact]], None]]:
        """Record the block, which gets a function that adds attributes."""


class NoTraces:
    """No recording."""

    @contextmanager
    def span(self, name: str, facts: Mapping[str, Fact]) -> Iterator[Callable[[Mapping[str, Fact]], None]]:
        """Run the block."""
        del name, facts
        yield lambda _: None


def facts_of_file(record: FileRecord) -> dict[str, Fact]:
    """Return the span attributes of a file that the gate processed.

    A file without a contract has no dataset, because its sender chose the folder.
    """
    return {
        "headgate.file_id": record.file_id,
        "headgate.dataset": record.dataset if record.contract else "",
        "headgate.state": str(record.state),
        "headgate.rows_received": record.received,
        "headgate.rows_accepted": record.accepted,
        "headgate.rows_quarantined": record.quarantined,
        "headgate.rows_duplicate": record.duplicates,
    }
