"""Whether the last row of a sample is a line of totals, as reports of merchandise systems have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from headgate.contracts.model import Kind
from headgate.values.accepted_texts import null_where_absent
from headgate.values.cast_declared import cast_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

    from headgate.contracts.model import Column

_EXACT = {Kind.SMALLINT, Kind.INTEGER, Kind.BIGINT, Kind.DECIMAL}
_FEWEST_ROWS = 3  # above the last: a sum of two numbers occurs by chance


def totals_of(columns: Iterable[Column], cells: Mapping[str, pa.Array]) -> list[str]:
    """Return the columns whose last value is the exact sum of all values above it, and not zero."""
    return [column.name for column in columns if column.type.kind in _EXACT and _is_sum(column, cells[column.name])]


def _is_sum(column: Column, text: pa.Array) -> bool:
    values = cast_column(column, null_where_absent(column, text)).values
    if len(values) <= _FEWEST_ROWS or not values[-1].is_valid:
        return False
    last = values[-1].as_py()
    return bool(last) and pc.sum(values.slice(0, len(values) - 1)).as_py() == last
