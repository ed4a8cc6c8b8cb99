"""Find a file's records by what a person calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.cli.rendering import screens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.lake.ports import FileRecord


def find_records(records: Iterable[FileRecord], name: str) -> list[FileRecord]:
    """The records whose file id, or whose key in raw, the name is; newest first.

    The ledger keeps a key without the card number it held, so a key with one is looked up as it is kept.
    """
    from headgate.intake.quarantine.list_quarantine import named

    every = list(records)
    return named(every, name) or named(every, screens.shown(name))
