"""Choose the column with the time of a row, where a file has several."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from headgate.contracts.event_time import EVENT_TIME, TIMES, event_time
from headgate.contracts.sensitive_names import PERSONAL
from headgate.drafts.column_inference import count_combinations
from headgate.drafts.nearly_all_rows import sounds_like_key
from headgate.values.accepted_texts import null_where_absent
from headgate.values.cells import blank_to_null

if TYPE_CHECKING:
    from collections.abc import Mapping

    from headgate.contracts.model import Contract

_MOST_DIFFERENCE = 0.05  # of filled rows between two columns of equal rank
_TIMES_FINER = 2  # this many times more different values than the first column


def event_time_property(contract: Contract, cells: Mapping[str, pa.Array]) -> dict[str, str]:
    """Return the property of the time of rows; empty if a contract without it has the same column.

    A time of the key is that of the row. Else it is the first of those that vary among rows of one id, such
    as the readings of a machine with its day of installation, that are filled, and that differ most.

    Args:
        cells: the texts of each column, by its name in the contract.
    """
    default = event_time(contract)
    if default is None or default.column in contract.key:
        return {}
    times = {
        column.name: blank_to_null(null_where_absent(column, cells[column.name]))
        for column in contract.columns
        if column.type.kind in TIMES and column.mask is None and column.name not in contract.order_by
    }
    people = {column.name for column in contract.columns if column.classification == PERSONAL}
    candidates = {name: text for name, text in times.items() if name not in people} or times
    parents = [
        blank_to_null(cells[column.name])
        for column in contract.columns
        if column.name not in times and column.name in cells and sounds_like_key(column.name)
    ]
    own = {name: text for name, text in candidates.items() if not _is_of_parent(text, parents)}
    chosen = _finest(own or candidates)
    return {EVENT_TIME: chosen} if chosen and chosen != default.column else {}


def _is_of_parent(text: pa.Array, parents: list[pa.Array]) -> bool:
    """Return whether all rows of each value of an id that repeats have the same time."""
    for parent in parents:
        different = count_combinations([parent])
        if 1 < different < len(parent) and count_combinations([parent, text]) == different:
            return True
    return False


def _finest(times: Mapping[str, pa.Array]) -> str:
    """Return the first of the fullest columns with about as many different times as any; empty for none."""
    filled = {
        name: 1 - text.null_count / len(text) for name, text in times.items() if text.null_count < len(text)
    }
    if not filled:
        return ""
    complete = [name for name, share in filled.items() if share >= max(filled.values()) - _MOST_DIFFERENCE]
    different = {name: pc.count_distinct(times[name]).as_py() for name in complete}
    return next(name for name in complete if _TIMES_FINER * different[name] > max(different.values()))
