"""Decide how much of an accepted file is in the lake: enough, too little, or nothing."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from headgate.lake.keys import has_corrected_rows
from headgate.lake.states import FileState

if TYPE_CHECKING:
    from headgate.lake.ports import FileRecord


class Acceptance(StrEnum):
    """The outcome for the rows of an accepted file."""

    OK = "ok"
    MANY_REFUSED = "many_refused"
    NOTHING_ACCEPTED = "nothing_accepted"


def acceptance_of(record: FileRecord, most_refused_share: float, corrected: int = 0) -> Acceptance | None:
    """Return how much of a file was accepted; None for a file that the gate has not accepted.

    Args:
        most_refused_share: the largest acceptable share of refused rows.
        corrected: number of refused rows that corrections have brought into the lake.
    """
    if record.state is not FileState.DONE:
        return None
    if record.received and not record.accepted + corrected:
        return Acceptance.NOTHING_ACCEPTED
    # Corrections have few rows, so a single refused one is a large share.
    if has_corrected_rows(record.key):
        return Acceptance.OK
    refused = max(0, record.quarantined - corrected)
    return Acceptance.MANY_REFUSED if refused > most_refused_share * record.received else Acceptance.OK
