"""The last day of the data that a statement reads, as in the console (data-day.ts)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from headgate.api.analytics.board_filters import tables_of
from headgate.api.analytics.event_table import event_table, has_time

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headgate.api.shapes.lake import CatalogTable


def data_day(
    sql: str, tables: Sequence[CatalogTable], days: Mapping[str, date], of_lake: date | None
) -> date | None:
    """Return the last day of the datasets whose rows happen in time; else that of the lake.

    Args:
        days: the last day of each dataset that has one.
        of_lake: the day from which the tables of systems are built.
    """
    read = tables_of(sql, tables)
    event = event_table(read)
    timed = [table for table in ([event] if event else read) if has_time(table)]
    if any(table.system for table in timed):
        return of_lake
    return max((days[table.name] for table in timed if table.name in days), default=of_lake)


def past_day(day: str, today: date) -> str:
    """Return a day, or today for a later one: rows of days to come say nothing of the age of a dataset."""
    return min(day, today.isoformat()) if day else ""
