"""The date of the newest event in the lake; the clock is not used.

A contract states the column that says how far its dataset reaches: `headgate.asOf: ordered_at`, or `none`.
Such datasets decide where they have rows. Of other datasets the first date or timestamp column counts, and
last the column that orders versions of rows.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.model import Kind
from headgate.values.parquet_tables import table_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from headgate.contracts.model import Contract

PROPERTY, NONE = "headgate.asOf", "none"
_TIMES = {Kind.DATE, Kind.TIMESTAMP}
_BEFORE_ANYTHING = date(1970, 1, 1)
# What databases keep for "never ends", as in SQL:2011's temporal tables: 9999-12-31 is the day of no event.
_OPEN_END = datetime(9999, 1, 1)


class EventTime(NamedTuple):
    """The column that says how far a dataset reaches; datasets of the lowest `tier` decide."""

    column: str
    tier: int


def event_time(contract: Contract) -> EventTime | None:
    """Return the column of the dataset's events, or None where it has no dates or states `none`."""
    declared = contract.properties.get(PROPERTY)
    if declared is not None:
        return None if declared == NONE else EventTime(str(declared), 0)
    times = [column.name for column in contract.columns if column.type.kind in _TIMES]
    own = [name for name in times if name not in contract.order_by]
    if own:
        return EventTime(own[0], 1)
    return EventTime(times[0], 2) if times else None


def latest_on(contract: Contract, file: Path) -> str:
    """Return the last day of a dataset's events, ISO 8601; empty when it records none or holds no rows.

    Open ends (9999) are no events.

    Raises:
        ContractError: the contract states a column that it does not declare.
    """
    if (time := event_time(contract)) is None:
        return ""
    name = contract.column(time.column).name
    days = table_of(file, [name])[name]
    latest = pc.max(
        days.filter(pc.less(days, pa.scalar(_OPEN_END, pa.timestamp("us")).cast(days.type)))
    ).as_py()
    day = latest.date() if isinstance(latest, datetime) else latest
    return day.isoformat() if day else ""


def deciding_days(latest: Mapping[str, str], contracts: Mapping[str, Contract]) -> dict[str, date]:
    """Return the last day of events of each dataset that decides how far the lake reaches."""
    tiers: dict[int, dict[str, date]] = {}
    for dataset, day in latest.items():
        if day and (time := event_time(contracts[dataset])):
            tiers.setdefault(time.tier, {})[dataset] = date.fromisoformat(day)
    return tiers[min(tiers)] if tiers else {}


def as_of(latest: Mapping[str, str], contracts: Mapping[str, Contract]) -> date:
    """Return the last day that the lake knows, from each dataset's last day of events."""
    return max(deciding_days(latest, contracts).values(), default=_BEFORE_ANYTHING)
