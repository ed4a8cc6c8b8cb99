"""The clock of the adapters."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the current time in UTC without a zone, like all timestamps of the lake."""
    return datetime.now(UTC).replace(tzinfo=None)
