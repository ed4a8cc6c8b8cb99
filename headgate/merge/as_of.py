"""The day of the newest event in the lake, independent of the clock.

Datasets that declare `headgate.asOf` determine the day if they have rows, else those with a time of rows,
and last those with a column that orders versions of rows. Days after a row's receipt do not count.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from headgate.contracts.event_time import event_time
from headgate.contracts.model import Contract
from headgate.values.parquet_tables import table_of

_NO_EVENTS = date(1970, 1, 1)
# Databases use 9999-12-31 for "never ends", as in SQL:2011's temporal tables; it is not an event.
_OPEN_END = datetime(9999, 1, 1)
_CONTENT = "_content_sha256"
_DAY = timedelta(days=1)


def latest_on(contract: Contract, file: Path, received_at: Mapping[str, str]) -> str:
    """Return the day of a file's last event, ISO 8601; empty if it has no events.

    A row's event that is later than the day after the receipt of the row is a mistyped or a planned date, and
    no event yet. The day more is for time zones.

    Args:
        received_at: content hash → the time when the content was received, ISO 8601.
    """
    if (time := event_time(contract)) is None:
        return ""
    name = contract.column(time.column).name
    with pq.ParquetFile(file) as parquet:
        has_contents = _CONTENT in parquet.schema_arrow.names
    rows = table_of(file, [name, _CONTENT] if has_contents else [name])
    days = rows[name].combine_chunks()
    moments = days.cast(pa.timestamp("us"))
    limit = pa.scalar(_OPEN_END, moments.type)
    if has_contents and len(rows):
        limit = _limits(rows[_CONTENT].combine_chunks(), received_at)
    latest = pc.max(days.filter(pc.less(moments, limit))).as_py()
    day = latest.date() if isinstance(latest, datetime) else latest
    return day.isoformat() if day else ""


def _limits(contents: pa.Array, received_at: Mapping[str, str]) -> pa.Array:
    """Return for each row the time from which on a date is no event."""
    encoded = contents.dictionary_encode()
    limits = [
        datetime.fromisoformat(received_at[content]).replace(tzinfo=None) + _DAY
        if content in received_at
        else _OPEN_END
        for content in encoded.dictionary.to_pylist()
    ]
    return pa.array(limits, pa.timestamp("us")).take(encoded.indices)


def deciding_days(latest: Mapping[str, str], contracts: Mapping[str, Contract]) -> dict[str, date]:
    """Return the day of the last event of each dataset that determines the lake's day."""
    tiers: dict[int, dict[str, date]] = {}
    for dataset, day in latest.items():
        if day and (time := event_time(contracts[dataset])):
            tiers.setdefault(time.tier, {})[dataset] = date.fromisoformat(day)
    return tiers[min(tiers)] if tiers else {}


def as_of(latest: Mapping[str, str], contracts: Mapping[str, Contract]) -> date:
    """Return the lake's day from the day of each dataset's last event."""
    return max(deciding_days(latest, contracts).values(), default=_NO_EVENTS)
