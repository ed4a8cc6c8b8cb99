"""The column with the time of a dataset's rows.

A contract can declare the column of its events: `headgate.asOf: ordered_at`, or `none`. Such datasets
determine the day of the lake. `headgate.eventTime` declares the column for the dataset alone. Without both it
is the first time of the key, else the first date or timestamp column that is not named as a property or as
the time of a copy, and last the column that orders versions of rows. Birthdays are no such time.
"""

import re
from typing import NamedTuple

from headgate.contracts.model import Contract, Kind

PROPERTY, NONE = "headgate.asOf", "none"
EVENT_TIME = "headgate.eventTime"
TIMES = {Kind.DATE, Kind.TIMESTAMP}
_COPIED = re.compile(
    r"(^|_)(updated|modified|changed|inserted|loaded|exported|imported|synced|uploaded)(_|$)"
)
_PROPERTIES = re.compile(
    r"(^|_)(since|until|till|founded|built|installed|commissioned|expir[a-z]*|valid"
    r"|due|seit|bis|depuis|desde|hasta)(_|$)"
)
_BIRTHS = re.compile(
    r"(^|[_\W])(birth|birthda(y|te)|born|dob|geburt[a-z]*|geb(oren)?|naiss(ance)?|nacimiento|nascita"
    r"|geboorte[a-z]*)([_\W]|$)"
)


class EventTime(NamedTuple):
    """The column of a dataset's events; datasets of the lowest `tier` determine the lake's day."""

    column: str
    tier: int


def event_time(contract: Contract) -> EventTime | None:
    """Return the column of the dataset's events; None if it has no dates or declares `none`."""
    declared = contract.properties.get(PROPERTY)
    if declared is not None:
        return None if declared == NONE else EventTime(str(declared), 0)
    times = [
        column.name
        for column in contract.columns
        if column.type.kind in TIMES and not _BIRTHS.search(column.name.lower())
    ]
    own = [name for name in times if name not in contract.order_by]
    if own:
        of_rows = contract.properties.get(EVENT_TIME)
        in_key = (name for name in own if name in contract.key)
        return EventTime(str(of_rows) if of_rows in own else next(in_key, min(own, key=time_rank)), 1)
    return EventTime(times[0], 2) if times else None


def time_rank(name: str) -> int:
    """Return how late a column comes among times of rows by its name: copies of rows late, properties last.

    >>> [time_rank(name) for name in ("arrived_at", "exported_at", "flag_since")]
    [0, 1, 2]
    """
    if _PROPERTIES.search(name.lower()):
        return 2
    return 1 if _COPIED.search(name.lower()) else 0


def declared_time(contract: Contract) -> str:
    """Return the column that the contract declares as the time of its rows; empty if it declares none."""
    is_declared = PROPERTY in contract.properties or EVENT_TIME in contract.properties
    time = event_time(contract) if is_declared else None
    return time.column if time else ""
