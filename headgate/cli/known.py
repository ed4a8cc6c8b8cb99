"""Find a file's records by what a person calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headgate.cli import screens
from headgate.intake.closing import corrections
from headgate.intake.kept_out import named

if TYPE_CHECKING:
    from collections.abc import Iterable

    from headgate.lake.ports import FileRecord


def known(records: Iterable[FileRecord], name: str) -> list[FileRecord]:
    """The records whose file id, or whose key in raw, the name is; newest first.

    The ledger keeps a key without the card number it held, so a key with one is looked up as it is kept.
    """
    every = list(records)
    return named(every, name) or named(every, screens.shown(name))


def unsettled(records: Iterable[FileRecord]) -> list[FileRecord]:
    """The records without those that a later version of the same object settles, in their order."""
    every = list(records)
    settled = corrections(every)
    return [record for record in every if not record.closed_by and record.file_id not in settled]
