"""Choose the column with the time of a row, where a file has several."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.event_time import EVENT_TIME, TIMES, event_time, time_rank
from headgate.contracts.file_form import stated_beside
from headgate.contracts.model import Contract
from headgate.contracts.sensitive_names import PERSONAL
from headgate.drafts.column_inference import count_combinations
from headgate.drafts.nearly_all_rows import sounds_like_key
from headgate.matching.header_names import folded, names_an_identifier
from headgate.values.accepted_texts import null_where_absent
from headgate.values.cast_declared import cast_column
from headgate.values.cells import blank_to_null

_MOST_DIFFERENCE = 0.05  # of filled rows between two columns of equal rank
_TIMES_FINER = 2  # this many times more different days than another column
_MIN_LAG = timedelta(days=31)  # between the newest values of two columns of events
_DAY = timedelta(days=1)  # for time zones
# Databases use the year 9999 for "never ends" and dates before this one for "unknown".
_FIRST, _LAST = (pa.scalar(day).cast(pa.timestamp("us")) for day in ("1900-01-01", "9000-01-01"))


def event_time_property(contract: Contract, cells: Mapping[str, pa.Array]) -> dict[str, str]:
    """Return the property of the time of rows; empty if it is the first of the times.

    A time of the key is that of the row. Else it is the likeliest of those that vary among rows of one id,
    such as the readings of a machine with its day of installation.
    """
    default = event_time(contract)
    if default is None or default.column in contract.key:
        return {}
    times = {
        column.name: blank_to_null(null_where_absent(column, cells[column.name]))
        for column in contract.columns
        if column.type.kind in TIMES and column.mask is None and column.name not in contract.order_by
    }
    of_file = {*map(folded, stated_beside(contract))}  # such as the day of an export
    times = {name: text for name, text in times.items() if folded(name) not in of_file}
    if not times:
        return {}
    people = {column.name for column in contract.columns if column.classification == PERSONAL}
    candidates = {name: text for name, text in times.items() if name not in people} or times
    parents = [
        blank_to_null(cells[column.name])
        for column in contract.columns
        if column.name not in times and column.name in cells and _names_things(column.name)
    ]
    own = {name: text for name, text in candidates.items() if not _is_of_parent(text, parents)}
    read = {
        name: cast_column(contract.column(name), text).values for name, text in (own or candidates).items()
    }
    chosen = likeliest_time(read, datetime.now(UTC).replace(tzinfo=None))
    return {EVENT_TIME: chosen} if chosen and {chosen} != {default.column, next(iter(times))} else {}


def _names_things(name: str) -> bool:
    return sounds_like_key(name) or names_an_identifier(name)


def _is_of_parent(text: pa.Array, parents: list[pa.Array]) -> bool:
    """Return whether all rows of each value of an id that repeats have the same time."""
    for parent in parents:
        different = count_combinations([parent])
        if 1 < different < len(parent) and count_combinations([parent, text]) == different:
            return True
    return False


def likeliest_time(times: Mapping[str, pa.Array | pa.ChunkedArray], now: datetime) -> str:
    """Return the column that says when its rows happened; empty without a value.

    Of the fullest columns whose values reach nearly as far as those of any, those named as events come first,
    then those with about as many different days as any, then times before days, then the first one.

    Args:
        times: dates or naive times of the same rows.
    """
    moments = {name: _moments(values) for name, values in times.items()}
    filled = {
        name: 1 - values.null_count / len(values)
        for name, values in moments.items()
        if values.null_count < len(values)
    }
    if not filled:
        return ""
    full = [name for name, share in filled.items() if share >= max(filled.values()) - _MOST_DIFFERENCE]
    near = _reaching_far({name: moments[name].drop_null() for name in full}, now)
    named = [name for name in near if time_rank(name) == min(map(time_rank, near))]
    different = {
        name: pc.count_distinct(pc.floor_temporal(moments[name], unit="day")).as_py() for name in named
    }
    finest = [name for name in named if _TIMES_FINER * different[name] > max(different.values())]
    return next((name for name in finest if pa.types.is_timestamp(times[name].type)), finest[0])


def _moments(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return the values as times, with null for those that mean "unknown" and "never"."""
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    moments = array.cast(pa.timestamp("us"), safe=False)
    is_known = pc.and_(pc.greater_equal(moments, _FIRST), pc.less(moments, _LAST))
    return pc.if_else(is_known, moments, pa.scalar(None, moments.type))


def _reaching_far(moments: Mapping[str, pa.Array], now: datetime) -> list[str]:
    """Return the columns whose newest values are about as new as those of any; planned times do not count.

    A property of things, such as the day on which each was built, ends long before the rows do.
    """
    end = pa.scalar(now + _DAY, pa.timestamp("us"))
    past = {name: values.filter(pc.less(values, end)) for name, values in moments.items()}
    happened = {name: values for name, values in past.items() if 2 * len(values) > len(moments[name])}
    if not happened:
        return list(moments)
    ends = {name: (pc.max(values).as_py(), pc.min(values).as_py()) for name, values in happened.items()}
    newest, oldest = max(ends.values())
    lag = max(_MIN_LAG, newest - oldest)
    return [name for name, (last, _) in ends.items() if newest - last <= lag]
