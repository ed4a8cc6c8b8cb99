"""Find the table of a statement whose rows happen in a period, as the console does (event-table.ts)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from headgate.api.shapes.lake import CatalogTable

_TIME = re.compile(r"(date|timestamp)", re.IGNORECASE)
_OF_THE_LAKE = re.compile(r"_.*|as_of")  # the day from which a built table is computed


def period_column(table: CatalogTable) -> str:
    """Return the column by which a table is in a period: the declared or the first one; may be empty."""
    return table.event_time or next(iter(_times(table)), "")


def event_table(read: Sequence[CatalogTable]) -> CatalogTable | None:
    """Return the one table of a statement whose rows happen in a period; None where none is certain.

    Of those with a time it is the one that references the others. One that a further table of the statement
    references is it only if its contract declares its time, and beside a declared one no other is certain.
    Where no row has a time of its own, that of its last change counts.
    """
    if len(read) == 1:
        return read[0]
    timed = [table for table in read if has_time(table)] or [table for table in read if _times(table)]
    masters = referenced_tables(timed, read)
    events = [table for table in timed if table.name not in masters]
    if len(events) != 1:
        return None
    (event,) = events
    if event.event_time:
        return event
    is_uncertain = event.name in referenced_tables(read, read) or any(table.event_time for table in timed)
    return None if is_uncertain else event


def referenced_tables(tables: Iterable[CatalogTable], read: Sequence[CatalogTable]) -> set[str]:
    """Return the names of the datasets of `read` that tables reference, also through others of `read`."""
    reached: set[str] = set()
    for table in tables:
        waiting, seen = [table], {table.name}
        while waiting:
            names = {column.references.partition(".")[0] for column in waiting.pop().columns}
            new = [other for other in read if other.name in names - seen and not other.system]
            seen |= {other.name for other in new}
            waiting += new
        reached |= seen - {table.name}
    return reached


def _times(table: CatalogTable) -> list[str]:
    return [
        column.name
        for column in table.columns
        if _TIME.match(column.type) and not _OF_THE_LAKE.fullmatch(column.name)
    ]


def has_time(table: CatalogTable) -> bool:
    """Return whether rows have a time of their own, and not only that of their last change."""
    return bool(table.event_time) or any(name not in table.newest_by for name in _times(table))
