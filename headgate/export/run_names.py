"""Names of runs that begin by the clock: the time, and the day that they lie under in raw."""

from __future__ import annotations

from datetime import UTC, date, datetime

_FORM = "%Y%m%dT%H%M%SZ"
_LENGTH = len("20260102T030405Z")


def named_by_time(at: datetime) -> str:
    """Name of the run that begins at a time; the same time in another zone gives the same name."""
    return at.astimezone(UTC).strftime(_FORM)


def day_of(run: str, otherwise: date) -> date:
    """Return the day in a run's keys, taken from its name, so that a resumed run has the same day."""
    try:
        return datetime.strptime(run[:_LENGTH], _FORM).replace(tzinfo=UTC).date()
    except ValueError:
        return otherwise
