"""The work of a function as spans of a trace. This module needs no package of OpenTelemetry."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from headgate.lake.ports import FileRecord

Fact = str | int


class Traces(Protocol):
    """Where the work of a function is recorded."""

    def span(
        self, name: str, facts: Mapping[str, Fact]
    ) -> AbstractContextManager[Callable[[Mapping[str, Fact]], None]]:
        """Record the block. The block gets a function that takes further facts."""


class NoTraces:
    """Record nothing."""

    @contextmanager
    def span(self, name: str, facts: Mapping[str, Fact]) -> Iterator[Callable[[Mapping[str, Fact]], None]]:
        """Run the block."""
        del name, facts
        yield lambda _: None


def facts_of_file(record: FileRecord) -> dict[str, Fact]:
    """Return what a span says about a file that the gate processed.

    The dataset of a file without a contract is a folder that its sender named, so it is left empty.
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
