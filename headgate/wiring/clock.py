"""The clock of the adapters."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the time now, in UTC without a zone, as all timestamps of the lake."""
    return datetime.now(UTC).replace(tzinfo=None)
